# SPDX-License-Identifier: LGPL-3.0-or-later
"""What callers should not have asked for, and disks that are sound but not usable as they are."""

import os
import re

from corrupt import MIB, Disk, lvm
from harness import Case

LAUNCHER = os.environ.get("GUESTKIT_LAUNCHER", "local")
KEY = "right"


class Input(Case):
    def disk(self, name, size=64 * MIB):
        return Disk(self.path(name), size).path

    def container(self, size=20 * MIB):
        """Made here, where a key that costs little can be had."""
        self.needs_program("cryptsetup")
        path = self.disk("luks.raw", size)
        self.tool("cryptsetup", "-q", "luksFormat", "--type", "luks2", "--luks2-keyslots-size", "512k", "--pbkdf",
                  "pbkdf2", "--pbkdf-force-iterations", "1000", "--disable-locks", "--key-file",
                  self.file("key", KEY), path)
        return path

    def shell(self, disks, script, *options, launcher=None, **kwargs):
        """Runs a script; the errors of its lines with a dash in front, as (message, errno).

        Without a launcher on one that has device-mapper."""
        launcher = launcher or self.stacking()
        argv = ["shell", "--launcher", launcher, "--format", "raw", "--errno", *options]
        for disk in disks:
            argv += ["-a", disk]
        r = self.gk(*argv, "-f", self.file("script", script), timeout=120, **kwargs)
        r.errors = re.findall(r"^guestkit: .*?:\d+: ([\s\S]*?)\nerrno: (.*)$", r.err, re.M)
        return r

    def assert_errors(self, r, *wanted):
        self.assertEqual(len(r.errors), len(wanted), str(r))
        for (message, errno), (pattern, name) in zip(r.errors, wanted):
            self.assertRegex(message, pattern, str(r))
            self.assertEqual(errno, name, str(r))


class InUse(Input):
    """What is mounted, or below what is mounted, stays."""

    def test_partitions(self):
        r = self.shell([self.disk("a.img")], """\
run
part-init /dev/sda gpt
part-add /dev/sda p 2048 32767
part-add /dev/sda p 32768 65535
mkfs ext4 /dev/sda1
mount /dev/sda1 /
write /hello world
-part-del /dev/sda 1
-part-init /dev/sda mbr
-part-disk /dev/sda gpt
-mkfs ext2 /dev/sda1
-mkfs ext2 /dev/sda
part-del /dev/sda 2
list-partitions
cat /hello
""", launcher=LAUNCHER)
        self.assertEqual(r.out, "/dev/sda1\nworld\n", str(r))
        self.assert_errors(r, ("^part_del: /dev/sda1: is in use", "EBUSY"), ("^part_init: /dev/sda: is in use", "EBUSY"),
                           ("^part_disk: /dev/sda: is in use", "EBUSY"), ("^mkfs: /dev/sda1 is mounted", "EBUSY"),
                           ("^mkfs: /dev/sda is mounted, or another", "EBUSY"))

    def test_resize_below_what_is_used(self):
        """Refused, and what is there stays; volumes are test_lvm's."""
        r = self.shell([self.disk("a.img")], """\
run
part-disk /dev/sda gpt
mkfs ext4 /dev/sda1
mount /dev/sda1 /
fill 120 20000000 /big
umount /
e2fsck-f /dev/sda1
-resize2fs-size /dev/sda1 8M
-resize2fs-size /dev/sda1 1G
e2fsck-f /dev/sda1
mount /dev/sda1 /
-resize2fs-size /dev/sda1 8M
-resize2fs-M /dev/sda1
filesize /big
""", launcher=LAUNCHER)
        self.assertEqual(r.out, "20000000\n", str(r))
        self.assert_errors(r, *[("^resize2fs_size: [^/]*" + why, "0") for why in
                               ("smaller than minimum", "device. is only 65408 ", "smaller than minimum")],
                           ("^resize2fs_M: [^/]*On-line shrinking not supported", "0"))

    def test_stack(self):
        disk = self.disk("a.img")
        self.tool("sfdisk", "-q", "--no-reread", "--no-tell-kernel", disk, stdin="label: gpt\nstart=2048,size=81920\n")
        self.tool("dd", "status=none", "conv=notrunc", "bs=1M", "seek=1", f"if={self.container(40 * MIB)}", f"of={disk}")
        r = self.shell([disk], """\
run
luks-open /dev/sda1 c
pvcreate /dev/mapper/c
vgcreate vg /dev/mapper/c
lvcreate lv vg 20
mkfs ext4 /dev/vg/lv
mount /dev/vg/lv /
write /hello world
-luks-close /dev/mapper/c
-lvremove /dev/vg/lv
-vgremove vg
-vg-activate false vg
-lvm-remove-all
-part-del /dev/sda 1
-luks-format /dev/sda1 0
-mkfs ext2 /dev/sda1
-mkfs ext2 /dev/mapper/c
-mkfs ext2 /dev/vg/lv
-pvcreate /dev/sda1
-pvremove /dev/mapper/c
cat /hello
""", "--keys-from-stdin", stdin=(KEY + "\n") * 9)
        self.assertEqual(r.out, "world\n", str(r))
        used = "is in use|in use\\.|is mounted, or another device stands on it"
        self.assert_errors(r, ("^luks_close: /dev/mapper/c: device is in use", "EBUSY"),
                           ("^lvremove: .*vg/lv contains a filesystem in use", "EBUSY"),
                           ("^vgremove: .*vg/lv contains a filesystem in use", "EBUSY"),
                           ("^vg_activate: .*filesystem in use", "EBUSY"),
                           ("^lvm_remove_all: .*filesystem in use", "EBUSY"),
                           *[(f"^{call}: .*{device}.*({used})", "EBUSY") for call, device in (
                               ("part_del", "/dev/sda1"), ("luks_format", "/dev/sda1"), ("mkfs", "/dev/sda1"),
                               ("mkfs", "/dev/mapper/c"), ("mkfs", "/dev/vg/lv"))],
                           ("^pvcreate: .*/dev/sda1 exclusively", "EBUSY"),
                           ("^pvremove: .*used by VG vg", "0"))


class Names(Input):
    def test_odd(self):
        r = self.shell([self.disk("a.img")], """\
run
part-init /dev/sda gpt
part-add /dev/sda p 2048 32767
part-add /dev/sda p 32768 65535
part-set-name /dev/sda 1 "Größe & 'Zeit'"
part-get-name /dev/sda 1
mkfs ext4 /dev/sda1 "label:two words ü"
vfs-label /dev/sda1
-mkfs ext4 /dev/sda2 label:01234567890123456
-mkfs ext4 "/dev/sda2 "
-mount /dev/../etc/passwd /
-mount "/dev/sda1/../sda1" /
""", launcher=LAUNCHER)
        self.assertEqual(r.out, "Größe & 'Zeit'\ntwo words ü\n", str(r))
        self.assert_errors(r, ("^mkfs: .*limited to 16 bytes", "EINVAL"), *[(": No such file", "ENOENT")] * 3)

    def test_of_mapper_devices(self):
        r = self.shell([self.container(), self.disk("a.img")], """\
run
-luks-open /dev/sda ../c
-luks-open /dev/sda a/b
-luks-open /dev/sda ""
-luks-open /dev/sda control
luks-open /dev/sda "größe 1"
list-dm-devices
luks-close "/dev/mapper/größe 1"
-vgcreate "a b" /dev/sdb
-vgcreate -x /dev/sdb
""", "--keys-from-stdin", stdin=(KEY + "\n") * 9)
        self.assertEqual(r.out, "/dev/mapper/größe 1\n", str(r))
        self.assert_errors(r, *[("^luks_open: .*cannot be the name of a device", "EINVAL")] * 3,
                           ("^luks_open: .*already exists", "EEXIST"),
                           ("^vgcreate: ", "0"), ("^vgcreate: ", "0"))


class Many(Input):
    """More drives than letters."""

    def drives(self, n):
        return [self.disk(f"d{i}.img", MIB) for i in range(n)]

    def test_more_than_letters(self):
        r = self.shell(self.drives(30), "run\nnr-devices\npart-disk /dev/sdab gpt\nlist-partitions\n"
                       "device-index /dev/sdad\nmkfs ext2 /dev/sdz\n-mkfs ext2 /dev/sdae\n", launcher=LAUNCHER)
        self.assertEqual(r.out, "30\n/dev/sdab1\n29\n", str(r))
        self.assert_errors(r, ("^mkfs: /dev/sdae: No such file", "ENOENT"))

    def test_more_than_uml_can(self):
        self.needs_program("linux.uml")
        argv = [word for disk in self.drives(41) for word in ("-a", disk)]
        r = self.gk_fails("shell", "--launcher", "uml", "--format", "raw", *argv, stdin="run\n", timeout=30)
        self.assertRegex(r.err, "there are 41 drives: User-Mode Linux has no more than 40")


class Groups(Input):
    """Volume groups that are sound, and not for everybody."""

    def group(self, name, text=None):
        return lvm.lvm(self.dir, name, text or lvm.group_text(name)).path

    def odd(self, name, *change):
        return self.group(name, lvm.group_text(name).replace(*change))

    def twin(self, letter):
        text = lvm.group_text("twin")
        for kind in "PG":
            text = text.replace(lvm.uuid(kind, "twin"), lvm.uuid(kind, letter))
        return self.group(letter, text)

    def test_odd(self):
        """They are there, cannot be used, as with libguestfs, and are not in the way of others."""
        disks = [self.group("usual"), self.twin("a"), self.twin("b"),
                 self.odd("exported", '"RESIZEABLE"', '"EXPORTED", "RESIZEABLE"'),
                 self.odd("locked", "seqno = 2\n", 'seqno = 2\nlock_type = "sanlock"\nlock_args = "1.0.0:lvmlock"\n'),
                 self.odd("other", "seqno = 2\n", 'seqno = 2\nsystem_id = "host9"\n')]
        before = [self.checksum(d) for d in disks]
        groups = ("exported", "locked", "other", "twin")
        r = self.shell(disks, "run\nlist-filesystems\n" + "".join(f"-vg-activate true {g}\n" for g in groups) +
                       "-vgremove exported\nvgs\n", "--ro")
        self.assertTrue(r.out.startswith("/dev/usual/lv: ext2\n") or "\n/dev/usual/lv: ext2\n" in r.out, str(r))
        for group in ("exported", "locked", "other"):
            self.assertNotIn(f"/dev/{group}/lv", r.out, str(r))
        self.assertRegex(r.out, "(?m)^usual$")
        self.assert_errors(r, ("^vg_activate: .*Volume group \"?exported\"? is exported", "0"),
                           ("^vg_activate: .*locked", "0"), ("^vg_activate: .*other.*system ID host9", "0"),
                           ("^vg_activate: .*Multiple VGs found with the same name", "0"),
                           ("^vgremove: .*exported", "0"))
        self.assertEqual([self.checksum(d) for d in disks], before)


class Keys(Input):
    def test_none(self):
        """What needs no key works without one."""
        path = self.container()
        before = self.checksum(path)
        self.gk("filesystems", "--launcher", self.stacking(), "--format", "raw", path)
        self.gk_fails("cat", "--launcher", self.stacking(), "--format", "raw", path, "/x", match="/dev/sda is encrypted")
        r = self.shell([path], "run\nluks-uuid /dev/sda\nvfs-type /dev/sda\n-mount-ro /dev/sda /\n"
                       "-luks-open-ro /dev/sda c\n-luks-open-ro /dev/sda c\nluks-open-ro /dev/sda c\n",
                       "--ro", "--keys-from-stdin", stdin="\nwrong\nright\n")
        self.assertEqual(r.out.split("\n")[1], "crypto_LUKS", str(r))
        self.assert_errors(r, ("^mount_ro: /dev/sda on /: .*crypto_LUKS", "ENODEV"),
                           ("no key available", "EPERM"), ("no key available", "EPERM"))
        self.assertEqual(self.checksum(path), before)
