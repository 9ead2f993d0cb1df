# SPDX-License-Identifier: LGPL-3.0-or-later
"""What passes through takes no memory: ten times as much of it, and client and worker stay as large as they were.

GUESTKIT_LARGE=1 takes sizes at which the smallest growth would show: 2 GiB, 200,000 names.
"""

import os
import tarfile

from harness import BUILD, GUESTKIT, PYTHON, Case

MIB = 1 << 20
LARGE = os.environ.get("GUESTKIT_LARGE") == "1"
SIZES = (8 * MIB, 2048 * MIB if LARGE else 72 * MIB)
NAMES = (1000, 200000 if LARGE else 20000)
# What is read ahead through FUSE stays in memory until as much is.
AHEAD = 16 * MIB
# More than memory allocators and page tables of mapped files differ by, and far less than what passes through.
ROOM = 4 * MIB
# The largest of all processes that it has waited for, its own descendants' likewise; what starts them must be
# small itself, for a process that execs remembers how large it was before.
MEASURE = "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:]).returncode; " \
          "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, file=sys.stderr); sys.exit(r)"
# Calls on a filesystem with /big (and room for two more) on /dev/sda, nothing on /dev/sdb, and the file big of the host.
DATA = {
    "upload": "upload big /copy",
    "download": "download /big out",
    "tar-in": "tar-in in.tar /",
    "tar-in, compressed": "tar-in in.tar.gz / compress:gzip",
    "tar-out": "tar-out / out",
    "tar-out, compressed": "tar-out / out compress:gzip",
    "compress-out": "compress-out gzip /big out",
    "base64-out": "base64-out /big out",
    "checksum": "checksum sha256 /big",
    "checksums-out": "checksums-out sha1 / out",
    "cp-a": "cp-a /big /copy",
    "copy-file-to-file": "copy-file-to-file /big /copy",
    "copy-device-to-file": "copy-device-to-file /dev/sdb /copy",
    "copy-out": "copy-out /big .",
    "fill": "fill 1 {size} /copy",
}
# On one with so many files in /many.
LISTING = {
    "find0": "find0 / out",
    "ls0": "ls0 /many out",
    "tar-out": "tar-out / out",
    "checksums-out": "checksums-out md5 / out",
    "du": "du /",
    "rm-rf": "rm-rf /many",
    "cp-a": "cp-a /many /copy",
}
# The tree through FUSE, read in order.
FUSE = """\
import sys, threading
sys.path.insert(0, sys.argv[1])
import guestkit
with guestkit.open(sys.argv[2], mounts={"/": "/dev/sda"}) as g:
    g.mount_local(sys.argv[3], options="uid=0")
    t = threading.Thread(target=g.mount_local_run)
    t.start()
    with open(sys.argv[3] + "/big", "rb", buffering=0) as f:
        while f.read(1 << 20):
            pass
    g.umount_local()
    t.join()
"""


class Memory(Case):
    def filesystem(self, name, size, content):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        self.tool("mke2fs", "-q", "-F", "-t", "ext4", "-d", content, path, timeout=300)
        return path

    def peak(self, *argv):
        # pylint: disable=consider-using-f-string
        r = self.tool(PYTHON, "-S", "-E", "-c", MEASURE, *argv, timeout=300,
                      env={"GUESTKIT_LAUNCHER": "local", "LD_LIBRARY_PATH": BUILD})
        return int(r.err.splitlines()[-1])

    def shell(self, disk, line):
        if os.path.exists(self.path("out")):
            os.unlink(self.path("out"))
        blank = self.disk(self.size, "blank.raw")
        return self.peak(GUESTKIT, "shell", "--format", "raw", "-a", disk, "-a", blank, "run", ":", "mount", "/dev/sda", "/", ":",
                         *line.format(size=self.size).split())

    def flat(self, lines, peaks, room=ROOM):
        grown = [f"{name}: {small // 1024} KiB, then {large // 1024}"
                 for name, (small, large) in zip(lines, zip(*peaks)) if large > small + room]
        self.assertEqual(grown, [])

    def test_data(self):
        peaks = []
        for self.size in SIZES:
            os.makedirs(self.path("content"), exist_ok=True)
            for path in (self.path("content/big"), self.path("big.host")):
                with open(path, "wb") as f:
                    for i in range(self.size // MIB):
                        f.write(bytes([i & 255]) * MIB)
            os.rename(self.path("big.host"), self.path("big"))
            self.tool("tar", "-C", self.dir, "-cf", self.path("in.tar"), "big", timeout=300)
            self.tool("sh", "-c", "gzip -1 <in.tar >in.tar.gz", timeout=300)
            template = self.filesystem("data.raw", 3 * self.size + 64 * MIB, self.path("content"))
            peaks.append([])
            for line in DATA.values():
                disk = self.path("disk.raw")
                self.tool("cp", "--sparse=always", "--reflink=auto", template, disk, timeout=300)
                self.images[disk] = ""
                peaks[-1].append(self.shell(disk, line))
                if line.startswith("copy-out"):
                    self.assertEqual(os.path.getsize(self.path("big")), self.size)
        self.flat(DATA, peaks)

    def test_names(self):
        peaks = []
        for count in NAMES:
            self.size = MIB
            with tarfile.open(self.path("names.tar"), "w") as tar:
                for i in range(count):
                    tar.addfile(tarfile.TarInfo(f"many/a name that is not short {i}"))
            # mke2fs -d would look at all of a folder for each of its files.
            template = self.disk((1024 if LARGE else 128) * MIB, "names.raw")
            self.gk("shell", "--format", "raw", "-a", template, "run", ":", "mke2fs", "/dev/sda", "fstype:ext4",
                    f"numberofinodes:{2 * count + 1000}", ":", "mount", "/dev/sda", "/", ":", "tar-in", "names.tar", "/", timeout=300)
            peaks.append([])
            for line in LISTING.values():
                disk = self.path("disk.raw")
                self.tool("cp", "--sparse=always", "--reflink=auto", template, disk, timeout=300)
                peaks[-1].append(self.shell(disk, line))
        self.flat(LISTING, peaks)

    def test_fuse(self):
        script = self.file("fuse.py", FUSE)
        os.mkdir(self.path("tree"))
        peaks = []
        for size in (SIZES[0] + AHEAD, SIZES[1] + AHEAD):
            os.makedirs(self.path("content"), exist_ok=True)
            with open(self.path("content/big"), "wb") as f:
                for i in range(size // MIB):
                    f.write(bytes([i & 255]) * MIB)
            disk = self.filesystem("fuse.raw", size + 64 * MIB, self.path("content"))
            peaks.append([self.peak(PYTHON, script, os.path.join(BUILD, "python"), disk, self.path("tree"))])
        # How much of that there is at one time depends on who is faster.
        self.flat(["reading through FUSE"], peaks, ROOM + AHEAD)
