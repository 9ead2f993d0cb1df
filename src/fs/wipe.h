/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Removing the signatures by which filesystems and tables are recognized. */
#ifndef GK_FS_WIPE_H
#define GK_FS_WIPE_H

struct gk_error;

/* All superblock signatures of the device, and nothing else of it.  The caller
 * made sure that the device is free. */
int gk_fs_wipe (const char *device, struct gk_error *err);

#endif
