# SPDX-License-Identifier: LGPL-3.0-or-later
"""Encrypted devices and Linux RAID, in the kernel of the uml launcher: they need device-mapper and md, which
not every host's kernel has."""

import os
import subprocess

import world
from harness import GUESTKIT, Case

FIRST, SECOND = "first key, with blanks", "second"


class Layers(Case):
    def setUp(self):
        super().setUp()
        self.launcher = self.stacking()

    def shell(self, script, *options, **kwargs):
        return self.gk("shell", "--launcher", self.launcher, "--format", "raw", *options, "-f", self.file("script", script),
                       timeout=120, **kwargs)

    def disk(self, name, size):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        return path


class Luks(Layers):
    def container(self):
        """A LUKS2 device with two keys that cost little, and a file system."""
        self.needs_program("cryptsetup")
        path = self.disk("luks.raw", 40 << 20)
        cheap = ("--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--disable-locks", "--key-file")
        first, second = self.file("first", FIRST), self.file("second", SECOND)
        self.tool("cryptsetup", "-q", "luksFormat", "--type", "luks2", *cheap, first, path)
        self.tool("cryptsetup", "-q", "luksAddKey", *cheap, first, path, second)
        self.shell("run\nluks-open /dev/sda c\nmkfs ext4 /dev/mapper/c\nmount /dev/mapper/c /\n"
                   "write /hello world\n", "-a", path, "--keys-from-stdin", stdin=FIRST + "\n")
        return path

    def cat(self, path, *options, **kwargs):
        return ("cat", "--launcher", self.launcher, "--format", "raw", *options, path, "/hello")

    def test_keys(self):
        path = self.container()
        before = self.checksum(path)
        self.assertEqual(self.gk(*self.cat(path, "--key", "all:key:" + FIRST)).out, "world")
        # A wrong one, then the next; of the first file only what it holds.
        self.assertEqual(self.gk(*self.cat(path, "--key", "all:key:wrong", "--key",
                                           f"/dev/sda:file:{self.path('second')}")).out, "world")
        self.assertEqual(self.gk(*self.cat(path, "--keys-from-stdin"), stdin=SECOND + "\n").out, "world")
        self.gk_fails(*self.cat(path, "--key", "all:key:wrong"), match="none of the keys")
        self.gk_fails(*self.cat(path, "--key", "all:clevis"), match="Clevis")
        self.gk_fails(*self.cat(path), match="/dev/sda is encrypted")
        self.assertEqual(self.checksum(path), before)

    def test_calls(self):
        path = self.container()
        r = self.shell("""\
run
-luks-open /dev/sda c
cryptsetup-open /dev/sda c readonly:true
list-dm-devices
list-filesystems
blockdev-getro /dev/mapper/c
-mkfs ext2 /dev/mapper/c
mount-ro /dev/mapper/c /
cat /hello
-cryptsetup-close /dev/mapper/c
umount /
-cryptsetup-close /dev/sda
cryptsetup-close /dev/mapper/c
list-dm-devices
luks-kill-slot /dev/sda 0
-luks-kill-slot /dev/sda 1
-luks-open /dev/sda control
""", "-a", path, "--keys-from-stdin", "--errno", stdin=f"wrong\n{FIRST}\n{SECOND}\n{SECOND}\n{SECOND}\n")
        self.assertEqual(r.out.split("\n")[:4], ["/dev/mapper/c", "/dev/mapper/c: ext4", "true", "world"], str(r))
        self.assertEqual(r.out.split("\n")[4:], [""], str(r))
        errors = [line for line in r.err.split("\n") if ": " in line and "errno" not in line]
        for said, pattern in zip(errors, (
                "no key available with this passphrase", "mkfs: /dev/mapper/c", "in use", "not a /dev/mapper device",
                "no key available", "already exists")):
            self.assertRegex(said, pattern, str(r))
        self.assertIn("errno: EPERM", r.err)

    def test_format(self):
        path = self.disk("new.raw", 40 << 20)
        r = self.shell("run\nluks-format /dev/sda 1\nluks-uuid /dev/sda\nvfs-uuid /dev/sda\nvfs-type /dev/sda\n",
                       "-a", path, "--keys-from-stdin", stdin="k\n")
        uuid, same, kind, _ = r.out.split("\n")
        self.assertEqual((uuid, kind), (same, "crypto_LUKS"))

    def test_inspect_stays_on_one_processor(self):
        # It waits for the key meanwhile.
        p = self.gk_start("inspect", "--launcher", self.launcher, "--format", "raw", "--keys-from-stdin", self.container(),
                          stdin=subprocess.PIPE)
        self.wait_for(lambda: len(os.sched_getaffinity(p.pid)) == 1, "it to stay", timeout=60)
        p.communicate(b"wrong\n", timeout=120)
        self.assertEqual(p.returncode, 1)

    def test_key_is_nowhere(self):
        """Not in the trace, not in the log, not in the arguments of any process."""
        path = self.container()
        secret = "Xyzzy0815"
        p = self.start(GUESTKIT, "shell", "--launcher", self.launcher, "--format", "raw", "-v", "-x", "-a", path,
                       "--keys-from-stdin", "-f",
                       self.file("script", "run\nluks-add-key /dev/sda 3\nluks-open /dev/sda c\necho opened\n!sleep 1\n"),
                       stdin=subprocess.PIPE)
        p.stdin.write(f"{FIRST}\n{secret}\n{secret}\n".encode())
        p.stdin.close()
        seen = ""
        while p.poll() is None:
            seen += str(world.processes())
            try:
                p.wait(0.3)
            except subprocess.TimeoutExpired:
                pass
        out, err = p.stdout.read().decode(), p.stderr.read().decode()
        self.assertEqual(p.returncode, 0, out + err)
        self.assertIn("opened", out)
        self.assertIn('luks_open "/dev/sda" "***" "c"', err)
        for word in (FIRST, secret):
            self.assertNotIn(word, out + err + seen)


class Raid(Layers):
    def test_raid(self):
        self.needs_program("mdadm")
        disks = [self.disk(f"d{i}.raw", 40 << 20) for i in range(2)]
        options = [word for disk in disks for word in ("-a", disk)]
        r = self.shell("run\nmd-create one '/dev/sda /dev/sdb'\nlist-md-devices\nmkfs ext4 /dev/md/one\n"
                       "mount /dev/md/one /\nwrite /hello world\n", *options)
        self.assertRegex(r.out, r"^/dev/md\d+\n$")
        md = r.out.strip()
        # Found again when the disks are; and a session that writes nothing leaves no trace.
        before = [self.checksum(d) for d in disks]
        r = self.shell(f"run\nlist-md-devices\nlist-filesystems\nmount-ro {md} /\ncat /hello\n", "--ro", *options)
        self.assertEqual(r.out, f"{md}\n{md}: ext4\nworld\n", str(r))
        self.assertEqual([self.checksum(d) for d in disks], before)
        r = self.shell(f"run\nmd-detail {md}\nmd-stat {md}\nmd-stop {md}\nlist-md-devices\n", *options)
        self.assertRegex(r.out, r"(?m)^level: raid1$")
        self.assertRegex(r.out, r"mdstat_device: /dev/sda")

    def test_killed(self):
        """Nobody is there to stop the set of a session that was killed, but gc: with what stands on it."""
        self.needs_program("mdadm")
        self.needs_program("lvm")
        disks = [self.disk(f"d{i}.raw", 40 << 20) for i in range(2)]
        p = self.gk_start("shell", "--launcher", self.launcher, "--format", "raw", "-a", disks[0], "-a", disks[1],
                          stdin=subprocess.PIPE)
        os.set_blocking(p.stdout.fileno(), False)
        p.stdin.write(f"""\
run
md-create one '/dev/sda /dev/sdb'
pvcreate /dev/md/one
vgcreate vg /dev/md/one
lvcreate lv vg 16
mkfs ext4 /dev/vg/lv
mount /dev/vg/lv /
write /hello world
echo done
""".encode())
        p.stdin.flush()
        self.wait_for(lambda: b"done" in (p.stdout.read() or b""), "the stack", timeout=60)
        world.kill([p.pid, *world.processes()])
        p.wait()
        self.gk("gc", timeout=30)
        self.assertEqual(world.leaks(self.dir), [])
