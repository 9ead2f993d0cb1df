/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* btrfs: what only this filesystem has.  The calls are in gk-ops-btrfs.h. */
#ifndef GK_BTRFS_BTRFS_H
#define GK_BTRFS_BTRFS_H

struct gk_ctx;

/* The session's end, when all is unmounted: that stopped the scrubs in the
 * background, and what is kept of them goes. */
void gk_btrfs_end_scrubs (struct gk_ctx *ctx);

#endif
