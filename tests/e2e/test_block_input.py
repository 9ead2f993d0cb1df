# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is refused of partitions and filesystems, with one clear sentence and an errno: and then not a byte of the disk is another."""

import os
import re

from harness import Case

LAUNCHER = os.environ.get("GUESTKIT_LAUNCHER", "local")
MIB = 1 << 20
UUID = "01234567-89ab-cdef-0123-456789abcdef"
NO_UUIDS = ("nonsense", UUID[:-1], UUID + "0", "", UUID.replace("-", ""), UUID[:-1] + "g", "-h")


class Refused(Case):
    def shell(self, disk, *lines, drive=""):
        """Runs lines; the errors of those with a dash in front, as (message, errno)."""
        script = "\n".join((f"add-drive {disk} format:raw {drive}", "run") + lines) + "\n"
        r = self.gk("shell", "--launcher", LAUNCHER, "--errno", "-f", self.file("script", script), timeout=120)
        r.errors = re.findall(r"^guestkit: .*?:\d+: ([\s\S]*?)\nerrno: (.*)$", r.err, re.M)
        return r

    def refused(self, disk, *rows, before=(), drive=""):
        """rows: (line, pattern of the message, errno).  What is in `before` changes nothing, like a mount that is read-only."""
        was = self.checksum(disk)
        r = self.shell(disk, *before, *("-" + line for line, _, _ in rows), drive=drive)
        self.assertEqual(len(r.errors), len(rows), str(r))
        for (line, pattern, name), (message, errno) in zip(rows, r.errors):
            self.assertRegex(message, pattern, f"{line}\n{r}")
            self.assertEqual(errno, name, f"{line}: {message}\n{r}")
            self.assertLess(message.strip().count("\n"), 2, line)
        self.assertEqual(self.checksum(disk), was, str(r))


class Partitions(Refused):
    def test_gpt(self):
        disk, last = self.disk(), 64 * MIB // 512 - 1
        self.shell(disk, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 32767", "part-add /dev/sda p 32768 65535")
        overlap = "overlapping partitions: sectors .* and partition [12] "
        self.refused(
            disk,
            (f"part-add /dev/sda p 70000 {last + 1}", f"{last + 1}s is outside of the device", "ENOSPC"),
            ("part-add /dev/sda p 70000 99999999999999999", "is outside of the device", "ENOSPC"),
            (f"part-add /dev/sda p 70000 {last}", "last usable GPT sector is 131038", "EINVAL"),
            ("part-add /dev/sda p 1 40", "Sector 1 already used", "ERANGE"),
            ("part-add /dev/sda p 0 2047", "Sector 0 already used", "ERANGE"),
            ("part-add /dev/sda p 32767 70000", overlap, "ENOSPC"),
            ("part-add /dev/sda p 4096 4096", overlap, "ENOSPC"),
            ("part-add /dev/sda p 1000 70000", overlap, "ENOSPC"),
            ("part-add /dev/sda p 70000 69999", "Can't have the end before the start", "EINVAL"),
            ("part-add /dev/sda p -2048 -34", "startsect cannot be negative", "EINVAL"),
            ("part-add /dev/sda p 70000 -99999999", "Can't have the end before the start", "EINVAL"),
            ("part-add /dev/sda secondary 70000 80000", "unknown partition type: secondary", "EINVAL"),
            ("part-resize /dev/sda 1 32768", overlap, "ENOSPC"),
            ("part-resize /dev/sda 1 2047", "the end, sector 2047, is before", "EINVAL"),
            (f"part-resize /dev/sda 2 {last}", "is behind the last that a partition can have", "ENOSPC"),
            ("part-resize /dev/sda 3 70000", "partition number 3 not found", "ENOENT"),
            ("part-resize /dev/sda 0 70000", "partition number must be >= 1", "EINVAL"),
            ("part-del /dev/sda 9", "Partition doesn't exist", "ENOENT"),
            ("part-del /dev/sda -1", "partition number must be >= 1", "EINVAL"),
            (f"part-set-name /dev/sda 1 {'n' * 37}", "limited to 36 characters", "EINVAL"),
            (f"part-set-name /dev/sda 1 {chr(0x1f600) * 19}", "limited to 36 characters", "EINVAL"),
            ("part-set-name /dev/sda 3 x", "partition number 3 not found", "ENOENT"),
            ("part-set-mbr-id /dev/sda 1 0x83", "only MBR partitions have a type byte", "EINVAL"),
            ("part-set-bootable /dev/sda 3 true", "partition number 3 not found", "ENOENT"),
            ("part-init /dev/sda nonsense", "unknown partition type", "EINVAL"),
            *[(f'{line} "{no}"', "is not a GUID", "EINVAL") for no in NO_UUIDS for line in
              ("part-set-disk-guid /dev/sda", "part-set-gpt-guid /dev/sda 1", "part-set-gpt-type /dev/sda 1")])

    def test_mbr(self):
        disk, last = self.disk(), 64 * MIB // 512 - 1
        self.shell(disk, "part-init /dev/sda mbr", *(f"part-add /dev/sda p {n * 2048} {n * 2048 + 2047}" for n in (1, 2, 3)),
                   f"part-add /dev/sda e 8192 {last - 2048}", "part-add /dev/sda l 10240 20479")
        overlap = "overlapping partitions: sectors .* and partition [1-5] "
        self.refused(
            disk,
            (f"part-add /dev/sda p {last - 2047} {last}", "any more partitions: an MBR has 4", "ENOSPC"),
            ("part-add /dev/sda e 8192 10000", "overlapping|extended", "ENOSPC"),
            (f"part-add /dev/sda l {last - 2047} {last}", "must be inside an extended one", "EINVAL"),
            (f"part-add /dev/sda l {last - 4096} {last}", "must be inside an extended one", "EINVAL"),
            ("part-add /dev/sda l 20000 30000", overlap, "ENOSPC"),
            ("part-add /dev/sda l 2048 3000", "overlapping|extended", "ENOSPC"),
            (f"part-add /dev/sda l 30000 {last + 1}", "outside of the device", "ENOSPC"),
            ("part-add /dev/sda l 30000 29999", "Can't have the end before the start", "EINVAL"),
            ("part-resize /dev/sda 4 15000", "logical partition 5 ends at sector 20479", "EBUSY"),
            (f"part-resize /dev/sda 5 {last}", "extended partition ends before", "ENOSPC"),
            ("part-set-mbr-id /dev/sda 1 256", "256: not a byte", "EINVAL"),
            ("part-set-mbr-id /dev/sda 1 -1", "-1: not a byte", "EINVAL"),
            ("part-set-name /dev/sda 1 x", "do not support partition name", "EINVAL"),
            (f"part-set-gpt-type /dev/sda 1 {UUID}", "only be used on GUID Partition Tables", "EINVAL"),
            (f"part-set-gpt-guid /dev/sda 1 {UUID}", "is not a GUID Partition Table", "EINVAL"),
            ("part-expand-gpt /dev/sda", "is not a GUID Partition Table", "EINVAL"))

    def test_more_than_a_gpt_has(self):
        disk = self.disk()
        r = self.shell(disk, "part-init /dev/sda gpt", *(f"part-add /dev/sda p {2048 + n * 8} {2055 + n * 8}" for n in range(128)),
                       "list-partitions | wc -l")
        self.assertEqual(r.out.strip(), "128")
        self.refused(disk, ("part-add /dev/sda p 40000 40007", "any more partitions: this GPT has 128", "ENOSPC"))

    def test_sectors_of_another_size(self):
        """A table of sectors of 512 bytes on a disk of 4096, and the other way round: there is none, and none is written over it."""
        none = "neither copy of its GPT can be used|is not a GUID Partition Table"
        for made, seen in ((512, 4096), (4096, 512)):
            disk = self.disk(name=f"d{made}.raw")
            self.shell(disk, "part-disk /dev/sda gpt", "mkfs ext4 /dev/sda1", drive=f"blocksize:{made}")
            r = self.shell(disk, "list-partitions", "-part-list /dev/sda", "-part-get-parttype /dev/sda", drive=f"blocksize:{seen}")
            self.assertEqual(r.out, "", str(r))
            self.assertEqual([e for _, e in r.errors], ["EINVAL"] * 2, str(r))
            self.refused(disk, *[(line, none, "EINVAL") for line in ("part-add /dev/sda p 3000 4000", "part-del /dev/sda 1",
                                                                     "part-expand-gpt /dev/sda")], drive=f"blocksize:{seen}")


class Filesystems(Refused):
    SIZES = {"ext4": 20, "xfs": 320, "btrfs": 120, "vfat": 40, "ntfs": 20, "swap": 20, "f2fs": 60, "exfat": 20}

    def partitions(self, *kinds):
        """A disk with one of each: kind -> its partition."""
        disk, at, lines, found = self.disk((sum(self.SIZES[k] for k in kinds) + 2) * MIB), 1, ["part-init /dev/sda gpt"], {}
        for n, kind in enumerate(kinds, 1):
            found[kind] = f"/dev/sda{n}"
            lines.append(f"part-add /dev/sda p {at * 2048} {(at + self.SIZES[kind]) * 2048 - 1}")
            at += self.SIZES[kind]
        self.shell(disk, *lines, *(f"mkfs {kind} {device} label:was" for kind, device in found.items()))
        return disk, found

    def test_labels(self):
        """The longest that there can be is stored, and one more is refused: nothing is cut."""
        limits = {"ext4": 16, "xfs": 12, "btrfs": 254, "vfat": 11, "ntfs": 128, "swap": 15, "f2fs": 512, "exfat": 11}
        disk, devices = self.partitions(*limits)
        rows = [(f"mkfs {kind} {devices[kind]} label:{'x' * (most + 1)}", f"labels are limited to {most} (bytes|characters)", "EINVAL")
                for kind, most in limits.items()]
        rows += [(f"set-label {devices[kind]} {'x' * (most + 1)}", f"labels are limited to {most} (bytes|characters)", "EINVAL")
                 for kind, most in limits.items() if kind != "f2fs"]
        rows += [(f"set-e2label {devices['ext4']} {'x' * 17}", "limited to 16 bytes", "EINVAL"),
                 (f"mke2fs {devices['ext4']} label:{'x' * 17}", "limited to 16 bytes", "EINVAL"),
                 (f"mke2journal-L 1024 {'x' * 17} {devices['ext4']}", "limited to 16 bytes", "EINVAL"),
                 (f"mkswap-L {'x' * 16} {devices['swap']}", "limited to 15 bytes", "EINVAL"),
                 (f"mkswap {devices['swap']} label:{'x' * 16}", "limited to 15 bytes", "EINVAL"),
                 (f"mkfs-btrfs {devices['btrfs']} label:{'x' * 255}", "limited to 254 bytes", "EINVAL"),
                 (f"xfs-admin {devices['xfs']} label:{'x' * 13}", "limited to 12 bytes", "EINVAL")]
        self.refused(disk, *rows)
        asks = [f"mkfs {kind} {devices[kind]} label:{'x' * most}\nvfs-label {devices[kind]}" for kind, most in limits.items() if kind != "ntfs"]
        want = "".join("x" * most + "\n" for kind, most in limits.items() if kind != "ntfs")
        self.assertEqual(self.shell(disk, *asks).out.lower(), want)
        sets = [f"set-label {devices[kind]} {'y' * most}\nvfs-label {devices[kind]}" for kind, most in limits.items() if kind not in ("ntfs", "f2fs")]
        want = "".join("y" * most + "\n" for kind, most in limits.items() if kind not in ("ntfs", "f2fs"))
        self.assertEqual(self.shell(disk, *sets).out.lower(), want)

    def test_uuids(self):
        disk, of = self.partitions("ext4", "xfs", "btrfs", "swap", "vfat")
        calls = [f"set-uuid {of[kind]} @" for kind in ("ext4", "xfs", "btrfs", "swap")]
        calls += [f"set-e2uuid {of['ext4']} @", f"mke2journal-U 4096 @ {of['ext4']}", f"mkswap-U @ {of['swap']}",
                  f"mke2fs-JU ext4 4096 {of['ext4']} @"]
        rows = [(call.replace("@", f'"{no}"'), "is not a UUID", "EINVAL") for no in NO_UUIDS for call in calls]
        rows += [(call + "nonsense", "nonsense: is not a UUID", "EINVAL")
                 for call in (f"mke2fs {of['ext4']} uuid:", f"mkswap {of['swap']} uuid:", f"xfs-admin {of['xfs']} uuid:")]
        rows += [(f"set-uuid {of['swap']} random", "is not a UUID", "EINVAL"), (f"set-uuid {of['vfat']} {UUID}", "the UUID of vfat has 8 hexadecimal digits", "EINVAL")]
        self.refused(disk, *rows)
        r = self.shell(disk, *(f"set-uuid {of[kind]} {UUID[:-1]}{i}\nvfs-uuid {of[kind]}" for i, kind in enumerate(("ext4", "xfs", "swap"))))
        self.assertEqual(r.out, "".join(f"{UUID[:-1]}{i}\n" for i in range(3)))

    def test_what_the_tool_does_not_want(self):
        """The signatures of what was there are removed before a tool runs: when it refuses, they are back."""
        disk, of = self.partitions("ext4", "xfs", "swap")
        self.refused(disk, (f"mkfs ext4 {of['xfs']} features:nonsense", "nonsense", "0"),
                     (f"mkfs xfs {of['ext4']}", "must be larger than 300MB", "0"),
                     (f"mkfs vfat {of['swap']} label:ü", "convert|label", "0"),
                     (f"mkfs ext4 {of['ext4']} inode:64", "inode", "0"),
                     (f"mkfs ext4 {of['ext4']} blocksize:1000", "power of 2", "EINVAL"),
                     (f"mkfs nofs {of['ext4']}", "unknown filesystem type", "EOPNOTSUPP"))

    def test_smaller_than_what_is_in_it(self):
        disk, of = self.partitions("ext4", "btrfs", "ntfs")
        end = {kind: sum(self.SIZES[k] for k in list(of)[:n]) for n, kind in enumerate(of, 1)}
        self.refused(disk, *[(f"part-resize /dev/sda {n} {(end[kind] + 1) * 2048 - 4097}", f"the {kind} on it uses .* make it smaller first", "ENOSPC")
                             for n, kind in enumerate(of, 1)],
                     (f"ntfsresize {of['ntfs']} size:1000", "size|small", "0"))


class Used(Refused):
    def test_mounted(self):
        """All that writes to a device says EBUSY while it is mounted, read-only too, so that the disk stays as it is."""
        disk = self.disk()
        self.shell(disk, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 65535", "part-add /dev/sda p 65536 98303", "mkfs ext2 /dev/sda1")
        busy = [line.replace("@", "/dev/sda1") for line in (
            "mkfs ext4 @", "mkfs-btrfs @", "mke2fs @", "mke2journal 1024 @", "mkswap @", "mkswap-L x @", f"mkswap-U {UUID} @", "wipefs @",
            "blkdiscard @", "zerofree @", "part-del /dev/sda 1", "part-resize /dev/sda 1 40000", "part-init /dev/sda gpt",
            "part-disk /dev/sda mbr", "wipefs /dev/sda", "zero @", "zero-device @", "scrub-device @", "ntfsfix @",
            "e2fsck @ correct:true")]
        rows = [(line, "in use|is mounted|busy|mounted", "EBUSY") for line in busy]
        self.refused(disk, *rows, before=("mount-ro /dev/sda1 /",))

    def test_uuid_of_a_mounted_one(self):
        """As tune2fs has it: where checksums are made of the UUID, it changes when nothing is mounted."""
        disk = self.disk()
        self.shell(disk, "part-disk /dev/sda mbr", "mkfs ext2 /dev/sda1")
        r = self.shell(disk, "mount /dev/sda1 /", f"set-uuid /dev/sda1 {UUID}", "vfs-uuid /dev/sda1", "umount /", "e2fsck /dev/sda1",
                       "vfs-uuid /dev/sda1", "set-uuid-random /dev/sda1", "mount /dev/sda1 /", "ls /")
        self.assertEqual((r.out, r.errors), (f"{UUID}\n{UUID}\nlost+found\n", []), str(r))
        self.shell(disk, "mkfs ext4 /dev/sda1 features:metadata_csum,^metadata_csum_seed")
        before = self.checksum(disk)
        self.refused(disk, (f"set-uuid /dev/sda1 {UUID}", "mounted", "0"), before=("mount-ro /dev/sda1 /",))
        self.assertEqual(self.checksum(disk), before)

    def test_read_only_drive(self):
        """Such a drive has a layer that is thrown away: what is written to it works, and the image stays as it is."""
        disk = self.disk()
        self.shell(disk, "part-disk /dev/sda mbr", "mkfs ext4 /dev/sda1", "mount /dev/sda1 /", "write /f kept")
        was = self.checksum(disk)
        r = self.shell(disk, "part-del /dev/sda 1", "part-disk /dev/sda gpt", "mkfs ext2 /dev/sda1", "zero-device /dev/sda",
                       "part-disk /dev/sda mbr", "list-partitions", drive="readonly:true")
        self.assertEqual((r.out, r.errors), ("/dev/sda1\n", []), str(r))
        self.assertEqual(self.checksum(disk), was)
        if LAUNCHER != "uml":           # the setting would outlive the session in the host's kernel
            return
        self.refused(disk, ("part-disk /dev/sda gpt", "ead-only", "EROFS"), ("mkfs ext2 /dev/sda1", "ead-only", "EROFS"),
                     ("zero-device /dev/sda1", "ead-only", "EROFS"), ("wipefs /dev/sda", "ead-only", "EROFS"),
                     before=("blockdev-setro /dev/sda", "blockdev-setro /dev/sda1"))
