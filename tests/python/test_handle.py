# SPDX-License-Identifier: LGPL-3.0-or-later
"""Handles without a session: values, errors, callbacks, threads, and every way in which they can end."""

import contextlib
import gc
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import traceback
import unittest
import warnings
import weakref

import packages
import guestfs
import guestkit

SECONDS = 20


def resident():
    """Bytes of memory that this process has in use."""
    with open("/proc/self/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def child(script, *args, **env):
    return subprocess.run([packages.PYTHON, "-B", "-c", script, *args], stdin=subprocess.DEVNULL, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env=dict(os.environ, PYTHONPATH=packages.FOLDER, **env))


class Values(unittest.TestCase):
    def setUp(self):
        self.g = guestkit.Guest()
        self.addCleanup(self.g.close)

    def test_text(self):
        for name in ("/tmp", b"/tmp", pathlib.Path("/tmp")):
            self.g.set_path(name)
            self.assertEqual(self.g.get_path(), "/tmp")

    def test_bytes_that_are_no_utf8_come_back(self):
        odd = b"/a\xff\xe9b"
        self.g.set_path(odd)
        self.assertEqual(self.g.get_path(), os.fsdecode(odd))
        self.g.set_path(self.g.get_path())
        self.assertEqual(os.fsencode(self.g.get_path()), odd)

    def test_none_for_optional_text(self):
        self.g.set_append("quiet")
        self.assertEqual(self.g.get_append(), "quiet")
        self.g.set_append(None)
        self.assertIsNone(self.g.get_append())

    def test_refused(self):
        for wrong, why in ((lambda: self.g.set_path(3), "set_path() argument searchpath must be str, bytes or a path"),
                           (lambda: self.g.set_path("a\0b"), "embedded null"),
                           (lambda: self.g.set_memsize("1"), "interpreted as an integer"),
                           (lambda: self.g.set_memsize(1 << 40), "greater than maximum"),
                           (lambda: self.g.set_memsize(-1 << 40), "less than minimum"),
                           (lambda: self.g.set_memsize(1 << 80), "too large"),
                           (lambda: self.g.set_backend_settings("abc"), "expecting a list"),
                           (lambda: self.g.set_backend_settings(["a", 1]), "must be str"),
                           (lambda: self.g.write("/x", "text"), "bytes-like object is required"),
                           (lambda: self.g.mkdir(self.g), "must be str")):
            with self.assertRaises((TypeError, ValueError, OverflowError)) as caught:
                wrong()
            self.assertIn(why, str(caught.exception))

    def test_lists_are_any_iterable(self):
        for settings in (["a", "b"], ("a", "b"), iter(["a", "b"]), {"a": 1, "b": 2}):
            self.g.set_backend_settings(settings)
            self.assertEqual(self.g.get_backend_settings(), ["a", "b"])

    def test_a_path_that_fails_says_so_itself(self):
        class Broken:
            def __fspath__(self):
                raise ZeroDivisionError("broken")
        with self.assertRaises(ZeroDivisionError):
            self.g.set_path(Broken())

    def test_truth(self):
        self.assertIs(self.g.get_verbose(), False)
        self.g.set_verbose(True)
        self.assertIs(self.g.get_verbose(), True)
        self.g.set_verbose(False)

    def test_structs_are_named_tuples(self):
        v = self.g.version()
        self.assertIsInstance(v, guestkit.Version)
        self.assertEqual((v.major, v.minor), (1, 48))
        self.assertEqual(v, tuple(v))

    def test_guest_paths_are_no_host_paths(self):
        p = self.g.path("/etc") / "shadow"
        self.assertEqual(str(p), "/etc/shadow")
        with self.assertRaises(TypeError):
            open(p, encoding="utf-8")   # noqa: SIM115
        with self.assertRaises(TypeError):
            os.fspath(p)
        # Where a call takes a file of the host, a path of the guest is refused, too.
        with self.assertRaisesRegex(TypeError, "argument filename must be"):
            self.g.upload(p, "/x")

    def test_a_path_cannot_leave_its_place_by_an_absolute_part(self):
        self.assertEqual(str(self.g.path("etc") / "fstab"), "/etc/fstab")
        self.assertEqual(str(self.g.path(b"/a\xff")), os.fsdecode(b"/a\xff"))
        self.assertEqual(bytes(self.g.path(b"/a\xff")), b"/a\xff")
        p = self.g.path("/usr/lib/x.tar.gz")
        self.assertEqual((p.name, p.stem, p.suffix, p.suffixes), ("x.tar.gz", "x.tar", ".gz", [".tar", ".gz"]))
        self.assertEqual(str(p.parent.parent), "/usr")
        self.assertEqual(p, self.g.path("/usr") / "lib" / "x.tar.gz")
        self.assertEqual(len({p, self.g.path("/usr/lib/x.tar.gz")}), 1)


class Errors(unittest.TestCase):
    def test_what_an_error_knows(self):
        with guestkit.Guest() as g:
            with self.assertRaises(guestkit.NotFound) as caught:
                g.add_drive("/nonexistent/disk.img")
            e = caught.exception
            self.assertIsInstance(e, FileNotFoundError)
            self.assertIsInstance(e, guestkit.Error)
            self.assertEqual((e.errno, e.stage, e.call), (2, "config", "add_drive"))
            self.assertEqual(str(e), e.message)
            self.assertIn("/nonexistent/disk.img", str(e))
            with self.assertRaises(guestkit.Error) as caught:
                g.ls("/")
            self.assertIsNone(caught.exception.errno)
            again = pickle.loads(pickle.dumps(e))
            self.assertEqual((type(again), str(again), again.errno, again.stage), (type(e), str(e), e.errno, e.stage))

    def test_nothing_is_printed(self):
        script = ("import guestkit, threading\n"
                  "def fail():\n"
                  "    try: guestkit.Guest().add_drive('/nonexistent')\n"
                  "    except guestkit.Error: pass\n"
                  "fail()\nt = threading.Thread(target=fail); t.start(); t.join()\n")
        r = child(script)
        self.assertEqual((r.returncode, r.stdout, r.stderr), (0, "", ""))

    def test_compat_errors(self):
        g = guestfs.GuestFS()
        with self.assertRaises(RuntimeError) as caught:
            g.add_drive("/nonexistent/disk.img")
        self.assertIs(type(caught.exception), RuntimeError)
        self.assertIn("/nonexistent/disk.img", str(caught.exception))

    def test_compat_warns_of_deprecated_calls(self):
        g = guestfs.GuestFS()
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            with self.assertRaises(RuntimeError):
                g.add_cdrom("/nonexistent")
        self.assertEqual([w.category for w in seen], [DeprecationWarning])
        self.assertEqual(str(seen[0].message), "use GuestFS.add_drive_ro() instead of GuestFS.add_cdrom()")
        self.assertEqual(seen[0].filename, __file__)


class Closed(unittest.TestCase):
    def test_guest(self):
        g = guestkit.Guest()
        self.assertFalse(g.closed)
        g.close()
        g.close()
        self.assertTrue(g.closed)
        with self.assertRaises(guestkit.ClosedError) as caught:
            g.get_path()
        self.assertIsInstance(caught.exception, ValueError)
        with self.assertRaises(guestkit.ClosedError):
            with g:
                pass
        with self.assertRaises(guestkit.ClosedError):
            g.on("trace", print)

    def test_compat(self):
        g = guestfs.GuestFS()
        g.close()
        for use in (g.close, g.get_path, lambda: g.delete_event_callback(0), lambda: g.add_cdrom("x"),
                    lambda: g.set_event_callback(print, 1)):
            with self.assertRaisesRegex(guestfs.ClosedHandle, "^GuestFS: method called on closed handle$"):
                use()

    def test_with(self):
        with self.assertRaises(ZeroDivisionError):
            with guestkit.Guest() as g:
                raise ZeroDivisionError
        self.assertTrue(g.closed)

    def test_constructor_that_fails(self):
        with self.assertRaises(guestkit.Error):
            guestkit.Guest(launcher="no-such-launcher")
        with self.assertRaises(TypeError):
            guestfs.GuestFS(nope=1)


class Callbacks(unittest.TestCase):
    def test_events(self):
        seen = []
        with guestkit.Guest() as g:
            with g.on(("trace", "enter"), seen.append):
                g.set_trace(True)
                g.set_path("/x")
                g.set_trace(False)
        self.assertEqual([(e.kind, e.text) for e in seen[:4]],
                         [("enter", "set_trace"), ("enter", "set_path"), ("trace", 'set_path "/x"'),
                          ("trace", "set_path = 0")])
        with self.assertRaises(ValueError):
            guestkit.Guest().on("nonsense", print)

    def test_what_a_callback_raises_is_raised_by_the_call(self):
        def fail(event):
            raise ZeroDivisionError(event.text)
        with guestkit.Guest() as g:
            with g.on("enter", fail):
                try:
                    g.get_path()
                except ZeroDivisionError as e:
                    self.assertEqual(str(e), "get_path")
                    # It says where in the callback that was.
                    self.assertIn("fail", [f.name for f in traceback.extract_tb(e.__traceback__)])
                else:
                    self.fail("nothing was raised")
            g.get_path()

    def test_compat_prints_it(self):
        r = child("import guestfs\ng = guestfs.GuestFS()\n"
                  "def fail(*args): raise ZeroDivisionError('here')\n"
                  "g.set_event_callback(fail, guestfs.EVENT_ENTER)\nprint(g.get_memsize())\n")
        self.assertEqual((r.returncode, r.stdout), (0, "1280\n"))
        self.assertIn("ZeroDivisionError: here", r.stderr)

    def test_callbacks_may_make_calls(self):
        seen = []
        with guestkit.Guest() as g:
            def nested(event):
                if event.text == "get_path":
                    seen.append(g.get_memsize())
            with g.on("enter", nested):
                g.get_path()
        self.assertEqual(len(seen), 1)

    def test_deleted_in_itself(self):
        seen = []
        with guestkit.Guest() as g:
            def once(event):
                seen.append(event.text)
                subscription.cancel()
            subscription = g.on("enter", once)
            g.get_path()
            g.get_memsize()
        self.assertEqual(seen, ["get_path"])

    def test_closed_in_a_callback(self):
        closed = []
        g = guestkit.Guest()
        g.on("enter", lambda e: e.text == "get_path" and g.close())
        g.on("close", lambda e: closed.append(e.kind))
        g.get_path()                    # the call that it happens in still has its result
        self.assertTrue(g.closed)
        self.assertEqual(closed, ["close"])
        with self.assertRaises(guestkit.ClosedError):
            g.get_path()
        g = guestfs.GuestFS()
        g.set_event_callback(lambda *args: g._o and g.close(), guestfs.EVENT_ENTER)
        g.get_path()
        with self.assertRaises(guestfs.ClosedHandle):
            g.get_path()

    def test_too_many(self):
        with guestkit.Guest() as g:
            with self.assertRaisesRegex(guestkit.Error, "too many"):
                for _ in range(2000):
                    g.on("close", lambda e: None)


class Threads(unittest.TestCase):
    def test_close_waits_for_the_call_of_another_thread(self):
        g = guestkit.Guest()
        inside, go_on = threading.Event(), threading.Event()
        results = []

        def wait(event):
            inside.set()
            go_on.wait(SECONDS)
        g.on("enter", wait)
        caller = threading.Thread(target=lambda: results.append(g.get_memsize()))
        caller.start()
        self.assertTrue(inside.wait(SECONDS))
        closer = threading.Thread(target=g.close)
        closer.start()
        # No new call begins once the end has begun.
        while not g.closed:
            pass
        with self.assertRaises(guestkit.ClosedError):
            g.get_path()
        self.assertTrue(closer.is_alive())
        go_on.set()
        closer.join(SECONDS)
        caller.join(SECONDS)
        self.assertFalse(closer.is_alive() or caller.is_alive())
        self.assertEqual(results, [1280])

    def test_many_threads_on_one_handle_that_is_closed(self):
        for _ in range(20):
            g = guestkit.Guest()
            ready = threading.Barrier(5)
            odd = []

            def work():
                ready.wait(SECONDS)
                try:
                    while True:
                        g.get_path()
                except guestkit.ClosedError:
                    pass
                except BaseException as e:      # noqa: BLE001
                    odd.append(e)
            threads = [threading.Thread(target=work) for _ in range(4)]
            for t in threads:
                t.start()
            ready.wait(SECONDS)
            g.close()
            for t in threads:
                t.join(SECONDS)
            self.assertFalse(any(t.is_alive() for t in threads))
            self.assertEqual(odd, [])

    def test_callbacks_come_and_go_while_others_call(self):
        with guestkit.Guest() as g:
            stop = threading.Event()

            def work():
                while not stop.is_set():
                    with g.on("enter", lambda e: None):
                        g.get_path()
            threads = [threading.Thread(target=work) for _ in range(3)]
            for t in threads:
                t.start()
            for _ in range(2000):
                g.get_memsize()
            stop.set()
            for t in threads:
                t.join(SECONDS)
            self.assertFalse(any(t.is_alive() for t in threads))


class Garbage(unittest.TestCase):
    def test_a_cycle_through_a_callback_is_found(self):
        class Program:
            def __init__(self):
                self.g = guestkit.Guest()
                self.g.on("enter", self.entered)

            def entered(self, event):
                pass
        for make in (Program, self.compat_cycle):
            gone = weakref.ref(make())
            gc.collect()
            self.assertIsNone(gone())

    @staticmethod
    def compat_cycle():
        g = guestfs.GuestFS()
        g.set_event_callback(lambda *args: g, guestfs.EVENT_ALL)
        return g

    def test_close_event_of_a_handle_that_nobody_closed(self):
        seen = []
        g = guestkit.Guest()
        g.on("close", lambda e: seen.append(e.kind))
        del g
        gc.collect()
        self.assertEqual(seen, ["close"])

    def test_what_a_callback_held_is_let_go(self):
        class Thing:
            def __call__(self, event):
                pass
        g = guestkit.Guest()
        thing = Thing()
        gone = weakref.ref(thing)
        subscription = g.on("enter", thing)
        del thing
        self.assertIsNotNone(gone())
        subscription.cancel()
        gc.collect()
        self.assertIsNone(gone())
        thing = Thing()
        gone = weakref.ref(thing)
        g.on("enter", thing)
        del thing
        g.close()
        gc.collect()
        self.assertIsNone(gone())

    def test_references_do_not_grow(self):
        """Each object that goes in or out of many calls is let go of."""
        text, content = "/tmp/" + "x" * 100, bytearray(b"abc")
        settings = ["a" * 50, "b" * 50]
        things = (text, content, settings, settings[0], None, guestkit.Version, Error := guestkit.Error)

        def work(n):
            g = guestkit.Guest()
            old = guestfs.GuestFS()
            old.internal_test_set_output("/dev/null")
            with g.on("enter", lambda e: None):
                for _ in range(n):
                    g.set_path(text)
                    g.get_path()
                    g.set_backend_settings(settings)
                    g.get_backend_settings()
                    g.version()
                    old.internal_test(text, None, settings, True, 1, 1, text, text, b"abc", ostring=text, ostringlist=settings)
                    for kind in ("rstring", "rbufferout", "rstruct", "rstructlist", "rhashtable", "rstringlist"):
                        getattr(old, "internal_test_" + kind)("10")
                    for bad in (lambda: g.write(text, content), lambda: old.write(text, "x"), lambda: g.set_path(3),
                                lambda: g.set_backend_settings([text, 3]), lambda: old.mkdir(text)):
                        with contextlib.suppress(Error, RuntimeError, TypeError):
                            bad()
            g.close()
            old.close()
        work(10)
        before = [sys.getrefcount(t) for t in things]
        blocks = sys.getallocatedblocks()
        work(2000)
        gc.collect()
        after = [sys.getrefcount(t) for t in things]
        for a, b in zip(before, after):
            self.assertLess(abs(a - b), 50, (before, after))
        self.assertLess(sys.getallocatedblocks() - blocks, 500)

    def test_memory_does_not_grow(self):
        """What the library and the module allocate is given back: 2000 handles and 60000 results."""
        old = guestfs.GuestFS()

        def work(n):
            for _ in range(n):
                g = guestkit.Guest()
                g.set_backend_settings(["x" * 1000] * 10)
                with g.on("enter", lambda e: None):
                    for _ in range(10):
                        g.get_backend_settings()
                        old.internal_test_rstructlist("20")
                        old.internal_test_rhashtable("20")
                g.close()
        work(200)
        gc.collect()
        before = resident()
        work(2000)
        gc.collect()
        # A handle that leaks is 12 kB and more, a result 10 kB.
        self.assertLess(resident() - before, 4 << 20)


class Processes(unittest.TestCase):
    def test_exit_with_handles_left_open(self):
        for package, make in (("guestkit", "Guest"), ("guestfs", "GuestFS")):
            r = child(f"import {package}, atexit\n"
                      f"g = {package}.{make}()\n"
                      f"h = {package}.{make}(close_on_exit=False)\n"
                      "g.me = g\nh.me = h\n")
            self.assertEqual((r.returncode, r.stdout, r.stderr), (0, "", ""))

    def test_exit_with_callbacks_left(self):
        r = child("import guestfs\n"
                  "g = guestfs.GuestFS()\n"
                  "g.set_event_callback(lambda *a: None, guestfs.EVENT_ALL)\n"
                  "import builtins; builtins.keep = g\n")
        self.assertEqual((r.returncode, r.stderr), (0, ""))

    def test_a_child_of_fork_cannot_use_a_guest(self):
        g = guestkit.Guest()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                try:
                    g.get_path()
                except guestkit.PermissionDenied as e:
                    if "process" in str(e):
                        g.close()
                        status = 0 if g.closed else 2
            finally:
                os._exit(status)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        g.get_path()
        g.close()

    def test_a_child_of_fork_may_go_on_with_guestfs(self):
        g = guestfs.GuestFS()
        pid = os.fork()
        if pid == 0:
            os._exit(0 if g.get_memsize() == 1280 and g.close() is None else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        g.get_path()

    def test_environment(self):
        script = "import sys, {0}; print({0}.{1}(environment=sys.argv[1] == 'yes').get_memsize())"
        for package, make in (("guestkit", "Guest"), ("guestfs", "GuestFS")):
            for yes, size in (("yes", "3000"), ("no", "1280")):
                r = child(script.format(package, make), yes, LIBGUESTFS_MEMSIZE="3000")
                self.assertEqual((r.stdout.strip(), r.stderr), (size, ""))

    def test_program_name(self):
        r = child("import guestkit, sys; sys.argv[0] = '/x/prog.py'; print(guestkit.Guest().get_program())")
        self.assertEqual(r.stdout.strip(), "prog.py", r.stderr)


class Same(unittest.TestCase):
    """One script, by libguestfs's own module on our library and by ours, says the same."""

    SCRIPT = """
import guestfs
seen = []
for dicts in (False, True):
    g = guestfs.GuestFS(python_return_dict=dicts)
    eh = g.set_event_callback(lambda *a: seen.append(a), guestfs.EVENT_ALL)
    g.set_trace(True)
    print(eh, g.set_path("/x"), g.get_path(), g.get_verbose(), g.get_append(), g.version(), g.get_state())
    print(g.get_backend_settings(), g.set_backend_settings(["a", "b"]), g.get_backend_settings())
    print(g.event_to_string if hasattr(g, "event_to_string") else "none", guestfs.event_to_string(0x3ff))
    for f in (lambda: g.add_drive("/nonexistent"), lambda: g.ls("/"), lambda: g.set_memsize("x"), lambda: g.mkdir(),
              lambda: g.set_memsize(1 << 40), lambda: g.set_path("a\\0b"), lambda: g.write("/x", 3),
              lambda: g.add_drive("/x", nope=1), lambda: g.set_event_callback(3, 1), lambda: g.list_filesystems(),
              lambda: g.delete_event_callback(99), lambda: g.add_drive("/nonexistent", readonly="x"),
              lambda: g.user_cancel(), lambda: g.disk_create("/nonexistent/x", "raw", 1 << 20),
              lambda: g.add_drive_scratch(1 << 20, label="x"), lambda: g.debug_drives() and None):
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__mro__, e)
    g.close()
    print(g._o)
    try:
        g.get_path()
    except guestfs.ClosedHandle as e:
        print(type(e).__mro__, e)
import re
print(re.sub("/tmp/guestkit[A-Za-z0-9]{6}/", "/tmp/", repr(seen)))
"""

    @unittest.skipUnless(os.path.exists("/usr/lib/python3/dist-packages/guestfs.py"), "python3-guestfs is not installed")
    def test_it(self):
        r = subprocess.run([os.path.join(packages.BUILD, "guestkit"), "exec", "--", packages.PYTHON, "-B", "-c", self.SCRIPT],
                           stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                           timeout=60, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
        theirs = r.stdout
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        r = child(self.SCRIPT)
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.maxDiff = None
        self.assertEqual(r.stdout.splitlines(), theirs.splitlines())

    KINDS = """
import guestfs, sys
out = sys.argv[1]
def t(f):
    try:
        print(repr(f()))
    except Exception as e:
        print(type(e).__name__, e)
for dicts in (False, True):
    g = guestfs.GuestFS(python_return_dict=dicts)
    t(lambda: g.internal_test_set_output(out))
    t(lambda: g.internal_test("abc", "def", [], False, 0, 0, "123", "456", b"abc\\0abc"))
    t(lambda: g.internal_test("abc", None, [], False, 0, 0, "123", "456", "text"))
    t(lambda: g.internal_test("", "", ["1", "2"], True, -1, -1, "123", "456", b"", obool=True, oint=1))
    t(lambda: g.internal_test("gr\u00fc", "def", ["1"], 1, 4095, 1 << 62, "", "456", b"abc", obool=False, oint=-1,
                              oint64=-(1 << 62), ostring="string", ostringlist=["s1", "s2"]))
    t(lambda: g.internal_test("abc", "def", ["1"], 5, 2**31 - 1, -2**63, "", "456", b"abc", None, None, None, None, []))
    t(lambda: g.internal_test_only_optargs())
    t(lambda: g.internal_test_only_optargs(3))
    t(lambda: g.internal_test_63_optargs(opt1=1, opt63=63, opt32=2))
    t(lambda: g.internal_test_close_output())
    print(open(out).read())
    kinds = ("rint", "rint64", "rbool", "rconststring", "rconstoptstring", "rstring", "rstringlist", "rstruct",
             "rstructlist", "rhashtable", "rbufferout")
    for kind in kinds:
        for value in ("true", "false", "10", "1", "0"):
            if value.isdigit() or "list" not in kind:
                t(lambda: getattr(g, "internal_test_" + kind)(value))
        t(lambda: getattr(g, "internal_test_" + kind + "err")())
    t(lambda: g.internal_test_rint64("-9000000000000000000"))
    t(lambda: g.internal_test_rint("-5"))
    t(lambda: g.internal_test_rint("x"))
"""

    @unittest.skipUnless(os.path.exists("/usr/lib/python3/dist-packages/guestfs.py"), "python3-guestfs is not installed")
    def test_every_kind_of_value(self):
        """As libguestfs itself has it: the calls for this need no appliance."""
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out")
            theirs = subprocess.run([packages.PYTHON, "-B", "-c", self.KINDS, out], stdin=subprocess.DEVNULL, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60,
                                    env={k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LD_LIBRARY_PATH")})
            self.assertEqual((theirs.returncode, theirs.stderr), (0, ""))
            self.assertGreater(len(theirs.stdout.splitlines()), 200)
            ours = child(self.KINDS, out)
        self.assertEqual((ours.returncode, ours.stderr), (0, ""))
        self.maxDiff = None
        self.assertEqual(ours.stdout.splitlines(), theirs.stdout.splitlines())


if __name__ == "__main__":
    unittest.main()
