/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Names of things: links, symlinks, real paths. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* --- reading --------------------------------------------------------------------- */

/* The target of dir/name, or of dir itself when name is "".  Malloced. */
static char *
read_target (int dir, const char *name)
{
  char target[PATH_MAX];
  ssize_t n = readlinkat (dir, name, target, sizeof target);

  if (n == -1)
    return NULL;
  if ((size_t)n >= sizeof target) {
    errno = ENAMETOOLONG;
    return NULL;
  }
  return strndup (target, (size_t)n);
}

int
gk_fileops_readlink (struct gk_ctx *ctx, const char *path, char **ret_string, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  struct stat st;
  char *s;

  fd = gk_root_open_any (ctx->root_fd, path, O_PATH | O_NOFOLLOW, 0);
  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_fo_fail (err, errno, "readlink", path);
  /* readlinkat of an O_PATH descriptor says ENOENT here. */
  if (!S_ISLNK (st.st_mode))
    return gk_fo_fail (err, EINVAL, "readlink", path);
  s = read_target (fd, "");
  if (!s)
    return gk_fo_fail (err, errno, "readlink", path);
  *ret_string = s;
  return 0;
}

/* What is no symlink gives an empty string: callers pass whole directories. */
int
gk_fileops_readlinklist (struct gk_ctx *ctx, const char *path, char *const *names, char ***ret_list,
                         struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  _cleanup_close_ int dir = gk_fo_open_dir (ctx, path, "open", err);
  char *s;

  if (dir == -1)
    return -1;
  for (; *names; names++) {
    s = **names && !strchr (*names, '/') ? read_target (dir, *names) : NULL;
    if ((s ? gk_strv_push_take (&sv, s) : gk_strv_push (&sv, "")) == -1)
      return gk_error_oom (err);
  }
  *ret_list = gk_strv_finish (&sv);
  return *ret_list ? 0 : gk_error_oom (err);
}

int
gk_fileops_realpath (struct gk_ctx *ctx, const char *path, char **ret_string, struct gk_error *err)
{
  if (gk_root_realpath (ctx->root_fd, path, ret_string) == -1)
    return gk_fo_fail (err, errno, "realpath", path);
  return 0;
}

/* --- making ------------------------------------------------------------------------ */

static int
fail_link (struct gk_error *err, int errnum, const char *subop, const char *target,
           const char *linkname)
{
  return gk_error_sys (err, errnum, "%s: %s: %s", subop, target, linkname);
}

/* A symlink as target is linked itself, as ln of coreutils does. */
static int
hard_link (struct gk_ctx *ctx, const char *target, const char *linkname, bool force,
           struct gk_error *err)
{
  _cleanup_close_ int from = -1, to = -1;
  char from_name[GK_FO_NAME_SIZE], name[GK_FO_NAME_SIZE];
  struct stat a, b;

  from = gk_fo_parent (ctx, target, from_name, NULL, NULL);
  if (from == -1)
    return fail_link (err, errno, "link", target, linkname);
  /* linkat would follow a symlink with a slash behind it. */
  if (fstatat (from, from_name, &a, AT_SYMLINK_NOFOLLOW) == -1 && !strchr (from_name, '/'))
    return fail_link (err, errno, "link", target, linkname);
  if (strchr (from_name, '/'))
    return fail_link (err, gk_root_stat (ctx->root_fd, target, &a) == -1 ? errno : EPERM, "link",
                      target, linkname);
  to = gk_fo_parent (ctx, linkname, name, NULL, NULL);
  if (to == -1)
    return fail_link (err, errno, "link", target, linkname);
  if (linkat (from, from_name, to, name, 0) == 0)
    return 0;
  if (errno != EEXIST || !force)
    return fail_link (err, errno, "link", target, linkname);
  if (fstatat (to, name, &b, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISDIR (b.st_mode)) /* nobody's to remove */
      return fail_link (err, EEXIST, "link", target, linkname);
    if (a.st_dev == b.st_dev && a.st_ino == b.st_ino)
      return 0; /* removing it first would lose the last name of the file */
  }
  if ((unlinkat (to, name, 0) == -1 && errno != ENOENT) ||
      linkat (from, from_name, to, name, 0) == -1)
    return fail_link (err, errno, "link", target, linkname);
  return 0;
}

int
gk_fileops_ln (struct gk_ctx *ctx, const char *target, const char *linkname, struct gk_error *err)
{
  return hard_link (ctx, target, linkname, false, err);
}

int
gk_fileops_ln_f (struct gk_ctx *ctx, const char *target, const char *linkname, struct gk_error *err)
{
  return hard_link (ctx, target, linkname, true, err);
}

/* A directory as link name means a link in it, named as the target is.  The
 * target is text: it is not looked at. */
static int
symbolic_link (struct gk_ctx *ctx, const char *target, const char *linkname, bool force,
               struct gk_error *err)
{
  const char *subop = force ? "ln -sf" : "ln -s";
  _cleanup_close_ int to = -1;
  _cleanup_free_ char *base = NULL;
  char name[GK_FO_NAME_SIZE];
  struct stat st;
  size_t end = strlen (target), start;

  if (gk_root_stat (ctx->root_fd, linkname, &st) == 0 && S_ISDIR (st.st_mode)) {
    while (end > 1 && target[end - 1] == '/')
      end--;
    for (start = end; start > 0 && target[start - 1] != '/'; start--)
      ;
    base = gk_asprintf ("%s/%.*s", linkname, (int)(end - start), target + start);
    if (!base)
      return gk_error_oom (err);
  }
  to = gk_fo_parent (ctx, base ? base : linkname, name, NULL, NULL);
  if (to == -1)
    return fail_link (err, errno, subop, target, linkname);
  if (symlinkat (target, to, name) == 0)
    return 0;
  if (errno == EEXIST && force && unlinkat (to, name, 0) == 0 && symlinkat (target, to, name) == 0)
    return 0;
  return fail_link (err, errno, subop, target, linkname);
}

int
gk_fileops_ln_s (struct gk_ctx *ctx, const char *target, const char *linkname, struct gk_error *err)
{
  return symbolic_link (ctx, target, linkname, false, err);
}

int
gk_fileops_ln_sf (struct gk_ctx *ctx, const char *target, const char *linkname,
                  struct gk_error *err)
{
  return symbolic_link (ctx, target, linkname, true, err);
}
