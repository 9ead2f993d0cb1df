# SPDX-License-Identifier: LGPL-3.0-or-later
"""ntfs"""

from model import (
    call, group, Bool, Device, FileIn, FileOut, Int, Int64, Mountable,
    OBool, OInt64, RErr, RInt, String)

group("ntfs")

call("ntfs_3g_probe",
     [Bool("rw"), Device("device")], RInt("status"),
     since="1.0.43", optgroup="ntfs3g")

call("ntfs_chmod",
     [Device("device"), Int("mode"), String("path")], RErr,
     opts=[OBool("recursive")],
     since="1.55.13", optgroup="ntfs3g")

call("ntfscat_i",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.33.14", progress=True, cancellable=True)

call("ntfsclone_in",
     [FileIn("backupfile"), Device("device")], RErr,
     since="1.17.9", optgroup="ntfs3g", cancellable=True)

call("ntfsclone_out",
     [Device("device"), FileOut("backupfile")], RErr,
     opts=[OBool("metadataonly"), OBool("rescue"), OBool("ignorefscheck"),
           OBool("preservetimestamps"), OBool("force")],
     since="1.17.9", optgroup="ntfs3g", cancellable=True)

call("ntfsfix",
     [Device("device")], RErr,
     opts=[OBool("clearbadsectors")],
     since="1.17.9", optgroup="ntfs3g")

call("ntfsresize",
     [Device("device")], RErr,
     opts=[OInt64("size"), OBool("force")],
     opts_suffix=True, since="1.3.2", optgroup="ntfsprogs")

call("ntfsresize_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14", deprecated=True, deprecated_by="ntfsresize",
     optgroup="ntfsprogs")
