# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestfs.h, the public header, and gk-symbols.map, what the library shows."""

import pathlib
import re

import cdecl

EXTERN = "extern GUESTFS_DLL_PUBLIC "


def struct_text(s):
    out = [f"#define GUESTFS_HAVE_STRUCT_{s.name.upper()} 1",
           f"struct guestfs_{s.name} {{"]
    for name, kind in s.fields:
        if kind == "buffer":
            out += [f"  uint32_t {name}_len;", f"  char *{name};"]
        elif kind == "uuid":
            out.append(f"  char {name}[32]; /* no NUL at the end */")
        elif kind == "percent":
            out.append(f"  float {name}; /* 0 to 100, -1: not set */")
        else:
            out.append(f"  {cdecl.FIELD_TYPES[kind]}{name};")
    t = f"struct guestfs_{s.name}"
    out.append("};")
    lists = [""]
    if s.has_list:
        out += [f"{t}_list {{", "  uint32_t len;", f"  {t} *val;", "};"]
        lists.append("_list")
    for suffix in lists:
        c = f"const {t}{suffix} *"
        f = s.name + suffix
        out += [f"{EXTERN}int guestfs_compare_{f} ({c}, {c});",
                f"{EXTERN}{t}{suffix} *guestfs_copy_{f} ({c});",
                f"{EXTERN}void guestfs_free_{f} ({t}{suffix} *);"]
    return "\n".join(out) + "\n\n"


def optarg_macros(call):
    up = call.c_name.upper()
    return "".join(f"#define GUESTFS_{up}_{o.name.upper()} {i}\n"
                   for i, o in enumerate(call.opts))


def argv_struct(call):
    up = call.c_name.upper()
    out = [f"struct guestfs_{call.c_name}_argv {{", "  uint64_t bitmask;"]
    for i, o in enumerate(call.opts):
        out += [f"#define GUESTFS_{up}_{o.name.upper()}_BITMASK (UINT64_C(1)<<{i})",
                f"  {cdecl.OPT_TYPES[o.kind]}{o.name};"]
    return "\n".join(out + ["};"]) + "\n"


def call_text(call):
    deprecated = ""
    if call.deprecated_by:
        deprecated = f'\n  GUESTFS_DEPRECATED_REPLACED_BY ("{call.deprecated_by}")'
    elif call.deprecated:
        deprecated = "\n  GUESTFS_DEPRECATED_NO_REPLACEMENT"
    end = f"{deprecated};\n"

    out = cdecl.comment(call.brief) if call.brief else ""
    body = ""
    if call.opts_suffix:
        out += f"#define GUESTFS_HAVE_{call.name.upper()} 1\n"
        body += EXTERN + cdecl.prototype(call, "plain") + end
    out += f"#define GUESTFS_HAVE_{call.c_name.upper()} 1\n"
    out += optarg_macros(call)
    body += EXTERN + cdecl.prototype(call) + end
    if call.opts:
        body += EXTERN + cdecl.prototype(call, "va") + ";\n"
        body += argv_struct(call)
        body += EXTERN + cdecl.prototype(call, "argv") + ";\n"
    if deprecated:
        body = f"#ifndef GUESTFS_NO_DEPRECATED\n{body}#endif\n"
    return out + body + "\n"


def old_macros(text):
    """LIBGUESTFS_HAVE_X came before GUESTFS_HAVE_X, and programs test it."""
    names = re.findall(r"^#define (GUESTFS_HAVE_\w+) 1$", text, re.M)
    return "".join(f"#define LIB{n} 1\n" for n in names if not n.endswith("_OPTS")
                   and "_HAVE_STRUCT_" not in n and n != "GUESTFS_HAVE_EVENT_TO_STRING")


def emit(calls, structs):
    known = cdecl.symbols()
    text = (pathlib.Path(__file__).parent / "guestfs-head.h.in").read_text()
    by_name = [structs[n] for n in sorted(structs)]

    text += "\n/* --- Structs ---------------------------------------------------------- */\n\n"
    text += "".join(struct_text(s) for s in by_name if s.external)

    text += "/* --- Calls ------------------------------------------------------------ */\n\n"
    public = [c for c in calls if not cdecl.is_private(c)]
    text += "".join(call_text(c) for c in public)
    macros = old_macros(text)

    text += ("#if GUESTFS_PRIVATE\n"
             "/* For bindings and their tests.  These change without notice. */\n\n")
    text += "".join(struct_text(s) for s in by_name
                    if not s.external and f"guestfs_free_{s.name}" in known)
    text += "".join(call_text(c) for c in calls
                    if cdecl.is_private(c) and cdecl.is_exported(c, known))
    text += "#endif /* GUESTFS_PRIVATE */\n\n"

    text += "/* The old names of GUESTFS_HAVE_... */\n" + macros
    text += "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* GUESTFS_H_ */\n"

    symbol_map = ("/* SPDX-License-Identifier: LGPL-3.0-or-later */\n"
                  "/* Unversioned, as libguestfs.so.0 is. */\n"
                  "{\n  global: guestfs_*; guestkit_*;\n  local: *;\n};\n")
    return {"guestfs.h": text, "gk-symbols.map": symbol_map}
