#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The pages beside the code: what they name exists, what they quote is there.

What they show being typed is tried in tests/e2e/test_docs.py.
"""

import pathlib
import re
import sys
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = sorted(TOP.glob("*.md")) + sorted((TOP / "docs").glob("*.md"))
FOLDERS = ("src", "cli", "tests", "scripts", "docs", "api", "mk", "include", "bench", "examples", "completion", "python")
# In the pages these stand for something else.
PATTERNS = re.compile(r"[*A-Z]{3,}|\*|<")


class Pages(unittest.TestCase):
    def test_files_that_are_named(self):
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            for name in re.findall(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./*<>-]*[\w*>]", text):
                if not PATTERNS.search(name):
                    self.assertTrue((TOP / name).exists(), f"{page.name} names {name}, which is not there")

    def test_links(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
                if "://" not in target:
                    self.assertTrue((page.parent / target).exists(), f"{page.name} leads to {target}")

    def test_what_hacking_quotes(self):
        """A block after the name of a file stands in that file as it is."""
        text = (TOP / "HACKING.md").read_text(encoding="utf-8")
        found = re.findall(r"`((?:src|api)/\S+)`:\n\n```(?:c|python)\n(.*?)```", text, re.S)
        self.assertGreaterEqual(len(found), 3)
        for name, quoted in found:
            self.assertIn(quoted, (TOP / name).read_text(encoding="utf-8"), name)

    def test_make_targets(self):
        rules = "".join(p.read_text(encoding="utf-8") for p in [TOP / "Makefile", *sorted((TOP / "mk").glob("*.mk"))])
        for page in PAGES:
            for target in re.findall(r"^    (?:sudo )?make ([a-z][a-z-]+)", page.read_text(encoding="utf-8"), re.M):
                stem = re.sub(r"^(unit|room|fuzz|bench)-.*", r"\1-", target)
                self.assertTrue(re.search(rf"^(?:[^\t#=]* )?{re.escape(stem)}(%|\$|[ :])", rules, re.M),
                                f"{page.name}: make {target}")

    def test_size_of_lines(self):
        for page in PAGES:
            for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
                if not line.startswith(("|", " ", "-")):
                    self.assertLessEqual(len(line), 140, f"{page.name}:{number}")


class Packages(unittest.TestCase):
    def test_every_line(self):
        for line in (TOP / "scripts/packages.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                self.assertRegex(line, r"^\S+ +(build|run|guest|test|python)(,(build|run|guest|test|python))* +\S.*")

    def test_doctor_knows_the_tools(self):
        programs = re.findall(r"^\S+ +\S+ +\[([^]]+)\]", (TOP / "scripts/packages.txt").read_text(encoding="utf-8"),
                              re.M)
        self.assertIn("qemu-storage-daemon", " ".join(programs))


class Sources(unittest.TestCase):
    def test_doctors_advice(self):
        """A package that the code advises is one of packages.txt, or of a filesystem's tools."""
        packages = {line.split()[0] for line in
                    (TOP / "scripts/packages.txt").read_text(encoding="utf-8").splitlines()
                    if line and not line.startswith("#")}
        for path in sorted((TOP / "src").glob("*/*.c")):
            for name in re.findall(r'the package ([a-z][a-z0-9.-]+)[")]', path.read_text(encoding="utf-8")):
                self.assertIn(name, packages, path.name)


if __name__ == "__main__":
    sys.exit(unittest.main())
