# SPDX-License-Identifier: LGPL-3.0-or-later
"""Drives that are block devices of the host: a volume of LVM, a disk.  The session's own /dev has none of them."""

import os

from harness import Case


class Device(Case):
    def setUp(self):
        super().setUp()
        self.image("gpt.raw")
        self.loop = self.tool("losetup", "--find", "--show", self.path("gpt.raw")).out.strip()

    def tearDown(self):
        self.tool("losetup", "-d", self.loop)
        super().tearDown()

    def cat(self, device, *options):
        return self.gk("shell", "--format", "raw", *options, "-a", device, "-m", "/dev/sda2", stdin="cat /etc/motd\n").out

    def test_read_and_written(self):
        before = self.checksum(self.path("gpt.raw"))
        self.assertEqual(self.cat(self.loop, "--ro"), "Welcome to the small guest.\n\n")
        self.assertEqual(self.checksum(self.path("gpt.raw")), before)
        self.gk("edit", "--format", "raw", self.loop, "/etc/motd", "-e", "s/small/large/")
        # Also by a name elsewhere, of which a host has many.
        os.symlink(self.loop, self.path("link"))
        self.assertEqual(self.cat(self.path("link")), "Welcome to the large guest.\n\n")
        self.tool("sync", self.loop)
        self.assertNotEqual(self.checksum(self.path("gpt.raw")), before)

    def test_beside_other_drives(self):
        """What is /dev/sda here is not what is /dev/sda there."""
        self.tool("truncate", "-s", "8M", self.path("other.raw"))
        r = self.gk("shell", stdin=f"add-drive {self.path('other.raw')} format:raw\nadd-drive-ro {self.loop}\nrun\n"
                    "list-filesystems\nblockdev-getsize64 /dev/sda\n")
        self.assertEqual(r.out, "/dev/sda: unknown\n/dev/sdb1: ext4\n/dev/sdb2: ext4\n/dev/sdb3: swap\n8388608\n")

    def test_in_use(self):
        """By a mount, and by another program's image lock: both are of the host's node, and so is the name that is told."""
        self.tool("partx", "-a", self.loop)
        try:
            os.mkdir(self.path("m"))
            self.tool("mount", self.loop + "p1", self.path("m"))
            self.gk_fails("cat", "--rw", "--format", "raw", self.loop, "/etc/motd",
                          match=f"{self.loop}: the block device is in use on this host")
            self.tool("umount", self.path("m"))
        finally:
            self.tool("partx", "-d", self.loop)
        server = self.serve_image(self.loop, "raw", "/tmp/socket")
        self.gk_fails("cat", "--rw", "--format", "raw", self.loop, "/etc/motd", match=f"{self.loop}: is in use by another process")
        server.terminate()
        server.wait()
        if os.path.exists("/tmp/socket"):
            os.unlink("/tmp/socket")

    def test_relative_backing_file(self):
        """What a qcow2 on a device calls its backing file stands beside the device, by the name that the caller used."""
        base = self.file("base.raw", b"below" + bytes(8 << 20))
        self.tool("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", ".." + base, self.loop, "8M")
        self.images.clear()
        ask = "run\npread-device /dev/sda 5 0\n"
        self.assertEqual(self.gk("shell", "--format", "qcow2", "--ro", "-a", self.loop, stdin=ask).out, "below")
        os.symlink(self.loop, self.path("link"))
        self.tool("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "base.raw", self.loop, "8M")
        self.assertEqual(self.gk("shell", "--format", "qcow2", "--ro", "-a", self.path("link"), stdin=ask).out, "below")
        self.gk_fails("shell", "--format", "qcow2", "--ro", "-a", self.loop, stdin=ask, match="/dev/base.raw: No such file")

    def test_none(self):
        self.gk_fails("shell", "-a", "/dev/no-such-disk", "run", match="/dev/no-such-disk: No such file")

    def test_memory(self):
        """An image below /dev that is a file, with one beside it that it stands on."""
        self.tool("cp", self.path("gpt.raw"), "/dev/shm/base.raw")
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", "/dev/shm/top.qcow2")
        os.chmod("/dev/shm/top.qcow2", 0o666)
        self.gk("edit", "/dev/shm/top.qcow2", "/etc/motd", "-e", "s/small/large/")
        self.assertEqual(self.gk("cat", "/dev/shm/top.qcow2", "/etc/motd").out, "Welcome to the large guest.\n")
        for name in ("base.raw", "top.qcow2"):
            os.unlink("/dev/shm/" + name)
