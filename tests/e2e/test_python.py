# SPDX-License-Identifier: LGPL-3.0-or-later
"""The Python packages on sessions; what needs no session is in tests/python."""

import contextlib
import ctypes
import errno
import gc
import io
import mmap
import os
import re
import signal
import stat
import sys
import threading
import time

from harness import BUILD, NUMBERS_SIZE, PYTHON, REPO, SLOW, Case

FOLDER = os.path.join(BUILD, "python")
SECONDS = 30 * SLOW
LOCAL = os.environ.get("GUESTKIT_LAUNCHER") != "uml"

sys.path.insert(0, FOLDER)
if os.path.exists(FOLDER):              # the runner looks at this file in any build; `make python` makes it
    import guestfs
    import guestkit
    from guestkit import _native


def openat2(root, path):
    """Read-only, RESOLVE_IN_ROOT."""
    how = (ctypes.c_uint64 * 3)(os.O_RDONLY | os.O_CLOEXEC, 0, 0x10)
    # EAGAIN: somewhere on this machine something was mounted or renamed meanwhile.
    for _ in range(1000):
        fd = ctypes.CDLL(None, use_errno=True).syscall(437, root, path.encode(), how, ctypes.c_size_t(24))
        if fd != -1 or ctypes.get_errno() != errno.EAGAIN:
            break
    if fd == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return fd


def numbers():
    return b"".join(b"%015d\n" % i for i in range(NUMBERS_SIZE // 16))


class Reading(Case):
    def test_a_guest(self):
        image = self.image("gpt.qcow2")
        before = self.checksum(image)
        with guestkit.open(image, ro=True, inspect=True) as g:
            self.assertEqual(g.read_file("/etc/hostname"), b"small-guest\n")
            self.assertEqual(g.cat("/etc/hostname"), "small-guest\n")
            self.assertEqual(g.inspection()["hostname"], "small-guest")
            self.assertEqual(g.list_filesystems(), {"/dev/sda1": "ext4", "/dev/sda2": "ext4", "/dev/sda3": "swap"})
            self.assertEqual(sorted(g.mounts()), ["/dev/sda1", "/dev/sda2"])
            self.assertEqual(g.mount_errors, [])
            with self.assertRaises(guestkit.Error):
                g.write("/etc/hostname", b"other\n")
            self.paths(g)
            self.iterators(g)
            self.errors(g)
            self.reading_files(g)
        self.assertTrue(g.closed)
        self.assertEqual(self.checksum(image), before)

    def paths(self, g):
        etc = g.path("/etc")
        self.assertTrue(etc.is_dir() and not etc.is_file() and etc.exists())
        self.assertFalse((etc / "nope").exists() or (etc / "hostname" / "x").exists())
        self.assertFalse(g.path("/links/loop").exists())
        self.assertTrue(g.path("/links/loop").is_symlink())
        self.assertEqual(g.path("/links/absolute").read_text(), "small-guest\n")
        self.assertEqual(g.path("/links/absolute").readlink(), "/etc/hostname")
        self.assertEqual(str(g.path("/links/up").resolve()), "/etc/hostname")
        self.assertTrue(g.path("/links/up").samefile(etc / "hostname"))
        # A link of the guest to a file that only the host has.
        self.assertFalse(g.path("/links/host-only").exists())
        self.assertEqual((etc / "hostname").stat().st_size, 12)
        self.assertTrue(stat.S_ISLNK(g.path("/links/absolute").lstat().st_mode))
        self.assertEqual(sorted(p.name for p in g.path("/home/user").iterdir()), ["notes", "run"])
        self.assertEqual([str(p) for p in g.path("/").glob("home/*/n*s")], ["/home/user/notes"])
        self.assertEqual([str(p) for p in g.path("/home").rglob("notes")], ["/home/user/notes"])
        self.assertEqual([str(p) for p in etc.glob("hostname")], ["/etc/hostname"])
        odd = [p for p in g.path("/data/names").iterdir() if bytes(p).endswith(b"\xff\xfe")]
        self.assertEqual([p.read_bytes() for p in odd], [b"a name that is no UTF-8\n"])
        self.assertEqual(g.read_file(b"/data/names/\xff\xfe"), b"a name that is no UTF-8\n")
        self.assertEqual(g.read_file("/data/names/grüße"), b"a name in UTF-8\n")

    def iterators(self, g):
        self.assertEqual(len([e for e in g.scandir("/data/many") if e.is_file()]), 200)
        by_name = {e.name: e for e in g.scandir("/")}
        self.assertTrue(by_name["etc"].is_dir() and by_name["bin"].is_symlink() and not by_name["bin"].is_dir())
        walked = {os.path.join(top, name) for top, folders, files in g.walk("/") for name in folders + files}
        self.assertEqual(walked, {"/" + name for name in g.find("/")})
        self.assertEqual(walked, {"/" + name for name in g.iter_find("/")})
        self.assertIn("/data/names/new\nline", walked)
        # Other calls are possible while it goes on, and it may be left.
        for name in g.iter_find("/data"):
            self.assertTrue(g.exists("/data/" + name))
            break
        tops = []
        for top, folders, _ in g.walk("/"):
            tops.append(top)
            folders[:] = [f for f in folders if f == "home"]
        self.assertEqual(tops, ["/", "/home"])
        bottom_up = [top for top, _, _ in g.walk("/home", topdown=False)]
        self.assertEqual(bottom_up, ["/home/user", "/home"])

    def errors(self, g):
        for error, builtin, call, use in (
                (guestkit.NotFound, FileNotFoundError, "read_file", lambda: g.read_file("/nope")),
                (guestkit.NotFound, FileNotFoundError, "open", lambda: g.open("/nope")),
                (guestkit.IsADirectory, IsADirectoryError, "read_file", lambda: g.read_file("/etc")),
                (guestkit.NotADirectory, NotADirectoryError, "ls", lambda: g.ls("/etc/hostname"))):
            with self.assertRaises(error) as caught:
                use()
            self.assertIsInstance(caught.exception, builtin)
            self.assertEqual((caught.exception.stage, caught.exception.call), ("call", call))
        with self.assertRaises(guestkit.Error) as caught:
            g.mount("/dev/sda3", "/mnt")
        self.assertEqual(caught.exception.stage, "mount")

    def reading_files(self, g):
        with g.open("/data/numbers", "rb") as f:
            self.assertEqual(f.read(), numbers())
            f.seek(16 * 1000)
            self.assertEqual(f.readline(), b"%015d\n" % 1000)
            self.assertEqual(f.seek(-16, os.SEEK_END), NUMBERS_SIZE - 16)
            self.assertEqual(f.read(100), b"%015d\n" % (NUMBERS_SIZE // 16 - 1))
            if LOCAL:
                with mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as m:
                    self.assertEqual(m[160:176], b"%015d\n" % 10)
            else:
                with self.assertRaises(io.UnsupportedOperation):
                    f.fileno()
        with g.open("/etc/passwd") as f:
            self.assertEqual([line.split(":")[0] for line in f], ["root", "user"])
        with g.open("/data/many/file-007", "rb", buffering=0) as f:
            self.assertIsInstance(f, io.RawIOBase)
            self.assertEqual(f.read(), b"7\n")
        for wrong in ("", "rw", "z", "rbt", "rr"):
            with self.assertRaises(ValueError):
                g.open("/etc/passwd", wrong)
        with self.assertRaises(OSError):
            g.open("/etc", "rb")
        with self.assertRaises(OSError):
            g.open("/new", "w")         # read-only

    def test_the_page(self):
        """What docs/python.md shows works as it is shown."""
        self.image("gpt.qcow2", name="disk.qcow2")
        with open(os.path.join(REPO, "docs/python.md"), encoding="utf-8") as f:
            blocks = re.findall(r"^```python\n(.*?)^```", f.read(), re.S | re.M)
        self.assertGreater(len(blocks), 0)
        for block in blocks:
            r = self.run_program(PYTHON, "-B", self.file("page.py", block), env={"PYTHONPATH": FOLDER})
            self.assertEqual((r.status, r.err), (0, ""), str(r))
            self.assertIn("['root', 'user']", r.out)

    def test_what_cannot_be_opened(self):
        for image, stage, kwargs in ((self.path("nope.raw"), "config", {}),
                                     (self.image("tiny.qcow2", check=""), "mount", {"mounts": {"/": "/dev/sda9"}}),
                                     (self.image("noos.qcow2", check=""), "inspect", {"inspect": True})):
            with self.assertRaises(guestkit.Error) as caught:
                guestkit.open(image, **kwargs)
            self.assertEqual(caught.exception.stage, stage, str(caught.exception))


class Writing(Case):
    def test_what_was_written_is_in_the_image(self):
        image = self.image("gpt.qcow2")
        with guestkit.open(image, ro=False, inspect=True) as g:
            d = g.path("/new/deep")
            d.mkdir(parents=True)
            d.mkdir(exist_ok=True)
            with self.assertRaises(FileExistsError):
                d.mkdir()
            (d / "bytes").write_bytes(bytes(range(256)))
            (d / "text").write_text("größer\n")
            with self.assertRaises(TypeError):
                (d / "text").write_bytes("text")
            for content in (bytearray(b"x"), memoryview(b"xyz")[:1]):
                g.write(d / "view", content)
                self.assertEqual(g.read_file(d / "view"), b"x")
            (d / "link").symlink_to("text")
            (d / "hard").hardlink_to(d / "text")
            self.assertEqual((d / "text").stat().st_nlink, 2)
            (d / "view").rename(d / "renamed")
            (d / "renamed").unlink()
            (d / "renamed").unlink(missing_ok=True)
            with self.assertRaises(FileNotFoundError):
                (d / "renamed").unlink()
            (d / "text").chmod(0o600)
            (d / "text").chown(1000, 1000)
            self.assertEqual(stat.S_IMODE((d / "link").stat().st_mode), 0o600)
            g.write(b"/new/\xff\n", b"odd")
            (d / "gone").mkdir()
            (d / "gone").rmdir()
            (d / "tree" / "below").mkdir(parents=True)
            (d / "tree").rmtree()
            self.writing_files(g)
            # Closed by the end of the session, its content written.
            left_open = g.open("/new/left", "w")
            left_open.write("left open")
        self.assertTrue(left_open.closed)
        self.assertEqual(self.gk("cat", image, "/new/deep/bytes").raw, bytes(range(256)))
        self.assertEqual(self.gk("cat", image, "/new/deep/hard", "/new/lines", "/new/left").out,
                         "größer\none\nTWO\nthree\nleft open")
        self.assertEqual(self.gk("ls", image, "/new/deep").out.split(), ["bytes", "hard", "link", "text"])

    def writing_files(self, g):
        with g.open("/new/lines", "w") as f:
            print("one", file=f)
            f.write("two\n")
        with g.open("/new/lines", "a") as f:
            f.write("three\n")
        with g.open("/new/lines", "r+b") as f:
            f.seek(4)
            f.write(b"TWO")
            f.seek(0)
            self.assertEqual(f.readlines(), [b"one\n", b"TWO\n", b"three\n"])
        with self.assertRaises(FileExistsError):
            g.open("/new/lines", "x")
        with g.open("/new/x", "xb") as f:
            self.assertEqual(f.write(b"a" * 300000), 300000)
            f.truncate(200000)
        self.assertEqual(g.filesize("/new/x"), 200000)
        with self.assertRaises(OSError):
            with g.open("/new/x", "rb") as f:
                f.write(b"")

    def test_close_tells_what_went_wrong(self):
        image = self.image("ext4.raw", check="")
        g = guestkit.open(image, ro=False, mounts={"/": "/dev/sda"})
        self.assertEqual(g.exists("/etc"), True)
        os.kill(g.get_pid(), signal.SIGKILL)
        with self.assertRaises(guestkit.Error) as caught:
            for _ in range(100):
                g.write("/x", b"y")
        self.assertEqual(caught.exception.stage, "call")
        with contextlib.suppress(guestkit.Error):
            g.close()
        self.assertTrue(g.closed)
        self.gk("gc")                   # what the killed one left


class Parallel(Case):
    def test_threads(self):
        """Calls of two guests, each waiting for a pipe, are under way together, and this thread runs as well."""
        guests = [guestkit.open(self.image("ext4.raw", name=f"{i}.raw"), ro=False, mounts={"/": "/dev/sda"})
                  for i in range(2)]
        pipes = [os.pipe() for _ in guests]
        entered = [threading.Event() for _ in guests]
        for g, e in zip(guests, entered):
            g.on("enter", lambda event, e=e: e.set() if event.text == "upload" else None)
        threads = [threading.Thread(target=g.upload, args=(f"/dev/fd/{r}", "/piped")) for g, (r, _) in zip(guests, pipes)]
        for t in threads:
            t.start()
        for e in entered:
            self.assertTrue(e.wait(SECONDS))
        # Crosswise: neither could end if the calls were one after the other.
        for block in range(64):
            for _, w in pipes:
                os.write(w, bytes([block]) * 4096)
        # And a third comes and goes meanwhile.
        with guestkit.open(self.image("ext4.raw", name="third.raw"), mounts={"/": "/dev/sda"}) as third:
            self.assertTrue(third.is_dir("/"))
        for _, w in reversed(pipes):
            self.assertTrue(all(t.is_alive() for t in threads[:1]))
            os.close(w)
        for t in threads:
            t.join(SECONDS)
            self.assertFalse(t.is_alive())
        for g, (r, _) in zip(guests, pipes):
            os.close(r)
            self.assertEqual(g.filesize("/piped"), 64 * 4096)
            g.close()

    def test_cancel(self):
        g = guestkit.open(self.image("ext4.raw"), ro=False, mounts={"/": "/dev/sda"})
        r, w = os.pipe()
        entered = threading.Event()
        g.on("enter", lambda e: entered.set() if e.text == "upload" else None)
        ended = []

        def upload():
            try:
                g.upload(f"/dev/fd/{r}", "/piped")
            except guestkit.Cancelled as e:
                ended.append(e.errno)
        t = threading.Thread(target=upload)
        t.start()
        self.assertTrue(entered.wait(SECONDS))
        os.write(w, b"x" * 65536)
        # What was cancelled before the call had begun to read is forgotten.
        end = time.monotonic() + SECONDS
        while t.is_alive() and time.monotonic() < end:
            g.cancel()
            t.join(0.1)
        self.assertEqual(ended, [4])
        os.close(r)
        os.close(w)
        self.assertTrue(g.exists("/etc"))
        g.close()

    def test_callback_that_raises_ends_the_call(self):
        """A progress callback's exception, and Ctrl-C, both while a call moves bytes that never end."""
        with guestkit.open(self.image("ext4.raw"), ro=False, mounts={"/": "/dev/sda"}) as g:
            seen = []

            def progress(p):
                seen.append(p)
                raise ZeroDivisionError("enough")
            for how in ("callback", "signal"):
                r, w = os.pipe()
                stop = threading.Event()

                def feed():
                    with contextlib.suppress(OSError):
                        while not stop.wait(0.01):
                            os.write(w, b"x" * 4096)
                            if how == "signal" and not seen:
                                seen.append(signal.raise_signal)
                                os.kill(os.getpid(), signal.SIGINT)
                feeder = threading.Thread(target=feed)
                seen.clear()
                with g.on_progress(progress) if how == "callback" else contextlib.nullcontext():
                    feeder.start()
                    with self.assertRaises(ZeroDivisionError if how == "callback" else KeyboardInterrupt):
                        g.upload(f"/dev/fd/{r}", "/endless")
                stop.set()
                os.close(r)
                feeder.join(SECONDS)
                os.close(w)
                self.assertTrue(seen)
                self.assertTrue(g.exists("/etc"))


class Forks(Case):
    def test_a_child_does_not_end_its_parents_session(self):
        image = self.image("ext4.raw")
        guests = [guestkit.open(image, mounts={"/": "/dev/sda"}), guestfs.GuestFS()]
        guests[1].add_drive(image, readonly=1)
        guests[1].launch()
        guests[1].mount_ro("/dev/sda", "/")
        pid = os.fork()
        if pid == 0:
            guests.clear()
            gc.collect()
            os._exit(0)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                with guests[0]:
                    status = 0
            finally:
                os._exit(status)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        for g in guests:
            self.assertEqual(g.cat("/etc/hostname"), "small-guest\n")
            g.close()

    def test_unclosed(self):
        """A program that forgets to close: its changes are in the image, and a guest complains."""
        image = self.image("ext4.raw")
        path = self.file("script.py", f"""
import guestkit, guestfs, sys
sys.stderr.flush()
g = guestkit.open({image!r}, ro=False, mounts={{"/": "/dev/sda"}})
g.write("/one", b"1")
del g
g = guestfs.GuestFS()
g.add_drive({image!r})
g.launch()
g.mount("/dev/sda", "/")
g.write("/two", b"2")
""")
        r = self.run_program(PYTHON, "-B", "-W", "default", path, env={"PYTHONPATH": FOLDER})
        self.assertEqual(r.status, 0, str(r))
        self.assertIn("ResourceWarning: unclosed guest", r.err)
        self.assertEqual(self.gk("cat", image, "/one", "/two").out, "12")


class DropIn(Case):
    SCRIPT = """
g = guestfs.GuestFS (python_return_dict=(len (sys.argv) > 2))
print (g.add_drive_opts (sys.argv[1], readonly=True, format="qcow2"), g.launch ())
print (g.list_filesystems (), g.inspect_os (), g.inspect_get_mountpoints ("/dev/sda2"))
print (g.mount_ro ("/dev/sda2", "/"), g.is_file ("/etc/fstab"), g.is_dir ("/etc/fstab"), g.exists ("/nope"))
print (g.cat ("/etc/hostname"), g.read_file ("/etc/hostname"), g.read_lines ("/etc/fstab"), g.ls ("/etc"))
print (g.pread ("/data/numbers", 16, 32), g.filesize ("/data/numbers"), g.checksum ("md5", "/data/numbers"))
print (g.statns ("/etc/hostname")["st_size"], [sorted (e) for e in g.readdir ("/home/user")])
print (g.lgetxattrs ("/etc/hostname"), g.part_list ("/dev/sda"), g.statvfs ("/")["bsize"])
print (g.glob_expand ("/etc/h*", directoryslash=False), g.get_state (), g.uuid ("x") if hasattr (g, "uuid") else 0)
for f in (lambda: g.cat ("/nope"), lambda: g.write ("/x", b"y"), lambda: g.mount ("/dev/sda9", "/"), lambda: g.umount_all ()):
    try:
        print (f ())
    except RuntimeError as e:
        print (e)
g.shutdown ()
g.close ()
"""

    def test_the_same_as_libguestfs_module(self):
        image = self.image("gpt.qcow2")
        path = self.file("ours.py", "import sys, guestfs\n" + self.SCRIPT)
        for more in ([], ["dict"]) if LOCAL else (["dict"],):
            theirs = self.python_guestfs(self.SCRIPT, image, *more)
            ours = self.run_program(PYTHON, "-B", path, image, *more, env={"PYTHONPATH": FOLDER})
            self.assertEqual((ours.status, ours.err, theirs.err), (0, "", ""))
            self.assertEqual(ours.out.splitlines(), theirs.out.splitlines())
            self.assertIn("small-guest", ours.out)


class Local(Case):
    def test_tree(self):
        where = self.path("tree")
        os.mkdir(where)
        with guestkit.open(self.image("ext4.raw"), mounts={"/": "/dev/sda"}) as g:
            if not LOCAL:               # a kernel of its own has no tree for this one
                with self.assertRaises(guestkit.NotSupported):
                    with g.tree(where):
                        pass
                return
            with g.tree(where):
                with open(os.path.join(where, "etc/hostname"), encoding="utf-8") as f:
                    self.assertEqual(f.read(), "small-guest\n")
            self.assertEqual(os.listdir(where), [])
            # Somebody still lets go of a file.
            with g.tree(where):
                f = open(os.path.join(where, "etc/hostname"), encoding="utf-8")     # noqa: SIM115
                threading.Timer(0.15, f.close).start()
            self.assertEqual(os.listdir(where), [])
            with open(os.path.join(where, "mine"), "w", encoding="utf-8"):
                pass                    # of the host again

    def test_descriptors(self):
        """guestkit_open, guestkit_opendir and guestkit_root_fd: what they open, and what they hold."""
        image = self.image("ext4.raw")
        with guestkit.open(image, ro=False, mounts={"/": "/dev/sda"}) as g:
            if not LOCAL:
                for number, args in ((_native.OPEN, ("/etc/hostname", os.O_RDONLY, 0)), (_native.OPENDIR, ("/etc",)),
                                     (_native.ROOT_FD, ())):
                    with self.assertRaises(guestkit.NotSupported):
                        g._call(number, *args)
                return
            with g.directory_fd("/etc") as fd:
                self.assertEqual(sorted(os.listdir(fd)), sorted(g.ls("/etc")))
                self.assertFalse(os.get_inheritable(fd))
                with self.assertRaises(guestkit.Error) as caught:
                    g.umount("/")
                self.assertEqual(caught.exception.errno, errno.EBUSY)
            with self.assertRaises(guestkit.NotADirectory):
                g._call(_native.OPENDIR, "/etc/hostname")
            with self.assertRaises(guestkit.NotFound):
                g._call(_native.OPENDIR, "/nope")
            root = g._call(_native.ROOT_FD)
            try:
                # As the manual says it: links of the guest stay in the guest.
                for name in ("links/up", "links/absolute", "/etc/hostname", "../../etc/hostname"):
                    fd = openat2(root, name)
                    with open(fd, encoding="utf-8") as f:
                        self.assertEqual(f.read(), "small-guest\n", name)
                with self.assertRaises(FileNotFoundError):
                    openat2(root, "links/host-only")
            finally:
                os.close(root)
            # What was written by a descriptor is there for calls, and the other way round.
            fd = g._call(_native.OPEN, "/new", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            self.assertEqual(os.write(fd, b"by descriptor"), 13)
            self.assertEqual(g.read_file("/new"), b"by descriptor")
            g.write("/new", b"by call")
            self.assertEqual(os.pread(fd, 100, 0), b"by call")
            os.close(fd)
            for special in ("fifo", "socket", "null"):
                if g.exists("/special/" + special):
                    with self.assertRaises(guestkit.Error):
                        os.close(g._call(_native.OPEN, "/special/" + special, os.O_RDONLY | os.O_NONBLOCK, 0))
            g.umount("/")
            with self.assertRaisesRegex(guestkit.Error, "mount"):
                g._call(_native.ROOT_FD)
            g.mount_ro("/dev/sda", "/")
            with self.assertRaises(guestkit.Error) as caught:
                g._call(_native.OPEN, "/new", os.O_RDWR, 0)
            self.assertEqual(caught.exception.errno, errno.EROFS)

    def test_end_with_an_open_descriptor(self):
        """The end says that it could not unmount, the file stays whole, and nothing is left once it is closed."""
        if not LOCAL:
            return                      # there is none
        image = self.image("ext4.raw")
        g = guestkit.open(image, ro=False, mounts={"/": "/dev/sda"})
        fd = g._call(_native.OPEN, "/new", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(fd, b"before")
        with self.assertRaises(guestkit.Error) as caught:
            g.close()
        self.assertEqual((caught.exception.errno, caught.exception.stage), (errno.EBUSY, "close"))
        self.assertTrue(g.closed)
        os.write(fd, b" and after")
        os.close(fd)
        self.wait_for(lambda: image not in self.tool("losetup", "-a").out, "the image to be let go of")
        self.assertEqual(self.gk("cat", image, "/new").out, "before and after")

    def test_rate(self):
        """The binding is not what a call waits for: a call of the library alone takes 1 microsecond or two."""
        with guestkit.Guest() as g:
            began = time.process_time()
            for _ in range(20000):
                g.get_memsize()
            took = time.process_time() - began
        self.assertLess(took, 1.0 * SLOW)
