# SPDX-License-Identifier: LGPL-3.0-or-later
"""selinux"""

from model import (
    call, group, Bool, OBool, Pathname, RBool, RErr, RString, String,
    StringList)

group("selinux")

call("get_selinux",
     [], RBool("selinux"),
     since="1.0.67", impl="client", deprecated=True,
     deprecated_by="selinux_relabel", blocking=False)

call("getcon",
     [], RString("context"),
     since="1.0.67", deprecated=True, deprecated_by="selinux_relabel",
     optgroup="selinux")

call("selinux_relabel",
     [String("specfile"), Pathname("path")], RErr,
     opts=[OBool("force")],
     since="1.33.43", optgroup="selinuxrelabel")

call("set_selinux",
     [Bool("selinux")], RErr,
     since="1.0.67", impl="client", shell_alias=["selinux"], deprecated=True,
     deprecated_by="selinux_relabel", config_only=True, blocking=False)

call("setcon",
     [String("context")], RErr,
     since="1.0.67", deprecated=True, deprecated_by="selinux_relabel",
     optgroup="selinux")

call("setfiles",
     [String("specfile"), StringList("paths")], RErr,
     opts=[OBool("force")],
     since="1.57.1", optgroup="selinuxrelabel")
