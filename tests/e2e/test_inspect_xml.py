# SPDX-License-Identifier: LGPL-3.0-or-later
"""Debian's virt-inspector, unchanged: what it writes follows its own schema."""

import gzip
import os

import guests
from test_inspect import Inspect

SCHEMA = "/usr/share/doc/guestfs-tools/virt-inspector.rng.gz"
# Distributions that the library names and the schema does not know yet.
NOT_IN_SCHEMA = {"rocky"}


class Xml(Inspect):
    def valid(self, kinds):
        """The guests of the table that are of a kind, all in one report."""
        self.needs_program("xmllint")
        if not os.path.exists(SCHEMA):
            self.skipTest("the documentation of guestfs-tools is not installed")
        with gzip.open(SCHEMA) as f:
            schema = self.file("virt-inspector.rng", f.read())
        names = [name for name, (_, expected) in guests.GUESTS.items()
                 if expected["type"] in kinds and name not in NOT_IN_SCHEMA]
        argv = ["virt-inspector", "--format=raw"]
        for name in names:
            argv += ["-a", self.disk(name, guests.GUESTS[name][0])]
        r = self.foreign(*argv, timeout=120)
        self.assertEqual(r.status, 0, str(r))
        report = r.raw
        self.assertEqual(report.count(b"<operatingsystem>"), len(names))
        self.tool("xmllint", "--noout", "--relaxng", schema, self.file("report.xml", report))
        return schema, report

    def test_linux(self):
        schema, report = self.valid({"linux"})
        # That the schema is looked at.
        wrong = self.file("wrong.xml", report.replace(b"<distro>fedora</distro>", b"<distro>federal</distro>"))
        r = self.run_program("xmllint", "--noout", "--relaxng", schema, wrong)
        self.assertNotEqual(r.status, 0)
        with open(schema, encoding="utf-8") as f:
            known = f.read()
        for name in NOT_IN_SCHEMA:
            self.assertNotIn(f"<value>{name}</value>", known, "it is known now: take it off the list")

    def test_windows(self):
        self.needs_program("hivexsh")
        self.valid({"windows"})

    def test_others(self):
        self.valid({guest[1]["type"] for guest in guests.GUESTS.values()} - {"linux", "windows"})
