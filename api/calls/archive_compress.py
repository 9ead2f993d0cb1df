# SPDX-License-Identifier: LGPL-3.0-or-later
"""Archives and compressed streams between guest and host."""

from model import (
    call, example, group, Device, FileIn, FileOut, OBool, OInt, OString,
    OStringList, Pathname, RBufferOut, RErr, RStringList, String)

group("archive/compress")

call("base64_in",
     [FileIn("base64file"), Pathname("filename")], RErr,
     since="1.3.5", impl="archive", cancellable=True,
     brief="Unpack base64 from the host into a file",
     doc="""\
Decodes the host file `base64file` into the guest's file `filename`.""",
     examples=[
         example("tree", "!echo aGVsbG8sIHdvcmxkCg== >x", "base64-in x /new", "cat /new",
                 prints="hello, world\n"),
         example("tree", "download /abc y", "!base64 y >x", "base64-in x /new", "equal /abc /new",
                 prints="true"),
         example("tree", "!echo 'a!b' >x", "base64-in x /new",
                 error="/new: the input is not base64", errno="EINVAL"),
         example("tree", "!printf aGV >x", "base64-in x /new",
                 error="/new: the base64 ends in the middle", errno="EINVAL"),
         example("tree", "!echo 'a!b' >x", "-base64-in x /new", "exists /new",
                 prints="false"),
         example("tree", "!echo aGVs >x", "base64-in x /dir",
                 error="/dir: Is a directory", errno="EISDIR"),
     ])

call("base64_out",
     [Pathname("filename"), FileOut("base64file")], RErr,
     since="1.3.5", impl="archive", cancellable=True,
     brief="Pack a file as base64 on the host",
     doc="""\
Encodes the guest's file `filename` into the host file `base64file`.""",
     examples=[
         example("tree", "base64-out /hello x", "!cat x",
                 prints="aGVsbG8sIHdvcmxkCg=="),
         example("tree", "base64-out /abc x", "download /abc y", "!base64 -d x | cmp - y && head -n1 x | wc -c",
                 prints="77"),
         example("tree", "base64-out /empty x", "!wc -c <x",
                 prints="0"),
         example("tree", "base64-out /dir x",
                 error="/dir: is a directory", errno="EISDIR"),
         example("tree", "base64-out /nope x",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("compress_device_out",
     [String("ctype"), Device("device"), FileOut("zdevice")], RErr,
     opts=[OInt("level")],
     since="1.13.15", impl="archive", cancellable=True,
     brief="Write a device to the host, compressed",
     doc="""\
As `compress_out`, for the contents of `device`.

Optional arguments:

- `level`: how hard to compress, 1 (fast) to 9 (small).""",
     examples=[
         example("part", "compress-device-out gzip /dev/sda x", "!gzip -dc <x | head -c512 | tail -c2 | od -An -tx1",
                 prints=" 55 aa"),
         example("part", "compress-device-out zip /dev/sda x",
                 error="unknown compression type", errno="EINVAL"),
     ])

call("compress_out",
     [String("ctype"), Pathname("file"), FileOut("zfile")], RErr,
     opts=[OInt("level")],
     since="1.13.15", impl="archive", cancellable=True,
     brief="Write a file to the host, compressed",
     doc="""\
Compresses the guest's `file` into the host file `zfile`.  `ctype` is
"compress", "gzip", "bzip2", "xz" or "lzop".

Optional arguments:

- `level`: how hard to compress, 1 (fast) to 9 (small).""",
     examples=[
         example("tree", "compress-out gzip /lines x", "!gzip -dc <x | head -n2",
                 prints="one\ntwo"),
         example("tree", "compress-out bzip2 /lines x", "!bzip2 -dc <x | head -n2",
                 prints="one\ntwo"),
         example("tree", "compress-out xz /lines x", "!xz -dc <x | head -n2",
                 prints="one\ntwo"),
         example("tree", "compress-out compress /lines x", "!gzip -dc <x | head -n2",
                 prints="one\ntwo"),
         example("tree", "compress-out lzop /lines x", "!lzop -dc <x | head -n2",
                 prints="one\ntwo"),
         example("tree", "compress-out gzip /abc x level:9", "download /abc y", "!gzip -dc <x | cmp - y"),
         example("tree", "compress-out gzip /abc x level:0",
                 error="0: the level is not from 1 to 9", errno="EINVAL"),
         example("tree", "compress-out zip /abc x",
                 error="unknown compression type", errno="EINVAL"),
         example("tree", "compress-out gzip /nope x",
                 error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "compress-out gzip /dir x",
                 error="/dir: Is a directory", errno="EISDIR"),
     ])

call("cpio_out",
     [String("directory"), FileOut("cpiofile")], RErr,
     opts=[OString("format")],
     since="1.27.9", impl="archive", cancellable=True, needs_root=True,
     brief="Pack a directory as a cpio archive",
     doc="""\
Packs the tree below `directory` into the host file `cpiofile`.

Optional arguments:

- `format`: "newc", the default, or "crc".""",
     examples=[
         example("tree", "cpio-out /dir x", "!cpio --quiet -it <x | sort",
                 prints=".\n.hidden\na\nb\nback\nsub\nsub/deep\nsub/empty"),
         example("tree", "cpio-out / x", "!head -c 6 x && mkdir d && cd d && "
                 "cpio --quiet -id <../x && test hard1 -ef hard2 && "
                 "cat hard1 nul | od -c | head -n2",
                 prints="0707010000000   t   w   o       n   a   m   e   s  \\n"
                        "   a  \\0   b  \\0  \\0   c\n0000020"),
         # Each file's sum is checked by cpio.
         example("tree", "cpio-out /dir x format:crc",
                 "!head -c 6 x && cpio -i --only-verify-crc <x 2>&1",
                 prints="0707023 blocks"),
         # A name of it is not in the tree, so the last that is has the data.
         example("tree", "ln /hello /dir/h1", "ln /hello /dir/h2",
                 "cpio-out /dir x", "!mkdir d && cd d && cpio --quiet -id <../x"
                 " && cat h1 h2", prints="hello, world\nhello, world"),
         example("tree", "cpio-out /dir x format:odc",
                 error="odc: format must be 'newc' or 'crc'", errno="EINVAL"),
         example("tree", "cpio-out /nope x",
                 error="stat: /nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "cpio-out /hello x", error="/hello: not a directory",
                 errno="ENOTDIR"),
     ])

call("initrd_cat",
     [Pathname("initrdpath"), String("filename")], RBufferOut("content"),
     since="1.0.84", impl="archive",
     brief="Return one file of an initrd",
     doc="""\
Returns the contents of the file `filename` (without a leading slash) in
the initrd `initrdpath`, which may be compressed.""",
     examples=[
         example("fs", "!mkdir d && cd d && mkdir sub && echo hi >init && "
                 "ln init sub/same && printf '%s\\n' . sub init sub/same | "
                 "cpio -o -H newc --quiet | gzip >../x",
                 "upload x /x", "initrd-cat /x init", "initrd-cat /x sub/same",
                 prints="hi"),
         example("fs", "!echo hi >a && echo a | cpio -o -H newc --quiet | "
                 "xz >x", "upload x /x", "initrd-cat /x b",
                 error="open: /x:b: No such file or directory",
                 errno="ENOENT"),
         example("fs", "!mkdir d && echo d | cpio -o -H newc --quiet >x",
                 "upload x /x", "initrd-cat /x d",
                 error="read: /x:d: Is a directory", errno="EISDIR"),
         example("tree", "initrd-cat /hello x",
                 error="/hello: is not an initramfs", errno="EINVAL"),
         example("tree", "initrd-cat /up x",
                 error="/up: No such file or directory", errno="ENOENT"),
     ])

call("initrd_list",
     [Pathname("path")], RStringList("filenames"),
     since="1.0.54", impl="archive",
     brief="List the files of an initrd",
     doc="""\
Returns the names of all files in the initrd `path`, which may be
compressed.""",
     examples=[
         # Microcode comes first, plain; the rest is compressed.
         example("fs", "!echo u >early && echo hi >init && "
                 "echo early | cpio -o -H newc --quiet >x && "
                 "echo init | cpio -o -H newc --quiet | xz --check=crc32 >>x",
                 "upload x /x", "initrd-list /x", prints="early\ninit"),
         example("fs", "!echo hi >init && echo init | cpio -o -H crc --quiet | "
                 "gzip >y && cat y y >x", "upload x /x", "initrd-list /x",
                 prints="init\ninit"),
         example("fs", "!echo hi >init && echo init | cpio -o -H newc --quiet "
                 "| head -c 113 >x", "upload x /x", "initrd-list /x",
                 error="it ends in the middle of a file", errno="EINVAL"),
         example("fs", "!echo init | gzip >x", "upload x /x", "initrd-list /x",
                 error="what is compressed is no cpio archive",
                 errno="EINVAL"),
         example("tree", "initrd-list /zeros", error="it is empty",
                 errno="EINVAL"),
         example("tree", "initrd-list /dir", error="/dir: Is a directory",
                 errno="EISDIR"),
     ])

call("tar_in",
     [FileIn("tarfile"), Pathname("directory")], RErr,
     opts=[OString("compress"), OBool("xattrs"), OBool("selinux"),
           OBool("acls")],
     opts_suffix=True, since="1.0.3", impl="archive", cancellable=True,
     brief="Unpack an archive from the host into a directory",
     doc="""\
Unpacks the host file `tarfile` ("-" is standard input) into the existing
directory `directory` of the guest.  Owners are restored by their numbers,
modes and times as in the archive; existing files of the same name are
replaced.  Leading slashes are taken off names; a name with "..", or one
that goes through a symbolic link which the archive itself has made, is not
unpacked and makes the call fail in the end.  Symbolic links that were
there before are followed, inside the guest.  The call can be cancelled;
what was unpacked until then stays.

Optional arguments:

- `compress`: how the archive is compressed: "compress", "gzip", "bzip2",
  "xz", "lzop", "lzma" or "zstd".  Without it the archive must be plain.
  An unknown word is an error.  "lzop" needs that program on the host.
- `xattrs`: restore extended attributes that the archive holds.
- `selinux`: restore SELinux labels that the archive holds.
- `acls`: restore POSIX ACLs that the archive holds.""",
     examples=[
         example("fs", "!mkdir d d/sub", "!echo text > d/sub/file", "!ln -s file d/sub/l",
                 "!tar -cf x.tar -C d .", "tar-in x.tar /", "find /",
                 prints="lost+found\nsub\nsub/file\nsub/l"),
         example("fs", "!echo text > file", "!tar -cJf x.tar.xz file",
                 "tar-in x.tar.xz / compress:xz", "cat /file", prints="text"),
         example("fs", "!echo text > file",
                 "!tar --owner=:1000 --group=:100 --mode=4751 -cf x.tar file",
                 "tar-in x.tar /", "stat /file | grep -E 'mode|uid|gid'",
                 prints="mode: 35305\nuid: 1000\ngid: 100"),
         example("fs", "mkdir /etc", "ln-s / /etc/up", "!mkdir -p d/up",
                 "!echo text > d/up/out-of-guest", "!tar -cf x.tar -C d up",
                 "-tar-in x.tar /etc", "!test ! -e /out-of-guest"),
         example("fs", "!echo text > file", "!tar -P -cf x.tar --transform="
                 "'s,^,../../../tmp/out-of-guest/,' file", "-tar-in x.tar /",
                 "!test ! -e /tmp/out-of-guest"),
         example("fs", "!echo no archive > x.tar", "tar-in x.tar /", error="tar_in"),
         example("fs", "tar-in nowhere.tar /",
                 error="nowhere.tar: No such file or directory", errno="ENOENT"),
         example("fs", "!tar -cf x.tar -T /dev/null", "tar-in x.tar /nowhere",
                 error="/nowhere: No such file or directory", errno="ENOENT"),
         example("fs", "!tar -cf x.tar -T /dev/null", "tar-in x.tar / compress:nope",
                 error="unknown compression type: nope"),
     ])

call("tar_out",
     [String("directory"), FileOut("tarfile")], RErr,
     opts=[OString("compress"), OBool("numericowner"),
           OStringList("excludes"), OBool("xattrs"), OBool("selinux"),
           OBool("acls")],
     opts_suffix=True, since="1.0.3", impl="archive", cancellable=True,
     needs_root=True,
     brief="Pack a directory into an archive on the host",
     doc="""\
Packs all below `directory` of the guest into the host file `tarfile` ("-"
is standard output).  Names in the archive are relative to the directory
and begin with "./".  Times are kept to the nanosecond, and holes and hard
links as such; sockets are left out.  The call can be cancelled, and leaves a useless file
then.

Optional arguments:

- `compress`: compress with "compress", "gzip", "bzip2", "xz", "lzop",
  "lzma" or "zstd".
- `numericowner`: only the numbers of owners are stored.  That is so in any
  case: the names that guestkit could look up are not the guest's.
- `excludes`: wildcards, which match slashes too; files whose name in the
  archive matches, from the start or behind a slash, are left out with all
  below them.
- `xattrs`: store extended attributes.
- `selinux`: store SELinux labels.
- `acls`: store POSIX ACLs.""",
     examples=[
         example("tree", "tar-out /dir x.tar", "!tar -tf x.tar | sort",
                 prints="./\n./.hidden\n./a\n./b\n./back\n./sub/\n./sub/deep\n"
                 "./sub/empty/"),
         example("tree", "tar-out /dir - | tar -xOf - ./sub/deep", prints="deep"),
         example("tree", "tar-out /dir x.tar \"excludes:./sub ./a\"",
                 "!tar -tf x.tar | sort", prints="./\n./.hidden\n./b\n./back"),
         example("tree", "tar-out /owned x.tar numericowner:true",
                 "!tar --numeric-owner -tvf x.tar ./secret | cut -d' ' -f1,2",
                 prints="-rw------- 1000/100"),
         example("tree", "tar-out /dir x.tar.gz compress:gzip",
                 "!gzip -dc x.tar.gz | tar -xOf - ./a", prints="a"),
         example("tree", "tar-out /nodes x.tar", "!tar -tvf x.tar | cut -c1 | sort",
                 prints="b\nc\nd\np"),
         example("tree", "tar-out /nope x.tar", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "-tar-out /nope x.tar", "!test ! -e x.tar"),
         example("tree", "tar-out / x.tar compress:nope",
                 error="unknown compression type: nope"),
     ])

call("tgz_in",
     [FileIn("tarball"), Pathname("directory")], RErr,
     since="1.0.3", impl="archive", deprecated=True, deprecated_by="tar_in",
     cancellable=True,
     brief="Unpack a gzip archive from the host into a directory",
     doc="""\
As `tar_in` with `compress` "gzip"; `tarball` is the host file.""",
     examples=[
         example("fs", "!echo text > file", "!tar -czf x.tgz file", "tgz-in x.tgz /",
                 "cat /file", prints="text"),
         example("fs", "!echo text > file", "!tar -cf x.tar file", "tgz-in x.tar /",
                 error="tgz_in"),
     ])

call("tgz_out",
     [Pathname("directory"), FileOut("tarball")], RErr,
     since="1.0.3", impl="archive", deprecated=True, deprecated_by="tar_out",
     cancellable=True,
     brief="Pack a directory into a gzip archive on the host",
     doc="""\
As `tar_out` with `compress` "gzip"; `tarball` is the host file.""",
     examples=[
         example("tree", "tgz-out /dir x.tgz", "!gzip -dc x.tgz | tar -xOf - ./b",
                 prints="b"),
         example("tree", "tgz-out /nope x.tgz",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("txz_in",
     [FileIn("tarball"), Pathname("directory")], RErr,
     since="1.3.2", impl="archive", deprecated=True, deprecated_by="tar_in",
     optgroup="xz", cancellable=True,
     brief="Unpack an xz archive from the host into a directory",
     doc="""\
As `tar_in` with `compress` "xz"; `tarball` is the host file.""",
     examples=[
         example("fs", "!echo text > file", "!tar -cJf x.txz file", "txz-in x.txz /",
                 "cat /file", prints="text"),
         example("fs", "!echo text > file", "!tar -cf x.tar file", "txz-in x.tar /",
                 error="txz_in"),
     ])

call("txz_out",
     [Pathname("directory"), FileOut("tarball")], RErr,
     since="1.3.2", impl="archive", deprecated=True, deprecated_by="tar_out",
     optgroup="xz", cancellable=True,
     brief="Pack a directory into an xz archive on the host",
     doc="""\
As `tar_out` with `compress` "xz"; `tarball` is the host file.""",
     examples=[
         example("tree", "txz-out /dir x.txz", "!xz -dc x.txz | tar -xOf - ./b",
                 prints="b"),
     ])
