# SPDX-License-Identifier: LGPL-3.0-or-later
"""What only btrfs has, as far as the examples of its calls cannot say it: scrubs that go on in the background, damaged data,
names that look like answers."""

import glob
import os
import re

from harness import Case


class WithBtrfs(Case):
    def setUp(self):
        super().setUp()
        self.needs_filesystem("btrfs")


class Btrfs(WithBtrfs):
    def disk(self, size=300 << 20):
        path = self.path("d.raw")
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def shell(self, disk, script, *more):
        return self.gk("shell", *more, "--format", "raw", "-a", disk, stdin=script, timeout=120)

    def test_scrub_in_the_background(self):
        """It is told of, cancelled, resumed, and in the way of no unmount; nothing of it is kept on the host."""
        # It is slowed down by this kernel's sysfs.
        with open("/proc/filesystems", encoding="ascii") as f:
            if "btrfs" not in f.read().split():
                self.skipTest("the kernel has no btrfs")
        disk = self.disk()
        uuid = "5cb00000-0000-4000-8000-%012d" % os.getpid()
        self.tool("mkfs.btrfs", "-q", "-f", "-m", "single", "-U", uuid, disk, env={"BLKID_FILE": "/dev/null"})
        slow = f"! echo 4000000 >/sys/fs/btrfs/{uuid}/devinfo/1/scrub_speed_max"
        r = self.shell(disk, f"""run
            mount /dev/sda /
            fill-pattern abcdefgh 100000000 /f
            btrfs-filesystem-sync /
            {slow}
            btrfs-scrub-start /
            -btrfs-scrub-start /
            -btrfs-scrub-resume /
            btrfs-scrub-cancel /
            -btrfs-scrub-cancel /
            btrfs-scrub-status / | grep data_bytes_scrubbed
            btrfs-scrub-resume /
            umount /
            mount /dev/sda /
            {slow}
            btrfs-scrub-start /
            """, "--launcher", "local")
        self.assertEqual(len(re.findall("a scrub of it is running", r.err)), 2, str(r))
        self.assertEqual(len(re.findall("no scrub is running", r.err)), 1, str(r))
        self.assertLess(int(r.out.split()[-1]), 100000000, str(r))
        self.assertEqual(glob.glob(f"/var/lib/btrfs/*{uuid}*"), [])

    def test_scrub_finds_damage(self):
        disk = self.disk()
        self.shell(disk, "run\nmkfs-btrfs /dev/sda metadata:dup datatype:single\nmount /dev/sda /\n"
                         "fill-pattern hopefully-once 1000000 /f\n")
        with open(disk, "r+b") as f:
            at = f.read().find(b"hopefully-oncehopefully-once" * 100)
            self.assertGreater(at, 1 << 20)
            f.seek(at + 500)
            f.write(b"DAMAGED")
        self.gk_fails("shell", "--format", "raw", "-a", disk, "-m", "/dev/sda", stdin="btrfs-scrub-full /\n",
                          match="uncorrectable", timeout=120)
        r = self.shell(disk, "run\nmount /dev/sda /\n-btrfs-scrub-full /\nbtrfs-scrub-status / | grep -E 'csum_err|uncorr'\n")
        self.assertEqual(r.out, "btrfsscrub_csum_errors: 1\nbtrfsscrub_uncorrectable_errors: 1\n", str(r))

    def test_names_are_no_answers(self):
        """Names of subvolumes are the guest's, and may look like lines of what a tool prints."""
        r = self.shell(self.disk(), r"""run
            mkfs btrfs /dev/sda
            mount /dev/sda /
            btrfs-subvolume-create "/s\n\tUUID: \t\t\tfalse\nID 999 gen 7 top level 5 path x"
            btrfs-subvolume-create "/q\", \"qgroupid\": \"9"
            btrfs-quota-enable / true
            btrfs-qgroup-show / | grep -c id
            btrfs-subvolume-list / | grep -c btrfssubvolume_id
            btrfs-subvolume-show "/s\n\tUUID: \t\t\tfalse\nID 999 gen 7 top level 5 path x" | grep -c ^UUID
            """)
        self.assertEqual(r.out, "3\n2\n1\n", str(r))

    def test_link_leads_nowhere_outside(self):
        """Where a subvolume is made or removed is the guest's, whatever its links say."""
        outside = self.path("outside")
        os.mkdir(outside)
        r = self.shell(self.disk(), f"""run
            mkfs btrfs /dev/sda
            mount /dev/sda /
            ln-s {outside} /out
            ln-s ../../../../../..{outside} /up
            -btrfs-subvolume-create /out/s
            -btrfs-subvolume-create /up/s
            mkdir-p {outside}
            btrfs-subvolume-create /out/s
            btrfs-subvolume-snapshot /out/s /up/t
            ls {outside}
            """)
        self.assertEqual(r.out, "s\nt\n", str(r))
        self.assertEqual(len(re.findall("No such file", r.err)), 2, str(r))
        self.assertEqual(os.listdir(outside), [])


class Devices(WithBtrfs):
    """Filesystems over several devices."""

    def disks(self, *names):
        for name in names:
            path = self.path(name + ".raw")
            if not os.path.exists(path):
                with open(path, "wb") as f:
                    f.truncate(300 << 20)
            yield from ("-a", path)

    def on(self, names, *lines):
        return self.gk("shell", "--format", "raw", *self.disks(*names), stdin="\n".join(("run",) + lines) + "\n", timeout=120)

    def test_grown_from_a_seed(self):
        """The new one is found with its seed, in the session that made it and in another, and the seed stays as it is."""
        self.on("a", "mkfs-btrfs /dev/sda label:seed", "mount /dev/sda /", "write /old seed", "umount /", "btrfs-set-seeding /dev/sda true")
        seed = self.checksum(self.path("a.raw"))
        r = self.on("ab", "mount /dev/sda /", "-write /new no", "btrfs-device-add /dev/sdb /", "umount /", "btrfs-filesystem-show /dev/sdb",
                    "mount /dev/sdb /", "write /new grown", "cat /old")
        self.assertEqual(r.out, "/dev/sda\n/dev/sdb\nseed\n", str(r))
        self.assertIn("Read-only file system", r.err)
        r = self.on("ba", "btrfs-filesystem-show /dev/sda", "btrfs-filesystem-show /dev/sdb", "mount-ro /dev/sda /", "cat /old", "cat /new")
        self.assertEqual(r.out, "/dev/sdb\n/dev/sda\n/dev/sdb\nseed\ngrown\n", str(r))
        self.assertEqual(self.checksum(self.path("a.raw")), seed)
        # Without the seed it is not whole, and that is said.
        r = self.on("b", "-btrfs-filesystem-show /dev/sda", "-mount /dev/sda /")
        self.assertRegex(r.err, "its filesystem has 2 devices, of which 1 are here")
        self.assertRegex(r.err, "mount: /dev/sda on /: ")

    def test_replaced_and_removed(self):
        r = self.on("abc", 'mkfs-btrfs "/dev/sda /dev/sdb" datatype:raid1 metadata:raid1', "mount /dev/sda /", "fill 120 20000000 /f",
                    "-btrfs-device-delete /dev/sdb /", "btrfs-replace /dev/sdb /dev/sdc /", "btrfs-filesystem-show /dev/sda",
                    "-btrfs-replace /dev/sdb /dev/sdc /", "btrfs-device-add /dev/sdb /", "btrfs-device-delete /dev/sda /",
                    "btrfs-filesystem-show /dev/sdc", "checksum md5 /f")
        lines = r.out.split("\n")
        self.assertEqual(lines[:4], ["/dev/sda", "/dev/sdc", "/dev/sdc", "/dev/sdb"], str(r))
        self.assertRegex(r.err, "unable to go below two devices on raid1")
        self.assertRegex(r.err, "btrfs_replace: /dev/sdc is mounted, or another device stands on it")
        r = self.on("cb", "mount-ro /dev/sda /", "checksum md5 /f", "btrfs-filesystem-show /dev/sda")
        self.assertEqual(r.out.split("\n")[0], lines[4], str(r))
