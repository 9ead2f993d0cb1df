# SPDX-License-Identifier: LGPL-3.0-or-later
"""Copies between devices: what the image knows to be a hole is neither read nor written, and nothing else is lost."""

import os
import random

from harness import Case

MIB = 1 << 20
SIZE = 300 * MIB


class Sparse(Case):
    def raw(self, name, pieces, seed):
        path = self.path(name)
        rng = random.Random(seed)
        with open(path, "wb") as f:
            f.truncate(SIZE)
            for at, size in pieces:
                f.seek(at)
                f.write(rng.randbytes(size))
        return path

    def pair(self, form):
        """A source of a few pieces of data, the last at its end; a target that is full of others."""
        source = self.raw("source.raw", [(0, 5000), (MIB, 3 * MIB), (100 * MIB + 512, 700), (200 * MIB - 1, 2), (SIZE - 4096, 4096)], 1)
        target = self.raw("target.raw", [(4096, 50000), (90 * MIB, 40 * MIB), (SIZE - MIB, MIB)], 2)
        if form != "raw":
            for path in (source, target):
                self.tool("qemu-img", "convert", "-O", form, path, path.replace("raw", form))
        return source.replace("raw", form), target.replace("raw", form)

    def shell(self, form, disks, *lines):
        return self.gk("shell", "--format", form, *[w for d in disks for w in ("-a", d)], stdin="\n".join(("run",) + lines) + "\n", timeout=120)

    def test_whole_disks(self):
        for form in ("raw", "qcow2"):
            source, target = self.pair(form)
            self.shell(form, (source, target), "copy-device-to-device /dev/sda /dev/sdb")
            self.tool("qemu-img", "compare", "-f", form, "-F", form, source, target)
            # What was a hole there is one here, also where there was data before.
            self.assertLess(os.stat(target).st_blocks * 512, (16 if form == "raw" else 64) * MIB)

    def test_what_was_just_written(self):
        """Not in the image yet when the copy begins."""
        for form in ("raw", "qcow2"):
            source, target = self.pair(form)
            r = self.shell(form, (source, target), "pwrite-device /dev/sda hello 157286400", "mkfs ext4 /dev/sda blocksize:4096",
                           "mount /dev/sda /", "write /f there", "umount /", "copy-device-to-device /dev/sda /dev/sdb sparse:false",
                           "checksum-device md5 /dev/sda", "checksum-device md5 /dev/sdb", "mount-ro /dev/sdb /", "cat /f")
            _, one, two, there = r.out.split()
            self.assertEqual(there, "there")
            self.assertEqual(one, two, str(r))

    def test_parts(self):
        """Offsets of partitions and of the call: with sparse, what is a hole in the source stays as it was in the target."""
        for form in ("raw", "qcow2"):
            source, target = self.pair(form)
            table = [line for disk in ("a", "b") for line in (f"part-init /dev/sd{disk} gpt", f"part-add /dev/sd{disk} p 2048 206847",
                                                              f"part-add /dev/sd{disk} p 206848 -2048")]
            r = self.shell(form, (source, target), *table,
                           "copy-device-to-device /dev/sda1 /dev/sdb1", "checksum-device md5 /dev/sda1", "checksum-device md5 /dev/sdb1",
                           "copy-device-to-device /dev/sda2 /dev/sdb2 srcoffset:1048576 destoffset:512 size:120000000",
                           "pwrite-device /dev/sdb2 mark 50000000",
                           "copy-device-to-device /dev/sda2 /dev/sdb2 size:104857600 sparse:true", "pread-device /dev/sdb2 4 50000000")
            lines = r.out.split()
            self.assertEqual(lines[0], lines[1], str(r))
            self.assertEqual(lines[2:], ["4", "mark"], str(r))
            for path in (source, target):
                self.tool("qemu-img", "convert", "-f", form, "-O", "raw", path, path + ".flat")
            one, two = (self.read(path + ".flat") for path in (source, target))
            at = 101 * MIB
            # The first 100 MiB of the second partition came last; of what came before the rest is there.
            self.assertEqual(two[at + 100 * MIB:at + 512 + 120000000], one[at + MIB + 100 * MIB - 512:at + MIB + 120000000])

    def test_any_place(self):
        """Whatever the offsets and sizes are, pages that neighbours share, and blocks of zeros within data."""
        rng = random.Random(7)
        size = 24 * MIB
        for form in ("raw", "qcow2"):
            disks, model = [], []
            for n in range(2):
                data = bytearray(rng.randbytes(size))
                for _ in range(300):
                    at, count = rng.randrange(size // 512) * 512, rng.choice((512, 4096, 8192, 100000))
                    data[at:at + count] = bytes(len(data[at:at + count]))
                disks.append(self.file(f"{n}.raw", bytes(data)))
                model.append(data)
                if form != "raw":
                    self.tool("qemu-img", "convert", "-f", "raw", "-O", form, disks[n], self.path(f"{n}.{form}"))
                    disks[n] = self.path(f"{n}.{form}")
            lines = []
            for sparse in (False,) * 10 + (True,):
                unit = rng.choice((1, 512, 4096))
                count = rng.randrange(5 * MIB // unit, size * 3 // 4 // unit) * unit
                a, b = (rng.randrange((size - count) // unit + 1) * unit for _ in range(2))
                lines.append(f"copy-device-to-device /dev/sda /dev/sdb srcoffset:{a} destoffset:{b} size:{count} sparse:{str(sparse).lower()}")
                before, model[1][b:b + count] = bytes(model[1]), model[0][a:a + count]
            self.shell(form, disks, *lines)
            self.tool("qemu-img", "convert", "-f", form, "-O", "raw", disks[1], self.path("flat"))
            flat = self.read(self.path("flat"))
            # The last may leave out what is zeros in the source; nothing else, and nothing is made up.
            left = [at for at in range(size) if flat[at] != model[1][at]] if flat != model[1] else []
            self.assertTrue(left, "the last left out nothing")
            self.assertFalse([at for at in left if model[1][at] or flat[at] != before[at]][:1], "\n".join(lines))


class Zeros(Case):
    def test_sparse_stays_sparse(self):
        """What was data reads as zeros, in the image too; and where nothing was, nothing is: however large the disk is."""
        for form in ("raw", "qcow2"):
            path = self.path("z." + form)
            self.tool("qemu-img", "create", "-q", "-f", form, path, "20G")
            lines = [f"pwrite-device /dev/sda {'x' * 5000} {at}" for at in (0, 5 << 30, (20 << 30) - 5000)]
            r = self.gk("shell", "--format", form, "-a", path, timeout=120, stdin="\n".join(
                ("run", *lines, "zero-device /dev/sda", "pread-device /dev/sda 4 5368709120 | od -An -tx1")) + "\n")
            self.assertIn(" 00 00 00 00\n", r.out, str(r))
            # A qcow2 has tables, of 64 KiB for each 512 MiB in which something was said.
            self.assertLess(os.stat(path).st_blocks * 512, MIB if form == "raw" else 8 * MIB)
            self.assertIn("identical", self.tool("qemu-img", "compare", "-f", form, "-F", "raw", path, self.empty()).out)

    def empty(self):
        with open(self.path("empty.raw"), "wb") as f:
            f.truncate(20 << 30)
        return self.path("empty.raw")

    def test_of_a_partition(self):
        """What is beside it stays."""
        path = self.path("p.raw")
        with open(path, "wb") as f:
            f.truncate(64 * MIB)
        r = self.gk("shell", "--format", "raw", "-a", path, timeout=120, stdin="\n".join((
            "run", "part-init /dev/sda mbr", "part-add /dev/sda p 2048 40959", "part-add /dev/sda p 40960 81919",
            "part-add /dev/sda p 81920 102399", *(f"pwrite-device /dev/sda{n} hello 512" for n in (1, 2, 3)), f"pwrite-device /dev/sda2 tail {20 * MIB - 4}",
            "zero-device /dev/sda2", "is-zero-device /dev/sda2", *(f"pread-device /dev/sda{n} 5 512" for n in (1, 3)))) + "\n")
        self.assertEqual(r.out, "5\n5\n5\n4\ntrue\nhellohello")
