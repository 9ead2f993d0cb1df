# SPDX-License-Identifier: LGPL-3.0-or-later
"""The registry of Windows guests, call by call, through libguestfs's own Python module."""

import hives
from harness import Case

# Opens the image and puts an empty hive into it.
BEGIN = """
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1])
g.launch ()
g.mount ("/dev/sda2", "/")
def fails (call, *args, **more):
    try:
        call (*args, **more)
    except RuntimeError as e:
        return str (e)
    raise AssertionError ("did not fail")
def check (value, expected):
    assert value == expected, (value, expected)
g.upload (sys.argv[2], "/hive")
"""


class Hivex(Case):
    def hive(self, script, hive=None):
        self.python_guestfs(BEGIN + script, self.image(), self.file("hive", hives.empty() if hive is None else hive))

    def test_everything(self):
        self.hive(r"""
g.hivex_open ("/hive", write=True)
root = g.hivex_root ()
check (g.hivex_node_name (root), "$$$PROTO.HIV")
a = g.hivex_node_add_child (root, "First")
b = g.hivex_node_add_child (root, "Gr\u00fc\u00dfe")
check ({n["hivex_node_h"] for n in g.hivex_node_children (root)}, {a, b})
check (g.hivex_node_get_child (root, "fIRST"), a)
check (g.hivex_node_get_child (root, "none"), 0)
check (g.hivex_node_parent (a), root)
check (g.hivex_node_name (b), "Gr\u00fc\u00dfe")
text = "caf\u00e9".encode ("utf-16-le") + b"\0\0"
g.hivex_node_set_value (a, "s", 1, text)
g.hivex_node_set_value (a, "bytes", 3, b"\0\1\2\0")
g.hivex_node_set_value (a, "", 4, b"\1\0\0\0")
g.hivex_node_set_value (a, "empty", 3, b"")
v = g.hivex_node_get_value (a, "s")
check (g.hivex_value_key (v), "s")
check (g.hivex_value_type (v), 1)
check (g.hivex_value_string (v), "caf\u00e9")
check (g.hivex_value_utf8 (v), "caf\u00e9")
check (g.hivex_value_value (v), text)
check (g.hivex_value_value (g.hivex_node_get_value (a, "bytes")), b"\0\1\2\0")
check (g.hivex_value_value (g.hivex_node_get_value (a, "empty")), b"")
check (g.hivex_value_type (g.hivex_node_get_value (a, "")), 4)
check (g.hivex_node_get_value (a, "none"), 0)
check (len (g.hivex_node_values (a)), 4)
g.hivex_node_delete_child (b)
g.hivex_commit (None)
g.hivex_commit ("/copy")
g.hivex_close ()
for name in "/hive", "/copy":
    g.hivex_open (name)
    a = g.hivex_node_get_child (g.hivex_root (), "First")
    check (g.hivex_value_string (g.hivex_node_get_value (a, "s")), "caf\u00e9")
    check (len (g.hivex_node_children (g.hivex_root ())), 1)
    assert "Read-only file system" in fails (g.hivex_node_add_child, a, "x")
g.hivex_close ()
""")

    def test_errors(self):
        self.hive(r"""
words = "do_%s: you must call 'hivex-open' first to initialize the hivex handle"
check (fails (g.hivex_root), "hivex_root: " + words % "hivex_root")
check (fails (g.hivex_close), "hivex_close: " + words % "hivex_close")
check (fails (g.hivex_commit, None), "hivex_commit: " + words % "hivex_commit")
check (fails (g.hivex_open, "/nonexistent"), "hivex_open: hivex failed to open /nonexistent: No such file or directory")
g.write ("/text", "not a hive")
check (fails (g.hivex_open, "/text"), "hivex_open: hivex failed to open /text: Invalid argument")
g.mkfifo (0o644, "/fifo")
check (fails (g.hivex_open, "/fifo"), "hivex_open: hivex failed to open /fifo: Invalid argument")
check (fails (g.hivex_root), "hivex_root: " + words % "hivex_root")
g.hivex_open ("/hive")
assert fails (g.hivex_node_name, 12345).startswith ("hivex_node_name: failed: ")
assert fails (g.hivex_node_parent, -1).startswith ("hivex_node_parent: failed: ")
assert fails (g.hivex_value_value, 1 << 40).startswith ("hivex_value_value: failed: ")
check (g.hivex_node_name (g.hivex_root ()), "$$$PROTO.HIV")
g.umount_all ()
check (fails (g.hivex_root), "hivex_root: " + words % "hivex_root")
""")

    def test_stays_in_the_guest(self):
        host = self.file("secret", hives.empty())
        self.hive(f"""
g.ln_s ("/proc/self/root" * 3 + "{host}", "/out")
assert "No such file or directory" in fails (g.hivex_open, "/out")
g.hivex_open ("/hive", write=True)
assert "No such file or directory" in fails (g.hivex_commit, "{host}x")
""")

    def test_damaged(self):
        """Every byte of the root's cells once, and cut off: an error or an answer, and the session goes on."""
        good = hives.empty()
        first, script = good.index(b"nk") - 4, ""
        for at in range(first, first + 140, 3):
            bad = bytearray(good)
            bad[at] ^= 0xff
            self.file(f"bad{at}", bytes(bad))
            script += f"attempt ({self.path(f'bad{at}')!r})\n"
        for size in (0, 3, 4096, 4100, 5000, 8191):
            self.file(f"cut{size}", good[:size])
            script += f"attempt ({self.path(f'cut{size}')!r})\n"
        self.hive("""
def attempt (path):
    g.upload (path, "/bad")
    for unsafe in False, True:
        try:
            g.hivex_open ("/bad", unsafe=unsafe)
            root = g.hivex_root ()
            g.hivex_node_name (root)
            for n in g.hivex_node_children (root):
                g.hivex_node_name (n["hivex_node_h"])
            g.hivex_node_values (root)
        except RuntimeError as e:
            assert str (e).startswith ("hivex_"), str (e)
    assert g.exists ("/bad")
""" + script)
