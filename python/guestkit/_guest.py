# SPDX-License-Identifier: LGPL-3.0-or-later
"""The guest: a session on disk images, with all calls of the API."""

from __future__ import annotations

import json
import os
import stat as _stat
import sys
import tempfile
import warnings
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Callable, Iterable, Iterator

from . import _calls, _native
from ._errors import ClosedError, Error, ErrorMaker
from ._file import open_file
from ._path import GuestPath, normal
from ._types import GuestName, Name

if _calls.DIGEST != _native.DIGEST:
    raise ImportError("the extension module guestkit._native is of another build than this package")

_NO_ENVIRONMENT = 1
_NO_CLOSE_ON_EXIT = 2
_EVENTS = {"close": 1, "subprocess_quit": 2, "launch_done": 4, "progress": 8, "appliance": 0x10, "library": 0x20,
           "trace": 0x40, "enter": 0x80, "libvirt_auth": 0x100, "warning": 0x200}
_EVENT_NAMES = {bit: name for name, bit in _EVENTS.items()}


@dataclass(frozen=True)
class Progress:
    """How far a long call is.  position and total count what the call counts, bytes for most."""

    position: int
    total: int

    @property
    def fraction(self) -> float:
        return self.position / self.total if self.total else 0.0


@dataclass(frozen=True)
class Event:
    """What a callback of Guest.on gets: "trace", "warning" ..., its text or its numbers."""

    kind: str
    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class DirEntry:
    """A name in a directory, as Guest.scandir finds it."""

    name: str
    inode: int
    type: str                           # a letter of readdir's; "u": not known
    directory: str
    guest: Guest

    @property
    def path(self) -> GuestPath:
        return GuestPath(self.guest, self.directory, self.name)

    def lstat(self) -> _calls.StatNS:
        return self.guest.lstatns(self.path)

    def is_dir(self) -> bool:
        """Symbolic links are no directories."""
        return _stat.S_ISDIR(self.lstat().st_mode) if self.type == "u" else self.type == "d"

    def is_file(self) -> bool:
        return _stat.S_ISREG(self.lstat().st_mode) if self.type == "u" else self.type == "r"

    def is_symlink(self) -> bool:
        return _stat.S_ISLNK(self.lstat().st_mode) if self.type == "u" else self.type == "l"


class Subscription:
    """A callback that is called; ends with cancel () or as a context manager."""

    def __init__(self, handle: Any, number: int) -> None:
        self._handle = handle
        self._number: int | None = number

    def cancel(self) -> None:
        number, self._number = self._number, None
        if number is not None and self._handle.is_open:
            self._handle.delete_event_callback(number)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *exc: object) -> None:
        self.cancel()


def _closed() -> ClosedError:
    return ClosedError("the guest is closed", None, "close")


class Guest(_calls.Guest):
    """Disk images, opened together.

    The calls of the API are methods.  Names of files are str, bytes or paths on the way in and str on the way out,
    with surrogates for what is not UTF-8; contents are bytes.  Structs are named tuples.  Failed calls raise Error.
    Other threads run during a call; one guest carries out one call at a time, several guests truly in parallel.
    """

    def __init__(self, *, launcher: str | None = None, environment: bool = True, close_on_exit: bool = True,
                 progress: Callable[[Progress], object] | None = None) -> None:
        """A guest without drives, not launched; guestkit.open does the rest, too.

        launcher: "local", "uml" or "auto"
        progress: is called with a Progress while long calls run; what it raises ends the call
        """
        self._handle: Any = None
        self._errors = ErrorMaker()
        flags = (0 if environment else _NO_ENVIRONMENT) | (0 if close_on_exit else _NO_CLOSE_ON_EXIT)
        self._handle = _native.Handle(flags, False, self._errors, _closed, _calls.STRUCTS)
        self._files: weakref.WeakSet[Any] = weakref.WeakSet()
        self.mount_errors: list[Error] = []
        program = os.path.basename(sys.argv[0]) if getattr(sys, "argv", None) else ""
        self.set_program(program or "python")
        if launcher is not None:
            self.set_backend(launcher)
        if progress is not None:
            self.on_progress(progress)

    def _call(self, number: int, *values: Any) -> Any:
        return self._handle.call(number, *values)

    # --- the end ---------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        return not self._handle.is_open

    def close(self) -> None:
        """Write back what was changed, end the session, and say so if that failed.

        Files that are open in the guest are closed.  Closing twice is allowed.  A child of fork only forgets
        the guest, which is its parent's.  In a callback the session ends when the call does.
        """
        if self.closed:
            return
        if not self._handle.is_mine:
            self._handle.close()
            return
        failed: list[BaseException] = []
        for f in list(self._files):
            try:
                f.close()
            except OSError as e:
                failed.append(e)
        try:
            if self._errors.stage == "call" and not self._handle.is_busy_here:
                self._errors.stage = "close"
                self.shutdown()
        except Error as e:
            failed.append(e)
        finally:
            self._errors.stage = "close"
            try:
                self._handle.close()
            except ClosedError:
                pass                    # another thread was first
        if failed:
            raise failed[0]

    def __enter__(self) -> Guest:
        if self.closed:
            raise _closed()
        return self

    def __exit__(self, kind: object, value: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except Exception:
            # What ended the block says more than what followed from it.
            if value is None:
                raise

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle is not None and handle.is_open and handle.is_mine and self._errors.stage == "call":
            warnings.warn(f"unclosed guest {self!r}", ResourceWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        state = "closed" if self.closed else {"config": "not launched", "call": "launched"}.get(self._errors.stage,
                                                                                                self._errors.stage)
        return f"<guestkit.Guest, {state}>"

    def cancel(self) -> None:
        """Have the call that another thread is in end with Cancelled; nothing happens if there is none."""
        self.user_cancel()

    # --- the beginning ---------------------------------------------------------------

    def launch(self) -> None:
        self._during("launch", super().launch)

    launch.__doc__ = _calls.Guest.launch.__doc__

    def shutdown(self) -> None:
        super().shutdown()
        self._errors.stage = "close"

    shutdown.__doc__ = _calls.Guest.shutdown.__doc__

    def _during(self, stage: str, function: Callable[..., Any], *args: Any) -> Any:
        before, self._errors.stage = self._errors.stage, stage
        try:
            result = function(*args)
        except BaseException:
            self._errors.stage = before
            raise
        self._errors.stage = "call"
        return result

    def mount_system(self, root: str | None = None, ro: bool = True) -> str:
        """Find the operating system and mount its filesystems where it has them; returns its root.

        Of several systems root names one.  Only the root filesystem must be mounted; what else its fstab names
        and cannot be mounted is in mount_errors.
        """
        found: str = self._during("inspect", self._mount_system, root, ro)
        return found

    def _mount_system(self, root: str | None, ro: bool) -> str:
        roots = self.inspect_os()
        if root is None:
            if len(roots) != 1:
                found = "no operating system was found" if not roots else f"there are several: {', '.join(roots)}"
                raise Error(f"inspect: {found}", None, "inspect", "inspect_os")
            root = roots[0]
        elif root not in roots:
            raise Error(f"inspect: {root}: there is no operating system", None, "inspect", "inspect_os")
        points = self.inspect_get_mountpoints(root)
        for point in sorted(points or {"/": root}, key=len):
            try:
                (self.mount_ro if ro else self.mount)(points.get(point, root), point)
            except Error as e:
                if point == "/":
                    raise
                self.mount_errors.append(e)
        return root

    # --- what is known of it ------------------------------------------------------------

    def inspection(self, root: str | None = None) -> dict[str, Any]:
        """All that is known of an operating system, as guestkit-inspect(5) describes it."""
        if root is None:
            roots = self.inspect_get_roots()
            if len(roots) != 1:
                raise Error("inspect: name one of the roots", None, "inspect", "inspect")
            root = roots[0]
        told: dict[str, Any] = json.loads(self._call(_native.INSPECT, root))
        return told

    # --- files ----------------------------------------------------------------------------

    def path(self, *parts: Any) -> GuestPath:
        """A path to go on from: guest.path ("/etc") / "fstab"."""
        return GuestPath(self, *parts)

    def open(self, path: GuestName, mode: str = "r", buffering: int = -1, encoding: str | None = None,
             errors: str | None = None, newline: str | None = None) -> IO[Any]:
        """Open a file of the guest, as Python's open does it for one of the host; text is UTF-8.

        Where the launcher shares this kernel there is a real descriptor: f.fileno () works with mmap, subprocess
        and whatever takes one.  A filesystem with open files cannot be unmounted; close () closes them.
        """
        f = open_file(self, path, mode, buffering, encoding, errors, newline)
        self._files.add(f)
        return f

    def scandir(self, directory: GuestName) -> Iterator[DirEntry]:
        """What is in a directory, without . and .., in its own order."""
        name = normal(directory)
        for e in self.readdir(directory):
            if e.name not in (".", ".."):
                yield DirEntry(e.name, e.ino, e.ftyp, name, self)

    def walk(self, top: GuestName = "/", topdown: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
        """As os.walk: (directory, its directories, its other names).

        Links are not followed.  From top to bottom the list of directories may be changed, to go only there.
        """
        stack: list[tuple[str, list[str], list[str]] | str] = [normal(top)]
        while stack:
            item = stack.pop()
            if not isinstance(item, str):
                yield item
                continue
            folders: list[str] = []
            files: list[str] = []
            for e in self.scandir(item):
                (folders if e.is_dir() else files).append(e.name)
            folders.sort()
            files.sort()
            if topdown:
                yield item, folders, files
            else:
                stack.append((item, folders, files))
            stack += [os.path.join(item, f) for f in reversed(folders)]

    def iter_find(self, directory: GuestName = "/") -> Iterator[str]:
        """The names of all that is below a directory, as find lists them, however many: they are not all in
        memory.  Other calls can be made meanwhile."""
        with tempfile.TemporaryFile() as f:
            self.find0(directory, f"/dev/fd/{f.fileno()}")
            f.seek(0)
            rest = b""
            while True:
                block = f.read(1 << 16)
                if not block:
                    return
                *names, rest = (rest + block).split(b"\0")
                for name in names:
                    yield name.decode("utf-8", "surrogateescape")

    @contextmanager
    def directory_fd(self, directory: GuestName = "/") -> Iterator[int]:
        """A real descriptor of a directory, while the block runs, for os.listdir, os.stat (dir_fd=) and their kin.

        Needs a launcher that shares this kernel.  Names below it are looked up by this kernel: ".." and absolute
        links lead to the host.
        """
        fd = self._call(_native.OPENDIR, directory)
        try:
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def tree(self, directory: Name) -> Iterator[Name]:
        """The mounted tree as a kernel mount at a directory of the host, while the block runs."""
        self._call(_native.MOUNT_TREE, directory)
        try:
            yield directory
        finally:
            self._call(_native.UNMOUNT_TREE)

    # --- events -----------------------------------------------------------------------------

    def on(self, events: str | Iterable[str], callback: Callable[[Event], object]) -> Subscription:
        """Have callback (Event) called for events: "trace", "warning", "library", "appliance", "progress", "enter",
        "launch_done", "subprocess_quit", "close".

        It runs in the thread that makes the call.  What it raises cancels that call, which raises the same.
        """
        mask = 0
        for name in [events] if isinstance(events, str) else events:
            if name not in _EVENTS:
                raise ValueError(f"no event is named {name!r}; there are {', '.join(_EVENTS)}")
            mask |= _EVENTS[name]

        def deliver(event: int, number: int, text: str | None, numbers: list[int]) -> None:
            callback(Event(_EVENT_NAMES.get(event, str(event)), text or "", tuple(numbers)))
        return Subscription(self._handle, self._handle.set_event_callback(deliver, mask))

    def on_progress(self, callback: Callable[[Progress], object]) -> Subscription:
        """Have callback (Progress) called while long calls run: after two seconds, then three times a second."""
        return self.on("progress", lambda e: callback(Progress(e.numbers[2], e.numbers[3])))


def open(image: Name | Iterable[Name], *, ro: bool = True, inspect: bool = False, root: str | None = None,
         mounts: dict[str, str] | None = None, format: str | None = None, launcher: str | None = None,
         progress: Callable[[Progress], object] | None = None, environment: bool = True) -> Guest:
    """Open disk images and launch.

        with guestkit.open("disk.qcow2", inspect=True) as g:
            print(g.read_file("/etc/hostname"))

    image     a file, or several: they become /dev/sda, /dev/sdb ...
    ro        no byte of the images changes, which is the default; ro=False writes to them
    inspect   find the operating system and mount its filesystems; root names one of several
    mounts    or mount these, as {"/": "/dev/sda1", "/home": "/dev/sdb1"}
    format    of the images, such as "raw" or "qcow2"; looked for when not given
    launcher, progress, environment   as for Guest
    """
    g = Guest(launcher=launcher, progress=progress, environment=environment)
    try:
        for name in [image] if isinstance(image, (str, bytes, os.PathLike)) else image:
            g.add_drive(name, readonly=ro, format=format)
        g.launch()
        if inspect or root is not None:
            g.mount_system(root, ro)
        for point, device in sorted((mounts or {}).items(), key=lambda item: len(item[0])):
            (g.mount_ro if ro else g.mount)(device, point)
    except BaseException:
        try:
            g.close()
        except Error:
            pass                        # the first failure is the cause
        raise
    return g
