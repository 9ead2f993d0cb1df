# SPDX-License-Identifier: LGPL-3.0-or-later
"""A kernel that was killed while a btrfs was balanced, or one of its devices replaced: the next goes on with it, and can be
told to pause, to resume or to cancel it."""

import os
import signal
import subprocess

import world
from sandboxed import Uml

MIB = 1 << 20
SUPER = 65536


class Killed(Uml):
    def disk(self, name, size=600 * MIB):
        path = self.path(name + ".raw")
        with open(path, "wb") as f:
            f.truncate(size)
        return path

    def on(self, disks, *lines):
        return self.uml("shell", "--format", "raw", *(w for d in disks for w in ("-a", d)), stdin="\n".join(("run",) + lines) + "\n",
                        timeout=120)

    def filled(self, *disks):
        """A filesystem on the first, and the sum of its files."""
        return self.on(disks, "mkfs btrfs /dev/sda", "mount /dev/sda /", *(f"fill-pattern pattern{n} 50000000 /f{n}" for n in range(4)),
                       "checksums-out md5 / - | md5sum").out

    def kill_when(self, begun, disks, call):
        """Kills the kernel that does the call once it has begun."""
        p = self.gk_start("shell", "--launcher", "uml", "--format", "raw", *(w for d in disks for w in ("-a", d)), stdin=subprocess.PIPE)
        p.stdin.write(f"run\nmount /dev/sda /\n{call}\n".encode())
        p.stdin.close()
        self.wait_for(begun, call, timeout=60)
        os.kill(self.find("linux.uml")[0], signal.SIGKILL)
        self.assertEqual(p.wait(60), 1)
        self.wait_for(lambda: not world.leaks(self.dir), "the session to end")

    def consoles(self):
        said = b""
        for name in os.listdir(world.CONSOLES):
            said += self.read(os.path.join(world.CONSOLES, name))
        return said

    def test_balance(self):
        disk = self.disk("a")
        files = self.filled(disk)
        self.kill_when(lambda: b"relocating block group" in self.consoles(), [disk], "btrfs-filesystem-balance /")
        other = self.path("b.raw")
        self.tool("cp", "--sparse=always", disk, other)
        # It is said to be paused until the kernel has begun to go on with it.
        r = self.python_guestfs("""
import time
g = guestfs.GuestFS (python_return_dict=True)
g.set_backend ("uml")
g.add_drive_opts (sys.argv[1], format="raw")
g.launch ()
def status ():
    return g.btrfs_balance_status ("/")["btrfsbalance_status"]
g.mount_options ("skip_balance", "/dev/sda", "/")
assert status () == "paused", status ()
g.umount ("/")
g.mount ("/dev/sda", "/")
end = time.monotonic () + 30
while status () == "paused" and time.monotonic () < end:
    time.sleep (0.01)
g.btrfs_balance_pause ("/")
assert status () == "paused", status ()
g.btrfs_balance_resume ("/")
assert status () == "none", status ()
""", disk, timeout=120)
        r = self.on([disk], "mount-ro /dev/sda /", "checksums-out md5 / - | md5sum")
        self.assertEqual(r.out, files)
        status = "btrfs-balance-status / | head -1"
        r = self.on([other], "mount-options skip_balance /dev/sda /", status, "btrfs-balance-cancel /", status, "-btrfs-balance-resume /",
                    "checksums-out md5 / - | md5sum", "umount /", "mount /dev/sda /", status)
        words = [line.split()[-1] if ":" in line else line + "\n" for line in r.out.splitlines()]
        self.assertEqual(words, ["paused", "none", files, "none"], str(r))
        self.assertIn("btrfs_balance_resume: btrfs: ", r.err)

    def test_replace(self):
        """The kernel insists on the device that was to take the place, though the filesystem does not count it."""
        disks = self.disk("a"), self.disk("b")
        files = self.filled(*disks)

        def begun():
            with open(disks[1], "rb") as f:
                f.seek(SUPER)
                return f.read(0x48)[0x40:] == b"_BHRfS_M"

        self.kill_when(begun, disks, "btrfs-replace /dev/sda /dev/sdb /")
        with open(disks[1], "rb") as f:
            f.seek(SUPER + 0xc9)
            self.assertEqual(f.read(8), bytes(8), "the replacement was over")
        # By each of them, and read-only, which goes on with nothing.
        r = self.on(disks, "mount-ro /dev/sda /", "ls /", "umount /", "mount /dev/sdb /", "checksums-out md5 / - | md5sum")
        self.assertEqual(r.out, f"f0\nf1\nf2\nf3\n{files}", str(r))
