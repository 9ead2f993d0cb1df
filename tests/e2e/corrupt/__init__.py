# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disks with one named corruption each.

A fault is a function that makes a sound disk, spoils one structure of it and
proves that the fault is there: by the answer of a program that knows the
structure (sgdisk, e2fsck, cryptsetup, pvck ...), or by reading it back where
no program would say.  A fault that cannot be shown is an error of the test.

What guestkit has to make of the disk stands beside the fault: `listed` is what
list_filesystems shows of it (name without the drive's -> type), `calls` are
calls with what each of them gives or says.  In both "@" is the drive's name.
All of them are made read-only, and no byte of the disk may change.
"""

import os
import re
import subprocess

MIB = 1 << 20
FAULTS = {}


class Fault:
    def __init__(self, make, listed, calls, only, form, launch, sound):
        self.make = make
        self.name = make.__name__
        self.group = make.__module__.rsplit(".", 1)[1]
        self.listed = listed
        self.calls = calls
        self.only = only                # the launcher that the calls are for, else both
        self.form = form                # the image's format
        self.launch = launch            # what a launch that fails says
        self.sound = sound


def fault(listed=None, calls=(), only=None, form="raw", launch=None, sound=False):
    """Registers a generator.  sound: it is none, but what must go on working beside the others."""
    def register(make):
        FAULTS[make.__name__] = Fault(make, listed, calls, only, form, launch, sound)
        return make
    return register


class Gives:
    """The call succeeds, with this (without one: with anything)."""

    def __init__(self, *values):
        self.values = values

    def wrong(self, answer):
        if "error" in answer:
            return f"failed: {answer['error']}"
        if self.values and answer["ok"] != self.values[0]:
            return f"gave {answer['ok']!r} and not {self.values[0]!r}"
        return None

    def with_name(self, name):
        return Gives(*[v.replace("@", name) if isinstance(v, str) else v for v in self.values])


class Has(Gives):
    """The call succeeds, and a row of its list has this field."""

    def __init__(self, name, value):
        super().__init__()
        self.row = (name, value)

    def wrong(self, answer):
        name, value = self.row
        complaint = super().wrong(answer)
        if complaint is None and value not in [row[name] for row in answer["ok"]]:
            complaint = f"gave {answer['ok']!r}, without {name} {value}"
        return complaint

    def with_name(self, name):
        return self


class Says:
    """The call fails with one sentence, of which this is a pattern."""

    def __init__(self, pattern):
        self.pattern = pattern

    def wrong(self, answer):
        if "error" not in answer:
            return f"gave {answer['ok']!r} and not an error"
        if not re.search(self.pattern, answer["error"]):
            return f"said {answer['error']!r}, without /{self.pattern}/"
        return plain_sentence(answer["error"])

    def with_name(self, name):
        return Says(self.pattern.replace("@", name))


def plain_sentence(text):
    """What is wrong with an error's form, or None."""
    if "\n" in text:
        return f"said more than a line: {text!r}"
    if not 10 <= len(text) <= 800:
        return f"said {len(text)} characters: {text!r}"
    if re.search(r"[\x00-\x1f\x7f]|\(null\)|/proc/self/fd/|/run/guestkit", text):
        return f"said what is of no use to its reader: {text!r}"
    return None


def prove(condition, what):
    if not condition:
        raise AssertionError(f"the fault was not applied: {what}")


def tool(*argv, text=None, fails=False):
    """Output of a program that must succeed, or fail, within a minute."""
    done = subprocess.run(argv, input=text, stdin=None if text is not None else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, encoding="utf-8",
                          errors="replace", check=False,
                          env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                               # Of the host nothing is asked, and nothing is kept there.
                               "LVM_SUPPRESS_FD_WARNINGS": "1"})
    if done.returncode < 0 or bool(done.returncode) != fails:
        raise AssertionError(f"{' '.join(argv)}: status {done.returncode}: {done.stdout}")
    return done.stdout


class Disk:
    """A file, to be spoilt with patch ()."""

    def __init__(self, path, size=None):
        self.path = path
        if size is not None:
            with open(path, "wb") as f:
                f.truncate(size)

    @classmethod
    def copy(cls, base, path):
        tool("cp", "--sparse=always", base, path)
        return cls(path)

    def read(self, offset, size):
        with open(self.path, "rb") as f:
            f.seek(offset)
            return f.read(size)

    def patch(self, offset, data):
        prove(self.read(offset, len(data)) != data, f"{self.path} at {offset} has been so before")
        with open(self.path, "r+b") as f:
            f.seek(offset)
            f.write(data)

    def size(self):
        return os.path.getsize(self.path)


def tree(path):
    """A folder with one file in it, to be made a filesystem of."""
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "hello"), "w", encoding="ascii") as f:
        f.write("world")
    return path
