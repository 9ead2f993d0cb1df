# SPDX-License-Identifier: LGPL-3.0-or-later
"""qcow2 files: headers, tables and what they say of themselves.

Most of these end a launch, so each has a session of its own.
"""

import os
import struct

from corrupt import MIB, Disk, Gives, fault, prove, tool, tree

READS = (("mount_ro", "@", "/", Gives()), ("cat", "/hello", Gives("world")), ("umount", "/", Gives()))
CLUSTER = 65536


def qcow2(folder, name):
    base = os.path.join(folder, "qcow2.base")
    if not os.path.exists(base):
        raw = os.path.join(folder, "qcow2.raw")
        Disk(raw, 8 * MIB)
        tool("mke2fs", "-q", "-t", "ext2", "-d", tree(os.path.join(folder, "tree")), raw)
        tool("qemu-img", "convert", "-O", "qcow2", "-o", "lazy_refcounts=on", raw, base)
    return Disk.copy(base, os.path.join(folder, name + ".qcow2"))


def field(d, form, offset):
    return struct.unpack(">" + form, d.read(offset, struct.calcsize(form)))[0]


def set_field(d, form, offset, value):
    d.patch(offset, struct.pack(">" + form, value))


def info_fails(d, why=""):
    done = tool("qemu-img", "info", "-f", "qcow2", d.path, fails=True)
    prove(why in done, done)
    return d


def check_fails(d):
    tool("qemu-img", "check", "-f", "qcow2", d.path, fails=True)
    return d


def refused(launch, form="qcow2"):
    return fault(form=form, launch=launch)


@refused("not a qcow2 image")
def qcow2_magic(folder, name):
    d = qcow2(folder, name)
    d.patch(0, b"QFX\xfb")
    return info_fails(d, "not in qcow2 format")


@refused("version", form=None)
def qcow2_version(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 4, 99)
    return info_fails(d, "version 99")


@refused("luster size")
def qcow2_clusters_too_small(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 20, 2)
    return info_fails(d, "luster size")


@refused("luster size")
def qcow2_clusters_too_big(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 20, 63)
    return info_fails(d, "luster size")


@refused("too large|L1")
def qcow2_l1_absurd(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 36, 0x7fffffff)
    return info_fails(d, "L1")


@refused("too small|L1")
def qcow2_l1_too_short(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 36, 0)
    return info_fails(d, "L1")


@refused("L1|offset|corrupt")
def qcow2_l1_not_aligned(folder, name):
    d = qcow2(folder, name)
    set_field(d, "Q", 40, 77777)
    return info_fails(d)


@fault(form="qcow2", listed={"": "unknown"})
def qcow2_l1_beyond_end(folder, name):
    """Where there is no file there are zeros, for qemu."""
    d = qcow2(folder, name)
    set_field(d, "Q", 40, 1 << 50)
    return check_fails(d)


@refused("[Rr]ef")
def qcow2_refcount_table_absurd(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 56, 0x7fffffff)
    return info_fails(d, "eference count table too large")


@refused("[Rr]ef")
def qcow2_refcount_table_not_aligned(folder, name):
    d = qcow2(folder, name)
    set_field(d, "Q", 48, 12345)
    return info_fails(d, "eference count table")


@refused("[Rr]ef")
def qcow2_refcounts_of_128_bits(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 96, 7)
    return info_fails(d, "eference count entry width")


@refused("too large|L1|size")
def qcow2_size_absurd(folder, name):
    d = qcow2(folder, name)
    set_field(d, "Q", 24, 1 << 62)
    return info_fails(d)


@refused("feature")
def qcow2_unknown_feature(folder, name):
    d = qcow2(folder, name)
    set_field(d, "Q", 72, 1 << 40)
    return info_fails(d, "feature")


@refused("snapshot|Snapshot")
def qcow2_snapshots_absurd(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 60, 0x7fffffff)
    return info_fails(d, "napshot")


@refused("ncryption|encrypted")
def qcow2_encryption_unknown(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 32, 99)
    return info_fails(d, "ncryption")


@refused("backing file name|Backing file name")
def qcow2_backing_name_too_long(folder, name):
    d = qcow2(folder, name)
    d.patch(8, struct.pack(">QI", 600, 0x7fffffff))
    return info_fails(d, "acking file name")


@refused("eader")
def qcow2_header_too_short(folder, name):
    d = qcow2(folder, name)
    set_field(d, "I", 100, 8)
    return info_fails(d, "eader too short")


@refused("extension")
def qcow2_extension_too_long(folder, name):
    d = qcow2(folder, name)
    d.patch(field(d, "I", 100), struct.pack(">II", 0xe2792aca, 0x7fffffff))
    return info_fails(d, "xtension")


@fault(form="qcow2", listed={"": "ext2"}, calls=READS)
def qcow2_marked_corrupt(folder, name):
    """qemu has found a fault in it once; it is still good to be read."""
    d = qcow2(folder, name)
    set_field(d, "Q", 72, 2)
    prove("corrupt: true" in tool("qemu-img", "info", d.path), "mark")
    return d


@fault(form="qcow2", listed={"": "ext2"}, calls=READS)
def qcow2_marked_dirty(folder, name):
    """Its reference counts are behind: what a killed writer leaves."""
    d = qcow2(folder, name)
    set_field(d, "Q", 72, 1)
    prove("dirty" in repr(tool("qemu-img", "info", "--output=json", d.path)) or field(d, "Q", 72) == 1, "mark")
    return d


@fault(form="qcow2", listed={"": "ext2"}, calls=READS)
def qcow2_refcounts_gone(folder, name):
    """Every cluster counts as free.  A reader does not care."""
    d = qcow2(folder, name)
    block = field(d, "Q", field(d, "Q", 48))
    d.patch(block, b"\0" * 512)
    return check_fails(d)


@fault(form="qcow2", listed={"": "ext2"}, calls=READS)
def qcow2_refcount_table_beyond_end(folder, name):
    d = qcow2(folder, name)
    set_field(d, "Q", 48, 1 << 50)
    tool("qemu-img", "check", "-f", "qcow2", d.path, fails=True)
    return d


@fault(form="qcow2", listed={"": "unknown"})
def qcow2_l2_beyond_end(folder, name):
    d = qcow2(folder, name)
    set_field(d, "Q", field(d, "Q", 40), 1 << 63 | 1 << 50)
    return check_fails(d)


@fault(form="qcow2", listed={"": "unknown"})
def qcow2_l2_is_the_header(folder, name):
    d = qcow2(folder, name)
    set_field(d, "Q", field(d, "Q", 40), 1 << 63)
    return check_fails(d)


@fault(form="qcow2", listed={"": "unknown"})
def qcow2_l1_points_to_itself(folder, name):
    d = qcow2(folder, name)
    l1 = field(d, "Q", 40)
    set_field(d, "Q", l1, 1 << 63 | l1)
    return check_fails(d)


@fault(form="qcow2", listed={"": "unknown"})
def qcow2_data_beyond_end(folder, name):
    d = qcow2(folder, name)
    l2 = field(d, "Q", field(d, "Q", 40)) & ~(1 << 63)
    set_field(d, "Q", l2, 1 << 63 | 1 << 50)
    return check_fails(d)


def backing(path, name):
    tool("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", name, "-F", "qcow2", path, "8M")


@refused("comes back")
def qcow2_backed_by_itself(folder, name):
    path = os.path.join(folder, name + ".qcow2")
    backing(path, name + ".qcow2")
    prove(f"backing file: {name}.qcow2" in tool("qemu-img", "info", path), "backing file")
    return Disk(path)


@refused("comes back")
def qcow2_backed_in_a_circle(folder, name):
    """Of three files, the third is backed by the second, by another name."""
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    path = os.path.join(folder, name + ".qcow2")
    backing(path, f"{name}/two.qcow2")
    backing(os.path.join(folder, name, "two.qcow2"), "three.qcow2")
    backing(os.path.join(folder, name, "three.qcow2"), f"../{name}/./two.qcow2")
    prove(f"../{name}/./two.qcow2" in tool("qemu-img", "info", os.path.join(folder, name, "three.qcow2")), "circle")
    return Disk(path)
