# SPDX-License-Identifier: LGPL-3.0-or-later
"""Trees at a folder by programs: Debian's guestmount, and guestkit mount of an ordinary user."""

import os

import world
from harness import GUESTKIT, SLOW
from mounted import Mounted
from sandboxed import Uml


class GuestMount(Mounted):
    def setUp(self):
        super().setUp()
        self.needs_program("guestmount")

    def guestmount(self, *options):
        image = self.image()
        pidfile = self.path("pid")
        r = self.foreign("guestmount", "-a", image, "--pid-file", pidfile, *options, self.tree, timeout=120)
        self.assertEqual(r.status, 0, str(r))
        self.assertEqual(self.read(os.path.join(self.tree, "etc/hostname")), b"small-guest\n")
        if "--ro" not in options:
            with open(os.path.join(self.tree, "etc/motd"), "w", encoding="ascii") as f:
                f.write("through guestmount\n")
        kinds = self.mounted()
        # It needs no library of ours.
        self.tool("guestunmount", "--quiet", self.tree, timeout=60)
        self.assertEqual(self.mounted(), [])
        self.wait_for(lambda: not os.path.exists(pidfile), "guestmount to end", timeout=60)
        self.wait_for(lambda: not world.processes(), "the session to end", timeout=60)
        if "--ro" not in options:
            self.assertEqual(self.gk("cat", image, "/etc/motd").out, "through guestmount\n")
        return kinds

    def test_guestmount(self):
        kinds = self.guestmount("-m", "/dev/sda2")
        self.assertEqual(len(kinds), 1)
        if os.environ.get("GUESTKIT_LAUNCHER") == "local":
            self.assertNotIn("fuse", kinds[0])

    def test_guestmount_of_all_filesystems(self):
        self.guestmount("-i", "-o", "allow_other")

    def test_guestmount_readonly(self):
        self.guestmount("--ro", "-m", "/dev/sda2", "-o", "uid=0", "-o", "kernel_cache")

    def test_guestmount_in_the_foreground(self):
        p = self.foreign_start("guestmount", "--no-fork", "-a", self.image(), "-m", "/dev/sda2", self.tree)
        self.wait_for(self.mounted, "the mount", timeout=60)
        self.assertEqual(self.read(os.path.join(self.tree, "etc/hostname")), b"small-guest\n")
        self.tool("guestunmount", "--quiet", self.tree, timeout=60)
        self.assertEqual(p.wait(60 * SLOW), 0)


class MountByUser(Uml):
    """guestkit mount by an ordinary user."""

    def user(self, *args):
        r = self.run_program("/run/others/guestkit", *args, user=65534, cwd="/", env={"HOME": "/nonexistent"}, timeout=120)
        self.sane(r)
        self.assertEqual(r.status, 0, str(r))

    def test_it(self):
        self.needs_program("fusermount3")
        if not os.access("/dev/fuse", os.R_OK):
            self.skipTest("there is no /dev/fuse")
        tree, image = "/tmp/tree", "/tmp/user.qcow2"
        self.tool("cp", self.image(), image)
        os.mkdir(tree)
        for path in (tree, image):
            os.chown(path, 65534, 65534)
        os.makedirs("/run/others")
        self.tool("mount", "--bind", os.path.dirname(GUESTKIT), "/run/others")
        try:
            self.user("mount", "--launcher", "uml", "--rw", image, tree)
            shown = self.run_program("/bin/sh", "-c", "echo mine > tree/etc/motd && cat tree/etc/hostname", user=65534, cwd="/tmp")
            self.user("umount", tree)
            self.assertEqual(shown.out, "small-guest\n", str(shown))
            self.wait_for(lambda: not world.processes(), "the session to end", timeout=60)
            self.assertEqual(self.gk("cat", image, "/etc/motd").out, "mine\n")
        finally:
            self.tool("umount", "/run/others")
            os.rmdir("/run/others")
            self.tool("rm", "-rf", image, tree, "/tmp/guestkit-mounts-65534", "/tmp/guestkit-65534")
