# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only NTFS has."""

from model import (
    call, example, group, Bool, Device, FileIn, FileOut, Int, Int64, Mountable,
    OBool, OInt64, RErr, RInt, String)

group("ntfs")

call("ntfs_3g_probe",
     [Bool("rw"), Device("device")], RInt("status"),
     since="1.0.43", impl="fs", optgroup="ntfs3g",
     brief="Tell whether an NTFS filesystem can be mounted",
     doc="""\
Returns 0 if `device` can be mounted, for writing if `rw` is true, and else
the status of ntfs-3g.probe(8), such as 12 for no NTFS and 14 for
hibernated.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1", "ntfs-3g-probe true /dev/sda1", prints="0", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ext4 /dev/sda1", "ntfs-3g-probe true /dev/sda1", prints="12", needs="tool:ntfs-3g.probe"),
     ])

call("ntfs_chmod",
     [Device("device"), Int("mode"), String("path")], RErr,
     opts=[OBool("recursive")],
     since="1.55.13", impl="fs", optgroup="ntfs3g",
     brief="Change the mode of a file on NTFS",
     doc="""\
Sets the permissions of `path` on the NTFS device `device`, which must not
be mounted, to `mode` as far as NTFS can hold it.

Optional arguments:

- `recursive`: do so for all below.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1", "ntfs-chmod /dev/sda1 0755 /", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ntfs /dev/sda1", "ntfs-chmod /dev/sda1 0700 / recursive:true", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ntfs /dev/sda1", "ntfs-chmod /dev/sda1 0755 nope", error="nope: path must start with a / character",
                 errno="EINVAL", needs="tool:mkfs.ntfs"),
         example("part", "ntfs-chmod /dev/sda1 0100755 /", error="is not the mode of a file", errno="EINVAL"),
     ])

call("ntfscat_i",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.33.14", impl="fs", progress=True, cancellable=True,
     brief="Write a file of an NTFS filesystem to the host, by inode",
     doc="""\
Writes the contents of the file with the number `inode` on `device` to the
host file `filename`.  Files that are hidden by NTFS can be read so.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1", "ntfscat-i /dev/sda1 7 boot", "! head -c 7 boot | tail -c 4", prints="NTFS",
                 needs="tool:mkfs.ntfs"),
         example("part", "mkfs ntfs /dev/sda1", "ntfscat-i /dev/sda1 -1 out", error="inode must be >= 0", errno="EINVAL",
                 needs="tool:mkfs.ntfs"),
         example("part", "ntfscat-i /dev/sda1 5 out", error="ntfscat", needs="tool:ntfscat"),
     ])

call("ntfsclone_in",
     [FileIn("backupfile"), Device("device")], RErr,
     since="1.17.9", impl="fs", optgroup="ntfs3g", cancellable=True,
     brief="Restore an NTFS filesystem from the host",
     doc="""\
Restores the host file `backupfile`, made by `ntfsclone_out`, to `device`.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1 label:one", "ntfsclone-out /dev/sda1 saved", "zero /dev/sda1",
                 "ntfsclone-in saved /dev/sda1", "vfs-label /dev/sda1", prints="one", needs="tool:mkfs.ntfs"),
         example("part", "ntfsclone-in disk.raw /dev/sda1", error="ntfsclone", needs="tool:ntfsclone"),
         example("fs", "ntfsclone-in disk.raw /dev/sda1", error="/dev/sda1 is mounted", errno="EBUSY", needs="tool:ntfsclone"),
     ])

call("ntfsclone_out",
     [Device("device"), FileOut("backupfile")], RErr,
     opts=[OBool("metadataonly"), OBool("rescue"), OBool("ignorefscheck"),
           OBool("preservetimestamps"), OBool("force")],
     since="1.17.9", impl="fs", optgroup="ntfs3g", cancellable=True,
     brief="Save an NTFS filesystem on the host",
     doc="""\
Writes the used parts of the NTFS filesystem on `device` to the host file
`backupfile`.

Optional arguments:

- `metadataonly`: only metadata; contents cannot be restored.
- `rescue`: go on after read errors.
- `ignorefscheck`: go on if the filesystem is not sound.
- `preservetimestamps`: keep times even with `metadataonly`.
- `force`: go on if it is marked dirty.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1", "ntfsclone-out /dev/sda1 saved metadataonly:true preservetimestamps:true force:true",
                 needs="tool:mkfs.ntfs"),
         example("part", "ntfsclone-out /dev/sda1 saved", error="ntfsclone", needs="tool:ntfsclone"),
     ])

call("ntfsfix",
     [Device("device")], RErr,
     opts=[OBool("clearbadsectors")],
     since="1.17.9", impl="fs", optgroup="ntfs3g",
     brief="Repair common faults of an NTFS filesystem",
     doc="""\
Repairs what keeps `device` from being mounted, and schedules a check for
the next start of Windows.

Optional arguments:

- `clearbadsectors`: forget which sectors were bad, after a copy to a new
  disk.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1", "ntfsfix /dev/sda1", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ntfs /dev/sda1", "ntfsfix /dev/sda1 clearbadsectors:true", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ext4 /dev/sda1", "ntfsfix /dev/sda1", error="ntfsfix", needs="tool:ntfsfix"),
         example("fs", "ntfsfix /dev/sda1", error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

call("ntfsresize",
     [Device("device")], RErr,
     opts=[OInt64("size"), OBool("force")],
     opts_suffix=True, since="1.3.2", impl="fs", optgroup="ntfsprogs",
     brief="Resize an NTFS filesystem",
     doc="""\
Grows or shrinks the filesystem on `device` to the size of the device.
Afterwards Windows checks it at its next start, and it cannot be resized
again before.

Optional arguments:

- `size`: the new size in bytes.
- `force`: go on although a check is due.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1", "ntfsresize /dev/sda1 size:100000000", "ntfsfix /dev/sda1", "vfs-type /dev/sda1",
                 prints="ntfs", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ntfs /dev/sda1", "ntfsresize /dev/sda1 size:100000000", "ntfsresize /dev/sda1",
                 error="is marked dirty", errno="EROFS", needs="tool:mkfs.ntfs"),
         example("part", "mkfs ntfs /dev/sda1", "ntfsresize /dev/sda1 size:100000000", "ntfsresize /dev/sda1 force:true",
                 needs="tool:mkfs.ntfs"),
         example("part", "mkfs ntfs /dev/sda1", "ntfsresize /dev/sda1 size:1000", error="ntfsresize", needs="tool:mkfs.ntfs"),
         example("part", "ntfsresize /dev/sda1 size:0", error="size is zero or negative", errno="EINVAL"),
         example("part", "mkfs ext4 /dev/sda1", "ntfsresize /dev/sda1", error="ntfsresize", needs="tool:ntfsresize"),
     ])

call("ntfsresize_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14", impl="fs", deprecated=True, deprecated_by="ntfsresize",
     optgroup="ntfsprogs",
     brief="Resize an NTFS filesystem to a size",
     doc="""\
As `ntfsresize` with `size`.""",
     examples=[
         example("part", "mkfs ntfs /dev/sda1", "ntfsresize-size /dev/sda1 100000000", "vfs-type /dev/sda1", prints="ntfs",
                 needs="tool:mkfs.ntfs"),
         example("part", "ntfsresize-size /dev/sda1 -5", error="size is zero or negative", errno="EINVAL"),
     ])
