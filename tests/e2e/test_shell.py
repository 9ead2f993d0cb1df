# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit shell: scripts in guestfish's words, and calls in the wrong state."""

from harness import Case


class Script(Case):
    def test_stdin(self):
        r = self.gk("shell", "-a", self.image(), "-m", "/dev/sda2",
                    stdin="# a comment\ncat /etc/hostname\n\nls /home\n")
        self.assertEqual(r.out, "small-guest\n\nuser\n" if "\n\n" in r.out else "small-guest\nuser\n")

    def test_arguments(self):
        r = self.gk("shell", "--ro", "-a", self.image(), "run", ":", "mount", "/dev/sda2", "/", ":",
                    "cat", "/etc/hostname")
        self.assertIn("small-guest", r.out)

    def test_explicit_run(self):
        r = self.gk("shell", "-a", self.image(), stdin="run\nlist-filesystems\nlist-partitions\n")
        self.assertIn("/dev/sda2: ext4", r.out)
        self.assertIn("/dev/sda3", r.out)

    def test_first_failure_ends_it(self):
        r = self.gk_fails("shell", "-a", self.image(), "-m", "/dev/sda2",
                          stdin="cat /nope\ncat /etc/hostname\n", match="/nope: No such file or directory")
        self.assertNotIn("small-guest", r.out)

    def test_dash_ignores_a_failure(self):
        r = self.gk("shell", "-a", self.image(), "-m", "/dev/sda2", stdin="-cat /nope\ncat /etc/hostname\n")
        self.assertIn("small-guest", r.out)

    def test_quotes(self):
        r = self.gk("shell", "-a", self.image(), "-m", "/dev/sda2",
                    stdin="cat \"/data/names/with space\"\ncat '/data/names/with space'\n")
        self.assertEqual(r.out.count("a name with a space"), 2)

    def test_unknown_command(self):
        self.gk_fails("shell", "-a", self.image(), stdin="frobnicate\n", match="frobnicate")

    def test_wrong_number_of_arguments(self):
        self.gk_fails("shell", "-a", self.image(), "-m", "/dev/sda2", stdin="cat\n", match="cat")
        self.gk_fails("shell", "-a", self.image(), "-m", "/dev/sda2", stdin="cat /a /b\n", match="cat")

    def test_make_a_disk(self):
        self.tool("truncate", "-s", "64M", "new.raw")
        self.gk("shell", "--format", "raw", "-a", self.path("new.raw"), stdin=(
            "run\npart-disk /dev/sda gpt\nmkfs ext4 /dev/sda1\nmount /dev/sda1 /\n"
            "mkdir /folder\nwrite /folder/file \"some text\"\nchmod 0600 /folder/file\n"))
        self.images[self.path("new.raw")] = "clean"
        r = self.gk("shell", "--ro", "-a", self.path("new.raw"), "-m", "/dev/sda1",
                    stdin="cat /folder/file\nstat /folder/file\n")
        self.assertIn("some text", r.out)
        self.assertIn("33152", r.out)       # a regular file of mode 0600

    def test_two_disks(self):
        r = self.gk("shell", "--ro", "-a", self.image(), "-a", self.image("ext4.raw"),
                    stdin="run\nlist-devices\nmount-ro /dev/sdb /\ncat /etc/hostname\n")
        self.assertIn("/dev/sdb", r.out)
        self.assertIn("small-guest", r.out)


class WrongState(Case):
    def test_before_launch(self):
        self.gk_fails("shell", "-a", self.image(), stdin="ls /\n", match="launch|run")

    def test_before_mount(self):
        self.gk_fails("shell", "-a", self.image(), stdin="run\ncat /etc/hostname\n", match="must call 'mount' first")

    def test_after_launch(self):
        self.gk_fails("shell", "-a", self.image(), stdin="run\nadd-drive x.img\n",
                      match="config|hotplug|No such file|x.img")

    def test_unknown_device(self):
        self.gk_fails("shell", "-a", self.image(), stdin="run\nmount /dev/sdz /\n",
                      match="/dev/sdz: No such file or directory")

    def test_host_device(self):
        for device in ("/dev/vda", "/dev/loop0", "/dev/mem", "/dev/../etc/passwd"):
            self.gk_fails("shell", "-a", self.image(), stdin=f"run\nblockdev-getsize64 {device}\n")

    def test_read_only_drive(self):
        image = self.image("gpt.raw")
        before = self.checksum(image)
        self.gk_fails("shell", "--ro", "-a", image, "-m", "/dev/sda2", stdin="write /x y\n",
                      match="read-only file system")
        self.assertEqual(self.checksum(image), before)

    def test_read_only_mount(self):
        self.gk_fails("shell", "-a", self.image(), stdin="run\nmount-ro /dev/sda2 /\nwrite /x y\n",
                      match="read-only file system")

    def test_umount_in_use_order(self):
        r = self.gk("shell", "-a", self.image(), stdin=(
            "run\nmount /dev/sda2 /\nmount /dev/sda1 /boot\nmounts\numount-all\nmounts\n"))
        self.assertIn("/dev/sda1", r.out)
