# SPDX-License-Identifier: LGPL-3.0-or-later
"""Debian's programs made for libguestfs, unchanged, on a guest that they have to find by themselves.

Those that change guests in larger ways have files of their own: test_customize, test_disk_tools;
virt-inspector: test_inspect_xml."""

import os
import tarfile

import guests
from test_inspect import Inspect

KERNEL = bytes(range(256)) * 1000


class VirtTools(Inspect):
    def guest(self, name="guest.img", **files):
        return self.disk(name, {
            **guests.GUESTS["debian"][0], "/etc/hostname": "tools\n", "/etc/fstab": "/dev/sda / ext4 defaults 0 1\n",
            "/var/log/syslog": "Jan  1 00:00:00 tools kernel: began\nJan  1 00:00:01 tools init: ended\n",
            "/boot/vmlinuz-6.1.0-9-amd64": KERNEL, "/boot/initrd.img-6.1.0-9-amd64": KERNEL[::-1],
            "/boot/vmlinuz-5.10.0-1-amd64": b"old", "/boot/initrd.img-5.10.0-1-amd64": b"old",
            "/srv/data/one": "1\n", "/srv/data/two": "22\n", **files})

    def virt(self, *argv, **kwargs):
        r = self.foreign(*argv, timeout=120, **kwargs)
        self.assertEqual(r.status, 0, str(r))
        return r

    def test_reading(self):
        image = self.guest()
        self.assertEqual(self.virt("virt-cat", "--format=raw", "-a", image, "/etc/hostname").out, "tools\n")
        self.assertEqual(self.virt("virt-log", "--format=raw", "-a", image).out,
                         "Jan  1 00:00:00 tools kernel: began\nJan  1 00:00:01 tools init: ended\n")
        lines = self.virt("virt-ls", "-lR", "--format=raw", "-a", image, "/srv").out.splitlines()
        self.assertEqual([line.split() for line in lines if line.startswith("-")],
                         [["-", "0644", "2", "/srv/data/one"], ["-", "0644", "3", "/srv/data/two"]])
        rows = self.virt("virt-filesystems", "--all", "--long", "-h", "--format=raw", "-a", image).out.splitlines()
        self.assertEqual([row.split()[:4] for row in rows[1:]],
                         [["/dev/sda", "filesystem", "ext4", "-"], ["/dev/sda", "device", "-", "-"]])

    def test_get_kernel(self):
        """The newest, with its initramfs."""
        out = self.path("kernel")
        os.mkdir(out)
        self.virt("virt-get-kernel", "--format=raw", "-a", self.guest(), "-o", out)
        self.assertEqual(sorted(os.listdir(out)), ["initrd.img-6.1.0-9-amd64", "vmlinuz-6.1.0-9-amd64"])
        self.assertEqual(self.read(out + "/vmlinuz-6.1.0-9-amd64"), KERNEL)
        self.assertEqual(self.read(out + "/initrd.img-6.1.0-9-amd64"), KERNEL[::-1])

    def test_edit(self):
        image = self.guest()
        self.virt("virt-edit", "--format=raw", "-a", image, "/etc/hostname", "-e", "s/tools/edited/")
        self.assertEqual(self.virt("virt-cat", "--format=raw", "-a", image, "/etc/hostname").out, "edited\n")

    def test_copies(self):
        image, out = self.guest(), self.path("out")
        os.mkdir(out)
        self.virt("virt-copy-out", "--format=raw", "-a", image, "/srv/data", out)
        self.assertEqual(self.read(out + "/data/two"), b"22\n")
        self.virt("virt-copy-in", "--format=raw", "-a", image, out + "/data", "/var")
        archive = self.path("var.tar")
        self.virt("virt-tar-out", "--format=raw", "-a", image, "/var/data", archive)
        with tarfile.open(archive) as f:
            self.assertEqual(sorted(f.getnames()), [".", "./one", "./two"])
        self.virt("virt-tar-in", "--format=raw", "-a", image, archive, "/srv")
        self.assertEqual(self.virt("virt-cat", "--format=raw", "-a", image, "/srv/two").out, "22\n")

    def test_diff(self):
        """Two guests that are the same are the same, whatever device each of them is on."""
        a = self.guest()
        self.tool("cp", a, self.path("b.img"))
        options = ("virt-diff", "--format=raw", "-a", a, "--format=raw", "-A", self.path("b.img"))
        self.assertEqual(self.virt(*options).out, "")
        self.virt("virt-edit", "--format=raw", "-a", self.path("b.img"), "/srv/data/one", "-e", "s/1/one/")
        out = self.virt(*options).out
        self.assertIn("/srv/data/one\n", out)
        self.assertIn("-1\n+one\n", out)
        self.assertNotIn("/srv/data/two", out)
        self.assertNotIn("st_dev", out)

    def test_device_numbers(self):
        """Those of the SCSI disks that libguestfs has."""
        out = self.session([self.guest(), self.guest("second.img")], "mount-ro /dev/sdb /", "mountpoints",
                           "statns /", "stat /etc").out
        self.assertIn(f"st_dev: {8 << 8 | 16}\n", out)
        self.assertIn(f"\ndev: {8 << 8 | 16}\n", "\n" + out)
        image = self.image("gpt.qcow2")
        out = self.gk("shell", "--ro", "-a", image, "-m", "/dev/sda2", "statns", "/").out
        self.assertIn(f"st_dev: {8 << 8 | 2}\n", out)
