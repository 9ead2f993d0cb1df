# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit resize: partitions, volumes and encrypted devices with what is in them."""

import hashlib
import json
import os
import signal

import world
from harness import GUESTKIT, SLOW, Case

MIB = 1 << 20
KEY = "a key"
GPT = ["label: gpt"]


class Resize(Case):
    def setUp(self):
        super().setUp()
        self.data = os.urandom(3 * MIB)

    def disk(self, size, lines, name="disk.raw"):
        """A disk of so many MiB, whose table is in sfdisk's words."""
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size * MIB)
        if lines:
            self.tool("sfdisk", "-q", path, stdin="\n".join(lines) + "\n")
        self.images[path] = "clean"
        return path

    def qcow2(self, raw, name="disk.qcow2", *options):
        path = self.path(name)
        self.tool("qemu-img", "convert", "-O", "qcow2", *options, raw, path)
        self.images[path] = "clean"
        return path

    def shell(self, image, *lines, ro=False, **kwargs):
        fmt = "qcow2" if image.endswith("qcow2") else "raw"
        return self.gk("shell", *(["--ro"] if ro else []), "--format", fmt, "-a", image,
                       stdin="\n".join(("run",) + lines) + "\n", timeout=120, **kwargs).out

    def fill(self, image, device, *before):
        """Files that have to be there afterwards."""
        self.file("data", self.data)
        self.shell(image, *before, f"mount {device} /", "mkdir /d", f"upload {self.path('data')} /d/one",
                   f"upload {self.path('data')} /two", "rm /two", f"upload {self.path('data')} /three", "umount /")

    def check_files(self, image, device):
        md5 = hashlib.md5(self.data).hexdigest()
        out = self.shell(image, f"mount-ro {device} /", "checksum md5 /d/one", "checksum md5 /three", "ls /", ro=True)
        self.assertEqual(out.split()[:2], [md5, md5])
        self.assertNotIn("two", out.split())

    def resize(self, image, *args, **kwargs):
        return self.gk("resize", *args[:-1], image, *args[-1].split(" "), timeout=120, **kwargs)

    def plan(self, image, *args, **kwargs):
        """What it does, as (device, from, to) in MiB."""
        out = self.resize(image, "--json", *args, **kwargs).json()
        return [(s.get("type", s["what"]), s["device"], s["from"] / MIB, s["to"] / MIB) for s in out["steps"]]

    def fails(self, image, *args, **kwargs):
        """It is refused, and the image is as it was."""
        before = self.checksum(image)
        r = self.gk_fails("resize", *args[:-1], image, *args[-1].split(" "), **kwargs)
        self.assertEqual(self.checksum(image), before)
        self.assertEqual([n for n in os.listdir(self.dir) if ".guestkit-" in n], [])
        return r

    def sizes(self, image, *devices):
        """In MiB."""
        out = self.shell(image, *(f"blockdev-getsize64 {d}" for d in devices), ro=True)
        return [int(n) / MIB for n in out.split()]

    def whole_table(self, path):
        self.assertIn("No problems found", self.tool("sgdisk", "-v", path).out)


class Ext4(Resize):
    def make(self):
        image = self.disk(200, GPT + ["start=1MiB, size=40MiB", "size=40MiB"])
        self.fill(image, "/dev/sda2", "mkfs ext4 /dev/sda1", "mkfs ext4 /dev/sda2")
        return image

    def test_both_ways(self):
        image = self.make()
        self.shell(image, "part-set-name /dev/sda 2 mine", "part-set-gpt-attributes /dev/sda 2 4")
        table = self.table(image)
        self.assertEqual(self.plan(image, "/dev/sda2 +20M"),
                         [("partition", "/dev/sda2", 40, 60), ("ext4", "/dev/sda2", 40, 60)])
        self.check_files(image, "/dev/sda2")
        self.assertEqual(self.plan(image, "/dev/sda2 -10M"),
                         [("ext4", "/dev/sda2", 60, 50), ("partition", "/dev/sda2", 60, 50)])
        self.check_files(image, "/dev/sda2")
        # As much as there is, and what is asked for is there already.
        self.resize(image, "/dev/sda2 --max")
        self.assertGreater(self.sizes(image, "/dev/sda2")[0], 118)
        for again in ("/dev/sda2 --max", "/dev/sda1 40M", "/dev/sda1 41943040"):
            before = self.checksum(image)
            self.assertEqual(self.plan(image, again), [])
            self.assertEqual(self.checksum(image), before)
        self.whole_table(image)
        self.check_files(image, "/dev/sda2")
        self.assertEqual(self.table(image), table)

    def table(self, image):
        """All that it says but where the partitions end."""
        table = self.tool("sfdisk", "--json", image).json()["partitiontable"]
        return table["id"], [{k: v for k, v in p.items() if k != "size"} for p in table["partitions"]]

    def test_limits(self):
        image = self.make()
        self.fails(image, "/dev/sda1 +1M", match="/dev/sda1: can have 41943040 bytes at most, not 42991616: partition 2 begins at")
        self.fails(image, "/dev/sda2 1G", match="the disk ends there")
        self.fails(image, "/dev/sda2 2M", match="needs [0-9]+ bytes for what is on it")
        self.fails(image, "/dev/sda2 -1G", match="needs [0-9]+ bytes")
        self.fails(image, "/dev/sda 1G", match="has partitions")
        self.fails(image, "/dev/sda3 1G", match="sda3")
        out = self.resize(image, "--json", "/dev/sda2").json()
        self.assertEqual([(o["what"], o["size"]) for o in out["layers"]],
                         [("disk", 200 * MIB), ("partition", 40 * MIB), ("content", 40 * MIB)])
        self.assertEqual(out["most"], 159 * MIB - 20480)
        self.assertTrue(3 * MIB < out["least"] < 40 * MIB)
        self.resize(image, f"/dev/sda2 {out['least']}")
        self.check_files(image, "/dev/sda2")

    def test_dry_run(self):
        image = self.make()
        before = self.checksum(image)
        out = self.resize(image, "-n", "--image-size", "+100M", "/dev/sda2 200M").out
        self.assertEqual([line.split() for line in out.splitlines()],
                         [["disk", "/dev/sda", str(200 * MIB), "->", str(300 * MIB)],
                          ["partition", "/dev/sda2", str(40 * MIB), "->", str(200 * MIB)],
                          ["ext4", "/dev/sda2", str(40 * MIB), "->", str(200 * MIB)]])
        self.resize(image, "/dev/sda2")
        self.fails(image, "-n", "/dev/sda2 1G", match="at most")
        self.assertEqual(self.checksum(image), before)
        self.assertFalse(self.resize(image, "-n", "--json", "/dev/sda2 50M").json()["done"])

    def test_in_place(self):
        image = self.make()
        self.fails(image, "--in-place", "/dev/sda2 +1M", status=2)
        self.fails(image, "--in-place", "--image-size", "1G", "/dev/sda2 --max", status=2)
        for size in ("60M", "30M"):
            self.resize(image, "--in-place", "/dev/sda2 " + size)
            self.check_files(image, "/dev/sda2")

    def test_partition_that_was_grown_alone(self):
        image = self.make()
        self.shell(image, "part-resize /dev/sda 2 300000")
        size = self.sizes(image, "/dev/sda2")[0] * MIB
        self.assertEqual([step[0] for step in self.plan(image, f"/dev/sda2 {size:.0f}")], ["ext4"])
        self.check_files(image, "/dev/sda2")

    def test_backup(self):
        image = self.qcow2(self.make())
        self.resize(image, "--backup", "before", "--image-size", "300M", "/dev/sda2 --max")
        self.check_files(image, "/dev/sda2")
        self.tool("qemu-img", "snapshot", "-a", "before", image)
        self.assertEqual(self.sizes(image, "/dev/sda", "/dev/sda2"), [200, 40])
        self.check_files(image, "/dev/sda2")

    def test_backup_of_raw(self):
        image = self.make()
        self.resize(image, "--backup", "before", "--image-size", "300M", "/dev/sda2 --max")
        backup = image + ".before.qcow2"
        for now, size in ((image, 300), (backup, 200)):
            self.assertEqual(self.sizes(now, "/dev/sda"), [size])
            self.check_files(now, "/dev/sda2")
        self.tool("qemu-img", "commit", "-q", backup)
        self.images.clear()             # the disk stays as large as it is, and the host's tools complain of its table's copy
        self.assertEqual(self.sizes(image, "/dev/sda2"), [40])
        self.check_files(image, "/dev/sda2")

    def test_usage(self):
        image = self.make()
        for args in ([], ["/dev/sda2", "1G", "2G"], ["/dev/sda2", "big"], ["/dev/sda2", "+"], ["/dev/sda2", "-0"], ["/dev/sda2", "1.5G"],
                     ["/dev/sda2", "1G", "--max"], ["/dev/sda2", "99999999999T"], ["--image-size", "1G", "/dev/sda2"],
                     ["--ro", "/dev/sda2", "1G"], ["--image-size", "-1G", "/dev/sda2", "--max"]):
            self.gk_fails("resize", image, *args, status=2)
        self.gk("resize", image, "/dev/sda2", "--less", "1M")
        self.gk("resize", "-r", image, "/dev/sda2")


class Image(Resize):
    def test_grows(self):
        raw = self.disk(100, GPT + ["start=1MiB, size=40MiB"])
        self.fill(raw, "/dev/sda1", "mkfs ext4 /dev/sda1")
        for image in (raw, self.qcow2(raw)):
            self.assertEqual(self.plan(image, "--image-size", "160M", "/dev/sda1 150M"),
                             [("disk", "/dev/sda", 100, 160), ("partition", "/dev/sda1", 40, 150), ("ext4", "/dev/sda1", 40, 150)])
            self.plan(image, "--image-size", "+40M", "/dev/sda1 --max")
            self.assertEqual(self.sizes(image, "/dev/sda"), [200])
            self.check_files(image, "/dev/sda1")
            self.fails(image, "--image-size", "100M", "/dev/sda1 --max", match="only made larger")
        self.assertEqual(os.path.getsize(raw), 200 * MIB)
        self.whole_table(raw)

    def test_whole_disk(self):
        image = self.disk(100, [])
        self.fill(image, "/dev/sda", "mkfs ext4 /dev/sda")
        self.assertEqual(self.plan(image, "--image-size", "200M", "/dev/sda --max"),
                         [("disk", "/dev/sda", 100, 200), ("ext4", "/dev/sda", 100, 200)])
        self.check_files(image, "/dev/sda")
        self.fails(image, "/dev/sda 100M", match="is not made smaller")

    def test_formats_that_cannot(self):
        raw = self.disk(60, GPT + ["start=1MiB, size=40MiB"])
        self.shell(raw, "mkfs ext4 /dev/sda1")
        old = self.qcow2(raw, "old.qcow2", "-o", "compat=0.10")
        self.tool("qemu-img", "snapshot", "-c", "one", old)
        self.fails(old, "--image-size", "200M", "/dev/sda1 --max", match="version 2")
        vmdk = self.path("disk.vmdk")
        self.tool("qemu-img", "convert", "-O", "vmdk", raw, vmdk)
        for option in ("--commit", "--dry-run"):
            self.fails(vmdk, option, "--image-size", "200M", "/dev/sda1 --max", match="vmdk image cannot be made larger")
        self.resize(vmdk, "/dev/sda1 --max")


class Kinds(Resize):
    def extract(self, image, start, size, name):
        path = self.path(name)
        self.tool("dd", "status=none", "if=" + image, "of=" + path, "bs=1M", f"skip={start}", f"count={size}", "conv=sparse")
        return path

    def test_xfs(self):
        self.needs_filesystem("xfs")
        image = self.disk(500, GPT + ["start=1MiB, size=310MiB"])
        self.fill(image, "/dev/sda1", "mkfs xfs /dev/sda1")
        self.fails(image, "/dev/sda1 305M", match="xfs cannot be made smaller")
        self.assertEqual(self.plan(image, "/dev/sda1 400M"),
                         [("partition", "/dev/sda1", 310, 400), ("xfs", "/dev/sda1", 310, 400)])
        self.check_files(image, "/dev/sda1")

    def test_btrfs(self):
        self.needs_filesystem("btrfs")
        image = self.disk(700, GPT + ["start=1MiB, size=400MiB"])
        self.fill(image, "/dev/sda1", "mkfs btrfs /dev/sda1")
        for size in (600, 350):
            self.resize(image, f"/dev/sda1 {size}M")
            self.check_files(image, "/dev/sda1")
            self.tool("btrfs", "check", "--force", self.extract(image, 1, size, "btrfs"), timeout=120)
        self.fails(image, "/dev/sda1 100M", match="needs [0-9]+ bytes")

    def test_btrfs_of_two(self):
        self.needs_filesystem("btrfs")
        image = self.disk(700, GPT + ["start=1MiB, size=200MiB", "start=300MiB, size=200MiB"])
        self.shell(image, "mkfs-btrfs '/dev/sda1 /dev/sda2'")
        self.fails(image, "/dev/sda1 250M", match="one of several")

    def test_ntfs(self):
        self.needs_program("ntfsresize")
        image = self.disk(200, GPT + ["start=1MiB, size=60MiB"])
        part = self.path("part")
        self.file("data", self.data)
        with open(part, "wb") as f:
            f.truncate(60 * MIB)
        self.tool("mkfs.ntfs", "-q", "-F", "-Q", part)
        self.tool("ntfscp", "-q", "-f", part, self.path("data"), "/one")
        self.tool("dd", "status=none", "if=" + part, "of=" + image, "bs=1M", "seek=1", "conv=notrunc,sparse")
        for now, size in ((60, 120), (120, 40)):
            self.assertEqual({(step[1], round(step[2]), round(step[3])) for step in self.plan(image, f"/dev/sda1 {size}M")},
                             {("/dev/sda1", now, size)})
            part = self.extract(image, 1, size, "part")
            # Windows is asked to look at it, and until then it is not resized once more.
            self.fails(image, "/dev/sda1 50M", match="ntfsresize")
            self.tool("ntfsfix", "-d", part)
            self.assertEqual(self.tool("ntfscat", "-f", part, "/one").raw, self.data)
            self.tool("dd", "status=none", "if=" + part, "of=" + image, "bs=1M", "seek=1", "conv=notrunc")

    def test_swap(self):
        image = self.disk(100, GPT + ["start=1MiB, size=20MiB"])
        uuid = "5a9a0000-1111-4222-8333-444455556666"
        self.shell(image, f"mkswap /dev/sda1 label:mine uuid:{uuid}")
        for size in ("40M", "10M"):
            self.resize(image, "/dev/sda1 " + size)
            out = self.shell(image, "vfs-type /dev/sda1", "vfs-uuid /dev/sda1", "vfs-label /dev/sda1", ro=True)
            self.assertEqual(out.split(), ["swap", uuid, "mine"])

    def test_what_is_not_resized(self):
        image = self.disk(200, GPT + ["start=1MiB, size=40MiB", "start=60MiB, size=40MiB", "start=120MiB, size=40MiB"])
        self.needs_program("mkfs.vfat")
        part = self.path("part")
        with open(part, "wb") as f:
            f.truncate(40 * MIB)
        self.tool("mkfs.vfat", part)
        self.tool("dd", "status=none", "if=" + part, "of=" + image, "bs=1M", "seek=1", "conv=notrunc,sparse")
        self.fails(image, "/dev/sda1 50M", match="vfat cannot be made larger")
        self.fails(image, "/dev/sda1 30M", match="vfat cannot be made smaller")
        self.fails(image, "/dev/sda2 50M", match="nothing that is known")
        self.fails(image, "/dev/sda2 30M", match="nothing that is known")

    def test_closed(self):
        self.needs_program("cryptsetup")
        part = self.path("part")
        with open(part, "wb") as f:
            f.truncate(40 * MIB)
        key = self.file("key", KEY)
        self.tool("cryptsetup", "-q", "luksFormat", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000",
                  "--disable-locks", "--key-file", key, part)
        self.fails(part, "/dev/sda 50M", match="is encrypted, and must be opened")


class Mbr(Resize):
    TABLE = ["label: dos", "2048,20480,83", "22528,200000,5", "24576,20480,83", "65536,20480,83"]

    def test_logical(self):
        image = self.disk(200, self.TABLE)
        self.fill(image, "/dev/sda5", "mkfs ext4 /dev/sda5", "mkfs ext4 /dev/sda6")
        # The record of the next one lies 2048 sectors before it.
        self.fails(image, "/dev/sda5 20M", match="at most, not 20971520: partition 6 begins")
        self.resize(image, "/dev/sda5 --max")
        self.assertEqual(self.sizes(image, "/dev/sda5"), [(65536 - 2048 - 24576) / 2048])
        self.check_files(image, "/dev/sda5")
        self.fails(image, "/dev/sda6 +100M", match="the extended partition ends there")
        self.resize(image, "/dev/sda6 --max")
        self.assertEqual(self.shell(image, "mount /dev/sda6 /", "write /x y", "cat /x"), "y\n")
        self.check_files(image, "/dev/sda5")
        self.assertIn("No errors", self.tool("sfdisk", "-V", image).out)

    def test_primary(self):
        image = self.disk(200, self.TABLE)
        self.shell(image, "mkfs ext4 /dev/sda1")
        self.fails(image, "/dev/sda1 +1M", match="partition 2 begins")
        self.resize(image, "/dev/sda1 8M")

    def test_the_end_of_the_table(self):
        image = self.disk(60, ["label: dos", "2048,20480,83"])
        self.shell(image, "mkfs ext4 /dev/sda1")
        self.resize(image, "/dev/sda1 --max")
        self.assertEqual(self.sizes(image, "/dev/sda1"), [59])


class Sectors(Resize):
    def test_large(self):
        image = self.disk(100, [])
        self.images.clear()             # the host's tools would take its sectors for small ones
        size = ("--blocksize", "4096")
        self.gk("shell", *size, "--format", "raw", "-a", image,
                stdin="run\npart-init /dev/sda gpt\npart-add /dev/sda p 256 10239\nmkfs ext4 /dev/sda1\n")
        self.resize(image, *size, "--image-size", "200M", "/dev/sda1 --max")
        out = self.gk("shell", "--ro", *size, "--format", "raw", "-a", image, stdin="run\nblockdev-getsize64 /dev/sda1\n").out
        # One sector of the table's copy, and four of its entries.
        self.assertEqual(int(out), 199 * MIB - 5 * 4096)


class Stack(Resize):
    """ext4 on LVM on LUKS on a GPT in qcow2."""

    def make(self, *more):
        """A group of 80 MiB, with a volume of 40."""
        self.launcher = self.stacking()
        size = 100
        raw = self.disk(160, GPT + [f"start=1MiB, size={size}MiB"])
        part = self.path("part")
        with open(part, "wb") as f:
            f.truncate(size * MIB)
        self.tool("cryptsetup", "-q", "luksFormat", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000",
                  "--disable-locks", "--key-file", self.file("key", KEY), part)
        self.tool("dd", "status=none", "if=" + part, "of=" + raw, "bs=1M", "seek=1", "conv=notrunc,sparse")
        image = self.qcow2(raw)
        uuid = self.tool("cryptsetup", "luksUUID", part).out.strip()
        self.opened = "/dev/mapper/luks-" + uuid
        self.file("data", self.data)
        self.stack(image, "pvcreate /dev/mapper/c", "vgcreate vg /dev/mapper/c", "lvcreate lv vg 40", *more, "mkfs ext4 /dev/vg/lv",
                   "mount /dev/vg/lv /", "mkdir /d", f"upload {self.path('data')} /d/one", "umount /")
        return image

    def stack(self, image, *lines):
        return self.gk("shell", "--launcher", self.launcher, "--keys-from-stdin", "--format", "qcow2", "-a", image, "-f",
                       self.file("script", "\n".join(("run", "luks-open /dev/sda1 c", "lvm-scan true") + lines) + "\n"),
                       stdin=KEY + "\n", timeout=120).out

    def check_volume(self, image, size):
        out = self.stack(image, "mount /dev/vg/lv /", "checksum md5 /d/one", "umount /", "blockdev-getsize64 /dev/vg/lv",
                         "e2fsck /dev/vg/lv forceall:true")
        self.assertEqual(out.split(), [hashlib.md5(self.data).hexdigest(), str(size * MIB)])

    def options(self):
        return ("--launcher", self.launcher, "--key", f"all:key:{KEY}")

    def test_volume(self):
        image = self.make()
        self.assertEqual(self.plan(image, *self.options(), "--image-size", "+100M", "/dev/vg/lv 180M"),
                         [("disk", "/dev/sda", 160, 260), ("partition", "/dev/sda1", 100, 197), ("luks", self.opened, 84, 181),
                          ("physical volume", self.opened, 81, 181), ("volume", "/dev/vg/lv", 40, 180), ("ext4", "/dev/vg/lv", 40, 180)])
        self.check_volume(image, 180)
        # What a smaller volume leaves free is the group's.
        self.assertEqual([step[0] for step in self.plan(image, *self.options(), "/dev/vg/lv 20M")], ["ext4", "volume"])
        self.check_volume(image, 20)

    def test_partition(self):
        image = self.make()
        self.assertEqual(self.plan(image, *self.options(), "/dev/sda1 50M"),
                         [("ext4", "/dev/vg/lv", 40, 32), ("volume", "/dev/vg/lv", 40, 32), ("physical volume", self.opened, 81, 33),
                          ("luks", self.opened, 84, 34), ("partition", "/dev/sda1", 100, 50)])
        self.check_volume(image, 32)
        self.fails(image, *self.options(), "/dev/sda1 21M", match="/dev/sda1: needs [0-9]+ bytes")

    def test_several_volumes(self):
        image = self.make("lvcreate other vg 8", "lvcreate gone vg 20", "lvremove /dev/vg/gone")
        self.fails(image, *self.options(), "/dev/sda1 60M", match="/dev/sda1: needs [0-9]+ bytes")
        self.assertEqual([step[0] for step in self.plan(image, *self.options(), "/dev/sda1 70M")],
                         ["physical volume", "luks", "partition"])
        self.assertEqual([step[0] for step in self.plan(image, *self.options(), "/dev/sda1 --max")],
                         ["partition", "luks", "physical volume"])
        self.assertEqual([step[0] for step in self.plan(image, *self.options(), "/dev/vg/lv --max")], ["volume", "ext4"])
        self.check_volume(image, 132)

    def test_luks_on_a_volume(self):
        self.launcher = self.stacking()
        raw = self.disk(200, GPT + ["start=1MiB, size=100MiB"])
        with open(self.path("part"), "wb") as f:
            f.truncate(40 * MIB)
        self.tool("cryptsetup", "-q", "luksFormat", "--type", "luks1", "--pbkdf-force-iterations", "1000",
                  "--disable-locks", "--key-file", self.file("key", KEY), self.path("part"))
        self.gk("shell", "--launcher", self.launcher, "--keys-from-stdin", "--format", "raw", "-a", raw, "-f", self.file("script", f"""
run
pvcreate /dev/sda1
vgcreate vg /dev/sda1
lvcreate lv vg 40
upload {self.path('part')} /dev/vg/lv
luks-open /dev/vg/lv c
mkfs ext4 /dev/mapper/c
"""), stdin=KEY + "\n", timeout=120)
        for size, steps in (("150M", ["partition", "physical volume", "volume", "luks", "ext4"]),
                            ("30M", ["ext4", "luks", "volume"])):
            self.assertEqual([step[0] for step in self.plan(raw, *self.options(), "/dev/vg/lv " + size)], steps)
        self.gk("shell", "--launcher", self.launcher, "--keys-from-stdin", "--format", "raw", "-a", raw, "-f", self.file("script", """
run
luks-open /dev/vg/lv c
e2fsck /dev/mapper/c forceall:true
"""), stdin=KEY + "\n", timeout=120)


class Interrupted(Resize):
    """What is told in relation to what is there is done once."""

    def make(self):
        image = self.disk(200, GPT + ["start=1MiB, size=40MiB"])
        self.fill(image, "/dev/sda1", "mkfs ext4 /dev/sda1")
        self.images[image] = "recoverable"
        return image

    def kill(self, image, victims, *options):
        """When the changes count."""
        marked = self.path(f".{os.path.basename(image)}.guestkit-commit")
        p = self.gk_start("resize", *options, image, "/dev/sda1", "+20M")
        # Without a pause, and held there while the others are looked for: it is a short one.
        self.wait_for(lambda: os.path.exists(marked) or p.poll() is not None, "the moment", pause=0)
        p.send_signal(signal.SIGSTOP)
        for pid in victims(p):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        p.wait()
        return p.stdout.read().decode()

    def once_more(self, image, said):
        self.wait_for(lambda: not any("resize" in command for command in world.processes().values()), "the landing", 60)
        if "has 62914560 bytes" not in said:
            out = self.resize(image, "/dev/sda1 +20M").out
            self.assertIn("an earlier run of this command", out)
        self.assertEqual(self.sizes(image, "/dev/sda1"), [60])
        self.assertEqual([n for n in os.listdir(self.dir) if ".guestkit-" in n], [])
        # The next is another one.
        self.resize(image, "/dev/sda1 +20M")
        self.assertEqual(self.sizes(image, "/dev/sda1"), [80])
        self.check_files(image, "/dev/sda1")

    def test_client(self):
        image = self.make()
        self.once_more(image, self.kill(image, lambda p: [p.pid]))

    def test_all(self):
        image = self.make()
        self.once_more(image, self.kill(image, lambda p: list(world.processes())))

    def test_larger_disk_that_waits(self):
        # The copy of the table at the end of the disk that is to be is the one that counts.
        new = self.qcow2(self.make())
        image = self.path("copy.qcow2")
        for _ in range(20):
            self.tool("cp", new, image)
            self.kill(image, lambda p: list(world.processes()), "--image-size", "+10M")
            self.wait_for(lambda: not world.processes(), "the end", 60)
            if os.path.exists(self.path(".copy.qcow2.guestkit-commit/unit")):
                break
        else:
            self.fail("no landing could be killed")
        before = self.checksum(image)
        self.assertEqual(self.sizes(image, "/dev/sda", "/dev/sda1"), [210, 60])
        self.check_files(image, "/dev/sda1")
        self.assertEqual(self.checksum(image), before)
        self.gk("gc", image)
        self.images[image] = "recoverable"
        self.assertEqual(self.sizes(image, "/dev/sda", "/dev/sda1"), [210, 60])
        self.check_files(image, "/dev/sda1")

    def test_another_writer_between(self):
        # Who writes something else has seen what is there.
        image = self.make()
        self.kill(image, lambda p: [p.pid])
        self.wait_for(lambda: not any("resize" in command for command in world.processes().values()), "the landing", 60)
        self.shell(image, "mount /dev/sda1 /", "write /x y")
        self.resize(image, "/dev/sda1 +20M")
        self.assertEqual(self.sizes(image, "/dev/sda1"), [80])
