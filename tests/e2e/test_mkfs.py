# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit mkfs and guestkit wipe: made and removed is what was asked for, and nothing of value without a word."""

import json
import os
import pty
import select

from harness import GUESTKIT, Case

MIB = 1 << 20
UUID = "01234567-89ab-cdef-0123-456789abcdef"


class WithDisk(Case):
    def disk(self, *sizes):
        """A partition for each size, in MiB."""
        path = self.file("d.raw")
        with open(path, "ab") as f:
            f.truncate((sum(sizes) + 2) * MIB)
        layout = {"table": "gpt", "partitions": [{"size": f"{size}MiB"} for size in sizes]}
        self.gk("partition", "--format", "raw", "--in-place", "--apply", "-", path, stdin=json.dumps(layout))
        return path

    def shell(self, disk, *lines):
        return self.gk("shell", "--format", "raw", "-a", disk, stdin="\n".join(("run",) + lines) + "\n", timeout=120).out

    def mkfs(self, disk, *args):
        return self.gk("mkfs", "--format", "raw", disk, *args, timeout=120)

    def refused(self, command, disk, *args, match, status=1):
        before = self.checksum(disk)
        r = self.gk_fails(command, "--format", "raw", disk, *args, match=match, status=status, timeout=120)
        self.assertEqual(before, self.checksum(disk), str(r))
        return r


class Mkfs(WithDisk):
    def test_kinds(self):
        uuids = [UUID[:-1] + digit for digit in "1234"]     # btrfstune insists that they differ
        kinds = (("ext4", 20, "-U", uuids[0], "-b", "2048"), ("xfs", 320, "-U", uuids[1]), ("btrfs", 120, "-U", uuids[2]),
                 ("vfat", 40), ("ntfs", 20), ("swap", 20, "-U", uuids[3]))
        disk = self.disk(*(size for _, size, *_ in kinds))
        for n, (kind, _, *options) in enumerate(kinds, 1):
            r = self.mkfs(disk, f"/dev/vda{n}", "-t", kind, "-L", "Label", *options)
            self.assertRegex(r.out, rf"^/dev/sda{n}: {kind}, \d+ bytes, UUID ")
        out = self.shell(disk, *(f"{call} /dev/sda{n}" for n in range(1, 7) for call in ("vfs-type", "vfs-label")),
                         *(f"vfs-uuid /dev/sda{n}" for n in (1, 2, 3, 6)), "tune2fs-l /dev/sda1 | grep '^Block size'")
        want = [word for kind, *_ in kinds for word in (kind, "LABEL" if kind == "vfat" else "Label")]
        self.assertEqual(out.upper().split("\n")[:16], [word.upper() for word in want + uuids])
        self.assertIn("Block size: 2048", out)
        self.assertEqual(self.gk_any("fsck", "--format", "raw", disk, timeout=120).status, 0)

    def test_where_something_is(self):
        disk = self.disk(20, 20)
        self.mkfs(disk, "/dev/sda1", "-t", "ext4", "-L", "data")
        self.refused("mkfs", disk, "/dev/sda1", "-t", "vfat", match='ext4 "data".*--force')
        self.refused("mkfs", disk, "/dev/sda", "-t", "ext4", match="gpt partition table.*, and more")
        before = self.checksum(disk)
        r = self.mkfs(disk, "/dev/sda1", "-t", "vfat", "--force", "--dry-run")
        self.assertRegex(r.out, r'^/dev/sda1: vfat would be made, \d+ bytes\n  over /dev/sda1: ext4 "data" ')
        self.assertEqual(before, self.checksum(disk))
        made = self.gk("mkfs", "--format", "raw", "--json", "--force", disk, "/dev/sda1", "-t", "vfat").json()
        self.assertEqual((made["type"], made["size"], [o["type"] for o in made["over"]]), ("vfat", 20 * MIB, ["ext4"]))
        # Two filesystems that could both be meant are not nothing.
        self.mkfs(disk, "/dev/sda2", "-t", "ext4")
        with open(disk, "r+b") as f:
            f.seek(21 * MIB)
            f.write(b"LUKS\xba\xbe\0\1")
        self.refused("mkfs", disk, "/dev/sda2", "-t", "xfs", match="there is .*, and more")
        # A unit lands, or does not.
        self.mkfs(disk, "/dev/sda2", "--force", "--commit", "-t", "ext2")
        self.refused("mkfs", disk, "/dev/sda2", "--force", "--commit", "-t", "ext4", "-O", "nonsense", match="nonsense")
        self.assertEqual(self.shell(disk, "vfs-type /dev/sda2"), "ext2\n")

    def test_bad_input(self):
        disk = self.disk(20)
        for kind, size in (("ext4", 16), ("xfs", 12), ("btrfs", 254), ("vfat", 11), ("ntfs", 128), ("exfat", 11), ("f2fs", 512),
                           ("swap", 15)):
            self.refused("mkfs", disk, "/dev/sda1", "-t", kind, "-L", "x" * (size + 1), match=f"limited to {size} ")
        for args, match in ((["-U", "0123"], "'0123' is not a UUID"), (["-U", UUID + "0"], "is not a UUID"),
                            (["-U", UUID, "-t", "vfat"], "vfat cannot be set"), (["-b", "x"], "not a number")):
            self.refused("mkfs", disk, "/dev/sda1", "-t", "ext4", *args, match=match, status=2)
        self.refused("mkfs", disk, "/dev/sda1", match="--type", status=2)
        self.refused("mkfs", disk, "-t", "ext4", match="give one device", status=2)
        self.refused("mkfs", disk, "/dev/sda1", "-t", "ext4", "--ro", match="--dry-run", status=2)
        self.refused("mkfs", disk, "/dev/sda9", "-t", "ext4", match="No such file")
        self.refused("mkfs", disk, "/dev/sda1", "-t", "nofs", match="unknown filesystem type")
        self.refused("mkfs", disk, "/dev/sda1", "-t", "ext4", "-b", "1000", match="power of 2")
        self.gk_fails("mkfs", "-t", "ext4", self.path("nothing.raw"), "/dev/sda", match="No such file")


class Wipe(WithDisk):
    def test_signatures(self):
        disk = self.disk(20, 20)
        self.shell(disk, "mkfs ext4 /dev/sda1 label:one", "mkfs ext4 /dev/sda2 label:two", "mount /dev/sda2 /", "write /f kept")
        r = self.refused("wipe", disk, "/dev/sda1", match="nobody can be asked")
        self.assertRegex(r.out, '^/dev/sda1: ext4 "one" [0-9a-f-]{36}\n$')
        before = self.checksum(disk)
        r = self.gk("wipe", "--format", "raw", "--dry-run", disk, "/dev/sda")
        self.assertEqual([line.split()[:2] for line in r.out.splitlines() if "PMBR" not in line],
                         [["/dev/sda:", "gpt"]] * r.out.count("gpt") + [["/dev/sda1:", "ext4"], ["/dev/sda2:", "ext4"]])
        self.assertEqual(before, self.checksum(disk))
        self.gk("wipe", "--format", "raw", "--force", disk, "/dev/sda1")
        self.assertEqual(self.shell(disk, "list-filesystems", "mount /dev/sda2 /", "cat /f"),
                         "/dev/sda1: unknown\n/dev/sda2: ext4\nkept\n")
        found = self.gk("wipe", "--format", "raw", "--json", "--force", disk, "/dev/sda").json()
        self.assertIn(("/dev/sda2", "ext4", "two"), [(f["device"], f["type"], f["label"]) for f in found])
        self.assertEqual(self.tool("wipefs", "--noheadings", disk).out, "")
        r = self.gk("wipe", "--format", "raw", disk, "/dev/sda")
        self.assertEqual((r.out, r.err), ("", "guestkit: /dev/sda: nothing is recognized on it\n"))

    def test_all_of_it(self):
        disk = self.disk(20, 20)
        for n in (1, 2):
            self.shell(disk, f"fill-pattern x {MIB} /f" if n == 0 else f"mkfs ext4 /dev/sda{n}", f"mount /dev/sda{n} /",
                       "fill-pattern abc 4000000 /f")
        self.refused("wipe", disk, "/dev/sda1", "--zero", "--discard", "--force", match="exclude", status=2)
        self.refused("wipe", disk, "/dev/sda1", "--zero", match="nobody can be asked")
        self.gk("wipe", "--format", "raw", "--zero", "--force", disk, "/dev/sda1")
        self.assertEqual(self.shell(disk, "is-zero-device /dev/sda1", "vfs-type /dev/sda2"), "true\next4\n")
        used = os.stat(disk).st_blocks
        self.gk("wipe", "--format", "raw", "--discard", "--force", disk, "/dev/sda2")
        self.assertLess(os.stat(disk).st_blocks, used - 4000000 // 512)
        self.assertNotIn(b"abcabc", self.read(disk))

    def test_asks(self):
        disk = self.disk(20)
        self.shell(disk, "mkfs ext4 /dev/sda1")
        before = self.checksum(disk)
        for answer, status in ((b"n\n", 1), (b"\n", 1), (b"y\n", 0)):
            leader, follower = pty.openpty()
            p = self.start(GUESTKIT, "wipe", "--format", "raw", disk, "/dev/sda1", stdin=follower)
            os.close(follower)
            asked = b""
            while b"[y/N]" not in asked:
                self.assertTrue(select.select([p.stderr], [], [], 60)[0], asked)
                asked += os.read(p.stderr.fileno(), 1000)
            self.assertEqual(before, self.checksum(disk))
            os.write(leader, answer)
            self.assertEqual(p.wait(60), status)
            os.close(leader)
        self.assertEqual(self.shell(disk, "list-filesystems"), "/dev/sda1: unknown\n")


class OnVolumes(WithDisk):
    def test_what_volumes_stand_on(self):
        launcher = ("--launcher", self.stacking())
        disk = self.disk(20, 40)
        box = self.path("box")
        with open(box, "wb") as f:
            f.truncate(20 * MIB)
        self.tool("cryptsetup", "luksFormat", "--type", "luks1", "--pbkdf-force-iterations", "1000", "--key-file",
                  self.file("key", "secret"), box)
        uuid = self.tool("cryptsetup", "luksUUID", box).out.strip()
        self.tool("dd", "status=none", f"if={box}", f"of={disk}", "bs=1M", "seek=1", "conv=notrunc")
        self.gk("shell", *launcher, "--format", "raw", "-a", disk, timeout=120, stdin="run\npvcreate /dev/sda2\n"
                "vgcreate vg /dev/sda2\nlvcreate lv vg 20\n")
        made = self.gk("mkfs", *launcher, "--format", "raw", "--json", "--key", "/dev/sda1:key:secret", disk, timeout=120,
                       *("-t", "ext2", "/dev/mapper/luks-" + uuid)).json()
        self.gk("mkfs", *launcher, "--format", "raw", "--key", "all:key:secret", disk, "/dev/vg/lv", "-t", "ext4", "-L", "lv",
                timeout=120)
        self.assertEqual((made["type"], made["over"]), ("ext2", []))
        r = self.gk("fsck", *launcher, "--format", "raw", "--key", "all:key:secret", disk, timeout=120)
        self.assertRegex(r.out, r"(?m)^/dev/mapper/luks-\S+: ext2: clean$")
        self.assertRegex(r.out, r"(?m)^/dev/vg/lv: ext4: clean$")
        for command, args in (("mkfs", ("-t", "xfs")), ("wipe", ())):
            self.refused(command, disk, *launcher, *args, "/dev/sda2", match="LVM2_member|nobody can be asked")
        # Active volumes on it do not keep it from going when that is asked for.
        r = self.gk("wipe", *launcher, "--format", "raw", "--force", disk, "/dev/sda2", timeout=120)
        self.assertIn("/dev/sda2: LVM2_member", r.out)
        out = self.gk("shell", *launcher, "--format", "raw", "-a", disk, "run", ":", "vgs", timeout=120).out
        self.assertEqual(out, "")
