/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The rows of the filesystem table, one file each. */
#ifndef GK_FS_FS_PRIV_H
#define GK_FS_FS_PRIV_H

#include "fs/fs.h"

extern const struct gk_fs gk_fs_ext2, gk_fs_ext3, gk_fs_ext4;
extern const struct gk_fs gk_fs_xfs, gk_fs_btrfs;
extern const struct gk_fs gk_fs_vfat, gk_fs_exfat, gk_fs_ntfs;
extern const struct gk_fs gk_fs_swap;
extern const struct gk_fs gk_fs_f2fs, gk_fs_jfs, gk_fs_reiserfs, gk_fs_nilfs2, gk_fs_minix,
    gk_fs_ufs;
extern const struct gk_fs gk_fs_hfs, gk_fs_hfsplus;
extern const struct gk_fs gk_fs_squashfs, gk_fs_erofs, gk_fs_iso9660, gk_fs_udf, gk_fs_cramfs,
    gk_fs_romfs;

/* mkfs.c: is nothing mounted from the device, and does none stand on it?  EBUSY. */
int gk_fs_check_free (const char *device, struct gk_error *err);

/* tool.c: run it; ECANCELED and the like, EOPNOTSUPP that names the package when
 * it is not there, or what it says when its status is above max_status.  The
 * status.  ret_out (its stdout) may be NULL. */
struct gk_ctx;
struct gk_buf;
int gk_fs_run (struct gk_ctx *ctx, const char *const *argv, const char *package, int max_status,
               struct gk_buf *ret_out, struct gk_error *err);

#define GK_LIST(...)                                                                               \
  (const char *const[])                                                                            \
  {                                                                                                \
    __VA_ARGS__, NULL                                                                              \
  }

#endif
