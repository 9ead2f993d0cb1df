# SPDX-License-Identifier: LGPL-3.0-or-later
"""What goes wrong at work: full disks, dead servers, killed clients, images in use."""

import os
import random
import signal
import subprocess
import time

import world
from harness import LOST_ITS_DISK, PYTHON, SLOW, Case


class Full(Case):
    def test_guest(self):
        image = self.image("tiny.qcow2")
        big = self.file("big", os.urandom(20 << 20))
        self.gk_fails("cp", big, image + ":/data/big", match="no space left")
        # Nothing half-written under the name that was asked for.
        self.gk_fails("cat", image, "/data/big", match="No such file")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "small-guest\n")

    def test_guest_edit(self):
        image = self.image("tiny.qcow2")
        big = self.file("big", os.urandom(20 << 20))
        self.gk_fails("edit", image, "/etc/motd", "--replace-with", big, match="no space left")
        self.assertEqual(self.gk("cat", image, "/etc/motd").out, "Welcome to the small guest.\n")

    def test_guest_tar(self):
        image = self.image("tiny.qcow2")
        with open(self.file("big"), "wb") as f:
            f.write(os.urandom(20 << 20))
        self.tool("tar", "-cf", "big.tar", "big")
        self.gk_fails("tar-in", image, self.path("big.tar"), "/mnt", match="no space left")

    def test_host(self):
        os.mkdir(self.path("small"))
        self.tool("mount", "-t", "tmpfs", "-o", "size=128k", "small", self.path("small"))
        image = self.image()
        self.gk_fails("cp", image + ":/data/numbers", self.path("small/numbers"), match="no space left")
        self.gk_fails("tar-out", image, "/data", self.path("small/data.tar"), match="no space left")
        self.tool("umount", self.path("small"))

    def test_disk_below_the_image(self):
        # A sparse image on a host disk that fills up while the guest writes.
        os.mkdir(self.path("small"))
        self.tool("mount", "-t", "tmpfs", "-o", "size=6m", "small", self.path("small"))
        self.image("gpt.qcow2", check="")
        self.tool("cp", "gpt.qcow2", "small/gpt.qcow2")
        big = self.file("big", os.urandom(12 << 20))
        self.gk_fails("cp", big, self.path("small/gpt.qcow2") + ":/data/big", timeout=90)
        self.wait_for(lambda: not world.processes(), "the session's processes to end")
        self.tool("umount", self.path("small"))


class Session(Case):
    """A session that is in use while something happens to it."""

    def servers(self):
        return [pid for pid, command in world.processes().items()
                if "qemu-nbd" in command or "qemu-storage-daemon" in command]

    def shell(self, image, *options):
        """A guestkit shell that has mounted the image's / and waits for more."""
        p = self.gk_start("shell", "-a", image, "-m", "/dev/sda2", *options, stdin=subprocess.PIPE)
        os.set_blocking(p.stdout.fileno(), False)
        p.stdin.write(b"cat /etc/hostname\n")
        p.stdin.flush()
        self.wait_for(lambda: (p.stdout.read() or b"").startswith(b"small-guest"), "the shell's answer")
        return p

    def test_server_killed(self):
        self.expected_kernel_fault = LOST_ITS_DISK
        image = self.image("gpt.qcow2", check="recoverable")
        p = self.shell(image)
        servers = self.servers()
        self.assertTrue(servers, "no image server runs: " + str(world.processes()))
        p.stdin.write(f"upload {self.file('big', os.urandom(16 << 20))} /data/big\nsync\n".encode())
        p.stdin.flush()
        world.kill(servers)
        p.stdin.write(b"sync\nwrite /data/after x\nsync\n")
        try:
            p.stdin.close()
        except BrokenPipeError:
            pass
        status = p.wait(60)
        os.set_blocking(p.stdout.fileno(), True)
        text = p.stderr.read().decode()
        self.assertEqual(status, 1, text)
        self.assertRegex(text, "(?i)input/output error|read-only file system|disconnect|server|EIO")

    def test_server_killed_while_idle(self):
        self.expected_kernel_fault = LOST_ITS_DISK
        image = self.image("gpt.qcow2", check="recoverable")
        p = self.shell(image)
        world.kill(self.servers())
        time.sleep(0.2)
        p.stdin.close()
        p.wait(60)

    def worker(self):
        found = [pid for pid, command in world.processes().items() if "guestkitd" in command]
        self.assertTrue(found, "no worker runs")
        return found

    def test_worker_killed(self):
        self.expected_kernel_fault = LOST_ITS_DISK
        image = self.image("gpt.qcow2", check="recoverable")
        p = self.shell(image)
        world.kill(self.worker())
        p.stdin.write(b"cat /etc/hostname\n")
        try:
            p.stdin.close()
        except BrokenPipeError:
            pass
        self.assertEqual(p.wait(60), 1)
        os.set_blocking(p.stdout.fileno(), True)
        self.assertTrue(p.stderr.read().strip())
        self.gk("gc")

    def test_terminated(self):
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            image = self.image("gpt.qcow2", f"{how}.qcow2", check="recoverable")
            p = self.shell(image)
            p.send_signal(how)
            p.wait(30)
            self.wait_for(lambda: not world.leaks(self.dir), "the session to end")

    def test_killed_while_a_child_of_its_lives(self):
        """A child of fork has the connection, too, and may not know of it: it does not keep the session."""
        script = self.file("script.py", self.FORKS)
        p = self.foreign_start(PYTHON, "-B", script, self.image())
        pid, child = map(int, p.stdout.readline().split())
        os.kill(pid, signal.SIGKILL)
        p.wait(30)
        self.wait_for(lambda: list(world.processes()) == [child], "the session to end", timeout=60)
        os.kill(child, signal.SIGKILL)

    FORKS = r"""
import os, signal, sys, guestfs
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1])
g.launch ()
g.mount ("/dev/sda2", "/")
g.write ("/etc/motd", b"written before the kill")
child = os.fork ()
if child:
    print (os.getpid (), child, flush=True)
while True:
    signal.pause ()
"""

    def test_image_in_use_by_ourselves(self):
        for template in ("gpt.qcow2", "gpt.raw"):
            image = self.image(template)
            p = self.shell(image)
            self.gk_fails("edit", image, "/etc/motd", "-e", "s/small/large/", match="lock|in use")
            p.stdin.close()
            p.wait(30)
            self.gk("edit", image, "/etc/motd", "-e", "s/small/large/")

    def test_reader_beside_a_writer(self):
        # What a writer has open is not sound to read: refused, or said so.
        image = self.image("gpt.qcow2")
        p = self.shell(image)
        self.gk_any("cat", "--ro", image, "/etc/hostname")
        p.stdin.close()
        p.wait(30)


    def test_killed_with_requests_under_way(self):
        """Servers and worker killed while the kernel waits for a disk: nothing waits for the disk's time-out."""
        for both in (False, True):
            image = self.image("gpt.qcow2", f"{both}.qcow2", check="recoverable")
            p = self.shell(image, "--launcher", "local")    # is about a kernel that is shared
            supervisor, worker = sorted(self.worker())[:2]
            servers = self.servers()
            for pid in servers:
                os.kill(pid, signal.SIGSTOP)
            p.stdin.write(b"checksum md5 /data/numbers\n")
            p.stdin.flush()
            with open(f"/proc/{worker}/stat", encoding="ascii") as f:
                self.wait_for(lambda: (f.seek(0), f.read().rsplit(")", 1)[1].split()[0] == "D")[1], "the read")
            world.kill(servers + [worker] + ([supervisor] if both else []))
            p.stdin.close()
            self.assertEqual(p.wait(15 * SLOW), 1)
            self.assertEqual(world.leaks(self.dir), [])

    def test_client_killed_with_an_unread_answer(self):
        """The session ends at once, not when its grace is over."""
        image = self.image("gpt.qcow2", check="recoverable")
        p = self.shell(image)

        def busy():
            ticks = 0
            for pid in world.processes():
                try:
                    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                        ticks += sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13]))
                except OSError:
                    pass
            return ticks

        before = busy()
        p.stdin.write(b"fill-pattern abc 8000000 /data/big\nchecksum sha512 /data/big\n" * 3)
        p.stdin.flush()
        self.wait_for(lambda: busy() > before, "the session to be at work")
        p.send_signal(signal.SIGSTOP)
        seen = [(time.monotonic(), busy())]

        def idle():
            """For a second: the answer is there when nobody does anything any more."""
            seen.append((time.monotonic(), busy()))
            return seen[-1][0] > seen[0][0] + 1 and all(
                ticks == seen[-1][1] for when, ticks in seen if when > seen[-1][0] - 1)

        self.wait_for(idle, "the session to be idle")
        p.kill()
        p.wait()
        self.wait_for(lambda: not world.processes(), "the session to end", timeout=20)

    def test_synced_and_killed(self):
        """What was synced is in the image, not in the memory of a process, with every way to serve it."""
        self.expected_kernel_fault = LOST_ITS_DISK
        for template in ("gpt.qcow2", "gpt.raw"):
            image = self.image(template, check="recoverable")
            p = self.shell(image)
            # More than what a guest's kernel writes out by itself at once.
            p.stdin.write(b"fill-pattern synced. 6000000 /data/synced\nsync\necho done\n")
            p.stdin.flush()
            self.wait_for(lambda: b"done" in (p.stdout.read() or b""), "the sync")
            world.kill([p.pid, *world.processes()])
            p.wait()
            # A worker may die in the middle of a request to an nbd server that is
            # dead: gc cuts that off.
            self.gk("gc")
            self.wait_for(lambda: not world.processes(), "the dead to be gone")
            self.gk("gc")
            expected = (b"synced." * 1000000)[:6000000]
            self.assertEqual(self.gk("cat", image, "/data/synced").raw, expected)


class InUse(Case):
    def serve(self, image, fmt):
        sock = "/tmp/other.sock"
        return self.serve_image(image, fmt, sock), sock

    def test_other_writer(self):
        for template, fmt in (("gpt.qcow2", "qcow2"), ("gpt.raw", "raw")):
            image = self.image(template)
            p, sock = self.serve(image, fmt)
            before = self.checksum(image)
            self.gk_fails("edit", image, "/etc/motd", "-e", "s/small/large/", match="lock")
            self.assertEqual(self.checksum(image), before)
            p.terminate()
            p.wait(30)
            if os.path.exists(sock):
                os.unlink(sock)
            self.gk("edit", image, "/etc/motd", "-e", "s/small/large/")


class Killed(Case):
    """kill -9 at random moments: after at most `guestkit gc` nothing is left."""

    def kill_while(self, seconds, template, *args):
        rounds = 8
        image = self.image(template, check="recoverable")
        args = [a.replace("IMAGE", image) for a in args]
        random.seed(len(template))
        for i in range(rounds):
            p = self.gk_start(*args)
            time.sleep(seconds * i / rounds)
            p.kill()
            p.wait()
            # The next session on the same image is not in the way of the dead one's.
            self.wait_for(lambda: not [c for c in world.processes().values() if "guestkitd" in c],
                          "the worker to follow its client", timeout=10)
        self.gk("gc")
        self.assertEqual(self.gk("cat", "--ro", image, "/etc/hostname").out, "small-guest\n")
        self.gk("edit", image, "/etc/motd", "-e", "s/small/large/")

    def test_reading(self):
        self.kill_while(0.4, "gpt.qcow2", "tar-out", "IMAGE", "/", "/dev/null")

    def test_reading_raw(self):
        self.kill_while(0.3, "gpt.raw", "tar-out", "IMAGE", "/", "/dev/null")

    def test_writing(self):
        self.kill_while(0.6, "gpt.qcow2", "cp", self.file("big", os.urandom(8 << 20)), "IMAGE:/data/big")

    def test_writing_raw(self):
        self.kill_while(0.5, "gpt.raw", "cp", self.file("big", os.urandom(8 << 20)), "IMAGE:/data/big")

    def test_writing_xfs(self):
        self.kill_while(0.6, "xfs.qcow2", "cp", self.file("big", os.urandom(8 << 20)), "IMAGE:/data/big")

    def test_inspecting(self):
        self.kill_while(0.3, "gpt.qcow2", "info", "IMAGE")

    def test_worker_killed_with_its_client(self):
        self.expected_kernel_fault = LOST_ITS_DISK
        image = self.image("gpt.qcow2", check="recoverable")
        for i in range(5):
            p = self.gk_start("cp", self.file("big", os.urandom(8 << 20)), image + ":/data/big")
            time.sleep(0.05 + 0.08 * i)
            p.kill()
            p.wait()
            world.kill(world.processes())
            self.wait_for(lambda: not world.processes(), "the dead to be gone")
            self.gk("gc")
            self.assertEqual(world.leaks(self.dir), [])
        self.assertEqual(self.gk("cat", "--ro", image, "/etc/hostname").out, "small-guest\n")
