# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is known about files: kind, mode, owner, times, size."""

from model import (
    call, group, FilenameList, Int, Int64, OBool, Pathname, RBool, RErr,
    RInt64, RStruct, RStructList)

group("files-metadata")

call("chmod",
     [Int("mode"), Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Change the mode of a file",
     doc="""\
Sets the permission bits of `path`, including set-user-id, set-group-id and
the sticky bit, to `mode`.  Symbolic links are followed.  Shells read
numbers as decimal: write 0644, with the zero, for octal.  A mode that does
not fit into 07777 is an error.""")

call("chown",
     [Int("owner"), Int("group"), Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Change the owner and group of a file",
     doc="""\
Sets the owner of `path` to the numeric user `owner` and the numeric group
`group`; -1 leaves one as it is.  Symbolic links are followed; `lchown`
changes the link itself.  Names are not known here: read the guest's
/etc/passwd and /etc/group for the numbers.""")

call("copy_attributes",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OBool("all"), OBool("mode"), OBool("xattributes"),
           OBool("ownership")],
     since="1.25.21", impl="fileops",
     brief="Copy owner, mode and attributes from one file to another",
     doc="""\
Gives `dest` the attributes of `src` that are asked for; by default none,
so at least one of the flags should be true.  Both must exist.  Contents
and times are not touched.

Optional arguments:

- `all`: all that follow; those given as false are still left out.
- `mode`: the permission bits.
- `xattributes`: the extended attributes, which include ACLs, capabilities
  and SELinux labels.
- `ownership`: user and group.""")

call("exists",
     [Pathname("path")], RBool("existsflag"),
     since="0.0.8", impl="fileops",
     brief="Tell whether a path exists",
     doc="""\
Returns true if there is anything at `path`: a file, a directory, a device
or any other kind.  Symbolic links are followed, so one that leads nowhere
gives false; use `is_symlink` or `lstatns` for the link itself.""")

call("filesize",
     [Pathname("file")], RInt64("size"),
     since="1.0.82", impl="fileops",
     brief="Return the size of a file in bytes",
     doc="""\
Returns the length of the file at `path`, following symbolic links.  For
block devices use `blockdev_getsize64`; how much space a file takes on the
disk is in `statns`.""")

call("is_blockdev",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops",
     brief="Tell whether a path is a block device node",
     doc="""\
Returns true if there is a block device node at `path`, and false for
anything else, including a path that does not exist.  This looks at a node
inside the guest's tree and not at the session's own devices.

Optional arguments:

- `followsymlinks`: if true, what a symbolic link leads to is looked at.
  By default a link is a link, and gives false.""")

call("is_chardev",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops",
     brief="Tell whether a path is a character device node",
     doc="""\
Returns true if there is a character device node at `path`, and false for
anything else, including a path that does not exist.

Optional arguments:

- `followsymlinks`: if true, what a symbolic link leads to is looked at.
  By default a link is a link, and gives false.""")

call("is_dir",
     [Pathname("path")], RBool("dirflag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="0.0.8", impl="fileops",
     brief="Tell whether a path is a directory",
     doc="""\
Returns true if `path` is a directory, and false for anything else,
including a path that does not exist.

Optional arguments:

- `followsymlinks`: if true, a symbolic link to a directory counts as one.
  By default a link is a link, and gives false.""")

call("is_fifo",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops",
     brief="Tell whether a path is a named pipe",
     doc="""\
Returns true if there is a FIFO at `path`, and false for anything else,
including a path that does not exist.

Optional arguments:

- `followsymlinks`: if true, what a symbolic link leads to is looked at.
  By default a link is a link, and gives false.""")

call("is_file",
     [Pathname("path")], RBool("fileflag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="0.0.8", impl="fileops",
     brief="Tell whether a path is a regular file",
     doc="""\
Returns true if `path` is a regular file, and false for anything else, such
as a directory, a device or a path that does not exist.

Optional arguments:

- `followsymlinks`: if true, a symbolic link to a regular file counts as
  one.  By default a link is a link, and gives false.""")

call("is_socket",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops",
     brief="Tell whether a path is a Unix socket",
     doc="""\
Returns true if there is a socket node at `path`, and false for anything
else, including a path that does not exist.

Optional arguments:

- `followsymlinks`: if true, what a symbolic link leads to is looked at.
  By default a link is a link, and gives false.""")

call("is_symlink",
     [Pathname("path")], RBool("flag"),
     since="1.5.10", impl="fileops",
     brief="Tell whether a path is a symbolic link",
     doc="""\
Returns true if the last part of `path` is a symbolic link, wherever it
leads, and false for anything else, including a path that does not exist.""")

call("lchown",
     [Int("owner"), Int("group"), Pathname("path")], RErr,
     since="1.0.77", impl="fileops",
     brief="Change the owner and group of a file or link",
     doc="""\
As `chown`, but if `path` is a symbolic link the link itself gets the new
owner and group and what it leads to stays as it is.""")

call("lstat",
     [Pathname("path")], RStruct("statbuf", "stat"),
     error_as="lstatns",
     since="1.9.2", impl="fileops", deprecated=True, deprecated_by="lstatns",
     brief="Return information about a file or link",
     doc="""\
As `stat`, but about a symbolic link itself.  `lstatns` has times with
nanoseconds.""")

call("lstatlist",
     [Pathname("path"), FilenameList("names")],
     RStructList("statbufs", "stat"),
     error_as="internal_lstatnslist",
     since="1.0.77", impl="fileops", deprecated=True,
     deprecated_by="lstatnslist",
     brief="Return information about many files of one directory",
     doc="""\
As `lstatnslist`, with times in whole seconds.""")

call("lstatns",
     [Pathname("path")], RStruct("statbuf", "statns"),
     since="1.27.53", impl="fileops",
     brief="Return information about a file or link",
     doc="""\
As `statns`, but if `path` is a symbolic link the answer is about the link
itself and not what it leads to.""")

call("lstatnslist",
     [Pathname("path"), FilenameList("names")],
     RStructList("statbufs", "statns"),
     error_as="internal_lstatnslist",
     since="1.27.53", impl="fileops",
     brief="Return information about many files of one directory",
     doc="""\
Does `lstatns` for each of `names`, which are single names inside the
directory `path`, and returns the answers in the same order.  A name that
cannot be looked at has `st_ino` -1 in its answer and is no error.  This is
much faster than single calls when a whole directory is read.  A list of
any length may be given.""")

call("stat",
     [Pathname("path")], RStruct("statbuf", "stat"),
     error_as="statns",
     since="1.9.2", impl="fileops", deprecated=True, deprecated_by="statns",
     brief="Return information about a file",
     doc="""\
Returns what stat(2) knows of `path`, following symbolic links.  Device
numbers are encoded as Linux encodes them.  Times are whole seconds:
`statns` has the rest.""")

call("statns",
     [Pathname("path")], RStruct("statbuf", "statns"),
     since="1.27.53", impl="fileops",
     brief="Return information about a file, with nanoseconds",
     doc="""\
Returns what stat(2) knows of `path`, following symbolic links: device and
inode, mode with the file's type, number of links, owner, size in bytes,
blocks of 512 bytes, and the three times as seconds since 1970 and
nanoseconds.  The spare fields are zero.  Fails if there is nothing at
`path`.""")

call("touch",
     [Pathname("path")], RErr,
     since="0.0.3", impl="fileops",
     brief="Make an empty file, or set its times to now",
     doc="""\
If nothing is at `path` an empty file is made; else its times of access and
change become the present.  Only regular files are touched: others are an
error, so that opening a guest's device or pipe cannot have an effect.""")

call("utimens",
     [Pathname("path"), Int64("atsecs"), Int64("atnsecs"), Int64("mtsecs"),
      Int64("mtnsecs")], RErr,
     since="1.0.77", impl="fileops",
     brief="Set the times of a file",
     doc="""\
Sets the time of last access of `path` to `atsecs` seconds since 1970 and
`atnsecs` nanoseconds, and the time of last modification to `mtsecs` and
`mtnsecs`.  Where the nanoseconds are -1 the time becomes the present;
where they are -2 the time stays as it is; the seconds are ignored then.
Any kind of file can be changed, and a symbolic link is changed itself.""")
