# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit mount: the guest's tree in the caller's own namespace."""

import errno
import fcntl
import os

import world
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


class Again(Case):
    """At a folder whose last session is just ending."""

    def test_waits_for_the_one_before(self):
        tree = self.path("tree")
        os.mkdir(tree)
        h = 0xcbf29ce484222325
        for c in os.fsencode(os.path.realpath(tree)):
            h = (h ^ c) * 0x100000001b3 % 2**64
        record = "/run/guestkit/mounts/%016x" % h
        os.makedirs(os.path.dirname(record), 0o700, exist_ok=True)
        with open(record, "w", encoding="ascii") as before:
            fcntl.flock(before, fcntl.LOCK_EX)
            p = self.gk_start("mount", "--ro", self.image(), tree)
            self.wait_for(lambda: any(record in self.opened(pid) for pid in world.processes()), "it looks")
            os.unlink(record)
        self.assertEqual(p.wait(60), 0)
        p.stdout.close()
        self.gk("umount", tree)
        self.assertEqual(os.listdir(tree), [])

    @staticmethod
    def opened(pid):
        folder = f"/proc/{pid}/fd/"
        try:
            return [os.readlink(folder + n) for n in os.listdir(folder)]
        except OSError:
            return []


class OverAMount(Case):
    """The folder is a mount of somebody else, who has it back afterwards."""

    def setUp(self):
        super().setUp()
        self.tree = self.path("tree")
        os.mkdir(self.tree)
        world.mount("mine", self.tree, "tmpfs")
        self.addCleanup(self.let_go)
        with open(os.path.join(self.tree, "mine"), "w", encoding="ascii"):
            pass

    def let_go(self):
        if os.path.ismount(self.tree):
            world.umount(self.tree)

    def assert_mine(self):
        self.assertEqual(os.listdir(self.tree), ["mine"])

    def show(self):
        self.gk("mount", "--ro", "-m", "/dev/sda2", self.image(), self.tree)
        self.assertIn("etc", os.listdir(self.tree))

    def unmount_by_hand(self):
        """Once all who made the mount have closed what they made it with."""
        def unmounted():
            try:
                world.umount(self.tree)
            except OSError as e:
                self.assertEqual(e.errno, errno.EBUSY)
                return False
            return True
        self.wait_for(unmounted, "the tree is free")

    def ended(self):
        self.wait_for(lambda: not world.processes(), "the session ends")

    def test_umount(self):
        self.show()
        self.gk("umount", self.tree)
        self.assert_mine()

    def test_unmounted_by_hand(self):
        self.show()
        self.unmount_by_hand()
        self.ended()
        self.assert_mine()
        self.gk_fails("umount", self.tree, match="not mounted by guestkit")
        self.assert_mine()

    def test_unmounted_after_a_kill(self):
        self.show()
        world.kill(world.processes())
        self.ended()
        with open("/proc/self/mountinfo", encoding="utf-8") as f:
            there = [x for x in f if x.split()[4] == self.tree]
        if len(there) > 1:      # with FUSE, who watches its server may have been the last one killed
            self.unmount_by_hand()
        self.assert_mine()
        self.gk("gc")
        self.gk_fails("umount", self.tree, match="not mounted by guestkit")
        self.assert_mine()

    def test_mount_local(self):
        for options in ("", "uid=12"):
            with self.subTest(options=options):
                self.python_guestfs(self.LOCAL, self.image(name="l%s.qcow2" % options), self.tree, options)
                self.assert_mine()

    LOCAL = r"""
import os, subprocess, sys, threading, guestfs
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1], readonly=True)
g.launch ()
g.mount_ro ("/dev/sda2", "/")
tree = sys.argv[2]
options = dict (options=sys.argv[3]) if sys.argv[3] else {}
g.mount_local (tree, **options)
run = threading.Thread (target=g.mount_local_run)
run.start ()
assert "etc" in os.listdir (tree), os.listdir (tree)
g.umount_local ()
run.join ()
assert os.listdir (tree) == ["mine"], os.listdir (tree)
# Unmounted by others, it is not unmounted once more.
g.mount_local (tree, **options)
run = threading.Thread (target=g.mount_local_run)
run.start ()
while subprocess.run (["umount", tree], stderr=subprocess.DEVNULL).returncode:
    pass
run.join ()
try:
    g.umount_local ()
except RuntimeError:
    pass
assert os.listdir (tree) == ["mine"], os.listdir (tree)
g.shutdown ()
"""
