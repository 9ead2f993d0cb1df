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


class NamesOfTheHost(WithDisk):
    """The host has disks of the same names, and its root may be on one of them."""

    def test_mounted(self):
        self.needs_program("mkfs.jfs")
        disk, there = self.disk(40, 40), self.path("there")
        os.mkdir(there)
        for n in (1, 2):
            self.tool("mount", "-t", "tmpfs", f"/dev/sda{n}", there)
        try:
            self.mkfs(disk, "/dev/sda1", "-t", "vfat")
            self.mkfs(disk, "/dev/sda2", "-t", "jfs")
            self.shell(disk, "set-label /dev/sda1 NEW", "set-label /dev/sda2 new", "set-uuid-random /dev/sda2")
            r = self.gk_any("fsck", "--format", "raw", disk, timeout=120)
            self.assertEqual(r.out, "/dev/sda1: vfat: clean\n/dev/sda2: jfs: clean\n", str(r))
        finally:
            self.tool("umount", there)
            self.tool("umount", there)
        self.assertEqual(self.shell(disk, "vfs-label /dev/sda1", "vfs-label /dev/sda2"), "NEW\nnew\n")

    def test_fsck_call(self):
        """Neither a mount nor the table of filesystems of the host says what is on the session's device."""
        self.needs_program("mkfs.jfs")
        disk, there = self.disk(40), self.path("there")
        os.mkdir(there)
        self.shell(disk, "mkfs jfs /dev/sda1")
        self.tool("mount", "-t", "tmpfs", "/dev/sda1", there)
        self.tool("mount", "--bind", self.file("fstab", "/dev/sda1 / ext4 defaults 0 1\n"), "/etc/fstab")
        try:                        # by the launcher whose tools see the host's; auto sees that its kernel has no jfs
            r = self.gk("shell", "--launcher", "local", "--format", "raw", "-a", disk, "run", ":", "fsck", "jfs", "/dev/sda1")
            self.assertEqual(r.out, "0\n")
        finally:
            self.tool("umount", "/etc/fstab")
            self.tool("umount", there)


class RareKinds(WithDisk):
    """Filesystems of old and of other systems."""

    # kind, MiB, the longest label, UUIDs
    KINDS = (("jfs", 40, "sixteen bytes, 0", UUID[:-1] + "5"), ("reiserfs", 60, "sixteen bytes, 0", UUID[:-1] + "6"),
             ("nilfs2", 140, "n" * 80, UUID[:-1] + "7"), ("udf", 20, "größe" + "u" * 119, "0123456789abcdef"),
             ("exfat", 20, "größe678901", "ABCD-1234"), ("f2fs", 60, "f" * 512, None), ("hfs", 20, "h" * 27, None))
    OTHERS = (("vfat", 20, "DISK", "ABCD-1234"), ("ntfs", 20, "ä" * 32, "0123456789ABCDEF"))

    def names(self, disk, count):
        lines = [f"{call} /dev/sda{n}" for n in range(1, count + 1) for call in ("vfs-type", "vfs-label", "vfs-uuid")]
        out = self.shell(disk, *lines).split("\n")
        return [tuple(out[i:i + 3]) for i in range(0, 3 * count, 3)]

    def needs_tools(self):
        for tool in ("mkfs.jfs", "mkfs.reiserfs", "mkfs.nilfs2", "mkfs.udf", "hformat"):
            self.needs_program(tool)

    def test_names(self):
        """The longest label there is; one more is refused, with the limit."""
        self.needs_tools()
        disk, count = self.disk(*(size for _, size, *_ in self.KINDS)), len(self.KINDS)
        lines = ["run"]
        for n, (kind, _, label, _) in enumerate(self.KINDS, 1):
            lines += [f'-mkfs {kind} /dev/sda{n} "label:{label}xxx"', f'mkfs {kind} /dev/sda{n} "label:{label}"']
        r = self.gk("shell", "--format", "raw", "-a", disk, stdin="\n".join(lines) + "\n", timeout=120)
        for kind, _, label, _ in self.KINDS:
            limit = "126 bytes" if kind == "udf" else f"{len(label)} {'characters' if kind in ('exfat', 'f2fs') else 'bytes'}"
            self.assertIn(f"{kind} labels are limited to {limit}", r.err)
        found = self.names(disk, count)
        self.assertEqual([f[:2] for f in found], [(kind, label) for kind, _, label, _ in self.KINDS])
        lines = ["run"]
        for n, (kind, _, label, uuid) in enumerate(self.KINDS, 1):
            if kind != "hfs":
                lines += [f'-set-label /dev/sda{n} "{label}xxx"', f"set-label /dev/sda{n} new-{n}"]
            lines += [f"-set-uuid /dev/sda{n} nonsense"]
            lines += [f"set-uuid /dev/sda{n} {uuid}", f"vfs-uuid /dev/sda{n}"] if uuid else []
            lines += [f"-set-uuid-random /dev/sda{n}", f"vfs-uuid /dev/sda{n}", f"vfs-label /dev/sda{n}"]
        r = self.gk("shell", "--format", "raw", "-a", disk, stdin="\n".join(lines) + "\n", timeout=120)
        self.assertEqual(r.err.count("labels are limited to"), count - 1, str(r))
        self.assertEqual(r.err.count(": set_uuid:"), count, str(r))
        for what in ("exfat has 8 hexadecimal digits", "udf has 16 hexadecimal digits", "random UUID for 'hfs'", "random UUID for 'f2fs'"):
            self.assertIn(what, r.err)
        said = r.out.split("\n")
        for n, ((kind, _, label, uuid), was) in enumerate(zip(self.KINDS, found), 1):
            if uuid:
                self.assertEqual(said.pop(0), uuid)
            random = said.pop(0)
            (self.assertNotEqual if uuid else self.assertEqual)(random, uuid or was[2])
            self.assertEqual(len(random), len(was[2]))
            self.assertEqual(said.pop(0), label if kind == "hfs" else f"new-{n}")

    def test_numbers_of_windows(self):
        disk = self.disk(*(size for _, size, *_ in self.OTHERS))
        self.shell(disk, *(line for n, (kind, _, label, uuid) in enumerate(self.OTHERS, 1) for line in (
            f"mkfs {kind} /dev/sda{n} label:{label}", f"set-uuid /dev/sda{n} {uuid}")))
        self.assertEqual(self.names(disk, 2), [(kind, label, uuid) for kind, _, label, uuid in self.OTHERS])
        out = self.shell(disk, "set-uuid-random /dev/sda1", "vfs-uuid /dev/sda1", "set-uuid-random /dev/sda2", "vfs-uuid /dev/sda2").split()
        for (_, _, _, uuid), now in zip(self.OTHERS, out):
            self.assertNotEqual(uuid, now)
            self.assertEqual(len(uuid), len(now))

    def test_files(self):
        self.needs_tools()
        for kind, *_ in self.KINDS:
            self.needs_filesystem(kind)
        disk = self.disk(*(size for _, size, *_ in self.KINDS))
        devices = {kind: f"/dev/sda{n}" for n, (kind, *_) in enumerate(self.KINDS, 1)}
        self.shell(disk, *(line for kind, device in devices.items() for line in (
            f"mkfs {kind} {device}", f"mount {device} /", "mkdir /d", f"write /d/f {kind}", "fill-pattern abc 300000 /d/g", "umount /")))
        out = self.shell(disk, *(line for device in devices.values() for line in (
            f"mount-ro {device} /", "cat /d/f", "filesize /d/g", "umount /")))
        self.assertEqual(out.split(), [word for kind in devices for word in (kind, "300000")])
        r = self.gk_any("fsck", "--format", "raw", "--json", disk, timeout=120)
        self.assertEqual([(f["type"], f["result"]) for f in r.json()],
                         [(kind, "not checked" if kind in ("nilfs2", "udf", "hfs") else "clean") for kind in devices], str(r))

    def test_hfs_that_linux_cannot_write(self):
        """Its blocks are larger than sectors: the driver would wait for itself."""
        self.needs_program("hformat")
        self.needs_filesystem("hfs")
        disk = self.disk(60)
        r = self.gk("shell", "--format", "raw", "-a", disk, timeout=120,
                    stdin="run\nmkfs hfs /dev/sda1\n-mount /dev/sda1 /\nmount-ro /dev/sda1 /\nls /\numount /\nmkfs ext2 /dev/sda1\n")
        self.assertIn("/dev/sda1 on /: Linux would wait for ever", r.err)

    def test_grow(self):
        self.needs_tools()
        for kind in ("jfs", "reiserfs", "nilfs2"):
            self.needs_filesystem(kind)
        for kind, _, _, _ in self.KINDS[:3]:
            disk = self.disk(140)
            with open(disk, "ab") as f:
                f.truncate(220 * MIB)
            self.shell(disk, f"mkfs {kind} /dev/sda1", "mount /dev/sda1 /", "write /f kept")
            self.gk("resize", "--format", "raw", disk, "/dev/sda1", "200M", timeout=120)
            out = self.shell(disk, "blockdev-getsize64 /dev/sda1", "mount /dev/sda1 /", "cat /f", "statvfs /").split("\n")
            self.assertEqual(out[:2], [str(200 * MIB), "kept"])
            numbers = dict(line.split(": ") for line in out if ": " in line)
            self.assertGreater(int(numbers["blocks"]) * int(numbers["frsize"]), 160 * MIB, f"{kind}: {numbers}")
            os.unlink(disk)

    def test_made_as_a_whole(self):
        """Read only, and by their own tools."""
        self.needs_program("mkfs.erofs")
        self.needs_program("genisoimage")
        self.needs_program("makefs")
        for kind in ("erofs", "iso9660", "squashfs", "ufs"):
            self.needs_filesystem(kind)
        tree = self.path("tree")
        os.makedirs(tree + "/d")
        with open(tree + "/d/f", "w", encoding="ascii") as f:
            f.write("from the host")
        makers = {"erofs": ("mkfs.erofs", "{}", tree), "iso9660": ("genisoimage", "-quiet", "-R", "-o", "{}", tree),
                  "squashfs": ("mksquashfs", tree, "{}", "-quiet"), "ufs": ("makefs", "-s", "20m", "-t", "ffs", "{}", tree)}
        args, images = [], {kind: self.path(kind + ".raw") for kind in makers}
        for kind, argv in makers.items():
            self.tool(*(word.format(images[kind]) for word in argv))
            args += ["-a", images[kind]]
        lines = [line for letter in "abcd" for line in (f"vfs-type /dev/sd{letter}", f"mount-ro /dev/sd{letter} /", "cat /d/f", "umount /")]
        out = self.gk("shell", "--ro", "--format", "raw", *args, stdin="\n".join(["run"] + lines) + "\n", timeout=120).out
        self.assertEqual(out, "".join(f"{kind}\nfrom the host\n" for kind in makers))
        r = self.gk_any("fsck", "--format", "raw", images["erofs"], "/dev/sda")
        self.assertEqual((r.status, r.out), (0, "/dev/sda: erofs: clean\n"), str(r))
        with open(images["erofs"], "r+b") as f:
            f.seek(1024 + 14)                       # which inode is the root's
            f.write(b"\xff\xff")
        r = self.gk_any("fsck", "--format", "raw", "--repair", images["erofs"], "/dev/sda")
        self.assertEqual((r.status, r.out.split("\n")[0]), (4, "/dev/sda: erofs: faults"), str(r))

    def test_missing_tool(self):
        """The package is named, and nothing is changed."""
        self.needs_program("jfs_tune")
        disk = self.disk(40)
        self.shell(disk, "mkfs jfs /dev/sda1")
        hidden = [self.tool("sh", "-c", f"readlink -f $(command -v {name})").out.strip() for name in ("mkfs.jfs", "jfs_tune", "jfs_fsck")]
        for tool in set(hidden):
            self.tool("mount", "--bind", "/dev/null", tool)
        try:
            self.refused("mkfs", disk, "/dev/sda1", "--force", "-t", "jfs", match=r"mkfs.jfs is not installed \(package jfsutils\)")
            before = self.checksum(disk)
            r = self.gk("shell", "--format", "raw", "-a", disk, stdin="run\n-set-label /dev/sda1 x\n", timeout=60)
            self.assertIn("jfs_tune is not installed (package jfsutils)", r.err)
            r = self.gk_any("fsck", "--format", "raw", disk, timeout=60)
            self.assertIn("jfs_fsck is not installed (package jfsutils)", r.out)
            self.assertEqual(before, self.checksum(disk))
        finally:
            for tool in set(hidden):
                self.tool("umount", tool)


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
