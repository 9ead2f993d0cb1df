# SPDX-License-Identifier: LGPL-3.0-or-later
"""augeas"""

from model import (
    call, group, Bool, Int, OBool, OptString, Pathname, RErr, RInt,
    RString, RStringList, RStruct, String)

group("augeas")

call("aug_clear",
     [String("augpath")], RErr,
     since="1.3.4")

call("aug_close",
     [], RErr,
     since="0.0.7")

call("aug_defnode",
     [String("name"), String("expr"), String("val")],
     RStruct("nrnodescreated", "int_bool"),
     since="0.0.7")

call("aug_defvar",
     [String("name"), OptString("expr")], RInt("nrnodes"),
     since="0.0.7")

call("aug_get",
     [String("augpath")], RString("val"),
     since="0.0.7")

call("aug_init",
     [Pathname("root"), Int("flags")], RErr,
     since="0.0.7")

call("aug_insert",
     [String("augpath"), String("label"), Bool("before")], RErr,
     since="0.0.7")

call("aug_label",
     [String("augpath")], RString("label"),
     since="1.23.14")

call("aug_load",
     [], RErr,
     since="0.0.7")

call("aug_ls",
     [String("augpath")], RStringList("matches"),
     since="0.0.8")

call("aug_match",
     [String("augpath")], RStringList("matches"),
     since="0.0.7")

call("aug_mv",
     [String("src"), String("dest")], RErr,
     since="0.0.7")

call("aug_rm",
     [String("augpath")], RInt("nrnodes"),
     since="0.0.7")

call("aug_save",
     [], RErr,
     since="0.0.7")

call("aug_set",
     [String("augpath"), String("val")], RErr,
     since="0.0.7")

call("aug_setm",
     [String("base"), OptString("sub"), String("val")], RInt("nodes"),
     since="1.23.14")

call("aug_transform",
     [String("lens"), String("file")], RErr,
     opts=[OBool("remove")],
     since="1.35.2")
