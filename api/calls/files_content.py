# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is in files: reading, writing, searching."""

from model import (
    call, group, BufferIn, DevOrPath, Int, Int64, OBool, Pathname, RBool,
    RBufferOut, RErr, RInt, RString, RStringList, String)

group("files-content")

call("cat",
     [Pathname("path")], RString("content"),
     error_as="download",
     since="0.0.4", impl="fileops",
     brief="Return the contents of a file as text",
     doc="""\
Returns everything in `path` as one string, which the caller frees.
Because a C string ends at the first NUL byte, a file that may hold such
bytes must be read with `read_file` or `download`.  Symbolic links are
followed inside the guest.  Fails for directories, for paths that do not
exist, and when the file does not fit into memory.""")

call("copy_size",
     [DevOrPath("src"), DevOrPath("dest"), Int64("size")], RErr,
     since="1.0.87", deprecated=True, deprecated_by="copy_device_to_device",
     progress=True,
     brief="Copy a number of bytes from one device or file to another",
     doc="""\
Copies exactly `size` bytes from the start of `src` to the start of `dest`;
it is an error if `src` is shorter.  The copy_*_to_* calls do the same and
more.""")

call("dd",
     [DevOrPath("src"), DevOrPath("dest")], RErr,
     since="1.0.80", deprecated=True, deprecated_by="copy_device_to_device",
     brief="Copy from one device or file to another",
     doc="""\
Copies all of `src` to `dest`, which must be large enough if it is a
device.  The copy_*_to_* calls do the same and more.""")

call("egrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Return the lines that match an extended expression",
     doc="""\
As `grep` with `extended` true.""")

call("egrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Return lines that match an extended expression, in any case",
     doc="""\
As `grep` with `extended` and `insensitive` true.""")

call("equal",
     [Pathname("file1"), Pathname("file2")], RBool("equality"),
     since="1.0.18", impl="fileops",
     brief="Tell whether two files have the same contents",
     doc="""\
Compares the bytes of `file1` and `file2`, following symbolic links, and
returns true when both have the same length and contents.  Nothing else
(owner, mode, times) is compared.  Both must exist and be readable files.""")

call("fallocate",
     [Pathname("path"), Int("len")], RErr,
     since="1.0.66", deprecated=True, deprecated_by="fallocate64",
     brief="Make a file with space allocated",
     doc="""\
Makes (or empties) the file `path` and reserves `len` bytes of zeroes for
it in the filesystem, so that writing there cannot run out of space.  `len`
is limited to 2 GiB by its type: use `fallocate64`.""")

call("fallocate64",
     [Pathname("path"), Int64("len")], RErr,
     since="1.3.17",
     brief="Make a file with space allocated",
     doc="""\
Makes (or empties) the file `path` and reserves `len` bytes of zeroes for
it in the filesystem, so that writing there cannot run out of space.  To
make a sparse file use `truncate_size`.""")

call("fgrep",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Return the lines that contain a text",
     doc="""\
As `grep` with `fixed` true.""")

call("fgrepi",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Return the lines that contain a text, in any case",
     doc="""\
As `grep` with `fixed` and `insensitive` true.""")

call("file",
     [DevOrPath("path")], RString("description"),
     since="1.9.1",
     brief="Guess what a file or device holds",
     doc="""\
Returns the description that file(1) gives, looking into compressed
contents and into devices but without following a symbolic link.  For
anything but regular files and devices a fixed word such as "directory" is
returned.  The text is for people; programs should look at the content
themselves.""")

call("fill",
     [Int("c"), Int("len"), Pathname("path")], RErr,
     since="1.0.79", impl="fileops", progress=True,
     brief="Write a file that repeats one byte",
     doc="""\
Makes `path`, or replaces its contents, with `len` copies of the byte `c`.
`c` must be between 0 and 255 and `len` not negative.  For a file of zeroes
that takes no space use `truncate_size`; to repeat more than one byte,
`fill_pattern`.  The call can take long and sends progress events.""")

call("fill_pattern",
     [String("pattern"), Int("len"), Pathname("path")], RErr,
     since="1.3.12", impl="fileops", progress=True,
     brief="Write a file that repeats a text",
     doc="""\
Makes `path`, or replaces its contents, with `pattern` repeated until there
are `len` bytes; the last repetition is cut off if it does not fit.
`pattern` must not be empty.  The call can take long and sends progress
events.""")

call("grep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     opts=[OBool("extended"), OBool("fixed"), OBool("insensitive"),
           OBool("compressed")],
     opts_suffix=True, since="1.0.66",
     brief="Return the lines that match a regular expression",
     doc="""\
Returns the lines of `path` that match the basic regular expression
`regex`, without their newlines; none is not an error, but an empty list.

Optional arguments:

- `extended`: `regex` is an extended regular expression.
- `fixed`: `regex` is plain text to be found.  Not together with
  `extended`.
- `insensitive`: upper and lower case are the same.
- `compressed`: the file is compressed with gzip and is unpacked on the
  fly.""")

call("grepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Return the lines that match, in any case",
     doc="""\
As `grep` with `insensitive` true.""")

call("head",
     [Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the first ten lines of a file",
     doc="""\
Returns up to ten lines from the start of `path`, without their newlines.
A shorter file gives fewer lines.""")

call("head_n",
     [Int("nrlines"), Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the first lines of a file",
     doc="""\
Returns up to `nrlines` lines from the start of `path`, without their
newlines.  With a negative number all lines but the last -`nrlines` are
returned, and with 0 none.""")

call("hexdump",
     [Pathname("path")], RString("dump"),
     since="1.0.22",
     brief="Return a dump of a file in hexadecimal",
     doc="""\
Returns the bytes of `path` as hexadecimal numbers with the printable
characters beside them, sixteen per line.  Only useful for small files.""")

call("pread",
     [Pathname("path"), Int("count"), Int64("offset")], RBufferOut("content"),
     since="1.0.77", impl="fileops",
     brief="Read a part of a file",
     doc="""\
Reads up to `count` bytes of `path`, beginning at byte `offset`.  Fewer
bytes are returned where the file ends, and an empty buffer beyond its end;
nothing else makes the answer short.  `count` and `offset` must not be
negative, and `count` is limited by the size of a message (about 4 MiB):
read in a loop, or use `download_offset`.""")

call("pwrite",
     [Pathname("path"), BufferIn("content"), Int64("offset")], RInt("nbytes"),
     since="1.3.14", impl="fileops",
     brief="Write into a file at an offset",
     doc="""\
Writes the bytes of `content` to the existing file `path`, beginning at
byte `offset`, and returns how many were written.  The number may be
smaller than asked for, for instance on a full filesystem; check it and go
on from there.  The file is not truncated, and grows if needed.  `content`
is limited by the size of a message: for more use `upload_offset`.""")

call("read_file",
     [Pathname("path")], RBufferOut("content"),
     error_as="download",
     since="1.0.63", impl="fileops",
     brief="Return the contents of a file as bytes",
     doc="""\
Returns everything in `path` with its length, so that any bytes can be
read; the caller frees the buffer.  The file must fit into memory.
Directories are refused.  For files that are too large for that use
`download`.""")

call("read_lines",
     [Pathname("path")], RStringList("lines"),
     error_as="download",
     since="0.0.7", impl="fileops",
     brief="Return the lines of a file",
     doc="""\
Splits `path` into lines, which may end in LF or CRLF, and returns them
without these; the last line need not have an end.  Lines with NUL bytes
are cut there, so it is for text files only.""")

call("strings",
     [Pathname("path")], RStringList("stringsout"),
     since="1.0.22",
     brief="Return the printable texts in a file",
     doc="""\
Returns all sequences of four or more printable characters in `path`.""")

call("strings_e",
     [String("encoding"), Pathname("path")], RStringList("stringsout"),
     since="1.0.22",
     brief="Return the printable texts in a file, by encoding",
     doc="""\
As `strings`, for texts in another encoding.  `encoding` is one letter: "s"
for 7-bit characters, "S" for 8-bit, "b" and "l" for 16-bit big and little
endian, "B" and "L" for 32-bit.""")

call("tail",
     [Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the last ten lines of a file",
     doc="""\
Returns up to ten lines from the end of `path`, without their newlines.""")

call("tail_n",
     [Int("nrlines"), Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the last lines of a file",
     doc="""\
Returns up to `nrlines` lines from the end of `path`, without their
newlines.  With a negative number the lines beginning with line -`nrlines`
are returned (-1 is the whole file), and with 0 none.""")

call("truncate",
     [Pathname("path")], RErr,
     since="1.0.77", impl="fileops",
     brief="Make a file empty",
     doc="""\
Cuts the file `path` to no bytes.  It must exist: `touch` or `write` make
one.""")

call("truncate_size",
     [Pathname("path"), Int64("size")], RErr,
     since="1.0.77", impl="fileops",
     brief="Set the size of a file",
     doc="""\
Makes the file `path` exactly `size` bytes long: what is beyond is lost,
what is missing reads as zeroes and takes no space.  The file must exist,
and `size` must not be negative.  To have the space allocated use
`fallocate64`.""")

call("wc_c",
     [Pathname("path")], RInt("chars"),
     since="1.0.54",
     brief="Count the bytes of a file",
     doc="""\
Returns the number of characters (bytes) in `path`.""")

call("wc_l",
     [Pathname("path")], RInt("lines"),
     since="1.0.54",
     brief="Count the lines of a file",
     doc="""\
Returns the number of newlines in `path`.""")

call("wc_w",
     [Pathname("path")], RInt("words"),
     since="1.0.54",
     brief="Count the words of a file",
     doc="""\
Returns the number of words, divided by white space, in `path`.""")

call("write",
     [Pathname("path"), BufferIn("content")], RErr,
     error_as="internal_write",
     since="1.3.14", impl="fileops",
     brief="Make a file with the given contents",
     doc="""\
Makes the file `path` with exactly the bytes of `content`, or replaces what
was in it.  An existing file keeps its owner and mode; a new one belongs to
root with mode 0644 (as the umask allows).  The directory must exist.  Any
size that fits into memory can be written.  The new contents are written in
place: if the disk is full in between, the old ones are lost.""")

call("write_append",
     [Pathname("path"), BufferIn("content")], RErr,
     error_as="internal_write_append",
     since="1.11.18", impl="fileops",
     brief="Append to a file",
     doc="""\
Writes the bytes of `content` at the end of the file `path`, which is made
if it does not exist.""")

call("write_file",
     [Pathname("path"), String("content"), Int("size")], RErr,
     since="0.0.8", impl="fileops", deprecated=True, deprecated_by="write",
     brief="Make a file with the given contents",
     doc="""\
As `write`, for programs that have the text in a C string.  `size` is the
number of bytes of `content`; 0 stands for the length of the string, so an
empty file must be made with "" in any case.""")

call("zegrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for an extended expression",
     doc="""\
As `grep` with `compressed` and `extended` true.""")

call("zegrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for an extended expression, in any case",
     doc="""\
As `grep` with `compressed`, `extended` and `insensitive` true.""")

call("zfgrep",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for a text",
     doc="""\
As `grep` with `compressed` and `fixed` true.""")

call("zfgrepi",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for a text, in any case",
     doc="""\
As `grep` with `compressed`, `fixed` and `insensitive` true.""")

call("zfile",
     [String("meth"), Pathname("path")], RString("description"),
     since="1.0.59", deprecated=True, deprecated_by="file",
     brief="Guess what a compressed file holds",
     doc="""\
As `file` for the contents of `path` after unpacking; `meth` is "gzip",
"compress" or "bzip2".  `file` looks into compressed files by itself.""")

call("zgrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file",
     doc="""\
As `grep` with `compressed` true.""")

call("zgrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file, in any case",
     doc="""\
As `grep` with `compressed` and `insensitive` true.""")
