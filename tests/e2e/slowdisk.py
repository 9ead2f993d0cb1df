# SPDX-License-Identifier: LGPL-3.0-or-later
"""A file on a slow disk: the same bytes as another file, so many a second.

What takes long on it does so on every machine, and does not keep the processor
busy meanwhile.  The kernel's FUSE protocol is spoken as it is on the wire
(linux/fuse.h): one file, which is the root of the mount.
"""

import ctypes
import errno
import mmap
import os
import signal
import struct
import time

OPCODES = {3: "getattr", 4: "getattr", 14: "open", 15: "read", 16: "write", 17: "statfs", 20: "sync", 25: "nothing", 26: "init",
           18: "nothing", 43: "allocate", 2: None, 42: None, 36: None}
LIBC = ctypes.CDLL(None, use_errno=True)


class SlowFile:
    """At path, the file `content`, of which `rate` bytes a second can be read or written.

    set_rate () changes that, moved () are the bytes that were until now; close () takes the mount away, when nobody has the file open any more.
    """

    def __init__(self, path, content, rate):
        self.path = path
        with open(path, "wb"):
            pass
        self.counter, writer = os.pipe2(os.O_NONBLOCK)
        self.total = 0
        self.rate = mmap.mmap(-1, 8)
        self.set_rate(rate)
        fuse = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={fuse},rootmode=100000,user_id=0,group_id=0,allow_other".encode()
        if LIBC.mount(b"slow", path.encode(), b"fuse", 6, options) == -1:     # nosuid, nodev
            raise OSError(ctypes.get_errno(), "mount")
        self.pid = os.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                Server(fuse, os.open(content, os.O_RDWR), self.rate, writer).serve()
            finally:
                os._exit(0)
        os.close(fuse)
        os.close(writer)

    def set_rate(self, rate):
        self.rate[:] = struct.pack("=d", rate)

    def moved(self):
        try:
            while chunk := os.read(self.counter, 65536):
                self.total += sum(n for (n,) in struct.iter_unpack("=I", chunk))
        except BlockingIOError:
            pass
        return self.total

    def unmount(self):
        """False: somebody still has it."""
        return LIBC.umount2(self.path.encode(), 0) == 0

    def close(self):
        LIBC.umount2(self.path.encode(), 2)                 # lazily: it was waited for before
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.counter)
        os.unlink(self.path)


class Server:
    def __init__(self, fuse, fd, rate, counter):
        self.fuse, self.fd, self.rate, self.counter = fuse, fd, rate, counter

    def serve(self):
        while True:
            try:
                request = os.read(self.fuse, (1 << 20) + 4096)
            except OSError as e:
                if e.errno == errno.ENODEV:                 # unmounted
                    return
                continue
            _, opcode, unique = struct.unpack_from("=IIQ", request)
            name = OPCODES.get(opcode, "unknown")
            if name is None:                                # of these nobody waits for an answer
                continue
            try:
                error, body = 0, getattr(self, name)(request[40:])
            except OSError as e:
                error, body = -e.errno, b""
            try:
                os.write(self.fuse, struct.pack("=IiQ", 16 + len(body), error, unique) + body)
            except OSError:                                 # interrupted meanwhile
                pass

    def take_time(self, n):
        os.write(self.counter, struct.pack("=I", n))
        time.sleep(n / struct.unpack("=d", self.rate)[0])

    def unknown(self, body):
        raise OSError(errno.ENOSYS, "")

    def nothing(self, body):
        return b""

    def init(self, body):
        major, minor, ahead, _ = struct.unpack_from("=IIII", body)
        return struct.pack("=IIIIHHIIHHI28x", major, min(minor, 31), ahead, 0, 16, 12, 1 << 17, 1, 32, 0, 0)

    def getattr(self, body):
        st = os.fstat(self.fd)
        return struct.pack("=QII", 1, 0, 0) + struct.pack(
            "=QQQQQQIIIIIIIIII", 1, st.st_size, st.st_blocks, int(st.st_atime), int(st.st_mtime), int(st.st_ctime), 0, 0, 0,
            0o100600, 1, 0, 0, 0, 4096, 0)

    def statfs(self, body):
        return struct.pack("=QQQQQIIII24x", 1 << 20, 1 << 20, 1 << 20, 1, 1, 4096, 255, 4096, 0)

    def open(self, body):
        return struct.pack("=QII", 0, 0, 0)

    def read(self, body):
        _, offset, size = struct.unpack_from("=QQI", body)
        self.take_time(size)
        return os.pread(self.fd, size, offset)

    def write(self, body):
        _, offset, size = struct.unpack_from("=QQI", body)
        self.take_time(size)
        return struct.pack("=II", os.pwrite(self.fd, body[40:40 + size], offset), 0)

    def sync(self, body):
        return b""

    def allocate(self, body):
        """As long as writing it would take, for the sake of the test."""
        _, offset, length, mode = struct.unpack_from("=QQQI", body)
        self.take_time(min(length, 1 << 22))
        if LIBC.fallocate(self.fd, mode, ctypes.c_int64(offset), ctypes.c_int64(length)) == -1:
            raise OSError(ctypes.get_errno(), "")
        return b""
