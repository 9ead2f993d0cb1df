# SPDX-License-Identifier: LGPL-3.0-or-later
"""file_architecture: programs, kernel modules, initial ramdisks, and what only looks like them."""

import bz2
import gzip
import lzma
import struct

from guests import ELF
from test_inspect import Inspect
from windows import PE


def cpio(members):
    """As cpio(5) has it, "newc"."""
    out = b""
    for i, (name, data) in enumerate(list(members.items()) + [("TRAILER!!!", b"")]):
        head = [i, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08X" % n for n in head) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out + bytes(-len(out) % 512)


class Architecture(Inspect):
    def ask_all(self, files):
        """What is said of each file: the last word of the error, or the architecture."""
        disk = self.disk("a", {"/" + name: data for name, data in files.items()})
        r = self.session([disk], "mount-ro /dev/sda /",
                         *(line for name in files for line in (f"echo '{name}:'", f"-file-architecture /{name}")))
        found, name = {}, None
        for line in r.out.splitlines():
            if line.endswith(":"):
                name = line[:-1]
                found[name] = None
            else:
                found[name] = line
        for name, arch in found.items():
            if arch is None:
                self.assertIn(f"unknown architecture: /{name}\n", r.err)
        return found

    def test_programs(self):
        files = {"elf-" + arch: ELF(arch).content() for arch in ELF.MACHINES}
        files.update({"pe-" + arch: PE(arch).content() for arch in PE.MACHINES})
        self.assertEqual(self.ask_all(files), {name: name.split("-")[1] for name in files})

    def test_packed(self):
        module = ELF("riscv64").content() + bytes(3000)
        tree = cpio({"etc/motd": b"hello\n", "bin/busybox": ELF("s390x").content() + bytes(9000), "bin/x": PE("arm").content()})
        microcode = cpio({"kernel/x86/microcode/GenuineIntel.bin": bytes(range(256)) * 20})
        files = {"module.ko": module, "module.ko.xz": lzma.compress(module), "module.ko.gz": gzip.compress(module)}
        trees = {"plain": tree, "gz": gzip.compress(tree), "xz": lzma.compress(tree), "bz2": bz2.compress(tree),
                 "lzma": lzma.compress(tree, format=lzma.FORMAT_ALONE),
                 "microcode": microcode + gzip.compress(tree), "twice": microcode + microcode + bytes(512) + lzma.compress(tree)}
        expected = {**dict.fromkeys(files, "riscv64"), **dict.fromkeys(trees, "s390x")}
        self.assertEqual(self.ask_all({**files, **trees}), expected)

    def test_neither(self):
        """Cut off, pointing out of themselves, or empty."""
        elf, pe, tree = ELF("x86_64").content(), PE("i386").content(), cpio({"bin/sh": ELF("x86_64").content()})
        files = {"empty": b"", "elf": elf[:19], "magic": b"\x7fELF", "pe": pe[:130], "mz": b"MZ",
                 "far": pe[:60] + struct.pack("<I", 0xffffffff) + pe[64:], "near": pe[:60] + struct.pack("<I", 4090) + pe[64:],
                 "gz": gzip.compress(elf)[:12], "gz-text": gzip.compress(b"text"), "cpio": tree[:100],
                 "cpio-size": tree[:54] + b"FFFFFFFF" + tree[62:94] + b"FFFFFFFF" + tree[102:],
                 "no-trailer": cpio({"a": b"x" * 500})[:600], "only-microcode": cpio({"a": b"x"}) + bytes(512),
                 "machine": elf[:18] + b"\xff\xff" + elf[20:]}
        self.assertEqual(self.ask_all(files), dict.fromkeys(files))
