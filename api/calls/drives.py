# SPDX-License-Identifier: LGPL-3.0-or-later
"""Drives: what a handle is given to work on."""

from model import (
    call, example, group, Int64, OBool, OInt, OString, OStringList, Pointer, RErr,
    RInt, String)

group("drives (add/remove)")

call("add_cdrom",
     [String("filename")], RErr,
     since="0.0.3", impl="client", deprecated=True,
     deprecated_by="add_drive_ro", config_only=True, blocking=False,
     brief="Add a CD or DVD image, read-only",
     doc="""\
The same as `add_drive_ro`.  The drive appears as an ordinary disk, for
example /dev/sdb, and can be mounted as iso9660 or udf.""",
     examples=[
         example("none", "!truncate -s 1M disk", "add-cdrom disk", "run", "list-devices",
                 prints="/dev/sda"),
         example("none", "add-cdrom nowhere", error="nowhere: No such file or directory", errno="ENOENT"),
     ])

call("add_domain",
     [String("dom")], RInt("nrdisks"),
     opts=[OString("libvirturi"), OBool("readonly"), OString("iface"),
           OBool("live"), OBool("allowuuid"), OString("readonlydisk"),
           OString("cachemode"), OString("discard"), OBool("copyonread")],
     since="1.7.4", impl="client", shell_alias=["domain"], config_only=True,
     brief="Add the disks of a libvirt domain",
     doc="""\
Asks libvirt for the disks of the domain `dom` (a name, or with `allowuuid`
a UUID) and adds each.  Returns how many were added.  The domain should be
shut off unless `readonly` is true.

Optional arguments:

- `libvirturi`: the libvirt connection; by default libvirt's own choice.
- `readonly`: add the disks so that they cannot be written.
- `iface`: accepted and ignored.
- `live`: no longer supported; must be false.
- `allowuuid`: `dom` may also be a UUID.
- `readonlydisk`: what to do with a disk that the domain marks read-only:
  "error", "read", "write" or "ignore".
- `cachemode`, `discard`, `copyonread`: as for `add_drive`, for all disks.""",
     examples=[
         example("none", "domain nope libvirturi:test:///default", error="libvirt"),
         example("empty", "add-domain nope", error="can only be called in the config state"),
     ])

call("add_drive",
     [String("filename")], RErr,
     opts=[OBool("readonly"), OString("format"), OString("iface"),
           OString("name"), OString("label"), OString("protocol"),
           OStringList("server"), OString("username"), OString("secret"),
           OString("cachemode"), OString("discard"), OBool("copyonread"),
           OInt("blocksize")],
     opts_suffix=True, since="0.0.3", impl="client", shell_alias=["add"],
     blocking=False,
     brief="Add a disk image or block device to the handle",
     doc="""\
`filename` is a disk image or a host block device; with a network
`protocol` it is the name of the export on the server instead.  Drives get
their names in the order in which they are added: the first is /dev/sda.
All drives must be added before `launch`.  An image that does not exist or
cannot be read is an error at once.

Unless `readonly` is true the image is locked for this session, and one
that another program (such as a running virtual machine) writes to is
refused at launch.  Writing to the disk of a running guest would destroy
it.

Optional arguments:

- `readonly`: if true, no byte of the image is changed.  Writing is still
  possible inside the session: changes go to a throw-away layer and are
  lost at its end.  Several sessions may read the same image this way.
- `format`: the image's format, such as "raw" or "qcow2".  If it is left
  out the format is detected.  Name it whenever it is known: a guest can
  write a header of another format into its raw disk, and a program that
  detects would be deceived by it.
- `iface`: accepted for old programs and ignored.
- `name`: the drive's original name in the guest, for example "vda"; it is
  a hint for the inspection of fstab.
- `label`: up to 20 letters; the drive can then also be named
  /dev/disk/guestfs/LABEL.
- `protocol`: how the image is reached: "file" (the default), "nbd",
  "http", "https", "ftp", "ftps", "ssh", "rbd" or "iscsi".  A protocol that
  is not supported is an error.
- `server`: for network protocols, a list with the servers: "HOST",
  "HOST:PORT", "tcp:HOST:PORT" or "unix:/PATH".  Most protocols take
  exactly one, rbd several, and file none.
- `username`: the user on the server, for protocols that ask for one.
- `secret`: the password or key for the server.
- `cachemode`: "writeback", the default, or "unsafe", which ignores syncs
  and may be used only for disks that can be thrown away if the machine
  fails.
- `discard`: "disable" (the default), "enable", which fails if the host
  cannot discard, or "besteffort".  Needed for fstrim to give back space in
  the image; a raw image becomes sparse where it is given zeros, either way.
- `copyonread`: keep what was read from a slow image in the throw-away
  layer.
- `blocksize`: the drive's sector size, 512 or 4096; 512 if left out.""",
     examples=[
         example("none", "!truncate -s 1M disk", "add disk format:raw", "run",
                 "blockdev-getsize64 /dev/sda", prints="1048576"),
         example("none", "!truncate -s 1M disk",
                 "add disk readonly:true format:raw label:x blocksize:4096", "run",
                 "blockdev-getss /dev/disk/guestfs/x", prints="4096"),
         example("none", "add nowhere", error="nowhere: No such file or directory", errno="ENOENT"),
         example("none", "add disk protocol:foo", error="unknown protocol ‘foo’"),
         example("empty", "add disk.raw", error="hotplugging support was removed in libguestfs 1.48"),
     ])

call("add_drive_ro",
     [String("filename")], RErr,
     since="1.0.38", impl="client", shell_alias=["add-ro"], config_only=True,
     blocking=False,
     brief="Add a drive that cannot be changed",
     doc="""\
The same as `add_drive` with `readonly` true: no byte of `filename`
changes, whatever is done in the session.""",
     examples=[
         example("none", "!truncate -s 1M disk", "add-ro disk", "run", "list-devices", prints="/dev/sda"),
         example("empty", "add-drive-ro disk.raw", error="can only be called in the config state"),
     ])

call("add_drive_ro_with_if",
     [String("filename"), String("iface")], RErr,
     since="1.0.84", impl="client", deprecated=True,
     deprecated_by="add_drive", config_only=True, blocking=False,
     brief="Add a drive that cannot be changed, with an interface",
     doc="""\
As `add_drive_ro`; `iface` is accepted for old programs and ignored.""",
     examples=[
         example("none", "!truncate -s 1M disk", "add-drive-ro-with-if disk ide", "run", "list-devices",
                 prints="/dev/sda"),
     ])

call("add_drive_scratch",
     [Int64("size")], RErr,
     opts=[OString("name"), OString("label"), OInt("blocksize")],
     since="1.23.10", impl="client", shell_alias=["scratch"], blocking=False,
     brief="Add an empty disk that vanishes at the end",
     doc="""\
Makes a sparse raw disk of `size` bytes, filled with zeroes, and adds it as
the next drive.  The file is removed when the handle is closed.  `size`
must be positive.

Optional arguments:

- `name`: as for `add_drive`.
- `label`: as for `add_drive`.
- `blocksize`: the sector size, 512 or 4096.""",
     examples=[
         example("none", "scratch 2M", "scratch 3M label:more", "run",
                 "blockdev-getsize64 /dev/disk/guestfs/more", prints="3145728"),
         example("none", "add-drive-scratch 0", error="invalid size: 0"),
     ])

call("add_drive_with_if",
     [String("filename"), String("iface")], RErr,
     since="1.0.84", impl="client", deprecated=True,
     deprecated_by="add_drive", config_only=True, blocking=False,
     brief="Add a drive, with an interface",
     doc="""\
As `add_drive` without optional arguments; `iface` is accepted for old
programs and ignored.""",
     examples=[
         example("none", "!truncate -s 1M disk", "add-drive-with-if disk virtio", "run", "list-devices",
                 prints="/dev/sda"),
     ])

call("add_libvirt_dom",
     [Pointer("dom", "void *")], RInt("nrdisks"),
     opts=[OBool("readonly"), OString("iface"), OBool("live"),
           OString("readonlydisk"), OString("cachemode"), OString("discard"),
           OBool("copyonread")],
     since="1.29.14", impl="client", in_shell=False, config_only=True,
     brief="Add the disks of a domain from an open libvirt connection",
     doc="""\
As `add_domain`, for programs that already hold a libvirt object: `dom` is
a `virDomainPtr` that stays owned by the caller.

Optional arguments:

- `readonly`, `iface`, `live`, `readonlydisk`, `cachemode`, `discard`,
  `copyonread`: as for `add_domain`.""")

call("remove_drive",
     [String("label")], RErr,
     since="1.19.49", impl="client", deprecated=True, blocking=False,
     brief="Remove a drive from a running session",
     doc="""\
Drives cannot be removed while a session runs, so the call always fails
after launch.  Before launch it cannot be used either.  `label` would name
the drive.""",
     examples=[
         example("none", "remove-drive x", error="remove"),
         example("empty", "remove-drive x", error="hotplugging support was removed in libguestfs 1.48"),
     ])
