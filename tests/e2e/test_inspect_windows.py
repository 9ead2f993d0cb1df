# SPDX-License-Identifier: LGPL-3.0-or-later
"""Inspection of Windows guests: drive letters, programs, and damaged registries."""

import os
import random

import guests
import windows
from test_inspect import Inspect
from windows import DISK_ID, GUID, HIVE, UNINSTALL, UNINSTALL_32, by_guid, by_place, software, system

ROOT = "/Windows/System32/config/"
START = 1 << 20


class Windows(Inspect):
    def setUp(self):
        super().setUp()
        self.needs_program("hivexsh")

    def guest(self, files=None, name="win10"):
        return {**windows.GUESTS[name][0], **(files or {})}

    def partitioned(self, name, files, table):
        """A disk with the files on its first partition, which begins at START."""
        part = self.disk(name + ".part", files)
        disk = self.file(name)
        os.truncate(disk, 8 << 20)
        self.tool("sfdisk", "-q", disk, stdin=table)
        self.tool("dd", "status=none", "conv=notrunc", f"if={part}", f"of={disk}", "bs=1M", "seek=1")
        os.unlink(part)
        return disk


class Drives(Windows):
    def test_mappings(self):
        drives = {"C:": by_place(START), "D:": by_guid(), "E:": by_place(START, disk_id=DISK_ID + 1),
                  "F:": by_guid("00000000-0000-4000-8000-000000000000"), "G:": b"", "HH:": by_guid(),
                  "I:": by_place(START + 512)}
        mbr = self.partitioned("mbr", self.guest({ROOT + "SYSTEM": system("X", drives)}),
                               f"label: dos\nlabel-id: {DISK_ID:#x}\nstart=2048, size=8192, type=7\n")
        gpt = self.partitioned("gpt", {"/data": ""}, f"label: gpt\nstart=2048, size=8192, uuid={GUID}\n")
        answers = self.ask([mbr, gpt], "/dev/sda1", "drive-mappings", "mountpoints")
        self.assertEqual(answers["drive-mappings"].splitlines(), ["C: /dev/sda1", "D: /dev/sdb1"])
        self.assertEqual(answers["mountpoints"], "/: /dev/sda1")

    def test_letter_path(self):
        """guestfish's win: path finds the folder behind the letter."""
        self.needs_program("guestfish")
        drives = {"C:": by_place(START)}
        files = self.guest({ROOT + "SYSTEM": system("X", drives), "/Users/Ann/Notes.TXT": "hello\n"})
        disk = self.partitioned("mbr", files, f"label: dos\nlabel-id: {DISK_ID:#x}\nstart=2048, size=8192, type=7\n")
        r = self.foreign("guestfish", "--ro", "-i", "-a", disk, "cat", "win:c:\\users\\ann\\notes.txt")
        self.assertEqual((r.status, r.out), (0, "hello\n\n"), str(r))


class Programs(Windows):
    KEYS = {
        UNINSTALL + r"\{0815}": {"DisplayName": "Väter & Söhne", "DisplayVersion": "1.2.3", "Publisher": "Nobody",
                                 "InstallLocation": r"C:\Program Files\V", "URLInfoAbout": "http://example.org/",
                                 "Comments": "a remark"},
        UNINSTALL + r"\KB123": {"ParentKeyName": "OperatingSystem"},
        UNINSTALL_32 + r"\Small": {"DisplayName": "Small Program"},
    }

    def test_uninstall(self):
        soft = software("Windows 10 Pro", "6.3", "19045", "Client", ten=True, more=self.KEYS)
        disk = self.disk("a", self.guest({ROOT + "SOFTWARE": soft}))
        self.assertEqual(self.apps_of(disk), {
            "{0815}": {"display_name": "Väter & Söhne", "version": "1.2.3", "publisher": "Nobody",
                       "install_path": r"C:\Program Files\V", "url": "http://example.org/", "description": "a remark"},
            "Small": {"display_name": "Small Program"}})

    def test_broken(self):
        disk = self.disk("a", self.guest({ROOT + "SOFTWARE": b"regf" + bytes(5000)}))
        r = self.gk_fails("shell", "--ro", "-a", disk, stdin="run\ninspect-os\nmount-ro /dev/sda /\n"
                          "-inspect-list-applications2 /dev/sda\nls /\ninspect-list-applications2 /dev/sda\n",
                          match="/Windows/System32/config/SOFTWARE: not a sound registry hive")
        self.assertIn("Windows\n", r.out)


class Damaged(Windows):
    """A system with a damaged registry is a Windows all the same, of which less is known."""

    def look(self, hives):
        """What is told of each guest whose two hives are these bytes."""
        lines = ["inspect-os"]
        disks = []
        for i, data in enumerate(hives):
            disks.append(self.disk(f"d{i}", self.guest({ROOT + "SOFTWARE": data, ROOT + "SYSTEM": data})))
            device = f"/dev/sd{chr(97 + i)}"
            lines += [f"inspect-get-type {device}", f"inspect-get-hostname {device}",
                      f"inspect-get-product-name {device}", f"-inspect-get-drive-mappings {device}",
                      f"mount-ro {device} /", f"-inspect-list-applications2 {device}", "umount /"]
        out = self.session(disks, *lines, "echo usable").out.splitlines()
        self.assertEqual(out[:len(hives)], [f"/dev/sd{chr(97 + i)}" for i in range(len(hives))])
        self.assertEqual(out.count("windows"), len(hives))
        self.assertEqual(out[-1], "usable")
        for disk in disks:
            os.unlink(disk)
        return out[len(hives):-1]

    def sound(self):
        keys = {**software("Windows 10 Pro", "6.3", "19045", "Client", ten=True, more=Programs.KEYS),
                **system("TEN", {"C:": by_guid()})}
        return bytearray(HIVE(keys).content())

    def test_sound(self):
        """What the others are made of is read whole."""
        out = self.look([bytes(self.sound())])
        self.assertEqual(out[:3], ["windows", "TEN", "Windows 10 Pro"])
        self.assertIn("  app2_name: Small", out)

    def test_truncated(self):
        hive = bytes(self.sound())
        out = self.look([hive[:n] for n in (0, 1, 4, 512, 4095, 4096, 4100, 4096 + 32, 4096 + 100, 5000, len(hive) - 1)])
        self.assertEqual(set(out), {"windows", "unknown"})

    def test_loops(self):
        """Lists of keys and values that hold what holds them."""
        hive = self.sound()
        variants = []
        root = 0x20
        for i in range(0x1020, len(hive) - 4):
            kind = hive[i:i + 2]
            if kind not in (b"lf", b"lh", b"li", b"ri") or i % 8 != 4:
                continue
            for target, name in ((root, None), (i - 4 - 0x1000, None), (i - 4 - 0x1000, b"ri")):
                copy = bytearray(hive)
                copy[i + 4:i + 8] = target.to_bytes(4, "little")
                if name:
                    copy[i:i + 2] = name
                variants.append(bytes(copy))
        self.assertGreater(len(variants), 20)
        random.seed(4)
        for at in range(0, 40, 20):
            self.look(random.sample(variants, min(20, len(variants))))

    def test_flipped(self):
        random.seed(5)
        hive = self.sound()
        broken = []
        for i in range(20):
            copy = bytearray(hive)
            for _ in range(1 + i * 2):
                copy[random.randrange(0x1000, len(copy))] = random.choice((0, 1, 0x7f, 0x80, 0xff))
            broken.append(bytes(copy))
        self.look(broken)

    def test_not_files(self):
        """A hive that is a folder, a link in a circle, a FIFO."""
        for content in (guests.DIR, guests.LINK("SOFTWARE"), guests.LINK("/proc/self/mem")):
            disk = self.disk("a", self.guest({ROOT + "SOFTWARE": content}))
            self.assertEqual(self.session([disk], "inspect-os", "inspect-get-product-name /dev/sda").out,
                             "/dev/sda\nunknown\n")
        disk = self.disk("a", self.guest({ROOT + "SOFTWARE": None}))
        self.mknod(disk, ROOT + "SOFTWARE", "p")
        self.assertEqual(self.session([disk], "inspect-os", "inspect-get-product-name /dev/sda").out,
                         "/dev/sda\nunknown\n")
