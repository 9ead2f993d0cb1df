/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Devices as one long file: pread_device, pwrite_device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

int
gk_fo_open_device (const char *name, int flags, uint64_t *ret_size, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  struct stat st;

  if (strstr (name, "/../"))
    return gk_fo_fail (err, ENOENT, NULL, name);
  /* Looked at before it is opened: a character device may act on open. */
  if (stat (name, &st) == -1)
    return gk_fo_fail (err, errno, NULL, name);
  if (!S_ISBLK (st.st_mode))
    return gk_error_set (err, ENOTBLK, "%s: is not a block device", name);
  fd = open (name, flags | O_CLOEXEC | O_NOCTTY);
  if (fd == -1 || fstat (fd, &st) == -1 || ioctl (fd, BLKGETSIZE64, ret_size) == -1)
    return gk_fo_fail (err, errno, NULL, name);
  if ((flags & O_ACCMODE) != O_RDONLY && gk_fd_is_readonly_device (fd))
    return gk_fo_fail (err, EROFS, NULL, name);
  return gk_steal_fd (&fd);
}

int
gk_fileops_pread_device (struct gk_ctx *ctx, const char *device, int count, int64_t offset,
                         struct gk_buf *ret_buf, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;
  _cleanup_close_ int fd = -1;
  uint64_t size;
  size_t want = (size_t)count;
  ssize_t r;

  if (count < 0)
    return gk_error_set (err, EINVAL, "count is negative");
  if (offset < 0)
    return gk_error_set (err, EINVAL, "offset is negative");
  fd = gk_fo_open_device (device, O_RDONLY, &size, err);
  if (fd == -1)
    return -1;
  /* Memory is asked for what is there, not for what the caller hopes for. */
  if ((uint64_t)offset >= size)
    want = 0;
  else if (size - (uint64_t)offset < want)
    want = (size_t)(size - (uint64_t)offset);
  if (gk_buf_reserve (&buf, want + 1) == -1)
    return gk_error_oom (err);
  r = gk_pread_full (fd, buf.data, want, offset);
  if (r == -1)
    return gk_fo_fail (err, errno, "pread", device);
  buf.size = (size_t)r;
  buf.data[r] = '\0';
  *ret_buf = buf;
  buf = (struct gk_buf)GK_BUF_INIT;
  return 0;
}

int
gk_fileops_pwrite_device (struct gk_ctx *ctx, const char *device, const char *content,
                          size_t content_size, int64_t offset, int *ret_value, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  uint64_t size;
  ssize_t r;

  if (offset < 0)
    return gk_error_set (err, EINVAL, "offset is negative");
  if (content_size > INT_MAX)
    return gk_error_set (err, EFBIG, "%s: more than 2 GiB cannot be written at once", device);
  fd = gk_fo_open_device (device, O_WRONLY, &size, err);
  if (fd == -1)
    return -1;
  /* One call: a short count is told to the caller, who knows what it means. */
  do
    r = pwrite (fd, content, content_size, offset);
  while (r == -1 && errno == EINTR);
  /* The last to close a device writes what it was given, and tells nobody when that fails. */
  if (r == -1 || (r > 0 && sync_file_range (fd, offset, r,
                                            SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                                                SYNC_FILE_RANGE_WAIT_AFTER) == -1))
    return gk_fo_fail (err, errno, "pwrite", device);
  if (close (gk_steal_fd (&fd)) == -1)
    return gk_fo_fail (err, errno, "close", device);
  *ret_value = (int)r;
  return 0;
}
