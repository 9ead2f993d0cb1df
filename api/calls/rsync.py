# SPDX-License-Identifier: LGPL-3.0-or-later
"""Copying with rsync."""

from model import call, example, group, OBool, Pathname, RErr, String

group("rsync")

call("rsync",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", impl="archive", optgroup="rsync",
     brief="Copy a tree within the guest with rsync",
     doc="""\
Copies the contents of `src` to `dest`; both are in the guest.

Optional arguments:

- `archive`: keep owners, modes, times and links.
- `deletedest`: remove what is only in the destination.""",
     examples=[
         example("tree", "rsync /dir/ /copy archive:true", "find /copy/",
                 prints=".hidden\na\nb\nback\nsub\nsub/deep\nsub/empty"),
         example("tree", "rsync /owned /copy archive:true",
                 "stat /copy/owned/secret | grep -E 'mode|uid|gid'",
                 prints="mode: 33152\nuid: 1000\ngid: 100"),
         example("tree", "mkdir /copy", "touch /copy/more",
                 "rsync /dir/sub/ /copy archive:true deletedest:true",
                 "ls /copy", prints="deep\nempty"),
         # Links on the way lead to places in the guest, links below are copied.
         example("tree", "rsync /dirlink/ /copy archive:true",
                 "readlink /copy/back", prints="../hello"),
         example("tree", "rsync /outside/ /copy archive:true",
                 error="/outside/: No such file or directory", errno="ENOENT"),
         example("tree", "rsync /hello /dir", "cat /dir/hello",
                 prints="hello, world"),
         example("tree", "rsync /nowhere /dir", error="/nowhere: No such file",
                 errno="ENOENT"),
         example("part", "rsync /dir /copy",
                 error="you must call 'mount' first"),
     ])

call("rsync_in",
     [String("remote"), Pathname("dest")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", impl="archive", optgroup="rsync",
     brief="Copy a tree from the network into the guest with rsync",
     doc="""\
Copies `remote` to the guest's `dest`.  `remote` is what an rsync server has,
in the words of rsync: rsync://[USER@]HOST[:PORT]/MODULE/PATH or
[USER@]HOST::MODULE/PATH.  It must not ask for a password.  `set_network` must
have allowed the network, which a session with a kernel of its own does not
have.

Optional arguments:

- `archive`: keep owners, modes, times and links.
- `deletedest`: remove what is only in the destination.""",
     examples=[
         example("tree", "rsync-in /etc /dir",
                 error="/etc: is not an rsync server", errno="EINVAL"),
         example("tree", "rsync-in host:/etc /dir",
                 error="host:/etc: is not an rsync server", errno="EINVAL"),
         example("tree", "rsync-in rsync://localhost/x /dir",
                 error="the network is not enabled", errno="ENETUNREACH"),
     ])

call("rsync_out",
     [Pathname("src"), String("remote")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", impl="archive", optgroup="rsync",
     brief="Copy a tree from the guest to the network with rsync",
     doc="""\
Copies the guest's `src` to `remote`, for which `rsync_in` tells what is
allowed.

Optional arguments:

- `archive`: keep owners, modes, times and links.
- `deletedest`: remove what is only in the destination.""",
     examples=[
         example("tree", "rsync-out /dir /tmp",
                 error="/tmp: is not an rsync server", errno="EINVAL"),
         example("tree", "rsync-out /dir rsync://localhost/x",
                 error="the network is not enabled", errno="ENETUNREACH"),
     ])
