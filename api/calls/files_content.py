# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is in files: reading, writing, searching."""

from model import (
    call, example, group, BufferIn, DevOrPath, Int, Int64, OBool, Pathname, RBool,
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
exist, and when the file does not fit into memory.""",
     examples=[
         example("tree", "cat /hello", prints="hello, world"),
         example("tree", "cat /abslink", prints="hello, world"),
         example("tree", "cat /nul", prints="a"),
         example("tree", "cat /nope", error="download: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "cat /dir", error="/dir: is a directory"),
         example("tree", "cat /up", error="/up: No such file or directory", errno="ENOENT"),
         example("tree", "cat /nodes/pipe", error="/nodes/pipe: is a FIFO, not a regular file"),
         example("tree", "cat /nodes/null",
                 error="/nodes/null: is a character device, not a regular file"),
     ])

call("copy_size",
     [DevOrPath("src"), DevOrPath("dest"), Int64("size")], RErr,
     since="1.0.87", impl="fileops", deprecated=True, deprecated_by="copy_device_to_device",
     progress=True,
     brief="Copy a number of bytes from one device or file to another",
     doc="""\
Copies exactly `size` bytes from the start of `src` to the start of `dest`;
it is an error if `src` is shorter.  The copy_*_to_* calls do the same and
more.""",
     examples=[
         example("tree", "copy-size /hello /new 5", "cat /new",
                 prints="hello"),
         example("tree", "copy-size /dev/sda /new 512", "filesize /new",
                 prints="512"),
         example("tree", "copy-size /hello /new 100",
                 error="/hello: input too short: 13 bytes"),
     ])

call("dd",
     [DevOrPath("src"), DevOrPath("dest")], RErr,
     since="1.0.80", impl="fileops", deprecated=True, deprecated_by="copy_device_to_device",
     brief="Copy from one device or file to another",
     doc="""\
Copies all of `src` to `dest`, which must be large enough if it is a
device.  The copy_*_to_* calls do the same and more.""",
     examples=[
         example("tree", "dd /hello /lines", "cat /lines",
                 prints="hello, world\n"),
         example("tree", "dd /nope /lines",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("egrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Return the lines that match an extended expression",
     doc="""\
As `grep` with `extended` true.""",
     examples=[
         example("tree", "egrep 'x|t$' /lines",
                 prints="six\neight"),
     ])

call("egrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Return lines that match an extended expression, in any case",
     doc="""\
As `grep` with `extended` and `insensitive` true.""",
     examples=[
         example("tree", "egrepi 'X|T$' /lines",
                 prints="six\neight"),
     ])

call("equal",
     [Pathname("file1"), Pathname("file2")], RBool("equality"),
     since="1.0.18", impl="fileops",
     brief="Tell whether two files have the same contents",
     doc="""\
Compares the bytes of `file1` and `file2`, following symbolic links, and
returns true when both have the same length and contents.  Nothing else
(owner, mode, times) is compared.  Both must exist and be readable files.""",
     examples=[
         example("tree", "equal /hello /link", prints="true"),
         example("tree", "cp /abc /abc2", "equal /abc /abc2", prints="true"),
         example("tree", "equal /hello /words", prints="false"),
         example("tree", "equal /hello /nope", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "equal /dir /hello", error="/dir: Is a directory", errno="EISDIR"),
     ])

call("fallocate",
     [Pathname("path"), Int("len")], RErr,
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="fallocate64",
     brief="Make a file with space allocated",
     doc="""\
Makes (or empties) the file `path` and reserves `len` bytes of zeroes for
it in the filesystem, so that writing there cannot run out of space.  `len`
is limited to 2 GiB by its type: use `fallocate64`.""",
     examples=[
         example("tree", "fallocate /new 10000", "filesize /new",
                 prints="10000"),
     ])

call("fallocate64",
     [Pathname("path"), Int64("len")], RErr,
     since="1.3.17", impl="fileops",
     brief="Make a file with space allocated",
     doc="""\
Makes (or empties) the file `path` and reserves `len` bytes of zeroes for
it in the filesystem, so that writing there cannot run out of space.  To
make a sparse file use `truncate_size`.""",
     examples=[
         example("tree", "fallocate64 /hello 1000", "filesize /hello",
                 prints="1000"),
         example("tree", "fallocate64 /new -1",
                 error="/new", errno="EINVAL"),
         example("tree", "-fallocate64 /new 100G", "exists /new",
                 prints="false"),
         example("tree", "fallocate64 /dir 10",
                 error="/dir: Is a directory", errno="EISDIR"),
     ])

call("fgrep",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Return the lines that contain a text",
     doc="""\
As `grep` with `fixed` true.""",
     examples=[
         example("tree", "fgrep . /lines",
                 prints=""),
         example("tree", "fgrep ee /lines",
                 prints="three"),
     ])

call("fgrepi",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Return the lines that contain a text, in any case",
     doc="""\
As `grep` with `fixed` and `insensitive` true.""",
     examples=[
         example("tree", "fgrepi EE /lines",
                 prints="three"),
     ])

call("file",
     [DevOrPath("path")], RString("description"),
     since="1.9.1", impl="fileops",
     brief="Guess what a file or device holds",
     doc="""\
Returns the description that file(1) gives, looking into compressed
contents and into devices but without following a symbolic link.  For
anything but regular files and devices a fixed word such as "directory" is
returned.  The text is for people; programs should look at the content
themselves.""",
     examples=[
         example("tree", "file /hello",
                 prints="ASCII text"),
         example("tree", "file /empty",
                 prints="empty"),
         example("tree", "file /link",
                 prints="symbolic link"),
         example("tree", "file /dir",
                 prints="directory"),
         example("tree", "file /nodes/pipe",
                 prints="FIFO"),
         example("tree", "file /nodes/null",
                 prints="character device"),
         example("tree", "file /nodes/disk",
                 prints="block device"),
         example("tree", "file /dev/sda | cut -d';' -f1",
                 prints="DOS/MBR boot sector"),
         example("tree", "file /dev/sda1 | cut -c-35",
                 prints="Linux rev 1.0 ext4 filesystem data,"),
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "file /a.gz | cut -c-10",
                 prints="ASCII text"),
         example("tree", "file /nope",
                 error="lstat: /nope: No such file or directory", errno="ENOENT"),
     ])

call("fill",
     [Int("c"), Int("len"), Pathname("path")], RErr,
     since="1.0.79", impl="fileops", progress=True,
     brief="Write a file that repeats one byte",
     doc="""\
Writes `len` copies of the byte `c` to the start of `path`, which is made if
it does not exist; what a longer file holds behind them stays.
`c` must be between 0 and 255 and `len` not negative.  For a file of zeroes
that takes no space use `truncate_size`; to repeat more than one byte,
`fill_pattern`.  The call can take long and sends progress events.""",
     examples=[
         example("fs", "fill 0x41 5 /f", "cat /f", prints="AAAAA"),
         example("fs", "write /f abcdef", "fill 0x2d 3 /f", "cat /f", prints="---def"),
         example("fs", "fill 256 1 /f", error="256: byte number must be in range 0..255"),
         example("fs", "fill 0 -1 /f", error="-1: length is < 0"),
     ])

call("fill_pattern",
     [String("pattern"), Int("len"), Pathname("path")], RErr,
     since="1.3.12", impl="fileops", progress=True,
     brief="Write a file that repeats a text",
     doc="""\
Writes `pattern`, repeated until there are `len` bytes, to the start of
`path`, which is made if it does not exist; what a longer file holds behind
them stays.  The last repetition is cut off if it does not fit.
`pattern` must not be empty.  The call can take long and sends progress
events.""",
     examples=[
         example("fs", "fill-pattern abc 10 /f", "cat /f", prints="abcabcabca"),
         example("fs", "fill-pattern \"\" 10 /f", error="pattern string must be non-empty"),
         example("fs", "mkdir /d", "fill-pattern abc 10 /d", error="open: /d: Is a directory",
                 errno="EISDIR"),
     ])

call("grep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     opts=[OBool("extended"), OBool("fixed"), OBool("insensitive"),
           OBool("compressed")],
     opts_suffix=True, since="1.0.66", impl="fileops",
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
  fly.""",
     examples=[
         example("tree", "grep alpha /words",
                 prints="alpha\nalphabet"),
         example("tree", "grep '^b' /words insensitive:true",
                 prints="Beta\nbeta blocker"),
         example("tree", "grep 'x|t$' /lines extended:true",
                 prints="six\neight"),
         example("tree", "grep '^' /empty",
                 prints=""),
         example("tree", "grep end /noeol",
                 prints="no newline at the end"),
         example("tree", "grep . /lines fixed:true",
                 prints=""),
         example("tree", "grep -- /lines",
                 prints=""),
         example("tree", "grep a /nul",
                 prints="a"),
         example("tree", "grep [ /lines",
                 error="[: grep: Invalid regular expression"),
         example("tree", "grep a /lines extended:true fixed:true",
                 error="can't use 'extended' and 'fixed' flags at the same time", errno="EINVAL"),
         example("tree", "grep a /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "grep a /dir",
                 error="/dir: Is a directory", errno="EISDIR"),
         example("tree", "grep a /nodes/pipe",
                 error="/nodes/pipe: is a FIFO", errno="EINVAL"),
         example("tree", "!seq 1000 | gzip >n.gz", "upload n.gz /n.gz", "grep '^99.$' /n.gz compressed:true",
                 prints="990\n991\n992\n993\n994\n995\n996\n997\n998\n999"),
         example("tree", "!seq 200000 >n", "upload n /n", "grep 99999 /n",
                 prints="99999\n199999"),
     ])

call("grepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Return the lines that match, in any case",
     doc="""\
As `grep` with `insensitive` true.""",
     examples=[
         example("tree", "grepi BETA /words",
                 prints="Beta\nbeta blocker"),
     ])

call("head",
     [Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the first ten lines of a file",
     doc="""\
Returns up to ten lines from the start of `path`, without their newlines.
A shorter file gives fewer lines.""",
     examples=[
         example("tree", "head /lines",
                 prints="one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten"),
         example("tree", "head /hello", prints="hello, world"),
         example("tree", "head /nope", error="head: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("head_n",
     [Int("nrlines"), Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the first lines of a file",
     doc="""\
Returns up to `nrlines` lines from the start of `path`, without their
newlines.  With a negative number all lines but the last -`nrlines` are
returned, and with 0 none.""",
     examples=[
         example("tree", "head-n 2 /lines", prints="one\ntwo"),
         example("tree", "head-n -10 /lines", prints="one\ntwo"),
         example("tree", "head-n 0 /lines", prints=""),
         example("tree", "head-n 3 /dir", error="/dir: Is a directory", errno="EISDIR"),
     ])

call("hexdump",
     [Pathname("path")], RString("dump"),
     since="1.0.22", impl="fileops",
     brief="Return a dump of a file in hexadecimal",
     doc="""\
Returns the bytes of `path` as hexadecimal numbers with the printable
characters beside them, sixteen per line.  Only useful for small files.""",
     examples=[
         example("tree", "hexdump /hello",
                 prints="00000000  68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a           |hello, world.|\n0000000d\n"),
         example("tree", "hexdump /zeros",
                 prints="00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00019000\n"),
         example("tree", "hexdump /empty",
                 prints=""),
         example("tree", "hexdump /dir",
                 error="/dir: Is a directory", errno="EISDIR"),
     ])

call("pread",
     [Pathname("path"), Int("count"), Int64("offset")], RBufferOut("content"),
     since="1.0.77", impl="fileops",
     brief="Read a part of a file",
     doc="""\
Reads up to `count` bytes of `path`, beginning at byte `offset`.  Fewer
bytes are returned where the file ends, and an empty buffer beyond its end;
nothing else makes the answer short.  `count` and `offset` must not be
negative.""",
     examples=[
         example("tree", "pread /abc 5 100", prints="bcabc"),
         example("tree", "pread /hello 100 7", prints="world"),
         example("tree", "pread /hello 5 1000", prints=""),
         example("tree", "pread /hello -1 0", error="count is negative"),
         example("tree", "pread /hello 1 -1", error="offset is negative"),
         example("tree", "pread /nope 1 0", error="open: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("pwrite",
     [Pathname("path"), BufferIn("content"), Int64("offset")], RInt("nbytes"),
     since="1.3.14", impl="fileops",
     brief="Write into a file at an offset",
     doc="""\
Writes the bytes of `content` to the existing file `path`, beginning at
byte `offset`, and returns how many were written.  The number may be
smaller than asked for, for instance on a full filesystem; check it and go
on from there.  The file is not truncated, and grows if needed.""",
     examples=[
         example("tree", "pwrite /hello ++ 5", prints="2"),
         example("tree", "pwrite /hello WORLD 7", "cat /hello", prints="hello, WORLD"),
         example("tree", "pwrite /empty x 3", "filesize /empty", prints="4"),
         example("tree", "pwrite /hello x -1", error="offset is negative"),
         example("tree", "pwrite /nope x 0", error="open: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("read_file",
     [Pathname("path")], RBufferOut("content"),
     error_as="download",
     since="1.0.63", impl="fileops",
     brief="Return the contents of a file as bytes",
     doc="""\
Returns everything in `path` with its length, so that any bytes can be
read; the caller frees the buffer.  The file must fit into memory.
Directories are refused.  For files that are too large for that use
`download`.""",
     examples=[
         example("tree", "read-file /noeol", prints="no newline at the end"),
         example("tree", "read-file /empty", prints=""),
         example("tree", "read-file /abc | wc -c", prints="300000"),
         example("tree", "read-file /nope", error="download: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "read-file /loop", error="/loop: Too many levels of symbolic links",
                 errno="ELOOP"),
     ])

call("read_lines",
     [Pathname("path")], RStringList("lines"),
     error_as="download",
     since="0.0.7", impl="fileops",
     brief="Return the lines of a file",
     doc="""\
Splits `path` into lines, which may end in LF or CRLF, and returns them
without these; the last line need not have an end.  Lines with NUL bytes
are cut there, so it is for text files only.""",
     examples=[
         example("tree", "read-lines /blanks", prints="\n\n a \n\tb"),
         example("fs", "write /f \"a\\r\\nb\\r\\n\\nc\"", "read-lines /f", prints="a\nb\n\nc"),
         example("tree", "read-lines /nope", error="download: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("strings",
     [Pathname("path")], RStringList("stringsout"),
     since="1.0.22", impl="fileops",
     brief="Return the printable texts in a file",
     doc="""\
Returns all sequences of four or more printable characters in `path`.""",
     examples=[
         example("tree", "strings /words",
                 prints="alpha\nBeta\ngamma\nalphabet\nbeta blocker"),
         example("tree", "strings /nul",
                 prints=""),
         example("tree", "strings /dir",
                 error="/dir: Is a directory", errno="EISDIR"),
         example("tree", "strings /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("strings_e",
     [String("encoding"), Pathname("path")], RStringList("stringsout"),
     since="1.0.22", impl="fileops",
     brief="Return the printable texts in a file, by encoding",
     doc="""\
As `strings`, for texts in another encoding.  `encoding` is one letter: "s"
for 7-bit characters, "S" for 8-bit, "b" and "l" for 16-bit big and little
endian, "B" and "L" for 32-bit.""",
     examples=[
         example("tree", "!printf 'x\\000h\\000e\\000l\\000l\\000o' >w", "upload w /w", "strings-e b /w",
                 prints="hello"),
         example("tree", "!printf 'h\\000e\\000l\\000l\\000o\\000' >w", "upload w /w", "strings-e l /w",
                 prints="hello"),
         example("tree", "!printf 'h\\000\\000\\000e\\000\\000\\000l\\000\\000\\000l\\000\\000\\000' >w", "upload w /w", "strings-e L /w",
                 prints="hell"),
         example("tree", "strings-e S /latin | od -An -tx1",
                 prints=" 63 61 66 e9 0a"),
         example("tree", "strings-e q /words",
                 error="q: invalid encoding", errno="EINVAL"),
     ])

call("tail",
     [Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the last ten lines of a file",
     doc="""\
Returns up to ten lines from the end of `path`, without their newlines.""",
     examples=[
         example("tree", "tail /lines",
                 prints="three\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve"),
         example("tree", "tail /noeol", prints="no newline at the end"),
         example("tree", "tail /nope", error="tail: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("tail_n",
     [Int("nrlines"), Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops",
     brief="Return the last lines of a file",
     doc="""\
Returns up to `nrlines` lines from the end of `path`, without their
newlines.  With a negative number the lines beginning with line -`nrlines`
are returned (-1 is the whole file), and with 0 none.""",
     examples=[
         example("tree", "tail-n 2 /lines", prints="eleven\ntwelve"),
         example("tree", "tail-n -11 /lines", prints="eleven\ntwelve"),
         example("tree", "tail-n 0 /lines", prints=""),
         example("tree", "tail-n 100 /words | wc -l", prints="6"),
     ])

call("truncate",
     [Pathname("path")], RErr,
     since="1.0.77", impl="fileops",
     brief="Make a file empty",
     doc="""\
Cuts the file `path` to no bytes.  It must exist: `touch` or `write` make
one.""",
     examples=[
         example("tree", "truncate /hello", "filesize /hello", prints="0"),
         example("tree", "truncate /nope", error="open: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "truncate /dir", error="open: /dir: Is a directory", errno="EISDIR"),
     ])

call("truncate_size",
     [Pathname("path"), Int64("size")], RErr,
     since="1.0.77", impl="fileops",
     brief="Set the size of a file",
     doc="""\
Makes the file `path` exactly `size` bytes long: what is beyond is lost,
what is missing reads as zeroes and takes no space.  The file must exist,
and `size` must not be negative.  To have the space allocated use
`fallocate64`.""",
     examples=[
         example("tree", "truncate-size /hello 5", "cat /hello", prints="hello"),
         example("tree", "truncate-size /empty 1000000000000", "filesize /empty",
                 prints="1000000000000"),
         example("tree", "truncate-size /hello -1", error="ftruncate: /hello: Invalid argument",
                 errno="EINVAL"),
         example("tree", "truncate-size /nope 1", error="open: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("wc_c",
     [Pathname("path")], RInt("chars"),
     since="1.0.54", impl="fileops",
     brief="Count the bytes of a file",
     doc="""\
Returns the number of characters (bytes) in `path`.""",
     examples=[
         example("tree", "wc-c /hello",
                 prints="13"),
         example("tree", "wc-c /zeros",
                 prints="102400"),
     ])

call("wc_l",
     [Pathname("path")], RInt("lines"),
     since="1.0.54", impl="fileops",
     brief="Count the lines of a file",
     doc="""\
Returns the number of newlines in `path`.""",
     examples=[
         example("tree", "wc-l /lines",
                 prints="12"),
         example("tree", "wc-l /noeol",
                 prints="0"),
         example("tree", "wc-l /dir",
                 error="Is a directory", errno="EISDIR"),
         example("tree", "wc-l /nope",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("wc_w",
     [Pathname("path")], RInt("words"),
     since="1.0.54", impl="fileops",
     brief="Count the words of a file",
     doc="""\
Returns the number of words, divided by white space, in `path`.""",
     examples=[
         example("tree", "wc-w /words",
                 prints="6"),
         example("tree", "wc-w /noeol",
                 prints="5"),
         example("tree", "wc-w /zeros",
                 prints="0"),
     ])

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
place: if the disk is full in between, the old ones are lost, and a file
that the call has made is removed again.""",
     examples=[
         example("fs", "write /f text", "cat /f", prints="text"),
         example("tree", "write /hello short", "cat /link", prints="short"),
         example("tree", "write /dangling text", "cat /nowhere", prints="text"),
         example("tree", "chmod 0600 /hello", "write /hello x", "stat /hello | grep mode",
                 prints="mode: 33152"),
         example("tree", "write /nope/f x", error="open: /nope/f: No such file or directory",
                 errno="ENOENT"),
         example("tree", "write /dir x", error="open: /dir: Is a directory", errno="EISDIR"),
         example("tree", "write /up x", error="open: /up: No such file or directory",
                 errno="ENOENT"),
         example("tree", "write /nodes/pipe x", error="is a FIFO, not a regular file"),
     ])

call("write_append",
     [Pathname("path"), BufferIn("content")], RErr,
     error_as="internal_write_append",
     since="1.11.18", impl="fileops",
     brief="Append to a file",
     doc="""\
Writes the bytes of `content` at the end of the file `path`, which is made
if it does not exist.""",
     examples=[
         example("tree", "write-append /noeol \", and more\"", "cat /noeol",
                 prints="no newline at the end, and more"),
         example("fs", "write-append /new text", "cat /new", prints="text"),
         example("tree", "write-append /dir x", error="open: /dir: Is a directory", errno="EISDIR"),
     ])

call("write_file",
     [Pathname("path"), String("content"), Int("size")], RErr,
     since="0.0.8", impl="fileops", deprecated=True, deprecated_by="write",
     brief="Make a file with the given contents",
     doc="""\
As `write`, for programs that have the text in a C string.  `size` is the
number of bytes of `content`; 0 stands for the length of the string, so an
empty file must be made with "" in any case.""",
     examples=[
         example("fs", "write-file /f abcdef 3", "cat /f", prints="abc"),
         example("fs", "write-file /f abcdef 0", "cat /f", prints="abcdef"),
         example("fs", "write-file /f abc 4", error="size parameter is larger than string content"),
         example("fs", "write-file /f abc -1", error="size cannot be negative"),
     ])

call("zegrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for an extended expression",
     doc="""\
As `grep` with `compressed` and `extended` true.""",
     examples=[
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "zegrep 'b|x' /a.gz",
                 prints="abc"),
     ])

call("zegrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for an extended expression, in any case",
     doc="""\
As `grep` with `compressed`, `extended` and `insensitive` true.""",
     examples=[
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "zegrepi 'B|X' /a.gz",
                 prints="abc"),
     ])

call("zfgrep",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for a text",
     doc="""\
As `grep` with `compressed` and `fixed` true.""",
     examples=[
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "zfgrep 'bc' /a.gz",
                 prints="abc"),
     ])

call("zfgrepi",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file for a text, in any case",
     doc="""\
As `grep` with `compressed`, `fixed` and `insensitive` true.""",
     examples=[
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "zfgrepi 'BC' /a.gz",
                 prints="abc"),
     ])

call("zfile",
     [String("meth"), Pathname("path")], RString("description"),
     since="1.0.59", impl="fileops", deprecated=True, deprecated_by="file",
     brief="Guess what a compressed file holds",
     doc="""\
As `file` for the contents of `path` after unpacking; `meth` is "gzip",
"compress" or "bzip2".  `file` looks into compressed files by itself.""",
     examples=[
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "zfile gzip /a.gz",
                 prints="ASCII text"),
         example("tree", "zfile zip /hello",
                 error="unknown method", errno="EINVAL"),
     ])

call("zgrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file",
     doc="""\
As `grep` with `compressed` true.""",
     examples=[
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "zgrep '^ab' /a.gz",
                 prints="abc"),
     ])

call("zgrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", impl="fileops", deprecated=True, deprecated_by="grep",
     brief="Search a gzip file, in any case",
     doc="""\
As `grep` with `compressed` and `insensitive` true.""",
     examples=[
         example("tree", "!echo abc | gzip >a.gz", "upload a.gz /a.gz", "zgrepi '^AB' /a.gz",
                 prints="abc"),
     ])
