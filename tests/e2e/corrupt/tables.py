# SPDX-License-Identifier: LGPL-3.0-or-later
"""Partition tables: two partitions of 4 MiB, each an ext2, on 16 MiB."""

import os
import struct
import zlib

from corrupt import MIB, Disk, Gives, Says, fault, prove, tool, tree

FIRST, SECOND, LENGTH = 2048, 12288, 8192           # sectors
END = 16 * MIB // 512
ENTRY = 128
BOTH = {"1": "ext2", "2": "ext2"}
READS = (("mount_ro", "@1", "/", Gives()), ("cat", "/hello", Gives("world")), ("umount", "/", Gives()))
SECOND_READS = (("mount_ro", "@2", "/", Gives()), ("cat", "/hello", Gives("world")), ("umount", "/", Gives()))
BEYOND = (("mount_ro", "@2", "/", Says("^mount_ro: @2: No such file or directory; .* overlap others or lie beyond its end")),)
# What overlaps the kernel takes from its own reading of the table, and from nobody else.
OVERLAP = {"local": {"1": "ext2"}, "uml": {"1": "ext2", "2": "unknown"}}
GONE = (("mount_ro", "@2", "/", Says("^mount_ro: @2: No such file or directory; .* overlap others|nothing recognized")),)
NO_GPT = Says("^part_list: @: neither copy of its GPT can be used")


def disk(folder, name, label, script=None):
    script = script or f"label: {label}\nstart={FIRST},size={LENGTH}\nstart={SECOND},size={LENGTH}\n"
    base = os.path.join(folder, f"tables-{zlib.crc32(script.encode())}.base")
    if not os.path.exists(base):
        Disk(base, 16 * MIB)
        tool("sfdisk", "-q", "--no-reread", "--no-tell-kernel", base, text=script)
        for start in (FIRST, SECOND):
            tool("mke2fs", "-q", "-t", "ext2", "-d", tree(os.path.join(folder, "tree")),
                 "-E", f"offset={start * 512}", base, "4096k")
    return Disk.copy(base, os.path.join(folder, name + ".img"))


# --- GPT --------------------------------------------------------------------------

class Copy:
    """One of the two copies of a GPT."""

    def __init__(self, disk, at):
        self.disk = disk
        self.at = at
        self.entries = struct.unpack("<Q", disk.read(at + 72, 8))[0] * 512

    def entry(self, number, first, last):
        self.disk.patch(self.entries + (number - 1) * ENTRY + 32, struct.pack("<QQ", first, last))

    def header(self, offset, data):
        self.disk.patch(self.at + offset, data)

    def sum(self, entries=True):
        """The checksums are right again."""
        if entries:
            table = zlib.crc32(self.disk.read(self.entries, 128 * ENTRY))
            if struct.pack("<I", table) != self.disk.read(self.at + 88, 4):
                self.disk.patch(self.at + 88, struct.pack("<I", table))
        head = bytearray(self.disk.read(self.at, 92))
        head[16:20] = b"\0" * 4
        self.disk.patch(self.at + 16, struct.pack("<I", zlib.crc32(bytes(head))))

    def ruin(self):
        self.disk.patch(self.at, b"\xa5" * 92)


def gpt(folder, name):
    d = disk(folder, name, "gpt")
    return d, [Copy(d, 512), Copy(d, d.size() - 512)]


def verified(d, *words):
    # Of a table that it does not like sgdisk says so and succeeds all the same.
    done = tool("sgdisk", "-v", d.path) + tool("sgdisk", "-p", d.path)
    for word in words:
        prove(word in done, done)


@fault(listed=BOTH, calls=READS + (("part_get_parttype", "@", Gives("gpt")),))
def gpt_primary_header(folder, name):
    d, (one, _) = gpt(folder, name)
    one.ruin()
    verified(d, "invalid main GPT header")
    return d


@fault(listed=BOTH, calls=SECOND_READS)
def gpt_primary_entries(folder, name):
    d, (one, _) = gpt(folder, name)
    d.patch(one.entries + 32, b"\xff" * 64)
    prove("CRC" in tool("sgdisk", "-v", d.path, fails=False), "checksum")
    return d


@fault(listed=BOTH, calls=READS)
def gpt_backup_header(folder, name):
    d, (_, two) = gpt(folder, name)
    two.ruin()
    verified(d, "invalid backup GPT header")
    return d


@fault(listed={"": "unknown"}, calls=(("part_list", "@", NO_GPT),))
def gpt_cut_short(folder, name):
    """Of the image the end is missing: what the header says of the disk cannot be."""
    d, _ = gpt(folder, name)
    os.truncate(d.path, 11 * MIB)
    verified(d, "invalid backup GPT header")
    return d


@fault(listed={"": "unknown"}, calls=(("part_list", "@", NO_GPT),
                                      ("mount_ro", "@1", "/", Says("^mount_ro: @1: No such file or directory$"))))
def gpt_both_headers(folder, name):
    d, copies = gpt(folder, name)
    for c in copies:
        c.header(16, b"\xde\xad\xbe\xef")
    prove("gpt" not in tool("sfdisk", "-d", d.path).split("\n", 1)[0], "there is a GPT")
    return d


@fault(listed={"1": "ext2"}, calls=READS)
def gpt_beyond_end(folder, name):
    d, copies = gpt(folder, name)
    for c in copies:
        c.entry(2, 1 << 40, (1 << 40) + 2047)
        c.sum()
    verified(d, "too big for the disk")
    return d


@fault(listed={"1": "ext2"}, calls=READS)
def gpt_crosses_end(folder, name):
    d, copies = gpt(folder, name)
    for c in copies:
        c.entry(2, SECOND, 1 << 40)
        c.sum()
    verified(d, "too big for the disk")
    return d


@fault(listed=OVERLAP, calls=READS + GONE)
def gpt_overlap(folder, name):
    d, copies = gpt(folder, name)
    for c in copies:
        c.entry(2, FIRST + 8, FIRST + 4096)
        c.sum()
    verified(d, "overlap")
    return d


@fault(listed={"1": "ext2"}, calls=READS)
def gpt_ends_before_it_begins(folder, name):
    d, copies = gpt(folder, name)
    for c in copies:
        c.entry(2, SECOND, SECOND - 100)
        c.sum()
    verified(d, "ends before it begins")
    return d


@fault(listed={"": "unknown"}, calls=(("part_list", "@", NO_GPT),))
def gpt_entries_of_no_size(folder, name):
    d, copies = gpt(folder, name)
    for c in copies:
        c.header(84, struct.pack("<I", 0))
        c.sum(entries=False)
    prove(d.read(512 + 84, 4) == b"\0" * 4, "size of an entry")
    return d


@fault(listed={"": "unknown"}, calls=(("part_list", "@", NO_GPT),))
def gpt_entries_without_number(folder, name):
    d, copies = gpt(folder, name)
    for c in copies:
        c.header(80, b"\xff" * 4)
        c.sum(entries=False)
    prove(d.read(512 + 80, 4) == b"\xff" * 4, "number of entries")
    return d


# --- MBR --------------------------------------------------------------------------

def mbr(folder, name, script=None):
    return disk(folder, name, "dos", script)


def mbr_entry(d, number, start, size, at=0):
    d.patch(at + 446 + (number - 1) * 16 + 8, struct.pack("<II", start, size))


@fault(listed={"": "unknown"}, calls=(("part_list", "@", Says("^part_list: @: unrecognised disk label")),))
def mbr_signature(folder, name):
    d = mbr(folder, name)
    d.patch(510, b"\0\0")
    tool("sfdisk", "--json", d.path, fails=True)
    return d


@fault(listed={"1": "ext2"}, calls=READS + BEYOND)
def mbr_beyond_end(folder, name):
    d = mbr(folder, name)
    mbr_entry(d, 2, 0xf0000000, 2048)
    prove("start=  4026531840" in tool("sfdisk", "-d", d.path), "start")
    prove(0xf0000000 > END, "end")
    return d


@fault(listed=BOTH, calls=READS + SECOND_READS)
def mbr_crosses_end(folder, name):
    """What there is of it can be looked at, as with the kernel's own parser."""
    d = mbr(folder, name)
    mbr_entry(d, 2, SECOND, 0xf0000000)
    prove("size=  4026531840" in tool("sfdisk", "-d", d.path), "size")
    return d


@fault(listed=OVERLAP, calls=READS + GONE)
def mbr_overlap(folder, name):
    d = mbr(folder, name)
    mbr_entry(d, 2, FIRST + 8, LENGTH)
    prove("overlap" in tool("sfdisk", "--verify", d.path), "overlap")
    return d


@fault(listed={"1": "unknown"})
def mbr_covers_itself(folder, name):
    """A partition that begins at the table."""
    d = mbr(folder, name)
    d.patch(446, b"\0" * 64)
    mbr_entry(d, 1, 0, END)
    d.patch(446 + 4, b"\x83")
    prove(d.read(446 + 8, 4) == b"\0" * 4, "start")
    return d


LOGICAL = f"label: dos\nstart={FIRST},size={LENGTH}\nstart={SECOND - 2048},size=20480,type=5\nstart={SECOND},size=8192\n"


@fault(listed={"local": {"1": "ext2", "5": "ext2"}, "uml": {"1": "ext2", "5": "ext2", "6": "unknown"}}, calls=READS)
def mbr_logical_loop(folder, name):
    """The chain of logical partitions comes back to its first record."""
    d = mbr(folder, name, LOGICAL)
    extended = (SECOND - 2048) * 512
    d.patch(extended + 446 + 16, struct.pack("<BBBBBBBBII", 0, 0, 0, 0, 5, 0, 0, 0, 1, 20480))
    d.patch(extended + 512, d.read(extended, 512))
    prove(d.read(extended + 512 + 446 + 16 + 8, 4) == struct.pack("<I", 1), "the record points to itself")
    return d


@fault(listed={"1": "ext2"}, calls=READS)
def mbr_extended_beyond_end(folder, name):
    d = mbr(folder, name, LOGICAL)
    mbr_entry(d, 2, 0xe0000000, 20480)
    prove(0xe0000000 > END, "end")
    return d
