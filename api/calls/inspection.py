# SPDX-License-Identifier: LGPL-3.0-or-later
"""What operating systems are on the disks, and what they are like."""

from model import (
    call, group, Mountable, OBool, Pathname, RBool, RBufferOut, RHashtable,
    RInt, RString, RStringList, RStructList)

group("inspection")

call("file_architecture",
     [Pathname("filename")], RString("arch"),
     since="1.5.3", impl="inspect",
     brief="Tell for which processor a binary is",
     doc="""\
Looks at the program, library, kernel module, initrd or Windows executable
`filename` and returns the architecture's name: "x86_64", "i386" (for all
32-bit x86), "aarch64", "arm", "ppc64le", "riscv64", "s390x" and so on.""")

call("inspect_get_arch",
     [Mountable("root")], RString("arch"),
     since="1.5.3", impl="inspect",
     brief="Return the processor architecture of an operating system",
     doc="""\
Returns the name as `file_architecture` does, or "unknown", for the system
at `root`, which is one that `inspect_os` returned.""")

call("inspect_get_build_id",
     [Mountable("root")], RString("buildid"),
     since="1.49.8", impl="inspect",
     brief="Return the build id of an operating system",
     doc="""\
For Windows, returns the build number as text; "unknown" if there is none.""")

call("inspect_get_distro",
     [Mountable("root")], RString("distro"),
     since="1.5.3", impl="inspect",
     brief="Return the distribution of an operating system",
     doc="""\
Returns a short name such as "fedora", "debian", "ubuntu", "rhel",
"windows" or "unknown" for the system at `root`.""")

call("inspect_get_drive_mappings",
     [Mountable("root")], RHashtable("drives"),
     since="1.9.17", impl="inspect",
     brief="Return the drive letters of a Windows system",
     doc="""\
Returns pairs of a drive letter and the device that it stands for, as the
registry of the system at `root` has them.  Empty for other systems.""")

call("inspect_get_filesystems",
     [Mountable("root")], RStringList("filesystems"),
     since="1.5.3", impl="inspect",
     brief="List the filesystems of an operating system",
     doc="""\
Returns all filesystems, and swap space, that belong to the system at
`root`, mounted by it or not.""")

call("inspect_get_format",
     [Mountable("root")], RString("format"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is installed",
     doc="""\
Always "installed", or "unknown"; installation media are not told apart
here.""")

call("inspect_get_hostname",
     [Mountable("root")], RString("hostname"),
     since="1.7.9", impl="inspect",
     brief="Return the host name of an operating system",
     doc="""\
Returns the name that is set in the files of the system at `root`, or
"unknown".""")

call("inspect_get_icon",
     [Mountable("root")], RBufferOut("icon"),
     opts=[OBool("favicon"), OBool("highquality")],
     since="1.11.12", impl="inspect", needs_root=True,
     brief="Return the icon of an operating system",
     doc="""\
Returns a picture in PNG format that stands for the system at `root`; an
empty buffer means that there is none.

Optional arguments:

- `favicon`: whether a small icon for web pages may be taken; it may by
  default.
- `highquality`: only an icon of high quality will do.""")

call("inspect_get_major_version",
     [Mountable("root")], RInt("major"),
     since="1.5.3", impl="inspect",
     brief="Return the major version of an operating system",
     doc="""\
Returns the number of the system at `root`, 0 if it is unknown.  For
Windows it is that of NT, not that of the name of the product.""")

call("inspect_get_minor_version",
     [Mountable("root")], RInt("minor"),
     since="1.5.3", impl="inspect",
     brief="Return the minor version of an operating system",
     doc="""\
Returns the number of the system at `root`, 0 if it is unknown.""")

call("inspect_get_mountpoints",
     [Mountable("root")], RHashtable("mountpoints"),
     since="1.5.3", impl="inspect",
     brief="Return what an operating system mounts, and where",
     doc="""\
Returns pairs of a mount point and a mountable for the system at `root`, as
its own files say.  Sort them by the length of the mount point, mount them
in this order, and the whole tree of the system is there.  A mountable may
not exist in this session; for Windows only "/" is known.""")

call("inspect_get_osinfo",
     [Mountable("root")], RString("id"),
     since="1.39.1", impl="inspect",
     brief="Return the osinfo short id of an operating system",
     doc="""\
Returns the id under which the libosinfo database has the system at `root`,
such as "fedora38", or "unknown".""")

call("inspect_get_package_format",
     [Mountable("root")], RString("packageformat"),
     since="1.7.5", impl="inspect",
     brief="Return the package format of an operating system",
     doc="""\
Returns "rpm", "deb", "apk", "pacman" and so on, or "unknown", for the
system at `root`.""")

call("inspect_get_package_management",
     [Mountable("root")], RString("packagemanagement"),
     since="1.7.5", impl="inspect",
     brief="Return the package manager of an operating system",
     doc="""\
Returns "apt", "dnf", "yum", "zypper", "apk", "pacman" and so on, or
"unknown", for the system at `root`.""")

call("inspect_get_product_name",
     [Mountable("root")], RString("product"),
     since="1.5.3", impl="inspect",
     brief="Return the name of an operating system for people",
     doc="""\
Returns a text such as "Fedora release 38 (Thirty Eight)" for the system at
`root`, or "unknown".""")

call("inspect_get_product_variant",
     [Mountable("root")], RString("variant"),
     since="1.9.13", impl="inspect",
     brief="Return the variant of an operating system",
     doc="""\
Returns for example "Server" or "Client" for a Windows system at `root`,
and "unknown" where variants are not known.""")

call("inspect_get_roots",
     [], RStringList("roots"),
     since="1.7.3", impl="inspect",
     brief="Return the operating systems that were found",
     doc="""\
Returns what the last `inspect_os` returned, without looking again.""")

call("inspect_get_type",
     [Mountable("root")], RString("name"),
     since="1.5.3", impl="inspect",
     brief="Return the type of an operating system",
     doc="""\
Returns "linux", "windows", "freebsd", "netbsd", "openbsd", "dos", "hurd",
"minix" or "unknown" for the system at `root`.""")

call("inspect_get_windows_current_control_set",
     [Mountable("root")], RString("controlset"),
     since="1.9.17", impl="inspect",
     brief="Return the current control set of a Windows system",
     doc="""\
Returns a name such as "ControlSet001": the key of the system hive that the
system at `root` uses.  Fails if it is not Windows.""")

call("inspect_get_windows_group_policy",
     [Mountable("root")], RBool("policy"),
     since="1.57.6", impl="inspect",
     brief="Tell whether a Windows system is under a group policy",
     doc="""\
Returns true if the registry of the system at `root` shows that a group
policy was applied to it.""")

call("inspect_get_windows_software_hive",
     [Mountable("root")], RString("path"),
     since="1.35.26", impl="inspect",
     brief="Return the path of the software hive of a Windows system",
     doc="""\
Returns where the registry file of HKEY_LOCAL_MACHINE\\SOFTWARE lies in the
tree of the system at `root`.""")

call("inspect_get_windows_system_hive",
     [Mountable("root")], RString("path"),
     since="1.35.26", impl="inspect",
     brief="Return the path of the system hive of a Windows system",
     doc="""\
Returns where the registry file of HKEY_LOCAL_MACHINE\\SYSTEM lies in the
tree of the system at `root`.""")

call("inspect_get_windows_systemroot",
     [Mountable("root")], RString("systemroot"),
     since="1.5.25", impl="inspect",
     brief="Return the system directory of a Windows system",
     doc="""\
Returns the path of %SYSTEMROOT%, such as "/Windows", of the system at
`root`.""")

call("inspect_is_live",
     [Mountable("root")], RBool("live"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is a live CD",
     doc="""\
Always false.""")

call("inspect_is_multipart",
     [Mountable("root")], RBool("multipart"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is one disk of several for installation",
     doc="""\
Always false.""")

call("inspect_is_netinst",
     [Mountable("root")], RBool("netinst"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is a disk for installation from the network",
     doc="""\
Always false.""")

call("inspect_list_applications",
     [Mountable("root")], RStructList("applications", "application"),
     since="1.7.8", impl="inspect", needs_root=True, deprecated=True,
     deprecated_by="inspect_list_applications2",
     brief="List the applications of an operating system",
     doc="""\
As `inspect_list_applications2`, with fewer fields.""")

call("inspect_list_applications2",
     [Mountable("root")], RStructList("applications2", "application2"),
     since="1.19.56", impl="inspect", needs_root=True,
     brief="List the applications of an operating system",
     doc="""\
Returns the packages that are installed in the system at `root`, from the
package manager's database, or for Windows from the registry.  Its
filesystems must be mounted as `inspect_get_mountpoints` says.  Fields that
are not known are empty.""")

call("inspect_os",
     [], RStringList("roots"),
     since="1.5.3", impl="inspect",
     brief="Look for operating systems on the disks",
     doc="""\
Mounts each filesystem in turn to see whether it holds an operating system,
and returns the roots of those found, which is an empty list if there are
none.  What was mounted before is unmounted.  The other inspect_get_* calls
tell about the systems that this call found.""")
