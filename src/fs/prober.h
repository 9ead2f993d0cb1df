/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libblkid's prober of an open device, which everything here that looks for
 * signatures begins with: without its cache, and nothing switched on yet. */
#ifndef GK_FS_PROBER_H
#define GK_FS_PROBER_H

#include <blkid/blkid.h>

struct gk_error;

/* what begins the error: the device's name, or what is being done.  NULL with the
 * error. */
blkid_probe gk_fs_prober (int fd, const char *what, struct gk_error *err);
void gk_fs_prober_end (blkid_probe *pr);
#define _cleanup_prober_ __attribute__ ((cleanup (gk_fs_prober_end)))

#endif
