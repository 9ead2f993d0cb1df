# SPDX-License-Identifier: LGPL-3.0-or-later
"""How the words of the tables read in C: types, parameters, prototypes.

A call without optional arguments is one function.  With them it is three:
guestfs_X (g, ..., -1-terminated pairs), guestfs_X_va and guestfs_X_argv, which
takes a struct with a bitmask.
"""

import pathlib
import re

from gen.common import public_params, public_ret

OPT_TYPES = {
    "Bool": "int ", "Int": "int ", "Int64": "int64_t ",
    "String": "const char *", "StringList": "char *const *",
}

FIELD_TYPES = {
    "string": "char *", "device": "char *", "char": "char ",
    "int32": "int32_t ", "uint32": "uint32_t ",
    "int64": "int64_t ", "uint64": "uint64_t ", "bytes": "uint64_t ",
    "percent": "float ",
}


def prototype(call, form="", name=None):
    """form: "" (variadic when the call has optional arguments), "plain" (the
    old form of a call with opts_suffix), "va", "argv".  No semicolon."""
    name = name or "guestfs_" + (call.name if form == "plain" else call.c_name)
    args = ["guestfs_h *g"] + public_params(call)
    if form == "va":
        name += "_va"
        args.append("va_list args")
    elif form == "argv":
        name += "_argv"
        args.append(f"const struct guestfs_{call.c_name}_argv *optargs")
    elif call.opts and form == "":
        args.append("...")
    return f"{public_ret(call)}{name} ({', '.join(args)})"


def symbols():
    """What libguestfs.so.0 of Debian 12 exports."""
    path = pathlib.Path(__file__).parent / "symbols.txt"
    return set(path.read_text().split())


def is_private(call):
    return call.visibility in ("internal", "bindtest")


def is_exported(call, known):
    """Private calls exist only so far as old programs can know them."""
    return not is_private(call) or f"guestfs_{call.c_name}" in known


def comment(text, indent=""):
    """One C comment that cannot end early."""
    text = re.sub(r"\s+", " ", text.replace("*/", "* /")).strip()
    lines, line = [], indent + "/*"
    for word in text.split(" "):
        if len(line) + 1 + len(word) > 76 and line.strip() not in ("/*", "*"):
            lines.append(line)
            line = indent + " *"
        line += " " + word
    lines.append(line + " */")
    return "\n".join(lines) + "\n"
