# SPDX-License-Identifier: LGPL-3.0-or-later
"""The guestfs API for Python, as libguestfs's own module has it.

A program written for that one runs unchanged:

    import guestfs
    g = guestfs.GuestFS(python_return_dict=True)
    g.add_drive_opts("disk.qcow2", format="qcow2", readonly=1)
    g.launch()
    print(g.list_filesystems())

Calls that fail raise RuntimeError, calls on a handle that was closed raise
ClosedHandle.  Other threads run during a call.  New programs may like
guestkit.Guest better.
"""

import os
import sys

from guestkit import _native

from . import _calls

if _calls.DIGEST != _native.DIGEST:
    raise ImportError("the extension module guestkit._native is of another build than this package")

EVENT_CLOSE = 0x1
EVENT_SUBPROCESS_QUIT = 0x2
EVENT_LAUNCH_DONE = 0x4
EVENT_PROGRESS = 0x8
EVENT_APPLIANCE = 0x10
EVENT_LIBRARY = 0x20
EVENT_TRACE = 0x40
EVENT_ENTER = 0x80
EVENT_LIBVIRT_AUTH = 0x100
EVENT_WARNING = 0x200
EVENT_ALL = 0x3ff

_NO_ENVIRONMENT = 1
_NO_CLOSE_ON_EXIT = 2


def event_to_string(events):
    """Return the names of the events in a bitmask, with commas between them"""
    return _native.event_to_string(events)


class ClosedHandle(ValueError):
    """A method was called on a handle that is closed."""


def _closed():
    return ClosedHandle("GuestFS: method called on closed handle")


class GuestFS(_calls.GuestFS):
    """A handle: drives are added to it, launched, and then looked into."""

    def __init__(self, python_return_dict=False,
                 environment=True, close_on_exit=True):
        """Make a handle.

        python_return_dict: calls that return pairs return a dict instead of
        a list of tuples, which is what new programs want.
        environment: take settings from LIBGUESTFS_... variables.
        close_on_exit: end the session when the program exits.
        """
        self._o = None
        flags = (0 if environment else _NO_ENVIRONMENT) | (0 if close_on_exit else _NO_CLOSE_ON_EXIT)
        self._o = _native.Handle(flags, True, None, _closed, {})
        self._python_return_dict = python_return_dict
        # The library would take the interpreter's name.
        self.set_program(os.path.basename(sys.argv[0] if getattr(sys, "argv", None) else "python"))

    def _check_not_closed(self):
        if not self._o:
            raise _closed()

    def _call(self, number, *values):
        handle = self._o
        if handle is None:
            raise _closed()
        return handle.call(number, *values)

    def _maybe_convert_to_dict(self, r):
        return dict(r) if self._python_return_dict else r

    def close(self):
        """End the session and free the handle.

        It also happens when nothing refers to the handle any more.  Errors in
        writing back what was changed are only told by shutdown ().
        """
        self._check_not_closed()
        handle, self._o = self._o, None
        handle.close()

    def set_event_callback(self, cb, event_bitmask):
        """Have cb (event, event_handle, buf, array) called for events.

        event_bitmask: EVENT_... flags.  buf is a text or None and array a
        list of numbers.  Returns the event handle, which
        delete_event_callback takes.  What cb raises is printed.
        """
        self._check_not_closed()
        return self._o.set_event_callback(cb, event_bitmask)

    def delete_event_callback(self, event_handle):
        """Have a callback not called any more."""
        self._check_not_closed()
        self._o.delete_event_callback(event_handle)
