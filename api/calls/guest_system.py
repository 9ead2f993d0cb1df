# SPDX-License-Identifier: LGPL-3.0-or-later
"""guest_system"""

from model import (
    call, group, Int, RBool, RErr, RInt, RString, RStringList, RStruct,
    String, StringList)

group("guest-kernel/system")

call("available",
     [StringList("groups")], RErr,
     since="1.0.80")

call("available_all_groups",
     [], RStringList("groups"),
     since="1.3.15")

call("dmesg",
     [], RString("kmsgs"),
     since="1.0.18")

call("echo_daemon",
     [StringList("words")], RString("output"),
     since="1.0.69")

call("feature_available",
     [StringList("groups")], RBool("isavailable"),
     since="1.21.26")

call("get_umask",
     [], RInt("mask"),
     since="1.3.4", shell_output="octal")

call("modprobe",
     [String("modulename")], RErr,
     since="1.0.68", optgroup="linuxmodules")

call("ping_daemon",
     [], RErr,
     since="1.0.18")

call("sleep",
     [Int("secs")], RErr,
     since="1.0.41")

call("umask",
     [Int("mask")], RInt("oldmask"),
     since="1.0.55", shell_output="octal")

call("utsname",
     [], RStruct("uts", "utsname"),
     since="1.19.27")
