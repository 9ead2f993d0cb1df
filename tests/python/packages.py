# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where the tests find the Python packages of the build folder."""

import os
import sys

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("GUESTKIT_BUILD", os.path.join(REPO, "build"))
FOLDER = os.path.join(BUILD, "python")
PYTHON = "/usr/bin/python3"

sys.path.insert(0, FOLDER)
