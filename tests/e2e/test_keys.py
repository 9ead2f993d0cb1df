# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keys of encrypted devices: where they come from, what they open, and where they are never seen."""

import contextlib
import json
import os
import pty
import re
import resource
import select
import signal
import socket
import subprocess
import threading
import time

import bitlocker
import world
from harness import GUESTKIT, SLOW, Case

CHEAP = ("--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--disable-locks", "-q")
KEY, OTHER = "Xyzzy 0815", "Plugh 4711"


class Container(Case):
    def setUp(self):
        super().setUp()
        self.launcher = self.stacking()
        self.needs_program("cryptsetup")

    def container(self, name, key, kind="luks2"):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(24 << 20)
        self.tool("cryptsetup", "luksFormat", "--type", kind, *CHEAP, "--key-file", self.file("key", key), path)
        return path

    def options(self, *paths):
        return ["--launcher", self.launcher, "--format", "raw"] + [word for path in paths for word in ("-a", path)]


class Edits(Container):
    def test_asked_once(self):
        """A dry run opens the image twice, and a change that lands goes through an overlay; the key is read once."""
        image = self.container("a.raw", KEY)
        uuid = self.tool("cryptsetup", "luksUUID", image).out.strip()
        make = self.file("make", 'run\ncryptsetup-open /dev/sda x\nmkfs ext4 /dev/mapper/x\nmount /dev/mapper/x /\n'
                         'write /f "old\\n"\n')
        self.gk("shell", "--rw", *self.options(image), "--keys-from-stdin", "-f", make, stdin=KEY + "\n", timeout=120)
        script = self.file("script", 'write /f "new\\n"\n')
        args = (*self.options(image), "-m", "/dev/mapper/luks-" + uuid, "--keys-from-stdin", script)
        out = self.gk("run", "-n", *args, stdin=KEY + "\n", timeout=120).out
        self.assertTrue(out.endswith("-old\n+new\nchanged /f: file; content, 4 -> 4 bytes\n"), out)
        self.gk("run", *args, stdin=KEY + "\n", timeout=120)
        out = self.gk("cat", *self.options(image), "-m", "/dev/mapper/luks-" + uuid, "--keys-from-stdin", "/f", stdin=KEY + "\n",
                      timeout=120).out
        self.assertEqual(out, "new\n")


class Keys(Container):
    def test_several_keys_for_several_devices(self):
        """Each finds its own, by device, by UUID and by trial; from the command line, files and stdin."""
        a, b = self.container("a.raw", KEY), self.container("b.raw", OTHER, "luks1")
        uuid = self.tool("cryptsetup", "luksUUID", b).out.strip()
        ways = (
            ("--key", "/dev/sdb:key:" + OTHER, "--key", "/dev/vda:key:" + KEY),
            ("--key", f"{uuid.upper()}:file:{self.file('other', OTHER)}", "--key", f"/dev/sda:file:{self.file('one', KEY)}"),
            ("--key", "all:key:wrong", "--key", "all:key:" + OTHER, "--key", "all:key:" + KEY),
        )
        for way in ways:
            r = self.gk("filesystems", *self.options(a, b), *way, timeout=120)
            self.assertEqual(len(re.findall(r"^/dev/mapper/luks-\S+ +unknown", r.out, re.M)), 2, str(r))
        r = self.gk("filesystems", *self.options(a, b), "--keys-from-stdin", stdin=f"{KEY}\n{OTHER}\n", timeout=120)
        self.assertEqual(r.out.count("/dev/mapper/luks-"), 2, str(r))
        r = self.gk_fails("filesystems", *self.options(a, b), "--key", "all:key:" + KEY, timeout=120,
                          match="/dev/sdb: none of the keys that are given opens it")
        self.assertNotIn(KEY, r.err)

    def test_from_the_environment(self):
        """What a shell's variable holds goes in by a descriptor."""
        a = self.container("a.raw", KEY)
        r = self.tool("bash", "-c", f"{GUESTKIT} filesystems {' '.join(self.options(a))} --key /dev/sda:file:<(printf %s \"$K\")",
                      env={"K": KEY}, timeout=120)
        self.assertIn("/dev/mapper/luks-", r.out)
        r = self.gk("filesystems", *self.options(a), "--key", "/dev/sda:env:K", env={"K": KEY}, timeout=120)
        self.assertIn("/dev/mapper/luks-", r.out)
        r = self.gk_fails("filesystems", *self.options(a), "--key", "/dev/sda:env:K", status=2,
                          match="--key: there is no K in the environment")

    def test_asked_on_the_terminal(self):
        """Without an echo."""
        a = self.container("a.raw", KEY)
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(GUESTKIT, [GUESTKIT, "shell", *self.options(a), "run", ":", "cryptsetup-open", "/dev/sda", "c", ":",
                                 "list-dm-devices"], self.environ())
        seen, sent, end = b"", False, time.monotonic() + 120 * SLOW
        while time.monotonic() < end:
            if not select.select([fd], [], [], 1)[0]:
                continue
            try:
                seen += os.read(fd, 4096)
            except OSError:                 # it has ended
                break
            if not sent and b'("key"): ' in seen:
                os.write(fd, KEY.encode() + b"\n")
                sent = True
        os.close(fd)
        self.assertEqual(os.waitpid(pid, 0)[1], 0, seen)
        self.assertIn(b"/dev/mapper/c", seen)
        self.assertNotIn(KEY.encode(), seen)

    def test_is_in_no_command_line(self):
        """It is gone from the arguments before the image is opened, and in no process's after that."""
        a = self.container("a.raw", KEY)
        hold = self.path("hold")
        os.mkfifo(hold)
        p = self.gk_start("shell", *self.options(a), "--key", "all:key:" + KEY, f"--key=/dev/sda:key:{OTHER}", "-f", hold)
        self.wait_for(lambda: "--key" in self.command_line(p.pid), "the command line")
        # Whoever reads the script has read the options.
        with open(hold, "w", encoding="ascii") as script:
            self.assertNotIn(KEY, self.command_line(p.pid))
            self.assertNotIn(OTHER, self.command_line(p.pid))
            script.write("run\n!true\n")
            script.flush()
            for _ in range(20):
                self.assertNotIn(KEY, str(world.processes()))
                time.sleep(0.05)
        self.assertEqual(p.wait(60 * SLOW), 0, p.stderr.read())

    def command_line(self, pid):
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().decode()

    def test_is_in_no_core_dump(self):
        """Neither of the command, which had the key, nor of the session."""
        a = self.container("a.raw", KEY)

        def dumped(*keys):
            argv = [GUESTKIT, "shell", *self.options(a), *keys]
            p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.dir, env=self.environ(),
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (64 << 20, 64 << 20)))
            try:
                p.stdin.write(b"run\necho launched\n")
                p.stdin.flush()
                self.assertTrue(p.stdout.readline().startswith(b"launched"))
                limits = {}
                for pid, command in world.processes().items():
                    if "guestkitd" in command or "linux.uml" in command:
                        with open(f"/proc/{pid}/limits", encoding="ascii") as f:
                            limits[pid] = (command, re.search(r"core file size +(\d+)", f.read()).group(1))
                os.kill(p.pid, signal.SIGABRT)
                _, status = os.waitpid(p.pid, 0)
            finally:
                p.stdin.close()
                p.stdout.close()
                p.returncode = 0
            self.wait_for(lambda: "guestkitd" not in str(world.processes()), "the session's end")
            for name in os.listdir(self.dir):
                if name.startswith("core"):
                    os.unlink(self.path(name))
            return os.WCOREDUMP(status), limits

        core, limits = dumped("--key", "all:key:" + KEY)
        self.assertFalse(core)
        # The worker, or the kernel that it is in.
        self.assertIn("0", [limit for _, limit in limits.values()])
        for command, limit in limits.values():
            if "linux.uml" in command:
                self.assertEqual(limit, "0", command)
        if not dumped()[0]:
            self.skipTest("this machine makes no core dumps, so their absence says nothing")


class BitLocker(Container):
    """What Windows encrypts."""

    RECOVERY = (4711, 815, 42, 7, 1, 60000, 333, 65535)

    def volume(self):
        os.mkdir(self.path("tree"))
        self.file("tree/hello", "from Windows")
        self.tool("mke2fs", "-q", "-t", "ext2", "-d", self.path("tree"), self.path("fs.img"), "4096k")
        bitlocker.make(self.path("v.raw"), self.path("fs.img"), KEY, self.RECOVERY)
        return self.path("v.raw")

    def test_open(self):
        path = self.volume()
        before = self.checksum(path)
        recovery = bitlocker.recovery_words(self.RECOVERY)
        # Closed it is no filesystem; it opens with either key, by any of its names, and the next is tried.
        self.assertEqual(self.gk("filesystems", *self.options(path), timeout=120).out.splitlines()[1:], [])
        self.gk_fails("filesystems", *self.options(path), "--key", "all:key:" + OTHER, timeout=120,
                      match="/dev/sda: none of the keys that are given opens it .*no key available with this passphrase")
        r = self.gk("cat", *self.options(path), "--key", "all:key:" + OTHER, "--key", "/dev/vda:key:" + KEY,
                    "-m", "/dev/mapper/bitlk-sda", "/hello", timeout=120)
        self.assertEqual(r.out, "from Windows")
        self.assertEqual(self.checksum(path), before)
        r = self.gk("shell", "--rw", *self.options(path), "--keys-from-stdin", "-f", self.file("script", """\
run
-cryptsetup-open /dev/sda c crypttype:luks
cryptsetup-open /dev/sda c crypttype:bitlk
list-filesystems
mount /dev/mapper/c /
write /more 'from here'
umount /
cryptsetup-close /dev/mapper/c
cryptsetup-open /dev/sda d readonly:true
-mount /dev/mapper/d /
cat /more
"""), stdin=f"{KEY}\n{recovery}\n{KEY}\n", timeout=120)
        self.assertRegex(r.err, "cryptsetup_open: /dev/sda: (Invalid argument|is no LUKS device)")
        self.assertEqual(r.out, "/dev/mapper/c: ext2\nfrom here\n", str(r))


class Clevis(Container):
    """Keys that Clevis seals in the header of the device."""

    def setUp(self):
        super().setUp()
        for program in ("clevis-luks-bind", "clevis-encrypt-null", "jose"):
            self.needs_program(program)

    def bound(self, pin, config):
        path = self.container("a.raw", KEY)
        self.tool("clevis", "luks", "bind", "-y", "-k", self.file("key", KEY), "-d", path, pin, config, timeout=120)
        return path

    def test_unlock(self):
        path = self.bound("sss", '{"t":1,"pins":{"null":{}}}')
        r = self.gk("shell", *self.options(path), "run", ":", "clevis-luks-unlock", "/dev/sda", "c", ":", "list-dm-devices",
                    timeout=120)
        self.assertEqual(r.out, "/dev/mapper/c\n")
        r = self.gk("filesystems", *self.options(path), "--key", "all:key:wrong", "--key", "/dev/sda:clevis", timeout=180)
        self.assertIn("/dev/mapper/luks-", r.out)

    def test_no_key_to_be_had(self):
        path = self.container("a.raw", KEY)
        self.gk_fails("filesystems", *self.options(path), "--key", "all:clevis", timeout=120, match="is not bound to Clevis")

    def tang(self):
        """A server's address: one process for each connection, as systemd would start them."""
        keys = self.path("tang")
        os.mkdir(keys)
        self.tool("/usr/libexec/tangd-keygen", keys)
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            with contextlib.suppress(OSError):      # closed
                while True:
                    connection = server.accept()[0]
                    with connection:
                        subprocess.run(["/usr/libexec/tangd", keys], stdin=connection, stdout=connection,
                                       stderr=subprocess.DEVNULL, check=False)
        threading.Thread(target=serve, daemon=True).start()
        self.addCleanup(lambda: (server.shutdown(socket.SHUT_RDWR), server.close()))
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    def test_network(self):
        """A server is asked when the network is allowed, and only then."""
        if self.launcher != "local":
            self.skipTest("the kernel has no device-mapper")    # and a kernel of its own has no network
        if not os.path.exists("/usr/libexec/tangd"):
            self.skipTest("tang is not installed")
        path = self.bound("tang", json.dumps({"url": self.tang()}))
        lines = ["run", ":", "-clevis-luks-unlock", "/dev/sda", "c", ":", "list-dm-devices"]
        r = self.gk("shell", *self.options(path), *lines, timeout=200)
        self.assertEqual(r.out, "", str(r))
        self.assertIn("Clevis gets no key (set_network allows", r.err)
        r = self.gk("shell", *self.options(path), "set-network", "true", ":", *lines, timeout=200)
        self.assertEqual(r.out, "/dev/mapper/c\n", str(r))
