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

/* The kernel is about to take the device into its list: noted for a session that is
 * killed. */
int gk_btrfs_note (struct gk_ctx *ctx, const char *device, struct gk_error *err);
int gk_btrfs_note_all (struct gk_ctx *ctx, char *const *devices, struct gk_error *err);

/* The session's end: none of its devices stays in that list. */
void gk_btrfs_forget_all (struct gk_ctx *ctx);

#endif
