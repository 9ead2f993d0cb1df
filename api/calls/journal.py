# SPDX-License-Identifier: LGPL-3.0-or-later
"""The systemd journal of the guest."""

from model import (
    call, group, Int64, Pathname, RBool, RErr, RInt64, RStructList)

group("journal")

call("journal_close",
     [], RErr,
     since="1.23.11", optgroup="journal",
     brief="Close the systemd journal",
     doc="""\
Ends what `journal_open` began.""")

call("journal_get",
     [], RStructList("fields", "xattr"),
     since="1.23.11", optgroup="journal",
     brief="Return the current entry of the journal",
     doc="""\
Returns names and values of all fields of the entry; `journal_next` must
have been called before.""")

call("journal_get_data_threshold",
     [], RInt64("threshold"),
     since="1.23.11", optgroup="journal",
     brief="Return how much of a field is read",
     doc="""\
Returns the number of bytes that `journal_set_data_threshold` set, 65536 at
first.""")

call("journal_get_realtime_usec",
     [], RInt64("usec"),
     since="1.27.18", optgroup="journal",
     brief="Return the time of the current entry",
     doc="""\
Returns microseconds since 1970.""")

call("journal_next",
     [], RBool("more"),
     since="1.23.11", optgroup="journal",
     brief="Go to the next entry of the journal",
     doc="""\
Returns false at the end.  It must be called once before the first entry
can be read.""")

call("journal_open",
     [Pathname("directory")], RErr,
     since="1.23.11", optgroup="journal",
     brief="Open a systemd journal",
     doc="""\
Opens the journal files in `directory` of the guest.  One journal can be
open at a time.""")

call("journal_set_data_threshold",
     [Int64("threshold")], RErr,
     since="1.23.11", optgroup="journal",
     brief="Set how much of a field is read",
     doc="""\
Fields may be cut off beyond `threshold` bytes; 0 stands for no limit.""")

call("journal_skip",
     [Int64("skip")], RInt64("rskip"),
     since="1.23.11", optgroup="journal",
     brief="Skip entries of the journal",
     doc="""\
Goes `skip` entries on, or back if negative, and returns how many were
passed.""")
