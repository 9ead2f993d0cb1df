# SPDX-License-Identifier: LGPL-3.0-or-later
"""md_dm"""

from model import (
    call, group, Device, DeviceList, OInt, OInt64, OString, RErr,
    RHashtable, RStringList, RStructList, String)

group("device-mapper")

call("list_dm_devices",
     [], RStringList("devices"),
     since="1.11.15")

group("md")

call("list_md_devices",
     [], RStringList("devices"),
     since="1.15.4")

call("md_create",
     [String("name"), DeviceList("devices")], RErr,
     opts=[OInt64("missingbitmap"), OInt("nrdevices"), OInt("spare"),
           OInt64("chunk"), OString("level")],
     since="1.15.6", optgroup="mdadm")

call("md_detail",
     [Device("md")], RHashtable("info"),
     since="1.15.6", optgroup="mdadm")

call("md_stat",
     [Device("md")], RStructList("devices", "mdstat"),
     since="1.17.21", optgroup="mdadm")

call("md_stop",
     [Device("md")], RErr,
     since="1.15.6", optgroup="mdadm")
