#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The API tables against the ABI that they promise.

Without libguestfs-dev: the tables are whole (names, kinds, cross references)
and imply exactly the symbols of api/symbols.txt.  With it (guestfs.h and
libguestfs.so.0 of Debian 12), every prototype, struct and optional argument
is also held against the header, and symbols.txt against the library.
"""

import ctypes.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "api"))
sys.dont_write_bytecode = True

import generate         # noqa: E402
import model            # noqa: E402

HEADER = pathlib.Path("/usr/include/guestfs.h")
MUST_WORK = os.environ.get("GUESTKIT_MUST_WORK") == "1"
ABI = (1, 48, 6)

# What a handle can do beside the calls: written by hand, in no table.
BY_HAND = """
create create_flags close last_error last_errno
set_error_handler get_error_handler push_error_handler pop_error_handler
set_out_of_memory_handler get_out_of_memory_handler
set_event_callback delete_event_callback event_to_string
set_log_message_callback set_subprocess_quit_callback
set_launch_done_callback set_close_callback set_progress_callback
set_private get_private first_private next_private
""".split()

# Calls of the shell that a script of the examples cannot show, and why.
NO_EXAMPLES = {
    "mount_local": "the folder is busy until somebody else calls umount_local: tests/e2e/test_mount_local.py",
}

# Calls whose examples only show how they fail, and why: a sentence, or the test that shows them succeed.
FAILS_ALWAYS = "there is nothing left for it to do"
ONLY_ERRORS = {
    "add_domain": "tests/e2e/test_domain.py",
    "btrfs_balance_cancel": "a session has one call at a time: none comes while another balances",
    "btrfs_balance_pause": "as of btrfs_balance_cancel",
    "btrfs_balance_resume": "as of btrfs_balance_cancel: nothing was paused",
    "btrfs_scrub_cancel": "tests/e2e/test_btrfs.py",
    "btrfs_scrub_resume": "tests/e2e/test_btrfs.py",
    "clevis_luks_unlock": "tests/e2e/test_keys.py",
    "get_libvirt_requested_credential_challenge": "tests/e2e/test_domain.py",
    "get_libvirt_requested_credential_defresult": "tests/e2e/test_domain.py",
    "get_libvirt_requested_credential_prompt": "tests/e2e/test_domain.py",
    "get_libvirt_requested_credentials": "tests/e2e/test_domain.py",
    "set_libvirt_requested_credential": "tests/e2e/test_domain.py",
    "getcon": "the kernels that the tests run on have no SELinux",
    "setcon": "the kernels that the tests run on have no SELinux",
    "grub_install": "tests/e2e/test_guest.py",
    "internal_exit": "tests/e2e/test_debug.py",
    "ldmtool_diskgroup_disks": "tests/e2e/test_ldm.py",
    "ldmtool_diskgroup_name": "tests/e2e/test_ldm.py",
    "ldmtool_diskgroup_volumes": "tests/e2e/test_ldm.py",
    "ldmtool_volume_hint": "tests/e2e/test_ldm.py",
    "ldmtool_volume_partitions": "tests/e2e/test_ldm.py",
    "ldmtool_volume_type": "tests/e2e/test_ldm.py",
    "list_9p": FAILS_ALWAYS,
    "mount_9p": FAILS_ALWAYS,
    "remove_drive": FAILS_ALWAYS,
    "mount_local": "tests/e2e/test_mount_local.py",
    "mount_local_run": "tests/e2e/test_mount_local.py",
    "umount_local": "tests/e2e/test_mount_local.py",
    "rsync_in": "tests/e2e/test_rsync.py",
    "rsync_out": "tests/e2e/test_rsync.py",
}

C_ARG = {"Int": "int {}", "Bool": "int {}", "Int64": "int64_t {}",
         "StringList": "char *const *{}", "FilenameList": "char *const *{}",
         "DeviceList": "char *const *{}",
         "BufferIn": "const char *{0}, size_t {0}_size"}
C_RET = {"Err": "int ", "Int": "int ", "Bool": "int ", "Int64": "int64_t ",
         "ConstString": "const char *", "ConstOptString": "const char *",
         "String": "char *", "StringList": "char **", "Hashtable": "char **",
         "BufferOut": "char *"}
C_FIELD = {"string": "char *{};", "device": "char *{};", "char": "char {};",
           "buffer": "uint32_t {0}_len; char *{0};", "uuid": "char {}[32];",
           "int32": "int32_t {};", "uint32": "uint32_t {};",
           "int64": "int64_t {};", "uint64": "uint64_t {};",
           "bytes": "uint64_t {};", "percent": "float {};"}
TEXT = {"String", "OptString", "Key", "Pathname", "Filename", "Device",
        "Mountable", "DevOrPath", "MountableOrPath", "GUID", "FileIn",
        "FileOut"}


def version(text):
    return tuple(int(n) for n in text.split("."))


def c_arg(param):
    if param.kind == "Pointer":
        return f"{param.c_type}{param.name}"
    if param.kind in TEXT:
        return f"const char *{param.name}"
    return C_ARG[param.kind].format(param.name)


def c_ret(ret):
    if ret.kind == "Struct":
        return f"struct guestfs_{ret.struct} *"
    if ret.kind == "StructList":
        return f"struct guestfs_{ret.struct}_list *"
    return C_RET[ret.kind]


def prototypes(call):
    """NAME -> the declaration of each function that the row stands for."""
    args = ["guestfs_h *g"] + [c_arg(a) for a in call.args]
    if call.ret.kind == "BufferOut":
        args.append("size_t *size_r")

    def one(name, *more):
        params = ", ".join([*args, *more])
        return (f"guestfs_{name}",
                f"{c_ret(call.ret)}guestfs_{name} ({params})")

    c = call.c_name
    if call.opts or call.opts_suffix:
        yield one(c, "...")
        yield one(c + "_va", "va_list args")
        yield one(c + "_argv", f"const struct guestfs_{c}_argv *optargs")
    if call.opts_suffix or not call.opts:
        yield one(call.name)


def argv_struct(call):
    fields = "".join(f" {c_arg(o)};" for o in call.opts)
    return f"uint64_t bitmask;{fields}"


def struct_symbols(name):
    for verb in ("free", "copy", "compare"):
        yield f"guestfs_{verb}_{name}"
        yield f"guestfs_{verb}_{name}_list"


def shown_to_succeed(call):
    """Is it, in one of its own examples, a command after which more follows or that need not fail?"""
    names = {call.name, call.name.replace("_", "-"), *call.shell_alias}
    for e in call.examples:
        fails = e.error is not None or e.errno is not None
        for command in e.run[:-1] if fails else e.run:
            if command.split()[0] in names:
                return True
    return False


def in_abi(call):
    return version(call.since) <= ABI


class Tables (unittest.TestCase):
    """What must hold on every machine."""

    @classmethod
    def setUpClass(cls):
        cls.calls = generate.load()

    def test_number_of_calls(self):
        self.assertEqual(len(self.calls), 648)
        self.assertEqual(sum(map(in_abi, self.calls)), 635)

    def test_symbols(self):
        want = set((TOP / "api/symbols.txt").read_text().split())
        have = {f"guestfs_{n}" for n in BY_HAND}
        for s in model.STRUCTS.values():
            have.update(struct_symbols(s.name))
        for call in filter(in_abi, self.calls):
            have.update(name for name, _ in prototypes(call))
        self.assertEqual(want - have, set(), "in the ABI, in no table")
        self.assertEqual(have - want, set(), "in a table, not in the ABI")

    def test_symbols_sorted(self):
        names = (TOP / "api/symbols.txt").read_text().splitlines()
        self.assertEqual(names, sorted(set(names)))
        self.assertEqual(len(names), 965)

    def test_names(self):
        for call in self.calls:
            self.assertRegex(call.name, r"^[a-z][a-zA-Z0-9_]*$")
            names = [p.name for p in call.args + call.opts]
            self.assertEqual(len(names), len(set(names)), call.name)
            self.assertLessEqual(len(call.opts), 64, call.name)

    def test_cross_references(self):
        for call in self.calls:
            if call.ret.struct:
                self.assertIn(call.ret.struct, model.STRUCTS, call.name)
            if call.deprecated_by:
                self.assertTrue(call.deprecated, call.name)
                # The callbacks that replaced some calls are in no table.
                if call.deprecated_by not in BY_HAND:
                    self.assertIn(call.deprecated_by, model.CALLS, call.name)

    def test_shell_names_are_unique(self):
        seen = {}
        for call in self.calls:
            if not call.in_shell:
                continue
            for name in [call.name.replace("_", "-"), *call.shell_alias]:
                self.assertNotIn(name, seen, call.name)
                seen[name] = call.name

    def test_flags(self):
        for call in self.calls:
            if call.takes_file:
                self.assertTrue(call.cancellable, call.name)
            if call.config_only:
                self.assertIn(call.impl, ("client", None), call.name)
            if call.visibility in ("bindtest", "internal"):
                self.assertFalse(call.in_shell, call.name)
            for param in call.args:
                if param.kind == "Pointer":
                    self.assertTrue(param.c_type, call.name)
                    self.assertFalse(call.in_shell, call.name)

    def test_examples(self):
        """Every call that the shell has shows what it does, in an example that is run."""
        missing = {c.name for c in self.calls
                   if c.in_shell and c.impl and not c.examples and c.visibility in ("public", "debug")}
        self.assertEqual(missing, set(NO_EXAMPLES))

    def test_examples_of_success(self):
        only_errors = {c.name for c in self.calls if c.in_shell and c.impl and c.visibility in ("public", "debug")
                       and not shown_to_succeed(c)}
        self.assertEqual(only_errors, set(ONLY_ERRORS))
        for name, why in ONLY_ERRORS.items():
            if why.startswith("tests/"):
                text = (TOP / why).read_text()
                self.assertTrue(name in text or name.replace("_", "-") in text, f"{why} does not try {name}")

    def test_structs(self):
        for s in model.STRUCTS.values():
            names = [n for n, _ in s.fields]
            self.assertEqual(len(names), len(set(names)), s.name)
            for _, kind in s.fields:
                self.assertIn(kind, C_FIELD, s.name)

    def test_manual(self):
        for call in self.calls:
            self.assertTrue(call.brief, f"{call.name} has no brief")
            self.assertNotIn("\n", call.brief, call.name)
            self.assertFalse(call.brief.endswith("."), call.name)
            self.assertTrue(call.doc.strip(), f"{call.name} has no doc")
            if call.visibility != "public":
                continue
            for opt in call.opts:
                self.assertIn(opt.name, call.doc,
                              f"{call.name} does not explain {opt.name}")


@unittest.skipUnless(HEADER.exists() or MUST_WORK, "no libguestfs-dev")
class Header (unittest.TestCase):
    """The tables against guestfs.h."""

    @classmethod
    def setUpClass(cls):
        cls.calls = [c for c in generate.load() if in_abi(c)]
        text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
        cls.text = text
        cls.protos, cls.replaced = {}, {}
        for m in re.finditer(r"extern GUESTFS_DLL_PUBLIC ([^;]+);", text):
            decl = " ".join(m[1].split())
            decl, _, by = decl.partition(" GUESTFS_DEPRECATED_")
            name = re.search(r"\b(guestfs_\w+) \(", decl)[1]
            cls.protos[name] = re.sub(r"\* (\w)", r"*\1", decl)
            if by:
                by = re.search(r'\("(\w+)"\)', by)
                cls.replaced[name] = by[1] if by else None
        cls.structs = {}
        for m in re.finditer(r"^struct guestfs_(\w+) \{\n(.*?)^\};", text,
                             re.S | re.M):
            body = re.sub(r"^#.*$", "", m[2], flags=re.M)
            cls.structs[m[1]] = " ".join(body.split())
        cls.macros = {m[1]: int(m[2]) for m in re.finditer(
            r"^# *define GUESTFS_(\w+) +(\d+)$", text, re.M)}
        cls.bits = {m[1]: int(m[2]) for m in re.finditer(
            r"^# *define GUESTFS_(\w+)_BITMASK \(UINT64_C\(1\)<<(\d+)\)",
            text, re.M)}

    def test_prototypes(self):
        for call in self.calls:
            for name, decl in prototypes(call):
                decl = re.sub(r"\* (\w)", r"*\1", decl)
                self.assertEqual(self.protos.get(name), decl)

    def test_every_prototype_has_a_row(self):
        known = {f"guestfs_{n}" for n in BY_HAND}
        for call in self.calls:
            known.update(name for name, _ in prototypes(call))
        for s in model.STRUCTS:
            known.update(struct_symbols(s))
        self.assertEqual(set(self.protos) - known, set())

    def test_optional_arguments(self):
        seen = set()
        for call in self.calls:
            if not call.opts:
                continue
            c = call.c_name
            theirs = self.structs.get(c + "_argv", "")
            # Newer versions have further ones, behind those that there were.
            self.assertTrue(theirs and argv_struct(call).startswith(theirs), c)
            for i, opt in enumerate(call.opts[:theirs.count(";") - 1]):
                macro = f"{c}_{opt.name}".upper()
                seen.add(macro)
                self.assertEqual(self.macros.get(macro), i, macro)
                self.assertEqual(self.bits.get(macro), i, macro)
        self.assertEqual(set(self.bits) - seen, set())

    def test_examples(self):
        """Every call that the shell has shows what it does, in an example that is run."""
        missing = {c.name for c in self.calls
                   if c.in_shell and c.impl and not c.examples and c.visibility in ("public", "debug")}
        self.assertEqual(missing, set(NO_EXAMPLES))

    def test_structs(self):
        seen = set()
        for s in model.STRUCTS.values():
            fields = " ".join(C_FIELD[k].format(n) for n, k in s.fields)
            self.assertEqual(self.structs.get(s.name), fields, s.name)
            seen.add(s.name)
            if s.has_list:
                self.assertEqual(
                    self.structs.get(s.name + "_list"),
                    f"uint32_t len; struct guestfs_{s.name} *val;")
                seen.add(s.name + "_list")
        seen.update(c.c_name + "_argv" for c in self.calls)
        self.assertEqual(set(self.structs) - seen, set())

    def test_deprecated(self):
        for call in self.calls:
            name = f"guestfs_{call.c_name}"
            self.assertEqual(call.deprecated, name in self.replaced, name)
            if call.deprecated and self.replaced[name]:
                self.assertEqual(call.deprecated_by, self.replaced[name])

    def test_private_part(self):
        start = self.text.index("#if GUESTFS_PRIVATE")
        private = self.text[start:]
        for call in self.calls:
            hidden = f" guestfs_{call.c_name} (" in private or \
                     f"*guestfs_{call.c_name} (" in private
            self.assertEqual(call.visibility in ("internal", "bindtest"),
                             hidden, call.name)
        for s in model.STRUCTS.values():
            self.assertEqual(not s.external,
                             f"struct guestfs_{s.name} {{" in private, s.name)


@unittest.skipUnless(MUST_WORK or (ctypes.util.find_library("guestfs") and
                     shutil.which("nm")), "no libguestfs.so.0 or no nm")
class Library (unittest.TestCase):
    """The list of symbols against the library."""

    def test_exports(self):
        paths = sorted(pathlib.Path("/usr").glob("lib*/**/libguestfs.so.0"))
        self.assertTrue(paths, "libguestfs.so.0 not found")
        out = subprocess.run(["nm", "-D", "--defined-only", str(paths[0])],
                             check=True, capture_output=True, text=True)
        have = {line.split()[2] for line in out.stdout.splitlines()}
        want = set((TOP / "api/symbols.txt").read_text().split())
        self.assertEqual(have, want)


if __name__ == "__main__":
    unittest.main()
