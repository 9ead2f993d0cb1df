# SPDX-License-Identifier: LGPL-3.0-or-later
"""A genuine Debian guest from scripts/make-guest."""

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
