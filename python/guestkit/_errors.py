# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exceptions.

All are Error, which is an OSError.  Where Python has an exception for an
errno the class is that one, too, so that `except FileNotFoundError` works for
files of a guest as it does for others.
"""

from __future__ import annotations

import errno as _errno
from typing import Any


class Error(OSError):
    """A call failed.

    errno    the number, or None when no number says what it was
    stage    when: "config" (before launch), "launch", "inspect", "mount",
             "call" (on the running session) or "close"
    call     the call that failed, such as "mkdir"
    message  what was tried, on what, and why it failed; also str (error)
    """

    errno: int | None                   # type: ignore[assignment]

    def __init__(self, message: str, errno: int | None = None, stage: str = "call", call: str = "") -> None:
        super().__init__(errno, message)
        self.errno = errno
        self.message = message
        self.stage = stage
        self.call = call

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.errno, self.stage, self.call)


class ClosedError(Error, ValueError):
    """A method was called on a guest that is closed."""


class Cancelled(Error, InterruptedError):
    """The call was cancelled, see Guest.cancel."""


class NotSupported(Error):
    """This machine, this launcher or this version of guestkit cannot do it."""


class NotFound(Error, FileNotFoundError):
    pass


class Exists(Error, FileExistsError):
    pass


class PermissionDenied(Error, PermissionError):
    pass


class IsADirectory(Error, IsADirectoryError):
    pass


class NotADirectory(Error, NotADirectoryError):
    pass


class TimedOut(Error, TimeoutError):
    pass


_CLASSES = {
    _errno.EINTR: Cancelled,
    _errno.ENOTSUP: NotSupported,
    _errno.ENOENT: NotFound,
    _errno.EEXIST: Exists,
    _errno.EPERM: PermissionDenied,
    _errno.EACCES: PermissionDenied,
    _errno.EISDIR: IsADirectory,
    _errno.ENOTDIR: NotADirectory,
    _errno.ETIMEDOUT: TimedOut,
}

_STAGES = {"launch": "launch", "inspect_os": "inspect", "inspect": "inspect", "mount": "mount", "mount_ro": "mount",
           "mount_options": "mount", "mount_vfs": "mount", "shutdown": "close"}


class ErrorMaker:
    """What the extension module makes exceptions with; knows how far the session is."""

    def __init__(self) -> None:
        self.stage = "config"

    def __call__(self, call: str, message: str, errno: int) -> Error:
        stage = _STAGES.get(call, self.stage)
        return _CLASSES.get(errno, Error)(message, errno or None, stage, call)
