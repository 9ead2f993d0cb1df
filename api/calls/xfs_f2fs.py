# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only XFS and f2fs have."""

from model import (
    call, example, group, DevOrPath, Device, OBool, OInt, OInt64, OString, Pathname,
    RErr, RHashtable, RInt, RStruct)

group("f2fs")

call("f2fs_expand",
     [Device("device")], RErr,
     since="1.39.3", impl="fs", optgroup="f2fs",
     brief="Let an f2fs filesystem fill its device",
     doc="""\
Grows the f2fs filesystem on `device` to the size of the device.""",
     examples=[
         example("empty", "part-init /dev/sda gpt", "part-add /dev/sda p 2048 206847", "mkfs f2fs /dev/sda1",
                 "part-resize /dev/sda 1 1000000", "f2fs-expand /dev/sda1", "fsck f2fs /dev/sda1", prints="0", needs="tool:resize.f2fs"),
         example("part", "mkfs ext4 /dev/sda1", "f2fs-expand /dev/sda1", error="resize.f2fs", needs="tool:resize.f2fs"),
         example("fs", "f2fs-expand /dev/sda1", error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

group("xfs")

call("xfs_admin",
     [Device("device")], RErr,
     opts=[OBool("extunwritten"), OBool("imgfile"), OBool("v2log"),
           OBool("projid32bit"), OBool("lazycounter"), OString("label"),
           OString("uuid")],
     since="1.19.33", impl="fs", optgroup="xfs",
     brief="Change parameters of an XFS filesystem",
     doc="""\
Changes what the options name on `device`, which must not be mounted.

Optional arguments:

- `extunwritten`: turn unwritten extents on; they cannot be turned off.
- `imgfile`: the device is a file with an image.
- `v2log`: use logs of version 2.
- `projid32bit`: use project numbers of 32 bits.
- `lazycounter`: turn lazy counters on or off.
- `label`: the new label; "--" removes it.
- `uuid`: the new UUID, or "generate", "nil" or "restore".""",
     examples=[
         example("empty", "mkfs xfs /dev/sda", "xfs-admin /dev/sda label:new", "vfs-label /dev/sda", prints="new"),
         example("empty", "mkfs xfs /dev/sda label:old", "xfs-admin /dev/sda label:--", "vfs-label /dev/sda", prints=""),
         example("empty", "mkfs xfs /dev/sda", "xfs-admin /dev/sda uuid:01234567-89ab-cdef-0123-456789abcdef", "vfs-uuid /dev/sda",
                 prints="01234567-89ab-cdef-0123-456789abcdef"),
         example("empty", "mkfs xfs /dev/sda", "xfs-admin /dev/sda uuid:nonsense", error="nonsense: is not a UUID", errno="EINVAL"),
         example("empty", "mkfs xfs /dev/sda", "xfs-admin /dev/sda extunwritten:true v2log:true projid32bit:true",
                 error="Cannot change projid32bit on v5 superblocks"),
         example("empty", "mkfs xfs /dev/sda", "xfs-admin /dev/sda extunwritten:true"),
         example("empty", "mkfs xfs /dev/sda", "xfs-admin /dev/sda label:thirteen-byte", error="xfs labels are limited to 12 bytes",
                 errno="EINVAL"),
         example("empty", "mkfs xfs /dev/sda", "xfs-admin /dev/sda", error="nothing to change was given", errno="EINVAL"),
         example("empty", "mkfs xfs /dev/sda", "mount /dev/sda /", "xfs-admin /dev/sda label:x", error="/dev/sda is mounted",
                 errno="EBUSY", needs="xfs"),
         example("part", "xfs-admin /dev/sda1 label:x", error="xfs_db"),
     ])

call("xfs_growfs",
     [Pathname("path")], RErr,
     opts=[OBool("datasec"), OBool("logsec"), OBool("rtsec"),
           OInt64("datasize"), OInt64("logsize"), OInt64("rtsize"),
           OInt64("rtextsize"), OInt("maxpct")],
     since="1.19.28", impl="fs", optgroup="xfs",
     brief="Let an XFS filesystem grow",
     doc="""\
Grows the filesystem mounted at `path`.  XFS cannot shrink.

Optional arguments:

- `datasec`, `logsec`, `rtsec`: grow the data, log or realtime section.
- `datasize`, `logsize`, `rtsize`: the section's new size in filesystem
  blocks.
- `rtextsize`: the size of realtime extents in blocks.
- `maxpct`: per cent of the space that inodes may take.""",
     examples=[
         example("empty", "part-init /dev/sda gpt", "part-add /dev/sda p 2048 1048575", "mkfs xfs /dev/sda1",
                 "part-resize /dev/sda 1 2000000", "mount /dev/sda1 /", "xfs-growfs / datasec:true",
                 "xfs-info / | grep xfs_datablocks", prints="xfs_datablocks: 249744", needs="xfs"),
         example("empty", "mkfs xfs /dev/sda", "mount /dev/sda /", "xfs-growfs / datasize:-1", error="datasize is negative",
                 errno="EINVAL", needs="xfs"),
         example("empty", "mkfs xfs /dev/sda", "mount /dev/sda /", "mkdir /d", "xfs-growfs /d",
                 error="/d is not a mounted XFS filesystem", needs="xfs"),
         example("fs", "xfs-growfs /", error="/ is not a mounted XFS filesystem"),
     ])

call("xfs_info",
     [DevOrPath("pathordevice")], RStruct("info", "xfsinfo"),
     since="1.19.21", impl="fs", optgroup="xfs",
     brief="Return the geometry of an XFS filesystem",
     doc="""\
Returns the numbers of xfs_info(8) for the device or mount point
`pathordevice`.  Newer fields are only in `xfs_info2`.""",
     examples=[
         example("empty", "mkfs xfs /dev/sda", "xfs-info /dev/sda | grep -E 'mntpoint|blocksize|datablocks|dirversion|logname|rtname'",
                 prints="xfs_mntpoint: /dev/sda\nxfs_blocksize: 4096\nxfs_datablocks: 262144\nxfs_dirversion: 2\nxfs_dirblocksize: 4096\n"
                        "xfs_logname: internal\nxfs_logblocksize: 4096\nxfs_rtname: none"),
         example("empty", "mkfs xfs /dev/sda", "mount /dev/sda /", "xfs-info / | head -2", prints="xfs_mntpoint: /dev/sda\nxfs_inodesize: 512",
                 needs="xfs"),
         example("fs", "xfs-info /", error="/"),
         example("fs", "xfs-info /dev/sda1", error="/dev/sda1"),
     ])

call("xfs_info2",
     [DevOrPath("pathordevice")], RHashtable("info"),
     since="1.59.2", impl="fs", optgroup="xfs",
     brief="Return the geometry of an XFS filesystem, as pairs",
     doc="""\
Returns pairs such as "meta-data.crc" and "1" for the device or mount point
`pathordevice`.""",
     examples=[
         example("empty", "mkfs xfs /dev/sda", "xfs-info2 /dev/sda | grep -E 'crc|naming|log:|data.blocks'",
                 prints="meta-data.crc: 1\ndata.blocks: 262144\nnaming: version 2\nnaming.bsize: 4096\nnaming.ascii-ci: 0\nnaming.ftype: 1\n"
                        "log: internal log"),
     ])

call("xfs_repair",
     [DevOrPath("device")], RInt("status"),
     opts=[OBool("forcelogzero"), OBool("nomodify"), OBool("noprefetch"),
           OBool("forcegeometry"), OInt64("maxmem"), OInt64("ihashsize"),
           OInt64("bhashsize"), OInt64("agstride"), OString("logdev"),
           OString("rtdev")],
     since="1.19.36", impl="fs", optgroup="xfs",
     brief="Repair an XFS filesystem",
     doc="""\
Checks and repairs the filesystem on `device`, which must not be mounted.
Returns 0 if it was or is now sound, and with `nomodify` 1 if it is
damaged.

Optional arguments:

- `forcelogzero`: throw the log away, even if it holds data.
- `nomodify`: only check.
- `noprefetch`: do not read ahead.
- `forcegeometry`: go on if the geometry cannot be verified.
- `maxmem`: the most memory to use, in megabytes.
- `ihashsize`, `bhashsize`, `agstride`: tuning of xfs_repair(8).
- `logdev`, `rtdev`: the devices of an external log and realtime section.""",
     examples=[
         example("empty", "mkfs xfs /dev/sda", "xfs-repair /dev/sda", prints="0"),
         example("empty", "mkfs xfs /dev/sda", "zero /dev/sda", "xfs-repair /dev/sda nomodify:true", prints="1"),
         example("empty", "mkfs xfs /dev/sda", "mount /dev/sda /", "write /f kept", "umount /", r'pwrite-device /dev/sda "XXXX" 0',
                 "xfs-repair /dev/sda", "mount /dev/sda /", "cat /f", prints="kept", needs="xfs"),
         example("empty", "mkfs xfs /dev/sda", "xfs-repair /dev/sda maxmem:-1", error="maxmem is not larger than zero", errno="EINVAL"),
         example("empty", "mkfs xfs /dev/sda", "xfs-repair /dev/sda logdev:/etc/passwd", error="/etc/passwd: No such file or directory",
                 errno="ENOENT"),
         example("empty", "mkfs xfs /dev/sda", "mount /dev/sda /", "xfs-repair /dev/sda", error="/dev/sda is mounted", errno="EBUSY",
                 needs="xfs"),
     ])
