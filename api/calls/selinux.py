# SPDX-License-Identifier: LGPL-3.0-or-later
"""SELinux labels."""

from model import (
    call, example, group, Bool, OBool, Pathname, RBool, RErr, RString, String,
    StringList)

group("selinux")

call("get_selinux",
     [], RBool("selinux"),
     since="1.0.67", impl="client", deprecated=True,
     deprecated_by="selinux_relabel", blocking=False,
     brief="Tell whether SELinux is on in the session",
     doc="""\
Returns the flag of `set_selinux`.""",
     examples=[
         example("none", "get-selinux", prints="false"),
         example("none", "set-selinux true", "get-selinux", prints="true"),
     ])

call("getcon",
     [], RString("context"),
     since="1.0.67", impl="selinux", deprecated=True, deprecated_by="selinux_relabel",
     optgroup="selinux",
     brief="Return the SELinux context of the session",
     doc="""\
Returns the context that the worker's kernel gives the worker; an error where
that kernel has no SELinux.  Of no use: see `selinux_relabel`.""",
     examples=[
         example("none", "getcon", error="getcon: call launch before using this function"),
     ])

call("selinux_relabel",
     [String("specfile"), Pathname("path")], RErr,
     opts=[OBool("force")],
     since="1.33.43", impl="selinux", optgroup="selinuxrelabel",
     brief="Set the SELinux labels of a tree",
     doc="""\
Labels `path` and all below it as the guest's own file `specfile` says, which is
usually "/etc/selinux/TYPE/contexts/files/file_contexts".  Files beside it with
".homedirs", ".local", ".subs" and ".subs_dist" at the end of their names are used
as well.  Of a label that is there only the type changes, and not even that when
the policy names it as one that people set.  /dev, /proc, /sys and /selinux are
left out.

Optional arguments:

- `force`: set whole labels, also where an administrator has set one.""",
     examples=[
         example("guest", "selinux-relabel /etc/contexts /etc",
                 "lgetxattr /etc/hosts security.selinux | tr -d '\\0'",
                 prints="system_u:object_r:etc_t:s0"),
         example("guest", "selinux-relabel /etc/contexts /",
                 "lgetxattr /hive security.selinux | tr -d '\\0'",
                 prints="system_u:object_r:default_t:s0"),
         example("guest", "selinux-relabel /nope /", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("guest", "selinux-relabel /etc/contexts /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("set_selinux",
     [Bool("selinux")], RErr,
     since="1.0.67", impl="client", shell_alias=["selinux"], deprecated=True,
     deprecated_by="selinux_relabel", config_only=True, blocking=False,
     brief="Turn SELinux on in the session",
     doc="""\
The flag is kept and changes nothing.""",
     examples=[
         example("none", "selinux true", "get-selinux", prints="true"),
         example("empty", "set-selinux true", error="can only be called in the config state"),
     ])

call("setcon",
     [String("context")], RErr,
     since="1.0.67", impl="selinux", deprecated=True, deprecated_by="selinux_relabel",
     optgroup="selinux",
     brief="Set the SELinux context of the session",
     doc="""\
Of no use: see `selinux_relabel`.""",
     examples=[
         example("none", "setcon x:y:z:s0", error="setcon: call launch before using this function"),
     ])

call("setfiles",
     [String("specfile"), StringList("paths")], RErr,
     opts=[OBool("force")],
     since="1.57.1", impl="selinux", optgroup="selinuxrelabel",
     brief="Set the SELinux labels of some paths",
     doc="""\
As `selinux_relabel`, for each of `paths`.

Optional arguments:

- `force`: set whole labels, also where an administrator has set one.""",
     examples=[
         example("guest", "setfiles /etc/contexts '/etc/hosts /hive'",
                 "lgetxattr /etc/hosts security.selinux | tr -d '\\0'",
                 prints="system_u:object_r:etc_t:s0"),
         example("guest", "setfiles /etc/contexts '/etc/hosts /nope'", error="/nope"),
     ])
