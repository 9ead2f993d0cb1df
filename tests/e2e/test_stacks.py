# SPDX-License-Identifier: LGPL-3.0-or-later
"""What stands on what: RAID, encryption, logical volumes and filesystems in any order, made in one session and
opened in another by the commands that a user has."""

import json
import os

import world
from harness import GUESTKIT, Case

KEY = "the key of stacks"
NOBODY = 65534


class Stack(Case):
    def setUp(self):
        super().setUp()
        self.launcher = self.stacking("md")

    def disk(self, name, size=96 << 20):
        path = self.path(name)
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def options(self, disks):
        return ["--launcher", self.launcher, "--format", "raw"] + [word for disk in disks for word in ("-a", disk)]

    def make(self, disks, *lines, keys=0):
        """Runs a script; each line that takes keys takes the same."""
        return self.gk("shell", *self.options(disks), "--keys-from-stdin", "-f",
                       self.file("script", "\n".join(("run",) + lines) + "\n"), stdin=f"{KEY}\n" * keys, timeout=120)

    def cheap(self, name, device):
        """A line that makes device a container whose key takes no time to derive: in User-Mode Linux one of luks_format's
        takes seconds, each time.  luks-format may come before, to be seen on such a device."""
        path = self.path(name + ".luks")
        with open(path, "wb") as f:
            f.truncate(20 << 20)
        self.tool("cryptsetup", "-q", "luksFormat", "--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000",
                  "--disable-locks", "--key-file", self.file("key", KEY), path)
        os.truncate(path, 16 << 20)     # the header; the data begins behind it
        return f"upload {path} {device}"

    def as_nobody(self, *args, **kwargs):
        """An ordinary user, whom the folders above the build and the disks may be closed to."""
        for point, folder in (("/run/others", os.path.dirname(GUESTKIT)), ("/run/disks", self.dir)):
            self.tool("mkdir", "-p", point)
            self.tool("mount", "--bind", folder, point)
        try:
            argv = [a.replace(self.dir, "/run/disks") for a in args]
            r = self.run_program("/run/others/guestkit", *argv, user=NOBODY, cwd="/", env={"HOME": "/nonexistent"},
                                 **kwargs)
            self.sane(r)
            self.assertEqual(r.status, 0, str(r))
            return r
        finally:
            self.wait_for(lambda: "guestkitd" not in str(world.processes()), "the keeper to end")
            for point in ("/run/others", "/run/disks"):
                self.tool("umount", point)
                os.rmdir(point)

    def put(self, device, fs="ext4"):
        """Lines that make a filesystem with a file."""
        return (f"mkfs {fs} {device}", f"mount {device} /", "write /hello 'stacked'", "umount /")

    def check(self, disks, device, fs="ext4", nobody=False):
        """The file is found by those who have the key, and can be edited; without it nothing is."""
        key = ["--key", "all:key:" + KEY]
        nobody = nobody and self.launcher == "uml"      # the other one is root's
        gk = self.as_nobody if nobody else self.gk
        for disk in disks if nobody else []:
            os.chown(disk, NOBODY, NOBODY)
            os.chmod(self.dir, 0o777)           # changes are kept beside the image until they land
        options = self.options(disks)
        r = gk("filesystems", "--json", *options, *key, timeout=120)
        self.assertIn((device, fs), [(row["device"], row["type"]) for row in json.loads(r.out)], str(r))
        before = [self.checksum(d) for d in disks]
        self.assertEqual(gk("cat", *options, *key, "-m", device, "/hello", timeout=120).out, "stacked")
        self.assertEqual([self.checksum(d) for d in disks], before, "reading has changed the image")
        gk("edit", *options, *key, "-m", device, "/hello", "-e", "s/stacked/edited/", timeout=120)


OPENED = "/dev/mapper/c"


class Orders(Stack):
    """Each order of layers that there is in guests."""

    def mapped(self, disks, device):
        """The name under which the commands open an encrypted device."""
        r = self.make(disks, f"luks-uuid {device}")
        return "/dev/mapper/luks-" + r.out.strip()

    def test_volumes_on_encryption(self):
        disks = [self.disk("d.raw", 400 << 20)]
        self.make(disks, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 -2048", "luks-format /dev/sda1 0",
                  "luks-open /dev/sda1 c", f"pvcreate {OPENED}", f"vgcreate vg {OPENED}", "lvcreate root vg 320",
                  *self.put("/dev/vg/root", "xfs"), keys=2)
        self.check(disks, "/dev/vg/root", "xfs", nobody=True)
        r = self.gk("info", *self.options(disks), "--key", "/dev/vda1:key:" + KEY, timeout=120)
        self.assertIn("/dev/sda1: 417333760 bytes, crypto_LUKS", r.out)
        self.assertIn("/dev/vg/root: 335544320 bytes, xfs", r.out)
        # Closed it is not among the filesystems, as with libguestfs.
        self.assertEqual(self.gk("filesystems", *self.options(disks), timeout=120).out.splitlines()[1:], [])

    def test_encryption_on_volumes(self):
        disks = [self.disk("a.raw"), self.disk("b.raw")]
        self.make(disks, "pvcreate /dev/sda", "pvcreate /dev/sdb", "vgcreate vg '/dev/sda /dev/sdb'",
                  "lvcreate secret vg 120", "luks-format /dev/vg/secret 0", self.cheap("secret", "/dev/vg/secret"),
                  "luks-open /dev/vg/secret c", *self.put(OPENED), keys=2)
        device = self.mapped(disks, "/dev/vg/secret")
        self.check(disks, device)
        # Under the other name of the volume, too; and a key for another device does not count.
        self.gk("cat", *self.options(disks), "--key", "/dev/mapper/vg-secret:key:" + KEY, "-m", device, "/hello",
                timeout=120)
        self.gk_fails("cat", *self.options(disks), "--key", "/dev/sda:key:" + KEY, "-m", device, "/hello", timeout=120,
                      match="No such file or directory")

    def test_raid_under_encryption_under_volumes_under_encryption(self):
        disks = [self.disk("a.raw"), self.disk("b.raw")]
        parts = [line for d in ("sda", "sdb") for line in (f"part-init /dev/{d} gpt", f"part-add /dev/{d} p 2048 -2048")]
        r = self.make(disks, *parts, "md-create r '/dev/sda1 /dev/sdb1'", "list-md-devices", self.cheap("r", "/dev/md/r"),
                      "luks-open /dev/md/r c", f"pvcreate {OPENED}", f"vgcreate vg {OPENED}", "lvcreate lv vg 40",
                      self.cheap("lv", "/dev/vg/lv"), "luks-open /dev/vg/lv d", *self.put("/dev/mapper/d"),
                      "luks-uuid /dev/vg/lv", keys=2)
        self.check(disks, "/dev/mapper/luks-" + r.out.split()[-1])

    def test_volumes_on_raid(self):
        disks = [self.disk(f"{i}.raw", 64 << 20) for i in range(3)]
        self.make(disks, "md-create r '/dev/sda /dev/sdb /dev/sdc' level:raid5", "pvcreate /dev/md/r",
                  "vgcreate vg /dev/md/r", "lvcreate_free lv vg 100", *self.put("/dev/vg/lv", "ext3"))
        self.check(disks, "/dev/vg/lv", "ext3", nobody=True)
        # One disk less: RAID does what it is for.
        r = self.gk("cat", *self.options(disks[:2]), "-m", "/dev/vg/lv", "/hello", timeout=120)
        self.assertEqual(r.out, "edited")

    def test_encryption_on_raid_on_volumes(self):
        disks = [self.disk("d.raw", 128 << 20)]
        self.make(disks, "pvcreate /dev/sda", "vgcreate vg /dev/sda", "lvcreate a vg 48", "lvcreate b vg 48",
                  "md-create r '/dev/vg/a /dev/vg/b'", "luks-format /dev/md/r 0", self.cheap("r", "/dev/md/r"),
                  "luks-open /dev/md/r c", *self.put(OPENED), keys=2)
        r = self.make(disks, "list-md-devices", "list-filesystems")
        md = r.out.split()[0]
        self.assertEqual(r.out.split()[1:], [], "its members are no filesystems")
        self.check(disks, self.mapped(disks, md), nobody=True)

    def test_volumes_on_raid_on_encryption(self):
        disks = [self.disk("a.raw"), self.disk("b.raw")]
        self.make(disks, self.cheap("a", "/dev/sda"), self.cheap("b", "/dev/sdb"), "luks-open /dev/sda c", "luks-open /dev/sdb d",
                  f"md-create r '{OPENED} /dev/mapper/d'", "pvcreate /dev/md/r", "vgcreate vg /dev/md/r", "lvcreate lv vg 40",
                  *self.put("/dev/vg/lv", "ext3"), keys=2)
        self.check(disks, "/dev/vg/lv", "ext3")
        # By hand: after the scan the set has both members; closing goes from the top.
        md = self.make(disks, "luks-open /dev/sda c", "luks-open /dev/sdb d", "list-md-devices", "lvm-scan true",
                       "list-md-devices", keys=2).out.strip()
        r = self.make(disks, "luks-open /dev/sda 'an odd *name'", "luks-open /dev/sdb d", "lvm-scan true", f"md-stat {md}",
                      "lvs", "-luks-close /dev/mapper/d", "vg-activate-all false", f"md-stop {md}", "luks-close /dev/mapper/d",
                      "luks-close '/dev/mapper/an odd *name'", "list-dm-devices", keys=2)
        self.assertIn("mdstat_device: /dev/mapper/an odd *name\n", r.out)
        self.assertRegex(r.out, "mdstat_device: /dev/mapper/d\n(.*\n)*/dev/vg/lv\n$")
        self.assertRegex(r.err, "luks_close: /dev/mapper/d: .*in use")

    def test_raid_of_a_partition_and_a_volume(self):
        """It waits for the volume; without it, it does what it is for."""
        disks = [self.disk("a.raw", 64 << 20), self.disk("b.raw", 80 << 20)]
        self.make(disks, "part-init /dev/sda gpt", "part-add /dev/sda p 2048 -2048", "pvcreate /dev/sdb", "vgcreate vg /dev/sdb",
                  "lvcreate lv vg 64", "md-create r '/dev/sda1 /dev/vg/lv'", *self.put("/dev/md/r"))
        r = self.make(disks, "list-md-devices")
        md = r.out.strip()
        self.check(disks, md)
        r = self.make(disks, f"md-stat {md}")
        self.assertEqual(r.out.count("mdstat_device:"), 2, str(r))
        for one in disks:
            options = ["--ro"] + self.options([one])
            r = self.gk("shell", *options, "run", ":", "list-md-devices", timeout=120)
            r = self.gk("cat", *options, "-m", r.out.strip(), "/hello", timeout=120)
            self.assertEqual(r.out, "edited")

    def test_encryption_on_a_whole_disk(self):
        disks = [self.disk("d.raw", 200 << 20)]
        r = self.make(disks, "luks-format /dev/sda 0", self.cheap("d", "/dev/sda"), "luks-open /dev/sda c",
                      *self.put(OPENED, "btrfs"), "luks-uuid /dev/sda", keys=2)
        self.check(disks, "/dev/mapper/luks-" + r.out.strip(), "btrfs")

    def test_partitions_on_raid(self):
        disks = [self.disk("a.raw"), self.disk("b.raw")]
        r = self.make(disks, "md-create r '/dev/sda /dev/sdb'", "list-md-devices", "part-init /dev/md/r gpt",
                      "part-add /dev/md/r p 2048 40000", "part-add /dev/md/r p 40960 -2048", "list-partitions")
        md = r.out.split()[0]
        self.assertEqual(r.out.split()[1:], [md + "p1", md + "p2"])
        self.make(disks, f"pvcreate {md}p2", f"vgcreate vg {md}p2", "lvcreate lv vg 24", *self.put("/dev/vg/lv"),
                  *self.put(md + "p1"))
        self.check(disks, "/dev/vg/lv")
        r = self.gk("filesystems", *self.options(disks), timeout=120)
        self.assertEqual([line.split()[0] for line in r.out.splitlines()[1:]], [md + "p1", "/dev/vg/lv"])
        self.make(disks, "vg-activate-all false", f"part-del {md} 1", f"md-stop {md}", "list-partitions")


class Killed(Stack):
    """kill -9 while a stack is up: after gc nothing is left of it."""

    def test_worker_and_supervisor(self):
        disks = [self.disk("d.raw", 128 << 20)]
        self.make(disks, "pvcreate /dev/sda", "vgcreate vg /dev/sda", "lvcreate a vg 40", "lvcreate b vg 40",
                  "md-create r '/dev/vg/a /dev/vg/b'", "pvcreate /dev/md/r", "vgcreate upper /dev/md/r", "lvcreate lv upper 24",
                  *self.put("/dev/upper/lv"))
        for number in range(2):
            hold = self.path(f"hold{number}")
            os.mkfifo(hold)
            p = self.gk_start("shell", *self.options(disks), "-f", hold)
            with open(hold, "w", encoding="ascii") as script:
                script.write("run\nmount /dev/upper/lv /\nwrite /more 'more'\nlist-md-devices\n")
                script.flush()
                self.assertRegex(p.stdout.readline().decode(), "^/dev/md")
                workers = [pid for pid, command in world.processes().items() if "guestkitd" in command.split(" ")[0]]
                self.assertTrue(workers)
                world.kill(workers)
            self.assertNotEqual(p.wait(60), 0)
            self.wait_for(lambda: not world.processes(), "the end of all processes", 60)
            self.gk("gc")
            self.assertEqual(world.leaks(self.dir), [])
        # Nothing of it is in the way of the next one.
        r = self.gk("cat", *self.options(disks), "-m", "/dev/upper/lv", "/hello", timeout=120)
        self.assertEqual(r.out, "stacked")


class Btrfs(Stack):
    """Subvolumes and several devices; on the launcher that the tests run with."""

    def setUp(self):
        super().setUp()
        self.needs_filesystem("btrfs")

    def on_host(self, paths, script):
        """Runs a script on loop devices $1, $2 ... with the first mounted on $M."""
        loops = [self.tool("losetup", "--find", "--show", path).out.strip() for path in paths]
        try:
            self.tool("sh", "-ec", 'M=$(mktemp -d); mkfs.btrfs -q -f -L many "$@"; mount "$1" "$M"; '
                      f'{script}; umount "$M"; btrfs device scan --forget "$@" 2>/dev/null || :; rmdir "$M"', "sh", *loops)
        finally:
            for loop in loops:
                self.tool("losetup", "-d", loop)

    def list(self, *paths, more=()):
        argv = [word for path in paths for word in ("-a", path)]
        return self.gk("shell", "--ro", "--format", "raw", *argv, "run", ":", "list-filesystems", *more).out

    def test_subvolumes(self):
        path = self.disk("d.raw", 200 << 20)
        self.on_host([path], """
            for s in root @home root/var "root/var/log of all"; do btrfs -q subvolume create "$M/$s"; done
            mkdir -p "$M/deep/down"; btrfs -q subvolume create "$M/deep/down/under"
            btrfs -q subvolume snapshot -r "$M/root" "$M/snap"
            echo home >"$M/@home/hello"; echo log >"$M/root/var/log of all/hello"; echo top >"$M/hello"
            echo under >"$M/deep/down/under/hello" """)
        names = ["root", "@home", "root/var", "root/var/log of all", "deep/down/under", "snap"]
        self.assertEqual(self.list(path), "/dev/sda: btrfs\n" + "".join(f"btrfsvol:/dev/sda/{n}: btrfs\n" for n in names))
        for name, text in (("@home", "home"), ("root/var/log of all", "log"), ("deep/down/under", "under")):
            # By the name of the device that a guest may know.
            for device in ("sda", "vda"):
                self.assertEqual(self.gk("cat", "--format", "raw", "-a", path, "-m", f"btrfsvol:/dev/{device}/{name}",
                                         "/hello").out, text + "\n")
        r = self.gk("shell", "--ro", "--format", "raw", "-a", path, stdin="""run
            vfs-type btrfsvol:/dev/sda/root
            vfs-label btrfsvol:/dev/sda/root
            mountable-device btrfsvol:/dev/sda/root/var
            mountable-subvolume btrfsvol:/dev/sda/root/var
            is-lv btrfsvol:/dev/sda/root
            mount-ro /dev/sda /
            list-filesystems
            cat /hello
            umount /
            -mount btrfsvol:/dev/sda/nope /
            -mount btrfsvol:/dev/sdb/root /
            """)
        self.assertTrue(r.out.startswith("btrfs\nmany\n/dev/sda\nroot/var\nfalse\n/dev/sda: btrfs\nbtrfsvol:"), str(r))
        self.assertIn("btrfsvol:/dev/sda/snap: btrfs\ntop", r.out)
        self.assertRegex(r.err, "nope on /: No such file or directory")
        self.assertRegex(r.err, "expecting a btrfs volume")

    def test_default_subvolume(self):
        """A mount of the device shows it, so it is not listed by its own name."""
        path = self.disk("d.raw", 200 << 20)
        self.on_host([path], """
            btrfs -q subvolume create "$M/root"; btrfs -q subvolume create "$M/root/home"
            btrfs -q subvolume create "$M/.snapshots"; mkdir -p "$M/root/etc" "$M/root/usr"; echo tree >"$M/root/home/hello"
            echo "UUID=$(blkid -p -s UUID -o value "$1") /home btrfs subvol=/root/home 0 0" >"$M/root/etc/fstab"
            btrfs -q subvolume snapshot -r "$M/root" "$M/.snapshots/1"
            btrfs subvolume set-default "$M/root" """)
        self.assertEqual(self.list(path), "/dev/sda: btrfs\nbtrfsvol:/dev/sda/root/home: btrfs\n"
                         "btrfsvol:/dev/sda/.snapshots: btrfs\nbtrfsvol:/dev/sda/.snapshots/1: btrfs\n")
        # The root is the default one and not its snapshot; fstab tells of the other subvolume.
        self.assertEqual(self.gk("cat", "--format", "raw", path, "/home/hello").out, "tree\n")

    def test_two_devices(self):
        paths = [self.disk("a.raw", 150 << 20), self.disk("b.raw", 150 << 20)]
        self.on_host(paths, 'btrfs -q subvolume create "$M/sub"; echo both >"$M/sub/hello"')
        before = [self.checksum(p) for p in paths]
        self.assertEqual(self.list(*paths), "".join(f"/dev/{d}: btrfs\nbtrfsvol:/dev/{d}/sub: btrfs\n"
                                                    for d in ("sda", "sdb")))
        for device in ("sda", "sdb"):
            r = self.gk("cat", "--format", "raw", "-a", paths[0], "-a", paths[1], "-m", f"btrfsvol:/dev/{device}/sub",
                        "/hello")
            self.assertEqual(r.out, "both\n")
        # Nothing stays in the kernel that would find it again: alone the first device is not enough.
        self.assertEqual(self.list(paths[0]), "/dev/sda: btrfs\n")
        self.gk_fails("cat", "--format", "raw", "-a", paths[0], "-m", "/dev/sda", "/hello", match="mount")
        self.assertEqual([self.checksum(p) for p in paths], before)

    def registered(self, path):
        """Whether the kernel finds the rest of the filesystem on the device by itself."""
        loop = self.tool("losetup", "--find", "--show", path).out.strip()
        try:
            r = self.run_program("btrfs", "device", "ready", loop)
            self.run_program("btrfs", "device", "scan", "--forget", loop)
            return r.status == 0
        finally:
            self.tool("losetup", "-d", loop)

    def test_killed(self):
        """The kernel's list outlives the session, and with it a device that the next one would take for its own."""
        paths = [self.disk("a.raw", 120 << 20), self.disk("b.raw", 120 << 20)]
        hold = self.path("hold")
        os.mkfifo(hold)
        options = ["--launcher", "local", "--format", "raw", "-a", paths[0], "-a", paths[1]]
        for lines in ("mkfs-btrfs '/dev/sda /dev/sdb'\nmount /dev/sdb /\nwrite /hello both\nsync\n", "mount /dev/sda /\n",
                      "mkfs-btrfs '/dev/sda /dev/sdb'\n"):
            for killed in (False, True):
                p = self.gk_start("shell", *options, "-f", hold)
                with open(hold, "w", encoding="ascii") as script:
                    script.write(f"run\n{lines}echo there\n")
                    script.flush()
                    self.assertEqual(p.stdout.readline(), b"there\n", lines)
                    if killed:
                        world.kill([p.pid, *world.processes()])
                p.wait()
                self.wait_for(lambda: not world.processes(), "the end of all processes")
                if killed:
                    self.gk("gc")
                self.assertFalse(self.registered(paths[0]), f"{lines} killed: {killed}")
