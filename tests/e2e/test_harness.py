# SPDX-License-Identifier: LGPL-3.0-or-later
"""The harness itself: it must see what it is there to see."""

import os
import subprocess

import kernel_log
import sparse
import world
from harness import Case, check_image
from sandboxed import Uml


class Leaks(Case):
    def leaks(self):
        return "\n".join(world.leaks(self.dir))

    def test_nothing(self):
        self.tool("true")
        self.assertEqual(self.leaks(), "")

    def test_process(self):
        p = self.start("sleep", "100")
        self.wait_for(lambda: "sleep 100" in str(world.processes()), "sleep to be itself")
        self.assertIn("sleep 100", self.leaks())
        p.kill()
        p.wait()

    def test_orphan(self):
        self.tool("sh", "-c", "setsid sleep 101 >/dev/null 2>&1 &")
        found = self.leaks()
        self.assertIn("sleep 101", found)
        world.sweep(self.dir)
        self.assertEqual(self.leaks(), "")

    def test_mount(self):
        self.tool("mount", "-t", "tmpfs", "x", "/mnt")
        self.assertIn("still mounted: /mnt", self.leaks())
        self.tool("umount", "/mnt")

    def test_mount_from_another_namespace(self):
        # What a worker does that forgets to make its namespace private.
        self.tool("unshare", "-m", "--propagation", "unchanged", "mount", "-t", "tmpfs", "x", "/mnt")
        self.assertIn("still mounted: /mnt", self.leaks())
        self.tool("umount", "/mnt")

    def test_loop(self):
        self.tool("losetup", "-f", self.image("ext4.raw"))
        self.assertIn("still attached", self.leaks())
        world.sweep(self.dir)
        self.assertEqual(self.leaks(), "")

    def test_files(self):
        for path in ("/tmp/x", "/var/tmp/y", "/run/z", "/dev/shm/w"):
            with open(path, "w"):
                pass
        found = self.leaks()
        for path in ("/tmp/x", "/var/tmp/y", "/run/z", "/dev/shm/w"):
            self.assertIn(path, found)
            os.unlink(path)

    def test_hang(self):
        with self.assertRaises(AssertionError) as caught:
            self.run_program("sleep", "100", timeout=0.2)
        self.assertIn("no end after", str(caught.exception))

    def test_server_that_holds_stdout(self):
        self.tool("sh", "-c", "sleep 30 & echo $!", timeout=5)
        world.sweep(self.dir)


class Images(Case):
    def test_sound(self):
        for template in ("gpt.qcow2", "mbr-logical.raw", "xfs.qcow2"):
            self.assertEqual(check_image(self.image(template), "clean", self.dir), [])

    def test_spoilt(self):
        image = self.image("gpt.raw", check="")
        with open(image, "r+b") as f:
            f.seek((9 << 20) + 4096)        # the group's own tables
            f.write(os.urandom(16384))
        self.assertIn("e2fsck", "\n".join(check_image(image, "clean", self.dir)))

    def test_dirty_journal(self):
        image = self.image("ext4-dirty.qcow2", check="")
        self.assertNotEqual(check_image(image, "clean", self.dir), [])
        self.assertEqual(check_image(image, "recoverable", self.dir), [])

    def test_spoilt_qcow2(self):
        image = self.bad_image("qcow2-l1-garbage")
        self.assertIn("qemu-img check", "\n".join(check_image(image, "clean", self.dir)))

    def test_all_faults_can_be_made(self):
        generate = os.path.join(os.path.dirname(__file__), "../bad-images/generate")
        self.tool(generate, self.path("bad"), env={"GUESTKIT_CACHE": os.environ["GUESTKIT_CACHE"]})
        listed = self.tool(generate, "-l").out.splitlines()
        self.assertGreaterEqual(len(os.listdir(self.path("bad"))), len(listed))
        subprocess.run(["rm", "-r", self.path("bad")], check=True)


class Sparse(Case):
    """A checksum is of each byte, and a hole is zeros."""

    def setUp(self):
        super().setUp()
        self.size = (3 << 20) + 5
        self.disk = self.path("disk")
        with open(self.disk, "wb") as f:
            f.truncate(self.size)
            for at in (100, (1 << 20) - 3, self.size - 1):
                f.seek(at)
                f.write(b"x")

    def test_each_byte(self):
        whole = self.checksum(self.disk)
        self.tool("cp", "--sparse=never", self.disk, self.path("full"))
        self.assertEqual(self.checksum(self.path("full")), whole)
        for at in (0, 100, 65536, (1 << 20) - 3, 2 << 20, self.size - 1):
            with open(self.path("full"), "r+b") as f:
                f.seek(at)
                was = f.read(1)
                f.seek(at)
                f.write(b"y")
                f.flush()
                self.assertNotEqual(self.checksum(self.path("full")), whole, at)
                f.seek(at)
                f.write(was)
        self.assertEqual(self.checksum(self.path("full")), whole)

    def test_size_and_place(self):
        whole = self.checksum(self.disk)
        os.truncate(self.disk, self.size + 1)
        self.assertNotEqual(self.checksum(self.disk), whole)
        for name, at in (("one", 1 << 20), ("two", 2 << 20)):
            with open(self.file(name), "r+b") as f:
                f.truncate(3 << 20)
                f.seek(at)
                f.write(b"x")
        self.assertNotEqual(self.checksum(self.path("one")), self.checksum(self.path("two")))

    def test_copy(self):
        content = self.read(self.disk)
        for start, size in ((0, self.size), (1, 200), (101, 4096), ((1 << 20) - 2, 1 << 20)):
            sparse.copy(self.disk, self.path("part"), start, size)
            self.assertEqual(self.read(self.path("part")), content[start:start + size])


class KernelLog(Case):
    """What a kernel says of its own faults fails the test that brought it to that."""

    QUIET = ("SELinux: CONFIG_SECURITY_SELINUX_CHECKREQPROT_VALUE is non-zero.  This is deprecated\n"
             "EXT4-fs error (device vda2): ext4_lookup:1855: inode #12: comm ls: deleted inode referenced: 13\n"
             "EXT4-fs (vda2): warning: mounting fs with errors, running e2fsck is recommended\n"
             "rcu: INFO: rcu_sched self-detected stall on CPU\n"
             "lvm[773]: segfault at 7fbf275ff8 ip 000000552abcac4a sp 0000007fbf275ff0 error 6 in lvm\n"
             "mount: /dev/sda1 on / type ext4\n")
    FAULTS = (
        "BUG: kernel NULL pointer dereference, address: 0000000000000008",
        "kernel BUG at fs/ext4/inode.c:2721!",
        "WARNING: CPU: 0 PID: 1 at fs/fs-writeback.c:2610 __mark_inode_dirty+0x1ac/0x1c0",
        "Oops: 0002 [#1] PREEMPT SMP NOPTI",
        "Kernel panic - not syncing: Kernel mode fault at addr 0x8, ip 0x60214c2f",
        "general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1]",
        "INFO: task mount:35 blocked for more than 120 seconds.",
        "guestkitd[1]: segfault at 18 ip 00007f1c sp 00007ffd error 4 in libext2fs.so.2.4",
    )

    def test_quiet(self):
        self.assertEqual(kernel_log.faults(self.QUIET), [])

    def test_each(self):
        for fault in self.FAULTS:
            text = self.QUIET + fault + "\nCall Trace:\n ? show_stack+0x1/0x2\n"
            self.assertEqual(kernel_log.faults(text)[:2], [fault, "Call Trace:"])

    def test_serial_line(self):
        text = ("WARNING: CPU: 0 PID: 10 at kernel/irq/manage.c:1872 free_irq+0x7d/0x2e8\n"
                "Trying to free IRQ 23 from IRQ context!\n")
        self.assertEqual(kernel_log.faults(self.QUIET + text), [])
        self.assertEqual(kernel_log.faults(text + self.FAULTS[0] + "\n"), [self.FAULTS[0]])
        self.assertNotEqual(kernel_log.faults(text.partition("\n")[0]), [])

    def test_all_are_told(self):
        found = kernel_log.faults("\n".join([self.FAULTS[0]] + ["."] * 100 + [self.FAULTS[2]]))
        self.assertEqual((found[0], found[-1]), (self.FAULTS[0], self.FAULTS[2]))


class Consoles(Uml):
    """The way from a kernel's console to the verdict on a test."""

    def said(self):
        return "\n".join(kernel_log.of_consoles(world.CONSOLES, self.expected_kernel_fault))

    def test_nothing(self):
        p = self.shell(self.image())
        self.end(p)
        with open(os.path.join(world.CONSOLES, os.listdir(world.CONSOLES)[0]), encoding="utf-8") as f:
            text = f.read()
        self.assertRegex(text, r"(?s)Linux version.*EXT4-fs \(vda2\): mounted.*reboot: System halted")
        self.assertEqual(self.said(), "")

    def test_warning(self):
        p = self.shell(self.image())
        self.mconsole(self.kernels()[0], "log WARNING: CPU: 0 PID: 1 at the-test")
        self.end(p)
        self.assertRegex(self.said(), r"the kernel of kernel-\d+.log says:\n  WARNING: CPU: 0 PID: 1 at the-test")
        self.expected_kernel_fault = "the-test"
        self.assertEqual(self.said(), "")

    def test_panic(self):
        # A true one, in a kernel that nobody looks at any more.
        p = self.shell(self.image(check="recoverable"))
        pid = self.kernels()[0]
        self.mconsole(pid, "sysrq c")
        p.stdin.close()
        self.assertEqual(p.wait(60), 1)
        self.assertIn("Kernel panic - not syncing: sysrq triggered crash", self.said())
        self.expected_kernel_fault = "Kernel panic"
