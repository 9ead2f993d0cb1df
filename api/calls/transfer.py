# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files between host and guest, whole or in part."""

from model import (
    call, example, group, DevOrPath, FileIn, FileOut, Int64, Pathname, RErr, String)

group("upload/download/copy-in-out")

call("copy_in",
     [String("localpath"), Pathname("remotedir")], RErr,
     since="1.29.24", impl="client", in_shell=False,
     brief="Copy files or trees from the host into the guest",
     doc="""\
Copies the host's file or directory `localpath`, with all below it, into
the existing directory `remotedir` of the guest, where it keeps the last
part of its name.  Mode, times and numeric owners are kept, as they would
be in an archive.  Wildcards are not expanded: the caller does that.""")

call("copy_out",
     [Pathname("remotepath"), String("localdir")], RErr,
     since="1.29.24", impl="client", in_shell=False,
     brief="Copy files or trees from the guest to the host",
     doc="""\
Copies the guest's file or directory `remotepath`, with all below it, into
the existing host directory `localdir`, where it keeps the last part of its
name.  Owners are kept if the program runs as root, else all belongs to the
user.  Nothing outside `localdir` is written, whatever links the guest
holds.""")

call("download",
     [DevOrPath("remotefilename"), FileOut("filename")], RErr,
     since="1.0.2", impl="fileops", progress=True, cancellable=True,
     brief="Copy a file or device to the host",
     doc="""\
Copies `remotefilename`, which is a file of the guest or one of the
session's devices, to the host file `filename`, which is made or
overwritten; "-" is standard output and /dev/fd/N an open descriptor.
Anything of any size can be copied, and what is a hole in the file is one in
the copy.  The call sends progress events and can be cancelled; what was
written until then stays.""",
     examples=[
         example("tree", "download /hello file", "!cat file", prints="hello, world"),
         example("tree", "download /abslink - | wc -c", prints="13"),
         example("tree", "download /dir file", error="/dir: is a directory"),
         example("tree", "download /nope file", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "download /nodes/pipe file",
                 error="/nodes/pipe: is a FIFO, not a regular file"),
         example("tree", "download /up file", error="/up: No such file or directory",
                 errno="ENOENT"),
     ])

call("download_offset",
     [DevOrPath("remotefilename"), FileOut("filename"), Int64("offset"),
      Int64("size")], RErr,
     since="1.5.17", impl="fileops", progress=True, cancellable=True,
     brief="Copy a part of a file or device to the host",
     doc="""\
As `download`, for the `size` bytes that begin at byte `offset` of
`remotefilename`.  Where the file ends before that, there are fewer.""",
     examples=[
         example("tree", "download-offset /hello file 7 5", "!cat file", prints="world"),
         example("tree", "download-offset /hello file 7 500", "!cat file", prints="world"),
         example("tree", "download-offset /hello file -1 5",
                 error="/hello: offset in file is negative"),
         example("tree", "download-offset /hello file 0 -5", error="/hello: size is negative"),
     ])

call("upload",
     [FileIn("filename"), DevOrPath("remotefilename")], RErr,
     since="1.0.2", impl="fileops", progress=True, cancellable=True,
     brief="Copy a file from the host to a file or device",
     doc="""\
Copies the host file `filename` ("-" is standard input and /dev/fd/N an
open descriptor) to `remotefilename`: a file of the guest, which is made,
or emptied first if it exists, or one of the session's devices, which must
be large enough.  Mode and owner are not copied, holes are.  The call sends progress
events where the size is known and can be cancelled.  After a failure a
file that the call has made is removed again; one that was there before is
incomplete, and its old contents are lost.""",
     examples=[
         example("fs", "!echo text > file", "upload file /f", "cat /f", prints="text"),
         example("tree", "!echo text > file", "upload file /link", "cat /hello", prints="text"),
         example("fs", "!truncate -s 3000000 file", "upload file /f", "filesize /f",
                 prints="3000000"),
         example("tree", "!echo text > file", "upload file /dir", error="/dir: Is a directory",
                 errno="EISDIR"),
         example("tree", "!echo text > file", "upload file /nope/f",
                 error="/nope/f: No such file or directory", errno="ENOENT"),
         example("tree", "!echo text > file", "upload file /up",
                 error="/up: No such file or directory", errno="ENOENT"),
         example("fs", "upload nowhere /f", error="nowhere: No such file or directory",
                 errno="ENOENT"),
         example("part", "!echo text > file", "upload file /dev/sda1",
                 "download-offset /dev/sda1 back 0 5", "!cat back", prints="text"),
     ])

call("upload_offset",
     [FileIn("filename"), DevOrPath("remotefilename"), Int64("offset")], RErr,
     since="1.5.17", impl="fileops", progress=True, cancellable=True,
     brief="Copy a file from the host into a part of a file or device",
     doc="""\
As `upload`, but the bytes are put at byte `offset` of `remotefilename`,
and the rest of it stays as it is.  Where `filename` has a hole there are
zeros, which take no room if the filesystem can do without.  A file of the
guest is made if it does not exist and grows if needed; a device must be large
enough.""",
     examples=[
         example("fs", "write /f abcdef", "!printf XY > file", "upload-offset file /f 2",
                 "cat /f", prints="abXYef"),
         example("fs", "!printf XY > file", "upload-offset file /f 2", "filesize /f", prints="4"),
         example("fs", "!truncate -s 100000000 file", "upload file /f", "du /f", prints="0"),
         example("fs", "fill 120 20000 /f", "!truncate -s 12288 file", "upload-offset file /f 4096",
                 "checksum md5 /f", prints="959710fa55e086b20c5ad3794292a2a8"),
         example("part", "mkfs vfat /dev/sda1", "mount /dev/sda1 /", "fill 120 20000 /f",
                 "!truncate -s 12288 file", "upload-offset file /f 4096", "checksum md5 /f",
                 prints="959710fa55e086b20c5ad3794292a2a8", needs="vfat"),
         example("fs", "!printf XY > file", "upload-offset file /f -1",
                 error="/f: offset in file is negative"),
     ])
