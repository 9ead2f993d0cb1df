# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit reg: the registry of Windows guests as .reg files."""

import struct

import windows
from test_inspect import Inspect
from windows import HIVE

CONFIG = "/Windows/System32/config/"
APP = r"HKEY_LOCAL_MACHINE\SOFTWARE\App"
HEAD = "Windows Registry Editor Version 5.00\n"
PROFILES = r"Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-1-2-3-1001"

# Every type, and what is hard to write.
ALL = HEAD + r"""
[HKEY_LOCAL_MACHINE\SOFTWARE\App]
@="the default"
"text"="C:\\Program Files\\\"App\""
"unicode"="Grüße €"
"empty"=""
"none"=hex(0):
"number"=dword:0000002a
"bytes"=hex:00,01,02,ff
"expand"=hex(2):25,00,50,00,25,00,00,00
"big"=hex(5):00,00,00,01
"link"=hex(6):41,00
"multi"=hex(7):61,00,00,00,62,00,00,00,00,00
"resources"=hex(8):01
"quad"=hex(b):01,00,00,00,00,00,00,80
"strange"=hex(1):00,d8
"other"=hex(ffff0011):07
"long"=hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,0f,10,11,12,13,14,15,\
  16,17,18,19,1a,1b,1c,1d,1e,1f,20,21,22,23,24,25,26,27,28,29,2a,2b,2c,2d,2e

[HKEY_LOCAL_MACHINE\SOFTWARE\App\Sub [1]]

[HKEY_LOCAL_MACHINE\SOFTWARE\App\Sub [1]\Größe]
"a=b"=dword:00000000
"""


class Reg(Inspect):
    def setUp(self):
        super().setUp()
        self.needs_program("hivexsh")

    def guest(self, more=None):
        user = HIVE({r"Software\Mine": {"colour": "blue"}})
        soft = windows.software("Windows 10 Pro", "6.3", "19045", "Client", ten=True, more={
            "Old": {"keep": "x", "drop": "y", "n": 1}, r"Old\Below": {"a": "b"},
            PROFILES: {"ProfileImagePath": r"C:\Users\Ann"}})
        return self.disk("win.raw", {**windows.GUESTS["win10"][0], CONFIG + "SOFTWARE": soft,
                                     "/Users/Ann/NTUSER.DAT": user, **(more or {})})

    def merge(self, disk, text, *options, encoding="utf-8", **kwargs):
        path = self.file("changes.reg", text if isinstance(text, bytes) else text.encode(encoding))
        return self.gk("reg", *options, disk, "--merge", path, **kwargs)

    def show(self, disk, key):
        return self.gk("reg", disk, key).out

    def sound(self, disk, name="SOFTWARE"):
        """hivexsh, a reader of its own, takes the hive."""
        self.gk("cp", f"{disk}:{CONFIG}{name}", self.path("hive"))
        self.tool("hivexsh", self.path("hive"), stdin="ls\nquit\n")


class Show(Reg):
    def test_hives(self):
        out = self.gk("reg", self.guest()).out.splitlines()
        self.assertEqual(out, [r"HKEY_LOCAL_MACHINE\SOFTWARE", r"HKEY_LOCAL_MACHINE\SYSTEM", r"HKEY_USERS\Ann"])

    def test_key(self):
        disk = self.guest()
        before = self.checksum(disk)
        out = self.show(disk, r"hklm\software\old")
        self.assertEqual(out, HEAD + "\n[HKEY_LOCAL_MACHINE\\software\\old]\n" '"keep"="x"\n"drop"="y"\n"n"=dword:00000001\n'
                         "\n[HKEY_LOCAL_MACHINE\\software\\old\\Below]\n" '"a"="b"\n')
        self.assertEqual(self.show(disk, r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters").splitlines()[-1],
                         '"Hostname"="TEN"')
        for user in ("Ann", "ANN", "S-1-5-21-1-2-3-1001"):
            if user != "ANN":
                self.assertIn('"colour"="blue"', self.show(disk, rf"HKU\{user}\Software\Mine"))
        self.assertEqual(self.checksum(disk), before)

    def test_json(self):
        top = self.gk("reg", "--json", self.guest(), r"HKLM\SOFTWARE\Old").json()
        self.assertEqual({v["name"]: (v["type_name"], v.get("text", v.get("number"))) for v in top["values"]},
                         {"keep": ("REG_SZ", "x"), "drop": ("REG_SZ", "y"), "n": ("REG_DWORD", 1)})
        self.assertEqual(top["keys"][0]["key"], r"HKEY_LOCAL_MACHINE\SOFTWARE\Old\Below")

    def test_what_is_not_there(self):
        disk = self.guest()
        for key in (r"HKLM\SOFTWARE\Nope", r"HKLM\SAM", r"HKLM\HARDWARE", r"HKU\Bob", r"HKU\..", r"HKU\../../x", "HKCU", "x"):
            self.gk_fails("reg", disk, key, match="no such key|no hive")
        self.gk_fails("reg", self.image(), "HKLM", match="no Windows")

    def test_not_shut_down(self):
        disk = self.guest()
        self.tool("debugfs", "-R", f"dump {CONFIG}SYSTEM {self.path('hive')}", disk)
        with open(self.path("hive"), "r+b") as f:
            f.seek(4)
            f.write(struct.pack("<I", 77))
        self.gk("cp", self.path("hive"), f"{disk}:{CONFIG}SYSTEM")
        r = self.gk_any("reg", disk, r"HKLM\SYSTEM\Select")
        self.assertIn("may not be all", r.err)
        before = self.checksum(disk)
        self.gk_fails("reg", disk, "--merge", self.file("x.reg", HEAD + '[HKLM\\SYSTEM\\New]\n"a"="b"\n'), match="shut it down")
        self.assertEqual(self.checksum(disk), before)


class Merge(Reg):
    def test_all_types_and_back(self):
        disk = self.guest()
        self.merge(disk, ALL)
        out = self.show(disk, APP)
        # Keys come sorted; the values in the order in which they were set.
        self.assertEqual(out, ALL)
        self.sound(disk)
        # What was shown can be merged, and changes nothing.
        self.assertIn("nothing would change", self.merge(disk, out, "-n").err)

    def test_encodings(self):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
            with self.subTest(encoding):
                disk = self.guest()
                self.merge(disk, ALL.replace("\n", "\r\n"), encoding=encoding)
                self.assertEqual(self.show(disk, APP), ALL)

    def test_regedit4(self):
        disk = self.guest()
        self.merge(disk, ("REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\App]\r\n" '"a"="Grüße"\r\n'
                          '"b"=hex(2):25,e4,25,00\r\n"c"=hex:41,42\r\n').encode("cp1252"))
        self.assertEqual(self.show(disk, APP).splitlines()[3:],
                         ['"a"="Grüße"', '"b"=hex(2):25,00,e4,00,25,00,00,00', '"c"=hex:41,42'])

    def test_deleting(self):
        disk = self.guest()
        self.merge(disk, HEAD + '[HKLM\\SOFTWARE\\Old]\n"DROP"=-\n"never"=-\n"n"=dword:2 ; two\n; a comment\n'
                   "[-HKLM\\SOFTWARE\\Old\\Below]\n[-HKLM\\SOFTWARE\\Never\\There]\n")
        self.assertEqual(self.show(disk, r"HKLM\SOFTWARE\Old"),
                         HEAD + "\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Old]\n" '"keep"="x"\n"n"=dword:00000002\n')
        self.sound(disk)

    def test_several_hives(self):
        disk = self.guest()
        self.merge(disk, HEAD + '[HKLM\\SOFTWARE\\A]\n"x"="1"\n[HKU\\Ann\\B]\n"x"="2"\n[HKLM\\SYSTEM\\CurrentControlSet\\C]\n'
                   '"x"="3"\n[HKEY_CLASSES_ROOT\\.txt]\n@="txtfile"\n[HKU\\S-1-5-21-1-2-3-1001\\D]\n"x"="4"\n')
        for key, value in ((r"HKLM\SOFTWARE\A", '"x"="1"'), (r"HKU\Ann\B", '"x"="2"'), (r"HKU\Ann\D", '"x"="4"'),
                           (r"HKLM\SYSTEM\ControlSet001\C", '"x"="3"'), (r"HKLM\SOFTWARE\Classes\.txt", '@="txtfile"')):
            self.assertEqual(self.show(disk, key).splitlines()[-1], value)

    def test_all_or_nothing(self):
        disk = self.guest()
        before = self.checksum(disk)
        self.gk_fails("reg", disk, "--merge", self.file("x.reg", HEAD + '[HKLM\\SOFTWARE\\A]\n"x"="1"\n[HKU\\Ann\\B]\n"x"="2"\n'
                                                        '[HKU\\Bob\\B]\n"x"="2"\n'), match="line 6")
        self.gk_fails("reg", disk, "--merge", self.file("y.reg", HEAD + "[-HKLM\\SOFTWARE]\n"), match="cannot be deleted")
        self.assertEqual(self.checksum(disk), before)

    def test_dry_run(self):
        disk = self.guest()
        before = self.checksum(disk)
        text = HEAD + '[HKLM\\SOFTWARE\\Old]\n"drop"=-\n"n"=dword:2\n"keep"="x"\n[HKLM\\SOFTWARE\\New]\n[-HKLM\\SOFTWARE\\Old\\Below]\n'
        out = self.merge(disk, text, "-n").out.splitlines()
        self.assertEqual(out[:-1], ["[HKLM\\SOFTWARE\\Old]", '-"drop"="y"', '-"n"=dword:00000001', '+"n"=dword:00000002',
                                    "+[HKLM\\SOFTWARE\\New]", "-[HKLM\\SOFTWARE\\Old\\Below]"])
        self.assertRegex(out[-1], f"^changed {CONFIG}SOFTWARE: file; content, .* sha256 ")
        top = self.merge(disk, text, "-n", "--json").json()
        self.assertEqual(len(top["result"]), 5 - 1 + 0)
        self.assertEqual(self.checksum(disk), before)

    def test_from_stdin(self):
        disk = self.guest()
        self.gk("reg", disk, "--merge", "-", stdin=HEAD + '[HKLM\\SOFTWARE\\A]\n"x"="1"\n')
        self.assertIn('"x"="1"', self.show(disk, r"HKLM\SOFTWARE\A"))

    def test_files_that_are_wrong(self):
        disk = self.guest()
        key = "[HKLM\\SOFTWARE\\A]\n"
        for text, words in ((b"", "line 1: a file of this kind begins"), (b"[HKLM]\n", "line 1"),
                            (HEAD + "[HKLM\\SOFTWARE\n", "line 2: ] is"), (HEAD + "[]\n", "line 2: this is no name"),
                            (HEAD + "[HKLM\\\\A]\n", "no name"), (HEAD + '"a"="b"\n', "line 2: a value stands behind"),
                            (HEAD + "[-HKLM\\SOFTWARE\\A]\n" + '"a"="b"\n', "line 3: a value stands"),
                            (HEAD + key + '"a"\n', "= is expected"), (HEAD + key + '"a"="b\n', "quote is not closed"),
                            (HEAD + key + '"a"="\\q"\n', "behind a backslash"), (HEAD + key + '"a"=dword:\n', "hexadecimal number"),
                            (HEAD + key + '"a"=dword:123456789\n', "hexadecimal number"), (HEAD + key + '"a"=hex:1,zz\n', "digits"),
                            (HEAD + key + '"a"=hex(3:00\n', r"\) is"), (HEAD + key + '"a"=word\n', "a value is"),
                            (HEAD + key + '"a"="b" c\n', "more than was expected"), (HEAD + key + "rubbish\n", "line 3"),
                            (HEAD + key + '"a"="b\0c"\n', "NUL"), ((HEAD + key).encode() + b'"a"="\xff"\n', "not valid UTF-8"),
                            (b"\xff\xfe" + (HEAD + key).encode("utf-16-le") + b"\x00\xd8\n\0", "not valid UTF-16LE"),
                            (HEAD + f"[HKLM\\SOFTWARE\\{'x' * 800}]\n", "no name")):
            with self.subTest(text):
                self.gk_fails("reg", disk, "--merge", self.file("x.reg", text), match=words)

    def test_hostile_names(self):
        # A name with a line break in it must not become a line of the file that is shown.
        disk = self.guest()
        self.python_guestfs(r"""
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1])
g.launch ()
g.mount ("/dev/sda", "/")
g.hivex_open (sys.argv[2], write=True)
bad = g.hivex_node_add_child (g.hivex_root (), "Bad")
g.hivex_node_add_child (bad, "x]\n[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Old")
g.hivex_node_set_value (bad, "a\n[-HKLM\\SOFTWARE\\Old]", 1, b"\0\0")
g.hivex_node_set_value (bad, "t", 1, "\x1b[2J\n[-HKLM\\SOFTWARE]\0".encode ("utf-16-le"))
g.hivex_commit (None)
g.close ()
""", disk, CONFIG + "SYSTEM")
        out = self.show(disk, r"HKLM\SYSTEM\Bad")
        self.assertNotIn("\n[-", out)
        self.assertNotIn("\x1b", out)
        self.assertEqual(out.count("that cannot be written here"), 2)
        self.assertIn('"t"=hex(1):1b,00,', out)

    def test_usage(self):
        disk, reg = self.guest(), self.file("x.reg", HEAD)
        for args in ((), (disk, "a", "b"), (disk, "HKLM", "--merge", reg), ("-n", disk, "HKLM"), ("--ro", disk, "--merge", reg)):
            self.gk_fails("reg", *args, status=2)
        self.gk_fails("reg", disk, "--merge", self.path("nope"), match="nope")
