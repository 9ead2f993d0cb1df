# SPDX-License-Identifier: LGPL-3.0-or-later
"""Changing images: what one session writes the next one reads."""

import io
import os
import tarfile

from harness import Case

TEMPLATES = ("gpt.qcow2", "gpt.raw", "mbr-logical.raw", "ext4.raw", "xfs.qcow2", "xfs.raw", "btrfs.qcow2")


class Edit(Case):
    def test_every_kind_of_image(self):
        for template in TEMPLATES:
            with self.subTest(template):
                image = self.image(template)
                self.gk("edit", image, "/etc/motd", "-e", "s/small guest/large host/")
                self.assertEqual(self.gk("cat", image, "/etc/motd").out, "Welcome to the large host.\n")

    def test_replace_with(self):
        image = self.image()
        self.gk("edit", image, "/etc/motd", "--replace-with", self.file("motd", "all new\n"))
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "all new\n")

    def test_editor(self):
        image = self.image()
        editor = self.file("editor", "#!/bin/sh\nsed -i s/Welcome/Farewell/ \"$1\"\n")
        os.chmod(editor, 0o755)
        self.gk("edit", image, "/etc/motd", env={"EDITOR": editor})
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "Farewell to the small guest.\n")

    def test_editor_fails(self):
        image = self.image()
        self.gk_fails("edit", image, "/etc/motd", env={"EDITOR": "false"})
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "Welcome to the small guest.\n")

    def test_editor_changes_nothing(self):
        image = self.image("gpt.raw")
        before = self.gk("ls", "-l", image, "/etc").out
        self.gk("edit", image, "/etc/motd", env={"EDITOR": "true"})
        self.assertEqual(self.gk("ls", "-l", image, "/etc").out, before)

    def test_owner_mode_and_attributes_stay(self):
        image = self.image()
        before = self.gk("ls", "-l", image, "/home/user").out
        self.gk("edit", image, "/home/user/notes", "-e", "s/first/FIRST/")
        self.assertEqual(self.gk("cat", image, "/home/user/notes").out, "FIRST line\nsecond line\n")
        self.assertEqual([line.split()[:4] for line in before.splitlines()],
                         [line.split()[:4] for line in self.gk("ls", "-l", image, "/home/user").out.splitlines()])
        out = self.gk("shell", "-a", image, "-m", "/dev/sda2",
                      stdin="getxattr /home/user/notes user.colour\n").out
        self.assertIn("blue", out)

    def test_through_a_link(self):
        image = self.image()
        self.gk("edit", image, "/links/absolute", "-e", "s/small/big/")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "big-guest\n")
        self.assertTrue(any(line.startswith("l") and "absolute" in line
                            for line in self.gk("ls", "-l", image, "/links").out.splitlines()))

    def test_missing_file(self):
        self.gk_fails("edit", self.image(), "/etc/nope", "-e", "s/a/b/", match="No such file")

    def test_bad_expression(self):
        image = self.image()
        self.gk_fails("edit", image, "/etc/motd", "-e", "s/(/x")
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "Welcome to the small guest.\n")

    def test_folder(self):
        self.gk_fails("edit", self.image(), "/etc", "-e", "s/a/b/")

    def test_nothing_is_left_beside_the_file(self):
        image = self.image()
        before = self.gk("ls", image, "/etc").out
        self.gk("edit", image, "/etc/motd", "-e", "s/small/large/")
        self.assertEqual(self.gk("ls", image, "/etc").out, before)


class Copy(Case):
    def test_in_and_out(self):
        for template in TEMPLATES:
            with self.subTest(template):
                image = self.image(template)
                data = os.urandom(3000001)
                self.gk("cp", self.file("in", data), image + ":/data/random")
                self.gk("cp", image + ":/data/random", self.path("out"))
                self.assertEqual(self.read(self.path("out")), data)

    def test_into_folder(self):
        image = self.image()
        self.gk("cp", self.file("in", b"content"), image + ":/data")
        self.assertEqual(self.gk("cat", image, "/data/in").out, "content")

    def test_no_such_folder(self):
        self.gk_fails("cp", self.file("in", b"x"), self.image() + ":/no/such/folder/x", match="No such file")

    def test_no_such_source(self):
        image = self.image()
        self.gk_fails("cp", self.path("nope"), image + ":/data/x", match="nope")
        self.gk_fails("cat", image, "/data/x", match="No such file")

    def test_neither_is_an_image(self):
        self.gk_fails("cp", self.file("a"), self.path("b"), status=2)


class Tar(Case):
    def archive(self, *members):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, kind, content, more in members:
                m = tarfile.TarInfo(name)
                m.type = kind
                m.size = len(content)
                m.mode = 0o640
                m.uid = m.gid = 1234
                for key, value in more.items():
                    setattr(m, key, value)
                tar.addfile(m, io.BytesIO(content))
        return self.file("in.tar", raw.getvalue())

    def test_in(self):
        image = self.image()
        tar = self.archive(("one", tarfile.REGTYPE, b"1\n", {}), ("sub", tarfile.DIRTYPE, b"", {"mode": 0o750}),
                           ("sub/two", tarfile.REGTYPE, b"2\n", {}),
                           ("link", tarfile.SYMTYPE, b"", {"linkname": "/etc/hostname"}))
        self.gk("tar-in", image, tar, "/mnt")
        self.assertEqual(self.gk("cat", image, "/mnt/sub/two").out, "2\n")
        self.assertEqual(self.gk("cat", image, "/mnt/link").out, "small-guest\n")
        self.assertIn("1234", self.gk("ls", "-l", image, "/mnt").out)

    def test_round_trip(self):
        image, other = self.image(), self.image("noos.qcow2")
        self.gk("tar-out", image, "/home", self.path("home.tar"))
        self.gk("tar-in", "-m", "/dev/sda1", other, self.path("home.tar"), "/")
        self.assertEqual(self.gk("cat", "-m", "/dev/sda1", other, "/user/notes").out, "first line\nsecond line\n")

    def test_stdin(self):
        image = self.image()
        tar = self.archive(("one", tarfile.REGTYPE, b"1\n", {}))
        self.gk("tar-in", image, "-", "/mnt", stdin=self.read(tar))
        self.assertEqual(self.gk("cat", image, "/mnt/one").out, "1\n")

    def test_garbage(self):
        self.gk_fails("tar-in", self.image(), self.file("x.tar", b"\xa5" * 5000), "/mnt")

    def test_truncated(self):
        tar = self.read(self.archive(("one", tarfile.REGTYPE, b"1" * 100000, {})))
        self.gk_fails("tar-in", self.image(), self.file("x.tar", tar[:50000]), "/mnt")

    def test_no_such_folder(self):
        self.gk_fails("tar-in", self.image(), self.archive(("one", tarfile.REGTYPE, b"", {})), "/nope",
                      match="No such file")

    def test_climbing_names_stay_in_the_guest(self):
        image = self.image()
        tar = self.archive(("../../../../../../tmp/climbed", tarfile.REGTYPE, b"x", {}))
        self.gk_any("tar-in", image, tar, "/mnt")
        self.assertFalse(os.path.exists("/tmp/climbed"))

    def test_absolute_names_stay_in_the_guest(self):
        image = self.image()
        self.gk_any("tar-in", image, self.archive(("/tmp/absolute", tarfile.REGTYPE, b"x", {})), "/mnt")
        self.assertFalse(os.path.exists("/tmp/absolute"))

    def test_links_in_the_archive_stay_in_the_guest(self):
        image = self.image()
        tar = self.archive(("out", tarfile.SYMTYPE, b"", {"linkname": "/tmp"}),
                           ("out/through", tarfile.REGTYPE, b"x", {}))
        self.gk_any("tar-in", image, tar, "/mnt")
        self.assertFalse(os.path.exists("/tmp/through"))


class ReadOnly(Case):
    """--ro: not one byte of the image changes, whatever is done."""

    def test_looking_changes_nothing(self):
        for template in ("gpt.qcow2", "gpt.raw", "xfs.raw", "btrfs.qcow2"):
            with self.subTest(template):
                image = self.image(template)
                before = self.checksum(image)
                for args in (["info"], ["detect"], ["filesystems"]):
                    self.gk(*args, image)
                self.gk("cat", "--ro", image, "/etc/hostname")
                self.gk("ls", "--ro", image, "/")
                self.assertEqual(self.checksum(image), before)

    def test_reading_commands_are_read_only_by_themselves(self):
        image = self.image("gpt.raw")
        before = self.checksum(image)
        self.gk("cat", image, "/etc/hostname")
        self.gk("ls", "-R", image, "/")
        self.gk("tar-out", image, "/", self.path("x.tar"))
        self.assertEqual(self.checksum(image), before)

    def test_journal_is_not_replayed(self):
        for template in ("ext4-dirty.raw", "ext4-dirty.qcow2"):
            image = self.image(template, check="")
            before = self.checksum(image)
            self.assertEqual(self.gk("cat", "--ro", image, "/etc/hostname").out, "small-guest\n")
            self.assertEqual(self.checksum(image), before)

    def test_journal_is_replayed_when_writing(self):
        image = self.image("ext4-dirty.raw")
        self.gk("edit", image, "/etc/motd", "-e", "s/small/large/")

    def test_write_is_refused(self):
        image = self.image("gpt.raw")
        before = self.checksum(image)
        self.gk_fails("cp", "--ro", self.file("in", b"x"), image + ":/data/x", match="read-only")
        self.gk_fails("edit", "--ro", image, "/etc/motd", "-e", "s/small/large/", match="read-only")
        self.assertEqual(self.checksum(image), before)

    def test_image_that_may_not_be_written(self):
        # As in a mount that is read-only: root is not stopped by file modes.
        image = self.image("gpt.qcow2")
        before = self.checksum(image)
        os.mkdir(self.path("ro"))
        os.rename(image, self.path("ro/gpt.qcow2"))
        self.tool("mount", "--bind", self.path("ro"), self.path("ro"))
        self.tool("mount", "-o", "remount,bind,ro", self.path("ro"))
        image = self.path("ro/gpt.qcow2")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "small-guest\n")
        self.gk_fails("edit", image, "/etc/motd", "-e", "s/small/large/", match="read-only|permission")
        self.assertEqual(self.checksum(image), before)
        self.tool("umount", self.path("ro"))

    def test_two_readers(self):
        for template in ("gpt.qcow2", "gpt.raw"):
            image = self.image(template)
            many = [self.gk_start("cat", "--ro", image, "/data/numbers") for _ in range(4)]
            for p in many:
                out, err = p.communicate(timeout=60)
                self.assertEqual((p.returncode, len(out)), (0, 1 << 20), err)
