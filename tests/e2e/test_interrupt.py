# SPDX-License-Identifier: LGPL-3.0-or-later
"""Commands that take long, on a terminal: each shows how far it is, and Ctrl-C ends it as it should.

The disk is slow, so that they take long here, too.
"""

import os
import pty
import re
import select
import signal
import time

import slowdisk
from harness import GUESTKIT, SLOW, Case

MIB = 1 << 20
RATE = r" +\d+% \[#* *\] +\d+\.\d MB/s \d\d:\d\d:\d\d"
PULSE = r" ---% \[ {0,37}### {0,37}\] \d\d:\d\d:\d\d"


class Long(Case):
    """self.disk: a filesystem with /big and /tree on /dev/sda1, what nobody knows on /dev/sda2."""

    def setUp(self):
        super().setUp()
        if not os.access("/dev/fuse", os.R_OK):
            self.skipTest("there is no /dev/fuse")
        self.disk = self.disk_image("slow.content.raw")
        self.images[self.disk] = ""
        self.slow = None
        os.mkdir(self.path("out"))

    def disk_image(self, name):
        path = self.path(name)
        tree = self.path("tree.d")
        os.makedirs(tree + "/tree/sub")
        for i in range(20):
            with open(f"{tree}/tree/sub/{i}", "wb") as f:
                f.write(bytes([i]) * MIB)
        with open(tree + "/big", "wb") as f:
            f.write(b"big." * (30 * MIB // 4))
        with open(path, "wb") as f:
            f.truncate(160 * MIB)
        self.tool("sfdisk", "-q", path, stdin="label: gpt\nstart=2048,size=204800\nsize=81920\n")
        self.tool("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, "-E", f"offset={MIB},lazy_itable_init=0", path, "100M")
        with open(path, "r+b") as f:
            f.seek(101 * MIB)
            f.write(b"what nobody knows" * (40 * MIB // 17))
        self.tool("rm", "-r", tree)
        return path

    def on_slow(self, rate, content=None):
        """What is slow: the disk, or another file."""
        self.slow = slowdisk.SlowFile(self.path("slow"), content or self.disk, int(rate * MIB))
        return self.slow.path

    def finish(self):
        if self.slow and os.path.exists(self.slow.path):
            self.slow.close()
        return super().finish()

    def begin(self, *argv):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.dir)
            os.execve(GUESTKIT, [GUESTKIT, *argv], self.environ())
        return pid, terminal

    def shown(self, terminal, until, so_far=""):
        """What the terminal shows until that is in it, or to the end."""
        end = time.monotonic() + 60 * SLOW
        while not (until and re.search(until, so_far)):
            if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
                self.fail(f"no /{until}/ in: {so_far}")
            try:
                so_far += os.read(terminal, 65536).decode()
            except OSError:
                break
        return so_far

    def interrupt(self, pid, terminal, shown):
        """The keys, and what is then to be seen: one line, the signal, nothing left."""
        os.write(terminal, b"\x03")
        after = self.shown(terminal, None, "")
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGINT, shown + after)
        lines = [re.sub(r".*\r(\033\[K)?", "", line.rstrip("\r")) for line in after.split("\n")]
        # A call that came to its end all the same has a bar that did, too.
        said = [line for line in lines if line and not re.search(r"libguestfs: trace:|^ 100% \[#+\]", line)]
        self.assertEqual(len(said), 1, after)
        self.assertRegex(said[0], r"^guestkit: (.*cancelled|interrupted)")
        self.wait_for(self.slow.unmount, "the end of the session", timeout=60)
        return said[0]

    def check(self, bar, *argv, rate=None):
        """rate: only what comes after the launch is slow."""
        before = set(os.listdir(self.dir))
        pid, terminal = self.begin(*argv, *(["-x"] if rate else []))
        if rate:
            self.shown(terminal, "trace: launch = 0")
            self.slow.set_rate(rate * MIB)
        shown = self.shown(terminal, r"\r" + bar)
        self.assertRegex(shown, r"\r" + bar)
        # On a busy machine the command could come to its end before the keys come to it.
        self.slow.set_rate(MIB // 2)
        self.interrupt(pid, terminal, shown)
        self.assertEqual(set(os.listdir(self.dir)), before)
        self.assertEqual(os.listdir(self.path("out")), [])
        # The filesystem is sound, but for its journal.
        self.images[self.disk] = "recoverable"


class Out(Long):
    def test_cp(self):
        self.check(RATE, "cp", "-m", "/dev/sda1", self.on_slow(4) + ":/big", "out/big")

    def test_cp_of_a_tree(self):
        self.check(PULSE, "cp", "-R", "-m", "/dev/sda1", self.on_slow(4) + ":/tree", "out")

    def test_tar_out(self):
        self.check(PULSE, "tar-out", "-m", "/dev/sda1", self.on_slow(4), "/", "out/all.tar")

    def test_checksum(self):
        self.check(RATE, "shell", "--ro", "-m", "/dev/sda1", "-a", self.on_slow(4), "checksum", "sha256", "/big")

    def test_copy_device_to_file(self):
        self.check(RATE, "shell", "-m", "/dev/sda1", "-a", self.on_slow(4), "copy-device-to-file", "/dev/sda2", "/copy")


class In(Long):
    def test_cp(self):
        """Into a filesystem that is quick, from a file that is not."""
        source = self.on_slow(4, self.file("source", b"in.." * (30 * MIB // 4)))
        self.check(RATE, "cp", "-m", "/dev/sda1", source, self.disk + ":/new")
        self.assertNotIn("new", self.gk("ls", "-m", "/dev/sda1", self.disk, "/").out)

    def test_tar_in(self):
        """How large a file is can be known, also when it is not read at once."""
        self.tool("tar", "-C", self.dir, "-cf", "in.tar", os.path.basename(self.file("member", b"in.." * (30 * MIB // 4))))
        self.check(RATE, "tar-in", "-m", "/dev/sda1", self.disk, self.on_slow(4, self.path("in.tar")), "/")


class Devices(Long):
    def test_wipe(self):
        self.check(RATE, "wipe", "--zero", "--force", self.on_slow(4), "/dev/sda2")

    def test_mkfs(self):
        self.check(PULSE, "mkfs", "--force", "--type", "ext4", self.on_slow(50), "/dev/sda2", rate=2)

    def test_fsck(self):
        self.check(PULSE, "fsck", self.on_slow(50), "/dev/sda1", rate=0.1)

    def test_sparsify(self):
        self.check(PULSE, "sparsify", self.on_slow(50), rate=0.5)

    def test_no_bar(self):
        for option in ("--json", "--quiet"):
            with self.subTest(option):
                pid, terminal = self.begin("wipe", "--zero", "--force", option, self.on_slow(4), "/dev/sda2")
                # So much takes longer than it takes for a bar to appear.
                self.wait_for(lambda: self.slow.moved() > 12 * MIB, "the work", timeout=60)
                self.assertNotIn("%", self.interrupt(pid, terminal, ""))
                self.slow.close()


class Units(Long):
    """Of changes that land as a whole nothing is left beside the image."""

    def test_before_they_land(self):
        script = self.file("script", "fill 1 1000 /new\nchecksum sha256 /big\n")
        self.check(RATE, "run", "-m", "/dev/sda1", self.on_slow(4), script)
        self.assertNotIn("new", self.gk("ls", "-m", "/dev/sda1", self.disk, "/").out)

    def test_in_a_program_of_the_host(self):
        """Which gets the signal, too, and no call is there to be cancelled."""
        script = self.file("script", "fill 1 1000 /new\n!echo begun; exec sleep 1000\n")
        self.on_slow(50)
        before = set(os.listdir(self.dir))
        pid, terminal = self.begin("run", "-m", "/dev/sda1", self.slow.path, script)
        self.interrupt(pid, terminal, self.shown(terminal, "begun"))
        self.assertEqual(set(os.listdir(self.dir)), before)

    def test_while_they_land(self):
        """They do, but one need not wait."""
        script = self.file("script", f"fill 1 {20 * MIB} /new\n")
        self.on_slow(200)
        before = set(os.listdir(self.dir))
        pid, terminal = self.begin("run", "-m", "/dev/sda1", self.slow.path, script)
        self.wait_for(lambda: os.path.exists(self.path(".slow.guestkit-commit")), "the landing", timeout=60, pause=0.002)
        self.slow.set_rate(2 * MIB)
        shown = self.shown(terminal, r"\r" + PULSE)
        os.write(terminal, b"\x03")
        shown = self.shown(terminal, None, shown)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGINT, shown)
        self.assertRegex(shown, r"\r\033\[Kguestkit: interrupted; the changes go into the image all the same\r\n$")
        self.slow.set_rate(200 * MIB)
        self.wait_for(lambda: set(os.listdir(self.dir)) == before, "the end of the landing", timeout=60)
        self.wait_for(self.slow.unmount, "the end of all", timeout=60)
        self.assertEqual(self.gk("shell", "--ro", "-m", "/dev/sda1", "-a", self.disk, "filesize", "/new").out, f"{20 * MIB}\n")
        self.images[self.disk] = "clean"
