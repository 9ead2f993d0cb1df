# SPDX-License-Identifier: LGPL-3.0-or-later
"""The session itself: its kernel, its features, its umask."""

from model import (
    call, example, group, Int, RBool, RErr, RInt, RString, RStringList, RStruct,
    String, StringList)

group("guest-kernel/system")

call("available",
     [StringList("groups")], RErr,
     impl="client", since="1.0.80",
     brief="Fail unless all given features are available",
     doc="""\
Succeeds if every optional group of `groups` can be used here, and
otherwise fails and names one that cannot.  A group that is not known is an
error too.""",
     examples=[
         example("fs", "available linuxxattrs")])

call("available_all_groups",
     [], RStringList("groups"),
     impl="client", since="1.3.15",
     brief="List all features that are known",
     doc="""\
Returns the names of all optional groups, whether they can be used here or
not.""",
     examples=[
         example("empty", "available-all-groups | grep -c '^lvm2$'", prints="1"),
     ])

call("dmesg",
     [], RString("kmsgs"),
     since="1.0.18", impl="mount",
     brief="Return the messages of the kernel",
     doc="""\
Returns the log of the kernel that the session runs on, where it may be
read.""",
     examples=[
         example("fs", "dmesg | head -n 0",
                 prints=""),
     ])

call("echo_daemon",
     [StringList("words")], RString("output"),
     since="1.0.69", impl="mount",
     brief="Return the words that were given",
     doc="""\
Joins `words` with spaces and returns them, after a trip to the session's
process.""",
     examples=[
         example("fs", 'echo-daemon "a b  c"',
                 prints="a b c"),
         example("fs", 'echo-daemon ""',
                 prints=""),
     ])

call("feature_available",
     [StringList("groups")], RBool("isavailable"),
     impl="client", since="1.21.26",
     brief="Tell whether features are available",
     doc="""\
Returns true if every optional group of `groups` can be used here; unlike
`available` it fails only if something goes wrong.""",
     examples=[
         example("fs", "feature-available linuxxattrs", prints="true"),
        example("fs", "feature-available \"augeas realpath\"", prints="true"),
         example("fs", "feature-available nothing", error="nothing: unknown group", errno="EINVAL")])

call("get_umask",
     [], RInt("mask"),
     since="1.3.4", impl="fileops", shell_output="octal",
     brief="Return the umask of the session",
     doc="""\
Returns the mask that `umask` set, at first 022.""",
     examples=[example("empty", "get-umask", prints="022")])

call("modprobe",
     [String("modulename")], RErr,
     since="1.0.68", impl="mount", optgroup="linuxmodules",
     brief="Load a kernel module",
     doc="""\
Loads `modulename` into the kernel of the session.  It is refused where
that kernel is the host's and the module is not loaded already.""",
     examples=[
         # What is there already is no reason to load anything.
         example("fs", "modprobe loop"),
         example("fs", "modprobe ../evil",
                 error="is not the name of a module", errno="EINVAL"),
         example("fs", "modprobe no_such_module",
                 error="no_such_module"),
     ])

call("ping_daemon",
     [], RErr,
     since="1.0.18", impl="fileops",
     brief="Ask the session's process for an answer",
     doc="""\
Succeeds if it is alive.""",
     examples=[example("empty", "ping-daemon"),
               example("none", "ping-daemon", error="call launch before using this function")])

call("sleep",
     [Int("secs")], RErr,
     since="1.0.41", impl="fileops",
     brief="Wait for some seconds",
     doc="""\
Waits for `secs` seconds in the session's process.""",
     examples=[example("empty", "sleep 0"),
               example("empty", "sleep -1", error="a negative time", errno="EINVAL")])

call("umask",
     [Int("mask")], RInt("oldmask"),
     since="1.0.55", impl="fileops", shell_output="octal",
     brief="Set the umask of the session",
     doc="""\
Sets the mask that new files and directories are made with and returns the
one before.  It is from 0 to 0777.""",
     examples=[
         example("fs", "umask 027", prints="022"),
         example("fs", "umask 027", "get-umask", prints="027"),
         example("fs", "umask 027", "touch /f", "mkdir /d", "stat /d | grep ^mode", prints="mode: 16872"),
         example("fs", "umask 01000", error="01000: is not from 0 to 0777", errno="EINVAL"),
     ])

call("utsname",
     [], RStruct("uts", "utsname"),
     since="1.19.27", impl="fileops",
     brief="Return the name and version of the session's kernel",
     doc="""\
Returns what uname(2) says where the session runs, which is not the guest's
own kernel.""",
     examples=[example("empty", "utsname | grep ^uts_sysname", prints="uts_sysname: Linux")])
