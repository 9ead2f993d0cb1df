# SPDX-License-Identifier: LGPL-3.0-or-later
"""Emit the rows' own tests for tests/api/run-examples, one JSON object a
line, and the table of what is written and what has tests."""

import dataclasses
import json


def coverage(calls):
    groups = {}
    for c in calls:
        if c.visibility in ("internal", "bindtest"):
            continue
        row = groups.setdefault(c.group, [0, 0, 0, 0])
        row[0] += 1
        row[1] += c.impl is not None
        row[2] += c.impl is not None and bool(c.examples)
        row[3] += len(c.examples)
    line = "{:<30} {:>6} {:>8} {:>14} {:>9}\n".format
    out = [line("group", "calls", "written", "with examples", "examples")]
    out += [line(name, *groups[name]) for name in sorted(groups)]
    out.append(line("all", *map(sum, zip(*groups.values()))))
    missing = [c.name for c in calls if c.impl and not c.examples and c.in_shell
               and c.visibility not in ("internal", "bindtest")]
    out.append("\nWritten, without examples:\n")
    out += [f"  {name}\n" for name in missing]
    return "".join(out)


def emit(calls, structs):
    lines = []
    for c in calls:
        for number, e in enumerate(c.examples, 1):
            lines.append(json.dumps(
                {"name": f"{c.name}-{number}", "call": c.name, "group": c.group,
                 "written": c.impl is not None, **dataclasses.asdict(e)}) + "\n")
    return {"api-examples.json": "".join(lines), "coverage.txt": coverage(calls)}
