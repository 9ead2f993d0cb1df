# SPDX-License-Identifier: LGPL-3.0-or-later
"""Watching files of the guest."""

from model import (
    call, example, group, Int, Pathname, RErr, RInt64, RStringList,
    RStructList)

group("inotify")

call("inotify_add_watch",
     [Pathname("path"), Int("mask")], RInt64("wd"),
     since="1.0.66", impl="fileops", optgroup="inotify",
     brief="Watch a file or directory",
     doc="""\
Watches `path` for the events in `mask`, numbered as in inotify(7), and
returns the watch's number.""",
     examples=[
         example("tree", "inotify-init 0", "inotify-add-watch /dir 0xfff",
                 prints="1"),
         example("tree", "inotify-init 0", "inotify-add-watch /dirlink 0xfff",
                 "inotify-add-watch /dir 0xfff", prints="1"),
         example("tree", "inotify-init 0", "inotify-add-watch /nope 0xfff",
                 error="/nope: No such file or directory", errno="ENOENT"),
         example("tree", "inotify-init 0", "inotify-add-watch /up 0xfff",
                 error="/up: No such file or directory", errno="ENOENT"),
         example("tree", "inotify-init 0", "inotify-add-watch / 0",
                 error="/: Invalid argument", errno="EINVAL"),
         example("tree", "inotify-add-watch / 0xfff",
                 error="you must call 'inotify_init' first"),
     ])

call("inotify_close",
     [], RErr,
     since="1.0.66", impl="fileops", optgroup="inotify",
     brief="Stop watching",
     doc="""\
Removes all watches, and events that were not read are lost.""",
     examples=[
         example("tree", "inotify-init 0", "inotify-close", "inotify-close",
                 error="you must call 'inotify_init' first to initialize "
                       "inotify"),
         # What was watched is no reason not to unmount.
         example("tree", "inotify-init 0", "inotify-add-watch /dir 0xfff",
                 "umount /"),
     ])

call("inotify_files",
     [], RStringList("paths"),
     since="1.0.66", impl="fileops", optgroup="inotify",
     brief="List the files that were touched",
     doc="""\
Reads all events and returns the names in them, sorted and each once.""",
     examples=[
         example("tree", "inotify-init 0", "inotify-add-watch / 0xfff",
                 "touch /b", "touch /a", "touch /b", "inotify-files",
                 prints="a\nb"),
         example("tree", "inotify-init 0", "inotify-add-watch / 0x100",
                 "touch /b", "inotify-files", "inotify-files", prints=""),
     ])

call("inotify_init",
     [Int("maxevents")], RErr,
     since="1.0.66", impl="fileops", optgroup="inotify", needs_root=True,
     brief="Begin to watch files",
     doc="""\
Up to `maxevents` events are kept until they are read, or the system's
default if it is 0.  Watches that exist are removed.""",
     examples=[
         example("tree", "inotify-init -1", error="max_events < 0",
                 errno="EINVAL"),
         example("part", "inotify-init 0",
                 error="you must call 'mount' first"),
         example("tree", "inotify-init 0", "inotify-add-watch / 0x100",
                 "inotify-init 0", "touch /b", "inotify-files", prints=""),
     ])

call("inotify_read",
     [], RStructList("events", "inotify_event"),
     since="1.0.66", impl="fileops", optgroup="inotify",
     brief="Read the events of watched files",
     doc="""\
Returns the events since the last call, and an empty list if there were
none.""",
     examples=[
         example("tree", "inotify-init 0", "inotify-add-watch / 0x300",
                 "mkdir /b", "rm /hello", "inotify-read",
                 prints="[0] = {\n  in_wd: 1\n  in_mask: 1073742080\n"
                        "  in_cookie: 0\n  in_name: b\n}\n"
                        "[1] = {\n  in_wd: 1\n  in_mask: 512\n"
                        "  in_cookie: 0\n  in_name: hello\n}"),
         # Beyond the limit one event says that others are lost.
         example("tree", "inotify-init 1", "inotify-add-watch / 0x100",
                 "touch /a", "touch /b", "touch /c",
                 "inotify-read | grep -E 'mask|name'",
                 prints="  in_mask: 256\n  in_name: a\n  in_mask: 16384\n"
                        "  in_name: "),
         example("tree", "inotify-init 0", "inotify-read", prints=""),
     ])

call("inotify_rm_watch",
     [Int("wd")], RErr,
     since="1.0.66", impl="fileops", optgroup="inotify",
     brief="Stop watching a file or directory",
     doc="""\
Removes the watch `wd`.""",
     examples=[
         example("tree", "inotify-init 0", "inotify-add-watch / 0xfff",
                 "inotify-rm-watch 1", "touch /a", "inotify-files", prints=""),
         example("tree", "inotify-init 0", "inotify-rm-watch 99",
                 error="99: Invalid argument", errno="EINVAL"),
     ])
