# SPDX-License-Identifier: LGPL-3.0-or-later
"""mount_local: the guest's tree at a folder, by the kernel or by FUSE.

A tree of one filesystem is a kernel mount on the local launcher; `-o umask=...` makes
FUSE of it, so that both ways are tried on either launcher."""

import errno
import os
import signal

import world
from harness import PYTHON, SLOW
from mounted import BEGIN, Mounted


class MountLocal(Mounted):
    NAMES = r"""
os.chdir (m)
os.mkdir ("work")
os.chdir ("work")
for name in (b"a\nb", b"\xff\xfe", b"x" * 255, " \u20ac".encode ()):
    with open (name, "wb") as f: f.write (name)
    assert open (name, "rb").read () == name
    assert name in os.listdir (b"."), os.listdir (b".")
os.symlink ("/etc/hostname", "link")
assert os.readlink ("link") == "/etc/hostname"
assert g.cat ("/work/link") == "small-guest\n"
open ("one", "w").write ("1")
os.link ("one", "two")
assert os.stat ("one").st_nlink == 2
assert os.stat ("one").st_ino == os.stat ("two").st_ino
os.remove ("one")
assert os.stat ("two").st_nlink == 1, os.stat ("two")
open ("three", "w").write ("3")
os.rename ("three", "two")
assert open ("two").read () == "3"
os.chmod ("two", 0o640)
os.chown ("two", 12, 34)
os.utime ("two", ns=(10**18 + 1, 10**18 + 2))
st = g.lstatns ("/work/two")
assert (st["st_mode"] & 0o7777, st["st_uid"], st["st_gid"]) == (0o640, 12, 34), st
assert (st["st_mtime_sec"], st["st_mtime_nsec"]) == (10**9, 2), st
os.setxattr ("two", "user.name", b"v\0w")
assert os.getxattr ("two", "user.name") == b"v\0w"
assert os.listxattr ("two") == ["user.name"]
os.removexattr ("two", "user.name")
assert os.listxattr ("two") == []
os.mkfifo ("fifo")
assert g.is_fifo ("/work/fifo")
for bad, call in ((errno.ENOENT, lambda: open ("nope")), (errno.EEXIST, lambda: os.mkdir ("two")),
                  (errno.ENOTEMPTY, lambda: os.rmdir ("../work")), (errno.ENAMETOOLONG, lambda: open ("y" * 256, "w")),
                  (errno.ENODATA, lambda: os.getxattr ("two", "user.no"))):
    try:
        call ()
    except OSError as e:
        assert e.errno == bad, (e, bad)
    else:
        raise AssertionError (bad)
"""

    def test_names_and_attributes(self):
        self.served(self.NAMES)

    def test_names_and_attributes_fuse(self):
        self.served(self.NAMES, options="uid=12,gid=34")

    DATA = r"""
os.chdir (m)
with open ("big", "w+b") as f:
    f.seek (5 << 30)
    f.write (b"end")
    f.flush ()
    assert g.filesize ("/big") == (5 << 30) + 3
    assert os.fstat (f.fileno ()).st_blocks < 1000
    assert os.lseek (f.fileno (), 0, os.SEEK_DATA) >= (5 << 30) - 65536
    f.seek (5 << 30)
    assert f.read () == b"end"
    f.truncate (7)
assert os.path.getsize ("big") == 7
f = open ("log", "ab", buffering=0)
for i in range (3000):
    f.write (b"%04d\n" % i)
assert g.read_file ("/log") == b"".join (b"%04d\n" % i for i in range (3000))
f.write (b"last\n")
assert open ("log", "rb").read ()[-10:] == b"2999\nlast\n"
os.remove ("log")
f.write (b"unlinked, but open\n")
f.close ()
g.write ("/etc/motd", "one")
assert open ("etc/motd").read () == "one"
with open ("etc/motd", "r+b") as f:
    f.seek (1)
    f.write (b"NE and more")
    assert open ("etc/motd").read () == "one"
    f.flush ()
    assert open ("etc/motd").read () == "oNE and more"
os.mkdir ("many")
for i in range (1500):
    open ("many/%d" % i, "w").close ()
assert sorted (map (int, os.listdir ("many"))) == list (range (1500))
assert os.statvfs (".").f_blocks > 1000
"""

    def test_data(self):
        r = self.served(self.DATA)
        self.assertEqual(r.err, "")

    def test_data_fuse(self):
        self.served(self.DATA, options="uid=0")

    # What the server answers from what it knows, or tells the worker later.
    FORESEEN = r"""
os.mkdir (m + "/made")
os.chdir (m + "/made")
fd = os.open ("new", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
os.write (fd, b"first")
os.fchmod (fd, 0o4640)
os.fchown (fd, 12, 34)
st = os.fstat (fd)
assert (st.st_mode & 0o7777, st.st_uid, st.st_gid, st.st_size) == (0o640, 12, 34, 5), st
os.write (fd, b" second")
os.utime (fd, ns=(10**18 + 1, 10**18 + 2))
mode_only = bytes.fromhex ("02000000" "01000700" "ffffffff" "04000500" "ffffffff" "20000100" "ffffffff")
os.setxattr (fd, "system.posix_acl_access", mode_only)
assert os.listxattr (fd) == []
st = os.fstat (fd)
assert (st.st_mode & 0o7777, st.st_size, st.st_mtime_ns) == (0o751, 12, 10**18 + 2), st
blocks = st.st_blocks
os.close (fd)
st = os.stat ("new")
assert st.st_mtime_ns == 10**18 + 2 and st.st_blocks == blocks, (st, blocks)
ns = g.lstatns ("/made/new")
assert (ns["st_mode"] & 0o7777, ns["st_uid"], ns["st_gid"], ns["st_size"]) == (0o751, 12, 34, 12), ns
assert (ns["st_mtime_sec"], ns["st_mtime_nsec"]) == (10**9, 2), ns
assert ns["st_ctime_sec"] == int (st.st_ctime) and ns["st_ctime_nsec"] == st.st_ctime_ns % 10**9, (ns, st)
assert g.read_file ("/made/new") == b"first second"

# Seen by another descriptor, and by calls, while it is open.
with open ("shared", "wb", buffering=0) as f:
    f.write (b"one")
    os.fchmod (f.fileno (), 0o604)
    assert open ("shared", "rb").read () == b"one"
    f.write (b"two")
    assert g.read_file ("/made/shared") == b"onetwo"
    assert g.statns ("/made/shared")["st_mode"] & 0o7777 == 0o604
    os.fchmod (f.fileno (), 0o600)
    assert g.statns ("/made/shared")["st_mode"] & 0o7777 == 0o600

# A name that goes while a file is open, which was opened once more after it was written.
with open ("gone", "wb") as f:
    f.write (b"still there")
os.stat ("gone")
with open ("gone", "rb") as f:
    os.remove ("gone")
    assert f.read () == b"still there"
    assert os.fstat (f.fileno ()).st_nlink == 0
with open ("over", "wb") as f:
    f.write (b"also there")
open ("other", "w").close ()
os.stat ("over")
f = open ("over", "rb")
os.rename ("other", "over")
assert f.read () == b"also there" and os.path.getsize ("over") == 0
f.close ()

# Names in a folder that was made here.
assert not os.path.exists ("by-call")
g.touch ("/made/by-call")
assert os.path.exists ("by-call") and not os.path.exists ("no")
os.mkdir ("deep")
for make in (lambda: os.symlink ("x", "deep/link"), lambda: os.link ("new", "deep/hard"), lambda: os.mkdir ("deep/dir"),
             lambda: os.rename ("by-call", "deep/moved"), lambda: os.mkfifo ("deep/fifo")):
    before = len (os.listdir ("deep"))
    make ()
    assert len (os.listdir ("deep")) == before + 1
for name in ("link", "hard", "dir", "moved", "fifo"):
    assert os.path.lexists ("deep/" + name), name
os.rename ("deep/moved", "deep/again")
assert not os.path.exists ("deep/moved") and os.path.exists ("deep/again")
os.remove ("deep/again")
assert not os.path.exists ("deep/again")
open ("deep/again", "w").close ()
assert os.path.exists ("deep/again")
try:
    os.stat ("deep/" + "y" * 256)
except OSError as e:
    assert e.errno == errno.ENAMETOOLONG, e
else:
    raise AssertionError ("found")
for i in range (300):
    with open ("deep/%d" % i, "wb", buffering=0) as f:
        f.write (b"%d" % i)
        os.utime (f.fileno (), (i, i))
for i in range (300):
    assert open ("deep/%d" % i).read () == str (i) and os.stat ("deep/%d" % i).st_mtime == i
assert not os.path.exists ("deep/300")
"""

    def test_foreseen_fuse(self):
        self.served(self.FORESEEN, options="allow_root,max_read=131072")

    def test_foreseen(self):
        """The same where nothing is foreseen."""
        self.served(self.FORESEEN)

    # Files are read before they are opened, in the order that was seen; what changes is not.
    AHEAD = r"""
import stat
names = ["f%03d" % (i * 77 % 200) for i in range (200)]
g.mkdir ("/many")
for i, name in enumerate (names):
    g.write ("/many/" + name, (name + "!").encode () * (i * i % 3000))
os.chdir (m + "/many")
def content (name, times):
    return (name + "!").encode () * times
def should (name):
    i = names.index (name)
    return content (name, i * i % 3000)
def read (name, fresh=True):
    fd = os.open (name, os.O_RDONLY)
    try:
        if fresh:
            os.posix_fadvise (fd, 0, 0, os.POSIX_FADV_DONTNEED)
        data = b""
        while True:
            more = os.read (fd, 1 << 16)
            if not more:
                return data
            data += more
    finally:
        os.close (fd)
def forget_all ():
    g.ping_daemon ()
def listed (order):
    entries = list (os.scandir ("."))
    if order == "inode":
        entries.sort (key=lambda e: e.inode ())
    elif order == "name":
        entries.sort (key=lambda e: e.name)
    elif order == "backward":
        entries.sort (key=lambda e: e.name, reverse=True)
    return [e.name for e in entries]
for order in ("listed", "inode", "name", "backward", "name"):
    forget_all ()
    for name in listed (order):
        assert read (name) == should (name), (order, name)
        assert os.listxattr (name) == []

# What was read ahead of these is old then: in each way, after five were read in order.
now = {}
def changed (i, name):
    old = now.get (name, should (name))
    if i == 0:
        with open (name, "wb") as f: f.write (b"by this mount")
        return b"by this mount"
    if i == 1:
        g.write ("/many/" + name, b"by a call")
        return b"by a call"
    if i == 2:
        os.truncate (name, 3)
        return (old + b"\0\0\0")[:3]
    if i == 3:
        with open ("new", "wb") as f: f.write (b"another")
        os.rename ("new", name)
        return b"another"
    if i == 4:
        os.remove (name)
        with open (name, "wb") as f: f.write (b"once more")
        return b"once more"
    fd = os.open (name, os.O_RDWR)
    os.pwrite (fd, b"AB", 0)
    os.close (fd)
    return b"AB" + old[2:]
for way in range (6):
    forget_all ()
    order = listed ("name")
    for at, name in enumerate (order):
        if at % 13 == 5 and at + 9 < len (order):
            for k in (1, 2, 9):
                now[order[at + k]] = changed (way, order[at + k])
        assert read (name) == now.get (name, should (name)), (name, at, way)
        assert os.stat (name).st_size == len (now.get (name, should (name)))
assert len (now) > 30

# Attributes, and an open file that loses its name.
for name, data in now.items ():
    g.write ("/many/" + name, should (name))
order = listed ("name")
for at, name in enumerate (order):
    if at % 10 == 5 and at + 3 < len (order):
        os.chmod (order[at + 2], 0o600 + at % 8)
        os.setxattr (order[at + 3], "user.n", b"%d" % at)
        os.link (order[at + 1], "link%d" % at)
    with open (name, "rb") as f:
        st = os.fstat (f.fileno ())
        if at % 10 == 7 and at + 1 < len (order):
            assert st.st_mode & 0o777 == 0o600 + (at - 2) % 8, (oct (st.st_mode), at)
        if at % 10 == 8 and at > 5:
            assert os.listxattr (name) == ["user.n"], name
            os.remove (name)
            assert os.fstat (f.fileno ()).st_nlink == 0
        if at % 10 == 6 and at > 5:
            assert st.st_nlink == 2, name
        assert f.read () == should (name), name
g.rm_rf ("/many")
"""

    def test_read_ahead_fuse(self):
        self.served(self.AHEAD, options="allow_root,max_read=131072")

    def test_read_ahead(self):
        self.served(self.AHEAD)

    def test_no_space_fuse(self):
        """Data that wait cannot be written: whoever closes the file or wants it synced is told, and space comes back."""
        self.served(r"""
os.chdir (m)
free = os.statvfs (".").f_bavail * os.statvfs (".").f_frsize
fill = os.open ("fill", os.O_WRONLY | os.O_CREAT, 0o600)
for size in (1 << 20, 4096):
    try:
        while os.fstat (fill).st_size <= free + (1 << 24):
            os.write (fill, b"x" * size)
            os.fsync (fill)
    except OSError as e:
        assert e.errno == errno.ENOSPC, e
    else:
        raise AssertionError ("no end")
os.close (fill)
for way in ("close", "fsync"):
    fd = os.open ("late-" + way, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        assert os.write (fd, b"y" * 100000) == 100000
        os.fchmod (fd, 0o644)
        try:
            os.fsync (fd) if way == "fsync" else os.close (fd)
        except OSError as e:
            assert e.errno == errno.ENOSPC, e
        else:
            raise AssertionError (way)
    finally:
        if way == "fsync":
            os.close (fd)
os.remove ("fill")
with open ("fits", "wb") as f:
    f.write (b"z" * 100000)
assert g.filesize ("/fits") == 100000
""", options="allow_root,max_read=131072")

    def test_files_until_the_disk_is_full_fuse(self):
        """Closing does not wait while there surely is room.  What was closed without an error is there, to the last byte,
        whoever takes the room meanwhile, and the session ends without one."""
        image = self.file("large.raw")
        with open(image, "r+b") as f:
            f.truncate(160 << 20)
        self.tool("mkfs.ext4", "-q", "-m", "0", image)
        self.python_guestfs(r"""
import os, threading, errno, hashlib
def begin ():
    g = guestfs.GuestFS (python_return_dict=True)
    g.add_drive (sys.argv[1], format="raw")
    g.launch ()
    g.mount ("/dev/sda", "/")
    return g
g = begin ()
m = sys.argv[2]
result = []
g.mount_local (m, options="allow_root,max_read=131072")
t = threading.Thread (target=lambda: result.append (g.mount_local_run ()))
t.start ()
kept, told = {}, set ()
def make (name, size):
    try:
        fd = os.open (m + name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as e:
        assert e.errno == errno.ENOSPC, e
        told.add ("create")
        return False
    data = hashlib.sha256 (name.encode ()).digest () * (size // 32 + 1)
    try:
        try:
            os.write (fd, data)
            os.utime (fd, ns=(5, 10**18 + size))
            os.fchmod (fd, 0o640)
        finally:
            os.close (fd)
    except OSError as e:
        assert e.errno == errno.ENOSPC, e
        told.add ("write")
        return False
    kept[name] = (len (data), size)
    return True
try:
    os.mkdir (m + "/d")
    for i in range (200):
        assert make ("/d/a%d" % i, 1000 + i * 40), i
    g.fallocate64 ("/by-call", 40 << 20)
    for i in range (20):
        assert make ("/d/b%d" % i, 50000), i
    fd = os.open (m + "/by-mount", os.O_WRONLY | os.O_CREAT, 0o600)
    os.posix_fallocate (fd, 0, 30 << 20)
    os.close (fd)
    i = 0
    while make ("/d/c%d" % i, 300000):
        i += 1
    assert i > 50 and told
    for i in range (20):
        make ("/d/d%d" % i, 200000)
    for name, (size, stamp) in kept.items ():
        assert os.stat (m + name).st_size == size, name
finally:
    g.umount_local (retry=True)
    t.join ()
    g.shutdown ()
assert result == [None] or result == [0], result
g = begin ()
for name, (size, stamp) in kept.items ():
    assert g.read_file (name) == (hashlib.sha256 (name.encode ()).digest () * (size // 32)), name
    st = g.lstatns (name)
    assert (st["st_mode"] & 0o7777, st["st_mtime_sec"], st["st_mtime_nsec"]) == (0o640, 10**9, stamp), (name, st)
g.close ()
""", image, self.tree, timeout=200)
        self.tool("e2fsck", "-fn", image)

    def test_filesystem_that_keeps_less_fuse(self):
        """vfat has no owners and does not tell cases apart: programs hear of the first from the call itself."""
        self.needs_filesystem("vfat")
        image = self.file("fat.raw")
        with open(image, "r+b") as f:
            f.truncate(32 << 20)
        self.tool("mkfs.vfat", image)
        self.python_guestfs(r"""
import os, threading, errno
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1], format="raw")
g.launch ()
g.mount ("/dev/sda", "/")
m = sys.argv[2]
g.mount_local (m, options="allow_root,max_read=131072")
t = threading.Thread (target=g.mount_local_run)
t.start ()
try:
    os.mkdir (m + "/made")
    assert not os.path.exists (m + "/made/Name")
    with open (m + "/made/Name", "wb") as f:
        f.write (b"x")
        try:
            os.fchown (f.fileno (), 12, 34)
        except OSError as e:
            assert e.errno == errno.EPERM, e
        else:
            raise AssertionError ("chown")
    assert os.path.exists (m + "/made/NAME")
finally:
    g.umount_local (retry=True)
    t.join ()
    g.close ()
""", image, self.tree)

    def test_readonly(self):
        for options in ("ro", "ro,uid=0"):
            self.served("""
try:
    open (m + "/etc/x", "w")
except OSError as e:
    assert e.errno == errno.EROFS, e
else:
    raise AssertionError ("written")
assert open (m + "/etc/hostname").read () == "small-guest\\n"
""", options=options, image=self.image(name=f"{len(options)}.qcow2"))

    def test_options(self):
        self.python_guestfs(BEGIN + """
for bad, word in ((options, "not known"), ("uid=x", "not valid"), ("umask=999", "not valid")):
    try:
        g.mount_local (m, options=bad)
    except RuntimeError as e:
        assert word in str (e), e
    else:
        raise AssertionError (bad)
for dir in (m + "/nope", "/etc/passwd"):
    try:
        g.mount_local (dir)
    except RuntimeError as e:
        assert "mount_local: " in str (e), e
    else:
        raise AssertionError (dir)
g.mount_local (m)
g.umount_local ()
g.mount_local (m, options="uid=3")
t.start ()
assert os.stat (m + "/etc").st_uid == 3
g.umount_local ()
t.join ()
g.close ()
""", self.image(), self.tree, "no_such_option")

    BUSY = """
f = open (m + "/etc/hostname")
try:
    g.umount_local ()
except RuntimeError as e:
    assert "busy" in str (e), e
else:
    raise AssertionError ("unmounted")
f.close ()
"""

    def test_busy(self):
        self.served(self.BUSY)

    def test_busy_fuse(self):
        self.served(self.BUSY, options="uid=0")

    def test_umount_while_writing(self):
        """The data of a mapping are written by the unmount itself, which so needs the thread that serves."""
        for options in ("", "uid=0"):
            self.served("""
import mmap
with open (m + "/map", "w+b") as f:
    f.truncate (1 << 22)
    with mmap.mmap (f.fileno (), 1 << 22) as p:
        for i in range (0, 1 << 22, 4096):
            p[i] = 65
""", options=options, image=self.image(name="w.qcow2"))
            self.assertEqual(self.gk("cat", self.path("w.qcow2"), "-m", "/dev/sda2", "/map").out.count("A"), 1024)

    def test_killed(self):
        for options, alone in (("", False), ("uid=0", False), ("uid=0", True)):
            path = self.file("killed.py", "import sys, guestfs\n" + BEGIN +
                             "g.mount_local (m, options=options)\nt.start ()\nprint ('up', flush=True)\nt.join ()\n")
            p = self.foreign_start(PYTHON, "-B", path, self.image(name="k.qcow2", check="recoverable"), self.tree,
                                   options)
            self.assertEqual(p.stdout.readline(), b"up\n")
            self.assertEqual(len(self.mounted()), 1)
            if alone:
                # fusermount3 does not always do what libfuse has it there for.
                helpers = [pid for pid, what in world.processes().items() if "fusermount" in what]
                self.assertEqual(len(helpers), 1, world.processes())
                os.kill(helpers[0], signal.SIGKILL)
            p.send_signal(signal.SIGKILL)
            p.wait()
            self.wait_for(lambda: not self.mounted(), "the mount to go", timeout=60)
            self.wait_for(lambda: not world.processes().keys() - {p.pid}, "the processes to end", timeout=60)

    def test_killed_after_a_folder_was_synced_fuse(self):
        """Whoever has synced the folder has the new name there, as without a mount between."""
        path = self.file("killed.py", "import sys, guestfs\n" + BEGIN.replace("qcow2", "raw").replace("/dev/sda2", "/dev/sda") + r"""
g.mount_local (m, options=options)
t.start ()
os.mkdir (m + "/d")
for i in range (30):
    with open (m + "/d/tmp", "wb") as f:
        f.write (b"%d" % i)
    os.rename (m + "/d/tmp", m + "/d/f%d" % i)
fd = os.open (m + "/d", os.O_RDONLY)
os.fsync (fd)
print ("synced", flush=True)
t.join ()
""")
        image = self.file("synced.raw", "")
        with open(image, "r+b") as f:
            f.truncate(400 << 20)
        self.tool("mkfs.ext4", "-q", "-F", image)
        p = self.foreign_start(PYTHON, "-B", path, image, self.tree, "allow_root,max_read=131072")
        self.assertEqual(p.stdout.readline(), b"synced\n")
        p.send_signal(signal.SIGKILL)
        p.wait()
        self.wait_for(lambda: not self.mounted(), "the mount to go", timeout=60)
        self.wait_for(lambda: not world.processes().keys() - {p.pid}, "the processes to end", timeout=60)
        self.assertEqual(sorted(self.gk("ls", image, "/d").out.split()), sorted("f%d" % i for i in range(30)))
        self.assertEqual(self.gk("cat", image, "/d/f29").out, "29")

    def test_gc_takes_dead_mounts_away(self):
        """Everybody was killed who could have unmounted; a mount whose server lives stays."""
        other = self.path("other")
        os.mkdir(other)
        script = "import sys, guestfs\n" + BEGIN + "g.mount_local (m, options=options)\nt.start ()\nprint ('up', flush=True)\nt.join ()\n"
        path = self.file("killed.py", script)

        def served(image, tree):
            p = self.foreign_start(PYTHON, "-B", path, self.image(name=image, check="recoverable"), tree, "uid=0")
            self.assertEqual(p.stdout.readline(), b"up\n")
            return p
        dead = served("dead.qcow2", self.tree)
        # They are children that become what they are called at their own pace.
        def helpers():
            return [pid for pid, what in world.processes().items() if "fusermount" in what or "--watch-mount" in what]
        self.wait_for(lambda: len(helpers()) == 2, "the two that would unmount")
        doomed = helpers()
        alive = served("alive.qcow2", other)
        for pid in doomed:
            os.kill(pid, signal.SIGKILL)
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        self.assertEqual(len(self.mounted()), 1)
        with self.assertRaises(OSError) as e:
            os.listdir(self.tree)
        self.assertEqual(e.exception.errno, errno.ENOTCONN)
        r = self.gk("gc", timeout=120)
        self.assertIn(f"{self.tree}: unmounted; its server has died\n", r.out)
        self.assertNotIn(other, r.out)
        self.assertEqual(self.mounted(), [])
        self.assertEqual(self.read(os.path.join(other, "etc/hostname")), b"small-guest\n")
        self.assertNotIn("unmounted", self.gk("gc", timeout=120).out)
        self.tool("umount", other)
        self.assertEqual(alive.wait(60 * SLOW), 0)
