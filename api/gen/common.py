# SPDX-License-Identifier: LGPL-3.0-or-later
"""How the table's words read in C: shared by the emitters."""

BANNER = ("/* SPDX-License-Identifier: LGPL-3.0-or-later */\n"
          "/* Generated from the tables in api/.  Do not edit. */\n\n")

LISTS = ("StringList", "FilenameList", "DeviceList")


def emit(calls, structs):
    """Not an emitter itself."""
    return {}


def c_string(text):
    """A C string literal, or NULL for None."""
    if text is None:
        return "NULL"
    out = []
    for ch in text:
        if ch in '"\\':
            out.append("\\" + ch)
        elif ch == "\n":
            out.append("\\n")
        elif ch == "?":
            out.append("\\?")          # no trigraphs
        else:
            out.append(ch)
    return '"' + "".join(out) + '"'


def snake_upper(word):
    """OptString -> OPT_STRING."""
    return "".join(("_" + c if c.isupper() and i else c) for i, c in enumerate(word)).upper()


def kind_const(param):
    name = snake_upper(param.kind).replace("G_U_I_D", "GUID").replace("INT64", "INT64")
    return "GK_" + name


def public_params(call):
    """The C parameters of the public function, without the handle."""
    out = []
    for a in call.args:
        if a.kind in LISTS:
            out.append(f"char *const *{a.name}")
        elif a.kind in ("Int", "Bool"):
            out.append(f"int {a.name}")
        elif a.kind == "Int64":
            out.append(f"int64_t {a.name}")
        elif a.kind == "BufferIn":
            out += [f"const char *{a.name}", f"size_t {a.name}_size"]
        elif a.kind == "Pointer":
            out.append(f"{a.c_type} {a.name}")
        else:
            out.append(f"const char *{a.name}")
    if call.ret.kind == "BufferOut":
        out.append("size_t *size_r")
    return out


def public_ret(call):
    """The C type that the public function returns, ending so that a name can
    follow."""
    kind = call.ret.kind
    return {
        "Err": "int ", "Int": "int ", "Bool": "int ", "Int64": "int64_t ",
        "ConstString": "const char *", "ConstOptString": "const char *",
        "String": "char *", "BufferOut": "char *",
        "StringList": "char **", "Hashtable": "char **",
        "Struct": f"struct guestfs_{call.ret.struct} *",
        "StructList": f"struct guestfs_{call.ret.struct}_list *",
    }[kind]


def argv_struct(call):
    return f"struct guestfs_{call.c_name}_argv"


def pointer_join(ctype, name):
    """"char *" + "x" and "int " + "x"."""
    return ctype + name
