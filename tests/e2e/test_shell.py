# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit shell: scripts in guestfish's words, and calls in the wrong state."""

from harness import GUESTKIT, Case


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


class Language(Case):
    """What stands around the calls: pipes, programs of the host, here-documents."""

    def shell(self, text, *args, **kwargs):
        return self.gk("shell", "-a", self.image(), "-m", "/dev/sda2", *args, stdin=text, **kwargs)

    def test_pipe(self):
        r = self.shell("cat /etc/hostname | tr a-z A-Z\nls /home | wc -l\necho a|b\n")
        self.assertEqual(r.out.split("\n"), ["SMALL-GUEST", "", "1", "a|b", ""])

    def test_pipe_closed_early(self):
        self.shell("cat /data/numbers | head -c 1 >/dev/null\ndownload /data/numbers - | head -c 1\necho on\n")

    def test_pipe_error(self):
        self.gk_fails("shell", "-a", self.image(), "-m", "/dev/sda2", "--pipe-error",
                      stdin="download /data/numbers - | exec true\n")

    def test_host_program(self):
        r = self.shell("!echo here; exit 0\n<!echo echo there; echo cat /etc/hostname\n-!exit 3\necho end\n")
        self.assertEqual(r.out, "here\nthere\nsmall-guest\n\nend\n")

    def test_host_program_fails(self):
        r = self.gk_fails("shell", stdin="!exit 3\necho no\n", match="exit status 3")
        self.assertEqual(r.out, "")

    def test_sourced_command_fails(self):
        r = self.gk_fails("shell", stdin="<!echo echo one; echo lcd /nope; echo echo two\necho three\n",
                          match="/nope: No such file")
        self.assertEqual(r.out, "one\n")

    def test_here_document(self):
        r = self.shell("upload -<<END /new\none\n two # three\n ENDE\nEND\ncat /new\n")
        self.assertEqual(r.out, "one\n two # three\n ENDE\n\n")

    def test_here_document_without_end(self):
        self.gk_fails("shell", "-a", self.image(), "-m", "/dev/sda2", stdin="upload -<<END /new\none\n",
                      match="<<END")

    def test_rest_of_stdin(self):
        r = self.shell("upload - /new\nall that\nfollows\n")
        self.assertEqual(r.out, "")
        self.assertEqual(self.gk("cat", self.path("gpt.qcow2"), "/new").out, "all that\nfollows\n")

    def test_order_of_output(self):
        r = self.shell("echo one\ndownload /etc/hostname -\necho two\n!echo three\necho four\n")
        self.assertEqual(r.out, "one\nsmall-guest\ntwo\nthree\nfour\n")

    def test_glob(self):
        r = self.shell("glob echo /etc/hostn* /dev/sda* /nope* plain\n")
        self.assertEqual(r.out.splitlines()[0], "/etc/hostname /dev/sda /nope* plain")
        self.assertEqual(len(r.out.splitlines()), 4)

    def test_glob_fails_as_a_whole(self):
        r = self.gk_fails("shell", "-a", self.image(), "-m", "/dev/sda2",
                          stdin="glob ls /etc/hostnam?\necho no\n", match="Not a directory")
        self.assertEqual(r.out, "")

    def test_time(self):
        self.assertRegex(self.shell("time echo a\n").out, r"^a\nelapsed time: \d+\.\d\d seconds\n$")

    def test_script_file(self):
        script = self.file("script", "#!/usr/bin/env -S guestkit shell -f\necho one\nlcd /nope\n")
        r = self.gk_fails("shell", "-f", script, match="script:3: /nope")
        self.assertEqual(r.out, "one\n")

    def test_quit(self):
        self.assertEqual(self.gk("shell", stdin="echo one\nquit\necho two\n").out, "one\n")

    def test_names(self):
        r = self.gk("shell", "get_autosync", ":", "get-autosync", ":", "-get-nothing", ":", "echo", "on")
        self.assertEqual(r.out, "true\ntrue\non\n")

    def test_empty_command(self):
        self.gk_fails("shell", "echo", "a", ":", ":", "echo", "b", match="empty")

    def test_help(self):
        self.assertIn("list-filesystems", self.gk("shell", "help").out)
        self.assertRegex(self.gk("shell", "help", "--list").out, r"(?m)^mount-ro +\S")
        text = self.gk("shell", "help", "add").out
        self.assertIn("add-drive filename [readonly:true|false]", text)
        self.gk_fails("shell", "help", "frobnicate", match="frobnicate")

    def test_edit(self):
        self.gk("shell", "-a", self.image(), "-m", "/dev/sda2", "edit", "/etc/hostname",
                env={"VISUAL": "sed -i s/small/tiny/"})
        self.assertEqual(self.gk("cat", self.path("gpt.qcow2"), "/etc/hostname").out, "tiny-guest\n")

    def test_pager(self):
        self.assertEqual(self.shell("more /etc/hostname\n", env={"PAGER": "tac"}).out, "small-guest\n")

    def test_keys_from_stdin(self):
        # Not a word about the key itself, whatever becomes of the call.
        r = self.run_program(GUESTKIT, "shell", "-x", "-a", self.image(), "--keys-from-stdin", "run", ":",
                             "luks-open", "/dev/sda3", "x", stdin="open sesame\n")
        self.assertEqual(r.status, 1, str(r))
        self.assertNotIn("sesame", r.out + r.err)


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
        for device in ("/dev/vdb", "/dev/loop0", "/dev/mem", "/dev/../etc/passwd"):
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
