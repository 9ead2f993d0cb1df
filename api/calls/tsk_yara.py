# SPDX-License-Identifier: LGPL-3.0-or-later
"""tsk_yara"""

from model import (
    call, group, FileIn, FileOut, Int64, Mountable, OBool, Pathname, RErr,
    RStructList)

group("tsk")

call("download_blocks",
     [Mountable("device"), Int64("start"), Int64("stop"), FileOut("filename")],
     RErr,
     opts=[OBool("unallocated")],
     since="1.33.45", optgroup="sleuthkit", progress=True, cancellable=True)

call("download_inode",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.33.14", optgroup="sleuthkit", progress=True, cancellable=True)

call("filesystem_walk",
     [Mountable("device")], RStructList("dirents", "tsk_dirent"),
     since="1.33.39", optgroup="libtsk", progress=True, cancellable=True)

call("find_inode",
     [Mountable("device"), Int64("inode")],
     RStructList("dirents", "tsk_dirent"),
     since="1.35.6", optgroup="libtsk", progress=True, cancellable=True)

group("yara")

call("yara_destroy",
     [], RErr,
     since="1.37.13", optgroup="libyara")

call("yara_load",
     [FileIn("filename")], RErr,
     since="1.37.13", optgroup="libyara", progress=True, cancellable=True)

call("yara_scan",
     [Pathname("path")], RStructList("detections", "yara_detection"),
     since="1.37.13", optgroup="libyara", progress=True, cancellable=True)
