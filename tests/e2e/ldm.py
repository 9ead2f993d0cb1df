# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disks with the metadata of Windows's Logical Disk Manager, as "dynamic disks" have it: an MBR whose one partition is of the
type 0x42, a PRIVHEAD in sector 6 that says who the disk is and where the database is, and in the database (the last MiB) a
TOCBLOCK, a VMDB and one VBLK for each volume, component, partition, disk and the group.  All numbers are big-endian."""

import struct
import uuid

SECTOR = 512
DATA = 2048                     # where the first partition begins, in sectors
CONFIG = 2048                   # of the database, in sectors


def number(n):
    """One of variable length: how many bytes, and they."""
    raw = n.to_bytes(max(1, (n.bit_length() + 7) // 8), "big")
    return bytes([len(raw)]) + raw


def text(s):
    return bytes([len(s)]) + s.encode("ascii")


def guid_text(g, size=64):
    return str(g).encode("ascii").ljust(size, b"\0")


class Group:
    """disks: a list of sizes in sectors.  Volumes are made by simple, spanned, mirrored; write puts all into files."""

    def __init__(self, name, sizes):
        self.name, self.sizes = name, sizes
        self.guid = uuid.uuid5(uuid.NAMESPACE_DNS, name)
        self.disk_guids = [uuid.uuid5(self.guid, f"disk{i}") for i in range(len(sizes))]
        self.records, self.counts, self.next_id = [], {"vol": 0, "comp": 0, "part": 0, "disk": 0}, 1
        self.free = [DATA] * len(sizes)
        self.places = {}
        self.add(0x35, 0, number(self.new_id()) + text(name))
        self.disk_ids = []
        for i, g in enumerate(self.disk_guids):
            self.disk_ids.append(self.new_id())
            self.add(0x34, 0, number(self.disk_ids[i]) + text(f"Disk{i + 1}") + text(str(g)), "disk")

    def new_id(self):
        self.next_id += 1
        return self.next_id

    def add(self, kind, flags, body, count=None):
        self.records.append(struct.pack(">HBBI", 0, flags, kind, len(body)) + body)
        if count:
            self.counts[count] += 1

    def volume(self, name, components, size, hint=None):
        """components: lists of (disk, sectors); one after the other, or side by side when there are several lists."""
        vol = self.new_id()
        self.add(0x51, 0x02 if hint else 0,
                 number(vol) + text(name) + text("gen") + text("") + b"ACTIVE".ljust(14, b"\0") + b"\3" + b"\0" + b"\1" + b"\0" * 3 +
                 b"\0" + number(len(components)) + b"\0" * 16 + number(size) + b"\0" * 4 + b"\x07" + uuid.uuid5(self.guid, name).bytes +
                 (text(hint) if hint else b""), "vol")
        for c, parts in enumerate(components):
            comp, at = self.new_id(), 0
            self.add(0x32, 0, number(comp) + text(f"{name}-{c + 1:02}") + text("ACTIVE") + b"\2" + b"\0" * 4 + number(len(parts)) +
                     b"\0" * 16 + number(vol) + b"\0", "comp")
            for p, (disk, sectors) in enumerate(parts):
                part = f"{self.name}-{name}-{c + 1}-{p + 1}"
                self.add(0x33, 0x08, number(self.new_id()) + text(part) + b"\0" * 12 +
                         struct.pack(">QQ", self.free[disk] - 63, at) + number(sectors) + number(comp) +
                         number(self.disk_ids[disk]) + number(p), "part")
                self.places.setdefault(name, []).append((disk, self.free[disk], sectors))
                self.free[disk] += sectors
                at += sectors

    def simple(self, name, disk, sectors, hint=None):
        self.volume(name, [[(disk, sectors)]], sectors, hint)

    def spanned(self, name, *parts):
        self.volume(name, [list(parts)], sum(n for _, n in parts))

    def mirrored(self, name, sectors, *disks):
        self.volume(name, [[(d, sectors)] for d in disks], sectors)

    def write(self, *paths):
        vblks = b""
        for seq, record in enumerate(self.records):
            assert len(record) <= 512 - 16
            vblks += (b"VBLK" + struct.pack(">IIHH", seq + 4, seq + 1, 0, 1) + record).ljust(512, b"\0")
        vmdb = (b"VMDB" + struct.pack(">IIIHHH", len(self.records) + 4, 512, 512, 1, 4, 10) +
                self.name.encode("ascii").ljust(31, b"\0") + guid_text(self.guid) + struct.pack(">QQ", 10, 10) +
                struct.pack(">IIII", *(self.counts[k] for k in ("vol", "comp", "part", "disk")))).ljust(512, b"\0")
        toc = (b"TOCBLOCK" + struct.pack(">IIIQQ", 1, 0, 1, 0, 0) +
               b"config".ljust(8, b"\0") + struct.pack(">HQQQ", 0, 17, CONFIG - 100, 0) +
               b"log".ljust(8, b"\0") + struct.pack(">HQQQ", 0, CONFIG - 80, 70, 0)).ljust(512, b"\0")
        for i, path in enumerate(paths):
            size = self.sizes[i]
            start = size - CONFIG
            head = (b"PRIVHEAD" + struct.pack(">IHHQQQQ", 0, 2, 12, 0, 3, CONFIG - 1, CONFIG - 1) +
                    guid_text(self.disk_guids[i]) + guid_text(uuid.uuid5(self.guid, "host")) + guid_text(self.guid) +
                    self.name.encode("ascii").ljust(32, b"\0") + struct.pack(">H9x", 0) +
                    struct.pack(">QQQQQQIIQQ", 63, start - 63, start, CONFIG, 1, 1, 1, 1, CONFIG - 100, 70)).ljust(512, b"\0")
            mbr = bytes(446) + struct.pack("<B3sB3sII", 0, b"\0\1\1", 0x42, b"\xfe\xff\xff", 63, start - 63) + bytes(48) + b"\x55\xaa"
            with open(path, "r+b") as f:
                f.truncate(size * SECTOR)
                for at, block in ((0, mbr), (6, head), (start + 1, toc), (start + 2, toc), (start + 17, vmdb + vblks)):
                    f.seek(at * SECTOR)
                    f.write(block)
