# SPDX-License-Identifier: LGPL-3.0-or-later
"""LVM and the machine around it: groups of the host that have the name of the guest's stay as they are, and kinds
of volumes that only the host's tools make (thin, RAID, snapshots, caches) are there in a session."""

import os

from harness import GUESTKIT, REPO, Case

CONF = """devices { filter=[%s] use_devicesfile=0 hints="none" obtain_device_list_from_udev=0
 external_device_info_source="none" }
activation { udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0 }
backup { backup=0 archive=0 }
global { event_activation=0 notify_dbus=0 use_lvmpolld=0 %s }
"""
HAS_DM = os.path.exists("/sys/class/misc/device-mapper")

# Beginning of a script of the host: LVM of its own, with loop devices of the images that are the arguments.
BEGIN = """
set -eu
mkdir -p etc; cat >etc/lvm.conf <<'X'
""" + CONF % ('"a|^/dev/loop|","r|.*|"', 'locking_dir="/tmp"') + """X
sed -i "s|/tmp|$PWD/lock|" etc/lvm.conf; mkdir -p lock; export LVM_SYSTEM_DIR=$PWD/etc DM_DISABLE_UDEV=1 LVM_SUPPRESS_FD_WARNINGS=1
quiet () { "$@" >log 2>&1 || { cat log; exit 1; }; }
file () { mkdir -p m; mount "$1" m; echo "$2" >m/hello; umount m; }
"""


class Host(Case):
    def setUp(self):
        super().setUp()
        self.needs_program("linux.uml")
        self.needs_program("lvm")

    def disk(self, name, size):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def on_host(self, script, timeout=240):
        """Runs it on this kernel when it has device-mapper, else on one that has."""
        argv = ["sh", self.file("host.sh", BEGIN + script)]
        if not HAS_DM:
            argv = [os.path.join(REPO, "tests/uml-host/run"), "-t", str(timeout), "-w", self.dir] + argv
        return self.tool(*argv, timeout=timeout)


class SameName(Host):
    """The host has a group of the guest's name."""

    def test_auto_takes_the_sandbox(self):
        """The host's is looked at by nobody, although its device is one that LVM would find."""
        guest, host = self.disk("guest.raw", 48 << 20), self.disk("host.raw", 32 << 20)
        self.gk("shell", "--launcher", self.stacking(), "--format", "raw", "-a", guest, timeout=120,
                stdin="run\npvcreate /dev/sda\nvgcreate vg /dev/sda\nlvcreate lv vg 24\nmkfs ext4 /dev/vg/lv\n")
        loop = self.tool("losetup", "--find", "--show", host).out.strip()
        try:
            os.mkdir(self.path("etc"))
            self.file("etc/lvm.conf", CONF % (f'"a|^{loop}$|","r|.*|"', f'activation=0 locking_dir="{self.dir}"'))
            lvm = {"env": {"LVM_SYSTEM_DIR": self.path("etc")}}
            self.tool("lvm", "vgcreate", "vg", loop, **lvm)
            self.tool("lvm", "lvcreate", "-an", "-Zn", "-Wn", "-L8M", "-n", "lv", "vg", **lvm)
            uuid = self.tool("lvm", "vgs", "--noheadings", "-o", "vg_uuid", "vg", **lvm).out
            self.tool("sync", host)
            before = self.checksum(host)
            r = self.gk("shell", "--launcher", "auto", "--format", "raw", "-a", guest, timeout=120,
                        stdin="run\nvguuid vg\npvs\nlvs\nlist-filesystems\nvgrename vg other\nvg-activate-all false\nvgchange-uuid-all\n"
                        "pvchange-uuid-all\nvgrename other vg\nlvm-remove-all\nvgs\n")
            self.assertEqual(r.out.split("\n")[1:], ["/dev/sda", "/dev/vg/lv", "/dev/vg/lv: ext4", ""], str(r))
            self.assertNotEqual(r.out.split("\n")[0].replace("-", ""), uuid.strip().replace("-", ""))
            self.assertEqual(self.checksum(host), before)
            self.assertEqual(self.tool("lvm", "vgs", "--noheadings", "-o", "vg_uuid", "vg", **lvm).out, uuid)
        finally:
            self.tool("losetup", "-d", loop)

    def test_local_refuses(self):
        """When the host's is active the names of its mapper devices are taken: a typed error, and nothing changes."""
        self.disk("guest.raw", 48 << 20), self.disk("host.raw", 32 << 20)
        r = self.on_host(f"""
            for name in guest host; do
                loop=$(losetup --find --show $name.raw)
                quiet lvm vgcreate vg $loop; quiet lvm lvcreate -y -L8M -n lv vg; quiet mkfs.ext4 -q /dev/vg/lv
                file /dev/vg/lv $name
                [ $name = host ] || {{ quiet lvm vgchange -an vg; losetup -d $loop; }}
            done
            sync; dmsetup table >tables; before=$(sha256sum <host.raw)
            open () {{ {GUESTKIT} shell --errno --launcher local --format raw -a guest.raw "$@" >out 2>&1; }}
            ! open run : lvs || exit 9
            cat out
            # Under another name it is no trouble, and the host's is not among what is seen.
            quiet lvm vgrename vg hosts; dmsetup table >tables; before=$(sha256sum <host.raw)
            open run : lvs : mount /dev/vg/lv / : cat /hello : umount / : -vgrename vg hosts : vg-activate-all false : \\
                lvm-remove-all : vgs || {{ cat out; exit 8; }}
            cat out; dmsetup table | cmp - tables; [ "$before" = "$(sha256sum <host.raw)" ]
            quiet lvm vgchange -an hosts; losetup -d $loop
            """)
        lines = r.out.split("\n")
        self.assertRegex(lines[0], "launch: the volume group ‘vg’ cannot be made active: this machine has a mapper device "
                         "vg-lv already .the uml launcher has a kernel of its own")
        self.assertIn("EEXIST", r.out)
        self.assertIn("/dev/vg/lv\nguest", r.out)
        self.assertRegex(r.out, "vgrename: the volume group ‘hosts’ cannot be made active")


class Kinds(Host):
    """Volumes that are made of hidden ones."""

    FILES = {"thin": "later", "raid": "raid", "origin": "later", "snap": "origin", "cached": "cached", "plain": "plain"}

    def group(self):
        for name in ("a.raw", "b.raw"):
            self.disk(name, 128 << 20)
        self.on_host("""
            a=$(losetup --find --show a.raw); b=$(losetup --find --show b.raw)
            quiet lvm vgcreate vg $a $b
            quiet lvm lvcreate -y -L16M --thinpool pool vg $a; quiet lvm lvcreate -y -V32M --thin -n thin vg/pool
            quiet lvm lvcreate -y --type raid1 -m1 -L8M -n raid vg
            for name in origin plain cached; do quiet lvm lvcreate -y -L8M -n $name vg $a; done
            for name in thin raid origin plain cached; do
                quiet mkfs.ext4 -q /dev/vg/$name; file /dev/vg/$name $name
            done
            quiet lvm lvcreate -y -s -L4M -n snap vg/origin; file /dev/vg/origin later
            quiet lvm lvcreate -y -s -n thinsnap vg/thin; file /dev/vg/thin later
            quiet lvm lvcreate -y --type cache-pool -L8M -n cache vg $b
            quiet lvm lvconvert -y --type cache --cachepool vg/cache vg/cached
            # Not to be made active by itself, and inactive for no reason of its own.
            quiet lvm lvcreate -y -L4M -n skipped vg; quiet lvm lvchange -y --setactivationskip y vg/skipped
            quiet lvm vgchange -an vg; losetup -d $a $b; sync""")
        return [self.path("a.raw"), self.path("b.raw")]

    def session(self, disks, *lines, access="--ro"):
        return self.gk("shell", "--launcher", self.stacking(), access, "--format", "raw",
                       *[word for disk in disks for word in ("-a", disk)], stdin="\n".join(("run",) + lines) + "\n",
                       timeout=200)

    def test_kinds(self):
        """All are there after launch, also when nothing may be written; what LVM keeps for itself is not shown."""
        disks = self.group()
        before = [self.checksum(d) for d in disks]
        looks = [line for name in self.FILES for line in (f"mount-ro /dev/vg/{name} /", "cat /hello", "umount /")]
        r = self.session(disks, "lvs", "list-dm-devices", "list-filesystems", "is-lv /dev/vg/thin", "is-lv /dev/vg",
                         "is-lv /dev/sda", "lvm-canonical-lv-name /dev/mapper/vg-snap", "-is-lv /dev/vg/skipped",
                         "-is-lv /dev/vg/pool", "-mount-ro /dev/vg/thinsnap /", *looks)
        names = sorted(self.FILES)
        out = r.out.split("\n")
        self.assertEqual(out[:6], [f"/dev/vg/{name}" for name in names], str(r))
        self.assertEqual(out[6:12], [f"/dev/vg/{name}: ext4" for name in names])
        self.assertEqual(out[12:16], ["true", "false", "false", "/dev/vg/snap"])
        self.assertEqual([line for line in out[16:] if line], list(self.FILES.values()), str(r))
        for name in ("skipped", "pool", "thinsnap"):
            self.assertRegex(r.err, f"/dev/vg/{name}: No such file or directory")
        self.assertEqual([self.checksum(d) for d in disks], before)
        # And written to, over two sessions.
        writes = [line for name in self.FILES for line in (f"mount /dev/vg/{name} /", f"write /hello {name}2", "umount /")]
        self.session(disks, *writes, access="--rw")
        r = self.session(disks, *looks)
        self.assertEqual(r.out.replace("\n", ""), "".join(name + "2" for name in self.FILES))
        # With one of the two disks: what needs the other is not there, half a RAID is.
        r = self.session(disks[:1], "list-filesystems", "mount-ro /dev/vg/raid /", "cat /hello")
        self.assertIn("/dev/vg/plain: ext4\n", r.out)
        self.assertNotIn("/dev/vg/cached: ext4", r.out)
        self.assertTrue(r.out.rstrip("\n").endswith("raid2"), str(r))
