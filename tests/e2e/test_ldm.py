# SPDX-License-Identifier: LGPL-3.0-or-later
"""Windows's dynamic disks: what is told of them, and their volumes as devices."""

import ldm
from harness import Case


class Dynamic(Case):
    def setUp(self):
        super().setUp()
        self.launcher = self.stacking()
        self.group = ldm.Group("Pc-Dg0", [100000, 120000])
        self.group.simple("Volume1", 0, 20480, "E:")
        self.group.spanned("Volume2", (0, 20480), (1, 30720))
        self.group.mirrored("Volume3", 20480, 0, 1)
        self.paths = [self.file(name) for name in ("a.raw", "b.raw")]
        self.group.write(*self.paths)

    def shell(self, *lines, paths=None):
        argv = [word for path in paths or self.paths for word in ("-a", path)]
        return self.gk("shell", "--launcher", self.launcher, "--format", "raw", *argv,
                       stdin="\n".join(("run",) + lines) + "\n", timeout=120)

    def test_told(self):
        g = self.group.guid
        r = self.shell("ldmtool-scan", "ldmtool-scan-devices /dev/sdb", f"ldmtool-diskgroup-name {g}",
                       f"ldmtool-diskgroup-volumes {g}", f"ldmtool-diskgroup-disks {g}", f"ldmtool-volume-type {g} Volume1",
                       f"ldmtool-volume-type {g} Volume2", f"ldmtool-volume-type {g} Volume3", f"ldmtool-volume-hint {g} Volume1",
                       f"ldmtool-volume-partitions {g} Volume2", f"-ldmtool-volume-type {g} Volume9")
        self.assertEqual(r.out.split(), [str(g), str(g), "Pc-Dg0", "Volume1", "Volume2", "Volume3", "Disk1", "Disk2", "simple",
                                         "spanned", "mirrored", "E:", "Pc-Dg0-Volume2-1-1", "Pc-Dg0-Volume2-1-2"], str(r))
        self.assertIn("ldmtool_volume_type: Volume9: ", r.err)

    def test_volumes(self):
        """They are there at launch, can be written to, and the bytes are where the metadata say."""
        names = [f"/dev/mapper/ldm_vol_Pc-Dg0_Volume{i}" for i in (1, 2, 3)]
        r = self.shell("list-ldm-volumes", *(f"mkfs ext2 {n}" for n in names), f"blockdev-getsz {names[1]}",
                       f"pwrite-device {names[0]} first 0", f"pwrite-device {names[1]} second {20480 * 512}",
                       f"pwrite-device {names[2]} third 0")
        self.assertEqual(r.out.split(), names + ["51200", "5", "6", "5"], str(r))
        for volume, index, offset, text in (("Volume1", 0, 0, b"first"), ("Volume2", 1, 0, b"second"),
                                            ("Volume3", 0, 0, b"third"), ("Volume3", 1, 0, b"third")):
            disk, start, _ = self.group.places[volume][index]
            with open(self.paths[disk], "rb") as f:
                f.seek(start * 512 + offset)
                self.assertEqual(f.read(len(text)), text, volume)
        r = self.shell("list-filesystems", "ldmtool-remove-all", "list-ldm-volumes", "list-ldm-partitions", "ldmtool-create-all",
                       "list-ldm-volumes")
        self.assertEqual(r.out.split(), [w for n in names for w in (n + ":", "ext2")] + names, str(r))

    def test_a_disk_is_missing(self):
        """What can be used is there, and the session starts."""
        r = self.shell("list-ldm-volumes", "list-filesystems", paths=self.paths[:1])
        self.assertIn("/dev/mapper/ldm_vol_Pc-Dg0_Volume1", r.out)
        self.assertNotIn("Volume2", r.out)

    def test_damaged(self):
        for at, text in ((6 * 512, b"NOTHEAD!"), ((100000 - 2048 + 17) * 512, b"NOPE"), ((100000 - 2048 + 18) * 512 + 28, b"\xff" * 40)):
            with open(self.paths[0], "r+b") as f:
                f.seek(at)
                f.write(text)
            self.shell("list-devices", paths=self.paths[:1])
            self.group.write(*self.paths)
