/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Removing the signatures by which filesystems and tables are recognized. */
#ifndef GK_FS_WIPE_H
#define GK_FS_WIPE_H

#include <stdbool.h>

struct gk_error;

struct gk_fs_wiped;

/* All superblock signatures of the device, and nothing else of it.  The caller
 * made sure that the device is free.  Without sync it is for who writes to the
 * device next to see that this arrives.  ret_wiped (which may be NULL) is what was
 * there, for gk_fs_unwipe; it is freed by the caller. */
int gk_fs_wipe (const char *device, bool sync, struct gk_fs_wiped **ret_wiped,
                struct gk_error *err);
/* Puts the signatures back when what was to be written behind them was refused: as
 * long as nobody has written where superblocks lie. */
void gk_fs_unwipe (const char *device, const struct gk_fs_wiped *wiped);
void gk_fs_wiped_free (struct gk_fs_wiped **wiped);
#define _cleanup_fs_wiped_ __attribute__ ((cleanup (gk_fs_wiped_free)))

#endif
