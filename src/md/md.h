/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Linux RAID: what the session's beginning needs of it. */
#ifndef GK_MD_MD_H
#define GK_MD_MD_H

struct gk_ctx;
struct gk_error;

/* Assemble the sets whose members are disks or partitions of the session.  A
 * set that cannot be assembled is logged, and is no error. */
int gk_md_start (struct gk_ctx *ctx, struct gk_error *err);

#endif
