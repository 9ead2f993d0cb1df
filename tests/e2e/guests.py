# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small guests for inspection: the files by which each system is known, in
their true places and with the words that the true ones have, and nothing else.

GUESTS is the table: a name, what it imitates, its files, and what inspection
must find.  A file's content is text, bytes, LINK (target), DIR, or something
that has a content (): ELF (architecture) is a program's first bytes.
"""

import os
import struct
import subprocess

import windows

DIR = object()


class LINK(str):
    pass


class ELF(str):
    """The header of a program: elf(5)."""
    MACHINES = {"x86_64": (2, 1, 62), "i386": (1, 1, 3), "aarch64": (2, 1, 183), "arm": (1, 1, 40),
                "ppc64le": (2, 1, 21), "ppc64": (2, 2, 21), "s390x": (2, 2, 22), "riscv64": (2, 1, 243)}

    def content(self):
        bits, order, machine = self.MACHINES[self]
        head = b"\x7fELF" + bytes([bits, order, 1]) + bytes(9)
        return head + struct.pack("<HHI" if order == 1 else ">HHI", 2, machine, 1) + bytes(40)


def os_release(**fields):
    return {"/etc/os-release": "".join(f'{k}="{v}"\n' for k, v in fields.items())}


LINUX = {"/bin/ls": ELF("x86_64"), "/etc/hosts": "127.0.0.1 localhost\n"}
UNKNOWN = "unknown"


def linux(files, **expected):
    defaults = {"type": "linux", "arch": "x86_64", "hostname": UNKNOWN, "minor-version": "0",
                "product-variant": UNKNOWN, "osinfo": UNKNOWN, "build-id": UNKNOWN}
    return {**LINUX, **files}, {**defaults, **{k.replace("_", "-"): v for k, v in expected.items()}}


def bsd(files, kind, **expected):
    defaults = {"type": kind, "distro": kind, "arch": "x86_64", "package-format": UNKNOWN, "package-management": UNKNOWN}
    return ({"/bin/ls": ELF("x86_64"), **files}, {**defaults, **{k.replace("_", "-"): v for k, v in expected.items()}})


GUESTS = {
    "fedora": linux(
        {**os_release(NAME="Fedora Linux", VERSION="38 (Server Edition)", ID="fedora", VERSION_ID="38",
                      PRETTY_NAME="Fedora Linux 38 (Server Edition)"),
         "/etc/fedora-release": "Fedora release 38 (Thirty Eight)\n",
         "/etc/redhat-release": "Fedora release 38 (Thirty Eight)\n",
         "/etc/hostname": "fedora.example\n"},
        distro="fedora", product_name="Fedora Linux 38 (Server Edition)", major_version="38", osinfo="fedora38",
        hostname="fedora.example", package_format="rpm", package_management="dnf"),
    "rhel9": linux(
        {**os_release(NAME="Red Hat Enterprise Linux", VERSION="9.2 (Plow)", ID="rhel", VERSION_ID="9.2",
                      PRETTY_NAME="Red Hat Enterprise Linux 9.2 (Plow)"),
         "/etc/redhat-release": "Red Hat Enterprise Linux release 9.2 (Plow)\n"},
        distro="rhel", product_name="Red Hat Enterprise Linux 9.2 (Plow)", major_version="9", minor_version="2",
        osinfo="rhel9.2", package_format="rpm", package_management="dnf"),
    "rhel4": linux(
        {"/etc/redhat-release": "Red Hat Enterprise Linux AS release 4 (Nahant Update 8)\n",
         "/etc/sysconfig/network": "NETWORKING=yes\nHOSTNAME=old.example\n", "/bin/ls": ELF("i386")},
        distro="rhel", product_name="Red Hat Enterprise Linux AS release 4 (Nahant Update 8)", major_version="4",
        minor_version="8", osinfo="rhel4.8", arch="i386", hostname="old.example", package_format="rpm",
        package_management="up2date"),
    "centos7": linux(
        {**os_release(NAME="CentOS Linux", VERSION="7 (Core)", ID="centos", VERSION_ID="7",
                      PRETTY_NAME="CentOS Linux 7 (Core)"),
         "/etc/centos-release": "CentOS Linux release 7.9.2009 (Core)\n",
         "/etc/redhat-release": "CentOS Linux release 7.9.2009 (Core)\n"},
        distro="centos", product_name="CentOS Linux release 7.9.2009 (Core)", major_version="7", minor_version="9",
        osinfo="centos7.0", package_format="rpm", package_management="yum"),
    "rocky": linux(
        {**os_release(NAME="Rocky Linux", VERSION="8.8 (Green Obsidian)", ID="rocky", VERSION_ID="8.8",
                      PRETTY_NAME="Rocky Linux 8.8 (Green Obsidian)")},
        distro="rocky", product_name="Rocky Linux 8.8 (Green Obsidian)", major_version="8", minor_version="8",
        osinfo="rocky8", package_format="rpm", package_management="dnf"),
    "oracle": linux(
        {"/etc/oracle-release": "Oracle Linux Server release 6.10\n",
         "/etc/redhat-release": "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"},
        distro="oraclelinux", product_name="Oracle Linux Server release 6.10", major_version="6", minor_version="10",
        osinfo="ol6.10", package_format="rpm", package_management="yum"),
    "sles11": linux(
        {"/etc/SuSE-release": "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
         "/etc/HOSTNAME": "sles.example\n"},
        distro="sles", product_name="SUSE Linux Enterprise Server 11 (x86_64)", major_version="11", minor_version="4",
        osinfo="sles11sp4", hostname="sles.example", package_format="rpm", package_management="zypper"),
    "leap": linux(
        {**os_release(NAME="openSUSE Leap", VERSION="15.5", ID="opensuse-leap", VERSION_ID="15.5",
                      PRETTY_NAME="openSUSE Leap 15.5")},
        distro="opensuse", product_name="openSUSE Leap 15.5", major_version="15", minor_version="5",
        osinfo="opensuse15.5", package_format="rpm", package_management="zypper"),
    "debian": linux(
        {**os_release(PRETTY_NAME="Debian GNU/Linux 11 (bullseye)", NAME="Debian GNU/Linux", VERSION_ID="11",
                      VERSION="11 (bullseye)", ID="debian"),
         "/etc/debian_version": "11.7\n", "/etc/hostname": "# our name\nbullseye\n"},
        distro="debian", product_name="11.7", major_version="11", minor_version="7",
        osinfo="debian11", hostname="bullseye", package_format="deb", package_management="apt"),
    "ubuntu": linux(
        {"/etc/lsb-release": 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n'
                             'DISTRIB_DESCRIPTION="Ubuntu 10.04.4 LTS"\n',
         "/etc/debian_version": "squeeze/sid\n"},
        distro="ubuntu", product_name="Ubuntu 10.04.4 LTS", major_version="10", minor_version="4",
        osinfo="ubuntu10.04", package_format="deb", package_management="apt"),
    "alpine": linux(
        {**os_release(NAME="Alpine Linux", ID="alpine", VERSION_ID="3.18.4", PRETTY_NAME="Alpine Linux v3.18"),
         "/bin/ls": LINK("/bin/busybox"), "/bin/busybox": ELF("aarch64")},
        distro="alpinelinux", product_name="Alpine Linux v3.18", major_version="3", minor_version="18",
        osinfo="alpinelinux3.18", arch="aarch64", package_format="apk", package_management="apk"),
    "arch": linux(
        {**os_release(NAME="Arch Linux", PRETTY_NAME="Arch Linux", ID="arch", BUILD_ID="rolling"),
         "/etc/arch-release": ""},
        distro="archlinux", product_name="Arch Linux", major_version="0", osinfo="archlinux",
        package_format="pacman", package_management="pacman"),
    "gentoo": linux(
        {"/etc/gentoo-release": "Gentoo Base System release 2.13\n",
         "/etc/conf.d/hostname": '# the name\nhostname="gentoo"\n', "/bin/ls": ELF("riscv64")},
        distro="gentoo", product_name="Gentoo Base System release 2.13", major_version="2", minor_version="13",
        arch="riscv64", osinfo="gentoo", hostname="gentoo", package_format="ebuild", package_management="portage"),
    "void": linux(
        {**os_release(NAME="Void", ID="void", PRETTY_NAME="Void Linux"), "/bin/ls": ELF("ppc64le")},
        distro="voidlinux", product_name="Void Linux", major_version="0", arch="ppc64le", osinfo="voidlinux",
        package_format="xbps", package_management="xbps"),
    "slackware": linux(
        {"/etc/slackware-version": "Slackware 15.0\n", "/bin/ls": ELF("s390x")},
        distro="slackware", product_name="Slackware 15.0", major_version="15", osinfo="slackware15.0", arch="s390x",
        package_format=UNKNOWN, package_management=UNKNOWN),
    "merged-usr": linux(
        {**os_release(ID="mageia", VERSION_ID="9", PRETTY_NAME="Mageia 9"), "/bin": LINK("usr/bin"),
         "/usr/bin/ls": ELF("x86_64"), "/bin/ls": None},
        distro="mageia", product_name="Mageia 9", major_version="9", osinfo="mageia9",
        package_format="rpm", package_management="urpmi"),
    "nobody": linux(
        {**os_release(NAME="Nobody Knows", ID="nobody", VERSION_ID="1.2", PRETTY_NAME="Nobody Knows 1.2")},
        distro=UNKNOWN, product_name="Nobody Knows 1.2", major_version="1", minor_version="2",
        package_format=UNKNOWN, package_management=UNKNOWN),
    "freebsd": bsd(
        {"/etc/freebsd-update.conf": "Components src world kernel\n", "/etc/fstab": "",
         "/etc/motd": "FreeBSD 13.2-RELEASE (GENERIC) releng/13.2\n", "/etc/rc.conf": 'hostname="beastie"\n'},
        "freebsd", product_name="FreeBSD 13.2-RELEASE (GENERIC) releng/13.2", major_version="13", minor_version="2",
        hostname="beastie", osinfo="freebsd13.2"),
    "netbsd": bsd(
        {"/netbsd": ELF("x86_64"), "/etc/fstab": "", "/etc/release": "NetBSD 9.3/amd64\n",
         "/etc/rc.conf": "hostname=flag\n"},
        "netbsd", product_name="NetBSD 9.3/amd64", major_version="9", minor_version="3", hostname="flag",
        osinfo="netbsd9.3", package_format="pkgsrc"),
    "openbsd": bsd(
        {"/bsd": ELF("x86_64"), "/etc/fstab": "", "/etc/motd": "OpenBSD 7.3 (GENERIC.MP) #1125\n",
         "/etc/myname": "puffy.example\n"},
        "openbsd", product_name="OpenBSD 7.3 (GENERIC.MP) #1125", major_version="7", minor_version="3",
        hostname="puffy.example", osinfo="openbsd7.3"),
    "freedos": ({"/FDOS/FreeDOS.bss": "boot"},
                {"type": "dos", "distro": "freedos", "arch": "i386", "osinfo": UNKNOWN, "hostname": UNKNOWN}),
    "kali": linux(
        {**os_release(PRETTY_NAME="Kali GNU/Linux Rolling", NAME="Kali GNU/Linux", VERSION_ID="2023.3", ID="kali",
                      ID_LIKE="debian"), "/etc/debian_version": "kali-rolling\n"},
        distro="kalilinux", product_name="Kali GNU/Linux Rolling", major_version="2023",
        osinfo="kalilinux2023.3", minor_version="3",
        package_format="deb", package_management="apt"),
    "mint": linux(
        {**os_release(NAME="Linux Mint", VERSION="21.2 (Victoria)", ID="linuxmint", ID_LIKE="ubuntu debian",
                      PRETTY_NAME="Linux Mint 21.2", VERSION_ID="21.2"), "/etc/debian_version": "bookworm/sid\n"},
        distro="linuxmint", product_name="Linux Mint 21.2", major_version="21",
        osinfo="linuxmint21.2", minor_version="2",
        package_format="deb", package_management="apt"),
    "mandriva": linux(
        {"/etc/lsb-release": 'LSB_VERSION=\nDISTRIB_ID=MandrivaLinux\nDISTRIB_RELEASE=2010.1\n'
                             'DISTRIB_CODENAME=Henry_Farman\nDISTRIB_DESCRIPTION="Mandriva Linux 2010.1"\n',
         "/etc/mandriva-release": "Mandriva Linux release 2010.1 (Official) for i586\n", "/bin/ls": ELF("i386")},
        distro="mandriva", product_name="Mandriva Linux 2010.1", major_version="2010",
        osinfo="mandriva2010.1", minor_version="1", arch="i386",
        package_format="rpm", package_management="urpmi"),
    "openmandriva": linux(
        {**os_release(NAME="OpenMandriva Lx", VERSION="4.2 (Argon)", ID="openmandriva", VERSION_ID="4.2",
                      PRETTY_NAME="OpenMandriva Lx 4.2 (Argon)")},
        distro="openmandriva", product_name="OpenMandriva Lx 4.2 (Argon)", major_version="4",
        osinfo="openmandriva4.2", minor_version="2",
        package_format="rpm", package_management="dnf"),
    "pld": linux(
        {"/etc/pld-release": "3.0 PLD Linux (Th)\n"},
        distro="pldlinux", product_name="3.0 PLD Linux (Th)", major_version="3", osinfo="pldlinux3.0",
        package_format="rpm", package_management=UNKNOWN),
    "alt": linux(
        {**os_release(NAME="ALT", VERSION="10.1", ID="altlinux", VERSION_ID="10.1",
                      PRETTY_NAME="ALT Workstation 10.1 (Autolycus)"),
         "/etc/altlinux-release": "ALT Workstation 10.1 (Autolycus)\n"},
        distro="altlinux", product_name="ALT Workstation 10.1 (Autolycus)", major_version="10", minor_version="1",
        osinfo="alt10.1", package_format="rpm", package_management="apt"),
    "kylin": linux(
        {**os_release(NAME="Kylin", VERSION="4.0.2", ID="kylin", VERSION_ID="4.0.2", PRETTY_NAME="Kylin 4.0.2")},
        distro="kylin", product_name="Kylin 4.0.2", major_version="4", osinfo="kylin4.0", minor_version="0",
        package_format="deb", package_management="apt"),
    "neokylin": linux(
        {**os_release(NAME="NeoKylin Linux Desktop", VERSION="V7Update6", ID="neokylin", VERSION_ID="V7Update6",
                      PRETTY_NAME="NeoKylin Linux Desktop V7Update6")},
        distro="neokylin", product_name="NeoKylin Linux Desktop V7Update6", major_version="7",
        osinfo="neokylin7.6", minor_version="6",
        package_format="rpm", package_management="yum"),
    "meego": linux(
        {"/etc/meego-release": "MeeGo release 1.2.0 (MeeGo)\n", "/bin/ls": ELF("arm")},
        distro="meego", product_name="MeeGo release 1.2.0 (MeeGo)", major_version="1",
        osinfo="meego1.2", minor_version="2", arch="arm",
        package_format="rpm", package_management="yum"),
    "cirros": linux(
        {**os_release(NAME="Buildroot", VERSION="2019.02.1", ID="buildroot", VERSION_ID="2019.02.1",
                      PRETTY_NAME="Buildroot 2019.02.1"),
         "/etc/cirros/version": "0.5.2\n", "/bin/ls": LINK("busybox"), "/bin/busybox": ELF("x86_64")},
        distro="buildroot", product_name="Buildroot 2019.02.1", major_version="2019",
        osinfo="buildroot2019.2", minor_version="2",
        package_format=UNKNOWN, package_management=UNKNOWN),
    "cirros-old": linux(
        {"/etc/cirros/version": "0.3.4\n", "/etc/br-version": "2012.05\n"},
        distro="cirros", product_name="0.3.4", major_version="0", minor_version="3", osinfo="cirros0.3",
        package_format=UNKNOWN, package_management=UNKNOWN),
    "buildroot-old": linux(
        {"/etc/br-version": "2012.05\n"},
        distro="buildroot", product_name="2012.05", major_version="2012", osinfo="buildroot2012.5", minor_version="5",
        package_format=UNKNOWN, package_management=UNKNOWN),
    "pardus": linux(
        {"/etc/pardus-release": "Pardus 2011.2 Cervus elaphus\n"},
        distro="pardus", product_name="Pardus 2011.2 Cervus elaphus", major_version="2011",
        osinfo="pardus2011.2", minor_version="2",
        package_format="pisi", package_management="pisi"),
    "frugalware": linux(
        {"/etc/frugalware-release": "Frugalware 2.0 (Rigel)\n"},
        distro="frugalware", product_name="Frugalware 2.0 (Rigel)", major_version="2", osinfo="frugalware2.0",
        package_format="pacman", package_management="pacman"),
    "ttylinux": linux(
        {"/etc/ttylinux-target": "ttylinux-pc_x86_64-16.1\n"},
        distro="ttylinux", product_name="ttylinux-pc_x86_64-16.1", major_version="16",
        osinfo="ttylinux16.1", minor_version="1",
        package_format=UNKNOWN, package_management=UNKNOWN),
    "scientific": linux(
        {"/etc/redhat-release": "Scientific Linux release 6.10 (Carbon)\n"},
        distro="scientificlinux", product_name="Scientific Linux release 6.10 (Carbon)", major_version="6",
        osinfo="scientificlinux6.10",
        minor_version="10", package_format="rpm", package_management="yum"),
    "hurd": ({"/hurd/console": ELF("i386"), "/hurd/hello": ELF("i386"), "/hurd/null": ELF("i386"),
              "/bin/ls": ELF("i386"), "/etc/debian_version": "12.0\n", "/etc/hostname": "gnu\n", "/etc/fstab": ""},
             {"type": "hurd", "distro": "debian", "arch": "i386", "hostname": "gnu", "product-name": "12.0",
              "major-version": "12", "package-format": "deb", "package-management": "apt"}),
    "minix": bsd(
        {"/service/vm": ELF("i386"), "/etc/fstab": "", "/etc/version": "3.2.1\n", "/bin/ls": ELF("i386")},
        "minix", distro=UNKNOWN, product_name="3.2.1", major_version="3", minor_version="2", arch="i386", hostname=UNKNOWN,
        package_format="pkgsrc"),
    **windows.GUESTS,
}


def make_tree(folder, files):
    for path, content in files.items():
        if content is None:
            continue
        host = folder + path
        if content is DIR:
            os.makedirs(host, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(host), exist_ok=True)
        if isinstance(content, LINK):
            os.symlink(content, host)
            continue
        data = content.content() if hasattr(content, "content") else content
        with open(host, "wb") as f:
            f.write(data.encode() if isinstance(data, str) else data)


def make_disk(path, folder, files, *options, size="4M"):
    """An ext4 filesystem with the files on the whole of a raw disk."""
    make_tree(folder, files)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", folder, *options, path, size],
                   check=True, stdin=subprocess.DEVNULL)
