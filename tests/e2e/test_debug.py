# SPDX-License-Identifier: LGPL-3.0-or-later
"""debug and its kin: what they may show and write, and a worker that ends as if it had crashed."""

import os

from harness import Case

LIBRARY = r"""
import ctypes
lib = ctypes.CDLL ("libguestfs.so.0")
class Mountable (ctypes.Structure):
    _fields_ = [("type", ctypes.c_int32), ("device", ctypes.c_char_p), ("volume", ctypes.c_char_p)]
lib.guestfs_create.restype = ctypes.c_void_p
lib.guestfs_last_error.restype = ctypes.c_char_p
lib.guestfs_internal_parse_mountable.restype = ctypes.POINTER (Mountable)
g = ctypes.c_void_p (lib.guestfs_create ())
lib.guestfs_set_error_handler (g, None, None)
def ok (r):
    assert r == 0, lib.guestfs_last_error (g)
def fails (r, words):
    assert r == -1 and words in lib.guestfs_last_error (g), (r, lib.guestfs_last_error (g))
ok (lib.guestfs_add_drive (g, sys.argv[1].encode ()))
ok (lib.guestfs_launch (g))
"""


# The worker is the first process of a kernel of its own.
ENDED = "Attempted to kill init"


class Debug(Case):
    def test_internals(self):
        """Those that libguestfs's library exports, called as it does."""
        image, self.expected_kernel_fault = self.image(), ENDED
        self.python_guestfs(LIBRARY + r"""
def parsed (name):
    m = lib.guestfs_internal_parse_mountable (g, name)
    return m and (m.contents.type, m.contents.device, m.contents.volume)
assert parsed (b"/dev/vda1") == (0, b"/dev/sda1", b""), parsed (b"/dev/vda1")
assert parsed (b"btrfsvol:/dev/sda1/a/b") == (1, b"/dev/sda1", b"a/b")
assert not parsed (b"/dev/nope")
source = sys.argv[2].encode ()
ok (lib.guestfs_internal_upload (g, source, b"/tmp/name", 0o600))
fails (lib.guestfs_internal_upload (g, source, b"/etc/name", 0o600), b"give a name without folders")
for call in (lib.guestfs_internal_filesystem_walk, lib.guestfs_internal_yara_scan):
    fails (call (g, b"/dev/sda", b"/dev/null"), b"speak with each other; call ")
fails (lib.guestfs_internal_get_console_socket (g), b"this session has no rescue shell")
# In the middle of an upload.
fails (lib.guestfs_internal_rhbz914931 (g, source, 5), b"the worker ended unexpectedly")
fails (lib.guestfs_sync (g), b"call launch before using this function")
lib.guestfs_close (g)
""", image, self.file("large", b"x" * 1000000))

    def test_exit(self):
        """Nothing is left, whatever was open; the harness looks."""
        image, self.expected_kernel_fault = self.image(), ENDED
        self.images[image] = "recoverable"
        r = self.gk_any("shell", "--rw", "-a", image, "-m", "/dev/sda2", "debug-upload", self.file("f", "x"), "name", "0600",
                        ":", "internal-exit")
        self.assertEqual(r.status, 1, str(r))
        self.assertIn("internal_exit: the worker ended unexpectedly", r.err)

    def test_nothing_of_the_host(self):
        self.file("secret-of-the-host", "x")
        for path in (self.dir, "/", "/etc", "/dev/../etc", "/tmp/..", "/tmp/../../", "/devices", "/dev/../" + self.dir):
            r = self.gk_any("shell", "--ro", "-a", self.image(), "-m", "/dev/sda2", "debug", "ll", path)
            self.assertEqual((r.status, r.out), (1, ""), str(r))
            self.assertIn("only the session's own /dev and /tmp are shown", r.err)
        before = set(os.listdir("/run"))
        for name in ("../name", "/run/name", "a/b", ".", "..", "/tmp/", "/tmp/../name", ""):
            r = self.gk_any("shell", "--ro", "-a", self.image(), "-m", "/dev/sda2", "debug-upload", self.path("secret-of-the-host"),
                            name, "0600")
            self.assertEqual(r.status, 1, str(r))
            self.assertIn("give a name without folders", r.err, name)
        self.assertEqual(set(os.listdir("/run")) - {"guestkit"}, before - {"guestkit"})
