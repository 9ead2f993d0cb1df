# SPDX-License-Identifier: LGPL-3.0-or-later
"""A guest's tree at a folder, by the library's mount_local."""

import os

from harness import Case

BEGIN = """
import os, threading, errno
g = guestfs.GuestFS (python_return_dict=True)
g.add_drive (sys.argv[1], format="qcow2")
g.launch ()
g.mount ("/dev/sda2", "/")
t = threading.Thread (target=g.mount_local_run)
m = sys.argv[2]
options = sys.argv[3]
"""
END = """
g.umount_local (retry=True)
t.join ()
assert not os.path.ismount (m)
g.shutdown ()
g.close ()
"""


class Mounted(Case):
    def setUp(self):
        super().setUp()
        self.tree = self.path("tree")
        os.mkdir(self.tree)

    def served(self, body, options="", image=None, **kwargs):
        """Runs body while the tree is at m."""
        return self.python_guestfs(
            BEGIN + "g.mount_local (m, options=options)\nt.start ()\ntry:\n" +
            "".join("    " + line + "\n" for line in body.strip().splitlines()) +
            "finally:\n    os.chdir ('/')\n" +
            "".join("    " + line + "\n" for line in END.strip().splitlines()),
            image or self.image(), self.tree, options, timeout=120, **kwargs)

    def mounted(self):
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as f:
            return [x.split(" - ")[1].split()[0] for x in f if x.split()[4] == self.tree]
