# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shell inside of the sandbox, at a terminal outside: Debian's virt-rescue as it is."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import world
from harness import GUESTKIT, SLOW, Case

PROMPT = r"><rescue> \Z"


class Terminal:
    """A program at a terminal, and somebody who reads and types."""

    def __init__(self, test, *argv, env=None, size=(30, 200)):
        self.test, self.shown, self.seen, self.status = test, "", 0, None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            os.execvpe(argv[0], argv, env)
        test.addCleanup(self.stop)

    def read(self, seconds):
        """False at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        # Whether the shell has brackets around what is pasted does not matter here.
        self.shown += re.sub(r"\033\[\?2004[hl]\r?", "", data.decode("utf-8", "replace"))
        return data != b""

    def expect(self, pattern):
        """What was shown up to that, since the last one."""
        end = time.monotonic() + 60 * SLOW
        while True:
            m = re.search(pattern, self.shown[self.seen:], re.M)
            if m:
                text = self.shown[self.seen:self.seen + m.end()]
                self.seen += m.end()
                return text
            if time.monotonic() > end or not self.read(1):
                self.test.fail(f"no {pattern!r} in what the terminal shows:\n{self.shown}")

    def send(self, text):
        os.write(self.fd, text.encode())

    def do(self, command, prompt=PROMPT):
        """What a command prints."""
        self.send(command + "\r")
        self.expect(re.escape(command) + "\r?\n")
        return re.sub(prompt, "", self.expect(prompt)).replace("\r", "")

    def wait(self):
        """Its exit status, once it has ended."""
        end = time.monotonic() + 60 * SLOW
        while self.read(1):
            if time.monotonic() > end:
                self.test.fail(f"does not end:\n{self.shown}")
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def stop(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class Rescue(Case):
    def setUp(self):
        super().setUp()
        self.needs_program("linux.uml")

    def virt_rescue(self, *args, **kwargs):
        self.needs_program("virt-rescue")
        t = Terminal(self, GUESTKIT, "exec", "--", "virt-rescue", *args,
                     env=self.environ(dict(self.foreign_env(), TERM="vt100")), **kwargs)
        t.expect(PROMPT)
        return t

    def all_gone(self):
        self.wait_for(lambda: not re.search("guestkitd|linux.uml|qemu-storage", str(world.processes())), "the session's end",
                      timeout=120)


class VirtRescue(Rescue):
    def test_repair_and_write(self):
        image = self.image()
        t = self.virt_rescue("-a", image)
        self.assertRegex(t.do("fdisk -l /dev/sda"), r"Disklabel type: gpt")
        self.assertRegex(t.do("e2fsck -f -y /dev/sda2; echo =$?"), r"Pass 5[^=]*=0\n")
        t.do("mount /dev/sda2 /sysroot")
        self.assertEqual(t.do("cat /sysroot/etc/hostname"), "small-guest\n")
        t.do("echo rescued >/sysroot/etc/rescued; mkdir /mnt/a; mount --bind /sysroot/data /mnt/a; echo b >/mnt/a/b")
        t.send("exit\r")
        self.assertEqual(t.wait(), 0, t.shown)
        self.assertEqual(self.gk("cat", "--ro", "-m", "/dev/sda2", image, "/etc/rescued", "/data/b").out, "rescued\nb\n")
