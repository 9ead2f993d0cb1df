# SPDX-License-Identifier: LGPL-3.0-or-later
"""debug_internal"""

from model import (
    call, group, BufferIn, FileIn, FileOut, FilenameList, Int, Int64,
    Mountable, Pathname, RErr, RInt, RString, RStringList, RStruct,
    RStructList, String, StringList)

group("debug/internal")

call("debug",
     [String("subcmd"), StringList("extraargs")], RString("result"),
     since="1.0.11", visibility="debug")

call("debug_drives",
     [], RStringList("cmdline"),
     since="1.13.22", impl="client", visibility="debug", blocking=False)

call("debug_upload",
     [FileIn("filename"), String("tmpname"), Int("mode")], RErr,
     since="1.3.5", visibility="debug", cancellable=True)

call("internal_autosync",
     [], RErr,
     since="1.9.7", visibility="internal", in_shell=False)

call("internal_exit",
     [], RErr,
     since="1.23.30", visibility="debug", cancellable=True)

call("internal_feature_available",
     [String("group")], RInt("result"),
     since="1.31.25", visibility="internal", in_shell=False)

call("internal_filesystem_walk",
     [Mountable("device"), FileOut("filename")], RErr,
     since="1.33.39", visibility="internal", in_shell=False,
     optgroup="libtsk", cancellable=True)

call("internal_find_inode",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.35.6", visibility="internal", in_shell=False, optgroup="libtsk",
     cancellable=True)

call("internal_get_console_socket",
     [], RInt("fd"),
     since="1.37.1", visibility="internal", in_shell=False)

call("internal_journal_get",
     [FileOut("filename")], RErr,
     since="1.23.11", visibility="internal", in_shell=False,
     optgroup="journal", cancellable=True)

call("internal_list_rpm_applications",
     [], RStructList("applications2", "application2"),
     since="1.45.3", visibility="internal", in_shell=False)

call("internal_lstatnslist",
     [Pathname("path"), FilenameList("names")],
     RStructList("statbufs", "statns"),
     since="1.27.53", visibility="internal", in_shell=False)

call("internal_lxattrlist",
     [Pathname("path"), FilenameList("names")], RStructList("xattrs", "xattr"),
     since="1.19.32", visibility="internal", in_shell=False,
     optgroup="linuxxattrs")

call("internal_parse_mountable",
     [Mountable("mountable")], RStruct("mountable", "internal_mountable"),
     since="1.21.11", visibility="internal", in_shell=False)

call("internal_readdir",
     [Pathname("dir"), FileOut("filename")], RErr,
     since="1.49.1", visibility="internal", in_shell=False, cancellable=True)

call("internal_readlinklist",
     [Pathname("path"), FilenameList("names")], RStringList("links"),
     since="1.19.32", visibility="internal", in_shell=False)

call("internal_rhbz914931",
     [FileIn("filename"), Int("count")], RErr,
     since="1.21.14", visibility="internal", in_shell=False, cancellable=True)

call("internal_upload",
     [FileIn("filename"), String("tmpname"), Int("mode")], RErr,
     since="1.23.30", visibility="internal", in_shell=False, cancellable=True)

call("internal_write",
     [Pathname("path"), BufferIn("content")], RErr,
     since="1.19.32", visibility="internal", in_shell=False)

call("internal_write_append",
     [Pathname("path"), BufferIn("content")], RErr,
     since="1.19.32", visibility="internal", in_shell=False)

call("internal_yara_scan",
     [Pathname("path"), FileOut("filename")], RErr,
     since="1.37.13", visibility="internal", in_shell=False,
     optgroup="libyara", cancellable=True)
