# SPDX-License-Identifier: LGPL-3.0-or-later
"""files_names"""

from model import (
    call, group, FilenameList, Int, OBool, OInt64, OString, Pathname, RErr,
    RString, RStringList, String)

group("files-names/links")

call("case_sensitive_path",
     [Pathname("path")], RString("rpath"),
     since="1.0.75", impl="fileops")

call("copy_file_to_file",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OInt64("srcoffset"), OInt64("destoffset"), OInt64("size"),
           OBool("sparse"), OBool("append")],
     since="1.13.25", progress=True)

call("cp",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops")

call("cp_a",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops")

call("cp_r",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.21.38", impl="fileops")

call("ln",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops")

call("ln_f",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops")

call("ln_s",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops")

call("ln_sf",
     [String("target"), Pathname("linkname")], RErr,
     since="1.0.66", impl="fileops")

call("mkfifo",
     [Int("mode"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod")

call("mknod",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod")

call("mknod_b",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod")

call("mknod_c",
     [Int("mode"), Int("devmajor"), Int("devminor"), Pathname("path")], RErr,
     since="1.0.55", impl="fileops", optgroup="mknod")

call("mktemp",
     [Pathname("tmpl")], RString("path"),
     opts=[OString("suffix")],
     since="1.19.53", impl="fileops")

call("mv",
     [Pathname("src"), Pathname("dest")], RErr,
     since="1.0.18", impl="fileops")

call("readlink",
     [Pathname("path")], RString("link"),
     since="1.0.66", impl="fileops")

call("readlinklist",
     [Pathname("path"), FilenameList("names")], RStringList("links"),
     since="1.0.77", impl="fileops")

call("realpath",
     [Pathname("path")], RString("rpath"),
     since="1.0.66", impl="fileops")

call("rename",
     [Pathname("oldpath"), Pathname("newpath")], RErr,
     since="1.21.5", impl="fileops")

call("rm",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops")

call("rm_f",
     [Pathname("path")], RErr,
     since="1.19.42", impl="fileops")

call("rm_rf",
     [Pathname("path")], RErr,
     since="0.0.8", impl="fileops")
