# SPDX-License-Identifier: LGPL-3.0-or-later
"""ext"""

from model import (
    call, group, Device, Int, Int64, OBool, OInt, OInt64, OString,
    Pathname, RErr, RHashtable, RInt64, RString, String)

group("ext")

call("e2fsck",
     [Device("device")], RErr,
     opts=[OBool("correct"), OBool("forceall")],
     since="1.15.17")

call("e2fsck_f",
     [Device("device")], RErr,
     since="1.0.29", deprecated=True, deprecated_by="e2fsck")

call("get_e2attrs",
     [Pathname("file")], RString("attrs"),
     since="1.17.31")

call("get_e2generation",
     [Pathname("file")], RInt64("generation"),
     since="1.17.31")

call("get_e2label",
     [Device("device")], RString("label"),
     since="1.0.15", deprecated=True, deprecated_by="vfs_label")

call("get_e2uuid",
     [Device("device")], RString("uuid"),
     since="1.0.15", deprecated=True, deprecated_by="vfs_uuid")

call("mke2fs",
     [Device("device")], RErr,
     opts=[OInt64("blockscount"), OInt64("blocksize"), OInt64("fragsize"),
           OInt64("blockspergroup"), OInt64("numberofgroups"),
           OInt64("bytesperinode"), OInt64("inodesize"),
           OInt64("journalsize"), OInt64("numberofinodes"),
           OInt64("stridesize"), OInt64("stripewidth"),
           OInt64("maxonlineresize"), OInt("reservedblockspercentage"),
           OInt("mmpupdateinterval"), OString("journaldevice"),
           OString("label"), OString("lastmounteddir"), OString("creatoros"),
           OString("fstype"), OString("usagetype"), OString("uuid"),
           OBool("forcecreate"), OBool("writesbandgrouponly"),
           OBool("lazyitableinit"), OBool("lazyjournalinit"),
           OBool("testfs"), OBool("discard"), OBool("quotatype"),
           OBool("extent"), OBool("filetype"), OBool("flexbg"),
           OBool("hasjournal"), OBool("journaldev"), OBool("largefile"),
           OBool("quota"), OBool("resizeinode"), OBool("sparsesuper"),
           OBool("uninitbg")],
     since="1.19.44")

call("mke2fs_J",
     [String("fstype"), Int("blocksize"), Device("device"), Device("journal")],
     RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs")

call("mke2fs_JL",
     [String("fstype"), Int("blocksize"), Device("device"), String("label")],
     RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs")

call("mke2fs_JU",
     [String("fstype"), Int("blocksize"), Device("device"), String("uuid")],
     RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     optgroup="linuxfsuuid")

call("mke2journal",
     [Int("blocksize"), Device("device")], RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs")

call("mke2journal_L",
     [Int("blocksize"), String("label"), Device("device")], RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs")

call("mke2journal_U",
     [Int("blocksize"), String("uuid"), Device("device")], RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     optgroup="linuxfsuuid")

call("mklost_and_found",
     [Pathname("mountpoint")], RErr,
     since="1.19.56")

call("resize2fs",
     [Device("device")], RErr,
     since="1.0.27")

call("resize2fs_M",
     [Device("device")], RErr,
     since="1.9.4")

call("resize2fs_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14")

call("set_e2attrs",
     [Pathname("file"), String("attrs")], RErr,
     opts=[OBool("clear")],
     since="1.17.31")

call("set_e2generation",
     [Pathname("file"), Int64("generation")], RErr,
     since="1.17.31")

call("set_e2label",
     [Device("device"), String("label")], RErr,
     since="1.0.15", deprecated=True, deprecated_by="set_label")

call("set_e2uuid",
     [Device("device"), String("uuid")], RErr,
     since="1.0.15", deprecated=True, deprecated_by="set_uuid")

call("tune2fs",
     [Device("device")], RErr,
     opts=[OBool("force"), OInt("maxmountcount"), OInt("mountcount"),
           OString("errorbehavior"), OInt64("group"),
           OInt("intervalbetweenchecks"), OInt("reservedblockspercentage"),
           OString("lastmounteddirectory"), OInt64("reservedblockscount"),
           OInt64("user")],
     since="1.15.4")

call("tune2fs_l",
     [Device("device")], RHashtable("superblock"),
     since="1.9.2")
