# SPDX-License-Identifier: LGPL-3.0-or-later
from typing import Callable, List, Optional

from ._calls import GuestFS as _Calls

EVENT_CLOSE: int
EVENT_SUBPROCESS_QUIT: int
EVENT_LAUNCH_DONE: int
EVENT_PROGRESS: int
EVENT_APPLIANCE: int
EVENT_LIBRARY: int
EVENT_TRACE: int
EVENT_ENTER: int
EVENT_LIBVIRT_AUTH: int
EVENT_WARNING: int
EVENT_ALL: int

def event_to_string(events: int) -> str: ...

class ClosedHandle(ValueError): ...

class GuestFS(_Calls):
    def __init__(self, python_return_dict: bool = False, environment: bool = True,
                 close_on_exit: bool = True) -> None: ...
    def close(self) -> None: ...
    def set_event_callback(self, cb: Callable[[int, int, Optional[str], List[int]], object], event_bitmask: int) -> int: ...
    def delete_event_callback(self, event_handle: int) -> None: ...
