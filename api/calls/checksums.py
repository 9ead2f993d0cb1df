# SPDX-License-Identifier: LGPL-3.0-or-later
"""Checksums of files and devices."""

from model import call, example, group, Device, FileOut, Pathname, RErr, RString, String

group("checksums")

call("checksum",
     [String("csumtype"), Pathname("path")], RString("checksum"),
     since="1.0.2", impl="fileops",
     brief="Return the checksum of a file",
     doc="""\
Reads the file `path` and returns its checksum in hexadecimal.  `csumtype`
is "crc" (the CRC of POSIX cksum, in decimal), "md5", "sha1", "sha224",
"sha256", "sha384" or "sha512", in any case; other types are an error.
Symbolic links are followed.""",
     examples=[
         example("tree", "checksum md5 /hello", prints="22c3683b094136c3398391ae71b20f04"),
         example("tree", "checksum crc /empty", prints="4294967295"),
         example("tree", "checksum crc /hello", prints="1398783287"),
         example("tree", "checksum sha1 /hello", prints="cd50d19784897085a8d0e3e413f8612b097c03f1"),
         example("tree", "checksum sha224 /hello",
                 prints="4d24b28f636f8e3f4a638c833739c9e3026034056005ad6caf00dac4"),
         example("tree", "checksum sha256 /link",
                 prints="853ff93762a06ddbf722c4ebe9ddd66d8f63ddaea97f521c3ecc20da7c976020"),
         example("tree", "checksum sha384 /hello",
                 prints="6d001da919b965dc3a4672b9d7ddce374d165452a2285f2753988842092ea6b9946645"
                 "375cff3ede89a991c9698bfcea"),
         example("tree", "checksum sha512 /hello",
                 prints="f65f341b35981fda842b09b2c8af9bcdb7602a4c2e6fa1f7d41f0974d3e3122f268fc7"
                 "9d5a4af66358f5133885cd1c165c916f80ab25e5d8d95db46f803c782c"),
         example("tree", "checksum gost /hello", error="unknown checksum type"),
         example("tree", "checksum md5 /nope", error="/nope: No such file or directory",
                 errno="ENOENT"),
         example("tree", "checksum md5 /dir", error="/dir: Is a directory", errno="EISDIR"),
     ])

call("checksum_device",
     [String("csumtype"), Device("device")], RString("checksum"),
     since="1.3.2", impl="fileops",
     brief="Return the checksum of a device",
     doc="""\
As `checksum`, for the contents of the block device `device`.""",
     examples=[
         example("empty", "checksum-device md5 /dev/sda",
                 prints="cd573cfaace07e7949bc0c46028904ff"),
         example("empty", "checksum-device gost /dev/sda",
                 error="unknown checksum type"),
     ])

call("checksums_out",
     [String("csumtype"), Pathname("directory"), FileOut("sumsfile")], RErr,
     since="1.3.7", impl="fileops", cancellable=True,
     brief="Write the checksums of all files below a directory",
     doc="""\
Computes the checksum of every regular file below `directory`, and writes
them to the host file `sumsfile`, a line each: the checksum, two spaces and
the path, which begins with "./".  sha256sum -c and its relatives can check
the list.  For "crc" the lines are those of cksum, with the size in between.  `csumtype` is as for `checksum`.  The call can be cancelled.""",
     examples=[
         example("tree", "checksums-out md5 /dir sums", "!sort -k2 sums | cut -c33-",
                 prints="  ./.hidden\n  ./a\n  ./b\n  ./sub/deep"),
         example("tree", "checksums-out sha256 /dir sums", "!mkdir d d/sub",
                 "download /dir/a d/a", "download /dir/b d/b", "download /dir/.hidden d/.hidden",
                 "download /dir/sub/deep d/sub/deep", "!cd d && sha256sum --quiet -c ../sums"),
         example("tree", "checksums-out md5 /hello sums", error="/hello: not a directory"),
     ])
