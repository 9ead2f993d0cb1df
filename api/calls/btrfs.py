# SPDX-License-Identifier: LGPL-3.0-or-later
"""btrfs"""

from model import (
    call, group, Bool, Device, DeviceList, Int64, MountableOrPath, OBool,
    OInt, OInt64, OString, Pathname, RErr, RHashtable, RInt64, RStringList,
    RStruct, RStructList, String)

group("btrfs")

call("btrfs_balance_cancel",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_balance_pause",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_balance_resume",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_balance_status",
     [Pathname("path")], RStruct("status", "btrfsbalance"),
     since="1.29.26", optgroup="btrfs")

call("btrfs_device_add",
     [DeviceList("devices"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs")

call("btrfs_device_delete",
     [DeviceList("devices"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs")

call("btrfs_filesystem_balance",
     [Pathname("fs")], RErr,
     since="1.17.35", shell_alias=["btrfs-balance"], optgroup="btrfs")

call("btrfs_filesystem_defragment",
     [Pathname("path")], RErr,
     opts=[OBool("flush"), OString("compress")],
     since="1.29.22", optgroup="btrfs")

call("btrfs_filesystem_resize",
     [Pathname("mountpoint")], RErr,
     opts=[OInt64("size")],
     since="1.11.17", optgroup="btrfs")

call("btrfs_filesystem_show",
     [Device("device")], RStringList("devices"),
     since="1.33.29", optgroup="btrfs")

call("btrfs_filesystem_sync",
     [Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs")

call("btrfs_fsck",
     [Device("device")], RErr,
     opts=[OInt64("superblock"), OBool("repair")],
     since="1.17.43", optgroup="btrfs")

call("btrfs_image",
     [DeviceList("source"), Pathname("image")], RErr,
     opts=[OInt("compresslevel")],
     since="1.29.32", optgroup="btrfs")

call("btrfs_qgroup_assign",
     [String("src"), String("dst"), Pathname("path")], RErr,
     since="1.29.17", optgroup="btrfs")

call("btrfs_qgroup_create",
     [String("qgroupid"), Pathname("subvolume")], RErr,
     since="1.29.17", optgroup="btrfs")

call("btrfs_qgroup_destroy",
     [String("qgroupid"), Pathname("subvolume")], RErr,
     since="1.29.17", optgroup="btrfs")

call("btrfs_qgroup_limit",
     [Pathname("subvolume"), Int64("size")], RErr,
     since="1.29.17", optgroup="btrfs")

call("btrfs_qgroup_remove",
     [String("src"), String("dst"), Pathname("path")], RErr,
     since="1.29.17", optgroup="btrfs")

call("btrfs_qgroup_show",
     [Pathname("path")], RStructList("qgroups", "btrfsqgroup"),
     since="1.29.17", optgroup="btrfs")

call("btrfs_quota_enable",
     [MountableOrPath("fs"), Bool("enable")], RErr,
     since="1.29.17", optgroup="btrfs")

call("btrfs_quota_rescan",
     [MountableOrPath("fs")], RErr,
     since="1.29.17", optgroup="btrfs")

call("btrfs_replace",
     [Device("srcdev"), Device("targetdev"), Pathname("mntpoint")], RErr,
     since="1.29.48", optgroup="btrfs")

call("btrfs_rescue_chunk_recover",
     [Device("device")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_rescue_super_recover",
     [Device("device")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_scrub_cancel",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_scrub_full",
     [Pathname("path")], RErr,
     opts=[OBool("readonly")],
     since="1.55.12", optgroup="btrfs")

call("btrfs_scrub_resume",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_scrub_start",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs")

call("btrfs_scrub_status",
     [Pathname("path")], RStruct("status", "btrfsscrub"),
     since="1.29.26", optgroup="btrfs")

call("btrfs_set_seeding",
     [Device("device"), Bool("seeding")], RErr,
     since="1.17.43", optgroup="btrfs")

call("btrfs_subvolume_create",
     [Pathname("dest")], RErr,
     opts=[OString("qgroupid")],
     opts_suffix=True, since="1.17.35", optgroup="btrfs")

call("btrfs_subvolume_delete",
     [Pathname("subvolume")], RErr,
     since="1.17.35", optgroup="btrfs")

call("btrfs_subvolume_get_default",
     [MountableOrPath("fs")], RInt64("id"),
     since="1.29.17", optgroup="btrfs")

call("btrfs_subvolume_list",
     [MountableOrPath("fs")], RStructList("subvolumes", "btrfssubvolume"),
     since="1.17.35", optgroup="btrfs")

call("btrfs_subvolume_set_default",
     [Int64("id"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs")

call("btrfs_subvolume_show",
     [Pathname("subvolume")], RHashtable("btrfssubvolumeinfo"),
     since="1.29.17", optgroup="btrfs")

call("btrfs_subvolume_snapshot",
     [Pathname("source"), Pathname("dest")], RErr,
     opts=[OBool("ro"), OString("qgroupid")],
     opts_suffix=True, since="1.17.35", optgroup="btrfs")

call("btrfstune_enable_extended_inode_refs",
     [Device("device")], RErr,
     since="1.29.29", optgroup="btrfs")

call("btrfstune_enable_skinny_metadata_extent_refs",
     [Device("device")], RErr,
     since="1.29.29", optgroup="btrfs")

call("btrfstune_seeding",
     [Device("device"), Bool("seeding")], RErr,
     since="1.29.29", optgroup="btrfs")

call("mkfs_btrfs",
     [DeviceList("devices")], RErr,
     opts=[OInt64("allocstart"), OInt64("bytecount"), OString("datatype"),
           OInt("leafsize"), OString("label"), OString("metadata"),
           OInt("nodesize"), OInt("sectorsize")],
     since="1.17.25", optgroup="btrfs")
