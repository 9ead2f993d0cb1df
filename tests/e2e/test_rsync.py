# SPDX-License-Identifier: LGPL-3.0-or-later
"""rsync_in and rsync_out with a daemon of rsync on this machine's loopback."""

import os
import socket

from harness import Case

CONFIG = """
use chroot = yes
munge symlinks = no
uid = 0
gid = 0
log file = {log}
pid file = {pid}
[data]
    path = {data}
    read only = yes
[back]
    path = {back}
    read only = no
[locked]
    path = {data}
    auth users = nobody-at-all
    secrets file = {secrets}
"""


class Rsync(Case):
    def setUp(self):
        super().setUp()
        self.needs_program("rsync")
        for name in ("data", "data/sub", "back"):
            os.mkdir(self.path(name))
        self.file("data/one", "first\n")
        self.file("data/a\nb \xff".encode("utf-8", "surrogateescape").decode("utf-8"), "odd name\n")
        self.file("data/sub/hole")
        os.truncate(self.path("data/sub/hole"), 3 << 20)
        os.chmod(self.path("data/one"), 0o4751)
        os.chown(self.path("data/sub"), 1234, 4321)
        os.utime(self.path("data/one"), (1000000000, 1000000001))
        os.symlink("/etc/passwd", self.path("data/link"))
        self.port = self.daemon()

    def daemon(self, *options, address="127.0.0.1", port=None):
        if port is None:
            with socket.socket() as s:
                s.bind((address, 0))
                port = s.getsockname()[1]
        self.file("log")
        names = {name: self.path(name) for name in ("data", "back", "log", "secrets")}
        config = self.file("rsyncd.conf", CONFIG.format(pid=self.path(f"pid-{port}"), **names))
        self.file("secrets", "nobody-at-all:secret\n")
        os.chmod(self.path("secrets"), 0o600)
        p = self.start("rsync", "--daemon", "--no-detach", f"--address={address}", f"--port={port}", f"--config={config}",
                       *options)

        def listens():
            self.assertIsNone(p.poll(), "the daemon has ended")
            with socket.socket() as s:
                return s.connect_ex((address, port)) == 0
        self.wait_for(listens, "the daemon")
        return port

    def url(self, rest):
        return f"rsync://127.0.0.1:{self.port}/{rest}"

    def script(self, image, *lines, network="true"):
        # A kernel of its own has no network.
        return self.gk_any("shell", env={"GUESTKIT_LAUNCHER": "local"}, stdin="\n".join([f"set-network {network}", f"add {image}", "run", "mount /dev/sda2 /", *lines]))

    def seen(self, folder):
        """What there is in a folder of this machine: type, mode, owner, time, content."""
        found = {}
        for where, folders, files in os.walk(folder):
            for name in folders + files:
                path = os.path.join(where, name)
                st = os.lstat(path)
                content = os.readlink(path) if os.path.islink(path) else self.checksum(path) if os.path.isfile(path) else ""
                found[os.path.relpath(path, folder)] = (st.st_mode, st.st_uid, st.st_gid, int(st.st_mtime), content)
        return found

    def test_in_and_out(self):
        image = self.image()
        r = self.script(image, "mkdir /copy", "write /copy/extra x",
                        f"rsync-in {self.url('data/')} /copy archive:true", "exists /copy/extra",
                        f"rsync-in {self.url('data/')} /copy archive:true deletedest:true", "exists /copy/extra",
                        f"rsync-out /copy/ {self.url('back/')} archive:true")
        self.assertEqual((r.status, r.out), (0, "true\nfalse\n"), str(r))
        self.assertEqual(self.seen(self.path("back")), self.seen(self.path("data")))
        # And by itself, with what the other end has more.
        self.file("back/extra", "x")
        r = self.script(image, "rm /copy/one", f"rsync-out /copy/ {self.url('back/')} archive:true deletedest:true")
        self.assertEqual(r.status, 0, str(r))
        there = self.seen(self.path("data"))
        del there["one"]
        self.assertEqual(self.seen(self.path("back")), there)

    def test_two_colons(self):
        """HOST::MODULE/PATH means a daemon at the port that is rsync's."""
        self.daemon(address="127.0.0.87", port=873)
        r = self.script(self.image(), "mkdir /copy", "rsync-in 127.0.0.87::data/ /copy archive:true", "cat /copy/one",
                        "rsync-out /copy/ 127.0.0.87::back archive:true")
        self.assertEqual((r.status, r.out), (0, "first\n\n"), str(r))
        self.assertEqual(self.seen(self.path("back")), self.seen(self.path("data")))

    def test_a_kernel_of_its_own_has_no_network(self):
        r = self.gk_any("shell", "--errno", "--launcher", "uml", stdin="\n".join(
            ["set-network true", f"add {self.image()}", "run", "mount /dev/sda2 /", f"rsync-in {self.url('data/')} /etc"]))
        self.assertEqual(r.status, 1, str(r))
        self.assertIn("a session with a kernel of its own has no network", r.err)
        self.assertIn("errno: EOPNOTSUPP", r.err)

    def test_without_archive(self):
        r = self.script(self.image(), f"rsync-in {self.url('data/one')} /etc", "cat /etc/one",
                        "mkdir /new", f"rsync-in {self.url('data/')} /new", "ls /new")
        self.assertEqual((r.status, r.out), (0, "first\n\n"), str(r))

    def test_links_of_the_guest_lead_nowhere_else(self):
        """A folder that is a link to one of this machine, as far as its name goes."""
        outside = self.path("outside")
        os.mkdir(outside)
        r = self.script(self.image(), f"ln-s {outside} /link", f"rsync-in {self.url('data/')} /link/deep archive:true")
        self.assertNotEqual(r.status, 0, str(r))
        self.assertEqual(os.listdir(outside), [])
        r = self.script(self.image(name="two.qcow2"), f"mkdir-p {outside}", f"ln-s {outside} /link",
                        f"rsync-in {self.url('data/')} /link archive:true", f"cat {outside}/one")
        self.assertEqual((r.status, r.out), (0, "first\n\n"), str(r))
        self.assertEqual(os.listdir(outside), [])

    def test_failures(self):
        image = self.image()
        for line, why in ((f"rsync-in {self.url('none/')} /etc", "unknown module"),
                          (f"rsync-in {self.url('data/none')} /etc", "no such file"),
                          (f"rsync-in {self.url('locked/')} /etc", "auth"),
                          (f"rsync-out /etc/hostname {self.url('data/')}", "read only"),
                          (f"rsync-out /none {self.url('back/')}", "no such file"),
                          (f"rsync-in {self.path('data')} /etc", "is not an rsync server"),
                          (f"rsync-in root@127.0.0.1:{self.path('data')} /etc", "is not an rsync server")):
            r = self.script(image, line)
            self.assertEqual(r.status, 1, str(r))
            self.assertIn(why, r.err.lower(), str(r))
        r = self.script(image, f"rsync-in {self.url('data/')} /etc", network="false")
        self.assertEqual(r.status, 1, str(r))
        self.assertIn("set_network", r.err, str(r))
        self.assertEqual(os.listdir(self.path("back")), [])

    def test_the_other_end_vanishes(self):
        """The daemon dies while it sends: an error, and a filesystem that is sound."""
        self.tool("dd", "if=/dev/urandom", "of=" + self.path("data/large"), "bs=1M", "count=24", "status=none")
        self.port = self.daemon("--bwlimit=2000")
        daemon = self.started[-1]
        p = self.gk_start("shell", env={"GUESTKIT_LAUNCHER": "local"}, stdin=open(self.file("script", "\n".join([
            "set-network true", f"add {self.image()}", "run", "mount /dev/sda2 /", "mkdir /copy",
            f"rsync-in {self.url('data/')} /copy archive:true"])), "rb"))
        self.wait_for(lambda: b"rsync on data" in self.read(self.path("log")), "the transfer to begin")
        os.killpg(daemon.pid, 9)
        out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 1, err)
        self.assertIn(b"rsync_in: ", err)
