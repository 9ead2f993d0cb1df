# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disks that fail and disks that are full: every call that meets it says so with the errno of it, and the
session goes on, with that disk when it has recovered and with the others at once."""

import os
import re

from harness import GUESTKIT, REPO, Case

MIB = 1 << 20
LAUNCHER = os.environ.get("GUESTKIT_LAUNCHER", "local")


class Disks(Case):
    def disk(self, name, size=64 * MIB):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def judge(self, steps, status, out, err):
        """What is wrong with what a shell's session said.

        steps: (command, errno) of those that have to fail with it, a line alone of those that have to succeed, or
        may fail when it begins with a dash."""
        wrong = []
        said = {}
        for number, text, name in re.findall(r"^guestkit: [^\n:]*:(\d+): (.*?)\nerrno: (\w+)$", err, re.M | re.S):
            said[int(number)] = (text, name)
        for number, step in enumerate(steps, 1):
            text, name = said.pop(number, (None, None))
            if isinstance(step, str):
                if text is not None and not step.startswith("-"):
                    wrong.append(f"{step}: failed: {text}")
                continue
            command, errnos = step
            if name not in errnos.split("|"):
                wrong.append(f"{command}: errno {name} and not {errnos}: {text}")
            elif "\n" in text or "(null)" in text or "/proc/self" in text or not text.startswith(command.split()[0].replace("-", "_") + ": "):
                wrong.append(f"{command}: is no sentence: {text}")
        wrong += [f"line {number}: {text}" for number, text in said.items()]
        if "alive" not in out.split("\n"):
            wrong.append(f"the session did not survive: status {status}\n{out}\n{err}")
        return "\n".join(wrong)

    def script(self, steps):
        return "".join((step if isinstance(step, str) else "-" + step[0]) + "\n" for step in steps)

    def session(self, steps, ends=1):
        """ends: the shell's status, 1 when something that was written to a device itself was lost, also when a call has
        told of it; None where it depends on which blocks these were."""
        r = self.gk_any("shell", "--errno", stdin=self.script(steps), timeout=200)
        self.assertEqual(self.judge(steps, r.status, r.out, r.err), "", str(r))
        if ends is not None:
            self.assertEqual(r.status, ends, str(r))
        return r


# The other disk, which works; the last of every session.
ALIVE = ("mount /dev/sdb /", "write /x alive", "cat /x", "umount /", "echo")


class Served(Disks):
    """The disk is one of a server that fails requests while a file is there."""

    def serve(self, what):
        """Adds it as /dev/sda, and a good one as /dev/sdb; what: "pread" or "pwrite"."""
        self.needs_program("nbdkit")
        # Not in the test's folder, into which the sandbox of another user cannot look.
        self.socket, self.inject = "/tmp/nbdkit.sock", "/tmp/inject"
        self.disk("bad.raw", 400 * MIB)
        kinds = ("pwrite", "zero", "trim") if what == "pwrite" else (what,)
        words = " ".join(f"error-{kind}-rate=100% error-{kind}-file={self.inject}" for kind in kinds)
        # It tells of every request that it fails: to nobody, or it would wait for a reader.
        server = self.start("sh", "-c", f"exec nbdkit -f -U {self.socket} --filter=error file bad.raw error=EIO {words} 2>/dev/null")
        self.wait_for(lambda: os.path.exists(self.socket), "nbdkit")
        os.chmod(self.socket, 0o777)
        add = (f'add-drive "" protocol:nbd server:unix:{self.socket} format:raw', f"add-drive {self.disk('good.raw')} format:raw", "run")
        return server, add

    def end(self, server):
        server.terminate()
        server.wait(30)
        for path in (self.socket, self.inject):
            if os.path.exists(path):
                os.unlink(path)

    def on(self):
        return f"!touch {self.inject}"

    def off(self):
        return f"!rm {self.inject}"

    def test_writes(self):
        """Making filesystems, partitioning, copying: what tools say has its errno, too."""
        server, add = self.serve("pwrite")
        makers = [f"mkfs {kind} /dev/sda1" for kind in ("ext4", "vfat", "ntfs", "exfat", "f2fs", "minix", "xfs", "btrfs")]
        makers += ["mke2fs /dev/sda1 fstype:ext3", "mkswap /dev/sda1", "mkfs-btrfs /dev/sda1"]
        self.session((
            *add,
            "part-init /dev/sda gpt", "part-add /dev/sda p 2048 -2048", "mkfs ext4 /dev/sda1", "mkfs ext4 /dev/sdb",
            self.on(),
            ("wipefs /dev/sda1", "EIO"), *[(maker, "EIO") for maker in makers],
            ("copy-device-to-device /dev/sdb /dev/sda1", "EIO"), ("zero-device /dev/sda1", "EIO"), ("zero /dev/sda1", "EIO"),
            ("tune2fs /dev/sda1 maxmountcount:3", "EIO"), ("set-label /dev/sda1 x", "EIO"),
            ("resize2fs-size /dev/sda1 30M", "EIO"), ("e2fsck /dev/sda1 forceall:true", "EIO"),
            ("part-set-name /dev/sda 1 x", "EIO"), ("part-del /dev/sda 1", "EIO"), ("part-init /dev/sda mbr", "EIO"),
            *ALIVE,
            self.off(), "part-init /dev/sda gpt", "part-add /dev/sda p 2048 -2048",
            "mkfs ext4 /dev/sda1", "mount /dev/sda1 /", "write /y recovered", "umount /", "mount /dev/sda1 /", "cat /y"))
        self.end(server)

    def test_zeros_over_data(self):
        """Step by step: whoever waits for one step is told of its error, and the end is not told again."""
        server, add = self.serve("pwrite")
        data = self.file("data", os.urandom(20 * MIB))
        self.session((*add, f"upload {data} /dev/sda", "mkfs ext4 /dev/sdb", self.on(), ("zero-device /dev/sda", "EIO"), *ALIVE, self.off(),
                      "zero-device /dev/sda", "is-zero-device /dev/sda"))
        self.end(server)

    def test_a_part_of_a_disk(self):
        """What is written to a partition has pages of its own, of whose errors the whole disk never hears."""
        server, add = self.serve("pwrite")
        self.session((
            *add,
            "part-init /dev/sda gpt", "part-add /dev/sda p 2048 -2048", "mkfs ext4 /dev/sdb", "sync",
            self.on(),
            ("pwrite-device /dev/sda1 lost 4711", "EIO"),
            *ALIVE,
            self.off(), "pwrite-device /dev/sda1 there 4711", "sync", "pread-device /dev/sda1 5 4711"), ends=0)
        self.end(server)

    def test_a_mounted_filesystem(self):
        """The call that hears of it first says so; after a check the filesystem is what it was."""
        server, add = self.serve("pwrite")
        for hears in (("sync", "EIO"), ("umount /", "EIO"), ("umount-all", "EIO")):
            r = self.session((
                *add,
                "mkfs ext4 /dev/sda", "mkfs ext4 /dev/sdb", "mount /dev/sda /", "write /f kept", "sync",
                self.on(),
                "write /g lost", hears, "-umount-all", "mount /dev/sdb /", "write /x alive", "cat /x", "echo", "umount /",
                self.off(),
                "e2fsck /dev/sda correct:true", "mount /dev/sda /", "cat /f", "write /g again", "cat /g"), ends=None)
            self.assertIn("kept\nagain\n", r.out, str(r))
        self.end(server)

    def test_the_end_tells(self):
        """Nobody has asked since: the end of the session says what was lost, and where."""
        server, add = self.serve("pwrite")
        r = self.gk_any("shell", "--errno", stdin=self.script((*add, "mkfs ext4 /dev/sda", "mkfs ext4 /dev/sdb", "mount /dev/sda /", "sync",
                                                               self.on(), "write /g lost")))
        self.assertEqual(r.status, 1, str(r))
        self.assertRegex(r.err, "^guestkit: shutdown: .*/dev/sda: Input/output error\n$")
        self.end(server)

    def test_reads(self):
        server, add = self.serve("pread")
        r = self.session((
            *add,
            "mkfs ext4 /dev/sda", "mkfs ext4 /dev/sdb", "mount /dev/sda /", "mkdir /d", "fill 65 3000000 /d/f", "umount /",
            "blockdev-flushbufs /dev/sda",
            self.on(),
            ("mount /dev/sda /", "EIO"), ("vfs-type /dev/sda", "EIO"), ("e2fsck /dev/sda forceall:true", "EIO"), "list-filesystems | grep -x '/dev/sda: unknown'",
            ("part-list /dev/sda", "EIO"), ("tune2fs-l /dev/sda", "EIO"), ("is-zero-device /dev/sda", "EIO"), ("copy-device-to-device /dev/sda /dev/sdb size:1000000", "EIO"),
            self.off(), "mount /dev/sda /", "ls /", self.on(),
            ("download /d/f /dev/null", "EIO"), ("checksum md5 /d/f", "EIO"), ("tar-out / /dev/null", "EIO"), ("head-n 1 /d/f", "EIO"),
            ("checksum-device md5 /dev/sda", "EIO"), ("pread-device /dev/sda 4096 8000000", "EIO"),
            "-umount /",
            *ALIVE,
            self.off(), "mount /dev/sda /", "checksum md5 /d/f"), ends=0)
        self.assertTrue(r.out.endswith("\n6bce68cea14164f5dc4615d1862d7465\n"), str(r))
        self.end(server)


class Mapped(Disks):
    """The disk is one of the host's device-mapper, which fails at some places; with the local launcher."""

    BEGIN = """
        set -eu
        export DM_DISABLE_UDEV=1 GUESTKIT_LAUNCHER=local
        modprobe -a dm-flakey dm-dust 2>/dev/null || :
        loop=$(losetup --find --show bad.raw)
        echo "0 131072 linear $loop 0" >table.whole
        echo "0 61440 linear $loop 0" >table.hole
        echo "61440 8192 error" >>table.hole
        echo "69632 61440 linear $loop 69632" >>table.hole
        echo "0 131072 flakey $loop 0 0 3600 1 error_writes" >table.flakey
        echo "0 131072 dust $loop 0 1048576" >table.dust
        echo 'dmsetup suspend --nolockfs bad; dmsetup load bad table.$1; dmsetup resume bad' >switch
        dmsetup create bad table.whole
        """

    def on_host(self, names):
        """Plays the scripts, one session each; (status, out, err) of each."""
        script = self.BEGIN + "".join(f"""
            dmsetup suspend bad; dmsetup load bad table.whole; dmsetup resume bad
            {GUESTKIT} shell --errno <{name}.in >{name}.out 2>{name}.err || echo $? >{name}.status
            """ for name in names) + "dmsetup remove bad; losetup -d $loop; losetup -a >left; ls /run/guestkit /sys/fs/ext4 >>left 2>/dev/null || :\n"
        argv = ["sh", self.file("host.sh", script)]
        if not os.path.exists("/sys/class/misc/device-mapper"):
            argv = [os.path.join(REPO, "tests/uml-host/run"), "-t", "250", "-w", self.dir] + argv
        self.tool(*argv, timeout=260)
        self.assertNotIn("bad.raw", self.read(self.path("left")).decode())
        for name in names:
            status = self.path(name + ".status")
            yield (int(self.read(status)) if os.path.exists(status) else 0,
                   *(self.read(self.path(name + end)).decode("utf-8", "replace") for end in (".out", ".err")))

    def test_places(self):
        self.needs_program("linux.uml")
        self.needs_program("dmsetup")
        self.disk("bad.raw")
        add = ("add-drive /dev/mapper/bad format:raw", f"add-drive {self.disk('good.raw')} format:raw", "run",
               "mkfs ext4 /dev/sda blocksize:1024", "mkfs ext4 /dev/sdb", "mount /dev/sda /", "write /small kept")
        again = ("!sh switch whole", "e2fsck /dev/sda correct:true", "mount /dev/sda /", "cat /small", "echo",
                 "fill 66 30000000 /big", "umount /")
        scripts = {
            # All writes fail from some moment on.
            "flakey": (*add, "sync", "!sh switch flakey", "write /other lost", ("umount /", "EIO"), ("mkfs vfat /dev/sda", "EIO"),
                       ("zero /dev/sda", "EIO"), ("part-init /dev/sda gpt", "EIO"), *ALIVE,
                       "!sh switch whole", "blockdev-flushbufs /dev/sda", "fsck ext4 /dev/sda", "mount /dev/sda /", "cat /small"),
            # Four MiB in the middle take nothing and give nothing.
            "hole": (*add, "sync", "!sh switch hole", "fill 65 45000000 /big", ("sync", "EIO"), "-umount /",
                     ("checksum-device md5 /dev/sda", "EIO"), ("zero-device /dev/sda", "EIO"), ("copy-device-to-device /dev/sda /dev/sdb", "EIO"),
                     "mkfs ext4 /dev/sdb", *ALIVE, "!sh switch whole", "mkfs ext4 /dev/sda blocksize:1024", "mount /dev/sda /", "write /small kept", "umount /", *again),
            # Three blocks cannot be read until they are written.
            "dust": (*add, "fill 65 45000000 /big", "umount /", "!sh switch dust", "!for n in 30 31 32; do dmsetup message bad 0 addbadblock $n; done",
                     "!dmsetup message bad 0 enable", "mount /dev/sda /", "cat /small", "echo",
                     ("checksum md5 /big", "EIO"), ("download /big /dev/null", "EIO"), ("tar-out / /dev/null", "EIO"), "cat /small", "echo", "umount /",
                     ("copy-device-to-device /dev/sda /dev/sdb", "EIO"), "mkfs ext4 /dev/sdb", *ALIVE, *again),
        }
        for name, steps in scripts.items():
            self.file(name + ".in", self.script(steps))
        for (name, steps), (status, out, err) in zip(scripts.items(), self.on_host(scripts)):
            self.assertEqual(self.judge(steps, status, out, err), "", f"{name}:\n{out}\n{err}")
            self.assertIn("\nkept\n", "\n" + out, f"{name}:\n{out}\n{err}")


class Full(Disks):
    """The host's filesystem below an image has no more room, and then it has."""

    def grows(self, image):
        """A session that fills the disk below its image up, and goes on when there is more."""
        os.mkdir(self.path("small"))
        self.tool("mount", "-t", "tmpfs", "-o", "size=6m", "small", self.path("small"))
        form = image.rpartition(".")[2]
        self.tool("qemu-img", "create", "-q", "-f", form, self.path("small/" + image), "64M")
        os.chmod(self.path("small/" + image), 0o666)
        big = self.file("big", os.urandom(12 * MIB))
        r = self.session((
            f"add-drive {self.path('small/' + image)} format:{form}", f"add-drive {self.disk('good.raw')} format:raw", "run",
            "mkfs ext4 /dev/sda", "mkfs ext4 /dev/sdb", "mount /dev/sda /", "write /f kept", "sync",
            f"-upload {big} /big", ("sync", self.ERRNO), "-umount /",
            *ALIVE,
            f"!mount -o remount,size=40m {self.path('small')}",
            "e2fsck /dev/sda correct:true", "mount /dev/sda /", "cat /f", f"upload {big} /big", "sync", "checksum sha256 /big", "umount /"), ends=None)
        self.assertIn("\nkept\n" + self.sha256(big), r.out, str(r))
        # Sound afterwards, and with what was written last.
        self.tool("cp", self.path("small/" + image), self.path(image))
        self.tool("umount", self.path("small"))
        self.images[self.path(image)] = "clean"
        r = self.gk("shell", "--ro", "--format", form, "-a", self.path(image), "-m", "/dev/sda", stdin="cat /f\nchecksum sha256 /big\n")
        self.assertEqual(r.out, "kept\n" + self.sha256(big) + "\n")

    # A disk of virtio has one error for all.
    ERRNO = "EIO" if LAUNCHER == "uml" else "ENOSPC|EIO"

    def test_qcow2(self):
        self.grows("d.qcow2")

    def test_raw(self):
        self.grows("d.raw")
