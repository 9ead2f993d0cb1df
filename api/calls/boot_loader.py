# SPDX-License-Identifier: LGPL-3.0-or-later
"""boot_loader"""

from model import call, group, Device, OString, Pathname, RErr

group("boot-loader")

call("extlinux",
     [Pathname("directory")], RErr,
     since="1.21.27", optgroup="extlinux")

call("grub_install",
     [Pathname("root"), Device("device")], RErr,
     since="1.0.17", optgroup="grub")

call("syslinux",
     [Device("device")], RErr,
     opts=[OString("directory")],
     since="1.21.27", optgroup="syslinux")
