# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is known about files: kind, mode, owner, times, size."""

from model import (
    call, example, group, FilenameList, Int, Int64, OBool, Pathname, RBool, RErr,
    RInt64, RStruct, RStructList)

group("files-metadata")

call("chmod",
     [Int("mode"), Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Change the mode of a file",
     doc="""\
Sets the permission bits of `path`, including set-user-id, set-group-id and
the sticky bit, to `mode`.  Symbolic links are followed.  Shells read
numbers as decimal: write 0644, with the zero, for octal.  A negative mode
is an error, and bits beyond 07777 are ignored.""",
     examples=[
         example("fs", "touch /f", "chmod 0640 /f", "stat /f | grep mode", prints="mode: 33184"),
         example("fs", "touch /f", "chmod 07777 /f", "stat /f | grep mode", prints="mode: 36863"),
         example("tree", "chmod 0600 /link", "stat /hello | grep mode", prints="mode: 33152"),
         example("tree", "chmod 0600 /nope", error="/nope: 0600: No such file or directory",
                 errno="ENOENT"),
         example("tree", "chmod -1 /hello", error="/hello: mode is negative"),
     ])

call("chown",
     [Int("owner"), Int("group"), Pathname("path")], RErr,
     since="0.0.8", impl="fileops",
     brief="Change the owner and group of a file",
     doc="""\
Sets the owner of `path` to the numeric user `owner` and the numeric group
`group`; -1 leaves one as it is.  Symbolic links are followed; `lchown`
changes the link itself.  Names are not known here: read the guest's
/etc/passwd and /etc/group for the numbers.""",
     examples=[
         example("fs", "touch /f", "chown 1000 100 /f", "stat /f | grep -E 'uid|gid'",
                 prints="uid: 1000\ngid: 100"),
         example("tree", "chown 5 -1 /link", "stat /hello | grep -E 'uid|gid'",
                 prints="uid: 5\ngid: 0"),
         example("tree", "chown 1 2 /dangling", error="/dangling: 1.2: No such file or directory",
                 errno="ENOENT"),
     ])

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
- `ownership`: user and group.""",
     examples=[
         example("tree", "touch /f", "copy-attributes /owned/secret /f all:true",
                 "stat /f | grep -E 'mode|uid|gid'", prints="mode: 33152\nuid: 1000\ngid: 100"),
         example("tree", "touch /f", "copy-attributes /owned/secret /f all:true mode:false",
                 "stat /f | grep -E 'mode|uid|gid'", prints="mode: 33188\nuid: 1000\ngid: 100"),
         example("tree", "touch /f", "copy-attributes /owned/setuid /f mode:true",
                 "stat /f | grep -E 'mode|uid'", prints="mode: 35309\nuid: 0"),
         example("tree", "touch /f", "chmod 0600 /f", "copy-attributes /owned/setuid /f",
                 "stat /f | grep mode", prints="mode: 33152"),
         example("tree", "copy-attributes /nope /hello all:true",
                 error="stat: /nope: No such file or directory", errno="ENOENT"),
         example("tree", "copy-attributes /hello /nope all:true",
                 error="stat: /nope: No such file or directory", errno="ENOENT"),
     ])

call("exists",
     [Pathname("path")], RBool("existsflag"),
     since="0.0.8", impl="fileops",
     brief="Tell whether a path exists",
     doc="""\
Returns true if there is anything at `path`: a file, a directory, a device
or any other kind.  A symbolic link is something, wherever it leads.""",
     examples=[
         example("tree", "exists /hello", prints="true"),
         example("tree", "exists /dangling", prints="true"),
         example("tree", "exists /nope", prints="false"),
         example("tree", "exists /hello/x", prints="false"),
         example("tree", "exists /outside/passwd", prints="false"),
         example("tree", "exists /../../hello", prints="true"),
         example("tree", "exists /loop/x", error="stat: /loop/x: Too many levels of symbolic links", errno="ELOOP"),
         example("tree", "exists hello", error="path must start with a / character", errno="0"),
         example("part", "exists /",
                 error="you must call 'mount' first to mount the root filesystem", errno="0"),
     ])

call("filesize",
     [Pathname("file")], RInt64("size"),
     since="1.0.82", impl="fileops",
     brief="Return the size of a file in bytes",
     doc="""\
Returns the length of the file at `path`, following symbolic links.  For
block devices use `blockdev_getsize64`; how much space a file takes on the
disk is in `statns`.""",
     examples=[
         example("tree", "filesize /hello", prints="13"),
         example("tree", "filesize /abslink", prints="13"),
         example("fs", "touch /f", "fill 1 5 /f", "filesize /f", prints="5"),
         example("tree", "filesize /nope", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "filesize /dangling", error="/dangling: No such file or directory",
                 errno="ENOENT"),
     ])

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
  By default a link is a link, and gives false.""",
     examples=[
         example("tree", "is-blockdev /nodes/disk", prints="true"),
         example("tree", "is-blockdev /nope", prints="false"),
         example("tree", "is-blockdev /dir", prints="false"),
         example("tree", "ln-s disk /nodes/l", "is-blockdev /nodes/l followsymlinks:true",
                 prints="true"),
     ])

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
  By default a link is a link, and gives false.""",
     examples=[
         example("tree", "is-chardev /nodes/null", prints="true"),
         example("tree", "is-chardev /nope", prints="false"),
         example("tree", "is-chardev /dir", prints="false"),
         example("tree", "ln-s null /nodes/l", "is-chardev /nodes/l followsymlinks:true",
                 prints="true"),
     ])

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
  By default a link is a link, and gives false.""",
     examples=[
         example("tree", "is-dir /dir", prints="true"),
         example("tree", "is-dir /nope", prints="false"),
         example("tree", "is-dir /hello", prints="false"),
         example("tree", "is-dir /dirlink", prints="false"),
         example("tree", "is-dir /dirlink followsymlinks:true", prints="true"),
         example("tree", "is-dir /dir/../dir/.", prints="true"),
     ])

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
  By default a link is a link, and gives false.""",
     examples=[
         example("tree", "is-fifo /nodes/pipe", prints="true"),
         example("tree", "is-fifo /nope", prints="false"),
         example("tree", "is-fifo /dir", prints="false"),
         example("tree", "ln-s pipe /nodes/l", "is-fifo /nodes/l", prints="false"),
     ])

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
  one.  By default a link is a link, and gives false.""",
     examples=[
         example("tree", "is-file /hello", prints="true"),
         example("tree", "is-file /nope", prints="false"),
         example("tree", "is-file /dir", prints="false"),
         example("tree", "is-file /link", prints="false"),
         example("tree", "is-file /link followsymlinks:true", prints="true"),
         example("tree", "is-file /dangling followsymlinks:true", prints="false"),
         example("tree", "is-file /hello/x", prints="false"),
         example("tree", "is-file /outside/passwd followsymlinks:true", prints="false"),
         example("tree", "is-file /loop followsymlinks:true",
                 error="stat: /loop: Too many levels of symbolic links", errno="ELOOP"),
     ])

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
  By default a link is a link, and gives false.""",
     examples=[
         example("fs", "mknod 0140644 0 0 /s", "is-socket /s", prints="true"),
         example("tree", "is-socket /hello", prints="false"),
         example("tree", "is-socket /nope", prints="false"),
     ])

call("is_symlink",
     [Pathname("path")], RBool("flag"),
     since="1.5.10", impl="fileops",
     brief="Tell whether a path is a symbolic link",
     doc="""\
Returns true if the last part of `path` is a symbolic link, wherever it
leads, and false for anything else, including a path that does not exist.""",
     examples=[
         example("tree", "is-symlink /link", prints="true"),
         example("tree", "is-symlink /dangling", prints="true"),
         example("tree", "is-symlink /hello", prints="false"),
         example("tree", "is-symlink /nope", prints="false"),
     ])

call("lchown",
     [Int("owner"), Int("group"), Pathname("path")], RErr,
     since="1.0.77", impl="fileops",
     brief="Change the owner and group of a file or link",
     doc="""\
As `chown`, but if `path` is a symbolic link the link itself gets the new
owner and group and what it leads to stays as it is.""",
     examples=[
         example("tree", "lchown 7 8 /link", "lstat /link | grep -E 'uid|gid'",
                 prints="uid: 7\ngid: 8"),
         example("tree", "lchown 7 8 /link", "lstat /hello | grep -E 'uid|gid'",
                 prints="uid: 0\ngid: 0"),
         example("tree", "lchown 1 2 /nope", error="/nope: 1.2: No such file or directory",
                 errno="ENOENT"),
     ])

call("lstat",
     [Pathname("path")], RStruct("statbuf", "stat"),
     error_as="lstatns",
     since="1.9.2", impl="fileops", deprecated=True, deprecated_by="lstatns",
     brief="Return information about a file or link",
     doc="""\
As `stat`, but about a symbolic link itself.  `lstatns` has times with
nanoseconds.""",
     examples=[
         example("tree", "lstat /link | grep -wE 'mode|size'", prints="mode: 41471\nsize: 5"),
         example("tree", "lstat /nodes/disk | grep -E 'mode|rdev'",
                 prints="mode: 25008\nrdev: 2048"),
         example("tree", "lstat /hard1 | grep nlink", prints="nlink: 2"),
         example("tree", "lstat /nope", error="lstatns: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("lstatlist",
     [Pathname("path"), FilenameList("names")],
     RStructList("statbufs", "stat"),
     error_as="internal_lstatnslist",
     since="1.0.77", impl="fileops", deprecated=True,
     deprecated_by="lstatnslist",
     brief="Return information about many files of one directory",
     doc="""\
As `lstatnslist`, with times in whole seconds.""",
     examples=[
         example("tree", "lstatlist /dir \"a nope back\" | grep -E '^  (size|ino: -1)'",
                 prints="  size: 2\n  ino: -1\n  size: 0\n  size: 8"),
         example("tree", "lstatlist /dir \"\"", prints=""),
         example("tree", "lstatlist /nope a", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "lstatlist /hello a", error="/hello: Not a directory", errno="ENOTDIR"),
     ])

call("lstatns",
     [Pathname("path")], RStruct("statbuf", "statns"),
     since="1.27.53", impl="fileops",
     brief="Return information about a file or link",
     doc="""\
As `statns`, but if `path` is a symbolic link the answer is about the link
itself and not what it leads to.""",
     examples=[
         example("tree", "lstatns /link | grep -wE 'st_mode|st_size'",
                 prints="st_mode: 41471\nst_size: 5"),
         example("tree", "lstatns /nodes/disk | grep -E 'mode|rdev'",
                 prints="st_mode: 25008\nst_rdev: 2048"),
         example("tree", "lstatns /hard1 | grep nlink", prints="st_nlink: 2"),
         example("tree", "lstatns /nope", error="lstatns: /nope: No such file or directory",
                 errno="ENOENT"),
     ])

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
any length may be given.""",
     examples=[
         example("tree", "lstatnslist /dir \"a nope back\" | grep -E '^  (st_size|st_ino: -1)'",
                 prints="  st_size: 2\n  st_ino: -1\n  st_size: 0\n  st_size: 8"),
         example("tree", "lstatnslist /dir \"\"", prints=""),
         example("tree", "lstatnslist /nope a", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "lstatnslist /hello a", error="/hello: Not a directory", errno="ENOTDIR"),
     ])

call("stat",
     [Pathname("path")], RStruct("statbuf", "stat"),
     error_as="statns",
     since="1.9.2", impl="fileops", deprecated=True, deprecated_by="statns",
     brief="Return information about a file",
     doc="""\
Returns what stat(2) knows of `path`, following symbolic links.  Device
numbers are encoded as Linux encodes them.  Times are whole seconds:
`statns` has the rest.""",
     examples=[
         example("tree", "stat /hello | grep -wE 'size|mtime|nlink'",
                 prints="nlink: 1\nsize: 13\nmtime: 1577934245"),
         example("tree", "stat /link | grep -w size", prints="size: 13"),
         example("tree", "stat /owned/secret | grep -E 'mode|uid|gid'",
                 prints="mode: 33152\nuid: 1000\ngid: 100"),
         example("tree", "stat /nope", error="statns: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "stat /hello/x", error="statns: /hello/x: Not a directory",
                 errno="ENOTDIR"),
         example("tree", "stat /loop", error="statns: /loop: Too many levels of symbolic links",
                 errno="ELOOP"),
     ])

call("statns",
     [Pathname("path")], RStruct("statbuf", "statns"),
     since="1.27.53", impl="fileops",
     brief="Return information about a file, with nanoseconds",
     doc="""\
Returns what stat(2) knows of `path`, following symbolic links: device and
inode, mode with the file's type, number of links, owner, size in bytes,
blocks of 512 bytes, and the three times as seconds since 1970 and
nanoseconds.  The spare fields are zero.  Fails if there is nothing at
`path`.""",
     examples=[
         example("tree", "statns /hello | grep -wE 'st_size|st_mtime_sec|st_nlink'",
                 prints="st_nlink: 1\nst_size: 13\nst_mtime_sec: 1577934245"),
         example("tree", "statns /link | grep -w st_size", prints="st_size: 13"),
         example("tree", "statns /owned/secret | grep -E 'mode|uid|gid'",
                 prints="st_mode: 33152\nst_uid: 1000\nst_gid: 100"),
         example("tree", "statns /nope", error="statns: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "statns /hello/x", error="statns: /hello/x: Not a directory",
                 errno="ENOTDIR"),
         example("tree", "statns /loop", error="statns: /loop: Too many levels of symbolic links",
                 errno="ELOOP"),
         example("fs", "touch /f", "utimens /f 1 2 3 4", "statns /f | grep -E 'atime_nsec|mtime'",
                 prints="st_atime_nsec: 2\nst_mtime_sec: 3\nst_mtime_nsec: 4"),
     ])

call("touch",
     [Pathname("path")], RErr,
     since="0.0.3", impl="fileops",
     brief="Make an empty file, or set its times to now",
     doc="""\
If nothing is at `path` an empty file is made; else its times of access and
change become the present.  Only regular files are touched: others are an
error, so that opening a guest's device or pipe cannot have an effect.""",
     examples=[
         example("fs", "touch /f", "filesize /f", prints="0"),
         example("tree", "touch /hello", "cat /hello", prints="hello, world"),
         example("tree", "touch /hello", "stat /hello | grep -c 'mtime: 1577934245' || true",
                 prints="0"),
         example("tree", "touch /dir", error="/dir: touch can only be used on a regular files"),
         example("tree", "touch /link", error="/link: touch can only be used on a regular files"),
         example("tree", "touch /nope/f", error="open: /nope/f: No such file or directory",
                 errno="ENOENT"),
     ])

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
Any kind of file can be changed, and a symbolic link is changed itself.""",
     examples=[
         example("fs", "touch /f", "utimens /f 1000 0 2000 500",
                 "statns /f | grep -E '(a|m)time_'",
                 prints="st_atime_sec: 1000\nst_atime_nsec: 0\n"
                 "st_mtime_sec: 2000\nst_mtime_nsec: 500"),
         example("fs", "touch /f", "utimens /f 1 1 1 1", "utimens /f 9 -2 5 6",
                 "statns /f | grep -E '(a|m)time_'",
                 prints="st_atime_sec: 1\nst_atime_nsec: 1\nst_mtime_sec: 5\nst_mtime_nsec: 6"),
         example("tree", "utimens /link 1 2 3 4", "lstat /link | grep mtime", prints="mtime: 3"),
         example("tree", "utimens /link 1 2 3 4", "lstat /hello | grep mtime",
                 prints="mtime: 1577934245"),
         example("tree", "utimens /hello 0 1000000000 0 0",
                 error="utimensat: /hello: Invalid argument", errno="EINVAL"),
         example("tree", "utimens /nope 1 2 3 4",
                 error="utimensat: /nope: No such file or directory", errno="ENOENT"),
     ])
