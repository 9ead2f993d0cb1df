# SPDX-License-Identifier: LGPL-3.0-or-later
"""SELinux labels."""

from model import (
    call, group, Bool, OBool, Pathname, RBool, RErr, RString, String,
    StringList)

group("selinux")

call("get_selinux",
     [], RBool("selinux"),
     since="1.0.67", impl="client", deprecated=True,
     deprecated_by="selinux_relabel", blocking=False,
     brief="Tell whether SELinux is on in the session",
     doc="""\
Returns the flag of `set_selinux`.""")

call("getcon",
     [], RString("context"),
     since="1.0.67", impl="selinux", deprecated=True, deprecated_by="selinux_relabel",
     optgroup="selinux",
     brief="Return the SELinux context of the session",
     doc="""\
Returns the context that the worker's kernel gives the worker; an error where
that kernel has no SELinux.  Of no use: see `selinux_relabel`.""")

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

- `force`: set whole labels, also where an administrator has set one.""")

call("set_selinux",
     [Bool("selinux")], RErr,
     since="1.0.67", impl="client", shell_alias=["selinux"], deprecated=True,
     deprecated_by="selinux_relabel", config_only=True, blocking=False,
     brief="Turn SELinux on in the session",
     doc="""\
The flag is kept and changes nothing.""")

call("setcon",
     [String("context")], RErr,
     since="1.0.67", impl="selinux", deprecated=True, deprecated_by="selinux_relabel",
     optgroup="selinux",
     brief="Set the SELinux context of the session",
     doc="""\
Of no use: see `selinux_relabel`.""")

call("setfiles",
     [String("specfile"), StringList("paths")], RErr,
     opts=[OBool("force")],
     since="1.57.1", impl="selinux", optgroup="selinuxrelabel",
     brief="Set the SELinux labels of some paths",
     doc="""\
As `selinux_relabel`, for each of `paths`.

Optional arguments:

- `force`: set whole labels, also where an administrator has set one.""")
