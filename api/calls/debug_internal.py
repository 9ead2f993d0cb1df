# SPDX-License-Identifier: LGPL-3.0-or-later
"""Calls that are no part of the public API, but of the ABI."""

from model import (
    call, group, BufferIn, FileIn, FileOut, FilenameList, Int, Int64,
    Mountable, Pathname, RErr, RInt, RString, RStringList, RStruct,
    RStructList, String, StringList)

group("debug/internal")

call("debug",
     [String("subcmd"), StringList("extraargs")], RString("result"),
     since="1.0.11", visibility="debug",
     brief="Carry out a command for debugging",
     doc="""\
`subcmd` and its `extraargs` may change at any time; "help" lists them.""")

call("debug_drives",
     [], RStringList("cmdline"),
     since="1.13.22", impl="client", visibility="debug", blocking=False,
     brief="Return the drives that were added, for debugging",
     doc="""\
Returns texts of no fixed form.""")

call("debug_upload",
     [FileIn("filename"), String("tmpname"), Int("mode")], RErr,
     since="1.3.5", visibility="debug", cancellable=True,
     brief="Copy a file into the session's own directories",
     doc="""\
Copies `filename` to `tmpname`, with `mode`; only for tests.""")

call("internal_autosync",
     [], RErr,
     since="1.9.7", impl="mount", visibility="internal", in_shell=False,
     brief="Unmount and sync before the session ends",
     doc="""\
Done by `shutdown` and when a handle is closed.""")

call("internal_exit",
     [], RErr,
     since="1.23.30", visibility="debug", cancellable=True,
     brief="End the session's process without syncing",
     doc="""\
Only for tests of what happens then.""")

call("internal_feature_available",
     [String("group")], RInt("result"),
     since="1.31.25", impl="client", visibility="internal", in_shell=False,
     brief="Tell whether one feature is available",
     doc="""\
Returns 0 if the optional group `group` can be used, 1 if it is not known
and 2 if it cannot be used here.""")

call("internal_filesystem_walk",
     [Mountable("device"), FileOut("filename")], RErr,
     since="1.33.39", visibility="internal", in_shell=False,
     optgroup="libtsk", cancellable=True,
     brief="Write the walk of a filesystem to a file",
     doc="""\
The part of `filesystem_walk` that is done by the session's process.""")

call("internal_find_inode",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.35.6", visibility="internal", in_shell=False, optgroup="libtsk",
     cancellable=True,
     brief="Write the names of an inode to a file",
     doc="""\
The part of `find_inode` that is done by the session's process.""")

call("internal_get_console_socket",
     [], RInt("fd"),
     since="1.37.1", visibility="internal", in_shell=False,
     brief="Return the descriptor of the console",
     doc="""\
Only for programs that talk to a console on purpose; fails where there is
none.""")

call("internal_journal_get",
     [FileOut("filename")], RErr,
     since="1.23.11", visibility="internal", in_shell=False,
     optgroup="journal", cancellable=True,
     brief="Write the fields of a journal entry to a file",
     doc="""\
The part of `journal_get` that is done by the session's process.""")

call("internal_list_rpm_applications",
     [], RStructList("applications2", "application2"),
     since="1.45.3", visibility="internal", in_shell=False,
     impl="inspect",
     brief="List the rpm packages of the mounted system",
     doc="""\
The part of `inspect_list_applications2` that reads the rpm database.""")

call("internal_lstatnslist",
     [Pathname("path"), FilenameList("names")],
     RStructList("statbufs", "statns"),
     since="1.27.53", impl="fileops", visibility="internal", in_shell=False,
     brief="Return information about many files, in one message",
     doc="""\
The part of `lstatnslist` that is limited by the size of a message.""")

call("internal_lxattrlist",
     [Pathname("path"), FilenameList("names")], RStructList("xattrs", "xattr"),
     since="1.19.32", impl="fileops", visibility="internal", in_shell=False,
     optgroup="linuxxattrs",
     brief="Return attributes of many files, in one message",
     doc="""\
The part of `lxattrlist` that is limited by the size of a message.""")

call("internal_parse_mountable",
     [Mountable("mountable")], RStruct("mountable", "internal_mountable"),
     since="1.21.11", visibility="internal", in_shell=False,
     brief="Take a mountable apart",
     doc="""\
Returns the kind of `mountable`, its device and its subvolume.""")

call("internal_readdir",
     [Pathname("dir"), FileOut("filename")], RErr,
     since="1.49.1", visibility="internal", in_shell=False, cancellable=True,
     brief="Write the entries of a directory to a file",
     doc="""\
The part of `readdir` that is done by the session's process.""")

call("internal_readlinklist",
     [Pathname("path"), FilenameList("names")], RStringList("links"),
     since="1.19.32", impl="fileops", visibility="internal", in_shell=False,
     brief="Return the texts of many links, in one message",
     doc="""\
The part of `readlinklist` that is limited by the size of a message.""")

call("internal_rhbz914931",
     [FileIn("filename"), Int("count")], RErr,
     since="1.21.14", visibility="internal", in_shell=False, cancellable=True,
     brief="End in the middle of an upload",
     doc="""\
Only for a test: the session's process ends after `count` pieces of
`filename`.""")

call("internal_upload",
     [FileIn("filename"), String("tmpname"), Int("mode")], RErr,
     since="1.23.30", visibility="internal", in_shell=False, cancellable=True,
     brief="Copy a file into the session's temporary directory",
     doc="""\
Copies `filename` to `tmpname`, with `mode`.""")

call("internal_write",
     [Pathname("path"), BufferIn("content")], RErr,
     since="1.19.32", impl="fileops", visibility="internal", in_shell=False,
     brief="Make a small file",
     doc="""\
The part of `write` for contents that fit into one message.""")

call("internal_write_append",
     [Pathname("path"), BufferIn("content")], RErr,
     since="1.19.32", impl="fileops", visibility="internal", in_shell=False,
     brief="Append little to a file",
     doc="""\
The part of `write_append` for contents that fit into one message.""")

call("internal_yara_scan",
     [Pathname("path"), FileOut("filename")], RErr,
     since="1.37.13", visibility="internal", in_shell=False,
     optgroup="libyara", cancellable=True,
     brief="Write what yara finds to a file",
     doc="""\
The part of `yara_scan` that is done by the session's process.""")
