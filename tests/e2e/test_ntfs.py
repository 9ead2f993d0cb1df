# SPDX-License-Identifier: LGPL-3.0-or-later
"""NTFS, which ntfs-3g serves where the kernel has no driver: mounted, written, refused, and with Windows on it."""

import os
import signal
import struct
import subprocess

import guests
import windows
import world
from test_inspect import Inspect


class Ntfs(Inspect):
    def setUp(self):
        super().setUp()
        self.needs_program("linux.uml")
        for program in ("mkntfs", "ntfs-3g"):
            self.needs_program(program)

    def volume(self, size="24M"):
        path = self.file("n.raw")
        self.tool("truncate", "-s", size, path)
        self.tool("mkntfs", "-q", "-F", "-Q", path)
        return path

    def on(self, path, *lines, fails=False, **kwargs):
        """A session on the volume."""
        run = self.gk_fails if fails else self.gk
        return run("shell", "--launcher", "uml", "--format", "raw", "-a", path,
                   stdin="\n".join(("run",) + lines) + "\n", timeout=120, **kwargs)


class Mount(Ntfs):
    def test_files(self):
        path = self.volume()
        big = self.file("big", os.urandom(6 << 20))
        self.on(path, "mount /dev/sda /", "mkdir-p /Users/Jörg/Desktop", f"upload {big} /Users/Jörg/Desktop/big",
                "write /hello hello", "mv /hello /Users/there", "touch /gone", "rm /gone", "ln-s Users/there /link")
        out = self.path("out")
        r = self.on(path, "mount-ro /dev/sda /", "find /", f"download /Users/Jörg/Desktop/big {out}", "cat /Users/there",
                    "mountpoints", "vfs-type /dev/sda")
        self.assertEqual(sorted(r.out.splitlines()), sorted([
            "Users", "Users/Jörg", "Users/Jörg/Desktop", "Users/Jörg/Desktop/big", "Users/there", "link", "hello",
            "/dev/sda: /", "ntfs"]))
        self.assertEqual(self.read(out), self.read(big))
        self.tool("ntfs-3g.probe", "--readwrite", path)     # it was let go of whole

    def test_read_only_changes_nothing(self):
        path = self.volume()
        self.on(path, "mount /dev/sda /", "write /file x")
        before = self.checksum(path)
        self.on(path, "mount-ro /dev/sda /", "cat /file", "ls /")
        self.assertEqual(self.checksum(path), before)
        self.assertIn("Read-only file system", self.on(path, "mount-ro /dev/sda /", "write /file y", fails=True).err)
        self.gk("shell", "--launcher", "uml", "--ro", "--format", "raw", "-a", path, stdin="run\nmount /dev/sda /\nwrite /file y\n")
        self.assertEqual(self.checksum(path), before)

    def test_below_another(self):
        """On a folder of another filesystem, twice, and unmounted before and after that."""
        path, other = self.volume(), self.path("other.raw")
        self.tool("cp", path, other)
        r = self.gk("shell", "--launcher", "uml", "--format", "raw", "-a", path, "-a", other, stdin="""run
mount /dev/sda /
mkdir /mnt
mount /dev/sdb /mnt
write /mnt/b b
write /a a
umount /mnt
-cat /mnt/b
mount /dev/sdb /mnt
umount-all
mount /dev/sdb /
cat /b
""", timeout=120)
        self.assertEqual(r.out, "b\n")
        self.assertIn("/mnt/b: No such file", r.err)

    def test_killed(self):
        """What was synced is there, and the volume is one that can be mounted."""
        self.expected_kernel_fault = None
        path = self.volume()
        p = self.gk_start("shell", "--launcher", "uml", "--format", "raw", "-a", path, stdin=subprocess.PIPE)
        os.set_blocking(p.stdout.fileno(), False)
        p.stdin.write(b"run\nmount /dev/sda /\nwrite /kept kept\nsync\necho done\nfill 1 8000000 /more\n")
        p.stdin.flush()
        self.wait_for(lambda: b"done" in (p.stdout.read() or b""), "the sync", timeout=60)
        p.send_signal(signal.SIGKILL)
        p.wait()
        p.stdin.close()
        self.wait_for(lambda: not world.processes(), "the session to end", timeout=60)
        self.assertEqual(self.on(path, "mount /dev/sda /", "cat /kept").out, "kept\n")


class Refused(Ntfs):
    """An NTFS that Windows has not let go of is not written to, and the error says what to do."""

    def mark_dirty(self, path):
        """The flag in the record of $Volume, and in the copy of that."""
        disk = bytearray(self.read(path))
        sector, sectors = struct.unpack_from("<HB", disk, 11)
        size, = struct.unpack_from("<b", disk, 64)
        self.assertLess(size, 0)
        for field in (48, 56):
            at = struct.unpack_from("<Q", disk, field)[0] * sector * sectors + 3 * (1 << -size)
            attribute = at + struct.unpack_from("<H", disk, at + 20)[0]
            while struct.unpack_from("<I", disk, attribute)[0] != 0x70:
                attribute += struct.unpack_from("<I", disk, attribute + 4)[0]
            disk[attribute + struct.unpack_from("<H", disk, attribute + 20)[0] + 10] |= 1
        self.file("n.raw", disk)

    def test_dirty(self):
        path = self.volume("8M")
        self.mark_dirty(path)
        before = self.checksum(path)
        self.assertIn("marked dirty: only a read-only mount", self.on(path, "mount /dev/sda /", fails=True).err)
        self.assertEqual(self.on(path, "mount-ro /dev/sda /", "is-dir /").out, "true\n")
        self.assertEqual(self.checksum(path), before)
        self.assertEqual(self.on(path, "mount-options force /dev/sda /", "write /x x", "cat /x").out, "x\n")

    def test_hibernated(self):
        path = self.volume("8M")
        self.tool("ntfscp", "-f", path, self.file("hiber", b"hibr" + bytes(8188)), "hiberfil.sys")
        before = self.checksum(path)
        self.assertIn("Windows is hibernated on it", self.on(path, "mount /dev/sda /", fails=True).err)
        self.assertIn("hiberfil.sys", self.on(path, "mount-ro /dev/sda /", "ls /").out)
        self.assertEqual(self.checksum(path), before)

    def test_damaged(self):
        path = self.volume("8M")
        disk = bytearray(self.read(path))
        attempts = []
        for i, (at, data) in enumerate(((11, b"\0\0"), (13, b"\xff"), (48, b"\xff" * 8), (64, b"\x7f"), (64, b"\x80"))):
            broken = bytearray(disk)
            broken[at:at + len(data)] = data
            attempts += ["--format", "raw", "-a", self.file(f"broken{i}.raw", broken)]
        r = self.gk("shell", "--launcher", "uml", *attempts, timeout=120, stdin="run\n" + "".join(
            f"-mount-vfs '' ntfs /dev/sd{letter} /\n" for letter in "abcde") + "mounts\necho still here\n")
        self.assertEqual(r.out, "still here\n")
        self.assertEqual(len([line for line in r.err.splitlines() if "mount_vfs" in line]), 5, r.err)


class Guest(Ntfs):
    """Windows where it lives."""

    def guest(self, name):
        path, tree = self.volume(), self.path("tree")
        os.mkdir(tree)
        guests.make_tree(tree, windows.GUESTS[name][0])
        self.tool("tar", "-C", tree, "-cf", self.path("tree.tar"), ".")
        self.on(path, "mount /dev/sda /", f"tar-in {self.path('tree.tar')} /")
        return path

    def test_inspect(self):
        self.needs_program("hivexsh")
        path = self.guest("win10")
        expected = windows.GUESTS["win10"][1]
        lines = ["inspect-os"] + [f"inspect-get-{key} /dev/sda" for key in expected]
        out = self.on(path, *lines).out.splitlines()
        self.assertEqual(out, ["/dev/sda", *expected.values()])
        r = self.foreign("virt-inspector", "--format=raw", "-a", path, timeout=120)
        self.assertIn("<filesystem dev=\"/dev/sda\">\n        <type>ntfs</type>", r.out)

    def test_registry(self):
        """A value that is set in a hive on it is there in the next session."""
        self.needs_program("hivexsh")
        path = self.guest("win10")
        merge = self.file("m.reg", "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\New]\n"
                                   "\"value\"=dword:0000002a\n")
        self.gk("reg", "--launcher", "uml", "--format", "raw", path, "--merge", merge, timeout=120)
        shown = self.gk("reg", "--launcher", "uml", "--format", "raw", path, "HKEY_LOCAL_MACHINE\\SOFTWARE\\New", timeout=120)
        self.assertIn('"value"=dword:0000002a', shown.out)
