# SPDX-License-Identifier: LGPL-3.0-or-later
"""Forensics: deleted files, raw blocks, patterns."""

from model import (
    call, example, group, FileIn, FileOut, Int64, Mountable, OBool, Pathname,
    RErr, RStructList)

group("tsk")

call("download_blocks",
     [Mountable("device"), Int64("start"), Int64("stop"), FileOut("filename")],
     RErr,
     opts=[OBool("unallocated")],
     since="1.33.45", impl="forensics", optgroup="sleuthkit", progress=True, cancellable=True,
     brief="Write blocks of a filesystem to the host",
     doc="""\
Writes the blocks `start` to `stop` of the filesystem on `device` to the
host file `filename`.

Optional arguments:

- `unallocated`: only those that no file uses.""",
     examples=[
         # 4 KiB each; the device need not be mounted.
         example("fs", "download-blocks /dev/sda1 0 2 x",
                 "!wc -c <x && od -An -tx1 -j1080 -N2 x",
                 prints="12288\n 53 ef"),
         example("fs", "download-blocks /dev/sda1 0 2 x unallocated:true",
                 "!wc -c <x", prints="0"),
         example("fs", "download-blocks /dev/sda1 5 5 x",
                 error="stopping address must greater than starting address",
                 errno="EINVAL"),
         example("part", "download-blocks /dev/sda 0 1 x",
                 error="tsk_fs_open_img: Cannot determine file system type"),
     ])

call("download_inode",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.33.14", impl="forensics", optgroup="sleuthkit", progress=True, cancellable=True,
     brief="Write a file to the host, by inode",
     doc="""\
Writes the contents of inode `inode` of the filesystem on `device`, which
may belong to a deleted file, to the host file `filename`.""",
     examples=[
         example("tree", "download-inode /dev/sda1 2 x", "!test -s x && echo y",
                 prints="y"),
         # Removed, and recovered.
         example("fs", "write /f abc", "sync", "umount /",
                 "download-inode /dev/sda1 12 x", "!cat x", prints="abc"),
         example("fs", "download-inode /dev/sda1 99999999 x",
                 error="tsk_fs_file_open_meta: "),
         example("fs", "download-inode /dev/sda1 -1 x",
                 error="inode must be >= 0", errno="EINVAL"),
     ])

call("filesystem_walk",
     [Mountable("device")], RStructList("dirents", "tsk_dirent"),
     since="1.33.39", impl="forensics", optgroup="libtsk", progress=True, cancellable=True,
     brief="List all files of a filesystem, also deleted ones",
     doc="""\
Returns what is found on `device`, which need not be mounted, with inode,
kind, size, times and whether it is still allocated.""",
     examples=[
         example("fs", "mkdir /d", "write /d/f abc", "ln-s f /d/l", "rm-f /d/x",
                 "umount /", "filesystem-walk /dev/sda1 | "
                 "grep -E 'type|name|size|link:' | grep -A3 'd/f'",
                 prints="  tsk_name: d/f\n  tsk_nlink: 1\n  tsk_link: \n"
                        "  tsk_type: l"),
         example("part", "filesystem-walk /dev/sda",
                 error="tsk_fs_open_img: Cannot determine file system type"),
     ])

call("find_inode",
     [Mountable("device"), Int64("inode")],
     RStructList("dirents", "tsk_dirent"),
     since="1.35.6", impl="forensics", optgroup="libtsk", progress=True, cancellable=True,
     brief="Find the names of an inode",
     doc="""\
Returns the entries of the filesystem on `device` that stand for `inode`.""",
     examples=[
         example("fs", "write /f abc", "ln /f /g", "umount /",
                 "find-inode /dev/sda1 12 | grep name",
                 prints="  tsk_name: f\n  tsk_name: g"),
         example("fs", "umount /", "find-inode /dev/sda1 2 | grep name",
                 prints="  tsk_name: ."),
         example("fs", "umount /", "find-inode /dev/sda1 99999999", prints=""),
         example("fs", "find-inode /dev/sda1 -1", error="inode must be >= 0",
                 errno="EINVAL"),
     ])

group("yara")

call("yara_destroy",
     [], RErr,
     since="1.37.13", impl="forensics", optgroup="libyara",
     brief="Forget the rules of yara",
     doc="""\
Frees what `yara_load` loaded.""",
     examples=[
         example("tree", "!echo 'rule A { condition: true }' >r", "yara-load r",
                 "yara-destroy", "yara-scan /hello",
                 error="no yara rules loaded"),
         example("tree", "yara-destroy", error="no yara rules loaded"),
     ])

call("yara_load",
     [FileIn("filename")], RErr,
     since="1.37.13", impl="forensics", optgroup="libyara", progress=True, cancellable=True,
     brief="Load rules of yara",
     doc="""\
Loads the host file `filename` with rules, as text or compiled, in place of
those loaded before.""",
     examples=[
         example("none", "!echo 'rule A { condition: true }' >r", "add /dev/null",
                 "run", "yara-load r"),
         example("tree", "!echo 'rule {' >r", "yara-load r",
                 error="found 1 errors when compiling the rules: line 1: "
                       "syntax error", errno="EINVAL"),
         # Rules cannot name files, neither of the guest nor of this machine.
         example("tree", "!echo 'include \"/etc/hostname\"' >r", "yara-load r",
                 error="found 1 errors when compiling the rules",
                 errno="EINVAL"),
         example("tree", "yara-load /nope", error="/nope: No such file",
                 errno="ENOENT"),
     ])

call("yara_scan",
     [Pathname("path")], RStructList("detections", "yara_detection"),
     error_as="internal_yara_scan",
     since="1.37.13", impl="forensics", optgroup="libyara", progress=True, cancellable=True,
     brief="Look for matches of yara rules in a file",
     doc="""\
Returns a list of the rules that match the file `path`.""",
     examples=[
         example("tree", "!printf 'rule A { strings: $a = \"wor\" condition: $a }"
                 "\\nrule B { condition: filesize < 5 }\\n"
                 "rule C { condition: filesize > 5 }' >r", "yara-load r",
                 "yara-scan /hello | grep -v '[{}]'",
                 prints="  yara_name: /hello\n  yara_rule: A\n"
                        "  yara_name: /hello\n  yara_rule: C"),
         example("tree", "!echo 'rule A { condition: true }' >r", "yara-load r",
                 "yara-scan /dir", error="/dir: Is a directory",
                 errno="EISDIR"),
         example("tree", "!echo 'rule A { condition: true }' >r", "yara-load r",
                 "yara-scan /up",
                 error="internal_yara_scan: /up: No such file or directory",
                 errno="ENOENT"),
         example("tree", "yara-scan /hello",
                 error="internal_yara_scan: no yara rules loaded"),
     ])
