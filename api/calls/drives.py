# SPDX-License-Identifier: LGPL-3.0-or-later
"""drives"""

from model import (
    call, group, Int64, OBool, OInt, OString, OStringList, Pointer, RErr,
    RInt, String)

group("drives (add/remove)")

call("add_cdrom",
     [String("filename")], RErr,
     since="0.0.3", impl="client", deprecated=True,
     deprecated_by="add_drive_ro", config_only=True, blocking=False)

call("add_domain",
     [String("dom")], RInt("nrdisks"),
     opts=[OString("libvirturi"), OBool("readonly"), OString("iface"),
           OBool("live"), OBool("allowuuid"), OString("readonlydisk"),
           OString("cachemode"), OString("discard"), OBool("copyonread")],
     since="1.7.4", shell_alias=["domain"], config_only=True)

call("add_drive",
     [String("filename")], RErr,
     opts=[OBool("readonly"), OString("format"), OString("iface"),
           OString("name"), OString("label"), OString("protocol"),
           OStringList("server"), OString("username"), OString("secret"),
           OString("cachemode"), OString("discard"), OBool("copyonread"),
           OInt("blocksize")],
     opts_suffix=True, since="0.0.3", impl="client", shell_alias=["add"],
     blocking=False)

call("add_drive_ro",
     [String("filename")], RErr,
     since="1.0.38", impl="client", shell_alias=["add-ro"], config_only=True,
     blocking=False)

call("add_drive_ro_with_if",
     [String("filename"), String("iface")], RErr,
     since="1.0.84", impl="client", deprecated=True,
     deprecated_by="add_drive", config_only=True, blocking=False)

call("add_drive_scratch",
     [Int64("size")], RErr,
     opts=[OString("name"), OString("label"), OInt("blocksize")],
     since="1.23.10", impl="client", shell_alias=["scratch"], blocking=False)

call("add_drive_with_if",
     [String("filename"), String("iface")], RErr,
     since="1.0.84", impl="client", deprecated=True,
     deprecated_by="add_drive", config_only=True, blocking=False)

call("add_libvirt_dom",
     [Pointer("dom", "void *")], RInt("nrdisks"),
     opts=[OBool("readonly"), OString("iface"), OBool("live"),
           OString("readonlydisk"), OString("cachemode"), OString("discard"),
           OBool("copyonread")],
     since="1.29.14", in_shell=False, config_only=True)

call("remove_drive",
     [String("label")], RErr,
     since="1.19.49", impl="client", deprecated=True, blocking=False)
