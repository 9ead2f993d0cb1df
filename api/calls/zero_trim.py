# SPDX-License-Identifier: LGPL-3.0-or-later
"""zero_trim"""

from model import call, group, Device, OInt64, Pathname, RBool, RErr

group("zero-wipe-trim")

call("blkdiscard",
     [Device("device")], RErr,
     since="1.25.44", optgroup="blkdiscard")

call("blkdiscardzeroes",
     [Device("device")], RBool("zeroes"),
     since="1.25.44", optgroup="blkdiscardzeroes")

call("fstrim",
     [Pathname("mountpoint")], RErr,
     opts=[OInt64("offset"), OInt64("length"), OInt64("minimumfreeextent")],
     since="1.19.6", optgroup="fstrim")

call("is_zero",
     [Pathname("path")], RBool("zeroflag"),
     since="1.11.8", impl="fileops")

call("is_zero_device",
     [Device("device")], RBool("zeroflag"),
     since="1.11.8")

call("scrub_device",
     [Device("device")], RErr,
     since="1.0.52", optgroup="scrub")

call("scrub_file",
     [Pathname("file")], RErr,
     since="1.0.52", optgroup="scrub")

call("scrub_freespace",
     [Pathname("dir")], RErr,
     since="1.0.52", optgroup="scrub")

call("wipefs",
     [Device("device")], RErr,
     since="1.17.6", optgroup="wipefs")

call("zero",
     [Device("device")], RErr,
     since="1.0.16", progress=True)

call("zero_device",
     [Device("device")], RErr,
     since="1.3.1", progress=True)

call("zero_free_space",
     [Pathname("directory")], RErr,
     since="1.17.18", progress=True)

call("zerofree",
     [Device("device")], RErr,
     since="1.0.26", optgroup="zerofree")
