/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Making directories and temporary names. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

static int
make_dir (struct gk_ctx *ctx, const char *path, mode_t mode, struct gk_error *err)
{
  char name[GK_FO_NAME_SIZE];
  _cleanup_close_ int dir = gk_fo_parent (ctx, path, name, NULL, err);

  if (dir == -1)
    return -1;
  if (mkdirat (dir, name, mode) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  return 0;
}

int
gk_fileops_mkdir (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return make_dir (ctx, path, 0777, err);
}

int
gk_fileops_mkdir_mode (struct gk_ctx *ctx, const char *path, int mode, struct gk_error *err)
{
  if (mode < 0)
    return gk_error_set (err, EINVAL, "%s: mode is negative", path);
  return make_dir (ctx, path, (mode_t)mode, err);
}

/* 1: a directory (or a symlink to one) is there, 0: nothing, -1: anything
 * else. */
static int
dir_exists (struct gk_ctx *ctx, const char *path, const char *whole, struct gk_error *err)
{
  struct stat st;

  if (gk_root_stat (ctx->root_fd, path, &st) == -1) {
    if (errno == ENOENT)
      return 0;
    return gk_fo_fail (err, errno, NULL, whole);
  }
  if (!S_ISDIR (st.st_mode))
    return gk_error_set (err, ENOTDIR, "%s: a path element was not a directory", whole);
  return 1;
}

/* Each prefix is resolved from the root again, so that symlinks in the part
 * that exists are followed as the guest would. */
int
gk_fileops_mkdir_p (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  _cleanup_free_ char *prefix = strdup (path);
  size_t len = strlen (path), end = len;
  char name[GK_FO_NAME_SIZE];
  int r;

  if (!prefix)
    return gk_error_oom (err);
  /* Up to the nearest prefix that exists ... */
  while ((r = dir_exists (ctx, end ? prefix : "/", path, err)) == 0) {
    while (end > 0 && prefix[end - 1] == '/')
      end--;
    while (end > 0 && prefix[end - 1] != '/')
      end--;
    prefix[end] = '\0';
  }
  if (r == -1)
    return -1;
  /* ... and down again. */
  while (end < len) {
    _cleanup_close_ int dir = -1;

    memcpy (prefix, path, len + 1);
    end += strcspn (path + end, "/");
    prefix[end] = '\0';
    end += strspn (path + end, "/");
    dir = gk_root_parent (ctx->root_fd, prefix, name);
    /* "a/.." is there once a is. */
    if (dir == -1 && errno == EINVAL)
      continue;
    if (dir == -1)
      return gk_fo_fail (err, errno, NULL, path);
    if (mkdirat (dir, name, 0777) == 0)
      continue;
    if (errno != EEXIST)
      return gk_fo_fail (err, errno, NULL, path);
    r = dir_exists (ctx, prefix, path, err);
    if (r == 0)
      return gk_error_set (err, EEXIST, "%s: a path element was not a directory", path);
    if (r == -1)
      return -1;
  }
  return 0;
}

/* --- temporary names -------------------------------------------------------------- */

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* Try names until MAKE takes one.  N Xs begin at x. */
static int
make_temp (struct gk_ctx *ctx, const char *tmpl, char *path, char *x,
           int (*make) (int dir, const char *name), struct gk_error *err)
{
  char name[NAME_MAX + 1];
  unsigned char rnd[6];

  for (int tries = 0; tries < 1000; tries++) {
    _cleanup_close_ int dir = -1;

    if (getrandom (rnd, sizeof rnd, 0) != sizeof rnd)
      return gk_fo_fail (err, errno, "getrandom", tmpl);
    for (size_t i = 0; i < sizeof rnd; i++)
      x[i] = letters[rnd[i] % (sizeof letters - 1)];
    dir = gk_root_parent (ctx->root_fd, path, name);
    if (dir == -1)
      return gk_fo_fail (err, errno, NULL, tmpl);
    if (make (dir, name) == 0)
      return 0;
    if (errno != EEXIST)
      return gk_fo_fail (err, errno, NULL, tmpl);
  }
  return gk_fo_fail (err, EEXIST, NULL, tmpl);
}

static int
make_temp_dir (int dir, const char *name)
{
  return mkdirat (dir, name, 0700);
}

static int
make_temp_file (int dir, const char *name)
{
  int fd = openat (dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

  return fd == -1 ? -1 : close (fd);
}

int
gk_fileops_mkdtemp (struct gk_ctx *ctx, const char *tmpl, char **ret_string, struct gk_error *err)
{
  _cleanup_free_ char *path = strdup (tmpl);
  size_t n = strlen (tmpl);

  if (!path)
    return gk_error_oom (err);
  if (n < 6 || !gk_streq (tmpl + n - 6, "XXXXXX"))
    return gk_fo_fail (err, EINVAL, NULL, tmpl);
  if (make_temp (ctx, tmpl, path, path + n - 6, make_temp_dir, err) == -1)
    return -1;
  *ret_string = gk_steal_ptr (path);
  return 0;
}

int
gk_fileops_mktemp (struct gk_ctx *ctx, const char *tmpl, const struct guestfs_mktemp_argv *opt,
                   char **ret_string, struct gk_error *err)
{
  const char *suffix = opt && (opt->bitmask & GUESTFS_MKTEMP_SUFFIX_BITMASK) ? opt->suffix : NULL;
  _cleanup_free_ char *path = NULL;
  size_t n = strlen (tmpl);

  if (suffix && (n == 0 || tmpl[n - 1] != 'X'))
    return gk_error_set (err, EINVAL, "template %s must end in X", tmpl);
  if (suffix && strchr (suffix, '/'))
    return gk_error_set (err, EINVAL, "suffix %s contains a slash", suffix);
  if (n < 6 || !gk_streq (tmpl + n - 6, "XXXXXX"))
    return gk_fo_fail (err, EINVAL, NULL, tmpl);
  path = gk_asprintf ("%s%s", tmpl, suffix ? suffix : "");
  if (!path)
    return gk_error_oom (err);
  if (make_temp (ctx, tmpl, path, path + n - 6, make_temp_file, err) == -1)
    return -1;
  *ret_string = gk_steal_ptr (path);
  return 0;
}
