# SPDX-License-Identifier: LGPL-3.0-or-later
"""files_metadata"""

from model import (
    call, group, FilenameList, Int, Int64, OBool, Pathname, RBool, RErr,
    RInt64, RStruct, RStructList)

group("files-metadata")

call("chmod",
     [Int("mode"), Pathname("path")], RErr,
     since="0.0.8", impl="fileops")

call("chown",
     [Int("owner"), Int("group"), Pathname("path")], RErr,
     since="0.0.8", impl="fileops")

call("copy_attributes",
     [Pathname("src"), Pathname("dest")], RErr,
     opts=[OBool("all"), OBool("mode"), OBool("xattributes"),
           OBool("ownership")],
     since="1.25.21", impl="fileops")

call("exists",
     [Pathname("path")], RBool("existsflag"),
     since="0.0.8", impl="fileops")

call("filesize",
     [Pathname("file")], RInt64("size"),
     since="1.0.82", impl="fileops")

call("is_blockdev",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops")

call("is_chardev",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops")

call("is_dir",
     [Pathname("path")], RBool("dirflag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="0.0.8", impl="fileops")

call("is_fifo",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops")

call("is_file",
     [Pathname("path")], RBool("fileflag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="0.0.8", impl="fileops")

call("is_socket",
     [Pathname("path")], RBool("flag"),
     opts=[OBool("followsymlinks")],
     opts_suffix=True, since="1.5.10", impl="fileops")

call("is_symlink",
     [Pathname("path")], RBool("flag"),
     since="1.5.10", impl="fileops")

call("lchown",
     [Int("owner"), Int("group"), Pathname("path")], RErr,
     since="1.0.77", impl="fileops")

call("lstat",
     [Pathname("path")], RStruct("statbuf", "stat"),
     since="1.9.2", impl="fileops", deprecated=True, deprecated_by="lstatns")

call("lstatlist",
     [Pathname("path"), FilenameList("names")],
     RStructList("statbufs", "stat"),
     since="1.0.77", impl="fileops", deprecated=True,
     deprecated_by="lstatnslist")

call("lstatns",
     [Pathname("path")], RStruct("statbuf", "statns"),
     since="1.27.53", impl="fileops")

call("lstatnslist",
     [Pathname("path"), FilenameList("names")],
     RStructList("statbufs", "statns"),
     since="1.27.53", impl="fileops")

call("stat",
     [Pathname("path")], RStruct("statbuf", "stat"),
     since="1.9.2", impl="fileops", deprecated=True, deprecated_by="statns")

call("statns",
     [Pathname("path")], RStruct("statbuf", "statns"),
     since="1.27.53", impl="fileops")

call("touch",
     [Pathname("path")], RErr,
     since="0.0.3", impl="fileops")

call("utimens",
     [Pathname("path"), Int64("atsecs"), Int64("atnsecs"), Int64("mtsecs"),
      Int64("mtnsecs")], RErr,
     since="1.0.77", impl="fileops")
