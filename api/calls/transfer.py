# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files between host and guest, whole or in part."""

from model import (
    call, group, DevOrPath, FileIn, FileOut, Int64, Pathname, RErr, String)

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
Anything of any size can be copied.  The call sends progress events and can
be cancelled; what was written until then stays.""")

call("download_offset",
     [DevOrPath("remotefilename"), FileOut("filename"), Int64("offset"),
      Int64("size")], RErr,
     since="1.5.17", impl="fileops", progress=True, cancellable=True,
     brief="Copy a part of a file or device to the host",
     doc="""\
As `download`, for the `size` bytes that begin at byte `offset` of
`remotefilename`.  It is an error if there are fewer.""")

call("upload",
     [FileIn("filename"), DevOrPath("remotefilename")], RErr,
     since="1.0.2", impl="fileops", progress=True, cancellable=True,
     brief="Copy a file from the host to a file or device",
     doc="""\
Copies the host file `filename` ("-" is standard input and /dev/fd/N an
open descriptor) to `remotefilename`: a file of the guest, which is made,
or emptied first if it exists, or one of the session's devices, which must
be large enough.  Mode and owner are not copied.  The call sends progress
events where the size is known and can be cancelled; the file is incomplete
then.""")

call("upload_offset",
     [FileIn("filename"), DevOrPath("remotefilename"), Int64("offset")], RErr,
     since="1.5.17", impl="fileops", progress=True, cancellable=True,
     brief="Copy a file from the host into a part of a file or device",
     doc="""\
As `upload`, but the bytes are put at byte `offset` of `remotefilename`,
and the rest of it stays as it is.  A file of the guest is made if it does
not exist and grows if needed; a device must be large enough.""")
