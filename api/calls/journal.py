# SPDX-License-Identifier: LGPL-3.0-or-later
"""The systemd journal of the guest."""

from model import (
    call, example, group, Int64, Pathname, RBool, RErr, RInt64, RStructList)

# Two entries on the host, made by systemd's own program, and the folder /j of the guest.
TWO = (r"!B=0123456789abcdef0123456789abcdef; printf '__REALTIME_TIMESTAMP="
       r"157793424%d000000\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\nMESSAGE=%s\n"
       r"LONG=%s\n\n' 5 1 $B first $B 6 2 $B second $B | "
       r"/lib/systemd/systemd-journal-remote -o x.journal - >log 2>&1",
       "mkdir /j", "upload x.journal /j/x.journal", "journal-open /j")
TOOL = "tool:/lib/systemd/systemd-journal-remote"

group("journal")

call("journal_close",
     [], RErr,
     since="1.23.11", impl="journal", optgroup="journal",
     brief="Close the systemd journal",
     doc="""\
Ends what `journal_open` began.""",
     examples=[
         example("tree", "journal-open /dir", "journal-close", "journal-close",
                 error="you must call 'journal-open' first to initialize the "
                       "journal handle"),
         # An open journal is no reason not to unmount.
         example("tree", "journal-open /dir", "umount /"),
     ])

call("journal_get",
     [], RStructList("fields", "xattr"),
     since="1.23.11", impl="journal", optgroup="journal",
     brief="Return the current entry of the journal",
     doc="""\
Returns names and values of all fields of the entry; `journal_next` must
have been called before.""",
     examples=[
         example("fs", *TWO, "journal-next", "journal-get | grep -A1 MESSAGE",
                 prints="  attrname: MESSAGE\n  attrval: first", needs=TOOL),
         example("fs", *TWO, "journal-skip 2", "journal-get | grep -c attrname",
                 prints="3", needs=TOOL),
         example("tree", "journal-open /dir", "journal-get",
                 error="sd_journal_enumerate_data: Cannot assign requested "
                       "address", errno="EADDRNOTAVAIL"),
     ])

call("journal_get_data_threshold",
     [], RInt64("threshold"),
     since="1.23.11", impl="journal", optgroup="journal",
     brief="Return how much of a field is read",
     doc="""\
Returns the number of bytes that `journal_set_data_threshold` set, 65536 at
first.""",
     examples=[
         example("tree", "journal-open /dir", "journal-get-data-threshold",
                 prints="65536"),
         example("tree", "journal-get-data-threshold",
                 error="you must call 'journal-open' first"),
     ])

call("journal_get_realtime_usec",
     [], RInt64("usec"),
     since="1.27.18", impl="journal", optgroup="journal",
     brief="Return the time of the current entry",
     doc="""\
Returns microseconds since 1970.""",
     examples=[
         example("fs", *TWO, "journal-next", "journal-get-realtime-usec",
                 prints="1577934245000000", needs=TOOL),
     ])

call("journal_next",
     [], RBool("more"),
     since="1.23.11", impl="journal", optgroup="journal",
     brief="Go to the next entry of the journal",
     doc="""\
Returns false at the end.  It must be called once before the first entry
can be read.""",
     examples=[
         example("fs", *TWO, "journal-next", "journal-next", "journal-next",
                 prints="false", needs=TOOL),
         example("tree", "journal-open /dir", "journal-next", prints="false"),
         # What is no journal is passed over, as systemd does it.
         example("tree", "cp /abc /dir/x.journal", "journal-open /dir",
                 "journal-next", prints="false"),
     ])

call("journal_open",
     [Pathname("directory")], RErr,
     since="1.23.11", impl="journal", optgroup="journal",
     brief="Open a systemd journal",
     doc="""\
Opens the journal files in `directory` of the guest.  One journal can be
open at a time.""",
     examples=[
         example("fs", *TWO, "journal-next", prints="true", needs=TOOL),
         example("tree", "journal-open /nope",
                 error="sd_journal_open_directory: /nope: No such file or "
                       "directory", errno="ENOENT"),
         example("tree", "journal-open /hello",
                 error="sd_journal_open_directory: /hello: Not a directory",
                 errno="ENOTDIR"),
         # A link of the guest leads to nothing of this machine.
         example("tree", "ln-s /run/log/journal /l", "journal-open /l",
                 error="/l: No such file or directory", errno="ENOENT"),
         example("part", "journal-open /",
                 error="you must call 'mount' first"),
     ])

call("journal_set_data_threshold",
     [Int64("threshold")], RErr,
     since="1.23.11", impl="journal", optgroup="journal",
     brief="Set how much of a field is read",
     doc="""\
Fields may be cut off beyond `threshold` bytes; 0 stands for no limit.""",
     examples=[
         example("fs", *TWO, "journal-set-data-threshold 0",
                 "journal-get-data-threshold", prints="0", needs=TOOL),
         example("tree", "journal-open /dir", "journal-set-data-threshold -1",
                 error="a negative threshold", errno="EINVAL"),
     ])

call("journal_skip",
     [Int64("skip")], RInt64("rskip"),
     since="1.23.11", impl="journal", optgroup="journal",
     brief="Skip entries of the journal",
     doc="""\
Goes `skip` entries on, or back if negative, and returns how many were
passed.""",
     examples=[
         example("fs", *TWO, "journal-skip 5", prints="2", needs=TOOL),
         example("fs", *TWO, "journal-skip 2", "journal-skip -1",
                 "journal-get | grep -A1 MESSAGE | tail -n1",
                 prints="  attrval: first", needs=TOOL),
         example("tree", "journal-open /dir", "journal-skip 0", prints="0"),
     ])
