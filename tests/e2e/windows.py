# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small Windows guests: the programs and hives by which inspection knows them.

The values are those that the systems show in their registry editors; GUESTS
is a part of the table in guests.py.
"""

import struct

import hives

CURRENT_VERSION = r"Microsoft\Windows NT\CurrentVersion"
UNINSTALL = r"Microsoft\Windows\CurrentVersion\Uninstall"
UNINSTALL_32 = r"WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"
POLICY = r"Microsoft\Windows\CurrentVersion\Group Policy\History\{35378EAC-683F-11D2-A89A-00C04FBBCFA2}" + "\\"
DISK_ID = 0x4d6b7a01
GUID = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"


class PE(str):
    """The headers of a program for Windows."""
    MACHINES = {"i386": 0x14c, "x86_64": 0x8664, "aarch64": 0xaa64, "arm": 0x1c4}

    def content(self):
        wide = self in ("x86_64", "aarch64")
        size = 240 if wide else 224
        dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 128)
        coff = struct.pack("<HHIIIHH", self.MACHINES[self], 1, 0, 0, 0, size, 0x22 if wide else 0x102)
        # The magic number, and at 68 the subsystem: console.
        optional = struct.pack("<H", 0x20b if wide else 0x10b).ljust(68, b"\0") + struct.pack("<H", 3)
        return dos.ljust(128, b"\0") + b"PE\0\0" + coff + optional.ljust(size, b"\0") + b".text".ljust(40, b"\0")


class HIVE(dict):
    def content(self):
        return hives.content(self)


def by_place(start, disk_id=DISK_ID):
    """MountedDevices: a partition of a disk with MBR, by the byte at which it begins."""
    return struct.pack("<IQ", disk_id, start)


def by_guid(guid=GUID):
    import uuid
    return b"DMIO:ID:" + uuid.UUID(guid).bytes_le


def software(product, current, build, kind=None, ten=False, more=None):
    values = {"ProductName": product, "CurrentVersion": current, "CurrentBuild": build}
    if ten:
        values.update(CurrentMajorVersionNumber=10, CurrentMinorVersionNumber=0)
    if kind:
        values["InstallationType"] = kind
    return HIVE({CURRENT_VERSION: values, **(more or {})})


def system(hostname, drives=None, current=1):
    devices = {"\\DosDevices\\" + letter: value for letter, value in (drives or {}).items()}
    return HIVE({"Select": {"Current": current, "Default": current},
                 rf"ControlSet{current:03}\Services\Tcpip\Parameters": {"Hostname": hostname},
                 "MountedDevices": {**devices, "\\??\\Volume{1}": by_place(1), "\\DosDevices\\A:": b"floppy"}})


def windows(root, arch, soft, sys, extra=None, **expected):
    """root: the folder as it is spelled."""
    config = "/System32/config/" if root.istitle() else "/system32/CONFIG/"
    files = {root + config + "SOFTWARE": soft, root + config + "SYSTEM": sys,
             root + config.split("config/")[0].split("CONFIG/")[0] + "cmd.exe": PE(arch), **(extra or {})}
    defaults = {"type": "windows", "distro": "windows", "arch": arch, "package-format": "unknown",
                "package-management": "unknown", "windows-systemroot": root,
                "windows-software-hive": root + config + "SOFTWARE", "windows-system-hive": root + config + "SYSTEM",
                "windows-group-policy": "false"}
    return files, {**defaults, **{k.replace("_", "-"): v for k, v in expected.items()}}


UNKNOWN = "unknown"
GUESTS = {
    "winxp": windows(
        "/WiNdOwS", "i386", software("Microsoft Windows XP", "5.1", "2600"), system("OLDPC"),
        extra={"/Boot.INI": "[boot loader]\r\ntimeout=30\r\n[operating systems]\r\n"
                            "multi(0)disk(0)rdisk(0)partition(1)\\WINDOWS=\"Windows XP\" /fastdetect\r\n"},
        product_name="Microsoft Windows XP", product_variant=UNKNOWN, major_version="5", minor_version="1",
        build_id="2600", osinfo="winxp", hostname="OLDPC", windows_current_control_set="ControlSet001"),
    "win2003": windows(                 # in a folder of which only boot.ini tells
        "/SRV2003", "i386", software("Microsoft Windows Server 2003 R2", "5.2", "3790"), system("SRV", current=2),
        extra={"/boot.ini": "[boot loader]\r\ndefault=multi(0)disk(0)rdisk(0)partition(1)\\SRV2003\r\n"
                            "[operating systems]\r\nmulti(0)disk(0)rdisk(0)partition(1)\\srv2003=\"2003\"\r\n"},
        product_name="Microsoft Windows Server 2003 R2", product_variant=UNKNOWN, major_version="5", minor_version="2",
        build_id="3790", osinfo="win2k3r2", hostname="SRV", windows_current_control_set="ControlSet002"),
    "win7": windows(
        "/Windows", "x86_64", software("Windows 7 Professional", "6.1", "7601", "Client",
                                       more={POLICY + "0": {"GPOLink": 3, "DisplayName": "Domain"}}),
        system("SEVEN"),
        product_name="Windows 7 Professional", product_variant="Client", major_version="6", minor_version="1",
        build_id="7601", osinfo="win7", hostname="SEVEN", windows_current_control_set="ControlSet001",
        windows_group_policy="true"),
    "win10": windows(
        "/Windows", "x86_64", software("Windows 10 Pro", "6.3", "19045", "Client", ten=True,
                                       more={POLICY + "0": {"GPOLink": 1}}), system("TEN"),
        product_name="Windows 10 Pro", product_variant="Client", major_version="10", minor_version="0",
        build_id="19045", osinfo="win10", hostname="TEN", windows_current_control_set="ControlSet001"),
    "win11": windows(                   # which still calls itself 10
        "/Windows", "x86_64", software("Windows 10 Pro", "6.3", "22631", "Client", ten=True), system("Elf"),
        product_name="Windows 10 Pro", product_variant="Client", major_version="10", minor_version="0",
        build_id="22631", osinfo="win11", hostname="Elf", windows_current_control_set="ControlSet001"),
    "win2019": windows(
        "/Windows", "x86_64", software("Windows Server 2019 Standard", "6.3", "17763", "Server Core", ten=True),
        system("NINETEEN"),
        product_name="Windows Server 2019 Standard", product_variant="Server Core", major_version="10",
        minor_version="0", build_id="17763", osinfo="win2k19", hostname="NINETEEN",
        windows_current_control_set="ControlSet001"),
}
