/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of this room share.
 *
 * Both libraries parse the most hostile bytes there are, so they run in the jail, in a
 * child that gets descriptors and sees no files at all; it alone loads them. */
#ifndef GK_FORENSICS_PRIV_H
#define GK_FORENSICS_PRIV_H

struct gk_ctx;
struct gk_error;

/* An empty directory, for who needs no tree.  A descriptor, or -1. */
int gk_fx_nothing (struct gk_ctx *ctx, struct gk_error *err);

#endif
