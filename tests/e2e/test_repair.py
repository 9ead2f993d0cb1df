# SPDX-License-Identifier: LGPL-3.0-or-later
"""Filesystems that were damaged on purpose are checked and repaired by the calls for that, and the files are what they were.

All disks of a test share two sessions: one that makes and fills them, one that repairs them.
"""

import os
import random
import re
import struct
import subprocess

from corrupt import MIB, Disk, prove, tool
from corrupt.filesystems import crc32c
from harness import Case


def number(data, at, form):
    return struct.unpack_from("<" + form, data, at)[0]


# --- damages: a disk and what each does to it, with the proof that it is there -----------------------


def dumpe2fs(d):
    """Of each group: where its bitmaps and its table of inodes are, in blocks of 1024 bytes."""
    groups = []
    for line in tool("dumpe2fs", d.path).split("\n"):
        word = line.split()
        if re.match("Group [0-9]+:", line):
            groups.append({})
        elif line.startswith("  Block bitmap at"):
            groups[-1]["blocks"] = int(word[3])
        elif line.startswith("  Inode bitmap at"):
            groups[-1]["inodes"] = int(word[3])
        elif line.startswith("  Inode table at"):
            groups[-1]["table"] = int(word[3].split("-")[0])
    return groups


def unsound(*argv):
    """By a program that knows the filesystem and changes nothing."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
                          env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    prove(done.returncode not in (0, 124), f"{argv}: {done.stdout[-400:]}")


def ext_superblock(d):
    d.patch(1024, b"\0" * 1024)
    unsound("e2fsck", "-fn", d.path)


def ext_groups(d):
    d.patch(2048, b"\xa5" * 256)
    unsound("e2fsck", "-fn", d.path)


def ext_bitmaps(d):
    for group in dumpe2fs(d):
        d.patch(group["blocks"] * 1024, b"\x5a" * 1024)
        d.patch(group["inodes"] * 1024, b"\xa5" * 256)
    unsound("e2fsck", "-fn", d.path)


def ext_journal(d):
    """Its inode is cleared."""
    tool("debugfs", "-w", "-R", "clri <8>", d.path)
    unsound("e2fsck", "-fn", d.path)


def ext_inodes(d):
    """The inodes of an empty part of the table, and that of a folder that nobody misses."""
    group = dumpe2fs(d)[0]
    inode = int(tool("debugfs", "-R", "stat /spare", d.path).split("Inode: ")[1].split()[0])
    size = number(d.read(1024 + 88, 2), 0, "H")
    d.patch(group["table"] * 1024 + (inode - 1) * size, b"\xa5" * size)
    unsound("e2fsck", "-fn", d.path)


def xfs_superblock(d):
    d.patch(0, b"\0" * 512)
    unsound("xfs_repair", "-n", "-f", d.path)


def xfs_group(d):
    """The heads of the second allocation group: its free space and its inodes."""
    at = int(tool("xfs_db", "-r", "-c", "sb 0", "-c", "p agblocks", d.path).split()[2]) * 4096
    d.patch(at + 512, b"\xa5" * 512)
    d.patch(at + 1024, b"\xa5" * 512)
    unsound("xfs_repair", "-n", "-f", d.path)


def xfs_log(d):
    """All of it: nobody can tell any more what was still to be done."""
    where = tool("xfs_db", "-r", "-c", "sb 0", "-c", "p logstart logblocks blocksize agblocks agblklog", d.path)
    n = {line.split()[0]: int(line.split()[2]) for line in where.strip().split("\n")}
    ag, block = n["logstart"] >> n["agblklog"], n["logstart"] & (1 << n["agblklog"]) - 1
    d.patch((ag * n["agblocks"] + block) * n["blocksize"], b"\xa5" * (n["logblocks"] * n["blocksize"]))
    unsound("xfs_logprint", "-t", d.path)


def btrfs_superblock(d):
    d.patch(65536, b"\0" * 4096)
    unsound("btrfs", "check", "--readonly", d.path)


def btrfs_copy(d):
    """One of the two copies of the root of all trees, at its first place."""
    root = number(d.read(65536, 4096), 80, "Q")
    where = tool("btrfs-map-logical", "-l", str(root), d.path).split("\n")[0]
    at = int(where.split("physical ")[1].split()[0])
    d.patch(at, b"\xa5" * 4096)
    prove(crc32c(d.read(at + 32, 16352), 0xffffffff) ^ 0xffffffff != number(d.read(at, 4), 0, "I"), "checksum")


def vfat_dirty(d):
    """Two tables that are not alike, a chain without an owner, and the mark of a machine that lost its power."""
    head = d.read(0, 512)
    reserved, sectors = number(head, 14, "H"), number(head, 36, "I")
    first, second = reserved * 512, (reserved + sectors) * 512
    count = sectors * 128 - 200
    d.patch(first + count * 4, struct.pack("<II", count + 1, 0x0fffffff))
    d.patch(second + count * 4, struct.pack("<I", 0x0ffffff7))
    d.patch(65, b"\x01")
    unsound("fsck.vfat", "-n", d.path)


def ntfs_boot(d):
    """The first sector; its copy is the last."""
    d.patch(0, b"\0" * 512)
    unsound("ntfsfix", "-n", d.path)


def ntfs_dirty(d):
    """The flag of the volume by which Windows knows that it has to be checked."""
    head = d.read(0, 512)
    record = number(head, 48, "Q") * head[13] * 512 + 3 * 1024
    info = d.read(record, 1024)
    at = info.index(struct.pack("<I", 0x70), 56)            # $VOLUME_INFORMATION
    flags = record + at + number(info, at + 20, "H") + 10
    d.patch(flags, struct.pack("<H", number(d.read(flags, 2), 0, "H") | 1))
    unsound("ntfs-3g.probe", "--readwrite", d.path)


def ntfs_mirror(d):
    """The copy of the table's first records."""
    head = d.read(0, 512)
    d.patch(number(head, 56, "Q") * head[13] * 512 + 1024 + 200, b"\xa5" * 64)
    unsound("ntfs-3g.probe", "--readwrite", d.path)


class Repair(Case):
    def disk(self, name, size):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def tree(self):
        rng = random.Random(4)
        for i in range(60):
            folder = self.path(f"tree/d{i % 7}")
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, f"f{i}"), "wb") as f:
                f.write(rng.randbytes(rng.choice((0, 10, 700, 4096, 60000, 300000))))
        self.tool("tar", "-C", self.dir, "-cf", self.path("tree.tar"), "--owner=0", "--group=0", "--no-same-permissions", "tree")

    def session(self, disks, lines):
        adds = [f"add-drive {d} format:raw" for d in disks]
        return self.gk("shell", stdin="\n".join((*adds, "run", *lines)) + "\n", timeout=200)

    def sums(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return sorted(f.read().splitlines())

    def round(self, cases):
        """cases: name, size, the line that makes it, the damage, the lines that check and repair it."""
        self.tree()
        disks = [self.disk(name + ".raw", size) for name, size, *_ in cases]
        letters = [f"/dev/sd{chr(97 + i)}" for i in range(len(cases))]
        self.session(disks, [line for (_, _, make, *_), device in zip(cases, letters)
                             for line in (make.replace("@", device), f"mount {device} /", "mkdir /spare", f"tar-in {self.path('tree.tar')} /",
                                          f"checksums-out sha256 /tree {self.path('before')}", "umount /")])
        for (_, _, _, damage, _), disk in zip(cases, disks):
            damage(Disk(disk))
        r = self.session(disks, [line for (name, _, _, _, repairs), device in zip(cases, letters)
                                 for line in (f"echo == {name}", *(repair.replace("@", device) for repair in repairs),
                                              # Until Windows has looked at it NTFS is only read.
                                              f"{'mount-ro' if name.startswith('ntfs') else 'mount'} {device} /",
                                              f"checksums-out sha256 /tree {self.path('after-' + name)}", "umount /")])
        before = self.sums("before")
        self.assertEqual(len(before), 60)
        for name, *_ in cases:
            self.assertEqual(self.sums("after-" + name), before, f"{name}: {r}")
        # And in the eyes of those who know them (Case.finish has ext and xfs).
        for (name, *_), disk in zip(cases, disks):
            self.images[disk] = "clean"
            if name.startswith("btrfs"):
                self.tool("btrfs", "check", "--readonly", "--check-data-csum", disk)
            elif name.startswith("vfat"):
                self.tool("fsck.vfat", "-n", disk)
            elif name.startswith("ntfs"):
                self.tool("ntfs-3g.probe", "--readwrite", disk)
        return r.out

    def test_ext4(self):
        make = "mke2fs @ fstype:ext4 blocksize:1024"
        out = self.round([(name, 32 * MIB, make, damage, repair) for name, damage, repair in (
            ("superblock", ext_superblock, ("-mount @ /", "-e2fsck @ correct:true", "e2fsck @ forceall:true")),
            ("groups", ext_groups, ("-mount @ /", "e2fsck @ forceall:true")),
            ("bitmaps", ext_bitmaps, ("e2fsck @ forceall:true",)),
            ("journal", ext_journal, ("e2fsck-f @",)),
            ("inodes", ext_inodes, ("e2fsck @ forceall:true",)))])
        self.assertEqual(out.count("=="), 5)

    def test_xfs_and_btrfs(self):
        self.needs_filesystem("xfs")
        self.needs_filesystem("btrfs")
        mkfs = "mkfs xfs @"
        out = self.round([
            # 0: sound, 1: damaged, in xfs_repair's own words.
            ("xfs-superblock", 320 * MIB, mkfs, xfs_superblock, ("-mount @ /", "xfs-repair @ nomodify:true", "xfs-repair @")),
            ("xfs-group", 320 * MIB, mkfs, xfs_group, ("xfs-repair @ nomodify:true", "xfs-repair @", "xfs-repair @ nomodify:true")),
            ("xfs-log", 320 * MIB, mkfs, xfs_log, ("-mount @ /", "-xfs-repair @", "xfs-repair @ forcelogzero:true", "xfs-repair @ nomodify:true")),
            ("btrfs-superblock", 160 * MIB, "mkfs btrfs @", btrfs_superblock, ("-btrfs-fsck @", "btrfs-rescue-super-recover @", "btrfs-fsck @")),
            ("btrfs-copy", 160 * MIB, "mkfs btrfs @", btrfs_copy, ("btrfs-fsck @", "mount @ /", "btrfs-scrub-full /", "umount /")),
        ])
        self.assertIn("== xfs-group\n1\n0\n0\n", out)
        self.assertTrue("== xfs-superblock\n1\n0\n" in out, out)

    def test_windows(self):
        """ntfsfix restores what has a copy, and asks Windows for a check; the rest is Windows's."""
        self.needs_filesystem("vfat")
        self.needs_filesystem("ntfs3")
        out = self.round([
            ("vfat", 600 * MIB, "mkfs vfat @", vfat_dirty, ("fsck vfat @",)),
            ("ntfs-boot", 32 * MIB, "mkfs ntfs @", ntfs_boot, ("-mount @ /", "ntfsfix @", "ntfs-3g-probe true @")),
            ("ntfs-dirty", 32 * MIB, "mkfs ntfs @", ntfs_dirty, ("ntfs-3g-probe true @", "ntfsfix @", "ntfs-3g-probe true @")),
            ("ntfs-mirror", 32 * MIB, "mkfs ntfs @", ntfs_mirror, ("ntfsfix @", "ntfs-3g-probe true @")),
        ])
        self.assertIn("== vfat\n0x1\n", out)
