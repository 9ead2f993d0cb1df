# SPDX-License-Identifier: LGPL-3.0-or-later
"""xattr"""

from model import (
    call, group, FilenameList, Int, Pathname, RBufferOut, RErr, RString,
    RStructList, String)

group("acl")

call("acl_delete_def_file",
     [Pathname("dir")], RErr,
     since="1.19.63", optgroup="acl")

call("acl_get_file",
     [Pathname("path"), String("acltype")], RString("acl"),
     since="1.19.63", optgroup="acl")

call("acl_set_file",
     [Pathname("path"), String("acltype"), String("acl")], RErr,
     since="1.19.63", optgroup="acl")

group("capabilities")

call("cap_get_file",
     [Pathname("path")], RString("cap"),
     since="1.19.63", optgroup="linuxcaps")

call("cap_set_file",
     [Pathname("path"), String("cap")], RErr,
     since="1.19.63", optgroup="linuxcaps")

group("xattr")

call("getxattr",
     [Pathname("path"), String("name")], RBufferOut("xattr"),
     since="1.7.24", optgroup="linuxxattrs")

call("getxattrs",
     [Pathname("path")], RStructList("xattrs", "xattr"),
     since="1.0.59", optgroup="linuxxattrs")

call("lgetxattr",
     [Pathname("path"), String("name")], RBufferOut("xattr"),
     since="1.7.24", optgroup="linuxxattrs")

call("lgetxattrs",
     [Pathname("path")], RStructList("xattrs", "xattr"),
     since="1.0.59", optgroup="linuxxattrs")

call("lremovexattr",
     [String("xattr"), Pathname("path")], RErr,
     since="1.0.59", optgroup="linuxxattrs")

call("lsetxattr",
     [String("xattr"), String("val"), Int("vallen"), Pathname("path")], RErr,
     since="1.0.59", optgroup="linuxxattrs")

call("lxattrlist",
     [Pathname("path"), FilenameList("names")], RStructList("xattrs", "xattr"),
     since="1.0.77", optgroup="linuxxattrs")

call("removexattr",
     [String("xattr"), Pathname("path")], RErr,
     since="1.0.59", optgroup="linuxxattrs")

call("setxattr",
     [String("xattr"), String("val"), Int("vallen"), Pathname("path")], RErr,
     since="1.0.59", optgroup="linuxxattrs")
