# SPDX-License-Identifier: LGPL-3.0-or-later
"""directories"""

from model import (
    call, group, FileOut, Int, OBool, Pathname, RErr, RInt64, RString,
    RStringList, RStructList)

group("directories")

call("du",
     [Pathname("path")], RInt64("sizekb"),
     since="1.0.54", impl="fileops", progress=True)

call("find",
     [Pathname("directory")], RStringList("names"),
     since="1.0.27", impl="fileops")

call("find0",
     [Pathname("directory"), FileOut("files")], RErr,
     since="1.0.74", impl="fileops", cancellable=True)

call("glob_expand",
     [Pathname("pattern")], RStringList("paths"),
     opts=[OBool("directoryslash")],
     opts_suffix=True, since="1.0.50", impl="fileops")

call("ll",
     [Pathname("directory")], RString("listing"),
     since="0.0.4", impl="fileops")

call("llz",
     [Pathname("directory")], RString("listing"),
     since="1.17.6", deprecated=True, deprecated_by="lgetxattrs")

call("ls",
     [Pathname("directory")], RStringList("listing"),
     since="0.0.4", impl="fileops")

call("ls0",
     [Pathname("dir"), FileOut("filenames")], RErr,
     since="1.19.32", impl="fileops", cancellable=True)

call("mkdir",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops")

call("mkdir_mode",
     [Pathname("path"), Int("mode")], RErr,
     since="1.0.77", impl="fileops")

call("mkdir_p",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops")

call("mkdtemp",
     [Pathname("tmpl")], RString("dir"),
     since="1.0.54", impl="fileops")

call("readdir",
     [Pathname("dir")], RStructList("entries", "dirent"),
     since="1.0.55", impl="fileops")

call("rmdir",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops")
