# SPDX-License-Identifier: LGPL-3.0-or-later
"""files_content"""

from model import (
    call, group, BufferIn, DevOrPath, Int, Int64, OBool, Pathname, RBool,
    RBufferOut, RErr, RInt, RString, RStringList, String)

group("files-content")

call("cat",
     [Pathname("path")], RString("content"),
     since="0.0.4", impl="fileops")

call("copy_size",
     [DevOrPath("src"), DevOrPath("dest"), Int64("size")], RErr,
     since="1.0.87", deprecated=True, deprecated_by="copy_device_to_device",
     progress=True)

call("dd",
     [DevOrPath("src"), DevOrPath("dest")], RErr,
     since="1.0.80", deprecated=True, deprecated_by="copy_device_to_device")

call("egrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("egrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("equal",
     [Pathname("file1"), Pathname("file2")], RBool("equality"),
     since="1.0.18", impl="fileops")

call("fallocate",
     [Pathname("path"), Int("len")], RErr,
     since="1.0.66", deprecated=True, deprecated_by="fallocate64")

call("fallocate64",
     [Pathname("path"), Int64("len")], RErr,
     since="1.3.17")

call("fgrep",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("fgrepi",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("file",
     [DevOrPath("path")], RString("description"),
     since="1.9.1")

call("fill",
     [Int("c"), Int("len"), Pathname("path")], RErr,
     since="1.0.79", impl="fileops", progress=True)

call("fill_pattern",
     [String("pattern"), Int("len"), Pathname("path")], RErr,
     since="1.3.12", impl="fileops", progress=True)

call("grep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     opts=[OBool("extended"), OBool("fixed"), OBool("insensitive"),
           OBool("compressed")],
     opts_suffix=True, since="1.0.66")

call("grepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("head",
     [Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops")

call("head_n",
     [Int("nrlines"), Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops")

call("hexdump",
     [Pathname("path")], RString("dump"),
     since="1.0.22")

call("pread",
     [Pathname("path"), Int("count"), Int64("offset")], RBufferOut("content"),
     since="1.0.77", impl="fileops")

call("pwrite",
     [Pathname("path"), BufferIn("content"), Int64("offset")], RInt("nbytes"),
     since="1.3.14", impl="fileops")

call("read_file",
     [Pathname("path")], RBufferOut("content"),
     since="1.0.63", impl="fileops")

call("read_lines",
     [Pathname("path")], RStringList("lines"),
     since="0.0.7", impl="fileops")

call("strings",
     [Pathname("path")], RStringList("stringsout"),
     since="1.0.22")

call("strings_e",
     [String("encoding"), Pathname("path")], RStringList("stringsout"),
     since="1.0.22")

call("tail",
     [Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops")

call("tail_n",
     [Int("nrlines"), Pathname("path")], RStringList("lines"),
     since="1.0.54", impl="fileops")

call("truncate",
     [Pathname("path")], RErr,
     since="1.0.77", impl="fileops")

call("truncate_size",
     [Pathname("path"), Int64("size")], RErr,
     since="1.0.77", impl="fileops")

call("wc_c",
     [Pathname("path")], RInt("chars"),
     since="1.0.54")

call("wc_l",
     [Pathname("path")], RInt("lines"),
     since="1.0.54")

call("wc_w",
     [Pathname("path")], RInt("words"),
     since="1.0.54")

call("write",
     [Pathname("path"), BufferIn("content")], RErr,
     since="1.3.14", impl="fileops")

call("write_append",
     [Pathname("path"), BufferIn("content")], RErr,
     since="1.11.18", impl="fileops")

call("write_file",
     [Pathname("path"), String("content"), Int("size")], RErr,
     since="0.0.8", impl="fileops", deprecated=True, deprecated_by="write")

call("zegrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("zegrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("zfgrep",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("zfgrepi",
     [String("pattern"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("zfile",
     [String("meth"), Pathname("path")], RString("description"),
     since="1.0.59", deprecated=True, deprecated_by="file")

call("zgrep",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")

call("zgrepi",
     [String("regex"), Pathname("path")], RStringList("lines"),
     since="1.0.66", deprecated=True, deprecated_by="grep")
