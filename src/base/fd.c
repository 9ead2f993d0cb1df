/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole reads and writes.  A descriptor that somebody else made non-blocking
 * is waited for with poll, so that "full" keeps its meaning. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/strv.h"

/* Is this errno worth another try?  Waits when the descriptor is not ready. */
static int
try_again (int fd, short events)
{
  struct pollfd p = { .fd = fd, .events = events };

  if (errno == EINTR)
    return 1;
  if (errno != EAGAIN)
    return 0;
  if (poll (&p, 1, -1) == -1 && errno != EINTR)
    return 0;
  return 1;
}

ssize_t
gk_read_full (int fd, void *buf, size_t n)
{
  size_t done = 0;
  ssize_t r;

  while (done < n) {
    r = read (fd, (char *)buf + done, n - done);
    if (r == 0)
      break;
    if (r > 0)
      done += r;
    else if (!try_again (fd, POLLIN))
      return -1;
  }
  return done;
}

int
gk_write_full (int fd, const void *buf, size_t n)
{
  size_t done = 0;
  ssize_t r;

  while (done < n) {
    r = write (fd, (const char *)buf + done, n - done);
    if (r >= 0)
      done += r;
    else if (!try_again (fd, POLLOUT))
      return -1;
  }
  return 0;
}

ssize_t
gk_pread_full (int fd, void *buf, size_t n, off_t at)
{
  size_t done = 0;
  ssize_t r;

  while (done < n) {
    r = pread (fd, (char *)buf + done, n - done, at + (off_t)done);
    if (r == 0)
      break;
    if (r > 0)
      done += r;
    else if (!try_again (fd, POLLIN))
      return -1;
  }
  return done;
}

int
gk_pwrite_full (int fd, const void *buf, size_t n, off_t at)
{
  size_t done = 0;
  ssize_t r;

  while (done < n) {
    r = pwrite (fd, (const char *)buf + done, n - done, at + (off_t)done);
    if (r >= 0)
      done += r;
    else if (!try_again (fd, POLLOUT))
      return -1;
  }
  return 0;
}

int
gk_close_keep_errno (int fd)
{
  int saved = errno;
  int r = close (fd);

  errno = saved;
  return r;
}

int
gk_read_all (int fd, size_t max, struct gk_buf *buf)
{
  /* st_size is a hint only: it is 0 in /proc, and a file may grow. */
  struct stat st;
  size_t start = buf->size, chunk, got;
  ssize_t r;

  chunk = 4096;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size > 0)
    chunk = (size_t)st.st_size < max ? (size_t)st.st_size + 1 : max;
  for (;;) {
    got = buf->size - start;
    /* One byte more than allowed tells a full file from one too many. */
    if (chunk > max - got)
      chunk = max - got + 1;
    if (gk_buf_reserve (buf, chunk) == -1)
      return -1;
    r = gk_read_full (fd, buf->data + buf->size, chunk);
    if (r == -1) {
      buf->size = start;
      buf->data[start] = '\0';
      return -1;
    }
    if ((size_t)r > max - got) {
      buf->size = start;
      buf->data[start] = '\0';
      errno = EFBIG;
      return -1;
    }
    buf->size += r;
    buf->data[buf->size] = '\0';
    if ((size_t)r < chunk)
      return 0;
    chunk = chunk < 1024 * 1024 ? chunk * 2 : chunk;
  }
}

int
gk_read_file (const char *host_path, size_t max, struct gk_buf *buf)
{
  _cleanup_close_ int fd = -1;

  fd = open (host_path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd == -1)
    return -1;
  return gk_read_all (fd, max, buf);
}

bool
gk_fd_is_readonly_device (int fd)
{
  int readonly = 0;

  return ioctl (fd, BLKROGET, &readonly) == 0 && readonly;
}
