# SPDX-License-Identifier: LGPL-3.0-or-later
"""Copying with rsync."""

from model import call, group, OBool, Pathname, RErr, String

group("rsync")

call("rsync",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", optgroup="rsync",
     brief="Copy a tree within the guest with rsync",
     doc="""\
Copies the contents of `src` to `dest`; both are in the guest.

Optional arguments:

- `archive`: keep owners, modes, times and links.
- `deletedest`: remove what is only in the destination.""")

call("rsync_in",
     [String("remote"), Pathname("dest")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", optgroup="rsync",
     brief="Copy a tree from the network into the guest with rsync",
     doc="""\
Copies `remote`, in the words of rsync, to the guest's `dest`;
`set_network` must have allowed the network.

Optional arguments:

- `archive`: keep owners, modes, times and links.
- `deletedest`: remove what is only in the destination.""")

call("rsync_out",
     [Pathname("src"), String("remote")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", optgroup="rsync",
     brief="Copy a tree from the guest to the network with rsync",
     doc="""\
Copies the guest's `src` to `remote`, in the words of rsync; `set_network`
must have allowed the network.

Optional arguments:

- `archive`: keep owners, modes, times and links.
- `deletedest`: remove what is only in the destination.""")
