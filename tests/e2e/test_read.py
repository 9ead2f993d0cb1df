# SPDX-License-Identifier: LGPL-3.0-or-later
"""Looking into sound images."""

import json
import os
import tarfile

from harness import NUMBERS_SIZE, ROOT_UUID, Case

GUESTS = ("gpt.qcow2", "gpt.raw", "mbr.qcow2", "mbr.raw", "mbr-logical.raw", "ext4.qcow2", "ext4.raw", "tiny.qcow2",
          "xfs.qcow2", "xfs.raw", "btrfs.qcow2")


def numbers():
    return b"".join(b"%015d\n" % i for i in range(NUMBERS_SIZE // 16))


class Cat(Case):
    def test_every_kind_of_image(self):
        for template in GUESTS:
            with self.subTest(template):
                image = self.image(template)
                self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "small-guest\n")
                os.unlink(image)

    def test_several_files(self):
        self.assertEqual(self.gk("cat", self.image(), "/etc/hostname", "/etc/motd").out,
                         "small-guest\nWelcome to the small guest.\n")

    def test_large(self):
        self.assertEqual(self.gk("cat", self.image(), "/data/numbers").raw, numbers())

    def test_empty(self):
        self.assertEqual(self.gk("cat", self.image(), "/data/empty").raw, b"")

    def test_no_newline_is_added(self):
        self.assertEqual(self.gk("cat", self.image(), "/data/no newline at the end").raw, b"last")

    def test_sparse(self):
        out = self.gk("cat", self.image(), "/data/sparse").raw
        self.assertEqual(len(out), 8 << 20)
        self.assertEqual(out.rstrip(b"\0x"), b"")

    def test_private_file(self):
        self.assertIn("root:*", self.gk("cat", self.image(), "/etc/shadow").out)

    def test_other_filesystem_of_fstab(self):
        self.assertIn(ROOT_UUID, self.gk("cat", self.image(), "/boot/grub/grub.cfg").out)

    def test_missing(self):
        self.gk_fails("cat", self.image(), "/no/such/file", match="/no/such/file: No such file or directory")

    def test_folder(self):
        self.gk_fails("cat", self.image(), "/etc", match="is a directory")

    def test_relative_path(self):
        self.gk_fails("cat", self.image(), "etc/hostname", match="path must start with a / character|absolute")

    def test_explicit_mount(self):
        image = self.image()
        self.assertIn("search", self.gk("cat", "-m", "/dev/sda1", image, "/grub/grub.cfg").out)
        self.assertIn("search", self.gk("cat", "-m", "/dev/sda2", "-m", "/dev/sda1:/mnt", image,
                                        "/mnt/grub/grub.cfg").out)
        self.assertIn("search", self.gk("cat", "-m", "/dev/sda1:/:ro:ext4", image, "/grub/grub.cfg").out)

    def test_explicit_mount_fails(self):
        image = self.image()
        self.gk_fails("cat", "-m", "/dev/sda9", image, "/x", match="/dev/sda9")
        self.gk_fails("cat", "-m", "/dev/sdb1", image, "/x", match="/dev/sdb1")
        self.gk_fails("cat", "-m", "/dev/sda3", image, "/x", match="/dev/sda3")         # swap
        self.gk_fails("cat", "-m", "/dev/sda1:/:ro:xfs", image, "/x", match="/dev/sda1")

    def test_no_guest(self):
        # One filesystem: there is no doubt which is meant.
        self.assertEqual(self.gk("cat", self.image("noos.qcow2"), "/hello").out, "hello from ext4\n")
        self.assertEqual(self.gk("cat", "-m", "/dev/sda1", self.image("noos.qcow2"), "/hello").out,
                         "hello from ext4\n")

    def test_several_filesystems_and_no_guest(self):
        image = self.bad_image("ext4-superblock-garbage")
        self.gk_any("cat", image, "/grub/grub.cfg")
        self.gk_fails("cat", image, "/etc/hostname")

    def test_empty_disk(self):
        self.gk_fails("cat", self.image("empty.qcow2"), "/etc/hostname")
        self.gk_fails("cat", self.image("empty.raw"), "/etc/hostname")


class Ls(Case):
    def test_plain(self):
        self.assertEqual(self.gk("ls", self.image(), "/data").out.splitlines(),
                         ["empty", "many", "names", "no newline at the end", "numbers", "sparse"])

    def test_many(self):
        self.assertEqual(len(self.gk("ls", self.image(), "/data/many").out.splitlines()), 200)

    def test_long(self):
        lines = self.gk("ls", "-l", self.image(), "/home/user").out.splitlines()
        notes = [line for line in lines if line.endswith("notes")][0]
        self.assertTrue(notes.startswith("-rw-------"), notes)
        self.assertIn("1000", notes)
        self.assertIn("23", notes)

    def test_long_kinds(self):
        first = {line[0] for line in self.gk("ls", "-l", self.image(), "/special").out.splitlines()
                 if line and not line.startswith("total")}
        self.assertLessEqual(set("pcbs"), first)

    def test_recursive(self):
        out = self.gk("ls", "-R", self.image(), "/home").out
        self.assertIn("notes", out)
        self.assertIn("user", out)

    def test_json(self):
        self.assertTrue(self.gk("ls", "--json", self.image(), "/data").json())

    def test_missing(self):
        self.gk_fails("ls", self.image(), "/nope", match="/nope: No such file or directory")

    def test_names_that_are_hostile_to_terminals(self):
        # A name with a line end must not look like two names.
        out = self.gk("ls", "--json", self.image(), "/data/names").out
        self.assertIn("new\\nline", out)


class Info(Case):
    def test_info(self):
        out = self.gk("info", self.image("gpt.qcow2")).out
        for word in ("Small Guest 1", "small-guest", "gpt", "/dev/sda1", "/dev/sda2", "ext4"):
            self.assertIn(word, out)

    def test_info_json(self):
        self.assertIn(str(62 << 20), json.dumps(self.gk("info", "--json", self.image("gpt.qcow2")).json()))

    def test_detect_json(self):
        text = json.dumps(self.gk("detect", "--json", self.image("gpt.qcow2")).json())
        self.assertIn('"qcow2"', text)
        self.assertIn(str(62 << 20), text)

    def test_detect(self):
        self.assertIn("qcow2", self.gk("detect", self.image("gpt.qcow2")).out)
        self.assertIn("raw", self.gk("detect", self.image("gpt.raw")).out)

    def test_filesystems(self):
        out = self.gk("filesystems", self.image("gpt.qcow2")).out
        for word in ("/dev/sda1", "/dev/sda2", "ext4"):
            self.assertIn(word, out)
        out = self.gk("filesystems", self.image("ext4.raw")).out
        self.assertIn("/dev/sda", out)
        self.assertIn("btrfs", self.gk("filesystems", self.image("btrfs.qcow2")).out)
        self.assertIn("xfs", self.gk("filesystems", self.image("xfs.qcow2")).out)
        self.assertIn("/dev/sda5", self.gk("filesystems", self.image("mbr-logical.raw")).out)
        self.assertIn("vfat", self.gk("filesystems", self.image("esp.qcow2")).out)

    def test_filesystems_json(self):
        text = self.gk("filesystems", "--json", self.image("gpt.qcow2")).out
        for word in ("/dev/sda1", "/dev/sda2", "ext4", ROOT_UUID):
            self.assertIn(word, text)

    def test_fat_is_listed_though_the_kernel_may_not_know_it(self):
        self.assertIn("vfat", self.gk("filesystems", self.image("vfat.raw")).out)

    def test_fat_is_read(self):
        self.needs_filesystem("vfat")
        self.assertEqual(self.gk("cat", "-m", "/dev/sda", self.image("vfat.raw"), "/hello").out,
                         "hello from vfat\n")


class Formats(Case):
    def test_others(self):
        raw = self.image("gpt.raw")
        for fmt in ("vmdk", "vdi", "vpc", "vhdx", "qed"):
            with self.subTest(fmt):
                image = self.path("disk." + fmt)
                self.tool("qemu-img", "convert", "-f", "raw", "-O", fmt, raw, image)
                self.assertEqual(self.gk("cat", "--format", fmt, image, "/etc/hostname").out, "small-guest\n")
                os.unlink(image)

    def test_link_to_an_overlay(self):
        """What a header names stands beside the file, wherever the link to it is."""
        os.mkdir(self.path("folder"))
        self.tool("mv", self.image("gpt.qcow2"), self.path("folder/base.qcow2"))
        self.images.clear()
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "base.qcow2", self.path("folder/top.qcow2"))
        os.symlink("folder/top.qcow2", self.path("link"))
        self.gk("edit", "--format", "qcow2", self.path("link"), "/etc/motd", "-e", "s/small/linked/")
        for name in ("link", "folder/top.qcow2"):
            self.assertIn("linked", self.gk("cat", "--format", "qcow2", self.path(name), "/etc/motd").out)
        self.assertTrue(os.path.islink(self.path("link")))
        self.assertIn("small", self.gk("cat", self.path("folder/base.qcow2"), "/etc/motd").out)

    def test_overlay(self):
        self.image("gpt.qcow2", "base.qcow2")
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", "top.qcow2")
        self.assertEqual(self.gk("cat", "top.qcow2", "/etc/hostname").out, "small-guest\n")

    def test_compressed(self):
        self.tool("qemu-img", "convert", "-c", "-O", "qcow2", self.image("gpt.qcow2"), "small.qcow2")
        self.assertEqual(self.gk("cat", "small.qcow2", "/data/numbers").raw, numbers())

    def test_wrong_format_that_is_legal(self):
        # As raw a qcow2 is a disk with nothing on it that we know.
        self.gk_fails("cat", "--format", "raw", self.image("gpt.qcow2"), "/etc/hostname")

    def test_wrong_format(self):
        self.gk_fails("cat", "--format", "qcow2", self.image("gpt.raw"), "/etc/hostname", match="qcow2|format")

    def test_unknown_format(self):
        self.gk_fails("cat", "--format", "nonesuch", self.image("gpt.raw"), "/etc/hostname", match="nonesuch")

    def test_name_with_strange_characters(self):
        for name in ("with space.qcow2", "with,comma.qcow2", "with:colon.qcow2", "-dash.qcow2", "with\nline.qcow2",
                     "with%percent.qcow2", "with\"quote'.qcow2", "grüße.qcow2", "json:{}.qcow2"):
            with self.subTest(name):
                image = self.image("gpt.qcow2", name)
                self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "small-guest\n")
                os.unlink(image)

    def test_relative_name(self):
        self.image("gpt.qcow2", "fd:3.qcow2")
        self.assertEqual(self.gk("cat", "./fd:3.qcow2", "/etc/hostname").out, "small-guest\n")


class Copy(Case):
    def test_file_out(self):
        self.gk("cp", self.image() + ":/data/numbers", self.path("numbers"))
        self.assertEqual(self.read(self.path("numbers")), numbers())

    def test_into_folder(self):
        os.mkdir(self.path("to"))
        self.gk("cp", self.image() + ":/data/numbers", self.path("to"))
        self.assertEqual(self.read(self.path("to/numbers")), numbers())

    def test_missing(self):
        self.gk_fails("cp", self.image() + ":/data/nope", self.path("x"), match="No such file")
        self.assertFalse(os.path.exists(self.path("x")))

    def test_no_such_folder(self):
        self.gk_fails("cp", self.image() + ":/data/numbers", self.path("no/such/folder"), match="No such file")

    def test_tar_out(self):
        self.gk("tar-out", self.image(), "/home", self.path("home.tar"))
        with tarfile.open(self.path("home.tar")) as tar:
            notes = tar.getmember("./user/notes")
            self.assertEqual((notes.uid, notes.gid, notes.mode & 0o777), (1000, 1000, 0o600))
            self.assertEqual(tar.extractfile(notes).read(), b"first line\nsecond line\n")

    def test_tar_out_of_everything(self):
        self.gk("tar-out", self.image(), "/", self.path("all.tar"))
        with tarfile.open(self.path("all.tar")) as tar:
            kinds = {m.name.lstrip("./"): m.type for m in tar}
        self.assertEqual(kinds["special/fifo"], tarfile.FIFOTYPE)
        self.assertEqual(kinds["special/null"], tarfile.CHRTYPE)
        self.assertEqual(kinds["links/absolute"], tarfile.SYMTYPE)

    def test_tar_out_to_stdout(self):
        out = self.gk("tar-out", self.image(), "/etc", "-").raw
        self.assertIn(b"hostname", out)
