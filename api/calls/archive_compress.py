# SPDX-License-Identifier: LGPL-3.0-or-later
"""archive_compress"""

from model import (
    call, group, Device, FileIn, FileOut, OBool, OInt, OString,
    OStringList, Pathname, RBufferOut, RErr, RStringList, String)

group("archive/compress")

call("base64_in",
     [FileIn("base64file"), Pathname("filename")], RErr,
     since="1.3.5", cancellable=True)

call("base64_out",
     [Pathname("filename"), FileOut("base64file")], RErr,
     since="1.3.5", cancellable=True)

call("compress_device_out",
     [String("ctype"), Device("device"), FileOut("zdevice")], RErr,
     opts=[OInt("level")],
     since="1.13.15", cancellable=True)

call("compress_out",
     [String("ctype"), Pathname("file"), FileOut("zfile")], RErr,
     opts=[OInt("level")],
     since="1.13.15", cancellable=True)

call("cpio_out",
     [String("directory"), FileOut("cpiofile")], RErr,
     opts=[OString("format")],
     since="1.27.9", cancellable=True)

call("initrd_cat",
     [Pathname("initrdpath"), String("filename")], RBufferOut("content"),
     since="1.0.84")

call("initrd_list",
     [Pathname("path")], RStringList("filenames"),
     since="1.0.54")

call("tar_in",
     [FileIn("tarfile"), Pathname("directory")], RErr,
     opts=[OString("compress"), OBool("xattrs"), OBool("selinux"),
           OBool("acls")],
     opts_suffix=True, since="1.0.3", impl="archive", cancellable=True)

call("tar_out",
     [String("directory"), FileOut("tarfile")], RErr,
     opts=[OString("compress"), OBool("numericowner"),
           OStringList("excludes"), OBool("xattrs"), OBool("selinux"),
           OBool("acls")],
     opts_suffix=True, since="1.0.3", impl="archive", cancellable=True)

call("tgz_in",
     [FileIn("tarball"), Pathname("directory")], RErr,
     since="1.0.3", impl="archive", deprecated=True, deprecated_by="tar_in",
     cancellable=True)

call("tgz_out",
     [Pathname("directory"), FileOut("tarball")], RErr,
     since="1.0.3", impl="archive", deprecated=True, deprecated_by="tar_out",
     cancellable=True)

call("txz_in",
     [FileIn("tarball"), Pathname("directory")], RErr,
     since="1.3.2", impl="archive", deprecated=True, deprecated_by="tar_in",
     optgroup="xz", cancellable=True)

call("txz_out",
     [Pathname("directory"), FileOut("tarball")], RErr,
     since="1.3.2", impl="archive", deprecated=True, deprecated_by="tar_out",
     optgroup="xz", cancellable=True)
