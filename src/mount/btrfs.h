/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which devices of the session a btrfs filesystem is made of. */
#ifndef GK_MOUNT_BTRFS_H
#define GK_MOUNT_BTRFS_H

struct gk_ctx;
struct gk_error;

/* Those of the filesystem on device, by their numbers in it.  ENODEV when some are
 * missing, EINVAL when it is no btrfs. */
int gk_btrfs_devices (struct gk_ctx *ctx, const char *device, char ***ret_list,
                      struct gk_error *err);

#endif
