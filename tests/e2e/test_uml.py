# SPDX-License-Identifier: LGPL-3.0-or-later
"""The uml launcher: what it can do, what it may not, and the choice between it and local."""

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import world
from harness import GUESTKIT, LOST_ITS_DISK, SLOW
from sandboxed import Uml

_libc = ctypes.CDLL(None, use_errno=True)


class Work(Uml):
    def test_read(self):
        self.assertEqual(self.uml("cat", self.image(), "/etc/hostname").out, "small-guest\n")

    def test_write(self):
        big = self.file("big", os.urandom(3 << 20))
        image = self.image()
        self.uml("cp", big, image + ":/data/big")
        self.uml("cp", image + ":/data/big", self.path("back"))
        self.assertEqual(self.read(self.path("back")), self.read(big))

    def test_every_format(self):
        raw = self.image("gpt.raw")
        for fmt in ("qcow2", "vmdk", "vdi", "vpc"):
            image = self.path("image." + fmt)
            self.tool("qemu-img", "convert", "-O", fmt, raw, image)
            self.assertEqual(self.uml("cat", "--format", fmt, image, "/etc/hostname").out, "small-guest\n", fmt)

    def test_backing_chain(self):
        base = self.image("gpt.raw")
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", self.path("top.qcow2"))
        before = self.checksum(base)
        self.images[self.path("top.qcow2")] = "clean"
        self.uml("edit", self.path("top.qcow2"), "/etc/motd", "-e", "s/small/large/")
        self.assertIn("large", self.uml("cat", self.path("top.qcow2"), "/etc/motd").out)
        self.assertEqual(self.checksum(base), before)

    def test_read_only_changes_nothing(self):
        image = self.image()
        before = self.checksum(image)
        self.uml("cat", "--ro", image, "/etc/hostname")
        self.assertEqual(self.checksum(image), before)

    def test_several_disks(self):
        args = []
        for i in range(3):
            path = self.path(f"{i}.raw")
            self.tool("truncate", "-s", f"{8 + i}M", path)
            args += ["-a", path]
        r = self.uml("shell", "--format", "raw", *args, stdin="run\nlist-devices\nblockdev-getsize64 /dev/sdc\n")
        self.assertEqual(r.out.split(), ["/dev/sda", "/dev/sdb", "/dev/sdc", str(10 << 20)])

    def test_what_this_kernel_may_lack(self):
        self.assertEqual(self.uml("cat", "-m", "/dev/sda", self.image("vfat.raw", check=""), "/hello").status, 0)

    def test_attachers_inside(self):
        # An image server in there, and the kernel's nbd over netlink or the bridge; or no server.
        for attacher in ("nbd", "loop", "fuse"):
            r = self.uml("cat", self.image(name=attacher + ".qcow2"), "/etc/hostname",
                         env={"GUESTKIT_BACKEND_SETTINGS": "attacher=" + attacher})
            self.assertEqual(r.out, "small-guest\n", attacher)

    def test_boot_without_needless_work(self):
        """The kernel tells no program of its devices, and has none that nobody opens."""
        p = self.shell(self.image())
        kernel = self.kernels()[0]
        self.assertEqual(self.mconsole(kernel, "proc sys/kernel/hotplug").strip(), "")
        drivers = self.mconsole(kernel, "proc tty/drivers")
        self.assertIn("/dev/ttyS", drivers)
        self.assertNotIn("/dev/ttyp", drivers)
        self.end(p)

    def test_the_clock_is_right(self):
        # The kernel's boot is made faster by a clock that runs too fast.
        image = self.image()
        begin = time.time()
        self.uml("shell", "-a", image, "-m", "/dev/sda2", stdin="touch /data/now\n")
        out = self.uml("shell", "-a", image, "-m", "/dev/sda2", stdin="stat /data/now\n").out
        mtime = int(re.search(r"mtime: (\d+)", out).group(1))
        self.assertTrue(begin - 2 <= mtime <= time.time() + 1, f"{begin} {out}")


class User(Uml):
    """Without root."""

    def own(self, image):
        path = "/tmp/own.qcow2"
        shutil.copyfile(image, path)
        os.chown(path, 65534, 65534)
        os.chmod(path, 0o600)
        self.addCleanup(os.unlink, path)
        return path

    def test_own_image(self):
        path = self.own(self.image())
        r = self.unprivileged("cat", path, "/etc/hostname")
        self.assertEqual((r.status, r.out), (0, "small-guest\n"), str(r))
        r = self.unprivileged("edit", path, "/etc/motd", "-e", "s/small/large/")
        self.assertEqual(r.status, 0, str(r))
        self.assertIn("large", self.unprivileged("cat", path, "/etc/motd").out)

    def test_not_their_image(self):
        path = self.own(self.image())
        os.chown(path, 0, 0)
        r = self.unprivileged("cat", path, "/etc/hostname")
        self.assertEqual(r.status, 1, str(r))
        self.assertRegex(r.err, "(?i)permission denied")

    def test_only_readable(self):
        path = self.own(self.image())
        os.chown(path, 0, 0)
        os.chmod(path, 0o644)
        before = self.checksum(path)
        self.assertEqual(self.unprivileged("cat", path, "/etc/hostname").out, "small-guest\n")
        r = self.unprivileged("edit", path, "/etc/motd", "-e", "s/small/large/")
        self.assertEqual(r.status, 1, str(r))
        self.assertEqual(self.checksum(path), before)


    def test_killed_with_all_processes(self):
        path = self.own(self.image())
        self.tool("mkdir", "-p", "/run/others")
        self.tool("mount", "--bind", os.path.dirname(GUESTKIT), "/run/others")
        p = subprocess.Popen(["/run/others/guestkit", "shell", "--ro", "-a", path, "-m", "/dev/sda2"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=65534, group=65534, extra_groups=[],
                             env=self.environ({"HOME": "/nonexistent"}), cwd="/")
        p.stdin.write(b"cat /etc/hostname\n")
        p.stdin.flush()
        self.assertTrue(os.read(p.stdout.fileno(), 100).startswith(b"small-guest"))
        world.kill(sorted(world.processes()))
        p.communicate()
        self.wait_for(lambda: not world.processes(), "all processes to end")
        self.assertIn("file left: /var/tmp/guestkit-", str(world.leaks(self.dir)))
        r = self.run_program("/run/others/guestkit", "gc", user=65534, cwd="/")
        self.assertEqual((r.status, r.out), (0, "cleaned up after 1 dead session\n"), str(r))
        self.tool("umount", "/run/others")
        os.rmdir("/run/others")

    def test_no_user_namespaces(self):
        image = self.image()
        path = "/proc/sys/user/max_user_namespaces"
        # Of a user namespace of our own, not this machine's.
        script = f"echo 0 >{path} && exec /run/others/guestkit cat --launcher uml {image} /etc/hostname"
        self.tool("mkdir", "-p", "/run/others")
        self.tool("mount", "--bind", os.path.dirname(GUESTKIT), "/run/others")
        r = self.run_program("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private",
                             "sh", "-c", script, cwd="/")
        self.tool("umount", "/run/others")
        os.rmdir("/run/others")
        self.sane(r)
        self.assertEqual(r.status, 1, str(r))
        self.assertRegex(r.err, "does not let us make a user namespace")


class Confined(Uml):
    """Whoever takes over the kernel, or an image server, holds nothing of this machine."""

    PROGRAMS = ("linux.uml", "qemu-storage-daemon")

    def setUp(self):
        super().setUp()
        self.secret = "/tmp/secret"
        with open(self.secret, "w", encoding="ascii") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write("root's own")
        self.addCleanup(os.unlink, self.secret)
        self.outside = subprocess.Popen(["sleep", "1000"])
        self.addCleanup(lambda: (self.outside.kill(), self.outside.wait()))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)

    def test_processes(self):
        p = self.shell(self.image())
        own = {s: os.readlink(f"/proc/self/ns/{s}") for s in self.SPACES}
        users = set()
        for program in self.PROGRAMS:
            for pid in self.find(program):
                s = self.status(pid)
                self.assertNotIn("0", s["Uid"].split(), program)
                self.assertNotIn("0", s["Gid"].split(), program)
                self.assertEqual(s["Groups"].split(), [], program)
                for caps in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                    self.assertEqual(int(s[caps], 16), 0, f"{program} {caps}")
                self.assertEqual((s["NoNewPrivs"], s["Seccomp"]), ("1", "2"), program)
                for space in self.SPACES:
                    self.assertNotEqual(os.readlink(f"/proc/{pid}/ns/{space}"), own[space], f"{program} {space}")
            users.add(s["Uid"].split()[0])
        self.assertEqual(len(users), len(self.PROGRAMS), "kernel and image server are one user")
        self.end(p)

    def test_descriptors(self):
        # No file is open in there that is not of the sandbox's own tree.
        p = self.shell(self.image(), "--ro")
        for pid in self.find("linux.uml"):
            with open(f"/proc/{pid}/mountinfo", encoding="utf-8") as f:
                own = {line.split()[0] for line in f}
            for fd in os.listdir(f"/proc/{pid}/fd"):
                where = os.readlink(f"/proc/{pid}/fd/{fd}")
                if where.startswith("/") and where != "/dev/null":
                    with open(f"/proc/{pid}/fdinfo/{fd}", encoding="ascii") as f:
                        mount = re.search(r"mnt_id:\s*(\d+)", f.read()).group(1)
                    self.assertIn(mount, own, where)
        self.end(p)

    def test_root_inside(self):
        p = self.shell(self.image())
        secret, outside, port = self.secret, self.outside.pid, self.listener.getsockname()[1]

        def capable():
            with open("/usr/bin/true", "rb"):
                return f"{os.getuid()} {_libc.sethostname(b'x', 1)}"

        def read_secret():
            with open(secret, encoding="ascii") as f:
                return f.read()

        def climb():
            # No name, and no way up, leads to the old tree.
            os.chroot(".")
            for _ in range(50):
                os.chdir("..")
            return os.path.exists("." + secret)

        def create():
            made = []
            for folder in ("/", "/usr", "/usr/bin", "/s", "/etc", "/dev", "/var", "/var/tmp", "/run"):
                try:
                    with open(os.path.join(folder, "made"), "w", encoding="ascii"):
                        made.append(folder)
                except OSError:
                    pass
            return made

        def remount():
            done = []
            for folder in ("/", "/usr", "/s", "/etc/ld.so.cache"):
                if _libc.mount(None, folder.encode(), None, ctypes.c_ulong(0x1020), None) == 0:    # remount, bind
                    done.append(folder)
            return done

        def unmount():
            return _libc.umount2(b"/usr", 2)

        def kill_all():
            for pid in range(2, outside + 1000):
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass

        def network():
            return socket.create_connection(("127.0.0.1", port), 2)

        def interfaces():
            return sorted(name for _, name in socket.if_nameindex() if name != "lo")

        def device():
            os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0))
            return "made"

        for program in self.PROGRAMS:
            for pid in self.find(program)[:1]:
                self.assertRegex(self.inside(pid, capable), "^0 ", program)
                self.assertIn("OSError", self.inside(pid, read_secret), program)
                self.assertEqual(self.inside(pid, climb), "False", program)
                self.assertEqual(self.inside(pid, create), "[]", program)
                self.assertEqual(self.inside(pid, remount), "[]", program)
                self.assertEqual(self.inside(pid, unmount), "-1", program)
                self.assertIn("OSError", self.inside(pid, network), program)
                self.assertEqual(self.inside(pid, interfaces), "[]", program)
                self.assertIn("OSError", self.inside(pid, device), program)
        for program in self.PROGRAMS:
            for pid in self.find(program)[:1]:
                self.inside(pid, kill_all)
                self.assertIsNone(self.outside.poll())
                self.assertIsNone(p.poll())
        self.images.clear()             # its writer was shot
        p.stdin.close()
        p.wait(60)

    def test_one_processor(self):
        # Its processes take turns: elsewhere each turn would wait for another processor.
        p = self.shell(self.image())
        self.assertGreater(len(self.find("linux.uml")), 1)

        def on_one():
            where = set()
            for pid in self.find("linux.uml"):
                try:
                    where.add(frozenset(os.sched_getaffinity(pid)))
                except ProcessLookupError:
                    pass
            return len(where) == 1 and len(where.pop()) == 1

        self.wait_for(on_one, "all of them to be on one", timeout=60)
        self.assertEqual(os.sched_getaffinity(p.pid), os.sched_getaffinity(0))
        self.end(p)

    def test_other_sessions(self):
        # Two sessions do not see each other's sockets.
        p = self.shell(self.image())
        q = self.shell(self.image(name="other.qcow2"))

        def sockets():
            return sorted(os.listdir("/s"))

        kernels = self.kernels()
        self.assertEqual(len(kernels), 2)
        self.assertEqual([self.inside(pid, sockets) for pid in kernels], ["['drive0']"] * 2)
        self.assertEqual(len({self.status(pid)["Uid"] for pid in kernels}), 2)
        self.end(p)
        self.end(q)

    def test_server_opens_only_its_image(self):
        # What it asks for by another name it does not get: it sees no file of this machine.
        p = self.shell(self.image())
        pid = self.find("qemu-storage-daemon")[0]
        image = self.image(name="x.qcow2")
        self.assertIn("OSError", self.inside(pid, lambda: os.open(image, os.O_RDONLY)))
        self.end(p)


class Ends(Uml):
    """Whatever dies, the rest follows, and says why."""

    def gone(self):
        self.wait_for(lambda: not world.leaks(self.dir), "the session to end")

    def test_kernel_killed(self):
        p = self.shell(self.image(check="recoverable"))
        os.kill(self.find("linux.uml")[0], signal.SIGKILL)
        p.stdin.write(b"cat /etc/hostname\n")
        p.stdin.close()
        self.assertEqual(p.wait(60), 1)
        self.assertRegex(p.stderr.read().decode(), "kernel ended")
        self.gone()

    def test_kernel_panics(self):
        p = self.shell(self.image(check="recoverable"))
        self.expected_kernel_fault = "Kernel panic"
        # The first program of the kernel is the worker; killing its process outside is a fault inside.
        world.kill(self.find("linux.uml")[1:])
        p.stdin.write(b"cat /etc/hostname\n")
        p.stdin.close()
        self.assertEqual(p.wait(60), 1)
        self.gone()

    def test_keeper_killed(self):
        p = self.shell(self.image(check="recoverable"))
        os.kill(self.find("guestkitd")[0], signal.SIGKILL)
        p.stdin.close()
        self.assertEqual(p.wait(60), 1)
        self.wait_for(lambda: len(world.processes()) == 0, "all processes to end")
        self.gk("gc")
        self.gone()

    def test_image_server_killed(self):
        # What was synced is in the image.
        image = self.path("disk.qcow2")
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", image, "64M")
        p = self.gk_start("shell", "--launcher", "uml", "-a", image, stdin=subprocess.PIPE)
        os.set_blocking(p.stdout.fileno(), False)
        p.stdin.write(b"run\nmkfs ext4 /dev/sda\nmount /dev/sda /\nwrite /mark here\nsync\necho ready\n")
        p.stdin.flush()
        self.wait_for(lambda: b"ready" in (p.stdout.read() or b""), "the filesystem", timeout=60)
        self.expected_kernel_fault = LOST_ITS_DISK
        os.kill(self.find("qemu-storage-daemon")[0], signal.SIGKILL)
        p.stdin.write(b"cat /mark\n")
        p.stdin.close()
        self.assertEqual(p.wait(60 * SLOW), 1)
        self.assertRegex(p.stderr.read().decode(), "the image server of drive 0 ended")
        self.gone()
        self.images[image] = "recoverable"
        self.assertEqual(self.uml("cat", "--ro", "-m", "/dev/sda", image, "/mark").out, "here")

    def test_client_killed(self):
        for wait in (0, 0.1, 0.3, 0.6, 1.2):
            p = self.gk_start("cat", "--launcher", "uml", self.image(f"gpt.qcow2", f"{wait}.qcow2"), "/etc/hostname")
            time.sleep(wait)
            p.kill()
            p.wait()
            self.wait_for(lambda: not world.processes(), "all processes to end")

    def test_does_not_start(self):
        r = self.gk_fails("cat", "--launcher", "uml", self.image(), "/etc/hostname",
                          env={"GUESTKIT_BACKEND_SETTINGS": "start_timeout=0"}, match="did not become ready")
        self.assertRegex(r.err, "last lines: .")
        self.gone()

    def test_console_is_behind_verbose(self):
        image = self.image()
        self.assertEqual(self.uml("cat", image, "/etc/hostname").err, "")
        self.assertIn("Linux version", self.uml("cat", "-v", image, "/etc/hostname").err)

    def test_errors_of_images(self):
        self.gk_fails("cat", "--launcher", "uml", self.path("nope.qcow2"), "/x", match="no such file")
        image = self.file("garbage.qcow2", b"QFI\xfb" + b"\xff" * 4096)
        self.gk_fails("cat", "--launcher", "uml", "--format", "qcow2", image, "/x", match="garbage.qcow2")
        self.gone()

    def test_one_writer(self):
        image = self.image()
        p = self.shell(image)
        self.gk_fails("edit", "--launcher", "uml", image, "/etc/motd", "-e", "s/a/b/", match="in use|lock")
        self.gk_fails("edit", "--launcher", "local", image, "/etc/motd", "-e", "s/a/b/", match="in use|lock")
        self.end(p)

    def test_memory(self):
        # set_memsize is what the kernel has; a write that is larger goes through all the same.
        image = self.path("big.qcow2")
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", image, "1G")
        with open(self.path("big"), "wb") as f:
            f.truncate(300 << 20)
        script = "memsize 128\nrun\nmkfs ext4 /dev/sda\nmount /dev/sda /\nupload {0} /big\nfilesize /big\n"
        script = "run\nmkfs ext4 /dev/sda\nmount /dev/sda /\nupload {0} /big\nfilesize /big\n"
        r = self.uml("shell", "-a", image, stdin=script.format(self.path("big")),
                     env={"LIBGUESTFS_MEMSIZE": "128"}, timeout=120)
        self.assertEqual(r.out.strip(), str(300 << 20))


class Auto(Uml):
    """The choice, where all of it can be made: as root."""

    def chosen(self, image, *args, launcher="auto", **kwargs):
        r = self.gk("filesystems", "-v", "--launcher", launcher, image, *args, **kwargs)
        return re.findall(r"launch: launcher (\w+), worker", r.err)

    def without_uml(self):
        nothing = self.file("nothing")
        os.chmod(nothing, 0o644)
        where = shutil.which("linux.uml")
        self.tool("mount", "--bind", nothing, where)
        self.addCleanup(lambda: world.umount(where))

    def test_local_when_it_can(self):
        self.assertEqual(self.chosen(self.image()), ["local"])
        self.assertEqual(self.chosen(self.image(), launcher="direct"), ["local"])

    def test_by_hand(self):
        self.assertEqual(self.chosen(self.image(), launcher="uml"), ["uml"])
        self.assertEqual(self.chosen(self.image(), launcher="local"), ["local"])
        r = self.gk("filesystems", "-v", self.image(), env={"GUESTKIT_LAUNCHER": "uml"})
        self.assertIn("launcher uml", r.err)
        self.gk_fails("filesystems", "--launcher", "frobnicate", self.image(), match="frobnicate")

    def lacking(self, name, what):
        if what():
            self.skipTest(f"this kernel has {name}")

    def test_uml_for_a_filesystem_that_is_missing(self):
        with open("/proc/filesystems", encoding="ascii") as f:
            if "vfat" in f.read():
                self.skipTest("this kernel has vfat")
        self.assertEqual(self.chosen(self.image("esp.qcow2", check="")), ["local", "uml"])

    def with_signature(self, where, text):
        """A disk with a signature that libblkid knows."""
        path = self.path("signed.raw")
        with open(path, "wb") as f:
            f.truncate(64 << 20)
            f.seek(where)
            f.write(text)
        return path

    def luks(self):
        header = b"LUKS\xba\xbe\0\x01" + b"aes".ljust(32, b"\0") + b"xts-plain64".ljust(32, b"\0")
        header += b"sha256".ljust(32, b"\0") + b"\0\0\x10\0" + b"\0\0\0\x40"
        header = header.ljust(168, b"\0") + b"11111111-2222-4333-8444-555555555555".ljust(40, b"\0")
        return self.with_signature(0, header)

    def test_layers(self):
        if os.path.exists("/sys/class/misc/device-mapper"):
            self.skipTest("this kernel has device-mapper")
        self.assertEqual(self.chosen(self.luks(), "--format", "raw"), ["local", "uml"])
        self.explained(self.luks(), "uml", "dm-crypt .for crypto_LUKS on /dev/sda")

    def explained(self, image, launcher, why):
        """What doctor says of it."""
        found = self.gk("doctor", "--json", "--format", "raw", image).json()["image"]
        self.assertEqual(found["launcher"], launcher)
        self.assertEqual(found["passed_over"] is None, not why)
        if why:
            self.assertRegex(found["passed_over"], "local: .*" + why)
        text = self.gk("doctor", "--format", "raw", image).out
        self.assertRegex(text, f"launcher +{launcher}\n +not local: .*{why}" if why else f"launcher +{launcher}\n +to be read")
        self.assertRegex(text, f"This image can be opened, with the {launcher} launcher")

    def test_explained(self):
        self.explained(self.image("gpt.raw"), "local", "")
        path = self.path("plain.raw")
        with open(path, "wb") as f:
            f.truncate(1 << 20)
        self.explained(path, "local", "")

    def test_neither_can(self):
        if os.path.exists("/sys/class/misc/device-mapper"):
            self.skipTest("this kernel has device-mapper")
        self.without_uml()
        self.gk_fails("filesystems", "--launcher", "auto", "--format", "raw", self.luks(),
                      match="lacks dm-crypt .for crypto_LUKS on /dev/sda.*uml launcher cannot be used: linux.uml is not")

    def test_local_does_what_it_can(self):
        # Without another launcher a missing filesystem is no reason to refuse those that are there.
        with open("/proc/filesystems", encoding="ascii") as f:
            if "vfat" in f.read():
                self.skipTest("this kernel has vfat")
        self.without_uml()
        self.assertEqual(self.chosen(self.image("esp.qcow2", check="")), ["local"])


class Programs(Uml):
    def test_python(self):
        r = self.python_guestfs("g = guestfs.GuestFS(python_return_dict=True)\n"
                                "g.set_backend('uml')\n"
                                "g.add_drive_opts(sys.argv[1], readonly=1)\n"
                                "g.launch()\n"
                                "g.mount_ro('/dev/sda2', '/')\n"
                                "print(g.cat('/etc/hostname'), g.get_backend())\n"
                                "g.shutdown()\n", self.image())
        self.assertEqual(r.out, "small-guest\n uml\n")
