/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The mount table's inside; only for the files of this room. */
#ifndef GK_MOUNT_MOUNT_PRIV_H
#define GK_MOUNT_MOUNT_PRIV_H

#include <stdint.h>

#include "base/strv.h"
#include "mount/mount.h"

struct gk_mounts {
  char *sysroot;        /* canonical host path of the mountpoint of "/" */
  uint64_t base_mnt_id; /* of the tmpfs that lies under everything */
};

/* Options of one mount, taken apart. */
struct gk_mount_options {
  unsigned attr;     /* MOUNT_ATTR_ */
  bool ro, rw;       /* asked for by name */
  struct gk_strv sb; /* for the superblock: "sync", "data=journal" ... */
};
#define GK_MOUNT_OPTIONS_INIT                                                                      \
  {                                                                                                \
    0, false, false, GK_STRV_INIT                                                                  \
  }
int gk_mount_options_parse (const char *text, struct gk_mount_options *ret, struct gk_error *err);
void gk_mount_options_clear (struct gk_mount_options *o);
#define _cleanup_mount_options_ __attribute__ ((cleanup (gk_mount_options_clear)))
bool gk_mount_options_has (const struct gk_mount_options *o, const char *name);

/* What is to be mounted, by kernel.c. */
struct gk_mount_request {
  const char *device;
  const char *type; /* the kernel's */
  const struct gk_fs *fs;
  const char *subvol; /* or NULL */
  const struct gk_mount_options *options;
  int target_fd;
};
/* On failure ret_detail (malloced or NULL) has what the kernel said, and errno
 * is the reason. */
int gk_kernel_mount (const struct gk_mount_request *m, char **ret_detail);

/* In place: the kernel writes space, tab, newline and backslash as three octal digits. */
void gk_proc_unescape (char *s);

/* swap.c: swap to nothing of the guest any more, for a filesystem with a file in use cannot be
 * unmounted. On the host's kernel nothing is done, for there nothing was begun. */
void gk_swap_end (struct gk_ctx *ctx);

/* served.c: let a program mount it by FUSE. */
int gk_served_mount (struct gk_ctx *ctx, const struct gk_mount_request *m, struct gk_error *err);

/* The same as gk_kernel_mount, but the mount is shown nowhere: its descriptor, or -1 with errno.
 * Not writable: what is on the device stays as it is, be it a dirty journal. */
int gk_kernel_mount_hidden (const char *device, const char *subvol, const struct gk_fs *fs,
                            const char *type, bool writable);

/* The kernel's type for fs, or NULL.  A kernel that is the session's own may
 * have it as a module. */
const char *gk_mount_kernel_type (struct gk_ctx *ctx, const struct gk_fs *fs);

/* btrfs.c: before btrfs on device is mounted, and after it was unmounted.
 * Others than btrfs are left alone. */
void gk_btrfs_gather (struct gk_ctx *ctx, const char *device);
void gk_btrfs_forget (struct gk_ctx *ctx, const char *device);
/* What goes on in the background of the one at fd and would keep it busy stops. */
void gk_btrfs_quiet (int fd);

/* subvolumes.c: the paths of the subvolumes of btrfs on device, which need not
 * be mounted, in the order of their ids and without the one that a mount of the
 * device shows.  *ret_paths is to be freed. */
int gk_btrfs_subvolumes (struct gk_ctx *ctx, const char *device, char ***ret_paths,
                         struct gk_error *err);

/* The guest tree as it is now: an O_PATH descriptor of what is mounted on "/",
 * or of the empty folder below it.  -1 with errno. */
int gk_mounts_open_root (const struct gk_mounts *mounts);

/* ctx->root_fd holds the tree busy: let go of it before unmounting, and take
 * it again after any change. */
void gk_mounts_drop_root (struct gk_ctx *ctx);
int gk_mounts_take_root (struct gk_ctx *ctx, struct gk_error *err);

/* The id of the mount that fd lies on, and whether fd is its root. */
int gk_mount_id (int fd, uint64_t *ret_id, bool *ret_is_root);

/* Write out and unmount one; flags as of umount2.  An error of writing out is
 * reported after the unmount was done. */
int gk_mounts_unmount (struct gk_ctx *ctx, const struct gk_mount *m, int flags, int patience_ms,
                       struct gk_error *err);

/* --- mount.c: m, which the caller calls name, on mountpoint -------------------------- */
struct gk_mountable;
int gk_mount_at (struct gk_ctx *ctx, const char *options, const char *vfstype, const char *name,
                 const struct gk_mountable *m, const char *mountpoint, struct gk_error *err);

#endif
