# SPDX-License-Identifier: LGPL-3.0-or-later
"""The life of a handle's session: from launch to shutdown, and what it is doing."""

from model import call, example, group, RBool, RErr, RInt

group("handle/config")

call("get_pid",
     [], RInt("pid"),
     since="1.0.56", impl="client", shell_alias=["pid"], blocking=False,
     brief="Return the process id of the session's main process",
     doc="""\
The id is that of the process that does the work of this handle.  Fails
when no session is running, and may fail with backends that have no such
process on this machine.""",
     examples=[
         example("none", "get-pid", error="get-pid can only be called after launch"),
         example("empty", "get-pid | grep -c '^[1-9]'", prints="1"),
     ])

call("get_state",
     [], RInt("state"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False,
     brief="Return the handle's state as a number",
     doc="""\
Only for tests; the numbers have no promised meaning.  Use `is_config`,
`is_launching` and `is_ready`.""")

call("is_busy",
     [], RBool("busy"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False,
     brief="Tell whether the handle is busy with a call",
     doc="""\
Always false when it is asked by the thread that owns the handle, since no
call can be running then.  It remains for old programs.""")

call("is_config",
     [], RBool("config"),
     since="1.0.2", impl="client", blocking=False,
     brief="Tell whether the handle can still be configured",
     doc="""\
True from creation until `launch`.  Drives and most settings can be given
only in this state.""",
     examples=[
         example("none", "is-config", prints="true"),
         example("empty", "is-config", prints="false"),
         example("empty", "shutdown", "is-config", prints="true"),
     ])

call("is_launching",
     [], RBool("launching"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False,
     brief="Tell whether launch is running",
     doc="""\
True only while `launch` is under way, so it can be seen true from a
callback.""")

call("is_ready",
     [], RBool("ready"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False,
     brief="Tell whether the handle accepts calls on the disks",
     doc="""\
True after `launch` has succeeded and until the session ends.""")

call("kill_subprocess",
     [], RErr,
     since="0.0.3", impl="client", deprecated=True, deprecated_by="shutdown",
     brief="End the session",
     doc="""\
The same as `shutdown`, which programs should use.""",
     examples=[
         example("empty", "kill-subprocess", "is-config", prints="true"),
         example("none", "kill-subprocess"),
     ])

call("launch",
     [], RErr,
     since="0.0.3", impl="client", shell_alias=["run"], config_only=True,
     progress=True,
     brief="Start the session, so that the drives can be used",
     doc="""\
Attaches the drives that were added, and starts the process that serves the
other calls.  All drives and settings must be given before; those calls
fail afterwards with "this function can only be called in the config
state".

The call reports its progress with progress events, and when it succeeds
sends the event GUESTFS_EVENT_LAUNCH_DONE.  It fails when a disk image
cannot be opened or is in use by another program, when its format is not
what the caller said, or when no launcher can work here; the message then
says what is missing.  After a failure the handle is in the config state
again only for being closed: make a new handle to try anew.

It may be called once per handle.""",
     examples=[
         example("none", "add /dev/null", "launch", "is-config", prints="false"),
         example("none", "add /dev/null", "run", "list-devices",
                 prints="/dev/sda"),
         example("none", "launch", error="you must call guestfs_add_drive"),
         example("empty", "launch", error="launch"),
         example("none", "!printf 'QFI\\\\373 and nothing more' > bad.qcow2",
                 "add bad.qcow2 format:qcow2", "run", error="bad.qcow2"),
         example("none", "!truncate -s 1M x.raw", "add x.raw format:raw",
                 "!rm x.raw", "run", error="x.raw", errno="ENOENT"),
     ])

call("shutdown",
     [], RErr,
     since="1.19.16", impl="client",
     brief="End the session and wait until the disks are written",
     doc="""\
Unmounts everything (unless autosync was turned off), detaches the drives
and ends the session's processes.  Unlike closing the handle it reports
errors, so a program that has written to a disk should call it and look at
the result.  Afterwards the handle can only be closed.  If there is no
running session the call does nothing and succeeds.""",
     examples=[
         example("fs", "write /x data", "shutdown", "is-config", prints="true"),
         example("empty", "shutdown", "add /dev/null", "run", "list-devices",
                 prints="/dev/sda"),
         example("empty", "shutdown", "run",
                 error="you must call guestfs_add_drive"),
         example("none", "shutdown"),
     ])

call("user_cancel",
     [], RErr,
     since="1.11.18", impl="client", blocking=False, wrapper=False,
     brief="Stop the call that is running on this handle",
     doc="""\
May be called from another thread or a signal handler while a call runs.
If the call transfers a file, or says in its description that it can be
cancelled, it ends soon and fails with the errno EINTR; other calls run to
their end.  A file that was being transferred is then in an undefined
state.  Without a running call this does nothing.""",
     examples=[
         example("none", "user-cancel"),
         example("fs", "user-cancel", "write /x data", "cat /x", prints="data"),
     ])

call("wait_ready",
     [], RErr,
     since="0.0.3", impl="client", visibility="state_test", in_shell=False,
     deprecated=True, blocking=False,
     brief="Wait for the session to be ready",
     doc="""\
Does nothing when the handle is ready and fails otherwise: `launch` itself
waits until the session is ready.""")
