# SPDX-License-Identifier: LGPL-3.0-or-later
"""Programs of the guest."""

from model import (
    call, example, group, FileOut, RErr, RString, RStringList, String, StringList)

group("command/sh")

call("command",
     [StringList("arguments")], RString("output"),
     since="1.9.1", needs_root=True, impl="command",
     brief="Run a program of the guest",
     doc="""\
Runs the program `arguments`[0] in the guest's tree with the other
arguments and returns what it writes to standard output, 64 MiB at most.  No
shell is involved, so wildcards mean nothing.  A name without a slash is
looked for in /sbin, /usr/sbin, /bin and /usr/bin.  If it fails, the error has
the end of what it wrote to standard error, and its status.  The guest must be
for a processor that runs here, or for which qemu-user-static has told the
kernel how to run it.

The program gets an empty standard input, the environment PATH, HOME=/,
LC_ALL=C, SHELL and TERM, and the umask of the `umask` call.  It runs in a
container: /proc, /sys, /dev and the other processes are its own, there is a
network only after `set_network`, and all that is left of it when it ends,
such as a server that was started, is killed.  It is ended when all its
processes together take more memory than `set_memsize` says, or when they and
their threads are more than 1024.""",
     examples=[
         example("guest", "command '/bin/echo a b'", prints="a b"),
         example("fs", 'command ""', error="passed an empty list"),
         example("fs", "command /nope", error="/nope: No such file or directory"),
         example("part", "command /nope",
                 error="you must call 'mount' first to mount the root filesystem"),
     ])

call("command_lines",
     [StringList("arguments")], RStringList("lines"),
     since="1.9.1", needs_root=True, impl="command",
     brief="Run a program of the guest and return its lines",
     doc="""\
As `command`; the output is split into lines.""",
     examples=[
         example("guest", "command-lines '/bin/echo a b'", prints="a b"),
         example("guest", "command-lines '/bin/sh -c \"exit 3\"'", error="command_lines"),
     ])

call("command_out",
     [StringList("arguments"), FileOut("output")], RErr,
     since="1.55.6", cancellable=True, needs_root=True, impl="command",
     brief="Run a program of the guest, with its output to a file",
     doc="""\
As `command`, with the output written to the host file `output`, which has
no limit.""",
     examples=[
         example("guest", "command-out '/bin/echo a b' file", "!cat file", prints="a b"),
         example("fs", "command-out /nope file", error="/nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("sh",
     [String("command")], RString("output"),
     since="1.0.50", needs_root=True, impl="command",
     brief="Run a command with the guest's shell",
     doc="""\
Runs `command` with /bin/sh of the guest, as `command` does, and returns
what it writes.  Quoting is up to the caller.""",
     examples=[
         example("guest", "sh 'echo one; echo two >&2; cd /etc; echo *'", prints="one\ncontexts hosts"),
         example("fs", "sh true", error="the guest has no /bin/sh"),
     ])

call("sh_lines",
     [String("command")], RStringList("lines"),
     since="1.0.50", needs_root=True, impl="command",
     brief="Run a command with the guest's shell and return its lines",
     doc="""\
As `sh`; the output is split into lines.""",
     examples=[
         example("guest", "sh-lines 'echo one; echo; echo two'", prints="one\n\ntwo"),
         example("guest", "sh-lines 'echo why >&2; exit 3'", error="why"),
     ])

call("sh_out",
     [String("command"), FileOut("output")], RErr,
     since="1.55.6", cancellable=True, needs_root=True, impl="command",
     brief="Run a command with the guest's shell, with its output to a file",
     doc="""\
As `sh`, with the output written to the host file `output`, which has no
limit.""",
     examples=[
         example("guest", "sh-out 'echo $((6 * 7))' - | cat", prints="42"),
         example("guest", "sh-out 'echo why >&2; exit 3' file", error="why"),
     ])
