# SPDX-License-Identifier: LGPL-3.0-or-later
"""Debian's programs that make and change whole disks run on guestkit's library as they are."""

import os

from harness import GUESTKIT, Case

MIB = 1 << 20


class WithDisk(Case):
    def disk(self, name, size):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def shell(self, disk, *lines):
        return self.gk("shell", "--format", "raw", "-a", disk, stdin="\n".join(("run",) + lines) + "\n", timeout=120).out


class DiskTools(WithDisk):
    def runs(self, *argv):
        self.needs_program(argv[0])
        r = self.foreign(*argv, timeout=120)
        self.assertEqual(r.status, 0, str(r))
        return r

    def tree(self):
        path = self.path("tree")
        os.makedirs(path + "/folder")
        with open(path + "/folder/file", "w", encoding="ascii") as f:
            f.write("from the host")
        return path

    def test_make_fs(self):
        disk = self.path("made.qcow2")
        self.runs("virt-make-fs", "--format=qcow2", "--type=ext4", "--label=made", "--size=+8M", self.tree(), disk)
        r = self.gk("shell", "--ro", "--format", "qcow2", "-a", disk, "run", ":", "vfs-label", "/dev/sda", ":",
                    "mount", "/dev/sda", "/", ":", "cat", "/folder/file")
        self.assertEqual(r.out, "made\nfrom the host\n", str(r))

    def test_make_fs_in_a_partition(self):
        for kind in ("vfat", "btrfs"):
            self.needs_filesystem(kind)
        tree = self.tree()
        for kind, table, size in (("vfat", "gpt", "+20M"), ("btrfs", "mbr", "200M")):
            disk = self.path(kind + ".raw")
            self.runs("virt-make-fs", "--partition=" + table, "--type=" + kind, "--size=" + size, tree, disk)
            self.assertEqual(self.shell(disk, "vfs-type /dev/sda1", "mount-ro /dev/sda1 /", "cat /folder/file"),
                             kind + "\nfrom the host\n")

    def test_format(self):
        disk = self.disk("d.raw", 400 * MIB)
        self.shell(disk, "part-disk /dev/sda mbr", "mkfs ext4 /dev/sda1")
        self.runs("virt-format", "--format=raw", "-a", disk, "--partition=gpt", "--filesystem=xfs", "--label=fresh")
        self.assertEqual(self.shell(disk, "list-filesystems", "vfs-label /dev/sda1"), "/dev/sda1: xfs\nfresh\n")

    def test_format_says_why_not(self):
        disk = self.disk("d.raw", 100 * MIB)
        r = self.foreign("virt-format", "--format=raw", "-a", disk, "--partition=gpt", "--filesystem=xfs", timeout=120)
        self.assertEqual(r.status, 1, str(r))
        self.assertIn("must be larger than 300MB", r.err)
        self.assertNotIn("-p fname", r.err)

    def test_resize(self):
        old, new = self.disk("old.raw", 100 * MIB), self.disk("new.raw", 160 * MIB)
        guid = "01234567-89AB-CDEF-0123-456789ABCDEF"
        self.shell(old, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 20479", "part-add /dev/sda p 20480 -2048",
                   f"part-set-gpt-guid /dev/sda 2 {guid}", "part-set-name /dev/sda 2 root", "part-set-gpt-attributes /dev/sda 2 4",
                   "mkfs ext2 /dev/sda1", "mkfs ext4 /dev/sda2", "mount /dev/sda2 /", "write /f kept")
        self.runs("virt-resize", "--format", "raw", "--output-format", "raw", "--expand", "/dev/sda2", old, new)
        out = self.shell(new, "part-get-gpt-guid /dev/sda 2", "part-get-name /dev/sda 2", "part-get-gpt-attributes /dev/sda 2",
                         "mount-ro /dev/sda2 /", "cat /f", "blockdev-getsize64 /dev/sda2", "statvfs / | grep ^blocks:").split()
        self.assertEqual(out[:4], [guid, "root", "4", "kept"])
        self.assertGreater(int(out[4]), 140 * MIB)
        self.assertIn("No problems found", self.tool("sgdisk", "-v", new).out)

    def test_sparsify(self):
        disk = self.disk("d.raw", 100 * MIB)
        self.shell(disk, "part-disk /dev/sda mbr", "mkfs ext4 /dev/sda1", "mount /dev/sda1 /", "write /f kept",
                   "fill 65 30000000 /big", "sync", "rm /big")
        before = os.stat(disk).st_blocks * 512
        self.assertGreater(before, 30 * MIB)
        self.runs("virt-sparsify", "--in-place", "--format", "raw", disk)
        self.assertLess(os.stat(disk).st_blocks * 512, before - 25 * MIB)
        self.assertEqual(self.shell(disk, "mount-ro /dev/sda1 /", "cat /f"), "kept\n")

    def test_df(self):
        disk = self.disk("d.raw", 100 * MIB)
        self.shell(disk, "part-disk /dev/sda mbr", "mkfs ext4 /dev/sda1")
        r = self.runs("virt-df", "--format=raw", "-a", disk, "--csv")
        self.assertRegex(r.out, r'(?m)^"?d.raw"?,"?/dev/sda1"?,[0-9]+,')


    def test_resize_kinds(self):
        """Each filesystem is made larger in its own way."""
        kinds = (("ext4", 20), ("xfs", 320), ("btrfs", 260), ("ntfs", 20))     # btrfs takes no less than 256
        self.needs_filesystem("ntfs3")
        old, new = self.disk("old.raw", 630 * MIB), self.disk("new.raw", 780 * MIB)
        lines, start = ["part-init /dev/sda mbr"], 2048
        for n, (kind, size) in enumerate(kinds, 1):
            lines += [f"part-add /dev/sda p {start} {start + size * 2048 - 1}", f"mkfs {kind} /dev/sda{n}", f"mount /dev/sda{n} /",
                      f"write /f {kind}", "umount /"]
            start += size * 2048
        self.shell(old, *lines)
        self.runs("virt-resize", "--format", "raw", "--output-format", "raw", "--expand", "/dev/sda4", "--resize", "/dev/sda1=+20M",
                  "--resize", "/dev/sda2=+20M", "--resize", "/dev/sda3=+20M", old, new)
        out = self.shell(new, *(line for n in range(1, 5) for line in (f"mount-ro /dev/sda{n} /", "cat /f", "statvfs / | grep '^\\(blocks\\|frsize\\)'",
                                                                       "umount /"))).split()
        for kind, size in kinds:
            name, _, frsize, _, blocks = [out.pop(0) for _ in range(5)]
            self.assertEqual(name, kind)
            self.assertGreater(int(blocks) * int(frsize), (size + 20) * MIB * 9 // 10 if kind != "xfs" else (size - 80) * MIB)

    def test_resize_to_less(self):
        old, new = self.disk("old.raw", 100 * MIB), self.disk("new.raw", 70 * MIB)
        self.shell(old, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 124927", "part-add /dev/sda p 124928 -2048", "mkfs ext4 /dev/sda1",
                   "mkfs ext2 /dev/sda2", "mount /dev/sda1 /", "write /f kept", "umount /", "mount /dev/sda2 /", "write /g kept", "umount /",
                   "e2fsck-f /dev/sda1", "resize2fs-size /dev/sda1 24M")
        self.runs("virt-resize", "--format", "raw", "--output-format", "raw", "--shrink", "/dev/sda1", old, new)
        out = self.shell(new, "mount-ro /dev/sda1 /", "cat /f", "umount /", "mount-ro /dev/sda2 /", "cat /g").split()
        self.assertEqual(out, ["kept", "kept"])
        self.assertIn("No problems found", self.tool("sgdisk", "-v", new).out)


class ToolsOnVolumes(WithDisk):
    """The same where there is LVM, which is active as soon as a session begins."""

    def on_launcher(self, *argv):
        self.needs_program(argv[0])
        return self.tool(GUESTKIT, "exec", "--", *argv, env={**self.foreign_env(), "GUESTKIT_LAUNCHER": self.stacking()}, timeout=120)

    def shell(self, disk, *lines):
        return self.gk("shell", "--launcher", self.stacking(), "--format", "raw", "-a", disk, timeout=120,
                       stdin="\n".join(("run",) + lines) + "\n").out

    def test_format_over_volumes(self):
        disk = self.disk("d.raw", 100 * MIB)
        for lv, kind, table in (("/dev/V/L", "ext2", "gpt"), ("/dev/other/one", "ext4", "mbr")):
            self.on_launcher("virt-format", "--format=raw", "-a", disk, "--partition=" + table, "--lvm=" + lv,
                             "--filesystem=" + kind)
            self.assertEqual(self.shell(disk, "list-filesystems", "part-get-parttype /dev/sda"),
                             f"{lv}: {kind}\n{'gpt' if table == 'gpt' else 'msdos'}\n")
        self.on_launcher("virt-format", "--format=raw", "-a", disk, "--wipe", "--filesystem=vfat")
        self.assertEqual(self.shell(disk, "list-filesystems", "vgs"), "/dev/sda1: vfat\n")

    def test_what_is_used_stays(self):
        disk = self.disk("d.raw", 100 * MIB)
        r = self.gk("shell", "--launcher", self.stacking(), "--format", "raw", "-a", disk, timeout=120, stdin="""\
run
part-init /dev/sda gpt
part-add /dev/sda p 2048 102399
part-add /dev/sda p 102400 -2048
pvcreate /dev/sda1
pvcreate /dev/sda2
vgcreate one /dev/sda1
vgcreate two /dev/sda2
lvcreate-free lv one 100
lvcreate-free lv two 100
mkfs ext4 /dev/one/lv
mount /dev/one/lv /
write /f kept
-wipefs /dev/sda1
-zero-device /dev/sda1
cat /f
wipefs /dev/sda2
vgs
""")
        self.assertEqual(r.out, "kept\none\n", str(r))
        self.assertEqual(r.err.count("/dev/sda1"), 2, str(r))

    def test_resize(self):
        old, new = self.disk("old.raw", 100 * MIB), self.disk("new.raw", 160 * MIB)
        self.shell(old, "part-init /dev/sda mbr", "part-add /dev/sda p 2048 20479", "part-add /dev/sda p 20480 -1", "mkfs ext2 /dev/sda1",
                   "pvcreate /dev/sda2", "vgcreate vg /dev/sda2", "lvcreate-free root vg 100", "mkfs ext4 /dev/vg/root", "mount /dev/vg/root /",
                   "write /f kept")
        self.on_launcher("virt-resize", "--format", "raw", "--output-format", "raw", "--expand", "/dev/sda2",
                         "--LV-expand", "/dev/vg/root", old, new)
        out = self.shell(new, "mount-ro /dev/vg/root /", "cat /f", "blockdev-getsize64 /dev/vg/root", "statvfs / | grep ^blocks:").split()
        self.assertEqual(out[0], "kept")
        self.assertGreater(int(out[1]), 140 * MIB)
        self.assertGreater(int(out[3]) * 1024, 120 * MIB)


class MissingTools(WithDisk):
    """What carries a group of calls out is not installed: the group cannot be used, and the package is named."""

    def test_said(self):
        self.needs_program("scrub")
        tool = self.tool("sh", "-c", "command -v scrub").out.strip()
        self.tool("mount", "--bind", "/dev/null", tool)
        try:
            r = self.gk("shell", "--format", "raw", "-a", self.disk("d.raw", MIB), timeout=60,
                        stdin="run\nfeature-available scrub\nfeature-available xfs\n-available scrub\n-scrub-device /dev/sda\n")
        finally:
            self.tool("umount", tool)
        self.assertEqual(r.out, "false\ntrue\n", str(r))
        self.assertIn("available: scrub: group not available: scrub is not installed (package scrub)", r.err)
        self.assertIn("scrub_device: scrub is not installed (package scrub)", r.err)


class MissingLibraries(WithDisk):
    """The same of libraries that are loaded when they are needed."""

    def hidden(self, soname, package, groups, *calls):
        where = [f"{folder}/{soname}" for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")]
        path = next((os.path.realpath(p) for p in where if os.path.exists(p)), None)
        if path is None:
            self.skipTest(f"{soname} is not installed")
        script = "".join([f"feature-available {group}\n" for group in groups + ("rsync",)] +
                         [f"-available {groups[0]}\n"] + [f"-{call}\n" for call in calls])
        disk = self.disk("d.raw", MIB)
        for is_hidden in (False, True):
            if is_hidden:
                self.tool("mount", "--bind", "/dev/null", path)
            try:
                r = self.gk("shell", "--format", "raw", "-a", disk, timeout=60, stdin="run\n" + script)
            finally:
                if is_hidden:
                    self.tool("umount", path)
            self.assertEqual(r.out, ("false\n" if is_hidden else "true\n") * len(groups) + "true\n", str(r))
            said = f"available: {groups[0]}: group not available: {soname} is not installed (package {package})"
            (self.assertIn if is_hidden else self.assertNotIn)(said, r.err, str(r))
        # The calls themselves say it, too.
        self.assertEqual(r.err.count(f"{soname} is needed and cannot be used"), len(calls), str(r))

    def test_tsk(self):
        self.hidden("libtsk.so.19", "libtsk19", ("libtsk", "sleuthkit"), "filesystem-walk /dev/sda",
                    "download-inode /dev/sda 2 /dev/null")

    def test_yara(self):
        self.hidden("libyara.so.9", "libyara9", ("libyara",), "yara-load /dev/null")

    def test_systemd(self):
        self.hidden("libsystemd.so.0", "libsystemd0", ("journal",))

    def test_cryptsetup(self):
        self.hidden("libcryptsetup.so.12", "libcryptsetup12", ("luks",))

    def test_augeas(self):
        self.hidden("libaugeas.so.0", "libaugeas0", ("augeas",))


class Df(WithDisk):
    """guestkit df has df's columns for what can be mounted, and changes nothing."""

    def make(self):
        disk = self.disk("d.raw", 100 * MIB)
        self.shell(disk, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 40959", "part-add /dev/sda p 40960 -2048",
                   "mkfs ext4 /dev/sda1", "mkswap /dev/sda2", "mount /dev/sda1 /", "fill 65 5000000 /f")
        return disk

    def test_columns(self):
        disk = self.make()
        before = self.checksum(disk)
        r = self.gk("df", "--format", "raw", disk)
        lines = [line.split() for line in r.out.splitlines()]
        self.assertEqual(lines[0], ["Filesystem", "1K-blocks", "Used", "Available", "Use%"])
        numbers = dict(line.split(": ") for line in self.gk("shell", "--ro", "--format", "raw", "-a", disk, "-m", "/dev/sda1",
                                                            stdin="statvfs /\n").out.splitlines())
        unit = int(numbers["frsize"])
        want = [int(numbers["blocks"]) * unit // 1024, (int(numbers["blocks"]) - int(numbers["bfree"])) * unit // 1024,
                int(numbers["bavail"]) * unit // 1024]
        self.assertEqual([(line[0], *map(int, line[1:4])) for line in lines[1:]], [("/dev/sda1", *want)], str(r))
        self.assertEqual(before, self.checksum(disk))

    def test_units(self):
        disk = self.make()
        row = self.gk("df", "--human-readable", "--format", "raw", disk).out.splitlines()[1].split()
        self.assertRegex(row[1], r"^1[0-9]M$")
        self.assertEqual(row[2], "4.8M")
        rows = self.gk("df", "--inodes", "--json", "--format", "raw", disk).json()
        self.assertEqual([(r["device"], r["used"]) for r in rows], [("/dev/sda1", 12)])
        self.gk_fails("df", "--format", "raw", disk, "more", match="too many arguments", status=2)


class Partition(WithDisk):
    """guestkit partition shows what the tables say."""

    def test_gpt(self):
        disk = self.disk("d.raw", 64 * MIB)
        guid = "01234567-89AB-CDEF-0123-456789ABCDEF"
        self.shell(disk, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 40959", "part-add /dev/sda p 40960 -2048",
                   f"part-set-disk-guid /dev/sda {guid}", f"part-set-gpt-guid /dev/sda 2 {guid}", "part-set-name /dev/sda 2 root",
                   "part-set-bootable /dev/sda 1 true")
        table, = self.gk("partition", "--json", "--format", "raw", disk).json()
        self.assertEqual((table["device"], table["size"], table["table"], table["guid"]), ("/dev/sda", 64 * MIB, "gpt", guid))
        one, two = table["partitions"]
        self.assertEqual((one["number"], one["start"], one["size"], one["bootable"], one["type"]),
                         (1, MIB, 19 * MIB, True, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"))
        self.assertEqual((two["number"], two["end"], two["name"], two["guid"]), (2, 63 * MIB + 511, "root", guid))
        lines = self.gk("partition", "--format", "raw", disk).out.splitlines()
        self.assertEqual(lines[0], f"/dev/sda: {64 * MIB} bytes, gpt {guid}")
        self.assertEqual(lines[1].split(), ["NUMBER", "START", "END", "SIZE", "FLAG", "TYPE", "NAME"])
        self.assertEqual(lines[3].split()[::5], ["2", "root"])

    def test_name_for_a_terminal(self):
        disk = self.disk("d.raw", 8 * MIB)
        self.shell(disk, "part-disk /dev/sda gpt", 'part-set-name /dev/sda 1 "a\\x1b[31mred"')
        r = self.gk("partition", "--format", "raw", disk)
        self.assertNotIn("\x1b", r.out)
        self.assertIn("[31mred", r.out)

    def test_mbr_and_none(self):
        disk = self.disk("d.raw", 64 * MIB)
        self.assertEqual(self.gk("partition", "--format", "raw", disk).out, f"/dev/sda: {64 * MIB} bytes, no partition table\n")
        self.shell(disk, "part-disk /dev/sda mbr", "part-set-mbr-id /dev/sda 1 7")
        table, = self.gk("partition", "--json", "--format", "raw", disk).json()
        self.assertEqual([(p["number"], p["type"], p["bootable"]) for p in table["partitions"]], [(1, "0x07", False)])
