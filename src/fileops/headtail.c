/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The first and the last lines of a file, reading no more of it than needed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* Lines of bytes [from, to), split at newlines.  The last need not have one. */
static int
split (int fd, const char *path, off_t from, off_t to, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;
  _cleanup_gk_strv_ struct gk_strv lines = GK_STRV_INIT;
  size_t n = (size_t)(to - from);
  char *p, *end, *nl;
  ssize_t r;

  if (to - from > (off_t)GK_FO_MAX_READ)
    return gk_error_set (err, EFBIG, "%s: the lines asked for are larger than 2 GiB", path);
  if (gk_buf_reserve (&buf, n + 1) == -1)
    return gk_error_oom (err);
  r = gk_pread_full (fd, buf.data, n, from);
  if (r == -1)
    return gk_fo_fail (err, errno, "read", path);
  end = buf.data + r;
  for (p = buf.data; p < end; p = nl + 1) {
    nl = memchr (p, '\n', (size_t)(end - p));
    if (!nl)
      nl = end;
    *nl = '\0';
    if (gk_strv_push (&lines, p) == -1)
      return gk_error_oom (err);
  }
  *ret_list = gk_strv_finish (&lines);
  return *ret_list ? 0 : gk_error_oom (err);
}

/* Where the line that follows N lines begins; the end of the file when there
 * are fewer. */
static int
skip_lines (struct gk_ctx *ctx, int fd, const char *path, uint64_t n, off_t size, off_t *ret_at,
            struct gk_error *err)
{
  _cleanup_free_ char *block = malloc (GK_FO_BLOCK);
  off_t at = 0;
  ssize_t r;
  char *p;

  if (!block)
    return gk_error_oom (err);
  if (n == 0)
    size = 0;
  while (n > 0 && at < size) {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    r = gk_pread_full (fd, block, GK_FO_BLOCK, at);
    if (r == -1)
      return gk_fo_fail (err, errno, "read", path);
    if (r == 0)
      break;
    for (p = block; n > 0 && (p = memchr (p, '\n', (size_t)(block + r - p))); n--) {
      p++;
      if (n == 1)
        size = at + (p - block);
    }
    at += r;
  }
  *ret_at = n > 0 ? at : size;
  return 0;
}

/* Where the last N lines begin. */
static int
find_last (struct gk_ctx *ctx, int fd, const char *path, uint64_t n, off_t size, off_t *ret_at,
           struct gk_error *err)
{
  _cleanup_free_ char *block = malloc (GK_FO_BLOCK);
  off_t at = size;
  size_t want;
  ssize_t r;
  char *p;

  if (!block)
    return gk_error_oom (err);
  if (n == 0) {
    *ret_at = size;
    return 0;
  }
  while (at > 0) {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    want = at > GK_FO_BLOCK ? GK_FO_BLOCK : (size_t)at;
    r = gk_pread_full (fd, block, want, at - (off_t)want);
    if (r == -1)
      return gk_fo_fail (err, errno, "read", path);
    if ((size_t)r < want)
      return gk_error_set (err, EIO, "read: %s: the file became shorter while it was read", path);
    at -= (off_t)want;
    /* The newline that ends the last line begins no further one. */
    if (at + (off_t)want == size && block[want - 1] == '\n')
      want--;
    while ((p = memrchr (block, '\n', want))) {
      if (--n == 0) {
        *ret_at = at + (p - block) + 1;
        return 0;
      }
      want = (size_t)(p - block);
    }
  }
  *ret_at = 0;
  return 0;
}

static int
open_sized (struct gk_ctx *ctx, const char *path, off_t *ret_size, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, err);
  struct stat st;

  if (fd == -1)
    return -1;
  if (fstat (fd, &st) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  *ret_size = st.st_size;
  return gk_steal_fd (&fd);
}

/* A negative number: all but the last lines. */
int
gk_fileops_head_n (struct gk_ctx *ctx, int nrlines, const char *path, char ***ret_list,
                   struct gk_error *err)
{
  off_t size, at;
  _cleanup_close_ int fd = open_sized (ctx, path, &size, err);

  if (fd == -1)
    return -1;
  if (nrlines >= 0) {
    if (skip_lines (ctx, fd, path, (uint64_t)nrlines, size, &at, err) == -1)
      return -1;
  } else if (find_last (ctx, fd, path, (uint64_t) - (int64_t)nrlines, size, &at, err) == -1)
    return -1;
  return split (fd, path, 0, at, ret_list, err);
}

/* A negative number -N: from line N, counted from 1, to the end. */
int
gk_fileops_tail_n (struct gk_ctx *ctx, int nrlines, const char *path, char ***ret_list,
                   struct gk_error *err)
{
  off_t size, at;
  _cleanup_close_ int fd = open_sized (ctx, path, &size, err);

  if (fd == -1)
    return -1;
  if (nrlines >= 0) {
    if (find_last (ctx, fd, path, (uint64_t)nrlines, size, &at, err) == -1)
      return -1;
  } else if (skip_lines (ctx, fd, path, (uint64_t) - (int64_t)nrlines - 1, size, &at, err) == -1)
    return -1;
  return split (fd, path, at, size, ret_list, err);
}

int
gk_fileops_head (struct gk_ctx *ctx, const char *path, char ***ret_list, struct gk_error *err)
{
  return gk_fileops_head_n (ctx, 10, path, ret_list, err);
}

int
gk_fileops_tail (struct gk_ctx *ctx, const char *path, char ***ret_list, struct gk_error *err)
{
  return gk_fileops_tail_n (ctx, 10, path, ret_list, err);
}
