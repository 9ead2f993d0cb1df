# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only btrfs has: subvolumes, quotas, balance, scrub, several devices."""

from model import (
    call, example, group, Bool, Device, DeviceList, Int64, MountableOrPath, OBool,
    OInt, OInt64, OString, Pathname, RErr, RHashtable, RInt64, RStringList,
    RStruct, RStructList, String)

group("btrfs")

# What the examples begin with.
MOUNTED = ("mkfs btrfs /dev/sda", "mount /dev/sda /")
QUOTA = (*MOUNTED, "btrfs-subvolume-create /s", "btrfs-quota-enable / true", "btrfs-quota-rescan /")
TWO = ("part-init /dev/sda gpt", "part-add /dev/sda p 2048 600000", "part-add /dev/sda p 600064 1200000",
       "part-add /dev/sda p 1200128 2000000")

call("btrfs_balance_cancel",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Cancel a running balance",
     doc="""\
Cancels the balance that runs or is paused on the filesystem at `path`.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-balance-cancel /", error="/: no balance is running or paused", errno="ENOTCONN", needs="btrfs"),
     ])

call("btrfs_balance_pause",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Pause a running balance",
     doc="""\
Pauses the balance that runs on the filesystem at `path`.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-balance-pause /", error="/: no balance is running", errno="ENOTCONN", needs="btrfs"),
     ])

call("btrfs_balance_resume",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Go on with a paused balance",
     doc="""\
Resumes the balance that is paused on the filesystem at `path`.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-balance-resume /", error="balance resume on '/' failed", needs="btrfs"),
     ])

call("btrfs_balance_status",
     [Pathname("path")], RStruct("status", "btrfsbalance"),
     since="1.29.26", optgroup="btrfs", impl="btrfs",
     brief="Tell how far a balance is",
     doc="""\
Returns the state of a balance of the filesystem at `path`;
`btrfsbalance_status` is "none", "running" or "paused", and the numbers
count chunks.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-filesystem-balance /", "btrfs-balance-status / | head -2",
                 prints="btrfsbalance_status: none\nbtrfsbalance_total: 0", needs="btrfs"),
         example("fs", "btrfs-balance-status /", error="/: is not on a btrfs filesystem", errno="EINVAL"),
     ])

call("btrfs_device_add",
     [DeviceList("devices"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="Add devices to a btrfs filesystem",
     doc="""\
Adds each of `devices` to the filesystem mounted at `fs`.  An empty list
does nothing.""",
     examples=[
         example("empty", *TWO, "mkfs btrfs /dev/sda1", "mount /dev/sda1 /", "btrfs-device-add /dev/sda2 /",
                 "btrfs-filesystem-show /dev/sda2", prints="/dev/sda1\n/dev/sda2", needs="btrfs"),
         example("empty", *TWO, "mkfs btrfs /dev/sda1", "mount /dev/sda1 /", "btrfs-device-add /dev/sda1 /",
                 error="/dev/sda1 is mounted", errno="EBUSY", needs="btrfs"),
         example("fs", 'btrfs-device-add "" /'),
     ])

call("btrfs_device_delete",
     [DeviceList("devices"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="Remove devices from a btrfs filesystem",
     doc="""\
Moves the data away from each of `devices` and removes them from the
filesystem mounted at `fs`.  An empty list does nothing.""",
     examples=[
         example("empty", *TWO, 'mkfs-btrfs "/dev/sda1 /dev/sda2"', "mount /dev/sda1 /", "write /f kept",
                 "btrfs-filesystem-balance /", "btrfs-device-add /dev/sda3 /", "btrfs-device-delete /dev/sda1 /",
                 "btrfs-filesystem-show /dev/sda2", "mounts", "cat /f", prints="kept", needs="btrfs"),
         example("empty", *TWO, 'mkfs-btrfs "/dev/sda1 /dev/sda2"', "mount /dev/sda1 /",
                 "btrfs-device-delete /dev/sda3 /", error="error removing device '/dev/sda3'", needs="btrfs"),
     ])

call("btrfs_filesystem_balance",
     [Pathname("fs")], RErr,
     since="1.17.35", shell_alias=["btrfs-balance"], optgroup="btrfs", impl="btrfs",
     brief="Spread the chunks of a btrfs filesystem over its devices",
     doc="""\
Runs a full balance of the filesystem mounted at `fs`, which can take long.""",
     examples=[
         example("empty", *MOUNTED, "write /f kept", "btrfs-balance /", "cat /f", prints="kept", needs="btrfs"),
     ])

call("btrfs_filesystem_defragment",
     [Pathname("path")], RErr,
     opts=[OBool("flush"), OString("compress")],
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Defragment a file or directory on btrfs",
     doc="""\
Defragments the file, or the metadata of the directory, at `path`.

Optional arguments:

- `flush`: write the data out before the call returns.
- `compress`: compress on the way, with "zlib", "lzo" or "zstd".""",
     examples=[
         example("empty", *MOUNTED, "fill-pattern ab 100000 /f", "btrfs-filesystem-defragment /f flush:true compress:zlib",
                 "checksum crc /f", prints="1246302006", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-filesystem-defragment /", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-filesystem-defragment / compress:zip",
                 error="zip: compress is not zlib, lzo or zstd", errno="EINVAL", needs="btrfs"),
     ])

call("btrfs_filesystem_resize",
     [Pathname("mountpoint")], RErr,
     opts=[OInt64("size")],
     since="1.11.17", optgroup="btrfs", impl="btrfs",
     brief="Resize a btrfs filesystem",
     doc="""\
Resizes the filesystem mounted at `mountpoint` to fill its device.

Optional arguments:

- `size`: the new size in bytes.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-filesystem-resize / size:500000000", "statvfs / | grep ^blocks",
                 prints="blocks: 122070", needs="btrfs"),
         example("empty", "part-disk /dev/sda mbr", "mkfs-btrfs /dev/sda1 bytecount:300000000", "mount /dev/sda1 /",
                 "btrfs-filesystem-resize /", "statvfs / | grep ^blocks", prints="blocks: 262112", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-filesystem-resize / size:1000", error="unable to resize '/'", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-filesystem-resize / size:-1", error="size is not larger than zero",
                 errno="EINVAL", needs="btrfs"),
     ])

call("btrfs_filesystem_show",
     [Device("device")], RStringList("devices"),
     since="1.33.29", optgroup="btrfs", impl="btrfs",
     brief="List the devices of a btrfs filesystem",
     doc="""\
Returns the devices that the filesystem on `device` spans.  If some are
missing the call fails with the errno ENODEV.""",
     examples=[
         example("empty", *TWO, 'mkfs-btrfs "/dev/sda2 /dev/sda3"', "btrfs-filesystem-show /dev/sda3",
                 prints="/dev/sda2\n/dev/sda3"),
         example("empty", *TWO, 'mkfs-btrfs "/dev/sda2 /dev/sda3"', "wipefs /dev/sda3", "btrfs-filesystem-show /dev/sda2",
                 error="has 2 devices, of which 1 are here", errno="ENODEV"),
         example("part", "btrfs-filesystem-show /dev/sda1", error="there is no btrfs filesystem on it", errno="EINVAL"),
     ])

call("btrfs_filesystem_sync",
     [Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="Write out a btrfs filesystem",
     doc="""\
Syncs the filesystem at `fs`.""",
     examples=[
         example("empty", *MOUNTED, "write /f x", "btrfs-filesystem-sync /f", needs="btrfs"),
         example("fs", "btrfs-filesystem-sync /", error="/: is not on a btrfs filesystem", errno="EINVAL"),
     ])

call("btrfs_fsck",
     [Device("device")], RErr,
     opts=[OInt64("superblock"), OBool("repair")],
     since="1.17.43", optgroup="btrfs", impl="btrfs",
     brief="Check a btrfs filesystem",
     doc="""\
Checks the filesystem on `device`, which must not be mounted, and fails
when it is damaged.

Optional arguments:

- `superblock`: the number of the copy of the superblock that is to be used.
- `repair`: try to repair what is found.""",
     examples=[
         example("empty", "mkfs btrfs /dev/sda", "btrfs-fsck /dev/sda"),
         example("empty", "mkfs btrfs /dev/sda", "btrfs-fsck /dev/sda superblock:1"),
         example("part", "btrfs-fsck /dev/sda1", error="No valid Btrfs found"),
         example("empty", *MOUNTED, "btrfs-fsck /dev/sda", error="/dev/sda is mounted", errno="EBUSY", needs="btrfs"),
         example("empty", "mkfs btrfs /dev/sda", "btrfs-fsck /dev/sda superblock:-1", error="superblock is negative",
                 errno="EINVAL"),
     ])

call("btrfs_image",
     [DeviceList("source"), Pathname("image")], RErr,
     opts=[OInt("compresslevel")],
     since="1.29.32", optgroup="btrfs", impl="btrfs",
     brief="Save the metadata of a btrfs filesystem in an image",
     doc="""\
Writes the metadata of the filesystem on the devices `source`, without its
data, to the file `image`, for finding faults.  The devices must be of one
filesystem, and not be mounted.

Optional arguments:

- `compresslevel`: 0 to 9; 0, no compression, is the default.""",
     examples=[
         example("empty", *TWO, "mkfs btrfs /dev/sda1", "mkfs ext4 /dev/sda3", "mount /dev/sda3 /",
                 "btrfs-image /dev/sda1 /image compresslevel:9", "file /image", prints="data"),
         example("empty", *TWO, "mkfs btrfs /dev/sda1", "mkfs btrfs /dev/sda2", "mkfs ext4 /dev/sda3", "mount /dev/sda3 /",
                 'btrfs-image "/dev/sda1 /dev/sda2" /image', error="are not of one btrfs filesystem", errno="EINVAL"),
         example("fs", 'btrfs-image /dev/sda1 /image compresslevel:10', error="10: compresslevel is not from 0 to 9", errno="EINVAL"),
     ])

call("btrfs_qgroup_assign",
     [String("src"), String("dst"), Pathname("path")], RErr,
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Put a quota group into another",
     doc="""\
Makes the group `src` a child of the group `dst` on the filesystem at
`path`.""",
     examples=[
         example("empty", *QUOTA, "btrfs-qgroup-create 1/7 /", "btrfs-qgroup-assign 0/256 1/7 /",
                 "btrfs-qgroup-show / | grep -A1 1/7", prints="  btrfsqgroup_id: 1/7\n  btrfsqgroup_rfer: 16384",
                 needs="btrfs"),
         example("empty", *QUOTA, "btrfs-qgroup-assign 0/256 seven /", error="seven: is not a quota group", errno="EINVAL",
                 needs="btrfs"),
     ])

call("btrfs_qgroup_create",
     [String("qgroupid"), Pathname("subvolume")], RErr,
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Make a quota group",
     doc="""\
Makes the group `qgroupid` for the subvolume `subvolume`.""",
     examples=[
         example("empty", *QUOTA, "btrfs-qgroup-create 1/7 /", "btrfs-qgroup-show / | grep id",
                 prints="  btrfsqgroup_id: 0/5\n  btrfsqgroup_id: 0/256\n  btrfsqgroup_id: 1/7", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-qgroup-create 1/7 /", error="unable to create quota group", needs="btrfs"),
     ])

call("btrfs_qgroup_destroy",
     [String("qgroupid"), Pathname("subvolume")], RErr,
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Remove a quota group",
     doc="""\
Removes the group `qgroupid` from the subvolume `subvolume`.""",
     examples=[
         example("empty", *QUOTA, "btrfs-qgroup-create 1/7 /", "btrfs-qgroup-destroy 1/7 /", "btrfs-qgroup-show / | grep -c id",
                 prints="2", needs="btrfs"),
         example("empty", *QUOTA, "btrfs-qgroup-destroy 1/7 /", error="unable to destroy quota group", needs="btrfs"),
     ])

call("btrfs_qgroup_limit",
     [Pathname("subvolume"), Int64("size")], RErr,
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Limit the size of a subvolume",
     doc="""\
Limits what the subvolume `subvolume` may take to `size` bytes.""",
     examples=[
         example("empty", *QUOTA, "btrfs-qgroup-limit /s 5000000", "fill 1 9000000 /s/f", error="Disk quota exceeded",
                 errno="EDQUOT", needs="btrfs"),
         example("empty", *QUOTA, "mkdir /d", "btrfs-qgroup-limit /d 1000", error="/d: is not a btrfs subvolume",
                 errno="EINVAL", needs="btrfs"),
     ])

call("btrfs_qgroup_remove",
     [String("src"), String("dst"), Pathname("path")], RErr,
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Take a quota group out of another",
     doc="""\
Makes the group `src` no longer a child of the group `dst` on the
filesystem at `path`.""",
     examples=[
         example("empty", *QUOTA, "btrfs-qgroup-create 1/7 /", "btrfs-qgroup-assign 0/256 1/7 /",
                 "btrfs-qgroup-remove 0/256 1/7 /", "btrfs-qgroup-show / | grep -A1 1/7",
                 prints="  btrfsqgroup_id: 1/7\n  btrfsqgroup_rfer: 0", needs="btrfs"),
     ])

call("btrfs_qgroup_show",
     [Pathname("path")], RStructList("qgroups", "btrfsqgroup"),
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="List the quota groups of a subvolume",
     doc="""\
Returns the groups of the subvolume at `path`: id, and bytes referenced by
it and used by it alone.""",
     examples=[
         example("empty", *QUOTA, "fill 1 1000000 /s/f", "btrfs-qgroup-show /s | grep -A2 0/256",
                 prints="  btrfsqgroup_id: 0/256\n  btrfsqgroup_rfer: 1019904\n  btrfsqgroup_excl: 1019904", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-qgroup-show /", error="quotas are not enabled", errno="ENOENT", needs="btrfs"),
     ])

call("btrfs_quota_enable",
     [MountableOrPath("fs"), Bool("enable")], RErr,
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Turn quotas of a btrfs filesystem on or off",
     doc="""\
Turns subvolume quotas of the filesystem `fs` on when `enable` is true,
else off.""",
     examples=[
         example("empty", *QUOTA, "btrfs-quota-enable / false", "btrfs-qgroup-show /", error="quotas are not enabled",
                 needs="btrfs"),
         example("empty", "mkfs btrfs /dev/sda", "btrfs-quota-enable /dev/sda true", "mount /dev/sda /",
                 "btrfs-qgroup-show / | grep id", prints="  btrfsqgroup_id: 0/5", needs="btrfs"),
         example("fs", "btrfs-quota-enable / true", error="/: is not on a btrfs filesystem", errno="EINVAL"),
     ])

call("btrfs_quota_rescan",
     [MountableOrPath("fs")], RErr,
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Count the quotas of a btrfs filesystem anew",
     doc="""\
Starts and awaits a new count of the subvolume quotas of `fs`.""",
     examples=[
         example("empty", *QUOTA, "btrfs-quota-rescan /", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-quota-rescan /", error="quota rescan failed", needs="btrfs"),
     ])

call("btrfs_replace",
     [Device("srcdev"), Device("targetdev"), Pathname("mntpoint")], RErr,
     since="1.29.48", optgroup="btrfs", impl="btrfs",
     brief="Replace a device of a btrfs filesystem",
     doc="""\
Moves what is on `srcdev` to `targetdev`, and removes the former from the
filesystem mounted at `mntpoint`.""",
     examples=[
         example("empty", *TWO, "mkfs btrfs /dev/sda1", "mount /dev/sda1 /", "write /f kept",
                 "btrfs-replace /dev/sda1 /dev/sda2 /", "mounts", prints="/dev/sda2", needs="btrfs"),
         example("empty", *TWO, "mkfs btrfs /dev/sda1", "mount /dev/sda1 /", "btrfs-replace /dev/sda1 /dev/sda1 /",
                 error="/dev/sda1 is mounted", errno="EBUSY", needs="btrfs"),
     ])

call("btrfs_rescue_chunk_recover",
     [Device("device")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Rebuild the chunk tree of a btrfs filesystem",
     doc="""\
Scans the whole of `device` for chunks and rebuilds the tree from them.""",
     examples=[
         example("empty", "mkfs btrfs /dev/sda", "btrfs-rescue-chunk-recover /dev/sda"),
         example("empty", *MOUNTED, "btrfs-rescue-chunk-recover /dev/sda", error="/dev/sda is mounted", errno="EBUSY",
                 needs="btrfs"),
     ])

call("btrfs_rescue_super_recover",
     [Device("device")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Repair the superblock of a btrfs filesystem",
     doc="""\
Restores bad superblocks on `device` from good copies.""",
     examples=[
         example("empty", "mkfs btrfs /dev/sda", "btrfs-rescue-super-recover /dev/sda"),
         example("empty", "mkfs btrfs /dev/sda", r'pwrite-device /dev/sda "bad" 67174400', "btrfs-rescue-super-recover /dev/sda",
                 "btrfs-fsck /dev/sda superblock:1"),
         example("part", "btrfs-rescue-super-recover /dev/sda1", error="there is no btrfs filesystem on it", errno="EINVAL"),
     ])

call("btrfs_scrub_cancel",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Cancel a running scrub",
     doc="""\
Cancels the scrub of the filesystem at `path`.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-scrub-cancel /", error="/: no scrub is running", errno="ENOTCONN", needs="btrfs"),
     ])

call("btrfs_scrub_full",
     [Pathname("path")], RErr,
     opts=[OBool("readonly")],
     since="1.55.12", optgroup="btrfs", impl="btrfs",
     brief="Verify all data of a btrfs filesystem, and wait for it",
     doc="""\
Reads everything on the mounted filesystem at `path`, compares the
checksums and repairs what a good copy exists of.  Fails when errors
remain.

Optional arguments:

- `readonly`: only verify, repair nothing.""",
     examples=[
         example("empty", *MOUNTED, "fill-pattern ab 100000 /f", "btrfs-filesystem-sync /", "btrfs-scrub-full /",
                 "btrfs-scrub-status / | head -1", prints="btrfsscrub_data_extents_scrubbed: 2", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-scrub-full / readonly:true", needs="btrfs"),
     ])

call("btrfs_scrub_resume",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Go on with a cancelled scrub",
     doc="""\
Resumes the scrub of the filesystem at `path` where it was cancelled.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-scrub-resume /", error="there is no scrub that was cancelled", needs="btrfs"),
     ])

call("btrfs_scrub_start",
     [Pathname("path")], RErr,
     since="1.29.22", optgroup="btrfs", impl="btrfs",
     brief="Verify all data of a btrfs filesystem, in the background",
     doc="""\
Starts a scrub of the filesystem at `path` and returns;
`btrfs_scrub_status` tells how far it is.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-scrub-start /", "umount /", needs="btrfs"),
         example("fs", "btrfs-scrub-start /", error="/: is not on a btrfs filesystem", errno="EINVAL"),
     ])

call("btrfs_scrub_status",
     [Pathname("path")], RStruct("status", "btrfsscrub"),
     since="1.29.26", optgroup="btrfs", impl="btrfs",
     brief="Tell how far a scrub is",
     doc="""\
Returns the counts of the last or running scrub of the filesystem at
`path`.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-scrub-status / | grep -c ': 0$'", prints="15", needs="btrfs"),
     ])

call("btrfs_set_seeding",
     [Device("device"), Bool("seeding")], RErr,
     since="1.17.43", optgroup="btrfs", impl="btrfs",
     brief="Make a btrfs device a seed, or no longer",
     doc="""\
When `seeding` is true, the filesystem on `device` becomes read-only and
can be extended by other devices that hold the changes.""",
     examples=[
         example("empty", "mkfs btrfs /dev/sda", "btrfs-set-seeding /dev/sda true", "mount-options rw /dev/sda /",
                 error="Read-only file system", needs="btrfs"),
     ])

call("btrfs_subvolume_create",
     [Pathname("dest")], RErr,
     opts=[OString("qgroupid")],
     opts_suffix=True, since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="Make a btrfs subvolume",
     doc="""\
Makes the subvolume `dest`, whose parent directory must be on btrfs.

Optional arguments:

- `qgroupid`: the quota group into which it is put.""",
     examples=[
         example("empty", *MOUNTED, "mkdir /d", "btrfs-subvolume-create /d/s", "btrfs-subvolume-list / | grep path",
                 prints="  btrfssubvolume_path: d/s", needs="btrfs"),
         example("empty", *QUOTA, "btrfs-qgroup-create 1/7 /", "btrfs-subvolume-create /t qgroupid:1/7", "fill 1 1000000 /t/f",
                 "btrfs-qgroup-show / | grep -A1 1/7", prints="  btrfsqgroup_id: 1/7\n  btrfsqgroup_rfer: 1019904", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "btrfs-subvolume-create /s", error="/s: File exists",
                 errno="EEXIST", needs="btrfs"),
         example("fs", "btrfs-subvolume-create /s", error="/s: is not on a btrfs filesystem", errno="EINVAL"),
     ])

call("btrfs_subvolume_delete",
     [Pathname("subvolume")], RErr,
     since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="Remove a btrfs subvolume",
     doc="""\
Removes the subvolume or snapshot at `subvolume` with all files in it.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "write /s/f x", "btrfs-subvolume-delete /s", "is-dir /s",
                 prints="false", needs="btrfs"),
         example("empty", *MOUNTED, "mkdir /d", "btrfs-subvolume-delete /d", error="/d: is not a btrfs subvolume", errno="EINVAL",
                 needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "ln-s /s /l", "btrfs-subvolume-delete /l",
                 error="/l: is not a btrfs subvolume", errno="EINVAL", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "btrfs-subvolume-create /s/t", "btrfs-subvolume-delete /s",
                 error="/s: has other subvolumes in it", errno="ENOTEMPTY", needs="btrfs"),
     ])

call("btrfs_subvolume_get_default",
     [MountableOrPath("fs")], RInt64("id"),
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Return the default subvolume",
     doc="""\
Returns the id of the subvolume that is mounted if none is named.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-subvolume-get-default /", prints="5", needs="btrfs"),
         example("empty", "mkfs btrfs /dev/sda", "btrfs-subvolume-get-default /dev/sda", prints="5", needs="btrfs"),
         example("part", "mkfs ext4 /dev/sda1", "btrfs-subvolume-get-default /dev/sda1", error="there is no btrfs filesystem on it",
                 errno="EINVAL"),
     ])

call("btrfs_subvolume_list",
     [MountableOrPath("fs")], RStructList("subvolumes", "btrfssubvolume"),
     since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="List the subvolumes of a btrfs filesystem",
     doc="""\
Returns id, id of the parent, and path of all subvolumes of `fs`, which is
mounted somewhere or is a mountable.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "btrfs-subvolume-create /s/t", "umount /",
                 "btrfs-subvolume-list /dev/sda",
                 prints="[0] = {\n  btrfssubvolume_id: 256\n  btrfssubvolume_top_level_id: 5\n  btrfssubvolume_path: s\n}\n"
                        "[1] = {\n  btrfssubvolume_id: 257\n  btrfssubvolume_top_level_id: 256\n  btrfssubvolume_path: s/t\n}",
                 needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "btrfs-subvolume-create /s/t", "umount /",
                 "btrfs-subvolume-list btrfsvol:/dev/sda/s | grep path",
                 prints="  btrfssubvolume_path: s\n  btrfssubvolume_path: s/t", needs="btrfs"),
     ])

call("btrfs_subvolume_set_default",
     [Int64("id"), Pathname("fs")], RErr,
     since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="Set the default subvolume",
     doc="""\
Makes the subvolume `id` the one that is mounted if none is named, on the
filesystem mounted at `fs`.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "write /s/f in-s", "btrfs-subvolume-set-default 256 /", "umount /",
                 "mount /dev/sda /", "cat /f", prints="in-s", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-set-default 999 /", error="/: subvolume 999", errno="ENOENT", needs="btrfs"),
     ])

call("btrfs_subvolume_show",
     [Pathname("subvolume")], RHashtable("btrfssubvolumeinfo"),
     since="1.29.17", optgroup="btrfs", impl="btrfs",
     brief="Return information about a btrfs subvolume",
     doc="""\
Returns pairs of a name and a value, such as "UUID" and "Creation time",
for the subvolume `subvolume`.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "btrfs-subvolume-snapshot /s /t ro:true",
                 "btrfs-subvolume-show /s | grep -E '^(Name|Subvolume ID|Parent ID|Flags|Snapshot)'",
                 prints="Name: s\nSubvolume ID: 256\nParent ID: 5\nFlags: -\nSnapshot(s): t", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-show / | head -1", prints="Name: <FS_TREE>", needs="btrfs"),
         example("empty", *MOUNTED, "mkdir /d", "btrfs-subvolume-show /d", error="/d: is not a btrfs subvolume", errno="EINVAL",
                 needs="btrfs"),
     ])

call("btrfs_subvolume_snapshot",
     [Pathname("source"), Pathname("dest")], RErr,
     opts=[OBool("ro"), OString("qgroupid")],
     opts_suffix=True, since="1.17.35", optgroup="btrfs", impl="btrfs",
     brief="Make a snapshot of a btrfs subvolume",
     doc="""\
Makes the snapshot `dest` of the subvolume `source`.

Optional arguments:

- `ro`: make it read-only.
- `qgroupid`: the quota group into which it is put.""",
     examples=[
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "write /s/f before", "btrfs-subvolume-snapshot /s /t",
                 "write /s/f after", "cat /t/f", prints="before", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "btrfs-subvolume-snapshot /s /t ro:true", "write /t/f x",
                 error="Read-only file system", errno="EROFS", needs="btrfs"),
         example("empty", *MOUNTED, "btrfs-subvolume-create /s", "mkdir /d", "btrfs-subvolume-snapshot /s /d", "is-dir /d/s",
                 prints="true", needs="btrfs"),
         example("empty", *MOUNTED, "mkdir /d", "btrfs-subvolume-snapshot /d /t", error="/d: is not a btrfs subvolume",
                 errno="EINVAL", needs="btrfs"),
     ])

call("btrfstune_enable_extended_inode_refs",
     [Device("device")], RErr,
     since="1.29.29", optgroup="btrfs", impl="btrfs",
     brief="Turn on extended inode references",
     doc="""\
Allows more hard links in a directory of the filesystem on `device`; it
cannot be turned off again.""",
     examples=[
         example("empty", "mkfs btrfs /dev/sda", "btrfstune-enable-extended-inode-refs /dev/sda", "btrfs-fsck /dev/sda"),
     ])

call("btrfstune_enable_skinny_metadata_extent_refs",
     [Device("device")], RErr,
     since="1.29.29", optgroup="btrfs", impl="btrfs",
     brief="Turn on skinny metadata extents",
     doc="""\
Makes the metadata of the filesystem on `device` smaller; it cannot be
turned off again.""",
     examples=[
         example("empty", 'mkfs btrfs /dev/sda features:^skinny-metadata', "btrfstune-enable-skinny-metadata-extent-refs /dev/sda",
                 "btrfs-fsck /dev/sda"),
         example("empty", *MOUNTED, "btrfstune-enable-skinny-metadata-extent-refs /dev/sda", error="/dev/sda is mounted",
                 errno="EBUSY", needs="btrfs"),
     ])

call("btrfstune_seeding",
     [Device("device"), Bool("seeding")], RErr,
     since="1.29.29", optgroup="btrfs", impl="btrfs",
     brief="Make a btrfs device a seed, or no longer",
     doc="""\
The same as `btrfs_set_seeding`.""",
     examples=[
         example("empty", "mkfs btrfs /dev/sda", "btrfstune-seeding /dev/sda true", "btrfstune-seeding /dev/sda false",
                 "mount-options rw /dev/sda /", needs="btrfs"),
     ])

call("mkfs_btrfs",
     [DeviceList("devices")], RErr,
     opts=[OInt64("allocstart"), OInt64("bytecount"), OString("datatype"),
           OInt("leafsize"), OString("label"), OString("metadata"),
           OInt("nodesize"), OInt("sectorsize")],
     since="1.17.25", optgroup="btrfs", impl="btrfs",
     brief="Make a btrfs filesystem",
     doc="""\
Makes a btrfs filesystem over all of `devices`.

Optional arguments:

- `allocstart`: the byte at which allocation begins.  mkfs.btrfs(8) has no
  such option any more; other numbers than 0 are refused.
- `bytecount`: the size of the filesystem; by default all of the devices.
- `datatype`: the profile of data, such as "single", "raid0" or "raid1".
- `leafsize`: the size of leaves in bytes, which is that of nodes.
- `label`: the filesystem's label.
- `metadata`: the profile of metadata, as `datatype` and "dup".
- `nodesize`: the size of tree nodes in bytes.
- `sectorsize`: the size of sectors in bytes.""",
     examples=[
         example("empty", *TWO, 'mkfs-btrfs "/dev/sda1 /dev/sda2" label:pair datatype:raid1 metadata:raid1 nodesize:32768 sectorsize:4096',
                 "vfs-label /dev/sda2", prints="pair"),
         example("empty", "mkfs-btrfs /dev/sda bytecount:300000000 leafsize:16384", "mount /dev/sda /", "statvfs / | grep ^blocks",
                 prints="blocks: 73242", needs="btrfs"),
         example("empty", 'mkfs-btrfs ""', error="list of devices must be non-empty", errno="EINVAL"),
         example("empty", "mkfs-btrfs /dev/sda datatype:raid7", error="raid7: unknown datatype", errno="EINVAL"),
         example("empty", "mkfs-btrfs /dev/sda bytecount:0", error="bytecount must be larger than zero", errno="EINVAL"),
         example("empty", "mkfs-btrfs /dev/sda allocstart:4096", error="mkfs.btrfs has no such option any more", errno="ENOTSUP"),
         example("empty", *MOUNTED, "mkfs-btrfs /dev/sda", error="/dev/sda is mounted", errno="EBUSY", needs="btrfs"),
     ])
