# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disks with one corruption each (see corrupt/): a clear sentence or a sound read-only view, soon, and
nothing changed.

Most share a session: one that is broken must not be in the way of others.
"""

import json
import os
import re

import corrupt
import corrupt.filesystems
import corrupt.tables
from corrupt import FAULTS
from harness import SLOW, Case

SECONDS = 10
LAUNCHER = os.environ.get("GUESTKIT_LAUNCHER", "local")

# Makes the calls and writes down, a line each, what they answered and how long it took.
DRIVER = """\
import json, time
with open(sys.argv[1]) as f:
    plan = json.load(f)
g = guestfs.GuestFS(python_return_dict=True)
g.set_backend(plan["launcher"])
for path, form, readonly in plan["drives"]:
    g.add_drive_opts(path, format=form, readonly=readonly)
def call(name, *args):
    began = time.monotonic()
    try:
        answer = {"ok": getattr(g, name)(*args)}
    except RuntimeError as e:
        answer = {"error": str(e)}
    answer["seconds"] = time.monotonic() - began
    print(json.dumps(answer), flush=True)
    return "ok" in answer
if call("launch"):
    for c in plan["calls"]:
        call(*c)
    call("shutdown")
"""


def letters(index):
    return (letters(index // 26 - 1) if index >= 26 else "") + chr(ord("a") + index % 26)


class Corrupt(Case):
    def session(self, drives, calls, readonly=True):
        """The answers to launch, the calls and shutdown."""
        plan = self.file("plan.json", json.dumps({
            "launcher": LAUNCHER, "calls": calls,
            "drives": [(path, form, readonly) for path, form in drives]}))
        r = self.python_guestfs(DRIVER, plan)
        self.assertNotIn("Sanitizer", r.err, str(r))
        return [json.loads(line) for line in r.out.splitlines()]

    def wrong_answers(self, faults, answers, listed):
        """What was not as it has to be, as sentences."""
        answers = iter(answers)
        wrong = []
        for index, f in enumerate(faults):
            name = "/dev/sd" + letters(index)
            found = {d[len(name):]: t for d, t in listed.items() if re.fullmatch(name + "[0-9]*", d)}
            expected = f.listed.get(LAUNCHER, f.listed) if f.listed is not None else found
            if found != expected:
                wrong.append(f"{f.name}: listed are {found} and not {expected}")
            for *call, expected in self.calls(f):
                answer = next(answers)
                complaint = expected.with_name(name).wrong(answer)
                if complaint:
                    wrong.append(f"{f.name}: {call}: {complaint}")
                if answer["seconds"] > SECONDS * SLOW:
                    wrong.append(f"{f.name}: {call}: took {answer['seconds']:.1f} s")
        return wrong

    def calls(self, f):
        return f.calls if f.only in (None, LAUNCHER) else ()

    def check(self, group):
        """The disks of a group, in one session."""
        faults = [f for f in FAULTS.values() if f.group == group and f.launch is None]
        disks = [f.make(self.dir, f.name).path for f in faults]
        before = [self.checksum(d) for d in disks]
        calls = [["list_filesystems"]]
        for index, f in enumerate(faults):
            for name, *args, _ in self.calls(f):
                calls.append([name] + [a.replace("@", "/dev/sd" + letters(index)) if isinstance(a, str) else a
                                       for a in args])
        launch, filesystems, *answers, shutdown = self.session(list(zip(disks, [f.form for f in faults])), calls)
        wrong = self.wrong_answers(faults, answers, filesystems["ok"])
        for what, answer in (("launch", launch), ("list_filesystems", filesystems), ("shutdown", shutdown)):
            if "error" in answer or answer["seconds"] > SECONDS * SLOW:
                wrong.append(f"{what}: {answer}")
        wrong += [f"{f.name}: the image was changed" for f, disk, was in zip(faults, disks, before)
                  if self.checksum(disk) != was]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_tables(self):
        self.check("tables")

    def test_filesystems(self):
        self.check("filesystems")
