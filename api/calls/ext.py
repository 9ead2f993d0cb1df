# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only ext2, ext3 and ext4 have."""

from model import (
    call, example, group, Device, Int, Int64, OBool, OInt, OInt64, OString,
    Pathname, RErr, RHashtable, RInt64, RString, String)

group("ext")

call("e2fsck",
     [Device("device")], RErr,
     opts=[OBool("correct"), OBool("forceall")],
     since="1.15.17", impl="fs",
     brief="Check an ext2/3/4 filesystem",
     doc="""\
Checks the filesystem on `device`, which must not be mounted.  Without
options only what is safe is repaired; fails when errors remain.

Optional arguments:

- `correct`: answer yes to all questions of the checker.
- `forceall`: check even if the filesystem is marked clean.

The two cannot be used together.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "e2fsck /dev/sda1"),
         example("part", "mkfs ext4 /dev/sda1", "e2fsck /dev/sda1 correct:true"),
         example("part", "mkfs ext4 /dev/sda1", "e2fsck /dev/sda1 forceall:true"),
         example("part", "e2fsck /dev/sda1 correct:true forceall:true",
                 error="only one of the options 'correct', 'forceall' may be specified", errno="EINVAL"),
         example("part", "e2fsck /dev/sda1",
                 error="e2fsck"),
         example("fs", "e2fsck /dev/sda1",
                 error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

call("e2fsck_f",
     [Device("device")], RErr,
     since="1.0.29", impl="fs", deprecated=True, deprecated_by="e2fsck",
     brief="Check an ext2/3/4 filesystem, even a clean one",
     doc="""\
As `e2fsck`, forced.""",
     examples=[
         example("part", "mkfs ext2 /dev/sda1", "e2fsck-f /dev/sda1"),
     ])

call("get_e2attrs",
     [Pathname("file")], RString("attrs"),
     since="1.17.31", impl="fileops",
     brief="Return the ext2 attributes of a file",
     doc="""\
Returns the letters that lsattr(1) shows for `file`, such as "i" for
immutable, without dashes.""",
     examples=[
         example("tree", "set-e2attrs /hello ia", "get-e2attrs /hello",
                 prints="aei"),
         example("tree", "get-e2attrs /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("get_e2generation",
     [Pathname("file")], RInt64("generation"),
     since="1.17.31", impl="fileops",
     brief="Return the ext2 generation of a file",
     doc="""\
Returns the generation number of `file`'s inode.""",
     examples=[
         example("tree", "get-e2generation /hello | grep -Ec '^[0-9]+$'",
                 prints="1"),
     ])

call("get_e2label",
     [Device("device")], RString("label"),
     since="1.0.15", impl="fs", deprecated=True, deprecated_by="vfs_label",
     brief="Return the label of an ext2/3/4 filesystem",
     doc="""\
As `vfs_label` for `device`.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1 label:here", "get-e2label /dev/sda1",
                 prints="here"),
     ])

call("get_e2uuid",
     [Device("device")], RString("uuid"),
     since="1.0.15", impl="fs", deprecated=True, deprecated_by="vfs_uuid",
     brief="Return the UUID of an ext2/3/4 filesystem",
     doc="""\
As `vfs_uuid` for `device`.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "set-e2uuid /dev/sda1 11111111-1111-1111-1111-111111111111", "get-e2uuid /dev/sda1",
                 prints="11111111-1111-1111-1111-111111111111"),
     ])

call("mke2fs",
     [Device("device")], RErr,
     opts=[OInt64("blockscount"), OInt64("blocksize"), OInt64("fragsize"),
           OInt64("blockspergroup"), OInt64("numberofgroups"),
           OInt64("bytesperinode"), OInt64("inodesize"),
           OInt64("journalsize"), OInt64("numberofinodes"),
           OInt64("stridesize"), OInt64("stripewidth"),
           OInt64("maxonlineresize"), OInt("reservedblockspercentage"),
           OInt("mmpupdateinterval"), OString("journaldevice"),
           OString("label"), OString("lastmounteddir"), OString("creatoros"),
           OString("fstype"), OString("usagetype"), OString("uuid"),
           OBool("forcecreate"), OBool("writesbandgrouponly"),
           OBool("lazyitableinit"), OBool("lazyjournalinit"),
           OBool("testfs"), OBool("discard"), OBool("quotatype"),
           OBool("extent"), OBool("filetype"), OBool("flexbg"),
           OBool("hasjournal"), OBool("journaldev"), OBool("largefile"),
           OBool("quota"), OBool("resizeinode"), OBool("sparsesuper"),
           OBool("uninitbg")],
     since="1.19.44", impl="fs",
     brief="Make an ext2/3/4 filesystem with details",
     doc="""\
Makes an ext2, ext3 or ext4 filesystem on `device`.  Each option stands for
one of mke2fs(8); usually `mkfs` is enough.

Optional arguments, numbers:

- `blockscount`: size in blocks.
- `blocksize`, `fragsize`, `inodesize`: sizes in bytes.
- `blockspergroup`, `numberofgroups`, `bytesperinode`, `numberofinodes`.
- `journalsize`: size of the journal in megabytes.
- `stridesize`, `stripewidth`: layout of the RAID below, in blocks.
- `maxonlineresize`: how far it may grow while mounted, in blocks.
- `reservedblockspercentage`: per cent that only root may use.
- `mmpupdateinterval`: seconds, for protection against mounting twice.

Optional arguments, text:

- `journaldevice`: the device of an external journal, or UUID= or LABEL= of
  it.
- `label`, `uuid`, `lastmounteddir`, `creatoros`: what the superblock says.
- `fstype`: "ext2", "ext3" or "ext4".
- `usagetype`: a purpose that mke2fs knows, such as "news" or "largefile".

Optional arguments, switches:

- `forcecreate`: go on where mke2fs would refuse.
- `writesbandgrouponly`: write only the superblock and group descriptors.
- `lazyitableinit`, `lazyjournalinit`: leave zeroing to the first mount.
- `testfs`: mark it for tests of new code.
- `discard`: discard all blocks before.
- `extent`, `filetype`, `flexbg`, `hasjournal`, `journaldev`, `largefile`,
  `quota`, `resizeinode`, `sparsesuper`, `uninitbg`: turn this feature on
  or off.
- `quotatype`: accepted for both kinds of quota.""",
     examples=[
         example("part", "mke2fs /dev/sda1 blocksize:1024 fstype:ext4 label:x uuid:11111111-1111-1111-1111-111111111111", "vfs-uuid /dev/sda1",
                 prints="11111111-1111-1111-1111-111111111111"),
         example("part", "mke2fs /dev/sda1 fstype:ext4 hasjournal:false extent:true lazyitableinit:true stridesize:4", "tune2fs-l /dev/sda1 | grep features: | grep -c has_journal",
                 prints="0"),
         example("part", "mke2fs /dev/sda1 blocksize:1000",
                 error="invalid block size - 1000"),
         example("part", "mke2fs /dev/sda1 blockscount:-1",
                 error="blockscount must be >= 0", errno="EINVAL"),
         example("part", "part-del /dev/sda 1", "part-add /dev/sda p 2048 18431", "part-add /dev/sda p 18432 38911",
                 "mke2journal-L 1024 JOURNAL /dev/sda1", "mke2fs /dev/sda2 blocksize:1024 fstype:ext3 journaldevice:LABEL=JOURNAL",
                 "vfs-type /dev/sda2", prints="ext3"),
         example("part", "mke2fs /dev/sda1 journaldevice:LABEL=a,size=4",
                 error="has a comma", errno="EINVAL"),
         example("part", "mke2fs /dev/sda1 journaldevice:/etc/passwd",
                 error="/etc/passwd: is not a device", errno="EINVAL"),
         example("fs", "mke2fs /dev/sda1",
                 error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

call("mke2fs_J",
     [String("fstype"), Int("blocksize"), Device("device"), Device("journal")],
     RErr,
     since="1.0.68", impl="fs", deprecated=True, deprecated_by="mke2fs",
     brief="Make a filesystem with an external journal",
     doc="""\
As `mke2fs` with `fstype`, `blocksize` and the journal on `journal`.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 206847", "part-add /dev/sda p 206848 411647", "mke2journal 4096 /dev/sda2", "mke2fs-J ext3 4096 /dev/sda1 /dev/sda2", "tune2fs-l /dev/sda1 | grep -c '^Journal UUID'",
                 prints="1"),
     ])

call("mke2fs_JL",
     [String("fstype"), Int("blocksize"), Device("device"), String("label")],
     RErr,
     since="1.0.68", impl="fs", deprecated=True, deprecated_by="mke2fs",
     brief="Make a filesystem with an external journal, by label",
     doc="""\
As `mke2fs_J`; the journal is found by its `label`.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 206847", "part-add /dev/sda p 206848 411647",
                 "mke2journal-L 4096 jl /dev/sda2", "mke2fs-JL ext3 4096 /dev/sda1 jl", "vfs-type /dev/sda1", prints="ext3"),
         example("part", "mke2fs-JL ext3 4096 /dev/sda1 nope",
                 error="Could not find journal device matching LABEL=nope"),
     ])

call("mke2fs_JU",
     [String("fstype"), Int("blocksize"), Device("device"), String("uuid")],
     RErr,
     since="1.0.68", impl="fs", deprecated=True, deprecated_by="mke2fs",
     optgroup="linuxfsuuid",
     brief="Make a filesystem with an external journal, by UUID",
     doc="""\
As `mke2fs_J`; the journal is found by its `uuid`.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 206847", "part-add /dev/sda p 206848 411647", "mke2journal-U 4096 11111111-1111-1111-1111-111111111111 /dev/sda2", "mke2fs-JU ext3 4096 /dev/sda1 11111111-1111-1111-1111-111111111111", "tune2fs-l /dev/sda1 | grep '^Journal UUID'",
                 prints="Journal UUID: 11111111-1111-1111-1111-111111111111"),
     ])

call("mke2journal",
     [Int("blocksize"), Device("device")], RErr,
     since="1.0.68", impl="fs", deprecated=True, deprecated_by="mke2fs",
     brief="Make an external journal",
     doc="""\
Makes a journal for ext3/4, with blocks of `blocksize`, on `device`.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 206847", "part-add /dev/sda p 206848 411647", "mke2journal 4096 /dev/sda2", "vfs-type /dev/sda2",
                 prints="jbd"),
     ])

call("mke2journal_L",
     [Int("blocksize"), String("label"), Device("device")], RErr,
     since="1.0.68", impl="fs", deprecated=True, deprecated_by="mke2fs",
     brief="Make an external journal with a label",
     doc="""\
As `mke2journal`, with the label `label`.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 206847", "part-add /dev/sda p 206848 411647", "mke2journal-L 4096 jl /dev/sda2", "vfs-label /dev/sda2",
                 prints="jl"),
     ])

call("mke2journal_U",
     [Int("blocksize"), String("uuid"), Device("device")], RErr,
     since="1.0.68", impl="fs", deprecated=True, deprecated_by="mke2fs",
     optgroup="linuxfsuuid",
     brief="Make an external journal with a UUID",
     doc="""\
As `mke2journal`, with the UUID `uuid`.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 206847", "part-add /dev/sda p 206848 411647", "mke2journal-U 4096 11111111-1111-1111-1111-111111111111 /dev/sda2", "vfs-uuid /dev/sda2",
                 prints="11111111-1111-1111-1111-111111111111"),
     ])

call("mklost_and_found",
     [Pathname("mountpoint")], RErr,
     since="1.19.56", impl="fs",
     brief="Make the directory lost+found",
     doc="""\
Makes lost+found in the ext2/3/4 filesystem mounted at `mountpoint`, with
space set aside.""",
     examples=[
         example("fs", "rmdir /lost+found", "mklost-and-found /", "stat /lost+found | grep -E 'mode|^size'", prints="mode: 16832\nsize: 16384"),
         example("fs", "mklost-and-found /", error="/: lost+found: File exists", errno="EEXIST"),
     ])

call("resize2fs",
     [Device("device")], RErr,
     since="1.0.27", impl="fs",
     brief="Let an ext2/3/4 filesystem fill its device",
     doc="""\
Grows or shrinks the filesystem on `device` to the size of the device.  It
may be necessary to run `e2fsck` with `forceall` before.""",
     examples=[
         example("part", "mke2fs /dev/sda1 blockscount:20480 blocksize:1024", "resize2fs /dev/sda1", "tune2fs-l /dev/sda1 | grep '^Block count'",
                 prints="Block count: 1047552"),
         example("part", "resize2fs /dev/sda1",
                 error="e2fsck"),
     ])

call("resize2fs_M",
     [Device("device")], RErr,
     since="1.9.4", impl="fs",
     brief="Make an ext2/3/4 filesystem as small as it can be",
     doc="""\
Shrinks the filesystem on `device`; `vfs_minimum_size` tells how far that
would go.""",
     examples=[
         example("part", "mkfs ext2 /dev/sda1", "resize2fs-M /dev/sda1", "e2fsck /dev/sda1"),
     ])

call("resize2fs_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14", impl="fs",
     brief="Resize an ext2/3/4 filesystem",
     doc="""\
Makes the filesystem on `device` `size` bytes large.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1 blocksize:1024", "resize2fs-size /dev/sda1 50M", "tune2fs-l /dev/sda1 | grep '^Block count'",
                 prints="Block count: 51200"),
         example("part", "mkfs ext4 /dev/sda1", "resize2fs-size /dev/sda1 2G",
                 error="The containing partition (or device) is only"),
         example("part", "resize2fs-size /dev/sda1 1000",
                 error="1000: size must be a multiple of 1024", errno="EINVAL"),
     ])

call("set_e2attrs",
     [Pathname("file"), String("attrs")], RErr,
     opts=[OBool("clear")],
     since="1.17.31", impl="fileops",
     brief="Set or clear ext2 attributes of a file",
     doc="""\
Sets the attributes of `file` that the letters in `attrs` stand for; the
others stay.

Optional arguments:

- `clear`: clear them instead.""",
     examples=[
         example("tree", "set-e2attrs /hello i", "rm /hello",
                 error="/hello: Operation not permitted", errno="EPERM"),
         example("tree", "set-e2attrs /hello i", "set-e2attrs /hello i clear:true", "rm /hello"),
         example("tree", "set-e2attrs /hello z",
                 error="unknown file attribute 'z'", errno="EINVAL"),
         example("tree", "set-e2attrs /hello aa",
                 error="duplicate file attribute 'a'", errno="EINVAL"),
     ])

call("set_e2generation",
     [Pathname("file"), Int64("generation")], RErr,
     since="1.17.31", impl="fileops",
     brief="Set the ext2 generation of a file",
     doc="""\
Sets the generation number of `file`'s inode.""",
     examples=[
         example("part", "mkfs ext2 /dev/sda1", "mount /dev/sda1 /", "touch /x", "set-e2generation /x 1234", "get-e2generation /x",
                 prints="1234"),
         example("tree", "set-e2generation /hello -1",
                 error="-1: is not from 0 to 4294967295", errno="EINVAL"),
     ])

call("set_e2label",
     [Device("device"), String("label")], RErr,
     since="1.0.15", impl="fs", deprecated=True, deprecated_by="set_label",
     brief="Set the label of an ext2/3/4 filesystem",
     doc="""\
As `set_label` for `device`.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "set-e2label /dev/sda1 here", "get-e2label /dev/sda1",
                 prints="here"),
     ])

call("set_e2uuid",
     [Device("device"), String("uuid")], RErr,
     since="1.0.15", impl="fs", deprecated=True, deprecated_by="set_uuid",
     brief="Set the UUID of an ext2/3/4 filesystem",
     doc="""\
As `set_uuid` for `device`; `uuid` may also be "clear", "random" or "time".""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "set-e2uuid /dev/sda1 clear", "get-e2uuid /dev/sda1",
                 prints=""),
         example("part", "mkfs ext4 /dev/sda1", "set-e2uuid /dev/sda1 foo",
                 error="foo: is not a UUID"),
     ])

call("tune2fs",
     [Device("device")], RErr,
     opts=[OBool("force"), OInt("maxmountcount"), OInt("mountcount"),
           OString("errorbehavior"), OInt64("group"),
           OInt("intervalbetweenchecks"), OInt("reservedblockspercentage"),
           OString("lastmounteddirectory"), OInt64("reservedblockscount"),
           OInt64("user")],
     since="1.15.4", impl="fs",
     brief="Change parameters of an ext2/3/4 filesystem",
     doc="""\
Changes what the options name in the superblock on `device`.

Optional arguments:

- `force`: go on where tune2fs would refuse.
- `maxmountcount`: mounts after which a check is due, -1 for never.
- `mountcount`: mounts since the last check.
- `errorbehavior`: "continue", "remount-ro" or "panic".
- `group`, `user`: the numbers of those who may use reserved blocks.
- `intervalbetweenchecks`: seconds after which a check is due, 0 for never.
- `reservedblockspercentage`, `reservedblockscount`: blocks set aside.
- `lastmounteddirectory`: where it was mounted last.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "tune2fs /dev/sda1 maxmountcount:10 mountcount:3", "tune2fs-l /dev/sda1 | grep '[mM]ount count:'",
                 prints="Mount count: 3\nMaximum mount count: 10"),
         example("part", "mkfs ext4 /dev/sda1", "tune2fs /dev/sda1 intervalbetweenchecks:86400 errorbehavior:panic", "tune2fs-l /dev/sda1 | grep -E 'interval|Errors'",
                 prints="Errors behavior: Panic\nCheck interval: 86400 (1 day)"),
         example("part", "tune2fs /dev/sda1 errorbehavior:foo",
                 error="invalid errorbehavior parameter: foo", errno="EINVAL"),
         example("part", "tune2fs /dev/sda1 mountcount:-1",
                 error="mountcount cannot be negative", errno="EINVAL"),
         example("part", "tune2fs /dev/sda1",
                 error="nothing to change was given", errno="EINVAL"),
     ])

call("tune2fs_l",
     [Device("device")], RHashtable("superblock"),
     since="1.9.2", impl="fs",
     brief="Return the superblock of an ext2/3/4 filesystem",
     doc="""\
Returns pairs of a name and a value as tune2fs prints them for `device`.""",
     examples=[
         example("fs", "tune2fs-l /dev/sda1 | grep -E '^Filesystem (magic|OS)'",
                 prints="Filesystem magic number: 0xEF53\nFilesystem OS type: Linux"),
         example("part", "tune2fs-l /dev/sda1",
                 error="Bad magic number in super-block"),
     ])
