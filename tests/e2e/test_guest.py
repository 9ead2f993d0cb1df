# SPDX-License-Identifier: LGPL-3.0-or-later
"""A genuine Debian guest from scripts/make-guest."""

import os
import re
import tarfile

from harness import Case


class Debian(Case):
    def test_os_release(self):
        self.assertIn("Debian GNU/Linux", self.gk("cat", self.guest(), "/etc/os-release").out)

    def test_fstab_is_followed(self):
        self.assertIn("search", self.gk("cat", self.guest(), "/boot/grub/grub.cfg").out)

    def test_edit(self):
        guest = self.guest()
        self.gk("edit", guest, "/etc/hostname", "-e", "s/guest/renamed/")
        self.assertEqual(self.gk("cat", guest, "/etc/hostname").out, "renamed\n")

    def test_tree(self):
        guest = self.guest()
        self.gk("tar-out", guest, "/usr", self.path("usr.tar"))
        with tarfile.open(self.path("usr.tar")) as tar:
            members = {m.name.removeprefix("./"): m for m in tar}
        self.assertGreater(len(members), 3000)
        self.assertEqual(members["bin/su"].mode & 0o7777, 0o4755)

    def test_everything_is_readable(self):
        self.assertGreater(len(self.gk("ls", "-R", self.guest(), "/").out.splitlines()), 5000)

    def test_info(self):
        out = self.gk("info", self.guest()).out
        self.assertIn("Debian", out)


class BootLoader(Case):
    """grub_install: Debian's own grub-install, in the guest, on a disk whose geometry the kernel tells."""

    GRUB = "/usr/lib/grub/i386-pc"

    def programs(self):
        """What a guest with the packages grub2-common and grub-pc-bin has besides."""
        self.needs_program("grub-install")
        if not os.path.exists(self.GRUB + "/boot.img"):
            self.skipTest("grub-pc-bin is not installed")
        needed = self.tool("ldd", "/usr/sbin/grub-install").out
        libraries = ["/usr" + path for path in re.findall(r"=> (/lib\S+)", needed)
                     if re.search(r"devmapper|efi|lzma|udev|selinux|pcre", path)]
        tar = self.path("grub.tar")
        self.tool("tar", "--dereference", "-cf", tar, "-C", "/", self.GRUB[1:],
                  *(path[1:] for path in ["/usr/sbin/grub-install", "/usr/sbin/grub-probe", "/usr/bin/grub-mkimage", *libraries]))
        return tar

    def test_grub_install(self):
        tar, guest = self.programs(), self.guest()
        self.tool("qemu-img", "resize", "-q", guest, "+4M")
        shell = ("shell", "--launcher", "uml", "-a", guest)
        out = self.gk(*shell, stdin="run\npart-expand-gpt /dev/sda\npart-list /dev/sda\n").out
        begin = (max(map(int, re.findall(r"part_end: (\d+)", out))) + 1) // 512
        self.gk(*shell, timeout=120, stdin=f"""\
run
part-add /dev/sda p {begin} {begin + 2047}
part-set-gpt-type /dev/sda 3 21686148-6449-6E6F-744E-656564454649
mount /dev/sda2 /
mount /dev/sda1 /boot
tar-in {tar} /
grub-install / /dev/sda
download /boot/grub/i386-pc/core.img {self.path("core.img")}
pread-device /dev/sda 512 0 | cat >{self.path("mbr")}
download /dev/sda3 {self.path("embedded")}
""")
        mbr, core, embedded = (self.read(self.path(name)) for name in ("mbr", "core.img", "embedded"))
        boot = self.read(self.GRUB + "/boot.img")
        # Where the rest of it is, and how the BIOS counts drives, is written into both.
        self.assertLess(sum(a != b for a, b in zip(mbr[:440], boot[:440])), 12)
        self.assertEqual(int.from_bytes(mbr[92:100], "little"), begin)
        self.assertGreater(len(core), 20000)
        self.assertEqual(core[1024:], embedded[1024:len(core)])
        self.assertLess(sum(a != b for a, b in zip(core[:1024], embedded)), 12)
