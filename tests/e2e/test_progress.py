# SPDX-License-Identifier: LGPL-3.0-or-later
"""Long transfers of the command: the bar on a terminal, and Ctrl-C."""

import os
import pty
import re
import select
import signal
import time

from harness import GUESTKIT, SLOW, Case

MIB = 1 << 20


class Transfers(Case):
    def setUp(self):
        super().setUp()
        self.disk = self.file("disk.raw")
        os.truncate(self.disk, 400 * MIB)
        self.images[self.disk] = "clean"
        self.on_disk("run", "mkfs ext4 /dev/sda", "mount /dev/sda /", f"fill-pattern abcdefgh {256 * MIB} /big", "mkdir /in")

    def on_disk(self, *lines):
        return self.gk("shell", "--format", "raw", "-a", self.disk, stdin="\n".join(lines), timeout=120).out

    def options(self):
        return ("--format", "raw", "-m", "/dev/sda")

    def on_terminal(self, *options, command=("download", "/big"), until=b"MB/s", gone=False):
        """What the terminal shows of a download whose reader takes its time until it has shown that, or for some seconds."""
        fifo = self.path("fifo")
        if not os.path.exists(fifo):
            os.mkfifo(fifo)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(GUESTKIT, [GUESTKIT, "shell", *options, "--ro", *self.options(), "-a", self.disk, *command, fifo],
                      self.environ())
        reader = os.open(fifo, os.O_RDONLY)
        shown, got, begun, end = b"", 0, time.monotonic(), time.monotonic() + 120 * SLOW
        while time.monotonic() < end:
            slow = time.monotonic() < begun + 4 and until not in shown
            ready = select.select([terminal] if slow or gone is None else [terminal, reader], [], [], 0.02 if slow else 10)[0]
            if terminal in ready:
                try:
                    shown += os.read(terminal, 65536)
                except OSError:             # it has ended
                    break
            if gone and not slow:
                os.close(reader)
                reader = os.open("/dev/null", os.O_RDONLY)
                gone, ready = None, []
            if gone is not None and (slow or reader in ready):
                got += len(os.read(reader, 32768 if slow else MIB))
        os.close(reader)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1 if gone is None else 0, shown)
        if gone is not None:
            self.assertGreaterEqual(got, 256 * MIB)
        return shown.decode()

    def test_bar(self):
        shown = self.on_terminal()
        self.assertRegex(shown, r"\r +\d+% \[#* *\] +\d+\.\d MB/s \d\d:\d\d:\d\d")
        self.assertRegex(shown, r"100% \[#{40}\].*\n")
        part = [int(p) for p in re.findall(r"(\d+)%", shown)]
        self.assertEqual(part, sorted(part))

    def test_mark_that_wanders(self):
        """Nobody knows how long a tar file will be, but one sees that it goes on, and since when."""
        shown = self.on_terminal(command=("tar-out", "/"), until=b"00:00:01")
        self.assertRegex(shown, r"\r ---% \[ {0,37}### {0,37}\] 00:00:0\d")
        self.assertRegex(shown, r"\r 100% \[#{40}\]\033\[K\r?\n$")

    def test_error_after_a_bar(self):
        """Who reads goes away: the bar does, too, and the error begins its line."""
        shown = self.on_terminal(command=("tar-out", "/"), until=b"---%", gone=True)
        self.assertRegex(shown, r"\r ---% .*\r\033\[Kguestkit: tar_out: .*Broken pipe")

    def test_no_bar_when_it_is_not_wanted(self):
        self.assertEqual(self.on_terminal("--quiet"), "")

    def test_no_bar_without_a_terminal(self):
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        p = self.gk_start("shell", "--ro", *self.options(), "-a", self.disk, "download", "/big", fifo)
        with open(fifo, "rb", buffering=0) as f:
            end = time.monotonic() + 3
            while time.monotonic() < end:
                f.read(32768)
                time.sleep(0.02)
            while f.read(MIB):
                pass
        self.assertEqual(p.communicate(timeout=60 * SLOW), (b"", b""))
        self.assertEqual(p.returncode, 0)

    # --- Ctrl-C ----------------------------------------------------------------------

    def interrupted(self, p):
        """It ends of the signal, after it has said so and tidied up."""
        p.send_signal(signal.SIGINT)
        err = p.communicate(timeout=60 * SLOW)[1]
        self.assertEqual(p.returncode, -signal.SIGINT, err)
        self.assertIn(b"cancelled", err)

    def out(self, *command):
        folder = self.path("out")
        os.mkdir(folder)
        p = self.gk_start(*command, os.path.join(folder, "file"))
        self.wait_for(lambda: os.listdir(folder), "the transfer to begin", timeout=60)
        self.interrupted(p)
        self.assertEqual(os.listdir(folder), [])

    def test_tar_out(self):
        self.out("tar-out", "--compress", "bzip2", *self.options(), self.disk, "/")

    def test_download_in_a_script(self):
        self.out("shell", "--ro", *self.options(), "-a", self.disk, "echo", "now", ":", "-compress-out", "bzip2", "/big")

    def into(self, *command):
        """From a pipe that gives something and then nothing more."""
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        p = self.gk_start(*[fifo if word == "FIFO" else word for word in command])
        with open(fifo, "wb", buffering=0) as f:
            # More than the pipe holds: it is being read.
            self.tool("tar", "-C", self.dir, "-cf", "half.tar", os.path.basename(self.file("half", b"x" * (2 * MIB))))
            f.write(self.read(self.path("half.tar"))[:MIB])
            self.interrupted(p)

    def test_cp_in(self):
        self.into("cp", *self.options(), "FIFO", self.disk + ":/in/file")
        self.assertEqual(self.on_disk("run", "mount /dev/sda /", "ls /in").strip(), "")

    def test_tar_in(self):
        self.into("tar-in", *self.options(), self.disk, "FIFO", "/in")
        # What was unpacked stays; the filesystem is sound (see setUp).
        self.assertIn(self.on_disk("run", "mount /dev/sda /", "ls /in").strip(), ("", "half"))
