# SPDX-License-Identifier: LGPL-3.0-or-later
"""command"""

from model import (
    call, group, FileOut, RErr, RString, RStringList, String, StringList)

group("command/sh")

call("command",
     [StringList("arguments")], RString("output"),
     since="1.9.1", needs_root=True)

call("command_lines",
     [StringList("arguments")], RStringList("lines"),
     since="1.9.1", needs_root=True)

call("command_out",
     [StringList("arguments"), FileOut("output")], RErr,
     since="1.55.6", cancellable=True, needs_root=True)

call("sh",
     [String("command")], RString("output"),
     since="1.0.50", needs_root=True)

call("sh_lines",
     [String("command")], RStringList("lines"),
     since="1.0.50", needs_root=True)

call("sh_out",
     [String("command"), FileOut("output")], RErr,
     since="1.55.6", cancellable=True, needs_root=True)
