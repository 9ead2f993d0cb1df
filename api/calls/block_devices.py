# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disks and other block devices, as devices and not by what they hold."""

from model import (
    call, example, group, BufferIn, Device, Int, Int64, OBool, OInt, OInt64,
    OString, Pathname, RBool, RBufferOut, RErr, RHashtable, RInt, RInt64,
    RString, RStringList, String)

group("block-devices")

call("blkid",
     [Device("device")], RHashtable("info"),
     since="1.15.9", impl="mount",
     brief="Return all that is recognized on a device",
     doc="""\
Returns the tags that blkid finds on `device`, such as TYPE, UUID, LABEL
and PARTUUID, as pairs of name and value.""",
     examples=[
         example("fs", "blkid /dev/sda1 | grep -E '^(DEVNAME|TYPE|USAGE|PART_ENTRY_(SCHEME|TYPE|NUMBER|OFFSET|SIZE)):'",
                 prints="DEVNAME: /dev/sda1\nTYPE: ext4\nUSAGE: filesystem\nPART_ENTRY_SCHEME: dos\nPART_ENTRY_TYPE: 0x83\nPART_ENTRY_NUMBER: 1\nPART_ENTRY_OFFSET: 2048\nPART_ENTRY_SIZE: 2095104"),
         example("part", "blkid /dev/sda | grep PTTYPE",
                 prints="PTTYPE: dos"),
         example("part", "blkid /dev/sda1 | grep -c ^TYPE:",
                 prints="0"),
     ])

call("blockdev_flushbufs",
     [Device("device")], RErr,
     since="1.9.3", impl="mount",
     brief="Write out and drop the buffers of a device",
     doc="""\
Makes the kernel write what it has buffered for `device` and forget the
rest.""",
     examples=[
         example("fs", "blockdev-flushbufs /dev/sda1"),
     ])

call("blockdev_getbsz",
     [Device("device")], RInt("blocksize"),
     since="1.9.3", impl="mount",
     brief="Return the block size of a device",
     doc="""\
Returns the size of the blocks, in bytes, in which the kernel buffers
`device`.  It has nothing to do with the filesystem on it.""",
     examples=[
         example("part", "blockdev-getbsz /dev/sda",
                 prints="4096"),
     ])

call("blockdev_getro",
     [Device("device")], RBool("ro"),
     since="1.9.3", impl="mount",
     brief="Tell whether a device is read-only",
     doc="""\
Returns true if the kernel refuses writes to the block device `device`.  A
drive that was added read-only still gives false where the changes go to a
throw-away layer.""",
     examples=[
         example("part", "blockdev-getro /dev/sda", prints="false"),
         example("part", "blockdev-getro /dev/sda1", prints="false"),
     ])

call("blockdev_getsize64",
     [Device("device")], RInt64("sizeinbytes"),
     since="1.9.3", impl="mount",
     brief="Return the size of a device in bytes",
     doc="""\
Returns the size of the block device `device` in bytes.""",
     examples=[
         example("part", "blockdev-getsize64 /dev/sda", prints="1073741824"),
         example("part", "blockdev-getsize64 /dev/sda1", prints="1072693248"),
         example("part", "blockdev-getsize64 /dev/vda", prints="1073741824"),
         example("part", "blockdev-getsize64 /dev/sdb",
                 error="/dev/sdb: No such file or directory", errno="ENOENT"),
         example("part", "blockdev-getsize64 /dev/null", error="/dev/null"),
         example("part", "blockdev-getsize64 /dev/../etc/passwd",
                 error="blockdev_getsize64"),
         example("part", "blockdev-getsize64 sda", error="sda"),
     ])

call("blockdev_getss",
     [Device("device")], RInt("sectorsize"),
     since="1.9.3", impl="mount",
     brief="Return the sector size of a device",
     doc="""\
Returns the size of a logical sector of `device` in bytes, usually 512, and
4096 for disks that were added so.""",
     examples=[
         example("part", "blockdev-getss /dev/sda", prints="512"),
         example("none", "!truncate -s 64M big.raw",
                 "add big.raw format:raw blocksize:4096", "run",
                 "blockdev-getss /dev/sda", prints="4096"),
     ])

call("blockdev_getsz",
     [Device("device")], RInt64("sizeinsectors"),
     since="1.9.3", impl="mount",
     brief="Return the size of a device in sectors",
     doc="""\
Returns the size of `device` in units of 512 bytes, whatever the device's
own sector size is.  `blockdev_getsize64` is easier to use right.""",
     examples=[
         example("part", "blockdev-getsz /dev/sda", prints="2097152"),
         example("part", "blockdev-getsz /dev/sda1", prints="2095104"),
     ])

call("blockdev_rereadpt",
     [Device("device")], RErr,
     since="1.9.3", impl="mount",
     brief="Read the partition table of a disk again",
     doc="""\
Makes the session look at the table on `device` again, so that the
partitions appear.  The part_* calls do this by themselves; it is for
programs that write a table as bytes.""",
     examples=[
         example("part", "zero /dev/sda", "blockdev-rereadpt /dev/sda", "list-partitions",
                 prints=""),
         example("part", "blockdev-rereadpt /dev/sda1",
                 error="/dev/sda1: is not a whole disk", errno="EINVAL"),
     ])

call("blockdev_setbsz",
     [Device("device"), Int("blocksize")], RErr,
     since="1.9.3", impl="mount", deprecated=True,
     brief="Set the block size of a device",
     doc="""\
The setting has no effect.""",
     examples=[
         example("part", "blockdev-setbsz /dev/sda 1024"),
         example("part", "blockdev-setbsz /dev/sda 1000",
                 error="/dev/sda: Invalid argument", errno="EINVAL"),
     ])

call("blockdev_setra",
     [Device("device"), Int("sectors")], RErr,
     since="1.29.10", impl="mount",
     brief="Set how far the kernel reads ahead",
     doc="""\
Sets the read-ahead of `device` to `sectors` units of 512 bytes.  It is
refused where the session's kernel is the host's, which would keep the
setting.""",
     examples=[
         example("part", "blockdev-setra /dev/sda 512", needs="own-kernel"),
         example("part", "blockdev-setra /dev/sda -1",
                 error="readahead sectors must be >= 0"),
     ])

call("blockdev_setro",
     [Device("device")], RErr,
     since="1.9.3", impl="mount",
     brief="Make a device read-only",
     doc="""\
Makes the kernel refuse writes to `device`, until `blockdev_setrw`.  For a
whole disk it is refused where the session's kernel is the host's, which
would keep the setting; a drive can be added read-only instead.""",
     examples=[
         example("part", "blockdev-setro /dev/sda1", "blockdev-getro /dev/sda1",
                 prints="true"),
         example("part", "blockdev-setro /dev/sda1", "mkfs ext4 /dev/sda1",
                 error="/dev/sda1"),
     ])

call("blockdev_setrw",
     [Device("device")], RErr,
     since="1.9.3", impl="mount",
     brief="Make a device writable",
     doc="""\
Undoes `blockdev_setro`.  A drive that was added read-only stays so.""",
     examples=[
         example("part", "blockdev-setro /dev/sda1", "blockdev-setrw /dev/sda1", "blockdev-getro /dev/sda1",
                 prints="false"),
     ])

call("canonical_device_name",
     [String("device")], RString("canonical"),
     since="1.19.7", impl="client",
     brief="Return the usual name of a device",
     doc="""\
Devices have more than one name.  This turns /dev/vda, /dev/hda and the
like into /dev/sda, and the mapper name of a logical volume,
/dev/mapper/VG-LV, into /dev/VG/LV.  Other names are returned as they are.
The device need not exist, nor a session; a volume is known by a session only.""",
     examples=[
         example("part", "canonical-device-name /dev/vda1", prints="/dev/sda1"),
         example("part", "canonical-device-name /dev/hdc3", prints="/dev/sdc3"),
         example("part", "canonical-device-name /dev/xvdb", prints="/dev/sdb"),
         example("part", "canonical-device-name /dev/sda", prints="/dev/sda"),
         example("part", "canonical-device-name /dev/mapper/some-name",
                 prints="/dev/mapper/some-name"),
     ])

call("copy_device_to_device",
     [Device("src"), Device("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", impl="fileops", progress=True,
     brief="Copy from one device to another",
     doc="""\
Copies `src` to `dest`, up to the end of the shorter one.

Optional arguments:

- `srcoffset`, `destoffset`: where to begin in the source and destination.
- `size`: how many bytes; an error if the source has fewer.
- `sparse`: blocks of zeroes are not written; the destination should be
  zero.
- `append`: must not be true for a device.""",
     examples=[
         example("part", 'pwrite-device /dev/sda "hello" 0', "copy-device-to-device /dev/sda /dev/sda1 size:512 destoffset:7", "pread-device /dev/sda1 5 7",
                 prints="hello"),
         example("part", "copy-device-to-device /dev/sda /dev/sda1 append:true",
                 error="the append flag cannot be set for this call", errno="EINVAL"),
         example("part", "copy-device-to-device /dev/sda /dev/sda1",
                 error="/dev/sda1: has 1072693248 bytes, too few", errno="ENOSPC"),
         example("part", "copy-device-to-device /dev/sda1 /dev/sda size:2G",
                 error="/dev/sda1: input too short: 1072693248 bytes"),
         example("part", "copy-device-to-device /dev/sda1 /dev/sda srcoffset:100G", error="is behind its end", errno="EINVAL"),
        example("part", "copy-device-to-device /dev/sda1 /dev/sda srcoffset:-1",
                 error="srcoffset is negative", errno="EINVAL"),
     ])

call("copy_device_to_file",
     [Device("src"), Pathname("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", impl="fileops", progress=True,
     brief="Copy from a device to a file",
     doc="""\
Copies `src` to the file `dest`, which is made if it does not exist.

Optional arguments:

- `srcoffset`, `destoffset`: where to begin in the source and destination.
- `size`: how many bytes; by default all up to the end of the device.
- `sparse`: blocks of zeroes become holes.
- `append`: write at the end of the file.""",
     examples=[
         example("fs", "copy-device-to-file /dev/sda /mbr size:512", "filesize /mbr",
                 prints="512"),
         example("fs", "copy-device-to-file /dev/sda /mbr size:512", "copy-device-to-file /dev/sda /mbr size:512 append:true", "filesize /mbr",
                 prints="1024"),
         example("fs", "copy-device-to-file /dev/sda /part size:100M srcoffset:900M sparse:true", "du /part",
                 prints="0"),
         example("fs", "write /f text", "-copy-device-to-file /dev/sda /f srcoffset:2G", "cat /f", prints="text"),
         example("tree", "copy-device-to-file /dev/sda /dir",
                 error="/dir: Is a directory", errno="EISDIR"),
     ])

call("copy_file_to_device",
     [Pathname("src"), Device("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", impl="fileops", progress=True,
     brief="Copy from a file to a device",
     doc="""\
Copies the file `src` to `dest`, which must be large enough.

Optional arguments:

- `srcoffset`, `destoffset`: where to begin in the source and destination.
- `size`: how many bytes; by default all up to the end of the file.
- `sparse`: blocks of zeroes are not written; the device should be zero.
- `append`: must not be true for a device.""",
     examples=[
         example("tree", "part-add /dev/sda p 40 80", "copy-file-to-device /hello /dev/sda2 destoffset:1", "pread-device /dev/sda2 5 1",
                 prints="hello"),
         example("tree", "part-add /dev/sda p 40 80", "copy-file-to-device /abc /dev/sda2",
                 error="/dev/sda2: has 20992 bytes, too few", errno="ENOSPC"),
         example("tree", "copy-file-to-device /nope /dev/sda",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("device_index",
     [Device("device")], RInt("index"),
     since="1.19.7", impl="mount",
     brief="Return the number of a disk",
     doc="""\
Returns the place of `device`, which must be a whole disk such as /dev/sdb,
in the list of disks: 0 for the first.  Fails with the errno EINVAL or
ENOENT if there is no such disk.""",
     examples=[
         example("part", "device-index /dev/sda", prints="0"),
         example("none", "add /dev/null", "add /dev/null", "run",
                 "device-index /dev/sdb", prints="1"),
         example("part", "device-index /dev/sda1",
                 error="/dev/sda1: device not found"),
     ])

call("device_name",
     [Int("index")], RString("name"),
     since="1.49.1", impl="mount",
     brief="Return the name of the disk with a number",
     doc="""\
Returns the name of disk number `index`, where 0 is the first.  It is the
opposite of `device_index`.""",
     examples=[
         example("part", "device-name 0",
                 prints="/dev/sda"),
         example("part", "device-name 1",
                 error="1: there is no disk with that number", errno="EINVAL"),
         example("part", "device-name -1",
                 error="there is no disk", errno="EINVAL"),
     ])

call("disk_create",
     [String("filename"), String("format"), Int64("size")], RErr,
     opts=[OString("backingfile"), OString("backingformat"),
           OString("preallocation"), OString("compat"), OInt("clustersize")],
     since="1.25.31", impl="client",
     brief="Make a new disk image on the host",
     doc="""\
Makes the disk image `filename` on the host (not in the guest) with the
format `format`, "raw" or "qcow2", and a size of `size` bytes.  The program
and not the session does this, so it works before launch.  A file that
exists is overwritten, but not one that a virtual machine or a session is
using.

Optional arguments:

- `backingfile`: qcow2 only; an image of which this one holds the changes.
  `size` may be -1, then it is that of the backing file.
- `backingformat`: the format of the backing file; it should always be
  given.
- `preallocation`: "off" or "sparse" (the default), "metadata" (qcow2), or
  "full".
- `compat`: qcow2 only; "0.10" or "1.1", the version of the format.
- `clustersize`: qcow2 only; the size of clusters in bytes, a power of two.""",
     examples=[
         example("none", "disk-create x.raw raw 10M", "!stat -c %s x.raw",
                 prints="10485760"),
         example("none", "disk-create x.raw raw 1M preallocation:full",
                 "!stat -c %b x.raw", prints="2048"),
         example("none", "disk-create x.qcow2 qcow2 1G", "add x.qcow2", "run",
                 "blockdev-getsize64 /dev/sda", prints="1073741824"),
         example("none", "disk-create base.raw raw 3M", "disk-create x.qcow2 qcow2 -1 "
                 "backingfile:base.raw backingformat:raw",
                 "disk-virtual-size x.qcow2", prints="3145728"),
         example("none", "disk-create x.vmdk vmdk 1M",
                 error="unsupported format ‘vmdk’"),
         example("none", "disk-create x.raw raw 0", error="invalid size: 0"),
         example("none", "disk-create nowhere/x.raw raw 1M",
                 error="cannot create raw file: nowhere/x.raw: No such file"),
         example("none", "disk-create x raw 1M clustersize:512",
                 error="clustersize parameter cannot be used with raw format"),
     ])

call("disk_format",
     [String("filename")], RString("format"),
     since="1.19.38", impl="client",
     brief="Return the format of a disk image on the host",
     doc="""\
Detects the format of the host file `filename`, such as "raw" or "qcow2".
Do not trust it for images that a guest could have written as raw.""",
     examples=[
         example("none", "disk-create x raw 1M", "disk-format x", prints="raw"),
         example("none", "disk-create x qcow2 1M", "disk-format x", prints="qcow2"),
         example("none", "!qemu-img create -q -f vmdk x 1M", "disk-format x",
                 prints="vmdk", needs="tool:qemu-img"),
         example("none", "disk-format nowhere", error="nowhere", errno="ENOENT"),
     ])

call("disk_has_backing_file",
     [String("filename")], RBool("backingfile"),
     since="1.19.39", impl="client",
     brief="Tell whether a disk image has a backing file",
     doc="""\
Returns true if the host file `filename` holds only the changes to another
image.""",
     examples=[
         example("none", "disk-create x qcow2 1M", "disk-has-backing-file x",
                 prints="false"),
         example("none", "disk-create base raw 1M",
                 "disk-create x qcow2 -1 backingfile:base backingformat:raw",
                 "disk-has-backing-file x", prints="true"),
     ])

call("disk_virtual_size",
     [String("filename")], RInt64("size"),
     since="1.19.39", impl="client",
     brief="Return the size of the disk in an image",
     doc="""\
Returns the size in bytes that a guest sees of the disk in the host file
`filename`.""",
     examples=[
         example("none", "disk-create x qcow2 3G", "disk-virtual-size x",
                 prints="3221225472"),
         example("none", "disk-virtual-size nowhere", error="nowhere"),
     ])

call("findfs_label",
     [String("label")], RString("device"),
     since="1.5.3", impl="mount",
     brief="Find a filesystem by its label",
     doc="""\
Returns the device whose filesystem has the label `label`.""",
     examples=[
         example("part", "mkfs ext2 /dev/sda1 label:here", "findfs-label here",
                 prints="/dev/sda1"),
         example("fs", "findfs-label nope",
                 error="unable to resolve 'LABEL=nope'"),
         example("fs", 'findfs-label ""',
                 error="unable to resolve"),
     ])

call("findfs_partlabel",
     [String("label")], RString("device"),
     since="1.53.5", impl="mount",
     brief="Find a partition by its name",
     doc="""\
Returns the device of the GPT partition with the name `label`.""",
     examples=[
         example("empty", "part-disk /dev/sda gpt", "part-set-name /dev/sda 1 data", "findfs-partlabel data",
                 prints="/dev/sda1"),
         example("part", "findfs-partlabel data",
                 error="unable to resolve 'PARTLABEL=data'"),
     ])

call("findfs_partuuid",
     [String("uuid")], RString("device"),
     since="1.53.5", impl="mount",
     brief="Find a partition by its UUID",
     doc="""\
Returns the device of the partition with the UUID `uuid`.""",
     examples=[
         example("part", 'pwrite-device /dev/sda "\\x78\\x56\\x34\\x12" 440', "findfs-partuuid 12345678-01",
                 prints="/dev/sda1"),
         example("part", "findfs-partuuid 11111111-1111-1111-1111-111111111111",
                 error="unable to resolve 'PARTUUID="),
     ])

call("findfs_uuid",
     [String("uuid")], RString("device"),
     since="1.5.3", impl="mount",
     brief="Find a filesystem by its UUID",
     doc="""\
Returns the device whose filesystem has the UUID `uuid`.""",
     examples=[
         example("part", "mkswap /dev/sda1 uuid:11111111-1111-1111-1111-111111111111", "findfs-uuid 11111111-1111-1111-1111-111111111111",
                 prints="/dev/sda1"),
         example("fs", "findfs-uuid 11111111-1111-1111-1111-111111111111",
                 error="unable to resolve 'UUID=11111111-1111-1111-1111-111111111111'"),
     ])

call("is_whole_device",
     [Device("device")], RBool("flag"),
     since="1.21.9", impl="mount",
     brief="Tell whether a device is a whole disk",
     doc="""\
Returns true if `device` is one of the session's disks, such as /dev/sda,
and false if it is a partition or any other device such as a logical
volume.""",
     examples=[
         example("part", "is-whole-device /dev/sda", prints="true"),
         example("part", "is-whole-device /dev/sda1", prints="false"),
         example("part", "is-whole-device /dev/sdb",
                 error="/dev/sdb: No such file or directory", errno="ENOENT"),
     ])

call("list_devices",
     [], RStringList("devices"),
     since="0.0.4", impl="mount",
     brief="List the disks",
     doc="""\
Returns the names of all disks of the session, /dev/sda, /dev/sdb and so
on, in the order in which the drives were added.  Partitions and logical
volumes are not listed; see `list_partitions`.""",
     examples=[
         example("empty", "list-devices", prints="/dev/sda"),
         example("none", "add /dev/null", "add /dev/null", "add /dev/null", "run",
                 "list-devices", prints="/dev/sda\n/dev/sdb\n/dev/sdc"),
         example("none", "list-devices",
                 error="call launch before using this function", errno="0"),
     ])

call("list_disk_labels",
     [], RHashtable("labels"),
     since="1.19.49", impl="mount",
     brief="List the labels of drives",
     doc="""\
Returns pairs of a label, as it was given to `add_drive` or is that of one
of the drive's partitions (the label followed by the number), and the
device that has it.""",
     examples=[
         example("empty", "list-disk-labels", prints=""),
         example("none", "add /dev/null label:first", "add /dev/null",
                 "add /dev/null label:third", "run", "list-disk-labels",
                 prints="first: /dev/sda\nthird: /dev/sdc"),
     ])

call("max_disks",
     [], RInt("disks"),
     since="1.19.7", impl="client", blocking=False,
     brief="Return how many drives can be added",
     doc="""\
Returns the largest number of drives that one session can have.""",
     examples=[
         example("none", "max-disks", prints="255"),
     ])

call("nr_devices",
     [], RInt("nrdisks"),
     since="1.19.15", impl="mount",
     brief="Return the number of disks",
     doc="""\
Returns how many disks the session has, which is the length of the list
that `list_devices` returns.""",
     examples=[
         example("empty", "nr-devices", prints="1"),
         example("none", "add /dev/null", "add /dev/null", "run", "nr-devices",
                 prints="2"),
     ])

call("pread_device",
     [Device("device"), Int("count"), Int64("offset")], RBufferOut("content"),
     since="1.5.21", impl="fileops",
     brief="Read a part of a device",
     doc="""\
Reads up to `count` bytes of `device`, beginning at byte `offset`.  The
answer is shorter only at the end of the device.  As with `pread`, the size
of a message limits `count`.""",
     examples=[
         example("fs", 'pwrite-device /dev/sda "hello" 1048571', "pread-device /dev/sda 7 1048571 | head -c 5",
                 prints="hello"),
         example("part", "pread-device /dev/sda 2 510 | od -An -tx1",
                 prints=" 55 aa"),
         example("part", "pread-device /dev/sda 8 1073741820 | wc -c",
                 prints="4"),
         example("part", "pread-device /dev/sda 8 99999999999 | wc -c",
                 prints="0"),
         example("part", "pread-device /dev/sda 2147483647 1073741823 | wc -c",
                 prints="1"),
         example("part", "pread-device /dev/sda -1 0",
                 error="count is negative", errno="EINVAL"),
         example("part", "pread-device /dev/sda 1 -1",
                 error="offset is negative", errno="EINVAL"),
         example("part", "pread-device /dev/sdb 1 0",
                 error="/dev/sdb: No such file or directory", errno="ENOENT"),
     ])

call("pwrite_device",
     [Device("device"), BufferIn("content"), Int64("offset")], RInt("nbytes"),
     since="1.5.20", impl="fileops",
     brief="Write into a device at an offset",
     doc="""\
Writes the bytes of `content` to `device`, beginning at byte `offset`, and
returns how many were written.""",
     examples=[
         example("part", 'pwrite-device /dev/sda1 "hello" 100',
                 prints="5"),
         example("part", 'pwrite-device /dev/sda "hello" 1073741822',
                 prints="2"),
         example("part", 'pwrite-device /dev/sda "hello" 1073741824',
                 error="pwrite: /dev/sda: No space left on device", errno="ENOSPC"),
         example("part", 'pwrite-device /dev/sda "hello" -1',
                 error="offset is negative", errno="EINVAL"),
     ])
