# SPDX-License-Identifier: LGPL-3.0-or-later
"""Swap space."""

from model import call, group, Device, OString, Pathname, RErr, String

group("swap")

call("mkswap",
     [Device("device")], RErr,
     opts=[OString("label"), OString("uuid")],
     opts_suffix=True, since="1.0.55",
     brief="Make swap space",
     doc="""\
Prepares `device` as Linux swap space.

Optional arguments:

- `label`: its label.
- `uuid`: its UUID.""")

call("mkswap_L",
     [String("label"), Device("device")], RErr,
     since="1.0.55", deprecated=True, deprecated_by="mkswap",
     brief="Make swap space with a label",
     doc="""\
As `mkswap` with `label`.""")

call("mkswap_U",
     [String("uuid"), Device("device")], RErr,
     since="1.0.55", deprecated=True, deprecated_by="mkswap",
     optgroup="linuxfsuuid",
     brief="Make swap space with a UUID",
     doc="""\
As `mkswap` with `uuid`.""")

call("mkswap_file",
     [Pathname("path")], RErr,
     since="1.0.66",
     brief="Make swap space in a file",
     doc="""\
Prepares the existing file `path` as swap space.""")

call("swapoff_device",
     [Device("device")], RErr,
     since="1.0.66",
     brief="Stop swapping to a device",
     doc="""\
Undoes `swapon_device`.""")

call("swapoff_file",
     [Pathname("file")], RErr,
     since="1.0.66",
     brief="Stop swapping to a file",
     doc="""\
Undoes `swapon_file`.""")

call("swapoff_label",
     [String("label")], RErr,
     since="1.0.66",
     brief="Stop swapping to the space with a label",
     doc="""\
Undoes `swapon_label`.""")

call("swapoff_uuid",
     [String("uuid")], RErr,
     since="1.0.66", optgroup="linuxfsuuid",
     brief="Stop swapping to the space with a UUID",
     doc="""\
Undoes `swapon_uuid`.""")

call("swapon_device",
     [Device("device")], RErr,
     since="1.0.66",
     brief="Swap to a device",
     doc="""\
Makes the kernel of the session use the swap space on `device`.  It is
refused where that kernel is the host's.""")

call("swapon_file",
     [Pathname("file")], RErr,
     since="1.0.66",
     brief="Swap to a file",
     doc="""\
As `swapon_device`, for a file in the guest.""")

call("swapon_label",
     [String("label")], RErr,
     since="1.0.66",
     brief="Swap to the space with a label",
     doc="""\
As `swapon_device`, for the device that has the label `label`.""")

call("swapon_uuid",
     [String("uuid")], RErr,
     since="1.0.66", optgroup="linuxfsuuid",
     brief="Swap to the space with a UUID",
     doc="""\
As `swapon_device`, for the device that has the UUID `uuid`.""")
