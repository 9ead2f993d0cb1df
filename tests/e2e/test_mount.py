# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit mount: the guest's tree in the caller's own namespace."""

import os

from harness import Case


class Mount(Case):
    def setUp(self):
        super().setUp()
        self.tree = self.path("tree")
        os.mkdir(self.tree)

    def test_read(self):
        image = self.image()
        self.gk("mount", "--ro", image, self.tree)
        try:
            self.assertEqual(self.read(os.path.join(self.tree, "etc/hostname")), b"small-guest\n")
            self.assertIn("grub", os.listdir(os.path.join(self.tree, "boot")))
            with self.assertRaises(OSError):
                with open(os.path.join(self.tree, "etc/x"), "w", encoding="ascii"):
                    pass
        finally:
            self.gk("umount", self.tree)
        self.assertEqual(os.listdir(self.tree), [])

    def test_write(self):
        image = self.image()
        self.gk("mount", "--rw", image, self.tree)
        try:
            with open(os.path.join(self.tree, "etc/motd"), "w", encoding="ascii") as f:
                f.write("written in the tree\n")
        finally:
            self.gk("umount", self.tree)
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "written in the tree\n")

    def test_explicit(self):
        self.gk("mount", "--ro", "-m", "/dev/sda1", self.image(), self.tree)
        self.assertIn("grub", os.listdir(self.tree))
        self.gk("umount", self.tree)

    def test_devices_and_setuid_do_not_work(self):
        self.gk("mount", "--ro", self.image(), self.tree)
        try:
            with self.assertRaises(PermissionError):
                open(os.path.join(self.tree, "special/null"), "rb")
            with open("/proc/self/mountinfo", encoding="utf-8") as f:
                line = [x for x in f if x.split()[4] == self.tree][0]
            for word in ("nosuid", "nodev"):
                self.assertIn(word, line)
        finally:
            self.gk("umount", self.tree)

    def test_busy(self):
        self.gk("mount", "--ro", self.image(), self.tree)
        with open(os.path.join(self.tree, "etc/hostname"), "rb"):
            self.gk_fails("umount", self.tree, match="busy")
        self.gk("umount", self.tree)

    def test_no_such_folder(self):
        self.gk_fails("mount", self.image(), self.path("nope"), match="No such file")

    def test_umount_of_what_is_no_mount(self):
        self.gk_fails("umount", self.tree, match="nothing is mounted")
        self.gk_fails("umount", "/proc", match="not mounted by guestkit")
        self.assertTrue(os.path.exists("/proc/self"))
