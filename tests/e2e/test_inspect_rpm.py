# SPDX-License-Identifier: LGPL-3.0-or-later
"""The packages of rpm systems, from each kind of its database."""

import os
import random
import struct

import guests
import rpms
from harness import PYTHON
from test_inspect import Inspect

FOLDER = "/var/lib/rpm/"
EXPECTED = {
    "aardvark": {"version": "1.0", "release": "1", "summary": "a summary", "description": "It does.",
                 "source_package": "aardvark", "arch": "noarch"},
    "hello-world": {"epoch": "3", "version": "1.2~rc1", "release": "4.fc38", "summary": "says hällo",
                    "description": "x" * 9000, "publisher": "Nobody Inc.", "url": "http://example.org/hello",
                    "source_package": "hello-world", "arch": "noarch"},
}


class Rpm(Inspect):
    def setUp(self):
        super().setUp()
        for program in ("rpm", "rpmbuild", "db5.3_load"):
            self.needs_program(program)
        folder = self.path("rpm")
        os.makedirs(folder)
        self.sqlite = rpms.sqlite(folder, [
            rpms.package(folder, "hello-world", "1.2~rc1", "4.fc38", "says hällo", "x" * 9000, Epoch=3,
                         Vendor="Nobody Inc.", URL="http://example.org/hello", BuildArch="noarch"),
            rpms.package(folder, "aardvark", BuildArch="noarch")])
        self.records = rpms.records(self.sqlite)
        self.assertEqual(len(self.records), 2)

    def image(self, files, name="a"):
        return self.disk(name, {**guests.GUESTS["fedora"][0], **files}, size="12M")

    def apps(self, files):
        return self.apps_of(self.image(files))


class Kinds(Rpm):
    def test_sqlite(self):
        db = self.read(self.sqlite)
        self.assertEqual(self.apps({FOLDER + "rpmdb.sqlite": db}), EXPECTED)

    def test_write_ahead_log(self):
        """A guest that was not shut down."""
        db, log = rpms.with_log(self.sqlite)
        self.assertGreater(len(log), 9000)
        self.assertEqual(self.apps({FOLDER + "rpmdb.sqlite": db}), {})
        self.assertEqual(self.apps({FOLDER + "rpmdb.sqlite": db, FOLDER + "rpmdb.sqlite-wal": log}), EXPECTED)

    def test_bdb(self):
        for big_endian in (False, True):
            db = rpms.bdb(self.path(f"bdb-{big_endian}"), self.records, big_endian)
            self.assertEqual(self.apps({FOLDER + "Packages": db}), EXPECTED)

    def test_bdb_is_one(self):
        """rpm itself reads what the tests make."""
        folder = self.path("bdb")
        os.makedirs(folder)
        rpms.bdb(folder + "/Packages", self.records)
        r = self.tool("rpm", "--define", "_db_backend bdb_ro", "--dbpath", folder, "-qa")
        self.assertEqual(sorted(r.out.split()), ["aardvark-1.0-1.noarch", "hello-world-1.2~rc1-4.fc38.noarch"])

    def test_many(self):
        """More than fit one page of any kind."""
        records = []
        for i in range(1, 301):
            header = next(blob for number, blob in self.records if b"aardvark\0" in blob).replace(b"aardvark\0", b"p%07d\0" % i)
            records.append((i, header))
        for name, db in (("Packages", rpms.bdb(self.path("bdb"), records)),
                         ("Packages.db", rpms.ndb(records[:250]))):
            found = self.apps({FOLDER + name: db})
            self.assertEqual(list(found), [f"p{i:07d}" for i in range(1, 301 if name == "Packages" else 251)])

    def test_ndb(self):
        self.assertEqual(self.apps({FOLDER + "Packages.db": rpms.ndb(self.records)}), EXPECTED)

    def test_places(self):
        """The newest of a folder counts, and where systems keep it today."""
        db = self.read(self.sqlite)
        old = rpms.bdb(self.path("bdb"), self.records[:1])
        self.assertEqual(self.apps({"/usr/lib/sysimage/rpm/rpmdb.sqlite": db, "/usr/lib/sysimage/rpm/Packages": old,
                                    "/var/lib/rpm": guests.LINK("../../usr/lib/sysimage/rpm")}), EXPECTED)
        self.assertEqual(self.apps({"/usr/share/rpm/rpmdb.sqlite": db}), EXPECTED)


    def test_internal_call(self):
        """Which libguestfs's own library makes, and no binding has."""
        disk = self.image({FOLDER + "rpmdb.sqlite": self.read(self.sqlite)})
        script = self.file("script.py", f"""
import ctypes
lib = ctypes.CDLL("libguestfs.so.0")
class List(ctypes.Structure):
    _fields_ = [("len", ctypes.c_uint32), ("name", ctypes.POINTER(ctypes.c_char_p))]
lib.guestfs_create.restype = ctypes.c_void_p
lib.guestfs_internal_list_rpm_applications.restype = ctypes.POINTER(List)
g = ctypes.c_void_p(lib.guestfs_create())
for call, args in (("add_drive_ro", ({disk!r}.encode(),)), ("launch", ()), ("mount_ro", (b"/dev/sda", b"/"))):
    assert getattr(lib, "guestfs_" + call)(g, *args) == 0, call
found = lib.guestfs_internal_list_rpm_applications(g).contents
print(found.len, found.name[0].decode())
lib.guestfs_close(g)
""")
        r = self.foreign(PYTHON, script)
        self.assertEqual((r.status, r.out), (0, "2 aardvark\n"), str(r))


class Damaged(Rpm):
    """A damaged database is an error that names it, and the session goes on."""

    def errors(self, files, count=None):
        disk = self.image(files)
        r = self.session([disk], "inspect-os", "mount-ro /dev/sda /", "-inspect-list-applications2 /dev/sda", "ls /")
        self.assertIn("etc\n", r.out)
        os.unlink(disk)
        return r.err

    def test_sqlite(self):
        db = self.read(self.sqlite)
        for data, why in ((b"", "no such table: Packages"), (b"x" * 9000, "not a database"),
                          (db[:6000], "malformed|disk image"),
                          (db[:4096] + bytes(4096) + db[8192:], "malformed|disk image")):
            self.assertRegex(self.errors({FOLDER + "rpmdb.sqlite": data}),
                             f"{FOLDER}rpmdb.sqlite: rpm's database cannot be read: .*({why})")

    def test_view(self):
        """What a schema wants to have run is not."""
        path = self.path("view")
        db = rpms.sqlite3.connect(path)
        db.execute("CREATE VIEW Packages AS WITH RECURSIVE r(blob) AS "
                   "(SELECT 1 UNION ALL SELECT blob + 1 FROM r) SELECT blob FROM r")
        db.commit()
        db.close()
        self.assertIn("rpm's database cannot be read", self.errors({FOLDER + "rpmdb.sqlite": self.read(path)}))

    def test_bdb(self):
        db = rpms.bdb(self.path("bdb"), self.records)
        size = max(len(blob) for number, blob in self.records)
        item = db.index(struct.pack("<I", size)) - 8
        self.assertEqual(db[item], 3)
        overflow = struct.unpack_from("<I", db, item + 4)[0] * 4096
        self.assertEqual(db[overflow + 25], 7)
        for at, data, why in ((12, b"\0\0\0\0", "not a database of this kind"), (20, b"\3\0\0\0", "head is damaged"),
                              (20, b"\0\0\0\x80", "head is damaged"), (24, b"\1", "encrypted"),
                              (32, b"\xff\xff\xff\xff", "is not there"), (overflow + 22, b"\0\0", "is damaged"),
                              (overflow + 16, struct.pack("<I", overflow // 4096), "is damaged|header"),
                              (item + 4, b"\xff\xff\xff\x7f", "is not there"), (item + 8, b"\xff\xff\xff\xff", "too long")):
            broken = db[:at] + data + db[at + len(data):]
            self.assertRegex(self.errors({FOLDER + "Packages": broken}),
                             f"{FOLDER}Packages: rpm's database cannot be read: .*({why})")

    def test_ndb(self):
        db = rpms.ndb(self.records)
        for at, data, why in ((0, b"x", "not a database"), (12, b"\0\0\0\0", "head is damaged"),
                              (12, b"\xff\x00\x00\x00", "damaged|cut off"), (32, b"x", "slot 2 of page 0"),
                              (32 + 24, b"\xff\xff\xff\xff", "record of package 1 is damaged"),
                              (4096 + 12, b"\xff\xff\xff\x03", "cut off")):
            broken = db[:at] + data + db[at + len(data):]
            self.assertRegex(self.errors({FOLDER + "Packages.db": broken}),
                             f"{FOLDER}Packages.db: rpm's database cannot be read: .*({why})")

    def test_header(self):
        number, blob = self.records[0]
        for data, why in ((b"", "too short"), (b"\xff" * 100, "longer than its record"), (blob[:40], "longer than its record"),
                          (struct.pack(">II", 0, 0), "no name"),
                          (struct.pack(">IIIIII", 1, 1, 1000, 6, 1 << 31, 1) + b"x", "string of its header"),
                          (struct.pack(">IIIIII", 1, 1, 1000, 6, 0, 1) + b"x", "string of its header"),
                          (struct.pack(">IIIIII", 1, 2, 1003, 4, 0, 1) + b"xx", "number of its header")):
            self.assertRegex(self.errors({FOLDER + "Packages.db": rpms.ndb([(number, data)])}),
                             f"cannot be read: package 1: .*{why}")

    def test_flipped(self):
        """Whatever bytes are changed, there is an answer."""
        random.seed(6)
        dbs = {"rpmdb.sqlite": self.read(self.sqlite), "Packages": rpms.bdb(self.path("bdb"), self.records),
               "Packages.db": rpms.ndb(self.records)}
        for name, db in dbs.items():
            disks, lines = [], ["inspect-os"]
            for i in range(12):
                broken = bytearray(db)
                for _ in range(1 + i * 4):
                    broken[random.randrange(len(broken))] = random.choice((0, 1, 0x7f, 0x80, 0xff))
                disks.append(self.image({FOLDER + name: bytes(broken)}, f"{name}-{i}"))
                device = f"/dev/sd{chr(97 + i)}"
                lines += [f"mount-ro {device} /", f"-inspect-list-applications2 {device}", "umount /"]
            self.assertTrue(self.session(disks, *lines, "echo usable").out.endswith("usable\n"))
