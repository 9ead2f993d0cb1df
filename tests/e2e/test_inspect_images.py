# SPDX-License-Identifier: LGPL-3.0-or-later
"""Systems that are installed as images: Container Linux with a /usr of its own, OSTree's deployments."""

import os

import guests
from guests import DIR, ELF, LINK
from test_inspect import Inspect

OLD, NEW = "/ostree/deploy/fedora-coreos/deploy/0a.0", "/ostree/deploy/fedora-coreos/deploy/1b.0"


def deployment(folder, version):
    return {f"{folder}/usr/bin/ls": ELF("aarch64"), f"{folder}/bin": LINK("usr/bin"),
            f"{folder}/etc/hosts": "127.0.0.1 localhost\n", f"{folder}/etc/hostname": "core.example\n",
            f"{folder}/usr/lib/os-release": f'ID=fedora\nVERSION_ID={version}\nPRETTY_NAME="Fedora CoreOS {version}"\n',
            f"{folder}/etc/os-release": LINK("../usr/lib/os-release"),
            f"{folder}/usr/lib/systemd/systemd": ELF("aarch64"), f"{folder}/sbin": LINK("usr/sbin"),
            f"{folder}/usr/sbin/init": LINK("../lib/systemd/systemd"),
            f"{folder}.origin": "[origin]\ncontainer-image-reference=ostree-image-signed\n"}


class Images(Inspect):
    def ostree(self, files, last=NEW):
        tree = self.path("tree")
        os.mkdir(tree)
        guests.make_tree(tree, {"/ostree/repo/config": "[core]\n", "/boot": DIR, "/sysroot": DIR,
                                "/ostree/deploy/fedora-coreos/var/log": DIR, **files})
        for origin in (OLD, NEW):
            if os.path.exists(tree + origin + ".origin"):
                os.utime(tree + origin + ".origin", (1700000000, 1700000000 + (origin == last)))
        disk = self.path("ostree.img")
        self.tool("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, disk, "4M")
        return disk

    def system(self, disk):
        return self.gk("inspect", "--json", "--format", "raw", "-a", disk).json()["systems"]

    def test_ostree(self):
        for last, version in ((NEW, "39"), (OLD, "38")):
            with self.subTest(last=last):
                disk = self.ostree({**deployment(OLD, "38"), **deployment(NEW, "39")}, last)
                system, = self.system(disk)
                self.assertEqual({k: system[k] for k in ("root", "type", "distro", "product_name", "major", "arch",
                                                         "hostname", "package_format", "deployment", "mountpoints")},
                                 {"root": "/dev/sda", "type": "linux", "distro": "fedora", "arch": "aarch64",
                                  "product_name": f"Fedora CoreOS {version}", "major": int(version),
                                  "hostname": "core.example", "package_format": "rpm", "deployment": last,
                                  "mountpoints": {"/": "/dev/sda"}})
                self.assertEqual(system["facts"]["init"], "systemd")
                self.tool("rm", "-r", self.path("tree"))

    def test_ostree_without_a_deployment(self):
        self.assertEqual(self.system(self.ostree({"/ostree/deploy/fedora-coreos/deploy": DIR})), [])

    def test_ostree_that_leads_astray(self):
        """A deployment that is a link, to what would be a system outside and to itself."""
        for target in ("/", "../../../../../../../../..", "/etc", "1b.0"):
            with self.subTest(target=target):
                disk = self.ostree({NEW: LINK(target), NEW + ".origin": ""})
                self.assertEqual(self.system(disk), [])
                self.tool("rm", "-r", self.path("tree"))

    def test_coreos(self):
        """Its root has no fstab and no /usr, which is on a partition of its own."""
        root = self.disk("root", {"/root": DIR, "/home": DIR, "/usr": DIR, "/etc/coreos/update.conf": "GROUP=stable\n",
                                  "/etc/hostname": "core\n"})
        usr = self.disk("usr", {"/bin/ls": ELF("x86_64"), "/share/coreos/x": "", "/local": DIR, "/lib/x": "",
                                "/lib/os-release": 'ID=coreos\nVERSION_ID=2512.3.0\nPRETTY_NAME="Container Linux"\n'})
        answers = self.ask([root, usr], "/dev/sda", "type", "distro", "product-name", "major-version", "arch", "hostname",
                           "mountpoints")
        self.assertEqual(answers, {"type": "linux", "distro": "coreos", "product-name": "Container Linux",
                                   "major-version": "2512", "arch": "x86_64", "hostname": "core",
                                   "mountpoints": "/: /dev/sda\n/usr: /dev/sdb"})
