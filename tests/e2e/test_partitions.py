# SPDX-License-Identifier: LGPL-3.0-or-later
"""Partition tables that were changed, in the eyes of others: sgdisk and sfdisk find nothing to complain of."""

import os
import random
import uuid

from harness import Case

MIB = 1 << 20
# Of random changes, each of a table of its own.  GUESTKIT_SEQUENCES=500 takes a few minutes.
SEQUENCES = int(os.environ.get("GUESTKIT_SEQUENCES", "4"))


class Disk(Case):
    def disk(self, size):
        path = self.path("d.raw")
        with open(path, "ab") as f:
            f.truncate(size)
        return path

    def shell(self, disk, *lines):
        return self.gk("shell", "--format", "raw", "-a", disk, stdin="\n".join(("run",) + lines) + "\n", timeout=120)

    def check(self, disk, gpt=True):
        if gpt:
            said = self.tool("sgdisk", "-v", disk).out
            self.assertIn("No problems found", said)
        self.assertIn("No errors detected", self.tool("sfdisk", "--verify", disk).out)


class Tables(Disk):
    def test_a_disk_that_grew(self):
        disk = self.disk(64 * MIB)
        self.shell(disk, "part-disk /dev/sda gpt", "mkfs ext4 /dev/sda1", "mount /dev/sda1 /", "write /f kept")
        self.disk(100 * MIB)
        r = self.shell(disk, "part-expand-gpt /dev/sda", "part-resize /dev/sda 1 -34", "resize2fs /dev/sda1",
                       "mount /dev/sda1 /", "cat /f", "blockdev-getsz /dev/sda1")
        self.assertEqual(r.out, f"kept\n{100 * MIB // 512 - 34 - 128 + 1}\n")
        self.check(disk)

    def test_any_order_of_changes(self):
        """Against a model of what is where: whatever is refused changes nothing, and the rest is there."""
        rng = random.Random(5)
        for kind in ("gpt", "mbr"):
            disk = self.disk(64 * MIB)
            parts, lines, last = {}, [f"part-init /dev/sda {kind}"], 64 * MIB // 512 - 1 - (33 if kind == "gpt" else 0)
            for _ in range(60):
                what = rng.choice(("add", "add", "resize", "del"))
                start = 2048 * rng.randrange(1, 62)
                end = min(start + 2048 * rng.randrange(1, 12) - 1, last + rng.choice((0, 1)))
                num = rng.randrange(1, 6)
                if what == "add":
                    lines.append(f"-part-add /dev/sda p {start} {end}")
                    slots = [n for n in range(1, 129 if kind == "gpt" else 5) if n not in parts]
                    if slots and end <= last and not any(start <= e and end >= s for s, e in parts.values()):
                        parts[slots[0]] = (start, end)
                elif what == "resize":
                    lines.append(f"-part-resize /dev/sda {num} {end}")
                    others = [p for n, p in parts.items() if n != num]
                    if num in parts and parts[num][0] <= end <= last and \
                            not any(parts[num][0] <= e and end >= s for s, e in others):
                        parts[num] = (parts[num][0], end)
                else:
                    lines.append(f"-part-del /dev/sda {num}")
                    parts.pop(num, None)
            r = self.shell(disk, *lines, "part-list /dev/sda | grep -E 'num|start|end'", "list-partitions")
            want = "".join(f"  part_num: {n}\n  part_start: {s * 512}\n  part_end: {e * 512 + 511}\n"
                           for n, (s, e) in sorted(parts.items(), key=lambda item: item[1]))
            want += "".join(f"/dev/sda{n}\n" for n in sorted(parts))
            self.assertEqual(r.out, want, str(r))
            self.check(disk, kind == "gpt")


class Model:
    """What a table holds, as the calls describe it: of each number the sectors, and what was set."""

    def __init__(self, rng, kind, sector):
        self.rng, self.kind, self.sector = rng, kind, sector
        self.size = 64 * MIB
        self.parts = {}
        self.lines = []
        self.begin()

    def begin(self):
        self.parts, self.guid = {}, None
        self.bound()
        self.lines.append(f"part-init /dev/sda {self.kind}")

    def bound(self):
        self.last = self.size // self.sector - 1 - ((33 if self.sector == 512 else 5) if self.kind == "gpt" else 0)

    def grow(self, size):
        """The disk did, before this session; of a GPT the second copy has to follow."""
        self.size = size
        self.lines = [f"{'-' if self.kind == 'mbr' else ''}part-expand-gpt /dev/sda"]
        self.bound()

    def free(self, start, end, but=None):
        return end <= self.last and start <= end and not any(start <= p["end"] and end >= p["start"] for n, p in self.parts.items() if n != but)

    def add(self):
        start = MIB // self.sector * self.rng.randrange(1, self.size // MIB - 2)
        end = start + MIB // self.sector * self.rng.randrange(1, 12) - 1
        self.lines.append(f"-part-add /dev/sda p {start} {end}")
        slots = [n for n in range(1, 129 if self.kind == "gpt" else 5) if n not in self.parts]
        if slots and self.free(start, end):
            self.parts[slots[0]] = {"start": start, "end": end}

    def resize(self):
        num, end = self.rng.randrange(1, 6), MIB // self.sector * self.rng.randrange(1, self.size // MIB) - 1
        self.lines.append(f"-part-resize /dev/sda {num} {end}")
        if num in self.parts and self.free(self.parts[num]["start"], end, num):
            self.parts[num]["end"] = end

    def delete(self):
        num = self.rng.randrange(1, 6)
        self.lines.append(f"-part-del /dev/sda {num}")
        self.parts.pop(num, None)

    def set(self):
        """A property of a partition, which there may not be."""
        num = self.rng.randrange(1, 6)
        if self.kind == "gpt":
            call, key, value = self.rng.choice((
                ("name", "name", "n" * self.rng.randrange(1, 37)),
                ("gpt-type", "type", str(uuid.UUID(int=self.rng.getrandbits(128), version=4)).upper()),
                ("gpt-guid", "guid", str(uuid.UUID(int=self.rng.getrandbits(128), version=4)).upper()),
                ("gpt-attributes", "attributes", self.rng.choice((0, 1, 4)))))
        else:
            call, key, value = self.rng.choice((("mbr-id", "id", self.rng.choice((0x7, 0x82, 0x83, 0x8e))),
                                                ("bootable", "bootable", self.rng.choice(("true", "false")))))
        self.lines.append(f"-part-set-{call} /dev/sda {num} {value}")
        if num in self.parts:
            if (key, value) == ("bootable", "true"):
                for other in self.parts.values():       # as parted has it, there is one
                    other[key] = "false"
            self.parts[num][key] = str(value)

    def disk(self):
        """What is of the whole table; an MBR has none of it, and stays as it is."""
        what = self.rng.choice(("guid", "guid-random", "expand"))
        guid = str(uuid.UUID(int=self.rng.getrandbits(128), version=4)).upper()
        self.lines.append({"guid": f"-part-set-disk-guid /dev/sda {guid}", "guid-random": "-part-set-disk-guid-random /dev/sda",
                           "expand": "-part-expand-gpt /dev/sda"}[what])
        if self.kind == "gpt" and what != "expand":
            self.guid = guid if what == "guid" else None

    def step(self):
        self.rng.choice((self.add, self.add, self.add, self.resize, self.delete, self.set, self.set, self.disk))()
        if self.rng.random() < 0.01:
            self.begin()

    def asks(self):
        """Lines that ask for all of it, and what they have to print."""
        lines, want = ["part-list /dev/sda | grep -E 'num|start|end'"], ""
        for n, p in sorted(self.parts.items(), key=lambda item: item[1]["start"]):
            want += f"  part_num: {n}\n  part_start: {p['start'] * self.sector}\n  part_end: {(p['end'] + 1) * self.sector - 1}\n"
        calls = {"name": "part-get-name", "type": "part-get-gpt-type", "guid": "part-get-gpt-guid", "attributes": "part-get-gpt-attributes",
                 "bootable": "part-get-bootable"}
        for n, p in self.parts.items():
            for key, call in calls.items():
                if key in p:
                    lines.append(f"{call} /dev/sda {n}")
                    want += p[key] + "\n"
            if "id" in p:
                lines.append(f"part-get-mbr-id /dev/sda {n}")
                want += f"0x{int(p['id']):x}\n"
        if self.guid:
            lines.append("part-get-disk-guid /dev/sda")
            want += self.guid + "\n"
        return lines, want


class Sequences(Disk):
    """Random changes of tables of both kinds and of sectors of both sizes, against the model."""

    def compare(self, disk, model, seed):
        asks, want = model.asks()
        lines = "\n".join((f"add-drive {disk} format:raw blocksize:{model.sector}", "run", *model.lines, *asks)) + "\n"
        r = self.gk("shell", stdin=lines, timeout=120)
        self.assertEqual(r.out, want, f"seed {seed}\n{lines}\n{r}")
        if model.sector == 512:
            self.check(disk, model.kind == "gpt")
        else:
            # Of an image's sectors they know by a device that has them.
            loop = self.tool("losetup", "--find", "--show", "--sector-size", "4096", disk).out.strip()
            try:
                self.check(loop, model.kind == "gpt")
            finally:
                self.tool("losetup", "-d", loop)
        return len(model.parts)

    def test_random(self):
        made = 0
        for seed in range(SEQUENCES):
            kind, sector = ("gpt", "mbr")[seed % 2], (512, 4096)[seed // 2 % 2]
            disk = self.disk(64 * MIB)
            model = Model(random.Random(seed), kind, sector)
            for steps in (25, 15):
                for _ in range(steps):
                    model.step()
                made += self.compare(disk, model, seed)
                self.disk(80 * MIB)
                model.grow(80 * MIB)
            os.unlink(disk)
        self.assertGreater(made, SEQUENCES)
