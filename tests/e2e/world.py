# SPDX-License-Identifier: LGPL-3.0-or-later
"""The small world in which one test runs, and what may not be left in it.

enter () is called by a process that unshare(1) has put into mount and pid
namespaces of their own.  For the test that mount namespace *is* the host's:
its mounts are shared among each other like those of a usual host, so that a
mount that guestkit lets escape from its own namespace is seen here, but not
with the real host's, so that it cannot get there.

What has no namespace (loop, nbd and device-mapper devices) is compared with
what was there before, and told from the work of others by its backing file.
"""

import ctypes
import fcntl
import os
import signal
import time

FRESH = ("/tmp", "/var/tmp", "/run", "/dev/shm")
# Where the kernels of the uml launcher have their consoles; of any user.
CONSOLES = "/run/consoles"

MS_BIND, MS_REC, MS_PRIVATE, MS_SHARED = 4096, 16384, 1 << 18, 1 << 20
_libc = ctypes.CDLL(None, use_errno=True)
_before = {}
_kept = set()


def mount(source, target, fstype=None, flags=0, data=None):
    def arg(x):
        return os.fsencode(x) if x is not None else None
    if _libc.mount(arg(source), arg(target), arg(fstype), ctypes.c_ulong(flags), arg(data)) != 0:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e), target)


def umount(target):
    if _libc.umount2(os.fsencode(target), 0) != 0:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e), target)


def enter(folder, keep):
    """Sets the world up; keep: folders that must stay where they are."""
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    # Other runs and their tests may lie below what we are about to cover.
    kept = [(path, os.open(path, os.O_PATH)) for path in keep
            if any(os.path.realpath(path).startswith(fresh + "/") for fresh in FRESH)]
    for fresh in FRESH:
        if fresh == "/dev/shm" and not os.path.isdir(fresh):
            continue
        if fresh.startswith(("/run", "/dev")):
            mount("tmpfs", fresh, "tmpfs", 0, "mode=0755" if fresh == "/run" else "mode=1777")
        else:
            # On the disk: tests put images there.
            below = os.path.join(folder, fresh.strip("/").replace("/", "-"))
            os.makedirs(below)
            os.chmod(below, 0o1777)
            mount(below, fresh, None, MS_BIND)
    for usual in ("/run/lock", "/run/mount"):
        os.makedirs(usual, exist_ok=True)
    os.mkdir(CONSOLES)
    os.chmod(CONSOLES, 0o1777)
    _kept.add(CONSOLES)
    for path, fd in kept:
        os.makedirs(path, exist_ok=True)
        mount(f"/proc/self/fd/{fd}", path, None, MS_BIND | MS_REC)
        _kept.add(os.path.realpath(path))
        os.close(fd)
    mount(None, "/", None, MS_REC | MS_SHARED)
    _before.update(mounts=mounts(), devices=devices(), files=files())


def mounts():
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as f:
        return {(line.split()[0], line.split()[4]) for line in f}


def loops():
    """Attached loop devices and their backing files.

    Only of sysfs: the ioctl that tells more asks the backing file's filesystem
    and so waits for ever when a FUSE server somewhere on this machine is stuck.
    """
    found = {}
    for name in os.listdir("/sys/block"):
        if name.startswith("loop"):
            try:
                with open(f"/sys/block/{name}/loop/backing_file", encoding="utf-8", errors="surrogateescape") as f:
                    found[name] = f.read().strip()
            except OSError:
                pass                    # not attached, or no longer
    return found


def devices():
    found = loops()
    for name in os.listdir("/sys/block"):
        if name.startswith("dm-"):
            found[name] = "device-mapper"
        elif name.startswith("nbd") and os.path.exists(f"/sys/block/{name}/pid"):
            found[name] = "nbd"
        elif name.startswith("md"):
            found[name] = "md"
    return found


def files():
    found = set()
    for fresh in FRESH:
        for folder, folders, names in os.walk(fresh):
            folders[:] = [n for n in folders if os.path.join(folder, n) not in _kept]
            found.update(os.path.join(folder, n) for n in names)
            found.update(os.path.join(folder, n) for n in folders)
    return found


def processes():
    """Processes of this world other than its first and ourselves: pid -> command line.

    One that is dying has no command line any more, but still holds what the
    kernel has not taken from it: it is told by its name.
    """
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) in (1, os.getpid()):
            continue
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                command = f.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                before, after = f.read().rsplit(")", 1)
        except OSError:
            continue
        after = after.split()
        # Of a zombie with threads, these are still there.
        if after[0] not in "ZX" or int(after[17]) > 1:
            found[int(pid)] = command or "[" + before.split("(", 1)[1] + "]"
    return found


def stacks():
    """Where the processes of this world are, for the report of a hang."""
    lines = []
    for pid, command in processes().items():
        where = ""
        try:
            with open(f"/proc/{pid}/wchan", encoding="ascii") as f:
                where = f.read()
            with open(f"/proc/{pid}/stack", encoding="ascii") as f:
                where += " " + " ".join(line.split()[1].split("+")[0] for line in f if " " in line)
        except (OSError, IndexError):
            pass
        lines.append(f"{pid} {command[:150]} [{where.strip()}]")
    return "\n".join(lines)


def ours(backing, folder):
    """Whether a loop device's backing file is of this test."""
    if backing.startswith(folder + "/"):
        return True
    # A path in /tmp or the like is one of this test's world, if it is anything
    # here.  Looked up by name, for stat () would ask the file's server.
    try:
        return (any(backing.startswith(fresh + "/") for fresh in FRESH)
                and os.path.basename(backing) in os.listdir(os.path.dirname(backing)))
    except OSError:
        return False


# What is no leftover: runtime folders of ours that stay, empty, for the next session.
STAYS = ("/run/guestkit", "/run/guestkit/mounts", "/run/guestkit/lock", "/tmp/guestkit-65534")


def leaks(folder):
    """What the test has left, as a list of sentences.  Looks for two seconds until it is clean."""
    end = time.monotonic() + 2
    while True:
        found = []
        for pid, command in processes().items():
            found.append(f"process {pid} still runs: {command[:200]}")
        for _, where in mounts() - _before["mounts"]:
            found.append(f"still mounted: {where}")
        now = devices()
        # By name and backing file: a number that somebody has given back may be ours now.
        for name, what in now.items() - _before["devices"].items():
            if not name.startswith("loop") or ours(what, folder):
                found.append(f"device {name} is still attached: {what}")
        for path in sorted(files() - _before["files"]):
            if path not in STAYS:
                found.append(f"file left: {path}")
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def kill(pids):
    """Kills processes; the end of one may have been that of the next."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def sweep(folder):
    """Ends what a failed test left that would not go with its namespaces."""
    kill(processes())
    for name, what in loops().items():
        if _before["devices"].get(name) != what and ours(what, folder):
            try:
                fd = os.open("/dev/" + name, os.O_RDONLY)
                fcntl.ioctl(fd, 0x4C01, 0)      # LOOP_CLR_FD: takes effect when the last user is gone
                os.close(fd)
            except OSError:
                pass
