# SPDX-License-Identifier: LGPL-3.0-or-later
"""The words in which the API is described.

A row of the tables in api/calls/ is one `call (...)`.  It says what the
call is named, what goes in and comes out, who carries it out and how it
reads in the manual.  The emitters in api/gen/ turn the rows into C; nothing
here knows of C files.

Kinds of arguments carry behaviour, the same for every call that uses them:

  String          any text, never NULL
  OptString       text or NULL
  Key             text that is masked in traces and wiped after use
  Pathname        absolute guest path; needs a mounted root
  Filename        one path component, no slash
  Device          a device of this session
  Mountable       a device of this session, or btrfsvol:DEVICE/SUBVOLUME
  DevOrPath       Device when it begins with /dev/, else Pathname
  MountableOrPath likewise
  GUID            text that must parse as a GUID
  FileIn          host file that the call reads ("-" and /dev/fd/N work)
  FileOut         host file that the call writes
  BufferIn        bytes with a length
  StringList, FilenameList, DeviceList    NULL-terminated vectors
  Int, Int64, Bool, Pointer
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Param:
    kind: str
    name: str
    c_type: str | None = None       # Pointer only: the C type


def _param(kind):
    def make(name, c_type=None):
        return Param(kind, name, c_type)
    make.__name__ = kind
    return make


String = _param("String")
OptString = _param("OptString")
Key = _param("Key")
Pathname = _param("Pathname")
Filename = _param("Filename")
Device = _param("Device")
Mountable = _param("Mountable")
DevOrPath = _param("DevOrPath")
MountableOrPath = _param("MountableOrPath")
GUID = _param("GUID")
FileIn = _param("FileIn")
FileOut = _param("FileOut")
BufferIn = _param("BufferIn")
StringList = _param("StringList")
FilenameList = _param("FilenameList")
DeviceList = _param("DeviceList")
Int = _param("Int")
Int64 = _param("Int64")
Bool = _param("Bool")
Pointer = _param("Pointer")

# Optional arguments.
OBool = _param("Bool")
OInt = _param("Int")
OInt64 = _param("Int64")
OString = _param("String")
OStringList = _param("StringList")


@dataclass(frozen=True)
class Ret:
    kind: str                       # Err Int Int64 Bool ConstString ...
    name: str = ""                  # what the value is, for the manual
    struct: str | None = None       # Struct, StructList


RErr = Ret("Err")


def _ret(kind):
    def make(name=""):
        return Ret(kind, name)
    return make


RInt = _ret("Int")
RInt64 = _ret("Int64")
RBool = _ret("Bool")
RConstString = _ret("ConstString")          # owned by the handle
RConstOptString = _ret("ConstOptString")    # likewise; NULL is no error
RString = _ret("String")                    # caller frees
RStringList = _ret("StringList")            # caller frees strings and vector
RHashtable = _ret("Hashtable")              # StringList: key, value, ...
RBufferOut = _ret("BufferOut")              # bytes; caller frees


def RStruct(name, struct):
    return Ret("Struct", name, struct)


def RStructList(name, struct):
    return Ret("StructList", name, struct)


@dataclass(frozen=True)
class Example:
    """A row's own test, in the words of the shell.

    start: "none" (no drive, not launched), "empty" (1 GiB disk without a
    partition table), "part" (one MBR partition, no filesystem), "fs" (an
    empty ext4 on /dev/sda1, mounted on /), "tree" (a copy of the sample tree
    of tests/api/tree.txt on /dev/sda1, mounted on /), "guest" (likewise, with
    what tests/api/templates.py puts there: a shell, /etc/hosts, /hive),
    "windows" (likewise: what inspection looks for in Windows 7).
    run: commands of the shell, one per element; all but the last must succeed.
    Exactly one of prints (what the last command writes to stdout, final
    newline trimmed), error (a part of the last command's message), or neither
    (it must just succeed).
    needs: a kernel feature ("vfat", "dm", ...) without which it is skipped;
    "own-kernel" is one that is the session's and not the host's.
    """
    start: str
    run: tuple
    prints: str | None = None
    error: str | None = None
    errno: str | None = None        # "ENOENT" ...; "0" for none
    needs: str | None = None


def example(start, *run, prints=None, error=None, errno=None, needs=None):
    assert prints is None or error is None
    return Example(start, tuple(run), prints, error, errno, needs)


@dataclass
class Call:
    name: str
    args: list
    ret: Ret
    opts: list = field(default_factory=list)
    # The call was born without optional arguments: guestfs_NAME stays plain
    # and guestfs_NAME_opts takes them.
    opts_suffix: bool = False
    since: str = "0.3"
    # Who carries it out: "client" (gk_client_NAME in src/client), a room
    # (gk_ROOM_NAME in src/ROOM), or None: nobody has written it, ENOTSUP.
    impl: str | None = None
    group: str = ""
    visibility: str = "public"      # public state_test bindtest debug internal
    in_shell: bool = True           # False: guestfish has no such command
    shell_alias: list = field(default_factory=list)
    shell_output: str | None = None # "octal" or "hex" for integers
    deprecated: bool = False
    deprecated_by: str | None = None
    optgroup: str | None = None     # optional-feature group
    config_only: bool = False       # an error once launched
    blocking: bool = True           # False: may be called while another runs
    progress: bool = False
    cancellable: bool = False
    error_as: str | None = None  # prefix of errors, if not the own name
    needs_root: bool = False        # needs a mounted root without a Pathname
    wrapper: bool = True            # False: raw, no trace (internal calls)
    brief: str = ""
    doc: str = ""
    examples: list = field(default_factory=list)

    @property
    def c_name(self):
        """guestfs_X of the form that takes the optional arguments."""
        return self.name + "_opts" if self.opts_suffix else self.name

    @property
    def takes_file(self):
        return any(a.kind in ("FileIn", "FileOut") for a in self.args)


CALLS: dict[str, Call] = {}
_group = [""]


def group(name):
    """The group, in the words of functions.tsv, of the calls that follow."""
    _group[0] = name


def call(name, args, ret, **more):
    assert name not in CALLS, name
    CALLS[name] = Call(name, list(args), ret, group=_group[0], **more)


@dataclass(frozen=True)
class Struct:
    """A public struct.  Field types: string, device (char *), buffer
    (uint32_t NAME_len; char *NAME), char, uuid (char[32], no NUL), int32,
    uint32, int64, uint64, bytes (uint64_t), percent (float, -1 is unset)."""
    name: str
    fields: tuple                   # of (name, type)
    has_list: bool = True
    camel: str = ""                 # name in object-oriented bindings
    external: bool = True           # part of the public header


STRUCTS: dict[str, Struct] = {}


def struct(name, *fields, **more):
    assert name not in STRUCTS, name
    STRUCTS[name] = Struct(name, tuple(fields), **more)
