# SPDX-License-Identifier: LGPL-3.0-or-later
"""Directories: making them, listing them, walking them."""

from model import (
    call, example, group, FileOut, Int, OBool, Pathname, RErr, RInt64, RString,
    RStringList, RStructList)

group("directories")

call("du",
     [Pathname("path")], RInt64("sizekb"),
     since="1.0.54", impl="fileops", progress=True,
     brief="Return the space used by a tree, in KiB",
     doc="""\
Adds up the disk space that `path`, and all below it when it is a
directory, takes, in units of 1024 bytes.  Files with several hard links
count once.  The call can take long and sends progress events.""",
     examples=[
         example("tree", "du /empty", prints="0"),
         example("tree", "du /abc", prints="296"),
         example("tree", "du /dir", prints="28"),
         example("tree", "du /nope", error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("find",
     [Pathname("directory")], RStringList("names"),
     error_as="find0",
     since="1.0.27", impl="fileops",
     brief="List everything below a directory",
     doc="""\
Returns the names of all files, directories and other things below
`directory`, sorted.  What comes back is the path with the text of
`directory` cut off: "a/b" when that ends in a slash, and "/a/b" when it
does not.  The directory itself is not in the list.  If it is a symbolic
link it is followed; symbolic links below it are listed and not followed; other filesystems mounted below are entered.  It is an error if
`directory` is not a directory.  For very large trees `find0` needs less
memory.""",
     examples=[
         example("tree", "find /dir/", prints=".hidden\na\nb\nback\nsub\nsub/deep\nsub/empty"),
         example("tree", "find /dir",
                 prints="/.hidden\n/a\n/b\n/back\n/sub\n/sub/deep\n/sub/empty"),
         example("fs", "mkdir-p /a/b", "touch /a/b/c", "find /",
                 prints="a\na/b\na/b/c\nlost+found"),
         example("tree", "find /hello", error="find0: /hello: not a directory"),
         example("tree", "find /nope", error="find0: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("find0",
     [Pathname("directory"), FileOut("files")], RErr,
     since="1.0.74", impl="fileops", cancellable=True,
     brief="Write the names of everything below a directory to a file",
     doc="""\
As `find`, but the names go into the host file `files`, each followed by a
NUL byte, in no order.  There is no limit to their number.  The call can be
cancelled.""",
     examples=[
         example("tree", "find0 /dir/ names", "!tr '\\0' '\\n' < names | sort",
                 prints=".hidden\na\nb\nback\nsub\nsub/deep\nsub/empty"),
         example("tree", "find0 /nope names", error="/nope: No such file or directory",
                 errno="ENOENT"),
     ])

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
  It is, if this is left out.""",
     examples=[
         example("tree", "glob-expand /dir/*", prints="/dir/a\n/dir/b\n/dir/back\n/dir/sub/"),
         example("tree", "glob-expand /dir/* directoryslash:false",
                 prints="/dir/a\n/dir/b\n/dir/back\n/dir/sub"),
         example("tree", "glob-expand /{hello,dir}/[ab]", prints="/dir/a\n/dir/b"),
         example("tree", "glob-expand /*/sub/d*", prints="/dir/sub/deep\n/dirlink/sub/deep"),
         example("tree", "glob-expand /nope*", prints=""),
         example("tree", "glob-expand /outside/*", prints=""),
         example("tree", "glob-expand hello", error="path must start with a / character"),
     ])

call("ll",
     [Pathname("directory")], RString("listing"),
     since="0.0.4", impl="fileops",
     brief="Return the listing of a directory for people",
     doc="""\
Returns text like that of `ls -la` for `directory`: one line for each
entry, with "." and "..", mode, links, owner and group as numbers, size,
time and name.  Its form may change: programs use `readdir` and
`lstatnslist`.""",
     examples=[
         example("tree", "ll /dir | tail -n +4",
                 prints="-rw-r--r-- 1 0 0    7 Jan  2  2020 .hidden\n"
                 "-rw-r--r-- 1 0 0    2 Jan  2  2020 a\n"
                 "-rw-r--r-- 1 0 0    2 Jan  2  2020 b\n"
                 "lrwxrwxrwx 1 0 0    8 Jan  2  2020 back -> ../hello\n"
                 "drwxr-xr-x 3 0 0 4096 Jan  2  2020 sub"),
         example("tree", "ll /nodes | tail -n 4 | tr -s ' '",
                 prints="brw-rw---- 1 0 6 8, 0 Jan 2 2020 disk\n"
                 "crw-rw-rw- 1 0 0 1, 3 Jan 2 2020 null\n"
                 "prw------- 1 0 0 0 Jan 2 2020 pipe"),
         example("tree", "ll /owned/setuid",
                 prints="-rwsr-xr-x 1 0 0 10 Jan  2  2020 /owned/setuid"),
         example("tree", "ll /nope", error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("llz",
     [Pathname("directory")], RString("listing"),
     since="1.17.6", impl="fileops", deprecated=True, deprecated_by="lgetxattrs",
     brief="Return the listing of a directory with security labels",
     doc="""\
As `ll`, with the SELinux label of each entry.  Programs use `lgetxattrs`.""",
     examples=[
         example("tree", "llz /dir/sub | grep deep",
                 prints="-rw-r--r-- 1 0 0 ?    5 Jan  2  2020 deep"),
         example("tree", "lsetxattr security.selinux system_u:object_r:etc_t:s0 26"
                 " /dir/sub/deep", "llz /dir/sub | grep -E 'deep|empty' | "
                 "cut -d: -f1-4",
                 prints="-rw-r--r--. 1 0 0 system_u:object_r:etc_t:s0    5 Jan  2"
                        "  2020 deep\ndrwxr-xr-x  2 0 0 ?                         "
                        " 4096 Jan  2  2020 empty"),
         example("tree", "llz /nope", error="/nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("ls",
     [Pathname("directory")], RStringList("listing"),
     error_as="ls0",
     since="0.0.4", impl="fileops",
     brief="List the names in a directory",
     doc="""\
Returns the names of all entries of `directory`, without "." and "..",
sorted by their bytes.  Hidden names are included.  The directory may be of
any size; `ls0` writes the names to a file instead.""",
     examples=[
         example("tree", "ls /dir", prints=".hidden\na\nb\nback\nsub"),
         example("tree", "ls /dirlink", prints=".hidden\na\nb\nback\nsub"),
         example("tree", "ls /dir/sub/empty", prints=""),
         example("tree", "ls /names", prints="-dash\na blank\ngrün\nit's\nstar*"),
         example("tree", "ls /nope", error="opendir: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "ls /hello", error="opendir: /hello: Not a directory", errno="ENOTDIR"),
         example("tree", "ls /outside", error="opendir: /outside: No such file or directory",
                 errno="ENOENT"),
     ])

call("ls0",
     [Pathname("dir"), FileOut("filenames")], RErr,
     since="1.19.32", impl="fileops", cancellable=True,
     brief="Write the names in a directory to a file",
     doc="""\
As `ls`, but the names go into the host file `filenames`, each followed by
a NUL byte, in no order.""",
     examples=[
         example("tree", "ls0 /dir names", "!tr '\\0' '\\n' < names | sort",
                 prints=".hidden\na\nb\nback\nsub"),
         example("tree", "ls0 /hello names", error="opendir: /hello: Not a directory",
                 errno="ENOTDIR"),
     ])

call("mkdir",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Make a directory",
     doc="""\
Makes the directory `path`, with mode 0777 less the umask.  The directory
in which it lies must exist, and there must be nothing at `path` yet.""",
     examples=[
         example("fs", "mkdir /d", "is-dir /d", prints="true"),
         example("tree", "mkdir /dir", error="/dir: File exists", errno="EEXIST"),
         example("tree", "mkdir /dangling", error="/dangling: File exists", errno="EEXIST"),
         example("tree", "mkdir /nope/d", error="/nope/d: No such file or directory",
                 errno="ENOENT"),
         example("tree", "mkdir /hello/d", error="/hello/d: Not a directory", errno="ENOTDIR"),
     ])

call("mkdir_mode",
     [Pathname("path"), Int("mode")], RErr,
     since="1.0.77", impl="fileops",
     brief="Make a directory with the given mode",
     doc="""\
As `mkdir`, with the permission bits `mode`, less the umask.""",
     examples=[
         example("fs", "mkdir-mode /d 0700", "stat /d | grep mode", prints="mode: 16832"),
         example("fs", "mkdir-mode /d -1", error="/d: mode is negative"),
         example("tree", "mkdir-mode /dir 0700", error="/dir: File exists", errno="EEXIST"),
     ])

call("mkdir_p",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Make a directory and those that lead to it",
     doc="""\
Makes `path` and every directory above it that does not exist.  It is no
error if `path` is a directory already, but one if something else is in the
way.""",
     examples=[
         example("fs", "mkdir-p /a/b/c", "find /a", prints="/b\n/b/c"),
         example("tree", "mkdir-p /dir"),
         example("tree", "mkdir-p /dirlink/new/deep", "is-dir /dir/new/deep", prints="true"),
         example("tree", "mkdir-p /hello", error="/hello: a path element was not a directory"),
         example("tree", "mkdir-p /hello/a/b", error="/hello/a/b: Not a directory",
                 errno="ENOTDIR"),
     ])

call("mkdtemp",
     [Pathname("tmpl")], RString("dir"),
     since="1.0.54", impl="fileops",
     brief="Make a directory with a new name",
     doc="""\
`tmpl` is a path in the guest whose last part ends in XXXXXX; the letters
are replaced so that the name is new, and a directory that only root may
enter (mode 0700) is made there.  Returns its path.  Removing it, and what
was put into it, is up to the caller.""",
     examples=[
         example("fs", "mkdtemp /tmpXXXXXX | sed 's/......$//'", prints="/tmp"),
         example("fs", "mkdir /t", "mkdtemp /t/XXXXXX", "ls /t | wc -l", prints="1"),
         example("fs", "mkdtemp /tmp", error="/tmp: Invalid argument", errno="EINVAL"),
         example("fs", "mkdtemp /nope/XXXXXX", error="/nope/XXXXXX: No such file or directory",
                 errno="ENOENT"),
     ])

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
any encoding.""",
     examples=[
         example("tree", "readdir /dir/sub | grep -E 'name|ftyp' | paste -sd ' \\n' | sort",
                 prints="  ftyp: d   name: .\n  ftyp: d   name: ..\n  ftyp: d   name: empty\n"
                 "  ftyp: r   name: deep"),
         example("tree",
                 "readdir /nodes | grep -A1 ftyp | grep -E -B1 'disk|null|pipe' | grep ftyp | sort",
                 prints="  ftyp: b\n  ftyp: c\n  ftyp: f"),
         example("tree", "readdir /hello", error="opendir: /hello: Not a directory",
                 errno="ENOTDIR"),
         example("tree", "readdir /nope", error="opendir: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("rmdir",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Remove an empty directory",
     doc="""\
Removes the directory `path`.  It must be empty, see `rm_rf`.""",
     examples=[
         example("tree", "rmdir /dir/sub/empty", "ls /dir/sub", prints="deep"),
         example("tree", "rmdir /dir", error="/dir: Directory not empty", errno="ENOTEMPTY"),
         example("tree", "rmdir /hello", error="/hello: Not a directory", errno="ENOTDIR"),
         example("tree", "rmdir /nope", error="/nope: No such file or directory", errno="ENOENT"),
     ])
