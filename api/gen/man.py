# SPDX-License-Identifier: LGPL-3.0-or-later
"""Emit the manual's section about the calls, as commands of the shell; the
page around it is docs/man/guestkit-shell.1.in."""

import re

OPTIONAL = {"Bool": "true|false", "Int": "N", "Int64": "N", "String": "..",
            "StringList": ".."}


def dashed(name):
    return name.replace("_", "-")


def roff(text):
    """Text as it is, for troff."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")


def inline(text, names):
    """`word` is bold, and a call's name is written as the shell has it."""
    out = []
    for i, part in enumerate(text.split("`")):
        if i % 2:
            part = dashed(part) if part in names else part
            out.append(f"\\fB{roff(part)}\\fR")
        else:
            out.append(roff(part))
    return "".join(out)


def guard(line):
    """A line of text that begins like a request is none."""
    return "\\&" + line if line[:1] in (".", "'", "\\") and not line.startswith("\\f") else line


def document(doc, names):
    """Paragraphs, lists (lines that begin with "- ") and indented examples."""
    out, item = [], False
    for block in re.split(r"\n\s*\n", doc.strip("\n")):
        lines = block.split("\n")
        if all(line.startswith("    ") for line in lines):
            out += [".PP", ".nf", ".RS 4"]
            out += [guard(roff(line[4:])) for line in lines]
            out += [".RE", ".fi"]
            continue
        pieces = re.split(r"\n(?=- )", block)
        for piece in pieces:
            text = piece
            if piece.startswith("- "):
                out.append(".IP \\(bu 2")
                text = piece[2:]
                item = True
            elif out or item:
                out.append(".PP")
            text = " ".join(word.strip() for word in text.split("\n"))
            out.append(guard(inline(text, names)))
    return out


def synopsis(call):
    words = [dashed(call.name)]
    # Keys are asked for, not given.
    words += [a.name for a in call.args if a.kind != "Key"]
    words += [f"[{o.name}:{OPTIONAL[o.kind]}]" for o in call.opts]
    return " ".join(words)


def entry(call, names):
    out = [f'.SS "{roff(synopsis(call))}"']
    if call.brief:
        out += [guard(inline(call.brief + ".", names)), ".PP"]
    out += document(call.doc, names)
    notes = []
    if call.deprecated_by:
        notes.append(f"Deprecated: use `{call.deprecated_by}`.")
    elif call.deprecated:
        notes.append("Deprecated.")
    if call.optgroup:
        notes.append(f"Needs the feature `{call.optgroup}`.")
    if call.impl is None:
        notes.append("This version of guestkit cannot do it yet.")
    if call.shell_alias:
        notes.append("Also known as " + ", ".join(f"`{a}`" for a in call.shell_alias) + ".")
    if notes:
        out += [".PP", guard(inline(" ".join(notes), names))]
    return out


def emit(calls, structs):
    names = {c.name for c in calls}
    out = []
    for c in calls:
        if c.in_shell and c.visibility not in ("internal", "bindtest"):
            out += entry(c, names)
    return {"shell-calls.man": "\n".join(out) + "\n"}
