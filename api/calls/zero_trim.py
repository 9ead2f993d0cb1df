# SPDX-License-Identifier: LGPL-3.0-or-later
"""Zeroes, discards and the removal of what was there."""

from model import call, example, group, Device, OInt64, Pathname, RBool, RErr

group("zero-wipe-trim")

call("blkdiscard",
     [Device("device")], RErr,
     since="1.25.44", impl="fs", optgroup="blkdiscard",
     brief="Discard all data of a device",
     doc="""\
Tells the storage below that nothing on `device` is needed any more.  All
data is lost.  The drive must have been added with `discard` enabled.""",
     examples=[
         example("part", "blkdiscard /dev/sda1"),
         example("fs", "blkdiscard /dev/sda1",
                 error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

call("blkdiscardzeroes",
     [Device("device")], RBool("zeroes"),
     since="1.25.44", impl="fs", optgroup="blkdiscardzeroes",
     brief="Tell whether discarded blocks read as zeroes",
     doc="""\
Returns true if blocks of `device` are known to be zero after `blkdiscard`.""",
     examples=[
         example("part", "blkdiscardzeroes /dev/sda1",
                 prints="false"),
     ])

call("fstrim",
     [Pathname("mountpoint")], RErr,
     opts=[OInt64("offset"), OInt64("length"), OInt64("minimumfreeextent")],
     since="1.19.6", impl="mount", optgroup="fstrim",
     brief="Give unused blocks of a filesystem back",
     doc="""\
Discards the blocks that the filesystem mounted at `mountpoint` does not
use, so that the image can shrink.  The drive must have been added with
`discard` enabled.

Optional arguments:

- `offset`: trim only beyond this byte of the filesystem.
- `length`: trim only this many bytes.
- `minimumfreeextent`: leave free areas alone that are smaller than this.""",
     examples=[
         example("fs", "fill 1 20000000 /f", "sync", "rm /f", "fstrim /",
                 "!echo $(($(stat -c %b disk.raw) < 30000))", prints="1"),
         example("fs", "fstrim / length:0",
                 error="length <= 0", errno="EINVAL"),
         example("fs", "fstrim / offset:-1",
                 error="offset < 0", errno="EINVAL"),
         example("fs", "fstrim /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "fstrim /hello",
                 error="/hello: Not a directory", errno="ENOTDIR"),
     ])

call("is_zero",
     [Pathname("path")], RBool("zeroflag"),
     since="1.11.8", impl="fileops",
     brief="Tell whether a file holds only zero bytes",
     doc="""\
Returns true if every byte of the file `path` is zero; an empty file
counts.  Holes are zero without being read.""",
     examples=[
         example("tree", "is-zero /zeros", prints="true"),
         example("tree", "is-zero /empty", prints="true"),
         example("tree", "is-zero /hello", prints="false"),
         example("tree", "is-zero /nope", error="open: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "is-zero /dir", error="read: /dir: Is a directory", errno="EISDIR"),
     ])

call("is_zero_device",
     [Device("device")], RBool("zeroflag"),
     since="1.11.8", impl="fileops",
     brief="Tell whether a device holds only zero bytes",
     doc="""\
Returns true if every byte of `device` is zero.  The whole device may have
to be read.""",
     examples=[
         example("empty", "is-zero-device /dev/sda",
                 prints="true"),
         example("part", "is-zero-device /dev/sda",
                 prints="false"),
         example("part", "is-zero-device /dev/sda1",
                 prints="true"),
     ])

call("scrub_device",
     [Device("device")], RErr,
     since="1.0.52", impl="fs", optgroup="scrub",
     brief="Overwrite a device with patterns",
     doc="""\
Writes patterns over all of `device`, so that old data is hard to recover
even from the medium.  For disk images `zero_device` is as good and faster.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 4095", "mkfs ext2 /dev/sda1", "scrub-device /dev/sda1",
                 "scrub-device /dev/sda1", "vfs-type /dev/sda1", prints="", needs="tool:scrub"),
         example("fs", "scrub-device /dev/sda1", error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

call("scrub_file",
     [Pathname("file")], RErr,
     since="1.0.52", impl="fs", optgroup="scrub",
     brief="Overwrite and remove a file",
     doc="""\
Writes patterns over the contents of `file` and then removes it.""",
     examples=[
         example("fs", "fill 65 10000 /f", "scrub-file /f", "exists /f", prints="false", needs="tool:scrub"),
         example("fs", "touch /f", "scrub-file /f", "exists /f", prints="false", needs="tool:scrub"),
         example("fs", "write /f gone", "ln-s f /l", "scrub-file /l", "ls /", prints="l\nlost+found", needs="tool:scrub"),
         example("fs", "mkdir /d", "scrub-file /d", error="/d", needs="tool:scrub"),
         example("fs", "scrub-file /nope", error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("scrub_freespace",
     [Pathname("dir")], RErr,
     since="1.0.52", impl="fs", optgroup="scrub",
     brief="Overwrite the free space of a filesystem",
     doc="""\
Makes the new directory `dir`, fills it with files of patterns until the
filesystem is full, and removes them.""",
     examples=[
         example("empty", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 22527", "mkfs ext4 /dev/sda1", "mount /dev/sda1 /",
                 "write /f kept", "scrub-freespace /dir", "ls /", prints="f\nlost+found", needs="tool:scrub"),
         example("fs", "mkdir /d", "scrub-freespace /d", error="/d: File exists", errno="EEXIST"),
     ])

call("wipefs",
     [Device("device")], RErr,
     since="1.17.6", impl="fs", optgroup="wipefs",
     brief="Remove the signatures of filesystems from a device",
     doc="""\
Erases the magic bytes by which filesystems, RAID, LVM and partition tables
are recognized on `device`.  The data itself stays, but it is no longer
found.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "wipefs /dev/sda1", "vfs-type /dev/sda1",
                 prints=""),
         example("part", "wipefs /dev/sda", "list-partitions",
                 prints=""),
         example("fs", "wipefs /dev/sda1",
                 error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

call("zero",
     [Device("device")], RErr,
     since="1.0.16", impl="fileops", progress=True,
     brief="Write zeroes over the start of a device",
     doc="""\
Overwrites the first blocks of `device`, enough to destroy a partition
table or a filesystem's superblock, but not the rest: see `zero_device` and
`wipefs`.""",
     examples=[
         example("fs", "umount /", "zero /dev/sda1", "vfs-type /dev/sda1",
                 prints=""),
         example("fs", "umount /", "zero /dev/sda1", "is-zero-device /dev/sda1",
                 prints="false"),
         example("part", "zero /dev/sda", "is-zero-device /dev/sda",
                 prints="true"),
     ])

call("zero_device",
     [Device("device")], RErr,
     since="1.3.1", impl="fileops", progress=True,
     brief="Write zeroes over a whole device",
     doc="""\
Makes every byte of `device` zero.  Blocks that are zero already are not
written, so a sparse image does not grow.""",
     examples=[
         example("fs", "umount /", "zero-device /dev/sda1", "is-zero-device /dev/sda1",
                 prints="true"),
         example("fs", "umount /", "zero-device /dev/sda1", "part-list /dev/sda | grep -c part_num",
                 prints="1"),
     ])

call("zero_free_space",
     [Pathname("directory")], RErr,
     since="1.17.18", impl="fileops", progress=True,
     brief="Write zeroes over the free space of a filesystem",
     doc="""\
Fills the free space of the filesystem that holds `directory` with zeroes
and gives it back, so that the image compresses well.  `fstrim` and
`zerofree` are faster where they can be used.""",
     examples=[
         example("part", "mke2fs /dev/sda1 blockscount:8192 blocksize:1024",
                 'pwrite-device /dev/sda1 "leftover" 8000000', "mount /dev/sda1 /",
                 "zero-free-space /", "umount /",
                 "pread-device /dev/sda1 8 8000000 | grep -c leftover",
                 prints="0"),
         example("part", "mke2fs /dev/sda1 blockscount:8192 blocksize:1024", "mount /dev/sda1 /", "zero-free-space /", "touch /x", "ls /",
                 prints="lost+found\nx"),
         example("tree", "zero-free-space /hello",
                 error="/hello: Not a directory", errno="ENOTDIR"),
     ])

call("zerofree",
     [Device("device")], RErr,
     since="1.0.26", impl="fs", optgroup="zerofree",
     brief="Write zeroes over unused blocks of an ext2/3/4 filesystem",
     doc="""\
Zeroes the blocks that the filesystem on `device` does not use.  It must
not be mounted, and should be sound.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "zerofree /dev/sda1"),
         example("part", "zerofree /dev/sda1",
                 error="failed to open filesystem /dev/sda1"),
         example("fs", "zerofree /dev/sda1",
                 error="/dev/sda1 is mounted", errno="EBUSY"),
     ])
