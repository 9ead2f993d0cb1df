# SPDX-License-Identifier: LGPL-3.0-or-later
"""Filesystems on whole disks: their superblocks and what these point to.

A mount that is refused has to say the device and why; one that succeeds must
give what can be read.  A kernel that lacks the filesystem says that instead.
"""

import ctypes
import os
import struct
import zlib

from corrupt import MIB, Disk, Gives, Says, fault, prove, tool, tree

BAD = "(wrong fs type or bad superblock|Structure needs cleaning|Input/output error|Bad message|Invalid argument|not supported by this kernel)"
NOTHING = "nothing recognized"


def base(folder, kind, size, *make):
    """A sound filesystem, made once.  make: the program, "@" is the file, "%" the folder that it is filled from."""
    path = os.path.join(folder, f"filesystems-{kind}.base")
    if not os.path.exists(path):
        Disk(path, size)
        files = tree(os.path.join(folder, "tree"))
        tool(*[path if a == "@" else files if a == "%" else a for a in make])
    return path


def copy(folder, name, path):
    return Disk.copy(path, os.path.join(folder, name + ".img"))


def refused(why=BAD):
    return (("mount_ro", "@", "/", Says(f"^mount_ro: @ on /: .*{why}")),)


def unknown(why=NOTHING):
    return (("vfs_type", "@", Gives("")), ("vfs_uuid", "@", Gives("")), ("vfs_label", "@", Gives(""))) + refused(why)


READS = (("mount_ro", "@", "/", Gives()), ("cat", "/hello", Gives("world")), ("umount", "/", Gives()))

# --- ext4 ---------------------------------------------------------------------------


def ext4(folder, name):
    return copy(folder, name, base(folder, "ext4", 16 * MIB, "mke2fs", "-q", "-t", "ext4", "-b", "1024", "-d", "%",
                                   "-L", "label", "@"))


def e2fsck_fails(d):
    done = tool("e2fsck", "-fn", d.path, fails=True)
    return done


@fault(listed={"": "unknown"}, calls=unknown())
def ext4_superblock(folder, name):
    """The copy behind it is for e2fsck, not for a mount."""
    d = ext4(folder, name)
    d.patch(1024, b"\0" * 1024)
    prove("Bad magic number" in e2fsck_fails(d), "magic")
    return d


@fault(listed={"": "ext4"}, calls=refused())
def ext4_superblock_checksum(folder, name):
    d = ext4(folder, name)
    d.patch(1024 + 0x3fc, b"\xde\xad\xbe\xef")
    # libblkid and e2fsck think of another superblock then.
    prove("checksum" in tool("dumpe2fs", "-h", d.path, fails=True), "checksum")
    return d


def ext4_sum(d):
    head = d.read(1024, 0x3fc)
    d.patch(1024 + 0x3fc, struct.pack("<I", crc32c(head, 0xffffffff)))


def crc32c(data, crc):
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc


@fault(listed={"": "ext4"}, calls=refused())
def ext4_absurd_sizes(folder, name):
    d = ext4(folder, name)
    d.patch(1024 + 4, b"\xff" * 4)              # blocks
    d.patch(1024 + 24, struct.pack("<I", 60))   # of 1 << 70 bytes
    ext4_sum(d)
    tool("dumpe2fs", "-h", d.path, fails=True)
    return d


@fault(listed={"": "ext4"}, calls=refused())
def ext4_more_blocks_than_disk(folder, name):
    d = ext4(folder, name)
    d.patch(1024 + 4, struct.pack("<I", 1 << 30))
    ext4_sum(d)
    tool("dumpe2fs", "-h", d.path, fails=True)
    return d


@fault(listed={"": "ext4"}, calls=refused())
def ext4_group_descriptors(folder, name):
    d = ext4(folder, name)
    d.patch(2048, b"\xa5" * 128)
    e2fsck_fails(d)
    return d


@fault(listed={"": "ext4"}, calls=refused())
def ext4_root_inode(folder, name):
    d = ext4(folder, name)
    table = int([line for line in tool("dumpe2fs", d.path).split("\n") if "Inode table at" in line][0].split()[3].split("-")[0])
    size = struct.unpack("<H", d.read(1024 + 88, 2))[0]
    d.patch(table * 1024 + size, b"\xa5" * 128)
    e2fsck_fails(d)
    return d


@fault(listed={"": "ext4"}, calls=refused())
def ext4_journal_inode(folder, name):
    d = ext4(folder, name)
    tool("debugfs", "-w", "-R", "clri <8>", d.path)
    prove("journal" in e2fsck_fails(d).lower(), "journal")
    return d


@fault(listed={"": "ext4"}, calls=refused())
def ext4_unknown_feature(folder, name):
    d = ext4(folder, name)
    d.patch(1024 + 0x60, struct.pack("<I", struct.unpack("<I", d.read(1024 + 0x60, 4))[0] | 1 << 30))
    ext4_sum(d)
    prove("unsupported feature" in e2fsck_fails(d), "feature")
    return d


@fault(listed={"": "ext4"}, calls=READS)
def ext4_asks_for_a_panic(folder, name):
    """A superblock that has the kernel stop at an error, and an error."""
    d = ext4(folder, name)
    d.patch(1024 + 0x3c, struct.pack("<H", 3))
    d.patch(1024 + 0x3a, struct.pack("<H", 2))
    ext4_sum(d)
    done = tool("dumpe2fs", "-h", d.path)
    prove("Panic" in done and "with errors" in done, done)
    return d


# --- xfs ------------------------------------------------------------------------------

def xfs(folder, name):
    path = os.path.join(folder, "xfs.proto")
    if not os.path.exists(path):
        with open(path, "w", encoding="ascii") as f:
            f.write(f"/\n0 0\nd--755 0 0\nhello ---644 0 0 {tree(os.path.join(folder, 'tree'))}/hello\n$\n")
    # Smaller than mkfs.xfs likes.
    return copy(folder, name, base(folder, "xfs", 32 * MIB, "mkfs.xfs", "--unsupported", "-q", "-p", path, "@"))


def xfs_fails(d):
    return tool("xfs_repair", "-n", "-f", d.path, fails=True)


def xfs_sum(d):
    d.patch(224, struct.pack("<I", crc32c(d.read(0, 224) + b"\0" * 4 + d.read(228, 284), 0xffffffff) ^ 0xffffffff))


@fault(listed={"": "unknown"}, calls=unknown())
def xfs_magic(folder, name):
    d = xfs(folder, name)
    d.patch(0, b"XFSX")
    prove("bad magic number" in xfs_fails(d), "magic")
    return d


@fault(listed={"": "unknown"}, calls=refused())
def xfs_superblock(folder, name):
    d = xfs(folder, name)
    d.patch(4, b"\xa5" * 200)
    xfs_fails(d)
    return d


@fault(listed={"": "xfs"}, calls=refused())
def xfs_superblock_checksum(folder, name):
    d = xfs(folder, name)
    d.patch(224, b"\xde\xad\xbe\xef")
    prove("(bad)" in tool("xfs_db", "-r", "-c", "sb 0", "-c", "p crc", d.path), "crc")
    return d


@fault(listed={"": "xfs"}, calls=refused())
def xfs_log(folder, name):
    d = xfs(folder, name)
    where = tool("xfs_db", "-r", "-c", "sb 0", "-c", "p logstart blocksize agblocks agblklog", d.path)
    n = {line.split()[0]: int(line.split()[2]) for line in where.strip().split("\n")}
    ag, block = n["logstart"] >> n["agblklog"], n["logstart"] & (1 << n["agblklog"]) - 1
    at = (ag * n["agblocks"] + block) * n["blocksize"]
    d.patch(at, b"\xfe\xed\xba\xbe" + b"\xa5" * 2044)
    tool("xfs_logprint", "-t", d.path, fails=True)
    return d


@fault(listed={"": "xfs"}, calls=refused())
def xfs_root_inode(folder, name):
    d = xfs(folder, name)
    where = tool("xfs_db", "-r", "-c", "sb 0", "-c", "p rootino", "-c", "convert inode 128 daddr", d.path)
    sector = int(where.rsplit("(", 1)[1].split(")")[0])
    prove("rootino = 128" in where, where)
    d.patch(sector * 512, b"\xa5" * 512)
    xfs_fails(d)
    return d


# --- btrfs -----------------------------------------------------------------------------

def btrfs(folder, name):
    return copy(folder, name, base(folder, "btrfs", 48 * MIB, "mkfs.btrfs", "-q", "-m", "single", "-d", "single", "-r", "%", "@"))


@fault(listed={"": "unknown"}, calls=unknown())
def btrfs_magic(folder, name):
    d = btrfs(folder, name)
    d.patch(65536 + 64, b"_XHRfS_M")
    prove("bad magic" in tool("btrfs", "inspect-internal", "dump-super", d.path, fails=True), "magic")
    return d


@fault(listed={"": "btrfs"}, calls=refused())
def btrfs_checksum(folder, name):
    d = btrfs(folder, name)
    d.patch(65536, b"\xde\xad\xbe\xef")
    prove("DON'T MATCH" in tool("btrfs", "inspect-internal", "dump-super", d.path), "checksum")
    return d


def btrfs_sum(d):
    d.patch(65536, struct.pack("<I", crc32c(d.read(65536 + 32, 4096 - 32), 0xffffffff) ^ 0xffffffff))


@fault(listed={"": "btrfs"}, calls=refused())
def btrfs_absurd_sizes(folder, name):
    d = btrfs(folder, name)
    d.patch(65536 + 144, struct.pack("<I", 3))      # bytes in a sector
    d.patch(65536 + 148, b"\xff" * 4)               # bytes in a node
    btrfs_sum(d)
    prove("[match]" in tool("btrfs", "inspect-internal", "dump-super", d.path), "checksum")
    tool("btrfs", "check", "--readonly", d.path, fails=True)
    return d


@fault(listed={"": "btrfs"}, calls=refused())
def btrfs_chunk_tree(folder, name):
    d = btrfs(folder, name)
    for offset in (80, 88):                         # the roots of all, and of the chunks
        d.patch(65536 + offset, struct.pack("<Q", 1 << 50))
    btrfs_sum(d)
    tool("btrfs", "check", "--readonly", d.path, fails=True)
    return d


# --- vfat and exfat --------------------------------------------------------------------

def vfat(folder, name):
    return copy(folder, name, base(folder, "vfat", 16 * MIB, "mkfs.vfat", "@"))


@fault(listed={"": "unknown"}, calls=unknown())
def vfat_signature(folder, name):
    d = vfat(folder, name)
    d.patch(0, b"\0" * 512)
    tool("fsck.vfat", "-n", d.path, fails=True)
    return d


@fault(listed={"": "unknown"}, calls=unknown())
def vfat_absurd_sectors(folder, name):
    d = vfat(folder, name)
    d.patch(11, struct.pack("<HB", 3, 7))           # bytes in a sector, sectors in a cluster
    tool("fsck.vfat", "-n", d.path, fails=True)
    return d


@fault(listed={"": "unknown"}, calls=unknown())
def vfat_longer_than_disk(folder, name):
    d = vfat(folder, name)
    d.patch(22, struct.pack("<H", 0xffff))          # sectors in a table: more than there are
    tool("fsck.vfat", "-n", d.path, fails=True)
    return d


def exfat(folder, name):
    return copy(folder, name, base(folder, "exfat", 16 * MIB, "mkfs.exfat", "@"))


@fault(listed={"": "unknown"}, calls=unknown())
def exfat_magic(folder, name):
    d = exfat(folder, name)
    d.patch(3, b"EXFAX   ")
    tool("fsck.exfat", "-n", d.path, fails=True)
    return d


# --- ntfs ---------------------------------------------------------------------------------

def ntfs(folder, name):
    return copy(folder, name, base(folder, "ntfs", 16 * MIB, "mkntfs", "-q", "-F", "-f", "@"))


@fault(listed={"": "unknown"}, calls=unknown())
def ntfs_magic(folder, name):
    d = ntfs(folder, name)
    d.patch(3, b"NTFX    ")
    tool("ntfsfix", "-n", d.path, fails=True)
    return d


@fault(listed={"": "unknown"}, calls=unknown())
def ntfs_table_beyond_end(folder, name):
    d = ntfs(folder, name)
    d.patch(48, struct.pack("<QQ", 1 << 60, 1 << 60))
    tool("ntfsfix", "-n", d.path, fails=True)
    return d


# --- f2fs ---------------------------------------------------------------------------------

def f2fs(folder, name):
    return copy(folder, name, base(folder, "f2fs", 64 * MIB, "mkfs.f2fs", "-q", "@"))


@fault(listed={"": "unknown"}, calls=unknown())
def f2fs_superblocks(folder, name):
    d = f2fs(folder, name)
    for at in (1024, 4096 + 1024):
        d.patch(at, b"\0" * 512)
    tool("fsck.f2fs", "--dry-run", d.path, fails=True)
    return d


@fault(listed={"": "f2fs"}, calls=refused("(Structure needs cleaning|bad superblock|Invalid argument|not supported by this kernel)"))
def f2fs_checkpoints(folder, name):
    d = f2fs(folder, name)
    at = struct.unpack("<I", d.read(1024 + 76, 4))[0] * 4096
    for pack in (at, at + 512 * 4096):
        d.patch(pack, b"\xa5" * 4096)
    tool("fsck.f2fs", "--dry-run", d.path, fails=True)
    return d


# --- swap, squashfs, iso9660 -----------------------------------------------------------------

@fault(listed={"": "unknown"}, calls=unknown())
def swap_magic(folder, name):
    d = copy(folder, name, base(folder, "swap", MIB, "mkswap", "-q", "@"))
    d.patch(4086, b"SWAPSPACE3")
    prove("swap" not in tool("wipefs", d.path), "swap")
    return d


def squashfs(folder, name):
    d = copy(folder, name, base(folder, "squashfs", 0, "mksquashfs", "%", "@", "-noappend", "-quiet", "-no-progress"))
    os.truncate(d.path, MIB)
    return d


@fault(listed={"": "unknown"}, calls=unknown())
def squashfs_magic(folder, name):
    d = squashfs(folder, name)
    d.patch(0, b"hsqx")
    tool("unsquashfs", "-s", d.path, fails=True)
    return d


@fault(listed={"": "squashfs"}, calls=refused("(bad superblock|Invalid argument)"))
def squashfs_block_size(folder, name):
    d = squashfs(folder, name)
    d.patch(12, struct.pack("<I", 3))
    prove("Block size 3" in tool("unsquashfs", "-s", d.path), "size of a block")
    return d


@fault(listed={"": "squashfs"}, calls=refused("(bad superblock|Invalid argument|Input/output error)"))
def squashfs_tables_beyond_end(folder, name):
    d = squashfs(folder, name)
    d.patch(64, struct.pack("<QQ", 1 << 40, 1 << 41))   # inodes and folders
    tool("unsquashfs", "-ll", d.path, fails=True)
    return d


def iso(folder, name):
    path = os.path.join(folder, "filesystems-iso.base")
    if not os.path.exists(path):
        write_iso(path)
    return copy(folder, name, path)


def write_iso(path):
    """A volume with one file, through libarchive, for there need not be a program that makes one."""
    lib = ctypes.CDLL("libarchive.so.13")
    for function in ("archive_write_new", "archive_entry_new"):
        getattr(lib, function).restype = ctypes.c_void_p

    def call(function, *args):
        prove(getattr(lib, function)(*args) >= 0, function)
    a, e = ctypes.c_void_p(lib.archive_write_new()), ctypes.c_void_p(lib.archive_entry_new())
    call("archive_write_set_format_iso9660", a)
    call("archive_write_open_filename", a, os.fsencode(path))
    lib.archive_entry_set_pathname(e, b"hello")
    lib.archive_entry_set_size(e, ctypes.c_int64(5))
    lib.archive_entry_set_filetype(e, 0o100000)
    lib.archive_entry_set_perm(e, 0o644)
    call("archive_write_header", a, e)
    call("archive_write_data", a, b"world", ctypes.c_size_t(5))
    call("archive_write_close", a)
    lib.archive_entry_free(e)
    lib.archive_write_free(a)


@fault(listed={"": "unknown"}, calls=unknown())
def iso9660_magic(folder, name):
    d = iso(folder, name)
    for sector in range(16, 20):
        if d.read(sector * 2048 + 1, 5) == b"CD001":
            d.patch(sector * 2048 + 1, b"CD00X")
    prove("iso9660" not in tool("wipefs", d.path), "volume")
    return d


@fault(listed={"": "iso9660"}, calls=refused("(bad superblock|Invalid argument|Input/output error|not supported by this kernel)"))
def iso9660_root_beyond_end(folder, name):
    d = iso(folder, name)
    for sector in range(16, 20):
        if d.read(sector * 2048 + 1, 5) == b"CD001" and d.read(sector * 2048, 1) in b"\x01\x02":
            d.patch(sector * 2048 + 156 + 2, struct.pack("<I", 0x7fffffff) + struct.pack(">I", 0x7fffffff))
    prove(struct.unpack("<I", d.read(16 * 2048 + 158, 4))[0] * 2048 > d.size(), "place of the root folder")
    return d
