# SPDX-License-Identifier: LGPL-3.0-or-later
"""Programs made for libguestfs, unchanged, on guestkit's library."""

import os

from harness import GUESTKIT, Case


class Library(Case):
    def test_it_is_ours(self):
        # The variable that the dynamic loader honours must lead to our library.
        r = self.gk("exec", "--", "sh", "-c",
                    'ldd "$(command -v guestfish)" | grep libguestfs.so.0')
        self.assertNotIn("/usr/lib/x86_64-linux-gnu/libguestfs", r.out)
        self.assertNotIn("not found", r.out)

    def test_status_of_the_program(self):
        r = self.run_program(GUESTKIT, "exec", "--", "sh", "-c", "exit 7")
        self.assertEqual(r.status, 7, str(r))

    def test_no_such_program(self):
        r = self.run_program(GUESTKIT, "exec", "--", "no-such-program")
        self.assertIn(r.status, (1, 127), str(r))
        self.assertIn("no-such-program", r.err)


class Guestfish(Case):
    def fish(self, *args, status=0, **kwargs):
        self.needs_program("guestfish")
        r = self.foreign("guestfish", *args, **kwargs)
        self.assertEqual(r.status, status, str(r))
        return r

    def test_cat(self):
        self.assertEqual(self.fish("--ro", "-a", self.image(), "-m", "/dev/sda2", "cat", "/etc/hostname").out,
                         "small-guest\n\n")

    def test_write(self):
        image = self.image()
        self.fish("--rw", "-a", image, "-m", "/dev/sda2", "write", "/etc/motd", "from guestfish")
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "from guestfish")

    def test_script(self):
        image = self.image()
        r = self.fish("--ro", "-a", image, stdin="run\nlist-filesystems\nmount-ro /dev/sda2 /\nls /home\n")
        self.assertIn("/dev/sda2: ext4", r.out)
        self.assertIn("user", r.out)

    def test_copies(self):
        image = self.image()
        data = os.urandom(1 << 20)
        self.fish("--rw", "-a", image, "-m", "/dev/sda2", "upload", self.file("in", data), "/data/in", ":",
                  "download", "/data/in", self.path("out"), ":", "checksum", "sha256", "/data/in")
        self.assertEqual(self.read(self.path("out")), data)

    def test_copy_in_and_out(self):
        image = self.image()
        os.mkdir(self.path("folder"))
        self.file("folder/file", b"x")
        self.fish("--rw", "-a", image, "-m", "/dev/sda2", "copy-in", self.path("folder"), "/mnt")
        self.assertEqual(self.gk("cat", image, "/mnt/folder/file").out, "x")
        os.mkdir(self.path("to"))
        self.fish("--ro", "-a", image, "-m", "/dev/sda2", "copy-out", "/home/user", self.path("to"))
        self.assertEqual(self.read(self.path("to/user/notes")), b"first line\nsecond line\n")

    def test_verbose(self):
        r = self.fish("-v", "--ro", "-a", self.image(), "-m", "/dev/sda2", "cat", "/etc/hostname")
        self.assertIn("mount: /dev/sda2 on / type ext4\n", r.err)
        self.assertTrue(r.err.endswith("\n"), r.err[-100:])

    def test_errors(self):
        r = self.fish("--ro", "-a", self.image(), "-m", "/dev/sda2", "cat", "/nope", status=1)
        self.assertIn("/nope: No such file or directory", r.err)

    def test_make_a_disk(self):
        self.fish("-N", self.path("new.img") + "=fs:ext4:64M", "-m", "/dev/sda1", "touch", "/made")
        self.assertIn("made", self.gk("ls", "--format", "raw", "-m", "/dev/sda1", self.path("new.img"), "/").out)


class Python(Case):
    def test_cat(self):
        r = self.python_guestfs('''
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive_opts (sys.argv[1], readonly=1)
g.launch ()
print (g.list_filesystems ())
g.mount_ro ("/dev/sda2", "/")
print (g.cat ("/etc/hostname"), end="")
print (g.read_lines ("/home/user/notes"))
print (g.stat ("/home/user/notes")["uid"])
g.shutdown ()
g.close ()
''', self.image())
        self.assertIn("small-guest\n", r.out)
        self.assertIn("['first line', 'second line']", r.out)
        self.assertTrue(r.out.endswith("1000\n"))

    def test_write(self):
        image = self.image()
        self.python_guestfs('''
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1])
g.launch ()
g.mount ("/dev/sda2", "/")
g.write ("/etc/motd", "from python\\n")
g.mkdir_p ("/data/a/b/c")
g.shutdown ()
''', image)
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "from python\n")
        self.assertIn("c", self.gk("ls", image, "/data/a/b").out)

    def test_errors(self):
        r = self.python_guestfs('''
g = guestfs.GuestFS (python_return_dict=True)
def say (what, *args):
    try:
        print (what, getattr (g, what) (*args))
    except RuntimeError as e:
        print (what, "error:", e)
say ("ls", "/")
say ("add_drive", "/nonexistent.img")
g.add_drive_opts (sys.argv[1], readonly=1)
g.launch ()
say ("launch")
say ("cat", "/etc/hostname")
say ("mount", "/dev/sdz", "/")
g.mount_ro ("/dev/sda2", "/")
say ("cat", "etc/hostname")
say ("cat", "/nope")
say ("mkdir", "/etc")
say ("write", "/x", "y")
g.close ()
try:
    g.cat ("/x")
except guestfs.ClosedHandle:
    print ("closed")
''', self.image())
        for text in ("ls error: ls0: call launch before using this function",
                     "/nonexistent.img: No such file or directory",
                     "launch error:",
                     "you must call 'mount' first to mount the root filesystem",
                     "/dev/sdz: No such file or directory",
                     "path must start with a / character",
                     "/nope: No such file or directory",
                     "mkdir error: mkdir: /etc: ", "closed"):
            self.assertIn(text, r.out)

    def test_handle_without_close(self):
        self.python_guestfs('''
import os
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive_opts (sys.argv[1], readonly=1)
g.launch ()
os._exit (0)
''', self.image())

    def test_two_handles(self):
        r = self.python_guestfs('''
hs = []
for path in sys.argv[1:]:
    g = guestfs.GuestFS (python_return_dict=True)
    g.add_drive (path)
    g.launch ()
    g.mount ("/dev/sda2", "/")
    hs.append (g)
for i, g in enumerate (hs):
    g.write ("/etc/motd", "handle %d" % i)
for g in hs:
    print (g.cat ("/etc/motd"))
    g.close ()
''', self.image("gpt.qcow2", "one.qcow2"), self.image("gpt.qcow2", "two.qcow2"))
        self.assertEqual(r.out, "handle 0\nhandle 1\n")
