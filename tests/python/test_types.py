# SPDX-License-Identifier: LGPL-3.0-or-later
"""The type hints: they hold in the packages themselves, tell a program what it gets, and what is wrong in it."""

import importlib.util
import os
import subprocess
import tempfile
import unittest

import packages

MUST_WORK = os.environ.get("GUESTKIT_MUST_WORK") == "1"
# The line, and what it is said to be.
RIGHT = """\
import guestkit
import guestfs
with guestkit.open("disk.qcow2", ro=True, inspect=True) as g:
    reveal_type(g.read_file("/etc/hostname"))
    for path in g.path("/etc").glob("*.conf"):
        reveal_type(path.stat().st_size)
    with g.open("/etc/passwd") as f:
        print([line.split(":")[0] for line in f])
    reveal_type(g.inspect_get_mountpoints("/dev/sda1"))
    g.on_progress(lambda progress: None).cancel()
h = guestfs.GuestFS(python_return_dict=True)
h.add_drive_opts("disk.qcow2", readonly=True)
reveal_type(h.cat("/etc/hostname"))
reveal_type(h.lstat("/"))
"""
TYPES = {4: "builtins.bytes", 6: "builtins.int", 9: "builtins.dict[builtins.str, builtins.str]", 13: "builtins.str",
         14: "builtins.dict[builtins.str, Any]"}
WRONG = """\
import guestkit
g = guestkit.Guest()
g.write("/x", "text")
g.mkdir(7)
g.no_such_call()
g.mkfs("ext4", "/dev/sda", blocksize="4k")
g.cat("/x") + b"bytes"
"""


@unittest.skipUnless(importlib.util.find_spec("mypy") or MUST_WORK, "mypy is not installed")
class Types(unittest.TestCase):
    def mypy(self, *args, text=None):
        with tempfile.TemporaryDirectory() as folder:
            if text is not None:
                path = os.path.join(folder, "program.py")
                with open(path, "w", encoding="ascii") as f:
                    f.write(text)
                args = (*args, path)
            r = subprocess.run([packages.PYTHON, "-m", "mypy", "--strict", "--no-error-summary", "--no-pretty", "--cache-dir", folder,
                                *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
                               cwd=folder, env=dict(os.environ, MYPYPATH=packages.FOLDER))
            return r.returncode, r.stdout

    def test_of_the_packages(self):
        self.assertEqual(self.mypy(os.path.join(packages.FOLDER, "guestkit"), os.path.join(packages.FOLDER, "guestfs")), (0, ""))

    def test_of_a_program(self):
        status, said = self.mypy(text=RIGHT)
        self.assertEqual(status, 0, said)
        for line, kind in TYPES.items():
            self.assertRegex(said, rf'program.py:{line}: note: Revealed type is "{kind}"'.replace("[", r"\[").replace("]", r"\]"))

    def test_of_mistakes(self):
        status, said = self.mypy(text=WRONG)
        self.assertEqual(status, 1, said)
        for line in range(3, 8):
            self.assertIn(f"program.py:{line}: error: ", said)
