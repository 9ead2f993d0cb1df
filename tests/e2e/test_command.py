# SPDX-License-Identifier: LGPL-3.0-or-later
"""Programs of the guest: what they see, what they may do, and what is left when they end."""

import os
import signal
import threading
import time

import world
from harness import SLOW, Case


class Programs(Case):
    """Of the genuine guest; what is written goes away, unless a test has a copy."""

    launcher = "auto"

    def shell(self, *commands, image=None, settings=(), **kwargs):
        """Runs commands, which are lists of words, and returns how they ended."""
        words = []
        for command in (*settings, ["run"], ["mount", "/dev/sda2", "/"], *commands):
            words += [":", *command] if words else command
        return self.gk_any("shell", "--launcher", self.launcher, "--rw" if image else "--ro",
                           "-a", image or os.environ["GUESTKIT_GUEST"], *words, **kwargs)

    def sh(self, script, **kwargs):
        r = self.shell(["sh", script], **kwargs)
        self.assertEqual(r.status, 0, str(r))
        return r.out.removesuffix("\n")

    def fails(self, *command, match, **kwargs):
        """The command fails so, and the session goes on: the next one sees nothing of it."""
        r = self.shell(["-" + command[0], *command[1:]], ["sh", "set -- /proc/[0-9]*; echo $#; echo on"], **kwargs)
        self.assertEqual(r.status, 0, str(r))
        self.assertRegex(r.err, match)
        # Ours and the shell.
        self.assertEqual(r.out.split(), ["2", "on"], str(r))


class Results(Programs):
    def test_output(self):
        self.assertEqual(self.shell(["command", "echo one  two"]).out, "one two\n\n")
        self.assertEqual(self.shell(["command-lines", "printf a\\nb\\n"]).out, "a\nb\n")
        self.assertEqual(self.shell(["sh-lines", "printf 'a\\n\\nb'"]).out, "a\n\nb\n")
        self.assertEqual(self.shell(["sh-lines", "true"]).out, "")

    def test_environment(self):
        out = self.sh("env; umask; pwd; id -u; cat; echo $?; ls /proc/self/fd").split()
        for line in ("PATH=/sbin:/usr/sbin:/bin:/usr/bin", "HOME=/", "LC_ALL=C", "TERM=dumb"):
            self.assertIn(line, out)
        # stdin is empty; 3 is the directory that ls reads.
        self.assertEqual(out[-8:], ["0022", "/", "0", "0", "0", "1", "2", "3"])

    def test_errors_have_stderr_and_status(self):
        self.fails("sh", "echo first >&2; echo second >&2; exit 3", match=r"sh: first\nsecond \(exited with status 3\)")
        self.fails("sh", "exit 5", match=r"sh: exited with status 5\n")
        self.fails("sh", "kill -9 $$", match=r"sh: killed by signal 9\n")
        self.fails("command", "/nonexistent", match=r"command: /nonexistent: No such file or directory\n")
        self.fails("command", "/etc/passwd", match=r"command: /etc/passwd: Permission denied\n")
        self.fails("command", "", match=r"command: passed an empty list\n")

    def test_needs_root(self):
        self.gk_fails("shell", "--ro", "-a", os.environ["GUESTKIT_GUEST"], "run", ":", "sh", "true",
                      match="sh: you must call 'mount' first to mount the root filesystem")

    def test_output_to_a_file(self):
        # More than what may be returned.
        r = self.shell(["sh-out", "yes | head -c 70000000; echo words >&2", self.path("out")])
        self.assertEqual(r.status, 0, str(r))
        self.assertEqual(os.path.getsize(self.path("out")), 70000000)
        r = self.shell(["command-out", "echo to a file", "-"])
        self.assertEqual(r.out, "to a file\n")

    def test_writes_to_the_guest(self):
        image = self.guest()
        self.sh("echo text > /etc/made; chown 12:34 /etc/made; mknod /etc/node c 1 3; mkfifo /etc/pipe", image=image)
        self.assertEqual(self.gk("cat", image, "/etc/made").out, "text\n")
        self.assertRegex(self.gk("ls", "-l", image, "/etc/").out, r"12 +34 .*made")

    def test_script_without_interpreter(self):
        r = self.shell(["write", "/run-me", "echo of the shell\n"], ["chmod", "0755", "/run-me"], ["command", "/run-me"])
        self.assertEqual(r.out, "of the shell\n\n", str(r))

    def test_guest_without_shell(self):
        image = self.image()
        r = self.gk_fails("shell", "--rw", "-a", image, "-m", "/dev/sda2", "rm-f", "/bin/sh", ":", "sh", "true")
        self.assertIn("sh: the guest has no /bin/sh", r.err)

    def test_foreign_processor(self):
        image = self.image()
        # An ELF header: 64 bits, little-endian, version 1; executable, for machine 0xf3 (RISC-V).
        head = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xf3\x00\x01\x00\x00\x00" + bytes(100)
        r = self.gk_any("shell", "--rw", "-a", image, "-m", "/dev/sda2", "mkdir-p", "/bin", ":", "upload",
                        self.file("sh", head), "/bin/sh", ":", "chmod", "0755", "/bin/sh", ":", "sh", "true")
        self.assertEqual(r.status, 1, str(r))
        self.assertRegex(r.err, "sh: /bin/sh: is a program for riscv, and this machine .* qemu-user-static")


class Walls(Programs):
    def test_nothing_of_this_machine(self):
        with open("/proc/self/mountinfo", encoding="utf-8") as f:
            here = {line.split()[2] for line in f}
        lines = [line.split() for line in self.sh("cat /proc/self/mountinfo").splitlines()]
        self.assertEqual(sorted(line[4] for line in lines),
                         ["/", "/dev", "/dev/pts", "/dev/shm", "/proc", "/sys", "/sys/firmware"])
        self.assertEqual([line[4] for line in lines if line[2] in here and not line[4].startswith("/sys")], [])
        for line in lines:
            options = line[5].split(",")
            self.assertIn("nosuid", options, line)
            self.assertTrue("nodev" in options or line[4] in ("/dev", "/dev/pts"), line)
            self.assertTrue("ro" in options or line[4] in ("/", "/dev/pts", "/dev/shm"), line)

    def test_devices(self):
        out = self.sh("find /dev -type b -o -type c | sort; test -w /dev/sda && echo writable").split()
        self.assertEqual(out, ["/dev/" + n for n in
                               ("full", "null", "pts/ptmx", "random", "sda", "sda1", "sda2", "tty", "urandom", "zero")]
                         + ["writable"])

    def test_namespaces(self):
        kinds = ("cgroup", "ipc", "mnt", "net", "pid", "uts")
        out = self.sh("readlink " + " ".join("/proc/self/ns/" + k for k in kinds)).split()
        for kind, inside in zip(kinds, out):
            self.assertNotEqual(os.readlink("/proc/self/ns/" + kind), inside)
        self.assertEqual(self.sh("hostname; grep -c : /proc/net/dev").split(), ["guestkit", "1"])

    def test_capabilities(self):
        caps = dict(line.split() for line in self.sh("grep Cap /proc/self/status").splitlines())
        # chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, linux_immutable, net_bind_service,
        # sys_chroot, mknod, setfcap
        self.assertEqual(int(caps["CapEff:"], 16),
                         sum(1 << n for n in (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 18, 27, 31)))
        self.assertEqual(caps["CapBnd:"], caps["CapEff:"])
        self.assertEqual(self.sh("grep -E 'NoNewPrivs|Seccomp:' /proc/self/status").split(),
                         ["NoNewPrivs:", "1", "Seccomp:", "2"])

    def test_refused(self):
        for script, words in (
                ("mount -t tmpfs none /mnt", "permission denied|not permitted"),
                ("umount /proc", "not permitted|must be superuser"),
                ("unshare -U true", "not permitted"),
                ("unshare -n true", "not permitted"),
                ("mknod /dev/loop b 7 0", "Read-only"),
                ("echo 0 > /proc/sys/kernel/panic", "Read-only"),
                ("echo 0 > /sys/kernel/profiling", "Read-only|No such"),
                ("date -s 2020-01-01", "not permitted"),
                ("dmesg", "not permitted"),
                ("cat /proc/1/environ", "Permission denied"),
                ("nsenter -t 1 -m true", "denied|not permitted")):
            r = self.shell(["-sh", script])
            self.assertRegex(r.err, "sh: .*(" + words + ")", script)

    def test_sockets(self):
        # Families and protocols as the kernel reads them: ints, whatever the upper half of a register says.
        script = r"""perl -e 'for (@ARGV) { my @a = map { eval } split /,/; $! = 0;
            print syscall (41, @a) < 0 ? 0 + $! : "ok", "\n" }' """
        args = {"1,1,0": "ok", "2,1,0": "ok", "10,1,0": "ok", "16,3,0": "ok",
                "17,3,0": "97", "38,5,0": "97", "40,1,0": "97", "16,3,9": "97",
                "(1<<32)+17,3,0": "97", "(1<<32)+16,3,(1<<32)+9": "97", "46,1,0": "97"}
        if os.uname().machine != "x86_64":
            self.skipTest("the number of the system call is that of x86_64")
        out = self.sh(script + " ".join(f"'{a}'" for a in args))
        self.assertEqual(dict(zip(args, out.split())), args)
        out = self.sh(script + "'1,1,0' '(1<<32)+1,1,0' '2,1,0'", settings=[["set-network", "true"]])
        self.assertEqual(out.split(), ["97", "97", "ok"])

    def test_made_nodes_open_nothing(self):
        r = self.shell(["-sh", "mknod /tmp/null c 1 3 && cat /tmp/null"])
        self.assertIn("Permission denied", r.err)

    def test_links_as_mount_points(self):
        # A guest chooses what is at /proc, /sys and /dev.
        r = self.shell(["rm-rf", "/proc"], ["ln-s", "/etc", "/proc"], ["rm-rf", "/sys"], ["write", "/sys", ""],
                       ["rm-rf", "/dev"], ["ln-s", "/", "/dev"], ["sh", "ls /proc/hostname; cat /etc/hostname"])
        self.assertEqual(r.status, 0, str(r))
        self.assertEqual(r.out.split()[0], "/proc/hostname")

    def test_network_only_when_asked(self):
        image = self.guest()
        resolv = self.gk("cat", image, "/etc/resolv.conf").out
        before = self.sh("readlink /proc/self/ns/net; cat /etc/resolv.conf", image=image)
        self.assertNotIn(os.readlink("/proc/self/ns/net"), before)
        with open("/etc/resolv.conf", encoding="utf-8") as f:
            host = f.read()
        out = self.sh("readlink /proc/self/ns/net; cat /etc/resolv.conf", image=image, settings=[["set-network", "true"]])
        self.assertEqual(out.strip(), (os.readlink("/proc/self/ns/net") + "\n" + host).strip())
        self.assertEqual(self.gk("cat", image, "/etc/resolv.conf").out, resolv)

    def test_resolv_conf_is_a_dangling_link(self):
        r = self.shell(["rm-f", "/etc/resolv.conf"], ["ln-s", "/run/nowhere/resolv.conf", "/etc/resolv.conf"],
                       ["sh", "cat /etc/resolv.conf"], ["readlink", "/etc/resolv.conf"],
                       settings=[["set-network", "true"]])
        self.assertEqual(r.status, 0, str(r))
        with open("/etc/resolv.conf", encoding="utf-8") as f:
            self.assertEqual(r.out.strip(), f.read() + "\n/run/nowhere/resolv.conf")


class Ends(Programs):
    def test_daemon_is_ended(self):
        self.fails("sh", "setsid sleep 1000 >/dev/null 2>&1 & (sleep 2000 &) ; exit 1", match="exited with status 1")

    def test_forks_for_ever(self):
        """And the numbers of this machine's processes are not used up meanwhile."""
        def tasks():
            with open("/proc/loadavg", encoding="ascii") as f:
                return int(f.read().split()[3].split("/")[1])
        before, most, end = tasks(), 0, threading.Event()

        def watch():
            nonlocal most
            while not end.wait(0.01):
                most = max(most, tasks())
        watcher = threading.Thread(target=watch)
        watcher.start()
        self.addCleanup(watcher.join)
        self.addCleanup(end.set)
        self.fails("sh", "f() { f | f & }; f; sleep 100", match="sh: was ended: it had more than 1024 processes and threads")
        # Others run here, too; without a limit it was the 32,768 that there are.
        self.assertLess(most - before, 4000)

    def test_fills_memory(self):
        hog = 'perl -e \'$x = "x" x 60000000; sleep 100\''
        self.fails("sh", f"for i in 1 2 3 4 5 6; do {hog} & done; wait", settings=[["set-memsize", "256"]],
                   match="sh: was ended: it took more than 256 MiB of memory")
        self.fails("sh", 'perl -e \'$x = "x" x 600000000\'', settings=[["set-memsize", "256"]], match="Out of memory")

    def test_writes_for_ever(self):
        self.fails("sh", "yes | head -c 10000000000", match="wrote more than 67108864 bytes")

    def test_errors_for_ever(self):
        r = self.shell(["-sh", "yes | head -c 100000000 >&2; exit 1"], ["sh", "echo on"])
        self.assertTrue(r.err.endswith(" (exited with status 1)\n"))
        self.assertLess(len(r.err), 100000)
        self.assertEqual(r.out.strip(), "on")

    def test_full_shm(self):
        self.fails("sh", "head -c 1000000000 /dev/zero > /dev/shm/x", match="No space left on device")

    def running(self):
        p = self.gk_start("shell", "--launcher", self.launcher, "--ro", "-a", os.environ["GUESTKIT_GUEST"], "-m", "/dev/sda2",
                          "sh", "trap '' TERM INT HUP QUIT PIPE; while :; do sleep 0.1; done")
        self.wait_for(lambda: "trap ''" in str([c for c in world.processes().values() if c.startswith("/bin/sh")]),
                      "the command to run")
        return p

    def test_cancel_reaches_who_ignores_signals(self):
        p = self.running()
        begin = time.monotonic()
        p.send_signal(signal.SIGINT)
        p.wait(30 * SLOW)
        self.assertNotEqual(p.returncode, 0)
        self.assertLess(time.monotonic() - begin, 10 * SLOW)

    def test_killed_client(self):
        p = self.running()
        p.kill()
        p.wait()
        self.wait_for(lambda: not world.processes(), "everything to end", 60)


class Cli(Programs):
    """guestkit command."""

    GUEST = property(lambda self: os.environ["GUESTKIT_GUEST"])

    def test_output_and_options_behind_dashes(self):
        self.assertEqual(self.gk("command", "--ro", self.GUEST, "--", "ls", "-d", "/etc").out, "/etc\n")

    def test_failure(self):
        r = self.gk_fails("command", "--ro", self.GUEST, "--", "sh", "-c", "echo out; echo words >&2; exit 3")
        self.assertEqual(r.out, "out\n")
        self.assertEqual(r.err, "guestkit: sh: command_out: words (exited with status 3)\n")

    def test_json(self):
        out = self.gk_any("command", "--ro", "--json", self.GUEST, "--", "sh", "-c", "echo out; exit 3").json()
        self.assertEqual(out, {"command": ["sh", "-c", "echo out; exit 3"], "output": "out\n",
                               "error": "command_out: exited with status 3"})
        out = self.gk("command", "--ro", "--json", self.GUEST, "--", "true").json()
        self.assertEqual((out["output"], out["error"]), ("", None))

    def test_timeout(self):
        begin = time.monotonic()
        self.gk_fails("command", "--ro", "--timeout", "1", self.GUEST, "--", "sh", "-c", "trap '' TERM INT; sleep 100",
                      match="sh: it took longer than --timeout allows")
        self.assertLess(time.monotonic() - begin, 20 * SLOW)
        self.gk("command", "--ro", "--timeout", "100", self.GUEST, "--", "true")

    def test_settings(self):
        self.gk_fails("command", "--ro", "--memsize", "1", self.GUEST, "--", "true", match="memsize", status=1)
        self.gk_fails("command", "--ro", "--memsize", "256", self.GUEST, "--", "perl", "-e", '$x = "x" x 300000000',
                      match="Out of memory")
        if os.environ.get("GUESTKIT_LAUNCHER") == "uml":
            return                      # has no network to give
        out = self.gk("command", "--ro", "--network", self.GUEST, "--", "readlink", "/proc/self/ns/net").out
        self.assertEqual(out.strip(), os.readlink("/proc/self/ns/net"))

    def test_usage(self):
        self.gk_fails("command", "--ro", self.GUEST, match="no program is given", status=2)


class Uml(Programs):
    launcher = "uml"

    def setUp(self):
        super().setUp()
        self.needs_program("linux.uml")

    def test_runs_and_ends(self):
        self.fails("sh", "cat /proc/mounts >&2; id -u >&2; sleep 1000 & exit 7",
                   match=r"/dev/sda2 / ext4 rw,nosuid,nodev(.*\n)*0 \(exited with status 7\)")
