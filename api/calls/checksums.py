# SPDX-License-Identifier: LGPL-3.0-or-later
"""checksums"""

from model import call, group, Device, FileOut, Pathname, RErr, RString, String

group("checksums")

call("checksum",
     [String("csumtype"), Pathname("path")], RString("checksum"),
     since="1.0.2", impl="fileops")

call("checksum_device",
     [String("csumtype"), Device("device")], RString("checksum"),
     since="1.3.2")

call("checksums_out",
     [String("csumtype"), Pathname("directory"), FileOut("sumsfile")], RErr,
     since="1.3.7", impl="fileops", cancellable=True)
