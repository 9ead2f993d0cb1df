# SPDX-License-Identifier: LGPL-3.0-or-later
"""Windows dynamic disks."""

from model import call, group, DeviceList, RErr, RString, RStringList, String

group("ldm")

call("ldmtool_create_all",
     [], RErr,
     since="1.20.0", optgroup="ldm",
     brief="Make the devices of all Windows dynamic disks",
     doc="""\
Makes a device for each volume of the disk groups that were found, below
/dev/mapper.""")

call("ldmtool_diskgroup_disks",
     [String("diskgroup")], RStringList("disks"),
     since="1.20.0", optgroup="ldm",
     brief="List the disks of a Windows disk group",
     doc="""\
Returns the names of the disks in `diskgroup`, which is a GUID.""")

call("ldmtool_diskgroup_name",
     [String("diskgroup")], RString("name"),
     since="1.20.0", optgroup="ldm",
     brief="Return the name of a Windows disk group",
     doc="""\
Returns the name of `diskgroup`, which is a GUID.""")

call("ldmtool_diskgroup_volumes",
     [String("diskgroup")], RStringList("volumes"),
     since="1.20.0", optgroup="ldm",
     brief="List the volumes of a Windows disk group",
     doc="""\
Returns the names of the volumes in `diskgroup`, which is a GUID.""")

call("ldmtool_remove_all",
     [], RErr,
     since="1.20.0", optgroup="ldm",
     brief="Remove the devices of all Windows dynamic disks",
     doc="""\
Undoes `ldmtool_create_all`.""")

call("ldmtool_scan",
     [], RStringList("guids"),
     since="1.20.0", optgroup="ldm",
     brief="Look for Windows dynamic disks",
     doc="""\
Returns the GUIDs of the disk groups on all disks.""")

call("ldmtool_scan_devices",
     [DeviceList("devices")], RStringList("guids"),
     since="1.20.0", optgroup="ldm",
     brief="Look for Windows dynamic disks on some devices",
     doc="""\
As `ldmtool_scan` for `devices` only.""")

call("ldmtool_volume_hint",
     [String("diskgroup"), String("volume")], RString("hint"),
     since="1.20.0", optgroup="ldm",
     brief="Return the drive letter of a Windows volume",
     doc="""\
Returns the hint, often a drive letter, of `volume` in `diskgroup`; it may
be empty.""")

call("ldmtool_volume_partitions",
     [String("diskgroup"), String("volume")], RStringList("partitions"),
     since="1.20.0", optgroup="ldm",
     brief="List the partitions of a Windows volume",
     doc="""\
Returns the names of the partitions that make up `volume` in `diskgroup`.""")

call("ldmtool_volume_type",
     [String("diskgroup"), String("volume")], RString("voltype"),
     since="1.20.0", optgroup="ldm",
     brief="Return the type of a Windows volume",
     doc="""\
Returns "simple", "spanned", "striped", "mirrored" or "raid5" for `volume`
in `diskgroup`.""")

call("list_ldm_partitions",
     [], RStringList("devices"),
     since="1.20.0", optgroup="ldm",
     brief="List the partitions of Windows dynamic disks",
     doc="""\
Returns the devices below /dev/mapper that stand for partitions of dynamic
disks.""")

call("list_ldm_volumes",
     [], RStringList("devices"),
     since="1.20.0", optgroup="ldm",
     brief="List the volumes of Windows dynamic disks",
     doc="""\
Returns the devices below /dev/mapper that stand for volumes of dynamic
disks.""")
