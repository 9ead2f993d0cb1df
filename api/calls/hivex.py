# SPDX-License-Identifier: LGPL-3.0-or-later
"""Windows registry hives."""

from model import (
    call, example, group, BufferIn, Int64, OBool, OptString, Pathname, RBufferOut,
    RErr, RInt64, RString, RStructList, String)

group("hivex")

call("hivex_close",
     [], RErr,
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Close the Windows registry hive",
     doc="""\
Forgets changes that were not written with `hivex_commit`.""")

call("hivex_commit",
     [OptString("filename")], RErr,
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Write the changes of the Windows registry hive",
     doc="""\
Writes to the file that was opened, or to `filename` if that is not NULL.""")

call("hivex_node_add_child",
     [Int64("parent"), String("name")], RInt64("nodeh"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Add a key to the registry",
     doc="""\
Adds the empty key `name` below the node `parent` and returns its node.""")

call("hivex_node_children",
     [Int64("nodeh")], RStructList("nodehs", "hivex_node"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="List the keys below a node of the registry",
     doc="""\
Returns the nodes of all keys right below `nodeh`.""")

call("hivex_node_delete_child",
     [Int64("nodeh")], RErr,
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Remove a key from the registry",
     doc="""\
Removes the node `nodeh` with all below it.""")

call("hivex_node_get_child",
     [Int64("nodeh"), String("name")], RInt64("child"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Find a key below a node of the registry",
     doc="""\
Returns the node of the key `name` right below `nodeh`, or 0, which is no
error, if there is none.  Case does not matter.""")

call("hivex_node_get_value",
     [Int64("nodeh"), String("key")], RInt64("valueh"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Find a value of a node of the registry",
     doc="""\
Returns the value `key` of `nodeh`, or 0, which is no error, if there is
none; "" is the default value.""")

call("hivex_node_name",
     [Int64("nodeh")], RString("name"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the name of a node of the registry",
     doc="""\
Returns the name of `nodeh`; that of the root means nothing.""")

call("hivex_node_parent",
     [Int64("nodeh")], RInt64("parent"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the parent of a node of the registry",
     doc="""\
Returns the node above `nodeh`; the root has none and fails.""")

call("hivex_node_set_value",
     [Int64("nodeh"), String("key"), Int64("t"), BufferIn("val")], RErr,
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Set a value of a node of the registry",
     doc="""\
Sets the value `key` of `nodeh` to the bytes `val` with the type `t`, such
as 1 for a string (in UTF-16LE with its end) and 4 for a 32-bit number.""")

call("hivex_node_values",
     [Int64("nodeh")], RStructList("valuehs", "hivex_value"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="List the values of a node of the registry",
     doc="""\
Returns all values of `nodeh`.""")

call("hivex_open",
     [Pathname("filename")], RErr,
     opts=[OBool("verbose"), OBool("debug"), OBool("write"), OBool("unsafe")],
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Open a Windows registry hive",
     doc="""\
Opens the hive file `filename` of the guest.  One hive can be open at a
time; another that is open is closed.

Optional arguments:

- `verbose`, `debug`: print messages of the library.
- `write`: allow changes; without it the hive is only read.
- `unsafe`: go on where a damaged hive would be refused.

Unmounting the guest's root, as `umount_all` and `inspect_os` do, closes the
hive.""",
     examples=[
         example("fs", "hivex-open /nope", error="hivex failed to open /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("hivex_root",
     [], RInt64("nodeh"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the root node of the registry hive",
     doc="""\
All paths begin there.""",
     examples=[example("fs", "hivex-root",
                       error="do_hivex_root: you must call 'hivex-open' first to initialize the hivex handle")])

call("hivex_value_key",
     [Int64("valueh")], RString("key"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the name of a value of the registry",
     doc="""\
Returns the name of `valueh`; the default value has an empty one.""")

call("hivex_value_string",
     [Int64("valueh")], RString("databuf"),
     since="1.37.22", impl="hivex", optgroup="hivex",
     brief="Return a value of the registry as text",
     doc="""\
Returns the string in `valueh` as UTF-8; the value must have a string type.""")

call("hivex_value_type",
     [Int64("valueh")], RInt64("datatype"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the type of a value of the registry",
     doc="""\
Returns the number of the type of `valueh`, as Windows counts them.""")

call("hivex_value_utf8",
     [Int64("valueh")], RString("databuf"),
     since="1.19.35", deprecated=True, deprecated_by="hivex_value_string",
     impl="hivex", optgroup="hivex",
     brief="Return a value of the registry as text",
     doc="""\
The same as `hivex_value_string`.""")

call("hivex_value_value",
     [Int64("valueh")], RBufferOut("databuf"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the bytes of a value of the registry",
     doc="""\
Returns what `valueh` holds as it is stored.""")
