# SPDX-License-Identifier: LGPL-3.0-or-later
"""Paths in a guest, in the words of pathlib.

A GuestPath is no os.PathLike on purpose: open (path) of Python would open the
file of that name on the host.
"""

from __future__ import annotations

import errno
import fnmatch
import os
import posixpath
import stat as _stat
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Iterator

from ._errors import Error, Exists, NotFound

if TYPE_CHECKING:
    from ._calls import StatNS
    from ._guest import Guest


class GuestPath:
    """An absolute path in a guest: guest.path ("/etc") / "hostname"."""

    __slots__ = ("guest", "_pure")

    def __init__(self, guest: Guest, *parts: Any) -> None:
        names = [p.pure if isinstance(p, GuestPath) else _text(p) for p in parts]
        self.guest = guest
        self._pure = PurePosixPath("/", *names)

    # --- the path itself -------------------------------------------------------

    def __guestpath__(self) -> str:
        return str(self._pure)

    def __str__(self) -> str:
        return str(self._pure)

    def __repr__(self) -> str:
        return f"GuestPath({str(self._pure)!r})"

    def __bytes__(self) -> bytes:
        return str(self._pure).encode("utf-8", "surrogateescape")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GuestPath) and self.guest is other.guest and self._pure == other._pure

    def __hash__(self) -> int:
        return hash((id(self.guest), self._pure))

    def __lt__(self, other: GuestPath) -> bool:
        return self._pure < other._pure if isinstance(other, GuestPath) else NotImplemented

    def _new(self, pure: Any) -> GuestPath:
        return GuestPath(self.guest, pure)

    def __truediv__(self, name: Any) -> GuestPath:
        return GuestPath(self.guest, self._pure, name)

    def joinpath(self, *names: Any) -> GuestPath:
        return GuestPath(self.guest, self._pure, *names)

    @property
    def pure(self) -> PurePosixPath:
        """The path without the guest."""
        return self._pure

    @property
    def parts(self) -> tuple[str, ...]:
        return self._pure.parts

    @property
    def name(self) -> str:
        return self._pure.name

    @property
    def stem(self) -> str:
        return self._pure.stem

    @property
    def suffix(self) -> str:
        return self._pure.suffix

    @property
    def suffixes(self) -> list[str]:
        return self._pure.suffixes

    @property
    def parent(self) -> GuestPath:
        return self._new(self._pure.parent)

    @property
    def parents(self) -> list[GuestPath]:
        return [self._new(p) for p in self._pure.parents]

    def with_name(self, name: str) -> GuestPath:
        return self._new(self._pure.with_name(name))

    def with_stem(self, stem: str) -> GuestPath:
        return self._new(self._pure.with_stem(stem))

    def with_suffix(self, suffix: str) -> GuestPath:
        return self._new(self._pure.with_suffix(suffix))

    def relative_to(self, other: Any) -> PurePosixPath:
        return self._pure.relative_to(other.pure if isinstance(other, GuestPath) else _text(other))

    def is_relative_to(self, other: Any) -> bool:
        return self._pure.is_relative_to(other.pure if isinstance(other, GuestPath) else _text(other))

    def match(self, pattern: str) -> bool:
        return self._pure.match(pattern)

    # --- what is there -----------------------------------------------------------

    def stat(self) -> StatNS:
        """Of what the path leads to."""
        return self.guest.statns(self)

    def lstat(self) -> StatNS:
        """Of the path itself, even if it is a symbolic link."""
        return self.guest.lstatns(self)

    def _mode(self, follow: bool = True) -> int:
        """0 when nothing is there."""
        try:
            return (self.stat() if follow else self.lstat()).st_mode
        except Error as e:
            if e.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                return 0
            raise

    def exists(self) -> bool:
        return self._mode() != 0

    def is_file(self) -> bool:
        return _stat.S_ISREG(self._mode())

    def is_dir(self) -> bool:
        return _stat.S_ISDIR(self._mode())

    def is_symlink(self) -> bool:
        return _stat.S_ISLNK(self._mode(follow=False))

    def is_fifo(self) -> bool:
        return _stat.S_ISFIFO(self._mode())

    def is_socket(self) -> bool:
        return _stat.S_ISSOCK(self._mode())

    def is_block_device(self) -> bool:
        return _stat.S_ISBLK(self._mode())

    def is_char_device(self) -> bool:
        return _stat.S_ISCHR(self._mode())

    def readlink(self) -> str:
        """What the link says, which need not be absolute."""
        return self.guest.readlink(self)

    def resolve(self) -> GuestPath:
        """The path without symbolic links; all of it must exist."""
        return self._new(self.guest.realpath(self))

    def samefile(self, other: GuestPath) -> bool:
        a, b = self.stat(), other.stat()
        return (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)

    # --- directories ----------------------------------------------------------------

    def iterdir(self) -> Iterator[GuestPath]:
        for name in self.guest.ls(self):
            yield self / name

    def glob(self, pattern: str) -> Iterator[GuestPath]:
        """What is below and matches, as in pathlib; ** is any number of directories."""
        parts = PurePosixPath(pattern).parts
        if not parts or parts[0] == "/":
            raise NotImplementedError("patterns are relative and not empty")
        yield from dict.fromkeys(self._glob(parts))

    def rglob(self, pattern: str) -> Iterator[GuestPath]:
        return self.glob(f"**/{pattern}")

    def _glob(self, parts: tuple[str, ...]) -> Iterator[GuestPath]:
        head, rest = parts[0], parts[1:]
        if head == "**":
            yield from self._glob(rest) if rest else iter((self,))
            for e in self.guest.scandir(self):
                if e.is_dir():
                    yield from (self / e.name)._glob(parts)
        elif not any(c in head for c in "*?["):
            below = self / head
            if rest:
                if below.is_dir():
                    yield from below._glob(rest)
            elif below._mode(follow=False):
                yield below
        else:
            for e in self.guest.scandir(self):
                if fnmatch.fnmatchcase(e.name, head):
                    below = self / e.name
                    if not rest:
                        yield below
                    elif below.is_dir():
                        yield from below._glob(rest)

    def walk(self) -> Iterator[tuple[GuestPath, list[str], list[str]]]:
        for top, folders, files in self.guest.walk(self):
            yield self._new(top), folders, files

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        """mode: less the session's umask, as in mkdir (2)."""
        try:
            self.guest.mkdir_mode(self, mode)
        except NotFound:
            if not parents or self.parent == self:
                raise
            self.guest.mkdir_p(self.parent)
            self.mkdir(mode, exist_ok=exist_ok)
        except Exists:
            if not exist_ok or not self.is_dir():
                raise

    def rmdir(self) -> None:
        self.guest.rmdir(self)

    def rmtree(self) -> None:
        """With everything below it; whether or not it exists."""
        self.guest.rm_rf(self)

    # --- files --------------------------------------------------------------------------

    def open(self, mode: str = "r", buffering: int = -1, encoding: str | None = None, errors: str | None = None,
             newline: str | None = None) -> IO[Any]:
        return self.guest.open(self, mode, buffering, encoding, errors, newline)

    def read_bytes(self) -> bytes:
        return self.guest.read_file(self)

    def read_text(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Lines end as they end in the file."""
        return self.guest.read_file(self).decode(encoding, errors)

    def write_bytes(self, content: Any) -> int:
        self.guest.write(self, content)
        return memoryview(content).nbytes

    def write_text(self, content: str, encoding: str = "utf-8", errors: str = "strict") -> int:
        if not isinstance(content, str):
            raise TypeError(f"content must be str, not {type(content).__name__}")
        self.guest.write(self, content.encode(encoding, errors))
        return len(content)

    def touch(self, exist_ok: bool = True) -> None:
        if not exist_ok and self._mode(follow=False):
            raise Exists(f"touch: {self}: File exists", errno.EEXIST, "call", "touch")
        self.guest.touch(self)

    def unlink(self, missing_ok: bool = False) -> None:
        try:
            self.guest.rm(self)
        except NotFound:
            if not missing_ok:
                raise

    def rename(self, target: Any) -> GuestPath:
        """target is replaced if it is a file; a relative one is relative to the root, as all paths of a guest."""
        other = target if isinstance(target, GuestPath) else self._new(target)
        self.guest.rename(self, other)
        return other

    replace = rename

    def symlink_to(self, target: Any) -> None:
        """Make this a link that says target."""
        self.guest.ln_s(str(target) if isinstance(target, GuestPath) else target, self)

    def hardlink_to(self, target: Any) -> None:
        self.guest.ln(normal(target), self)

    def chmod(self, mode: int) -> None:
        self.guest.chmod(mode, self)

    def chown(self, uid: int, gid: int) -> None:
        self.guest.chown(uid, gid, self)


def _text(name: Any) -> Any:
    """What PurePosixPath takes: it knows no bytes."""
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name


def normal(path: Any) -> str:
    """A path of the guest as str."""
    if isinstance(path, GuestPath):
        return str(path)
    text = _text(path)
    found: str = text if isinstance(text, str) else _text(os.fspath(text))
    return found
