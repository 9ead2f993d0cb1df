# SPDX-License-Identifier: LGPL-3.0-or-later
"""mount_local: what was just made, and copies of trees, are at once seen as they will be in the image.

Through FUSE much of it is answered before the worker has done it."""

from mounted import BEGIN, END, Mounted


class JustMade(Mounted):
    # What was closed a moment ago is seen by all, as it is.
    JUST_CLOSED = r"""
os.mkdir (m + "/just")
os.chdir (m + "/just")
os.mkdir ("x")
def make (name, data=b"data"):
    with open (name, "wb", buffering=0) as f:
        f.write (data)
        os.fchmod (f.fileno (), 0o640)
for i in range (3):
    make ("seen%d" % i)
assert open ("seen2").read () == "data" and os.listdir (".") and os.stat ("seen1").st_size == 4
make ("call")
assert g.read_file ("/just/call") == b"data" and g.stat ("/just/call")["mode"] & 0o777 == 0o640
make ("more")
with open ("more", "ab", buffering=0) as f: f.write (b" and")
with open ("more", "r+b", buffering=0) as f: f.write (b"DA")
assert open ("more").read () == "DAta and" and g.read_file ("/just/more") == b"DAta and"
make ("gone")
os.remove ("gone")
assert not os.path.exists ("gone")
make ("gone", b"again")
assert open ("gone").read () == "again"
make ("times")
os.utime ("times", ns=(7, 10**18 + 9))
fd = os.open ("times", os.O_RDONLY)
os.fchmod (fd, 0o604)
os.close (fd)
os.rename ("times", "x/times")
st = os.stat ("x/times")
assert (st.st_mode & 0o777, st.st_mtime_ns) == (0o604, 10**18 + 9), st
st = g.lstatns ("/just/x/times")
assert (st["st_mode"] & 0o777, st["st_mtime_sec"], st["st_mtime_nsec"]) == (0o604, 10**9, 9), st
assert g.read_file ("/just/x/times") == b"data"
make ("owner")
os.chown ("owner", 5, 6)
os.setxattr ("owner", "user.a", b"1")
os.link ("owner", "x/owner")
assert os.stat ("x/owner").st_nlink == 2 and os.getxattr ("x/owner", "user.a") == b"1"
assert (os.stat ("owner").st_uid, os.stat ("owner").st_gid) == (5, 6)
make ("short", b"0123456789")
os.truncate ("short", 4)
assert open ("short").read () == "0123"
make ("synced")
fd = os.open ("x", os.O_RDONLY)
os.fsync (fd)
os.close (fd)
one = os.open ("twice", os.O_RDWR | os.O_CREAT, 0o600)
two = os.dup (one)
os.write (one, b"one")
os.close (one)
os.write (two, b"two")
os.close (two)
assert g.read_file ("/just/twice") == b"onetwo"
make ("last")
"""

    def test_just_closed_fuse(self):
        image = self.image()
        self.served(self.JUST_CLOSED, options="allow_root,max_read=131072", image=image)
        # The last of it goes with the unmount.
        self.assertEqual(self.gk("cat", image, "/just/last").out, "data")

    def test_just_closed(self):
        self.served(self.JUST_CLOSED)

    # Folders, names and attributes of what is just made here: told at once, and true.
    JUST_MADE = r"""
import stat, subprocess
os.mkdir (m + "/made")
os.chdir (m + "/made")
def make (name, data=b"data", size=0):
    with open (name, "wb", buffering=0) as f:
        f.write (data + b"\0" * size)
def fails (error, call, *args):
    try:
        call (*args)
    except OSError as e:
        assert e.errno == error, (e, error)
    else:
        raise AssertionError ((error, args))
def true_stat (name):
    st = g.lstatns ("/made/" + name)
    return [st["st_" + x] for x in ("mode", "nlink", "uid", "gid", "size", "ino", "blocks", "mtime_sec", "mtime_nsec")]
def told (name):
    st = os.lstat (name)
    ns = st.st_mtime_ns
    return [st.st_mode, st.st_nlink, st.st_uid, st.st_gid, st.st_size, st.st_ino, st.st_blocks, ns // 10**9, ns % 10**9]
def others (name):
    out = subprocess.run (["stat", "-c", "%Y.%Z.%z", name], check=True, stdout=subprocess.PIPE, text=True).stdout
    st = g.lstatns ("/made/" + name)
    assert out.startswith ("%d.%d." % (st["st_mtime_sec"], st["st_ctime_sec"])), (out, st)
    assert (".%09d " % st["st_ctime_nsec"]) in out, (out, st)
# rsync's way, some times over: each is asked for its attributes by who makes it.
for i in range (40):
    make (".tmp%d" % i, b"x" * (i * 997))
    first = told (".tmp%d" % i)
    if i % 4:
        os.utime (".tmp%d" % i, ns=(10**18, 10**18 + i))
        assert told (".tmp%d" % i)[-1] == i
    os.chmod (".tmp%d" % i, 0o600 + i % 64)
    os.rename (".tmp%d" % i, "name%d" % i)
    now = told ("name%d" % i)
    assert now[4] == i * 997 and now[5] == first[5], (first, now)
    if i % 3 == 0:
        assert told ("name%d" % i) == now == true_stat ("name%d" % i), (now, true_stat ("name%d" % i))
    assert i % 4 or now[-2:] == first[-2:], (first, now)
assert sorted (os.listdir (".")) == sorted ("name%d" % i for i in range (40)) == sorted (g.ls ("/made"))
for i in (3, 4, 39):
    assert told ("name%d" % i) == true_stat ("name%d" % i)
make ("grows")
seen = told ("grows")
with open ("grows", "ab", buffering=0) as f:
    f.write (b"more")
    assert os.fstat (f.fileno ()).st_size == 8
make ("gap")
with open ("gap", "r+b", buffering=0) as f:
    f.seek (1 << 20)
    f.write (b"end")
assert told ("gap")[6] < 64
make ("other")
others ("other")
# Names: over another, into another folder, back and forth, and those that cannot be.
for name in ("a", "b"): make (name, name.encode ())
os.rename ("a", "b")
assert open ("b").read () == "a" and not os.path.exists ("a")
fails (errno.ENOENT, os.rename, "a", "c")
make ("a", b"again")
os.rename ("a", "c")
os.rename ("c", "d")
fails (errno.ENOENT, open, "c")
make ("c", b"third")
assert g.read_file ("/made/d") == b"again" and open ("c").read () == "third"
os.mkdir ("sub")
os.mkdir ("sub/deep")
os.rename ("sub", "moved")
fails (errno.ENOENT, os.mkdir, "sub/x")
make ("moved/deep/file")
fails (errno.EISDIR, os.rename, "c", "moved")
fails (errno.ENOTDIR, os.rename, "moved", "c")
fails (errno.EEXIST, os.mkdir, "moved")
fails (errno.ENAMETOOLONG, os.rename, "c", "n" * 256)
os.rename ("c", "n" * 255)
os.rename ("n" * 255, "moved/deep/c")
assert g.read_file ("/made/moved/deep/c") == b"third"
make ("open")
with open ("open", "rb") as f:
    os.rename ("open", "opened")
    os.remove ("opened")
    assert f.read () == b"data"
# Folders.
os.mkdir ("folder")
os.chmod ("folder", 0o2750)
os.chown ("folder", 3, 44)
os.utime ("folder", ns=(10**18, 10**18 + 7))
assert told ("folder") == true_stat ("folder") and told ("folder")[:4] == [stat.S_IFDIR | 0o2750, 2, 3, 44]
assert told ("folder")[-2:] == [10**9, 7]
make ("folder/file")
os.rename ("folder/file", "folder/renamed")
assert os.stat ("folder/renamed").st_gid == 44
os.mkdir ("folder/below")
assert stat.S_IMODE (os.stat ("folder/below").st_mode) & 0o2000 and os.stat ("folder").st_nlink == 3
os.utime ("folder")
assert told ("folder") == true_stat ("folder") and told ("folder")[-2] > 10**9
os.chmod ("folder", 0o700)
os.setxattr ("folder", "user.a", b"1")
os.chmod ("folder", 0o750)
assert told ("folder") == true_stat ("folder") and os.listxattr ("folder") == ["user.a"]
# Owner rwx, group r-x, others nothing; and that as the default of what is made in it.
acl = b"\2\0\0\0" + b"".join (bytes ((tag, 0, p, 0, 255, 255, 255, 255)) for tag, p in ((1, 7), (4, 5), (32, 0)))
os.mkdir ("with-acl")
os.setxattr ("with-acl", "system.posix_acl_access", acl)
assert told ("with-acl")[0] & 0o777 == 0o750 and told ("with-acl") == true_stat ("with-acl")
os.removexattr ("with-acl", "system.posix_acl_default")
os.setxattr ("with-acl", "system.posix_acl_default", acl)
make ("with-acl/file")
assert told ("with-acl/file") == true_stat ("with-acl/file") and told ("with-acl/file")[0] & 0o7 == 0
os.removexattr ("with-acl", "system.posix_acl_default")
assert os.listxattr ("with-acl") == []
# Many, one behind the other, in a folder of each kind: with a group, the group of which is
# inherited, with a default ACL, and one that was there before.
g.mkdir ("/made/there")
for folder, gid, mode in (("plain", 0, 0o755), ("group", 44, 0o755), ("setgid", 44, 0o2755), ("acl", 0, 0o755), ("there", 0, 0o755)):
    if folder != "there":
        os.mkdir (folder)
    if gid:
        os.chown (folder, 0, gid)
        os.chmod (folder, mode)
    if folder == "acl":
        os.setxattr (folder, "system.posix_acl_default", acl)
    seen, times = {}, {}
    for i in range (60):
        name = "%s/f%d" % (folder, i)
        fd = os.open (name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o4711 if i % 7 == 0 else 0o666)
        st = os.fstat (fd)
        seen[name] = (st.st_ino, st.st_mode, st.st_uid, st.st_gid, st.st_nlink)
        assert st.st_gid == (44 if mode & 0o2000 else 0) and st.st_size == 0, st
        if i % 5:
            os.write (fd, name.encode () * i)
        else:
            times[name] = st.st_mtime_ns
        if i % 11 == 0:
            os.fsync (fd)
        os.close (fd)
        fails (errno.EEXIST, os.open, name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        if i % 5 == 0:
            assert os.stat (name).st_mtime_ns == times[name]
        if i % 13 == 0 and i > 30: # a call, after which nothing is foreseen any more
            assert told (name) == true_stat (name), (told (name), true_stat (name))
        if i % 17 == 0:
            os.link (name, name + "-link")
            assert os.stat (name + "-link").st_ino == st.st_ino and os.stat (name).st_nlink == 2
            os.remove (name + "-link")
    assert len (set (x[0] for x in seen.values ())) == 60
    assert sorted (os.listdir (folder)) == sorted ("f%d" % i for i in range (60)) == sorted (g.ls ("/made/" + folder))
    for i in range (60):
        name = "%s/f%d" % (folder, i)
        st = os.stat (name)
        assert (st.st_ino, st.st_mode, st.st_uid, st.st_gid, st.st_nlink) == seen[name], (st, seen[name])
        assert g.read_file ("/made/" + name) == (name.encode () * i if i % 5 else b"")
        assert told (name) == true_stat (name), (told (name), true_stat (name))
        assert name not in times or st.st_mtime_ns == times[name]
        os.remove (name)
    os.rmdir (folder)
# Two that are open and written by turns; one that is gone before it is closed.
os.mkdir ("turns")
for i in range (10): make ("turns/x%d" % i)
one, two = (open ("turns/" + x, "w+b", buffering=0) for x in ("one", "two"))
for i in range (50):
    one.write (b"1" * i)
    two.write (b"2" * i)
os.remove ("turns/two")
two.seek (0)
assert two.read () == b"2" * 1225 and os.fstat (two.fileno ()).st_nlink == 0
one.close ()
two.close ()
assert open ("turns/one", "rb").read () == b"1" * 1225
free = os.statvfs (".").f_ffree
g.ping_daemon ()
os.stat ("turns/x3")
assert 0 <= os.statvfs (".").f_ffree - free <= 32
make ("last")
os.rename ("last", "very-last")
os.mkdir ("last-folder")
os.chmod ("last-folder", 0o711)
"""

    def roomy(self, body, options):
        """Runs body on a filesystem with so much room that closing a file needs not wait."""
        image = self.file("roomy.raw")
        with open(image, "r+b") as f:
            f.truncate(400 << 20)
        self.tool("mkfs.ext4", "-q", "-F", image)
        self.python_guestfs(BEGIN.replace("qcow2", "raw").replace("/dev/sda2", "/dev/sda") +
                            "g.mount_local (m, options=options)\nt.start ()\ntry:\n" +
                            "".join("    " + line + "\n" for line in body.strip().splitlines()) +
                            "finally:\n    os.chdir ('/')\n" +
                            "".join("    " + line + "\n" for line in END.strip().splitlines()),
                            image, self.tree, options, timeout=200)
        self.tool("e2fsck", "-fn", image)
        return image

    def test_just_made_fuse(self):
        image = self.roomy(self.JUST_MADE, "allow_root,max_read=131072")
        # The last of it goes with the unmount.
        ls = self.gk("ls", "-l", image, "/made").out
        self.assertIn("very-last", ls)
        self.assertRegex(ls, "(?m)^drwx--x--x .*last-folder$")

    def test_just_made(self):
        self.roomy(self.JUST_MADE, "")

    # What copies make of a tree with all that trees have, into the mount and out of it.
    COPIES = r"""
import hashlib, random, shutil, stat, subprocess
base = os.path.dirname (m) + "/copies"
source = base + "/source"
os.makedirs (source + "/deep/er/still")
r = random.Random (7)
def put (name, data, mode=0o644, stamp=10**18):
    with open (source + "/" + name, "wb") as f: f.write (data)
    os.chmod (source + "/" + name, mode)
    os.utime (source + "/" + name, ns=(10**18, stamp))
for i, size in enumerate ((0, 1, 4095, 4096, 131071, 131072, 131073, 1 << 20, 3000001)):
    put ("size-%d" % size, r.randbytes (size), 0o600 + i % 64, 10**18 + i)
for d in range (6):
    os.mkdir (source + "/d%d" % d)
    for i in range (70):
        put ("d%d/%s-%d" % (d, "xyzab"[i % 5], i * 37 % 100), r.randbytes (r.randrange (20000)), r.choice ((0o644, 0o755, 0o400)), 10**18 + i)
put ("suid", b"x", 0o4755)
with open (source + "/sparse", "wb") as f:
    f.seek (5 << 20)
    f.write (b"end")
for i in range (4):
    os.link (source + "/size-4095", source + "/d%d/hard" % i)
os.symlink ("../nowhere", source + "/deep/link")
os.symlink ("x" * 900, source + "/deep/long")
os.mkfifo (source + "/deep/fifo")
# rsync leaves times alone that differ by less than a second.
for name in ("deep/link", "deep/long", "deep/fifo", "sparse"):
    os.utime (source + "/" + name, ns=(10**18, 10**18), follow_symlinks=False)
put ("deep/er/attributes", b"a" * 5000)
os.setxattr (source + "/deep/er/attributes", "user.one", b"1" * 100)
put ("deep/er/still/owned", b"o")
os.chown (source + "/deep/er/still/owned", 12, 34)
os.chmod (source + "/deep/er/still", 0o2770)
for path, folders, files in os.walk (source, topdown=False):
    os.utime (path, ns=(10**18, 10**18 + len (path)))

def look (top):
    found, first = {}, {}
    for path, folders, files in os.walk (top):
        for name in folders + files + ["."]:
            full = os.path.normpath (os.path.join (path, name))
            st = os.lstat (full)
            said = [stat.filemode (st.st_mode), st.st_uid, st.st_gid, st.st_mtime_ns]
            if stat.S_ISREG (st.st_mode):
                said += [st.st_size, st.st_nlink, hashlib.sha256 (open (full, "rb").read ()).hexdigest ()]
                said += [[(x, os.getxattr (full, x)) for x in sorted (os.listxattr (full))]]
                if st.st_nlink > 1:
                    said.append (first.setdefault (st.st_ino, os.path.relpath (full, top)))
            elif stat.S_ISLNK (st.st_mode):
                said.append (os.readlink (full))
            found[os.path.relpath (full, top)] = said
    return found
def same (a, b, what):
    assert a.keys () == b.keys (), (what, a.keys () ^ b.keys ())
    for name in a:
        assert a[name] == b[name], (what, name, a[name], b[name])
wanted = look (source)
assert len (wanted) > 430
ways = [["cp", "-a"]] + ([["rsync", "-aHX"]] if shutil.which ("rsync") else [])
try:
    for i, way in enumerate (ways):
        into, out = m + "/into%d" % i, base + "/out%d" % i
        end = "" if way[0] == "cp" else "/"
        subprocess.run (way + [source + end, into], check=True)
        same (wanted, look (into), (way, "into"))
        assert way[0] != "cp" or os.stat (into + "/sparse").st_blocks * 512 < 1 << 20, os.stat (into + "/sparse")
        assert g.checksum ("sha256", "/into%d/d3/x-85" % i) == wanted["d3/x-85"][6]
        g.ping_daemon ()
        subprocess.run (way + [into + end, out], check=True)
        same (wanted, look (out), (way, "out"))
        g.ping_daemon ()
        same (wanted, look (into), (way, "once more"))
    # Two at once, and one that reads what the other is just writing.
    two = [subprocess.Popen (["cp", "-a", source, m + "/two%d" % i]) for i in range (2)]
    back = subprocess.run (["cp", "-a", m + "/into0", base + "/back"])
    assert [p.wait () for p in two] == [0, 0] and back.returncode == 0
    for top in (m + "/two0", m + "/two1", base + "/back"):
        same (wanted, look (top), top)
finally:
    shutil.rmtree (base)
"""

    def test_copies_of_trees_fuse(self):
        self.roomy(self.COPIES, "allow_root,max_read=131072")

    def test_copies_of_trees(self):
        self.roomy(self.COPIES, "")
