# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names of files: links, moves, copies, removal, special nodes."""

from model import (
    call, example, group, FilenameList, Int, OBool, OInt64, OString, Pathname, RErr,
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
made; it is an error if another part is missing, or is "." or "..".  Where
several entries match, the one that is spelled as in `path` wins, else the
first in the order of bytes.  `path` must use slashes, and symbolic links
are not resolved in the answer.""",
     examples=[
         example("tree", "case-sensitive-path /case/FOLDER/file.txt",
                 prints="/Case/Folder/File.TXT"),
         example("tree", "case-sensitive-path /CASE/new", prints="/Case/new"),
         example("tree", "case-sensitive-path /CASE/nope/x", error="nope: not found"),
         example("tree", "case-sensitive-path /case/../hello",
                 error="path contained . or .. elements"),
     ])

call("copy_file_to_file",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", impl="fileops", progress=True,
     brief="Copy a part of one file into another",
     doc="""\
Copies from `src` to `dest`; the destination is made if needed, and
truncated only if it is made by this call or no other option speaks against
it.

Optional arguments:

- `srcoffset`, `destoffset`: where to begin in the source and destination.
- `size`: how many bytes; by default all up to the end of the source.
- `sparse`: blocks of zeroes are not written but left as holes.
- `append`: write at the end of the destination.""",
     examples=[
         example("tree", "copy-file-to-file /hello /new", "cat /new",
                 prints="hello, world\n"),
         # What was there is gone, also before destoffset.
         example("tree", "copy-file-to-file /hello /noeol srcoffset:7 destoffset:3 size:5",
                 "hexdump /noeol | head -n1", prints="00000000  00 00 00 77 6f 72 6c 64                           |...world|"),
         example("tree", "copy-file-to-file /hello /lines", "cat /lines", prints="hello, world"),
         example("tree", "copy-file-to-file /hello /empty append:true", "copy-file-to-file /noeol /empty append:true", "cat /empty",
                 prints="hello, world\nno newline at the end"),
         example("tree", "copy-file-to-file /zeros /holes sparse:true", "du /holes",
                 prints="0"),
         example("tree", "copy-file-to-file /zeros /holes sparse:true", "filesize /holes",
                 prints="102400"),
         example("tree", "copy-file-to-file /hello /new size:100",
                 error="/hello: input too short: 13 bytes"),
         # What was there stays when nothing can be copied.
         example("tree", "-copy-file-to-file /hello /noeol size:100", "cat /noeol", prints="no newline at the end"),
         example("tree", "-copy-file-to-file /hello /new size:100", "exists /new",
                 prints="false"),
         example("tree", "copy-file-to-file /hello /new size:-2",
                 error="size is negative", errno="EINVAL"),
         example("tree", "copy-file-to-file /dir /new",
                 error="/dir: Is a directory", errno="EISDIR"),
         example("tree", "copy-file-to-file /nodes/null /new",
                 error="/nodes/null: is a character device"),
     ])

call("cp",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops",
     brief="Copy a file",
     doc="""\
Copies the file `src` to `dest`, which is a new file name, or a directory
into which the copy is put under the same name.  An existing file is
overwritten.  Owner, times and extended attributes are not copied, see
`cp_a`.  Directories are refused, see `cp_r`.""",
     examples=[
         example("tree", "cp /hello /copy", "cat /copy", prints="hello, world"),
         example("tree", "cp /link /copy", "is-file /copy", prints="true"),
         example("tree", "cp /hello /dir", "cat /dir/hello", prints="hello, world"),
         example("tree", "cp /owned/secret /copy", "stat /copy | grep -E 'mode|uid'",
                 prints="mode: 33152\nuid: 0"),
         example("tree", "cp /dir /copy", error="/dir: is a directory", errno="EISDIR"),
         example("tree", "cp /nope /copy", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "cp /hello /hello", error="are the same file"),
         example("tree", "cp /hello /dangling",
                 error="/dangling: not writing through a dangling symlink"),
     ])

call("cp_a",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops",
     brief="Copy a file or a tree with all its attributes",
     doc="""\
Copies `src`, and all below it when it is a directory, to `dest`; owner,
mode, times, extended attributes, hard links and holes are kept, and
symbolic links are copied as links.  If `dest` is a directory the copy is
put into it.""",
     examples=[
         # A link is not put in the place of what it leads to.
         example("tree", "cp-a /link /hello", error="/link and /hello are the same file", errno="EINVAL"),
         example("tree", "cp-a /dir /copy", "find /copy",
                 prints="/.hidden\n/a\n/b\n/back\n/sub\n/sub/deep\n/sub/empty"),
         example("tree", "cp-a /owned/secret /copy",
                 "statns /copy | grep -E 'mode|uid|gid|mtime_sec'",
                 prints="st_mode: 33152\nst_uid: 1000\nst_gid: 100\nst_mtime_sec: 1577934245"),
         example("tree", "mkdir /d", "ln /hard1 /d/x", "ln /hard1 /d/y", "cp-a /d /e",
                 "lstat /e/x | grep nlink", prints="nlink: 2"),
         example("tree", "cp-a /link /copy", "readlink /copy", prints="hello"),
         example("tree", "cp-a /nodes /copy", "ll /copy | tail -n 4 | tr -s ' '",
                 prints="brw-rw---- 1 0 6 8, 0 Jan 2 2020 disk\n"
                 "crw-rw-rw- 1 0 0 1, 3 Jan 2 2020 null\n"
                 "prw------- 1 0 0 0 Jan 2 2020 pipe"),
         example("tree", "cp-a /dir /dir/sub", error="cannot copy /dir into itself, /dir/sub/dir"),
         example("tree", "cp-a /nope /copy", error="/nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("cp_r",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.21.38", impl="fileops",
     brief="Copy a file or a tree",
     doc="""\
Copies `src`, and all below it when it is a directory, to `dest`.  Modes of
new files are those of the source as far as the umask allows; owner and
times are not copied, see `cp_a`.  If `dest` is a directory the copy is put
into it.""",
     examples=[
         example("tree", "cp-r /dir /copy", "find /copy",
                 prints="/.hidden\n/a\n/b\n/back\n/sub\n/sub/deep\n/sub/empty"),
         example("tree", "cp-r /dir /names", "cat /names/dir/sub/deep", prints="deep"),
         example("tree", "cp-r /owned /copy", "stat /copy/secret | grep uid", prints="uid: 0"),
         example("tree", "cp-r /dir /hello", error="/hello: is no directory, /dir is one",
                 errno="ENOTDIR"),
         example("tree", "cp-r /nope /copy", error="/nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("ln",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a hard link",
     doc="""\
Makes `linkname` another name of the existing file `target`.  Both must be
on the same filesystem.  Fails if `linkname` exists already, see `ln_f`.""",
     examples=[
         example("tree", "ln /hello /other", "lstat /other | grep nlink", prints="nlink: 2"),
         example("tree", "ln /link /other", "is-symlink /other", prints="true"),
         example("tree", "ln /hello /words", error="link: /hello: /words: File exists",
                 errno="EEXIST"),
         example("tree", "ln /nope /x", error="link: /nope: /x: No such file or directory",
                 errno="ENOENT"),
         example("tree", "ln /dir /x", error="link: /dir: /x: Operation not permitted",
                 errno="EPERM"),
     ])

call("ln_f",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a hard link, replacing what is there",
     doc="""\
As `ln`, but a file that exists at `linkname` is removed first.""",
     examples=[
         example("tree", "ln-f /dir /dir/", error="link: /dir: /dir/: File exists", errno="EEXIST"),
         example("tree", "ln-f /hello /words", "cat /words", prints="hello, world"),
         example("tree", "ln-f /hello /hello", "cat /hello", prints="hello, world"),
         example("tree", "ln-f /nope /x", error="link: /nope: /x: No such file or directory",
                 errno="ENOENT"),
     ])

call("ln_s",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a symbolic link",
     doc="""\
Makes the symbolic link `linkname`, with the text `target`.  The text is
stored as it is: it may be relative to the link's own directory and need
not lead anywhere.  An absolute one means a path in the guest.  Fails if
`linkname` exists already, see `ln_sf`.""",
     examples=[
         example("tree", "ln-s hello /new", "readlink /new", prints="hello"),
         example("tree", "ln-s \"any text\" /new", "readlink /new", prints="any text"),
         example("tree", "ln-s hello /words", error="ln -s: hello: /words: File exists",
                 errno="EEXIST"),
         example("tree", "ln-s x /nope/l", error="ln -s: x: /nope/l: No such file or directory",
                 errno="ENOENT"),
     ])

call("ln_sf",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops",
     brief="Make a symbolic link, replacing what is there",
     doc="""\
As `ln_s`, but a file or link that exists at `linkname` is removed first.
If `linkname` is a directory, the link is made inside it.""",
     examples=[
         example("tree", "ln-sf hello /words", "readlink /words", prints="hello"),
         example("tree", "ln-sf ../hello /dir", "readlink /dir/hello", prints="../hello"),
         example("tree", "ln-sf x /nope/l", error="ln -sf: x: /nope/l: No such file or directory",
                 errno="ENOENT"),
     ])

call("mkfifo",
     [Int("mode"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod",
     brief="Make a named pipe",
     doc="""\
Makes a FIFO at `path`.  `mode` gives its permission bits, less the umask.
Fails if something is there already.""",
     examples=[
         example("fs", "mkfifo 0600 /p", "ll /p | cut -c1-10", prints="prw-------"),
         example("fs", "mkfifo 010644 /p", error="mode must specify only file permission bits"),
         example("tree", "mkfifo 0600 /dir", error="/dir: File exists", errno="EEXIST"),
     ])

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
guest: this session never opens it as a device.""",
     examples=[
         example("fs", "mknod 060640 8 17 /b", "lstat /b | grep -E 'mode|rdev'",
                 prints="mode: 24992\nrdev: 2065"),
         example("fs", "mknod -1 0 0 /x", error="/x: mode is negative"),
         example("fs", "mknod 020600 -1 0 /x", error="/x: Invalid argument", errno="EINVAL"),
     ])

call("mknod_b",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod",
     brief="Make a block device node",
     doc="""\
As `mknod`; the kind is block device and `mode` holds permission bits only.""",
     examples=[
         example("fs", "mknod-b 0660 8 17 /b", "is-blockdev /b", prints="true"),
         example("fs", "mknod-b 060660 8 17 /b",
                 error="60660: mode must specify only file permission bits"),
     ])

call("mknod_c",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod",
     brief="Make a character device node",
     doc="""\
As `mknod`; the kind is character device and `mode` holds permission bits
only.""",
     examples=[
         example("fs", "mknod-c 0644 1 3 /c", "ll /c | cut -c1-21",
                 prints="crw-r--r-- 1 0 0 1, 3"),
         example("tree", "mknod-c 0666 1 3 /hello", error="/hello: File exists", errno="EEXIST"),
     ])

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

- `suffix`: text that is put after the replaced letters, such as ".txt".""",
     examples=[
         example("fs", "mktemp /tmpXXXXXX | sed 's/......$//'", prints="/tmp"),
         example("fs", "mktemp /tmpXXXXXX suffix:.txt | sed 's/......[.]/./'", prints="/tmp.txt"),
         example("fs", "mktemp /tmp.txt suffix:.txt", error="template /tmp.txt must end in X"),
         example("fs", "mktemp /tmp", error="/tmp: Invalid argument", errno="EINVAL"),
     ])

call("mv",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops",
     brief="Move a file or directory",
     doc="""\
Moves `src` to `dest`, which is a new name, or a directory into which it is
put under its old name.  Works between filesystems, by copying and
removing.  A file that exists at the destination is overwritten.  To have
exactly what rename(2) does use `rename`.""",
     examples=[
         example("tree", "mv /hello /hi", "cat /hi", prints="hello, world"),
         example("tree", "mv /hello /dir", "cat /dir/hello", prints="hello, world"),
         example("tree", "mv /dir /moved", "ls /moved/sub", prints="deep\nempty"),
         example("tree", "mv /nope /x", error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "mv /dir /dir/sub", error="cannot move /dir into itself"),
         example("tree", "mv /dir /hello", error="/dir: /hello: Not a directory", errno="ENOTDIR"),
         example("tree", "mv /hello /hello", error="are the same file"),
     ])

call("readlink",
     [Pathname("path")], RString("link"),
     since="1.0.66", impl="fileops",
     brief="Return the text of a symbolic link",
     doc="""\
Returns what the link `path` holds, as it was stored; the text may be
relative and lead nowhere.  Fails if `path` is not a symbolic link.""",
     examples=[
         example("tree", "readlink /link", prints="hello"),
         example("tree", "readlink /up", prints="../../../../../../etc/hostname"),
         example("tree", "readlink /hello", error="readlink: /hello: Invalid argument",
                 errno="EINVAL"),
         example("tree", "readlink /nope", error="readlink: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("readlinklist",
     [Pathname("path"), FilenameList("names")], RStringList("links"),
     error_as="internal_readlinklist",
     since="1.0.77", impl="fileops",
     brief="Return the texts of many links of one directory",
     doc="""\
Does `readlink` for each of `names`, which are single names inside the
directory `path`, and returns the answers in the same order.  For a name
that is no symbolic link, or cannot be read, the answer is an empty string.
A list of any length may be given.""",
     examples=[
         example("tree", "readlinklist / \"link hello dangling nope\"",
                 prints="hello\n\nnowhere\n"),
         example("tree", "readlinklist /nope a", error="open: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("realpath",
     [Pathname("path")], RString("rpath"),
     since="1.0.66", impl="fileops",
     brief="Return a path without links and dots",
     doc="""\
Resolves all symbolic links in `path`, inside the guest, and all "." and
"..", and returns the absolute path.  Everything on the path must exist.""",
     examples=[
         example("tree", "realpath /dirlink/../dirlink//sub/./deep", prints="/dir/sub/deep"),
         example("tree", "realpath /../..", prints="/"),
         example("tree", "realpath /nope", error="realpath: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "realpath /loop",
                 error="realpath: /loop: Too many levels of symbolic links", errno="ELOOP"),
         example("tree", "realpath /up", error="realpath: /up: No such file or directory",
                 errno="ENOENT"),
     ])

call("rename",
     [Pathname("oldpath"), Pathname("newpath")], RErr,
     since="1.21.5", impl="fileops",
     brief="Rename a file in its filesystem",
     doc="""\
Does what rename(2) does: `oldpath` gets the name `newpath`, atomically
replacing a file (or empty directory) that has it.  Both must be on the
same filesystem, and `newpath` is never taken as a directory to put things
into; use `mv` for that.""",
     examples=[
         example("tree", "rename /hello /hi", "cat /hi", prints="hello, world"),
         example("tree", "rename /hello /words", "cat /words", prints="hello, world"),
         example("tree", "rename /nope /x", error="rename: /nope: /x: No such file or directory",
                 errno="ENOENT"),
         example("tree", "rename /hello /dir", error="rename: /hello: /dir: Is a directory",
                 errno="EISDIR"),
         example("tree", "rename /dir /names", error="rename: /dir: /names: Directory not empty",
                 errno="ENOTEMPTY"),
     ])

call("rm",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Remove a file",
     doc="""\
Removes the single file, link or node `path`.  Directories are refused, see
`rmdir` and `rm_rf`, and it is an error if there is nothing to remove.""",
     examples=[
         example("tree", "rm /hello", "exists /hello", prints="false"),
         example("tree", "rm /link", "exists /hello", prints="true"),
         example("tree", "rm /nope", error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "rm /dir", error="/dir: Is a directory", errno="EISDIR"),
         example("tree", "rm /hello/", error="/hello/: Not a directory", errno="ENOTDIR"),
     ])

call("rm_f",
     [Pathname("path")], RErr,
     since="1.19.42", impl="fileops",
     brief="Remove a file if it exists",
     doc="""\
As `rm`, but without an error if there is nothing at `path`.  Directories
are refused all the same.""",
     examples=[
         example("tree", "rm-f /hello", "exists /hello", prints="false"),
         example("tree", "rm-f /nope"),
         example("tree", "rm-f /dir", error="/dir: Is a directory", errno="EISDIR"),
     ])

call("rm_rf",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Remove a file or a whole tree",
     doc="""\
Removes `path` and, when it is a directory, everything below it.  It is no
error if nothing is there.  Symbolic links are removed and never followed,
and other filesystems that are mounted below are emptied too but stay
mounted, which makes the call fail in the end.  After a failure the rest is
removed all the same.""",
     examples=[
         example("tree", "rm-rf /dir", "exists /dir", prints="false"),
         example("tree", "rm-rf /dirlink", "exists /dir/sub/deep", prints="true"),
         example("tree", "rm-rf /nope/nope"),
         example("tree", "rm-rf /link/", "exists /link", prints="true"),
         example("tree", "rm-rf /nodes", "exists /nodes", prints="false"),
         example("tree", "rm-rf /", error="cannot remove root directory"),
         example("tree", "rm-rf /dir/.", error="/dir/.: refusing to remove '.' or '..' directory"),
     ])
