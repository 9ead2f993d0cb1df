/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Removing: rm, rm_f, rmdir, rm_rf. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/walk.h"
#include "fileops/fileops-priv.h"

/* The last component of path, and its length, without slashes behind it. */
static const char *
last_component (const char *path, size_t *ret_len)
{
  size_t end = strlen (path), start;

  while (end > 0 && path[end - 1] == '/')
    end--;
  for (start = end; start > 0 && path[start - 1] != '/'; start--)
    ;
  *ret_len = end - start;
  return path + start;
}

static bool
ends_in_dotdot (const char *path)
{
  size_t n;
  const char *last = last_component (path, &n);

  return n == 2 && last[0] == '.' && last[1] == '.';
}

static bool
ends_in_dot (const char *path)
{
  size_t n;
  const char *last = last_component (path, &n);

  return n == 1 && last[0] == '.';
}

static int
unlink_path (struct gk_ctx *ctx, const char *path, int flags, struct gk_error *err)
{
  char name[GK_FO_NAME_SIZE];
  _cleanup_close_ int dir = -1;
  struct stat st;

  if (gk_fo_is_root (path))
    return gk_fo_fail (err, flags & AT_REMOVEDIR ? EBUSY : EISDIR, NULL, path);
  /* What the kernel says of "x/..", whose parent has no name. */
  if (ends_in_dotdot (path) && gk_root_stat (ctx->root_fd, path, &st) == 0)
    return gk_fo_fail (err, flags & AT_REMOVEDIR ? ENOTEMPTY : EISDIR, NULL, path);
  dir = gk_fo_parent (ctx, path, name, NULL, err);
  if (dir == -1)
    return -1;
  if (unlinkat (dir, name, flags) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  return 0;
}

int
gk_fileops_rm (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return unlink_path (ctx, path, 0, err);
}

int
gk_fileops_rm_f (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  _cleanup_error_ struct gk_error e = GK_ERROR_INIT;

  if (unlink_path (ctx, path, 0, &e) == -1 && e.errnum != ENOENT) {
    gk_error_move (err, &e);
    return -1;
  }
  return 0;
}

int
gk_fileops_rmdir (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return unlink_path (ctx, path, AT_REMOVEDIR, err);
}

/* --- trees --------------------------------------------------------------------- */

/* One entry of the walk.  1: a directory that must be entered. */
static int
remove_entry (struct gk_walk *w)
{
  if (w->type != DT_DIR) {
    if (unlinkat (w->dir_fd, w->name, 0) == 0 || errno == ENOENT)
      return 0;
    /* EPERM is what POSIX says of a directory, EISDIR what Linux says. */
    if (errno != EISDIR && errno != EPERM)
      return -1;
  }
  if (gk_walk_enter (w) == 0)
    return 1;
  if (errno == ENOENT)
    return 0;
  /* It was swapped for something else after the directory was read. */
  if (errno == ELOOP || errno == ENOTDIR)
    return unlinkat (w->dir_fd, w->name, 0);
  return -1;
}

/* Everything below fd.  Like rm -rf it goes on after a failure, and the first
 * failure is the error. */
static int
empty_dir (struct gk_ctx *ctx, int fd, const char *path, struct gk_error *err)
{
  _cleanup_gk_walk_ struct gk_walk w = GK_WALK_INIT;
  size_t n = 0, again = 0;
  int r, result = 0;

  if (gk_walk_start (&w, fd) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  while ((r = gk_walk_next (&w)) != GK_WALK_END) {
    if (++n % 256 == 0 && gk_task_check (ctx->task, err) == -1)
      return -1;
    if (r == -1) {
      result = gk_fo_fail (err, errno, "readdir", path);
      continue;
    }
    if (r == GK_WALK_ENTRY) {
      r = remove_entry (&w);
      if (r == -1)
        result = gk_error_sys (err, errno, "%s/%s", path, w.path);
      continue;
    }
    if (unlinkat (w.dir_fd, w.name, AT_REMOVEDIR) == 0 || errno == ENOENT)
      continue;
    /* Some file systems skip names when others are removed while they are
     * read, and somebody may have added one: look again. */
    if (errno == ENOTEMPTY && result == 0 && again++ < 1000 && gk_walk_enter (&w) == 0)
      continue;
    result = gk_error_sys (err, errno, "%s/%s", path, w.path);
  }
  return result;
}

int
gk_fo_remove_at (struct gk_ctx *ctx, int dir, const char *name, const char *path,
                 struct gk_error *err)
{
  char bare[GK_FO_NAME_SIZE];
  _cleanup_close_ int fd = -1;
  int error;

  if (unlinkat (dir, name, 0) == 0)
    return 0;
  error = errno;
  /* Opening a name with a slash behind it would follow a symlink. */
  memcpy (bare, name, strlen (name) + 1);
  bare[strcspn (bare, "/")] = '\0';
  name = bare;
  if (error != EISDIR && error != EPERM)
    return gk_fo_fail (err, error, NULL, path);
  fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1)
    return gk_fo_fail (err, errno == ENOTDIR || errno == ELOOP ? error : errno, NULL, path);
  for (int tries = 0;; tries++) {
    if (empty_dir (ctx, fd, path, err) == -1)
      return -1;
    if (unlinkat (dir, name, AT_REMOVEDIR) == 0)
      return 0;
    if (errno != ENOTEMPTY || tries == 10)
      return gk_fo_fail (err, errno, NULL, path);
  }
}

int
gk_fileops_rm_rf (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
  char name[GK_FO_NAME_SIZE];
  _cleanup_close_ int dir = -1;

  if (gk_fo_is_root (path))
    return gk_error_set (err, EBUSY, "cannot remove root directory");
  if (ends_in_dot (path) || ends_in_dotdot (path))
    return gk_error_set (err, EINVAL, "%s: refusing to remove '.' or '..' directory", path);
  dir = gk_fo_parent (ctx, path, name, NULL, &e);
  if (dir >= 0 && gk_fo_remove_at (ctx, dir, name, path, &e) == 0)
    return 0;
  /* What is not there needs no removing; nor a folder that is a file, which is what a
   * slash at the end says. */
  bool no_folder = e.errnum == ENOTDIR && (dir == -1 || name[strlen (name) - 1] == '/');
  if (e.errnum == ENOENT || no_folder)
    return 0;
  gk_error_move (err, &e);
  return -1;
}
