# SPDX-License-Identifier: LGPL-3.0-or-later
"""Watching files of the guest."""

from model import (
    call, group, Int, Pathname, RErr, RInt64, RStringList, RStructList)

group("inotify")

call("inotify_add_watch",
     [Pathname("path"), Int("mask")], RInt64("wd"),
     since="1.0.66", optgroup="inotify",
     brief="Watch a file or directory",
     doc="""\
Watches `path` for the events in `mask`, numbered as in inotify(7), and
returns the watch's number.""")

call("inotify_close",
     [], RErr,
     since="1.0.66", optgroup="inotify",
     brief="Stop watching",
     doc="""\
Removes all watches, and events that were not read are lost.""")

call("inotify_files",
     [], RStringList("paths"),
     since="1.0.66", optgroup="inotify",
     brief="List the files that were touched",
     doc="""\
Reads all events and returns the names in them, sorted and each once.""")

call("inotify_init",
     [Int("maxevents")], RErr,
     since="1.0.66", optgroup="inotify", needs_root=True,
     brief="Begin to watch files",
     doc="""\
Up to `maxevents` events are kept until they are read, or the system's
default if it is 0.  Watches that exist are removed.""")

call("inotify_read",
     [], RStructList("events", "inotify_event"),
     since="1.0.66", optgroup="inotify",
     brief="Read the events of watched files",
     doc="""\
Returns the events since the last call, and an empty list if there were
none.""")

call("inotify_rm_watch",
     [Int("wd")], RErr,
     since="1.0.66", optgroup="inotify",
     brief="Stop watching a file or directory",
     doc="""\
Removes the watch `wd`.""")
