# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command's own manners: usage, exit statuses, help, version, doctor."""

import os
import shutil

import world
from harness import GUESTKIT, SLOW, Case

SUBCOMMANDS = ("info", "inspect", "detect", "filesystems", "df", "partition", "mkfs", "fsck", "resize", "wipe", "sparsify", "ls", "cat", "edit", "aug", "reg", "command", "rescue", "run", "diff", "cp", "tar-in", "tar-out", "mount", "umount",
               "shell", "exec", "gc", "doctor", "version")


class Usage(Case):
    def test_nothing(self):
        self.gk_fails(status=2, match="usage")

    def test_unknown_subcommand(self):
        self.gk_fails("frobnicate", status=2, match="frobnicate")

    def test_unknown_option(self):
        for subcommand in ("info", "cat", "shell"):
            self.gk_fails(subcommand, "--frobnicate", status=2, match="frobnicate")

    def test_missing_arguments(self):
        for args in (["info"], ["cat"], ["cat", self.image()], ["cp", "a"], ["tar-in", self.image(), "b"], ["umount"], ["exec"]):
            self.gk_fails(*args, status=2)

    def test_too_many_arguments(self):
        self.gk_fails("info", self.image(), "more", status=2)

    def test_ro_and_rw(self):
        self.gk_fails("cat", "--ro", "--rw", self.image(), "/etc/hostname", status=2)

    def test_help(self):
        text = self.gk("--help").out
        for subcommand in SUBCOMMANDS:
            self.assertIn(subcommand, text)

    def test_help_of_each(self):
        for subcommand in SUBCOMMANDS:
            self.assertIn("usage", self.gk(subcommand, "--help").out.lower(), subcommand)

    def test_version(self):
        self.assertRegex(self.gk("version").out, r"^guestkit \d+\.\d+\.\d+")
        self.assertRegex(self.gk("--version").out, r"^guestkit \d+\.\d+\.\d+")


class Output(Case):
    def test_full_stdout(self):
        # Who writes to a full disk must not report success.
        r = self.run_program("sh", "-c", '"$0" cat "$1" /data/numbers >/dev/full', GUESTKIT, self.image())
        self.assertEqual(r.status, 1, str(r))
        self.assertRegex(r.err, "(?i)no space")

    def test_stdout_is_a_file_that_others_write_to(self):
        # What is there already stays, and what comes after comes after.
        self.tool("sh", "-c", 'exec >out; echo before; "$0" cat "$1" /etc/hostname /etc/motd; '
                  '"$0" tar-out "$1" /mnt - | wc -c; echo after', GUESTKIT, self.image())
        out = self.read(self.path("out")).decode()
        self.assertTrue(out.startswith("before\nsmall-guest\nWelcome to the small guest.\n"), out)
        self.assertTrue(out.endswith("\nafter\n"), out)

    def test_append(self):
        self.tool("sh", "-c", 'echo before >out; "$0" cat "$1" /etc/hostname >>out', GUESTKIT, self.image())
        self.assertEqual(self.read(self.path("out")), b"before\nsmall-guest\n")

    def test_closed_pipe(self):
        r = self.run_program("sh", "-c", '"$0" cat "$1" /data/numbers | head -c 10', GUESTKIT, self.image())
        self.assertEqual(r.out, "0000000000")
        self.wait_for(lambda: "guestkitd" not in str(world.processes()), "the session to end", timeout=20 * SLOW)

    def test_nothing_on_stderr(self):
        self.assertEqual(self.gk("cat", self.image(), "/etc/hostname").err, "")


class Doctor(Case):
    def test_all_well(self):
        r = self.gk("doctor")
        self.assertTrue(r.out.strip())

    def test_json(self):
        self.assertIsInstance(self.gk("doctor", "--json").json(), (dict, list))


class Collect(Case):
    def test_nothing_to_do(self):
        self.gk("gc")
        self.gk("gc")


class Caller(Case):
    """Who is not root is told what is needed."""

    def unprivileged(self, *args):
        # The folders above the build may be closed to others: show it elsewhere.
        self.tool("mkdir", "-p", "/run/others")
        self.tool("mount", "--bind", os.path.dirname(GUESTKIT), "/run/others")
        try:
            return self.run_program("/run/others/guestkit", *args, user=65534, cwd="/",
                                    env={"HOME": "/nonexistent"})
        finally:
            self.tool("umount", "/run/others")
            os.rmdir("/run/others")

    def test_not_root(self):
        image = self.image()
        shutil.copyfile(image, "/tmp/world-readable.qcow2")
        os.chmod("/tmp/world-readable.qcow2", 0o644)
        r = self.unprivileged("cat", "/tmp/world-readable.qcow2", "/etc/hostname")
        os.unlink("/tmp/world-readable.qcow2")
        self.sane(r)
        if r.status != 0:               # a launcher that needs no root may well do it
            self.assertEqual(r.status, 1, str(r))
            self.assertRegex(r.err, "(?i)root|privilege|permission")
        else:
            self.assertEqual(r.out, "small-guest\n")

    def test_ignores_the_end_of_its_children(self):
        """As programs that start many do: how tools end is known all the same."""
        image = self.image()
        r = self.run_program("env", "--ignore-signal=CHLD", GUESTKIT, "edit", "--commit", image,
                             "/etc/hostname", "-e", "s/small/tiny/")
        self.assertEqual(r.status, 0, str(r))
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "tiny-guest\n")

    def test_version_needs_no_root(self):
        self.assertEqual(self.unprivileged("version").status, 0)
