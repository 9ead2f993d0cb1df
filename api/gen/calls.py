# SPDX-License-Identifier: LGPL-3.0-or-later
"""Emit the descriptors (gk-calls.c, gk-calls.h), the public functions
(gk-wrappers.c, gk-client-calls.h), and the worker's side (gk-dispatch.c and a
gk-ops-ROOM.h for every room)."""

import hashlib

import cdecl
from gen.common import (BANNER, LISTS, argv_struct, c_string, kind_const,
                        public_params, public_ret, snake_upper)


def flags(call):
    names = []
    if call.impl == "client":
        names.append("CLIENT")
    elif call.impl:
        names.append("WORKER")
    for test, name in ((call.config_only, "CONFIG_ONLY"),
                       (call.needs_root, "NEEDS_ROOT"),
                       (call.progress, "PROGRESS"),
                       (call.cancellable or call.takes_file, "CANCELLABLE"),
                       (not call.wrapper, "NO_TRACE"),
                       (not call.in_shell or call.visibility in ("internal", "bindtest"), "HIDDEN"),
                       (call.deprecated, "DEPRECATED"),
                       (call.shell_output == "octal", "OCTAL"),
                       (call.shell_output == "hex", "HEX")):
        if test:
            names.append(name)
    return " | ".join("GK_CALL_" + n for n in names) or "0"


def prototype_key(call):
    return repr((call.name, [(a.kind, a.name) for a in call.args], call.ret,
                 [(o.kind, o.name) for o in call.opts]))


def descriptors(calls, structs):
    digest = hashlib.sha256()
    for c in calls:
        digest.update(prototype_key(c).encode())
    for s in structs.values():
        digest.update(repr((s.name, s.fields)).encode())

    out = [BANNER, "#define GUESTFS_PRIVATE 1\n#include <stddef.h>\n\n"
           '#include "api/api.h"\n#include "guestfs.h"\n'
           '#include "gk-structs.h"\n\n']
    for c in calls:
        if c.args:
            out.append(f"static const struct gk_param args_{c.name}[] = {{\n")
            out += [f"  {{ {c_string(a.name)}, {kind_const(a)} }},\n" for a in c.args]
            out.append("};\n")
        if c.opts:
            out.append(f"static const struct gk_opt_param opts_{c.name}[] = {{\n")
            out += [f"  {{ {c_string(o.name)}, {kind_const(o)}, "
                    f"offsetof ({argv_struct(c)}, {o.name}) }},\n" for o in c.opts]
            out.append("};\n")
    out.append(f"\n_Static_assert ({max(len(c.args) for c in calls)} <= GK_MAX_ARGS, \"GK_MAX_ARGS\");\n")
    out.append(f"_Static_assert ({max(len(c.opts) for c in calls)} < GK_MAX_OPTS, \"GK_MAX_OPTS\");\n")
    out.append("\nconst struct gk_call gk_calls[] = {\n")
    for c in calls:
        fields = [f".name = {c_string(c.name)}", f".c_name = {c_string(c.c_name)}",
                  f".flags = {flags(c)}",
                  f".ret = GK_RET_{snake_upper(c.ret.kind)}",
                  f".error_as = {c_string(c.error_as or c.name)}",
                  f".brief = {c_string(c.brief)}", f".doc = {c_string(c.doc.strip())}"]
        if c.args:
            fields.append(f".nargs = {len(c.args)}, .args = args_{c.name}")
        if c.opts:
            fields.append(f".nopts = {len(c.opts)}, .opts = opts_{c.name}, "
                          f".opts_size = sizeof ({argv_struct(c)})")
        if c.ret.struct:
            fields.append(f".ret_struct = &gk_struct_{c.ret.struct}")
        if c.optgroup:
            fields.append(f".optgroup = {c_string(c.optgroup)}")
        if c.shell_alias:
            fields.append(f".shell_alias = {c_string(' '.join(c.shell_alias))}")
        if c.deprecated_by:
            fields.append(f".replaced_by = {c_string(c.deprecated_by)}")
        out.append("  { " + ",\n    ".join(fields) + " },\n")
    out.append("};\n")
    out.append(f"const unsigned gk_n_calls = {len(calls)};\n")
    out.append(f'const char gk_api_digest[] = "{digest.hexdigest()[:32]}";\n')

    head = [BANNER, "#ifndef GK_CALLS_H\n#define GK_CALLS_H\n\n"
            "/* The place of each call in gk_calls[]. */\nenum gk_call_number {\n"]
    head += [f"  GK_CALL_ID_{c.name},\n" for c in calls]
    head.append(f"}};\n#define GK_N_CALLS {len(calls)}\n\n#endif\n")
    return {"gk-calls.c": "".join(out), "gk-calls.h": "".join(head)}


# --- the public functions --------------------------------------------------

def pack_args(call):
    """Initialisers of union gk_arg for the public parameters."""
    items = []
    for a in call.args:
        if a.kind in LISTS:
            items.append(f"{{ .list = {a.name} }}")
        elif a.kind == "Int":
            items.append(f"{{ .i = {a.name} }}")
        elif a.kind == "Bool":
            items.append(f"{{ .i = {a.name} != 0 }}")
        elif a.kind == "Int64":
            items.append(f"{{ .i64 = {a.name} }}")
        elif a.kind == "BufferIn":
            items.append(f"{{ .buf = {{ {a.name}, {a.name}_size }} }}")
        elif a.kind == "Pointer":
            items.append(f"{{ .ptr = {a.name} }}")
        else:
            items.append(f"{{ .str = {a.name} }}")
    return items


def result_expr(call):
    kind = call.ret.kind
    return {"Err": ("0", "-1"), "Int": ("ret.i", "-1"), "Bool": ("ret.i", "-1"),
            "Int64": ("ret.i64", "-1"), "ConstString": ("ret.cstr", "NULL"),
            "ConstOptString": ("ret.cstr", "NULL"), "String": ("ret.str", "NULL"),
            "StringList": ("ret.list", "NULL"), "Hashtable": ("ret.list", "NULL"),
            "BufferOut": ("ret.buf.data", "NULL"), "Struct": ("ret.st", "NULL"),
            "StructList": ("ret.st", "NULL")}[kind]


def body(call, opts):
    out = []
    items = pack_args(call)
    if items:
        out.append("  const union gk_arg args[] = { " + ", ".join(items) + " };\n")
    args = "args" if items else "NULL"
    good, bad = result_expr(call)
    check = ""
    if call.ret.kind == "BufferOut":
        check = f"  if (gk_client_check_size_r (g, &gk_calls[GK_CALL_ID_{call.name}], size_r) == -1)\n    return NULL;\n"
    out.append("  union gk_ret ret;\n\n" + check)
    out.append(f"  if (gk_client_call (g, &gk_calls[GK_CALL_ID_{call.name}], {args}, {opts}, &ret) == -1)\n"
               f"    return {bad};\n")
    if call.ret.kind == "BufferOut":
        out.append("  *size_r = ret.buf.size;\n")
    out.append(f"  return {good};\n")
    return "".join(out)


def function(ret, name, params, text):
    return f"{ret.rstrip() if ret.endswith(' ') else ret}\n{name} ({', '.join(params)})\n{{\n{text}}}\n\n"


def wrappers(calls):
    out = [BANNER, "#define GUESTFS_NO_WARN_DEPRECATED 1\n#define GUESTFS_PRIVATE 1\n#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
           '#include "api/api.h"\n#include "client/invoke.h"\n#include "guestfs.h"\n'
           '#include "gk-calls.h"\n#include "gk-client-calls.h"\n\n']
    known = cdecl.symbols()
    for c in calls:
        if not cdecl.is_exported(c, known):
            continue
        params = public_params(c)
        ret = public_ret(c)
        names = []
        for a in c.args:
            names.append(a.name)
            if a.kind == "BufferIn":
                names.append(a.name + "_size")
        if c.ret.kind == "BufferOut":
            names.append("size_r")
        if not c.opts or c.opts_suffix:
            out.append(function(ret, f"guestfs_{c.name}", ["guestfs_h *g"] + params, body(c, "NULL")))
        if not c.opts:
            continue
        full = f"guestfs_{c.c_name}"
        argv = argv_struct(c)
        out.append(function(ret, f"{full}_argv", ["guestfs_h *g"] + params + [f"const {argv} *optargs"],
                            body(c, "optargs")))
        _, bad = result_expr(c)
        pass_on = ", ".join(["g"] + names + ["&optargs"])
        out.append(function(ret, f"{full}_va", ["guestfs_h *g"] + params + ["va_list args"],
                            f"  {argv} optargs;\n\n"
                            f"  if (gk_client_collect (g, &gk_calls[GK_CALL_ID_{c.name}], args, &optargs) == -1)\n"
                            f"    return {bad};\n  return {full}_argv ({pass_on});\n"))
        last = names[-1] if names else "g"
        if c.args and c.args[-1].kind == "BufferIn" and c.ret.kind != "BufferOut":
            last = names[-1]
        pass_va = ", ".join(["g"] + names + ["args"])
        decl = f"{ret}r;" if ret.endswith("*") else f"{ret.strip()} r;"
        out.append(function(ret, full, ["guestfs_h *g"] + params + ["..."],
                            f"  va_list args;\n  {decl}\n\n  va_start (args, {last});\n"
                            f"  r = {full}_va ({pass_va});\n  va_end (args);\n  return r;\n"))
    out.append(local_table(calls))
    return "".join(out)


def local_prototype(c):
    params = ["guestfs_h *g"] + public_params(c)
    if c.opts:
        params.append(f"const {argv_struct(c)} *optargs")
    return f"{public_ret(c)}gk_client_{c.name} ({', '.join(params)});\n"


def local_call(c):
    args = ["g"]
    for i, a in enumerate(c.args):
        if a.kind in LISTS:
            args.append(f"a[{i}].list")
        elif a.kind in ("Int", "Bool"):
            args.append(f"a[{i}].i")
        elif a.kind == "Int64":
            args.append(f"a[{i}].i64")
        elif a.kind == "BufferIn":
            args += [f"a[{i}].buf.data", f"a[{i}].buf.size"]
        elif a.kind == "Pointer":
            args.append(f"({a.c_type}) a[{i}].ptr")
        else:
            args.append(f"a[{i}].str")
    if c.ret.kind == "BufferOut":
        args.append("&ret->buf.size")
    if c.opts:
        args.append("opts")
    call = f"gk_client_{c.name} ({', '.join(args)})"
    kind = c.ret.kind
    if kind == "Err":
        return f"  return {call};\n"
    field = {"Int": "i", "Bool": "i", "Int64": "i64", "ConstString": "cstr",
             "ConstOptString": "cstr", "String": "str", "StringList": "list",
             "Hashtable": "list", "BufferOut": "buf.data", "Struct": "st",
             "StructList": "st"}[kind]
    if kind == "ConstOptString":
        return f"  ret->cstr = {call};\n  return 0;\n"
    failed = "-1" if kind in ("Int", "Bool", "Int64") else "NULL"
    return f"  ret->{field} = {call};\n  return ret->{field} == {failed} ? -1 : 0;\n"


def local_table(calls):
    """Adapters from values to the typed functions of the client."""
    out = []
    for c in calls:
        if c.impl == "client":
            out.append(f"static int\nlocal_{c.name} (guestfs_h *g, const union gk_arg *a, const void *opts, "
                       f"union gk_ret *ret)\n{{\n{local_call(c)}}}\n\n")
    out.append("const gk_client_local_fn gk_client_local[GK_N_CALLS] = {\n")
    out += [f"  [GK_CALL_ID_{c.name}] = local_{c.name},\n" for c in calls if c.impl == "client"]
    out.append("};\n")
    return "".join(out)


def client_header(calls):
    return "".join([BANNER, "#ifndef GK_CLIENT_CALLS_H\n#define GK_CLIENT_CALLS_H\n\n"
                    "/* The calls that the library carries out itself. */\n\n"
                    '#include "guestfs.h"\n\n'
                    "/* Who does not define GUESTFS_PRIVATE does not have all of them. */\n"]
                   + [f"{argv_struct(c)};\n" for c in calls if c.impl == "client" and c.opts] + ["\n"]
                   + [local_prototype(c) for c in calls if c.impl == "client"] + ["\n#endif\n"])


# --- the worker's side -------------------------------------------------------

def op_prototype(c):
    params = ["struct gk_ctx *ctx"]
    for a in c.args:
        if a.kind in LISTS:
            params.append(f"char *const *{a.name}")
        elif a.kind == "Int":
            params.append(f"int {a.name}")
        elif a.kind == "Bool":
            params.append(f"bool {a.name}")
        elif a.kind == "Int64":
            params.append(f"int64_t {a.name}")
        elif a.kind == "BufferIn":
            params += [f"const char *{a.name}", f"size_t {a.name}_size"]
        elif a.kind == "FileIn":
            params.append(f"struct gk_source *{a.name}")
        elif a.kind == "FileOut":
            params.append(f"struct gk_sink *{a.name}")
        else:
            params.append(f"const char *{a.name}")
    if c.opts:
        params.append(f"const {argv_struct(c)} *opt")
    ret = {"Err": None, "Int": "int *ret_value", "Int64": "int64_t *ret_value",
           "Bool": "bool *ret_value", "String": "char **ret_string",
           "StringList": "char ***ret_list", "Hashtable": "char ***ret_list",
           "BufferOut": "struct gk_buf *ret_buf",
           "Struct": f"struct guestfs_{c.ret.struct} *ret_struct",
           "StructList": f"struct guestfs_{c.ret.struct}_list *ret_list"}[c.ret.kind]
    if ret:
        params.append(ret)
    params.append("struct gk_error *err")
    return f"int gk_{c.impl}_{c.name} ({', '.join(params)});\n"


def ops_headers(calls):
    rooms = sorted({c.impl for c in calls if c.impl and c.impl != "client"})
    out = {}
    for room in rooms:
        guard = f"GK_OPS_{room.upper()}_H"
        out[f"gk-ops-{room}.h"] = "".join(
            [BANNER, f"#ifndef {guard}\n#define {guard}\n\n"
             f"/* The operations that the {room} room carries out. */\n\n"
             "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
             "#ifndef GUESTFS_PRIVATE\n#define GUESTFS_PRIVATE 1\n#endif\n"
             '#include "guestfs.h"\n\n'
             "struct gk_buf;\nstruct gk_ctx;\nstruct gk_error;\nstruct gk_sink;\nstruct gk_source;\n\n"]
            + [op_prototype(c) for c in calls if c.impl == room] + ["\n#endif\n"])
    return out


def dispatch_body(c):
    args = ["ctx"]
    for i, a in enumerate(c.args):
        if a.kind in LISTS:
            args.append(f"a[{i}].list")
        elif a.kind == "Int":
            args.append(f"a[{i}].i")
        elif a.kind == "Bool":
            args.append(f"a[{i}].i != 0")
        elif a.kind == "Int64":
            args.append(f"a[{i}].i64")
        elif a.kind == "BufferIn":
            args += [f"a[{i}].buf.data", f"a[{i}].buf.size"]
        elif a.kind == "FileIn":
            args.append("io->source")
        elif a.kind == "FileOut":
            args.append("io->sink")
        else:
            args.append(f"a[{i}].str")
    if c.opts:
        args.append("opts")
    kind = c.ret.kind
    before, after = "", ""
    if kind in ("Int", "Int64", "String", "StringList", "Hashtable"):
        args.append({"Int": "&ret->i", "Int64": "&ret->i64", "String": "&ret->str",
                     "StringList": "&ret->list", "Hashtable": "&ret->list"}[kind])
    elif kind == "Bool":
        before = "  bool value = false;\n"
        after = "  ret->i = value;\n"
        args.append("&value")
    elif kind == "BufferOut":
        before = "  struct gk_buf buf = GK_BUF_INIT;\n"
        after = "  ret->buf.data = buf.data;\n  ret->buf.size = buf.size;\n"
        args.append("&buf")
    elif kind in ("Struct", "StructList"):
        name = c.ret.struct + ("_list" if kind == "StructList" else "")
        before = (f"  struct guestfs_{name} *p = calloc (1, sizeof *p);\n"
                  "  if (p == NULL)\n    return gk_error_oom (err);\n")
        after = "  ret->st = p;\n"
        args.append("p")
    args.append("err")
    call = f"gk_{c.impl}_{c.name} ({', '.join(args)})"
    if not before:
        return f"  return {call};\n"
    undo = ""
    if kind == "BufferOut":
        undo = "    gk_buf_clear (&buf);\n"
    elif kind in ("Struct", "StructList"):
        undo = "    free (p);\n"
    brace = (" {", "  }\n") if undo else ("", "")
    return f"{before}  if ({call} == -1){brace[0]}\n{undo}    return -1;\n{brace[1]}{after}  return 0;\n"


def dispatch(calls):
    rooms = sorted({c.impl for c in calls if c.impl and c.impl != "client"})
    out = [BANNER, "#define GUESTFS_PRIVATE 1\n#include <stdlib.h>\n\n#include \"api/api.h\"\n#include \"base/error.h\"\n"
           '#include "base/strv.h"\n#include "worker/dispatch.h"\n#include "gk-calls.h"\n']
    out += [f'#include "gk-ops-{r}.h"\n' for r in rooms]
    out.append("\n")
    mine = [c for c in calls if c.impl and c.impl != "client"]
    for c in mine:
        out.append(f"static int\nop_{c.name} (struct gk_ctx *ctx, const union gk_arg *a, const void *opts, "
                   f"const struct gk_io *io,\n    union gk_ret *ret, struct gk_error *err)\n{{\n{dispatch_body(c)}}}\n\n")
    out.append("const gk_dispatch_fn gk_dispatch[GK_N_CALLS] = {\n")
    out += [f"  [GK_CALL_ID_{c.name}] = op_{c.name},\n" for c in mine]
    out.append("};\n")
    return "".join(out)


def emit(calls, structs):
    files = descriptors(calls, structs)
    files["gk-wrappers.c"] = wrappers(calls)
    files["gk-client-calls.h"] = client_header(calls)
    files["gk-dispatch.c"] = dispatch(calls)
    files.update(ops_headers(calls))
    return files
