# SPDX-License-Identifier: LGPL-3.0-or-later
"""The configuration files of the guest as a tree."""

import os
import signal
import subprocess

import world
from harness import Case

SAVE_BACKUP, SAVE_NEWFILE, SAVE_NOOP, NO_LOAD = 1, 2, 16, 32


class Augeas(Case):
    """On the genuine guest; what is written goes away, unless a test has a copy."""

    def shell(self, *lines, image=None, launcher="auto", flags=0, init=True):
        script = ["run", "mount /dev/sda2 /", *([f"aug-init / {flags}"] if init else []), *lines]
        return self.gk_any("shell", "--launcher", launcher, "--rw" if image else "--ro",
                           "-a", image or os.environ["GUESTKIT_GUEST"], stdin="\n".join(script) + "\n")

    def prints(self, *lines, **kwargs):
        r = self.shell(*lines, **kwargs)
        self.assertEqual(r.status, 0, str(r))
        return r.out.splitlines()

    def fails(self, line, message, **kwargs):
        """The message is libguestfs's, and the tree is still there."""
        r = self.shell("-" + line, "aug-get /files/etc/hostname/hostname", **kwargs)
        self.assertEqual(r.status, 0, str(r))
        self.assertIn(": " + message + "\n", r.err)
        self.assertEqual(r.out, "guest\n")


class Calls(Augeas):
    def test_reading(self):
        out = self.prints("aug-get /augeas/root", "aug-get /files/etc/hostname/hostname", "aug-ls /",
                          "aug-match /files/etc/hostname", "aug-match /files/nope", "aug-ls /files/nope",
                          "aug-label /files/etc/fstab/1", "aug-match /files/etc/passwd/root/uid")
        self.assertEqual(out, ["/", "guest", "/augeas", "/files", "/files/etc/hostname", "1", "/files/etc/passwd/root/uid"])

    def test_ls_is_sorted(self):
        out = self.prints("aug-ls /files/etc")
        self.assertEqual(out, sorted(out))
        self.assertGreater(len(out), 20)

    def test_writing(self):
        image = self.guest()
        out = self.prints("aug-set /files/etc/hostname/hostname renamed", "aug-insert /files/etc/fstab/1 #comment true",
                          "aug-set /files/etc/fstab/#comment[last()] 'a comment'", "aug-rm /files/etc/fstab/#comment[1]",
                          "aug-defvar uid /files/etc/passwd/root", "aug-set $uid/name 'the root'",
                          "aug-setm '/files/etc/fstab/*[spec]' passno 0", "aug-defnode n /files/etc/environment/GUESTKIT yes",
                          "aug-mv /files/etc/environment/GUESTKIT /files/etc/environment/MOVED",
                          "aug-clear /files/etc/nothing", "aug-rm /files/etc/nothing", "aug-save", image=image)
        self.assertIn("1", out)
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "renamed\n")
        self.assertIn("root:x:0:0:the root:", self.gk("cat", image, "/etc/passwd").out)
        self.assertIn("MOVED=yes", self.gk("cat", image, "/etc/environment").out)

    def test_written_files_keep_mode_and_owner(self):
        image = self.guest()
        before = self.gk("ls", "-l", image, "/etc/").out
        self.prints("aug-set /files/etc/shadow/root/password x", "aug-save", image=image)
        after = self.gk("ls", "-l", image, "/etc/").out
        shadow = [[line.split()[:4] for line in out.splitlines() if line.endswith(" shadow")] for out in (before, after)]
        self.assertEqual(*shadow)
        self.assertEqual(len(shadow[0]), 1)

    def test_flags(self):
        change = ("aug-set /files/etc/hostname/hostname renamed", "aug-save")
        self.assertEqual(self.prints(*change, "cat /etc/hostname.augsave", flags=SAVE_BACKUP), ["guest", ""])
        self.assertEqual(self.prints(*change, "cat /etc/hostname", "cat /etc/hostname.augnew", flags=SAVE_NEWFILE),
                         ["guest", "", "renamed", ""])
        self.assertEqual(self.prints(*change, "cat /etc/hostname", flags=SAVE_NOOP), ["guest", ""])
        self.assertEqual(self.prints("aug-ls /files", "aug-transform Hostname.lns /etc/hostname",
                                     "aug-load", "aug-get /files/etc/hostname/hostname", flags=NO_LOAD), ["guest"])

    def test_errors(self):
        for line, message in (
                ("aug-get /files/etc/nonexist", "aug_get: no matching node"),
                ("aug-get /files/etc/hostname", "aug_get: Augeas returned NULL match"),
                ("aug-get '/files/etc/hosts/[['", "aug_get: aug_get: /files/etc/hosts/[[: Invalid path expression: "
                                                  "empty name: /files/etc/hosts/|=|[["),
                ("aug-set '/files/etc/*' x", "aug_set: aug_set: /files/etc/*: x: Too many matches for path expression"),
                ("aug-mv /files/nope /files/x", "aug_mv: aug_mv: /files/nope: /files/x: No match for path expression"),
                ("aug-insert /files/nope lab true", "aug_insert: aug_insert: /files/nope: lab [before=1]: "
                                                    "No match for path expression"),
                ("aug-label /files/nope", "aug_label: no matching nodes found"),
                ("aug-ls /files/etc/", "aug_ls: don't use aug-ls with a path that ends with / ] *")):
            self.fails(line, message)

    def test_what_does_not_fit_is_told_with_its_file(self):
        r = self.shell("aug-set /files/etc/hostname/hostname 'two\\nlines'", "-aug-save", "cat /etc/hostname")
        self.assertRegex(r.err, r"aug_save: aug_save: /files/etc/hostname: put_failed: ")
        self.assertEqual(r.out, "guest\n\n")

    def test_without_init(self):
        words = "do_aug_{}: you must call 'aug-init' first to initialize Augeas\n"
        for call in ("close", "load", "save"):
            r = self.shell("-aug-" + call, init=False)
            self.assertIn(f"aug_{call}: " + words.format(call), r.err)
        for close in ("umount-all", "umount /", "inspect-os"):
            r = self.shell("-" + close, "mount /dev/sda2 /", "-aug-get /files/etc/hostname/hostname")
            self.assertIn("aug_get: " + words.format("get"), r.err, close)

    def test_mounted_later(self):
        self.assertEqual(self.prints("mkdir /later", "mount /dev/sda1 /later", "mkdir-p /later/etc", 'write /later/etc/x "y\\n"',
                                     "aug-transform Hostname.lns /later/etc/x", "aug-load",
                                     "aug-get /files/later/etc/x/hostname", "umount /later"), ["y"])

    def test_uml(self):
        self.needs_program("linux.uml")
        self.assertEqual(self.prints("aug-set /files/etc/hostname/hostname renamed", "aug-save", "cat /etc/hostname",
                                     launcher="uml"), ["renamed", ""])


class Cli(Augeas):
    """guestkit aug."""

    def test_changes(self):
        image = self.guest()
        r = self.gk("aug", image, "set /files/etc/hostname/hostname renamed", "ins new before /files/etc/fstab/1",
                    "rm /files/etc/fstab/new", "defvar root '/files/etc/fstab/*[file = \"/\"]'", "setm $root passno 0",
                    "get /files/etc/hostname/hostname", "match /files/etc/fstab/*[file = '/']/passno")
        self.assertEqual(r.out, "/files/etc/hostname/hostname = renamed\n/files/etc/fstab/1/passno = 0\n")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "renamed\n")

    def test_all_or_nothing(self):
        image = self.guest()
        self.gk_fails("aug", image, "set /files/etc/hostname/hostname renamed", "mv /files/nope /files/etc/x",
                      match="aug_mv: /files/nope: /files/etc/x: No match")
        self.gk("aug", "--no-save", image, "set /files/etc/hostname/hostname renamed")
        self.gk("aug", "--ro", image, "set /files/etc/hostname/hostname renamed")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "guest\n")

    def test_json(self):
        out = self.gk("aug", "--ro", "--json", os.environ["GUESTKIT_GUEST"], "ls /files/etc/hostname",
                      "set /files/etc/hostname/hostname x").json()
        self.assertEqual(out, [{"line": "ls /files/etc/hostname",
                                "nodes": [{"path": "/files/etc/hostname/hostname", "value": "guest"}]},
                               {"line": "set /files/etc/hostname/hostname x"}])

    def test_usage(self):
        for line, words in (("st x y", "there is no such change"), ("set x", "should be: set PATH VALUE"),
                            ("get 'x", "a quote is not closed"), ("get x[1", "a bracket is not closed"),
                            ("ins a beside b", "should be: ins LABEL before|after PATH")):
            self.gk_fails("aug", "--ro", os.environ["GUESTKIT_GUEST"], line, match=words.replace("|", r"\|"), status=2)
        self.gk_fails("aug", "--ro", os.environ["GUESTKIT_GUEST"], match="no change is given", status=2)


class Walls(Augeas):
    def test_links_end_in_the_guest(self):
        host = self.file("secret", "secret\n")
        r = self.shell("rm /etc/hostname", f"ln-s /proc/1/root{host} /etc/hostname", "-aug-load",
                       "aug-match /files/etc/hostname/*",
                       "rm /etc/hostname", "ln-s ../../../../../../../../../../" + host + " /etc/hostname", "-aug-load",
                       "aug-match /files/etc/hostname/*")
        self.assertEqual(r.status, 0, str(r))
        self.assertEqual(r.out, "")

    def test_killed(self):
        p = self.gk_start("shell", "--ro", "-a", os.environ["GUESTKIT_GUEST"], "-m", "/dev/sda2", stdin=subprocess.PIPE)
        os.set_blocking(p.stdout.fileno(), False)
        before = set(world.processes())
        p.stdin.write(b"cat /etc/hostname\n")
        p.stdin.flush()
        self.wait_for(lambda: p.stdout.read(), "the session")
        before = set(world.processes())
        p.stdin.write(b"aug-init / 0\ncat /etc/hostname\n")
        p.stdin.flush()
        self.wait_for(lambda: p.stdout.read(), "augeas")
        service = set(world.processes()) - before
        self.assertEqual(len(service), 1)
        os.kill(service.pop(), signal.SIGKILL)
        out, err = self.communicate(p, b"-aug-ls /files\n-aug-ls /files\ncat /etc/hostname\n")
        self.assertIn("aug_ls: augeas: the process that does this ended\n", err)
        self.assertIn("aug_ls: do_aug_ls: you must call 'aug-init' first", err)
        self.assertEqual(out, "guest\n\n")

    def communicate(self, p, text):
        os.set_blocking(p.stdout.fileno(), True)
        out, err = p.communicate(text, 60)
        self.assertEqual(p.returncode, 0, err)
        return out.decode(), err.decode()
