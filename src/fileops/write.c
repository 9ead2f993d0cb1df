/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Bytes into files: write, write_append, write_file, pwrite, truncate, touch.
 *
 * A file that is written keeps its inode, as O_TRUNC does.  When the bytes do
 * not fit, a file that this call made is removed again; the old content of a
 * file that was there is lost, which the error does not hide. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

static int
put (struct gk_ctx *ctx, const char *path, int flags, const char *content, size_t size,
     struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  size_t done = 0, n;
  bool is_new;
  int r = 0;

  fd = gk_fo_open_write (ctx, path, O_WRONLY | flags, "open", &is_new, err);
  if (fd == -1)
    return -1;
  for (; r == 0 && done < size; done += n) {
    n = size - done < GK_FO_BLOCK ? size - done : GK_FO_BLOCK;
    r = gk_task_check (ctx->task, err);
    if (r == 0 && gk_write_full (fd, content + done, n) == -1)
      r = gk_fo_fail (err, errno, "write", path);
  }
  return gk_fo_end_write (ctx, path, &fd, is_new, r, err);
}

int
gk_fileops_write (struct gk_ctx *ctx, const char *path, const char *content, size_t content_size,
                  struct gk_error *err)
{
  return put (ctx, path, O_TRUNC, content, content_size, err);
}

int
gk_fileops_write_append (struct gk_ctx *ctx, const char *path, const char *content,
                         size_t content_size, struct gk_error *err)
{
  return put (ctx, path, O_APPEND, content, content_size, err);
}

int
gk_fileops_write_file (struct gk_ctx *ctx, const char *path, const char *content, int size,
                       struct gk_error *err)
{
  size_t n = strlen (content);

  if (size < 0)
    return gk_error_set (err, 0, "size cannot be negative");
  if ((size_t)size > n)
    return gk_error_set (err, 0, "size parameter is larger than string content");
  return put (ctx, path, O_TRUNC, content, size ? (size_t)size : n, err);
}

int
gk_fileops_pwrite (struct gk_ctx *ctx, const char *path, const char *content, size_t content_size,
                   int64_t offset, int *ret_value, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  ssize_t r;

  if (offset < 0)
    return gk_error_set (err, EINVAL, "offset is negative");
  if (content_size > INT_MAX)
    return gk_error_set (err, EFBIG, "%s: more than 2 GiB cannot be written at once", path);
  fd = gk_fo_open_file (ctx, path, O_WRONLY, "open", err);
  if (fd == -1)
    return -1;
  /* One call: a short count is told to the caller, who knows what it means. */
  do
    r = pwrite (fd, content, content_size, offset);
  while (r == -1 && errno == EINTR);
  if (r == -1)
    return gk_fo_fail (err, errno, "pwrite", path);
  if (close (gk_steal_fd (&fd)) == -1)
    return gk_fo_fail (err, errno, "close", path);
  *ret_value = (int)r;
  return 0;
}

int
gk_fileops_truncate_size (struct gk_ctx *ctx, const char *path, int64_t size, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_fo_open_file (ctx, path, O_WRONLY, "open", err);

  if (fd == -1)
    return -1;
  if (ftruncate (fd, size) == -1)
    return gk_fo_fail (err, errno, "ftruncate", path);
  return 0;
}

int
gk_fileops_truncate (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return gk_fileops_truncate_size (ctx, path, 0, err);
}

int
gk_fileops_touch (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  struct stat st;
  int r = gk_root_lstat (ctx->root_fd, path, &st);

  if (r == -1 && errno != ENOENT)
    return gk_fo_fail (err, errno, "lstat", path);
  if (r == 0 && !S_ISREG (st.st_mode))
    return gk_error_set (err, 0, "%s: touch can only be used on a regular files", path);
  fd = gk_root_open (ctx->root_fd, path, O_WRONLY | O_CREAT | O_NOCTTY | O_NOFOLLOW, 0666);
  if (fd == -1)
    return gk_fo_fail (err, errno, "open", path);
  if (futimens (fd, NULL) == -1)
    return gk_fo_fail (err, errno, "futimens", path);
  return 0;
}
