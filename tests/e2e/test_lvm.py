# SPDX-License-Identifier: LGPL-3.0-or-later
"""Logical volumes, on the kernel of the uml launcher, which has device-mapper."""

import os
import shutil

import world
from corrupt import lvm
from harness import Case


class Lvm(Case):
    def setUp(self):
        super().setUp()
        self.launcher = self.stacking()
        self.needs_program("lvm")

    def disk(self, name, size=64 << 20):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def shell(self, disks, *lines, access="--rw", fails=None):
        argv = ["shell", "--launcher", self.launcher, access]
        for disk in disks:
            argv += ["--format", "raw", "-a", disk]
        text = "\n".join(("run",) + lines) + "\n"
        if fails:
            return self.gk_fails(*argv, stdin=text, timeout=120, match=fails)
        return self.gk(*argv, stdin=text, timeout=120)

    def group(self, names=("a.img", "b.img")):
        """A group over two drives, with two volumes and a file in each."""
        disks = [self.disk(name) for name in names]
        self.shell(disks,
                   "part-disk /dev/sdb mbr",
                   "pvcreate /dev/sda", "pvcreate /dev/sdb1",
                   "vgcreate vg-with--dashes '/dev/sda /dev/sdb1'",
                   "lvcreate lv_with-dash vg-with--dashes 16",
                   "lvcreate_free rest vg-with--dashes 100",
                   "mkfs ext4 /dev/vg-with--dashes/lv_with-dash label:one",
                   "mkfs ext2 /dev/mapper/vg--with----dashes-rest",
                   "mount /dev/vg-with--dashes/lv_with-dash /",
                   "write /hello 'in a volume'",
                   "mkdir /rest",
                   "mount /dev/vg-with--dashes/rest /rest",
                   "fill 7 20000000 /rest/big")
        return disks

    def test_there_after_launch(self):
        a, b = self.group()
        rows = self.gk("filesystems", "--launcher", self.launcher, "--json", "-a", a, "-a", b, timeout=120).json()
        found = {row["device"]: row["type"] for row in rows}
        self.assertEqual(found, {"/dev/vg-with--dashes/lv_with-dash": "ext4", "/dev/vg-with--dashes/rest": "ext2"})
        r = self.shell([a, b], "mount-ro /dev/vg-with--dashes/lv_with-dash /", "cat /hello", "echo",
                       "umount /", "mount-ro /dev/vg-with--dashes/rest /", "filesize /big", "mounts", access="--ro")
        self.assertEqual(r.out.split("\n")[:4], ["in a volume", "", "20000000", "/dev/vg-with--dashes/rest"], str(r))
        # The other way round the drives have other names, and the group is the same.
        r = self.shell([b, a], "lvs", "pvs", access="--ro")
        self.assertEqual(r.out.split(), ["/dev/vg-with--dashes/lv_with-dash", "/dev/vg-with--dashes/rest",
                                         "/dev/sda1", "/dev/sdb"])

    def test_a_drive_is_missing(self):
        a, _ = self.group()
        r = self.shell([a], "lvs", "list-filesystems", "pvs", "-vg-activate-all true",
                       "mount-ro /dev/vg-with--dashes/lv_with-dash /", "cat /hello")
        # The volume on this drive works, the one that needs both does not.
        self.assertIn("/dev/vg-with--dashes/lv_with-dash: ext4\n/dev/sda\n", r.out)
        self.assertTrue(r.out.endswith("in a volume\n") or r.out.endswith("in a volume"), str(r))
        self.assertIn("missing PV", r.err)

    def test_two_groups_of_one_name(self):
        a, b = self.disk("a.img"), self.disk("b.img")
        for disk in (a, b):
            self.shell([disk], "pvcreate /dev/sda", "vgcreate vg /dev/sda", "lvcreate lv vg 8",
                       "mkfs ext4 /dev/vg/lv")
        r = self.shell([a, b], "lvm-set-filter /dev/sdb", "pvs", "list-filesystems")
        self.assertEqual(r.out, "/dev/sdb\n/dev/vg/lv: ext4\n")

    def test_a_copy_of_a_drive(self):
        a, copy = self.disk("a.img"), self.path("copy.img")
        self.shell([a], "pvcreate /dev/sda", "vgcreate vg /dev/sda", "lvcreate lv vg 8", "mkfs ext4 /dev/vg/lv")
        self.tool("cp", "--sparse=always", a, copy)
        r = self.shell([a, copy], "-vg-activate-all true", "lvm-set-filter /dev/sdb", "list-filesystems")
        self.assertEqual(r.out, "/dev/vg/lv: ext4\n")

    def test_an_exported_group(self):
        a = self.disk("a.img")
        self.shell([a], "pvcreate /dev/sda", "vgcreate vg /dev/sda", "lvcreate lv vg 8", "mkfs ext4 /dev/vg/lv")
        # The status is text in the metadata, after which its checksum is wrong:
        # it must be refused, and nothing else may happen.
        with open(a, "r+b") as f:
            data = f.read(1 << 20)
            at = data.rindex(b'status = ["RESIZEABLE", "READ", "WRITE"]')
            f.seek(at)
            f.write(b'status = ["EXPORTED", "READ", "WRITE"]  ')
        r = self.shell([a], "list-filesystems", "-lvs")
        self.assertNotIn("ext4", r.out)

    def test_shrunk_below_what_it_holds(self):
        a = self.disk("a.img")
        r = self.shell([a], "pvcreate /dev/sda", "vgcreate vg /dev/sda", "lvcreate lv vg 40", "mkfs ext4 /dev/vg/lv",
                       "mount /dev/vg/lv /", "write /hello world", "umount /",
                       "-lvresize /dev/vg/lv 8", "-lvresize /dev/vg/lv 36",
                       # To whole extents of 4 MiB: this one changes nothing.
                       "-lvresize /dev/vg/lv 38", "lvresize /dev/vg/lv 48", "-lvresize /dev/vg/lv 36",
                       "lvresize /dev/vg/lv 40", "blockdev-getsize64 /dev/vg/lv", "mount-ro /dev/vg/lv /", "cat /hello")
        self.assertEqual(r.out, "41943040\nworld\n", str(r))
        self.assertEqual(r.err.count("/dev/vg/lv: the filesystem on it uses 41943040 bytes, which"), 3, str(r))

    def test_shrunk_without_a_filesystem(self):
        r = self.shell([self.disk("a.img")], "pvcreate /dev/sda", "vgcreate vg /dev/sda", "lvcreate lv vg 40",
                       "lvresize /dev/vg/lv 8", "blockdev-getsize64 /dev/vg/lv")
        self.assertEqual(r.out, "8388608\n", str(r))

    def test_in_use(self):
        a, b = self.group()
        self.shell([a, b], "mount /dev/vg-with--dashes/rest /", "vg-activate-all false", fails="in use")
        self.shell([a, b], "mount /dev/vg-with--dashes/rest /", "lvremove /dev/vg-with--dashes", fails="in use")
        self.shell([a, b], "pvcreate /dev/sda", fails="without -ff")

    def test_options_are_no_names(self):
        a = self.disk("a.img")
        self.shell([a], "vgremove --help", fails="vgremove: ")
        self.shell([a], "vgmeta --version", fails="vgmeta: ")
        self.assertEqual(os.path.getsize(a), 64 << 20)


class Targets(Case):
    """A kernel that has device-mapper need not have all of its targets: auto looks which the volumes want."""

    def setUp(self):
        super().setUp()
        if not os.path.exists("/sys/class/misc/device-mapper"):
            self.skipTest("the kernel has no device-mapper")
        self.cover("/dev/null", shutil.which("linux.uml", path=self.environ()["PATH"]))

    def cover(self, what, path):
        if path:
            self.tool("mount", "--bind", what, path)
            self.addCleanup(lambda: world.umount(path))

    def hide(self, module):
        """As if the kernel had been built without it."""
        self.run_program("modprobe", "-r", module)
        self.assertFalse(os.path.exists("/sys/module/" + module.replace("-", "_")))
        index = f"/lib/modules/{os.uname().release}/modules.dep"
        with open(index, encoding="ascii") as f:
            self.cover(self.file("modules.dep", "".join(line for line in f if f"/{module}.ko" not in line)), index)

    def with_snapshot(self):
        lv, cow = (lvm.volume("vg", name, [(0, 4, [("pv0", at)])], '"READ", "WRITE"' if at else '"READ", "WRITE", "VISIBLE"')
                   for name, at in (("lv", 0), ("cow", 4)))
        snapshot = f'''snapshot0 {{\nid = "{lvm.uuid("S", "vg")}"\nstatus = ["READ", "WRITE", "VISIBLE"]\nflags = []
            segment_count = 1\nsegment1 {{\nstart_extent = 0\nextent_count = 4\ntype = "snapshot"\nchunk_size = 8
            origin = "lv"\ncow_store = "cow"\n}}\n}}\n'''
        return lvm.lvm(self.dir, "vg", lvm.group_text("vg", lv + cow + snapshot)).path

    def test_missing(self):
        plain, snapshot = lvm.lvm(self.dir, "plain").path, self.with_snapshot()
        options = ("--launcher", "auto", "--format", "raw")
        self.gk("filesystems", *options, snapshot)
        self.hide("dm-snapshot")
        self.assertIn("/dev/plain/lv ext2", self.gk("filesystems", *options, plain).out)
        self.gk_fails("filesystems", *options, snapshot, match="this kernel lacks dm-snapshot .for volumes on /dev/sda.; "
                      "the uml launcher cannot be used")
        r = self.gk_any("doctor", "--json", "--format", "raw", snapshot)
        self.assertRegex(r.json()["image"]["launch_reason"], "lacks dm-snapshot")
        self.assertEqual(r.status, 1)
