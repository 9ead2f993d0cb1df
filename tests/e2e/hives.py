# SPDX-License-Identifier: LGPL-3.0-or-later
"""Registry hives, made of values.

An empty hive is written here, byte by byte; hivexsh fills it.  The form (a
header of 4096 bytes with a checksum, then bins of cells, of which an "nk" is a
key and an "sk" its security) is that of the documents that hivex names.
"""

import os
import struct
import subprocess

NONE = 0xffffffff
ROOT = 0x20                             # of the root key, behind the head of its bin
BIN = 0x1000


def cell(content):
    """A cell that is in use: its size is negative."""
    size = (4 + len(content) + 7) & ~7
    return struct.pack("<i", -size) + content.ljust(size - 4, b"\0")


def key(name, security):
    """A root key without anything below it."""
    return cell(struct.pack("<2sHQIIIIIIIIIIIIIIIHH", b"nk", 0x2c, 0, 0, 0, 0, 0, NONE, NONE, 0, NONE, security, NONE,
                            0, 0, 0, 0, 0, len(name), 0) + name)


def empty():
    root_size = len(key(b"$$$PROTO.HIV", 0))
    security = ROOT + root_size
    cells = key(b"$$$PROTO.HIV", security)
    # Its own neighbour in the ring, used once, with an empty descriptor.
    cells += cell(struct.pack("<2sHIIII", b"sk", 0, security, security, 1, 20) +
                  struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0))
    free = BIN - ROOT - len(cells)
    hbin = struct.pack("<4sIIQQI", b"hbin", 0, BIN, 0, 0, 0) + cells + struct.pack("<i", free).ljust(free, b"\0")
    head = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 5, 0, 1, ROOT, BIN, 1).ljust(508, b"\0")
    checksum = 0
    for word, in struct.iter_unpack("<I", head):
        checksum ^= word
    return (head + struct.pack("<I", checksum)).ljust(BIN, b"\0") + hbin


def value_text(value):
    """As hivexsh's setval reads it."""
    if isinstance(value, int):
        return f"dword:{value:#x}"
    if isinstance(value, bytes):
        return "hex:3:" + ",".join(f"{b:02x}" for b in value)
    if value.isascii():
        return "string:" + value
    return "hex:1:" + ",".join(f"{b:02x}" for b in (value + "\0").encode("utf-16-le"))


def hive(path, keys):
    """A hive with keys: path of a key with backslashes -> {name: value}.

    A value is text, a number (DWORD) or bytes.
    """
    with open(path, "wb") as f:
        f.write(empty())
    lines, made = [], set()
    for name, values in keys.items():
        lines.append("cd \\ ")
        for i, part in enumerate(name.split("\\"), 1):
            whole = "\\".join(name.split("\\")[:i]).lower()
            if whole not in made:
                lines.append("add " + part)
                made.add(whole)
            lines.append("cd " + part)
        lines.append(f"setval {len(values)}")
        for n, v in values.items():
            lines += [n or "@", value_text(v)]
    lines += ["commit", "quit"]
    subprocess.run(["hivexsh", "-w", path], input="\n".join(lines) + "\n", text=True, check=True,
                   stdout=subprocess.DEVNULL)


def content(keys):
    path = os.path.join(os.environ.get("GUESTKIT_TEST_DIR", "/var/tmp"), "hive")
    hive(path, keys)
    with open(path, "rb") as f:
        data = f.read()
    os.unlink(path)
    return data
