# SPDX-License-Identifier: LGPL-3.0-or-later
"""Changes that are only shown, and changes that land as a whole or not at all."""

import json
import os
import random
import signal
import subprocess
import time

import world
from harness import GUESTKIT, Case

SCRIPT = """mkdir /new
write /new/a "hello\\n"
chmod 0600 /etc/hostname
ln-s /etc /new/link
rm /etc/motd
setxattr user.x y 1 /home/user/notes
touch "/new/\\x1b[31mevil\\nname"
dd /data/numbers /new/numbers
mknod-b 0600 8 1 /new/blk
chown 5 6 /home
upload binary /data/binary
"""
LINES = {
    "changed /etc/hostname: file; mode 0644 -> 0600",
    "removed /etc/motd: file, mode 0644, owner 0:0, 28 bytes",
    "changed /home: folder; owner 0:0 -> 5:6",
    'changed /home/user/notes: file; xattr user.x added "y"',
    "added   /new: folder, mode 0755, owner 0:0",
    "added   /new/\\x1b[31mevil\\x0aname: file, mode 0644, owner 0:0, 0 bytes",
    "added   /new/a: file, mode 0644, owner 0:0, 6 bytes",
    "added   /new/numbers: file, mode 0644, owner 0:0, 1048576 bytes",
    "added   /new/blk: block device, mode 0600, owner 0:0, 8:1",
    "added   /new/link: link, owner 0:0 to /etc",
    "added   /data/binary: file, mode 0644, owner 0:0, 3 bytes",
}


# With a kernel of its own for each session, fewer of them.
UML = os.environ.get("GUESTKIT_LAUNCHER") == "uml"


class Units(Case):
    def script(self, text=SCRIPT):
        self.file("binary", b"\0\1\2")
        return self.file("script", text)

    def beside(self, image):
        """What a unit keeps beside an image."""
        return sorted(n for n in os.listdir(os.path.dirname(image))
                      if n.startswith("." + os.path.basename(image) + ".guestkit-"))

    def cat(self, image, path="/etc/motd", **kwargs):
        return self.gk("cat", image, path, **kwargs).out

    def kill_all(self):
        """Also who is forked meanwhile: one that lives on would finish the landing."""
        while world.processes():
            for pid in world.processes():
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass


class DryRun(Units):
    def test_edit(self):
        for template in ("gpt.qcow2", "gpt.raw", "btrfs.qcow2")[:2 if UML else 3]:
            with self.subTest(template):
                image = self.image(template)
                before = self.checksum(image)
                r = self.gk("edit", "--dry-run", image, "/etc/motd", "-e", "s/small/large/")
                self.assertEqual(r.out, "--- a/etc/motd\n+++ b/etc/motd\n@@ -1 +1 @@\n-Welcome to the small guest.\n"
                                 "+Welcome to the large guest.\nchanged /etc/motd: file; content, 28 -> 28 bytes\n")
                self.assertEqual(self.checksum(image), before)
                self.assertEqual(self.beside(image), [])

    def test_run(self):
        image = self.image("gpt.raw")
        before = self.checksum(image)
        out = self.gk("run", "-n", image, self.script()).out
        lines = out.splitlines()
        self.assertEqual(set(lines[-len(LINES):]), LINES)
        self.assertIn("--- a/etc/motd\n+++ /dev/null\n@@ -1 +0,0 @@\n-Welcome to the small guest.\n", out)
        self.assertIn("--- /dev/null\n+++ b/new/a\n@@ -0,0 +1 @@\n+hello\n", out)
        self.assertNotIn("\x1b", out)
        self.assertNotIn("000000000000001", out)        # longer than what is shown of a new file
        self.assertEqual(self.checksum(image), before)

    def test_json(self):
        changes = self.gk("run", "-n", "--json", self.image(), self.script()).json()["changes"]
        by_path = {c["path"]: c for c in changes}
        self.assertEqual(len(by_path), len(LINES))
        self.assertEqual(by_path["/home"]["what"], ["owner"])
        self.assertEqual((by_path["/home"]["old"]["uid"], by_path["/home"]["new"]["uid"]), (0, 5))
        self.assertEqual(by_path["/new/\x1b[31mevil\nname"]["change"], "added")
        self.assertEqual(by_path["/new/link"]["new"]["target"], "/etc")
        self.assertEqual(len(by_path["/data/binary"]["new"]["sha256"]), 64)

    def test_bytes_that_are_no_text(self):
        changes = self.gk("run", "-n", "--json", self.image(), self.script('write "/\\xff" "\\xfe\\n"\n')).json()["changes"]
        self.assertEqual([c["path_base64"] for c in changes], ["L/8="])

    def test_terminal_sees_no_control_characters(self):
        script = self.script('write "/etc/motd" "a\\x1b[2Jb\\xc2\\x9bc\\n"\n')
        # script(1) gives it a terminal.
        r = self.tool("script", "-qec", f"{GUESTKIT} run -n {self.image()} {script}", "/dev/null")
        self.assertNotIn("\x1b", r.out)
        self.assertIn("+a\\x1b[2Jb\\xc2\\x9bc", r.out)

    def test_aug(self):
        image = self.guest()
        before = self.checksum(image)
        change = "set /files/etc/hostname/hostname renamed"
        out = self.gk("aug", "-n", image, change).out
        self.assertIn("-guest\n+renamed\nchanged /etc/hostname: file; content, 6 -> 8 bytes\n", out)
        r = self.gk("aug", "-n", "--json", image, change, "get /files/etc/hostname/hostname").json()
        self.assertEqual([c["path"] for c in r["changes"]], ["/etc/hostname"])
        self.assertEqual(r["result"][1]["nodes"][0]["value"], "renamed")
        self.assertEqual(self.checksum(image), before)

    def test_command(self):
        image = self.guest()
        before = self.checksum(image)
        out = self.gk("command", "-n", image, "--", "/bin/sh", "-c", "echo x >/etc/made; rm /etc/hostname; echo said").out
        self.assertTrue(out.startswith("said\n"), out)
        self.assertIn("added   /etc/made: file", out)
        self.assertIn("removed /etc/hostname: file", out)
        self.assertNotIn("/proc", out)
        self.assertEqual(self.checksum(image), before)

    def test_nothing(self):
        r = self.gk("run", "-n", self.image(), self.script("touch /tmp/x\nrm /tmp/x\n"))
        self.assertEqual(r.out, "")
        self.assertIn("nothing would change", r.err)

    def test_script_that_mounts_other_things(self):
        r = self.gk("run", "-n", self.image(), self.script("touch /found\numount-all\nmount /dev/sda1 /\n"))
        self.assertEqual(r.out, "added   /found: file, mode 0644, owner 0:0, 0 bytes\n")

    def test_failure_shows_nothing(self):
        r = self.gk_fails("run", "-n", self.image(), self.script("touch /found\nrm /nope\n"), match="script:2: .*nope")
        self.assertEqual(r.out, "")


class Commit(Units):
    def test_run(self):
        for template in ("gpt.qcow2", "gpt.raw", "xfs.qcow2")[:2 if UML else 3]:
            with self.subTest(template):
                image = self.image(template)
                self.gk("run", image, self.script('write /etc/motd "new\\n"\nwrite /x 1\n'))
                self.assertEqual(self.cat(image) + self.cat(image, "/x"), "new\n1")
                self.assertEqual(self.beside(image), [])

    def test_other_formats(self):
        for form in ("vmdk", "vdi")[:1 if UML else 2]:
            with self.subTest(form):
                image = self.path("image." + form)
                self.tool("qemu-img", "convert", "-O", form, self.image("gpt.raw"), image)
                self.gk("run", image, self.script('write /etc/motd "new\\n"\n'))
                self.assertEqual(self.cat(image), "new\n")
                self.assertEqual(self.beside(image), [])

    def test_overlay(self):
        # Of a chain the upper image is written, and nothing below.
        base, top = self.image("gpt.raw"), self.path("top.qcow2")
        before = self.checksum(base)
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, top)
        self.gk("run", top, self.script('write /etc/motd "new\\n"\n'))
        self.assertEqual(self.checksum(base), before)
        self.assertEqual(self.cat(top), "new\n")

    def test_failure_changes_nothing(self):
        for template in ("gpt.qcow2", "gpt.raw")[:1 if UML else 2]:
            with self.subTest(template):
                image = self.image(template)
                before = self.checksum(image)
                for args in (("run", image, self.script("write /etc/motd new\nsync\nrm /nope\nwrite /x y\n")),
                             ("run", image, self.script("write /etc/motd new\nunknown\n")),
                             ("run", image, self.script("write /etc/motd new\nshutdown\n")),
                             ("run", image, self.script("write /etc/motd new\nreopen\n")),
                             ("edit", image, "/etc/motd", "/etc/nope", "-e", "s/small/large/"),
                             ("edit", image, "/etc/nope", "-e", "s/small/large/"),
                             ("edit", image, "/etc/motd", "-e", "s/small/"),
                             ("command", "--commit", image, "--", "/bin/nope")):
                    self.gk_fails(*args)
                    self.assertEqual(self.checksum(image), before, args)
                    self.assertEqual(self.beside(image), [])

    def test_edit(self):
        for template in ("gpt.qcow2", "gpt.raw")[:1 if UML else 2]:
            with self.subTest(template):
                image = self.image(template)
                before = self.checksum(image)
                r = self.gk("edit", image, "/etc/motd", "-e", "s/nowhere//")
                self.assertIn("/etc/motd: nothing changed", r.err)
                self.assertEqual((self.checksum(image), self.beside(image)), (before, []))
                sha256 = self.sha256(image)
                # The image is as it was until the file is whole: here, while the editor shows it.
                editor = self.script(f"#!/bin/sh\nsed -i s/small/large/ $1\nsha256sum {image} > {self.path('during')}\n")
                os.chmod(editor, 0o700)
                self.gk("edit", image, "/etc/motd", env={"VISUAL": editor})
                with open(self.path("during"), encoding="ascii") as f:
                    self.assertEqual(f.read().split()[0], sha256)
                self.assertEqual(self.cat(image), "Welcome to the large guest.\n")
                self.assertEqual(self.beside(image), [])

    def test_in_place(self):
        image = self.image()
        self.gk("edit", "--in-place", image, "/etc/motd", "-e", "s/small/other/")
        self.assertEqual(self.cat(image), "Welcome to the other guest.\n")
        self.gk_fails("run", "--in-place", image, self.script('write /etc/motd "new\\n"\nrm /nope\n'))
        self.assertEqual(self.cat(image), "new\n")

    def test_quit_is_an_end(self):
        image = self.image()
        self.gk("run", image, self.script('write /etc/motd "new\\n"\nquit\nrm /nope\n'))
        self.assertEqual(self.cat(image), "new\n")

    def test_script_from_stdin(self):
        image = self.image()
        self.gk("run", image, "-", stdin='write /etc/motd "new\\n"\n-rm /nope\n')
        self.assertEqual(self.cat(image), "new\n")

    def test_images_together(self):
        a, b = self.image("gpt.raw", "a.raw"), self.image("ext4.raw", "b.raw")
        args = ("run", "-a", a, "-a", b, "-m", "/dev/sda2", "-m", "/dev/sdb:/mnt")
        sums = self.checksum(a), self.checksum(b)
        self.gk_fails(*args, self.script("write /x x\nwrite /mnt/y y\nrm /nope\n"))
        self.assertEqual((self.checksum(a), self.checksum(b)), sums)
        self.gk(*args, self.script("write /x x\nwrite /mnt/y y\n"))
        self.assertEqual(self.cat(a, "/x") + self.gk("cat", "-m", "/dev/sda", b, "/y").out, "xy")

    def test_images_of_different_sizes(self):
        """Each stays as large as it is, in either order."""
        a, b = self.image("gpt.raw", "a.raw"), self.image("ext4.raw", "b.raw")
        sizes = os.path.getsize(a), os.path.getsize(b)
        self.assertNotEqual(*sizes)
        for first, second, root in ((a, b, "/dev/sda2"), (b, a, "/dev/sdb2")):
            self.gk("run", "-a", first, "-a", second, "-m", root, self.script(f"write /first {root}\n"))
            self.assertEqual(self.cat(a, "/first"), root)
            self.assertEqual((os.path.getsize(a), os.path.getsize(b)), sizes)

    def test_in_use(self):
        image = self.image("gpt.raw")
        server = self.serve_image(image, "raw", self.path("socket"))
        self.gk_fails("run", image, self.script("write /x y\n"), match="in use")
        server.terminate()
        server.wait()
        self.assertEqual(self.beside(image), [])

    def test_nobody_else_may_write_meanwhile(self):
        image = self.image("gpt.raw")
        p = self.gk_start("run", image, "-", stdin=subprocess.PIPE)
        p.stdin.write(b"write /etc/motd \"new\\n\"\necho ready\n")
        p.stdin.flush()
        self.assertEqual(p.stdout.readline(), b"ready\n")
        self.gk_fails("run", image, self.script("write /x y\n"), match="in use")
        self.gk_fails("shell", "-a", image, "run", match="in use")
        self.assertEqual(self.cat(image), "Welcome to the small guest.\n")
        self.assertNotEqual(self.run_program("qemu-io", "-f", "raw", "-c", "write 0 512", image).status, 0)
        self.assertEqual(self.beside(image), self.beside(image))
        p.stdin.close()
        self.assertEqual(p.wait(60), 0)
        self.assertEqual(self.cat(image), "new\n")

    def test_usage(self):
        image, script = self.image(), self.script()
        for args in (("-n", "--commit"), ("--ro", "-n"), ("-n", "--backup", "x"), ("--in-place", "--backup", "x")):
            self.gk_fails("run", *args, image, script, status=2)
        self.gk_fails("run", image, status=2)
        self.gk_fails("run", "--backup", "a/b", image, script, match="letters")
        self.gk_fails("run", image, self.path("nope"), match="nope")


class Backup(Units):
    def test_snapshot(self):
        image = self.image()
        self.gk("run", "--backup", "before", image, self.script('write /etc/motd "new\\n"\n'))
        self.assertEqual(self.cat(image), "new\n")
        self.assertIn(" before ", self.tool("qemu-img", "snapshot", "-l", image).out)
        self.tool("qemu-img", "snapshot", "-a", "before", image)
        self.assertEqual(self.cat(image), "Welcome to the small guest.\n")

    def test_overlay(self):
        image = self.image("gpt.raw")
        was = self.checksum(image)
        self.gk("edit", "--backup", "before", image, "/etc/motd", "-e", "s/small/large/")
        backup = image + ".before.qcow2"
        self.assertEqual(self.cat(image), "Welcome to the large guest.\n")
        self.assertEqual(self.cat(backup), "Welcome to the small guest.\n")
        self.tool("qemu-img", "commit", "-q", backup)
        self.assertEqual(self.checksum(image), was)

    def test_name_that_is_there(self):
        image = self.image("gpt.raw")
        self.file("gpt.raw.before.qcow2", "mine")
        self.gk_fails("edit", "--backup", "before", image, "/etc/motd", "-e", "s/small/large/", match="exists")
        self.assertEqual(self.read(self.path("gpt.raw.before.qcow2")), b"mine")
        self.assertEqual(self.cat(image), "Welcome to the small guest.\n")
        other = self.image()
        self.tool("qemu-img", "snapshot", "-c", "before", other)
        self.gk_fails("edit", "--backup", "before", other, "/etc/motd", "-e", "s/small/large/", match="exists")
        self.assertEqual(self.cat(other), "Welcome to the small guest.\n")


class Kills(Units):
    """kill -9 of everything at many moments: the image is as before, or as after.

    GUESTKIT_KILLS is how many of each kind."""

    FILES = 6

    def state(self, image):
        """0: before, 1: after; anything else fails."""
        out = self.gk("shell", "--ro", "-a", image, "-i", "--",
                      *" : ".join(f"-cat /data/unit{i}" for i in range(self.FILES)).split(),
                      ":", "cat", "/etc/motd").out.split()
        if "after" in out:
            self.assertEqual(out, ["after"] * (self.FILES + 1))
            return 1
        self.assertEqual(out, ["Welcome", "to", "the", "small", "guest."])
        return 0

    def rounds(self, template, wait):
        seed = int(os.environ.get("GUESTKIT_SEED", time.time_ns() % 1000000))
        rng = random.Random(seed)
        data = self.file("data", os.urandom(6 << 20))
        script = self.script("".join(f'write /data/unit{i} "after\\n"\nupload {data} /data/big{i}\nsync\n'
                                     for i in range(self.FILES)) + 'write /etc/motd "after\\n"\n')
        count = int(os.environ.get("GUESTKIT_KILLS", "2" if UML else "4"))
        seen = {0: 0, 1: 0, "pending": 0}
        marked = "." + template + ".guestkit-commit"
        life = 4 if UML else 1.2
        for n in range(count):
            image = self.image(template, check="recoverable")
            p = self.gk_start("run", image, script)
            begin = time.monotonic()
            if wait:
                while p.poll() is None and not os.path.exists(self.path(marked)):
                    time.sleep(0.0005)
                time.sleep(rng.random() * 0.08)
            else:
                time.sleep(rng.random() * life)
            self.kill_all()
            p.wait()
            where = f"seed {seed}, round {n}, after {time.monotonic() - begin:.3f} s"
            with self.subTest(where):
                pending = os.path.exists(self.path(marked))
                seen["pending"] += pending
                # Looking does not change the image, and shows what will be there.
                before = self.checksum(image)
                state = self.state(image)
                self.assertEqual(self.checksum(image), before)
                if pending:
                    self.assertEqual(state, 1)
                self.gk("gc", image)
                self.assertEqual(self.beside(image), [])
                self.assertEqual(self.state(image), state)
                seen[state] += 1
        print(f"{template}: {seen[0]} before, {seen[1]} after, {seen['pending']} of them finished later")
        return seen

    def test_qcow2(self):
        self.rounds("gpt.qcow2", False)

    def test_raw(self):
        self.rounds("gpt.raw", False)

    def test_while_landing(self):
        for template in ("gpt.qcow2", "gpt.raw"):
            seen = self.rounds(template, True)
            self.assertEqual(seen[0], 0)

    def test_client_alone(self):
        # What lands goes on without it.
        image = self.image()
        data = self.file("data", os.urandom(6 << 20))
        p = self.gk_start("run", image, self.script(f'upload {data} /data/big\nwrite /etc/motd "after\\n"\n'))
        self.wait_for(lambda: os.path.exists(self.path(".gpt.qcow2.guestkit-commit")) or p.poll() is not None, "the moment")
        p.kill()
        p.wait()
        self.wait_for(lambda: not self.beside(image), "the landing")
        self.assertEqual(self.cat(image), "after\n")


class Left(Units):
    """A marked unit that somebody finds."""

    def pending(self, image):
        """Makes one: the landing is killed as soon as it begins."""
        marked = self.path(f".{os.path.basename(image)}.guestkit-commit")
        data = self.file("data", os.urandom(8 << 20))
        for _ in range(20):
            p = self.gk_start("run", image, self.script(f'upload {data} /data/big\nwrite /etc/motd "after\\n"\n'))
            while p.poll() is None and not os.path.exists(marked):
                time.sleep(0.0002)
            self.kill_all()
            p.wait()
            if os.path.exists(os.path.join(marked, "unit")):
                return marked
            self.image(os.path.basename(image), check="recoverable")
        self.fail("no landing could be killed")

    def test_next_writer_finishes_it(self):
        image = self.image("gpt.raw", check="recoverable")
        self.pending(image)
        self.gk("shell", "-a", image, "-m", "/dev/sda2", "write", "/x", "y")
        self.assertEqual(self.beside(image), [])
        self.assertEqual(self.cat(image) + self.cat(image, "/x"), "after\ny")

    def test_overlay_above_sees_it(self):
        image = self.image("gpt.raw", check="recoverable")
        self.pending(image)
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image, self.path("top.qcow2"))
        self.assertEqual(self.cat(self.path("top.qcow2")), "after\n")

    def test_other_file_of_that_name(self):
        image = self.image("gpt.raw", check="recoverable")
        marked = self.pending(image)
        os.rename(image, image + ".old")
        before = self.checksum(self.image("gpt.raw"))
        self.gk_fails("cat", image, "/etc/motd", match="another file")
        self.gk_fails("shell", "-a", image, "run", match="another file")
        self.gk_fails("gc", image, match="another file")
        self.assertEqual(self.checksum(image), before)
        self.tool("rm", "-r", marked)
        self.gk("cat", image, "/etc/motd")
        os.unlink(image + ".old")

    def test_of_somebody_else(self):
        image = self.image("gpt.raw", check="recoverable")
        marked = self.pending(image)
        os.chown(marked, 4711, 4711)
        self.gk_fails("cat", image, "/etc/motd", match="somebody else")
        # What the image's owner decided root does not carry out: the overlay is theirs.
        os.chown(image, 4711, 4711)
        self.gk_fails("gc", image, match="by that user")
        os.chown(image, 0, 0)
        os.chown(marked, 0, 0)
        os.chmod(marked, 0o755)
        self.gk_fails("cat", image, "/etc/motd", match="somebody else")
        os.chmod(marked, 0o700)
        self.gk("gc", image)

    def test_link_in_its_place(self):
        image = self.image("gpt.raw")
        os.symlink("/etc", self.path(".gpt.raw.guestkit-commit"))
        self.gk_fails("cat", image, "/etc/motd", match="guestkit-commit")
        os.unlink(self.path(".gpt.raw.guestkit-commit"))


class Diff(Units):
    def test_two_images(self):
        a, b = self.image("gpt.qcow2", "a.qcow2"), self.image("gpt.raw", "b.raw")
        self.assertEqual(self.gk("diff", "--exit-code", a, b).out, "")
        sums = self.checksum(a), self.checksum(b)
        self.gk("run", b, self.script())
        out = self.gk("diff", a, b).out
        self.assertEqual(set(out.splitlines()[-len(LINES):]), LINES)
        self.gk_fails_quietly("diff", "--exit-code", a, b)
        self.assertEqual(self.checksum(a), sums[0])
        back = self.gk("diff", "--brief", b, a).out.splitlines()
        self.assertIn("added   /etc/motd: file, mode 0644, owner 0:0, 28 bytes", back)
        self.assertEqual(len(back), len(LINES))

    def gk_fails_quietly(self, *args):
        r = self.gk_any(*args)
        self.assertEqual((r.status, r.err), (3, ""))

    def test_overlay(self):
        base, top = self.image("gpt.raw"), self.path("top.qcow2")
        self.tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, top)
        self.gk("edit", top, "/etc/motd", "-e", "s/small/large/")
        self.assertIn("-Welcome to the small guest.\n+Welcome to the large guest.\n", self.gk("diff", top).out)
        self.assertIn("changed /etc/motd: file; content, 28 -> 28 bytes", self.gk("diff", "--quick", top).out)
        self.gk_fails("diff", base, match="no other image")

    def test_times_are_not_believed(self):
        # The same inode, size and times, and another content: written behind the filesystem's back.
        a, b = self.image("ext4.raw", "a.raw"), self.image("ext4.raw", "b.raw", check="")
        with open(b, "r+b") as f:
            data = f.read()
            at = data.index(b"Welcome to the small guest.\n")
            while at != -1:
                f.seek(at)
                f.write(b"Welcome to the hacked guest")
                at = data.find(b"Welcome to the small guest.\n", at + 1)
        out = self.gk("diff", a, b).out
        self.assertIn("changed /etc/motd: file; content, 28 -> 28 bytes", out)
        self.assertEqual(self.gk("diff", "--quick", a, b).out, "")

    def test_json(self):
        a = self.image("gpt.qcow2", "a.qcow2")
        self.assertEqual(json.loads(self.gk("diff", "--json", a, a).out), {"changes": []})

    def test_usage(self):
        self.gk_fails("diff", status=2)
        self.gk_fails("diff", "a", "b", "c", status=2)
        self.gk_fails("diff", self.image(), self.path("nope"), match="nope")
