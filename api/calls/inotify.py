# SPDX-License-Identifier: LGPL-3.0-or-later
"""inotify"""

from model import (
    call, group, Int, Pathname, RErr, RInt64, RStringList, RStructList)

group("inotify")

call("inotify_add_watch",
     [Pathname("path"), Int("mask")], RInt64("wd"),
     since="1.0.66", optgroup="inotify")

call("inotify_close",
     [], RErr,
     since="1.0.66", optgroup="inotify")

call("inotify_files",
     [], RStringList("paths"),
     since="1.0.66", optgroup="inotify")

call("inotify_init",
     [Int("maxevents")], RErr,
     since="1.0.66", optgroup="inotify", needs_root=True)

call("inotify_read",
     [], RStructList("events", "inotify_event"),
     since="1.0.66", optgroup="inotify")

call("inotify_rm_watch",
     [Int("wd")], RErr,
     since="1.0.66", optgroup="inotify")
