# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mounting filesystems, and showing the tree on the host."""

from model import (
    call, group, DevOrPath, Mountable, OBool, OInt, OString, Pathname,
    RErr, RHashtable, RString, RStringList, String)

group("mount")

call("list_9p",
     [], RStringList("mounttags"),
     since="1.11.12", deprecated=True,
     brief="List the shared directories that the hypervisor offers",
     doc="""\
Directories of the host cannot be shared in this way any more: the list is
always empty.""")

call("mkmountpoint",
     [String("exemptpath")], RErr,
     since="1.0.62", impl="mount",
     brief="Make a directory to mount on, before anything is mounted",
     doc="""\
`exemptpath` has one part: "/temp1" for example.  It is made in an empty
tree that exists before a root is mounted, so that several filesystems can
be mounted side by side.  As soon as something is mounted on "/" these
directories are hidden, so use either this or `mount` on "/".
`rmmountpoint` removes them.""")

call("mount",
     [Mountable("mountable"), String("mountpoint")], RErr,
     since="0.0.3", impl="mount",
     brief="Mount a filesystem",
     doc="""\
Mounts the filesystem on `mountable` at `mountpoint`.  The first must be
mounted on "/"; after that, other filesystems are mounted on directories of
the tree.  The mount point must exist, and `umount` and `umount_all` take
mounts away.  Each filesystem can be mounted at more than one place.

Unless the drive was added read-only, writing is possible, and the journal
of a filesystem that was not unmounted cleanly is replayed.  The type is
found from the contents.  If the mount fails, the message says what the
kernel found wrong.""")

call("mount_9p",
     [String("mounttag"), String("mountpoint")], RErr,
     opts=[OString("options")],
     since="1.11.12", deprecated=True,
     brief="Mount a directory that the hypervisor shares",
     doc="""\
Directories of the host cannot be shared in this way any more; the call
always fails.

Optional arguments:

- `options`: would be the mount options.""")

call("mount_local",
     [String("localmountpoint")], RErr,
     opts=[OBool("readonly"), OString("options"), OInt("cachetimeout"),
           OBool("debugcalls")],
     since="1.17.22",
     brief="Offer the guest's tree at a directory of the host",
     doc="""\
Prepares the host's directory `localmountpoint` to show the tree that is
mounted in this session, through FUSE.  `mount_local_run` then serves it.

Optional arguments:

- `readonly`: nothing can be changed through it.
- `options`: FUSE options, divided by commas.
- `cachetimeout`: for how many seconds names and attributes may be
  remembered.
- `debugcalls`: print every request.""")

call("mount_local_run",
     [], RErr,
     since="1.17.22", cancellable=True,
     brief="Serve the tree that mount_local prepared",
     doc="""\
Serves the files until the directory is unmounted on the host or with
`umount_local` from another thread, and then returns.""")

call("mount_loop",
     [Pathname("file"), Pathname("mountpoint")], RErr,
     since="1.0.54",
     brief="Mount a filesystem image that is a file in the guest",
     doc="""\
Mounts the file `file`, which holds a filesystem, at `mountpoint`.  Both
are paths in the mounted tree.""")

call("mount_options",
     [String("options"), Mountable("mountable"), String("mountpoint")], RErr,
     since="1.0.10", impl="mount",
     brief="Mount a filesystem with options",
     doc="""\
As `mount`.  `options` is a list of mount options divided by commas, such
as "ro,noatime"; an empty one stands for the defaults.  Options that would
let the filesystem reach out of the session are refused.""")

call("mount_ro",
     [Mountable("mountable"), String("mountpoint")], RErr,
     since="1.0.10", impl="mount",
     brief="Mount a filesystem so that it cannot be changed",
     doc="""\
As `mount`, read-only.  Some filesystems replay their journal even so, and
that writes to the disk: if the image itself must not change, add the drive
with `readonly`.""")

call("mount_vfs",
     [String("options"), String("vfstype"), Mountable("mountable"),
      String("mountpoint")], RErr,
     since="1.0.10", impl="mount",
     brief="Mount a filesystem with options and a type",
     doc="""\
As `mount_options`.  `vfstype` is the type that the kernel shall take it
for; it is needed only when the type is not found from the contents.""")

call("mountable_device",
     [Mountable("mountable")], RString("device"),
     since="1.33.15",
     brief="Return the device of a mountable",
     doc="""\
Returns the device in `mountable`: of "btrfsvol:/dev/sda2/home" that is
"/dev/sda2", and of a plain device the device itself.""")

call("mountable_subvolume",
     [Mountable("mountable")], RString("subvolume"),
     since="1.33.15",
     brief="Return the subvolume of a mountable",
     doc="""\
Returns the btrfs subvolume in `mountable`: of "btrfsvol:/dev/sda2/home"
that is "home".  A mountable without one is an error with the errno EINVAL.""")

call("mountpoints",
     [], RHashtable("mps"),
     since="1.0.62", impl="mount",
     brief="Return what is mounted, and where",
     doc="""\
Returns pairs of the mountable and the path at which it is mounted in this
session, in the order in which they were mounted.  Mounts that the library
uses for itself are not shown.""")

call("mounts",
     [], RStringList("devices"),
     since="0.0.8", impl="mount",
     brief="Return what is mounted",
     doc="""\
Returns the mountables that are mounted in this session, without where.
One that is mounted twice is listed twice.  See `mountpoints`.""")

call("remount",
     [Pathname("mountpoint")], RErr,
     opts=[OBool("rw")],
     since="1.23.2",
     brief="Change a mount between read-only and writable",
     doc="""\
Optional arguments:

- `rw`: true makes the filesystem at `mountpoint` writable, false
  read-only.  One of the two must be given.""")

call("rmmountpoint",
     [String("exemptpath")], RErr,
     since="1.0.62", impl="mount",
     brief="Remove a directory that mkmountpoint made",
     doc="""\
`exemptpath` is the name that was given to `mkmountpoint`.  Nothing may be
mounted there.""")

call("umount",
     [DevOrPath("pathordevice")], RErr,
     opts=[OBool("force"), OBool("lazyunmount")],
     opts_suffix=True, since="0.0.8", impl="mount", shell_alias=["unmount"],
     brief="Unmount a filesystem",
     doc="""\
Unmounts `pathordevice`: the path of a mount point, or the device that is
mounted (if that is mounted more than once, the last of them).  It fails
while other filesystems are mounted below.  What was written is on the disk
when the call returns.

Optional arguments:

- `force`: unmount even if the filesystem does not answer.
- `lazyunmount`: take it out of the tree at once, and let go of it when
  nothing uses it any more.""")

call("umount_all",
     [], RErr,
     since="0.0.8", impl="mount", shell_alias=["unmount-all"],
     brief="Unmount all filesystems",
     doc="""\
Unmounts everything that is mounted in this session, the innermost first,
also what was mounted by other programs below the tree.  It is no error if
nothing is mounted.""")

call("umount_local",
     [], RErr,
     opts=[OBool("retry")],
     since="1.17.22",
     brief="Stop serving a directory of mount_local",
     doc="""\
Unmounts the host directory of `mount_local`, so that `mount_local_run`
returns.

Optional arguments:

- `retry`: try again for a while if something still uses the directory.""")
