/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Questions about content: equal, is_zero, is_zero_device. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

int
gk_fileops_equal (struct gk_ctx *ctx, const char *file1, const char *file2, bool *ret_value,
                  struct gk_error *err)
{
  _cleanup_close_ int a = -1, b = -1;
  _cleanup_free_ char *block = malloc (2 * (size_t)GK_FO_BLOCK);
  struct stat sa, sb;
  ssize_t na, nb;

  if (!block)
    return gk_error_oom (err);
  a = gk_fo_open_file (ctx, file1, O_RDONLY, NULL, err);
  if (a == -1)
    return -1;
  b = gk_fo_open_file (ctx, file2, O_RDONLY, NULL, err);
  if (b == -1)
    return -1;
  if (fstat (a, &sa) == -1)
    return gk_fo_fail (err, errno, NULL, file1);
  if (fstat (b, &sb) == -1)
    return gk_fo_fail (err, errno, NULL, file2);
  if (sa.st_size != sb.st_size || (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino)) {
    *ret_value = sa.st_size == sb.st_size;
    return 0;
  }
  do {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    na = gk_read_full (a, block, GK_FO_BLOCK);
    if (na == -1)
      return gk_fo_fail (err, errno, "read", file1);
    nb = gk_read_full (b, block + GK_FO_BLOCK, GK_FO_BLOCK);
    if (nb == -1)
      return gk_fo_fail (err, errno, "read", file2);
    if (na != nb || memcmp (block, block + GK_FO_BLOCK, (size_t)na) != 0) {
      *ret_value = false;
      return 0;
    }
  } while (na > 0);
  *ret_value = true;
  return 0;
}

static bool
all_zero (const char *p, size_t n)
{
  /* Each byte equals the one before it, and the first is zero. */
  return n == 0 || (p[0] == 0 && memcmp (p, p + 1, n - 1) == 0);
}

int
gk_fileops_is_zero (struct gk_ctx *ctx, const char *path, bool *ret_value, struct gk_error *err)
{
  _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
  _cleanup_free_ char *block = malloc (GK_FO_BLOCK);
  _cleanup_close_ int fd = -1;
  off_t at = 0, data;
  ssize_t n;

  if (!block)
    return gk_error_oom (err);
  fd = gk_fo_open_file (ctx, path, O_RDONLY, "open", &e);
  if (fd == -1 && e.errnum == EISDIR)
    return gk_fo_fail (err, EISDIR, "read", path);
  if (fd == -1) {
    gk_error_move (err, &e);
    return -1;
  }
  for (;; at += n) {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    /* Holes are zero without looking. */
    data = lseek (fd, at, SEEK_DATA);
    if (data == -1 && errno == ENXIO)
      break;
    if (data > at)
      at = data;
    n = gk_pread_full (fd, block, GK_FO_BLOCK, at);
    if (n == -1)
      return gk_fo_fail (err, errno, "read", path);
    if (n == 0)
      break;
    if (!all_zero (block, (size_t)n)) {
      *ret_value = false;
      return 0;
    }
  }
  *ret_value = true;
  return 0;
}

int
gk_fileops_is_zero_device (struct gk_ctx *ctx, const char *device, bool *ret_value,
                           struct gk_error *err)
{
  _cleanup_free_ char *block = malloc (GK_FO_BLOCK);
  _cleanup_close_ int fd = -1;
  uint64_t size, at = 0;
  ssize_t n;

  if (!block)
    return gk_error_oom (err);
  fd = gk_fo_open_device (device, O_RDONLY, &size, err);
  if (fd == -1)
    return -1;
  for (;; at += (uint64_t)n) {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    gk_task_progress (ctx->task, at, size);
    n = gk_read_full (fd, block, GK_FO_BLOCK);
    if (n == -1)
      return gk_fo_fail (err, errno, "read", device);
    if (n == 0 || !all_zero (block, (size_t)n))
      break;
  }
  *ret_value = n == 0;
  return 0;
}
