# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests of sessions in User-Mode Linux stand on: from outside they look into the sandbox, and
reach the kernel in it by its management console, which nobody else can."""

import ctypes
import os
import socket
import struct
import subprocess

import world
from harness import GUESTKIT, SLOW, Case

_libc = ctypes.CDLL(None, use_errno=True)


class Uml(Case):
    def setUp(self):
        super().setUp()
        self.needs_program("linux.uml")

    def uml(self, subcommand, *args, **kwargs):
        return self.gk(subcommand, "--launcher", "uml", *args, **kwargs)

    def shell(self, image, *options, stdin=b"cat /etc/hostname\n"):
        """A session that has mounted the image's / and waits."""
        p = self.gk_start("shell", "--launcher", "uml", "-a", image, "-m", "/dev/sda2", *options,
                          stdin=subprocess.PIPE)
        os.set_blocking(p.stdout.fileno(), False)
        p.stdin.write(stdin)
        p.stdin.flush()
        self.wait_for(lambda: (p.stdout.read() or b"").startswith(b"small-guest"), "the shell's answer", timeout=60)
        return p

    def end(self, p):
        p.stdin.close()
        self.assertEqual(p.wait(60 * SLOW), 0)

    def find(self, name):
        """The processes of this world that run a program, outermost first."""
        found = sorted(pid for pid, command in world.processes().items()
                       if command.split()[0].rsplit("/", 1)[-1] == name)
        self.assertTrue(found, f"no {name} runs: {world.processes()}")
        return found

    def unprivileged(self, *args, **kwargs):
        # The folders above the build may be closed to others: show it elsewhere.
        self.tool("mkdir", "-p", "/run/others")
        self.tool("mount", "--bind", os.path.dirname(GUESTKIT), "/run/others")
        try:
            r = self.run_program("/run/others/guestkit", *args, user=65534, cwd="/",
                                 env={"HOME": "/nonexistent"}, **kwargs)
            self.sane(r)
            return r
        finally:
            self.wait_for(lambda: "guestkitd" not in str(world.processes()), "the keeper to end")
            self.tool("umount", "/run/others")
            os.rmdir("/run/others")

    # --- into the sandbox ---------------------------------------------------------

    # Mounts last of all: what is in the way of one is often the other.
    SPACES = ("net", "ipc", "uts", "pid", "mnt", "user")
    SETNS = {"net": 0x40000000, "ipc": 0x08000000, "uts": 0x04000000, "pid": 0x20000000, "mnt": 0x00020000,
             "user": 0x10000000}

    def status(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)

    def inside(self, pid, code):
        """Runs code as root of the sandbox that pid is in: with all capabilities there, and no filter."""
        fds = [(os.open(f"/proc/{pid}/ns/{s}", os.O_RDONLY), self.SETNS[s]) for s in self.SPACES]
        r, w = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                for fd, kind in fds:
                    if _libc.setns(fd, kind) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                os.setresgid(0, 0, 0)
                os.setresuid(0, 0, 0)
                os.chdir("/")
                grandchild = os.fork()      # in the pid namespace
                if grandchild == 0:
                    try:
                        os.write(w, str(code()).encode())
                    except OSError as e:
                        os.write(w, f"OSError {e.errno}".encode())
                    os._exit(0)
                os.waitpid(grandchild, 0)
            except BaseException as e:      # pylint: disable=broad-except
                os.write(w, f"failed: {e!r}".encode())
            os._exit(0)
        os.close(w)
        with os.fdopen(r, "rb") as f:
            answer = f.read().decode()
        os.waitpid(child, 0)
        for fd, _ in fds:
            os.close(fd)
        self.assertNotIn("failed", answer)
        return answer

    def kernels(self):
        """Of each kernel the outermost process: the child of the sandbox's own first one."""
        return [pid for pid in self.find("linux.uml") if self.status(pid)["NSpid"].split()[-1] == "2"]

    def mconsole(self, pid, command):
        """Has the kernel carry out a command of its management console: its answer."""
        def talk():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.bind("")
                s.settimeout(20 * SLOW)
                s.sendto(struct.pack("=III512s", 0xcafebabe, 2, len(command), command.encode()),
                         "/tmp/guestkit/mconsole")
                text, more = b"", 1
                while more:
                    answer = s.recv(4096)
                    _, more, size = struct.unpack("=III", answer[:12])
                    text += answer[12:12 + size].rstrip(b"\0")
                return text.decode("utf-8", "replace")
        return self.inside(pid, talk)
