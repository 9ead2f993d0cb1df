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

struct gk_ctx;
struct gk_buf;

/* Changing label and UUID while it is not mounted.  In front of the value stand words, and
 * behind it the device; a word with a "=" at which they end takes the value up.  NULL: there
 * is no way. */
struct gk_fs_names {
  const char *package;
  const char *const *env; /* of the tool, or NULL */
  const char *const *label, *const *uuid;
  const char *const *uuid_words; /* which the tool takes for a UUID, or NULL */
  const char *const *random;     /* needs no value; where it is NULL, one is made here */
  size_t digits;                 /* its UUID is a number with so many; 0: it is a UUID */
  bool label_last;               /* the label stands behind the device */
  bool uuid_last;
  bool mounted; /* both may be set meanwhile: the tool knows whether the UUID may */
  bool no_dash; /* the tool takes what begins with a dash for an option, wherever it stands */
  /* Instead of words.  uuid NULL: a random one. */
  int (*set_label) (struct gk_ctx *ctx, const char *device, const char *label,
                    struct gk_error *err);
  int (*set_uuid) (struct gk_ctx *ctx, const char *device, const char *uuid, struct gk_error *err);
};

/* Statuses as those of fsck(8): from 8 on the tool could not do its work. */
#define GK_FS_CHECK_BITS 7
struct gk_fs_check {
  const char *package;
  const char *const *check, *const *repair; /* repair NULL: there is no tool */
  /* Statuses of the check: up to this one it is an answer, above it the tool
   * could not look. */
  int answers;
  const char *fault_words; /* with which it speaks of faults that its status passes over, or NULL */
  const char *log_words; /* what it says when a journal would have to be replayed first, or NULL */
};

struct gk_fs_resizing {
  /* How small it can be. */
  int (*minimum) (struct gk_ctx *ctx, const char *device, int64_t *ret_value, struct gk_error *err);
  /* gk_fs_grow; NULL: calls of its own do it, or nothing does. */
  int (*grow) (struct gk_ctx *ctx, const char *device, struct gk_error *err);
};

/* For tools that read arguments by their locale. */
extern const char *const gk_fs_utf8_env[];

/* mkfs.c: is nothing mounted from the device, and does none stand on it?  EBUSY. */
int gk_fs_check_free (const char *device, struct gk_error *err);

/* tool.c: run it; ECANCELED and the like, EOPNOTSUPP that names the package when
 * it is not there, or what it says when its status is above max_status.  The
 * status.  ret_out (its stdout) may be NULL. */
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
  const char *name;       /* of fd, or NULL: there is none */
  const char *answer;     /* to its question, or NULL */
  bool tells_steps;       /* its lines "Doing this ..." are no reason when it fails */
  const char *const *env; /* as in struct gk_exec */
  bool unmounted;         /* what it acts on is, whatever a table of mounts says */
  /* As in struct gk_exec. */
  int (*take_output) (void *opaque, const void *data, size_t size, struct gk_error *err);
  void *take_opaque;
};
int gk_fs_run_tool (struct gk_ctx *ctx, const struct gk_fs_tool *t, struct gk_buf *ret_out,
                    struct gk_error *err);
/* The same, and what becomes of its writes to the device: tool.h.  0 or -1. */
int gk_fs_run_writing (struct gk_ctx *ctx, const char *const *argv, const char *package,
                       const char *device, struct gk_error *err);
int gk_fs_run_tool_writing (struct gk_ctx *ctx, const struct gk_fs_tool *t, const char *device,
                            struct gk_error *err);
/* names.c: EINVAL for a label that is too long (name: how the caller calls the
 * filesystem), and for what is neither a UUID nor one of the words (or NULL). */
int gk_fs_check_label (const struct gk_fs *fs, const char *name, const char *label,
                       struct gk_error *err);
int gk_fs_check_uuid (const char *uuid, const char *const *words, struct gk_error *err);

/* Is it there? */
int gk_fs_need (const char *tool, const char *package, struct gk_error *err);

/* xfs-tools.c: label and UUID, which no other tool sets without a shell.  uuid NULL: a random
 * one. */
int gk_xfs_set_label (struct gk_ctx *ctx, const char *device, const char *label,
                      struct gk_error *err);
int gk_xfs_set_uuid (struct gk_ctx *ctx, const char *device, const char *uuid,
                     struct gk_error *err);

#define GK_LIST(...)                                                                               \
  (const char *const[])                                                                            \
  {                                                                                                \
    __VA_ARGS__, NULL                                                                              \
  }

#endif
