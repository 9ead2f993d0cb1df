# SPDX-License-Identifier: LGPL-3.0-or-later
"""Configuration files of the guest as a tree."""

from model import (
    call, example, group, Bool, Int, OBool, OptString, Pathname, RErr, RInt,
    RString, RStringList, RStruct, String)

group("augeas")

call("aug_clear",
     [String("augpath")], RErr,
     since="1.3.4", impl="augeas",
     brief="Clear a node of the Augeas tree",
     doc="""\
Sets the value of the node at `augpath` to none.""",
     examples=[
         example("guest", "aug-init / 0", "aug-clear /files/etc/hosts/1/canonical", "aug-get /files/etc/hosts/1/canonical",
                 error="no"),
     ])

call("aug_close",
     [], RErr,
     since="0.0.7", impl="augeas",
     brief="Close the Augeas tree",
     doc="""\
Frees the tree; changes that were not saved are lost.""",
     examples=[
         example("guest", "aug-init / 0", "aug-close", "aug-get /files/etc/hosts/1/canonical",
                 error="you must call 'aug-init' first"),
         example("fs", "aug-close", error="do_aug_close: you must call 'aug-init' first"),
     ])

call("aug_defnode",
     [String("name"), String("expr"), String("val")],
     RStruct("nrnodescreated", "int_bool"),
     since="0.0.7", impl="augeas",
     brief="Define an Augeas variable, making its node if needed",
     doc="""\
As `aug_defvar`, but if `expr` matches nothing a node is made there with
the value `val`.  Returns the number of nodes, and whether one was made.""",
     examples=[
         example("guest", "aug-init / 0", "aug-defnode new /files/etc/hosts/9/ipaddr 10.0.0.9", prints="i: 1\nb: 1"),
         example("guest", "aug-init / 0", "aug-defnode old /files/etc/hosts/*/ipaddr x", prints="i: 3\nb: 0"),
     ])

call("aug_defvar",
     [String("name"), OptString("expr")], RInt("nrnodes"),
     since="0.0.7", impl="augeas",
     brief="Define an Augeas variable",
     doc="""\
The variable `name` stands for the nodes that `expr` matches; NULL removes
it.  Returns the number of nodes.""",
     examples=[
         example("guest", "aug-init / 0", "aug-defvar h /files/etc/hosts/*", prints="3"),
         example("guest", "aug-init / 0", "aug-defvar h /files/etc/hosts/2", "aug-get $h/canonical", prints="one"),
     ])

call("aug_get",
     [String("augpath")], RString("val"),
     since="0.0.7", impl="augeas",
     brief="Return the value of a node of the Augeas tree",
     doc="""\
Returns the value of the single node that `augpath` matches.""",
     examples=[
         example("guest", "aug-init / 0", "aug-get /files/etc/hosts/2/canonical", prints="one"),
         example("fs", "aug-get /files/x",
                 error="do_aug_get: you must call 'aug-init' first to initialize Augeas"),
     ])

call("aug_init",
     [Pathname("root"), Int("flags")], RErr,
     since="0.0.7", impl="augeas",
     brief="Open the configuration files of the guest with Augeas",
     doc="""\
Reads the files below `root`, usually "/", into a tree.  The lenses, which say
what files look like, are those of this machine.  Unmounting the guest's root,
as `umount_all` and `inspect_os` do, closes the tree.  `flags` is a sum:
1 keep a backup when saving, 2 save to new files, 4 check the lenses'
types, 8 do not look for lenses in the standard places, 16 only pretend to
save, 32 load nothing yet, 64 use no lens but those of `aug_transform`.  A tree that is open is closed before.""",
     examples=[
         example("fs", "mkdir /etc", "write /etc/hosts '127.0.0.1 a b\\n'", "aug-init / 0",
                 "aug-get /files/etc/hosts/1/canonical", prints="a"),
         example("part", "aug-init / 0",
                 error="you must call 'mount' first to mount the root filesystem"),
     ])

call("aug_insert",
     [String("augpath"), String("label"), Bool("before")], RErr,
     since="0.0.7", impl="augeas",
     brief="Insert a node into the Augeas tree",
     doc="""\
Makes the node `label` beside the node at `augpath`, before it if `before`
is true, else after it.""",
     examples=[
         example("guest", "aug-init / 0", "aug-insert /files/etc/hosts/1 01 true", "aug-ls /files/etc/hosts",
                 prints="/files/etc/hosts/01\n/files/etc/hosts/1\n/files/etc/hosts/2\n/files/etc/hosts/3"),
         example("guest", "aug-init / 0", "aug-insert /files/etc/hosts/9 01 true", error="aug_insert"),
     ])

call("aug_label",
     [String("augpath")], RString("label"),
     since="1.23.14", impl="augeas",
     brief="Return the label of a node of the Augeas tree",
     doc="""\
Returns the last part of the path of the single node that `augpath`
matches.""",
     examples=[
         example("guest", "aug-init / 0", "aug-label /files/etc/hosts/1/canonical", prints="canonical"),
     ])

call("aug_load",
     [], RErr,
     since="0.0.7", impl="augeas",
     brief="Read the configuration files again",
     doc="""\
Changes that were not saved are lost.""",
     examples=[
         example("guest", "aug-init / 0", "aug-set /files/etc/hosts/1/canonical other", "aug-load",
                 "aug-get /files/etc/hosts/1/canonical", prints="localhost"),
     ])

call("aug_ls",
     [String("augpath")], RStringList("matches"),
     since="0.0.8", impl="augeas",
     brief="List the nodes below one of the Augeas tree",
     doc="""\
Returns, sorted, the paths of the nodes right below `augpath`.""",
     examples=[
         example("guest", "aug-init / 0", "aug-ls /files/etc/hosts/1",
                 prints="/files/etc/hosts/1/alias\n/files/etc/hosts/1/canonical\n/files/etc/hosts/1/ipaddr"),
         example("guest", "aug-init / 0", "aug-ls /files/etc/hosts/1/", error="with a path that ends with /"),
     ])

call("aug_match",
     [String("augpath")], RStringList("matches"),
     since="0.0.7", impl="augeas",
     brief="Return the nodes of the Augeas tree that match",
     doc="""\
Returns the full paths of all nodes that the expression `augpath` matches.""",
     examples=[
         example("guest", "aug-init / 0", "aug-match /files/etc/hosts/*/canonical",
                 prints="/files/etc/hosts/1/canonical\n/files/etc/hosts/2/canonical\n/files/etc/hosts/3/canonical"),
         example("guest", "aug-init / 0", "aug-match /files/etc/hosts/9", prints=""),
     ])

call("aug_mv",
     [String("src"), String("dest")], RErr,
     since="0.0.7", impl="augeas",
     brief="Move a node of the Augeas tree",
     doc="""\
Moves the node `src` with all below it to `dest`, replacing what is there.""",
     examples=[
         example("guest", "aug-init / 0", "aug-mv /files/etc/hosts/1/canonical /files/etc/hosts/2/canonical",
                 "aug-get /files/etc/hosts/2/canonical", prints="localhost"),
     ])

call("aug_rm",
     [String("augpath")], RInt("nrnodes"),
     since="0.0.7", impl="augeas",
     brief="Remove nodes of the Augeas tree",
     doc="""\
Removes the nodes that match `augpath` with all below them, and returns how
many.""",
     examples=[
         example("guest", "aug-init / 0", "aug-rm /files/etc/hosts/1", prints="4"),
         example("guest", "aug-init / 0", "aug-rm /files/etc/hosts/9", prints="0"),
     ])

call("aug_save",
     [], RErr,
     since="0.0.7", impl="augeas",
     brief="Write the changes of the Augeas tree",
     doc="""\
Writes the files in which something changed.""",
     examples=[
         example("guest", "aug-init / 0", "aug-rm /files/etc/hosts/1", "aug-set /files/etc/hosts/2/canonical other", "aug-save",
                 "cat /etc/hosts", prints="10.0.0.1 other\n10.0.0.2 two"),
         example("guest", "aug-init / 0", "aug-set /files/etc/hosts/2/canonical 'a b'", "aug-save", error="aug_save"),
     ])

call("aug_set",
     [String("augpath"), String("val")], RErr,
     since="0.0.7", impl="augeas",
     brief="Set the value of a node of the Augeas tree",
     doc="""\
Sets the single node at `augpath`, which is made if needed, to `val`.""",
     examples=[
         example("guest", "aug-init / 0", "aug-set /files/etc/hosts/1/canonical other", "aug-get /files/etc/hosts/1/canonical",
                 prints="other"),
         example("guest", "aug-init / 0", "aug-set /files/etc/hosts/*/canonical other", error="aug_set"),
     ])

call("aug_setm",
     [String("base"), OptString("sub"), String("val")], RInt("nodes"),
     since="1.23.14", impl="augeas",
     brief="Set the values of many nodes of the Augeas tree",
     doc="""\
Sets each node that matches `sub` below each that matches `base` to `val`,
or, if `sub` is NULL, those that match `base`.  Returns how many were set.""",
     examples=[
         example("guest", "aug-init / 0", "aug-setm /files/etc/hosts/* canonical x", prints="3"),
     ])

call("aug_transform",
     [String("lens"), String("file")], RErr,
     opts=[OBool("remove")],
     since="1.35.2", impl="augeas",
     brief="Say which lens is for a file",
     doc="""\
Makes Augeas read files that match `file` with `lens` at the next
`aug_load`.

Optional arguments:

- `remove`: take the files away from the lens instead.""",
     examples=[
         example("guest", "aug-init / 96", "aug-transform Hosts.lns /etc/hosts", "aug-load",
                 "aug-get /files/etc/hosts/2/canonical", prints="one"),
         example("guest", "cp /etc/hosts /etc/more", "aug-init / 32",
                 "aug-transform Hosts.lns /etc/more", "aug-load", "aug-get /files/etc/more/2/canonical",
                 prints="one"),
     ])
