# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files of a guest as Python's file objects.

On a launcher that shares this kernel they stand on a real descriptor.
Elsewhere each read and write is a call, with Python's buffers above it.
"""

from __future__ import annotations

import errno
import io
import os
from typing import IO, TYPE_CHECKING, Any, cast

from . import _native
from ._errors import Error, Exists, NotSupported
from ._path import normal

if TYPE_CHECKING:
    from ._guest import Guest

# A call carries at most so much; the library has no limit, memory has.
CHUNK = 4 << 20


def parse(mode: str) -> tuple[int, bool]:
    """Flags of open (2), and whether it is text."""
    kinds = [c for c in mode if c in "rwax"]
    if len(kinds) != 1 or set(mode) - set("rwaxbt+") or len(set(mode)) != len(mode) or "b" in mode and "t" in mode:
        raise ValueError(f"invalid mode: {mode!r}")
    kind = kinds[0]
    flags = os.O_RDWR if "+" in mode else os.O_RDONLY if kind == "r" else os.O_WRONLY
    flags |= {"r": 0, "w": os.O_CREAT | os.O_TRUNC, "a": os.O_CREAT | os.O_APPEND, "x": os.O_CREAT | os.O_EXCL}[kind]
    return flags | os.O_CLOEXEC, "b" not in mode


class CallFile(io.RawIOBase):
    """A file of which every read and write is a call, by name."""

    def __init__(self, guest: Guest, path: str, flags: int) -> None:
        super().__init__()
        self.name = path
        self._guest = guest
        self._flags = flags
        self._at = 0
        try:
            self._open()
        except Error as e:
            raise type(e)(f"open: {e.message.split(': ', 1)[-1]}", e.errno, e.stage, "open") from None

    def _open(self) -> None:
        guest, path, flags = self._guest, self.name, self._flags
        there = guest.exists(path)
        if there and flags & os.O_EXCL:
            raise Exists(f"open: {path}: File exists", errno.EEXIST)
        if not there and flags & os.O_CREAT:
            guest.touch(path)
        # Fails as open (2) would: without the file, for a directory.
        guest.pread(path, 1, 0)
        if flags & os.O_TRUNC and there:
            guest.truncate(path)

    def readable(self) -> bool:
        return self._flags & os.O_ACCMODE != os.O_WRONLY

    def writable(self) -> bool:
        return self._flags & os.O_ACCMODE != os.O_RDONLY

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.readable():
            raise io.UnsupportedOperation("not readable")
        view = memoryview(buffer).cast("B")
        data = self._guest.pread(self.name, min(len(view), CHUNK), self._at)
        view[:len(data)] = data
        self._at += len(data)
        return len(data)

    def write(self, data: Any) -> int:
        if not self.writable():
            raise io.UnsupportedOperation("not writable")
        view = memoryview(data).cast("B")[:CHUNK]
        if self._flags & os.O_APPEND:
            self._at = self._size()
        n = self._guest.pwrite(self.name, view, self._at) if len(view) else 0
        self._at += n
        return n

    def _size(self) -> int:
        return self._guest.filesize(self.name)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        if base is None:
            base = self._size()
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def truncate(self, size: int | None = None) -> int:
        if not self.writable():
            raise io.UnsupportedOperation("not writable")
        size = self._at if size is None else size
        self._guest.truncate_size(self.name, size)
        return size


def _on_descriptor(fd: int, mode: str, name: str) -> io.RawIOBase:
    try:
        raw = io.FileIO(fd, mode.replace("t", "").replace("b", ""))
    except BaseException:               # a directory
        os.close(fd)
        raise
    raw.name = name
    return raw


def open_file(guest: Guest, path: Any, mode: str, buffering: int, encoding: str | None, errors: str | None,
              newline: str | None) -> IO[Any]:
    flags, text = parse(mode)
    if not text and (encoding or errors or newline):
        raise ValueError("binary files have no encoding")
    if text and buffering == 0:
        raise ValueError("text files cannot be without a buffer")
    raw: io.RawIOBase
    try:
        raw = _on_descriptor(guest._call(_native.OPEN, path, flags, 0o666), mode, normal(path))
    except NotSupported:
        raw = CallFile(guest, normal(path), flags)
    if buffering == 0:
        return raw                      # type: ignore[return-value]
    size = buffering if buffering > 1 else 128 << 10
    buffered: Any
    if raw.readable() and raw.writable():
        buffered = io.BufferedRandom(raw, size)
    else:
        buffered = io.BufferedReader(raw, size) if raw.readable() else io.BufferedWriter(raw, size)
    if not text:
        return cast("IO[Any]", buffered)
    return io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline, line_buffering=buffering == 1)
