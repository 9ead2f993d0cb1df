# SPDX-License-Identifier: LGPL-3.0-or-later
"""Partition tables."""

from model import (
    call, group, Bool, Device, GUID, Int, Int64, RBool, RErr, RInt, RInt64,
    RString, RStringList, RStructList, String, StringList)

group("partitions")

call("list_partitions",
     [], RStringList("partitions"),
     since="0.0.4", impl="mount",
     brief="List the partitions of all disks",
     doc="""\
Returns the names of all partitions on all disks of the session, such as
/dev/sda1, in the order of the disks and of their numbers.  Extended
partitions are in the list.  Disks without a partition table, and logical
volumes, are not: see `list_devices`, `lvs` and `list_filesystems`.""")

call("part_add",
     [Device("device"), String("prlogex"), Int64("startsect"),
      Int64("endsect")], RErr,
     since="1.0.78", impl="part",
     brief="Add a partition to a disk",
     doc="""\
Adds a partition to the partition table of `device` that goes from sector
`startsect` to sector `endsect`, both included.  Sectors are counted from
0; a negative `endsect` is counted from the end of the disk, where -1 is
the last sector.  `prlogex` is the kind for MBR: "primary" (or "p"),
"logical" ("l") or "extended" ("e"); with GPT always "primary".  The
partition's contents are not touched: old data shows up again if it is in
the right place.

The place is taken as given, without rounding to what would be faster;
usual partitions start at a multiple of 2048.  It is an error if the
partition would overlap another or does not fit.""")

call("part_del",
     [Device("device"), Int("partnum")], RErr,
     since="1.3.2", impl="part",
     brief="Remove a partition from a disk",
     doc="""\
Removes partition `partnum` of `device` from the table.  Removing an
extended partition removes all logical ones in it.  The contents stay on
the disk.  Nothing on this partition may be mounted.""")

call("part_disk",
     [Device("device"), String("parttype")], RErr,
     since="1.0.78", impl="part",
     brief="Make one partition over a whole disk",
     doc="""\
Makes a new, empty partition table of the type `parttype` on `device`, as
`part_init` does, and one partition in it that takes all the space that the
table allows, starting at a well aligned sector.""")

call("part_expand_gpt",
     [Device("device")], RErr,
     since="1.33.2", optgroup="gdisk",
     brief="Move the backup GPT to the end of the disk",
     doc="""\
After a disk has grown, its second GPT header is no longer at the end.
This moves it there, so that the new space can be used.""")

call("part_get_bootable",
     [Device("device"), Int("partnum")], RBool("bootable"),
     since="1.3.2", impl="part",
     brief="Tell whether a partition is marked bootable",
     doc="""\
Returns true if partition `partnum` of `device` has the bootable flag: the
active flag of MBR, or the legacy BIOS attribute of GPT.""")

call("part_get_disk_guid",
     [Device("device")], RString("guid"),
     since="1.33.2", optgroup="gdisk",
     brief="Return the GUID of a disk",
     doc="""\
Returns the GUID in the GPT header of `device`.""")

call("part_get_gpt_attributes",
     [Device("device"), Int("partnum")], RInt64("attributes"),
     since="1.21.1", optgroup="gdisk",
     brief="Return the attributes of a GPT partition",
     doc="""\
Returns the 64 attribute bits of partition `partnum` of `device`; bit 0 is
"required", bit 2 "legacy BIOS bootable", the top 16 belong to the type.""")

call("part_get_gpt_guid",
     [Device("device"), Int("partnum")], RString("guid"),
     since="1.29.25", optgroup="gdisk",
     brief="Return the GUID of a GPT partition",
     doc="""\
Returns the GUID of partition `partnum` of `device` itself, not that of its
type.""")

call("part_get_gpt_type",
     [Device("device"), Int("partnum")], RString("guid"),
     since="1.21.1", impl="part", optgroup="gdisk",
     brief="Return the type GUID of a GPT partition",
     doc="""\
Returns the GUID that says what partition `partnum` of `device` is for, in
upper case, such as 0FC63DAF-8483-4772-8E79-3D69D8477DE4 for Linux data.
It is an error if the table is not GPT.""")

call("part_get_mbr_id",
     [Device("device"), Int("partnum")], RInt("idbyte"),
     since="1.3.2", impl="part", shell_output="hex",
     brief="Return the type byte of an MBR partition",
     doc="""\
Returns the type of partition `partnum` of `device`, such as 0x83 for Linux
or 0x07 for NTFS.  The shell shows it in hexadecimal.  It is an error if
the table is not MBR.""")

call("part_get_mbr_part_type",
     [Device("device"), Int("partnum")], RString("partitiontype"),
     since="1.29.32",
     brief="Return the kind of an MBR partition",
     doc="""\
Returns "primary", "extended" or "logical" for partition `partnum` of
`device`; with GPT always "primary".""")

call("part_get_name",
     [Device("device"), Int("partnum")], RString("name"),
     since="1.25.33", impl="part",
     brief="Return the name of a GPT partition",
     doc="""\
Returns the name that the table has for partition `partnum` of `device`,
which is empty if none was set.  Tables that have no names, such as MBR,
are an error.""")

call("part_get_parttype",
     [Device("device")], RString("parttype"),
     since="1.0.78", impl="part",
     brief="Return the type of a partition table",
     doc="""\
Returns the type of the table on `device`: "msdos" for MBR, "gpt", or the
name of one of the rarer ones such as "sun" or "bsd".  "loop" means that a
filesystem begins right at the start of the disk.  A disk that holds no
table is an error.""")

call("part_init",
     [Device("device"), String("parttype")], RErr,
     since="1.0.78", impl="part",
     brief="Make an empty partition table",
     doc="""\
Writes a new partition table without partitions on `device`.  `parttype` is
"mbr" (or "msdos"), "gpt" (or "efi"), or one of the rarer types that the
machine's tools know.  The old table, and with it all partitions, is lost.
MBR can be used up to 2 TiB (with 512-byte sectors).""")

call("part_list",
     [Device("device")], RStructList("partitions", "partition"),
     since="1.0.78", impl="part",
     brief="List the partitions of a disk",
     doc="""\
Returns for each partition in the table of `device` its number `part_num`
(numbers may have gaps, and the order is that of the numbers), the bytes
`part_start` and `part_end` at which it begins and ends (the last byte
included), and `part_size`, its size in bytes.""")

call("part_resize",
     [Device("device"), Int("partnum"), Int64("endsect")], RErr,
     since="1.37.20",
     brief="Move the end of a partition",
     doc="""\
Makes partition `partnum` of `device` end at sector `endsect` (negative
numbers count from the end of the disk).  A filesystem in it is not
changed: shrink it before, or grow it afterwards.""")

call("part_set_bootable",
     [Device("device"), Int("partnum"), Bool("bootable")], RErr,
     since="1.0.78", impl="part",
     brief="Mark a partition bootable",
     doc="""\
Sets the bootable flag of partition `partnum` of `device` if `bootable` is
true, else clears it: the active flag of MBR, or the legacy BIOS attribute
of GPT.  With MBR, setting it for one partition clears it for the others.""")

call("part_set_disk_guid",
     [Device("device"), GUID("guid")], RErr,
     since="1.33.2", optgroup="gdisk",
     brief="Set the GUID of a disk",
     doc="""\
Sets the GUID in the GPT header of `device` to `guid`.""")

call("part_set_disk_guid_random",
     [Device("device")], RErr,
     since="1.33.2", optgroup="gdisk",
     brief="Give a disk a new GUID",
     doc="""\
Sets the GUID in the GPT header of `device` to one made at random.""")

call("part_set_gpt_attributes",
     [Device("device"), Int("partnum"), Int64("attributes")], RErr,
     since="1.21.1", optgroup="gdisk",
     brief="Set the attributes of a GPT partition",
     doc="""\
Sets all 64 attribute bits of partition `partnum` of `device`.""")

call("part_set_gpt_guid",
     [Device("device"), Int("partnum"), GUID("guid")], RErr,
     since="1.29.25", optgroup="gdisk",
     brief="Set the GUID of a GPT partition",
     doc="""\
Sets the GUID of partition `partnum` of `device` itself to `guid`.""")

call("part_set_gpt_type",
     [Device("device"), Int("partnum"), GUID("guid")], RErr,
     since="1.21.1", impl="part", optgroup="gdisk",
     brief="Set the type GUID of a GPT partition",
     doc="""\
Sets the type of partition `partnum` of `device` to `guid`, which must be a
whole GUID such as C12A7328-F81F-11D2-BA4B-00A0C93EC93B for an EFI system
partition.  It is an error if the table is not GPT.""")

call("part_set_mbr_id",
     [Device("device"), Int("partnum"), Int("idbyte")], RErr,
     since="1.3.2", impl="part",
     brief="Set the type byte of an MBR partition",
     doc="""\
Sets the type of partition `partnum` of `device` to `idbyte`, such as 0x83
for Linux.  The number is from 0 to 255.  It is an error if the table is
not MBR.""")

call("part_set_name",
     [Device("device"), Int("partnum"), String("name")], RErr,
     since="1.0.78", impl="part",
     brief="Set the name of a GPT partition",
     doc="""\
Sets the name that the table has for partition `partnum` of `device`.  It
may have 36 UTF-16 characters.  Tables that have no names, such as MBR, are
an error.""")

call("part_to_dev",
     [Device("partition")], RString("device"),
     since="1.5.15", impl="part",
     brief="Return the disk of a partition",
     doc="""\
Returns the disk on which the partition `partition` lies: of /dev/sda1 that
is /dev/sda.  Fails with EINVAL if it is not the name of a partition.""")

call("part_to_partnum",
     [Device("partition")], RInt("partnum"),
     since="1.13.25", impl="part",
     brief="Return the number of a partition",
     doc="""\
Returns the number of the partition `partition` on its disk: of /dev/sda1
that is 1.  Fails with EINVAL if it is not the name of a partition.""")

call("sfdisk",
     [Device("device"), Int("cyls"), Int("heads"), Int("sectors"),
      StringList("lines")], RErr,
     since="0.0.8", deprecated=True, deprecated_by="part_add",
     brief="Make partitions with sfdisk",
     doc="""\
Passes `lines` to sfdisk for `device`.  `cyls`, `heads` and `sectors` were
a geometry and should be 0.  Use `part_init` and `part_add`.""")

call("sfdiskM",
     [Device("device"), StringList("lines")], RErr,
     since="1.0.55", deprecated=True, deprecated_by="part_add",
     brief="Make partitions with sfdisk, in megabytes",
     doc="""\
Passes `lines`, with sizes in megabytes, to sfdisk for `device`.  Use
`part_init` and `part_add`.""")

call("sfdisk_N",
     [Device("device"), Int("partnum"), Int("cyls"), Int("heads"),
      Int("sectors"), String("line")], RErr,
     since="1.0.26", deprecated=True, deprecated_by="part_add",
     brief="Change one partition with sfdisk",
     doc="""\
Passes `line` to sfdisk for partition `partnum` of `device`.  `cyls`,
`heads` and `sectors` should be 0.  Use the part_* calls.""")

call("sfdisk_disk_geometry",
     [Device("device")], RString("partitions"),
     since="1.0.26",
     brief="Show the geometry that a partition table tells of",
     doc="""\
Returns text with cylinders, heads and sectors as computed from the table
of `device`.""")

call("sfdisk_kernel_geometry",
     [Device("device")], RString("partitions"),
     since="1.0.26",
     brief="Show the geometry that the kernel tells of",
     doc="""\
Returns text with cylinders, heads and sectors of `device` as the kernel
has them.""")

call("sfdisk_l",
     [Device("device")], RString("partitions"),
     since="1.0.26", deprecated=True, deprecated_by="part_list",
     brief="Show a partition table with sfdisk",
     doc="""\
Returns the text of `sfdisk -l` for `device`.  Use `part_list`.""")
