#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Is a program that was built for libguestfs right with guestkit's library?

  abi.py symbols LIBRARY        it exports what libguestfs.so.0 of Debian 12
                                does (api/symbols.txt) and what the tables add
  abi.py header HEADER [CC]     every declaration of the installed libguestfs
                                header means the same as in ours

The header is compared by the compiler: their header is included, then our
prototypes are declared again, and assertions compare the layouts and types of
structs.  Macros are compared as text.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
THEIRS = pathlib.Path("/usr/include/guestfs.h")
# Macros whose text may differ: how a compiler attribute is worded.
WORDING = {"GUESTFS_DEPRECATED_REPLACED_BY", "GUESTFS_DEPRECATED_NO_REPLACEMENT",
           "GUESTFS_GCC_VERSION", "GUESTFS_DLL_PUBLIC", "GUESTFS_NORETURN"}


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(1 if os.environ.get("GUESTKIT_MUST_WORK") == "1" else 77)


def tables():
    """The calls of the tables that are newer than what symbols.txt was read
    from, as the names of the functions they make."""
    sys.path.insert(0, str(ROOT / "api"))
    import generate
    names = set()
    for c in generate.load():
        if c.visibility in ("internal", "bindtest"):
            continue
        names.add(f"guestfs_{c.name}")
        if c.opts:
            names |= {f"guestfs_{c.c_name}{s}" for s in ("", "_va", "_argv")}
    return names


def check_symbols(library):
    nm = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                        capture_output=True, text=True).stdout
    shown = {line.split()[-1] for line in nm.splitlines()}
    want = set((ROOT / "api" / "symbols.txt").read_text().split())
    problems = [f"missing: {n}" for n in sorted(want - shown)]
    problems += [f"not in the tables: {n}" for n in sorted(shown - want - tables())
                 if not n.startswith("guestkit_")]
    return problems


class Header:
    """Declarations of a header by name.  Both headers put each prototype
    behind the same two words, and each struct in one pair of braces."""

    def __init__(self, path):
        text = re.sub(r"/\*.*?\*/", " ", path.read_text(), flags=re.S).replace("\\\n", " ")
        self.macros = {}
        code = []
        for line in text.split("\n"):
            m = re.match(r"\s*#\s*define\s+(\w+)(.*)", line)
            if m:
                self.macros[m[1]] = re.sub(r"\s", "", m[2])
            elif not re.match(r"\s*#", line):
                code.append(line)
        code = "\n".join(code)
        self.functions = {}
        for m in re.finditer(r"extern GUESTFS_DLL_PUBLIC (.*?);", code, re.S):
            proto = re.sub(r"GUESTFS_DEPRECATED_\w+(\s*\(.*?\))?$", "", m[1].strip(), flags=re.S)
            self.functions[re.search(r"(guestfs_\w+) \(", proto)[1]] = proto
        self.structs = {m[1]: m[2] for m in
                        re.finditer(r"struct (guestfs_\w+) \{(.*?)\};", code, re.S)}
        self.typedefs = set(re.findall(r"typedef [^;]*?\(\*(\w+)\)[^;]*;", code))


def field_names(body):
    return [re.sub(r"\[.*", "", f).split()[-1].lstrip("*")
            for f in body.split(";") if f.strip()]


def program(ours, theirs):
    out = ['#include <stddef.h>\n#define GUESTFS_PRIVATE 1\n#define GUESTFS_NO_WARN_DEPRECATED 1\n'
           f'#include "{THEIRS}"\n']
    for name, body in ours.structs.items():
        if name not in theirs.structs:
            continue
        mine = name.replace("guestfs_", "ours_")
        # Optional arguments of newer versions stand behind those that there were.
        size = ">=" if name.endswith("_argv") else "=="
        known = field_names(theirs.structs[name])
        out.append(f"struct {mine} {{{body}}};\n"
                   f"_Static_assert (sizeof (struct {mine}) {size} sizeof (struct {name}), \"size\");\n")
        for f in field_names(body):
            if size == ">=" and f not in known:
                continue
            out.append(f"_Static_assert (offsetof (struct {mine}, {f}) == offsetof (struct {name}, {f}), \"offset\");\n"
                       f"_Static_assert (__builtin_types_compatible_p ("
                       f"__typeof__ (((struct {mine} *) 0)->{f}), "
                       f"__typeof__ (((struct {name} *) 0)->{f})), \"type\");\n"
                       if not body.count("struct ") else
                       f"_Static_assert (offsetof (struct {mine}, {f}) == offsetof (struct {name}, {f}), \"offset\");\n")
    out += [f"extern {p};\n" for n, p in ours.functions.items() if n in theirs.functions]
    return "".join(out)


def check_header(path, cc):
    if not THEIRS.exists():
        skip("libguestfs-dev is not installed")
    ours, theirs = Header(path), Header(THEIRS)
    problems = []
    for kind in ("functions", "structs", "macros"):
        mine, other = getattr(ours, kind), getattr(theirs, kind)
        problems += [f"{kind}: {n} is missing" for n in other if n not in mine]
    problems += [f"typedef {n} is missing" for n in theirs.typedefs - ours.typedefs]
    problems += [f"macro {n} is {ours.macros[n]}, was {v}" for n, v in theirs.macros.items()
                 if n in ours.macros and n not in WORDING and ours.macros[n] != v]
    with tempfile.TemporaryDirectory() as tmp:
        source = pathlib.Path(tmp) / "abi.c"
        source.write_text(program(ours, theirs))
        r = subprocess.run([cc, "-std=gnu17", "-Wall", "-Werror", "-fsyntax-only", str(source)],
                           capture_output=True, text=True)
        if r.returncode != 0:
            problems.append(r.stderr)
        # A C++ program and a strict C99 one can include it, too.
        for lang, std in (("c", "c99"), ("c++", "c++11")):
            r = subprocess.run([cc, "-x", lang, f"-std={std}", "-pedantic", "-Wall", "-Werror",
                                "-fsyntax-only", "-DGUESTFS_PRIVATE=1", str(path)],
                               capture_output=True, text=True)
            if r.returncode != 0 and "cannot execute" not in r.stderr:
                problems.append(r.stderr)
    return problems


def main():
    if len(sys.argv) >= 3 and sys.argv[1] == "symbols":
        problems = check_symbols(sys.argv[2])
    elif len(sys.argv) >= 3 and sys.argv[1] == "header":
        problems = check_header(pathlib.Path(sys.argv[2]).resolve(),
                                sys.argv[3] if len(sys.argv) > 3 else "cc")
    else:
        sys.exit(__doc__)
    for p in problems:
        print(p)
    print(f"{sys.argv[1]}: {'FAIL' if problems else 'ok'}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
