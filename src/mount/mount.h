/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The session's private world and its mounted guest tree.
 *
 * In order: the worker (first process of its own pid namespace) calls
 * gk_world_enter, then gk_mounts_attach, then gk_devices_add for each drive;
 * at the end gk_mounts_teardown, gk_devices_release, and the attachers.
 */
#ifndef GK_MOUNT_MOUNT_H
#define GK_MOUNT_MOUNT_H

#include "mount/devices.h"

struct gk_ctx;
struct gk_error;

/* A mount namespace of our own, nothing in it shared with the host's; a fresh
 * /proc; and over /dev a small tmpfs with the standard nodes only.  The
 * process must be single-threaded.  Cannot be undone: it ends with the
 * process.  ret_host_dev_fd, which may be NULL: what was at /dev before; then /dev/shm
 * is the host's, too. */
int gk_world_enter (int *ret_host_dev_fd, struct gk_error *err);

/* Only the last step of it: fill dev_dir with the standard nodes. */
int gk_world_fill_dev (const char *dev_dir, struct gk_error *err);

/* Give ctx its device list and mount table: TMPDIR/sysroot becomes the
 * mountpoint (a small tmpfs) of the guest tree, and ctx->table_changed is set.
 * ctx->tmpdir must be set.  dev_dir is "/dev" outside of tests. */
int gk_mounts_attach (struct gk_ctx *ctx, const char *dev_dir, struct gk_error *err);

/* Unmount and flush everything.  The first error is returned, but all is
 * tried, at last lazily; then ctx->mounts is gone.  The devices stay, for
 * gk_devices_release and gk_devices_free. */
int gk_mounts_teardown (struct gk_ctx *ctx, struct gk_error *err);

/* A detached copy of the whole guest tree (open_tree), for a caller in another
 * mount namespace that attaches it with move_mount.  Returns the descriptor. */
int gk_mounts_export_tree (struct gk_ctx *ctx, struct gk_error *err);

/* What the guest tree consists of, in the order of mounting. */
struct gk_mount {
  int id;
  char *point;  /* guest path: "/", "/boot" */
  char *source; /* "/dev/sda1" */
  char *type;   /* the kernel's */
};
struct gk_mount_list {
  struct gk_mount *v;
  size_t n;
};
#define GK_MOUNT_LIST_INIT                                                                         \
  {                                                                                                \
    NULL, 0                                                                                        \
  }
int gk_mounts_read (struct gk_ctx *ctx, struct gk_mount_list *ret, struct gk_error *err);
void gk_mount_list_clear (struct gk_mount_list *list);
#define _cleanup_mount_list_ __attribute__ ((cleanup (gk_mount_list_clear)))

/* Does a program mount it here, which the kernel does not? */
struct gk_fs;
bool gk_mount_is_served (struct gk_ctx *ctx, const struct gk_fs *fs);

#endif
