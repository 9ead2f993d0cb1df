# SPDX-License-Identifier: LGPL-3.0-or-later
"""The runner of other tests that makes User-Mode Linux their host: what it promises."""

import os
import time

import world
from harness import REPO, Case

RUN = os.path.join(REPO, "tests/uml-host/run")


class Runner(Case):
    def setUp(self):
        super().setUp()
        self.needs_program("linux.uml")

    def test_command(self):
        """Output, status, environment and folder; writes do not reach this machine, but where they may."""
        open_folder = self.path("open")
        os.mkdir(open_folder)
        r = self.run_program(RUN, "-w", open_folder, "sh", "-c",
                             "pwd; echo $WORD; id -u; echo x >closed && cat closed; echo y >open/file; "
                             "dmsetup create none --notable && dmsetup ls; echo oops >&2; exit 7",
                             env={"WORD": "it's \"here\""})
        self.assertEqual(r.status, 7, str(r))
        self.assertEqual(r.out.split("\n")[:4], [self.dir, "it's \"here\"", "0", "x"], str(r))
        self.assertRegex(r.out, r"(?m)^none\b")
        self.assertIn("oops", r.out)
        self.assertFalse(os.path.exists(self.path("closed")))
        self.assertEqual(self.read(self.path("open/file")), b"y\n")

    def test_too_long(self):
        began = time.monotonic()
        r = self.run_program(RUN, "-t", "8", "sleep", "100")
        self.assertEqual(r.status, 124, str(r))
        self.assertLess(time.monotonic() - began, 30)

    def test_killed_at_once(self):
        p = self.start(RUN, "sleep", "100")
        self.wait_for(lambda: len(world.processes()) > 1, "a child")
        p.kill()
        p.wait()
        self.wait_for(lambda: not world.processes(), "all to end")

    def test_killed(self):
        p = self.start(RUN, "sleep", "100")
        self.wait_for(lambda: any(c.startswith("linux.uml") for c in world.processes().values()), "the kernel")
        p.kill()
        p.wait()
        self.wait_for(lambda: not world.processes(), "the kernel's end")
