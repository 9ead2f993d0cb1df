# SPDX-License-Identifier: LGPL-3.0-or-later
"""swap"""

from model import call, group, Device, OString, Pathname, RErr, String

group("swap")

call("mkswap",
     [Device("device")], RErr,
     opts=[OString("label"), OString("uuid")],
     opts_suffix=True, since="1.0.55")

call("mkswap_L",
     [String("label"), Device("device")], RErr,
     since="1.0.55", deprecated=True, deprecated_by="mkswap")

call("mkswap_U",
     [String("uuid"), Device("device")], RErr,
     since="1.0.55", deprecated=True, deprecated_by="mkswap",
     optgroup="linuxfsuuid")

call("mkswap_file",
     [Pathname("path")], RErr,
     since="1.0.66")

call("swapoff_device",
     [Device("device")], RErr,
     since="1.0.66")

call("swapoff_file",
     [Pathname("file")], RErr,
     since="1.0.66")

call("swapoff_label",
     [String("label")], RErr,
     since="1.0.66")

call("swapoff_uuid",
     [String("uuid")], RErr,
     since="1.0.66", optgroup="linuxfsuuid")

call("swapon_device",
     [Device("device")], RErr,
     since="1.0.66")

call("swapon_file",
     [Pathname("file")], RErr,
     since="1.0.66")

call("swapon_label",
     [String("label")], RErr,
     since="1.0.66")

call("swapon_uuid",
     [String("uuid")], RErr,
     since="1.0.66", optgroup="linuxfsuuid")
