/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files with holes: see holes.h.
 *
 * Rejected: leaving a hole by seeking alone.  In a file that has been there before,
 * its old bytes would show through, and a file that ends with a hole would be too
 * short. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "op/holes.h"
#include "op/task.h"

const char gk_zeros[GK_ZEROS];

bool
gk_fd_has_holes (int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_blocks < st.st_size / 512;
}

int
gk_fd_ahead (int fd, uint64_t *ret_hole, uint64_t *ret_data)
{
  struct stat st;
  off_t at = lseek (fd, 0, SEEK_CUR), data, end;

  if (at == -1 || fstat (fd, &st) == -1)
    return -1;
  *ret_hole = *ret_data = 0;
  if (at >= st.st_size)
    return 0;
  data = lseek (fd, at, SEEK_DATA);
  if (data == -1 && errno != ENXIO)
    return -1;
  if (data == -1 || data > st.st_size)
    data = st.st_size;
  end = data < st.st_size ? lseek (fd, data, SEEK_HOLE) : st.st_size;
  if (end == -1 || end > st.st_size)
    end = st.st_size;
  if (lseek (fd, at, SEEK_SET) == -1)
    return -1;
  *ret_hole = (uint64_t)(data - at);
  *ret_data = (uint64_t)(end - data);
  return 0;
}

bool
gk_fd_takes_holes (int fd)
{
  struct stat st;
  int fl = fcntl (fd, F_GETFL);

  return fl != -1 && !(fl & O_APPEND) && fstat (fd, &st) == 0 && S_ISREG (st.st_mode);
}

/* [at, end) of the file, within its size. */
static int
zero_old (int fd, off_t at, off_t end, struct gk_task *task, struct gk_error *err)
{
  if (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, end - at) == 0)
    return 0;
  for (; at < end; at += GK_ZEROS) {
    if (gk_task_check (task, err) == -1)
      return -1;
    size_t n = end - at < (off_t)GK_ZEROS ? (size_t)(end - at) : GK_ZEROS;
    if (gk_pwrite_full (fd, gk_zeros, n, at) == -1)
      return gk_error_sys (err, errno, "write");
  }
  return 0;
}

int
gk_put_hole (int fd, uint64_t n, struct gk_task *task, struct gk_error *err)
{
  off_t at = lseek (fd, 0, SEEK_CUR), end;
  struct stat st;

  if (at == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "write");
  if (n > (uint64_t)INT64_MAX - (uint64_t)at)
    return gk_error_sys (err, EFBIG, "write");
  end = at + (off_t)n;
  if (at < st.st_size && zero_old (fd, at, end < st.st_size ? end : st.st_size, task, err) == -1)
    return -1;
  if ((end > st.st_size && ftruncate (fd, end) == -1) || lseek (fd, end, SEEK_SET) == -1)
    return gk_error_sys (err, errno, "write");
  return 0;
}
