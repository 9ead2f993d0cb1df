# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shell inside of the sandbox, at a terminal outside: Debian's virt-rescue as it is."""

import fcntl
import os
import pty
import re
import select
import shutil
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

    def begin(self, command):
        """It runs, and the terminal is its own: what is typed earlier may be for the shell."""
        command = f"sh -c 'echo $$; exec {command}'"
        self.send(command + "\r")
        self.expect(re.escape(command) + r"\r?\n\d+\r?\n")

    def escape(self, key):
        """As slowly as one types: of two keys that come at once virt-rescue overlooks the second."""
        before = self.bytes_read()
        self.send("\x1d")
        self.test.wait_for(lambda: self.bytes_read() > before, "the key to be read")
        self.send(key)

    def bytes_read(self):
        with open(f"/proc/{self.pid}/io", encoding="ascii") as f:
            return int(f.readline().split()[1])

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

    def terminal(self, *argv):
        t = Terminal(self, *argv, env=self.environ(dict(self.foreign_env(), TERM="vt100")))
        t.expect(PROMPT)
        return t

    def all_gone(self):
        self.wait_for(lambda: not re.search("guestkitd|linux.uml|qemu-storage", str(world.processes())), "the session's end",
                      timeout=120)

    def leave(self, t):
        t.send("exit\r")
        self.assertEqual(t.wait(), 0, t.shown)

    def cat(self, image, *paths):
        return self.gk("cat", "--ro", "-m", "/dev/sda2", image, *paths).out


class Shell:
    """What both programs are to do; rescue starts one."""

    def test_repair_and_write(self):
        image = self.image()
        t = self.rescue("-a", image)
        self.assertRegex(t.do("fdisk -l /dev/sda"), r"Disklabel type: gpt")
        self.assertRegex(t.do("e2fsck -f -y /dev/sda2; echo =$?"), r"Pass 5[^=]*=0\n")
        t.do("mount /dev/sda2 /sysroot")
        self.assertEqual(t.do("cat /sysroot/etc/hostname"), "small-guest\n")
        t.do("echo rescued >/sysroot/etc/rescued; mkdir /mnt/a; mount --bind /sysroot/data /mnt/a; echo b >/mnt/a/b")
        self.assertEqual(t.do("tty; stty size; echo $TERM"), "/dev/console\n30 200\nvt100\n")
        self.leave(t)
        self.assertEqual(self.cat(image, "/etc/rescued", "/data/b"), "rescued\nb\n")

    def test_keys(self):
        """Ctrl-C and Ctrl-Z are for the program in the shell, and what it leaves running ends with it."""
        t = self.rescue("-a", self.image())
        t.begin("sleep 1000")
        t.send("\x03")
        t.expect(PROMPT)
        self.assertEqual(t.do("echo $?"), "130\n")
        t.begin("sleep 1001")
        t.send("\x1a")
        t.expect("Stopped")
        t.expect(PROMPT)
        self.assertRegex(t.do("jobs"), "Stopped .*sleep 1001")
        t.do("bg; (setsid sleep 1002 &)")
        self.leave(t)
        self.all_gone()

    def test_escape(self):
        """At its end everything that was written is there, also below a program that stands in the way."""
        image = self.image()
        t = self.rescue("-a", image, "-m", "/dev/sda2")
        t.do("cd /sysroot/data; echo first >first; sleep 1000 & exec 5>second; echo second >&5")
        t.escape("h")
        t.expect("suspend|Suspend")
        t.escape("s")
        t.expect("sync filesystems|written out")
        t.escape("q")
        self.assertEqual(t.wait(), 0, t.shown)
        self.all_gone()
        self.assertEqual(self.cat(image, "/data/first", "/data/second"), "first\nsecond\n")

    def test_no_escape(self):
        t = self.rescue("-a", self.image(), "-e", "none")
        t.begin("cat -v")
        t.send("\x1dq\r")
        t.expect(r"\^\]q\r?\n\^\]q\r?\n")
        t.send("\x04")
        t.expect(PROMPT)
        self.leave(t)

    def test_inspection(self):
        """The guest's tree is at /sysroot, with the kernel's own trees in it where it has places for them."""
        image = self.image()
        t = self.rescue("-a", image, "-i")
        self.assertEqual(t.do("cat /sysroot/etc/hostname; cd /sysroot; pwd"), "small-guest\n/sysroot\n")
        self.assertEqual(t.do("for d in dev/sda2 proc/self sys/block; do test -d $d -o -b $d && echo $d; done"),
                         t.do("for d in dev/sda2 proc/self sys/block; do test -d /sysroot/${d%/*} && echo $d; done"))
        t.do("echo inspected >>etc/motd")
        self.leave(t)
        self.assertIn("inspected\n", self.cat(image, "/etc/motd"))

    def test_read_only(self):
        image = self.image()
        before = self.checksum(image)
        t = self.rescue("--ro", "-a", image)
        self.assertRegex(t.do("e2fsck -f -y /dev/sda2 | tail -1"), "root: ")
        self.assertEqual(t.do("mount /dev/sda2 /sysroot && rm -r /sysroot/etc && sync && ls -d /sysroot/data"), "/sysroot/data\n")
        self.leave(t)
        self.assertEqual(self.checksum(image), before)

    def test_killed(self):
        """Nothing is left of it, and what was written is there."""
        image = self.image()
        t = self.rescue("-a", image, "-m", "/dev/sda2")
        t.do("cd /sysroot/data; echo written >written; sleep 1000 &")
        t.begin("sleep 1001")
        os.kill(t.pid, signal.SIGKILL)
        self.all_gone()
        self.assertEqual(self.cat(image, "/data/written"), "written\n")

    def test_restart(self):
        """A restart is the end of that kernel, and said to be no end in order."""
        image = self.image()
        self.images[image] = "recoverable"
        t = self.rescue("-a", image, "-m", "/dev/sda2")
        t.do("echo synced >/sysroot/data/synced; sync")
        t.send("reboot -f\r")
        self.assertEqual(t.wait(), 1, t.shown)
        self.assertRegex(t.shown, "the User-Mode Linux kernel ended; its last lines: .*Restarting system")
        self.all_gone()
        self.assertEqual(self.cat(image, "/data/synced"), "synced\n")

    def test_volumes(self):
        """What the shell made of a disk stands, and is no obstacle to the end."""
        disk = self.disk(64 << 20)
        t = self.rescue("--format=raw", "-a", disk)
        self.assertRegex(t.do("pvcreate -y /dev/sda && vgcreate vg /dev/sda && lvcreate -y -n lv -L 32M vg; echo =$?"), "=0\n$")
        self.assertRegex(t.do("mkfs.ext4 -q /dev/vg/lv && mount /dev/vg/lv /mnt && echo v >/mnt/v; df --output=target /dev/vg/lv"),
                         "/mnt\n")
        self.assertRegex(t.do("lvcreate -y -n swap -L 16M vg && mkswap /dev/vg/swap && swapon /dev/vg/swap; echo =$?"), "=0\n$")
        self.assertRegex(t.do("cat /proc/swaps"), "partition")
        self.leave(t)
        self.assertEqual(self.gk("cat", "--ro", "--format", "raw", "--launcher", "uml", "-m", "/dev/vg/lv", disk, "/v").out, "v\n")

    def test_partitions(self):
        """Those that a program of the shell makes and removes have nodes, or have them no more."""
        disk = self.disk(64 << 20)
        t = self.rescue("--format=raw", "-a", disk)
        t.do("printf ',16M\\n,\\n' | sfdisk -q -X gpt /dev/sda; until test -b /dev/sda2; do :; done")
        self.assertEqual(t.do("mkfs.ext4 -q /dev/sda1 && mount /dev/sda1 /sysroot && echo p >/sysroot/p; ls /dev/sd*"),
                         "/dev/sda  /dev/sda1  /dev/sda2\n")
        t.do("sfdisk -q --no-reread --no-tell --delete /dev/sda 2; partx -d --nr 2 /dev/sda; while test -b /dev/sda2; do :; done")
        self.leave(t)
        self.assertEqual(self.gk("shell", "--ro", "--format", "raw", "-a", disk, "run", ":", "list-partitions", ":", "mount",
                                 "/dev/sda1", "/", ":", "cat", "/p").out, "/dev/sda1\np\n\n")

    def test_nothing_of_the_host(self):
        secret = self.file("secret", "of the host")
        t = self.rescue("-a", self.image())
        for path in (secret, "/etc/shadow", "/etc/hostname", "/var/log"):
            self.assertRegex(t.do(f"cat {path}"), "No such file", path)
        for path in ("/usr/bin/new", "/etc/new", "/new", "/guestkitd", "/boot.so", "/modprobe"):
            self.assertRegex(t.do(f"echo >>{path}"), "Read-only|Permission denied|busy", path)
        t.do("mkdir /mnt/h")
        self.assertRegex(t.do(f"mount -t hostfs -o {os.path.dirname(secret)} none /mnt/h && ls /mnt/h"), "(?i)mount|No such")
        self.assertEqual(t.do("ls /sys/class/net"), "lo\n")
        self.assertRegex(t.do("ls /dev"), r"\bsda\b")
        self.leave(t)


class VirtRescue(Shell, Rescue):
    def rescue(self, *args):
        self.needs_program("virt-rescue")
        return self.terminal(GUESTKIT, "exec", "--", "virt-rescue", *args)

    def test_scratch(self):
        t = self.rescue("--scratch")
        self.assertRegex(t.do("lsblk -dno SIZE /dev/sda"), "10G")
        self.leave(t)

    def test_not_on_the_kernel_of_this_machine(self):
        self.needs_program("virt-rescue")
        t = Terminal(self, GUESTKIT, "exec", "--", "virt-rescue", "-a", self.image(),
                     env=self.environ({"GUESTKIT_LAUNCHER": "local"}))
        self.assertEqual(t.wait(), 1)
        self.assertRegex(t.shown, "the local launcher has no rescue shell: it would be root's on this machine's own kernel")


class AsUser(Rescue):
    def test_programs_that_are_ones_own(self):
        """Those of guestkit belong to whoever built it, and are not to be changed from inside all the same."""
        own = "/run/own"
        os.mkdir(own)
        self.addCleanup(shutil.rmtree, own)
        for name in ("guestkit", "guestkitd", "uml-boot.so", "uml-modprobe", "libguestkit.so.0"):
            shutil.copy(os.path.join(os.path.dirname(GUESTKIT), name), own)
            os.chown(os.path.join(own, name), 65534, 65534)
        r = self.run_program(own + "/guestkit", "rescue", "--scratch", "1M", "--command",
                             "for f in /guestkitd /boot.so /modprobe; do chmod 777 $f || echo x >>$f; done 2>&1; id -u",
                             user=65534, cwd="/", env={"HOME": "/nonexistent"})
        self.assertEqual(r.out.count("Read-only file system"), 6, str(r))
        self.assertEqual(r.out.splitlines()[-1], "0", str(r))
        self.all_gone()
        for name in os.listdir(own):
            self.assertEqual(os.stat(os.path.join(own, name)).st_mode & 0o022, 0, name)


class OwnRescue(Shell, Rescue):
    def rescue(self, *args):
        return self.terminal(GUESTKIT, "rescue", *args)

    def test_window(self):
        t = self.rescue(self.image(), self.disk())
        fcntl.ioctl(t.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.wait_for(lambda: t.do("stty size") == "40 120\n", "the new size")
        self.assertEqual(t.do("ls /dev/sd?"), "/dev/sda  /dev/sdb\n")
        self.leave(t)

    def test_ended_by_a_signal(self):
        """The terminal is as it was, and the session ends as always."""
        image = self.image()
        t = self.rescue("-m", "/dev/sda2", image)
        before = termios.tcgetattr(t.fd)[3] & termios.ECHO
        t.do("echo kept >/sysroot/data/kept")
        os.kill(t.pid, signal.SIGTERM)
        self.assertEqual(t.wait(), -signal.SIGTERM, t.shown)
        self.assertEqual(before, 0)
        self.assertEqual(self.cat(image, "/data/kept"), "kept\n")

    def test_command(self):
        """What it writes, byte for byte, and its status."""
        image = self.image()
        r = self.gk_any("rescue", "-i", image, "--command", r"cat /sysroot/etc/hostname; printf 'a\r\0\4\377b\n' | od -An -tx1; cat; exit 7")
        self.assertEqual((r.status, r.out), (7, "small-guest\n 61 0d 00 04 ff 62 0a\n"), str(r))
        r = self.gk_any("rescue", "--ro", image, stdin="exec 2>&1\nls /none\nkill -9 $$\n")
        self.assertEqual((r.status, r.out), (137, "ls: cannot access '/none': No such file or directory\n"), str(r))
        r = self.gk("rescue", "--ro", image, "--command", "seq 300000; (setsid sleep 1000 &)")
        self.assertEqual(r.out.splitlines(), [str(i) for i in range(1, 300001)])
        # Who goes on writing without an end, or reads no more, is no obstacle.
        r = self.gk("rescue", "--ro", image, "--command", "yes & sleep 0.1")
        self.assertRegex(r.out, "^(y\n)*(y)?$")
        r = self.run_program("sh", "-c", f"{GUESTKIT} rescue --ro {image} --command yes | head -n1", env=self.environ())
        self.assertEqual((r.status, r.out), (0, "y\n"), str(r))
        self.all_gone()

    def test_wrong_words(self):
        image = self.image()
        self.gk_fails("rescue", "--command", "true", match="no image is given", status=2)
        self.gk_fails("rescue", image, match="standard input is no terminal", status=2)
        self.gk_fails("rescue", image, "--command", "", match="the command is empty")
        self.gk_fails("rescue", image, "--escape", "x", "--command", "true", match="--escape x: not a key", status=2)
        self.gk_fails("rescue", image, "--scratch", "x", "--command", "true", match="--scratch x: not a size", status=2)
        self.gk_fails("rescue", image, "--launcher", "local", "--command", "true", match="the local launcher has no rescue shell")
