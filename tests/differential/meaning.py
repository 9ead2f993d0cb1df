# SPDX-License-Identifier: LGPL-3.0-or-later
"""Do two answers to a row mean the same?"""

import errno
import os
import re

# Texts of errno, longest first, so that one that is part of another loses.
TEXTS = sorted(((os.strerror(n), name) for n, name in errno.errorcode.items()), key=lambda t: -len(t[0]))

# Messages without errno, by what they say.
KINDS = [(name, re.compile(pattern)) for name, pattern in (
    ("no root", "you must call 'mount' first"),
    ("not absolute", "path must start with a /"),
    ("not launched", "call launch before"),
    ("no feature", "feature '.*' is not available"),
    ("no augeas", "aug-init"),
    ("no hive", "hivex-open"),
    ("no inotify", "inotify_init"),
    ("no data", "no inspection data"),
    ("null", "cannot be NULL"),
)]


def kind(message):
    """Which error a message is about."""
    for name, pattern in KINDS:
        if pattern.search(message):
            return name
    for text, name in TEXTS:
        if text.lower() in message.lower():
            return name
    return "other"


def prefix(message):
    return message.partition(":")[0]


def error_difference(theirs, ours):
    a, b = kind(theirs["error"]), kind(ours["error"])
    if theirs["errno"] and theirs["errno"] != ours["errno"]:
        return f"errno {errno.errorcode.get(theirs['errno'])} and {errno.errorcode.get(ours['errno'])}"
    # Of a tool's failure libguestfs knows the words only; the errno that stands in them is one more.
    known = ours["errno"] and errno.errorcode.get(ours["errno"])
    if not theirs["errno"] and known and a not in ("other", known, b):
        return f"errno none and {known}"
    if a != b and "other" not in (a, b):
        return f"messages about {a} and {b}"
    if prefix(theirs["error"]) != prefix(ours["error"]):
        return f"prefixes {prefix(theirs['error'])} and {prefix(ours['error'])}"
    return None


# Which of two names of one file comes first in an archive, and so carries its contents, is the
# filesystem's choice.  For the comparison each name has the contents.
PAIR = ("./file", "./hard")
ORIGINAL = "644 0:0 file b'one\\ntwo\\nthree\\n'"


def contents(changed, name):
    value = changed.get(name, ORIGINAL if name in PAIR else "")
    seen = {name}
    while " hard " in value:
        name = value.partition(" hard ")[2]
        if name in seen:
            break
        seen.add(name)
        value = changed.get(name, ORIGINAL if name in PAIR else value)
    return value


def without_links(step):
    """Of {"changed": ...}."""
    changed = step.get("changed")
    if not isinstance(changed, dict):
        return step
    plain = {name: contents(changed, name) for name in changed}
    plain = {name: value for name, value in plain.items() if name not in PAIR or value != ORIGINAL}
    for one, other in (PAIR, PAIR[::-1]):
        if plain.get(one, "gone") != "gone" and other not in plain:
            plain[other] = plain[one]
    return {"changed": plain}


def same_changes(theirs, ours):
    a, b = without_links(theirs)["changed"], without_links(ours)["changed"]
    if not isinstance(a, dict) or not isinstance(b, dict):
        return a == b
    # The other name of what has got a second one may be the one that carries the contents.
    for one, other, step in ((a, b, theirs), (b, a, ours)):
        for name, value in step["changed"].items():
            if " hard " in value and name not in other:
                one.pop(name, None)
    return a == b


def difference(key, theirs, ours):
    """Why not; None if they do."""
    if isinstance(theirs, str) or isinstance(ours, str):
        return None if theirs == ours else "one of them has no answer"
    for i, (a, b) in enumerate(zip(theirs, ours)):
        if "error" in a and "error" in b:
            why = error_difference(a, b)
            if why:
                return f"step {i + 1}: {why}"
        elif ("error" in a) != ("error" in b):
            return f"step {i + 1}: one fails, one does not"
        elif not same_changes(a, b) if "changed" in a and "changed" in b else a != b:
            return f"step {i + 1}: {'changes' if 'changed' in a or 'changed' in b else 'values'} differ"
    if len(theirs) != len(ours):
        return "the tree was changed by one of them only"
    return None
