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
Forgets changes that were not written with `hivex_commit`.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-close", "hivex-root",
                 error="you must call 'hivex-open' first"),
     ])

call("hivex_commit",
     [OptString("filename")], RErr,
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Write the changes of the Windows registry hive",
     doc="""\
Writes to the file that was opened, or to `filename` if that is not NULL.""",
     examples=[
         example("guest", "hivex-open /hive write:true", "hivex-node-add-child 8592 New",
                 "hivex-commit /copy", "hivex-close", "hivex-open /copy",
                 "hivex-node-children 8592 | grep -c node_h", prints="1"),
         example("guest", "hivex-open /hive write:true", "hivex-node-delete-child 8592",
                 "hivex-commit ''", "hivex-close", "hivex-open /hive",
                 "hivex-node-children 4128 | grep -c node_h", prints="1"),
         example("guest", "hivex-open /hive", "hivex-commit ''", error="hivex_commit"),
     ])

call("hivex_node_add_child",
     [Int64("parent"), String("name")], RInt64("nodeh"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Add a key to the registry",
     doc="""\
Adds the empty key `name` below the node `parent` and returns its node.""",
     examples=[
         example("guest", "hivex-open /hive write:true", "hivex-node-add-child 8592 New", prints="12320"),
         example("guest", "hivex-open /hive write:true", "hivex-node-add-child 4128 software",
                 error="hivex_node_add_child", errno="EEXIST"),
         example("guest", "hivex-open /hive", "hivex-node-add-child 8592 New",
                 error="hivex_node_add_child", errno="EROFS"),
     ])

call("hivex_node_children",
     [Int64("nodeh")], RStructList("nodehs", "hivex_node"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="List the keys below a node of the registry",
     doc="""\
Returns the nodes of all keys right below `nodeh`.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-node-children 8224",
                 prints="[0] = {\n  hivex_node_h: 8336\n}"),
         example("guest", "hivex-open /hive", "hivex-node-children 8592", prints=""),
         example("guest", "hivex-open /hive", "hivex-node-children 5", error="hivex_node_children",
                 errno="EINVAL"),
     ])

call("hivex_node_delete_child",
     [Int64("nodeh")], RErr,
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Remove a key from the registry",
     doc="""\
Removes the node `nodeh` with all below it.""",
     examples=[
         example("guest", "hivex-open /hive write:true", "hivex-node-delete-child 8224",
                 "hivex-node-get-child 4128 Software", prints="0"),
     ])

call("hivex_node_get_child",
     [Int64("nodeh"), String("name")], RInt64("child"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Find a key below a node of the registry",
     doc="""\
Returns the node of the key `name` right below `nodeh`, or 0, which is no
error, if there is none.  Case does not matter.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-node-get-child 4128 SOFTWARE", prints="8224"),
         example("guest", "hivex-open /hive", "hivex-node-get-child 4128 nope", prints="0"),
     ])

call("hivex_node_get_value",
     [Int64("nodeh"), String("key")], RInt64("valueh"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Find a value of a node of the registry",
     doc="""\
Returns the value `key` of `nodeh`, or 0, which is no error, if there is
none; "" is the default value.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-node-get-value 8336 name", prints="8456"),
         example("guest", "hivex-open /hive", "hivex-node-get-value 8336 ''", prints="8504"),
         example("guest", "hivex-open /hive", "hivex-node-get-value 8336 nope", prints="0"),
     ])

call("hivex_node_name",
     [Int64("nodeh")], RString("name"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the name of a node of the registry",
     doc="""\
Returns the name of `nodeh`; that of the root means nothing.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-node-name 8224", prints="Software"),
         example("guest", "hivex-open /hive", "hivex-node-name 5", error="hivex_node_name",
                 errno="EINVAL"),
     ])

call("hivex_node_parent",
     [Int64("nodeh")], RInt64("parent"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the parent of a node of the registry",
     doc="""\
Returns the node above `nodeh`; the root has none and fails.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-node-parent 8224", prints="4128"),
         example("guest", "hivex-open /hive", "hivex-node-parent 4128", error="hivex_node_parent"),
     ])

call("hivex_node_set_value",
     [Int64("nodeh"), String("key"), Int64("t"), BufferIn("val")], RErr,
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Set a value of a node of the registry",
     doc="""\
Sets the value `key` of `nodeh` to the bytes `val` with the type `t`, such
as 1 for a string (in UTF-16LE with its end) and 4 for a 32-bit number.""",
     examples=[
         example("guest", "hivex-open /hive write:true",
                 "hivex-node-set-value 8592 n 4 abcd",
                 "hivex-node-values 8592 | grep -c value_h", prints="1"),
         example("guest", "hivex-open /hive", "hivex-node-set-value 8592 n 4 abcd",
                 error="hivex_node_set_value", errno="EROFS"),
     ])

call("hivex_node_values",
     [Int64("nodeh")], RStructList("valuehs", "hivex_value"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="List the values of a node of the registry",
     doc="""\
Returns all values of `nodeh`.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-node-values 8336 | grep value_h",
                 prints="  hivex_value_h: 8456\n  hivex_value_h: 8504\n  hivex_value_h: 8560"),
         example("guest", "hivex-open /hive", "hivex-node-values 8592", prints=""),
     ])

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
         example("guest", "hivex-open /hive"),
         example("guest", "hivex-open /etc/hosts", error="hivex failed to open /etc/hosts"),
         example("fs", "hivex-open /nope", error="hivex failed to open /nope: No such file or directory",
                 errno="ENOENT"),
     ])

call("hivex_root",
     [], RInt64("nodeh"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the root node of the registry hive",
     doc="""\
All paths begin there.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-root", prints="4128"),
         example("fs", "hivex-root",
                 error="do_hivex_root: you must call 'hivex-open' first to initialize the hivex handle"),
     ])

call("hivex_value_key",
     [Int64("valueh")], RString("key"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the name of a value of the registry",
     doc="""\
Returns the name of `valueh`; the default value has an empty one.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-value-key 8456", prints="Name"),
         example("guest", "hivex-open /hive", "hivex-value-key 8504", prints=""),
     ])

call("hivex_value_string",
     [Int64("valueh")], RString("databuf"),
     since="1.37.22", impl="hivex", optgroup="hivex",
     brief="Return a value of the registry as text",
     doc="""\
Returns the string in `valueh` as UTF-8; the value must have a string type.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-value-string 8456", prints="guest"),
         example("guest", "hivex-open /hive", "hivex-value-string 8560", error="hivex"),
     ])

call("hivex_value_type",
     [Int64("valueh")], RInt64("datatype"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the type of a value of the registry",
     doc="""\
Returns the number of the type of `valueh`, as Windows counts them.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-value-type 8456", prints="1"),
         example("guest", "hivex-open /hive", "hivex-value-type 8560", prints="4"),
     ])

call("hivex_value_utf8",
     [Int64("valueh")], RString("databuf"),
     since="1.19.35", deprecated=True, deprecated_by="hivex_value_string",
     impl="hivex", optgroup="hivex",
     brief="Return a value of the registry as text",
     doc="""\
The same as `hivex_value_string`.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-value-utf8 8456", prints="guest"),
         example("guest", "hivex-open /hive", "hivex-value-utf8 8560", error="hivex"),
     ])

call("hivex_value_value",
     [Int64("valueh")], RBufferOut("databuf"),
     since="1.19.35", impl="hivex", optgroup="hivex",
     brief="Return the bytes of a value of the registry",
     doc="""\
Returns what `valueh` holds as it is stored.""",
     examples=[
         example("guest", "hivex-open /hive", "hivex-value-value 8560 | od -An -tx1",
                 prints=" 02 01 00 00"),
     ])
