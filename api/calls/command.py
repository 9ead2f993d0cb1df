# SPDX-License-Identifier: LGPL-3.0-or-later
"""Programs of the guest."""

from model import (
    call, group, FileOut, RErr, RString, RStringList, String, StringList)

group("command/sh")

call("command",
     [StringList("arguments")], RString("output"),
     since="1.9.1", needs_root=True,
     brief="Run a program of the guest",
     doc="""\
Runs the program `arguments`[0] in the guest's tree with the other
arguments and returns what it writes to standard output.  No shell is
involved, so the full path is needed and wildcards mean nothing.  If it
fails, the error has what it wrote to standard error.  The guest must be
for a processor that runs here.""")

call("command_lines",
     [StringList("arguments")], RStringList("lines"),
     since="1.9.1", needs_root=True,
     brief="Run a program of the guest and return its lines",
     doc="""\
As `command`; the output is split into lines.""")

call("command_out",
     [StringList("arguments"), FileOut("output")], RErr,
     since="1.55.6", cancellable=True, needs_root=True,
     brief="Run a program of the guest, with its output to a file",
     doc="""\
As `command`, with the output written to the host file `output`, which has
no limit.""")

call("sh",
     [String("command")], RString("output"),
     since="1.0.50", needs_root=True,
     brief="Run a command with the guest's shell",
     doc="""\
Runs `command` with /bin/sh of the guest, as `command` does, and returns
what it writes.  Quoting is up to the caller.""")

call("sh_lines",
     [String("command")], RStringList("lines"),
     since="1.0.50", needs_root=True,
     brief="Run a command with the guest's shell and return its lines",
     doc="""\
As `sh`; the output is split into lines.""")

call("sh_out",
     [String("command"), FileOut("output")], RErr,
     since="1.55.6", cancellable=True, needs_root=True,
     brief="Run a command with the guest's shell, with its output to a file",
     doc="""\
As `sh`, with the output written to the host file `output`, which has no
limit.""")
