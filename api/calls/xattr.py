# SPDX-License-Identifier: LGPL-3.0-or-later
"""Extended attributes, ACLs and capabilities of files."""

from model import (
    call, example, group, FilenameList, Int, Pathname, RBufferOut, RErr, RString,
    RStructList, String)

group("acl")

call("acl_delete_def_file",
     [Pathname("dir")], RErr,
     since="1.19.63", impl="fileops", optgroup="acl",
     brief="Remove the default ACL of a directory",
     doc="""\
New files in `dir` no longer inherit an ACL.""",
     examples=[
         example("tree", "acl-set-file /dir default u::rwx,g::r-x,o::r-x", "acl-delete-def-file /dir", "acl-get-file /dir default",
                 prints=""),
         example("tree", "acl-delete-def-file /dir"),
         example("tree", "acl-delete-def-file /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("acl_get_file",
     [Pathname("path"), String("acltype")], RString("acl"),
     since="1.19.63", impl="fileops", optgroup="acl",
     brief="Return the POSIX ACL of a file",
     doc="""\
Returns the ACL of `path` as text; `acltype` is "access" or, for
directories, "default".""",
     examples=[
         example("tree", "acl-get-file /hello access",
                 prints="user::rw-\ngroup::r--\nother::r--\n"),
         example("tree", "acl-get-file /dir default",
                 prints=""),
         example("tree", "acl-get-file /link access",
                 prints="user::rw-\ngroup::r--\nother::r--\n"),
         example("tree", "acl-get-file /hello default",
                 error="/hello: Permission denied", errno="EACCES"),
         example("tree", "acl-get-file /hello foo",
                 error="invalid acltype parameter: foo", errno="EINVAL"),
         example("tree", "acl-get-file /up access",
                 error="/up: No such file or directory", errno="ENOENT"),
     ])

call("acl_set_file",
     [Pathname("path"), String("acltype"), String("acl")], RErr,
     since="1.19.63", impl="fileops", optgroup="acl",
     brief="Set the POSIX ACL of a file",
     doc="""\
Sets the ACL of `path` from the text `acl`, long or short form, with
numbers for users and groups; `acltype` is "access" or "default".""",
     examples=[
         example("tree", "acl-set-file /dir default u::rwx,g::r-x,o::r-x,u:500:rw,m::rwx", "acl-get-file /dir default",
                 prints="user::rwx\nuser:500:rw-\ngroup::r-x\nmask::rwx\nother::r-x\n"),
         example("tree", "acl-set-file /hello access u::rwx,g::r,o::-", "stat /hello | grep ^mode",
                 prints="mode: 33248"),
         example("tree", "acl-set-file /hello access garbage",
                 error="could not parse acl string: garbage", errno="EINVAL"),
         example("tree", "acl-set-file /hello access u::rwx",
                 error="could not parse acl string: u::rwx", errno="EINVAL"),
         example("tree", "acl-set-file /hello default u::rwx,g::r,o::-",
                 error="/hello: Permission denied", errno="EACCES"),
         example("tree", "acl-set-file /hello both u::rwx,g::r,o::-",
                 error="invalid acltype parameter: both", errno="EINVAL"),
         example("tree", "acl-set-file /nope access u::rwx,g::r,o::-",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

group("capabilities")

call("cap_get_file",
     [Pathname("path")], RString("cap"),
     since="1.19.63", impl="fileops", optgroup="linuxcaps",
     brief="Return the Linux capabilities of a file",
     doc="""\
Returns them as text, or an empty string if `path` has none.""",
     examples=[
         example("tree", "cap-get-file /hello",
                 prints=""),
         example("tree", "cap-get-file /dir",
                 prints=""),
         example("tree", "cap-get-file /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("cap_set_file",
     [Pathname("path"), String("cap")], RErr,
     since="1.19.63", impl="fileops", optgroup="linuxcaps",
     brief="Set the Linux capabilities of a file",
     doc="""\
Sets those of `path` from the text `cap`, such as "cap_net_raw=ep".""",
     examples=[
         example("tree", "cap-set-file /hello cap_chown=ep", "cap-get-file /hello",
                 prints="cap_chown=ep"),
         example("tree", "cap-set-file /hello cap_net_raw,cap_chown+p", "getxattr /hello security.capability | wc -c",
                 prints="20"),
         example("tree", "cap-set-file /hello garbage",
                 error="could not parse cap string: garbage: cap_from_text: Invalid argument", errno="EINVAL"),
         example("tree", "cap-set-file /nope cap_chown=p",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

group("xattr")

call("getxattr",
     [Pathname("path"), String("name")], RBufferOut("xattr"),
     since="1.7.24", impl="fileops", optgroup="linuxxattrs",
     brief="Return one extended attribute",
     doc="""\
Returns the value of the attribute `name` of `path`, following symbolic
links.""",
     examples=[
         example("fs", "touch /f", "setxattr user.x abc 3 /f", "getxattr /f user.x", prints="abc"),
         example("fs", "touch /f", "getxattr /f user.none", error="No data available", errno="ENODATA")])

call("getxattrs",
     [Pathname("path")], RStructList("xattrs", "xattr"),
     since="1.0.59", impl="fileops", optgroup="linuxxattrs",
     brief="List the extended attributes of a file",
     doc="""\
Returns names and values of all attributes of `path`, following symbolic
links.""",
     examples=[
         example("fs", "touch /f", "setxattr user.x abc 3 /f", "getxattrs /f",
                 prints="[0] = {\n  attrname: user.x\n  attrval: abc\n}")])

call("lgetxattr",
     [Pathname("path"), String("name")], RBufferOut("xattr"),
     since="1.7.24", impl="fileops", optgroup="linuxxattrs",
     brief="Return one extended attribute of a file or link",
     doc="""\
As `getxattr`, of a symbolic link itself.""",
     examples=[
         example("fs", "ln-s /f /l", "lsetxattr trusted.x ab 2 /l", "lgetxattr /l trusted.x",
                 prints="ab"),
         example("fs", "touch /f", "ln-s /f /l", "setxattr user.x abc 3 /f", "lgetxattr /l user.x",
                 error="No data"),
         example("fs", "lgetxattr /nope user.x", error="/nope: No such file", errno="ENOENT"),
     ])

call("lgetxattrs",
     [Pathname("path")], RStructList("xattrs", "xattr"),
     since="1.0.59", impl="fileops", optgroup="linuxxattrs",
     brief="List the extended attributes of a file or link",
     doc="""\
As `getxattrs`, of a symbolic link itself.""",
     examples=[
         example("fs", "ln-s /nope /l", "lsetxattr trusted.x ab 2 /l", "lgetxattrs /l",
                 prints="[0] = {\n  attrname: trusted.x\n  attrval: ab\n}"),
         example("fs", "touch /f", "ln-s /f /l", "setxattr user.x abc 3 /f", "lgetxattrs /l", prints=""),
     ])

call("lremovexattr",
     [String("xattr"), Pathname("path")], RErr,
     since="1.0.59", impl="fileops", optgroup="linuxxattrs",
     brief="Remove an extended attribute from a file or link",
     doc="""\
As `removexattr`, of a symbolic link itself.""",
     examples=[
         example("fs", "ln-s /f /l", "lsetxattr trusted.x ab 2 /l", "lremovexattr trusted.x /l", "lgetxattr /l trusted.x",
                 error="No data")])

call("lsetxattr",
     [String("xattr"), String("val"), Int("vallen"), Pathname("path")], RErr,
     since="1.0.59", impl="fileops", optgroup="linuxxattrs",
     brief="Set an extended attribute of a file or link",
     doc="""\
As `setxattr`, of a symbolic link itself.""",
     examples=[
         example("fs", "ln-s /f /l", "lsetxattr trusted.x ab 2 /l", "lgetxattr /l trusted.x", prints="ab")])

call("lxattrlist",
     [Pathname("path"), FilenameList("names")], RStructList("xattrs", "xattr"),
     error_as="internal_lxattrlist",
     since="1.0.77", impl="fileops", optgroup="linuxxattrs",
     brief="List the extended attributes of many files",
     doc="""\
Does `lgetxattrs` for each of `names`, which are names in the directory
`path`.  For each file there is an entry with an empty name, whose value is
the number of attributes that follow (or empty on an error).""",
     examples=[
         example("fs", "touch /f", "setxattr user.x abc 3 /f", "lxattrlist / 'f nope'",
                 prints="[0] = {\n  attrname: \n  attrval: 1\\x00\n}\n[1] = {\n  attrname: user.x\n  attrval: abc\n}\n"
                        "[2] = {\n  attrname: \n  attrval: \n}")])

call("removexattr",
     [String("xattr"), Pathname("path")], RErr,
     since="1.0.59", impl="fileops", optgroup="linuxxattrs",
     brief="Remove an extended attribute",
     doc="""\
Removes the attribute `xattr` from `path`, following symbolic links.""",
     examples=[
         example("fs", "touch /f", "setxattr user.x abc 3 /f", "removexattr user.x /f", "getxattr /f user.x", error="No data")])

call("setxattr",
     [String("xattr"), String("val"), Int("vallen"), Pathname("path")], RErr,
     since="1.0.59", impl="fileops", optgroup="linuxxattrs",
     brief="Set an extended attribute",
     doc="""\
Sets the attribute `xattr` of `path`, following symbolic links, to the
first `vallen` bytes of `val`.""",
     examples=[
         example("fs", "touch /f", "setxattr user.x abc 3 /f", "getxattr /f user.x", prints="abc"),
         example("fs", "touch /f", "setxattr user.x abc 4 /f", error="does not fit", errno="EINVAL"),
         example("fs", "setxattr user.x abc 3 /nope", error="/nope: No such file", errno="ENOENT")])
