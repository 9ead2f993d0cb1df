# SPDX-License-Identifier: LGPL-3.0-or-later
"""gk-structs.h and gk-structs.c: descriptors of the structs, and the public
functions that free, copy and compare them."""

import cdecl

HEAD = "/* SPDX-License-Identifier: LGPL-3.0-or-later */\n"


def descriptor(s):
    out = [f"static const struct gk_field {s.name}_fields[] = {{"]
    for name, kind in s.fields:
        more = ""
        if kind == "buffer":
            more = f", offsetof (struct guestfs_{s.name}, {name}_len)"
        else:
            more = ", 0"
        out.append(f'  {{ "{name}", GK_FIELD_{kind.upper()}, '
                   f"offsetof (struct guestfs_{s.name}, {name}){more} }},")
    out += ["};",
            f"const struct gk_struct gk_struct_{s.name} = {{",
            f'  "{s.name}", sizeof (struct guestfs_{s.name}), {s.name}_fields,',
            f"  sizeof {s.name}_fields / sizeof {s.name}_fields[0],",
            "};", ""]
    return "\n".join(out) + "\n"


def functions(s):
    out = ""
    d = f"&gk_struct_{s.name}"
    for suffix in ("", "_list") if s.has_list else ("",):
        t = f"struct guestfs_{s.name}{suffix}"
        out += (f"int\nguestfs_compare_{s.name}{suffix} (const {t} *a, const {t} *b)\n"
                f"{{\n  return gk_struct{suffix}_compare ({d}, a, b);\n}}\n\n"
                f"{t} *\nguestfs_copy_{s.name}{suffix} (const {t} *p)\n"
                f"{{\n  return gk_struct{suffix}_copy ({d}, p);\n}}\n\n"
                f"void\nguestfs_free_{s.name}{suffix} ({t} *p)\n"
                f"{{\n  gk_struct{suffix}_free ({d}, p);\n}}\n\n")
    return out


def emit(calls, structs):
    known = cdecl.symbols()
    shown = [s for s in (structs[n] for n in sorted(structs))
             if s.external or f"guestfs_free_{s.name}" in known]
    header = (HEAD + "/* Descriptors of the public structs. */\n"
              "#ifndef GK_STRUCTS_H\n#define GK_STRUCTS_H\n\n"
              '#include "api/struct.h"\n\n'
              + "".join(f"extern const struct gk_struct gk_struct_{s.name};\n" for s in shown)
              + "\n/* All of them, in the order of their names; ends with NULL. */\n"
              "extern const struct gk_struct *const gk_structs_all[];\n\n#endif\n")
    source = (HEAD + "/* Descriptors of the public structs, and the functions on them. */\n"
              "#define GUESTFS_PRIVATE 1\n"
              '#include "guestfs.h"\n#include "gk-structs.h"\n\n'
              + "".join(descriptor(s) for s in shown)
              + "const struct gk_struct *const gk_structs_all[] = {\n"
              + "".join(f"  &gk_struct_{s.name},\n" for s in shown)
              + "  NULL,\n};\n\n"
              + "".join(functions(s) for s in shown))
    return {"gk-structs.h": header, "gk-structs.c": source}
