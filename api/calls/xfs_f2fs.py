# SPDX-License-Identifier: LGPL-3.0-or-later
"""xfs_f2fs"""

from model import (
    call, group, DevOrPath, Device, OBool, OInt, OInt64, OString, Pathname,
    RErr, RHashtable, RInt, RStruct)

group("f2fs")

call("f2fs_expand",
     [Device("device")], RErr,
     since="1.39.3", optgroup="f2fs")

group("xfs")

call("xfs_admin",
     [Device("device")], RErr,
     opts=[OBool("extunwritten"), OBool("imgfile"), OBool("v2log"),
           OBool("projid32bit"), OBool("lazycounter"), OString("label"),
           OString("uuid")],
     since="1.19.33", optgroup="xfs")

call("xfs_growfs",
     [Pathname("path")], RErr,
     opts=[OBool("datasec"), OBool("logsec"), OBool("rtsec"),
           OInt64("datasize"), OInt64("logsize"), OInt64("rtsize"),
           OInt64("rtextsize"), OInt("maxpct")],
     since="1.19.28", optgroup="xfs")

call("xfs_info",
     [DevOrPath("pathordevice")], RStruct("info", "xfsinfo"),
     since="1.19.21", optgroup="xfs")

call("xfs_info2",
     [DevOrPath("pathordevice")], RHashtable("info"),
     since="1.59.2", optgroup="xfs")

call("xfs_repair",
     [DevOrPath("device")], RInt("status"),
     opts=[OBool("forcelogzero"), OBool("nomodify"), OBool("noprefetch"),
           OBool("forcegeometry"), OInt64("maxmem"), OInt64("ihashsize"),
           OInt64("bhashsize"), OInt64("agstride"), OString("logdev"),
           OString("rtdev")],
     since="1.19.36", optgroup="xfs")
