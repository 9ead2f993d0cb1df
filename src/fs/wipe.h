/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Removing the signatures by which filesystems and tables are recognized. */
#ifndef GK_FS_WIPE_H
#define GK_FS_WIPE_H

#include <stdbool.h>

struct gk_error;

/* All superblock signatures of the device, and nothing else of it.  The caller
 * made sure that the device is free.  Without sync it is for who writes to the
 * device next to see that this arrives. */
int gk_fs_wipe (const char *device, bool sync, struct gk_error *err);

#endif
