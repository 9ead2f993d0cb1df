#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Plays rows (rows.py) on the libguestfs.so.0 that the loader finds.

  player.py FOLDER <ROWS >ANSWERS

One JSON row a line on stdin, one JSON answer a line on stdout.  FOLDER is for the
disks and for files of the host; it is the current directory of the calls.
An answer is a list of what each step gave ({"ok": value} or {"errno", "error"}), and
then, when the tree was changed, what became of it.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile

import anycall
import rows

LONG = 300
LONG_NAMES = re.compile(r"((?:/deep){9}|n{40})(?:/deep|n)+")    # of rows.py, in messages


def shorten(value):
    """What is long stands as its size and its sum."""
    if isinstance(value, str) and len(value) > LONG:
        data = anycall.encode(value)
        return f"({len(data)} bytes, sha1 {hashlib.sha1(data).hexdigest()})"
    text = json.dumps(value, sort_keys=True)
    if len(text) > 6 * LONG:
        return f"({len(value)} items, sha1 {hashlib.sha1(text.encode()).hexdigest()})"
    return value


# What no two runs have in common.
VOLATILE = re.compile(r"_(ino|dev|atime_.*|ctime_.*|blksize|blocks|spare.)$|^(ino|dev|blksize|blocks|atime|ctime)$")


def tidy(call, value):
    if isinstance(value, dict):
        return {k: "now" if "mtime" in k and isinstance(v, int) and v > rows.TIME + 10**8 else tidy(call, v)
                for k, v in value.items() if not VOLATILE.search(k)}
    if isinstance(value, list):
        value = [tidy(call, v) for v in value]
        if call in ("readdir", "getxattrs", "lgetxattrs"):
            value.sort(key=lambda v: json.dumps(v, sort_keys=True))
        return value
    if call == "get_e2generation" and value > 1 << 20:
        return "some number"
    if isinstance(value, str) and call in ("mktemp", "mkdtemp"):
        return "name like " + re.sub(r"[A-Za-z0-9]{6}(?=\W*\w*$)", "XXXXXX", value) if value else value
    return value


def tidy_out(call, data):
    """A file that a call has written on the host."""
    if call in ("ls0", "find0"):
        return sorted(anycall.decode(data).split("\0"))
    if call in ("checksums_out",):
        return sorted(anycall.decode(data).splitlines())
    if call.endswith("_out") and call.startswith(("tar", "tgz", "txz", "tar_out")):
        try:
            return tar_state(data, rows.TIME)
        except tarfile.ReadError:       # a compression that Python has not
            return f"something that begins with {data[:3]!r}"
    if call.startswith("compress_"):
        return f"something that begins with {data[:3]!r}"
    if call == "cpio_out":
        names = subprocess.run(["cpio", "-it", "--quiet"], input=data, stdout=subprocess.PIPE, check=False).stdout
        return sorted(anycall.decode(names).splitlines())
    return anycall.decode(data)


def tar_state(data, time=None):
    """Name -> what it is, of an archive."""
    state = {}
    with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as tar:
        for m in tar:
            what = f"{m.mode:o} {m.uid}:{m.gid} " + {tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "link", tarfile.LNKTYPE: "hard",
                                                      tarfile.CHRTYPE: "char", tarfile.BLKTYPE: "block",
                                                      tarfile.FIFOTYPE: "fifo"}.get(m.type, "file")
            if m.issym() or m.islnk():
                what += " " + m.linkname
            elif m.isreg() and m.size > 1 << 24:
                what += f" {m.size}"
            elif m.isreg():
                text = tar.extractfile(m).read()
                what += f" {m.size} {hashlib.sha1(text).hexdigest()[:10]}" if len(text) > 20 else " " + repr(text)
            elif m.ischr() or m.isblk():
                what += f" {m.devmajor}:{m.devminor}"
            if time is not None and m.mtime != time:
                what += " touched"
            state[m.name] = what
    return state


class Player:
    def __init__(self, folder):
        os.chdir(folder)
        rows.make_disks(".")
        rows.make_host_files(".")
        self.h = anycall.Handle()
        self.scene = "config"
        self.clean = None

    # --- scenes ----------------------------------------------------------------

    def enter(self, scene):
        if scene == self.scene:
            return
        if self.scene == "config":
            for disk in rows.DISKS:
                self.h.call("add_drive", disk, format="raw")
            self.h.call("launch")
        self.h.call("umount_all")
        self.scene = scene
        if scene == "tree":
            for mount in rows.MOUNTS:
                self.h.call(*mount)
            self.renew()
            self.clean = self.state()

    def renew(self, names=None):
        """The tree as it was; names: of what else it may differ in."""
        self.h.call("umask", 0o022)
        if names is None:
            names = self.h.call("ls", "/")
        for name in set(names) - {"lost+found", "ro"}:
            try:
                self.h.call("rm_f", "/" + name)     # is faster, of a file
            except anycall.CallError:
                self.h.call("rm_rf", "/" + name)
        for step in rows.TREE:
            self.h.call(*step)

    def state(self):
        self.h.call("tar_out", "/", "state.tar", excludes=["./ro", "./lost+found"])
        with open("state.tar", "rb") as f:
            return tar_state(f.read())

    # --- rows ------------------------------------------------------------------

    def step(self, name, args):
        given = {}
        if args and isinstance(args[-1], dict):
            *args, given = args
        outputs = [a for p, a in zip(anycall.CALLS[name].args, args) if p.kind == "FileOut" and a.startswith("out")]
        for path in outputs:
            if os.path.exists(path):
                os.unlink(path)
        try:
            value = tidy(name, self.h.call(name, *args, **given))
        except anycall.CallError as e:
            return {"error": shorten(LONG_NAMES.sub(r"\1...", e.args[0])), "errno": e.args[1]}
        for path in outputs:
            with open(path, "rb") as f:
                value = tidy_out(name, f.read())
        return {"ok": shorten(value)}

    def play(self, row):
        scene, changes, steps = row
        self.enter(scene)
        answer = [self.step(name, args) for name, *args in steps]
        if changes:
            state = self.state()
            names = [n for n in sorted(set(state) | set(self.clean)) if state.get(n) != self.clean.get(n)]
            if names:
                answer.append({"changed": shorten({n: state.get(n, "gone") for n in names})})
            # What an archive does not show.
            unseen = rows.UNSEEN if any(step[0] in rows.UNSEEN_CALLS for step in steps) else []
            tops = {n.split("/")[1] for n in names if n not in (".", "./")} | set(unseen)
            if names or unseen:
                self.renew(tops)
            if len(tops) > 3 and self.state() != self.clean:
                self.renew()
            self.h.call("umask", 0o022)
        return answer


def main():
    player = Player(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(player.play(json.loads(line))), flush=True)
    player.h.close()


if __name__ == "__main__":
    main()
