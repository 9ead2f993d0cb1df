# SPDX-License-Identifier: LGPL-3.0-or-later
"""No path of a guest leads out of it, and what is no data is not read as data."""

import os

from harness import Case

with open("/etc/debian_version", encoding="ascii") as f:
    HOST = f.read()


class Links(Case):
    def test_inside(self):
        image = self.image()
        for name in ("absolute", "relative", "up"):
            with self.subTest(name):
                self.assertEqual(self.gk("cat", image, "/links/" + name).out, "small-guest\n")
        self.assertIn("numbers", self.gk("ls", image, "/links/folder").out)
        self.assertIn("numbers", self.gk("ls", image, "/links/folder/").out)

    def test_to_the_host(self):
        image = self.image()
        for name in ("host-only", "host-only-up", "nowhere"):
            with self.subTest(name):
                r = self.gk_fails("cat", image, "/links/" + name, match="No such file")
                self.assertNotIn(HOST, r.out)
        self.gk_fails("cat", image, "/links/proc-root" + "/etc/debian_version")

    def test_loop(self):
        self.gk_fails("cat", self.image(), "/links/loop", match="too many levels")

    def test_dots(self):
        image = self.image()
        self.assertEqual(self.gk("cat", image, "/../../../../../etc/hostname").out, "small-guest\n")
        self.gk_fails("cat", image, "/../../../../../etc/debian_version", match="No such file")

    def test_proc_of_the_host(self):
        image = self.image()
        self.gk_fails("cat", image, "/proc/self/status")
        self.gk_fails("cat", image, "/proc/1/root/etc/debian_version")
        self.gk_fails("cat", image, "/dev/null")

    def test_write_through_links_stays_inside(self):
        image = self.image()
        self.gk_any("cp", self.file("in", b"x"), image + ":/links/host-only")
        self.assertEqual(self.read("/etc/debian_version").decode(), HOST)
        self.gk("cp", self.file("in", b"new-name\n"), image + ":/links/up")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "new-name\n")
        with open("/etc/hostname", encoding="utf-8") as f:
            self.assertNotIn("new-name", f.read())

    def test_configuration_by_absolute_links(self):
        image = self.bad_image("guest-absolute-links")
        self.assertIn("Small Guest", self.gk("cat", image, "/etc/os-release").out)
        self.assertIn("search", self.gk("cat", image, "/boot/grub/grub.cfg").out)

    def test_configuration_by_links_to_the_host(self):
        image = self.bad_image("guest-links-to-host")
        for name in ("hostname", "motd", "passwd"):
            r = self.gk_fails("cat", image, "/etc/" + name)
            self.assertNotIn(HOST, r.out)
        self.gk("info", image)


class Names(Case):
    def test_strange(self):
        image = self.image()
        for name, content in (("with space", "a name with a space\n"), ("quote'\"\\", "a name with quotes\n"),
                              ("grüße", "a name in UTF-8\n"), ("-n", "a name like an option\n"),
                              ("new\nline", "a name with a line end\n"),
                              (b"\xff\xfe", "a name that is no UTF-8\n")):
            with self.subTest(name):
                path = b"/data/names/" + (name if isinstance(name, bytes) else name.encode())
                self.assertEqual(self.gk("cat", image, path).out, content)

    def test_too_long(self):
        image = self.image()
        self.gk_fails("cat", image, "/" + "x" * 256, match="name too long")
        self.gk_fails("cat", image, "/x" * 3000, match="name too long|No such file")


class Special(Case):
    def test_no_data(self):
        image = self.image()
        for name in ("fifo", "null", "loop0", "socket"):
            with self.subTest(name):
                self.gk_fails("cat", image, "/special/" + name, timeout=20)
                self.gk_fails("cp", image + ":/special/" + name, self.path("x"), timeout=20)
                self.gk_fails("edit", image, "/special/" + name, "-e", "s/a/b/", timeout=20)

    def test_configuration_that_is_fifos(self):
        image = self.bad_image("guest-fifos")
        self.gk_any("info", image, timeout=30)
        self.gk_any("cat", image, "/etc/hostname", timeout=30)
        self.gk_fails("cat", "-m", "/dev/sda2", image, "/etc/hostname", timeout=30)

    def test_configuration_that_is_devices(self):
        image = self.bad_image("guest-devices")
        self.gk_any("info", image, timeout=30)
        self.gk_fails("cat", "-m", "/dev/sda2", image, "/etc/fstab", timeout=30)
        self.gk_fails("cat", "-m", "/dev/sda2", image, "/etc/motd", timeout=30)

    def test_huge_fstab(self):
        image = self.bad_image("guest-huge-fstab")
        self.gk_any("cat", image, "/etc/hostname", timeout=30)

    def test_fstab_that_lies(self):
        image = self.bad_image("guest-fstab-lies")
        r = self.gk_any("ls", image, "/", timeout=30)
        if r.status == 0:
            self.assertNotIn("lost+found", self.gk_any("ls", image, "/host").out)
            self.assertNotIn("passwd", self.gk_any("ls", image, "/bind").out)
        self.assertFalse(os.path.exists("/tmp/escaped"))
