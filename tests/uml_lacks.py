# SPDX-License-Identifier: LGPL-3.0-or-later
"""What tests on User-Mode Linux leave out: uml-lacks.txt."""

import os


def all_of(kind):
    """Names and why."""
    found = {}
    with open(os.path.join(os.path.dirname(__file__), "uml-lacks.txt"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                which, name, why = line.strip().split(None, 2)
                if which == kind:
                    found[name] = why
    return found
