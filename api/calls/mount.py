# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mounting filesystems, and showing the tree on the host."""

from model import (
    call, example, group, DevOrPath, Mountable, OBool, OInt, OString,
    Pathname, RErr, RHashtable, RString, RStringList, String)

group("mount")

call("list_9p",
     [], RStringList("mounttags"),
     since="1.11.12", impl="mount", deprecated=True,
     brief="List the shared directories that the hypervisor offers",
     doc="""\
Directories of the host cannot be shared in this way any more; the call
always fails.""",
     examples=[
         example("part", "list-9p",
                 error="9p support was removed in libguestfs 1.48",
                 errno="ENOTSUP"),
     ])

call("mkmountpoint",
     [String("exemptpath")], RErr,
     since="1.0.62", impl="mount",
     brief="Make a directory to mount on, before anything is mounted",
     doc="""\
`exemptpath` has one part: "/temp1" for example.  It is made in an empty
tree that exists before a root is mounted, so that several filesystems can
be mounted side by side.  As soon as something is mounted on "/" these
directories are hidden, so use either this or `mount` on "/".
`rmmountpoint` removes them.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "mkmountpoint /one",
                 "mount /dev/sda1 /one", "mountpoints", prints="/dev/sda1: /one"),
         example("part", "mkfs ext4 /dev/sda1", "mkmountpoint /one",
                 "mkmountpoint /two", "mount /dev/sda1 /one",
                 "mount /dev/sda1 /two", "mkdir /one/shared", "is-dir /two/shared",
                 prints="true"),
         example("part", "mkmountpoint /one", "mkmountpoint /one",
                 error="/one: File exists", errno="EEXIST"),
         example("part", "mkmountpoint one",
                 error="path must start with a / character"),
     ])

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
kernel found wrong.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "mount /dev/sda1 /", "ls /",
                 prints="lost+found"),
         example("fs", "mkdir /boot", "mount /dev/sda1 /boot", "mounts",
                 prints="/dev/sda1\n/dev/sda1"),
         example("part", "mkfs ext4 /dev/sda1", "mount /dev/vda1 /", "mounts",
                 prints="/dev/sda1"),
         example("part", "mkfs vfat /dev/sda1", "mount /dev/sda1 /", "touch /x",
                 "ls /", prints="x", needs="vfat"),
         example("part", "mkfs btrfs /dev/sda1", "mount /dev/sda1 /", "touch /x",
                 "ls /", prints="x", needs="btrfs"),
         example("part", "mkfs xfs /dev/sda1", "mount /dev/sda1 /", "touch /x",
                 "ls /", prints="x", needs="xfs"),
         example("part", "mount /dev/sda1 /",
                 error="mount: /dev/sda1 on /: wrong fs type or bad superblock"),
         example("fs", "mount /dev/sda1 /", error="already mounted on /"),
         example("fs", "mount /dev/sda1 /nowhere",
                 error="/nowhere: mount point is not a directory"),
         example("fs", "ln-s /etc /link", "mkdir /etc", "mount /dev/sda1 /link",
                 "mountpoints", prints="/dev/sda1: /\n/dev/sda1: /etc"),
         example("part", "mount /dev/sdz1 /",
                 error="/dev/sdz1: No such file or directory", errno="ENOENT"),
         example("part", "mount /etc/passwd /", error="/etc/passwd"),
     ])

call("mount_9p",
     [String("mounttag"), String("mountpoint")], RErr,
     opts=[OString("options")],
     since="1.11.12", impl="mount", deprecated=True,
     brief="Mount a directory that the hypervisor shares",
     doc="""\
Directories of the host cannot be shared in this way any more; the call
always fails.

Optional arguments:

- `options`: would be the mount options.""",
     examples=[
         example("tree", "mount-9p tag /dir",
                 error="9p support was removed in libguestfs 1.48",
                 errno="ENOTSUP"),
     ])

call("mount_local",
     [String("localmountpoint")], RErr,
     opts=[OBool("readonly"), OString("options"), OInt("cachetimeout"),
           OBool("debugcalls")],
     since="1.17.22", impl="client",
     brief="Offer the guest's tree at a directory of the host",
     doc="""\
Shows the tree that is mounted in this session at the host's directory
`localmountpoint`.  `mount_local_run` then serves it.

With the local launcher and one mounted filesystem this is a mount of the
kernel and can be used at once.  With several, which `fusermount -u` could
not unmount then, with another launcher and for options that only FUSE has,
this process serves the tree through FUSE: until `mount_local_run` is
called, whoever looks into the directory waits.

Optional arguments:

- `readonly`: nothing can be changed through it.
- `options`: mount options as FUSE has them, divided by commas.
- `cachetimeout`: for how many seconds the kernel may remember names and
  attributes that FUSE has told it (60).
- `debugcalls`: print every request.  Takes FUSE.""")

call("mount_local_run",
     [], RErr,
     since="1.17.22", impl="client", cancellable=True,
     brief="Serve the tree that mount_local prepared",
     doc="""\
Serves the files until the directory is unmounted on the host or with
`umount_local` from another thread, and then returns.  Other threads may use
the handle meanwhile.""",
     examples=[
         example("fs", "mount-local-run", error="you must call mount_local first"),
     ])

call("mount_loop",
     [Pathname("file"), Pathname("mountpoint")], RErr,
     since="1.0.54", impl="mount",
     brief="Mount a filesystem image that is a file in the guest",
     doc="""\
Mounts the file `file`, which holds a filesystem, at `mountpoint`.  Both
are paths in the mounted tree.""",
     examples=[
         example("fs", "!truncate -s 2M x && mke2fs -q -F -t ext2 x",
                 "upload x /x", "mkdir /m", "mount-loop /x /m",
                 "write /m/f text", "umount /m", "mount-loop /x /m",
                 "cat /m/f", prints="text"),
         # umount_all knows the order, and so does the end of the session.
         example("fs", "!truncate -s 2M x && mke2fs -q -F -t ext2 x",
                 "upload x /x", "mkdir /m", "mount-loop /x /m", "umount-all",
                 "mounts", prints=""),
         example("fs", "!truncate -s 2M x && mke2fs -q -F -t ext2 x",
                 "upload x /x", "mkdir /m", "mount-loop /x /m",
                 "mountpoints | grep -c /m", prints="1"),
         example("tree", "mount-loop /abc /dir",
                 error="/abc on /dir: wrong fs type or bad superblock",
                 errno="EINVAL"),
         example("tree", "mount-loop /nope /dir",
                 error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "mount-loop /nodes/disk /dir", error="/nodes/disk: ",
                 errno="EINVAL"),
     ])

call("mount_options",
     [String("options"), Mountable("mountable"), String("mountpoint")], RErr,
     since="1.0.10", impl="mount",
     brief="Mount a filesystem with options",
     doc="""\
As `mount`.  `options` is a list of mount options divided by commas, such
as "ro,noatime"; an empty one stands for the defaults.  Options that would
let the filesystem reach out of the session are refused.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "mount-options noatime /dev/sda1 /",
                 "touch /x", "ls /", prints="lost+found\nx"),
         example("part", "mkfs ext4 /dev/sda1",
                 "mount-options \"ro,noatime\" /dev/sda1 /", "touch /x",
                 error="touch: open: /x: Read-only file system", errno="EROFS"),
         example("part", "mkfs ext4 /dev/sda1", "mount-options \"\" /dev/sda1 /",
                 "mounts", prints="/dev/sda1"),
         example("part", "mkfs ext4 /dev/sda1",
                 "mount-options no-such-option /dev/sda1 /",
                 error="no-such-option"),
     ])

call("mount_ro",
     [Mountable("mountable"), String("mountpoint")], RErr,
     since="1.0.10", impl="mount",
     brief="Mount a filesystem so that it cannot be changed",
     doc="""\
As `mount`, read-only.  Some filesystems replay their journal even so, and
that writes to the disk: if the image itself must not change, add the drive
with `readonly`.""",
     examples=[
         example("part", "mkfs ext4 /dev/sda1", "mount-ro /dev/sda1 /", "touch /x",
                 error="Read-only file system", errno="EROFS"),
         example("part", "mkfs ext4 /dev/sda1", "mount-ro /dev/sda1 /", "ls /",
                 prints="lost+found"),
         example("part", "mount-ro /dev/sda1 /",
                 error="wrong fs type or bad superblock"),
     ])

call("mount_vfs",
     [String("options"), String("vfstype"), Mountable("mountable"),
      String("mountpoint")], RErr,
     since="1.0.10", impl="mount",
     brief="Mount a filesystem with options and a type",
     doc="""\
As `mount_options`.  `vfstype` is the type that the kernel shall take it
for; it is needed only when the type is not found from the contents.""",
     examples=[
         example("part", "mkfs ext2 /dev/sda1", "mount-vfs \"\" ext4 /dev/sda1 /",
                 "ls /", prints="lost+found"),
         example("part", "mkfs ext4 /dev/sda1", "mount-vfs ro ext4 /dev/sda1 /",
                 "mkdir /x", error="Read-only file system", errno="EROFS"),
         example("part", "mkfs ext4 /dev/sda1", "mount-vfs \"\" xfs /dev/sda1 /",
                 error="mount_vfs: /dev/sda1 on /", needs="xfs"),
         example("part", "mkfs ext4 /dev/sda1", "mount-vfs \"\" nosuchfs /dev/sda1 /",
                 error="nosuchfs"),
     ])

call("mountable_device",
     [Mountable("mountable")], RString("device"),
     impl="mount", since="1.33.15",
     brief="Return the device of a mountable",
     doc="""\
Returns the device in `mountable`: of "btrfsvol:/dev/sda2/home" that is
"/dev/sda2", and of a plain device the device itself.""",
     examples=[
         example("fs", "mountable-device /dev/vda1", prints="/dev/sda1"),
         example("fs", "mountable-device btrfsvol:/dev/sda1/home", prints="/dev/sda1")])

call("mountable_subvolume",
     [Mountable("mountable")], RString("subvolume"),
     impl="mount", since="1.33.15",
     brief="Return the subvolume of a mountable",
     doc="""\
Returns the btrfs subvolume in `mountable`: of "btrfsvol:/dev/sda2/home"
that is "home".  A mountable without one is an error with the errno EINVAL.""",
     examples=[
         example("fs", "mountable-subvolume btrfsvol:/dev/sda1/home/x", prints="home/x"),
         example("fs", "mountable-subvolume /dev/sda1", error="no btrfs subvolume", errno="EINVAL")])

call("mountpoints",
     [], RHashtable("mps"),
     since="1.0.62", impl="mount",
     brief="Return what is mounted, and where",
     doc="""\
Returns pairs of the mountable and the path at which it is mounted in this
session, in the order in which they were mounted.  Mounts that the library
uses for itself are not shown.""",
     examples=[
         example("fs", "mountpoints", prints="/dev/sda1: /"),
         example("fs", "mkdir /a", "mount /dev/sda1 /a", "mkdir /a/b",
                 "mount /dev/sda1 /a/b", "mountpoints",
                 prints="/dev/sda1: /\n/dev/sda1: /a\n/dev/sda1: /a/b"),
         example("part", "mountpoints", prints=""),
     ])

call("mounts",
     [], RStringList("devices"),
     since="0.0.8", impl="mount",
     brief="Return what is mounted",
     doc="""\
Returns the mountables that are mounted in this session, without where.
One that is mounted twice is listed twice.  See `mountpoints`.""",
     examples=[
         example("fs", "mounts", prints="/dev/sda1"),
         example("part", "mounts", prints=""),
         example("fs", "umount /", "mounts", prints=""),
     ])

call("remount",
     [Pathname("mountpoint")], RErr,
     opts=[OBool("rw")],
     since="1.23.2", impl="mount",
     brief="Change a mount between read-only and writable",
     doc="""\
Optional arguments:

- `rw`: true makes the filesystem at `mountpoint` writable, false
  read-only.  One of the two must be given.""",
     examples=[
         example("fs", "remount / rw:false", "touch /x",
                 error="/x: Read-only file system", errno="EROFS"),
         example("fs", "remount / rw:false", "remount / rw:true", "touch /x"),
         example("fs", "remount /",
                 error="parameter 'rw' must be specified"),
         example("fs", "mkdir /d", "remount /d rw:true",
                 error="/d: nothing is mounted there", errno="EINVAL"),
         example("fs", "umount /", "mount-ro /dev/sda1 /", "remount / rw:true", "touch /x"),
         example("fs", "remount /nope rw:true",
                 error="/nope: No such file or directory", errno="ENOENT"),
     ])

call("rmmountpoint",
     [String("exemptpath")], RErr,
     since="1.0.62", impl="mount",
     brief="Remove a directory that mkmountpoint made",
     doc="""\
`exemptpath` is the name that was given to `mkmountpoint`.  Nothing may be
mounted there.""",
     examples=[
         example("part", "mkmountpoint /one", "rmmountpoint /one",
                 "mkmountpoint /one"),
         example("part", "mkfs ext4 /dev/sda1", "mkmountpoint /one",
                 "mount /dev/sda1 /one", "rmmountpoint /one",
                 error="/one: Device or resource busy", errno="EBUSY"),
         example("part", "rmmountpoint /one",
                 error="/one: No such file or directory", errno="ENOENT"),
         example("part", "rmmountpoint one",
                 error="path must start with a / character"),
     ])

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
  nothing uses it any more.""",
     examples=[
         example("fs", "umount /", "mountpoints", prints=""),
         example("fs", "umount /dev/sda1", "mountpoints", prints=""),
         example("fs", "mkdir /a", "mount /dev/sda1 /a", "umount /dev/sda1",
                 "mountpoints", prints="/dev/sda1: /"),
         example("fs", "mkdir /a", "mount /dev/sda1 /a", "umount /a", "mountpoints",
                 prints="/dev/sda1: /"),
         example("fs", "mkdir /a", "mount /dev/sda1 /a", "umount /",
                 error="umount: /: target is busy", errno="EBUSY"),
         example("fs", "umount / lazyunmount:true", "mountpoints", prints=""),
         example("fs", "umount / force:true", "mountpoints", prints=""),
         example("fs", "mkdir /a", "umount /a", error="/a: not mounted"),
         example("fs", "umount /a", error="/a: No such file or directory"),
         example("part", "umount /",
                 error="you must call 'mount' first to mount the root filesystem"),
     ])

call("umount_all",
     [], RErr,
     since="0.0.8", impl="mount", shell_alias=["unmount-all"],
     brief="Unmount all filesystems",
     doc="""\
Unmounts everything that is mounted in this session, the innermost first,
also what was mounted by other programs below the tree.  It is no error if
nothing is mounted.""",
     examples=[
         example("fs", "umount-all", "mountpoints", prints=""),
         example("fs", "mkdir /a", "mount /dev/sda1 /a", "mkdir /a/b",
                 "mount /dev/sda1 /a/b", "umount-all", "mounts", prints=""),
         example("part", "umount-all"),
         example("fs", "write /x data", "umount-all", "mount-ro /dev/sda1 /",
                 "cat /x", prints="data"),
     ])

call("umount_local",
     [], RErr,
     opts=[OBool("retry")],
     since="1.17.22", impl="client",
     brief="Stop serving a directory of mount_local",
     doc="""\
Unmounts the host directory of `mount_local`, so that `mount_local_run`
returns.

Optional arguments:

- `retry`: try again for a while if something still uses the directory.""",
     examples=[
         example("fs", "umount-local", error="umount_local: no filesystem is mounted"),
     ])
