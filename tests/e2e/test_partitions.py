# SPDX-License-Identifier: LGPL-3.0-or-later
"""Partition tables that were changed, in the eyes of others: sgdisk and sfdisk find nothing to complain of."""

import random

from harness import Case

MIB = 1 << 20


class Tables(Case):
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
