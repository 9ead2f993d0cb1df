# SPDX-License-Identifier: LGPL-3.0-or-later
"""Directories: making them, listing them, walking them."""

from model import (
    call, group, FileOut, Int, OBool, Pathname, RErr, RInt64, RString,
    RStringList, RStructList)

group("directories")

call("du",
     [Pathname("path")], RInt64("sizekb"),
     since="1.0.54", impl="fileops", progress=True,
     brief="Return the space used by a tree, in KiB",
     doc="""\
Adds up the disk space that `path`, and all below it when it is a
directory, takes, in units of 1024 bytes.  Files with several hard links
count once.  The call can take long and sends progress events.""")

call("find",
     [Pathname("directory")], RStringList("names"),
     error_as="find0",
     since="1.0.27", impl="fileops",
     brief="List everything below a directory",
     doc="""\
Returns the names of all files, directories and other things below
`directory`, relative to it and without a leading slash, sorted.  The
directory itself is not in the list.  Symbolic links are listed and not
followed; other filesystems mounted below are entered.  It is an error if
`directory` is not a directory.  For very large trees `find0` needs less
memory.""")

call("find0",
     [Pathname("directory"), FileOut("files")], RErr,
     since="1.0.74", impl="fileops", cancellable=True,
     brief="Write the names of everything below a directory to a file",
     doc="""\
As `find`, but the names go into the host file `files`, each followed by a
NUL byte, in no order.  There is no limit to their number.  The call can be
cancelled.""")

call("glob_expand",
     [Pathname("pattern")], RStringList("paths"),
     opts=[OBool("directoryslash")],
     opts_suffix=True, since="1.0.50", impl="fileops",
     brief="Return the paths that match a wildcard",
     doc="""\
Returns, sorted, the paths in the guest that match `pattern`, in which "*",
"?" and "[...]" stand for what they do in a shell, without crossing
slashes, and "{a,b}" for alternatives.  `pattern` must be absolute.  If
nothing matches the list is empty, and that is no error; a pattern without
wildcards gives the path itself if it exists.

Optional arguments:

- `directoryslash`: whether a slash is put after the names of directories.
  It is, if this is left out.""")

call("ll",
     [Pathname("directory")], RString("listing"),
     since="0.0.4", impl="fileops",
     brief="Return the listing of a directory for people",
     doc="""\
Returns text like that of `ls -la` for `directory`: one line for each
entry, with "." and "..", mode, links, owner and group as numbers, size,
time and name.  Its form may change: programs use `readdir` and
`lstatnslist`.""")

call("llz",
     [Pathname("directory")], RString("listing"),
     since="1.17.6", deprecated=True, deprecated_by="lgetxattrs",
     brief="Return the listing of a directory with security labels",
     doc="""\
As `ll`, with the SELinux label of each entry.  Programs use `lgetxattrs`.""")

call("ls",
     [Pathname("directory")], RStringList("listing"),
     error_as="ls0",
     since="0.0.4", impl="fileops",
     brief="List the names in a directory",
     doc="""\
Returns the names of all entries of `directory`, without "." and "..",
sorted by their bytes.  Hidden names are included.  The directory may be of
any size; `ls0` writes the names to a file instead.""")

call("ls0",
     [Pathname("dir"), FileOut("filenames")], RErr,
     since="1.19.32", impl="fileops", cancellable=True,
     brief="Write the names in a directory to a file",
     doc="""\
As `ls`, but the names go into the host file `filenames`, each followed by
a NUL byte, in no order.""")

call("mkdir",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Make a directory",
     doc="""\
Makes the directory `path`, with mode 0777 less the umask.  The directory
in which it lies must exist, and there must be nothing at `path` yet.""")

call("mkdir_mode",
     [Pathname("path"), Int("mode")], RErr,
     since="1.0.77", impl="fileops",
     brief="Make a directory with the given mode",
     doc="""\
As `mkdir`, with the permission bits `mode`, less the umask.""")

call("mkdir_p",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Make a directory and those that lead to it",
     doc="""\
Makes `path` and every directory above it that does not exist.  It is no
error if `path` is a directory already, but one if something else is in the
way.""")

call("mkdtemp",
     [Pathname("tmpl")], RString("dir"),
     since="1.0.54", impl="fileops",
     brief="Make a directory with a new name",
     doc="""\
`tmpl` is a path in the guest whose last part ends in XXXXXX; the letters
are replaced so that the name is new, and a directory that only root may
enter (mode 0700) is made there.  Returns its path.  Removing it, and what
was put into it, is up to the caller.""")

call("readdir",
     [Pathname("dir")], RStructList("entries", "dirent"),
     since="1.0.55", impl="fileops",
     brief="Read the entries of a directory",
     doc="""\
Returns all entries of `dir`, with "." and "..", in no order: inode, name
and kind.  The kind `ftyp` is one letter: "b" block device, "c" character
device, "d" directory, "f" FIFO, "l" symbolic link, "r" regular file, "s"
socket, "u" unknown, "?" anything else.  On some filesystems all kinds are
unknown: then ask `lstatnslist`.  Names are bytes that need not be valid in
any encoding.""")

call("rmdir",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Remove an empty directory",
     doc="""\
Removes the directory `path`.  It must be empty, see `rm_rf`.""")
