# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit partition --apply: a table becomes what a file says, as others see it, and nothing of value is lost on the way."""

import json
import os
import random
import re

from harness import Case

MIB = 1 << 20
GUID = "01234567-89AB-CDEF-0123-456789ABCDEF"


class WithLayouts(Case):
    def layout(self, table, *partitions, **more):
        return self.file("layout.json", json.dumps({"table": table, "partitions": list(partitions), **more}))

    def apply(self, disk, layout, *options, **kwargs):
        return self.gk("partition", "--format", "raw", "--apply", layout, *options, disk, **kwargs)

    def refused(self, disk, layout, match, *options, **kwargs):
        before = self.checksum(disk)
        r = self.gk_fails("partition", "--format", "raw", "--apply", layout, *options, disk, match=match, **kwargs)
        self.assertEqual(before, self.checksum(disk), str(r))
        return r

    def show(self, disk, *options):
        table, = self.gk("partition", "--json", "--format", "raw", *options, disk).json()
        return table

    def shell(self, disk, *lines):
        return self.gk("shell", "--format", "raw", "-a", disk, stdin="\n".join(("run",) + lines) + "\n", timeout=120).out

    def actions(self, r):
        return [" ".join(line.split()[:2]) for line in r.out.splitlines() if re.match(r" +\d", line)]

    def check(self, disk, gpt=True):
        if gpt:
            self.assertIn("No problems found", self.tool("sgdisk", "-v", disk).out)
        self.assertIn("No errors detected", self.tool("sfdisk", "--verify", disk).out)

    def places(self, disk):
        """As sfdisk sees them: number -> (start, size) in MiB."""
        table = json.loads(self.tool("sfdisk", "--json", disk).out)["partitiontable"]
        unit = MIB // table.get("sectorsize", 512)
        return {int(p["node"].removeprefix(disk)): (p["start"] / unit, p["size"] / unit) for p in table.get("partitions", [])}


class Apply(WithLayouts):
    def test_gpt(self):
        disk = self.disk()
        layout = self.layout("gpt", {"size": "10MiB", "type": "efi", "name": "esp"},
                             {"size": "20%", "name": "grün", "guid": GUID.lower(), "attributes": "0x8000000000000004"},
                             {"number": 7, "size": "rest", "type": "lvm"}, guid=GUID)
        before = self.checksum(disk)
        plan = self.apply(disk, layout, "--dry-run")
        self.assertEqual(before, self.checksum(disk))
        r = self.apply(disk, layout)
        self.assertEqual((r.out, self.actions(r)), (plan.out, ["1 add", "2 add", "7 add"]))
        self.check(disk)
        self.assertEqual(self.places(disk), {1: (1, 10), 2: (11, 12), 7: (23, 40)})
        said = self.tool("sgdisk", "-i", "2", disk).out
        for words in (f"unique GUID: {GUID}", "flags: 8000000000000004", "name: 'grün'"):
            self.assertIn(words, said)
        self.assertIn(f"Disk identifier (GUID): {GUID}", self.tool("sgdisk", "-p", disk).out)
        # What is as it shall be is not written again, and what is shown is a layout.
        after = self.checksum(disk)
        self.assertEqual(self.actions(self.apply(disk, layout)), ["1 keep", "2 keep", "7 keep"])
        shown = self.file("shown.json", self.gk("partition", "--json", "--format", "raw", disk).raw)
        self.assertIn("nothing to change", self.apply(disk, shown).out)
        self.assertEqual(after, self.checksum(disk))
        other = self.disk(name="other.raw")
        self.apply(other, "-", stdin=self.read(shown))
        self.assertEqual(self.show(other), self.show(disk))

    def test_mbr_with_logical_partitions(self):
        disk = self.disk()
        layout = self.layout("mbr", {"size": "10MiB", "bootable": True}, {"type": "extended"}, {"size": "5MiB", "type": "swap"},
                             {"size": "5MiB"}, {})
        self.apply(disk, layout)
        self.check(disk, gpt=False)
        self.assertEqual(self.places(disk), {1: (1, 10), 2: (11, 53), 5: (12, 5), 6: (18, 5), 7: (24, 40)})
        self.assertEqual([(p["type"], p["bootable"]) for p in self.show(disk)["partitions"]][:3],
                         [("0x83", True), ("0x0f", False), ("0x82", False)])
        after = self.checksum(disk)
        self.assertIn("nothing to change", self.apply(disk, layout).out)
        self.assertEqual(after, self.checksum(disk))
        # One in the middle goes: those behind it get other numbers and stay where they are.
        self.shell(disk, "mkfs ext4 /dev/sda7 label:last")
        shown = self.show(disk)
        fewer = [p for p in shown["partitions"] if p["number"] != 6]
        fewer[-1]["number"] = 6
        r = self.apply(disk, self.layout("mbr", *fewer))
        self.assertEqual(self.actions(r), ["1 keep", "2 keep", "5 keep", "6 move", "7 remove"])
        self.assertEqual(self.places(disk), {1: (1, 10), 2: (11, 53), 5: (12, 5), 6: (24, 40)})
        self.check(disk, gpt=False)
        self.assertEqual(self.shell(disk, "vfs-label /dev/sda6", "e2fsck /dev/sda6"), "last\n")

    def test_mbr_id(self):
        disk = self.disk()
        parts = ({"size": "10MiB"}, {"type": "extended"}, {"size": "5MiB"})
        self.apply(disk, self.layout("mbr", *parts, id="0xAB"))
        self.assertEqual(self.tool("sfdisk", "--disk-id", disk).out, "0x000000ab\n")
        self.assertEqual(self.show(disk)["id"], "0x000000ab")
        self.assertIn(" msdos 0x000000ab\n", self.gk("partition", "--format", "raw", disk).out)
        self.assertIn("nothing to change", self.apply(disk, self.layout("mbr", *parts, id="0x000000AB")).out)
        self.assertIn("nothing to change", self.apply(disk, self.layout("mbr", *parts)).out)
        # It alone is a change, of which a dry run writes nothing; and it comes with what is shown.
        before, layout = self.checksum(disk), self.layout("mbr", *parts, id="0xfedcba98")
        plan = self.apply(disk, layout, "--dry-run")
        self.assertEqual(self.checksum(disk), before)
        self.assertEqual(self.apply(disk, layout).out, plan.out)
        self.assertEqual(self.tool("sfdisk", "--disk-id", disk).out, "0xfedcba98\n")
        self.check(disk, gpt=False)
        other = self.disk(name="other.raw")
        self.apply(other, self.file("shown.json", self.gk("partition", "--json", "--format", "raw", disk).raw))
        self.assertEqual(self.show(other), self.show(disk))
        self.refused(disk, self.layout("mbr", *parts, id="0x1ffffffff"), "is not four bytes")
        self.refused(disk, self.layout("gpt", id="0x1"), "only an MBR has one")

    def test_what_is_not_said_stays(self):
        disk = self.disk()
        self.apply(disk, self.layout("gpt", {"size": "10MiB", "name": "one", "guid": GUID, "attributes": 4, "type": "swap"}))
        was = self.show(disk)["partitions"][0]
        r = self.apply(disk, self.layout("gpt", {"size": "20MiB", "name": "two"}))
        self.assertEqual(self.actions(r), ["1 grow"])
        now = self.show(disk)["partitions"][0]
        self.assertEqual(now, {**was, "name": "two", "size": 20 * MIB, "end": 21 * MIB - 1})
        r = self.apply(disk, self.layout("gpt", {"size": "20MiB", "type": "linux", "attributes": 0}))
        self.assertEqual(self.actions(r), ["1 change"])
        self.assertIn("(type, attributes)", r.out)
        self.assertEqual((self.show(disk)["partitions"][0]["name"], self.show(disk)["partitions"][0]["guid"]), ("two", GUID))
        self.check(disk)

    def test_content_is_not_lost(self):
        disk = self.disk()
        self.apply(disk, self.layout("gpt", {"size": "20MiB"}, {"size": "20MiB"}))
        self.shell(disk, "mkfs ext4 /dev/sda1 label:kept", "mkswap /dev/sda2", "mount /dev/sda1 /", "write /f kept")
        one, two = {"start": "1MiB", "size": "20MiB"}, {"number": 2, "start": "21MiB", "size": "20MiB"}
        for partitions, lost in (((two,), "ext4 of partition 1"), ((one,), "swap of partition 2"), ((), "ext4.*; swap"),
                                 (({**one, "start": "2MiB", "size": "19MiB"}, two), "ext4 of partition 1"),
                                 (({**one, "size": "19MiB"}, two), "ext4 of partition 1"),
                                 ((one, {**two, "size": "1MiB"}), "swap of partition 2")):
            with self.subTest(lost):
                layout = self.layout("gpt", *partitions)
                self.refused(disk, layout, lost + ".*--force")
                self.assertIn("(would be lost)", self.apply(disk, layout, "--dry-run").out)
        # Room behind it that the filesystem does not use may go; other numbers and tables lose nothing.
        self.apply(disk, self.layout("gpt", {"size": "40MiB"}), "--force")
        self.apply(disk, self.layout("gpt", {"size": "20MiB"}))
        self.apply(disk, self.layout("mbr", {"number": 3, **one}))
        self.assertEqual((self.show(disk)["table"], self.places(disk)), ("msdos", {3: (1, 20)}))
        self.apply(disk, self.layout("gpt", {"number": 2, **one}))
        self.assertEqual(self.shell(disk, "e2fsck /dev/sda2", "mount /dev/sda2 /", "cat /f"), "kept\n")
        self.check(disk)
        self.refused(disk, self.layout("mbr"), "ext4 of partition 2")
        self.apply(disk, self.layout("mbr"), "--force")
        self.assertEqual(self.show(disk)["partitions"], [])

    def test_a_disk_without_a_table(self):
        disk = self.disk()
        self.shell(disk, "mkfs ext4 /dev/sda")
        self.refused(disk, self.layout("gpt"), "ext4, which is of the whole disk")
        self.apply(disk, self.layout("gpt"), "--force")
        self.check(disk)
        self.refused(disk, self.layout(None), "'guestkit wipe'")
        empty = self.disk(name="empty.raw")
        self.assertIn("nothing to change", self.apply(empty, self.layout(None)).out)
        self.assertEqual(os.stat(empty).st_blocks, 0)

    def test_a_disk_that_grew(self):
        disk = self.disk()
        self.apply(disk, self.layout("gpt", {"size": "rest"}))
        self.disk(100 * MIB)
        r = self.apply(disk, self.layout("gpt", {"size": "rest"}))
        self.assertEqual((self.actions(r), self.places(disk)), (["1 grow"], {1: (1, 98)}))
        self.check(disk)

    def test_sectors_of_4_kib(self):
        disk = self.disk()
        layout = self.layout("gpt", {"size": "50%"}, {"size": "50%"})
        self.apply(disk, layout, "--blocksize", "4096")
        shown = self.show(disk, "--blocksize", "4096")
        self.assertEqual([(p["start"], p["size"]) for p in shown["partitions"]], [(MIB, 31 * MIB), (32 * MIB, 31 * MIB)])
        # Whoever opens it with sectors of another size does not see it: it is not taken for an empty disk.
        r = self.gk_any("partition", "--format", "raw", "--apply", self.layout("mbr"), disk)
        self.assertEqual(r.status, 1, str(r))
        self.assertIn("a GPT that cannot be read", r.err)
        self.assertEqual(self.show(disk, "--blocksize", "4096"), shown)

    def test_several_disks(self):
        one, two = self.disk(name="one.raw"), self.disk(name="two.raw")
        tables = [{"device": "/dev/vdb", "table": "gpt", "partitions": [{}]},
                  {"device": "/dev/sda", "table": "mbr", "partitions": [{"size": "1MiB"}]}]
        layout = self.file("l.json", json.dumps(tables))
        images = ("--format", "raw", "-a", one, "-a", two)
        self.gk_fails("partition", *images, "--apply", self.layout("gpt"), match="needs its \"device\"")
        twice = self.file("twice.json", json.dumps(tables + tables))
        self.gk_fails("partition", *images, "--apply", twice, match="two tables for /dev/sdb")
        done = self.gk("partition", *images, "--json", "--apply", layout).json()
        self.assertEqual([(t["device"], t["changes"], len(t["partitions"])) for t in done],
                         [("/dev/sdb", True, 1), ("/dev/sda", True, 1)])
        self.assertEqual((self.show(one)["table"], self.show(two)["table"]), ("msdos", "gpt"))
        # One that is refused: none of the images changes.
        self.shell(two, "mkfs ext4 /dev/sda1")
        tables[0]["partitions"] = []
        tables[1]["partitions"] = []
        sums = self.checksum(one), self.checksum(two)
        self.gk_fails("partition", *images, "--apply", self.file("l.json", json.dumps(tables[::-1])), match="ext4 of partition 1")
        self.assertEqual((self.checksum(one), self.checksum(two)), sums)

    def test_qcow2_and_backup(self):
        image = self.image()
        shown = self.gk("partition", "--json", image).json()
        shown[0]["partitions"].append({"number": 9, "start": 62 * MIB - 512, "size": 512})
        self.gk_fails("partition", image, "--apply", self.file("l.json", json.dumps(shown)), match="not within")
        shown[0]["partitions"][-1] = {"number": 9, "start": 61 * MIB, "size": 512}
        shown[0]["partitions"][2]["name"] = "paging"
        layout = self.file("l.json", json.dumps(shown[0]))
        before = self.gk("partition", "--json", image).json()
        r = self.gk_any("partition", image, "--backup", "before", "--apply", layout)
        self.assertEqual(r.status, 0, str(r))
        self.assertIn("before", self.tool("qemu-img", "snapshot", "-l", image).out)
        self.assertEqual(self.gk("partition", "--json", image).json()[0]["partitions"][2]["name"], "paging")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "small-guest\n")
        self.tool("qemu-img", "snapshot", "-a", "before", image)
        self.assertEqual(self.gk("partition", "--json", image).json(), before)

    def test_any_order_of_layouts(self):
        """From each table to the next, whatever that is: others find nothing to complain of, and a second time nothing is to do."""
        rng = random.Random(7)
        disk = self.disk()
        for n in range(int(os.environ.get("GUESTKIT_LAYOUTS", "8"))):
            gpt = rng.random() < 0.4
            slots = rng.sample(range(1, 63), 2 * rng.randrange(0, 6 if gpt else 4))
            pairs = [sorted(slots[i:i + 2]) for i in range(0, len(slots), 2)]
            parts, taken = [], []
            for a, b in sorted(pairs):
                if not any(a < y and b > x for x, y in taken):
                    taken.append((a, b))
                    parts.append({"start": f"{a}MiB", "size": f"{b - a}MiB"})
            numbers = rng.sample(range(1, 8 if gpt else 5), len(parts))
            for part, number in zip(parts, numbers):
                part["number"] = number
            if not gpt and parts and rng.random() < 0.7:
                i = rng.randrange(len(parts))
                parts[i]["type"] = "extended"
                a, b = taken[i]
                # Places within it, each behind a MiB that is free.
                at, number = a + 1, 5
                while at < b and rng.random() < 0.8:
                    size = rng.randrange(1, b - at + 1)
                    if rng.random() < 0.8:
                        parts.append({"number": number, "start": f"{at}MiB", "size": f"{size}MiB"})
                        number += 1
                    at += size + 1
            layout = self.layout("gpt" if gpt else "mbr", *parts)
            with self.subTest(n=n, layout=self.read(layout)):
                # Where a logical partition was described there is something like a table.
                self.apply(disk, layout, "--in-place", "--force")
                self.assertEqual(self.places(disk), {p["number"]: (int(p["start"][:-3]), int(p["size"][:-3])) for p in parts})
                self.check(disk, gpt)
                after = self.checksum(disk)
                shown = self.file("shown.json", self.gk("partition", "--json", "--format", "raw", disk).raw)
                self.assertIn("nothing to change", self.apply(disk, shown, "--in-place").out)
                self.assertEqual(self.checksum(disk), after)

    def test_usage(self):
        disk = self.disk()
        layout = self.layout("gpt")
        for args in (["--dry-run"], ["--force"], ["--commit"], ["--apply", layout, "--ro"], ["--apply", layout, "x"]):
            self.gk_fails("partition", "--format", "raw", *args, disk, status=2 if "x" not in args else 1)
        self.refused(disk, self.file("bad.json", "{nonsense"), "is no JSON")
        self.refused(disk, self.path("nothing.json"), "No such file")
        self.refused(disk, self.layout("gpt", {"sise": "1MiB"}), "partition 1 of the list: sise: there is no such key")
        self.refused(disk, self.layout("gpt", {"size": "1MiB"}, device="/dev/sdz"), "not a disk")
        self.refused(disk, self.layout("gpt", device="/dev/sda1"), "not a disk")


class OnVolumes(WithLayouts):
    def test_what_volumes_stand_on(self):
        launcher = self.stacking()
        disk = self.disk(128 * MIB)
        self.apply(disk, self.layout("gpt", {"size": "20MiB"}, {"size": "20MiB"}), "--launcher", launcher)
        self.gk("shell", "--launcher", launcher, "--format", "raw", "-a", disk, timeout=120, stdin="run\npvcreate /dev/sda2\n"
                "vgcreate vg /dev/sda2\nlvcreate lv vg 8\nmkfs ext4 /dev/vg/lv\n")
        self.refused(disk, self.layout("gpt", {"size": "20MiB"}), "LVM2_member of partition 2", "--launcher", launcher)
        # With active volumes on it, too, it may become larger.
        r = self.apply(disk, self.layout("gpt", {"size": "20MiB"}, {}), "--launcher", launcher)
        self.assertEqual(self.actions(r), ["1 keep", "2 grow"])
        r = self.gk("shell", "--launcher", launcher, "--format", "raw", "-a", disk, timeout=120,
                    stdin="run\npvresize /dev/sda2\nvgs\nvfs-type /dev/vg/lv\nblockdev-getsize64 /dev/sda2\n")
        self.assertEqual(r.out, f"vg\next4\n{106 * MIB}\n")
        self.check(disk)
