# SPDX-License-Identifier: LGPL-3.0-or-later
"""Boot loaders."""

from model import call, example, group, Device, OString, Pathname, RErr

group("boot-loader")

call("extlinux",
     [Pathname("directory")], RErr,
     since="1.21.27", impl="fs", optgroup="extlinux",
     brief="Install the boot loader extlinux",
     doc="""\
Installs extlinux into `directory` of a mounted ext2/3/4 or btrfs
filesystem.""",
     examples=[
         example("fs", "mkdir-p /boot/extlinux", "extlinux /boot/extlinux", "ls /boot/extlinux", prints="ldlinux.c32\nldlinux.sys",
                 needs="tool:extlinux"),
         example("fs", "extlinux /nope", error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("grub_install",
     [Pathname("root"), Device("device")], RErr,
     since="1.0.17", impl="command", optgroup="grub",
     brief="Install the boot loader GRUB",
     doc="""\
Installs GRUB on `device` with its files below `root`, by the guest's own
program grub-install or grub2-install, as `command` would.  Where the
guest has no udevadm that program asks the kernel for the geometry of
partitions, which loop devices do not have: it says then that there is no GRUB
drive, and the uml launcher is the one to take.""",
     examples=[
         example("fs", "grub-install / /dev/sda", error="the guest has no grub-install", errno="ENOENT"),
         example("fs", "grub-install / /dev/sdb", error="/dev/sdb: No such file or directory", errno="ENOENT"),
     ])

call("syslinux",
     [Device("device")], RErr,
     opts=[OString("directory")],
     since="1.21.27", impl="fs", optgroup="syslinux",
     brief="Install the boot loader syslinux",
     doc="""\
Installs syslinux on `device`, a FAT filesystem that is not mounted.

Optional arguments:

- `directory`: the directory of its files; by default the root.""",
     examples=[
         example("part", "mkfs vfat /dev/sda1", "syslinux /dev/sda1", "pread-device /dev/sda1 8 3", prints="SYSLINUX", needs="tool:syslinux"),
         example("part", "mkfs vfat /dev/sda1", "syslinux /dev/sda1 directory:x;id", error="letters, digits and /._- only", errno="EINVAL"),
         example("fs", "syslinux /dev/sda1", error="/dev/sda1 is mounted", errno="EBUSY"),
         example("part", "mkfs ext4 /dev/sda1", "syslinux /dev/sda1", error="syslinux", needs="tool:syslinux"),
     ])
