# SPDX-License-Identifier: LGPL-3.0-or-later
"""The handle: its settings."""

from model import (
    call, example, group, Bool, Int, OptString, RBool, RConstOptString,
    RConstString, RErr, RInt, RInt64, RString, RStringList, RStruct, String,
    StringList)

group("handle/config")

call("c_pointer",
     [], RInt64("ptr"),
     since="1.29.17", impl="client", shell_output="hex",
     brief="Return the address of the C handle as a number",
     doc="""\
The value is the `guestfs_h *` itself.  A binding uses it to pass its
handle to C code in the same process; printed, it tells handles apart in a
log.  It is valid until the handle is closed.""",
     examples=[
         example("none", "c-pointer | grep -c ^0x", prints="1"),
     ])

call("clear_backend_setting",
     [String("name")], RInt("count"),
     since="1.27.2", impl="client", config_only=True, blocking=False,
     brief="Forget all backend settings of one name",
     doc="""\
Removes `name` itself and every `name=value` from the backend settings.
Returns how many entries were removed, which may be 0; a name that is not
set is no error.  The handle must not have been launched yet.""",
     examples=[
         example("none", "set-backend-settings \"a=1 b=2\"",
                 "clear-backend-setting a", prints="1"),
         example("none", "set-backend-settings \"a=1 b=2\"",
                 "clear-backend-setting a", "get-backend-settings", prints="b=2"),
         example("none", "clear-backend-setting a", prints="0"),
     ])

call("config",
     [String("hvparam"), OptString("hvvalue")], RErr,
     since="0.0.3", impl="client", config_only=True, blocking=False,
     brief="Pass an extra parameter to the hypervisor",
     doc="""\
Appends the option `hvparam`, and its value `hvvalue` when that is not
NULL, to the command line of whatever process holds the guest's disks.
`hvparam` must begin with a dash.  It exists for programs that know which
hypervisor they start; launchers without a hypervisor keep the words and do
not use them.  The handle must not have been launched yet.""",
     examples=[
         example("none", "config -device some-device"),
         example("none", "config -device \"\""),
         example("empty", "config -device x",
                 error="this function can only be called in the config state"),
     ])

call("get_append",
     [], RConstOptString("append"),
     since="1.0.26", impl="client", blocking=False,
     brief="Return the extra kernel words set with set_append",
     doc="""\
Returns NULL, which is no error, when nothing was set.  The string belongs
to the handle.""",
     examples=[
         example("none", "set-append quiet", "get-append", prints="quiet"),
         example("none", "get-append", prints="(null)"),
     ])

call("get_attach_method",
     [], RString("backend"),
     since="1.9.8", impl="client", deprecated=True,
     deprecated_by="get_backend", blocking=False,
     brief="Return the backend, in the form of old versions",
     doc="""\
The same as `get_backend`, except that "direct" is called "appliance", as
it was when this call was made.""",
     examples=[
         example("none", "set-backend direct", "get-attach-method",
                 prints="appliance"),
     ])

call("get_autosync",
     [], RBool("autosync"),
     since="0.0.3", impl="client", blocking=False,
     brief="Tell whether the session is synced when it ends",
     doc="""\
True, the default, means that filesystems are unmounted and their data
written before `shutdown` or closing the handle returns.""",
     examples=[
         example("none", "get-autosync", prints="true"),
     ])

call("get_backend",
     [], RString("backend"),
     since="1.21.26", impl="client", blocking=False,
     brief="Return the name of the backend",
     doc="""\
The name as it was set with `set_backend` or by the environment, not the
launcher that was chosen in the end.  The caller frees the string.""",
     examples=[
         example("none", "set-backend direct", "get-backend", prints="direct"),
         example("none", "set-backend libvirt:qemu:///session", "get-backend",
                 prints="libvirt:qemu:///session"),
     ])

call("get_backend_setting",
     [String("name")], RString("val"),
     since="1.27.2", impl="client", blocking=False,
     brief="Return one backend setting by its name",
     doc="""\
Looks for `name=value` among the settings and returns the value, or "1"
when just `name` is there.  If `name` is not set the call fails with the
errno ESRCH, so a program can tell this from other errors.  The caller
frees the string.""",
     examples=[
         example("none", "set-backend-settings \"one two=2\"",
                 "get-backend-setting one", prints="1"),
         example("none", "set-backend-settings \"one two=2=3\"",
                 "get-backend-setting two", prints="2=3"),
         example("none", "get-backend-setting one", error="setting not found"),
     ])

call("get_backend_settings",
     [], RStringList("settings"),
     since="1.25.24", impl="client", blocking=False,
     brief="Return all backend settings",
     doc="""\
Returns the list as it was set with `set_backend_settings` or read from the
environment variable LIBGUESTFS_BACKEND_SETTINGS; it may be empty.""",
     examples=[
         example("none", "set-backend-settings \"a 'b c' d=e\"",
                 "get-backend-settings", prints="a\nb c\nd=e"),
         example("none", "get-backend-settings", prints=""),
     ])

call("get_cachedir",
     [], RString("cachedir"),
     since="1.19.58", impl="client", blocking=False,
     brief="Return the directory for large files that can be made again",
     doc="""\
The directory set with `set_cachedir`; else LIBGUESTFS_CACHEDIR, else
TMPDIR, from the environment; else /var/tmp.  The caller frees the string.""",
     examples=[
         example("none", "get-cachedir", prints="/var/tmp"),
     ])

call("get_direct",
     [], RBool("direct"),
     since="1.0.72", impl="client", deprecated=True,
     deprecated_by="internal_get_console_socket", blocking=False,
     brief="Tell whether direct mode is on",
     doc="""\
Direct mode once connected a guest's console to the program.  The flag is
kept for old programs and changes nothing.""",
     examples=[
         example("none", "get-direct", prints="false"),
     ])

call("get_hv",
     [], RString("hv"),
     since="1.23.17", impl="client", blocking=False,
     brief="Return the path of the hypervisor binary",
     doc="""\
The path set with `set_hv` or by the environment, else the one chosen when
the library was built.  The caller frees the string.""",
     examples=[
         example("none", "set-hv /bin/true", "get-hv", prints="/bin/true"),
     ])

call("get_identifier",
     [], RConstString("identifier"),
     since="1.31.14", impl="client", blocking=False,
     brief="Return the handle's identifier",
     doc="""\
Returns the text set with `set_identifier`; it is empty at first and never
NULL.  The string belongs to the handle.""",
     examples=[
         example("none", "get-identifier", prints=""),
     ])

call("get_memsize",
     [], RInt("memsize"),
     since="1.0.55", impl="client", blocking=False,
     brief="Return the memory given to a launcher's kernel, in megabytes",
     doc="""\
The number that was set with `set_memsize` or LIBGUESTFS_MEMSIZE, or the
default.  A launcher that uses the host's kernel does not need it.""",
     examples=[
         example("none", "set-memsize 1000", "get-memsize", prints="1000"),
     ])

call("get_network",
     [], RBool("network"),
     since="1.5.4", impl="client", blocking=False,
     brief="Tell whether the guest's side may use the network",
     doc="""\
The flag of `set_network`; it is off unless the program turned it on.""",
     examples=[
         example("none", "get-network", prints="false"),
     ])

call("get_path",
     [], RConstString("path"),
     since="0.0.3", impl="client", blocking=False,
     brief="Return the search path for the launcher's own files",
     doc="""\
The path set with `set_path` or LIBGUESTFS_PATH, or the built-in one.  The
string belongs to the handle.""",
     examples=[
         example("none", "set-path /one:/two", "get-path", prints="/one:/two"),
     ])

call("get_pgroup",
     [], RBool("pgroup"),
     since="1.11.18", impl="client", blocking=False,
     brief="Tell whether children get a process group of their own",
     doc="""\
The flag of `set_pgroup`; it is off at first.""",
     examples=[
         example("none", "get-pgroup", prints="false"),
     ])

call("get_program",
     [], RConstString("program"),
     since="1.21.29", impl="client", blocking=False,
     brief="Return the name of the program that uses the handle",
     doc="""\
The name set with `set_program`, else the name under which the program was
started.  It is never NULL and belongs to the handle.""",
     examples=[
         example("none", "set-program some-program", "get-program",
                 prints="some-program"),
     ])

call("get_qemu",
     [], RConstString("hv"),
     since="1.0.6", impl="client", deprecated=True, deprecated_by="get_hv",
     blocking=False,
     brief="Return the path of the hypervisor binary",
     doc="""\
As `get_hv`, but the string belongs to the handle and is valid until the
path is set again or the handle is closed.""",
     examples=[
         example("none", "set-qemu /bin/true", "get-qemu", prints="/bin/true"),
     ])

call("get_recovery_proc",
     [], RBool("recoveryproc"),
     since="1.0.77", impl="client", blocking=False,
     brief="Tell whether a recovery process is used",
     doc="""\
The flag of `set_recovery_proc`; it is on at first.""",
     examples=[
         example("none", "get-recovery-proc", prints="true"),
     ])

call("get_smp",
     [], RInt("smp"),
     since="1.13.15", impl="client", blocking=False,
     brief="Return the number of virtual processors",
     doc="""\
The number set with `set_smp`; it is 1 at first.""",
     examples=[
         example("none", "get-smp", prints="1"),
     ])

call("get_sockdir",
     [], RString("sockdir"),
     since="1.33.8", impl="client", blocking=False,
     brief="Return the directory for the session's sockets",
     doc="""\
A directory that only this user can enter and whose name is short enough
for a Unix socket's address: XDG_RUNTIME_DIR when it is set and usable,
else /tmp.  The caller frees the string.""",
     examples=[
         example("none", "get-sockdir", prints="/tmp"),
     ])

call("get_tmpdir",
     [], RString("tmpdir"),
     since="1.19.58", impl="client", blocking=False,
     brief="Return the directory for small temporary files",
     doc="""\
The directory set with `set_tmpdir`; else LIBGUESTFS_TMPDIR, else TMPDIR,
from the environment; else /tmp.  The caller frees the string.""",
     examples=[
         example("none", "get-tmpdir", prints="/tmp"),
     ])

call("get_trace",
     [], RBool("trace"),
     since="1.0.69", impl="client", blocking=False,
     brief="Tell whether calls are traced",
     doc="""\
The flag of `set_trace`.""",
     examples=[
         example("none", "get-trace", prints="false"),
         example("none", "set-trace true", "get-trace", prints="true"),
     ])

call("get_verbose",
     [], RBool("verbose"),
     since="0.0.3", impl="client", blocking=False,
     brief="Tell whether messages for debugging are on",
     doc="""\
The flag of `set_verbose`.""",
     examples=[
         example("none", "get-verbose", prints="false"),
     ])

call("parse_environment",
     [], RErr,
     since="1.19.53", impl="client", blocking=False,
     brief="Take settings from the environment variables",
     doc="""\
Reads the LIBGUESTFS_* variables and TMPDIR of the process and sets what
they say: backend and its settings, memory, tracing, search path and
directories.  `guestfs_create` does this by itself; the call is for handles
made with GUESTFS_CREATE_NO_ENVIRONMENT.  A variable that cannot be parsed
is an error, and those read before it stay set.""",
     examples=[
         example("none", "setenv LIBGUESTFS_MEMSIZE 900", "parse-environment",
                 "get-memsize", prints="900"),
         example("none", "setenv LIBGUESTFS_TRACE perhaps", "parse-environment",
                 error="LIBGUESTFS_TRACE=perhaps: non-boolean value"),
     ])

call("parse_environment_list",
     [StringList("environment")], RErr,
     since="1.19.53", impl="client", blocking=False,
     brief="Take settings from a list of NAME=VALUE",
     doc="""\
As `parse_environment`, but `environment` is looked at in place of the
process's own variables.  Each element has the form NAME=VALUE; names that
do not belong to the library are ignored.""",
     examples=[
         example("none", "parse-environment-list \"LIBGUESTFS_MEMSIZE=700 X=Y\"",
                 "get-memsize", prints="700"),
         example("none", "parse-environment-list LIBGUESTFS_MEMSIZE=many",
                 error="non-numeric value for LIBGUESTFS_MEMSIZE"),
         example("none", "parse-environment-list LIBGUESTFS_BACKEND=nope",
                 error="invalid backend: nope"),
     ])

call("set_append",
     [OptString("append")], RErr,
     since="1.0.26", impl="client", shell_alias=["append"], config_only=True,
     blocking=False,
     brief="Set extra words for the kernel's command line",
     doc="""\
Of its words one has an effect, as libguestfs's rescue shell has it:
`guestfs_rescue=1` asks for a session with such a shell, which is one of the
uml launcher.  All others are kept and not used.  NULL takes them away.  The
handle must not have been launched yet.""",
     examples=[
         example("none", "set-append quiet", "set-append \"\"", "get-append",
                 prints="(null)"),
         example("empty", "set-append quiet",
                 error="this function can only be called in the config state"),
     ])

call("set_attach_method",
     [String("backend")], RErr,
     since="1.9.8", impl="client", shell_alias=["attach-method"],
     deprecated=True, deprecated_by="set_backend", config_only=True,
     blocking=False,
     brief="Set the backend, in the form of old versions",
     doc="""\
The same as `set_backend`, except that "appliance" stands for "direct".""",
     examples=[
         example("none", "set-attach-method appliance", "get-backend",
                 prints="direct"),
         example("none", "set-attach-method nope", error="invalid backend: nope"),
     ])

call("set_autosync",
     [Bool("autosync")], RErr,
     since="0.0.3", impl="client", shell_alias=["autosync"], blocking=False,
     brief="Say whether the session is synced when it ends",
     doc="""\
With true, the default, ending the session unmounts all filesystems and
waits until their data is written.  With false the program must unmount or
`sync` by itself, or what was written last may be lost.""",
     examples=[
         example("none", "set-autosync false", "get-autosync", prints="false"),
         example("fs", "set-autosync false", "get-autosync", prints="false"),
     ])

call("set_backend",
     [String("backend")], RErr,
     since="1.21.26", impl="client", shell_alias=["backend"],
     config_only=True, blocking=False,
     brief="Choose how the session is started",
     doc="""\
`backend` names the way in which `launch` works.  "direct", "libvirt" and
"libvirt:URI" are the names that existing programs use; they are accepted
and stand for the default choice.  A backend that is not known is an error
at once.  The default comes from LIBGUESTFS_BACKEND, or is chosen at launch
from what this machine can do.  The handle must not have been launched yet.""",
     examples=[
         example("none", "set-backend nope", error="invalid backend: nope"),
         example("none", "set-backend appliance", "get-backend", prints="direct"),
         example("empty", "set-backend direct",
                 error="this function can only be called in the config state"),
     ])

call("set_backend_setting",
     [String("name"), String("val")], RErr,
     since="1.27.2", impl="client", config_only=True, blocking=False,
     brief="Set one backend setting",
     doc="""\
Adds `name=val` to the backend settings after removing all earlier entries
of `name`.  Settings that the backend does not know are kept and ignored.
The handle must not have been launched yet.""",
     examples=[
         example("none", "set-backend-setting a 1", "set-backend-setting b 2",
                 "set-backend-setting a 3", "get-backend-settings",
                 prints="b=2\na=3"),
         example("none", "set-backend-setting a \"\"", "get-backend-setting a",
                 prints=""),
     ])

call("set_backend_settings",
     [StringList("settings")], RErr,
     since="1.25.24", impl="client", config_only=True, blocking=False,
     brief="Replace all backend settings",
     doc="""\
`settings` is a list of words of the form NAME or NAME=VALUE, such as
"force_tcg".  It replaces what was set before; an empty list clears it.
Settings that the backend does not know are ignored.
LIBGUESTFS_BACKEND_SETTINGS sets the same list, separated by colons.  The
handle must not have been launched yet.""",
     examples=[
         example("none", "set-backend-settings a", "set-backend-settings \"\"",
                 "get-backend-settings", prints=""),
     ])

call("set_cachedir",
     [OptString("cachedir")], RErr,
     since="1.19.58", impl="client", shell_alias=["cachedir"],
     config_only=True, blocking=False,
     brief="Set the directory for large files that can be made again",
     doc="""\
`cachedir` is used for things that several sessions share and that can be
made anew, and for overlays of read-only drives.  It needs much free space.
NULL goes back to the default, see `get_cachedir`.  The handle must not
have been launched yet.""",
     examples=[
         example("none", "!mkdir cache", "set-cachedir cache",
                 "get-cachedir | grep -c ^/.*/cache$", prints="1"),
         example("none", "set-cachedir /tmp", "set-cachedir \"\"", "get-cachedir",
                 prints="/var/tmp"),
         example("none", "set-cachedir /nowhere", error="/nowhere"),
     ])

call("set_direct",
     [Bool("direct")], RErr,
     since="1.0.72", impl="client", shell_alias=["direct"], deprecated=True,
     deprecated_by="internal_get_console_socket", config_only=True,
     blocking=False,
     brief="Turn direct mode on or off",
     doc="""\
The flag is kept for old programs and changes nothing.""",
     examples=[
         example("none", "set-direct true", "get-direct", prints="true"),
     ])

call("set_hv",
     [String("hv")], RErr,
     since="1.23.17", impl="client", shell_alias=["hv"], config_only=True,
     blocking=False,
     brief="Set the path of the hypervisor binary",
     doc="""\
`hv` is the program that a launcher with a virtual machine would start.
The environment variable LIBGUESTFS_HV sets the same.  Launchers without a
hypervisor keep the path and do not use it.  The handle must not have been
launched yet.""",
     examples=[
         example("none", "set-hv /bin/true", "get-qemu", prints="/bin/true"),
     ])

call("set_identifier",
     [String("identifier")], RErr,
     since="1.31.14", impl="client", shell_alias=["identifier"],
     blocking=False,
     brief="Give the handle a name for traces",
     doc="""\
When `identifier` is not empty, each line of the trace begins with it and a
colon, so that several handles of one program can be told apart.  It may
hold ASCII letters, digits, dash and underscore; anything else is an error.""",
     examples=[
         example("none", "set-identifier session-7", "get-identifier",
                 prints="session-7"),
     ])

call("set_memsize",
     [Int("memsize")], RErr,
     since="1.0.55", impl="client", shell_alias=["memsize"], config_only=True,
     blocking=False,
     brief="Set the memory for a launcher's kernel, in megabytes",
     doc="""\
`memsize` counts megabytes.  Values that are too small to boot are refused.
LIBGUESTFS_MEMSIZE sets the same.  Only launchers that boot a kernel of
their own use it.  The handle must not have been launched yet.""",
     examples=[
         example("none", "set-memsize 255", error="too small value for memsize"),
         example("none", "set-memsize -1", error="too small value for memsize"),
         example("none", "set-memsize 256", "get-memsize", prints="256"),
     ])

call("set_network",
     [Bool("network")], RErr,
     since="1.5.4", impl="client", shell_alias=["network"], config_only=True,
     blocking=False,
     brief="Say whether the guest's side may use the network",
     doc="""\
With true, guest programs that are run by `command` and `sh` can reach the
network, as far as the launcher can provide it.  False is the default.  The
handle must not have been launched yet.""",
     examples=[
         example("none", "set-network true", "get-network", prints="true"),
     ])

call("set_path",
     [OptString("searchpath")], RErr,
     since="0.0.3", impl="client", shell_alias=["path"], config_only=True,
     blocking=False,
     brief="Set the search path for the launcher's own files",
     doc="""\
`searchpath` is a list of directories separated by colons.  NULL goes back
to the built-in path.  The environment variable LIBGUESTFS_PATH sets the
same.""",
     examples=[
         example("none", "get-path | wc -l", prints="1"),
         example("none", "set-path /one", "set-path \"\"", "get-path | grep -c /one",
                 prints="0"),
     ])

call("set_pgroup",
     [Bool("pgroup")], RErr,
     since="1.11.18", impl="client", shell_alias=["pgroup"], config_only=True,
     blocking=False,
     brief="Put children into a process group of their own",
     doc="""\
With true, processes that the library starts do not get the signals that a
terminal sends to the program's own group, for example at Ctrl-C.  False is
the default.  The handle must not have been launched yet.""",
     examples=[
         example("none", "set-pgroup true", "get-pgroup", prints="true"),
     ])

call("set_program",
     [String("program")], RErr,
     since="1.21.29", impl="client", shell_alias=["program"], blocking=False,
     brief="Set the name of the program that uses the handle",
     doc="""\
`program` is only information: it is shown in messages for debugging.  The
default is the name under which the program was started.""",
     examples=[
         example("none", "set-program \"\"", "get-program", prints=""),
     ])

call("set_qemu",
     [OptString("hv")], RErr,
     since="1.0.6", impl="client", shell_alias=["qemu"], deprecated=True,
     deprecated_by="set_hv", config_only=True, blocking=False,
     brief="Set the path of the hypervisor binary",
     doc="""\
As `set_hv`, but NULL goes back to the default.""",
     examples=[
         example("none", "set-qemu /bin/true", "set-qemu \"\"",
                 "get-qemu | grep -c true", prints="0"),
     ])

call("set_recovery_proc",
     [Bool("recoveryproc")], RErr,
     since="1.0.77", impl="client", shell_alias=["recovery-proc"],
     config_only=True, blocking=False,
     brief="Say whether the session ends with this process",
     doc="""\
When the flag is on, as it is at first, a session ends with the process
that launched it, even if that has a child of fork(2) which goes on: such a
child has the session's connection, too.  When it is off the session ends
with the last process that has the connection, which is what programs want
that go into the background after launch.  The handle must not have been
launched yet.""",
     examples=[
         example("none", "set-recovery-proc false", "get-recovery-proc",
                 prints="false"),
     ])

call("set_smp",
     [Int("smp")], RErr,
     since="1.13.15", impl="client", shell_alias=["smp"], config_only=True,
     blocking=False,
     brief="Set the number of virtual processors",
     doc="""\
`smp` must be at least 1 and at most 255.  Only launchers that boot a
kernel of their own use it.  The handle must not have been launched yet.""",
     examples=[
         example("none", "set-smp 4", "get-smp", prints="4"),
         example("none", "set-smp 0", error="invalid smp parameter: 0"),
         example("none", "set-smp 256",
                 error="unsupported number of smp vcpus: 256"),
     ])

call("set_tmpdir",
     [OptString("tmpdir")], RErr,
     since="1.19.58", impl="client", shell_alias=["tmpdir"], config_only=True,
     blocking=False,
     brief="Set the directory for small temporary files",
     doc="""\
`tmpdir` must exist; the session's sockets and small files are made in a
new directory below it, which is removed when the handle is closed.  NULL
goes back to the default, see `get_tmpdir`.  The handle must not have been
launched yet.""",
     examples=[
         example("none", "!mkdir some", "set-tmpdir some",
                 "get-tmpdir | grep -c ^/.*/some$", prints="1"),
         example("none", "set-tmpdir /var/tmp", "set-tmpdir \"\"", "get-tmpdir",
                 prints="/tmp"),
         example("none", "set-tmpdir /nowhere", error="/nowhere"),
     ])

call("set_trace",
     [Bool("trace")], RErr,
     since="1.0.69", impl="client", shell_alias=["trace"], blocking=False,
     brief="Turn tracing of calls on or off",
     doc="""\
With true, each public call sends an event before it runs, with its
arguments, and one after, with its result.  If no callback was set for
GUESTFS_EVENT_TRACE the lines go to standard error.  Keys are never shown.
The environment variable LIBGUESTFS_TRACE=1 turns it on for new handles.""",
     examples=[
         example("none", "set-trace true", "set-trace false", "get-trace",
                 prints="false"),
     ])

call("set_verbose",
     [Bool("verbose")], RErr,
     since="0.0.3", impl="client", shell_alias=["verbose"], blocking=False,
     brief="Turn messages for debugging on or off",
     doc="""\
With true, the library and the session's processes say what they do.
Without a callback for the events, the messages go to standard error.  The
environment variable LIBGUESTFS_DEBUG=1 turns it on for new handles.""",
     examples=[
         example("none", "set-verbose true", "get-verbose", prints="true"),
         example("empty", "set-verbose true", "set-verbose false", "list-devices",
                 prints="/dev/sda"),
     ])

call("version",
     [], RStruct("version", "version"),
     since="1.0.58", impl="client", blocking=False,
     brief="Return the version of the API that the library provides",
     doc="""\
`major`, `minor` and `release` are the numbers of the libguestfs version
whose API this library implements, and `extra` is free text that may be
empty.  Programs use it to print what they run on; to know whether a
function exists look for GUESTFS_HAVE_* macros or for the symbol, and for
its feature with `feature_available`.""",
     examples=[
         example("none", "version | head -2", prints="major: 1\nminor: 48"),
     ])
