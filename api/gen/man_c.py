# SPDX-License-Identifier: LGPL-3.0-or-later
"""The manual's sections about the calls and the structs as C has them; the
page around them is docs/man/guestkit-calls.3.in."""

import re

import cdecl
from gen.common import LISTS
from gen.man import document, guard, roff

KINDS = {
    "Key": "a secret, which is not traced and is wiped after use",
    "OptString": "text or NULL",
    "Pathname": "an absolute path in the guest",
    "Filename": "a name without a slash",
    "Device": "a device, such as /dev/sda1",
    "Mountable": "a device, or btrfsvol:DEVICE/SUBVOLUME",
    "DevOrPath": "a device, or an absolute path in the guest",
    "MountableOrPath": "a device, btrfsvol:DEVICE/SUBVOLUME, or an absolute path in the guest",
    "GUID": "a GUID",
    "FileIn": "a file of the host that is read",
    "FileOut": "a file of the host that is written",
    "Bool": "0 or not",
    "FilenameList": "names without slashes",
    "DeviceList": "devices",
}
OPTIONAL = {"Bool": "int, 0 or not", "Int": "int", "Int64": "int64_t", "String": "const char *",
            "StringList": "char *const *"}
RETURNS = {
    "Err": "Returns 0, or -1 on failure.",
    "Int": "Returns a number, or -1 on failure.",
    "Int64": "Returns a number, or -1 on failure.",
    "Bool": "Returns 1 for yes and 0 for no, or -1 on failure.",
    "ConstString": "Returns a string that belongs to the handle, or NULL on failure.",
    "ConstOptString": "Returns a string that belongs to the handle, or NULL, which is not a failure.",
    "String": "Returns a string, which the caller frees, or NULL on failure.",
    "StringList": "Returns a list of strings with NULL at its end, or NULL on failure. "
                  "The caller frees each string and the list.",
    "Hashtable": "Returns a list, a name and its value by turns, with NULL at its end, or NULL on failure. "
                 "The caller frees each string and the list.",
    "BufferOut": "Returns bytes, which the caller frees, and how many they are in *size_r; or NULL on failure.",
}


def c_names(calls):
    return {c.name: f"guestfs_{c.name}" for c in calls if not cdecl.is_private(c)}


def in_c(text, call, names):
    """`call` reads `guestfs_call`, unless it is an argument here."""
    own = {p.name for p in call.args + call.opts}
    return re.sub(r"`(\w+)`", lambda m: f"`{names[m[1]]}`" if m[1] in names and m[1] not in own else m[0], text)


def wrapped(prototype):
    """Lines that fit a terminal, broken after commas."""
    head, rest = prototype.split("(", 1)
    lines = [head + "("]
    for i, word in enumerate(re.split(r"(?<=,) ", rest)):
        if i and len(lines[-1]) + 1 + len(word) > 70:
            lines.append("    " + word)
        else:
            lines[-1] += (" " if i else "") + word
    return lines


def arguments(call):
    out = []
    for p in call.args:
        if p.kind == "BufferIn":
            out += [".TP", f"\\fI{p.name}\\fR, \\fI{p.name}_size\\fR", "bytes, and how many they are"]
        elif p.kind in KINDS or p.kind in LISTS:
            text = KINDS.get(p.kind, "a list") + ("; NULL at the end" if p.kind in LISTS else "")
            out += [".TP", f"\\fI{p.name}\\fR", guard(roff(text))]
    if call.opts:
        out += [".PP", ".nf"]
        for p in call.opts:
            out.append(f"\\fBGUESTFS_{call.c_name.upper()}_{p.name.upper()}\\fR, {roff(OPTIONAL[p.kind])}")
        out.append(".fi")
    return out


def returns(call):
    kind = call.ret.kind
    if call.ret.struct:
        what = call.ret.struct + ("_list" if kind == "StructList" else "")
        return f"Returns a struct guestfs_{what}, which `guestfs_free_{what}` frees, or NULL on failure."
    return RETURNS[kind]


def notes(call, names):
    out = []
    kinds = {p.kind for p in call.args}
    if call.impl is None:
        out.append("This version of guestkit cannot do it yet: it fails with ENOTSUP.")
    if call.config_only:
        out.append("Only before `guestfs_launch`.")
    elif call.impl not in (None, "client"):
        needs = "and a mounted root" if call.needs_root or kinds & {"Pathname", "FilenameList"} else ""
        out.append(f"Needs a launched session {needs}".strip() + ".")
    if call.progress:
        out.append("Reports progress.")
    if call.cancellable or call.takes_file:
        out.append("`guestfs_user_cancel` ends it.")
    if call.optgroup:
        out.append(f"Needs the feature `{call.optgroup}`, see `guestfs_feature_available`.")
    if call.error_as and call.error_as != call.name:
        out.append(f"Its errors begin with \"{call.error_as}: \".")
    if call.deprecated:
        instead = f": use `{names.get(call.deprecated_by, call.deprecated_by)}`" if call.deprecated_by else ""
        out.append(f"Deprecated{instead}.")
    out.append(f"Since {call.since}.")
    return out


def entry(call, names):
    out = [f'.SS "guestfs_{roff(call.c_name)}"', ".nf"]
    forms = (["plain"] if call.opts_suffix else []) + [""]
    for form in forms:
        out += [roff(line) for line in wrapped(cdecl.prototype(call, form) + ";")]
    out += [".fi", ".PP"]
    out += document(in_c(call.brief + ".\n\n" + call.doc.strip("\n"), call, names), {})
    out += arguments(call) + [".PP"]
    out += document(returns(call) + "\n\n" + " ".join(notes(call, names)), {})
    return out


FIELD_WORDS = {"buffer": "bytes; their number is in %s_len", "char": "a letter", "uuid": "32 characters without NUL",
               "bytes": "bytes", "percent": "0 to 100, or -1 for unset"}


def struct_entry(s):
    out = [f'.SS "struct guestfs_{roff(s.name)}"', ".nf"]
    for name, kind in s.fields:
        c = {"buffer": "char *", "uuid": "char ", "percent": "float "}.get(kind) or cdecl.FIELD_TYPES[kind]
        word = FIELD_WORDS.get(kind, "")
        line = f"{c}{name}{'[32]' if kind == 'uuid' else ''};"
        out.append(guard(roff(f"{line:32}/* {word % name if '%' in word else word} */" if word else line)))
    return out + [".fi"]


def emit(calls, structs):
    names = c_names(calls)
    shown = [c for c in calls if not cdecl.is_private(c)]
    text = [line for c in shown for line in entry(c, names)]
    fields = [line for n in sorted(structs) if structs[n].external for line in struct_entry(structs[n])]
    return {"c-calls.man": "\n".join(text) + "\n", "c-structs.man": "\n".join(fields) + "\n"}
