# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only XFS and f2fs have."""

from model import (
    call, group, DevOrPath, Device, OBool, OInt, OInt64, OString, Pathname,
    RErr, RHashtable, RInt, RStruct)

group("f2fs")

call("f2fs_expand",
     [Device("device")], RErr,
     since="1.39.3", optgroup="f2fs",
     brief="Let an f2fs filesystem fill its device",
     doc="""\
Grows the f2fs filesystem on `device` to the size of the device.""")

group("xfs")

call("xfs_admin",
     [Device("device")], RErr,
     opts=[OBool("extunwritten"), OBool("imgfile"), OBool("v2log"),
           OBool("projid32bit"), OBool("lazycounter"), OString("label"),
           OString("uuid")],
     since="1.19.33", optgroup="xfs",
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
- `uuid`: the new UUID, or "generate", "nil" or "restore".""")

call("xfs_growfs",
     [Pathname("path")], RErr,
     opts=[OBool("datasec"), OBool("logsec"), OBool("rtsec"),
           OInt64("datasize"), OInt64("logsize"), OInt64("rtsize"),
           OInt64("rtextsize"), OInt("maxpct")],
     since="1.19.28", optgroup="xfs",
     brief="Let an XFS filesystem grow",
     doc="""\
Grows the filesystem mounted at `path`.  XFS cannot shrink.

Optional arguments:

- `datasec`, `logsec`, `rtsec`: grow the data, log or realtime section.
- `datasize`, `logsize`, `rtsize`: the section's new size in filesystem
  blocks.
- `rtextsize`: the size of realtime extents in blocks.
- `maxpct`: per cent of the space that inodes may take.""")

call("xfs_info",
     [DevOrPath("pathordevice")], RStruct("info", "xfsinfo"),
     since="1.19.21", optgroup="xfs",
     brief="Return the geometry of an XFS filesystem",
     doc="""\
Returns the numbers of xfs_info(8) for the device or mount point
`pathordevice`.  Newer fields are only in `xfs_info2`.""")

call("xfs_info2",
     [DevOrPath("pathordevice")], RHashtable("info"),
     since="1.59.2", optgroup="xfs",
     brief="Return the geometry of an XFS filesystem, as pairs",
     doc="""\
Returns pairs such as "meta-data.crc" and "1" for the device or mount point
`pathordevice`.""")

call("xfs_repair",
     [DevOrPath("device")], RInt("status"),
     opts=[OBool("forcelogzero"), OBool("nomodify"), OBool("noprefetch"),
           OBool("forcegeometry"), OInt64("maxmem"), OInt64("ihashsize"),
           OInt64("bhashsize"), OInt64("agstride"), OString("logdev"),
           OString("rtdev")],
     since="1.19.36", optgroup="xfs",
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
- `logdev`, `rtdev`: the devices of an external log and realtime section.""")
