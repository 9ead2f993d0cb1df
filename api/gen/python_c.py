# SPDX-License-Identifier: LGPL-3.0-or-later
"""gk-python-calls.c: the calls as the extension module of python/native sees
them.  One small typed function per call, which does nothing but call the
public function, and one row that says how Python objects become its values."""

import cdecl
from gen.common import LISTS, argv_struct, c_string

# A letter per kind, as python/native/native.h explains them.
ARGS = {"String": "s", "OptString": "z", "Key": "k", "GUID": "s", "Filename": "s",
        "Pathname": "p", "Device": "p", "Mountable": "p", "DevOrPath": "p", "MountableOrPath": "p",
        "FileIn": "f", "FileOut": "f", "BufferIn": "B", "Int": "i", "Int64": "L", "Bool": "b", "Pointer": "v"}
RETS = {"Err": "0", "Int": "i", "Int64": "L", "Bool": "b", "ConstString": "c", "ConstOptString": "o",
        "String": "s", "StringList": "l", "Hashtable": "h", "BufferOut": "B", "Struct": "t", "StructList": "T"}
FIELDS = {"string": "s", "device": "s", "buffer": "B", "char": "c", "uuid": "u", "int32": "i", "uint32": "I",
          "int64": "L", "uint64": "K", "bytes": "K", "percent": "f"}
MEMBERS = {"s": "s", "z": "s", "k": "s", "p": "s", "f": "s", "l": "l", "i": "i", "b": "i", "L": "i64"}


def shown(calls):
    """The calls that a program in Python may make."""
    known = cdecl.symbols()
    return [c for c in calls if c.visibility != "internal" and cdecl.is_exported(c, known) or c.name == "internal_exit"]


def letter(param):
    return "l" if param.kind in LISTS else ARGS[param.kind]


def value(param, place):
    kind = letter(param)
    if kind == "B":
        return f"{place}.b.p, {place}.b.n"
    if kind == "v":
        return f"({param.c_type}) {place}.ptr"
    return f"{place}.{MEMBERS[kind]}"


def result(call):
    """Where the result goes, and how a failure is recognised."""
    kind = RETS[call.ret.kind]
    return {"0": ("i", "== -1"), "i": ("i", "== -1"), "b": ("i", "== -1"), "L": ("i64", "== -1"),
            "c": ("cs", "== NULL"), "o": ("cs", None), "s": ("s", "== NULL"), "l": ("l", "== NULL"),
            "h": ("l", "== NULL"), "B": ("b.p", "== NULL"), "t": ("st", "== NULL"), "T": ("st", "== NULL")}[kind]


def function(call):
    out = [f"static int\ncall_{call.name} (guestfs_h *g, const union gkpy_value *a, const struct gkpy_opts *o, "
           "union gkpy_result *r)\n{\n"]
    words = ["g"] + [value(p, f"a[{i}]") for i, p in enumerate(call.args)]
    name = f"guestfs_{call.c_name}"
    if call.ret.kind == "BufferOut":
        words.append("&r->b.n")
    if call.opts:
        out.append(f"  const {argv_struct(call)} opts = {{\n    .bitmask = o->mask,\n")
        out += [f"    .{p.name} = {value(p, f'o->v[{i}]')},\n" for i, p in enumerate(call.opts)]
        out.append("  };\n")
        words.append("&opts")
        name += "_argv"
    where, failed = result(call)
    out.append(f"  r->{where} = {name} ({', '.join(words)});\n")
    out.append(f"  return r->{where} {failed} ? -1 : 0;\n" if failed else "  return 0;\n")
    return "".join(out) + "}\n\n"


def struct_rows(structs):
    out = []
    for s in structs:
        c = f"struct guestfs_{s.name}"
        out.append(f"static const struct gkpy_field fields_{s.name}[] = {{\n")
        for name, kind in s.fields:
            more = f", offsetof ({c}, {name}_len)" if kind == "buffer" else ", 0"
            out.append(f"  {{ {c_string(name)}, '{FIELDS[kind]}', offsetof ({c}, {name}){more} }},\n")
        out.append("};\n")
        out.append(f"static void\nfree_{s.name} (void *p)\n{{\n  guestfs_free_{s.name} (p);\n}}\n\n")
        if s.has_list:
            out.append(f"static void\nfree_list_{s.name} (void *p)\n{{\n  guestfs_free_{s.name}_list (p);\n}}\n\n"
                       f"static uint32_t\nlist_{s.name} (const void *p, const void **ret_first)\n{{\n"
                       f"  const {c}_list *list = p;\n  *ret_first = list->val;\n  return list->len;\n}}\n\n")
        lists = f"free_list_{s.name}, list_{s.name}" if s.has_list else "NULL, NULL"
        out.append(f"static const struct gkpy_struct struct_{s.name} = {{\n  {c_string(s.name)}, fields_{s.name}, "
                   f"{len(s.fields)}, sizeof ({c}), free_{s.name}, {lists}\n}};\n\n")
    return out


def row(call):
    args = "".join(letter(p) for p in call.args)
    opts = "".join(letter(p) for p in call.opts)
    names = ", ".join(c_string(p.name) for p in call.args + call.opts)
    struct = f"&struct_{call.ret.struct}" if call.ret.struct else "NULL"
    return (f"  {{ {c_string(call.name)}, {c_string(args)}, {c_string(opts)}, '{RETS[call.ret.kind]}', {struct}, "
            f"(const char *const[]) {{ {names or 'NULL'} }}, call_{call.name} }},\n")


def emit(calls, structs):
    mine = shown(calls)
    used = sorted({c.ret.struct for c in mine if c.ret.struct})
    assert max(len(c.args) for c in mine) <= 16 and max(len(c.opts) for c in mine) <= 64
    text = ["/* SPDX-License-Identifier: LGPL-3.0-or-later */\n/* Generated from the tables in api/.  Do not edit. */\n\n"
            "#define PY_SSIZE_T_CLEAN\n#include <Python.h>\n\n#include <stddef.h>\n\n"
            "#define GUESTFS_NO_WARN_DEPRECATED 1\n#define GUESTFS_PRIVATE 1\n"
            "#include <guestfs.h>\n\n#include \"native.h\"\n\n"]
    text += struct_rows([structs[n] for n in used])
    text += [function(c) for c in mine]
    text.append("const struct gkpy_call gkpy_calls[] = {\n")
    text += [row(c) for c in mine]
    text.append(f"}};\nconst int gkpy_n_calls = {len(mine)};\n")
    return {"python/native/gk-python-calls.c": "".join(text)}
