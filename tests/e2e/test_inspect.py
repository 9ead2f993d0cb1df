# SPDX-License-Identifier: LGPL-3.0-or-later
"""What operating systems are found, and what is told of them."""

import os
import shutil
import string

import guests
from guests import DIR, ELF, LINK
from harness import PYTHON, ROOT_UUID, Case

MARK = "-- "


class Inspect(Case):
    def disk(self, name, files, *options, size="4M"):
        folder = self.path(name + ".tree")
        os.makedirs(folder)
        guests.make_disk(self.path(name), folder, files, *options, size=size)
        shutil.rmtree(folder)
        return self.path(name)

    def mknod(self, disk, path, what):
        """A FIFO ("p") or device ("c 1 5") on an ext4 disk."""
        folder, name = os.path.split(path)
        self.tool("debugfs", "-w", "-f", self.file("mknod", f"cd {folder}\nmknod {name} {what}\n"), disk)
        self.assertIn(" Mode: ", self.tool("debugfs", "-R", f"stat {path}", disk).out)

    def session(self, disks, *lines, **kwargs):
        argv = ["shell", "--ro"]
        for disk in disks:
            argv += ["--format", "raw", "-a", disk]
        return self.gk(*argv, stdin="\n".join(("run",) + lines) + "\n", timeout=120, **kwargs)

    def ask(self, disks, root, *what):
        """What each inspect-get-WHAT says of root."""
        lines = ["inspect-os"]
        for w in what:
            lines += [f"echo '{MARK}{w}'", f"-inspect-get-{w} {root}"]
        answers = {}
        for line in self.session(disks, *lines).out.splitlines():
            if line.startswith(MARK):
                answers[line[len(MARK):]] = []
            elif answers:
                answers[list(answers)[-1]].append(line)
        return {w: "\n".join(answer) for w, answer in answers.items()}

    def apps_of(self, disk):
        """Of the system on a disk: name of a package -> the fields that are not empty."""
        out = self.session([disk], "inspect-os", "mount-ro /dev/sda /", "inspect-list-applications2 /dev/sda").out
        found, app = {}, {}
        for line in out.splitlines():
            key, _, value = line.strip().partition(": ")
            if key == "app2_name":
                app = found[value] = {}
            elif key.startswith("app2_") and value not in ("", "0"):
                app[key[5:]] = value
        return found


class Systems(Inspect):
    def check(self, kinds):
        """The guests of the table that are of a kind, each on a drive of one session."""
        names = [name for name, (files, expected) in guests.GUESTS.items() if expected["type"] in kinds]
        disks = [self.disk(name, guests.GUESTS[name][0]) for name in names]
        letters = string.ascii_lowercase
        device = dict(zip(names, (f"/dev/sd{a}{b}" for a in ("",) + tuple(letters) for b in letters)))
        lines = ["inspect-os"]
        for name in names:
            for key in guests.GUESTS[name][1]:
                lines += [f"echo '{MARK}{name} {key}'", f"inspect-get-{key} {device[name]}"]
        out = self.session(disks, *lines).out.splitlines()
        first = next(i for i, line in enumerate(out) if line.startswith(MARK))
        self.assertEqual(sorted(out[:first]), sorted(device.values()))
        found = dict(zip((line[len(MARK):] for line in out[first::2]), out[first + 1::2]))
        self.assertEqual(found, {f"{name} {key}": value for name in names
                                 for key, value in guests.GUESTS[name][1].items()})

    def test_linux(self):
        self.check({"linux"})

    def test_windows(self):
        self.needs_program("hivexsh")
        self.check({"windows"})

    def test_others(self):
        self.check({guest[1]["type"] for guest in guests.GUESTS.values()} - {"linux", "windows"})

    def test_no_system(self):
        disk = self.disk("data", {"/readme": "nothing here\n"})
        self.assertEqual(self.session([disk], "inspect-os").out, "")

    def test_order_of_calls(self):
        disk = self.disk("a", guests.GUESTS["fedora"][0])
        self.gk_fails("shell", "--ro", "-a", disk, stdin="run\ninspect-get-type /dev/sda\n",
                      match="no inspection data: call guestfs_inspect_os first")
        self.gk_fails("shell", "--ro", "-a", disk, "-a", disk, stdin="run\ninspect-os\ninspect-get-type /dev/sdb1\n",
                      match="/dev/sdb1: No such file or directory")

    def test_unmounts(self):
        disk = self.disk("a", guests.GUESTS["fedora"][0])
        r = self.session([disk], "mount-ro /dev/sda /", "inspect-os", "mountpoints")
        self.assertEqual(r.out, "/dev/sda\n")


class Mountpoints(Inspect):
    FSTAB = "\n".join([
        "# what is mounted",
        f"UUID={ROOT_UUID} / ext4 errors=remount-ro 0 1",
        'LABEL="var\\040disk" /var ext4 defaults 0 2',
        "/dev/vdc /srv/with\\040blank ext4 defaults 0 2",
        "/dev/xvdd none swap sw 0 0",
        "/dev/disk/by-label/usr /usr ext4 ro 0 2",
        "/dev/mapper/gone-volume /gone ext4 defaults 0 2",
        "UUID=01234567-0123-0123-0123-0123456789ab /missing ext4 defaults 0 2",
        "tmpfs /tmp tmpfs defaults 0 0",
        "/dev/sr0 /media/cdrom auto user 0 0",
        "proc /proc proc defaults 0 0",
        "garbage",
        "/a/cycle /b none bind 0 0"]) + "\n"

    def guest(self):
        root = {**guests.GUESTS["debian"][0], "/etc/fstab": self.FSTAB, "/usr": DIR, "/var": DIR}
        for path in ("/etc/os-release", "/etc/debian_version", "/bin/ls"):
            del root[path]
        root["/bin"] = LINK("usr/bin")
        usr = {"/bin/ls": ELF("x86_64"), "/lib/x": "", "/share/x": "", "/local": DIR,
               "/lib/os-release": guests.GUESTS["debian"][0]["/etc/os-release"]}
        disks = [self.disk("root", root, "-U", ROOT_UUID),
                 self.disk("var", {"/log": DIR, "/run": DIR, "/spool": DIR}, "-L", "var disk"),
                 self.disk("srv", {"/x": ""}), self.path("swap"),
                 self.disk("usr", usr, "-L", "usr")]
        with open(disks[3], "wb") as f:
            f.truncate(1 << 20)
        self.tool("mkswap", "-q", disks[3])
        return disks

    def test_names(self):
        answers = self.ask(self.guest(), "/dev/sda", "mountpoints", "filesystems", "package-format", "arch",
                           "type")
        self.assertEqual(answers["mountpoints"].splitlines(),
                         ["/: /dev/sda", "/var: /dev/sdb", "/srv/with blank: /dev/sdc", "/usr: /dev/sde",
                          "/gone: /dev/mapper/gone-volume"])
        self.assertEqual(answers["filesystems"].splitlines(),
                         ["/dev/mapper/gone-volume", "/dev/sda", "/dev/sdb", "/dev/sdc", "/dev/sdd", "/dev/sde"])
        # The first two only /usr knows.
        self.assertEqual((answers["package-format"], answers["arch"], answers["type"]), ("deb", "x86_64", "linux"))


    def test_mount_units(self):
        """What systemd mounts without a line in fstab."""
        units = "/etc/systemd/system/"
        root = {**guests.GUESTS["fedora"][0], "/etc/fstab": "LABEL=one /var ext4 defaults 0 0\n",
                units + "srv-data.mount": "[Unit]\nDescription=data\n\n[Mount]\nWhat=/dev/disk/by-label/two\n"
                                          "Where=/srv/data\nType=ext4\nOptions=noatime\n\n[Install]\n",
                units + "var.mount": "[Mount]\nWhat=LABEL=two\nWhere=/var\n",
                units + "half.mount": "[Mount]\nWhere=/half\n", units + ".mount": "x",
                units + "tmp.mount": LINK("/dev/null"), units + "folder.mount/x": "",
                units + "home.mount": "[Mount]\nWhat=UUID=00000000-0000-0000-0000-000000000000\nWhere=/home\n"}
        disks = [self.disk("root", root), self.disk("a", {"/x": ""}, "-L", "one"), self.disk("b", {"/x": ""}, "-L", "two")]
        self.assertEqual(self.ask(disks, "/dev/sda", "mountpoints")["mountpoints"].splitlines(),
                         ["/: /dev/sda", "/var: /dev/sdb", "/srv/data: /dev/sdc"])


    def test_crypttab(self):
        """What the guest opens under a name of its own the session has opened under another."""
        launcher = self.stacking()
        self.needs_program("cryptsetup")
        uuids, disks = [], []
        for name in ("home", "srv"):
            disks.append(self.file(name + ".luks"))
            os.truncate(disks[-1], 24 << 20)
            self.tool("cryptsetup", "luksFormat", "--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations",
                      "1000", "--disable-locks", "-q", "--key-file", self.file("key", "secret"), disks[-1])
            uuids.append(self.tool("cryptsetup", "luksUUID", disks[-1]).out.strip())
        root = {**guests.GUESTS["fedora"][0],
                "/etc/crypttab": f"# name device key\ncrypthome UUID={uuids[0]} none luks\ncryptsrv /dev/vdc none\n"
                                 "self /dev/mapper/self none\nother UUID=00000000-0000-0000-0000-000000000000\nhalf\n",
                "/etc/fstab": "".join(f"/dev/mapper/{name} /{mount} ext4 defaults 0 0\n" for name, mount in (
                    ("crypthome", "home"), ("cryptsrv", "srv"), ("self", "self"), ("other", "other"), ("half", "half")))}
        argv = ["inspect", "--json", "--launcher", launcher, "--key", "all:key:secret", "--format", "raw"]
        for disk in [self.disk("root", root)] + disks:
            argv += ["-a", disk]
        system, = self.gk(*argv, timeout=120).json()["systems"]
        self.assertEqual(system["mountpoints"], {
            "/": "/dev/sda", "/home": f"/dev/mapper/luks-{uuids[0]}", "/srv": f"/dev/mapper/luks-{uuids[1]}",
            "/self": "/dev/mapper/self", "/other": "/dev/mapper/other", "/half": "/dev/mapper/half"})
        self.assertEqual(system["crypttab"], {
            "crypthome": f"UUID={uuids[0]}", "cryptsrv": "/dev/vdc", "self": "/dev/mapper/self",
            "other": "UUID=00000000-0000-0000-0000-000000000000"})


class Snapshots(Inspect):
    """Snapshots of a system on btrfs are told of with it and are no systems."""

    def system(self, options, script, uuid=ROOT_UUID):
        """What is told of a btrfs ($M) with the volume @ that has a system, and what script makes of it."""
        self.needs_filesystem("btrfs")
        disk, tree = self.file("b.raw"), self.path("tree")
        os.truncate(disk, 160 << 20)
        cache = {"BLKID_FILE": self.path("blkid.tab")}
        self.tool("mkfs.btrfs", "-q", "-U", uuid, disk, env=cache)
        guests.make_tree(tree, {**guests.GUESTS["debian"][0], "/etc/fstab": f"UUID={uuid} / btrfs {options} 0 0\n"})
        loop = self.tool("losetup", "--find", "--show", disk).out.strip()
        try:
            self.tool("sh", "-ec", 'M=$(mktemp -d); mount "$1" "$M"; btrfs -q subvolume create "$M/@"; '
                      f'cp -a "$2"/. "$M/@"; {script}; umount "$M"; '
                      'btrfs device scan --forget "$1" 2>/dev/null || :; rmdir "$M"', "sh", loop, tree, env=cache)
        finally:
            self.tool("losetup", "-d", loop)
        return [(s["root"], sorted(s["snapshots"])) for s in
                self.gk("inspect", "--json", "--format", "raw", disk, timeout=120).json()["systems"]]

    def test_timeshift(self):
        folder = "timeshift-btrfs/snapshots"
        found = self.system("defaults,subvol=@", "; ".join(
            f'mkdir -p "$M/{folder}/{i}"; btrfs -q subvolume snapshot "$M/@" "$M/{folder}/{i}/@"' for i in (1, 2)),
            "20070000-1111-4222-8333-444455556601")
        self.assertEqual(found, [("btrfsvol:/dev/sda/@", [f"btrfsvol:/dev/sda/{folder}/{i}/@" for i in (1, 2)])])

    def test_snapper(self):
        """The system itself is a snapshot, the one that a mount without a name shows."""
        found = self.system("defaults", 'btrfs -q subvolume create "$M/@/.snapshots"; ' + "".join(
            f'mkdir "$M/@/.snapshots/{i}"; btrfs -q subvolume snapshot "$M/@" "$M/@/.snapshots/{i}/snapshot"; '
            for i in (1, 2, 3)) + 'btrfs subvolume set-default "$M/@/.snapshots/1/snapshot"',
            "20070000-1111-4222-8333-444455556602")
        self.assertEqual([root for root, snapshots in found], ["/dev/sda"])
        self.assertLessEqual({f"btrfsvol:/dev/sda/@/.snapshots/{i}/snapshot" for i in (2, 3)}, set(found[0][1]))

    def test_two_systems(self):
        """Two that each mean themselves are two."""
        found = self.system("subvol=@", 'btrfs -q subvolume snapshot "$M/@" "$M/other"; '
                            'sed -i s/subvol=@/subvol=other/ "$M/other/etc/fstab"',
                            "20070000-1111-4222-8333-444455556603")
        self.assertEqual(found, [("btrfsvol:/dev/sda/@", []), ("btrfsvol:/dev/sda/other", [])])


class Hostile(Inspect):
    """Nothing that a guest wrote makes inspection fail or wait."""

    def roots(self, files, **kwargs):
        return self.session([self.disk("a", {**guests.LINUX, **files}, **kwargs)], "inspect-os",
                            "inspect-get-product-name /dev/sda", "inspect-get-hostname /dev/sda",
                            "inspect-get-mountpoints /dev/sda").out.splitlines()

    def test_huge_os_release(self):
        path = self.path("big")
        disk = self.disk("a", {**guests.LINUX, "/etc/os-release": "ID=fedora\n" + "x" * (20 << 20)}, size="40M")
        self.assertEqual(self.session([disk], "inspect-os", "inspect-get-distro /dev/sda").out, "/dev/sda\nunknown\n")
        self.assertFalse(os.path.exists(path))

    def test_binary_os_release(self):
        text = bytes(range(256)).decode("latin-1") * 100
        self.assertEqual(self.roots({"/etc/os-release": "ID=fedora\n" + text, "/etc/hostname": "\x01\x02\x1b[31m\n"})[0],
                         "/dev/sda")

    def test_link_cycle(self):
        files = {"/etc/os-release": LINK("os-release"), "/etc/hostname": LINK("/../../../../etc/hostname"),
                 "/etc/fstab": LINK("/proc/self/mounts"), "/etc/redhat-release": LINK("/etc")}
        self.assertEqual(self.roots(files), ["/dev/sda", "unknown", "unknown", "/: /dev/sda"])

    def test_fifo_and_device(self):
        disk = self.disk("a", guests.LINUX)
        self.mknod(disk, "/etc/os-release", "p")
        self.mknod(disk, "/etc/hostname", "c 1 5")
        self.assertEqual(self.session([disk], "inspect-os", "inspect-get-hostname /dev/sda").out, "/dev/sda\nunknown\n")

    def test_long_fstab(self):
        fstab = "".join(f"/dev/sdz{i} /m{i} ext4 defaults 0 0\n" for i in range(20000))
        out = self.roots({"/etc/fstab": fstab})
        self.assertEqual(out[0], "/dev/sda")
        self.assertLessEqual(len(out), 1010)

    def test_absurd_version(self):
        files = guests.os_release(ID="fedora", VERSION_ID="9" * 500 + "." + "9" * 500, PRETTY_NAME="x" * 5000)
        self.assertEqual(self.roots(files)[0], "/dev/sda")


class Applications(Inspect):
    """What is installed, from each kind of package database."""

    def apps(self, guest, files):
        return self.apps_of(self.disk("a", {**guests.GUESTS[guest][0], **files}))

    def test_deb(self):
        status = """\
Package: bash
Status: install ok installed
Architecture: amd64
Source: bash-src (5.2)
Version: 1:5.2.15-2+b7
Homepage: http://example.org/bash
Description: a shell
 It runs programs.
 .
 Many of them.

Package: gone
Status: deinstall ok config-files
Version: 1.0
Description: was here

Package: native
Status: hold ok installed
Version: 3.0
"""
        self.assertEqual(self.apps("debian", {"/var/lib/dpkg/status": status}), {
            "bash": {"epoch": "1", "version": "5.2.15", "release": "2+b7", "arch": "amd64",
                     "url": "http://example.org/bash", "source_package": "bash-src", "summary": "a shell",
                     "description": "It runs programs."},
            "native": {"version": "3.0"}})

    def test_apk(self):
        self.assertEqual(self.apps("alpine", {"/lib/apk/db/installed": (
            "C:Q1\nP:busybox\nV:1.36.1-r2\nA:aarch64\nT:Size optimized toolbox\nU:https://busybox.net/\n"
            "o:busybox\n\nC:Q1\nP:musl\nV:1.2.4-r1\nA:aarch64\n\n")}), {
            "busybox": {"version": "1.36.1", "release": "r2", "arch": "aarch64", "summary": "Size optimized toolbox",
                        "url": "https://busybox.net/", "source_package": "busybox"},
            "musl": {"version": "1.2.4", "release": "r1", "arch": "aarch64"}})

    def test_pacman(self):
        desc = "%NAME%\nless\n\n%VERSION%\n1:643-1\n\n%DESC%\nA pager\n\n%ARCH%\nx86_64\n\n%URL%\nhttp://less\n"
        self.assertEqual(self.apps("arch", {"/var/lib/pacman/local/less-1:643-1/desc": desc,
                                            "/var/lib/pacman/local/ALPM_DB_VERSION": "9\n"}), {
            "less": {"epoch": "1", "version": "643", "release": "1", "arch": "x86_64", "summary": "A pager",
                     "url": "http://less"}})

    def test_portage(self):
        self.assertEqual(self.apps("gentoo", {"/var/db/pkg/app-misc/screen-4.9.1-r2/DESCRIPTION": "terminals\n",
                                              "/var/db/pkg/x11-libs/gtk+-3.24/DESCRIPTION": "widgets\n"}), {
            "screen": {"version": "4.9.1", "release": "r2", "summary": "terminals"},
            "gtk+": {"version": "3.24", "summary": "widgets"}})

    def test_broken(self):
        contents = ("", "\n\n\n", "Package:\n", "P:\nV:\n", "%NAME%", "%VERSION%\n", "\xff\xfe\n \n  x",
                    "Package: x\nStatus: install ok installed\nVersion: :-:\n")
        for guest, path in (("debian", "/var/lib/dpkg/status"), ("alpine", "/lib/apk/db/installed"),
                            ("arch", "/var/lib/pacman/local/x/desc")):
            disks = [self.disk(f"{guest}-{i}", {**guests.GUESTS[guest][0], path: content})
                     for i, content in enumerate(contents)]
            names = [f"/dev/sd{letter}" for letter in string.ascii_lowercase[:len(disks)]]
            lines = [line for d in names for line in (f"mount-ro {d} /", f"inspect-list-applications2 {d}", "umount /")]
            found = self.session(disks, "inspect-os", *lines).out.split()
            self.assertEqual([word for word in found if word in names], names, "not all were found to be systems")

    def test_not_mounted(self):
        disk = self.disk("a", guests.GUESTS["debian"][0])
        self.gk_fails("shell", "--ro", "-a", disk, stdin="run\ninspect-os\ninspect-list-applications2 /dev/sda\n",
                      match="you must call 'mount' first")


class Command(Inspect):
    """guestkit inspect."""

    FILES = {**guests.GUESTS["fedora"][0], "/sbin/init": LINK("../usr/lib/systemd/systemd"),
             "/boot/grub2/grub.cfg": "", "/boot/vmlinuz-6.4": "", "/boot/initramfs-6.4.img": "",
             "/lib/modules/6.4/modules.dep": "kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio.ko.xz\n",
             "/lib/modules/6.4/modules.builtin": "kernel/drivers/ata/ahci.ko\n",
             "/etc/selinux/config": "# mode\nSELINUX=enforcing\n", "/etc/localtime": LINK("../usr/share/zoneinfo/Europe/Berlin"),
             "/etc/machine-id": "0123456789abcdef0123456789abcdef\n", "/usr/bin/qemu-ga": ELF("x86_64"),
             "/etc/NetworkManager/NetworkManager.conf": "", "/etc/cloud/cloud.cfg": "",
             "/etc/passwd": "root:x:0:0::/root:/bin/bash\nbin:x:1:1::/bin:/sbin/nologin\n"
                            "ann:x:1000:1000::/home/ann:/bin/sh\nsync:x:5:0::/sbin:/bin/sync\n"}

    def test_json(self):
        system, = self.gk("inspect", "--json", self.disk("a", self.FILES)).json()["systems"]
        self.assertEqual((system["root"], system["name"], system["major"], system["mountpoints"], system["snapshots"]),
                         ("/dev/sda", "Fedora Linux 38 (Server Edition)", 38, {"/": "/dev/sda"}, []))
        self.assertEqual(system["facts"], {
            "init": "systemd", "boot_loader": "grub2", "boot_config": "/boot/grub2/grub.cfg",
            "kernels": [{"version": "6.4", "image": "/boot/vmlinuz-6.4", "initramfs": "/boot/initramfs-6.4.img",
                         "drivers": ["virtio_blk", "ahci"]}],
            "selinux": "enforcing", "timezone": "Europe/Berlin", "logins": ["root", "ann"],
            "machine_id": "0123456789abcdef0123456789abcdef", "cloud_init": True, "merged_usr": False,
            "network": ["NetworkManager"], "agents": ["qemu-guest-agent"], "firmware": "bios"})
        space, = system["space"]
        self.assertEqual((space["mountpoint"], space["device"]), ("/", "/dev/sda"))
        self.assertGreater(space["size"], space["free"])

    def test_text(self):
        out = self.gk("inspect", self.disk("a", self.FILES)).out
        self.assertIn("name: Fedora Linux 38 (Server Edition)\n", out)
        self.assertIn("  - version=6.4 image=/boot/vmlinuz-6.4", out)

    def test_several(self):
        a, b = self.disk("a", guests.GUESTS["fedora"][0]), self.disk("b", guests.GUESTS["freebsd"][0])
        systems = self.gk("inspect", "--json", "-a", a, "-a", b).json()["systems"]
        self.assertEqual([(s["root"], s["type"]) for s in systems], [("/dev/sda", "linux"), ("/dev/sdb", "freebsd")])
        self.gk_fails("cat", "-a", a, "-a", b, "/etc/hostname", match="more than one operating system")

    def test_none(self):
        self.gk_fails("inspect", self.disk("a", {"/readme": ""}), match="no operating system was found")


class Programs(Inspect):
    """Debian's programs that inspect, unchanged."""

    def runs(self, *argv):
        r = self.foreign(*argv)
        self.sane(r)
        self.assertEqual(r.status, 0, str(r))
        return r

    def test_python(self):
        self.needs_program("guestfish")
        disk = self.disk("a", guests.GUESTS["fedora"][0])
        r = self.runs(PYTHON, "-c",
                    "import guestfs\n"
                    "g = guestfs.GuestFS(python_return_dict=True)\n"
                    f"g.add_drive_opts({disk!r}, readonly=1, format='raw')\n"
                    "g.launch()\n"
                    "root, = g.inspect_os()\n"
                    "print(root, g.inspect_get_distro(root), g.inspect_get_mountpoints(root))\n")
        self.assertEqual(r.out, "/dev/sda fedora {'/': '/dev/sda'}\n")

    def test_guestfish(self):
        self.needs_program("guestfish")
        disk = self.disk("a", guests.GUESTS["debian"][0])
        r = self.runs("guestfish", "--ro", "-i", "-a", disk, "cat", "/etc/hostname")
        self.assertEqual(r.out.strip(), "# our name\nbullseye")
        r = self.runs("virt-cat", "-a", disk, "/etc/debian_version")
        self.assertEqual(r.out, "11.7\n")
        self.runs("virt-edit", "-a", disk, "/etc/hostname", "-e", "s/bullseye/changed/")
        r = self.runs("virt-cat", "-a", disk, "/etc/hostname")
        self.assertEqual(r.out, "# our name\nchanged\n")
        r = self.runs("virt-ls", "-lR", "-a", disk, "/etc")
        self.assertIn("/etc/os-release", r.out)
