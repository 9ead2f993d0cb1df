# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disk images of virtual machines, opened without starting one.

    import guestkit

    with guestkit.open("disk.qcow2", inspect=True) as g:
        print(g.read_file("/etc/hostname"))
        for path in g.path("/etc").glob("*.conf"):
            print(path, path.stat().st_size)

docs/python.md of guestkit tells more.
"""

from ._calls import *                   # noqa: F401,F403
from ._calls import STRUCTS as _STRUCTS
from ._errors import (Cancelled, ClosedError, Error, Exists, IsADirectory, NotADirectory, NotFound, NotSupported,
                      PermissionDenied, TimedOut)
from ._guest import DirEntry, Event, Guest, Progress, Subscription, open
from ._native import version
from ._path import GuestPath

__version__ = version()
__all__ = ["Cancelled", "ClosedError", "DirEntry", "Error", "Event", "Exists", "Guest", "GuestPath", "IsADirectory",
           "NotADirectory", "NotFound", "NotSupported", "PermissionDenied", "Progress", "Subscription", "TimedOut",
           "open", "version", *(c.__name__ for c in _STRUCTS.values())]
