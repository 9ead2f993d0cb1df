# SPDX-License-Identifier: LGPL-3.0-or-later
"""inspection"""

from model import (
    call, group, Mountable, OBool, Pathname, RBool, RBufferOut, RHashtable,
    RInt, RString, RStringList, RStructList)

group("inspection")

call("file_architecture",
     [Pathname("filename")], RString("arch"),
     since="1.5.3")

call("inspect_get_arch",
     [Mountable("root")], RString("arch"),
     since="1.5.3")

call("inspect_get_build_id",
     [Mountable("root")], RString("buildid"),
     since="1.49.8")

call("inspect_get_distro",
     [Mountable("root")], RString("distro"),
     since="1.5.3")

call("inspect_get_drive_mappings",
     [Mountable("root")], RHashtable("drives"),
     since="1.9.17")

call("inspect_get_filesystems",
     [Mountable("root")], RStringList("filesystems"),
     since="1.5.3")

call("inspect_get_format",
     [Mountable("root")], RString("format"),
     since="1.9.4", deprecated=True)

call("inspect_get_hostname",
     [Mountable("root")], RString("hostname"),
     since="1.7.9")

call("inspect_get_icon",
     [Mountable("root")], RBufferOut("icon"),
     opts=[OBool("favicon"), OBool("highquality")],
     since="1.11.12")

call("inspect_get_major_version",
     [Mountable("root")], RInt("major"),
     since="1.5.3")

call("inspect_get_minor_version",
     [Mountable("root")], RInt("minor"),
     since="1.5.3")

call("inspect_get_mountpoints",
     [Mountable("root")], RHashtable("mountpoints"),
     since="1.5.3")

call("inspect_get_osinfo",
     [Mountable("root")], RString("id"),
     since="1.39.1")

call("inspect_get_package_format",
     [Mountable("root")], RString("packageformat"),
     since="1.7.5")

call("inspect_get_package_management",
     [Mountable("root")], RString("packagemanagement"),
     since="1.7.5")

call("inspect_get_product_name",
     [Mountable("root")], RString("product"),
     since="1.5.3")

call("inspect_get_product_variant",
     [Mountable("root")], RString("variant"),
     since="1.9.13")

call("inspect_get_roots",
     [], RStringList("roots"),
     since="1.7.3")

call("inspect_get_type",
     [Mountable("root")], RString("name"),
     since="1.5.3")

call("inspect_get_windows_current_control_set",
     [Mountable("root")], RString("controlset"),
     since="1.9.17")

call("inspect_get_windows_group_policy",
     [Mountable("root")], RBool("policy"),
     since="1.57.6")

call("inspect_get_windows_software_hive",
     [Mountable("root")], RString("path"),
     since="1.35.26")

call("inspect_get_windows_system_hive",
     [Mountable("root")], RString("path"),
     since="1.35.26")

call("inspect_get_windows_systemroot",
     [Mountable("root")], RString("systemroot"),
     since="1.5.25")

call("inspect_is_live",
     [Mountable("root")], RBool("live"),
     since="1.9.4", deprecated=True)

call("inspect_is_multipart",
     [Mountable("root")], RBool("multipart"),
     since="1.9.4", deprecated=True)

call("inspect_is_netinst",
     [Mountable("root")], RBool("netinst"),
     since="1.9.4", deprecated=True)

call("inspect_list_applications",
     [Mountable("root")], RStructList("applications", "application"),
     since="1.7.8", deprecated=True,
     deprecated_by="inspect_list_applications2")

call("inspect_list_applications2",
     [Mountable("root")], RStructList("applications2", "application2"),
     since="1.19.56")

call("inspect_os",
     [], RStringList("roots"),
     since="1.5.3")
