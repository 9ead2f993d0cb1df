# SPDX-License-Identifier: LGPL-3.0-or-later
"""The genuine Debian guest, installed on what else people install on: logical volumes, subvolumes of btrfs."""

from harness import Case

ROOT_LV = "/dev/guest-vg/root--1"


class Debian(Case):
    def moved(self, options, make, target, fstab, extra=()):
        """The guest's tree on a new disk: make mounts what it is to be on, target is what "/" is then."""
        tree, disk = self.path("tree.tar"), self.path("disk.qcow2")
        self.gk("tar-out", self.guest(), "/", tree, timeout=120)
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", disk, "2G")
        self.gk("shell", *options, "-a", disk, timeout=280, stdin="\n".join((
            "run", *make, f"tar-in {tree} / xattrs:true acls:true",
            f"upload {self.file('fstab', fstab)} /etc/fstab")) + "\n")
        system, = self.gk("inspect", "--json", *options, disk, timeout=120).json()["systems"]
        self.assertEqual((system["root"], system["distro"], system["major"], system["hostname"]),
                         (target, "debian", 12, "guest"))
        for key, value in extra:
            self.assertEqual(system[key], value)
        applications = self.gk("inspect", "-l", "--json", *options, disk, timeout=120).json()
        names = {app["name"] for app in applications["systems"][0]["applications"]}
        self.assertLessEqual({"bash", "dpkg", "libc6"}, names)
        return disk

    def test_on_volumes(self):
        options = ("--launcher", self.stacking())
        disk = self.moved(options, (
            "part-init /dev/sda gpt", "part-add /dev/sda p 2048 206847", "part-add /dev/sda p 206848 -34",
            "mkfs ext4 /dev/sda1 label:boot", "pvcreate /dev/sda2", "vgcreate guest-vg /dev/sda2",
            "lvcreate root--1 guest-vg 1200", "lvcreate var_log guest-vg 320", f"mkfs ext4 {ROOT_LV}",
            "mkfs xfs /dev/guest-vg/var_log", f"mount {ROOT_LV} /", "mkdir-p /var/log", "mount /dev/guest-vg/var_log /var/log",
            "mkdir /boot", "mount /dev/sda1 /boot"), ROOT_LV,
            "/dev/mapper/guest--vg-root----1 / ext4 errors=remount-ro 0 1\nLABEL=boot /boot ext4 defaults 0 2\n"
            "/dev/guest-vg/var_log /var/log xfs defaults 0 2\n",
            [("mountpoints", {"/": ROOT_LV, "/boot": "/dev/sda1", "/var/log": "/dev/guest-vg/var_log"})])
        # As who comes after does it: without saying where anything is.
        self.gk("edit", *options, disk, "/etc/hostname", "-e", "s/guest/volumes/", timeout=120)
        self.assertEqual(self.gk("cat", *options, disk, "/etc/hostname", timeout=120).out, "volumes\n")
        self.assertIn("search", self.gk("cat", *options, disk, "/boot/grub/grub.cfg", timeout=120).out)

    def test_on_subvolumes(self):
        self.needs_filesystem("btrfs")
        home = "btrfsvol:/dev/sda1/@home"
        disk = self.moved((), (
            "part-disk /dev/sda gpt", "mkfs btrfs /dev/sda1 label:guest", "mount /dev/sda1 /", "btrfs-subvolume-create /@",
            "btrfs-subvolume-create /@home", "umount /", "mount btrfsvol:/dev/sda1/@ /", "mkdir /home", f"mount {home} /home"),
            "btrfsvol:/dev/sda1/@",
            "LABEL=guest / btrfs subvol=@,compress=zstd 0 0\nLABEL=guest /home btrfs subvol=/@home 0 0\n",
            [("mountpoints", {"/": "btrfsvol:/dev/sda1/@", "/home": home})])
        self.gk("edit", disk, "/etc/hostname", "-e", "s/guest/subvolumes/")
        self.assertEqual(self.gk("cat", disk, "/etc/hostname").out, "subvolumes\n")
