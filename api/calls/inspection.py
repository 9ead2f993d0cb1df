# SPDX-License-Identifier: LGPL-3.0-or-later
"""What operating systems are on the disks, and what they are like."""

from model import (
    call, example, group, Mountable, OBool, Pathname, RBool, RBufferOut, RHashtable,
    RInt, RString, RStringList, RStructList)

group("inspection")

# A small system on the empty filesystem.
SYSTEM = ("mkdir /etc", "mkdir /bin",
          "write /etc/os-release \"ID=ubuntu\\nVERSION_ID=22.04\\nPRETTY_NAME='Ubuntu 22.04.3 LTS'\\n\"",
          "write /etc/hostname jammy",
          "write /etc/fstab '/dev/vda1 / ext4 defaults 0 1'",
          "inspect-os")
PACKAGES = ("mkdir-p /var/lib/dpkg",
            "write /var/lib/dpkg/status \"Package: bash\\nStatus: install ok installed\\nVersion: 5.2-1\\n\"")


def found(command, prints):
    """After inspection of that system: what a command prints, and how it fails before."""
    return [example("fs", *SYSTEM, command, prints=prints),
            example("fs", command, error="no inspection data: call guestfs_inspect_os first")]


def of_windows(command, prints, error):
    return [example("windows", "inspect-os", command, prints=prints), example("fs", *SYSTEM, command, error=error)]


call("file_architecture",
     [Pathname("filename")], RString("arch"),
     since="1.5.3", impl="inspect",
     brief="Tell for which processor a binary is",
     doc="""\
Looks at the program, library, kernel module, initrd or Windows executable
`filename` and returns the architecture's name: "x86_64", "i386" (for all
32-bit x86), "aarch64", "arm", "ppc64le", "riscv64", "s390x" and so on.""",
     examples=[
         example("fs", "write /x \"\\x7fELF\\x02\\x01\"", "truncate-size /x 18", "write-append /x \"\\xb7\"",
                 "truncate-size /x 64", "file-architecture /x", prints="aarch64"),
         example("fs", "write /x text", "file-architecture /x", error="unknown architecture: /x"),
         example("fs", "file-architecture /gone", error="No such file or directory", errno="ENOENT"),
         example("fs", "mkdir /d", "file-architecture /d", error="unknown architecture: /d"),
     ])

call("inspect_get_arch",
     [Mountable("root")], RString("arch"),
     since="1.5.3", impl="inspect",
     brief="Return the processor architecture of an operating system",
     doc="""\
Returns the name as `file_architecture` does, or "unknown", for the system
at `root`, which is one that `inspect_os` returned.""",
     examples=found("inspect-get-arch /dev/sda1", "unknown"))

call("inspect_get_build_id",
     [Mountable("root")], RString("buildid"),
     since="1.49.8", impl="inspect",
     brief="Return the build id of an operating system",
     doc="""\
For Windows, returns the build number as text; "unknown" if there is none.""",
     examples=found("inspect-get-build-id /dev/sda1", "unknown"))

call("inspect_get_distro",
     [Mountable("root")], RString("distro"),
     since="1.5.3", impl="inspect",
     brief="Return the distribution of an operating system",
     doc="""\
Returns a short name such as "fedora", "debian", "ubuntu", "rhel",
"windows" or "unknown" for the system at `root`.""",
     examples=found("inspect-get-distro /dev/vda1", "ubuntu"))

call("inspect_get_drive_mappings",
     [Mountable("root")], RHashtable("drives"),
     since="1.9.17", impl="inspect",
     brief="Return the drive letters of a Windows system",
     doc="""\
Returns pairs of a drive letter and the device that it stands for, as the
registry of the system at `root` has them.  Empty for other systems.""",
     examples=found("inspect-get-drive-mappings /dev/sda1", ""))

call("inspect_get_filesystems",
     [Mountable("root")], RStringList("filesystems"),
     since="1.5.3", impl="inspect",
     brief="List the filesystems of an operating system",
     doc="""\
Returns all filesystems, and swap space, that belong to the system at
`root`, mounted by it or not.""",
     examples=found("inspect-get-filesystems /dev/sda1", "/dev/sda1"))

call("inspect_get_format",
     [Mountable("root")], RString("format"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is installed",
     doc="""\
Always "installed", or "unknown"; installation media are not told apart
here.""",
     examples=found("inspect-get-format /dev/sda1", "installed"))

call("inspect_get_hostname",
     [Mountable("root")], RString("hostname"),
     since="1.7.9", impl="inspect",
     brief="Return the host name of an operating system",
     doc="""\
Returns the name that is set in the files of the system at `root`, or
"unknown".""",
     examples=found("inspect-get-hostname /dev/sda1", "jammy"))

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
- `highquality`: only an icon of high quality will do.""",
     examples=[
         example("fs", *SYSTEM, "mount /dev/sda1 /", "inspect-get-icon /dev/sda1", prints=""),
         example("fs", "write /etc-is-missing x", "inspect-get-icon /dev/sda1",
                 error="no inspection data: call guestfs_inspect_os first"),
     ])

call("inspect_get_major_version",
     [Mountable("root")], RInt("major"),
     since="1.5.3", impl="inspect",
     brief="Return the major version of an operating system",
     doc="""\
Returns the number of the system at `root`, 0 if it is unknown.  For
Windows it is that of NT, not that of the name of the product.""",
     examples=found("inspect-get-major-version /dev/sda1", "22"))

call("inspect_get_minor_version",
     [Mountable("root")], RInt("minor"),
     since="1.5.3", impl="inspect",
     brief="Return the minor version of an operating system",
     doc="""\
Returns the number of the system at `root`, 0 if it is unknown.""",
     examples=found("inspect-get-minor-version /dev/sda1", "4"))

call("inspect_get_mountpoints",
     [Mountable("root")], RHashtable("mountpoints"),
     since="1.5.3", impl="inspect",
     brief="Return what an operating system mounts, and where",
     doc="""\
Returns pairs of a mount point and a mountable for the system at `root`, as
its own files say.  Sort them by the length of the mount point, mount them
in this order, and the whole tree of the system is there.  A mountable may
not exist in this session; for Windows only "/" is known.""",
     examples=found("inspect-get-mountpoints /dev/sda1", "/: /dev/sda1"))

call("inspect_get_osinfo",
     [Mountable("root")], RString("id"),
     since="1.39.1", impl="inspect",
     brief="Return the osinfo short id of an operating system",
     doc="""\
Returns the id under which the libosinfo database has the system at `root`,
such as "fedora38", or "unknown".""",
     examples=found("inspect-get-osinfo /dev/sda1", "ubuntu22.04"))

call("inspect_get_package_format",
     [Mountable("root")], RString("packageformat"),
     since="1.7.5", impl="inspect",
     brief="Return the package format of an operating system",
     doc="""\
Returns "rpm", "deb", "apk", "pacman" and so on, or "unknown", for the
system at `root`.""",
     examples=found("inspect-get-package-format /dev/sda1", "deb"))

call("inspect_get_package_management",
     [Mountable("root")], RString("packagemanagement"),
     since="1.7.5", impl="inspect",
     brief="Return the package manager of an operating system",
     doc="""\
Returns "apt", "dnf", "yum", "zypper", "apk", "pacman" and so on, or
"unknown", for the system at `root`.""",
     examples=found("inspect-get-package-management /dev/sda1", "apt"))

call("inspect_get_product_name",
     [Mountable("root")], RString("product"),
     since="1.5.3", impl="inspect",
     brief="Return the name of an operating system for people",
     doc="""\
Returns a text such as "Fedora release 38 (Thirty Eight)" for the system at
`root`, or "unknown".""",
     examples=found("inspect-get-product-name /dev/sda1", "Ubuntu 22.04.3 LTS"))

call("inspect_get_product_variant",
     [Mountable("root")], RString("variant"),
     since="1.9.13", impl="inspect",
     brief="Return the variant of an operating system",
     doc="""\
Returns for example "Server" or "Client" for a Windows system at `root`,
and "unknown" where variants are not known.""",
     examples=found("inspect-get-product-variant /dev/sda1", "unknown"))

call("inspect_get_roots",
     [], RStringList("roots"),
     since="1.7.3", impl="inspect",
     brief="Return the operating systems that were found",
     doc="""\
Returns what the last `inspect_os` returned, without looking again.""",
     examples=found("inspect-get-roots", "/dev/sda1"))

call("inspect_get_type",
     [Mountable("root")], RString("name"),
     since="1.5.3", impl="inspect",
     brief="Return the type of an operating system",
     doc="""\
Returns "linux", "windows", "freebsd", "netbsd", "openbsd", "dos", "hurd",
"minix" or "unknown" for the system at `root`.""",
     examples=found("inspect-get-type /dev/sda1", "linux"))

call("inspect_get_windows_current_control_set",
     [Mountable("root")], RString("controlset"),
     since="1.9.17", impl="inspect",
     brief="Return the current control set of a Windows system",
     doc="""\
Returns a name such as "ControlSet001": the key of the system hive that the
system at `root` uses.  Fails if it is not Windows.""",
     examples=of_windows("inspect-get-windows-current-control-set /dev/sda1", "ControlSet001",
                         "CurrentControlSet could not be determined"))

call("inspect_get_windows_group_policy",
     [Mountable("root")], RBool("policy"),
     since="1.57.6", impl="inspect",
     brief="Tell whether a Windows system is under a group policy",
     doc="""\
Returns true if the registry of the system at `root` shows that a group
policy was applied to it.""",
     examples=of_windows("inspect-get-windows-group-policy /dev/sda1", "true",
                         "not a Windows guest"))

call("inspect_get_windows_software_hive",
     [Mountable("root")], RString("path"),
     since="1.35.26", impl="inspect",
     brief="Return the path of the software hive of a Windows system",
     doc="""\
Returns where the registry file of HKEY_LOCAL_MACHINE\\SOFTWARE lies in the
tree of the system at `root`.""",
     examples=of_windows("inspect-get-windows-software-hive /dev/sda1", "/Windows/System32/config/SOFTWARE",
                         "software hive not found"))

call("inspect_get_windows_system_hive",
     [Mountable("root")], RString("path"),
     since="1.35.26", impl="inspect",
     brief="Return the path of the system hive of a Windows system",
     doc="""\
Returns where the registry file of HKEY_LOCAL_MACHINE\\SYSTEM lies in the
tree of the system at `root`.""",
     examples=of_windows("inspect-get-windows-system-hive /dev/sda1", "/Windows/System32/config/SYSTEM",
                         "system hive not found"))

call("inspect_get_windows_systemroot",
     [Mountable("root")], RString("systemroot"),
     since="1.5.25", impl="inspect",
     brief="Return the system directory of a Windows system",
     doc="""\
Returns the path of %SYSTEMROOT%, such as "/Windows", of the system at
`root`.""",
     examples=of_windows("inspect-get-windows-systemroot /dev/sda1", "/Windows",
                         "systemroot could not be determined"))

call("inspect_is_live",
     [Mountable("root")], RBool("live"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is a live CD",
     doc="""\
Always false.""",
     examples=found("inspect-is-live /dev/sda1", "false"))

call("inspect_is_multipart",
     [Mountable("root")], RBool("multipart"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is one disk of several for installation",
     doc="""\
Always false.""",
     examples=found("inspect-is-multipart /dev/sda1", "false"))

call("inspect_is_netinst",
     [Mountable("root")], RBool("netinst"),
     since="1.9.4", impl="inspect", deprecated=True,
     brief="Tell whether a system is a disk for installation from the network",
     doc="""\
Always false.""",
     examples=found("inspect-is-netinst /dev/sda1", "false"))

call("inspect_list_applications",
     [Mountable("root")], RStructList("applications", "application"),
     since="1.7.8", impl="inspect", needs_root=True, deprecated=True,
     deprecated_by="inspect_list_applications2",
     brief="List the applications of an operating system",
     doc="""\
As `inspect_list_applications2`, with fewer fields.""",
     examples=[
         example("fs", *PACKAGES, *SYSTEM, "mount /dev/sda1 /", "inspect-list-applications /dev/sda1 | grep app_version",
                 prints="  app_version: 5.2"),
     ])

call("inspect_list_applications2",
     [Mountable("root")], RStructList("applications2", "application2"),
     since="1.19.56", impl="inspect", needs_root=True,
     brief="List the applications of an operating system",
     doc="""\
Returns the packages that are installed in the system at `root`, from the
package manager's database, or for Windows from the registry.  Its
filesystems must be mounted as `inspect_get_mountpoints` says.  Fields that
are not known are empty.""",
     examples=[
         example("fs", *PACKAGES, *SYSTEM, "mount /dev/sda1 /", "inspect-list-applications2 /dev/sda1 | grep -E 'name|version|release'",
                 prints="  app2_name: bash\n  app2_display_name: \n  app2_version: 5.2\n  app2_release: 1"),
         example("fs", *SYSTEM, "inspect-list-applications2 /dev/sda1",
                 error="you must call 'mount' first to mount the root filesystem"),
     ])

call("inspect_os",
     [], RStringList("roots"),
     since="1.5.3", impl="inspect",
     brief="Look for operating systems on the disks",
     doc="""\
Mounts each filesystem in turn to see whether it holds an operating system,
and returns the roots of those found, which is an empty list if there are
none.  What was mounted before is unmounted.  The other inspect_get_* calls
tell about the systems that this call found.""",
     examples=[
         example("fs", "inspect-os", prints=""),
         example("fs", *SYSTEM, "mountpoints", prints=""),
         example("fs", *SYSTEM, "inspect-os", prints="/dev/sda1"),
         example("empty", "inspect-os", prints=""),
     ])
