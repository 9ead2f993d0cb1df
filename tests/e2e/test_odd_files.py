# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files whose names, sizes or ends are not what one expects: through calls, archives and copies."""

import os
import threading

from harness import Case

MIB = 1 << 20

BEGIN = r"""
import errno, os, threading
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1], format="raw")
g.launch ()
g.mount ("/dev/sda", "/")
def fails (wanted, call, *args, **opts):
    try:
        call (*args, **opts)
    except RuntimeError as e:
        assert os.strerror (wanted) in str (e), (str (e)[-200:], wanted)
    else:
        raise AssertionError ("no error")
"""
END = """
g.shutdown ()
g.close ()
"""


class OddFiles(Case):
    def session(self, body, *args, size=64 * MIB, **kwargs):
        image = self.file("disk.raw")
        os.truncate(image, size)
        self.tool("mkfs.ext4", "-q", "-F", image)
        self.images[image] = "clean"
        return self.python_guestfs(BEGIN + body + END, image, *args, timeout=120, **kwargs)

    def test_names(self):
        """Of 255 bytes, with line ends and more: each way in and out knows them."""
        self.session(r"""
names = [b"x" * 255, b"a\nb", b" ", b"\\", b"-rf", "\u20ac".encode () * 85]
text = [os.fsdecode (n) for n in names]
g.mkdir ("/d")
for n in text:
    g.write ("/d/" + n, os.fsencode (n))
assert sorted (map (os.fsencode, g.ls ("/d"))) == sorted (names), g.ls ("/d")
assert sorted (map (os.fsencode, g.find ("/d"))) == sorted (b"/" + n for n in names)
g.find0 ("/d", sys.argv[2] + "/found")
assert sorted (open (sys.argv[2] + "/found", "rb").read ().split (b"\0")[:-1]) == sorted (b"/" + n for n in names)
g.tar_out ("/d", sys.argv[2] + "/d.tar")
g.mkdir ("/from-tar")
g.tar_in (sys.argv[2] + "/d.tar", "/from-tar")
g.cp_a ("/d", "/copy")
for folder in ("/from-tar", "/copy", "/d"):
    assert len (g.ls (folder)) == len (names), folder
    for n, raw in zip (text, names):
        assert g.read_file (folder + "/" + n) == raw
        assert g.lstatns (folder + "/" + n)["st_size"] == len (raw)
g.download ("/d/" + text[0], sys.argv[2] + "/" + text[0])
g.upload (sys.argv[2] + "/" + text[0], "/d/" + text[1])
assert g.read_file ("/d/" + text[1]) == names[0]
g.checksums_out ("md5", "/d", sys.argv[2] + "/sums")
lines = open (sys.argv[2] + "/sums", "rb").read ().splitlines ()
assert len (lines) == len (names) and any (l.startswith (b"\\") and b"a\\nb" in l for l in lines), lines
for n in text:
    g.mv ("/d/" + n, "/copy/moved")
    g.rm ("/copy/moved")
assert g.ls ("/d") == []
fails (errno.ENAMETOOLONG, g.touch, "/d/" + "x" * 256)
fails (errno.ENAMETOOLONG, g.mkdir, "/d/" + "x" * 256)
fails (errno.ENAMETOOLONG, g.mv, "/copy", "/" + "x" * 256)
""", self.dir)

    def test_names_that_are_no_utf_8(self):
        """Which no Python of libguestfs could say."""
        image, name = self.image(), b"\xff\xfe\x80"
        out, tar = self.path("sums"), self.path("x.tar")
        script = b"\n".join((b"mkdir /new", b"write '/new/" + name + b"' text", b"cat '/new/" + name + b"'", b"ls /new", b"find /new",
                             b"checksums-out md5 /new " + out.encode(), b"tar-out /new " + tar.encode(), b"mkdir /other",
                             b"tar-in " + tar.encode() + b" /other", b"cp-a /new /copy", b"cat '/other/" + name + b"'",
                             b"cat '/copy/" + name + b"'", b"download '/new/" + name + b"' '" + self.dir.encode() + b"/" + name + b"'",
                             b"mv '/new/" + name + b"' /new/b", b"ls /new"))
        r = self.gk("shell", "--rw", "-m", "/dev/sda2", "-a", image, stdin=script)
        self.assertEqual(r.raw.split(b"\n")[:-1], [b"text", name, b"/" + name if b"/" + name in r.raw else name, b"text", b"text", b"b"])
        self.assertTrue(self.read(out).endswith(b"  ./" + name + b"\n"), self.read(out))
        self.assertEqual(self.read(os.path.join(self.dir.encode(), name)), b"text")

    def test_paths(self):
        """As long as the kernel takes them, longer, and a tree in which there are longer ones."""
        self.session(r"""
step = "/" + "p" * 99
longest = step * 40 + "/" + "q" * 94
assert len (longest) == 4095
g.mkdir_p (step * 40)
g.write (longest, "deep")
assert g.cat (longest) == "deep" and g.exists (longest)
fails (errno.ENAMETOOLONG, g.write, longest + "q", "x")
fails (errno.ENAMETOOLONG, g.mkdir_p, step * 60)
fails (errno.ENAMETOOLONG, g.cat, "/x" * 4000)
# Deeper still.
g.mkdir_p ("/r" + step * 30)
g.write ("/r" + step * 30 + "/end", "the end")
g.mv ("/r", step * 39 + "/" + "s" * 50)
assert len (g.find ("/")) == 40 + 1 + 1 + 30 + 1 + 1, len (g.find ("/"))       # and lost+found
g.tar_out ("/" + "p" * 99, sys.argv[2])
g.mkdir ("/again")
fails (errno.ENAMETOOLONG, g.tar_in, sys.argv[2], "/again")
g.rm_rf ("/again")
g.cp_a ("/" + "p" * 99, "/copied")
assert len (g.find ("/copied")) == len (g.find ("/" + "p" * 99))
g.rm_rf ("/copied")
g.rm_rf ("/" + "p" * 99)
assert g.ls ("/") == ["lost+found"]
""", self.path("deep.tar"))

    def test_larger_than_4_gib_and_mostly_holes(self):
        self.session(r"""
back, tar = sys.argv[2:4]
size = (5 << 30) + 24
def check (path):
    assert g.filesize (path) == size
    assert g.pread (path, 100, (5 << 30) + 17) == b"the end"
    assert g.pread (path, 13, 4 << 30) == b"in the middle"
    assert g.pread (path, 10, (4 << 30) - 10) == bytes (10)
    assert g.lstatns (path)["st_blocks"] * 512 < 4 << 20, g.lstatns (path)
g.mkdir ("/d")
g.touch ("/d/large")
g.truncate_size ("/d/large", size)
g.pwrite ("/d/large", b"the end", (5 << 30) + 17)
g.pwrite ("/d/large", b"in the middle", 4 << 30)
check ("/d/large")
g.cp_a ("/d/large", "/copy")
check ("/copy")
g.tar_out ("/d", tar)
assert os.stat (tar).st_size < 4 << 20
g.mkdir ("/in")
g.tar_in (tar, "/in")
check ("/in/large")
g.download_offset ("/copy", back, 5 << 30, 24)
assert open (back, "rb").read () == bytes (17) + b"the end"
g.upload_offset (back, "/copy", 4 << 30)
assert g.pread ("/copy", 24, 4 << 30) == bytes (17) + b"the end"
g.truncate_size ("/copy", (4 << 30) + 1)
assert g.filesize ("/copy") == (4 << 30) + 1
""", self.path("back"), self.path("sparse.tar"))

    def test_holes_between_host_and_guest(self):
        """5 GiB with little in them, into a filesystem of 64 MiB and back: each way keeps the holes."""
        size, source = (5 << 30) + 24, self.file("source")
        with open(source, "r+b") as f:
            f.truncate(size)
            for at, text in ((0, b"begin"), (4 << 30, b"in the middle"), (size - 7, b"the end")):
                f.seek(at)
                f.write(text)
        os.mkdir(self.path("out"))
        self.session(r"""
source, out = sys.argv[2:4]
size = (5 << 30) + 24
def check (path):
    assert g.filesize (path) == size, path
    assert g.pread (path, 10, 0) == b"begin" + bytes (5)
    assert g.pread (path, 13, 4 << 30) == b"in the middle"
    assert g.pread (path, 100, size - 10) == bytes (3) + b"the end"
    assert g.lstatns (path)["st_blocks"] * 512 < 1 << 20, g.lstatns (path)
def check_here (path):
    with open (path, "rb") as a, open (source, "rb") as b:
        for at in (0, (4 << 30) - 100, size - 100):
            a.seek (at), b.seek (at)
            assert a.read (200) == b.read (200), (path, at)
    st = os.stat (path)
    assert st.st_size == size and st.st_blocks * 512 < 1 << 20, (path, st)
g.upload (source, "/up")
check ("/up")
g.download ("/up", out + "/down")
check_here (out + "/down")
g.mkdir ("/in")
g.copy_in (source, "/in")
check ("/in/source")
g.copy_out ("/in", out)
check_here (out + "/in/source")
g.copy_out ("/up", out)
check_here (out + "/up")
g.download_offset ("/up", out + "/part", (4 << 30) - 1000, 5000)
with open (out + "/part", "rb") as f:
    assert f.read () == bytes (1000) + b"in the middle" + bytes (5000 - 1013)
# Into what is there: the old bytes go, those around them stay.
g.write ("/old", "x" * 3000000)
with open (out + "/hole", "wb") as f:
    f.truncate (2000000)
g.upload_offset (out + "/hole", "/old", 500000)
assert g.read_file ("/old") == b"x" * 500000 + bytes (2000000) + b"x" * 500000
assert g.lstatns ("/old")["st_blocks"] * 512 < 1100000
g.upload_offset (out + "/hole", "/old", 2900000)
assert g.filesize ("/old") == 4900000 and g.pread ("/old", 5, 2899998) == b"xx" + bytes (3)
""", source, self.path("out"))

    def test_no_space_in_the_middle_of_tar_in(self):
        with open(self.file("big"), "wb") as f:
            for _ in range(80):
                f.write(os.urandom(MIB))
        self.tool("tar", "-C", self.dir, "-cf", self.path("big.tar"), "big")
        self.session(r"""
before = g.statvfs ("/")["bfree"]
g.write ("/kept", "kept")
g.mkdir ("/in")
fails (errno.ENOSPC, g.tar_in, sys.argv[2], "/in")
# The mount is usable, and the space comes back.
assert g.cat ("/kept") == "kept"
g.ls ("/in")
g.rm_rf ("/in")
g.sync ()
assert before - g.statvfs ("/")["bfree"] < 64, (before, g.statvfs ("/"))
g.mkdir ("/in")
g.write ("/in/new", "x" * 1000000)
fails (errno.ENOSPC, g.upload, sys.argv[3], "/in/too-large")
g.rm_f ("/in/too-large")
g.write ("/in/more", "x" * 1000000)
assert g.filesize ("/in/more") == 1000000
""", self.path("big.tar"), self.path("big"))

    def test_folder_that_is_removed_while_it_is_listed(self):
        """By somebody who sees the tree at a folder; and by a call, where the kernel shows the tree and the session is
        free to list it meanwhile."""
        tree, fifo = self.path("tree"), self.path("fifo")
        os.mkdir(tree)
        os.mkfifo(fifo)
        self.session(r"""
import shutil
tree, fifo, launcher = sys.argv[2:5]
for i in range (40):
    g.mkdir ("/d%d" % i)
    for k in range (60):
        g.touch ("/d%d/%s-%d" % (i, "long-name" * 20, k))
g.mount_local (tree)
server = threading.Thread (target=g.mount_local_run)
server.start ()
with os.scandir (tree + "/d0") as names:
    seen = [next (names).name]
    shutil.rmtree (tree + "/d0")
    seen += [n.name for n in names]
assert len (set (seen)) == len (seen) <= 60 and all (n.startswith ("long-name") for n in seen)
assert not os.path.exists (tree + "/d0") and not g.exists ("/d0")
if launcher == "local":
    out = []
    t = threading.Thread (target=lambda: out.append (g.find0 ("/", fifo)))
    t.start ()
    with open (fifo, "rb", buffering=0) as f:
        got = f.read (1000)
        assert got
        for i in range (1, 40):
            shutil.rmtree (tree + "/d%d" % i)
        while more := f.read (1 << 20):
            got += more
    t.join ()
    assert out == [None], out
    names = got.split (b"\0")
    assert names[-1] == b"" and all (n.startswith ((b"d", b"lost+found")) for n in names[:-1]), names
    assert len (names) < 2500
    assert g.ls ("/") == ["lost+found"]
g.umount_local (retry=True)
server.join ()
""", tree, fifo, os.environ.get("GUESTKIT_LAUNCHER", ""))


class Ends(Case):
    """Standard input and output, pipes and devices as the host's end of a transfer."""

    def shell(self, image, *words, **kwargs):
        return self.gk("shell", "--rw", "-m", "/dev/sda2", "-a", image, *words, **kwargs)

    def test_standard_output(self):
        image = self.image()
        for name in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            r = self.shell(image, "echo", "before", ":", "download", "/etc/hostname", name, ":", "echo", "after")
            self.assertEqual(r.out, "before\nsmall-guest\nafter\n", name)
        self.assertEqual(self.shell(image, "checksums-out", "md5", "/home", "-").out.count("\n"),
                         self.shell(image, "find", "/home").out.count("\n") -
                         self.shell(image, "find0", "/home", "/dev/stdout").out.count("user\0"))
        self.assertEqual(self.shell(image, "base64-out", "/etc/hostname", "-").out.strip(), "c21hbGwtZ3Vlc3QK")
        # A file that the output goes to is not begun anew.
        with open(self.file("log", "kept\n"), "ab") as log:
            p = self.gk_start("shell", "--ro", "-m", "/dev/sda2", "-a", image, "download", "/etc/hostname", "/dev/stdout", stdout=log)
            self.assertEqual(p.wait(60), 0)
        self.assertEqual(self.read(self.path("log")), b"kept\nsmall-guest\n")

    def test_standard_input(self):
        image = self.image()
        for name in ("-", "/dev/stdin"):
            self.shell(image, "upload", name, "/data/in", stdin=b"from\0stdin")
            self.assertEqual(self.gk("cat", image, "/data/in").out, "from\0stdin")
        self.shell(image, "base64-in", "-", "/data/in", stdin="YmFzZQ==\n")
        self.assertEqual(self.gk("cat", image, "/data/in").out, "base")

    def test_pipes(self):
        image, fifo = self.image(), self.path("fifo")
        os.mkfifo(fifo)
        got = []

        def reader():
            with open(fifo, "rb") as f:
                got.append(f.read())

        def writer():
            with open(fifo, "wb") as f:
                f.write(b"w" * 3000000)
        for work, words in ((reader, ("download", "/data/numbers", fifo)), (writer, ("upload", fifo, "/data/piped"))):
            t = threading.Thread(target=work)
            t.start()
            self.shell(image, *words)
            t.join(60)
            self.assertFalse(t.is_alive())
        self.assertEqual(got[0].decode(), self.gk("cat", image, "/data/numbers").out)
        self.assertEqual(self.gk("cat", image, "/data/piped").out, "w" * 3000000)
        self.assertTrue(os.path.exists(fifo) and not os.path.isfile(fifo))

    def test_ends_that_take_nothing(self):
        image = self.image()
        self.shell(image, "download", "/data/numbers", "/dev/null")
        self.gk_fails("shell", "--ro", "-m", "/dev/sda2", "-a", image, "download", "/data/numbers", "/dev/full",
                      match="no space left")
        self.gk_fails("shell", "--ro", "-m", "/dev/sda2", "-a", image, "download", "/data/numbers", self.dir, match="is a directory")
        self.gk_fails("shell", "--rw", "-m", "/dev/sda2", "-a", image, "upload", self.dir, "/data/x", match="is a directory")
