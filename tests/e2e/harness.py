# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an end-to-end test stands on.

A test is a method of a class derived from Case.  tests/e2e/run gives each one
a process of its own in a world of its own (see world.py): own pids, own
mounts, own /tmp, /var/tmp and /run.  So whatever is left over after the test
is the test's own, and Case.leaks () can say so.

Helpers that run a program take the arguments as they are, never through a
shell, and kill the program when it takes too long: a hang is a failure with a
name, not a test run that never ends.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import world

REPO = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(REPO, "tests"))
import kernel_log                       # noqa: E402
import sparse                           # noqa: E402
import uml_lacks                        # noqa: E402

BUILD = os.environ.get("GUESTKIT_BUILD", os.path.join(REPO, "build"))
GUESTKIT = os.path.join(BUILD, "guestkit")
# Sanitizers and valgrind are slower than what they watch.
SLOW = float(os.environ.get("GUESTKIT_TEST_SLOW", "1"))
PYTHON = "/usr/bin/python3"             # the one that python3-guestfs is for

BOOT_UUID = "b0070000-1111-4222-8333-444455556666"
ROOT_UUID = "20070000-1111-4222-8333-444455556666"
SWAP_UUID = "5a9a0000-1111-4222-8333-444455556666"
# What User-Mode Linux says, as a fault of its own, when the server of its disk dies.
LOST_ITS_DISK = "arch/um/drivers/virtio_uml.c"
NUMBERS_SIZE = 1 << 20                  # /data/numbers of the small guests


class Result:
    """How a program ended: status (negative: by a signal), out and err."""

    def __init__(self, argv, status, out, err):
        self.argv = argv
        self.status = status
        self.raw = out
        self.out = out.decode("utf-8", "surrogateescape")
        self.err = err.decode("utf-8", "surrogateescape")

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        def short(text):
            return text if len(text) < 4000 else text[:2000] + "\n[...]\n" + text[-2000:]
        return f"$ {' '.join(map(str, self.argv))}\nstatus {self.status}\nstdout: {short(self.out)}\nstderr: {short(self.err)}"


class Case(unittest.TestCase):
    """Base of all end-to-end tests."""

    longMessage = True

    def setUp(self):
        self.dir = os.environ["GUESTKIT_TEST_DIR"]
        self.images = {}                # path -> how it is checked afterwards
        self.started = []
        self.check_leaks = True
        self.expected_kernel_fault = None       # a pattern, when the test makes one

    # --- programs -----------------------------------------------------------

    def run_program(self, *argv, stdin=None, timeout=60, env=None, cwd=None, user=None):
        """Runs argv to its end.  stdin: bytes or text, or nothing."""
        argv = [os.fspath(a) if not isinstance(a, (str, bytes)) else a for a in argv]
        if isinstance(stdin, str):
            stdin = stdin.encode()
        environ = self.environ(env)
        if user is not None and "ASAN_OPTIONS" in environ:
            # The file of suppressions lies where others may not read, and what
            # it excuses only root does; a sanitizer that cannot read it aborts.
            environ["ASAN_OPTIONS"] = re.sub(r":?suppressions=[^:]*", "", environ["ASAN_OPTIONS"])
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            # Files and not pipes: a server that outlives its caller and holds
            # on to stdout must not keep us waiting.
            p = subprocess.Popen(argv, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                                 stdout=out, stderr=err, cwd=cwd or self.dir, start_new_session=True,
                                 env=environ, user=user, group=user,
                                 extra_groups=[] if user is not None else None)
            hung = False
            try:
                if stdin is not None:
                    try:
                        p.stdin.write(stdin)
                        p.stdin.close()
                    except BrokenPipeError:
                        pass
                p.wait(timeout * SLOW)
            except subprocess.TimeoutExpired:
                hung = True
                where = world.stacks()
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()
            out.seek(0)
            err.seek(0)
            result = Result(argv, p.returncode, out.read(), err.read())
        if hung:
            self.fail(f"no end after {timeout * SLOW:.0f} seconds\n{result}\n{where}")
        return result

    def start(self, *argv, env=None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE):
        """Starts argv and goes on; what still runs at the end is killed."""
        p = subprocess.Popen(argv, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
                             cwd=self.dir, start_new_session=True, env=self.environ(env))
        self.started.append(p)
        return p

    def environ(self, more=None):
        env = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": os.path.join(self.dir, "home"),
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "GUESTKIT_CONSOLE_DIR": world.CONSOLES,
        }
        for name in os.environ:
            if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "GUESTKIT_DEBUG", "GUESTKIT_LAUNCHER")):
                env[name] = os.environ[name]
        env.update(more or {})
        return env

    def sane(self, r):
        """What holds for every run of guestkit, however it ends."""
        self.assertGreaterEqual(r.status, 0, f"died of a signal\n{r}")
        # The last two would let a test of a failure pass for a reason of no interest.
        for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "Assertion", "Traceback",
                     "worker program guestkitd was not found", "does not support this call yet"):
            self.assertNotIn(word, r.err, str(r))

    def gk(self, *args, **kwargs):
        """Runs guestkit, which must succeed."""
        r = self.run_program(GUESTKIT, *args, **kwargs)
        self.sane(r)
        self.assertEqual(r.status, 0, str(r))
        return r

    def gk_any(self, *args, **kwargs):
        """Runs guestkit, which may succeed or fail, but not crash."""
        r = self.run_program(GUESTKIT, *args, **kwargs)
        self.sane(r)
        return r

    def gk_fails(self, *args, match=None, status=1, **kwargs):
        """Runs guestkit, which must fail and say why; match: a pattern in what it says."""
        r = self.run_program(GUESTKIT, *args, **kwargs)
        self.sane(r)
        self.assertEqual(r.status, status, str(r))
        self.assertTrue(r.err.strip(), f"failed without a word\n{r}")
        if match:
            self.assertTrue(re.search(match, r.err, re.I), f"no /{match}/ in stderr\n{r}")
        return r

    def gk_start(self, *args, **kwargs):
        return self.start(GUESTKIT, *args, **kwargs)

    def tool(self, *argv, **kwargs):
        """Runs another program, which must succeed."""
        r = self.run_program(*argv, **kwargs)
        self.assertEqual(r.status, 0, str(r))
        return r

    def foreign_env(self):
        env = {}
        if os.environ.get("GUESTKIT_SANITIZED") == "1":
            # A program that is not sanitized itself must load the sanitizer
            # before our library, and what it leaks is its own affair.
            env["LD_PRELOAD"] = subprocess.run(["gcc", "-print-file-name=libasan.so"], stdout=subprocess.PIPE,
                                               text=True, check=True).stdout.strip()
            env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        return env

    def foreign(self, *argv, **kwargs):
        """Runs a program made for libguestfs on guestkit's library."""
        return self.run_program(GUESTKIT, "exec", "--", *argv, env=self.foreign_env(), **kwargs)

    def foreign_start(self, *argv):
        """The same, and goes on."""
        return self.start(GUESTKIT, "exec", "--", *argv, env=self.foreign_env())

    def python_guestfs(self, script, *args, status=0, **kwargs):
        """Runs a script that imports libguestfs's own Python module, on guestkit's library."""
        path = self.file("script.py", "import sys, guestfs\n" + script)
        r = self.foreign(PYTHON, "-B", path, *args, **kwargs)
        self.assertEqual(r.status, status, str(r))
        return r

    # --- files and images -------------------------------------------------------

    def path(self, name):
        return os.path.join(self.dir, name)

    def file(self, name, content=b""):
        path = self.path(name)
        with open(path, "wb") as f:
            f.write(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, path):
        with open(path, "rb") as f:
            return f.read()

    def image(self, template="gpt.qcow2", name=None, check="clean"):
        """A copy of one of the small images.

        check says what must hold when the test is over: "clean" (the default),
        "recoverable" (a program was killed while it wrote: a journal replay
        may be needed) or "" (the image is bad on purpose).
        """
        path = self.path(name or template)
        self.tool("cp", "--reflink=auto", "--sparse=always",
                  os.path.join(os.environ["GUESTKIT_SMALL"], template), path)
        self.images[path] = check
        return path

    def guest(self):
        """A copy of the genuine Debian guest."""
        path = self.path("guest.qcow2")
        self.tool("cp", "--reflink=auto", "--sparse=always", os.environ["GUESTKIT_GUEST"], path)
        self.images[path] = "clean"
        return path

    def disk(self, size=64 << 20, name="d.raw"):
        """An empty raw image; what is there already stays, but for its size."""
        path = self.path(name)
        with open(path, "ab") as f:
            f.truncate(size)
        return path

    def bad_image(self, name):
        """An image with a fault; names are those of tests/bad-images/generate -l."""
        self.tool(os.path.join(REPO, "tests/bad-images/generate"), self.dir, name,
                  env={"GUESTKIT_CACHE": os.environ["GUESTKIT_CACHE"]})
        for ext in (".raw", ".qcow2", ".vmdk"):
            if os.path.exists(self.path(name + ext)):
                return self.path(name + ext)
        raise AssertionError("no image " + name)

    def checksum(self, path):
        """To be compared with another of these: what the file holds, quickly."""
        return sparse.digest(path)

    def sha256(self, path):
        with open(path, "rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()

    # --- what the host can do ------------------------------------------------------

    def needs_filesystem(self, name):
        if os.environ.get("GUESTKIT_LAUNCHER") == "uml":
            why = uml_lacks.all_of("feature").get(name)
            if why:
                self.skipTest(why)
            return
        with open("/proc/filesystems", encoding="ascii") as f:
            if name not in f.read().split():
                self.skipTest(f"the kernel has no {name}")

    def needs_program(self, name):
        if not shutil.which(name, path=self.environ()["PATH"]):
            self.skipTest(f"{name} is not installed")

    def stacking(self, what="device-mapper"):
        """The launcher for tests of volumes, encryption and sets: local where it is asked for and this kernel
        has what they need (tests/uml-host/run starts one that has), else uml."""
        has = {"device-mapper": "/sys/class/misc/device-mapper", "md": "/proc/mdstat", "nbd": "/sys/module/nbd"}[what]
        if os.environ.get("GUESTKIT_LAUNCHER") == "local" and os.path.exists(has):
            return "local"
        self.needs_program("linux.uml")
        return "uml"

    def wait_for(self, condition, what, timeout=20, pause=0.02):
        end = time.monotonic() + timeout * SLOW
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(pause)
        self.fail(f"waited {timeout * SLOW:.0f} seconds in vain for {what}")

    def serve_image(self, image, fmt, sock):
        """A server that has the image open for writing, and its locks: the socket is there before."""
        server = self.start("qemu-nbd", "-t", "-f", fmt, "-k", sock, image)
        self.wait_for(lambda: self.run_program("qemu-nbd", "--list", "-k", sock).status == 0, "qemu-nbd")
        return server

    # --- after the test ----------------------------------------------------------------

    def finish(self):
        """Called by the runner after the test: what it left, and what became of its images."""
        for p in self.started:
            if p.poll() is None:
                os.killpg(p.pid, signal.SIGKILL)
            p.wait()
            for stream in (p.stdout, p.stderr, p.stdin):
                if stream:
                    stream.close()
        faults = world.leaks(self.dir) if self.check_leaks else []
        faults += kernel_log.of_consoles(world.CONSOLES, self.expected_kernel_fault)
        for path, check in self.images.items():
            if check and os.path.exists(path):
                faults += check_image(path, check, self.dir)
        return faults


# --- images: is what we made still sound? ---------------------------------------------------

def check_image(path, check, work):
    """The faults of an image: of its format, and of every ext and xfs in it."""
    def tool(*argv):
        p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=120 * SLOW, encoding="utf-8", errors="replace",
                           env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
        return p.returncode, p.stdout

    faults = []
    name = os.path.basename(path)
    flat = os.path.join(work, "check.raw")
    fs = os.path.join(work, "check.fs")
    if path.endswith(".raw"):
        flat = path                     # it is only read
    else:
        status, out = tool("qemu-img", "check", path)
        # 3 is leaked clusters: what a killed writer leaves, and harmless.
        if status != 0 and not (status == 3 and check == "recoverable"):
            faults.append(f"{name}: qemu-img check: {out}")
        status, out = tool("qemu-img", "convert", "-O", "raw", path, flat)
        if status != 0:
            return faults + [f"{name}: qemu-img convert: {out}"]
    status, out = tool("sfdisk", "--json", flat)
    if status == 0:
        parts = [(p["start"] * 512, p["size"] * 512) for p in json.loads(out)["partitiontable"].get("partitions", [])]
    else:
        parts = [(0, os.path.getsize(flat))]
    for number, (start, size) in enumerate(parts, 1):
        with open(flat, "rb") as f:
            f.seek(start)
            head = f.read(4096)
        if head[1080:1082] == b"\x53\xef":
            argv = ["e2fsck", "-fn"]
            if head[1024 + 0x60] & 4 and check == "clean":
                # e2fsck -n passes over the journal in silence.
                faults.append(f"{name}: filesystem {number}: was not unmounted, its journal wants a replay")
            if check == "recoverable":
                argv = ["e2fsck", "-fp"]
        elif head[:4] == b"XFSB":
            argv = ["xfs_repair", "-n"]
        else:
            continue
        sparse.copy(flat, fs, start, size)
        status, out = tool(*argv, fs)
        if status != 0 and not (status == 1 and check == "recoverable"):
            faults.append(f"{name}: filesystem {number}: {' '.join(argv)}: status {status}: {out}")
        os.unlink(fs)
    if flat != path:
        os.unlink(flat)
    return faults
