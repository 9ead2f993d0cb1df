# SPDX-License-Identifier: LGPL-3.0-or-later
"""Superblocks of Linux RAID, written by hand: each is one half of a mirror unless it says otherwise."""

import os
import struct

from corrupt import MIB, Disk, Gives, fault, prove, tool


def md(folder, name, sum_right=True, **fields):
    """Half of a mirror, of version 1.2."""
    d = Disk(os.path.join(folder, name + ".img"), 8 * MIB)
    f = {"magic": 0xa92b4efc, "major": 1, "feature": 0, "level": 1, "layout": 0, "size": 8192, "chunk": 0, "disks": 2,
         "data_offset": 4096, "data_size": 8192, "super_offset": 8, "dev_number": 0, "max_dev": 128, "events": 5}
    f.update(fields)
    sb = struct.pack("<IIII16s32sQIIQII", f["magic"], f["major"], f["feature"], 0, name.encode()[-16:].ljust(16, b"x"),
                     b"host:" + name.encode()[-20:], 1700000000, f["level"], f["layout"], f["size"], f["chunk"],
                     f["disks"])
    sb += b"\0" * (128 - len(sb))
    sb += struct.pack("<QQQQII16sB7x", f["data_offset"], f["data_size"], f["super_offset"], 0, f["dev_number"], 0,
                      (name[::-1]).encode()[:16].ljust(16, b"d"), 0)
    sb += b"\0" * (192 - len(sb))
    sb += struct.pack("<QQQII", 1700000000, f["events"], 0xffffffffffffffff, 0, f["max_dev"])
    sb += b"\0" * (256 - len(sb))
    sb += struct.pack("<HH", 0, 0xffff) + b"\xff\xff" * 126
    total = sum(struct.unpack(f"<{len(sb) // 4}I", sb))
    total = (total & 0xffffffff) + (total >> 32)
    total = (total + (total >> 32)) & 0xffffffff
    if not sum_right:
        total ^= 0xffff
    d.patch(4096, sb[:216] + struct.pack("<I", total) + sb[220:])
    return d


def examine(d):
    return tool("mdadm", "--examine", d.path)


@fault(listed={}, calls=(("list_md_devices", Gives()),), sound=True)
def sound_raid(folder, name):
    d = md(folder, name)
    prove(" - correct" in examine(d), examine(d))
    return d


@fault(listed={"": "unknown"})
def md_magic(folder, name):
    d = md(folder, name, magic=0xa92b4efd)
    tool("mdadm", "--examine", d.path, fails=True)
    return d


@fault()
def md_checksum(folder, name):
    d = md(folder, name, sum_right=False)
    prove("expected" in examine(d), examine(d))
    return d


@fault(listed={})
def md_data_beyond_end(folder, name):
    d = md(folder, name, data_offset=1 << 40)
    prove("Data Offset : 1099511627776" in examine(d), examine(d))
    return d


@fault(listed={})
def md_absurd_level(folder, name):
    d = md(folder, name, level=12345)
    prove("12345" in examine(d) or "unknown" in examine(d), examine(d))
    return d


@fault(listed={})
def md_absurd_disks(folder, name):
    # mdadm --examine would draw all of them.
    d = md(folder, name, disks=0x7fffffff)
    prove(d.read(4096 + 92, 4) == b"\xff\xff\xff\x7f", "number of disks")
    return d


@fault(listed={})
def md_chunk_of_one_byte(folder, name):
    d = md(folder, name, level=0, chunk=3, disks=1)
    prove("raid0" in examine(d), examine(d))
    return d
