# SPDX-License-Identifier: LGPL-3.0-or-later
"""The module guestfs offers what libguestfs's own has, and the stubs tell the truth."""

import ast
import importlib.util
import inspect
import os
import re
import sys
import typing
import unittest

import packages
import guestfs
import guestkit

THEIRS = "/usr/lib/python3/dist-packages/guestfs.py"


def load_theirs():
    spec = importlib.util.spec_from_file_location("their_guestfs", THEIRS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(thing):
    return {n for n in dir(thing) if not n.startswith("_") or n in ("__init__", "_check_not_closed")}


@unittest.skipUnless(os.path.exists(THEIRS), "python3-guestfs is not installed")
class Surface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.theirs = load_theirs()

    def test_names_of_the_module(self):
        ours, theirs = names(guestfs), names(self.theirs)
        self.assertEqual(theirs - ours, {"libguestfsmod", "Union", "List", "Tuple", "Optional"})
        for name in theirs & ours:
            if isinstance(getattr(self.theirs, name), int):
                self.assertEqual(getattr(guestfs, name), getattr(self.theirs, name), name)

    def test_every_method_with_its_signature(self):
        found = names(self.theirs.GuestFS)
        self.assertGreater(len(found), 500)
        for name in sorted(found):
            with self.subTest(name=name):
                ours, theirs = getattr(guestfs.GuestFS, name, None), getattr(self.theirs.GuestFS, name)
                self.assertIsNotNone(ours)
                wanted = list(inspect.signature(theirs).parameters.values())
                have = list(inspect.signature(ours).parameters.values())
                self.assertEqual(have[:len(wanted)], wanted)
                self.assertEqual(inspect.signature(ours).return_annotation, inspect.signature(theirs).return_annotation)
                # Calls have got more optional arguments since.
                self.assertTrue(all(p.default is None for p in have[len(wanted):]), have)

    def test_more_is_only_what_is_newer(self):
        sys.path.insert(0, os.path.join(packages.REPO, "api"))
        import generate
        since = {c.name: tuple(int(n) for n in c.since.split(".")[:2]) for c in generate.load()}
        for name in names(guestfs.GuestFS) - names(self.theirs.GuestFS):
            self.assertGreater(since[name], (1, 48), name)

    def test_aliases_are_the_same_functions(self):
        for name in names(self.theirs.GuestFS):
            if name.endswith("_opts") and name.removesuffix("_opts") in names(self.theirs.GuestFS):
                self.assertIs(getattr(guestfs.GuestFS, name), getattr(guestfs.GuestFS, name.removesuffix("_opts")))

    def test_exceptions(self):
        self.assertEqual([c.__name__ for c in guestfs.ClosedHandle.__mro__],
                         [c.__name__ for c in self.theirs.ClosedHandle.__mro__])

    def test_the_same_calls_warn(self):
        def deprecated(module):
            return {n for n in names(module.GuestFS) if "DeprecationWarning" in inspect.getsource(getattr(module.GuestFS, n))}
        self.assertEqual(deprecated(guestfs), deprecated(self.theirs))


class Stubs(unittest.TestCase):
    """A stub has the classes, methods and arguments of its module."""

    def methods(self, path):
        with open(path, encoding="utf-8") as f:
            tree = ast.parse(f.read())
        return {(c.name, f.name): ast.unparse(f.args) + " -> " + (ast.unparse(f.returns) if f.returns else "")
                for c in tree.body if isinstance(c, ast.ClassDef) for f in c.body if isinstance(f, ast.FunctionDef)}

    def test_the_calls(self):
        for package in ("guestkit", "guestfs"):
            base = os.path.join(packages.FOLDER, package, "_calls.py")
            code, stub = self.methods(base), self.methods(base + "i")
            self.assertGreater(len(code), 400)
            if package == "guestfs":
                # Its module says no more at run time than libguestfs's does.
                stub = {name: re.sub(r"Dict\[str, \w+\]", "dict", text).replace("dom: Any", "dom") for name, text in stub.items()}
            self.assertEqual(code, stub)

    def test_the_extension_module(self):
        from guestkit import _native
        with open(os.path.join(packages.FOLDER, "guestkit/_native.pyi"), encoding="utf-8") as f:
            tree = ast.parse(f.read())
        told = {n.target.id if isinstance(n, ast.AnnAssign) else n.name for n in tree.body
                if isinstance(n, (ast.AnnAssign, ast.FunctionDef, ast.ClassDef))}
        self.assertEqual(told, {n for n in dir(_native) if not n.startswith("__")})
        handle = {f.name for c in tree.body if isinstance(c, ast.ClassDef) for f in c.body if isinstance(f, ast.FunctionDef)}
        self.assertEqual(handle - {"__init__"}, {n for n in dir(_native.Handle) if not n.startswith("__")})

    def test_packages_say_that_they_are_typed(self):
        for package in ("guestkit", "guestfs"):
            self.assertTrue(os.path.exists(os.path.join(packages.FOLDER, package, "py.typed")))

    def test_hints_can_be_resolved(self):
        for name, method in inspect.getmembers(guestkit.Guest, inspect.isfunction):
            if not name.startswith("_"):
                typing.get_type_hints(method, localns={"GuestPath": guestkit.GuestPath})


class Modern(unittest.TestCase):
    def test_no_deprecated_calls(self):
        self.assertFalse(hasattr(guestkit.Guest, "add_cdrom"))
        self.assertFalse(hasattr(guestkit.Guest, "internal_test"))

    def test_optional_arguments_are_keywords(self):
        p = inspect.signature(guestkit.Guest.add_drive).parameters
        self.assertEqual(p["filename"].kind, p["filename"].POSITIONAL_OR_KEYWORD)
        self.assertEqual(p["readonly"].kind, p["readonly"].KEYWORD_ONLY)

    def test_every_call_has_words(self):
        for name, method in inspect.getmembers(guestkit.Guest, inspect.isfunction):
            if not name.startswith("_"):
                self.assertTrue(inspect.getdoc(method), name)


if __name__ == "__main__":
    unittest.main()
