/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files made of one byte, one pattern or reserved space, and directories of empty files.  What
 * a file holds behind the filled part stays. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* len bytes of the pattern, again and again from the start of the file. */
static int
fill (struct gk_ctx *ctx, const char *pattern, size_t pattern_len, int len, const char *path,
      struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  _cleanup_free_ char *block = NULL;
  size_t size = (size_t)len, done = 0, n, block_len;
  bool is_new;
  int r = 0;

  if (len < 0)
    return gk_error_set (err, EINVAL, "%d: length is < 0", len);
  /* Whole patterns, so that each block begins where the pattern does. */
  block_len = pattern_len >= GK_FO_BLOCK ? pattern_len : GK_FO_BLOCK / pattern_len * pattern_len;
  block = malloc (block_len);
  if (!block)
    return gk_error_oom (err);
  for (n = 0; n < block_len; n += pattern_len)
    memcpy (block + n, pattern, pattern_len);
  fd = gk_fo_open_write (ctx, path, O_WRONLY, "open", &is_new, err);
  if (fd == -1)
    return -1;
  for (; r == 0 && done < size; done += n) {
    n = size - done < block_len ? size - done : block_len;
    gk_task_progress (ctx->task, done, size);
    r = gk_task_check (ctx->task, err);
    if (r == 0 && gk_write_full (fd, block, n) == -1)
      r = gk_fo_fail (err, errno, "write", path);
  }
  if (r == 0)
    gk_task_progress (ctx->task, size, size);
  return gk_fo_end_write (ctx, path, &fd, is_new, r, err);
}

int
gk_fileops_fill (struct gk_ctx *ctx, int c, int len, const char *path, struct gk_error *err)
{
  char byte = (char)c;

  if (c < 0 || c > 255)
    return gk_error_set (err, EINVAL, "%d: byte number must be in range 0..255", c);
  return fill (ctx, &byte, 1, len, path, err);
}

int
gk_fileops_fill_pattern (struct gk_ctx *ctx, const char *pattern, int len, const char *path,
                         struct gk_error *err)
{
  if (!*pattern)
    return gk_error_set (err, EINVAL, "pattern string must be non-empty");
  return fill (ctx, pattern, strlen (pattern), len, path, err);
}

int
gk_fileops_fill_dir (struct gk_ctx *ctx, const char *dir, int nr, struct gk_error *err)
{
  _cleanup_close_ int dir_fd = -1;
  char name[16];
  int fd;

  if (nr <= 0)
    return 0;
  dir_fd = gk_root_open_any (ctx->root_fd, dir, O_PATH | O_DIRECTORY, 0);
  if (dir_fd == -1)
    return gk_error_sys (err, errno, "create: %s/00000000", dir);
  for (int i = 0; i < nr; i++) {
    if (i % 1024 == 0 && gk_task_check (ctx->task, err) == -1)
      return -1;
    snprintf (name, sizeof name, "%08d", i);
    fd = openat (dir_fd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                 0666);
    if (fd == -1)
      return gk_error_sys (err, errno, "create: %s/%s", dir, name);
    close (fd);
  }
  return 0;
}

/* The file is emptied first. */
int
gk_fileops_fallocate64 (struct gk_ctx *ctx, const char *path, int64_t len, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  bool is_new;
  int r = EINVAL;

  if (len < 0)
    return gk_fo_fail (err, EINVAL, NULL, path);
  fd = gk_fo_open_write (ctx, path, O_RDWR | O_TRUNC, "open", &is_new, err);
  if (fd == -1)
    return -1;
  /* The C library writes the blocks where the file system cannot reserve them. */
  if (len == 0 || (r = posix_fallocate (fd, 0, len)) == 0)
    return 0;
  gk_fo_fail (err, r, NULL, path);
  if (is_new)
    gk_fo_discard_new (ctx, path, fd);
  else if (ftruncate (fd, 0) == -1) /* the space is given back where that is possible */
    return -1;
  return -1;
}

int
gk_fileops_fallocate (struct gk_ctx *ctx, const char *path, int len, struct gk_error *err)
{
  return gk_fileops_fallocate64 (ctx, path, len, err);
}
