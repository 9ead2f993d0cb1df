# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only NTFS has."""

from model import (
    call, group, Bool, Device, FileIn, FileOut, Int, Int64, Mountable,
    OBool, OInt64, RErr, RInt, String)

group("ntfs")

call("ntfs_3g_probe",
     [Bool("rw"), Device("device")], RInt("status"),
     since="1.0.43", optgroup="ntfs3g",
     brief="Tell whether an NTFS filesystem can be mounted",
     doc="""\
Returns 0 if `device` can be mounted, for writing if `rw` is true, and else
the status of ntfs-3g.probe(8), such as 12 for no NTFS and 14 for
hibernated.""")

call("ntfs_chmod",
     [Device("device"), Int("mode"), String("path")], RErr,
     opts=[OBool("recursive")],
     since="1.55.13", optgroup="ntfs3g",
     brief="Change the mode of a file on NTFS",
     doc="""\
Sets the permissions of `path` on the NTFS device `device`, which must not
be mounted, to `mode` as far as NTFS can hold it.

Optional arguments:

- `recursive`: do so for all below.""")

call("ntfscat_i",
     [Mountable("device"), Int64("inode"), FileOut("filename")], RErr,
     since="1.33.14", progress=True, cancellable=True,
     brief="Write a file of an NTFS filesystem to the host, by inode",
     doc="""\
Writes the contents of the file with the number `inode` on `device` to the
host file `filename`.  Files that are hidden by NTFS can be read so.""")

call("ntfsclone_in",
     [FileIn("backupfile"), Device("device")], RErr,
     since="1.17.9", optgroup="ntfs3g", cancellable=True,
     brief="Restore an NTFS filesystem from the host",
     doc="""\
Restores the host file `backupfile`, made by `ntfsclone_out`, to `device`.""")

call("ntfsclone_out",
     [Device("device"), FileOut("backupfile")], RErr,
     opts=[OBool("metadataonly"), OBool("rescue"), OBool("ignorefscheck"),
           OBool("preservetimestamps"), OBool("force")],
     since="1.17.9", optgroup="ntfs3g", cancellable=True,
     brief="Save an NTFS filesystem on the host",
     doc="""\
Writes the used parts of the NTFS filesystem on `device` to the host file
`backupfile`.

Optional arguments:

- `metadataonly`: only metadata; contents cannot be restored.
- `rescue`: go on after read errors.
- `ignorefscheck`: go on if the filesystem is not sound.
- `preservetimestamps`: keep times even with `metadataonly`.
- `force`: go on if it is marked dirty.""")

call("ntfsfix",
     [Device("device")], RErr,
     opts=[OBool("clearbadsectors")],
     since="1.17.9", optgroup="ntfs3g",
     brief="Repair common faults of an NTFS filesystem",
     doc="""\
Repairs what keeps `device` from being mounted, and schedules a check for
the next start of Windows.

Optional arguments:

- `clearbadsectors`: forget which sectors were bad, after a copy to a new
  disk.""")

call("ntfsresize",
     [Device("device")], RErr,
     opts=[OInt64("size"), OBool("force")],
     opts_suffix=True, since="1.3.2", optgroup="ntfsprogs",
     brief="Resize an NTFS filesystem",
     doc="""\
Grows or shrinks the filesystem on `device` to the size of the device.
Afterwards Windows checks it at its next start, and it cannot be resized
again before.

Optional arguments:

- `size`: the new size in bytes.
- `force`: go on although a check is due.""")

call("ntfsresize_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14", deprecated=True, deprecated_by="ntfsresize",
     optgroup="ntfsprogs",
     brief="Resize an NTFS filesystem to a size",
     doc="""\
As `ntfsresize` with `size`.""")
