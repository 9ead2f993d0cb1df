# SPDX-License-Identifier: LGPL-3.0-or-later
"""journal"""

from model import (
    call, group, Int64, Pathname, RBool, RErr, RInt64, RStructList)

group("journal")

call("journal_close",
     [], RErr,
     since="1.23.11", optgroup="journal")

call("journal_get",
     [], RStructList("fields", "xattr"),
     since="1.23.11", optgroup="journal")

call("journal_get_data_threshold",
     [], RInt64("threshold"),
     since="1.23.11", optgroup="journal")

call("journal_get_realtime_usec",
     [], RInt64("usec"),
     since="1.27.18", optgroup="journal")

call("journal_next",
     [], RBool("more"),
     since="1.23.11", optgroup="journal")

call("journal_open",
     [Pathname("directory")], RErr,
     since="1.23.11", optgroup="journal")

call("journal_set_data_threshold",
     [Int64("threshold")], RErr,
     since="1.23.11", optgroup="journal")

call("journal_skip",
     [Int64("skip")], RInt64("rskip"),
     since="1.23.11", optgroup="journal")
