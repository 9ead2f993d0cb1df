# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disks on the kernel's nbd.

In User-Mode Linux, whose kernel has nbd wherever this runs: an image server in there has the disk open
that the kernel got from outside, and the kernel is its client over netlink.  With GUESTKIT_LAUNCHER=local
the same on a machine whose own kernel has nbd."""

import os
import signal
import subprocess

import world
from harness import LOST_ITS_DISK, SLOW
from sandboxed import Uml

NBD = {"GUESTKIT_BACKEND_SETTINGS": "attacher=nbd"}


class Nbd(Uml):
    def setUp(self):
        super().setUp()
        self.launcher = self.stacking("nbd")

    def commands(self, script, *options, **kwargs):
        return self.gk("shell", "--launcher", self.launcher, *options, "-f", self.file("script", script), env=NBD, **kwargs)

    def empty(self, name, size, fmt="qcow2"):
        path = self.path(name)
        self.tool("qemu-img", "create", "-q", "-f", fmt, path, size)
        self.images[path] = "clean"
        return path

    def begin(self, *options):
        return self.gk_start("shell", "--launcher", self.launcher, *options, env=NBD, stdin=subprocess.PIPE)

    def console(self):
        text = ""
        for name in os.listdir(world.CONSOLES):
            with open(os.path.join(world.CONSOLES, name), encoding="utf-8", errors="replace") as f:
                text += f.read()
        return text


class Disks(Nbd):
    def test_every_format(self):
        formats = ("raw", "qcow2", "vmdk", "vdi", "vpc", "vhdx")
        raw, add, script = self.image("gpt.raw", "template.raw"), "", "run\n"
        for i, fmt in enumerate(formats):
            path = self.path("disk." + fmt)
            self.tool("qemu-img", "convert", "-O", fmt, raw, path)
            add += f"add-drive {path} format:{fmt}\n"
            script += f"mount /dev/sd{'abcdef'[i]}2 /\nwrite /data/mark {fmt}\numount-all\n"
        self.commands(add + script)
        # Read back on another way.
        script = "run\n" + "".join(f"mount-ro /dev/sd{n}2 /\ncat /data/mark\numount-all\n" for n in "abcdef")
        r = self.gk("shell", "--launcher", self.launcher, stdin=add + script)
        self.assertEqual(tuple(r.out.split()), formats)
        for fmt in ("qcow2", "vmdk", "vdi", "vhdx"):
            self.tool("qemu-img", "check", "-f", fmt, self.path("disk." + fmt))

    def test_several_connections(self):
        big = self.file("big", os.urandom(1 << 20) * 48)
        image = self.empty("disk.qcow2", "200M")
        r = self.commands(f"run\npart-disk /dev/sda gpt\nmkfs ext4 /dev/sda1\nmount /dev/sda1 /\nupload {big} /big\n"
                          "umount-all\nmount /dev/sda1 /\nchecksum sha256 /big\n", "-v", "-a", image)
        self.assertEqual(r.out.split(), [self.sha256(big)])
        self.assertIn("nbd0, 4 connections", r.err)

    def test_eight_devices(self):
        options, script = [], "run\nlist-devices\n"
        for i, name in enumerate("abcdefgh"):
            options += ["-a", self.empty(f"{name}.qcow2", f"{32 + i}M")]
            script += f"mkfs ext2 /dev/sd{name} label:{name}\n"
        script += "".join(f"blockdev-getsize64 /dev/sd{name}\nvfs-label /dev/sd{name}\n" for name in "abcdefgh")
        r = self.commands(script, *options)
        expected = [f"/dev/sd{name}" for name in "abcdefgh"]
        for i, name in enumerate("abcdefgh"):
            expected += [str(32 + i << 20), name]
        self.assertEqual(r.out.split(), expected)

    def test_eight_sessions(self):
        started = []
        for i in range(8):
            p = self.begin("-a", self.empty(f"{i}.qcow2", "64M"))
            p.stdin.write(f"run\nmkfs ext4 /dev/sda\nmount /dev/sda /\nwrite /mark {i}\nsync\n".encode())
            p.stdin.flush()
            started.append(p)
        for p in started:
            os.set_blocking(p.stdout.fileno(), False)
            p.stdin.write(b"cat /mark\n")
            p.stdin.flush()
        # All of them live at the same time.
        for i, p in enumerate(started):
            out = self.wait_for(lambda p=p: p.stdout.read(), "an answer", timeout=100)
            self.assertTrue(out.startswith(str(i).encode()), out)
            self.assertIsNone(p.poll())
        for p in started:
            p.stdin.close()
        for p in started:
            self.assertEqual(p.wait(60 * SLOW), 0)

    def test_read_only(self):
        image = self.image()
        before = self.checksum(image)
        r = self.commands("run\nmount /dev/sda2 /\nwrite /data/mark here\nsync\ncat /data/mark\n", "--ro", "-a", image)
        self.assertEqual(r.out, "here\n")
        self.assertEqual(self.checksum(image), before)
        r = self.commands("run\nmount-ro /dev/sda2 /\nis-file /data/mark\n", "--ro", "-a", image)
        self.assertEqual(r.out, "false\n")

    def test_16_tib(self):
        image, sectors = self.empty("huge.qcow2", "16T"), 1 << 35
        del self.images[image]          # too large to be looked at as a raw file
        r = self.commands(f"run\nblockdev-getsize64 /dev/sda\npart-init /dev/sda gpt\n"
                          f"part-add /dev/sda p 2048 206847\npart-add /dev/sda p {sectors - 206848} {sectors - 2048}\n"
                          "mkfs ext4 /dev/sda1\nmkfs ext4 /dev/sda2\nmount /dev/sda2 /\nwrite /mark end\n"
                          "cat /mark\numount-all\nmount /dev/sda1 /\nls /\n", "-a", image)
        self.assertEqual(r.out.split(), [str(16 << 40), "end", "lost+found"])
        self.tool("qemu-img", "check", image)
        self.assertLess(os.stat(image).st_blocks * 512, 200 << 20)
        r = self.commands("run\nmount-ro /dev/sda2 /\ncat /mark\n", "--ro", "-a", image)
        self.assertEqual(r.out, "end\n")

    def test_sectors_of_4096(self):
        image = self.empty("4k.raw", "256M", "raw")
        del self.images[image]          # whose table the tools take for one of 512
        add = f"add-drive {image} format:raw blocksize:4096\nrun\n"
        r = self.commands(add + "blockdev-getss /dev/sda\npart-init /dev/sda gpt\npart-add /dev/sda p 256 -256\n"
                          "mkfs ext4 /dev/sda1\nmount /dev/sda1 /\nwrite /mark here\nblockdev-getsize64 /dev/sda1\n")
        self.assertEqual(r.out.split(), ["4096", str((65536 - 255 - 256) * 4096)])
        self.assertEqual(self.read(image)[4096:4104], b"EFI PART")
        r = self.commands(add + "mount /dev/sda1 /\ncat /mark\n")
        self.assertEqual(r.out, "here\n")

    def test_growing(self):
        # The disk of a session has the size that it had at the beginning: qemu's tools are refused
        # while it lasts, and who grows the file without asking does no harm.  The next session sees it.
        image = self.empty("disk.raw", "64M", "raw")
        p = self.begin("--format", "raw", "-a", image)
        os.set_blocking(p.stdout.fileno(), False)

        def ask(command):
            p.stdin.write(command)
            p.stdin.flush()
            return self.wait_for(lambda: p.stdout.read(), "an answer", timeout=60).decode().strip()
        self.assertEqual(ask(b"run\nmkfs ext4 /dev/sda\nblockdev-getsize64 /dev/sda\n"), str(64 << 20))
        r = self.run_program("qemu-img", "resize", "-q", "-f", "raw", image, "128M")
        self.assertNotEqual(r.status, 0)
        self.assertRegex(r.err, "lock")
        os.truncate(image, 128 << 20)
        self.assertEqual(ask(b"list-partitions\nblockdev-getsize64 /dev/sda\n"), str(64 << 20))
        self.assertEqual(ask(b"mount /dev/sda /\nwrite /mark here\ncat /mark\n"), "here")
        p.stdin.close()
        self.assertEqual(p.wait(60 * SLOW), 0)
        r = self.commands("run\nblockdev-getsize64 /dev/sda\nmount /dev/sda /\ncat /mark\n",
                          "--format", "raw", "-a", image)
        self.assertEqual(r.out.split(), [str(128 << 20), "here"])


class Killed(Nbd):
    """The image server goes while much is written: an error soon, and nothing is left."""

    def fill(self):
        """A session that writes, seen in its image."""
        image = self.empty("disk.qcow2", "1G")
        self.images[image] = "recoverable"
        p = self.begin("-a", image)
        os.set_blocking(p.stdout.fileno(), False)
        p.stdin.write(b"run\nmkfs ext4 /dev/sda\nmount /dev/sda /\nwrite /before here\nsync\necho ready\n")
        p.stdin.flush()
        self.wait_for(lambda: b"ready" in (p.stdout.read() or b""), "the filesystem", timeout=60)
        before = os.stat(image).st_blocks
        # More than the kernel keeps before it writes; but ext4 goes on to take what is written when its
        # journal has failed, and tries to write down each page's failure, which takes long.
        p.stdin.write(b"-fill 88 240000000 /big\n-sync\n-write /after x\necho alive\n")
        p.stdin.close()
        self.wait_for(lambda: os.stat(image).st_blocks > before + (8 << 11), "much that is written", timeout=60)
        return image, p

    def ended(self, p):
        status = p.wait(100 * SLOW)     # the time-out of a request is 60 s
        return status, (p.stdout.read() or b"").decode(), p.stderr.read().decode()

    def mark_is_there(self, image):
        r = self.gk("shell", "--launcher", self.launcher, "--ro", "-a", image, "-m", "/dev/sda", "cat", "/before")
        self.assertEqual(r.out, "here\n")

    def test_server_of_the_kernel(self):
        # The one that the kernel's nbd talks to: in there all processes but the first are killed.
        image, p = self.fill()
        if self.launcher == "local":
            os.kill(self.find("qemu-storage-daemon")[0], signal.SIGKILL)
        else:
            self.mconsole(self.kernels()[0], "sysrq i")
        status, out, err = self.ended(p)
        # The session goes on, but for the filesystem; that its end is none is said.
        self.assertIn("alive", out)
        self.assertRegex(err, "(?i)(read-only file system|input/output error)")
        self.assertNotIn("timed out", err)
        self.assertEqual(status, 1, err)
        if self.launcher == "uml":
            self.assertRegex(self.console(), "block nbd0: shutting down sockets")
        self.wait_for(lambda: not world.leaks(self.dir), "the session to be gone")
        self.mark_is_there(image)

    def test_server_of_the_image(self):
        # The one outside, without which there is no disk in there: the session is over and says so.
        if self.launcher == "local":
            self.skipTest("there is one server only")
        image, p = self.fill()
        self.expected_kernel_fault = LOST_ITS_DISK
        os.kill(self.find("qemu-storage-daemon")[0], signal.SIGKILL)
        status, out, err = self.ended(p)
        self.assertRegex(err, "(fill|sync): the worker ended unexpectedly .the image server of drive 0 ended")
        self.assertRegex(err, "call launch before")
        self.wait_for(lambda: not world.leaks(self.dir), "the session to be gone")
        self.mark_is_there(image)
