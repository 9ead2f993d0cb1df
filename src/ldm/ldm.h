/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Windows's dynamic disks: what the session's beginning needs of them. */
#ifndef GK_LDM_LDM_H
#define GK_LDM_LDM_H

struct gk_ctx;
struct gk_error;

/* Make the devices of all volumes, when there is a dynamic disk at all.  What
 * cannot be made is logged, and is no error. */
int gk_ldm_start (struct gk_ctx *ctx, struct gk_error *err);

#endif
