# SPDX-License-Identifier: LGPL-3.0-or-later
"""Large files of which little is written: what they hold is read, their holes are not."""

import errno
import hashlib
import os

BLOCK = 64 << 10
ZEROS = bytes(BLOCK)


def extents(fd, start, end):
    """The parts of a file that are no holes, as (first, behind the last)."""
    at = start
    while at < end:
        try:
            data = os.lseek(fd, at, os.SEEK_DATA)
        except OSError as e:
            if e.errno == errno.ENXIO:  # nothing but a hole
                return
            raise
        if data >= end:
            return
        at = min(os.lseek(fd, data, os.SEEK_HOLE), end)
        yield data, at


def digest(path):
    """Of each byte and of the size; zeros that are written and those of a hole are the same."""
    found = hashlib.sha256()
    with open(path, "rb", buffering=0) as f:
        size = os.fstat(f.fileno()).st_size
        found.update(b"%d " % size)
        done = 0
        for start, end in extents(f.fileno(), 0, size):
            start = max(start - start % BLOCK, done)
            f.seek(start)
            while start < end:
                block = f.read(BLOCK)
                if not block:           # it has become shorter
                    break
                if block != ZEROS[:len(block)]:
                    found.update(b"%d " % start + block)
                start += len(block)
            done = start
    return found.hexdigest()


def copy(source, target, start, size):
    """A new file of this part of another."""
    with open(source, "rb") as src, open(target, "wb") as dst:
        os.truncate(dst.fileno(), size)
        for data, end in extents(src.fileno(), start, start + size):
            os.lseek(dst.fileno(), data - start, os.SEEK_SET)
            while data < end:
                n = os.sendfile(dst.fileno(), src.fileno(), data, end - data)
                if n == 0:              # it has become shorter
                    return
                data += n
