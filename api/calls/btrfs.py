# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only btrfs has: subvolumes, quotas, balance, scrub, several devices."""

from model import (
    call, group, Bool, Device, DeviceList, Int64, MountableOrPath, OBool,
    OInt, OInt64, OString, Pathname, RErr, RHashtable, RInt64, RStringList,
    RStruct, RStructList, String)

group("btrfs")

call("btrfs_balance_cancel",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Cancel a running balance",
     doc="""\
Cancels the balance that runs or is paused on the filesystem at `path`.""")

call("btrfs_balance_pause",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Pause a running balance",
     doc="""\
Pauses the balance that runs on the filesystem at `path`.""")

call("btrfs_balance_resume",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Go on with a paused balance",
     doc="""\
Resumes the balance that is paused on the filesystem at `path`.""")

call("btrfs_balance_status",
     [Pathname("path")], RStruct("status", "btrfsbalance"),
     since="1.29.26", optgroup="btrfs",
     brief="Tell how far a balance is",
     doc="""\
Returns the state of a balance of the filesystem at `path`;
`btrfsbalance_status` is "none", "running" or "paused", and the numbers
count chunks.""")

call("btrfs_device_add",
     [DeviceList("devices"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs",
     brief="Add devices to a btrfs filesystem",
     doc="""\
Adds each of `devices` to the filesystem mounted at `fs`.  An empty list
does nothing.""")

call("btrfs_device_delete",
     [DeviceList("devices"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs",
     brief="Remove devices from a btrfs filesystem",
     doc="""\
Moves the data away from each of `devices` and removes them from the
filesystem mounted at `fs`.  An empty list does nothing.""")

call("btrfs_filesystem_balance",
     [Pathname("fs")], RErr,
     since="1.17.35", shell_alias=["btrfs-balance"], optgroup="btrfs",
     brief="Spread the chunks of a btrfs filesystem over its devices",
     doc="""\
Runs a full balance of the filesystem mounted at `fs`, which can take long.""")

call("btrfs_filesystem_defragment",
     [Pathname("path")], RErr,
     opts=[OBool("flush"), OString("compress")],
     since="1.29.22", optgroup="btrfs",
     brief="Defragment a file or directory on btrfs",
     doc="""\
Defragments the file, or the metadata of the directory, at `path`.

Optional arguments:

- `flush`: write the data out before the call returns.
- `compress`: compress on the way, with "zlib" or "lzo".""")

call("btrfs_filesystem_resize",
     [Pathname("mountpoint")], RErr,
     opts=[OInt64("size")],
     since="1.11.17", optgroup="btrfs",
     brief="Resize a btrfs filesystem",
     doc="""\
Resizes the filesystem mounted at `mountpoint` to fill its device.

Optional arguments:

- `size`: the new size in bytes.""")

call("btrfs_filesystem_show",
     [Device("device")], RStringList("devices"),
     since="1.33.29", optgroup="btrfs",
     brief="List the devices of a btrfs filesystem",
     doc="""\
Returns the devices that the filesystem on `device` spans.  If some are
missing the call fails with the errno ENODEV.""")

call("btrfs_filesystem_sync",
     [Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs",
     brief="Write out a btrfs filesystem",
     doc="""\
Syncs the filesystem at `fs`.""")

call("btrfs_fsck",
     [Device("device")], RErr,
     opts=[OInt64("superblock"), OBool("repair")],
     since="1.17.43", optgroup="btrfs",
     brief="Check a btrfs filesystem",
     doc="""\
Checks the filesystem on `device`, which must not be mounted, and fails
when it is damaged.

Optional arguments:

- `superblock`: the byte at which a copy of the superblock is to be used.
- `repair`: try to repair what is found.""")

call("btrfs_image",
     [DeviceList("source"), Pathname("image")], RErr,
     opts=[OInt("compresslevel")],
     since="1.29.32", optgroup="btrfs",
     brief="Save the metadata of a btrfs filesystem in an image",
     doc="""\
Writes the metadata of the filesystem on the devices `source`, without its
data, to the file `image`, for finding faults.

Optional arguments:

- `compresslevel`: 0 to 9; 0, no compression, is the default.""")

call("btrfs_qgroup_assign",
     [String("src"), String("dst"), Pathname("path")], RErr,
     since="1.29.17", optgroup="btrfs",
     brief="Put a quota group into another",
     doc="""\
Makes the group `src` a child of the group `dst` on the filesystem at
`path`.""")

call("btrfs_qgroup_create",
     [String("qgroupid"), Pathname("subvolume")], RErr,
     since="1.29.17", optgroup="btrfs",
     brief="Make a quota group",
     doc="""\
Makes the group `qgroupid` for the subvolume `subvolume`.""")

call("btrfs_qgroup_destroy",
     [String("qgroupid"), Pathname("subvolume")], RErr,
     since="1.29.17", optgroup="btrfs",
     brief="Remove a quota group",
     doc="""\
Removes the group `qgroupid` from the subvolume `subvolume`.""")

call("btrfs_qgroup_limit",
     [Pathname("subvolume"), Int64("size")], RErr,
     since="1.29.17", optgroup="btrfs",
     brief="Limit the size of a subvolume",
     doc="""\
Limits what the subvolume `subvolume` may take to `size` bytes.""")

call("btrfs_qgroup_remove",
     [String("src"), String("dst"), Pathname("path")], RErr,
     since="1.29.17", optgroup="btrfs",
     brief="Take a quota group out of another",
     doc="""\
Makes the group `src` no longer a child of the group `dst` on the
filesystem at `path`.""")

call("btrfs_qgroup_show",
     [Pathname("path")], RStructList("qgroups", "btrfsqgroup"),
     since="1.29.17", optgroup="btrfs",
     brief="List the quota groups of a subvolume",
     doc="""\
Returns the groups of the subvolume at `path`: id, and bytes referenced by
it and used by it alone.""")

call("btrfs_quota_enable",
     [MountableOrPath("fs"), Bool("enable")], RErr,
     since="1.29.17", optgroup="btrfs",
     brief="Turn quotas of a btrfs filesystem on or off",
     doc="""\
Turns subvolume quotas of the filesystem `fs` on when `enable` is true,
else off.""")

call("btrfs_quota_rescan",
     [MountableOrPath("fs")], RErr,
     since="1.29.17", optgroup="btrfs",
     brief="Count the quotas of a btrfs filesystem anew",
     doc="""\
Starts and awaits a new count of the subvolume quotas of `fs`.""")

call("btrfs_replace",
     [Device("srcdev"), Device("targetdev"), Pathname("mntpoint")], RErr,
     since="1.29.48", optgroup="btrfs",
     brief="Replace a device of a btrfs filesystem",
     doc="""\
Moves what is on `srcdev` to `targetdev`, and removes the former from the
filesystem mounted at `mntpoint`.""")

call("btrfs_rescue_chunk_recover",
     [Device("device")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Rebuild the chunk tree of a btrfs filesystem",
     doc="""\
Scans the whole of `device` for chunks and rebuilds the tree from them.""")

call("btrfs_rescue_super_recover",
     [Device("device")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Repair the superblock of a btrfs filesystem",
     doc="""\
Restores bad superblocks on `device` from good copies.""")

call("btrfs_scrub_cancel",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Cancel a running scrub",
     doc="""\
Cancels the scrub of the filesystem at `path`.""")

call("btrfs_scrub_full",
     [Pathname("path")], RErr,
     opts=[OBool("readonly")],
     since="1.55.12", optgroup="btrfs",
     brief="Verify all data of a btrfs filesystem, and wait for it",
     doc="""\
Reads everything on the mounted filesystem at `path`, compares the
checksums and repairs what a good copy exists of.  Fails when errors
remain.

Optional arguments:

- `readonly`: only verify, repair nothing.""")

call("btrfs_scrub_resume",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Go on with a cancelled scrub",
     doc="""\
Resumes the scrub of the filesystem at `path` where it was cancelled.""")

call("btrfs_scrub_start",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs",
     brief="Verify all data of a btrfs filesystem, in the background",
     doc="""\
Starts a scrub of the filesystem at `path` and returns;
`btrfs_scrub_status` tells how far it is.""")

call("btrfs_scrub_status",
     [Pathname("path")], RStruct("status", "btrfsscrub"),
     since="1.29.26", optgroup="btrfs",
     brief="Tell how far a scrub is",
     doc="""\
Returns the counts of the last or running scrub of the filesystem at
`path`.""")

call("btrfs_set_seeding",
     [Device("device"), Bool("seeding")], RErr,
     since="1.17.43", optgroup="btrfs",
     brief="Make a btrfs device a seed, or no longer",
     doc="""\
When `seeding` is true, the filesystem on `device` becomes read-only and
can be extended by other devices that hold the changes.""")

call("btrfs_subvolume_create",
     [Pathname("dest")], RErr,
     opts=[OString("qgroupid")],
     opts_suffix=True, since="1.17.35", optgroup="btrfs",
     brief="Make a btrfs subvolume",
     doc="""\
Makes the subvolume `dest`, whose parent directory must be on btrfs.

Optional arguments:

- `qgroupid`: the quota group into which it is put.""")

call("btrfs_subvolume_delete",
     [Pathname("subvolume")], RErr,
     since="1.17.35", optgroup="btrfs",
     brief="Remove a btrfs subvolume",
     doc="""\
Removes the subvolume or snapshot at `subvolume` with all files in it.""")

call("btrfs_subvolume_get_default",
     [MountableOrPath("fs")], RInt64("id"),
     since="1.29.17", optgroup="btrfs",
     brief="Return the default subvolume",
     doc="""\
Returns the id of the subvolume that is mounted if none is named.""")

call("btrfs_subvolume_list",
     [MountableOrPath("fs")], RStructList("subvolumes", "btrfssubvolume"),
     since="1.17.35", optgroup="btrfs",
     brief="List the subvolumes of a btrfs filesystem",
     doc="""\
Returns id, id of the parent, and path of all subvolumes of `fs`, which is
mounted somewhere or is a mountable.""")

call("btrfs_subvolume_set_default",
     [Int64("id"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs",
     brief="Set the default subvolume",
     doc="""\
Makes the subvolume `id` the one that is mounted if none is named, on the
filesystem mounted at `fs`.""")

call("btrfs_subvolume_show",
     [Pathname("subvolume")], RHashtable("btrfssubvolumeinfo"),
     since="1.29.17", optgroup="btrfs",
     brief="Return information about a btrfs subvolume",
     doc="""\
Returns pairs of a name and a value, such as "UUID" and "Creation time",
for the subvolume `subvolume`.""")

call("btrfs_subvolume_snapshot",
     [Pathname("source"), Pathname("dest")], RErr,
     opts=[OBool("ro"), OString("qgroupid")],
     opts_suffix=True, since="1.17.35", optgroup="btrfs",
     brief="Make a snapshot of a btrfs subvolume",
     doc="""\
Makes the snapshot `dest` of the subvolume `source`.

Optional arguments:

- `ro`: make it read-only.
- `qgroupid`: the quota group into which it is put.""")

call("btrfstune_enable_extended_inode_refs",
     [Device("device")], RErr,
     since="1.29.29", optgroup="btrfs",
     brief="Turn on extended inode references",
     doc="""\
Allows more hard links in a directory of the filesystem on `device`; it
cannot be turned off again.""")

call("btrfstune_enable_skinny_metadata_extent_refs",
     [Device("device")], RErr,
     since="1.29.29", optgroup="btrfs",
     brief="Turn on skinny metadata extents",
     doc="""\
Makes the metadata of the filesystem on `device` smaller; it cannot be
turned off again.""")

call("btrfstune_seeding",
     [Device("device"), Bool("seeding")], RErr,
     since="1.29.29", optgroup="btrfs",
     brief="Make a btrfs device a seed, or no longer",
     doc="""\
The same as `btrfs_set_seeding`.""")

call("mkfs_btrfs",
     [DeviceList("devices")], RErr,
     opts=[OInt64("allocstart"), OInt64("bytecount"), OString("datatype"),
           OInt("leafsize"), OString("label"), OString("metadata"),
           OInt("nodesize"), OInt("sectorsize")],
     since="1.17.25", optgroup="btrfs",
     brief="Make a btrfs filesystem",
     doc="""\
Makes a btrfs filesystem over all of `devices`.

Optional arguments:

- `allocstart`: the byte at which allocation begins.
- `bytecount`: the size of the filesystem; by default all of the devices.
- `datatype`: the profile of data, such as "single", "raid0" or "raid1".
- `leafsize`: the size of leaves in bytes.
- `label`: the filesystem's label.
- `metadata`: the profile of metadata, as `datatype` and "dup".
- `nodesize`: the size of tree nodes in bytes.
- `sectorsize`: the size of sectors in bytes.""")
