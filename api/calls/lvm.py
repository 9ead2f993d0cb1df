# SPDX-License-Identifier: LGPL-3.0-or-later
"""Logical volumes, volume groups, physical volumes."""

from model import (
    call, example, group, Bool, Device, DeviceList, Int, Int64, Mountable, RBool,
    RBufferOut, RErr, RString, RStringList, RStructList, String, StringList)

# A group with one volume.
MADE = ("pvcreate /dev/sda", "vgcreate vg-a /dev/sda", "lvcreate lv_b vg-a 20")

group("lvm")

call("is_lv",
     [Mountable("mountable")], RBool("lvflag"),
     since="1.5.3", impl="lvm",
     brief="Tell whether a device is a logical volume",
     doc="""\
Returns true if `mountable` is an LVM logical volume.""",
     examples=[
         example("part", "is_lv /dev/sda1", prints="false"),
         example("empty", *MADE, "is_lv /dev/mapper/vg--a-lv_b", prints="true", needs="dm"),
     ])

call("lvcreate",
     [String("logvol"), String("volgroup"), Int("mbytes")], RErr,
     since="0.0.8", optgroup="lvm2", impl="lvm",
     brief="Make a logical volume",
     doc="""\
Makes the volume `logvol` of `mbytes` megabytes in the volume group
`volgroup`.""",
     examples=[
         example("empty", *MADE, "blockdev_getsize64 /dev/vg-a/lv_b", prints="20971520", needs="dm"),
         example("empty", *MADE, "lvcreate lv_b vg-a 20", needs="dm",
                 error='Logical Volume "lv_b" already exists in volume group "vg-a"'),
         example("empty", *MADE, "lvcreate big vg-a 2000", needs="dm", error="insufficient free space"),
     ])

call("lvcreate_free",
     [String("logvol"), String("volgroup"), Int("percent")], RErr,
     since="1.17.18", optgroup="lvm2", impl="lvm",
     brief="Make a logical volume of a part of the free space",
     doc="""\
Makes the volume `logvol` in the volume group `volgroup` with `percent` per
cent of the space that is free in it, 100 for all.""",
     examples=[
         example("empty", *MADE, "lvcreate_free rest vg-a 100", "lvs", needs="dm",
                 prints="/dev/vg-a/lv_b\n/dev/vg-a/rest"),
         example("empty", *MADE, "lvcreate_free rest vg-a 101", needs="dm",
                 error="percentage must be [0..100] (was 101)"),
     ])

call("lvm_canonical_lv_name",
     [String("lvname")], RString("lv"),
     since="1.5.24", impl="lvm",
     brief="Return the usual name of a logical volume",
     doc="""\
Turns a name such as /dev/mapper/VG-LV into /dev/VG/LV.  Fails with EINVAL
if `lvname` is not a logical volume.""",
     examples=[
         example("empty", *MADE, "lvm_canonical_lv_name /dev/mapper/vg--a-lv_b", prints="/dev/vg-a/lv_b", needs="dm"),
         example("part", "lvm_canonical_lv_name /dev/sda1", error="/dev/sda1: not a logical volume", errno="EINVAL"),
         example("part", "lvm_canonical_lv_name /dev/vg/lv", error="stat: /dev/vg/lv: No such file", errno="ENOENT"),
     ])

call("lvm_clear_filter",
     [], RErr,
     since="1.5.1", impl="lvm",
     brief="Let LVM see all devices again",
     doc="""\
Removes the filter of `lvm_set_filter`.""",
     examples=[
         example("empty", "part_init /dev/sda gpt", "part_add /dev/sda p 2048 65535", "part_add /dev/sda p 65536 -65", "pvcreate /dev/sda1",
                 "vgcreate vg-a /dev/sda1", "lvm_set_filter /dev/sda2", "lvm_clear_filter", "vgs", prints="vg-a", needs="dm"),
     ])

call("lvm_remove_all",
     [], RErr,
     since="0.0.8", optgroup="lvm2", impl="lvm",
     brief="Remove all logical volumes, groups and physical volumes",
     doc="""\
Everything that LVM holds on the session's disks is destroyed.""",
     examples=[
         example("empty", *MADE, "lvm_remove_all", "pvs", prints="", needs="dm"),
     ])

call("lvm_scan",
     [Bool("activate")], RErr,
     since="1.39.8", impl="lvm",
     brief="Look for LVM on all devices",
     doc="""\
Scans the disks, and also RAIDs and opened encrypted devices, for LVM.  If
`activate` is true the volumes found become usable under /dev/VG/LV, and
RAIDs whose members are volumes or opened devices are assembled, with what
stands on them.  Call it after opening encrypted devices that hold LVM or
are members of a RAID.""",
     examples=[
         example("empty", *MADE, "vg_activate_all false", "lvm_scan false", "list_filesystems", prints="", needs="dm"),
         example("empty", *MADE, "vg_activate_all false", "lvm_scan true", "list_filesystems", prints="/dev/vg-a/lv_b: unknown",
                 needs="dm"),
         example("empty", "luks_format /dev/sda 0", "sesame", "cryptsetup_open /dev/sda c", "sesame", "pvcreate /dev/mapper/c",
                 "vgcreate vg-a /dev/mapper/c", "lvcreate lv_b vg-a 20", "vg_activate_all false",
                 "cryptsetup_close /dev/mapper/c", "cryptsetup_open /dev/sda d", "sesame", "lvm_scan true", "list_filesystems",
                 prints="/dev/vg-a/lv_b: unknown", needs="dm"),
     ])

call("lvm_set_filter",
     [DeviceList("devices")], RErr,
     since="1.5.1", optgroup="lvm2", impl="lvm",
     brief="Let LVM see only some devices",
     doc="""\
Only `devices`, which are disks or partitions, are seen by LVM from now on,
for example because two disks hold groups of the same name.""",
     examples=[
         example("part", "lvm_set_filter /dev/sda", "lvm_clear_filter", "vg_activate_all true"),
         example("part", "pvcreate /dev/sda1", "lvm_set_filter /dev/sda", "pvs", prints="/dev/sda1", needs="dm"),
         example("empty", *MADE, "mkfs ext4 /dev/vg-a/lv_b", "mount /dev/vg-a/lv_b /", "lvm_set_filter /dev/sda",
                 error="contains a filesystem in use", needs="dm"),
     ])

call("lvremove",
     [Device("device")], RErr,
     since="1.0.13", optgroup="lvm2", impl="lvm",
     brief="Remove a logical volume or all of a group",
     doc="""\
Removes the volume `device`, given as /dev/VG/LV, or all volumes of a
group, given as /dev/VG.""",
     examples=[
         example("empty", *MADE, "lvremove /dev/vg-a/lv_b", "lvs", prints="", needs="dm"),
         example("empty", *MADE, "lvcreate c vg-a 8", "lvremove /dev/vg-a", "list_filesystems", prints="", needs="dm"),
     ])

call("lvrename",
     [String("logvol"), String("newlogvol")], RErr,
     since="1.0.83", impl="lvm",
     brief="Rename a logical volume",
     doc="""\
Renames the volume `logvol`, given as /dev/VG/LV, to `newlogvol`.""",
     examples=[
         example("empty", *MADE, "lvrename /dev/vg-a/lv_b /dev/vg-a/c", "blockdev_getsize64 /dev/vg-a/c",
                 prints="20971520", needs="dm"),
     ])

call("lvresize",
     [Device("device"), Int("mbytes")], RErr,
     since="1.0.27", optgroup="lvm2", impl="lvm",
     brief="Resize a logical volume",
     doc="""\
Makes the volume `device` `mbytes` megabytes large.  The filesystem on it must
be resized by itself: after the volume when it grows, before when it shrinks.
A volume is not made smaller than its filesystem says that it is (ENOSPC);
what is not a filesystem, or does not tell, is cut off.""",
     examples=[
         example("empty", *MADE, "lvresize /dev/vg-a/lv_b 40", "blockdev_getsize64 /dev/vg-a/lv_b",
                 prints="41943040", needs="dm"),
         example("empty", *MADE, "lvresize /dev/vg-a/lv_b 20", needs="dm"),
         example("empty", *MADE, "lvresize /dev/vg-a/lv_b 0", error="zero", needs="dm"),
     ])

call("lvresize_free",
     [Device("lv"), Int("percent")], RErr,
     since="1.3.3", optgroup="lvm2", impl="lvm",
     brief="Let a logical volume grow into free space",
     doc="""\
Grows the volume `lv` by `percent` per cent of the group's free space.""",
     examples=[
         example("empty", *MADE, "lvcreate c vg-a 8", "lvremove /dev/vg-a/c", "lvresize_free /dev/vg-a/lv_b 100",
                 "vgs_full | grep -c 'vg_free_count: 0$'", prints="1", needs="dm"),
         example("empty", *MADE, "lvresize_free /dev/vg-a/lv_b 101", error="percentage must be [0..100] (was 101)", needs="dm"),
     ])

call("lvs",
     [], RStringList("logvols"),
     since="0.0.4", optgroup="lvm2", impl="lvm",
     brief="List the logical volumes",
     doc="""\
Returns the volumes of all groups as /dev/VG/LV.""",
     examples=[
         example("part", "lvs", prints=""),
         example("empty", *MADE, "lvs", prints="/dev/vg-a/lv_b", needs="dm"),
     ])

call("lvs_full",
     [], RStructList("logvols", "lvm_lv"),
     since="0.0.4", optgroup="lvm2", impl="lvm",
     brief="List the logical volumes with all details",
     doc="""\
Returns all that LVM tells about each logical volume.""",
     examples=[
         example("part", "lvs_full", prints=""),
     ])

call("lvuuid",
     [Device("device")], RString("uuid"),
     since="1.0.87", impl="lvm",
     brief="Return the UUID of a logical volume",
     doc="""\
Returns the UUID of the volume `device`.""",
     examples=[
         example("empty", *MADE, "lvuuid /dev/vg-a/lv_b | grep -Ec '^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$'", prints="1", needs="dm"),
         example("empty", *MADE, "lvuuid /dev/sda", error="lvuuid: /dev/sda: ", needs="dm"),
     ])

call("pvchange_uuid",
     [Device("device")], RErr,
     since="1.19.26", optgroup="lvm2", impl="lvm",
     brief="Give a physical volume a new UUID",
     doc="""\
Sets the UUID of the physical volume `device` to one made at random.""",
     examples=[
         example("empty", "pvcreate /dev/sda", "pvuuid /dev/sda | cat >before", "pvchange_uuid /dev/sda",
                 "pvuuid /dev/sda | cmp -s - before || echo changed", prints="changed", needs="dm"),
         example("empty", "pvchange_uuid /dev/sda", error="/dev/sda: ", needs="dm"),
     ])

call("pvchange_uuid_all",
     [], RErr,
     since="1.19.26", optgroup="lvm2", impl="lvm",
     brief="Give all physical volumes new UUIDs",
     doc="""\
As `pvchange_uuid` for each physical volume of the session.""",
     examples=[
         example("empty", "pvcreate /dev/sda", "pvchange_uuid_all", "pvs", prints="/dev/sda", needs="dm"),
     ])

call("pvcreate",
     [Device("device")], RErr,
     since="0.0.8", optgroup="lvm2", impl="lvm",
     brief="Make a physical volume",
     doc="""\
Prepares the partition or disk `device` for LVM.""",
     examples=[
         example("part", "pvcreate /dev/sda1", "vfs_type /dev/sda1", prints="LVM2_member", needs="dm"),
         example("empty", *MADE, "pvcreate /dev/sda", error="without -ff", needs="dm"),
     ])

call("pvremove",
     [Device("device")], RErr,
     since="1.0.13", optgroup="lvm2", impl="lvm",
     brief="Take the LVM label off a physical volume",
     doc="""\
Makes `device` no longer a physical volume.  It must not belong to a group
that has volumes on it.""",
     examples=[
         example("empty", "pvcreate /dev/sda", "pvremove /dev/sda", "vfs_type /dev/sda", prints="", needs="dm"),
     ])

call("pvresize",
     [Device("device")], RErr,
     since="1.0.26", optgroup="lvm2", impl="lvm",
     brief="Let a physical volume fill its device",
     doc="""\
Resizes the physical volume `device` to the size that the device has now.""",
     examples=[
         example("empty", "pvcreate /dev/sda", "pvresize /dev/sda", "pvs", prints="/dev/sda", needs="dm"),
         example("empty", "pvresize /dev/sda", error="pvresize: /dev/sda: ", needs="dm"),
     ])

call("pvresize_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14", optgroup="lvm2", impl="lvm",
     brief="Resize a physical volume",
     doc="""\
Makes the physical volume `device` `size` bytes large.""",
     examples=[
         example("part", "pvcreate /dev/sda1", "pvresize_size /dev/sda1 104857600", "pvs_full | grep -c 'pv_size: 10[0-9]*$'",
                 prints="1", needs="dm"),
     ])

call("pvs",
     [], RStringList("physvols"),
     since="0.0.4", optgroup="lvm2", impl="lvm",
     brief="List the physical volumes",
     doc="""\
Returns the devices of all physical volumes.""",
     examples=[
         example("empty", *MADE, "pvs", prints="/dev/sda", needs="dm"),
     ])

call("pvs_full",
     [], RStructList("physvols", "lvm_pv"),
     since="0.0.4", optgroup="lvm2", impl="lvm",
     brief="List the physical volumes with all details",
     doc="""\
Returns all that LVM tells about each physical volume.""",
     examples=[
         example("empty", *MADE, "pvs_full | grep -E 'pv_name|pv_fmt|pv_mda_count:'",
                 prints="  pv_name: /dev/sda\n  pv_fmt: lvm2\n  pv_mda_count: 1", needs="dm"),
         example("part", "pvs_full", prints=""),
     ])

call("pvuuid",
     [Device("device")], RString("uuid"),
     since="1.0.87", impl="lvm",
     brief="Return the UUID of a physical volume",
     doc="""\
Returns the UUID of the physical volume `device`.""",
     examples=[
         example("part", "pvuuid /dev/sda1", error="pvuuid: /dev/sda1: ", needs="dm"),
         example("empty", "pvcreate /dev/sda", "pvuuid /dev/sda | grep -Ec '^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$'", prints="1", needs="dm"),
     ])

call("vg_activate",
     [Bool("activate"), StringList("volgroups")], RErr,
     since="1.0.26", optgroup="lvm2", impl="lvm",
     brief="Activate or deactivate volume groups",
     doc="""\
Makes the volumes of the groups `volgroups` usable, or with `activate`
false takes them away.  An empty list stands for all groups.""",
     examples=[
         example("empty", *MADE, "vg_activate false vg-a", "mount /dev/vg-a/lv_b /", needs="dm",
                 error="/dev/vg-a/lv_b: No such file or directory", errno="ENOENT"),
         example("empty", "vg_activate true nope", error='Volume group "nope" not found', needs="dm"),
     ])

call("vg_activate_all",
     [Bool("activate")], RErr,
     since="1.0.26", optgroup="lvm2", impl="lvm",
     brief="Activate or deactivate all volume groups",
     doc="""\
As `vg_activate` for all groups.""",
     examples=[
         example("empty", *MADE, "vg_activate_all false", "list_filesystems", prints="", needs="dm"),
         example("empty", *MADE, "vg_activate_all false", "vg_activate_all true", "list_filesystems",
                 prints="/dev/vg-a/lv_b: unknown", needs="dm"),
     ])

call("vgchange_uuid",
     [String("vg")], RErr,
     since="1.19.26", optgroup="lvm2", impl="lvm",
     brief="Give a volume group a new UUID",
     doc="""\
Sets the UUID of the group `vg` to one made at random.""",
     examples=[
         example("empty", *MADE, "vg_activate_all false", "vgchange_uuid vg-a", "vguuid vg-a | grep -Ec '^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$'", prints="1",
                 needs="dm"),
         example("empty", "vgchange_uuid nope", error='vgchange_uuid: nope: Volume group "nope" not found', needs="dm"),
     ])

call("vgchange_uuid_all",
     [], RErr,
     since="1.19.26", optgroup="lvm2", impl="lvm",
     brief="Give all volume groups new UUIDs",
     doc="""\
As `vgchange_uuid` for each group of the session.""",
     examples=[
         example("empty", *MADE, "vg_activate_all false", "vgchange_uuid_all", "vgs", prints="vg-a", needs="dm"),
     ])

call("vgcreate",
     [String("volgroup"), DeviceList("physvols")], RErr,
     since="0.0.8", optgroup="lvm2", impl="lvm",
     brief="Make a volume group",
     doc="""\
Makes the group `volgroup` of the physical volumes `physvols`, of which
there must be at least one.""",
     examples=[
         example("empty", *MADE, "vgcreate vg-a /dev/sda", error="already exists", needs="dm"),
     ])

call("vglvuuids",
     [String("vgname")], RStringList("uuids"),
     since="1.0.87", impl="lvm",
     brief="Return the UUIDs of a group's logical volumes",
     doc="""\
Returns the UUIDs of all logical volumes in the group `vgname`.""",
     examples=[
         example("empty", *MADE, "lvcreate c vg-a 8", "vglvuuids vg-a | grep -Ec '^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$'", prints="2", needs="dm"),
     ])

call("vgmeta",
     [String("vgname")], RBufferOut("metadata"),
     since="1.17.20", optgroup="lvm2", impl="lvm",
     brief="Return the metadata of a volume group",
     doc="""\
Returns the text that LVM would write as backup of the group `vgname`.""",
     examples=[
         example("empty", *MADE, "vgmeta vg-a | grep -c '^vg-a {'", prints="1", needs="dm"),
     ])

call("vgpvuuids",
     [String("vgname")], RStringList("uuids"),
     since="1.0.87", impl="lvm",
     brief="Return the UUIDs of a group's physical volumes",
     doc="""\
Returns the UUIDs of all physical volumes in the group `vgname`.""",
     examples=[
         example("empty", *MADE, "vgpvuuids vg-a | grep -Ec '^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$'", prints="1", needs="dm"),
     ])

call("vgremove",
     [String("vgname")], RErr,
     since="1.0.13", optgroup="lvm2", impl="lvm",
     brief="Remove a volume group",
     doc="""\
Removes the group `vgname` and all logical volumes in it.""",
     examples=[
         example("empty", *MADE, "vgremove vg-a", "vgs", prints="", needs="dm"),
         example("empty", "vgremove nope", error='Volume group "nope" not found', needs="dm"),
     ])

call("vgrename",
     [String("volgroup"), String("newvolgroup")], RErr,
     since="1.0.83", impl="lvm",
     brief="Rename a volume group",
     doc="""\
Renames the group `volgroup` to `newvolgroup`.""",
     examples=[
         example("empty", *MADE, "vgrename vg-a b", "list_filesystems", prints="/dev/b/lv_b: unknown", needs="dm"),
     ])

call("vgs",
     [], RStringList("volgroups"),
     since="0.0.4", optgroup="lvm2", impl="lvm",
     brief="List the volume groups",
     doc="""\
Returns the names of all volume groups.""",
     examples=[
         example("part", "vgs", prints=""),
         example("empty", *MADE, "vgs", prints="vg-a", needs="dm"),
     ])

call("vgs_full",
     [], RStructList("volgroups", "lvm_vg"),
     since="0.0.4", optgroup="lvm2", impl="lvm",
     brief="List the volume groups with all details",
     doc="""\
Returns all that LVM tells about each volume group.""",
     examples=[
         example("empty", *MADE, "vgs_full | grep -E 'vg_name|vg_fmt|lv_count|pv_count'",
                 prints="  vg_name: vg-a\n  vg_fmt: lvm2\n  pv_count: 1\n  lv_count: 1", needs="dm"),
     ])

call("vgscan",
     [], RErr,
     since="1.3.2", deprecated=True, deprecated_by="lvm_scan", impl="lvm",
     brief="Look for LVM on all devices",
     doc="""\
As `lvm_scan` with `activate` false.""",
     examples=[
         example("empty", *MADE, "vgscan", "vgs", prints="vg-a", needs="dm"),
     ])

call("vguuid",
     [String("vgname")], RString("uuid"),
     since="1.0.87", impl="lvm",
     brief="Return the UUID of a volume group",
     doc="""\
Returns the UUID of the group `vgname`.""",
     examples=[
         example("empty", "pvcreate /dev/sda", "vgcreate vg-a /dev/sda",
                 "vguuid vg-a | grep -cE '^[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$'", prints="1", needs="dm"),
         example("empty", "vguuid nope", error='nope: Volume group "nope" not found', needs="dm"),
     ])
