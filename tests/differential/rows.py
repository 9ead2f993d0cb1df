# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rows that libguestfs and guestkit are compared on, and what they are played on.

A row is (scene, changes, steps): a step is (call, arguments...), a dict at its end the
optional arguments.  Scenes:

  config    before launch
  none      launched, nothing is mounted
  tree      /dev/sda1 on / with the tree below, /dev/sda2 read-only on /ro

After a row that changes something the tree is made anew if it did.
"""

import io
import os
import subprocess
import sys
import tarfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../api"), os.path.join(HERE, "../e2e")]

import generate                         # noqa: E402
import hives                            # noqa: E402
import model                            # noqa: E402

generate.load()

TIME = 1577934245                       # 2020-01-02 03:04:05 UTC
DISKS = ["disk.raw", "blank.raw"]
MOUNTS = [("mount", "/dev/sda1", "/"), ("mkdir_p", "/ro"), ("mount_ro", "/dev/sda2", "/ro")]
LONG = "n" * 255
DEEP = "/deep" * 818                    # 4090 bytes
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "MKE2FS_CONFIG": "/dev/null",
       "SOURCE_DATE_EPOCH": str(TIME)}

# Name, kind, mode, owner, contents.
ENTRIES = [
    ("file", "file", 0o644, 0, b"one\ntwo\nthree\n"),
    ("empty", "file", 0o644, 0, b""),
    ("noeol", "file", 0o600, 1000, b"no newline"),
    ("nul", "file", 0o644, 0, b"a\0b\0\xffc\n"),
    ("words", "file", 0o644, 0, b"alpha\nBeta\ngamma\nalphabet\n\nbeta blocker\n"),
    ("latin", "file", 0o644, 0, b"caf\xe9 long enough\n"),
    ("utf16", "file", 0o644, 0, "some words in it\n".encode("utf-16-le")),
    ("numbers", "file", 0o644, 0, b"".join(b"%d\n" % i for i in range(1000))),
    ("zeros", "file", 0o644, 0, b"\0" * 5000),
    ("gz", "file", 0o644, 0, bytes.fromhex("1f8b08000000000000034bcb2c2a2ec9cc4bd5e52aa92c48e502002c1ad80c0f000000")),
    ("suid", "file", 0o6755, 1000, b"#!/bin/sh\necho suid\n"),
    ("secret", "file", 0, 1000, b"secret\n"),
    ("link", "link", 0o777, 0, "file"),
    ("abslink", "link", 0o777, 0, "/file"),
    ("dirlink", "link", 0o777, 0, "dir"),
    ("dangling", "link", 0o777, 0, "nowhere"),
    ("loop", "link", 0o777, 0, "loop"),
    ("up", "link", 0o777, 0, "../../../../file"),
    ("devlink", "link", 0o777, 0, "null"),
    ("hard", "hard", 0o644, 0, "file"),
    ("dir", "dir", 0o755, 0, None),
    ("dir/a", "file", 0o644, 0, b"a\n"),
    ("dir/b", "file", 0o644, 0, b"b\n"),
    ("dir/.hidden", "file", 0o644, 0, b"h\n"),
    ("dir/sub", "dir", 0o700, 1000, None),
    ("dir/sub/deep", "file", 0o644, 0, b"deep\n"),
    ("dir/back", "link", 0o777, 0, "../file"),
    ("void", "dir", 0o1777, 0, None),
    ("names", "dir", 0o755, 0, None),
    ("names/a blank", "file", 0o644, 0, b"blank\n"),
    ("names/new\nline", "file", 0o644, 0, b"line\n"),
    ("names/gr\u00fcn", "file", 0o644, 0, b"green\n"),
    ("names/b\udcff\udcfe", "file", 0o644, 0, b"bytes\n"),
    ("names/-dash", "file", 0o644, 0, b"dash\n"),
    ("names/star*", "file", 0o644, 0, b"star\n"),
    ("names/back\\slash", "file", 0o644, 0, b"slash\n"),
    ("names/" + LONG, "file", 0o644, 0, b"long\n"),
    ("Mixed", "dir", 0o755, 0, None),
    ("Mixed/Case.TXT", "file", 0o644, 0, b"case\n"),
    ("null", "char", 0o666, 0, (1, 3)),
    ("block", "block", 0o660, 0, (8, 200)),
    ("fifo", "fifo", 0o644, 0, None),
]
TREE = [("tar_in", "tree.tar", "/"), ("setxattr", "user.test", "value", 5, "/file"),
        ("acl_set_file", "/words", "access", "u::rw-,u:1000:r--,g::r--,m::r--,o::r--")]


# Calls that change what an archive of the tree does not show, and what they are tried on.
UNSEEN_CALLS = {"setxattr", "lsetxattr", "removexattr", "lremovexattr", "acl_set_file", "acl_delete_def_file", "cap_set_file",
                "set_e2attrs", "set_e2generation", "utimens", "touch"}
UNSEEN = ["file", "hard", "link", "words", "dir"]


def make_tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
        for name, kind, mode, owner, what in ENTRIES:
            m = tarfile.TarInfo("./" + name)
            m.mode, m.uid, m.gid, m.mtime = mode, owner, owner, TIME
            m.type = {"file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "dir": tarfile.DIRTYPE,
                      "char": tarfile.CHRTYPE, "block": tarfile.BLKTYPE, "fifo": tarfile.FIFOTYPE}[kind]
            if kind == "file":
                m.size = len(what)
            elif kind in ("link", "hard"):
                m.linkname = what if kind == "link" else "./" + what
            elif kind in ("char", "block"):
                m.devmajor, m.devminor = what
            tar.addfile(m, io.BytesIO(what) if kind == "file" else None)
    return out.getvalue()


def tool(*argv, stdin=None):
    subprocess.run(argv, input=stdin, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8", env=ENV)


def make_disks(folder):
    disk, top = os.path.join(folder, "disk.raw"), os.path.join(folder, "ro")
    with open(disk, "wb") as f:
        f.truncate(80 << 20)
    with open(os.path.join(folder, "blank.raw"), "wb") as f:
        f.truncate(4 << 20)
    tool("sfdisk", "--quiet", disk, stdin="label: dos\nlabel-id: 0x12345678\n"
         "start=2048,size=131072,type=83\nstart=135168,size=16384,type=83\nstart=153600,size=8192,type=82\n")
    os.makedirs(top + "/dir")
    for name, text in (("file", "read only\n"), ("dir/a", "a\n")):
        with open(os.path.join(top, name), "w", encoding="ascii") as f:
            f.write(text)
    os.symlink("file", top + "/link")
    for folder_, dirs, files in os.walk(top):
        for name in dirs + files:
            os.utime(os.path.join(folder_, name), (TIME, TIME), follow_symlinks=False)
    uuid = "d1ff0000-0000-4000-8000-00000000000"
    tool("mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-L", "ROOT", "-U", uuid + "1", "-O", "^metadata_csum",
         "-E", f"offset={2048 * 512},hash_seed={uuid}1", disk, "16384")
    tool("mke2fs", "-q", "-F", "-t", "ext2", "-b", "1024", "-L", "RO", "-U", uuid + "2", "-d", top,
         "-E", f"offset={135168 * 512},hash_seed={uuid}2", disk, "8192")


def make_host_files(folder):
    for name, data in (("tree.tar", make_tar()), ("in-text", b"from the host\n"), ("in-empty", b""),
                       ("in-base64", b"aGVsbG8K\n"), ("in-hive", hives.empty()), ("in-bytes", bytes(range(256)) * 40)):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)


# --- paths ---------------------------------------------------------------------------

PATHS = [
    "/file", "/file/", "/file/.", "/file/..", "/file/x", "//file", "/./file", "/dir/../file", "/../file", "/../../dir/../file",
    "/empty", "/noeol", "/nul", "/dir", "/dir/", "/dir/.", "/dir/..", "/dir//a", "/void", "/nope", "/nope/", "/nope/x",
    "/nope/../file", "/link", "/link/", "/abslink", "/dirlink", "/dirlink/", "/dirlink/a", "/dirlink/..", "/dirlink/../file",
    "/dangling", "/dangling/", "/dangling/x", "/loop", "/loop/", "/loop/x", "/up", "/hard", "/", "//", "/.", "/..", "", "relative",
    "./file", "../file", "/names/a blank", "/names/new\nline", "/names/gr\u00fcn", "/names/b\udcff\udcfe", "/names/-dash",
    "/names/star*", "/names/back\\slash", "/names/" + LONG, "/names/" + LONG + "n", "/" + LONG + "n/x", DEEP + "/abcd",
    DEEP + "/abcde", DEEP + "/abcdef", "/secret", "/suid", "/ro/file", "/ro/dir", "/ro/link", "/ro/nope", "/ro", "/dev/sda",
    "/dev/null", "/etc/passwd", "/proc/self/exe", "/sys"]
NODES = ["/null", "/block", "/devlink"]
FIFOS = ["/fifo"]
# For what is tried many times with other arguments.
FEW = ["/file", "/dir", "/nope", "/dangling", "/link", "/empty", "/ro/file"]


def reading():
    """Calls of one path that change nothing: call, arguments before, after, and paths that they are not tried on."""
    for call in ("cat", "read_file", "read_lines", "head", "tail", "wc_l", "wc_c", "wc_w", "filesize", "stat", "lstat",
                 "statns", "lstatns", "readlink", "realpath", "ls", "find", "readdir", "strings", "hexdump",
                 "getxattrs", "lgetxattrs", "exists", "is_file", "is_dir", "is_blockdev", "is_chardev", "is_fifo", "is_socket",
                 "is_symlink", "get_e2attrs", "get_e2generation", "case_sensitive_path", "file", "is_zero", "du", "cap_get_file",
                 "statvfs", "ll", "glob_expand", "initrd_list", "inotify_add_watch_", "file_architecture"):
        if call in model.CALLS:
            yield call, (), ()
    for call, before, after in (
            ("checksum", ("md5",), ()), ("checksum", ("crc",), ()), ("head_n", (2,), ()), ("tail_n", (2,), ()),
            ("pread", (), (4, 2)), ("grep", ("o",), ()), ("egrep", ("o|b",), ()), ("fgrep", ("o",), ()), ("grepi", ("B",), ()),
            ("zgrep", ("t",), ()), ("getxattr", (), ("user.test",)), ("lgetxattr", (), ("user.test",)),
            ("acl_get_file", (), ("access",)), ("acl_get_file", (), ("default",)), ("lstatlist", (), (["a", "nope"],)),
            ("lstatnslist", (), (["a", "nope"],)), ("readlinklist", (), (["back", "a", "nope"],)),
            ("lxattrlist", (), (["a", "nope"],)), ("strings_e", ("b",), ()), ("zfile", ("gzip",), ()),
            ("download", (), ("out",)), ("base64_out", (), ("out",)), ("tar_out", (), ("out",)),
            ("checksums_out", ("sha1",), ("out",)), ("find0", (), ("out",)), ("ls0", (), ("out",)),
            ("download_offset", (), ("out", 1, 3)), ("cpio_out", (), ("out",)),
            ("is_file", (), ({"followsymlinks": 1},)), ("is_dir", (), ({"followsymlinks": 1},)),
            ("is_chardev", (), ({"followsymlinks": 1},)),
            ("grep", ("[",), ()), ("equal", ("/file",), ()), ("equal", (), ("/empty",))):
        yield call, before, after


# These read what is there, or hang on it, on libguestfs.
NO_NODES = {"strings", "hexdump", "tar_out", "du", "find", "statvfs", "ll"}
STAT_LIKE = ("stat", "lstat", "statns", "lstatns", "readlink", "realpath", "exists", "is_file", "is_dir", "is_blockdev",
             "is_chardev", "is_fifo", "is_socket", "is_symlink", "ls", "readdir", "getxattrs", "lgetxattrs", "file",
             "case_sensitive_path")
# Volatile there: times of / and sizes of a filesystem in use.
SKIP = {("ll", p) for p in ("/", "//", "/.", "/..", "/dir/..", "/dirlink/..", "/dir", "/dir/", "/dir/.", "/dirlink/",
                            "/void", "/ro", "/dev/sda", "/file/..", "/dirlink")}
SKIP |= {("statvfs", p) for p in PATHS if p not in ("/nope", "/nope/x", "/loop", "", "relative", "/dangling")}


def plain_paths():
    for call, before, after in reading():
        for path in PATHS + (NODES + FIFOS if call in STAT_LIKE else []):
            if (call, path) not in SKIP:
                yield "tree", False, [(call, *before, path, *after)]


# --- what changes -----------------------------------------------------------------------

def changing():
    for call, before, after in (
            ("write", (), ("new text",)), ("write_append", (), ("more",)), ("touch", (), ()), ("mkdir", (), ()),
            ("mkdir_p", (), ()), ("mkdir_mode", (), (0o700,)), ("rmdir", (), ()), ("rm", (), ()), ("rm_f", (), ()),
            ("rm_rf", (), ()), ("chmod", (0o600,), ()), ("chown", (7, 8), ()), ("lchown", (7, 8), ()), ("truncate", (), ()),
            ("truncate_size", (), (5,)), ("mknod", (0o100600, 0, 0), ()), ("mkfifo", (0o600,), ()),
            ("mknod_c", (0o600, 1, 5), ()), ("mknod_b", (0o600, 8, 1), ()), ("ln", ("/file",), ()), ("ln_f", ("/file",), ()),
            ("ln_s", ("target",), ()), ("ln_sf", ("target",), ()), ("upload", ("in-text",), ()),
            ("upload_offset", ("in-text",), (3,)), ("pwrite", (), ("XY", 1)), ("fill", (65, 10), ()),
            ("fill_pattern", ("ab", 7), ()), ("fallocate", (), (100,)), ("fallocate64", (), (100,)),
            ("setxattr", ("user.new", "v", 1), ()), ("lsetxattr", ("user.new", "v", 1), ()),
            ("removexattr", ("user.test",), ()), ("lremovexattr", ("user.test",), ()),
            ("acl_set_file", (), ("access", "u::rwx,g::r-x,o::r-x")), ("acl_delete_def_file", (), ()),
            ("set_e2attrs", (), ("d",)), ("base64_in", ("in-base64",), ()), ("tar_in", ("tree.tar",), ()),
            ("utimens", (), (1000, 1, 2000, 2)), ("mv", ("/file",), ()), ("rename", ("/file",), ()), ("cp", ("/file",), ()),
            ("cp_a", ("/dir",), ()), ("cp_r", ("/dir",), ()), ("copy_file_to_file", ("/file",), ()),
            ("cp", (), ("/new",)), ("cp_a", (), ("/new",)), ("mv", (), ("/new",)), ("rename", (), ("/new",)),
            ("ln", (), ("/new",)), ("copy_file_to_file", (), ("/new",)), ("cap_set_file", ("cap_chown=ep",), ()),
            ("write_file", (), ("text", 4)), ("mktemp", (), ()), ("mkdtemp", (), ()), ("set_e2generation", (), (7,))):
        yield call, before, after


TOO_MUCH = {"/", "//", "/.", "/..", "/dir/..", "/dirlink/..", "/file/..", "/ro", "/../../dir/../file"}
DIRTY = {"chown", "lchown", "chmod", "tar_in", "cp_a", "cp_r", "acl_set_file", "rm_rf", "utimens", "set_e2attrs", "setxattr",
         "lsetxattr", "set_e2generation"}


def changing_paths():
    for call, before, after in changing():
        if call not in model.CALLS:
            continue
        for path in PATHS + NODES:
            if path in TOO_MUCH and (call in DIRTY or not before and after == ("/new",)):
                continue
            if path in NODES and call in ("fallocate", "fallocate64", "fill", "fill_pattern"):
                continue
            follow = []
            if call in ("utimens", "chown", "lchown"):
                follow = [("lstatns", p) for p in ("/file", "/link", "/dir")]
            if call in ("set_e2attrs",):
                follow = [("get_e2attrs", "/file")]
            if call in ("setxattr", "lsetxattr", "removexattr", "lremovexattr"):
                follow = [("lgetxattrs", "/file")]
            yield "tree", True, [(call, *before, path, *after), *follow]


# --- numbers, patterns, options -----------------------------------------------------------

BIG = [1 << 31, 1 << 32, (1 << 62), (1 << 63) - 1]


def numbers():
    tree, ro = [], False
    for n in (0, 1, 3, 100, -1, -3, 2**31 - 1, -2**31):
        tree += [[("head_n", n, "/file")], [("tail_n", n, "/file")], [("head_n", n, "/noeol")], [("tail_n", n, "/empty")]]
        tree += [[("pread", "/file", n, 0)], [("pread", "/file", 3, n)], [("pread_device", "/dev/sda", min(n, 6), 440)]]
    for n in [0, 1, 13, 14, 15, -1, *BIG]:
        tree += [[("pread", "/file", 4, n)], [("download_offset", "/file", "out", n, 4)],
                 [("download_offset", "/file", "out", 0, n)], [("pread_device", "/dev/sda3", 4, n)]]
    for t in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "crc", "MD5", "Crc", "", "nope", "md5 ", "b2"):
        tree += [[("checksum", t, p)] for p in ("/file", "/empty", "/zeros")] + [[("checksum_device", t, "/dev/sdb")]]
    for e in ("s", "S", "b", "l", "B", "L", "x", "", "ss"):
        tree += [[("strings_e", e, p)] for p in ("/utf16", "/latin", "/file", "/nul")]
    for m in ("gzip", "compress", "bzip2", "x", ""):
        tree += [[("zfile", m, p)] for p in ("/gz", "/file", "/empty")]
    for pattern in ("a", "^a", "b$", "^$", "", "[", "\\(", "a\\|B", "a|B", "(a)", "*", "+", ".", "\\", "a\nb", "[[:upper:]]", "\\<b"):
        for call in ("grep", "egrep", "fgrep", "grepi", "egrepi", "fgrepi", "zgrep", "zegrep", "zfgrepi"):
            tree.append([(call, pattern, "/words")])
        tree.append([("grep", pattern, "/words", {"extended": 1, "insensitive": 1})])
        tree.append([("grep", pattern, "/words", {"fixed": 1, "compressed": 1})])
    tree.append([("grep", "a", "/words", {"extended": 1, "fixed": 1})])
    for pattern in ("/*", "/dir/*", "/dir/.*", "/names/*", "/n?ne", "/nope*", "/{file,dir}", "/[df]i*", "/*/a", "/dir", "/dir/",
                    "/**", "", "*", "/dir/*/", "/names/star\\*", "/names/star*", "~", "/~", "/names/back\\\\slash", "/dirlink/*",
                    "/abslink", "/dangling", "/dang*", "/loop*", "/dir/[", "/[", "/dir/sub/../*", "//dir//*"):
        tree += [[("glob_expand", pattern)], [("glob_expand", pattern, {"directoryslash": 0})],
                 [("glob_expand", pattern, {"directoryslash": 1})]]
    for kind in ("access", "default", "x", ""):
        tree += [[("acl_get_file", p, kind)] for p in ("/words", "/file", "/dir", "/nope", "/link")]
    for path in ("/mixed/case.txt", "/MIXED", "/mixed/CASE.txt/", "/mixed/nope", "/mixed/nope/x", "/nope", "/MiXeD/", "/", "/file",
                 "/FILE", "/mixed/../file", "/Mixed/./Case.TXT", "//mixed", "/DIRLINK/A"):
        tree.append([("case_sensitive_path", path)])
    for c in ("gzip", "bzip2", "xz", "lzop", "compress", "zstd", "lzma", "nope", ""):
        tree += [[("tar_out", "/dir", "out.z", {"compress": c})], [("compress_out", c, "/file", "out.z")],
                 [("compress_device_out", c, "/dev/sda3", "out.z")]]
    for level in (-1, 0, 1, 5, 9, 10, 100):
        tree += [[("compress_out", c, "/file", "out.z", {"level": level})] for c in ("gzip", "bzip2", "xz", "compress")]
    for ex in ([], ["a"], ["./a"], ["*"], ["sub"], ["./sub/*"], [".*"], ["b", "a"], ["/a"], ["*.x"], [""], ["["]):
        tree.append([("tar_out", "/dir", "out", {"excludes": ex})])
    for opts in ({"numericowner": 1}, {"xattrs": 1}, {"selinux": 1}, {"acls": 1}):
        tree.append([("tar_out", "/dir", "out", opts)])
    for f in ("newc", "crc", "bin", "", "NEWC"):
        tree.append([("cpio_out", "/dir", "out", {"format": f})])
    for names in ([], ["a"], ["a", "b"], ["nope"], ["a", "nope", "b"], [""], ["."], [".."], ["sub/deep"], ["a", "a"], ["back"], ["/a"]):
        for call in ("lstatlist", "lstatnslist", "readlinklist", "lxattrlist"):
            tree += [[(call, "/dir", names)], [(call, "/dirlink", names)]]
    for p in ("/file", "/hard", "/link", "/empty", "/dir", "/nope", "/words"):
        tree += [[("equal", "/file", p)], [("equal", p, "/file")]]
    tree += [[("du", p)] for p in ("/empty", "/dir/sub", "/zeros")]
    tree += [[("find", p)] for p in ("/dir", "/dir/", "/names", "/dirlink", "/dirlink/", "/void")]
    return [("tree", False, steps) for steps in tree]


ENDS = ["/file", "/dir", "/new", "/nope/new", "/link", "/dirlink", "/dangling", "/void", "/dir/sub", "/", "/empty", "/ro/file",
        "/ro/new", "/hard", "/abslink", "/file/", "/new/", "/loop", "/null", "/dir/", "relative", "", "/names/" + LONG + "n"]


def pairs():
    for call in ("cp", "cp_a", "cp_r", "mv", "rename", "ln", "ln_f", "copy_file_to_file"):
        for src in ENDS:
            for dest in ENDS:
                if (src in ("/", "/null") and call != "rename") or dest == "/null" or (src == "/" and dest == "/"):
                    continue
                yield "tree", True, [(call, src, dest)]
    for call in ("ln_s", "ln_sf"):
        for target in ("file", "", "/x/y", "n" * 4095, "n" * 4096, "../..", "a\nb"):
            for dest in ENDS:
                yield "tree", True, [(call, target, dest)]


def changing_numbers():
    tree = []
    for n in (0, 0o644, 0o7777, 0o10000, 0o100644, -1, 0o177777, 2**31 - 1):
        tree += [[("chmod", n, "/file")], [("chmod", n, "/dir")], [("mkdir_mode", "/new", n)], [("mkfifo", n, "/new")],
                 [("mknod", n, 1, 3, "/new")], [("mknod_c", n, 1, 3, "/new")], [("mknod_b", n, 1, 3, "/new")], [("umask", n)],
                 [("umask", n), ("get_umask",), ("touch", "/new"), ("mkdir", "/newdir"), ("write", "/new2", "x")]]
    for n in (0, 1, 1000, 65534, -1, -2, 2**31 - 1, -2**31):
        tree += [[("chown", n, 0, "/file")], [("chown", 0, n, "/file")], [("lchown", n, n, "/link"), ("lstatns", "/link")]]
    # A file of 4 GiB would have to be read for the comparison: of large offsets those that are too large.
    for n in [0, 1, 14, 100, -1, 1 << 20, *BIG[2:]]:
        tree += [[("truncate_size", "/file", n), ("filesize", "/file")], [("pwrite", "/file", "XY", n)],
                 [("upload_offset", "in-text", "/file", n)], [("upload_offset", "in-text", "/new", n)]]
        if n < 1 << 22:
            tree += [[("fallocate64", "/new", n)], [("fallocate", "/new", n)], [("fill", 0, n, "/new")],
                     [("fill_pattern", "abc", n, "/new")], [("fill", 300, 3, "/new")], [("fill", -1, 3, "/new")]]
    tree += [[("fallocate64", "/new", 1 << 40)], [("fill_pattern", "", 5, "/new")], [("fill", 255, 3, "/new")],
             [("fill", 256, 3, "/new")], [("fill_dir", "/void", 3)], [("fill_dir", "/nope", 3)], [("fill_dir", "/void", -1)],
             [("fill_dir", "/file", 1)]]
    for s in (0, 1, -1, 1 << 31, 1 << 33):
        for ns in (0, 1, 999999999, 1000000000, -1, -2, -3):
            tree.append([("utimens", "/file", s, ns, 5, ns if ns != -1 else 1), ("lstatns", "/file")])
    tree += [[("utimens", p, 7, 7, 8, 8), ("lstatns", "/link"), ("lstatns", "/file")] for p in ("/link", "/dangling", "/dir")]
    for name in ("user.a", "trusted.a", "security.a", "system.a", "a", "", "user.", "user." + "n" * 250, "user." + "n" * 251):
        for call in ("setxattr", "lsetxattr"):
            tree.append([(call, name, "v", 1, "/file"), ("getxattrs", "/file")])
        tree += [[("removexattr", name, "/file")], [("getxattr", "/file", name)]]
    tree += [[("setxattr", "user.a", "abc", n, "/file"), ("getxattr", "/file", "user.a")] for n in (0, 1, 2, 3)]
    tree += [[("setxattr", "user.big", "v" * n, n, "/file")] for n in (3000, 5000, 65536, 70000)]
    for text in ("u::rw-,g::r--,o::r--", "user::rwx,group::---,other::r", "u::rw-", "nonsense", "", "u::rwx,g::rwx,o::rwx,x",
                 "u::rw-,u:1000:rwx,g::r--,o::r--", "u::rw-,u:1000:rwx,g::r--,m::rwx,o::r--"):
        for kind in ("access", "default", "x"):
            tree += [[("acl_set_file", p, kind, text), ("acl_get_file", p, "access")] for p in ("/file", "/dir")]
    for text in ("cap_chown=ep", "cap_net_raw+i", "=", "", "nonsense", "cap_chown,cap_kill=ei", "all=ep", "CAP_CHOWN=p"):
        tree.append([("cap_set_file", "/file", text), ("cap_get_file", "/file")])
    tree += [[("cap_get_file", p)] for p in ("/file", "/dir", "/nope", "/link", "/empty")]
    for attrs in ("", "a", "i", "d", "S", "dS", "ad", "j", "x", "D", "aa", "nope", "A", "c", "u", "s", "t", "T", "e", "C"):
        for clear in (0, 1):
            tree.append([("set_e2attrs", "/file", attrs, {"clear": clear}), ("get_e2attrs", "/file"),
                         ("set_e2attrs", "/file", "ai", {"clear": 1})])
    for n in (0, 5, -1, 1 << 32, 1 << 62):
        tree.append([("set_e2generation", "/file", n), ("get_e2generation", "/file")])
    for src, dest in (("/file", "/new"), ("/nope", "/new"), ("/file", "/dir"), ("/dir", "/new"), ("/file", "/ro/x"), ("/file", "/file")):
        tree.append([("dd", src, dest)])
        for n in (0, 1, 5, 14, 15, 100, -1):
            tree.append([("copy_size", src, dest, n)])
        for opts in ({"srcoffset": 4}, {"destoffset": 3}, {"size": 5}, {"srcoffset": 100}, {"srcoffset": -1}, {"destoffset": -1},
                     {"size": -1}, {"size": 0}, {"size": 100}, {"sparse": 1}, {"append": 1}, {"srcoffset": 2, "destoffset": 2, "size": 2}):
            tree.append([("copy_file_to_file", src, dest, opts)])
            tree.append([("copy_device_to_file", "/dev/sda3", "/new", {"size": 100, **opts})])
    blank = ("zero_device", "/dev/sdb")
    tree += [[blank, ("copy_file_to_device", "/file", "/dev/sdb", o), ("pread_device", "/dev/sdb", 24, 0), blank]
             for o in ({}, {"destoffset": 4}, {"srcoffset": 4}, {"size": 100}, {"size": 3}, {"destoffset": 1 << 30}, {"append": 1})]
    # Those that fail: the names of the others are never the same.
    for template in ("/void/XXXXX", "/void/XXXXXXb", "/nope/XXXXXX", "/void/", "XXXXXX", ""):
        tree += [[("mktemp", template)], [("mkdtemp", template)], [("mktemp", template, {"suffix": ".txt"})],
                 [("mktemp", template, {"suffix": "/x"})], [("mktemp", template, {"suffix": ""})]]
    for lines in (["a"], ["a", "b"], [""], []):
        tree.append([("write", "/new", "\n".join(lines)), ("read_lines", "/new")])
    for text in ("a\n\nb", "\n", "\n\n", "a\r\nb", "\0", "a\0b\n", "\udcff\n", "x" * 300):
        tree.append([("write", "/new", text), ("read_lines", "/new"), ("cat", "/new"), ("read_file", "/new"), ("wc_l", "/new"),
                     ("wc_w", "/new"), ("wc_c", "/new"), ("head", "/new"), ("tail", "/new"), ("strings", "/new"),
                     ("head_n", 1, "/new"), ("tail_n", 1, "/new"), ("hexdump", "/new"), ("write_append", "/new", text),
                     ("filesize", "/new")])
    for size in (0, 1, 4, 5, -1):
        tree.append([("write_file", "/new", "text", size)])
    for c in ("gzip", "nope", "", "xz"):
        tree.append([("tar_in", "tree.tar", "/void", {"compress": c})])
    for path in ("in-text", "in-bytes", "in-empty", "/nonexistent-host-file"):
        tree += [[("upload", path, "/new")], [("base64_in", path, "/new")], [("tar_in", path, "/void")], [("tgz_in", path, "/void")],
                 [("txz_in", path, "/void")]]
    tree += [[("download", "/file", p)] for p in ("/nonexistent-folder/x", "/")]
    for path in ("/new/a/b", "/file/a", "/dir/a/b", "/dirlink/new/x", "/dangling/x", "/ro/a/b", "/void/a/../b", "/new//a/"):
        tree.append([("mkdir_p", path)])
    tree += [[("mkmountpoint", p)] for p in ("/new", "/dir", "/nope/x", "relative", "")]
    tree += [[("rmmountpoint", p)] for p in ("/new", "/dir", "/void", "relative", "/file", "")]
    tree += [[("scrub_file", p)] for p in ("/file", "/dir", "/nope", "/ro/file", "/link")]
    tree += [[("scrub_freespace", p)] for p in ("/file", "/nope")]
    tree += [[("zero_device", d)] for d in ("/dev/sdb", "/dev/sda3", "/dev/nope", "")]
    tree += [[blank, ("pwrite_device", "/dev/sdb", "XY", n), ("pread_device", "/dev/sdb", 4, 0), blank] for n in [0, 1, -1, (4 << 20) - 1, 4 << 20, *BIG]]
    return [("tree", True, steps) for steps in tree]


# --- devices, mounts ---------------------------------------------------------------------

DEVICES = ["/dev/sda", "/dev/sda1", "/dev/sda2", "/dev/sda3", "/dev/sdb", "/dev/sda4", "/dev/sdy", "/dev/sdb1", "/dev/sda01",
           "/dev/sd", "/dev", "/dev/", "sda", "", "/dev/vda1", "/dev/hda1", "/dev/xvda1", "/dev/null", "/file",
           "/dev//sda", "/dev/mapper/nope", "/dev/nope/lv", "/dev/disk/by-label/ROOT", "/dev/sda\n"]


def devices():
    for call in ("vfs_type", "vfs_label", "vfs_uuid", "get_uuid", "blockdev_getsize64", "blockdev_getsz", "blockdev_getss",
                 "blockdev_getbsz", "blockdev_getro", "is_whole_device", "canonical_device_name", "part_get_parttype", "part_list",
                 "part_to_dev", "part_to_partnum", "device_index", "blkid", "get_e2label", "get_e2uuid", "sfdisk_l_", "vfs_minimum_size_",
                 "is_zero_device", "file", "get_state", "checksum_device_", "list_9p", "part_get_disk_guid", "disk_format_", "is_lv",
                 "lvm_canonical_lv_name", "btrfs_filesystem_show_", "is_blockdev", "exists"):
        if call not in model.CALLS:
            continue
        kinds = [a.kind for a in model.CALLS[call].args]
        for device in DEVICES if kinds else [None]:
            for scene in ("none", "tree") if call in ("vfs_type", "part_list", "file", "is_zero_device") else ("none",):
                yield scene, False, [(call, *([device] if kinds else []))]
    for call in ("list_devices", "list_partitions", "list_filesystems", "list_dm_devices", "list_md_devices", "list_disk_labels",
                 "mounts", "mountpoints", "nr_devices", "get_umask", "df_", "available_all_groups_", "lvs", "vgs", "pvs",
                 "list_ldm_volumes", "list_ldm_partitions", "umount_all", "sync", "ping_daemon", "lvm_scan_", "inspect_get_roots"):
        if call in model.CALLS:
            yield "none", False, [(call,)]
            if call != "umount_all":
                yield "tree", False, [(call,)]
    for n in (0, 1, 2, 4, 5, -1, 100):
        for call in ("part_get_bootable", "part_get_mbr_id", "part_get_mbr_part_type", "part_get_gpt_type", "part_get_gpt_guid",
                     "part_get_name", "part_get_gpt_attributes"):
            if call in model.CALLS:
                yield "none", False, [(call, "/dev/sda", n)]
    for fs in ("ext4", "ext2", "", "nope", "vfat ", "proc", "sysfs"):
        yield "none", False, [("filesystem_available", fs)]
    for module in ("nope", ""):
        yield "none", False, [("modprobe", module)]


def mounting():
    for device in DEVICES:
        for point in ("/", "/nope", "relative", "/dir"):
            yield "none", False, [("mount", device, point), ("mounts",), ("umount_all",)]
    first = ("mount", "/dev/sda1", "/")
    for call in ("mount", "mount_ro"):
        for point in ("/dir", "/nope", "/file", "/dirlink", "/dangling", "/dir/", "/dir/..", "", "relative", "/"):
            yield "none", False, [first, (call, "/dev/sda2", point), ("mountpoints",), ("umount_all",)]
    for options in ("", "ro", "noatime", "nope", "ro,noexec", "rw", "loop", "ro,,", "defaults"):
        yield "none", False, [("mount_options", options, "/dev/sda1", "/"), ("is_file", "/file"), ("umount_all",)]
    for vfs in ("ext4", "ext2", "xfs", "", "nope", "auto"):
        yield "none", False, [("mount_vfs", "", vfs, "/dev/sda1", "/"), ("is_file", "/file"), ("umount_all",)]
    for target in ("/", "/ro", "/dev/sda1", "/dev/sda2", "/nope", "/file", "relative", "", "/dev/sda3", "/dev/nope", "/ro/", "/ro/dir"):
        for opts in ({}, {"force": 1}, {"lazyunmount": 1}):
            yield "none", False, [first, ("mkdir_p", "/ro"), ("mount_ro", "/dev/sda2", "/ro"), ("umount", target, opts),
                                  ("mountpoints",), ("umount_all",)]
    yield "none", False, [("mkmountpoint", "/a"), ("mount", "/dev/sda1", "/a"), ("ls", "/"), ("is_file", "/a/file"),
                          ("umount_all",), ("rmmountpoint", "/a")]
    yield "none", False, [first, first, ("umount_all",)]
    yield "none", False, [("mount", "/dev/sda1", "/"), ("mount", "/dev/sda2", "/"), ("ls", "/"), ("umount_all",)]


# --- files with a form of their own: augeas, hivex; marks that archives do not show -----------

HOSTS = "127.0.0.1 localhost loop\n10.0.0.1 one\n# a comment\n10.0.0.2 two second\n"
# Of all lenses that of hosts alone is read: the appliance takes half a minute for all.
AUGEAS = [("mkdir", "/etc"), ("write", "/etc/hosts", HOSTS), ("aug_init", "/", 32 + 64),
          ("aug_transform", "Hosts.lns", "/etc/hosts"), ("aug_load",)]
TREE_OF_HOSTS = "/files/etc/hosts"
AUG_PATHS = ["/files/etc/hosts/1", "/files/etc/hosts/1/canonical", "/files/etc/hosts/*/canonical", "/files/etc/hosts/9", "/files/etc/hosts",
             "/files", "/", "", "/files/etc/hosts/#comment", "/files//canonical", "/files/etc/hosts/1[", "$nope", "/files/etc/hosts/1/",
             "relative", "/files/etc/hosts/*[canonical='one']/ipaddr", "/files/etc/hosts/last()", "\n", "/files/\u20ac"]


def augeas():
    def tried(*steps):
        return "tree", True, [*AUGEAS, *steps, ("aug_close",)]

    for path in AUG_PATHS:
        for call in ("aug_get", "aug_label", "aug_match", "aug_ls"):
            yield tried((call, path))
        yield tried(("aug_rm", path), ("aug_match", "/files/etc/hosts/*"))
        yield tried(("aug_set", path, "value"), ("aug_get", path))
        yield tried(("aug_clear", path), ("aug_get", path))
        yield tried(("aug_defvar", "v", path), ("aug_match", "$v"))
        yield tried(("aug_defnode", "v", path, "value"), ("aug_match", "$v"))
        yield tried(("aug_mv", path, "/files/etc/hosts/2"), ("aug_match", "/files/etc/hosts/*"))
        yield tried(("aug_mv", "/files/etc/hosts/2", path), ("aug_match", "/files/etc/hosts/*"))
        for before in (0, 1):
            yield tried(("aug_insert", path, "01", before), ("aug_match", "/files/etc/hosts/*"))
        for sub in ("canonical", None, "nope", "["):
            yield tried(("aug_setm", path, sub, "value"), ("aug_match", "/files/etc/hosts/*/canonical"))
    for label in ("", "a/b", "x y", "01", "#comment"):
        yield tried(("aug_insert", "/files/etc/hosts/1", label, 1), ("aug_match", "/files/etc/hosts/*"))
    for change in (("aug_set", "/files/etc/hosts/1/canonical", "other"), ("aug_set", "/files/etc/hosts/1/canonical", "a b"),
                   ("aug_rm", "/files/etc/hosts/1"), ("aug_rm", "/files/etc/hosts"), ("aug_set", "/files/etc/hosts/1/nope", "x"),
                   ("aug_clear", "/files/etc/hosts/1/ipaddr"), ("aug_set", "/files/etc/hosts/#comment[1]", "new")):
        yield tried(change, ("aug_save",), ("cat", "/etc/hosts"))
        yield tried(change, ("aug_load",), ("aug_get", "/files/etc/hosts/1/canonical"))
    for name in ("", "a b", "1", "v"):
        yield tried(("aug_defvar", name, "/files"), ("aug_defvar", name, None))
    for lens, pattern in (("Nope.lns", "/x"), ("Hosts.lns", "/nope"), ("", "/x"), ("Hosts", "/x"), ("@Hosts", "/etc/hosts")):
        for opts in ({}, {"remove": 1}):
            yield tried(("aug_transform", lens, pattern, opts), ("aug_load",), ("aug_match", "/augeas/load/*"))
    for root, flags in (("/nope", 96), ("/file", 96), ("/etc", 96), ("/", 1 << 20), ("/", -1)):
        yield "tree", True, [("aug_init", root, flags), ("aug_match", "/files/*"), ("aug_close",)]
    yield "tree", False, [("aug_close",)]


HIVEX = [("upload", "in-hive", "/hive")]
NODE = 4128                             # the root of that hive


def hivex():
    def tried(*steps, opts=None, changes=True):
        return "tree", changes, [*HIVEX, ("hivex_open", "/hive", {"write": 1} if opts is None else opts), *steps, ("hivex_close",)]

    for path in ("/nope", "/file", "/empty", "/dir", "/dangling", "/null", "relative", "/link"):
        for opts in ({}, {"write": 1}, {"unsafe": 1}):
            yield "tree", False, [("hivex_open", path, opts), ("hivex_root",)]
    yield tried(("hivex_root",), ("hivex_node_children", NODE), ("hivex_node_values", NODE), opts={})
    for node in (0, 1, 5, 4, NODE, NODE + 8, 4096, 1 << 20, -1, (1 << 63) - 1):
        for call in ("hivex_node_name", "hivex_node_parent", "hivex_node_children", "hivex_node_values", "hivex_value_key",
                     "hivex_value_type", "hivex_value_value", "hivex_value_string", "hivex_node_delete_child"):
            yield tried((call, node))
        for call in ("hivex_node_get_child", "hivex_node_get_value", "hivex_node_add_child"):
            yield tried((call, node, "name"))
        yield tried(("hivex_node_set_value", node, "name", 1, "a\0b\0\0\0"))
    add = ("hivex_node_add_child", NODE, "Key")
    for name in ("Key", "key", "KEY", "", "a\\b", "a/b", "gr\u00fcn", "x" * 255, "x" * 300, "nul\n"):
        yield tried(add, ("hivex_node_get_child", NODE, name), ("hivex_node_add_child", NODE, name))
        yield tried(("hivex_node_set_value", NODE, name, 1, "a\0b\0\0\0"), ("hivex_node_get_value", NODE, name),
                    ("hivex_node_set_value", NODE, name, 4, "abcd"))
    for kind in (0, 1, 2, 3, 4, 5, 7, 11, 99, -1, 1 << 40):
        for data in ("", "abcd", "a\0b\0\0\0", "x", "x" * 5000):
            yield tried(("hivex_node_set_value", NODE, "v", kind, data), ("hivex_node_get_value", NODE, "v"))
    for target in (None, "/copy", "/nope/copy", "/dir", "/dangling", "relative", ""):
        yield tried(add, ("hivex_commit", target), ("hivex_close",), ("hivex_open", "/hive"), ("hivex_node_get_child", NODE, "Key"))
        yield tried(("hivex_commit", target), opts={})
    for step in (add, ("hivex_node_set_value", NODE, "v", 1, "x"), ("hivex_node_delete_child", NODE)):
        yield tried(step, opts={})
    yield "tree", False, [("hivex_close",)]


def marks():
    """Attributes, labels, capabilities; also of links themselves."""
    for path in ("/file", "/link", "/dangling", "/loop", "/dir", "/dirlink", "/null", "/nope", "/ro/file", "/hard"):
        for name in ("user.a", "trusted.a", "security.a", "security.selinux", "system.a", "nope.a", "user.", "", "user." + "n" * 250,
                     "user." + "n" * 251):
            yield "tree", True, [("lsetxattr", name, "value", 5, path), ("lgetxattr", path, name), ("getxattr", path, name),
                                 ("lgetxattrs", path), ("lremovexattr", name, path), ("lgetxattr", path, name)]
            yield "tree", True, [("setxattr", name, "value", 3, path), ("getxattr", path, name), ("removexattr", name, path)]
        for caps in ("cap_net_raw=ep", "=", "", "nope=ep", "cap_chown,cap_kill+eip", "cap_net_raw", "all=ep"):
            yield "tree", True, [("cap_set_file", path, caps), ("cap_get_file", path)]
        yield "tree", False, [("cap_get_file", path)]
        for kind in ("access", "default", "nope", ""):
            yield "tree", False, [("acl_get_file", path, kind)]
            for acl in ("u::rwx,g::r-x,o::r--", "u::rwx,u:5:rw-,g::r-x,m::rwx,o::r--", "u::rwx,u:5:rw-,g::r-x,o::r--", "nope", ","):
                yield "tree", True, [("acl_set_file", path, kind, acl), ("acl_get_file", path, kind)]
        yield "tree", True, [("acl_delete_def_file", path), ("acl_get_file", path, "default")]


def watched():
    """inotify, and the journal."""
    start = ("inotify_init", 0)
    for path in ("/dir", "/file", "/link", "/dangling", "/nope", "relative", "/null", "/void"):
        for mask in (0, 0x100, 0xfff, 0x1000000, -1, 0x80000000 - (1 << 32)):
            yield "tree", False, [start, ("inotify_add_watch", path, mask), ("inotify_close",)]
    yield "tree", True, [start, ("inotify_add_watch", "/void", 0x100 | 0x200 | 0x40 | 0x80), ("touch", "/void/a"), ("mkdir", "/void/d"),
                         ("mv", "/void/a", "/void/b"), ("rm", "/void/b"), ("inotify_files",), ("inotify_close",)]
    yield "tree", True, [start, ("inotify_add_watch", "/file", 0x2 | 0x8 | 0x4), ("write_append", "/file", "x"), ("chmod", 0o600, "/file"),
                         ("inotify_read",), ("inotify_read",), ("inotify_close",)]
    yield "tree", False, [start, ("inotify_add_watch", "/dir", 0x100), ("inotify_rm_watch", 1), ("inotify_rm_watch", 1), ("inotify_read",),
                          ("inotify_close",)]
    for n in (-1, 0, 1, 1 << 20):
        yield "tree", False, [("inotify_init", n), ("inotify_close",)]
        yield "tree", False, [start, ("inotify_rm_watch", n), ("inotify_close",)]
    for call in ("inotify_read", "inotify_files", "inotify_close", "journal_close", "journal_next", "journal_get_data_threshold",
                 "journal_get_realtime_usec"):
        yield "tree", False, [(call,)]
    for path in ("/dir", "/file", "/nope", "/dangling", "relative", "/void", "/names"):
        for step in (("journal_next",), ("journal_skip", 1), ("journal_skip", -1), ("journal_get_data_threshold",),
                     ("journal_set_data_threshold", 100), ("journal_get_realtime_usec",)):
            yield "tree", False, [("journal_open", path), step, ("journal_close",)]


# --- optional arguments, each alone -----------------------------------------------------------

OPTION_VALUES = {"Bool": (0, 1, 2, -1), "Int": (0, 1, -1, 2**31 - 1, -2**31), "Int64": (0, 1, -1, 1 << 40, (1 << 63) - 1, -(1 << 63)),
                 "String": ("", "nope", "-x", "a b", LONG), "StringList": ([], [""], ["nope"])}
# What is said where, and what shows afterwards what came of it.
ON_BLANK = (("vfs_type", "/dev/sdb"), ("vfs_label", "/dev/sdb"))
ANEW = (("zero_device", "/dev/sdb"),)
EXT2 = ("mke2fs", "/dev/sdb", {"fstype": "ext2"})
OPTIONS = [
    ("tree", True, (), ("copy_attributes", "/suid", "/words"), (("lstatns", "/words"), ("lgetxattrs", "/words"))),
    ("tree", True, (), ("copy_file_to_file", "/file", "/words"), ()),
    ("tree", True, (), ("copy_file_to_file", "/zeros", "/new"), ()),
    ("tree", True, (), ("copy_device_to_file", "/dev/sda3", "/words"), (("filesize", "/words"),)),
    ("tree", False, (("zero_device", "/dev/sdb"),), ("copy_file_to_device", "/file", "/dev/sdb"),
     (("pread_device", "/dev/sdb", 40, 0), ("zero_device", "/dev/sdb"))),
    ("none", False, (("zero_device", "/dev/sdb"),), ("copy_device_to_device", "/dev/sda3", "/dev/sdb"), ()),
    ("tree", False, (), ("compress_out", "gzip", "/file", "out.z"), ()),
    ("tree", False, (), ("compress_out", "xz", "/file", "out.z"), ()),
    ("tree", False, (), ("compress_device_out", "gzip", "/dev/sda3", "out.z"), ()),
    ("tree", False, (), ("cpio_out", "/dir", "out"), ()),
    ("tree", False, (), ("tar_out", "/dir", "out"), ()),
    ("tree", True, (), ("tar_in", "tree.tar", "/void"), ()),
    ("tree", False, (), ("grep", "^al", "/words"), ()),
    ("tree", False, (), ("glob_expand", "/dir*"), ()),
    *(("tree", False, (), (call, path), ()) for call in ("is_file", "is_dir", "is_blockdev", "is_chardev", "is_fifo", "is_socket")
      for path in ("/link", "/dirlink", "/devlink", "/fifo")),
    ("tree", True, (), ("set_e2attrs", "/file", "i"), (("get_e2attrs", "/file"), ("set_e2attrs", "/file", "i", {"clear": 1}))),
    ("tree", False, (*HIVEX,), ("hivex_open", "/hive"), (("hivex_root",), ("hivex_commit", None), ("hivex_close",))),
    ("tree", False, (("aug_init", "/", 0),), ("aug_transform", "Hosts", "/words"), (("aug_match", "/augeas/load/Hosts/*"),)),
    ("none", False, (("mount", "/dev/sda1", "/"),), ("remount", "/"), (("touch", "/remounted"), ("rm_f", "/remounted"), ("umount_all",))),
    ("none", False, (("mount", "/dev/sda1", "/"),), ("umount", "/"), (("mounts",), ("umount_all",))),
    ("none", False, (("mount", "/dev/sda1", "/"),), ("fstrim", "/"), (("umount_all",),)),
    ("config", False, (), ("disk_create", "made.img", "raw", 1 << 20), ()),
    ("config", False, (), ("disk_create", "made.img", "qcow2", 1 << 20), ()),
    ("none", False, ANEW, ("mke2fs", "/dev/sdb"), ON_BLANK),
    ("none", False, ANEW, ("mkfs", "ext2", "/dev/sdb"), ON_BLANK),
    ("none", False, ANEW, ("mkswap", "/dev/sdb"), ON_BLANK),
    ("none", False, (*ANEW, EXT2), ("e2fsck", "/dev/sdb"), ()),
    ("none", False, (*ANEW, EXT2), ("tune2fs", "/dev/sdb"), ()),
]


def options():
    for scene, changes, before, (name, *args), after in OPTIONS:
        for opt in model.CALLS[name].opts:
            for value in OPTION_VALUES[opt.kind]:
                # Which end libguestfs's session, or have it write a terabyte.
                if (name, opt.name) == ("tar_in", "compress") or (opt.name == "destoffset" and value == 1 << 40):
                    continue
                yield scene, changes, [*before, (name, *args, {opt.name: value}), *after]


# --- every call of the table ---------------------------------------------------------------

# They do nothing to a session that is of use afterwards, or wait.
NEVER = {"close", "shutdown", "launch", "kill_subprocess", "wait_ready", "debug", "mount_local_run", "user_cancel", "add_drive",
         "internal_exit", "config", "parse_environment_list", "add_domain", "add_libvirt_dom", "set_tmpdir", "set_cachedir", "sleep"}
# Calls of the library itself that programs make on handles without a session.
WITHOUT_SESSION = {"canonical_device_name"}


def sample(param, pathname="/file", device="/dev/nope"):
    return {"Pathname": pathname, "DevOrPath": pathname, "MountableOrPath": pathname, "Device": device, "Mountable": device,
            "DeviceList": [device], "StringList": ["x"], "FilenameList": ["x"], "Int": 1, "Int64": 1, "Bool": 0, "FileIn": "in-text",
            "FileOut": "out", "BufferIn": "x", "OptString": None, "GUID": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
            "Filename": "x", "Key": "k"}.get(param.kind, "x")


def every_call():
    for call in sorted(model.CALLS.values(), key=lambda c: c.name):
        kinds = {a.kind for a in call.args}
        if call.name in NEVER or call.visibility != "public" or "Pointer" in kinds:
            continue
        if call.impl == "client" and call.name not in WITHOUT_SESSION:
            continue
        yield "config", False, [(call.name, *map(sample, call.args))]
        if kinds & {"Pathname"}:
            yield "none", False, [(call.name, *map(sample, call.args))]
            yield "none", False, [(call.name, *[sample(a, pathname="relative", device="/dev/sdb") for a in call.args])]
        for kind in kinds & {"Device", "Mountable", "DeviceList", "MountableOrPath"}:
            for device in ("/dev/nope", "nope", "/dev/sdz1"):
                yield "none", False, [(call.name, *[sample(a, pathname=device, device=device) for a in call.args])]
        if "Filename" in kinds or "FilenameList" in kinds:
            for bad in ("", "a/b", "/"):
                yield "tree", False, [(call.name, *[bad if a.kind == "Filename" else [bad] if a.kind == "FilenameList"
                                                    else sample(a, pathname="/dir") for a in call.args])]


def key(row):
    scene, changes, steps = row
    text = "; ".join(f"{name} {' '.join(shown(a) for a in args)}".rstrip() for name, *args in steps)
    return f"{scene}: {text}"


def shown(a):
    text = ascii(a)
    return text if len(text) < 200 else f"{text[:40]}...{len(text)}"


def known(call):
    """To libguestfs 1.48, as it is to be asked."""
    row = model.CALLS.get(call)
    return row and tuple(map(int, row.since.split("."))) < (1, 48, 7)


# One in how many of those that are a product of calls and paths.
SAMPLE = {plain_paths: 2, changing_paths: 4, pairs: 8, augeas: 4, hivex: 3, marks: 5}


def writes_blank(row):
    """Others expect the second disk to be blank, so that these come last."""
    return any(name in ("mke2fs", "mkfs", "mkswap", "copy_device_to_device") and isinstance(args[-1], dict)
               for name, *args in row[2])


def all_rows():
    """Each once, by scenes."""
    found = {}
    for make in (every_call, devices, mounting, plain_paths, numbers, changing_paths, pairs, changing_numbers, augeas, hivex, marks, watched,
                 options):
        for row in make():
            if all(known(step[0]) for step in row[2]) and zlib.crc32(key(row).encode()) % SAMPLE.get(make, 1) == 0:
                found.setdefault(key(row), row)
    order = {"config": 0, "none": 1, "tree": 2}
    return dict(sorted(found.items(), key=lambda item: (writes_blank(item[1]), order[item[1][0]])))
