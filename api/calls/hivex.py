# SPDX-License-Identifier: LGPL-3.0-or-later
"""hivex"""

from model import (
    call, group, BufferIn, Int64, OBool, OptString, Pathname, RBufferOut,
    RErr, RInt64, RString, RStructList, String)

group("hivex")

call("hivex_close",
     [], RErr,
     since="1.19.35", optgroup="hivex")

call("hivex_commit",
     [OptString("filename")], RErr,
     since="1.19.35", optgroup="hivex")

call("hivex_node_add_child",
     [Int64("parent"), String("name")], RInt64("nodeh"),
     since="1.19.35", optgroup="hivex")

call("hivex_node_children",
     [Int64("nodeh")], RStructList("nodehs", "hivex_node"),
     since="1.19.35", optgroup="hivex")

call("hivex_node_delete_child",
     [Int64("nodeh")], RErr,
     since="1.19.35", optgroup="hivex")

call("hivex_node_get_child",
     [Int64("nodeh"), String("name")], RInt64("child"),
     since="1.19.35", optgroup="hivex")

call("hivex_node_get_value",
     [Int64("nodeh"), String("key")], RInt64("valueh"),
     since="1.19.35", optgroup="hivex")

call("hivex_node_name",
     [Int64("nodeh")], RString("name"),
     since="1.19.35", optgroup="hivex")

call("hivex_node_parent",
     [Int64("nodeh")], RInt64("parent"),
     since="1.19.35", optgroup="hivex")

call("hivex_node_set_value",
     [Int64("nodeh"), String("key"), Int64("t"), BufferIn("val")], RErr,
     since="1.19.35", optgroup="hivex")

call("hivex_node_values",
     [Int64("nodeh")], RStructList("valuehs", "hivex_value"),
     since="1.19.35", optgroup="hivex")

call("hivex_open",
     [Pathname("filename")], RErr,
     opts=[OBool("verbose"), OBool("debug"), OBool("write"), OBool("unsafe")],
     since="1.19.35", optgroup="hivex")

call("hivex_root",
     [], RInt64("nodeh"),
     since="1.19.35", optgroup="hivex")

call("hivex_value_key",
     [Int64("valueh")], RString("key"),
     since="1.19.35", optgroup="hivex")

call("hivex_value_string",
     [Int64("valueh")], RString("databuf"),
     since="1.37.22", optgroup="hivex")

call("hivex_value_type",
     [Int64("valueh")], RInt64("datatype"),
     since="1.19.35", optgroup="hivex")

call("hivex_value_utf8",
     [Int64("valueh")], RString("databuf"),
     since="1.19.35", deprecated=True, deprecated_by="hivex_value_string",
     optgroup="hivex")

call("hivex_value_value",
     [Int64("valueh")], RBufferOut("databuf"),
     since="1.19.35", optgroup="hivex")
