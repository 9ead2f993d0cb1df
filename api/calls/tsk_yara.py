# SPDX-License-Identifier: LGPL-3.0-or-later
"""Forensics: deleted files, raw blocks, patterns."""

from model import (
    call, group, FileIn, FileOut, Int64, Mountable, OBool, Pathname, RErr,
    RStructList)

group("tsk")

call("download_blocks",
     [Mountable("device"), Int64("start"), Int64("stop"), FileOut("filename")],
     RErr,
     opts=[OBool("unallocated")],
     since="1.33.45", optgroup="sleuthkit", progress=True, cancellable=True,
     brief="Write blocks of a filesystem to the host",
     doc="""\
Writes the blocks `start` to `stop` of the filesystem on `device` to the
host file `filename`.

Optional arguments:

- `unallocated`: only those that no file uses.""")

call("download_inode",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.33.14", optgroup="sleuthkit", progress=True, cancellable=True,
     brief="Write a file to the host, by inode",
     doc="""\
Writes the contents of inode `inode` of the filesystem on `device`, which
may belong to a deleted file, to the host file `filename`.""")

call("filesystem_walk",
     [Mountable("device")], RStructList("dirents", "tsk_dirent"),
     since="1.33.39", optgroup="libtsk", progress=True, cancellable=True,
     brief="List all files of a filesystem, also deleted ones",
     doc="""\
Returns what is found on `device`, which need not be mounted, with inode,
kind, size, times and whether it is still allocated.""")

call("find_inode",
     [Mountable("device"), Int64("inode")],
     RStructList("dirents", "tsk_dirent"),
     since="1.35.6", optgroup="libtsk", progress=True, cancellable=True,
     brief="Find the names of an inode",
     doc="""\
Returns the entries of the filesystem on `device` that stand for `inode`.""")

group("yara")

call("yara_destroy",
     [], RErr,
     since="1.37.13", optgroup="libyara",
     brief="Forget the rules of yara",
     doc="""\
Frees what `yara_load` loaded.""")

call("yara_load",
     [FileIn("filename")], RErr,
     since="1.37.13", optgroup="libyara", progress=True, cancellable=True,
     brief="Load rules of yara",
     doc="""\
Loads the host file `filename` with rules, as text or compiled, in place of
those loaded before.""")

call("yara_scan",
     [Pathname("path")], RStructList("detections", "yara_detection"),
     since="1.37.13", optgroup="libyara", progress=True, cancellable=True,
     brief="Look for matches of yara rules in a file",
     doc="""\
Returns a list of the rules that match the file `path`.""")
