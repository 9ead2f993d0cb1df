# SPDX-License-Identifier: LGPL-3.0-or-later
"""transfer"""

from model import (
    call, group, DevOrPath, FileIn, FileOut, Int64, Pathname, RErr, String)

group("upload/download/copy-in-out")

call("copy_in",
     [String("localpath"), Pathname("remotedir")], RErr,
     since="1.29.24", impl="client", in_shell=False)

call("copy_out",
     [Pathname("remotepath"), String("localdir")], RErr,
     since="1.29.24", impl="client", in_shell=False)

call("download",
     [DevOrPath("remotefilename"), FileOut("filename")], RErr,
     since="1.0.2", impl="fileops", progress=True, cancellable=True)

call("download_offset",
     [DevOrPath("remotefilename"), FileOut("filename"), Int64("offset"),
      Int64("size")], RErr,
     since="1.5.17", impl="fileops", progress=True, cancellable=True)

call("upload",
     [FileIn("filename"), DevOrPath("remotefilename")], RErr,
     since="1.0.2", impl="fileops", progress=True, cancellable=True)

call("upload_offset",
     [FileIn("filename"), DevOrPath("remotefilename"), Int64("offset")], RErr,
     since="1.5.17", impl="fileops", progress=True, cancellable=True)
