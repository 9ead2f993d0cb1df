# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit fsck: what it finds, what it repairs, and that it writes nothing before it is asked to."""

import json
import unittest

from harness import Case

MIB = 1 << 20
KINDS = (("ext4", 20), ("xfs", 320), ("btrfs", 120), ("vfat", 20), ("ntfs", 20))
RARE = ("jfs", "reiserfs", "exfat", "f2fs", "minix")


class Fsck(Case):
    def disk(self):
        """One partition for each kind, at known places; the files are on the first."""
        path = self.file("d.raw")
        with open(path, "ab") as f:
            f.truncate(520 * MIB)
        parts, self.at, start = [], {}, 1
        for kind, size in KINDS:
            parts.append({"start": f"{start}MiB", "size": f"{size}MiB", "name": kind})
            self.at[kind] = start * MIB
            start += size
        layout = json.dumps({"table": "gpt", "partitions": [*parts, {"type": "swap"}]})
        self.gk("partition", "--format", "raw", "--in-place", "--apply", "-", path, stdin=layout)
        self.shell(path, *(f"mkfs {kind} /dev/sda{n}" for n, (kind, _) in enumerate(KINDS, 1)), "mkswap /dev/sda6",
                   "mount /dev/sda1 /", "mkdir /d", "write /d/f kept")
        return path

    def shell(self, disk, *lines):
        return self.gk("shell", "--format", "raw", "-a", disk, stdin="\n".join(("run",) + lines) + "\n", timeout=120).out

    def fsck(self, status, disk, *args):
        r = self.gk_any("fsck", "--format", "raw", *args, disk, timeout=120)
        self.assertEqual(r.status, status, str(r))
        return r

    def results(self, r):
        return [line.rsplit(": ", 1) for line in r.out.splitlines() if line.startswith("/dev/")]

    def damage(self, disk, kind, offset, data):
        with open(disk, "r+b") as f:
            f.seek(self.at[kind] + offset)
            f.write(data)

    def test_all_of_them(self):
        disk = self.disk()
        sound = self.checksum(disk)
        self.assertEqual(self.fsck(0, disk).out, "".join(f"/dev/sda{n}: {kind}: clean\n" for n, (kind, _) in enumerate(KINDS, 1)))
        self.assertEqual(self.checksum(disk), sound)
        # Free blocks of ext4, a header of xfs, the number of fats: what a check finds.
        self.damage(disk, "ext4", 1024 + 12, bytes(4))
        self.damage(disk, "xfs", 512, b"XXXX")
        self.damage(disk, "vfat", 512 * 4 + 8, b"\x55\x55\x55\x55")
        broken = self.checksum(disk)
        found = json.loads(self.fsck(4, disk, "--json").out)
        self.assertEqual([(f["type"], f["result"], f["status"]) for f in found],
                         [("ext4", "faults", 4), ("xfs", "faults", 4), ("btrfs", "clean", 0), ("vfat", "faults", 4),
                          ("ntfs", "clean", 0)])
        self.assertIn("bad magic # 0x58585858", found[1]["output"])
        r = self.fsck(1, disk, "--repair", "--dry-run")
        self.assertEqual([result for _, result in self.results(r)], ["repaired", "repaired", "clean", "repaired", "clean"])
        self.assertEqual(self.checksum(disk), broken)
        self.fsck(1, disk, "--repair", "--backup", "before")
        self.fsck(0, disk)
        self.assertEqual(self.shell(disk, "mount /dev/sda1 /", "cat /d/f"), "kept\n")
        # What it was is still there.
        r = self.gk_any("fsck", disk + ".before.qcow2", "/dev/sda1", "/dev/sda3")
        self.assertEqual((r.status, [result for _, result in self.results(r)]), (4, ["faults", "clean"]), str(r))

    def test_what_cannot_be_repaired(self):
        disk = self.disk()
        self.damage(disk, "ext4", 1024 + 12, bytes(4))
        self.damage(disk, "btrfs", MIB, b"\xff" * 60 * MIB)     # all between its superblocks
        before = self.checksum(disk)
        r = self.fsck(4, disk, "--repair")
        self.assertEqual([result for _, result in self.results(r)][::2][:2], ["repaired", "faults"])
        self.assertIn("nothing was changed", r.err)
        self.assertEqual(self.checksum(disk), before)
        # The others by their names, or what can be.
        r = self.gk_any("fsck", "--format", "raw", "--repair", disk, "/dev/sda1", "/dev/sda2")
        self.assertEqual(r.status, 1, str(r))
        self.damage(disk, "ext4", 1024 + 12, bytes(4))
        self.fsck(5, disk, "--repair", "--in-place")
        r = self.gk_any("fsck", "--format", "raw", disk, "/dev/vda1")
        self.assertEqual((r.status, r.out), (0, "/dev/sda1: ext4: clean\n"))

    def test_a_check_that_gives_up(self):
        """e2fsck goes no further than a folder that is garbage when it may not change anything."""
        image = self.bad_image("ext4-root-inode")
        r = self.gk_any("fsck", image, "/dev/sda2")
        self.assertEqual((r.status, self.results(r)[0][1]), (4, "faults"), str(r))
        r = self.gk_any("fsck", "--repair", image, "/dev/sda2")
        self.assertEqual((r.status, self.results(r)[0][1]), (1, "repaired"), str(r))
        self.assertEqual(self.gk_any("fsck", image).status, 0)

    def test_journals(self):
        """A guest that was not shut down is no broken guest."""
        disk = self.disk()
        for n, kind in ((1, "ext4"), (2, "xfs")):
            copy = self.path(kind + ".raw")
            self.shell(disk, f"mount /dev/sda{n} /", "write /new new", "sync", f"!cp --sparse=always {disk} {copy}")
            before = self.checksum(copy)
            r = self.gk("fsck", "--format", "raw", "--json", copy, f"/dev/sda{n}", timeout=120)
            found, = r.json()
            self.assertEqual((found["result"], found["log"]), ("clean", False), str(r))
            self.assertEqual(self.checksum(copy), before)
            r = self.gk_any("fsck", "--format", "raw", "--repair", copy, f"/dev/sda{n}", timeout=120)
            self.assertEqual(r.status, 1, str(r))
            self.assertNotEqual(self.checksum(copy), before)
            self.assertEqual(self.shell(copy, f"mount /dev/sda{n} /", "cat /new"), "new\n")

    def test_type(self):
        disk = self.disk()
        self.damage(disk, "ext4", 1024, bytes(1024))
        self.assertNotIn("/dev/sda1", self.fsck(0, disk).out)
        r = self.gk_any("fsck", "--format", "raw", disk, "/dev/sda1")
        self.assertEqual((r.status, r.out), (8, "/dev/sda1: not checked\n  no filesystem is recognized on it\n"))
        r = self.gk_any("fsck", "--format", "raw", "--type", "ext4", "--repair", disk, "/dev/sda1")
        self.assertEqual(r.status, 1, str(r))
        self.assertEqual(self.shell(disk, "mount /dev/sda1 /", "cat /d/f"), "kept\n")

    def rare(self, *lines):
        """Kinds that few have: a disk, and a damage to each that its own checker finds."""
        self.at = {kind: (1 + 60 * n) * MIB for n, kind in enumerate(RARE)}
        for kind in RARE:
            self.needs_program("fsck." + kind)
        path = self.file("rare.raw")
        with open(path, "ab") as f:
            f.truncate((60 * len(RARE) + 2) * MIB)
        layout = json.dumps({"table": "gpt", "partitions": [{"size": "60MiB"} for _ in RARE]})
        self.gk("partition", "--format", "raw", "--in-place", "--apply", "-", path, stdin=layout)
        self.shell(path, *(line.format(kind=kind, device=f"/dev/sda{n}") for n, kind in enumerate(RARE, 1) for line in lines))
        self.assertEqual([result for _, result in self.results(self.fsck(0, path))], ["clean"] * len(RARE))
        self.damage(path, "jfs", 10 * 4096 + 64, b"\xa5" * 64)               # its map of inodes
        self.damage(path, "reiserfs", 17 * 4096 + 1200, b"\xff" * 300)     # the bitmap of blocks
        self.damage(path, "exfat", 11 * 512, b"\1\2\3\4")                 # the checksum of the boot sectors
        with open(path, "rb") as f:
            f.seek(self.at["f2fs"] + 1024 + 76 + 4)
            table = int.from_bytes(f.read(4), "little")
        self.damage(path, "f2fs", table * 4096 + 64, b"\xa5" * 64)         # what segments hold
        self.damage(path, "minix", 2048 + 100, b"\x55" * 100)              # the bitmap of inodes
        return path

    def test_rare_kinds(self):
        try:
            for kind in RARE:
                self.needs_filesystem(kind)
            files = ("mount {device} /", "mkdir /d", "write /d/f {kind}", "fill-pattern abc 300000 /d/g", "umount /")
        except unittest.SkipTest:
            files = ()                  # without files there is as much to repair
        disk = self.rare("mkfs {kind} {device}", *files)
        broken = self.checksum(disk)
        r = self.fsck(4, disk)
        self.assertEqual([result for _, result in self.results(r)], ["faults"] * len(RARE), str(r))
        self.assertEqual(self.checksum(disk), broken)
        r = self.fsck(1, disk, "--repair")
        self.assertEqual([result for _, result in self.results(r)], ["repaired"] * len(RARE), str(r))
        if files:
            out = self.shell(disk, *(line for n in range(1, 1 + len(RARE)) for line in (
                f"mount-ro /dev/sda{n} /", "cat /d/f", "checksum crc /d/g", "umount /"))).split("\n")
            self.assertEqual(out[:-1:2], list(RARE))
            self.assertEqual(len(set(out[1::2])), 1, out)

    def test_cannot_be_checked(self):
        disk = self.disk()
        for device, why in (("/dev/sda6", "no check for 'swap'"), ("/dev/sda", "no filesystem is recognized"),
                            ("/dev/sda9", "No such file or directory")):
            r = self.gk_any("fsck", "--format", "raw", disk, device)
            self.assertEqual(r.status, 8, str(r))
            self.assertIn(why, r.out + r.err)
        r = self.gk_fails("fsck", self.path("nothing.raw"), status=8)
        for args in (["--dry-run"], ["--backup", "x"], ["--repair", "--ro"], ["--type", "ext4"]):
            self.gk_fails("fsck", "--format", "raw", *args, disk, status=2)
