/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The rows of the filesystem table, one file each. */
#ifndef GK_FS_FS_PRIV_H
#define GK_FS_FS_PRIV_H

#include <stddef.h>

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
/* The same on what is open: the tool inherits fd (-1: nothing), argv names it by
 * its gk_fd_path, and the error calls it name. */
int gk_fs_run_at (struct gk_ctx *ctx, const char *const *argv, const char *package, int max_status,
                  int fd, const char *name, struct gk_buf *ret_out, struct gk_error *err);
struct gk_fs_tool {
  const char *const *argv;
  const char *package;
  int max_status;
  int fd;
  const char *name;   /* of fd, or NULL: there is none */
  const char *answer; /* to its question, or NULL */
  bool tells_steps;   /* its lines "Doing this ..." are no reason when it fails */
  /* As in struct gk_exec. */
  int (*take_output) (void *opaque, const void *data, size_t size, struct gk_error *err);
  void *take_opaque;
};
int gk_fs_run_tool (struct gk_ctx *ctx, const struct gk_fs_tool *t, struct gk_buf *ret_out,
                    struct gk_error *err);
/* The same, and what becomes of its writes to the device: tool.h.  0 or -1. */
int gk_fs_run_writing (struct gk_ctx *ctx, const char *const *argv, const char *package,
                       const char *device, struct gk_error *err);
/* names.c: EINVAL for a label that is too long (name: how the caller calls the
 * filesystem), and for what is neither a UUID nor one of the words (or NULL). */
int gk_fs_check_label (const struct gk_fs *fs, const char *name, const char *label,
                       struct gk_error *err);
int gk_fs_check_uuid (const char *uuid, const char *const *words, struct gk_error *err);

/* Is it there? */
int gk_fs_need (const char *tool, const char *package, struct gk_error *err);

/* xfs-tools.c: label and UUID, which no other tool sets without a shell. */
int gk_xfs_set_label (struct gk_ctx *ctx, const char *device, const char *label,
                      struct gk_error *err);
int gk_xfs_set_uuid (struct gk_ctx *ctx, const char *device, const char *uuid,
                     struct gk_error *err);

/* Of a table whose rows begin with `const char *const *types`, libblkid's names:
 * the row of a type, or NULL. */
const void *gk_fs_row (const void *rows, size_t n, size_t size, const char *type);
#define GK_FS_ROW(rows, type)                                                                      \
  ((const __typeof__ ((rows)[0]) *)gk_fs_row ((rows), sizeof (rows) / sizeof (rows)[0],            \
                                              sizeof (rows)[0], (type)))

#define GK_LIST(...)                                                                               \
  (const char *const[])                                                                            \
  {                                                                                                \
    __VA_ARGS__, NULL                                                                              \
  }

#endif
