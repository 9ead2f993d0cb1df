/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whether Windows left an NTFS in a state in which nobody else may write to it. */
#ifndef GK_FS_NTFS_H
#define GK_FS_NTFS_H

#include <stdint.h>

struct gk_ctx;
struct gk_error;
struct gk_task;

/* 0, or -1 with EROFS and why not.  What cannot be found out is left to the
 * kernel. */
int gk_ntfs_check_writable (const char *device, struct gk_task *task, struct gk_error *err);

/* ntfs-tools.c: how many bytes it could be shrunk to. */
int gk_ntfs_minimum_size (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                          struct gk_error *err);

#endif
