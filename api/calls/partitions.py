# SPDX-License-Identifier: LGPL-3.0-or-later
"""Partition tables."""

from model import (
    call, example, group, Bool, Device, GUID, Int, Int64, RBool, RErr, RInt,
    RInt64, RString, RStringList, RStructList, String, StringList)

group("partitions")

call("list_partitions",
     [], RStringList("partitions"),
     since="0.0.4", impl="mount",
     brief="List the partitions of all disks",
     doc="""\
Returns the names of all partitions on all disks of the session, such as
/dev/sda1, in the order of the disks and of their numbers.  Extended
partitions are in the list.  Disks without a partition table, and logical
volumes, are not: see `list_devices`, `lvs` and `list_filesystems`.""",
     examples=[
         example("part", "list-partitions", prints="/dev/sda1"),
         example("empty", "list-partitions", prints=""),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 4095",
                 "part-add /dev/sda e 4096 -1", "part-add /dev/sda l 8192 9000",
                 "list-partitions", prints="/dev/sda1\n/dev/sda2\n/dev/sda5"),
     ])

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
partition would overlap another or does not fit.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 64 2047",
                 "part-list /dev/sda", prints="[0] = {\n  part_num: 1\n"
                 "  part_start: 32768\n  part_end: 1048575\n  part_size: 1015808\n}"),
         example("part", "part-init /dev/sda gpt",
                 "part-add /dev/sda p 34 2047", "part-add /dev/sda p 2048 -34",
                 "part-list /dev/sda", prints="[0] = {\n  part_num: 1\n"
                 "  part_start: 17408\n  part_end: 1048575\n  part_size: 1031168\n}\n"
                 "[1] = {\n  part_num: 2\n  part_start: 1048576\n"
                 "  part_end: 1073724927\n  part_size: 1072676352\n}"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda extended 64 -1",
                 "part-add /dev/sda logical 2048 4095",
                 "part-add /dev/sda logical 6144 8191", "list-partitions",
                 prints="/dev/sda1\n/dev/sda5\n/dev/sda6"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 -1",
                 "blockdev-getsize64 /dev/sda1", prints="1072693248"),
         example("part", "part-add /dev/sda p 4096 8191",
                 error="overlapping partitions"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda x 64 100",
                 error="unknown partition type: x"),
         example("empty", "part-init /dev/sda mbr",
                 "part-add /dev/sda p 64 99999999",
                 error="outside of the device"),
         example("empty", "part-add /dev/sda p 64 100",
                 error="unrecognised disk label"),
     ])

call("part_del",
     [Device("device"), Int("partnum")], RErr,
     since="1.3.2", impl="part",
     brief="Remove a partition from a disk",
     doc="""\
Removes partition `partnum` of `device` from the table.  Removing an
extended partition removes all logical ones in it.  The contents stay on
the disk.  Nothing on this partition may be mounted.""",
     examples=[
         example("part", "part-del /dev/sda 1", "list-partitions", prints=""),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 4095",
                 "part-add /dev/sda e 4096 -1", "part-add /dev/sda l 8192 9000",
                 "part-del /dev/sda 2", "list-partitions", prints="/dev/sda1"),
         example("empty", "part-init /dev/sda gpt", "part-add /dev/sda p 2048 4095",
                 "part-add /dev/sda p 4096 8191", "part-del /dev/sda 1",
                 "list-partitions", prints="/dev/sda2"),
         example("part", "part-del /dev/sda 2", error="Partition doesn't exist"),
         example("fs", "part-del /dev/sda 1", error="part_del"),
     ])

call("part_disk",
     [Device("device"), String("parttype")], RErr,
     since="1.0.78", impl="part",
     brief="Make one partition over a whole disk",
     doc="""\
Makes a new, empty partition table of the type `parttype` on `device`, as
`part_init` does, and one partition in it that takes all the space that the
table allows, starting at a well aligned sector.""",
     examples=[
         example("empty", "part-disk /dev/sda mbr", "part-list /dev/sda",
                 prints="[0] = {\n  part_num: 1\n  part_start: 65536\n"
                 "  part_end: 1073676799\n  part_size: 1073611264\n}"),
         example("empty", "part-disk /dev/sda gpt", "part-list /dev/sda",
                 prints="[0] = {\n  part_num: 1\n  part_start: 65536\n"
                 "  part_end: 1073676799\n  part_size: 1073611264\n}"),
         example("part", "part-disk /dev/sda mbr", "part-list /dev/sda",
                 prints="[0] = {\n  part_num: 1\n  part_start: 65536\n"
                 "  part_end: 1073676799\n  part_size: 1073611264\n}"),
         example("empty", "part-disk /dev/sda gpt", "part-disk /dev/sda gpt",
                 "part-disk /dev/sda mbr", "part-disk /dev/sda gpt",
                 "part-get-parttype /dev/sda", prints="gpt"),
         example("empty", "part-disk /dev/sda nope",
                 error="unknown partition type"),
     ])

call("part_expand_gpt",
     [Device("device")], RErr,
     since="1.33.2", impl="part", optgroup="gdisk",
     brief="Move the backup GPT to the end of the disk",
     doc="""\
After a disk has grown, its second GPT header is no longer at the end.
This moves it there, so that the new space can be used.""",
     examples=[
         example("part", "part-expand-gpt /dev/sda", error="/dev/sda: its table is not a GUID Partition Table", errno="EINVAL"),
         example("empty", "part-disk /dev/sda gpt", "part-expand-gpt /dev/sda", "part-list /dev/sda | grep -c part_num",
                 prints="1"),
     ])

call("part_get_bootable",
     [Device("device"), Int("partnum")], RBool("bootable"),
     since="1.3.2", impl="part",
     brief="Tell whether a partition is marked bootable",
     doc="""\
Returns true if partition `partnum` of `device` has the bootable flag: the
active flag of MBR, or the legacy BIOS attribute of GPT.""",
     examples=[
         example("part", "part-get-bootable /dev/sda 1", prints="false"),
         example("part", "part-get-bootable /dev/sda 2",
                 error="partition number 2 not found"),
     ])

call("part_get_disk_guid",
     [Device("device")], RString("guid"),
     since="1.33.2", impl="part", optgroup="gdisk",
     brief="Return the GUID of a disk",
     doc="""\
Returns the GUID in the GPT header of `device`.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-disk-guid /dev/sda 01234567-89ab-cdef-0123-456789abcdef",
                 "part-get-disk-guid /dev/sda", prints="01234567-89AB-CDEF-0123-456789ABCDEF"),
         example("part", "part-get-disk-guid /dev/sda", error="its table is not a GUID Partition Table", errno="EINVAL"),
     ])

call("part_get_gpt_attributes",
     [Device("device"), Int("partnum")], RInt64("attributes"),
     since="1.21.1", impl="part", optgroup="gdisk",
     brief="Return the attributes of a GPT partition",
     doc="""\
Returns the 64 attribute bits of partition `partnum` of `device`; bit 0 is
"required", bit 2 "legacy BIOS bootable", the top 16 belong to the type.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-get-gpt-attributes /dev/sda 1", prints="0"),
         example("empty", "part-disk /dev/sda gpt", "part-get-gpt-attributes /dev/sda 2",
                 error="partition number 2 not found", errno="ENOENT"),
     ])

call("part_get_gpt_guid",
     [Device("device"), Int("partnum")], RString("guid"),
     since="1.29.25", impl="part", optgroup="gdisk",
     brief="Return the GUID of a GPT partition",
     doc="""\
Returns the GUID of partition `partnum` of `device` itself, not that of its
type.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-guid /dev/sda 1 01234567-89ab-cdef-0123-456789abcdef",
                 "part-get-gpt-guid /dev/sda 1", prints="01234567-89AB-CDEF-0123-456789ABCDEF"),
         example("part", "part-get-gpt-guid /dev/sda 1", error="its table is not a GUID Partition Table", errno="EINVAL"),
     ])

call("part_get_gpt_type",
     [Device("device"), Int("partnum")], RString("guid"),
     since="1.21.1", impl="part", optgroup="gdisk",
     brief="Return the type GUID of a GPT partition",
     doc="""\
Returns the GUID that says what partition `partnum` of `device` is for, in
upper case, such as 0FC63DAF-8483-4772-8E79-3D69D8477DE4 for Linux data.
With MBR it is the GUID that stands for the same type.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-get-gpt-type /dev/sda 1",
                 prints="0FC63DAF-8483-4772-8E79-3D69D8477DE4"),
         example("part", "part-get-gpt-type /dev/sda 1",
                 prints="0FC63DAF-8483-4772-8E79-3D69D8477DE4"),
         example("empty", "part-disk /dev/sda gpt", "part-get-gpt-type /dev/sda 2",
                 error="part_get_gpt_type"),
     ])

call("part_get_mbr_id",
     [Device("device"), Int("partnum")], RInt("idbyte"),
     since="1.3.2", impl="part", shell_output="hex",
     brief="Return the type byte of an MBR partition",
     doc="""\
Returns the type of partition `partnum` of `device`, such as 0x83 for Linux
or 0x07 for NTFS.  The shell shows it in hexadecimal.  It is an error if
the table is not MBR.""",
     examples=[
         example("part", "part-get-mbr-id /dev/sda 1", prints="0x83"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda e 64 -1",
                 "part-get-mbr-id /dev/sda 1", prints="0xf"),
         example("part", "part-get-mbr-id /dev/sda 2",
                 error="part_get_mbr_id"),
         example("empty", "part-disk /dev/sda gpt", "part-get-mbr-id /dev/sda 1",
                 error="part_get_mbr_id"),
     ])

call("part_get_mbr_part_type",
     [Device("device"), Int("partnum")], RString("partitiontype"),
     since="1.29.32", impl="part",
     brief="Return the kind of an MBR partition",
     doc="""\
Returns "primary", "extended" or "logical" for partition `partnum` of
`device`; with GPT always "primary".""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 64 1023", "part-add /dev/sda e 1024 -1",
                 "part-add /dev/sda l 2048 4095", "part-get-mbr-part-type /dev/sda 5", prints="logical"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 64 1023", "part-add /dev/sda e 1024 -1",
                 "part-get-mbr-part-type /dev/sda 2", prints="extended"),
         example("part", "part-get-mbr-part-type /dev/sda 1", prints="primary"),
         example("empty", "part-disk /dev/sda gpt", "part-get-mbr-part-type /dev/sda 1", prints="primary"),
         example("part", "part-get-mbr-part-type /dev/sda 2", error="partition number 2 not found", errno="ENOENT"),
     ])

call("part_get_name",
     [Device("device"), Int("partnum")], RString("name"),
     since="1.25.33", impl="part",
     brief="Return the name of a GPT partition",
     doc="""\
Returns the name that the table has for partition `partnum` of `device`,
which is empty if none was set.  Tables that have no names, such as MBR,
are an error.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-get-name /dev/sda 1",
                 prints="p1"),
         example("part", "part-get-name /dev/sda 1",
                 error="part-get-name can only be used on GUID Partition Tables"),
     ])

call("part_get_parttype",
     [Device("device")], RString("parttype"),
     since="1.0.78", impl="part",
     brief="Return the type of a partition table",
     doc="""\
Returns the type of the table on `device`: "msdos" for MBR, "gpt", or the
name of one of the rarer ones such as "sun" or "bsd".  "loop" means that a
filesystem begins right at the start of the disk.  A disk that holds no
table is an error.""",
     examples=[
         example("part", "part-get-parttype /dev/sda", prints="msdos"),
         example("empty", "part-init /dev/sda gpt", "part-get-parttype /dev/sda",
                 prints="gpt"),
         example("empty", "part-get-parttype /dev/sda",
                 error="unrecognised disk label", errno="EINVAL"),
         example("fs", "part-get-parttype /dev/sda1",
                 error="/dev/sda1: not a partitioned device"),
     ])

call("part_init",
     [Device("device"), String("parttype")], RErr,
     since="1.0.78", impl="part",
     brief="Make an empty partition table",
     doc="""\
Writes a new partition table without partitions on `device`.  `parttype` is
"mbr" (or "msdos"), "gpt" (or "efi"), or one of the rarer types that the
machine's tools know.  The old table, and with it all partitions, is lost.
MBR can be used up to 2 TiB (with 512-byte sectors).""",
     examples=[
         example("part", "part-init /dev/sda mbr", "list-partitions", prints=""),
         example("empty", "part-init /dev/sda efi", "part-get-parttype /dev/sda",
                 prints="gpt"),
         example("part", "part-init /dev/sda gpt", "part-get-parttype /dev/sda",
                 prints="gpt"),
         example("empty", "part-init /dev/sda gpt", "part-init /dev/sda msdos",
                 "part-get-parttype /dev/sda", prints="msdos"),
         example("empty", "part-init /dev/sda bsd", "part-get-parttype /dev/sda",
                 prints="bsd", needs="tool:parted"),
         example("empty", "part-init /dev/sda nope",
                 error="unknown partition type"),
     ])

call("part_list",
     [Device("device")], RStructList("partitions", "partition"),
     since="1.0.78", impl="part",
     brief="List the partitions of a disk",
     doc="""\
Returns for each partition in the table of `device` its number `part_num`
(numbers may have gaps, and the order is that of the numbers), the bytes
`part_start` and `part_end` at which it begins and ends (the last byte
included), and `part_size`, its size in bytes.""",
     examples=[
         example("part", "part-list /dev/sda", prints="[0] = {\n  part_num: 1\n"
                 "  part_start: 1048576\n  part_end: 1073741823\n"
                 "  part_size: 1072693248\n}"),
         example("empty", "part-init /dev/sda gpt", "part-list /dev/sda", prints=""),
         example("empty", "part-list /dev/sda", error="unrecognised disk label",
                 errno="EINVAL"),
         example("part", "part-list /dev/sdb",
                 error="/dev/sdb: No such file or directory", errno="ENOENT"),
     ])

call("part_resize",
     [Device("device"), Int("partnum"), Int64("endsect")], RErr,
     since="1.37.20", impl="part",
     brief="Move the end of a partition",
     doc="""\
Makes partition `partnum` of `device` end at sector `endsect` (negative
numbers count from the end of the disk).  A filesystem in it is not
changed: shrink it before, or grow it afterwards.  What the new end would
cut off of one, or of anything else that may use all of the partition, is
`ENOSPC`.""",
     examples=[
         example("part", "part-resize /dev/sda 1 4095", "part-list /dev/sda | grep part_size", prints="  part_size: 1048576"),
         example("part", "part-resize /dev/sda 1 4095", "blockdev-getsize64 /dev/sda1", prints="1048576"),
         example("empty", "part-disk /dev/sda gpt", "part-resize /dev/sda 1 -34", "blockdev-getsz /dev/sda1", prints="2096991"),
         example("empty", "part-disk /dev/sda gpt", "part-resize /dev/sda 1 -1", error="is behind the last", errno="ENOSPC"),
         example("part", "part-resize /dev/sda 1 100", error="is before the partition's begin", errno="EINVAL"),
         example("part", "part-resize /dev/sda 2 4095", error="partition number 2 not found", errno="ENOENT"),
         example("fs", "part-resize /dev/sda 1 4095", error="/dev/sda1: is in use", errno="EBUSY"),
        example("fs", "umount /", "part-resize /dev/sda 1 4095", error="on it uses", errno="ENOSPC"),
        example("fs", "umount /", "resize2fs-size /dev/sda1 48M", "part-resize /dev/sda 1 102399", "mount /dev/sda1 /"),
        example("part", "pvcreate /dev/sda1", "part-resize /dev/sda 1 20479", error="may use all of it", errno="ENOSPC", needs="dm"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 64 1023", "part-add /dev/sda p 1024 2047",
                 "part-resize /dev/sda 1 1024", error="Can't have overlapping partitions", errno="ENOSPC"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda e 1024 8191", "part-add /dev/sda l 2048 4095",
                 "part-resize /dev/sda 5 6000", "part-resize /dev/sda 1 7000", "blockdev-getsz /dev/sda5", prints="3953"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda e 1024 8191", "part-add /dev/sda l 2048 4095",
                 "part-resize /dev/sda 5 9000", error="the extended partition ends before", errno="ENOSPC"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda e 1024 8191", "part-add /dev/sda l 2048 4095",
                 "part-resize /dev/sda 1 3000", error="the logical partition 5 ends at sector 4095", errno="EBUSY"),
         # The second one's record is just before it.
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda e 1024 65535", "part-add /dev/sda l 2048 4095",
                 "part-add /dev/sda l 20480 40959", "part-resize /dev/sda 5 20479",
                 error="another logical partition is described", errno="ENOSPC"),
     ])

call("part_set_bootable",
     [Device("device"), Int("partnum"), Bool("bootable")], RErr,
     since="1.0.78", impl="part",
     brief="Mark a partition bootable",
     doc="""\
Sets the bootable flag of partition `partnum` of `device` if `bootable` is
true, else clears it: the active flag of MBR, or the legacy BIOS attribute
of GPT.  With MBR, setting it for one partition clears it for the others.""",
     examples=[
         example("part", "part-set-bootable /dev/sda 1 true",
                 "part-get-bootable /dev/sda 1", prints="true"),
         example("part", "part-set-bootable /dev/sda 1 true",
                 "part-set-bootable /dev/sda 1 false",
                 "part-get-bootable /dev/sda 1", prints="false"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 4095",
                 "part-add /dev/sda p 4096 8191", "part-set-bootable /dev/sda 1 true",
                 "part-set-bootable /dev/sda 2 true", "part-get-bootable /dev/sda 1",
                 prints="false"),
         example("empty", "part-disk /dev/sda gpt",
                 "part-set-bootable /dev/sda 1 true", "part-get-bootable /dev/sda 1",
                 prints="true"),
         example("part", "part-set-bootable /dev/sda 3 true",
                 error="partition number 3 not found"),
     ])

call("part_set_disk_guid",
     [Device("device"), GUID("guid")], RErr,
     since="1.33.2", impl="part", optgroup="gdisk",
     brief="Set the GUID of a disk",
     doc="""\
Sets the GUID in the GPT header of `device` to `guid`.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-disk-guid /dev/sda 01234567-89ab-cdef-0123-456789abcdef",
                 "part-get-disk-guid /dev/sda", prints="01234567-89AB-CDEF-0123-456789ABCDEF"),
         example("empty", "part-disk /dev/sda gpt", "part-set-disk-guid /dev/sda nope", error="nope: is not a GUID",
                 errno="EINVAL"),
         example("part", "part-set-disk-guid /dev/sda 01234567-89ab-cdef-0123-456789abcdef",
                 error="its table is not a GUID Partition Table", errno="EINVAL"),
     ])

call("part_set_disk_guid_random",
     [Device("device")], RErr,
     since="1.33.2", impl="part", optgroup="gdisk",
     brief="Give a disk a new GUID",
     doc="""\
Sets the GUID in the GPT header of `device` to one made at random.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-disk-guid /dev/sda 01234567-89ab-cdef-0123-456789abcdef",
                 "part-set-disk-guid-random /dev/sda", "part-get-disk-guid /dev/sda | grep -cE '^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-'",
                 prints="1"),
     ])

call("part_set_gpt_attributes",
     [Device("device"), Int("partnum"), Int64("attributes")], RErr,
     since="1.21.1", impl="part", optgroup="gdisk",
     brief="Set the attributes of a GPT partition",
     doc="""\
Sets all 64 attribute bits of partition `partnum` of `device`.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-attributes /dev/sda 1 4", "part-get-gpt-attributes /dev/sda 1",
                 prints="4"),
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-attributes /dev/sda 1 -9223372036854775808",
                 "part-set-name /dev/sda 1 x", "part-get-gpt-attributes /dev/sda 1", prints="-9223372036854775808"),
         example("part", "part-set-gpt-attributes /dev/sda 1 4", error="its table is not a GUID Partition Table", errno="EINVAL"),
     ])

call("part_set_gpt_guid",
     [Device("device"), Int("partnum"), GUID("guid")], RErr,
     since="1.29.25", impl="part", optgroup="gdisk",
     brief="Set the GUID of a GPT partition",
     doc="""\
Sets the GUID of partition `partnum` of `device` itself to `guid`.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-guid /dev/sda 1 01234567-89ab-cdef-0123-456789abcdef",
                 "part-get-gpt-guid /dev/sda 1", prints="01234567-89AB-CDEF-0123-456789ABCDEF"),
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-guid /dev/sda 2 01234567-89ab-cdef-0123-456789abcdef",
                 error="partition number 2 not found", errno="ENOENT"),
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-guid /dev/sda 1 xyz", error="xyz: is not a GUID", errno="EINVAL"),
     ])

call("part_set_gpt_type",
     [Device("device"), Int("partnum"), GUID("guid")], RErr,
     since="1.21.1", impl="part", optgroup="gdisk",
     brief="Set the type GUID of a GPT partition",
     doc="""\
Sets the type of partition `partnum` of `device` to `guid`, which must be a
whole GUID such as C12A7328-F81F-11D2-BA4B-00A0C93EC93B for an EFI system
partition.  It is an error if the table is not GPT.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-type /dev/sda 1 "
                 "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "part-get-gpt-type /dev/sda 1",
                 prints="C12A7328-F81F-11D2-BA4B-00A0C93EC93B"),
         example("empty", "part-disk /dev/sda gpt", "part-set-gpt-type /dev/sda 1 xyz",
                 error="GUID"),
         example("part", "part-set-gpt-type /dev/sda 1 "
                 "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", error="part_set_gpt_type"),
     ])

call("part_set_mbr_id",
     [Device("device"), Int("partnum"), Int("idbyte")], RErr,
     since="1.3.2", impl="part",
     brief="Set the type byte of an MBR partition",
     doc="""\
Sets the type of partition `partnum` of `device` to `idbyte`, such as 0x83
for Linux.  The number is from 0 to 255.  It is an error if the table is
not MBR.""",
     examples=[
         example("part", "part-set-mbr-id /dev/sda 1 0x7",
                 "part-get-mbr-id /dev/sda 1", prints="0x7"),
         example("part", "part-set-mbr-id /dev/sda 1 256", error="part_set_mbr_id"),
         example("empty", "part-disk /dev/sda gpt", "part-set-mbr-id /dev/sda 1 0x7",
                 error="part_set_mbr_id"),
     ])

call("part_set_name",
     [Device("device"), Int("partnum"), String("name")], RErr,
     since="1.0.78", impl="part",
     brief="Set the name of a GPT partition",
     doc="""\
Sets the name that the table has for partition `partnum` of `device`.  It
may have 36 UTF-16 characters.  Tables that have no names, such as MBR, are
an error.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt",
                 "part-set-name /dev/sda 1 'the root'", "part-get-name /dev/sda 1",
                 prints="the root"),
         example("empty", "part-disk /dev/sda gpt",
                 "part-set-name /dev/sda 1 grün", "part-get-name /dev/sda 1",
                 prints="grün"),
         example("part", "part-set-name /dev/sda 1 x",
                 error="msdos disk labels do not support partition name"),
         example("empty", "part-disk /dev/sda gpt", "part-set-name /dev/sda 4 x",
                 error="part_set_name"),
     ])

call("part_to_dev",
     [Device("partition")], RString("device"),
     since="1.5.15", impl="part",
     brief="Return the disk of a partition",
     doc="""\
Returns the disk on which the partition `partition` lies: of /dev/sda1 that
is /dev/sda.  Fails with EINVAL if it is not the name of a partition.""",
     examples=[
         example("part", "part-to-dev /dev/sda1", prints="/dev/sda"),
         example("part", "part-to-dev /dev/sda",
                 error="device name is not a partition", errno="EINVAL"),
         example("part", "part-to-dev /dev/sda7",
                 error="/dev/sda7: No such file or directory", errno="ENOENT"),
     ])

call("part_to_partnum",
     [Device("partition")], RInt("partnum"),
     since="1.13.25", impl="part",
     brief="Return the number of a partition",
     doc="""\
Returns the number of the partition `partition` on its disk: of /dev/sda1
that is 1.  Fails with EINVAL if it is not the name of a partition.""",
     examples=[
         example("part", "part-to-partnum /dev/sda1", prints="1"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda e 64 -1",
                 "part-add /dev/sda l 2048 4095", "part-to-partnum /dev/sda5",
                 prints="5"),
         example("part", "part-to-partnum /dev/sda",
                 error="device name is not a partition", errno="EINVAL"),
     ])

call("sfdisk",
     [Device("device"), Int("cyls"), Int("heads"), Int("sectors"),
      StringList("lines")], RErr,
     since="0.0.8", impl="part", deprecated=True, deprecated_by="part_add",
     brief="Make partitions with sfdisk",
     doc="""\
Passes `lines` to sfdisk for `device`.  `cyls`, `heads` and `sectors` were
a geometry and should be 0.  Use `part_init` and `part_add`.""",
     examples=[
         example("empty", "sfdisk /dev/sda 0 0 0 '2048,2048,83 4096,8192,82'", "part-get-mbr-id /dev/sda 2", prints="0x82"),
         example("empty", "sfdisk /dev/sda 0 0 0 '2048,2048,83 4096,8192,82'", "part-list /dev/sda | grep part_size",
                 prints="  part_size: 1048576\n  part_size: 4194304"),
         example("fs", "sfdisk /dev/sda 0 0 0 ','", error="/dev/sda: is in use", errno="EBUSY"),
         example("empty", "sfdisk /dev/sda 0 0 0 nonsense", error="sfdisk"),
     ])

call("sfdiskM",
     [Device("device"), StringList("lines")], RErr,
     since="1.0.55", impl="part", deprecated=True, deprecated_by="part_add",
     brief="Make partitions with sfdisk, in megabytes",
     doc="""\
Passes `lines`, with sizes in megabytes, to sfdisk for `device`.  Use
`part_init` and `part_add`.""",
     examples=[
         example("empty", "sfdiskM /dev/sda '0,10 ,20,82'", "blockdev-getsize64 /dev/sda2", prints="20971520"),
         example("empty", 'sfdiskM /dev/sda ""', error="the list of lines is empty", errno="EINVAL"),
     ])

call("sfdisk_N",
     [Device("device"), Int("partnum"), Int("cyls"), Int("heads"),
      Int("sectors"), String("line")], RErr,
     since="1.0.26", impl="part", deprecated=True, deprecated_by="part_add",
     brief="Change one partition with sfdisk",
     doc="""\
Passes `line` to sfdisk for partition `partnum` of `device`.  `cyls`,
`heads` and `sectors` should be 0.  Use the part_* calls.""",
     examples=[
         example("empty", "sfdisk /dev/sda 0 0 0 '2048,2048,83 4096,8192,82'", "sfdisk-N /dev/sda 2 0 0 0 ',4096,83'",
                 "blockdev-getsize64 /dev/sda2", prints="2097152"),
         example("part", "sfdisk-N /dev/sda 0 0 0 0 ','", error="partition number must be >= 1", errno="EINVAL"),
     ])

call("sfdisk_disk_geometry",
     [Device("device")], RString("partitions"),
     since="1.0.26", impl="part",
     brief="Show the geometry that a partition table tells of",
     doc="""\
Returns text with cylinders, heads and sectors as computed from the table
of `device`.""",
     examples=[
         example("empty", "sfdisk-disk-geometry /dev/sda | grep -c 'cylinders.*heads'", prints="1"),
     ])

call("sfdisk_kernel_geometry",
     [Device("device")], RString("partitions"),
     since="1.0.26", impl="part",
     brief="Show the geometry that the kernel tells of",
     doc="""\
Returns text with cylinders, heads and sectors of `device` as the kernel
has them.""",
     examples=[
         example("empty", "sfdisk-kernel-geometry /dev/sda | grep -c 'cylinders.*heads'", prints="1"),
         example("part", "sfdisk-kernel-geometry /dev/sdb", error="/dev/sdb: No such file or directory", errno="ENOENT"),
     ])

call("sfdisk_l",
     [Device("device")], RString("partitions"),
     since="1.0.26", impl="part", deprecated=True, deprecated_by="part_list",
     brief="Show a partition table with sfdisk",
     doc="""\
Returns the text of `sfdisk -l` for `device`.  Use `part_list`.""",
     examples=[
         example("part", "sfdisk-l /dev/sda | grep -c ^/dev/sda1", prints="1"),
     ])
