# SPDX-License-Identifier: LGPL-3.0-or-later
"""Any call of libguestfs.so.0, whoever's it is, from Python by its name.

The types come from the API tables.  Python's own module for libguestfs does not tell
errno and takes no bytes that are not UTF-8; here text is bytes, with surrogates
("surrogateescape") for what is not UTF-8.
"""

import ctypes
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../api"))
sys.dont_write_bytecode = True

import generate                         # noqa: E402
import model                            # noqa: E402

generate.load()
CALLS, STRUCTS = model.CALLS, model.STRUCTS

SCALARS = {"Int": ctypes.c_int, "Bool": ctypes.c_int, "Int64": ctypes.c_int64}
FIELDS = {"int32": ctypes.c_int32, "uint32": ctypes.c_uint32, "int64": ctypes.c_int64, "uint64": ctypes.c_uint64,
          "bytes": ctypes.c_uint64, "percent": ctypes.c_float, "char": ctypes.c_char, "string": ctypes.c_char_p,
          "device": ctypes.c_char_p, "uuid": ctypes.c_char * 32}


class CallError (Exception):
    """args: the message without the program's name, and errno (0: none)."""


def encode(text):
    return text.encode("utf-8", "surrogateescape")


def decode(data):
    return data.decode("utf-8", "surrogateescape")


def c_list(values):
    return (ctypes.c_char_p * (len(values) + 1))(*map(encode, values), None)


def struct_class(name):
    fields = []
    for field, kind in STRUCTS[name].fields:
        if kind == "buffer":
            fields += [(field + "_len", ctypes.c_uint32), (field, ctypes.POINTER(ctypes.c_char))]
        else:
            fields.append((field, FIELDS[kind]))
    return type(name, (ctypes.Structure,), {"_fields_": fields})


def struct_value(name, s):
    value = {}
    for field, kind in STRUCTS[name].fields:
        v = getattr(s, field)
        if kind == "buffer":
            v = ctypes.string_at(v, getattr(s, field + "_len"))
        value[field] = decode(v) if isinstance(v, bytes) else v
    return value


class Handle:
    def __init__(self):
        self.lib = ctypes.CDLL("libguestfs.so.0")
        self.libc = ctypes.CDLL(None)
        self.libc.free.argtypes = [ctypes.c_void_p]
        self.lib.guestfs_create.restype = ctypes.c_void_p
        self.g = ctypes.c_void_p(self.lib.guestfs_create())
        self.lib.guestfs_set_error_handler(self.g, None, None)
        self.lib.guestfs_last_error.restype = ctypes.c_char_p

    def close(self):
        self.lib.guestfs_close(self.g)

    def fail(self):
        message = self.lib.guestfs_last_error(self.g) or b""
        raise CallError(decode(message), self.lib.guestfs_last_errno(self.g))

    def take_strings(self, pointer):
        strings = ctypes.cast(pointer, ctypes.POINTER(ctypes.c_void_p))
        values = []
        while strings[len(values)]:
            values.append(decode(ctypes.string_at(strings[len(values)])))
        for i in range(len(values)):
            self.libc.free(strings[i])
        self.libc.free(pointer)
        return values

    def take_struct(self, ret, pointer):
        cls = struct_class(ret.struct)
        if ret.kind == "Struct":
            value = struct_value(ret.struct, ctypes.cast(pointer, ctypes.POINTER(cls))[0])
            getattr(self.lib, "guestfs_free_" + ret.struct)(ctypes.c_void_p(pointer))
            return value
        many = type("List", (ctypes.Structure,), {"_fields_": [("len", ctypes.c_uint32), ("val", ctypes.POINTER(cls))]})
        found = ctypes.cast(pointer, ctypes.POINTER(many))[0]
        value = [struct_value(ret.struct, found.val[i]) for i in range(found.len)]
        getattr(self.lib, f"guestfs_free_{ret.struct}_list")(ctypes.c_void_p(pointer))
        return value

    def options(self, row, given):
        fields, mask, values = [("bitmask", ctypes.c_uint64)], 0, {}
        for i, o in enumerate(row.opts):
            fields.append((o.name, SCALARS.get(o.kind) or (ctypes.c_void_p if o.kind == "StringList" else ctypes.c_char_p)))
            if o.name in given:
                v = given[o.name]
                mask |= 1 << i
                values[o.name] = (ctypes.cast(c_list(v), ctypes.c_void_p) if o.kind == "StringList"
                                  else v if o.kind in SCALARS else encode(v))
        return type("Options", (ctypes.Structure,), {"_fields_": fields})(bitmask=mask, **values)

    def call(self, name, *args, **given):
        """Returns what the call returns: None, a number, text, a list, a dict.  Raises CallError."""
        row = CALLS[name]
        c_args, keep = [self.g], []
        for param, v in zip(row.args, args, strict=True):
            if v is None:
                c_args.append(None)
            elif param.kind in SCALARS:
                c_args.append(SCALARS[param.kind](v))
            elif param.kind.endswith("List"):
                c_args.append(c_list(v))
            elif param.kind == "BufferIn":
                c_args += [encode(v), ctypes.c_size_t(len(encode(v)))]
            else:
                c_args.append(encode(v))
        if row.opts:
            keep.append(self.options(row, given))
            c_args.append(ctypes.byref(keep[0]))
        size = ctypes.c_size_t(0)
        if row.ret.kind == "BufferOut":
            c_args.append(ctypes.byref(size))
        function = getattr(self.lib, "guestfs_" + row.c_name + ("_argv" if row.opts else ""))
        function.restype = SCALARS.get(row.ret.kind) or (ctypes.c_int if row.ret.kind == "Err" else ctypes.c_void_p)
        return self.result(row.ret, function(*c_args), size.value)

    def result(self, ret, r, size):
        kind = ret.kind
        if kind in ("Err", "Int", "Int64", "Bool"):
            if r == -1:
                self.fail()
            return None if kind == "Err" else r
        if r is None:
            if kind == "ConstOptString":
                return None
            self.fail()
        if kind in ("ConstString", "ConstOptString"):
            return decode(ctypes.string_at(r))
        if kind in ("String", "BufferOut"):
            value = decode(ctypes.string_at(r) if kind == "String" else ctypes.string_at(r, size))
            self.libc.free(r)
            return value
        return self.take_strings(r) if kind in ("StringList", "Hashtable") else self.take_struct(ret, r)
