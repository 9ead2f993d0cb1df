# SPDX-License-Identifier: LGPL-3.0-or-later
"""block_devices"""

from model import (
    call, group, BufferIn, Device, Int, Int64, OBool, OInt, OInt64,
    OString, Pathname, RBool, RBufferOut, RErr, RHashtable, RInt, RInt64,
    RString, RStringList, String)

group("block-devices")

call("blkid",
     [Device("device")], RHashtable("info"),
     since="1.15.9")

call("blockdev_flushbufs",
     [Device("device")], RErr,
     since="1.9.3")

call("blockdev_getbsz",
     [Device("device")], RInt("blocksize"),
     since="1.9.3")

call("blockdev_getro",
     [Device("device")], RBool("ro"),
     since="1.9.3", impl="mount")

call("blockdev_getsize64",
     [Device("device")], RInt64("sizeinbytes"),
     since="1.9.3", impl="mount")

call("blockdev_getss",
     [Device("device")], RInt("sectorsize"),
     since="1.9.3", impl="mount")

call("blockdev_getsz",
     [Device("device")], RInt64("sizeinsectors"),
     since="1.9.3", impl="mount")

call("blockdev_rereadpt",
     [Device("device")], RErr,
     since="1.9.3")

call("blockdev_setbsz",
     [Device("device"), Int("blocksize")], RErr,
     since="1.9.3", deprecated=True)

call("blockdev_setra",
     [Device("device"), Int("sectors")], RErr,
     since="1.29.10")

call("blockdev_setro",
     [Device("device")], RErr,
     since="1.9.3")

call("blockdev_setrw",
     [Device("device")], RErr,
     since="1.9.3")

call("canonical_device_name",
     [String("device")], RString("canonical"),
     since="1.19.7", impl="mount")

call("copy_device_to_device",
     [Device("src"), Device("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", progress=True)

call("copy_device_to_file",
     [Device("src"), Pathname("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", progress=True)

call("copy_file_to_device",
     [Pathname("src"), Device("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", progress=True)

call("device_index",
     [Device("device")], RInt("index"),
     since="1.19.7", impl="mount")

call("device_name",
     [Int("index")], RString("name"),
     since="1.49.1")

call("disk_create",
     [String("filename"), String("format"), Int64("size")], RErr,
     opts=[OString("backingfile"), OString("backingformat"),
           OString("preallocation"), OString("compat"), OInt("clustersize")],
     since="1.25.31")

call("disk_format",
     [String("filename")], RString("format"),
     since="1.19.38")

call("disk_has_backing_file",
     [String("filename")], RBool("backingfile"),
     since="1.19.39")

call("disk_virtual_size",
     [String("filename")], RInt64("size"),
     since="1.19.39")

call("findfs_label",
     [String("label")], RString("device"),
     since="1.5.3")

call("findfs_partlabel",
     [String("label")], RString("device"),
     since="1.53.5")

call("findfs_partuuid",
     [String("uuid")], RString("device"),
     since="1.53.5")

call("findfs_uuid",
     [String("uuid")], RString("device"),
     since="1.5.3")

call("is_whole_device",
     [Device("device")], RBool("flag"),
     since="1.21.9", impl="mount")

call("list_devices",
     [], RStringList("devices"),
     since="0.0.4", impl="mount")

call("list_disk_labels",
     [], RHashtable("labels"),
     since="1.19.49", impl="mount")

call("max_disks",
     [], RInt("disks"),
     since="1.19.7", blocking=False)

call("nr_devices",
     [], RInt("nrdisks"),
     since="1.19.15", impl="mount")

call("pread_device",
     [Device("device"), Int("count"), Int64("offset")], RBufferOut("content"),
     since="1.5.21")

call("pwrite_device",
     [Device("device"), BufferIn("content"), Int64("offset")], RInt("nbytes"),
     since="1.5.20")
