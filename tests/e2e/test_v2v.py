# SPDX-License-Identifier: LGPL-3.0-or-later
"""virt-v2v, unchanged, makes a guest ready for KVM: a kernel, its initramfs, a boot loader and packages that are genuine."""

import os
import unittest
import xml.etree.ElementTree

from harness import Case

UML = os.environ.get("GUESTKIT_LAUNCHER") == "uml"


class Conversion(Case):
    @unittest.skipIf(UML, "an initramfs takes minutes to make in User-Mode Linux; each call that is used is tested there")
    def test_debian(self):
        self.needs_program("virt-v2v")
        guest = self.path("guest.qcow2")
        self.tool("cp", "--reflink=auto", "--sparse=always", os.environ["GUESTKIT_BOOTING_GUEST"], guest)
        before = self.checksum(guest)
        os.mkdir(self.path("to"))
        r = self.foreign("virt-v2v", "-i", "disk", guest, "-o", "local", "-os", self.path("to"), timeout=200)
        self.assertEqual(r.status, 0, str(r))
        self.assertIn("This guest has virtio drivers installed", r.out)
        self.assertEqual(self.checksum(guest), before)

        domain = xml.etree.ElementTree.parse(self.path("to/guest.xml")).getroot()
        self.assertEqual(domain.find("devices/disk/target").attrib, {"dev": "vda", "bus": "virtio"})
        self.assertIn("http://debian.org/debian/12", self.read(self.path("to/guest.xml")).decode())

        # What it changed is what it set out to change, and nothing besides.
        changed = self.gk("diff", "--brief", guest, self.path("to/guest-sda")).out.splitlines()
        self.assertTrue(any(line.startswith("changed /boot/initrd.img-") for line in changed), changed)
        for line in changed:
            self.assertRegex(line, r"^(added|changed) +(/boot/(initrd|grub)|/etc/(initramfs-tools/modules|modprobe\.d|"
                                   r"init\.d/guestfs-firstboot|rc\d\.d|systemd)|/usr/lib/(systemd|virt-sysprep)|/var/)")
        modules = self.gk("cat", self.path("to/guest-sda"), "/etc/initramfs-tools/modules").out
        for driver in ("virtio_blk", "virtio_net", "virtio_pci"):
            self.assertIn(driver, modules)
        self.gk("fsck", self.path("to/guest-sda"))
