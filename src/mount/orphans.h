/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What stands on a disk of a session that was killed: mapper and RAID devices
 * keep the disk, and the kernel keeps them, although nobody knows of them. */
#ifndef GK_MOUNT_ORPHANS_H
#define GK_MOUNT_ORPHANS_H

struct gk_error;

/* What tells a disk of the kernel from all others that have, had or will have its
 * name: "loop0 1234".  Malloced; NULL when the kernel does not say enough (before
 * 5.15), or there is no memory. */
char *gk_disk_identity (const char *kernel_name);

/* Take down what stands on the disk with this identity, if it is there still. */
int gk_disk_orphans_remove (const char *identity, struct gk_error *err);

/* Take a device, as gk_btrfs_note has noted it, out of the kernel's list of btrfs
 * devices, unless it has another medium now.  One that is not there is fine. */
int gk_btrfs_orphan_forget (const char *what, struct gk_error *err);

#endif
