# SPDX-License-Identifier: LGPL-3.0-or-later
"""The extension module: what pyproject.toml cannot say.

This file works in the folder that `make python-dist` puts together, where
what follows from the API tables is beside what is written by hand.  The
library is found with pkg-config.
"""

import glob
import os
import shlex
import subprocess

from setuptools import Extension, setup


def ask(option):
    return shlex.split(subprocess.run(["pkg-config", option, "guestkit"], stdout=subprocess.PIPE, text=True,
                                      check=True).stdout)


def system_folder(folder):
    """Where the loader looks by itself."""
    out = subprocess.run(["ldconfig", "-v", "-N"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
                         env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL": "C"}).stdout
    return os.path.realpath(folder) in {os.path.realpath(line.split(":")[0]) for line in out.splitlines()
                                        if line.startswith("/")}


libs = ask("--libs")
# A library elsewhere is found by the module, so that no program that uses it
# needs to know.
libs += [f"-Wl,-rpath,{word[2:]}" for word in libs if word.startswith("-L") and not system_folder(word[2:])]

setup(
    version=subprocess.run(["pkg-config", "--modversion", "guestkit"], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.strip(),
    ext_modules=[Extension("guestkit._native", sorted(glob.glob("native/*.c")), include_dirs=["native"],
                           depends=sorted(glob.glob("native/*.h")),
                           extra_compile_args=["-std=gnu17", "-D_GNU_SOURCE", "-Wno-cast-function-type", *ask("--cflags")],
                           extra_link_args=libs)],
)
