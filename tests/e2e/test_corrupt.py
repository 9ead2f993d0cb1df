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
import corrupt.luks
import corrupt.lvm
import corrupt.qcow2
import corrupt.raid
import corrupt.tables
import sparse
from corrupt import FAULTS
from harness import SLOW, Case

SECONDS = 10
LAUNCHER = os.environ.get("GUESTKIT_LAUNCHER", "local")

# Makes the calls and writes down, a line each, what they answered and how long it took.
DRIVER = """\
import json, time
with open(sys.argv[1]) as f:
    sessions = json.load(f)
for plan in sessions:
    g = guestfs.GuestFS(python_return_dict=True)
    g.set_backend(plan["launcher"])
    def call(name, *args, **more):
        began = time.monotonic()
        try:
            answer = {"ok": getattr(g, name)(*args, **more)}
        except RuntimeError as e:
            answer = {"error": str(e)}
        answer["seconds"] = time.monotonic() - began
        plan["answers"].append(answer)
        return "ok" in answer
    for path, form, readonly in plan["drives"]:
        g.add_drive_opts(path, readonly=readonly, **({"format": form} if form else {}))
    if call("launch"):
        for c in plan["calls"]:
            call(*c)
        call("shutdown")
    g.close()
    print(json.dumps(plan["answers"]), flush=True)
"""


def letters(index):
    return (letters(index // 26 - 1) if index >= 26 else "") + chr(ord("a") + index % 26)


class Corrupt(Case):
    def sessions(self, plans):
        """For each (drives, calls) what launch, the calls and shutdown answered."""
        path = self.file("plan.json", json.dumps([{"launcher": LAUNCHER, "drives": drives, "calls": calls, "answers": []}
                                                  for drives, calls in plans]))
        r = self.python_guestfs(DRIVER, path, timeout=60 + 10 * len(plans))
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
                if answer["seconds"] > (SECONDS + f.sound * len(faults)) * SLOW:
                    wrong.append(f"{f.name}: {call}: took {answer['seconds']:.1f} s")
        return wrong

    def calls(self, f):
        return f.calls if f.only in (None, LAUNCHER) else ()

    def check(self, group):
        """The disks of a group, in one session."""
        faults = [f for f in FAULTS.values() if f.group == group and f.launch is None]
        disks = [f.make(self.dir, f.name).path for f in faults]
        before = [sparse.digest(d) for d in disks]
        calls = [["list_filesystems"]]
        for index, f in enumerate(faults):
            for name, *args, _ in self.calls(f):
                calls.append([name] + [a.replace("@", "/dev/sd" + letters(index)) if isinstance(a, str) else a
                                       for a in args])
        drives = [(disk, f.form, True) for disk, f in zip(disks, faults)]
        launch, filesystems, *answers, shutdown = self.sessions([(drives, calls)])[0]
        wrong = self.wrong_answers(faults, answers, filesystems["ok"])
        for what, answer in (("launch", launch), ("list_filesystems", filesystems), ("shutdown", shutdown)):
            # A session has not one disk here, but up to forty.
            if "error" in answer or answer["seconds"] > (SECONDS + len(faults)) * SLOW:
                wrong.append(f"{what}: {answer}")
        wrong += [f"{f.name}: the image was changed" for f, disk, was in zip(faults, disks, before)
                  if sparse.digest(disk) != was]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def check_launches(self, group):
        """Those with which a session ends before it begins, each in one of its own, read-only and not."""
        faults = [f for f in FAULTS.values() if f.group == group and f.launch is not None]
        disks = [f.make(self.dir, f.name).path for f in faults]
        before = [sparse.digest(d) for d in disks]
        wrong = []
        for readonly in (True, False):
            answers = self.sessions([([(disk, f.form, readonly)], []) for disk, f in zip(disks, faults)])
            for f, (answer, *_) in zip(faults, answers):
                complaint = corrupt.Says(f.launch).wrong(answer)
                if complaint:
                    wrong.append(f"{f.name}: launch {complaint}")
                if answer["seconds"] > SECONDS * SLOW:
                    wrong.append(f"{f.name}: took {answer['seconds']:.1f} s")
            wrong += [f"{f.name}: the image was changed" for f, disk, was in zip(faults, disks, before)
                      if sparse.digest(disk) != was]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_tables(self):
        self.check("tables")

    def test_filesystems(self):
        self.check("filesystems")

    def test_luks(self):
        self.check("luks")

    def test_lvm(self):
        self.check("lvm")

    def test_raid(self):
        self.check("raid")

    def test_qcow2(self):
        self.check("qcow2")

    def test_qcow2_refused(self):
        self.check_launches("qcow2")
