# SPDX-License-Identifier: LGPL-3.0-or-later
"""Boot loaders."""

from model import call, group, Device, OString, Pathname, RErr

group("boot-loader")

call("extlinux",
     [Pathname("directory")], RErr,
     since="1.21.27", optgroup="extlinux",
     brief="Install the boot loader extlinux",
     doc="""\
Installs extlinux into `directory` of a mounted ext2/3/4 or btrfs
filesystem.""")

call("grub_install",
     [Pathname("root"), Device("device")], RErr,
     since="1.0.17", optgroup="grub",
     brief="Install the boot loader GRUB 1",
     doc="""\
Installs GRUB on `device` with its files below `root`.  Systems with GRUB 2
bring their own program, which `command` can run.""")

call("syslinux",
     [Device("device")], RErr,
     opts=[OString("directory")],
     since="1.21.27", optgroup="syslinux",
     brief="Install the boot loader syslinux",
     doc="""\
Installs syslinux on `device`, a FAT filesystem that is not mounted.

Optional arguments:

- `directory`: the directory of its files; by default the root.""")
