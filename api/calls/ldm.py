# SPDX-License-Identifier: LGPL-3.0-or-later
"""Windows dynamic disks."""

from model import call, example, group, DeviceList, RErr, RString, RStringList, String

group("ldm")

call("ldmtool_create_all",
     [], RErr,
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="Make the devices of all Windows dynamic disks",
     doc="""\
Makes a device for each volume of the disk groups that were found, below
/dev/mapper.""",
     examples=[
         example("part", "ldmtool-create-all", "list-ldm-volumes", prints="", needs="tool:ldmtool"),
     ])

call("ldmtool_diskgroup_disks",
     [String("diskgroup")], RStringList("disks"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="List the disks of a Windows disk group",
     doc="""\
Returns the names of the disks in `diskgroup`, which is a GUID.""",
     examples=[
         example("part", "ldmtool-diskgroup-disks 01234567-89ab-cdef-0123-456789abcdef", error="No such disk group", needs="tool:ldmtool"),
     ])

call("ldmtool_diskgroup_name",
     [String("diskgroup")], RString("name"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="Return the name of a Windows disk group",
     doc="""\
Returns the name of `diskgroup`, which is a GUID.""",
     examples=[
         example("part", "ldmtool-diskgroup-name nope", error="nope: is not a GUID", errno="EINVAL"),
     ])

call("ldmtool_diskgroup_volumes",
     [String("diskgroup")], RStringList("volumes"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="List the volumes of a Windows disk group",
     doc="""\
Returns the names of the volumes in `diskgroup`, which is a GUID.""",
     examples=[
         example("part", "ldmtool-diskgroup-volumes 01234567-89ab-cdef-0123-456789abcdef", error="No such disk group", needs="tool:ldmtool"),
     ])

call("ldmtool_remove_all",
     [], RErr,
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="Remove the devices of all Windows dynamic disks",
     doc="""\
Undoes `ldmtool_create_all`.""",
     examples=[
         example("part", "ldmtool-remove-all"),
     ])

call("ldmtool_scan",
     [], RStringList("guids"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="Look for Windows dynamic disks",
     doc="""\
Returns the GUIDs of the disk groups on all disks.""",
     examples=[
         example("part", "ldmtool-scan", prints="", needs="tool:ldmtool"),
     ])

call("ldmtool_scan_devices",
     [DeviceList("devices")], RStringList("guids"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="Look for Windows dynamic disks on some devices",
     doc="""\
As `ldmtool_scan` for `devices` only.""",
     examples=[
         example("part", "ldmtool-scan-devices /dev/sda", prints="", needs="tool:ldmtool"),
         example("part", "ldmtool-scan-devices /dev/sdb", error="/dev/sdb: No such file or directory", errno="ENOENT"),
     ])

call("ldmtool_volume_hint",
     [String("diskgroup"), String("volume")], RString("hint"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="Return the drive letter of a Windows volume",
     doc="""\
Returns the hint, often a drive letter, of `volume` in `diskgroup`; it may
be empty.""",
     examples=[
         example("part", "ldmtool-volume-hint 01234567-89ab-cdef-0123-456789abcdef Volume1", error="No such disk group", needs="tool:ldmtool"),
     ])

call("ldmtool_volume_partitions",
     [String("diskgroup"), String("volume")], RStringList("partitions"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="List the partitions of a Windows volume",
     doc="""\
Returns the names of the partitions that make up `volume` in `diskgroup`.""",
     examples=[
         example("part", "ldmtool-volume-partitions 01234567-89ab-cdef-0123-456789abcdef Volume1", error="No such disk group", needs="tool:ldmtool"),
     ])

call("ldmtool_volume_type",
     [String("diskgroup"), String("volume")], RString("voltype"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="Return the type of a Windows volume",
     doc="""\
Returns "simple", "spanned", "striped", "mirrored" or "raid5" for `volume`
in `diskgroup`.""",
     examples=[
         example("part", "ldmtool-volume-type 01234567-89ab-cdef-0123-456789abcdef -v", error="-v: cannot be the name of a volume", errno="EINVAL"),
     ])

call("list_ldm_partitions",
     [], RStringList("devices"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="List the partitions of Windows dynamic disks",
     doc="""\
Returns the devices below /dev/mapper that stand for partitions of dynamic
disks.""",
     examples=[
         example("part", "list-ldm-partitions", prints=""),
     ])

call("list_ldm_volumes",
     [], RStringList("devices"),
     since="1.20.0", optgroup="ldm", impl="ldm",
     brief="List the volumes of Windows dynamic disks",
     doc="""\
Returns the devices below /dev/mapper that stand for volumes of dynamic
disks.""",
     examples=[
         example("part", "list-ldm-volumes", prints=""),
     ])
