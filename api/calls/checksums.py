# SPDX-License-Identifier: LGPL-3.0-or-later
"""Checksums of files and devices."""

from model import call, group, Device, FileOut, Pathname, RErr, RString, String

group("checksums")

call("checksum",
     [String("csumtype"), Pathname("path")], RString("checksum"),
     since="1.0.2", impl="fileops",
     brief="Return the checksum of a file",
     doc="""\
Reads the file `path` and returns its checksum in hexadecimal.  `csumtype`
is "crc" (the CRC of POSIX cksum, in decimal), "md5", "sha1", "sha224",
"sha256", "sha384" or "sha512", in any case; other types are an error.
Symbolic links are followed.""")

call("checksum_device",
     [String("csumtype"), Device("device")], RString("checksum"),
     since="1.3.2",
     brief="Return the checksum of a device",
     doc="""\
As `checksum`, for the contents of the block device `device`.""")

call("checksums_out",
     [String("csumtype"), Pathname("directory"), FileOut("sumsfile")], RErr,
     since="1.3.7", impl="fileops", cancellable=True,
     brief="Write the checksums of all files below a directory",
     doc="""\
Computes the checksum of every regular file below `directory`, and writes
them to the host file `sumsfile`, a line each: the checksum, two spaces and
the path, which begins with "./".  sha256sum -c and its relatives can check
the list.  `csumtype` is as for `checksum`.  The call can be cancelled.""")
