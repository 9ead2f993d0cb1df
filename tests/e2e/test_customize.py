# SPDX-License-Identifier: LGPL-3.0-or-later
"""libguestfs's own programs that change a guest, unchanged, on guestkit's library."""

from harness import Case
from test_inspect_windows import Windows


class Customize(Case):
    def test_usual_steps(self):
        self.needs_program("virt-customize")
        image = self.guest()
        key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl someone"
        before = self.gk("cat", image, "/etc/shadow").out
        r = self.foreign("virt-customize", "-a", image,
                         "--run-command", "echo ran as $(id -u) > /ran; echo on stdout",
                         "--run", self.file("script", "#!/bin/sh\necho from a script > /script-ran\n"),
                         "--write", "/etc/motd:hello", "--append-line", "/etc/motd:and more",
                         "--edit", "/etc/hosts:s/localhost/here/",
                         "--hostname", "renamed.example.com",
                         "--root-password", "password:secret",
                         "--ssh-inject", "root:string:" + key,
                         "--upload", self.file("up", "uploaded\n") + ":/etc/up",
                         "--mkdir", "/a/b", "--link", "/a/b:/link", "--chmod", "0600:/etc/up", "--delete", "/etc/issue",
                         "--timezone", "Europe/Berlin", "--firstboot-command", "echo first", timeout=120)
        self.assertEqual(r.status, 0, str(r))
        self.assertIn("Finishing off", r.out)
        for path, text in (("/ran", "ran as 0\n"), ("/script-ran", "from a script\n"), ("/etc/motd", "hello\nand more\n"),
                           ("/etc/hostname", "renamed.example.com\n"), ("/root/.ssh/authorized_keys", key + "\n"),
                           ("/etc/up", "uploaded\n")):
            self.assertEqual(self.gk("cat", image, path).out, text, path)
        self.assertIn("here", self.gk("cat", image, "/etc/hosts").out)
        after = self.gk("cat", image, "/etc/shadow").out
        self.assertRegex(after, r"(?m)^root:\$[^:]{20,}:")
        self.assertEqual(before.splitlines()[1:], after.splitlines()[1:])
        out = self.gk("shell", "--ro", "-a", image, "-m", "/dev/sda2", "readlink", "/link", ":", "readlink", "/etc/localtime",
                      ":", "filesize", "/etc/up", ":", "exists", "/etc/issue", ":", "is-dir", "/a/b",
                      ":", "sh", "ls /usr/lib/virt-sysprep/scripts | wc -l; stat -c %a%u%g /etc/up /root/.ssh").out.split()
        self.assertEqual(out, ["/a/b", "/usr/share/zoneinfo/Europe/Berlin", "9", "false", "true", "1", "60000", "70000"])

    def test_a_failing_command(self):
        self.needs_program("virt-customize")
        image = self.guest()
        r = self.foreign("virt-customize", "-a", image, "--run-command", "echo its words >&2; exit 4", timeout=120)
        self.assertEqual(r.status, 1)
        self.assertIn("its words\n", r.err)
        self.assertIn("command exited with an error", r.err)


class Registry(Windows):
    """virt-win-reg reads and merges the registry of a Windows guest."""

    def setUp(self):
        super().setUp()
        self.needs_program("virt-win-reg")

    def reg(self, *args, **kwargs):
        r = self.foreign("virt-win-reg", *args, **kwargs)
        self.assertEqual(r.status, 0, str(r))
        return r.out

    def test_read_and_merge(self):
        disk = self.disk("win10", self.guest())
        key = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion"
        self.assertEqual(self.reg(disk, key, "ProductName"), "Windows 10 Pro\n")
        self.assertIn('"CurrentMajorVersionNumber"=dword:0000000a', self.reg(disk, key))
        merge = self.file("merge.reg", r"""[HKEY_LOCAL_MACHINE\SOFTWARE\Guestkit]

[HKEY_LOCAL_MACHINE\SOFTWARE\Guestkit\Below]
"Text"="written"
"Number"=dword:00000007
""")
        self.reg("--merge", disk, merge)
        self.assertEqual(self.reg(disk, r"HKLM\Software\Guestkit\Below", "Text"), "written\n")
        self.assertIn('"Number"=dword:00000007', self.reg(disk, r"HKLM\Software\Guestkit"))
        self.assertEqual(self.reg(disk, key, "ProductName"), "Windows 10 Pro\n")
