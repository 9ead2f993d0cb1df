# SPDX-License-Identifier: LGPL-3.0-or-later
"""The harness itself: it must see what it is there to see."""

import os
import subprocess

import world
from harness import Case, check_image


class Leaks(Case):
    def leaks(self):
        return "\n".join(world.leaks(self.dir))

    def test_nothing(self):
        self.tool("true")
        self.assertEqual(self.leaks(), "")

    def test_process(self):
        p = self.start("sleep", "100")
        self.wait_for(lambda: "sleep 100" in str(world.processes()), "sleep to be itself")
        self.assertIn("sleep 100", self.leaks())
        p.kill()
        p.wait()

    def test_orphan(self):
        self.tool("sh", "-c", "setsid sleep 101 >/dev/null 2>&1 &")
        found = self.leaks()
        self.assertIn("sleep 101", found)
        world.sweep(self.dir)
        self.assertEqual(self.leaks(), "")

    def test_mount(self):
        self.tool("mount", "-t", "tmpfs", "x", "/mnt")
        self.assertIn("still mounted: /mnt", self.leaks())
        self.tool("umount", "/mnt")

    def test_mount_from_another_namespace(self):
        # What a worker does that forgets to make its namespace private.
        self.tool("unshare", "-m", "--propagation", "unchanged", "mount", "-t", "tmpfs", "x", "/mnt")
        self.assertIn("still mounted: /mnt", self.leaks())
        self.tool("umount", "/mnt")

    def test_loop(self):
        self.tool("losetup", "-f", self.image("ext4.raw"))
        self.assertIn("still attached", self.leaks())
        world.sweep(self.dir)
        self.assertEqual(self.leaks(), "")

    def test_files(self):
        for path in ("/tmp/x", "/var/tmp/y", "/run/z", "/dev/shm/w"):
            with open(path, "w"):
                pass
        found = self.leaks()
        for path in ("/tmp/x", "/var/tmp/y", "/run/z", "/dev/shm/w"):
            self.assertIn(path, found)
            os.unlink(path)

    def test_hang(self):
        with self.assertRaises(AssertionError) as caught:
            self.run_program("sleep", "100", timeout=0.2)
        self.assertIn("no end after", str(caught.exception))

    def test_server_that_holds_stdout(self):
        self.tool("sh", "-c", "sleep 30 & echo $!", timeout=5)
        world.sweep(self.dir)


class Images(Case):
    def test_sound(self):
        for template in ("gpt.qcow2", "mbr-logical.raw", "xfs.qcow2"):
            self.assertEqual(check_image(self.image(template), "clean", self.dir), [])

    def test_spoilt(self):
        image = self.image("gpt.raw", check="")
        with open(image, "r+b") as f:
            f.seek((9 << 20) + 4096)        # the group's own tables
            f.write(os.urandom(16384))
        self.assertIn("e2fsck", "\n".join(check_image(image, "clean", self.dir)))

    def test_dirty_journal(self):
        image = self.image("ext4-dirty.qcow2", check="")
        self.assertNotEqual(check_image(image, "clean", self.dir), [])
        self.assertEqual(check_image(image, "recoverable", self.dir), [])

    def test_spoilt_qcow2(self):
        image = self.bad_image("qcow2-l1-garbage")
        self.assertIn("qemu-img check", "\n".join(check_image(image, "clean", self.dir)))

    def test_all_faults_can_be_made(self):
        generate = os.path.join(os.path.dirname(__file__), "../bad-images/generate")
        self.tool(generate, self.path("bad"), env={"GUESTKIT_CACHE": os.environ["GUESTKIT_CACHE"]})
        listed = self.tool(generate, "-l").out.splitlines()
        self.assertGreaterEqual(len(os.listdir(self.path("bad"))), len(listed))
        subprocess.run(["rm", "-r", self.path("bad")], check=True)
