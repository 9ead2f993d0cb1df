# SPDX-License-Identifier: LGPL-3.0-or-later
"""Images that are not there, not sound, or set against the host."""

import os

from harness import GUESTKIT, Case

with open("/etc/shadow", encoding="utf-8") as f:
    HOST_SECRET = f.readline()


class Missing(Case):
    def test_image(self):
        for args in (["info", "nope.qcow2"], ["cat", "nope.qcow2", "/x"], ["filesystems", "nope.qcow2"],
                     ["shell", "-a", "nope.qcow2"]):
            self.gk_fails(*args, match="nope.qcow2: No such file or directory")

    def test_folder(self):
        self.gk_fails("cat", self.dir, "/x", match="directory|not a regular file")

    def test_unreadable(self):
        # Root reads all files, so take that right away.
        image = self.image()
        os.chown(image, 1000, 1000)
        os.chmod(image, 0o600)
        for args in (["info", image], ["cat", image, "/etc/hostname"]):
            r = self.run_program("setpriv", "--bounding-set=-dac_override,-dac_read_search", GUESTKIT, *args)
            self.sane(r)
            self.assertEqual(r.status, 1, str(r))
            self.assertRegex(r.err, "gpt.qcow2.*Permission denied")

    def test_backing_file(self):
        image = self.bad_image("qcow2-backing-missing")
        self.gk_fails("cat", image, "/x", match="no-such-file.qcow2")

    def test_device_as_image(self):
        self.gk_fails("cat", "/dev/null", "/x")


class Files(Case):
    """Faults of the image's own format."""

    def refused(self, name, *, match=None):
        image = self.bad_image(name)
        r = self.gk_fails("cat", image, "/etc/hostname", match=match, timeout=30)
        self.assertNotIn(HOST_SECRET, r.out)

    def test_qcow2_truncated(self):
        self.refused("qcow2-truncated")

    def test_qcow2_header_only(self):
        self.refused("qcow2-header-only")

    def test_qcow2_header_garbage(self):
        self.refused("qcow2-header-garbage")

    def test_qcow2_l1_garbage(self):
        self.refused("qcow2-l1-garbage")

    def test_vmdk_garbage(self):
        self.refused("vmdk-garbage")

    def test_zero_length(self):
        self.refused("zero-length")

    def test_odd_size(self):
        image = self.bad_image("not-a-multiple-of-a-sector")
        self.assertEqual(self.gk("cat", image, "/etc/hostname").out, "small-guest\n")

    def test_backing_cycle(self):
        self.refused("qcow2-backing-cycle")

    def test_backing_self(self):
        self.refused("qcow2-backing-self")


class Hostile(Case):
    """Images that would have guestkit open something else of the host.

    They belong to a user, as one's own do or those that a service was sent.
    """

    def bad_image(self, name):
        image = super().bad_image(name)
        os.chown(image, 1000, 1000)
        return image

    def test_backing_file_outside(self):
        image = self.bad_image("qcow2-backing-host-file")
        r = self.gk_fails("cat", image, "/etc/hostname", match="backing")
        self.assertNotIn("root:", r.out)
        r = self.gk_fails("shell", "-a", image, "--", "run", ":", "pread-device", "/dev/sda", "64", "0", match="backing")
        self.assertNotIn("root:", r.out)

    def test_backing_protocol(self):
        self.gk_fails("cat", self.bad_image("qcow2-backing-protocol"), "/x", match="backing")

    def test_backing_json(self):
        r = self.gk_fails("cat", self.bad_image("qcow2-backing-json"), "/x", match="backing")
        self.assertNotIn("root:", r.out)

    def test_data_file_outside(self):
        r = self.gk_fails("cat", self.bad_image("qcow2-data-file"), "/x", match="data file|data-file")
        self.assertNotIn("root:", r.out)

    def test_qcow2_header_in_raw(self):
        image = self.bad_image("raw-with-qcow2-header")
        # Named raw it is raw, with the guest's filesystem in it.
        self.assertEqual(self.gk("cat", "--format", "raw", image, "/etc/hostname").out, "small-guest\n")
        self.gk("edit", "--format", "raw", image, "/etc/motd", "-e", "s/small/large/")
        # Not named, what it says about itself is not believed.
        r = self.gk_fails("cat", image, "/etc/hostname", match="backing")
        self.assertNotIn("root:", r.out)


class Tables(Case):
    def test_gpt_primary(self):
        # The backup table is enough to look into the guest.
        self.gk_any("cat", self.bad_image("gpt-primary-header"), "/etc/hostname", timeout=30)

    def test_gpt_none(self):
        for name in ("gpt-headers", "gpt-entries"):
            self.gk_fails("cat", self.bad_image(name), "/etc/hostname", timeout=30)

    def test_gpt_beyond_end(self):
        self.gk_any("cat", self.bad_image("gpt-beyond-end"), "/etc/hostname", timeout=30)
        self.gk_any("filesystems", self.path("gpt-beyond-end.raw"), timeout=30)

    def test_mbr_signature(self):
        self.gk_fails("cat", self.bad_image("mbr-signature"), "/etc/hostname", timeout=30)

    def test_mbr_beyond_end(self):
        self.gk_fails("cat", self.bad_image("mbr-beyond-end"), "/etc/hostname", timeout=30)
        self.gk_any("filesystems", self.path("mbr-beyond-end.raw"), timeout=30)

    def test_mbr_logical_loop(self):
        self.gk_any("filesystems", self.bad_image("mbr-logical-loop"), timeout=60)


class Filesystems(Case):
    def test_ext4_superblock(self):
        for name in ("ext4-superblock", "ext4-superblock-garbage"):
            image = self.bad_image(name)
            self.gk_fails("cat", image, "/etc/hostname", timeout=30)
            self.gk_fails("cat", "-m", "/dev/sda2", image, "/etc/hostname", match="/dev/sda2", timeout=30)

    def test_ext4_root_inode(self):
        self.gk_fails("cat", self.bad_image("ext4-root-inode"), "/etc/hostname", timeout=30)

    def test_xfs_superblock(self):
        image = self.bad_image("xfs-superblock")
        self.gk_fails("cat", "-m", "/dev/sda2", image, "/etc/hostname", match="/dev/sda2", timeout=30)

    def test_the_sound_one_beside_it_is_readable(self):
        image = self.bad_image("ext4-superblock")
        self.assertIn("search", self.gk("cat", "-m", "/dev/sda1", image, "/grub/grub.cfg").out)
