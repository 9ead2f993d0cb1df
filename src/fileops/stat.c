/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Questions about one path: what it is, and all that stat and statvfs say. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* --- is_X, exists ------------------------------------------------------------ */

static int
is_type (struct gk_ctx *ctx, const char *path, bool follow, mode_t type, bool *ret_value,
         struct gk_error *err)
{
  struct stat st;
  int r;

  r = follow ? gk_root_stat (ctx->root_fd, path, &st) : gk_root_lstat (ctx->root_fd, path, &st);
  if (r == -1 && errno != ENOENT && errno != ENOTDIR)
    return gk_fo_fail (err, errno, follow ? "stat" : "lstat", path);
  *ret_value = r == 0 && (st.st_mode & S_IFMT) == type;
  return 0;
}

#define FOLLOW(NAME)                                                                               \
  (opt && (opt->bitmask & GUESTFS_##NAME##_OPTS_FOLLOWSYMLINKS_BITMASK) && opt->followsymlinks)

int
gk_fileops_is_file (struct gk_ctx *ctx, const char *path,
                    const struct guestfs_is_file_opts_argv *opt, bool *ret_value,
                    struct gk_error *err)
{
  return is_type (ctx, path, FOLLOW (IS_FILE), S_IFREG, ret_value, err);
}

int
gk_fileops_is_dir (struct gk_ctx *ctx, const char *path, const struct guestfs_is_dir_opts_argv *opt,
                   bool *ret_value, struct gk_error *err)
{
  return is_type (ctx, path, FOLLOW (IS_DIR), S_IFDIR, ret_value, err);
}

int
gk_fileops_is_blockdev (struct gk_ctx *ctx, const char *path,
                        const struct guestfs_is_blockdev_opts_argv *opt, bool *ret_value,
                        struct gk_error *err)
{
  return is_type (ctx, path, FOLLOW (IS_BLOCKDEV), S_IFBLK, ret_value, err);
}

int
gk_fileops_is_chardev (struct gk_ctx *ctx, const char *path,
                       const struct guestfs_is_chardev_opts_argv *opt, bool *ret_value,
                       struct gk_error *err)
{
  return is_type (ctx, path, FOLLOW (IS_CHARDEV), S_IFCHR, ret_value, err);
}

int
gk_fileops_is_fifo (struct gk_ctx *ctx, const char *path,
                    const struct guestfs_is_fifo_opts_argv *opt, bool *ret_value,
                    struct gk_error *err)
{
  return is_type (ctx, path, FOLLOW (IS_FIFO), S_IFIFO, ret_value, err);
}

int
gk_fileops_is_socket (struct gk_ctx *ctx, const char *path,
                      const struct guestfs_is_socket_opts_argv *opt, bool *ret_value,
                      struct gk_error *err)
{
  return is_type (ctx, path, FOLLOW (IS_SOCKET), S_IFSOCK, ret_value, err);
}

int
gk_fileops_is_symlink (struct gk_ctx *ctx, const char *path, bool *ret_value, struct gk_error *err)
{
  return is_type (ctx, path, false, S_IFLNK, ret_value, err);
}

/* A symlink exists, wherever it points; about what is behind too many links, or has a name
 * that is too long, nobody can say. */
int
gk_fileops_exists (struct gk_ctx *ctx, const char *path, bool *ret_value, struct gk_error *err)
{
  struct stat st;
  bool exists = gk_root_lstat (ctx->root_fd, path, &st) == 0;

  if (!exists && errno != ENOENT && errno != ENOTDIR)
    return gk_fo_fail (err, errno, "stat", path);
  *ret_value = exists;
  return 0;
}

/* --- stat ---------------------------------------------------------------------- */

static int64_t
shown_dev (struct gk_ctx *ctx, dev_t dev)
{
  return (int64_t)(ctx->shown_dev ? ctx->shown_dev (ctx, dev) : dev);
}

static void
fill_statns (struct gk_ctx *ctx, struct guestfs_statns *r, const struct stat *st)
{
  *r = (struct guestfs_statns){
    .st_dev = shown_dev (ctx, st->st_dev),
    .st_ino = (int64_t)st->st_ino,
    .st_mode = st->st_mode,
    .st_nlink = (int64_t)st->st_nlink,
    .st_uid = st->st_uid,
    .st_gid = st->st_gid,
    .st_rdev = (int64_t)st->st_rdev,
    .st_size = st->st_size,
    .st_blksize = st->st_blksize,
    .st_blocks = st->st_blocks,
    .st_atime_sec = st->st_atim.tv_sec,
    .st_atime_nsec = st->st_atim.tv_nsec,
    .st_mtime_sec = st->st_mtim.tv_sec,
    .st_mtime_nsec = st->st_mtim.tv_nsec,
    .st_ctime_sec = st->st_ctim.tv_sec,
    .st_ctime_nsec = st->st_ctim.tv_nsec,
  };
}

static void
fill_stat (struct gk_ctx *ctx, struct guestfs_stat *r, const struct stat *st)
{
  *r = (struct guestfs_stat){
    .dev = shown_dev (ctx, st->st_dev),
    .ino = (int64_t)st->st_ino,
    .mode = st->st_mode,
    .nlink = (int64_t)st->st_nlink,
    .uid = st->st_uid,
    .gid = st->st_gid,
    .rdev = (int64_t)st->st_rdev,
    .size = st->st_size,
    .blksize = st->st_blksize,
    .blocks = st->st_blocks,
    .atime = st->st_atim.tv_sec,
    .mtime = st->st_mtim.tv_sec,
    .ctime = st->st_ctim.tv_sec,
  };
}

static int
look (struct gk_ctx *ctx, const char *path, bool follow, struct stat *st, struct gk_error *err)
{
  int r;

  r = follow ? gk_root_stat (ctx->root_fd, path, st) : gk_root_lstat (ctx->root_fd, path, st);
  return r == -1 ? gk_fo_fail (err, errno, NULL, path) : 0;
}

int
gk_fileops_statns (struct gk_ctx *ctx, const char *path, struct guestfs_statns *ret_struct,
                   struct gk_error *err)
{
  struct stat st;

  if (look (ctx, path, true, &st, err) == -1)
    return -1;
  fill_statns (ctx, ret_struct, &st);
  return 0;
}

int
gk_fileops_lstatns (struct gk_ctx *ctx, const char *path, struct guestfs_statns *ret_struct,
                    struct gk_error *err)
{
  struct stat st;

  if (look (ctx, path, false, &st, err) == -1)
    return -1;
  fill_statns (ctx, ret_struct, &st);
  return 0;
}

int
gk_fileops_stat (struct gk_ctx *ctx, const char *path, struct guestfs_stat *ret_struct,
                 struct gk_error *err)
{
  struct stat st;

  if (look (ctx, path, true, &st, err) == -1)
    return -1;
  fill_stat (ctx, ret_struct, &st);
  return 0;
}

int
gk_fileops_lstat (struct gk_ctx *ctx, const char *path, struct guestfs_stat *ret_struct,
                  struct gk_error *err)
{
  struct stat st;

  if (look (ctx, path, false, &st, err) == -1)
    return -1;
  fill_stat (ctx, ret_struct, &st);
  return 0;
}

int
gk_fileops_filesize (struct gk_ctx *ctx, const char *file, int64_t *ret_value, struct gk_error *err)
{
  struct stat st;

  if (look (ctx, file, true, &st, err) == -1)
    return -1;
  *ret_value = st.st_size;
  return 0;
}

/* --- lists: names of one directory ------------------------------------------------
 * A name that cannot be looked at gives a struct whose inode is -1. */

/* Only ".." could lead out of the root, when the directory is the root: then
 * it is the root itself, as in a chroot. */
static int
lstat_in (struct gk_ctx *ctx, const char *path, int dir, const char *name, struct stat *st)
{
  if (strchr (name, '/') || !*name)
    return -1;
  if (gk_streq (name, "..")) {
    _cleanup_free_ char *up = gk_asprintf ("%s/..", path);

    return up ? gk_root_lstat (ctx->root_fd, up, st) : -1;
  }
  return fstatat (dir, name, st, AT_SYMLINK_NOFOLLOW);
}

int
gk_fileops_lstatnslist (struct gk_ctx *ctx, const char *path, char *const *names,
                        struct guestfs_statns_list *ret_list, struct gk_error *err)
{
  size_t n = gk_strv_length (names);
  _cleanup_close_ int dir = -1;
  struct guestfs_statns *val;
  struct stat st;

  dir = gk_fo_open_dir (ctx, path, NULL, err);
  if (dir == -1)
    return -1;
  val = calloc (n ? n : 1, sizeof *val);
  if (!val)
    return gk_error_oom (err);
  for (size_t i = 0; i < n; i++) {
    if (lstat_in (ctx, path, dir, names[i], &st) == 0)
      fill_statns (ctx, &val[i], &st);
    else
      val[i].st_ino = -1;
  }
  ret_list->len = (uint32_t)n;
  ret_list->val = val;
  return 0;
}

int
gk_fileops_lstatlist (struct gk_ctx *ctx, const char *path, char *const *names,
                      struct guestfs_stat_list *ret_list, struct gk_error *err)
{
  size_t n = gk_strv_length (names);
  _cleanup_close_ int dir = -1;
  struct guestfs_stat *val;
  struct stat st;

  dir = gk_fo_open_dir (ctx, path, NULL, err);
  if (dir == -1)
    return -1;
  val = calloc (n ? n : 1, sizeof *val);
  if (!val)
    return gk_error_oom (err);
  for (size_t i = 0; i < n; i++) {
    if (lstat_in (ctx, path, dir, names[i], &st) == 0)
      fill_stat (ctx, &val[i], &st);
    else
      val[i].ino = -1;
  }
  ret_list->len = (uint32_t)n;
  ret_list->val = val;
  return 0;
}

/* --- statvfs ------------------------------------------------------------------------ */

int
gk_fileops_statvfs (struct gk_ctx *ctx, const char *path, struct guestfs_statvfs *ret_struct,
                    struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  struct statvfs s;

  fd = gk_root_open_any (ctx->root_fd, path, O_PATH, 0);
  if (fd == -1 || fstatvfs (fd, &s) == -1)
    return gk_fo_fail (err, errno, "statvfs", path);
  *ret_struct = (struct guestfs_statvfs){
    .bsize = (int64_t)s.f_bsize,
    .frsize = (int64_t)s.f_frsize,
    .blocks = (int64_t)s.f_blocks,
    .bfree = (int64_t)s.f_bfree,
    .bavail = (int64_t)s.f_bavail,
    .files = (int64_t)s.f_files,
    .ffree = (int64_t)s.f_ffree,
    .favail = (int64_t)s.f_favail,
    .fsid = (int64_t)s.f_fsid,
    /* How guestkit itself mounts, whatever the guest's file system is like. */
    .flag = (int64_t)(s.f_flag & ~(unsigned long)(ST_NODEV | ST_NOSUID)),
    .namemax = (int64_t)s.f_namemax,
  };
  return 0;
}
