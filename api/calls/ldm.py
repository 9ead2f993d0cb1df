# SPDX-License-Identifier: LGPL-3.0-or-later
"""ldm"""

from model import call, group, DeviceList, RErr, RString, RStringList, String

group("ldm")

call("ldmtool_create_all",
     [], RErr,
     since="1.20.0", optgroup="ldm")

call("ldmtool_diskgroup_disks",
     [String("diskgroup")], RStringList("disks"),
     since="1.20.0", optgroup="ldm")

call("ldmtool_diskgroup_name",
     [String("diskgroup")], RString("name"),
     since="1.20.0", optgroup="ldm")

call("ldmtool_diskgroup_volumes",
     [String("diskgroup")], RStringList("volumes"),
     since="1.20.0", optgroup="ldm")

call("ldmtool_remove_all",
     [], RErr,
     since="1.20.0", optgroup="ldm")

call("ldmtool_scan",
     [], RStringList("guids"),
     since="1.20.0", optgroup="ldm")

call("ldmtool_scan_devices",
     [DeviceList("devices")], RStringList("guids"),
     since="1.20.0", optgroup="ldm")

call("ldmtool_volume_hint",
     [String("diskgroup"), String("volume")], RString("hint"),
     since="1.20.0", optgroup="ldm")

call("ldmtool_volume_partitions",
     [String("diskgroup"), String("volume")], RStringList("partitions"),
     since="1.20.0", optgroup="ldm")

call("ldmtool_volume_type",
     [String("diskgroup"), String("volume")], RString("voltype"),
     since="1.20.0", optgroup="ldm")

call("list_ldm_partitions",
     [], RStringList("devices"),
     since="1.20.0", optgroup="ldm")

call("list_ldm_volumes",
     [], RStringList("devices"),
     since="1.20.0", optgroup="ldm")
