# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a kernel says of faults of its own, found in its log.

A fault of the kernel that reads an image (or of what was asked of it) often
harms nothing that a test looks at.  So each test that ran on User-Mode Linux
has its consoles read afterwards (GUESTKIT_CONSOLE_DIR, see launch/uml.c), and
a run of all tests looks at this machine's own log.
"""

import os
import re

# Each with the words that the kernel's own source writes.  Not "rcu: INFO": a
# machine that is busy with other things stalls for seconds, which is no fault.
FAULT = re.compile(r"\bBUG:|kernel BUG at|\bWARNING:|\bOops\b|Kernel panic|general protection fault|\bhung_task\b"
                   r"|INFO: task .* blocked for more than|\bUBSAN:|\bKASAN:|[Bb]ad page state"
                   r"|possible circular locking")
# In a kernel that runs nothing but one session the worker is ours; a tool may
# well die of what a guest gave it.
FAULT_OF_SESSION = re.compile(FAULT.pattern + r"|\bguestkitd\[\d+\]: segfault at ")
CONTEXT = 25
# User-Mode Linux warns of how it lets go of a serial line when its other end,
# our client, closes it: of its own driver, and after the last word of the session.
SERIAL_LINE = re.compile(r"WARNING: .* free_irq\+.*\nTrying to free IRQ \d+ from IRQ context!")


def faults(text):
    """The lines of a session's log that speak of a fault, the first with what follows it."""
    lines = SERIAL_LINE.sub("", text).splitlines()
    found = [i for i, line in enumerate(lines) if FAULT_OF_SESSION.search(line)]
    if not found:
        return []
    first = found[0]
    return lines[first:first + CONTEXT] + [lines[i] for i in found if i >= first + CONTEXT]


def of_consoles(folder, expected=None):
    """The faults in all consoles below a folder, as sentences.

    expected: a pattern; a fault that it matches is one that the test made, and
    what follows it in that console is of no interest.
    """
    found = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8", errors="backslashreplace") as f:
            lines = faults(f.read())
        if lines and not (expected and re.search(expected, lines[0])):
            found.append(f"the kernel of {name} says:\n  " + "\n  ".join(lines))
    return found
