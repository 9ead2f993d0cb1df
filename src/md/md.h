/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Linux RAID: sets that stand on what the session has. */
#ifndef GK_MD_MD_H
#define GK_MD_MD_H

#include <stdbool.h>
#include <stddef.h>

struct gk_ctx;
struct gk_error;

/* Assemble the sets whose members are among the session's devices: disks,
 * partitions, volumes, opened devices, other sets.  Unless degraded only those
 * that lack no member, for it may come with a layer that is not there yet.  A
 * set that cannot be assembled is told in the log (if degraded), and is no error.
 * *ret_left is how many members are in no set then. */
int gk_md_assemble (struct gk_ctx *ctx, bool degraded, size_t *ret_left, struct gk_error *err);

/* The level of the set that a device is a member of ("raid1", "container" ...), from
 * its superblock.  Malloced. */
int gk_md_level (struct gk_ctx *ctx, const char *device, char **ret_level, struct gk_error *err);

#endif
