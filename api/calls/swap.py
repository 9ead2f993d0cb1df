# SPDX-License-Identifier: LGPL-3.0-or-later
"""Swap space."""

from model import call, example, group, Device, OString, Pathname, RErr, String

UUID = "11111111-1111-1111-1111-111111111111"

group("swap")

call("mkswap",
     [Device("device")], RErr,
     opts=[OString("label"), OString("uuid")],
     opts_suffix=True, since="1.0.55", impl="fs",
     brief="Make swap space",
     doc="""\
Prepares `device` as Linux swap space.

Optional arguments:

- `label`: its label.
- `uuid`: its UUID.""",
     examples=[
         example("part", "mkswap /dev/sda1 label:sw uuid:11111111-1111-1111-1111-111111111111", "vfs-label /dev/sda1",
                 prints="sw"),
         example("part", "mkswap /dev/sda1", "vfs-type /dev/sda1",
                 prints="swap"),
         example("part", "mkswap /dev/sda1 label:12345678901234567",
                 error="12345678901234567: Linux swap labels are limited to 15 bytes"),
         example("part", "mkswap /dev/sda1 uuid:xyz",
                 error="is not a UUID", errno="EINVAL"),
         example("fs", "mkswap /dev/sda1",
                 error="/dev/sda1 is mounted", errno="EBUSY"),
     ])

call("mkswap_L",
     [String("label"), Device("device")], RErr,
     since="1.0.55", impl="fs", deprecated=True, deprecated_by="mkswap",
     brief="Make swap space with a label",
     doc="""\
As `mkswap` with `label`.""",
     examples=[
         example("part", "mkswap-L sw /dev/sda1", "vfs-label /dev/sda1",
                 prints="sw"),
     ])

call("mkswap_U",
     [String("uuid"), Device("device")], RErr,
     since="1.0.55", impl="fs", deprecated=True, deprecated_by="mkswap",
     optgroup="linuxfsuuid",
     brief="Make swap space with a UUID",
     doc="""\
As `mkswap` with `uuid`.""",
     examples=[
         example("part", "mkswap-U 11111111-1111-1111-1111-111111111111 /dev/sda1", "vfs-uuid /dev/sda1",
                 prints="11111111-1111-1111-1111-111111111111"),
     ])

call("mkswap_file",
     [Pathname("path")], RErr,
     since="1.0.66", impl="fs",
     brief="Make swap space in a file",
     doc="""\
Prepares the existing file `path` as swap space.""",
     examples=[
         example("tree", "fallocate64 /sw 1M", "mkswap-file /sw", "pread /sw 10 4086",
                 prints="SWAPSPACE2"),
         example("tree", "mkswap-file /empty",
                 error="/empty"),
         example("tree", "mkswap-file /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "mkswap-file /dir",
                 error="/dir: Is a directory", errno="EISDIR"),
     ])

call("swapoff_device",
     [Device("device")], RErr,
     since="1.0.66", impl="mount",
     brief="Stop swapping to a device",
     doc="""\
Undoes `swapon_device`.""",
     examples=[
         example("part", "mkswap /dev/sda1", "swapon-device /dev/sda1", "swapoff-device /dev/sda1",
                 "swapon-device /dev/sda1", needs="own-kernel"),
         example("fs", "swapoff-device /dev/sda1",
                 error="/dev/sda1"),
     ])

call("swapoff_file",
     [Pathname("file")], RErr,
     since="1.0.66", impl="mount",
     brief="Stop swapping to a file",
     doc="""\
Undoes `swapon_file`.""",
     examples=[
         example("fs", "fill 0 1048576 /sw", "mkswap-file /sw", "swapon-file /sw", "swapoff-file /sw",
                 "swapon-file /sw", needs="own-kernel"),
         example("tree", "swapoff-file /hello",
                 error="/hello"),
     ])

call("swapoff_label",
     [String("label")], RErr,
     since="1.0.66", impl="mount",
     brief="Stop swapping to the space with a label",
     doc="""\
Undoes `swapon_label`.""",
     examples=[
         example("part", "mkswap /dev/sda1 label:sw", "swapon-label sw", "swapoff-label sw",
                 "swapon-label sw", needs="own-kernel"),
         example("fs", "swapoff-label nope",
                 error="nope"),
     ])

call("swapoff_uuid",
     [String("uuid")], RErr,
     since="1.0.66", impl="mount", optgroup="linuxfsuuid",
     brief="Stop swapping to the space with a UUID",
     doc="""\
Undoes `swapon_uuid`.""",
     examples=[
         example("part", "mkswap /dev/sda1 uuid:" + UUID,
                 "swapon-uuid " + UUID, "swapoff-uuid " + UUID, "swapon-uuid " + UUID, needs="own-kernel"),
         example("fs", "swapoff-uuid nope",
                 error="nope"),
     ])

call("swapon_device",
     [Device("device")], RErr,
     since="1.0.66", impl="mount",
     brief="Swap to a device",
     doc="""\
Makes the kernel of the session use the swap space on `device`.  It is
refused where that kernel is the host's.""",
     examples=[
         example("part", "mkswap /dev/sda1", "swapon-device /dev/sda1", "swapon-device /dev/sda1", errno="EBUSY", needs="own-kernel"),
         example("fs", "swapon-device /dev/sda1",
                 error="/dev/sda1"),
     ])

call("swapon_file",
     [Pathname("file")], RErr,
     since="1.0.66", impl="mount",
     brief="Swap to a file",
     doc="""\
As `swapon_device`, for a file in the guest.""",
     examples=[
         example("fs", "fill 0 1048576 /sw", "mkswap-file /sw", "swapon-file /sw", "swapon-file /sw", errno="EBUSY", needs="own-kernel"),
         example("tree", "swapon-file /hello",
                 error="/hello"),
     ])

call("swapon_label",
     [String("label")], RErr,
     since="1.0.66", impl="mount",
     brief="Swap to the space with a label",
     doc="""\
As `swapon_device`, for the device that has the label `label`.""",
     examples=[
         example("part", "mkswap /dev/sda1 label:sw", "swapon-label sw", "swapon-label sw", errno="EBUSY", needs="own-kernel"),
         example("fs", "swapon-label nope",
                 error="nope"),
     ])

call("swapon_uuid",
     [String("uuid")], RErr,
     since="1.0.66", impl="mount", optgroup="linuxfsuuid",
     brief="Swap to the space with a UUID",
     doc="""\
As `swapon_device`, for the device that has the UUID `uuid`.""",
     examples=[
         example("part", "mkswap /dev/sda1 uuid:" + UUID,
                 "swapon-uuid " + UUID, "swapon-uuid " + UUID, errno="EBUSY", needs="own-kernel"),
         example("fs", "swapon-uuid nope",
                 error="nope"),
     ])
