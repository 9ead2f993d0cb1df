# SPDX-License-Identifier: LGPL-3.0-or-later
"""guestkit doctor: what it finds, with and without root, with and without what it looks for."""

import os
import shutil
import subprocess

from harness import BUILD, GUESTKIT, Case


class Doctor(Case):
    def found(self, *args, **kwargs):
        return self.gk_any("doctor", "--json", *args, **kwargs)

    def test_here(self):
        f = self.found().json()
        self.assertTrue(f["ok"])
        self.assertTrue(f["root"])
        self.assertTrue(any(a["available"] for a in f["attachers"]))
        self.assertEqual(f["kernel"]["release"], os.uname().release)
        kernel = {k["name"]: k["state"] for k in f["kernel"]["features"]}
        self.assertEqual(kernel["openat2"], "yes")
        self.assertEqual(kernel["loop"], "yes")
        with open("/proc/misc", encoding="ascii") as misc:
            if "device-mapper" in misc.read():
                self.assertEqual(kernel["device-mapper"], "yes")
            else:
                self.assertNotEqual(kernel["device-mapper"], "yes")

    def test_filesystems(self):
        with open("/proc/filesystems", encoding="ascii") as f:
            has = [line.strip() for line in f if line.startswith("\t")]
        for fs in self.found().json()["filesystems"]:
            if fs["name"] in ("ext4", "xfs", "btrfs", "vfat", "iso9660"):
                self.assertEqual(fs["mount"] == "yes", fs["name"] in has, fs)

    def test_tools(self):
        tools = {t["program"]: t for t in self.found().json()["tools"]}
        self.assertTrue(tools["qemu-img"]["path"])
        self.assertRegex(tools["qemu-img"]["version"], r"^\d+\.\d+")
        self.assertEqual(tools["qemu-storage-daemon"]["package"], "qemu-system-common")
        self.assertRegex(tools["libarchive.so.13"]["path"], r"^/.*/libarchive\.so\.13")
        self.assertRegex(tools["libarchive.so.13"]["version"], r"^13\.")

    def test_missing_tool(self):
        # A world of its own: what is put over the program is seen by nobody else.
        path = shutil.which("qemu-storage-daemon", path=self.environ()["PATH"])
        if os.path.islink(path) or not path:
            self.skipTest("qemu-storage-daemon is not where it can be hidden")
        self.tool("mount", "--bind", "/dev/null", path)
        try:
            text = self.gk_any("doctor").out
            r = self.found(self.image())
        finally:
            self.tool("umount", path)
        self.assertRegex(text, r"qemu-storage-daemon\s+missing, package qemu-system-common")
        self.assertEqual(r.status, 1, str(r))
        self.assertFalse(r.json()["ok"])

    def test_missing_library(self):
        """What a few calls load is missing for these calls only."""
        path = {t["program"]: t for t in self.found().json()["tools"]}["libaugeas.so.0"]["path"]
        self.tool("mount", "--bind", "/dev/null", path)
        try:
            text = self.gk_any("doctor").out
            r = self.gk_any("shell", "--ro", "-a", self.image(), "-m", "/dev/sda1",
                            stdin=b"-aug-init / 0\nis-dir /\n")
        finally:
            self.tool("umount", path)
        self.assertRegex(text, r"libaugeas\.so\.0\s+missing, package libaugeas0")
        self.assertIn("libaugeas.so.0 is needed and cannot be used (Debian: the package libaugeas0)", r.err)
        self.assertEqual((r.out.strip(), r.status), ("true", 0), str(r))

    def test_image(self):
        f = self.found(self.image()).json()
        self.assertTrue(f["ok"])
        self.assertEqual(f["image"]["format"], "qcow2")
        self.assertIn(f["image"]["read_only"]["attacher"], ("nbd", "fuse"))
        self.assertIn("loop", f["image"]["read_only"]["refused"])
        f = self.found("--format", "raw", self.image("gpt.raw")).json()
        self.assertEqual(f["image"]["read_write"]["attacher"], "loop")

    def test_image_in_use(self):
        image = self.image()
        p = self.gk_start("shell", "--rw", "-a", image, stdin=subprocess.PIPE)
        p.stdin.write(b"run\n")
        p.stdin.flush()
        self.wait_for(lambda: any(s["alive"] for s in self.found().json()["sessions"]["list"]), "a session")
        self.wait_for(lambda: "reason" in self.found(image).json()["image"]["read_write"], "the image to be in use")
        p.stdin.close()
        self.assertEqual(p.wait(60), 0)

    def test_no_image(self):
        self.gk_fails("doctor", "/nonexistent", match="No such file")
        self.gk_fails("doctor", "a", "b", status=2)

    def test_bad_format(self):
        r = self.found("--format", "vmdk", self.image())
        self.assertEqual(r.status, 1)
        self.assertTrue(r.json()["image"]["reason"])

    def test_words(self):
        text = self.gk("doctor", self.image()).out
        for word in ("Launchers", "Attaching images", "Kernel", "File systems", "Tools", "Sessions", "Image ",
                     "This image can be opened, with the"):
            self.assertIn(word, text)

    def test_changes_nothing(self):
        image = self.image()
        before = self.checksum(image)
        self.gk("doctor", image)
        self.assertEqual(self.checksum(image), before)


class NotRoot(Case):
    def test_says_what_root_adds(self):
        # The folders above the build may be closed to others: show it elsewhere.
        self.tool("mkdir", "-p", "/run/others")
        self.tool("mount", "--bind", BUILD, "/run/others")
        try:
            r = self.run_program("/run/others/guestkit", "doctor", user=65534, cwd="/")
        finally:
            self.tool("umount", "/run/others")
            os.rmdir("/run/others")
        self.sane(r)
        self.assertIn(r.status, (0, 1), str(r))
        self.assertIn("asked by a user who is not root", r.out)
        self.assertRegex(r.out, r"local +with root: .*root")
        self.assertRegex(r.out, r"loop +with root")
        if r.status == 1:
            self.assertIn("As root the local launcher could be used", r.out)


class NoWorker(Case):
    def test_said(self):
        shutil.copy(GUESTKIT, self.path("guestkit"))
        r = self.run_program(self.path("guestkit"), "doctor", "--json")
        if r.json()["worker"]:
            self.skipTest("a worker is installed where every guestkit finds it")
        self.assertEqual(r.status, 1, str(r))
        self.assertIn("guestkitd was not found", self.run_program(self.path("guestkit"), "doctor").out)
