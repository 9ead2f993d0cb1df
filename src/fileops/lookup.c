/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a guest path to a descriptor, with the sentence that says why not. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

int
gk_fo_fail (struct gk_error *err, int errnum, const char *subop, const char *path)
{
  if (subop)
    return gk_error_sys (err, errnum, "%s: %s", subop, path);
  return gk_error_sys (err, errnum, "%s", path);
}

static const char *
kind_of (mode_t mode)
{
  switch (mode & S_IFMT) {
  case S_IFBLK:
    return "a block device";
  case S_IFCHR:
    return "a character device";
  case S_IFIFO:
    return "a FIFO";
  case S_IFSOCK:
    return "a socket";
  default:
    return "a special file";
  }
}

/* gk_root_open says EINVAL for what is neither file nor directory. */
static int
fail_open (struct gk_ctx *ctx, const char *path, int errnum, const char *subop,
           struct gk_error *err)
{
  struct stat st;

  if (errnum == EINVAL && gk_root_stat (ctx->root_fd, path, &st) == 0 && !S_ISREG (st.st_mode) &&
      !S_ISDIR (st.st_mode))
    return gk_error_set (err, EINVAL, "%s%s%s: is %s, not a regular file", subop ? subop : "",
                         subop ? ": " : "", path, kind_of (st.st_mode));
  return gk_fo_fail (err, errnum, subop, path);
}

static int
check_not_dir (int fd)
{
  struct stat st;

  if (fstat (fd, &st) == -1)
    return -1;
  if (S_ISDIR (st.st_mode)) {
    errno = EISDIR;
    return -1;
  }
  return 0;
}

int
gk_fo_open_file (struct gk_ctx *ctx, const char *path, int flags, const char *subop,
                 struct gk_error *err)
{
  _cleanup_close_ int fd = -1;

  fd = gk_root_open (ctx->root_fd, path, flags | O_NOCTTY, 0666);
  if (fd == -1 || check_not_dir (fd) == -1)
    return fail_open (ctx, path, errno, subop, err);
  return gk_steal_fd (&fd);
}

int
gk_fo_open_for_reading (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
  int fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, &e);

  if (fd >= 0)
    return fd;
  if (e.errnum == EISDIR)
    return gk_error_set (err, EISDIR, "%s: is a directory", path);
  gk_error_move (err, &e);
  return -1;
}

int
gk_fo_open_dir (struct gk_ctx *ctx, const char *path, const char *subop, struct gk_error *err)
{
  int fd = gk_root_open (ctx->root_fd, path, O_RDONLY | O_DIRECTORY, 0);

  if (fd == -1)
    return gk_fo_fail (err, errno, subop, path);
  return fd;
}

int
gk_fo_open_write (struct gk_ctx *ctx, const char *path, int flags, const char *subop, bool *ret_new,
                  struct gk_error *err)
{
  struct stat st;
  int fd;

  /* A name that is free is taken with O_EXCL: then it is surely ours. */
  fd = gk_root_open (ctx->root_fd, path, flags | O_NOCTTY, 0);
  if (fd == -1 && errno == ENOENT) {
    fd = gk_root_open (ctx->root_fd, path, flags | O_CREAT | O_EXCL, 0666);
    if (fd >= 0) {
      *ret_new = true;
      return fd;
    }
    /* A dangling symlink: its target is made. */
    if (errno == EEXIST) {
      fd = gk_root_open (ctx->root_fd, path, flags | O_CREAT, 0666);
      if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode)) {
        *ret_new = st.st_size == 0;
        return fd;
      }
    }
  }
  if (fd == -1)
    return fail_open (ctx, path, errno, subop, err);
  *ret_new = false;
  return fd;
}

void
gk_fo_discard_new (struct gk_ctx *ctx, const char *path, int fd)
{
  _cleanup_free_ char *real = NULL;
  _cleanup_close_ int dir = -1;
  char name[NAME_MAX + 1];
  struct stat mine, there;

  if (gk_root_realpath (ctx->root_fd, path, &real) == -1)
    return;
  dir = gk_root_parent (ctx->root_fd, real, name);
  if (dir >= 0 && fstat (fd, &mine) == 0 && fstatat (dir, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
      mine.st_dev == there.st_dev && mine.st_ino == there.st_ino)
    unlinkat (dir, name, 0);
}

int
gk_fo_end_write (struct gk_ctx *ctx, const char *path, int *fd, bool is_new, int r,
                 struct gk_error *err)
{
  if (r == 0)
    return close (gk_steal_fd (fd)) == -1 ? gk_fo_fail (err, errno, "close", path) : 0;
  if (is_new)
    gk_fo_discard_new (ctx, path, *fd);
  return -1;
}

bool
gk_fo_is_root (const char *path)
{
  return path[0] == '/' && path[strspn (path, "/")] == '\0';
}

int
gk_fo_parent (struct gk_ctx *ctx, const char *path, char name[GK_FO_NAME_SIZE], const char *subop,
              struct gk_error *err)
{
  size_t n = strlen (path);
  int fd = gk_root_parent (ctx->root_fd, path, name);

  if (fd == -1)
    return gk_fo_fail (err, errno, subop, path);
  /* The name is never followed by the calls that make, remove and rename, so
   * the slash cannot lead through a symlink. */
  if (n > 1 && path[n - 1] == '/' && !gk_streq (name, "."))
    strcat (name, "/");
  return fd;
}
