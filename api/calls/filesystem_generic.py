# SPDX-License-Identifier: LGPL-3.0-or-later
"""filesystem_generic"""

from model import (
    call, group, Device, FileOut, Int, Mountable, OInt, OString,
    OStringList, Pathname, RBool, RErr, RHashtable, RInt, RInt64, RString,
    RStruct, String)

group("filesystem-generic")

call("df",
     [], RString("output"),
     since="1.0.54", impl="fileops", needs_root=True)

call("df_h",
     [], RString("output"),
     since="1.0.54", impl="fileops", needs_root=True)

call("drop_caches",
     [Int("whattodrop")], RErr,
     since="1.0.18")

call("filesystem_available",
     [String("filesystem")], RBool("fsavail"),
     since="1.19.5")

call("fill_dir",
     [Pathname("dir"), Int("nr")], RErr,
     since="1.19.32", impl="fileops")

call("fsck",
     [String("fstype"), Device("device")], RInt("status"),
     since="1.0.16", shell_output="hex")

call("isoinfo",
     [Pathname("isofile")], RStruct("isodata", "isoinfo"),
     since="1.17.19")

call("isoinfo_device",
     [Device("device")], RStruct("isodata", "isoinfo"),
     since="1.17.19")

call("list_filesystems",
     [], RHashtable("fses"),
     since="1.5.15", impl="mount")

call("mkfs",
     [String("fstype"), Device("device")], RErr,
     opts=[OInt("blocksize"), OString("features"), OInt("inode"),
           OInt("sectorsize"), OString("label")],
     opts_suffix=True, since="0.0.8", impl="fs")

call("mkfs_b",
     [String("fstype"), Int("blocksize"), Device("device")], RErr,
     since="1.0.68", deprecated=True, deprecated_by="mkfs")

call("mksquashfs",
     [Pathname("path"), FileOut("filename")], RErr,
     opts=[OString("compress"), OStringList("excludes")],
     since="1.35.25", optgroup="squashfs", cancellable=True)

call("set_label",
     [Mountable("mountable"), String("label")], RErr,
     since="1.17.9")

call("set_uuid",
     [Device("device"), String("uuid")], RErr,
     since="1.23.10")

call("set_uuid_random",
     [Device("device")], RErr,
     since="1.29.50")

call("statvfs",
     [Pathname("path")], RStruct("statbuf", "statvfs"),
     since="1.9.2", impl="fileops")

call("sync",
     [], RErr,
     since="0.0.3", impl="mount")

call("vfs_label",
     [Mountable("mountable")], RString("label"),
     since="1.3.18", impl="fs")

call("vfs_minimum_size",
     [Mountable("mountable")], RInt64("sizeinbytes"),
     since="1.31.18")

call("vfs_type",
     [Mountable("mountable")], RString("fstype"),
     since="1.0.75", impl="fs")

call("vfs_uuid",
     [Mountable("mountable")], RString("uuid"),
     since="1.3.18", impl="fs", shell_alias=["get-uuid"])
