# SPDX-License-Identifier: LGPL-3.0-or-later
"""Labels and metadata of LVM.

They are written by hand, so that they can be wrong in ways in which no tool writes them, with checksums that are
right.  Beside the broken groups is a sound one, which must go on working.
"""

import os
import struct
import zlib

from corrupt import MIB, Disk, Gives, Has, Says, fault, prove, tool, tree

LACKS = "device-mapper"
EXTENT = 1024                       # sectors
PE_START = 2048
METADATA, METADATA_SIZE = 4096, 1044480


def lvm_sum(data):
    return struct.pack("<I", zlib.crc32(data, 0xf597a6cf ^ 0xffffffff) ^ 0xffffffff)


def uuid(kind, name):
    letters = (kind + name.replace("_", "") + "x" * 32)[:32]
    return "-".join((letters[:6], letters[6:10], letters[10:14], letters[14:18], letters[18:22], letters[22:26],
                     letters[26:32]))


def volume(group, name, segments, status="\"READ\", \"WRITE\", \"VISIBLE\""):
    text = f'{name} {{\nid = "{uuid("L" + name, group)}"\nstatus = [{status}]\nflags = []\n' \
           f"segment_count = {len(segments)}\n"
    for number, (first, count, stripes) in enumerate(segments, 1):
        text += f'segment{number} {{\nstart_extent = {first}\nextent_count = {count}\ntype = "striped"\n' \
                f"stripe_count = {len(stripes)}\n{'stripe_size = 128' if len(stripes) > 1 else ''}\nstripes = [" + \
                ", ".join(f'"{where}", {at}' for where, at in stripes) + "]\n}\n"
    return text + "}\n"


def group_text(group, volumes=None, extent=EXTENT, extents=14, pv_extra=""):
    volumes = volumes or volume(group, "lv", [(0, 4, [("pv0", 0)])])
    return f"""{group} {{
id = "{uuid("G", group)}"
seqno = 2
format = "lvm2"
status = ["RESIZEABLE", "READ", "WRITE"]
flags = []
extent_size = {extent}
max_lv = 0
max_pv = 0
metadata_copies = 0
physical_volumes {{
pv0 {{
id = "{uuid("P", group)}"
device = "/dev/sda"
status = ["ALLOCATABLE"]
flags = []
dev_size = 16384
pe_start = {PE_START}
pe_count = {extents}
{pv_extra}
}}
}}
logical_volumes {{
{volumes}
}}
}}
contents = "Text Format Volume Group"
version = 1
description = ""
creation_host = "host"
creation_time = 1700000000
"""


def locations(*pairs):
    return b"".join(struct.pack("<QQ", *p) for p in pairs) + b"\0" * 16


def write_label(d, group, metadata_at=METADATA, metadata_size=METADATA_SIZE):
    pv = uuid("P", group).replace("-", "").encode() + struct.pack("<Q", 8 * MIB) + \
        locations((PE_START * 512, 0)) + locations((metadata_at, metadata_size)) + \
        struct.pack("<II", 2, 1) + b"\0" * 16
    rest = struct.pack("<I8s", 32, b"LVM2 001") + pv
    rest += b"\0" * (512 - 20 - len(rest))
    d.patch(512, b"LABELONE" + struct.pack("<Q", 1) + lvm_sum(rest) + rest)


def write_metadata(d, text, size=None, offset=512):
    data = text.encode() + b"\0"
    if d.read(METADATA + 512, len(data)) != data:
        d.patch(METADATA + 512, data)
    size = len(data) if size is None else size
    sums = lvm_sum(data[:size])
    locn = struct.pack("<QQ", offset, size) + sums + struct.pack("<I", 0)
    head = b" LVM2 x[5A%r0N*>" + struct.pack("<IQQ", 1, METADATA, METADATA_SIZE) + locn
    head += b"\0" * (512 - 4 - len(head))
    d.patch(METADATA, lvm_sum(head) + head)


def lvm(folder, name, text=None):
    """A disk that is a physical volume, with a volume that holds an ext2."""
    base = os.path.join(folder, "stacks-lvm.base")
    if not os.path.exists(base):
        Disk(base, 8 * MIB)
        tool("mke2fs", "-q", "-t", "ext2", "-d", tree(os.path.join(folder, "tree")), "-E",
             f"offset={PE_START * 512}", base, "2048k")
    d = Disk.copy(base, os.path.join(folder, name + ".img"))
    write_label(d, name)
    write_metadata(d, text or group_text(name))
    return d


def pvck(d, fails=True):
    done = tool("pvck", "--nolocking", "--dump", "metadata", d.path, fails=fails)
    return done


LV_READS = (("mount_ro", "/dev/sound_group/lv", "/", Gives()), ("cat", "/hello", Gives("world")),
            ("umount", "/", Gives()), ("vgs", Gives()), ("lvs_full", Has("lv_name", "lv")))


@fault(listed={}, calls=LV_READS, only="uml", sound=True)
def sound_group(folder, name):
    d = lvm(folder, name)
    prove("extent_count = 4" in pvck(d, fails=False), "metadata")
    return d


def no_volume(name):
    """The group is there or not, its volume cannot be used."""
    return (("mount_ro", f"/dev/{name}/lv", "/", Says(f"^mount_ro: /dev/{name}/lv: No such file or directory")),)


def not_active(name):
    """To ask for the group gives a sentence.  Not done for each: LVM reads all disks, each time, more than once."""
    return (("vg_activate", 1, [name], Says(f"^vg_activate: .*({name}|lvm died|device-mapper: .* failed)|{LACKS}")),) + \
        no_volume(name)


@fault(listed={"": "unknown"}, calls=no_volume("lvm_label"))
def lvm_label(folder, name):
    d = lvm(folder, name)
    d.patch(512, b"\0" * 512)
    prove("expected LABELONE" in tool("pvck", "--nolocking", "--dump", "headers", d.path), "label")
    return d


@fault(calls=no_volume("lvm_label_checksum"))
def lvm_label_checksum(folder, name):
    d = lvm(folder, name)
    d.patch(512 + 16, b"\xde\xad\xbe\xef")
    prove("label_header.crc expected" in tool("pvck", "--nolocking", "--dump", "headers", d.path, fails=True), "checksum")
    return d


@fault(listed={}, calls=no_volume("lvm_metadata_beyond_end"))
def lvm_metadata_beyond_end(folder, name):
    d = lvm(folder, name)
    write_label(d, name, metadata_at=1 << 50)
    pvck(d)
    return d


@fault(listed={}, calls=no_volume("lvm_metadata_header"))
def lvm_metadata_header(folder, name):
    d = lvm(folder, name)
    d.patch(METADATA, b"\xde\xad\xbe\xef")
    prove("checksum expected" in tool("pvck", "--nolocking", "--dump", "headers", d.path, fails=True), "checksum")
    return d


@fault(listed={}, calls=not_active("lvm_metadata_checksum"))
def lvm_metadata_checksum(folder, name):
    d = lvm(folder, name)
    d.patch(METADATA + 512 + 40, b"XXXX")
    pvck(d)
    return d


@fault(listed={}, calls=no_volume("lvm_metadata_truncated"))
def lvm_metadata_truncated(folder, name):
    """With the right checksum of what is left."""
    d = lvm(folder, name)
    text = group_text(name)
    write_metadata(d, text, size=len(text) // 2)
    pvck(d)
    return d


@fault(listed={}, calls=no_volume("lvm_metadata_wraps"))
def lvm_metadata_wraps(folder, name):
    """The text is said to begin beyond the end of its area."""
    d = lvm(folder, name)
    write_metadata(d, group_text(name) + "\n", offset=1 << 40)
    pvck(d)
    return d


@fault(listed={}, calls=no_volume("lvm_extents_beyond_end"))
def lvm_extents_beyond_end(folder, name):
    d = lvm(folder, name, group_text(name, volume(name, "lv", [(0, 4, [("pv0", 1 << 30)])])))
    prove(f'"pv0", {1 << 30}' in pvck(d, fails=False), "extents")
    return d


@fault(listed={}, calls=not_active("lvm_extents_absurd"))
def lvm_extents_absurd(folder, name):
    d = lvm(folder, name, group_text(name, volume(name, "lv", [(0, 0xffffffff, [("pv0", 0)])]), extents=0xffffffff))
    prove(f"extent_count = {0xffffffff}" in pvck(d, fails=False), "extents")
    return d


@fault(listed={}, calls=no_volume("lvm_extent_of_no_size"))
def lvm_extent_of_no_size(folder, name):
    d = lvm(folder, name, group_text(name, extent=0))
    prove("extent_size = 0" in pvck(d, fails=False), "size of extents")
    return d


@fault(listed={}, calls=not_active("lvm_overlap"))
def lvm_overlap(folder, name):
    """Two volumes on the same extents."""
    d = lvm(folder, name, group_text(name, volume(name, "lv", [(0, 4, [("pv0", 0)])]) +
                                     volume(name, "other", [(0, 4, [("pv0", 2)])])))
    prove('"pv0", 2' in pvck(d, fails=False), "volumes")
    return d


@fault(listed={}, calls=not_active("lvm_cycle"))
def lvm_cycle(folder, name):
    """Two volumes each of which lies on the other."""
    d = lvm(folder, name, group_text(name, volume(name, "lv", [(0, 4, [("other", 0)])]) +
                                     volume(name, "other", [(0, 4, [("lv", 0)])])))
    prove('"other", 0' in pvck(d, fails=False), "volumes")
    return d


@fault(listed={}, calls=no_volume("lvm_on_itself"))
def lvm_on_itself(folder, name):
    d = lvm(folder, name, group_text(name, volume(name, "lv", [(0, 4, [("lv", 0)])])))
    prove('"lv", 0' in pvck(d, fails=False), "volume")
    return d


@fault(listed={}, calls=no_volume("lvm_deep"))
def lvm_deep(folder, name):
    """A text that opens a thousand sections in each other."""
    text = f"{name} {{\n" + "a {\n" * 20000
    d = lvm(folder, name, text)
    prove("unexpected token" in pvck(d), "text")
    return d
