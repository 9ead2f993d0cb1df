# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only ext2, ext3 and ext4 have."""

from model import (
    call, group, Device, Int, Int64, OBool, OInt, OInt64, OString,
    Pathname, RErr, RHashtable, RInt64, RString, String)

group("ext")

call("e2fsck",
     [Device("device")], RErr,
     opts=[OBool("correct"), OBool("forceall")],
     since="1.15.17",
     brief="Check an ext2/3/4 filesystem",
     doc="""\
Checks the filesystem on `device`, which must not be mounted.  Without
options only what is safe is repaired; fails when errors remain.

Optional arguments:

- `correct`: answer yes to all questions of the checker.
- `forceall`: check even if the filesystem is marked clean.

The two cannot be used together.""")

call("e2fsck_f",
     [Device("device")], RErr,
     since="1.0.29", deprecated=True, deprecated_by="e2fsck",
     brief="Check an ext2/3/4 filesystem, even a clean one",
     doc="""\
As `e2fsck`, forced.""")

call("get_e2attrs",
     [Pathname("file")], RString("attrs"),
     since="1.17.31",
     brief="Return the ext2 attributes of a file",
     doc="""\
Returns the letters that lsattr(1) shows for `file`, such as "i" for
immutable, without dashes.""")

call("get_e2generation",
     [Pathname("file")], RInt64("generation"),
     since="1.17.31",
     brief="Return the ext2 generation of a file",
     doc="""\
Returns the generation number of `file`'s inode.""")

call("get_e2label",
     [Device("device")], RString("label"),
     since="1.0.15", deprecated=True, deprecated_by="vfs_label",
     brief="Return the label of an ext2/3/4 filesystem",
     doc="""\
As `vfs_label` for `device`.""")

call("get_e2uuid",
     [Device("device")], RString("uuid"),
     since="1.0.15", deprecated=True, deprecated_by="vfs_uuid",
     brief="Return the UUID of an ext2/3/4 filesystem",
     doc="""\
As `vfs_uuid` for `device`.""")

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
     since="1.19.44",
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
- `quotatype`: accepted for both kinds of quota.""")

call("mke2fs_J",
     [String("fstype"), Int("blocksize"), Device("device"), Device("journal")],
     RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     brief="Make a filesystem with an external journal",
     doc="""\
As `mke2fs` with `fstype`, `blocksize` and the journal on `journal`.""")

call("mke2fs_JL",
     [String("fstype"), Int("blocksize"), Device("device"), String("label")],
     RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     brief="Make a filesystem with an external journal, by label",
     doc="""\
As `mke2fs_J`; the journal is found by its `label`.""")

call("mke2fs_JU",
     [String("fstype"), Int("blocksize"), Device("device"), String("uuid")],
     RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     optgroup="linuxfsuuid",
     brief="Make a filesystem with an external journal, by UUID",
     doc="""\
As `mke2fs_J`; the journal is found by its `uuid`.""")

call("mke2journal",
     [Int("blocksize"), Device("device")], RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     brief="Make an external journal",
     doc="""\
Makes a journal for ext3/4, with blocks of `blocksize`, on `device`.""")

call("mke2journal_L",
     [Int("blocksize"), String("label"), Device("device")], RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     brief="Make an external journal with a label",
     doc="""\
As `mke2journal`, with the label `label`.""")

call("mke2journal_U",
     [Int("blocksize"), String("uuid"), Device("device")], RErr,
     since="1.0.68", deprecated=True, deprecated_by="mke2fs",
     optgroup="linuxfsuuid",
     brief="Make an external journal with a UUID",
     doc="""\
As `mke2journal`, with the UUID `uuid`.""")

call("mklost_and_found",
     [Pathname("mountpoint")], RErr,
     since="1.19.56",
     brief="Make the directory lost+found",
     doc="""\
Makes lost+found in the ext2/3/4 filesystem mounted at `mountpoint`, with
space set aside.""")

call("resize2fs",
     [Device("device")], RErr,
     since="1.0.27",
     brief="Let an ext2/3/4 filesystem fill its device",
     doc="""\
Grows or shrinks the filesystem on `device` to the size of the device.  It
may be necessary to run `e2fsck` with `forceall` before.""")

call("resize2fs_M",
     [Device("device")], RErr,
     since="1.9.4",
     brief="Make an ext2/3/4 filesystem as small as it can be",
     doc="""\
Shrinks the filesystem on `device`; `vfs_minimum_size` tells how far that
would go.""")

call("resize2fs_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14",
     brief="Resize an ext2/3/4 filesystem",
     doc="""\
Makes the filesystem on `device` `size` bytes large.""")

call("set_e2attrs",
     [Pathname("file"), String("attrs")], RErr,
     opts=[OBool("clear")],
     since="1.17.31",
     brief="Set or clear ext2 attributes of a file",
     doc="""\
Sets the attributes of `file` that the letters in `attrs` stand for; the
others stay.

Optional arguments:

- `clear`: clear them instead.""")

call("set_e2generation",
     [Pathname("file"), Int64("generation")], RErr,
     since="1.17.31",
     brief="Set the ext2 generation of a file",
     doc="""\
Sets the generation number of `file`'s inode.""")

call("set_e2label",
     [Device("device"), String("label")], RErr,
     since="1.0.15", deprecated=True, deprecated_by="set_label",
     brief="Set the label of an ext2/3/4 filesystem",
     doc="""\
As `set_label` for `device`.""")

call("set_e2uuid",
     [Device("device"), String("uuid")], RErr,
     since="1.0.15", deprecated=True, deprecated_by="set_uuid",
     brief="Set the UUID of an ext2/3/4 filesystem",
     doc="""\
As `set_uuid` for `device`; `uuid` may also be "clear", "random" or "time".""")

call("tune2fs",
     [Device("device")], RErr,
     opts=[OBool("force"), OInt("maxmountcount"), OInt("mountcount"),
           OString("errorbehavior"), OInt64("group"),
           OInt("intervalbetweenchecks"), OInt("reservedblockspercentage"),
           OString("lastmounteddirectory"), OInt64("reservedblockscount"),
           OInt64("user")],
     since="1.15.4",
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
- `lastmounteddirectory`: where it was mounted last.""")

call("tune2fs_l",
     [Device("device")], RHashtable("superblock"),
     since="1.9.2",
     brief="Return the superblock of an ext2/3/4 filesystem",
     doc="""\
Returns pairs of a name and a value as tune2fs prints them for `device`.""")
