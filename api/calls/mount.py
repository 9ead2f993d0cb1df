# SPDX-License-Identifier: LGPL-3.0-or-later
"""mount"""

from model import (
    call, group, DevOrPath, Mountable, OBool, OInt, OString, Pathname,
    RErr, RHashtable, RString, RStringList, String)

group("mount")

call("list_9p",
     [], RStringList("mounttags"),
     since="1.11.12", deprecated=True)

call("mkmountpoint",
     [String("exemptpath")], RErr,
     since="1.0.62", impl="mount")

call("mount",
     [Mountable("mountable"), String("mountpoint")], RErr,
     since="0.0.3", impl="mount")

call("mount_9p",
     [String("mounttag"), String("mountpoint")], RErr,
     opts=[OString("options")],
     since="1.11.12", deprecated=True)

call("mount_local",
     [String("localmountpoint")], RErr,
     opts=[OBool("readonly"), OString("options"), OInt("cachetimeout"),
           OBool("debugcalls")],
     since="1.17.22")

call("mount_local_run",
     [], RErr,
     since="1.17.22", cancellable=True)

call("mount_loop",
     [Pathname("file"), Pathname("mountpoint")], RErr,
     since="1.0.54")

call("mount_options",
     [String("options"), Mountable("mountable"), String("mountpoint")], RErr,
     since="1.0.10", impl="mount")

call("mount_ro",
     [Mountable("mountable"), String("mountpoint")], RErr,
     since="1.0.10", impl="mount")

call("mount_vfs",
     [String("options"), String("vfstype"), Mountable("mountable"),
      String("mountpoint")], RErr,
     since="1.0.10", impl="mount")

call("mountable_device",
     [Mountable("mountable")], RString("device"),
     since="1.33.15")

call("mountable_subvolume",
     [Mountable("mountable")], RString("subvolume"),
     since="1.33.15")

call("mountpoints",
     [], RHashtable("mps"),
     since="1.0.62", impl="mount")

call("mounts",
     [], RStringList("devices"),
     since="0.0.8", impl="mount")

call("remount",
     [Pathname("mountpoint")], RErr,
     opts=[OBool("rw")],
     since="1.23.2")

call("rmmountpoint",
     [String("exemptpath")], RErr,
     since="1.0.62", impl="mount")

call("umount",
     [DevOrPath("pathordevice")], RErr,
     opts=[OBool("force"), OBool("lazyunmount")],
     opts_suffix=True, since="0.0.8", impl="mount", shell_alias=["unmount"])

call("umount_all",
     [], RErr,
     since="0.0.8", impl="mount", shell_alias=["unmount-all"])

call("umount_local",
     [], RErr,
     opts=[OBool("retry")],
     since="1.17.22")
