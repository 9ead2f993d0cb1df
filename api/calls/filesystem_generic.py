# SPDX-License-Identifier: LGPL-3.0-or-later
"""Calls that mean the same for every filesystem."""

from model import (
    call, example, group, Device, FileOut, Int, Mountable, OInt, OString,
    OStringList, Pathname, RBool, RErr, RHashtable, RInt, RInt64, RString,
    RStruct, String)

# A volume descriptor in the file x of the host; made at 3:04:05 one hour east of Greenwich.
ISO = ("!{ head -c 32768 /dev/zero; printf '\\001CD001\\001\\000LINUX%27sTITLE%27s' '' ''; "
       "head -c 8 /dev/zero; printf '\\264\\002\\0\\0\\0\\0\\002\\264'; "
       "head -c 32 /dev/zero; printf '\\001\\0\\0\\001\\001\\0\\0\\001\\0\\010\\010\\0'; "
       "head -c 58 /dev/zero; printf '%128sME%126s%128s%128s%111s' '' '' '' '' ''; "
       "printf '2020010203040500\\004'; "
       "printf '%016d\\0' 0 0 0; head -c 2048 /dev/zero; } >x")

group("filesystem-generic")

call("df",
     [], RString("output"),
     since="1.0.54", impl="fileops", needs_root=True,
     brief="Show the disk space of mounted filesystems",
     doc="""\
Returns text like that of `df`: a line for each mounted filesystem with its
size, what is used and what is free, in blocks of 1 KiB.  The form is for
people; programs use `statvfs`.  Something must be mounted.""",
     examples=[
         example("fs", "df | grep -c '^/dev/sda1 '", prints="1"),
         example("part", "df",
                 error="you must call 'mount' first to mount the root filesystem"),
     ])

call("df_h",
     [], RString("output"),
     since="1.0.54", impl="fileops", needs_root=True,
     brief="Show the disk space of mounted filesystems, readable",
     doc="""\
As `df`, with sizes such as 1.5G.""",
     examples=[
         example("fs", "df-h | grep -c '^/dev/sda1 '", prints="1"),
     ])

call("drop_caches",
     [Int("whattodrop")], RErr,
     since="1.0.18", impl="mount",
     brief="Make the kernel forget cached data",
     doc="""\
`whattodrop` is 1 for file contents, 2 for names and inodes, 3 for both.
Only of use in measurements; data that was not yet written is kept.""",
     examples=[
         example("fs", "drop-caches 3"),
         example("fs", "drop-caches 0"),
         example("fs", "drop-caches 99",
                 error="99: is not from 0 to 3", errno="EINVAL"),
     ])

call("filesystem_available",
     [String("filesystem")], RBool("fsavail"),
     since="1.19.5", impl="fs",
     brief="Tell whether a filesystem can be mounted here",
     doc="""\
Returns true if the kernel that the session runs on knows the filesystem
type `filesystem`, such as "xfs".  It says nothing about programs that make
or check such filesystems: `feature_available` does.""",
     examples=[
         example("part", "filesystem-available ext4",
                 prints="true"),
         example("part", "filesystem-available nofs",
                 prints="false"),
         example("part", "filesystem-available ../x",
                 error="is not the name of a filesystem", errno="EINVAL"),
     ])

call("fill_dir",
     [Pathname("dir"), Int("nr")], RErr,
     since="1.19.32", impl="fileops",
     brief="Make many empty files in a directory",
     doc="""\
Makes `nr` empty files in the existing directory `dir`, named by their
number with eight digits: 00000000, 00000001 and so on.  It is for tests of
large directories.""",
     examples=[
         example("fs", "mkdir /d", "fill-dir /d 3", "ls /d",
                 prints="00000000\n00000001\n00000002"),
         example("fs", "mkdir /d", "fill-dir /d 0", "ls /d", prints=""),
         example("fs", "fill-dir /d 1", error="No such file or directory",
                 errno="ENOENT"),
     ])

call("fsck",
     [String("fstype"), Device("device")], RInt("status"),
     since="1.0.16", impl="fs", shell_output="hex",
     brief="Check a filesystem",
     doc="""\
Runs the checker for `fstype` on `device`, repairing what can be repaired
without asking.  The filesystem must not be mounted.  Returns the checker's
status, a sum of: 1 errors corrected, 2 corrected and the machine should be
restarted, 4 errors left.  0 is a sound filesystem.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "fsck ext4 /dev/sda1",
                 prints="0"),
         example("part", "fsck ext4 /dev/sda1",
                 prints="0x8"),
         example("part", "fsck '' /dev/sda1",
                 error="name of the filesystem"),
     ])

call("isoinfo",
     [Pathname("isofile")], RStruct("isodata", "isoinfo"),
     since="1.17.19", impl="fileops",
     brief="Return the volume descriptor of an ISO file",
     doc="""\
As `isoinfo_device`, for the image file `isofile` in the guest.""",
     examples=[
         example("fs", ISO,
                 "upload x /x", "isoinfo /x | grep -v ': $'",
                 prints="iso_system_id: LINUX\niso_volume_id: TITLE\n"
                        "iso_volume_space_size: 692\niso_volume_set_size: 1\n"
                        "iso_volume_sequence_number: 1\n"
                        "iso_logical_block_size: 2048\niso_publisher_id: ME\n"
                        "iso_volume_creation_t: 1577930645\n"
                        "iso_volume_modification_t: -1\n"
                        "iso_volume_expiration_t: -1\n"
                        "iso_volume_effective_t: -1"),
         example("tree", "isoinfo /hello",
                 error="/hello: not an ISO file or CD-ROM", errno="EINVAL"),
         example("tree", "isoinfo /dir", error="/dir: Is a directory",
                 errno="EISDIR"),
         example("tree", "isoinfo /nope",
                 error="open: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("isoinfo_device",
     [Device("device")], RStruct("isodata", "isoinfo"),
     since="1.17.19", impl="fileops",
     brief="Return the volume descriptor of an ISO device",
     doc="""\
Reads the primary volume descriptor of the ISO 9660 filesystem on `device`:
names of volume, publisher and application, sizes, and times, where -1
means that a time is not set.""",
     examples=[
         example("empty", ISO, "upload x /dev/sda", "isoinfo-device /dev/sda | grep _id: | head -2",
                 prints="iso_system_id: LINUX\niso_volume_id: TITLE"),
         example("part", "isoinfo-device /dev/sda",
                 error="/dev/sda: not an ISO file or CD-ROM",
                 errno="EINVAL"),
         example("part", "isoinfo-device /dev/sdx",
                 error="/dev/sdx: No such file or directory",
                 errno="ENOENT"),
     ])

call("list_filesystems",
     [], RHashtable("fses"),
     since="1.5.15", impl="mount",
     brief="List the filesystems of all disks",
     doc="""\
Looks at every disk, partition, logical volume, RAID, and opened encrypted
device of the session, and returns pairs of a mountable and the type of
what it holds, as `vfs_type` names it.  Btrfs subvolumes are listed one by
one, in the form "btrfsvol:DEVICE/SUBVOLUME".  A device that holds nothing
known has the type "unknown", and swap space "swap".  Members of volume
groups and RAIDs, encrypted containers and extended partitions are not
listed, because nothing can be mounted from them.

The list says what is there, not what can be mounted: a filesystem may be
damaged, or its type unknown to the kernel.  Which of them belong together
is what `inspect_os` finds out.""",
     examples=[
         example("fs", "list-filesystems", prints="/dev/sda1: ext4"),
         example("part", "list-filesystems", prints="/dev/sda1: unknown"),
         example("empty", "mkfs ext2 /dev/sda", "list-filesystems",
                 prints="/dev/sda: ext2"),
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 99999",
                 "part-add /dev/sda p 100000 199999", "mkfs ext3 /dev/sda1",
                 "mkfs swap /dev/sda2", "list-filesystems",
                 prints="/dev/sda1: ext3\n/dev/sda2: swap"),
     ])

call("mkfs",
     [String("fstype"), Device("device")], RErr,
     opts=[OInt("blocksize"), OString("features"), OInt("inode"),
           OInt("sectorsize"), OString("label")],
     opts_suffix=True, since="0.0.8", impl="fs",
     brief="Make a filesystem",
     doc="""\
Makes an empty filesystem of the type `fstype`, such as "ext4", "xfs",
"btrfs", "vfat" or "ntfs", on `device`, which may be a partition, a logical
volume or a whole disk and must not be mounted.  All data on it is lost:
signatures of other filesystems are erased, after it is known that the type
can be made.  It is an error if the program for this type is missing, or if
an option does not apply to the type.

Optional arguments:

- `blocksize`: the size of blocks in bytes, for types that have a choice; a
  power of two, usually from 1024 to 4096.  For FAT and NTFS it is the
  cluster size.
- `features`: ext2/3/4 features to turn on or off, a list as in `mke2fs
  -O`.
- `inode`: the size of an inode in bytes, ext2/3/4 only.
- `sectorsize`: the size of sectors, for types that ask for it.
- `label`: the filesystem's label.  It must not be longer than the type
  allows.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "mount /dev/sda1 /", "touch /x",
                 "ls /", prints="lost+found\nx"),
         example("part", "mkfs ext2 /dev/sda1 label:top", "vfs-label /dev/sda1",
                 prints="top"),
         example("part", "mkfs ext4 /dev/sda1 blocksize:1024 inode:128",
                 "mount /dev/sda1 /", "statvfs / | head -1", prints="bsize: 1024"),
         example("part", "mkfs xfs /dev/sda1 label:top", "vfs-label /dev/sda1",
                 prints="top", needs="tool:mkfs.xfs"),
         example("part", "mkfs btrfs /dev/sda1 label:top", "vfs-label /dev/sda1",
                 prints="top", needs="tool:mkfs.btrfs"),
         example("part", "mkfs vfat /dev/sda1 label:TOP", "vfs-type /dev/sda1",
                 prints="vfat", needs="tool:mkfs.vfat"),
         example("part", "mkfs ext4 /dev/sda1", "mkfs nosuchfs /dev/sda1",
                 error="nosuchfs"),
         example("part", "mkfs ext4 /dev/sda1", "-mkfs nosuchfs /dev/sda1",
                 "vfs-type /dev/sda1", prints="ext4"),
         example("part", "mkfs ext4 /dev/sda1 blocksize:1000",
                 error="block size must be > 0 and a power of 2"),
         example("part", "mkfs ext4 /dev/sda1 label:longer-than-sixteen-bytes",
                 error="labels are limited to 16 bytes"),
         example("fs", "mkfs ext4 /dev/sda1", error="/dev/sda1 is mounted"),
     ])

call("mkfs_b",
     [String("fstype"), Int("blocksize"), Device("device")], RErr,
     since="1.0.68", impl="fs", deprecated=True, deprecated_by="mkfs",
     brief="Make a filesystem with the given block size",
     doc="""\
As `mkfs` with the optional argument `blocksize`.""",
     examples=[
         example("part", "mkfs-b ext2 1024 /dev/sda1", "tune2fs-l /dev/sda1 | grep '^Block size'",
                 prints="Block size: 1024"),
         example("part", "mkfs-b ext2 3 /dev/sda1",
                 error="block size must be > 0 and a power of 2", errno="EINVAL"),
     ])

call("mksquashfs",
     [Pathname("path"), FileOut("filename")], RErr,
     opts=[OString("compress"), OStringList("excludes")],
     since="1.35.25", impl="archive", optgroup="squashfs", cancellable=True,
     brief="Make a squashfs image of a directory",
     doc="""\
Packs the tree below `path` into the host file `filename` as a squashfs
filesystem.

Optional arguments:

- `compress`: the compression, such as "gzip", "lzo", "xz" or "zstd".
- `excludes`: wildcards of paths that are left out.""",
     examples=[
         example("tree", "mksquashfs /dir x", "!unsquashfs -d '' -lls -UTC x | "
                 "sed 's/  */ /g' | cut -d' ' -f1,2,6- | sort -k3",
                 prints="drwxr-xr-x root/root \n-rw-r--r-- root/root /.hidden\n"
                        "-rw-r--r-- root/root /a\n-rw-r--r-- root/root /b\n"
                        "lrwxrwxrwx root/root /back -> ../hello\n"
                        "drwxr-xr-x root/root /sub\n"
                        "-rw-r--r-- root/root /sub/deep\n"
                        "drwxr-xr-x root/root /sub/empty",
                 needs="tool:unsquashfs"),
         example("tree", "mksquashfs /dir x compress:xz \"excludes:s* .*\"",
                 "!unsquashfs -s x | grep Compression && unsquashfs -d '' -ls x "
                 "| grep '/'",
                 prints="Compression xz\n/a\n/b\n/back",
                 needs="tool:unsquashfs"),
         # A link leads to nothing outside of the guest.
         example("tree", "mksquashfs /outside x",
                 error="/outside: No such file or directory", errno="ENOENT"),
         example("tree", "mksquashfs /dir x compress:none",
                 error="Compressor \"none\" is not supported"),
     ])

call("set_label",
     [Mountable("mountable"), String("label")], RErr,
     since="1.17.9", impl="fs",
     brief="Set the label of a filesystem",
     doc="""\
Gives the filesystem on `mountable` the label `label`.  How long it may be,
and whether the filesystem may be mounted meanwhile, depends on its type;
types that have no program for it are refused with the errno ENOTSUP.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "set-label /dev/sda1 here", "vfs-label /dev/sda1",
                 prints="here"),
         example("fs", "write /x x", "set-label /dev/sda1 here", "vfs-label /dev/sda1", prints="here"),
        example("fs", "write /x x", "set-label /dev/sda1 here", "umount /", "e2fsck-f /dev/sda1", "mount /dev/sda1 /", "cat /x",
                prints="x"),
        example("fs", "write /x x", "set-uuid /dev/sda1 11111111-1111-1111-1111-111111111111", "umount /", "e2fsck-f /dev/sda1",
                "mount /dev/sda1 /", "cat /x", prints="x"),
        example("part", "mkswap /dev/sda1", "set-label /dev/sda1 sw", "vfs-label /dev/sda1",
                 prints="sw"),
         example("part", "mkfs xfs /dev/sda1", "set-label /dev/sda1 disk", "vfs-label /dev/sda1",
                 prints="disk"),
         example("part", "mkfs btrfs /dev/sda1", "set-label /dev/sda1 disk", "vfs-label /dev/sda1",
                 prints="disk"),
         example("part", "mkfs vfat /dev/sda1", "set-label /dev/sda1 DISK", "vfs-label /dev/sda1",
                 prints="DISK"),
         example("part", "mkfs ntfs /dev/sda1", "set-label /dev/sda1 Windows", "vfs-label /dev/sda1",
                 prints="Windows", needs="tool:mkfs.ntfs"),
         example("part", "mkfs xfs /dev/sda1", "set-label /dev/sda1 \"x';id;'\"", "vfs-label /dev/sda1",
                 prints="x';id;'"),
         example("part", "mkfs btrfs /dev/sda1", "set-label /dev/sda1 -h", "vfs-label /dev/sda1", prints="-h"),
         example("part", "mkfs vfat /dev/sda1", "set-label /dev/sda1 -H", "vfs-label /dev/sda1", prints="-H"),
         example("part", "mkfs ntfs /dev/sda1", "set-label /dev/sda1 -h",
                 error="-h: ntfs labels that begin with a dash cannot be set", errno="EINVAL", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ext4 /dev/sda1", "set-label /dev/sda1 12345678901234567",
                 error="12345678901234567: ext2/3/4 labels are limited to 16 bytes"),
         example("part", "set-label /dev/sda1 x",
                 error="don't know how to set the label for '' filesystems", errno="ENOTSUP"),
     ])

call("set_uuid",
     [Device("device"), String("uuid")], RErr,
     since="1.23.10", impl="fs",
     brief="Set the UUID of a filesystem",
     doc="""\
Gives the filesystem on `device` the UUID `uuid`; types that do not allow
this are refused with the errno ENOTSUP.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "set-uuid /dev/sda1 11111111-1111-1111-1111-111111111111", "vfs-uuid /dev/sda1",
                 prints="11111111-1111-1111-1111-111111111111"),
         example("part", "mkswap /dev/sda1", "set-uuid /dev/sda1 11111111-1111-1111-1111-111111111111", "vfs-uuid /dev/sda1",
                 prints="11111111-1111-1111-1111-111111111111"),
         example("part", "mkfs xfs /dev/sda1", "set-uuid /dev/sda1 11111111-1111-1111-1111-111111111111", "vfs-uuid /dev/sda1",
                 prints="11111111-1111-1111-1111-111111111111"),
         example("part", "mkfs xfs /dev/sda1", "set-uuid /dev/sda1 \"x';id;'\"", error="x';id;': is not a UUID",
                 errno="EINVAL"),
         example("part", "mkfs ext4 /dev/sda1", "set-uuid /dev/sda1 foo",
                 error="foo: is not a UUID"),
         example("part", "set-uuid /dev/sda1 11111111-1111-1111-1111-111111111111",
                 error="don't know how to set the UUID for '' filesystems", errno="ENOTSUP"),
     ])

call("set_uuid_random",
     [Device("device")], RErr,
     since="1.29.50", impl="fs",
     brief="Give a filesystem a new UUID",
     doc="""\
As `set_uuid`, with a UUID that is made at random.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "set-uuid /dev/sda1 11111111-1111-1111-1111-111111111111", "set-uuid-random /dev/sda1", "vfs-uuid /dev/sda1 | grep -c 11111111-1111-1111-1111-111111111111",
                 prints="0"),
         example("part", "mkswap /dev/sda1", "set-uuid-random /dev/sda1", "vfs-uuid /dev/sda1 | wc -c",
                 prints="37"),
         example("part", "set-uuid-random /dev/sda1",
                 error="don't know how to set the random UUID for '' filesystems", errno="ENOTSUP"),
     ])

call("statvfs",
     [Pathname("path")], RStruct("statbuf", "statvfs"),
     since="1.9.2", impl="fileops",
     brief="Return the numbers of a mounted filesystem",
     doc="""\
Returns what statvfs(2) knows of the filesystem that holds `path`: `bsize`
and `frsize`, the block sizes; `blocks`, `bfree` and `bavail`, in units of
`frsize`; `files`, `ffree` and `favail`, the inodes; `fsid`; `flag`, the
mount flags; and `namemax`, the longest name.""",
     examples=[
         example("fs", "statvfs / | grep bsize", prints="bsize: 4096"),
         example("fs", "statvfs / | grep namemax", prints="namemax: 255"),
         example("fs", "statvfs /nope", error="/nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("sync",
     [], RErr,
     since="0.0.3", impl="mount",
     brief="Write everything to the disks",
     doc="""\
Returns when all that was written in this session, to files and devices,
has reached the disk images.  It is not needed before `shutdown`, which
does the same; call it when another program will look at the image while
the session goes on.""",
     examples=[
         example("fs", "write /x data", "sync"),
         example("part", "sync"),
     ])

call("vfs_label",
     [Mountable("mountable")], RString("label"),
     since="1.3.18", impl="fs",
     brief="Return the label of a filesystem",
     doc="""\
Returns the label of the filesystem on `mountable`, or an empty string when
it has none.  It is read from the device, so it need not be mounted.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1 label:some", "vfs-label /dev/sda1",
                 prints="some"),
         example("fs", "vfs-label /dev/sda1", prints=""),
         example("part", "vfs-label /dev/sda1", prints=""),
     ])

call("vfs_minimum_size",
     [Mountable("mountable")], RInt64("sizeinbytes"),
     since="1.31.18", impl="btrfs",
     brief="Return the smallest size that a filesystem can have",
     doc="""\
Returns how small, in bytes, the filesystem on `mountable` could be made
without losing data: ext2/3/4, NTFS and btrfs can shrink, XFS has the size
that it has.  Others are refused with the errno ENOTSUP.""",
     examples=[
         example("part", "mkfs ext2 /dev/sda1 blocksize:1024", "resize2fs-size /dev/sda1 20M", "vfs-minimum-size /dev/sda1 | grep -Ec '^[0-9]{6,8}$'",
                 prints="1"),
         example("part", "mkfs ntfs /dev/sda1", "vfs-minimum-size /dev/sda1 | grep -Ec '^[0-9]{7}$'", prints="1",
                 needs="tool:mkfs.ntfs"),
         example("part", "mkfs xfs /dev/sda1", "vfs-minimum-size /dev/sda1", prints="1072693248"),
         example("part", "mkfs btrfs /dev/sda1", "vfs-minimum-size /dev/sda1 | grep -Ec '^[0-9]{9}$'", prints="1", needs="btrfs"),
         example("part", "mkfs btrfs /dev/sda1", "mount /dev/sda1 /", "vfs-minimum-size /dev/sda1 | grep -Ec '^[0-9]{9}$'", prints="1",
                 needs="btrfs"),
         example("part", "mkswap /dev/sda1", "vfs-minimum-size /dev/sda1",
                 error="don't know how to get minimum size of 'swap' filesystems", errno="ENOTSUP"),
     ])

call("vfs_type",
     [Mountable("mountable")], RString("fstype"),
     since="1.0.75", impl="fs",
     brief="Return the type of a filesystem",
     doc="""\
Returns the name under which the kernel knows what is on `mountable`:
"ext4", "xfs", "btrfs", "vfat", "ntfs", "iso9660", and also "swap",
"crypto_LUKS" or "LVM2_member" for things that are not filesystems.  An
empty string means that nothing was recognized.  It is found from the
contents, which need not be mountable.""",
     examples=[
         example("fs", "vfs-type /dev/sda1", prints="ext4"),
         example("fs", "vfs-type /dev/sda", prints=""),
         example("part", "mkfs swap /dev/sda1", "vfs-type /dev/sda1",
                 prints="swap"),
         example("part", "vfs-type /dev/sda2",
                 error="/dev/sda2: No such file or directory", errno="ENOENT"),
     ])

call("vfs_uuid",
     [Mountable("mountable")], RString("uuid"),
     since="1.3.18", impl="fs", shell_alias=["get-uuid"],
     brief="Return the UUID of a filesystem",
     doc="""\
Returns the UUID of the filesystem on `mountable` as the device holds it,
or an empty string when it has none.  Types without real UUIDs, such as FAT
and NTFS, have shorter serial numbers, which are returned the same way.""",
     examples=[
         example("fs", "vfs-uuid /dev/sda1",
                 prints="f5000000-1111-4222-8333-444455556666"),
         example("part", "vfs-uuid /dev/sda1", prints=""),
     ])
