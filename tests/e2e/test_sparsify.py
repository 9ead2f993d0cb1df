# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit sparsify gives back what is not used, as much as virt-sparsify does, and nothing else."""

import json
import os

from harness import Case

MIB = 1 << 20
BIG = 30 * MIB


class WithDisk(Case):
    options = ()

    def disk(self, *partitions, size=200):
        path = self.file("d.raw")
        with open(path, "ab") as f:
            f.truncate(size * MIB)
        self.gk("partition", "--format", "raw", "--in-place", "--apply", "-", path,
                stdin=json.dumps({"table": "gpt", "partitions": list(partitions)}))
        return path

    def shell(self, disk, *lines):
        return self.gk("shell", *self.options, "--format", "raw", "-a", disk, stdin="\n".join(("run",) + lines) + "\n",
                       timeout=120).out

    def sparsify(self, disk, *args):
        return self.gk("sparsify", *self.options, "--format", "raw", *args, disk, timeout=120)

    def space(self, disk, *args):
        """what -> (kind, free, done, why)"""
        said = self.sparsify(disk, "--json", *args).json()
        return {s["what"]: (s["kind"], s["free"], s["done"], s["why"]) for s in said["space"]}

    def takes(self, disk):
        with open(disk, "r+b") as f:    # what is not written yet is not counted yet
            os.fsync(f.fileno())
        return os.stat(disk).st_blocks * 512

    def write(self, disk, at, text=b"secret", size=MIB):
        with open(disk, "r+b") as f:
            f.seek(at)
            f.write((text * (size // len(text) + 1))[:size])


class Sparsify(WithDisk):
    def test_filesystem(self):
        disk = self.disk({"size": "80MiB"}, {"size": "20MiB", "type": "swap"}, {"size": "20MiB"}, {"size": "20MiB"})
        self.shell(disk, "mkfs ext4 /dev/sda1", "mkswap /dev/sda2 label:paging uuid:01234567-89ab-cdef-0123-456789abcdef",
                   "mkfs vfat /dev/sda4", "mount /dev/sda1 /", "write /f kept", f"fill 65 {BIG} /big", "sync", "rm /big")
        self.write(disk, 82 * MIB, b"paged", 10 * MIB)
        self.write(disk, 101 * MIB, b"nobody knows whose", 10 * MIB)
        first, disk, other = disk, self.path("ours.raw"), self.path("other.raw")
        for copy in (disk, other):              # both without the zeros that take space
            self.tool("cp", "--sparse=always", first, copy)
        before, sum_before = self.takes(disk), self.checksum(disk)
        plan = self.space(disk, "--dry-run")
        self.assertEqual((self.checksum(disk), self.takes(disk)), (sum_before, before))
        self.assertEqual((plan["/dev/sda1"][0], plan["/dev/sda1"][2:]), ("ext4", (False, None)))
        self.assertEqual(plan["/dev/sda2"], ("swap", 20 * MIB - 65536, False, None))
        self.assertNotIn("/dev/sda3", plan)
        r = self.sparsify(disk)
        after = self.takes(disk)
        self.assertIn(f"{disk}: took {before} bytes of the disk, takes {after}\n", r.out)
        self.assertLess(after, before - BIG - 9 * MIB)
        text = self.read(disk)
        self.assertNotIn(b"pagedpaged", text)
        self.assertEqual(text[101 * MIB:111 * MIB].count(b"nobody knows whose"), 10 * MIB // 18)
        self.assertEqual(self.shell(disk, "vfs-label /dev/sda2", "vfs-uuid /dev/sda2", "vfs-type /dev/sda2", "e2fsck /dev/sda1",
                                    "mount /dev/sda1 /", "cat /f"),
                         "paging\n01234567-89ab-cdef-0123-456789abcdef\nswap\nkept\n")
        # Not less than libguestfs's program, on the same library.
        self.needs_program("virt-sparsify")
        theirs = self.foreign("virt-sparsify", "--in-place", "--format", "raw", other, timeout=120)
        self.assertEqual(theirs.status, 0, str(theirs))
        self.assertLess(after, self.takes(other) + MIB)

    def test_qcow2(self):
        image = self.image()
        self.gk("shell", "-a", image, "-m", "/dev/sda2", stdin=f"fill 65 {20 * MIB} /big\nsync\nrm /big\n")
        before = self.takes(image)
        said = self.gk("sparsify", "--json", image).json()
        self.assertEqual(said["images"], [{"image": image, "before": before, "after": self.takes(image)}])
        self.assertLess(self.takes(image), before - 18 * MIB)
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "small-guest\n")

    def test_faults(self):
        """A filesystem whose record of what is free is wrong: what is in use would go."""
        disk = self.disk({"size": "80MiB"})
        self.shell(disk, "mkfs ext4 /dev/sda1", "mount /dev/sda1 /", "write /f kept", f"fill 65 {BIG} /big")
        first = self.tool("debugfs", "-R", "blocks /big", f"{disk}?offset={MIB}").out.split()[1000]
        self.tool("debugfs", "-w", "-R", f"freeb {first} 1000", f"{disk}?offset={MIB}")
        self.assertEqual(self.gk_any("fsck", "--format", "raw", disk).status, 4)
        before = self.takes(disk)
        said = self.space(disk)
        self.assertEqual(said["/dev/sda1"][2:], (False, "it has faults, see 'guestkit fsck'"))
        self.assertGreater(self.takes(disk), before - MIB)
        self.gk_any("fsck", "--format", "raw", "--repair", disk)
        self.assertEqual(self.shell(disk, "mount /dev/sda1 /", "checksum md5 /big").strip(),
                         self.tool("sh", "-c", f"head -c {BIG} /dev/zero | tr '\\0' A | md5sum").out.split()[0])

    def test_a_guest_that_sleeps(self):
        disk = self.disk({"size": "20MiB"}, {"size": "20MiB", "type": "swap"})
        self.shell(disk, "mkfs ext4 /dev/sda1", "mkswap /dev/sda2")
        self.write(disk, 21 * MIB + 4086, b"S1SUSPEND\0", 10)
        before = self.checksum(disk)
        self.gk_fails("sparsify", "--format", "raw", disk, match="/dev/sda2: the guest hibernates")
        self.assertEqual(before, self.checksum(disk))

    def test_unallocated(self):
        disk = self.disk({"start": "10MiB", "size": "20MiB"}, {"start": "50MiB", "size": "20MiB"})
        for place in (2, 9, 31, 40, 49, 70, 197, 199):
            self.write(disk, place * MIB, b"%d-secret" % place, MIB // 2)
        sums = [self.read(disk)[a * MIB:b * MIB] for a, b in ((0, 10), (199, 200))]
        self.assertEqual(self.space(disk), {})
        self.assertEqual(self.space(disk, "--unallocated", "--dry-run"),
                         {"/dev/sda at 31457280": ("unallocated", 20 * MIB, False, None),
                          "/dev/sda at 73400320": ("unallocated", 129 * MIB, False, None)})
        self.sparsify(disk, "--unallocated")
        text = self.read(disk)
        self.assertEqual([text[a * MIB:b * MIB] for a, b in ((0, 10), (199, 200))], sums)
        self.assertEqual([n for n in (2, 9, 31, 40, 49, 70, 197, 199) if b"%d-secret" % n in text], [2, 9, 199])
        self.assertIn("No errors detected", self.tool("sfdisk", "--verify", disk).out)

    def test_usage(self):
        disk = self.disk({"size": "20MiB"})
        self.gk_fails("sparsify", "--format", "raw", "--ro", disk, match="--dry-run", status=2)
        self.gk_fails("sparsify", "--format", "raw", disk, "x", match="too many arguments", status=2)
        self.gk_fails("sparsify", self.path("nothing.raw"), match="No such file")


class OnVolumes(WithDisk):
    def test_volume_group(self):
        self.options = ("--launcher", self.stacking())
        disk = self.disk({"size": "100MiB"}, {"size": "60MiB"})
        self.shell(disk, "pvcreate /dev/sda1", "vgcreate vg /dev/sda1", "lvcreate data vg 20", "lvcreate raw vg 20",
                   "lvcreate gone vg 40", "mkfs ext4 /dev/vg/data", "mount /dev/vg/data /",
                   "write /f kept", "umount /", "mkfs ext4 /dev/vg/gone", "mount /dev/vg/gone /", "fill 65 20000000 /f", "umount /",
                   "copy-device-to-device /dev/vg/gone /dev/vg/raw size:20971520", "wipefs /dev/vg/raw", "lvremove /dev/vg/gone")
        raw = self.shell(disk, "checksum-device md5 /dev/vg/raw")
        before = self.takes(disk)
        said = self.space(disk)
        self.assertEqual(said["vg"][0::2], ("volume group", True), str(said))
        self.assertGreater(said["vg"][1], 50 * MIB)
        self.assertNotIn("/dev/vg/raw", said)
        self.assertLess(self.takes(disk), before - 15 * MIB)
        self.assertEqual(self.shell(disk, "lvs", "checksum-device md5 /dev/vg/raw", "mount /dev/vg/data /", "cat /f"),
                         f"/dev/vg/data\n/dev/vg/raw\n{raw}kept\n")
