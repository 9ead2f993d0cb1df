# SPDX-License-Identifier: LGPL-3.0-or-later
"""The types of arguments: what a name is, and where bytes belong.

Name       a text, or a name of a file: str, bytes or os.PathLike
GuestName  likewise in the guest, where a GuestPath stands too
Buffer     content: bytes and what has their interface, never str
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from ._path import GuestPath

Name = Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]
GuestName = Union[str, bytes, os.PathLike[str], os.PathLike[bytes], "GuestPath"]
Buffer = Union[bytes, bytearray, memoryview]
