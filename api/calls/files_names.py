# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names of files: links, moves, copies, removal, special nodes."""

from model import (
    call, group, FilenameList, Int, OBool, OInt64, OString, Pathname, RErr,
    RString, RStringList, String)

group("files-names/links")

call("case_sensitive_path",
     [Pathname("path")], RString("rpath"),
     since="1.0.75", impl="fileops",
     brief="Find the true spelling of a path where case is ignored",
     doc="""\
`path` is looked up part by part without regard to case, and returned as
the directory entries spell it.  Windows guests write paths in their
registry in any case, but Linux shows NTFS with its real names: this call
turns one into the other.  If the last part does not exist (but its
directory does) it is returned as it was given, so that new files can be
made.  An error is returned if another part is missing or if more than one
entry would match.  `path` must use slashes, and symbolic links are not
resolved in the answer.""")

call("copy_file_to_file",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", progress=True,
     brief="Copy a part of one file into another",
     doc="""\
Copies from `src` to `dest`; the destination is made if needed, and
truncated only if it is made by this call or no other option speaks against
it.

Optional arguments:

- `srcoffset`, `destoffset`: where to begin in the source and destination.
- `size`: how many bytes; by default all up to the end of the source.
- `sparse`: blocks of zeroes are not written but left as holes.
- `append`: write at the end of the destination.""")

call("cp",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops",
     brief="Copy a file",
     doc="""\
Copies the file `src` to `dest`, which is a new file name, or a directory
into which the copy is put under the same name.  An existing file is
overwritten.  Owner, times and extended attributes are not copied, see
`cp_a`.  Directories are refused, see `cp_r`.""")

call("cp_a",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops",
     brief="Copy a file or a tree with all its attributes",
     doc="""\
Copies `src`, and all below it when it is a directory, to `dest`; owner,
mode, times, extended attributes, hard links and holes are kept, and
symbolic links are copied as links.  If `dest` is a directory the copy is
put into it.""")

call("cp_r",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.21.38", impl="fileops",
     brief="Copy a file or a tree",
     doc="""\
Copies `src`, and all below it when it is a directory, to `dest`.  Modes of
new files are those of the source as far as the umask allows; owner and
times are not copied, see `cp_a`.  If `dest` is a directory the copy is put
into it.""")

call("ln",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a hard link",
     doc="""\
Makes `linkname` another name of the existing file `target`.  Both must be
on the same filesystem.  Fails if `linkname` exists already, see `ln_f`.""")

call("ln_f",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a hard link, replacing what is there",
     doc="""\
As `ln`, but a file that exists at `linkname` is removed first.""")

call("ln_s",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a symbolic link",
     doc="""\
Makes the symbolic link `linkname`, with the text `target`.  The text is
stored as it is: it may be relative to the link's own directory and need
not lead anywhere.  An absolute one means a path in the guest.  Fails if
`linkname` exists already, see `ln_sf`.""")

call("ln_sf",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a symbolic link, replacing what is there",
     doc="""\
As `ln_s`, but a file or link that exists at `linkname` is removed first.
If `linkname` is a directory, the link is made inside it.""")

call("mkfifo",
     [Int("mode"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod",
     brief="Make a named pipe",
     doc="""\
Makes a FIFO at `path`.  `mode` gives its permission bits, less the umask.
Fails if something is there already.""")

call("mknod",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod",
     brief="Make a device node, pipe or socket",
     doc="""\
Makes the node `path`.  `mode` holds both the kind of file (0060000 block,
0020000 character, 0010000 FIFO, 0140000 socket, as in stat(2)) and the
permission bits, from which the umask is taken; `devmajor` and `devminor`
are the device's numbers and are ignored for other kinds.  `mknod_b`,
`mknod_c` and `mkfifo` set the kind by themselves.  The node is for the
guest: this session never opens it as a device.""")

call("mknod_b",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod",
     brief="Make a block device node",
     doc="""\
As `mknod`; the kind is block device and `mode` holds permission bits only.""")

call("mknod_c",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod",
     brief="Make a character device node",
     doc="""\
As `mknod`; the kind is character device and `mode` holds permission bits
only.""")

call("mktemp",
     [Pathname("tmpl")], RString("path"),
     opts=[OString("suffix")],
     since="1.19.53", impl="fileops",
     brief="Make an empty file with a new name",
     doc="""\
`tmpl` is a path in the guest whose last part ends in XXXXXX; the letters
are replaced so that the name is new, and an empty file that only root may
read and write (mode 0600) is made there.  Returns its path.  Removing it
is up to the caller.

Optional arguments:

- `suffix`: text that is put after the replaced letters, such as ".txt".""")

call("mv",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops",
     brief="Move a file or directory",
     doc="""\
Moves `src` to `dest`, which is a new name, or a directory into which it is
put under its old name.  Works between filesystems, by copying and
removing.  A file that exists at the destination is overwritten.  To have
exactly what rename(2) does use `rename`.""")

call("readlink",
     [Pathname("path")], RString("link"),
     since="1.0.66", impl="fileops",
     brief="Return the text of a symbolic link",
     doc="""\
Returns what the link `path` holds, as it was stored; the text may be
relative and lead nowhere.  Fails if `path` is not a symbolic link.""")

call("readlinklist",
     [Pathname("path"), FilenameList("names")], RStringList("links"),
     error_as="internal_readlinklist",
     since="1.0.77", impl="fileops",
     brief="Return the texts of many links of one directory",
     doc="""\
Does `readlink` for each of `names`, which are single names inside the
directory `path`, and returns the answers in the same order.  For a name
that is no symbolic link, or cannot be read, the answer is an empty string.
A list of any length may be given.""")

call("realpath",
     [Pathname("path")], RString("rpath"),
     since="1.0.66", impl="fileops",
     brief="Return a path without links and dots",
     doc="""\
Resolves all symbolic links in `path`, inside the guest, and all "." and
"..", and returns the absolute path.  Everything on the path must exist.""")

call("rename",
     [Pathname("oldpath"), Pathname("newpath")], RErr,
     since="1.21.5", impl="fileops",
     brief="Rename a file in its filesystem",
     doc="""\
Does what rename(2) does: `oldpath` gets the name `newpath`, atomically
replacing a file (or empty directory) that has it.  Both must be on the
same filesystem, and `newpath` is never taken as a directory to put things
into; use `mv` for that.""")

call("rm",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Remove a file",
     doc="""\
Removes the single file, link or node `path`.  Directories are refused, see
`rmdir` and `rm_rf`, and it is an error if there is nothing to remove.""")

call("rm_f",
     [Pathname("path")], RErr,
     since="1.19.42", impl="fileops",
     brief="Remove a file if it exists",
     doc="""\
As `rm`, but without an error if there is nothing at `path`.  Directories
are refused all the same.""")

call("rm_rf",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Remove a file or a whole tree",
     doc="""\
Removes `path` and, when it is a directory, everything below it.  It is no
error if nothing is there.  Symbolic links are removed and never followed,
and other filesystems that are mounted below are emptied too but stay
mounted, which makes the call fail in the end.""")
