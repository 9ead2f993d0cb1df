# SPDX-License-Identifier: LGPL-3.0-or-later
"""rpm's databases of each kind, with packages that the host's rpm made.

rpm itself writes the one in SQLite; its records go into the others: Berkeley
DB through that one's db5.3_load, and ndb, which Debian's rpm does not know,
byte by byte.
"""

import os
import sqlite3
import struct
import subprocess
import zlib

SPEC = """\
Name: {name}
Version: {version}
Release: {release}
Summary: {summary}
License: MIT
{more}
%description
{description}
%files
"""
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "check": True}


def package(folder, name, version="1.0", release="1", summary="a summary", description="It does.", **more):
    """The path of an empty package."""
    spec = os.path.join(folder, name + ".spec")
    with open(spec, "w", encoding="utf-8") as f:
        f.write(SPEC.format(name=name, version=version, release=release, summary=summary, description=description,
                            more="".join(f"{k}: {v}\n" for k, v in more.items())))
    subprocess.run(["rpmbuild", "-bb", "--define", f"_topdir {folder}", "--define", "_build_id_links none",
                    "--define", f"_tmppath {folder}", "--define", "_rpmfilename %{NAME}.rpm", spec], **QUIET)
    return os.path.join(folder, "RPMS", name + ".rpm")


def sqlite(folder, packages):
    """A database in folder/root, as rpm leaves it; its path."""
    root = os.path.join(folder, "root")
    os.makedirs(os.path.join(root, "var/lib/rpm"))
    rpm = ["rpm", "--root", root, "--dbpath", "/var/lib/rpm"]
    subprocess.run(rpm + ["--initdb"], **QUIET)
    subprocess.run(rpm + ["-i", "--nodeps", "--justdb", "--noscripts", "--ignorearch", "--nosignature"] + packages, **QUIET)
    return os.path.join(root, "var/lib/rpm/rpmdb.sqlite")


def records(path):
    db = sqlite3.connect(path)
    found = list(db.execute("SELECT hnum, blob FROM Packages"))
    db.close()
    return found


def with_log(path):
    """The database and its write-ahead log, when the packages are only in that."""
    found = records(path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("DELETE FROM Packages")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.executemany("INSERT INTO Packages VALUES (?, ?)", found)
    db.commit()
    files = []
    for name in (path, path + "-wal"):
        with open(name, "rb") as f:
            files.append(f.read())
    db.close()
    return files


def bdb(path, found, big_endian=False):
    order = ">I" if big_endian else "<I"
    lines = ["VERSION=3", "format=bytevalue", "type=hash", f"db_lorder={4321 if big_endian else 1234}", "HEADER=END"]
    for number, blob in [(0, struct.pack(order, len(found) + 1))] + found:
        lines += [" " + struct.pack(order, number).hex(), " " + blob.hex()]
    lines.append("DATA=END")
    subprocess.run(["db5.3_load", path], input="\n".join(lines) + "\n", text=True, check=True)
    with open(path, "rb") as f:
        return f.read()


def ndb(found):
    slots, records_, at = [], b"", 4096
    for number, blob in found:
        record = struct.pack("<4sIII", b"BlbS", number, 7, len(blob)) + blob
        record += bytes(-(len(record) + 12) % 16) + struct.pack("<II4s", zlib.adler32(blob), len(blob), b"BlbE")
        slots.append(struct.pack("<4sIII", b"Slot", number, at // 16, len(record) // 16))
        records_ += record
        at += len(record)
    slots.insert(0, struct.pack("<4sIII", b"Slot", 99, 0, 0))      # of a package that was removed
    head = struct.pack("<4sIIII", b"RpmP", 0, 3, 1, len(found) + 1).ljust(32, b"\0")
    return head + b"".join(slots) + struct.pack("<4sIII", b"Slot", 0, 0, 0) * (254 - len(slots)) + records_
