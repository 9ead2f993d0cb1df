# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the reliability counts stand on: the end-to-end tests' world around a script, images of stacked devices,
a guestkit shell that is watched while it works, and the look for what is left."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
sys.dont_write_bytecode = True

import world                            # noqa: E402
from harness import BUILD, GUESTKIT, REPO       # noqa: E402,F401

MIB = 1 << 20
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}


# --- the world ----------------------------------------------------------------------------------

def in_world(script, main):
    """Runs main (folder) in namespaces of its own, where nothing is but what it makes; does not return.

    script: the calling program, which is run again inside."""
    if os.getuid() != 0:
        sys.exit("the reliability counts need root: they make namespaces and let guestkit mount")
    if not os.access(GUESTKIT, os.X_OK):
        sys.exit(f"{GUESTKIT} is not there; run make first")
    inside = os.environ.pop("GUESTKIT_WORLD", None)
    if inside is None:
        # Removed however the inner part ends.
        above = os.path.join(BUILD, "reliability")
        os.makedirs(above, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=above, ignore_cleanup_errors=True) as folder:
            os.chmod(folder, 0o755)
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
            argv = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child",
                    "--mount-proc", "--propagation", "private", sys.executable, "-B", script] + sys.argv[1:]
            p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, env=dict(os.environ, GUESTKIT_WORLD=folder))
            try:
                sys.exit(p.wait())
            finally:
                p.kill()
                p.wait()
    work = os.path.join(inside, "work")
    os.makedirs(work)
    world.enter(inside, [REPO, BUILD, inside])
    child = os.fork()
    if child == 0:
        status = 3
        try:
            status = main(work)
        except Exception:               # noqa: BLE001
            import traceback
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            world.sweep(work)
            os._exit(status)
    # The first process of a pid namespace reaps what others have orphaned.
    while True:
        pid, status = os.wait()
        if pid == child:
            sys.exit(os.waitstatus_to_exitcode(status))


def wait_until(condition, seconds):
    """Whether it came true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def tool(*argv, statuses=(0,), **kwargs):
    p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=300, encoding="utf-8", errors="replace", env=ENV, check=False, **kwargs)
    if p.returncode not in statuses:
        raise RuntimeError(f"{' '.join(argv)}: status {p.returncode}: {p.stdout}")
    return p.returncode, p.stdout


# --- guestkit -------------------------------------------------------------------------------------

class Command:
    """A guestkit command.  What it says is read as it comes: lines, and when each came."""

    def __init__(self, argv, said=b""):
        self.began = time.monotonic()
        self.p = subprocess.Popen([GUESTKIT] + argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=ENV, cwd="/", start_new_session=True)
        if said:
            self.p.stdin.write(said)
        self.p.stdin.close()
        self.lines, self.times, self.err = [], [], ""
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=f, daemon=True) for f in (self._read_out, self._read_err)]
        for reader in self.readers:
            reader.start()

    def _read_out(self):
        for line in self.p.stdout:
            with self.changed:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.times.append(time.monotonic())
                self.changed.notify_all()
        with self.changed:
            self.lines.append(None)     # the end
            self.changed.notify_all()

    def _read_err(self):
        self.err = self.p.stderr.read().decode("utf-8", "replace")

    def wait_line(self, line, seconds):
        """Whether it said the line; False when it ended without."""
        with self.changed:
            self.changed.wait_for(lambda: line in self.lines or None in self.lines, seconds)
            return line in self.lines

    def kill(self):
        try:
            self.p.kill()
        except ProcessLookupError:
            pass

    def end(self, seconds):
        """Its status, or None when it does not end.  Then all that it said is there."""
        try:
            status = self.p.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        for reader in self.readers:
            reader.join(10)
        self.p.stdout.close()
        self.p.stderr.close()
        self.lines = [line for line in self.lines if line is not None]
        return status


class Shell(Command):
    """A guestkit shell that runs a script."""

    def __init__(self, launcher, image, fmt, script, key=None, access="--rw"):
        fd, path = tempfile.mkstemp(dir=os.path.dirname(image), prefix="script")
        with os.fdopen(fd, "w") as f:
            f.write(script)
        self.script = path
        argv = ["shell", "--launcher", launcher, access, "--format", fmt, "-a", image, "-f", path]
        super().__init__(argv + (["--keys-from-stdin"] if key else []), key.encode() + b"\n" if key else b"")

    def end(self, seconds):
        status = super().end(seconds)
        if status is not None:
            os.unlink(self.script)
        return status


def run_shell(launcher, image, fmt, script, key=None, access="--rw", seconds=240):
    """Runs a script that must succeed; the lines that it said."""
    shell = Shell(launcher, image, fmt, script, key, access)
    status = shell.end(seconds)
    if status != 0:
        shell.kill()
        raise RuntimeError(f"guestkit shell: status {status}: {shell.lines} {shell.err}")
    return shell.lines


def gc():
    return tool(GUESTKIT, "gc")[1].strip()


def victims(launcher, who, client):
    """Sets of processes to kill at once, each with its name.  who: "client", "worker" (local: supervisor, worker; uml:
    keeper, kernel, image server; all of them), "all" (the client, too)."""
    if who == "client":
        return [("client", [client])] if not is_dying(client) else []
    commands = world.processes()
    if who == "all":
        return [("all", sorted(commands))] if commands else []
    workers = sorted(pid for pid, command in commands.items() if "guestkitd" in command.split(" ")[0])
    kinds = {}
    if launcher == "local":
        kinds = {name: [pid] for name, pid in zip(["supervisor", "worker"], workers)}
    else:
        if workers:
            kinds["keeper"] = workers[:1]
        for name, program in (("kernel", "linux.uml"), ("image server", "qemu-storage-daemon")):
            pids = sorted(pid for pid, command in commands.items() if command.startswith(program))
            if pids:
                kinds[name] = pids[:1]
    if len(kinds) > 1:
        kinds["all of the worker"] = [pid for pids in kinds.values() for pid in pids]
    return list(kinds.items())


def kill_all_of(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


# --- images -------------------------------------------------------------------------------------------

KEY = "a key, with blanks"


def make_stack(launcher, folder, fs, name):
    """A qcow2 with a GPT, whose partition is a LUKS2 device, on which /dev/vg/lv has an empty filesystem."""
    # mkfs.xfs makes nothing smaller than 300 MiB.
    size = 340 if fs == "xfs" else 96
    part, raw, path = (os.path.join(folder, n) for n in ("part.raw", "disk.raw", name))
    with open(raw, "wb") as f:
        f.truncate((size + 40) * MIB)
    tool("sgdisk", "-n", f"1:2048:+{(size + 32) * 2048}", "-t", "1:8309", raw)
    with open(part, "wb") as f:
        f.truncate((size + 32) * MIB)
    key = os.path.join(folder, "key")
    with open(key, "w", encoding="ascii") as f:
        f.write(KEY)
    tool("cryptsetup", "-q", "luksFormat", "--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000",
         "--disable-locks", "--key-file", key, part)
    tool("dd", "status=none", "if=" + part, "of=" + raw, "bs=1M", "seek=1", "conv=notrunc,sparse")
    tool("qemu-img", "convert", "-O", "qcow2", raw, path)
    for left in (raw, part, key):
        os.unlink(left)
    run_shell(launcher, path, "qcow2", f"""\
run
luks-open /dev/sda1 c
pvcreate /dev/mapper/c
vgcreate vg /dev/mapper/c
lvcreate lv vg {size}
mkfs {fs} /dev/vg/lv
""", KEY)
    return path


def check_fs(fs, path):
    """The faults that the filesystem's own checker finds in a file that holds it."""
    argv = {"ext4": ["e2fsck", "-fn"], "xfs": ["xfs_repair", "-n"]}[fs]
    status, out = tool(*argv, path, statuses=range(256))
    return "" if status == 0 else f"{' '.join(argv)}: status {status}: {out}"


def repair_leaks(path):
    """qemu-img check: the number of leaked clusters, which are repaired.  Errors are an exception."""
    status, out = tool("qemu-img", "check", "-r", "leaks", path, statuses=range(256))
    if status not in (0, 3):
        raise RuntimeError(f"qemu-img check: status {status}: {out}")
    for line in out.splitlines():
        words = line.split()
        if "leaked" in words and words[0].isdigit() and "found" not in words:
            return int(words[0])
    return out.count("Repairing cluster")


# --- small helpers ------------------------------------------------------------------------------------

def is_dying(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return not f.read(1)
    except OSError:
        return True


def copy(source, target):
    tool("cp", "--reflink=auto", "--sparse=always", source, target)
    return target
