# SPDX-License-Identifier: LGPL-3.0-or-later
"""The classes of the Python package that follow from the tables: every call
as a method of guestkit.Guest and of guestfs.GuestFS, the structs as named
tuples, and the stubs (.pyi) of both.

The two differ in what they promise: guestfs is what libguestfs's module is,
down to dicts for structs and 1 for true; guestkit is what a program in Python
would like (python/README.md).
"""

import hashlib
import re

import cdecl
from gen.common import LISTS
from gen.python_c import RETS, letter, shown

HEAD = "# SPDX-License-Identifier: LGPL-3.0-or-later\n# Generated from the tables in api/.  Do not edit.\n"
INDENT = "    "


def wrap(text, indent):
    """Lines of at most 100 columns, broken between arguments."""
    head, rest = text.split("(", 1)
    words = re.split(r"(?<=,) ", rest)
    lines = [indent + head + "(" + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > 100:
            lines.append(indent + " " * (len(head) + 1) + word)
        else:
            lines[-1] += " " + word
    return "\n".join(lines)


def docstring(call, more=""):
    text = (call.brief + ".\n\n" if call.brief else "") + call.doc.strip() + more
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').rstrip()
    if text.endswith('"'):
        text += "\n"
    lines = text.split("\n")
    return "\n".join([INDENT * 2 + '"""' + lines[0]] + [INDENT * 2 + line if line else "" for line in lines[1:]]) + '"""\n'


def digest(calls):
    """Python code and the extension module name calls by number: both have this mark."""
    h = hashlib.sha256()
    for c in shown(calls):
        h.update(repr((c.name, [letter(p) for p in c.args], [letter(p) for p in c.opts], c.ret.kind,
                       c.ret.struct)).encode())
    return h.hexdigest()[:16]


# --- guestfs.GuestFS: libguestfs's module -------------------------------------------------

def compat_type(param):
    if param.kind in LISTS:
        return "List[str]"
    return {"OptString": "Optional[str]", "Int": "int", "Int64": "int", "Bool": "bool",
            "BufferIn": "bytes"}.get(param.kind, "str")


COMPAT_RET = {"Err": "None", "Int": "int", "Int64": "int", "Bool": "bool", "ConstString": "str",
              "ConstOptString": "Optional[str]", "String": "str", "StringList": "List[str]",
              "Hashtable": "Union[List[Tuple[str, str]], dict]", "BufferOut": "bytes", "Struct": "dict",
              "StructList": "List[dict]"}


def compat_signature(call):
    words = ["self"] + [p.name if p.kind == "Pointer" else f"{p.name}: {compat_type(p)}" for p in call.args]
    words += [f"{p.name}: Optional[{compat_type(p)}] = None" for p in call.opts]
    return f"def {call.name}({', '.join(words)}) -> {COMPAT_RET[call.ret.kind]}:"


def warning(call):
    if call.deprecated_by:
        return f"use GuestFS.{call.deprecated_by}() instead of GuestFS.{call.name}()"
    return f"do not use GuestFS.{call.name}()"


def compat_method(number, call):
    out = wrap(compat_signature(call), INDENT) + "\n"
    if call.visibility != "bindtest":
        out += docstring(call, f"\n\nDeprecated: use `{call.deprecated_by}`." if call.deprecated_by else "")
    if call.deprecated:
        # Who uses a closed handle is told that first.
        out += (f"{INDENT * 2}self._check_not_closed()\n{INDENT * 2}import warnings\n"
                f"{INDENT * 2}warnings.warn(\"{warning(call)}\", DeprecationWarning, stacklevel=2)\n")
    words = ", ".join([str(number)] + [p.name for p in call.args + call.opts])
    value = f"self._call({words})"
    if call.ret.kind == "Hashtable":
        value = f"self._maybe_convert_to_dict({value})"
    out += wrap(f"return {value}", INDENT * 2) + "\n\n"
    if call.opts_suffix:
        out += f"{INDENT}{call.name}_opts = {call.name}\n\n"
    return out


def compat_stub(call):
    # At run time it is what libguestfs's module has, to the letter.
    whole = compat_signature(call).replace("], dict]", "], Dict[str, str]]").replace("dict", "Dict[str, Any]").replace("dom,", "dom: Any,")
    out = wrap(whole, INDENT) + " ...\n"
    if call.opts_suffix:
        out += f"{INDENT}{call.name}_opts = {call.name}\n"
    return out


# --- guestkit.Guest ---------------------------------------------------------------------------

def modern_type(param):
    if param.kind in LISTS:
        return "Iterable[Name]"
    return {"p": "GuestName", "f": "Name", "s": "Name", "z": "Name | None", "k": "str | bytes", "i": "int",
            "L": "int", "b": "bool", "v": "int", "B": "Buffer"}[letter(param)]


def modern_ret(call):
    kind = call.ret.kind
    if kind == "Struct":
        return class_name(call.ret.struct)
    if kind == "StructList":
        return f"list[{class_name(call.ret.struct)}]"
    return {"Err": "None", "Int": "int", "Int64": "int", "Bool": "bool", "ConstString": "str",
            "ConstOptString": "str | None", "String": "str", "StringList": "list[str]",
            "Hashtable": "dict[str, str]", "BufferOut": "bytes"}[kind]


def modern(calls):
    """Old ways of doing the same, and tests of bindings, are left to the guestfs module."""
    return [(n, c) for n, c in enumerate(shown(calls))
            if not c.deprecated and c.visibility in ("public", "debug")]


def modern_signature(call):
    words = ["self"] + [f"{p.name}: {modern_type(p)}" for p in call.args]
    if call.opts:
        words.append("*")
        words += [f"{p.name}: {modern_type(p)} | None = None" for p in call.opts]
    return f"def {call.name}({', '.join(words)}) -> {modern_ret(call)}:"


def modern_method(number, call):
    words = ", ".join([str(number)] + [p.name for p in call.args + call.opts])
    return (wrap(modern_signature(call), INDENT) + "\n" + docstring(call)
            + wrap(f"return self._call({words})", INDENT * 2) + "\n\n")


def class_name(struct):
    import model
    return model.STRUCTS[struct].camel


def tuple_class(s):
    kinds = {"int32": "int", "uint32": "int", "int64": "int", "uint64": "int", "bytes": "int", "buffer": "bytes",
             "percent": "float | None"}
    out = f"class {s.camel}(NamedTuple):\n"
    return out + "".join(f"{INDENT}{name}: {kinds.get(kind, 'str')}\n" for name, kind in s.fields) + "\n\n"


def used_structs(calls, structs):
    return [structs[n] for n in sorted({c.ret.struct for c in shown(calls) if c.ret.struct})]


def modern_top():
    return ("from __future__ import annotations\n\n"
            "from typing import Any, Iterable, NamedTuple\n\n"
            "from ._types import Buffer, GuestName, Name\n\n\n")


def modern_module(calls, structs):
    mine = used_structs(calls, structs)
    out = [HEAD, '"""The calls of the API as methods, and the structs that they return."""\n\n', modern_top(),
           f'DIGEST = "{digest(calls)}"\n\n\n']
    out += [tuple_class(s) for s in mine]
    out.append("STRUCTS: dict[str, type] = {\n" + "".join(f'{INDENT}"{s.name}": {s.camel},\n' for s in mine) + "}\n\n\n")
    out.append('class Guest:\n    """Every call that is not deprecated, as a method of the same name."""\n\n'
               "    def _call(self, number: int, *values: Any) -> Any:\n        raise NotImplementedError\n\n")
    out += [modern_method(n, c) for n, c in modern(calls)]
    return "".join(out).rstrip("\n") + "\n"


def modern_stub(calls, structs):
    mine = used_structs(calls, structs)
    out = [HEAD, modern_top(), "DIGEST: str\n\n"] + [tuple_class(s) for s in mine]
    out.append("STRUCTS: dict[str, type]\n\nclass Guest:\n    def _call(self, number: int, *values: Any) -> Any: ...\n")
    out += [wrap(modern_signature(c), INDENT) + " ...\n" for _, c in modern(calls)]
    return "".join(out)


def emit(calls, structs):
    mine = list(enumerate(shown(calls)))
    return {
        "python/native/gk-python-digest.h": f'#define GKPY_DIGEST "{digest(calls)}"\n',
        "python/guestkit/_calls.py": modern_module(calls, structs),
        "python/guestkit/_calls.pyi": modern_stub(calls, structs),
        "python/guestfs/_calls.py": HEAD + '"""The calls of the API as methods of GuestFS."""\n\n'
        "from typing import Any, Dict, List, Optional, Tuple, Union\n\n"
        f'DIGEST = "{digest(calls)}"\n\n\nclass GuestFS:\n' + "".join(compat_method(n, c) for n, c in mine).rstrip() + "\n",
        "python/guestfs/_calls.pyi": HEAD + "from typing import Any, Dict, List, Optional, Tuple, Union\n\nDIGEST: str\n\n"
        "class GuestFS:\n" + "".join(compat_stub(c) for _, c in mine),
    }
