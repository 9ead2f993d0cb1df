# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sets of Linux RAID as other machines made them: kinds of metadata, sets with a disk less, sets with partitions.
And a plain encrypted device of cryptsetup's, which nothing on the disk tells of."""

from test_lvm_host import Host

PLAIN_KEY = "0123456789abcdef0123456789abcdef"      # as long as the cipher wants it


class Sets(Host):
    def setUp(self):
        super().setUp()
        self.needs_program("mdadm")

    def disks(self):
        for name in ("a.raw", "b.raw"):
            self.disk(name, 96 << 20)
            self.tool("sfdisk", "-q", self.path(name), stdin="label: gpt\n" + "size=16M\n" * 5)
        self.disk("plain.raw", 16 << 20)
        self.file("plain.key", PLAIN_KEY)
        self.on_host("""
            export MDADM_NO_UDEV=1
            a=$(losetup --find --show a.raw); b=$(losetup --find --show b.raw); p=$(losetup --find --show plain.raw)
            partx -a $a 2>/dev/null || :; partx -a $b 2>/dev/null || :
            make () { quiet mdadm --create /dev/$1 --run --assume-clean --metadata=$2 --level=$3 --raid-devices=$4 $5 $6 ${7-}
                      [ $1 = md93 ] || { quiet mkfs.ext4 -q /dev/$1; file /dev/$1 "$2 $3"; }; }
            make md91 0.90 1 2 ${a}p1 ${b}p1
            make md92 1.0 5 3 ${a}p2 ${b}p2 missing
            make md93 1.1 1 2 ${a}p3 ${b}p3
            make md94 1.2 0 2 ${a}p4 ${b}p4
            make md95 1.2 10 2 ${a}p5 missing
            printf 'label: gpt\\nsize=4M\\nsize=4M\\n' | sfdisk -q --no-reread --no-tell-kernel /dev/md93
            partx -a /dev/md93 2>/dev/null || :; quiet mkfs.ext2 -q /dev/md93p2; file /dev/md93p2 "1.1 1"
            quiet cryptsetup open --type plain --key-file plain.key --cipher aes-cbc-essiv:sha256 --key-size 256 $p plain
            quiet mkfs.ext2 -q /dev/mapper/plain; file /dev/mapper/plain "in plain"; quiet cryptsetup close plain
            sync; for m in 91 92 93 94 95; do quiet mdadm --stop /dev/md$m; done; losetup -d $a $b $p; sync; rm -rf /run/mdadm""")
        return [self.path("a.raw"), self.path("b.raw")]

    def session(self, disks, *lines, access="--ro"):
        return self.gk("shell", "--launcher", self.stacking("md"), access, "--format", "raw",
                       *[word for disk in disks for word in ("-a", disk)], "-f",
                       self.file("script", "\n".join(("run",) + lines) + "\n"), timeout=200)

    def contents(self, disks):
        """What is on each set: {metadata and level: its number's device}."""
        r = self.session(disks, "list-filesystems", "list-md-devices")
        found = {}
        devices = [line.split(":")[0] for line in r.out.splitlines() if line.startswith("/dev/md") and ": ext" in line]
        looks = [line for d in devices for line in (f"mount-ro {d} /", "cat /hello", "umount /")]
        texts = [line for line in self.session(disks, *looks).out.splitlines() if line]
        for device, text in zip(devices, texts):
            found[text] = device
        return found

    def test_kinds(self):
        disks = self.disks()
        before = [self.checksum(d) for d in disks]
        found = self.contents(disks)
        self.assertEqual(sorted(found), ["0.90 1", "1.0 5", "1.1 1", "1.2 0", "1.2 10"])
        self.assertRegex(found["1.1 1"], r"^/dev/md\d+p2$")
        # Degraded ones say so; members have the session's names.
        r = self.session(disks, f"md-detail {found['1.0 5']}", f"md-stat {found['1.0 5']}", f"md-detail {found['0.90 1']}",
                         f"blockdev-getsize64 {found['1.1 1']}", "list-partitions", "-md-stat /dev/sda", "-md-detail /dev/sda1")
        for pattern in ("level: raid5", "devices: 3", "metadata: 1.0", "device_dev_sda2_dev: /dev/sda2",
                        "device_dev_sdb2_role: 1", "mdstat_device: /dev/sda2", "metadata: 0.90", "4194304", found["1.1 1"]):
            self.assertRegex(r.out, f"(?m)^ *{pattern}$")
        self.assertRegex(r.err, "md_stat: /dev/sda: is no RAID")
        self.assertEqual([self.checksum(d) for d in disks], before, "looking has changed a disk")
        # One disk less: what can do without is there.
        self.assertEqual(sorted(self.contents(disks[:1])), ["0.90 1", "1.1 1", "1.2 10"])
        self.assertEqual(self.checksum(disks[0]), before[0])
        # Writing, stopping.
        r = self.session(disks, f"mount {found['0.90 1']} /", "write /hello more", "-md-stop " + found["0.90 1"], "umount /",
                         f"md-stop {found['0.90 1']}", "list-md-devices", access="--rw")
        self.assertIn("md_stop: ", r.err)
        self.assertEqual(len(r.out.splitlines()), 4, str(r))
        self.assertIn("more", self.contents(disks))
        r = self.plain()
        self.assertTrue(r.out.startswith("in plain\n"), str(r))

    def test_number_of_a_set_with_a_disk_less(self):
        """The first is md127, as it is in libguestfs, though it was put together twice."""
        disks = [self.disk("one.raw", 40 << 20), self.disk("two.raw", 40 << 20)]
        r = self.session(disks, 'md-create set "/dev/sda /dev/sdb"', "list-md-devices", access="--rw")
        self.assertEqual(r.out, "/dev/md127\n")
        for some in (disks, disks[:1], disks[1:]):
            self.assertEqual(self.session(some, "list-md-devices", "md-stat /dev/md127 | grep -c device:").out, f"/dev/md127\n{len(some)}\n")

    def plain(self):
        return self.gk("shell", "--launcher", self.stacking(), "--ro", "--format", "raw", "-a", self.path("plain.raw"),
                       "--keys-from-stdin", "-f", self.file("script", "run\n"
                       "cryptsetup-open /dev/sda c readonly:true crypttype:plain\nmount-ro /dev/mapper/c /\ncat /hello\n"),
                       stdin=PLAIN_KEY + "\n", timeout=120)
