# SPDX-License-Identifier: LGPL-3.0-or-later
"""Calls that are no part of the public API, but of the ABI."""

from model import (
    call, example, group, BufferIn, FileIn, FileOut, FilenameList, Int, Int64,
    Mountable, Pathname, RErr, RInt, RString, RStringList, RStruct,
    RStructList, String, StringList)

group("debug/internal")

call("debug",
     [String("subcmd"), StringList("extraargs")], RString("result"),
     since="1.0.11", impl="debug", visibility="debug",
     brief="Carry out a command for debugging",
     doc="""\
`subcmd` and its `extraargs` may change at any time; "help" lists them.
They are about the session's own process and its own folders: `ls` and `ll`
show its /dev, and as /tmp what `debug_upload` has put there.  What would run
programs or reach the rest of the machine is refused, with the reason; a
session with a rescue shell runs them (`sh`).""",
     examples=[
         example("empty", 'debug help ""', prints="Commands supported: help env error fds ls ll "
                 "mem print progress setenv spew"),
         example("empty", 'debug "" ""', error="debug: use 'debug help 0' to list the supported commands"),
         example("empty", 'debug error 5', error="debug: aaaaa", errno="0"),
         example("empty", 'debug error ""',
                 error="debug: debug error: expecting one arg: length of error message"),
         example("empty", 'debug "setenv" "FOO BAR"', 'debug env "" | grep FOO', prints="FOO=BAR"),
         example("empty", 'debug fds "" | grep -c "^ 0 /"', prints="1"),
         example("part", 'debug ls /dev | grep ^sd', prints="sda\nsda1"),
         example("empty", 'debug ll /nope', error="only the session's own /dev and /tmp are shown",
                 errno="EPERM"),
         example("empty", 'debug ll /dev/../etc', error="only the session's own", errno="EPERM"),
         example("empty", 'debug ls /tmp/nope', error="No such file or directory"),
         example("empty", 'debug mem "" | grep -c ^MemTotal', prints="1"),
         example("empty", 'debug print "hello world"', prints="ok"),
         example("empty", 'debug progress 0', prints="ok"),
         example("empty", 'debug progress soon', error="progress: not a number"),
         example("empty", 'debug spew 100', prints="ok"),
         example("empty", 'debug spew ""', error="debug: spew: expecting number of lines <n>"),
         example("empty", 'debug sh "echo hi"', error="sh: is not done here", errno="ENOTSUP"),
         example("empty", 'debug segv ""', error="segv: is not done here", errno="ENOTSUP"),
     ])

call("debug_drives",
     [], RStringList("cmdline"),
     since="1.13.22", impl="client", visibility="debug", blocking=False,
     brief="Return the drives that were added, for debugging",
     doc="""\
Returns texts of no fixed form.""",
     examples=[
         example("empty", "debug-drives | grep -c disk.raw", prints="1"),
         example("none", "debug-drives", prints=""),
     ])

call("debug_upload",
     [FileIn("filename"), String("tmpname"), Int("mode")], RErr,
     since="1.3.5", impl="debug", visibility="debug", cancellable=True,
     brief="Copy a file into the session's own directories",
     doc="""\
Copies `filename` to `tmpname`, a name or /tmp/NAME, with `mode`, into a
folder of the session, which goes with it.  At most 64 MiB; only for tests.""",
     examples=[
         example("empty", "!echo text > file", "debug-upload file /tmp/foo 0640",
                 "debug ll /tmp | grep -c '^-rw-r----- 1 0 0 *5 .* foo$'", prints="1"),
         example("empty", "!echo text > file", "debug-upload file name 0600", "debug-upload file name 0400",
                 "debug ls /tmp", prints=".\n..\nname"),
         example("empty", "!echo text > file", "debug-upload file ../name 0600",
                 error="../name: give a name without folders", errno="EINVAL"),
         example("empty", "!echo text > file", "debug-upload file /tmp/.. 0600",
                 error="/tmp/..: give a name without folders", errno="EINVAL"),
         example("empty", "!echo text > file", "debug-upload file /etc/passwd 0600",
                 error="/etc/passwd: give a name without folders", errno="EINVAL"),
         example("empty", "!truncate -s 67108865 file", "debug-upload file name 0600",
                 error="name: is larger than 64 MiB", errno="EFBIG"),
         example("empty", "debug-upload nowhere name 0600", error="nowhere: No such file or directory",
                 errno="ENOENT"),
     ])

call("internal_autosync",
     [], RErr,
     since="1.9.7", impl="mount", visibility="internal", in_shell=False,
     brief="Unmount and sync before the session ends",
     doc="""\
Done by `shutdown` and when a handle is closed.""")

call("internal_exit",
     [], RErr,
     since="1.23.30", impl="debug", visibility="debug", cancellable=True,
     brief="End the session's process without syncing",
     doc="""\
Only for tests of what happens then.""",
     examples=[
         # After launch: tests/e2e/test_debug.py; a kernel of its own calls its end a panic.
         example("none", "internal-exit", error="call launch before using this function"),
     ])

call("internal_feature_available",
     [String("group")], RInt("result"),
     since="1.31.25", impl="client", visibility="internal", in_shell=False,
     brief="Tell whether one feature is available",
     doc="""\
Returns 0 if the optional group `group` can be used, 1 if it is not known
and 2 if it cannot be used here.""")

call("internal_filesystem_walk",
     [Mountable("device"), FileOut("filename")], RErr,
     since="1.33.39", impl="client", visibility="internal", in_shell=False,
     optgroup="libtsk", cancellable=True,
     brief="Write the walk of a filesystem to a file",
     doc="""\
The part of `filesystem_walk` that is done by the session's process.""")

call("internal_find_inode",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.35.6", impl="client", visibility="internal", in_shell=False, optgroup="libtsk",
     cancellable=True,
     brief="Write the names of an inode to a file",
     doc="""\
The part of `find_inode` that is done by the session's process.""")

call("internal_get_console_socket",
     [], RInt("fd"),
     since="1.37.1", impl="client", visibility="internal", in_shell=False,
     brief="Return the descriptor of the console",
     doc="""\
Only for programs that talk to a console on purpose: that of the rescue shell,
which runs from then on. There is one when `set_append` was called with
`guestfs_rescue=1` before launch.""")

call("internal_journal_get",
     [FileOut("filename")], RErr,
     since="1.23.11", impl="client", visibility="internal", in_shell=False,
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
     since="1.21.11", impl="mount", visibility="internal", in_shell=False,
     brief="Take a mountable apart",
     doc="""\
Returns the kind of `mountable`, its device and its subvolume.""")

call("internal_readdir",
     [Pathname("dir"), FileOut("filename")], RErr,
     since="1.49.1", impl="client", visibility="internal", in_shell=False, cancellable=True,
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
     since="1.21.14", impl="debug", visibility="internal", in_shell=False, cancellable=True,
     brief="End in the middle of an upload",
     doc="""\
Only for a test: the session's process ends after `count` pieces of
`filename`.""")

call("internal_upload",
     [FileIn("filename"), String("tmpname"), Int("mode")], RErr,
     since="1.23.30", impl="debug", visibility="internal", in_shell=False, cancellable=True,
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
     since="1.37.13", impl="client", visibility="internal", in_shell=False,
     optgroup="libyara", cancellable=True,
     brief="Write what yara finds to a file",
     doc="""\
The part of `yara_scan` that is done by the session's process.""")
