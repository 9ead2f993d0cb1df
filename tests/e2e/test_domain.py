# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disks of libvirt's domains; its driver for tests reads them from a file and needs no server."""

from harness import Case

UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0"
AUTH = """\
import sys
sys.path[:0] = ["/usr/lib/python3/dist-packages"]
import guestfs
g = guestfs.GuestFS(python_return_dict=True)
asked = []
def answer(event, handle, buf, array):
    for i, kind in enumerate(g.get_libvirt_requested_credentials()):
        asked.append((kind, g.get_libvirt_requested_credential_prompt(i),
                      g.get_libvirt_requested_credential_challenge(i), g.get_libvirt_requested_credential_defresult(i)))
        g.set_libvirt_requested_credential(i, {"authname": "me", "passphrase": sys.argv[2]}[kind])
g.set_libvirt_supported_credentials(["authname", "passphrase"])
g.set_event_callback(answer, guestfs.EVENT_LIBVIRT_AUTH)
try:
    g.get_libvirt_requested_credentials()
except RuntimeError as e:
    print(e)
try:
    print(g.add_domain("guest", libvirturi=sys.argv[1], readonly=True))
except RuntimeError as e:
    print(e)
print(sorted(asked))
"""


class Domain(Case):
    def node(self, disks, before="", state=""):
        """The URI of a libvirt with one domain, which has these disks."""
        test = f' xmlns:test="http://libvirt.org/schemas/domain/test/1.0"><test:runstate>{state}</test:runstate' if state else ""
        path = self.file("node.xml", f"""\
<node>{before}
  <domain type="test"{test}>
    <name>guest</name><uuid>{UUID}</uuid><memory>524288</memory>
    <os><type>hvm</type></os>
    <devices>{disks}</devices>
  </domain>
</node>""")
        return "test://" + path

    def disk(self, path, driver="", more="", kind="file", source="file", target="hda"):
        return (f'<disk type="{kind}">{driver and f"<driver name=%sqemu%s type=%s{driver}%s/>" % tuple(4 * chr(34))}'
                f'<source {source}="{path}"/><target dev="{target}"/>{more}</disk>')

    def fish(self, uri, *words, stdin=None, status=0):
        r = self.foreign("guestfish", "-c", uri, *words, stdin=stdin)
        self.assertEqual(r.status, status, str(r))
        return r

    def test_programs(self):
        image = self.image("gpt.qcow2")
        uri = self.node(self.disk(image, "qcow2"), state="5")
        self.assertEqual(self.fish(uri, "--ro", "-d", "guest", "-m", "/dev/sda2", "cat", "/etc/hostname").out, "small-guest\n\n")
        self.assertEqual(self.foreign("virt-cat", "-c", uri, "-d", "guest", "-m", "/dev/sda2", "/etc/hostname").out, "small-guest\n")
        self.fish(uri, "--rw", "-d", "guest", "-m", "/dev/sda2", "write", "/etc/motd", "by the domain\n")
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "by the domain\n")

    def test_df(self):
        uri = self.node(self.disk(self.image("gpt.qcow2"), "qcow2"))
        self.assertRegex(self.foreign("virt-df", "-c", uri).out, r"(?m)^guest:/dev/sda2 +\d+ +\d+ +\d+ +\d+%$")

    def test_running(self):
        """Nobody writes to the disks of a machine that runs; reading is the user's risk."""
        image = self.image("gpt.qcow2")
        before = self.checksum(image)
        uri = self.node(self.disk(image, "qcow2"))
        r = self.fish(uri, "--rw", "-d", "guest", "run", status=1)
        self.assertIn("domain is a live virtual machine", r.err)
        self.assertEqual(self.fish(uri, "--ro", "-d", "guest", "-m", "/dev/sda2", "cat", "/etc/hostname").out, "small-guest\n\n")
        self.assertEqual(self.checksum(image), before)

    def drives(self, uri, *options):
        """What is added, and what the call says to it."""
        r = self.gk_any("shell", stdin=f"-domain guest libvirturi:{uri} {' '.join(options)}\ndebug-drives\n")
        return [line.replace(self.dir, "") for line in r.out.splitlines()], r.err

    def test_what_is_passed_on(self):
        for name in ("a", "b", "c"):
            self.tool("truncate", "-s", "1M", self.path(name))
        uri = self.node(self.disk(self.path("a")) +
                        self.disk(self.path("b"), "raw", '<blockio logical_block_size="4096"/>', target="hdb") +
                        self.disk(self.path("c"), "raw", "<readonly/>", target="hdc") +
                        '<disk type="file" device="cdrom"><target dev="hdd"/></disk>', state="5")
        drives, err = self.drives(uri)
        self.assertEqual((drives[0], err), ("3", ""))
        self.assertEqual(len(drives), 4)
        self.assertNotIn("format", drives[1])
        self.assertIn("/b", drives[2])
        self.assertIn("blocksize=4096", drives[2])
        self.assertIn("format=raw", drives[2])
        self.assertEqual([("readonly" in d) for d in drives[1:]], [False, False, False])
        for word, shown in (("read", [False, False, True]), ("write", [False, False, False]), ("ignore", [False, False])):
            drives, err = self.drives(uri, "readonlydisk:" + word)
            self.assertEqual(([("readonly" in d) for d in drives[1:]], err), (shown, ""), word)
        drives, err = self.drives(uri, "readonlydisk:error")
        self.assertEqual(drives, [])
        self.assertIn("disk is marked <readonly/> in libvirt XML", err)
        self.assertIn("unknown readonlydisk", self.drives(uri, "readonlydisk:other")[1])
        self.assertEqual([("readonly" in d) for d in self.drives(uri, "readonly:true")[0][1:]], [True, True, True])
        self.assertIn("removed", self.drives(uri, "live:true")[1])

    def test_all_or_none(self):
        self.tool("truncate", "-s", "1M", self.path("a"))
        uri = self.node(self.disk(self.path("a"), "raw") + self.disk(self.path("gone"), "raw", target="hdb"), state="5")
        drives, err = self.drives(uri)
        self.assertEqual(drives, [])
        self.assertIn("gone: No such file or directory", err)

    def test_errors(self):
        self.assertIn("libvirt domain has no disks", self.drives(self.node("", state="5"))[1])
        self.assertIn("could not connect to libvirt", self.drives("test://" + self.path("nope.xml"))[1])
        r = self.gk_any("shell", stdin=f"domain other libvirturi:{self.node('', state='5')}\n")
        self.assertIn("no libvirt domain called ‘other’", r.err)

    def test_uuid(self):
        self.tool("truncate", "-s", "1M", self.path("a"))
        uri = self.node(self.disk(self.path("a"), "raw"), state="5")
        self.assertEqual(self.gk("shell", stdin=f"domain {UUID} libvirturi:{uri} allowuuid:true\n").out, "1\n")
        self.assertEqual(self.gk("shell", stdin=f"domain guest libvirturi:{uri} allowuuid:true\n").out, "1\n")
        self.assertIn("no libvirt domain", self.gk_any("shell", stdin=f"domain {UUID} libvirturi:{uri}\n").err)

    def test_network(self):
        uri = self.node('<disk type="network"><driver name="qemu" type="raw"/><source protocol="nbd" name="export">'
                        '<host name="localhost" port="10810"/></source><target dev="vda"/></disk>', state="5")
        drives, err = self.drives(uri)
        self.assertEqual((drives[0], err), ("1", ""))
        for word in ("protocol=nbd", "export", "format=raw"):
            self.assertIn(word, drives[1])

    def test_volume(self):
        self.tool("truncate", "-s", "1M", self.path("a"))
        pool = (f"<pool type='dir'><name>p</name><target><path>{self.dir}</path></target>"
                f"<volume><name>v</name><key>k</key><capacity>1048576</capacity><target><path>{self.path('a')}</path></target></volume></pool>")
        volume = '<disk type="volume"><driver name="qemu" type="raw"/><source pool="p" volume="%s"/><target dev="vda"/></disk>'
        drives, err = self.drives(self.node(volume % "v", pool, state="5"))
        self.assertEqual(err, "")
        self.assertIn("/a", drives[1])
        self.assertIn("volume ‘w’ of the libvirt storage pool ‘p’", self.drives(self.node(volume % "w", pool, state="5"))[1])

    def test_credentials(self):
        self.tool("truncate", "-s", "1M", self.path("a"))
        uri = self.node(self.disk(self.path("a"), "raw"), "<auth><user password='secret'>me</user></auth>", state="5")
        script = self.file("auth.py", AUTH)
        for password, said in (("secret", "1"), ("wrong", "could not connect to libvirt")):
            r = self.foreign("/usr/bin/python3", script, uri, password)
            self.assertEqual(r.status, 0, str(r))
            lines = r.out.splitlines()
            self.assertIn("only be called from within the GUESTFS_EVENT_LIBVIRT_AUTH event handler", lines[0])
            self.assertIn(said, lines[1])
            self.assertRegex(lines[2], r"\('authname', '[^']+', 'localhost', ''\)")
            self.assertNotIn(password, r.err)
