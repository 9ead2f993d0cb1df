/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole files into memory: cat, read_file, read_lines, pread. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

static int
read_whole (struct gk_ctx *ctx, const char *path, struct gk_buf *buf, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_fo_open_for_reading (ctx, path, err);

  if (fd == -1)
    return -1;
  if (gk_read_all (fd, GK_FO_MAX_READ, buf) == -1) {
    if (errno == EFBIG)
      return gk_error_set (err, EFBIG,
                           "%s: file is larger than 2 GiB, use download or pread instead", path);
    return gk_fo_fail (err, errno, "read", path);
  }
  return 0;
}

int
gk_fileops_read_file (struct gk_ctx *ctx, const char *path, struct gk_buf *ret_buf,
                      struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;

  if (read_whole (ctx, path, &buf, err) == -1)
    return -1;
  *ret_buf = buf;
  buf = (struct gk_buf)GK_BUF_INIT;
  return 0;
}

/* The string ends at the first NUL of the file, which is all that a C string
 * can hold. */
int
gk_fileops_cat (struct gk_ctx *ctx, const char *path, char **ret_string, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;
  char *s;

  if (read_whole (ctx, path, &buf, err) == -1)
    return -1;
  s = gk_buf_finish (&buf);
  if (!s)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

int
gk_fileops_read_lines (struct gk_ctx *ctx, const char *path, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;
  _cleanup_gk_strv_ struct gk_strv lines = GK_STRV_INIT;
  char *p, *end, *nl;

  if (read_whole (ctx, path, &buf, err) == -1)
    return -1;
  p = buf.data;
  end = p + buf.size;
  for (; p < end; p = nl + 1) {
    nl = memchr (p, '\n', (size_t)(end - p));
    if (!nl)
      nl = end;
    *nl = '\0';
    /* Files of DOS and Windows end lines in CR LF. */
    if (nl < end && nl > p && nl[-1] == '\r')
      nl[-1] = '\0';
    if (gk_strv_push (&lines, p) == -1)
      return gk_error_oom (err);
  }
  *ret_list = gk_strv_finish (&lines);
  return *ret_list ? 0 : gk_error_oom (err);
}

int
gk_fileops_pread (struct gk_ctx *ctx, const char *path, int count, int64_t offset,
                  struct gk_buf *ret_buf, struct gk_error *err)
{
  _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;
  _cleanup_close_ int fd = -1;
  struct stat st;
  size_t want;
  ssize_t r;

  if (count < 0)
    return gk_error_set (err, EINVAL, "count is negative");
  if (offset < 0)
    return gk_error_set (err, EINVAL, "offset is negative");
  fd = gk_fo_open_file (ctx, path, O_RDONLY, "open", &e);
  if (fd == -1 && e.errnum == EISDIR)
    return gk_fo_fail (err, EISDIR, "pread", path);
  if (fd == -1) {
    gk_error_move (err, &e);
    return -1;
  }
  /* Memory is asked for what is there, not for what the caller hopes for. */
  if (fstat (fd, &st) == -1)
    return gk_fo_fail (err, errno, "pread", path);
  want = (size_t)count;
  if (offset >= st.st_size)
    want = 0;
  else if ((uint64_t)(st.st_size - offset) < want)
    want = (size_t)(st.st_size - offset);
  if (gk_buf_reserve (&buf, want + 1) == -1)
    return gk_error_oom (err);
  r = gk_pread_full (fd, buf.data, want, offset);
  if (r == -1)
    return gk_fo_fail (err, errno, "pread", path);
  buf.size = (size_t)r;
  buf.data[r] = '\0';
  *ret_buf = buf;
  buf = (struct gk_buf)GK_BUF_INIT;
  return 0;
}
