# SPDX-License-Identifier: LGPL-3.0-or-later
"""The disks on which the examples start, made with the host's own tools:
they must not depend on what they are to test."""

import os
import re
import shlex
import shutil
import subprocess
import sys

DISK_SIZE = 1 << 30
PART_START = 2048                       # sectors
FS_UUID = "f5000000-1111-4222-8333-444455556666"
TIME = 1577934245                       # 2020-01-02 03:04:05 UTC
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "../e2e"))
import hives                            # noqa: E402
import windows as windows_guests        # noqa: E402

ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "MKE2FS_CONFIG": "/dev/null",
       "SOURCE_DATE_EPOCH": str(TIME)}


def tool(*argv, stdin=None):
    subprocess.run(argv, input=stdin, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                   encoding="utf-8", env=ENV)


def empty(path):
    with open(path, "wb") as f:
        f.truncate(DISK_SIZE)


def part(path):
    empty(path)
    tool("sfdisk", "--quiet", path, stdin=f"label: dos\nlabel-id: 0x12345678\nstart={PART_START}, type=83\n")


def fs(path, content=None):
    part(path)
    more = ["-d", content] if content else []
    tool("mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-U", FS_UUID, "-J", "size=4",
         "-O", "^metadata_csum,has_journal,extent,huge_file,flex_bg,uninit_bg,dir_nlink,extra_isize,sparse_super,"
         "large_file,filetype,resize_inode,dir_index,ext_attr",
         "-E", f"offset={PART_START * 512},hash_seed={FS_UUID},lazy_itable_init=1", "-I", "256", *more,
         path, str((DISK_SIZE - PART_START * 512) // 4096))


def entries():
    with open(os.path.join(HERE, "tree.txt"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                # Backslashes are for Python, not for the splitter.
                yield shlex.split(line.replace("\\", "\\\\"))


def stage(top, words):
    kind, name, *rest = words
    path = top + name
    if kind == "link":
        os.symlink(rest[0], path)
        return
    if kind == "hard":
        os.link(top + rest[0], path)
        return
    if kind == "xattr":
        os.setxattr(path, rest[0], rest[1].encode())
        return
    mode, owner = int(rest[0], 8), [int(n) for n in rest[1].split(":")]
    if kind == "dir":
        os.mkdir(path)
    elif kind == "file":
        text = rest[2].encode().decode("unicode_escape").encode("latin-1")
        with open(path, "wb") as f:
            f.write(text * int(rest[3] if len(rest) > 3 else 1))
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        major, minor = [int(n) for n in rest[2].split(":")]
        os.mknod(path, mode | (0o020000 if kind == "char" else 0o060000), os.makedev(major, minor))
    os.chown(path, *owner)
    os.chmod(path, mode)


def tree(path):
    top = path + ".d"
    tool("rm", "-rf", top)
    os.mkdir(top, 0o755)
    for words in entries():
        stage(top, words)
    for folder, dirs, files in os.walk(top, topdown=False):
        for name in dirs + files:
            os.utime(os.path.join(folder, name), (TIME, TIME), follow_symlinks=False)
    os.utime(top, (TIME, TIME))
    fs(path, top)
    tool("rm", "-rf", top)


def guest(path):
    """A shell with what it is linked with, and the files of examples that need some of a system's."""
    top = path + ".d"
    tool("rm", "-rf", top)
    for name in ("bin", "etc"):
        os.makedirs(os.path.join(top, name))
    for program in ("/bin/sh", "/bin/echo"):
        shutil.copy(program, top + program)
        text = subprocess.run(["ldd", program], check=True, stdout=subprocess.PIPE, encoding="utf-8", env=ENV).stdout
        for library in re.findall(r"(/\S+) \(0x", text):
            os.makedirs(os.path.dirname(top + library), exist_ok=True)
            shutil.copy(library, top + library)
    with open(top + "/etc/hosts", "w", encoding="ascii") as f:
        f.write("127.0.0.1 localhost loop\n10.0.0.1 one\n10.0.0.2 two\n")
    with open(top + "/etc/contexts", "w", encoding="ascii") as f:
        f.write("/.*\tsystem_u:object_r:default_t:s0\n/etc(/.*)?\tsystem_u:object_r:etc_t:s0\n")
    hives.hive(top + "/hive", {"Software\\Vendor": {"Name": "guest", "": "default", "Number": 258}, "Empty": {}})
    fs(path, top)
    tool("rm", "-rf", top)


def windows(path):
    """What inspection looks for in Windows 7."""
    top = path + ".d"
    tool("rm", "-rf", top)
    for name, content in windows_guests.GUESTS["win7"][0].items():
        os.makedirs(os.path.dirname(top + name), exist_ok=True)
        with open(top + name, "wb") as f:
            f.write(content.content())
    fs(path, top)
    tool("rm", "-rf", top)


MAKERS = {"empty": empty, "part": part, "fs": fs, "tree": tree, "guest": guest, "windows": windows}
MOUNTED = ("fs", "tree", "guest", "windows")    # on /
SOURCES = [os.path.join(HERE, name) for name in ("tree.txt", "templates.py", "../e2e/hives.py", "../e2e/windows.py")]


def get(folder, name):
    """The template's path; it is made when it is not there or is too old."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name + ".raw")
    newest = max(os.path.getmtime(s) for s in SOURCES)
    if not os.path.exists(path) or os.path.getmtime(path) < newest:
        MAKERS[name](path + ".new")
        os.rename(path + ".new", path)
    return path
