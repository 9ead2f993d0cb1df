# SPDX-License-Identifier: LGPL-3.0-or-later
"""rsync"""

from model import call, group, OBool, Pathname, RErr, String

group("rsync")

call("rsync",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", optgroup="rsync")

call("rsync_in",
     [String("remote"), Pathname("dest")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", optgroup="rsync")

call("rsync_out",
     [Pathname("src"), String("remote")], RErr,
     opts=[OBool("archive"), OBool("deletedest")],
     since="1.19.29", optgroup="rsync")
