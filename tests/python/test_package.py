# SPDX-License-Identifier: LGPL-3.0-or-later
"""Wheel and sdist: what is in them, and that they work elsewhere."""

import glob
import os
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

import packages

MAKE = os.environ.get("MAKE", "make")
USE = ("import guestkit, guestfs, os; g = guestkit.Guest(); g.set_path('/x'); print(g.get_path(), guestfs.GuestFS().get_memsize());"
       "print(os.path.dirname(guestkit.__file__)); print(guestkit.__version__)")


def run(*argv, cwd=None, **env):
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300, check=False, env=dict(environ, PYTHONDONTWRITEBYTECODE="1", **env))


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = run(MAKE, "-s", f"B={packages.BUILD}", "python-dist", cwd=packages.REPO)
        assert made.returncode == 0, made.stdout
        cls.version = run("pkg-config", "--modversion", "guestkit",
                          PKG_CONFIG_PATH=os.path.join(packages.BUILD, "pkgconfig")).stdout.strip()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=packages.BUILD)
        self.addCleanup(folder.cleanup)
        self.dir = folder.name

    def one(self, pattern):
        found = glob.glob(os.path.join(packages.BUILD, "python-dist", pattern))
        self.assertEqual(len(found), 1, found)
        self.assertIn(f"guestkit-{self.version}", found[0])
        return found[0]

    def works(self, folder):
        r = run(packages.PYTHON, "-c", USE, cwd="/", PYTHONPATH=folder)
        self.assertEqual(r.stdout.splitlines(), ["/x 1280", os.path.join(folder, "guestkit"), self.version], r.stdout)

    def test_wheel(self):
        with zipfile.ZipFile(self.one("*.whl")) as z:
            names = z.namelist()
            z.extractall(self.dir)
        for wanted in ("guestkit/__init__.py", "guestkit/_calls.py", "guestkit/_calls.pyi", "guestkit/py.typed",
                       "guestfs/__init__.py", "guestfs/__init__.pyi", "guestfs/_calls.py", "guestfs/py.typed"):
            self.assertIn(wanted, names)
        self.assertEqual(len([n for n in names if n.endswith(".so")]), 1)
        self.works(self.dir)

    def test_sdist(self):
        with tarfile.open(self.one("*.tar.gz")) as t:
            t.extractall(self.dir)
        top = os.path.join(self.dir, f"guestkit-{self.version}")
        for wanted in ("LICENSE", "COPYING", "README.md", "pyproject.toml", "native/native.h", "native/gk-python-calls.c"):
            self.assertTrue(os.path.exists(os.path.join(top, wanted)), wanted)
        made = run(packages.PYTHON, "setup.py", "-q", "build_ext", "--inplace", cwd=top,
                   PKG_CONFIG_PATH=os.path.join(packages.BUILD, "pkgconfig"))
        self.assertEqual(made.returncode, 0, made.stdout)
        self.works(top)

    def test_nothing_names_the_build_folder(self):
        """But for the path to a library that is not installed."""
        with zipfile.ZipFile(self.one("*.whl")) as z:
            for name in z.namelist():
                if not name.endswith(".so"):
                    self.assertNotIn(packages.BUILD.encode(), z.read(name), name)

    def test_install(self):
        tree = os.path.join(self.dir, "tree")
        args = (f"B={packages.BUILD}", f"DESTDIR={tree}", "PREFIX=/opt/gk", f"LIBDIR={packages.BUILD}")
        r = run(MAKE, "-s", "install-python", *args, cwd=packages.REPO)
        self.assertEqual(r.returncode, 0, r.stdout)
        found = {os.path.relpath(os.path.join(top, f), tree) for top, _, files in os.walk(tree) for f in files}
        self.assertTrue(any(f.endswith("dist-packages/guestkit/__init__.py") for f in found), found)
        self.assertTrue(any(f.endswith("lib/guestkit/python/guestfs/__init__.py") or f.endswith("python/guestfs/__init__.py")
                            for f in found), found)
        self.assertFalse(any("dist-packages/guestfs" in f for f in found))
        ours = next(os.path.dirname(os.path.dirname(os.path.join(tree, f))) for f in found if f.endswith("guestkit/__init__.py"))
        theirs = next(os.path.dirname(os.path.dirname(os.path.join(tree, f))) for f in found if f.endswith("guestfs/__init__.py"))
        r = run(packages.PYTHON, "-c", USE, cwd="/", PYTHONPATH=f"{ours}:{theirs}")
        self.assertEqual(r.stdout.splitlines()[0], "/x 1280", r.stdout)
        r = run(MAKE, "-s", "uninstall-python", *args, cwd=packages.REPO)
        self.assertEqual(r.returncode, 0, r.stdout)
        self.assertEqual([f for _, _, files in os.walk(tree) for f in files], [])


if __name__ == "__main__":
    unittest.main()
