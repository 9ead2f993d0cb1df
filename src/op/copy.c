/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Moving bytes between descriptors.
 *
 * Regular files: copy_file_range, which shares extents where the file system
 * can.  Into a pipe: splice.  All else: read and write with a buffer that stays
 * in the processor's cache; splice out of a pipe of the usual size and sendfile
 * between file systems were measured to be slower (they go page by page), and
 * sendfile waits where no cancel is heard.
 *
 * When the kernel refuses the better method (two file systems, O_APPEND, a
 * swap file), read and write take over for good, and report the error if there
 * is one.  All methods advance the descriptors' own offsets, so the change can
 * happen in the middle.
 *
 * Holes stay holes between regular files (holes.h): a file of a terabyte in which
 * nothing is written is copied at once, and fits.
 *
 * The end is believed only of read, or of splice from a pipe: files in /proc
 * have size 0, for which copy_file_range returns 0 at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "op/copy.h"
#include "op/holes.h"
#include "op/task.h"

/* One call of the kernel: how late a cancel may come. */
#define BLOCK ((size_t)8 << 20)
/* Between looks at the task when calls move little. */
#define CHECK_EVERY ((uint64_t)1 << 20)
#define BUFFER ((size_t)256 << 10)

enum kind { REGULAR, DEVICE, PIPE, NONBLOCKING, SOCKET, OTHER };

enum method { COPY_RANGE, SPLICE, READ_WRITE };

static enum kind
kind_of (int fd)
{
  struct stat st;
  int fl;

  if (fstat (fd, &st) == -1)
    return OTHER; /* the first read or write says why */
  if (S_ISREG (st.st_mode))
    return REGULAR;
  /* /dev/null and its kin never wait; terminals do. */
  if (S_ISBLK (st.st_mode) || (S_ISCHR (st.st_mode) && major (st.st_rdev) == MEM_MAJOR))
    return DEVICE;
  if (S_ISSOCK (st.st_mode))
    return SOCKET;
  if (S_ISFIFO (st.st_mode))
    return PIPE;
  fl = fcntl (fd, F_GETFL);
  return fl != -1 && (fl & O_NONBLOCK) ? NONBLOCKING : OTHER;
}

static enum method
first_method (enum kind from, enum kind to)
{
  if (from == REGULAR && to == REGULAR)
    return COPY_RANGE;
  if (to == PIPE)
    return SPLICE;
  return READ_WRITE;
}

/* Would read and write do better? */
static bool
is_refusal (int errnum)
{
  switch (errnum) {
  case EXDEV:
  case EINVAL:
  case EOPNOTSUPP:
  case ENOSYS:
  case ENOTTY:
  case EBADF:
  case EPERM:
  case ETXTBSY:
  case ESPIPE:
    return true;
  default:
    return false;
  }
}

/* Errors of calls that both read and write. */
static const char *
culprit (int errnum)
{
  switch (errnum) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
  case EPIPE:
  case EROFS:
    return "write";
  default:
    return "copy";
  }
}

static bool
may_wait (enum kind k)
{
  return k != REGULAR && k != DEVICE;
}

/* 0 when fd is ready (or is broken, which the next call tells better). */
static int
wait_for (int fd, short events, struct gk_task *task, struct gk_error *err)
{
  struct pollfd p = { .fd = fd, .events = events };
  int r;

  do
    r = gk_task_poll (task, &p, 1, -1, err);
  while (r == 0);
  return r == -1 ? -1 : 0;
}

/* One write that does not block once poll said that there is room. */
static ssize_t
write_some (const struct gk_copy_to *to, const char *p, size_t n)
{
  switch ((enum kind)to->kind) {
  case REGULAR:
  case DEVICE:
  case NONBLOCKING:
    return write (to->fd, p, n);
  case SOCKET:
    return send (to->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
  case PIPE:
  case OTHER:
    /* Room means room for PIPE_BUF bytes. */
    return write (to->fd, p, n < PIPE_BUF ? n : PIPE_BUF);
  }
  errno = EINVAL;
  return -1;
}

struct gk_copy_to
gk_copy_to_fd (int fd)
{
  struct gk_copy_to to = { .fd = fd, .kind = kind_of (fd) };
  int fl;

  if (to.kind == PIPE) {
    fl = fcntl (fd, F_GETFL);
    if (fl != -1 && (fl & O_NONBLOCK))
      to.kind = NONBLOCKING;
  }
  return to;
}

int
gk_copy_write (const struct gk_copy_to *to, const void *buf, size_t n, struct gk_task *task,
               struct gk_error *err)
{
  const char *p = buf;
  ssize_t r;

  while (n > 0) {
    if ((to->kind == PIPE || to->kind == OTHER) && wait_for (to->fd, POLLOUT, task, err) == -1)
      return -1;
    r = write_some (to, p, n);
    if (r >= 0) {
      p += r;
      n -= r;
    } else if (errno == EAGAIN) {
      if (wait_for (to->fd, POLLOUT, task, err) == -1)
        return -1;
    } else if (errno != EINTR)
      return gk_error_sys (err, errno, "write");
  }
  return 0;
}

struct copy {
  int from;
  enum kind from_kind, to_kind;
  struct gk_copy_to to;
  bool holes;         /* they are looked for */
  uint64_t data_left; /* before the next one */
  char *buf;
  struct gk_task *task;
};

/* Reads once and writes that.  How much, 0 at the end, -1 with err. */
static ssize_t
read_write (struct copy *c, size_t want, struct gk_error *err)
{
  ssize_t n;
  void *p;

  if (!c->buf) {
    /* Aligned, for descriptors with O_DIRECT. */
    if (posix_memalign (&p, 4096, BUFFER) != 0)
      return gk_error_oom (err);
    c->buf = p;
  }
  if (want > BUFFER)
    want = BUFFER;
  for (;;) {
    if (may_wait (c->from_kind) && wait_for (c->from, POLLIN, c->task, err) == -1)
      return -1;
    n = read (c->from, c->buf, want);
    if (n >= 0)
      break;
    if (errno != EINTR && errno != EAGAIN)
      return gk_error_sys (err, errno, "read");
  }
  if (n > 0 && gk_copy_write (&c->to, c->buf, n, c->task, err) == -1)
    return -1;
  return n;
}

/* The same within the kernel; *refused is set when it does not want to. */
static ssize_t
in_kernel (struct copy *c, enum method method, size_t want, bool *refused, struct gk_error *err)
{
  ssize_t n;

  for (;;) {
    if (method == COPY_RANGE)
      n = copy_file_range (c->from, NULL, c->to.fd, NULL, want, 0);
    else
      n = splice (c->from, NULL, c->to.fd, NULL, want, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0)
      return n;
    if (n == 0) {
      *refused = c->from_kind != PIPE;
      return 0;
    }
    if (errno == EAGAIN) {
      if ((may_wait (c->from_kind) && wait_for (c->from, POLLIN, c->task, err) == -1) ||
          (may_wait (c->to_kind) && wait_for (c->to.fd, POLLOUT, c->task, err) == -1))
        return -1;
    } else if (is_refusal (errno)) {
      *refused = true;
      return 0;
    } else if (errno != EINTR)
      return gk_error_sys (err, errno, "%s", culprit (errno));
  }
}

/* At the end of the data that was found last: a hole, if there is one, of at most
 * want bytes.  Its length, 0, or -1 with err. */
static int64_t
copy_hole (struct copy *c, uint64_t want, struct gk_error *err)
{
  uint64_t hole;

  if (gk_fd_ahead (c->from, &hole, &c->data_left) == -1 || (hole == 0 && c->data_left == 0)) {
    c->holes = false;
    return 0;
  }
  if (hole > want) {
    hole = want;
    c->data_left = 0;
  }
  if (hole == 0)
    return 0;
  if (gk_put_hole (c->to.fd, hole, c->task, err) == -1)
    return -1;
  if (lseek (c->from, (off_t)hole, SEEK_CUR) == -1)
    return gk_error_sys (err, errno, "read");
  return (int64_t)hole;
}

int
gk_copy_fd (int from, int to, uint64_t size, uint64_t total, struct gk_task *task,
            uint64_t *ret_moved, struct gk_error *err)
{
  struct copy c = { .from = from,
                    .from_kind = kind_of (from),
                    .to_kind = kind_of (to),
                    .to = gk_copy_to_fd (to),
                    .task = task };
  enum method method = first_method (c.from_kind, c.to_kind);
  uint64_t moved = 0, next_check = 0;
  int64_t n = 0;

  c.holes = gk_fd_has_holes (from) && gk_fd_takes_holes (to);
  while (moved < size) {
    size_t want = size - moved < BLOCK ? size - moved : BLOCK;
    bool refused = false;

    if (moved >= next_check) {
      n = gk_task_check (task, err);
      if (n == -1)
        break;
      next_check = moved + CHECK_EVERY;
    }
    if (c.holes && c.data_left == 0) {
      n = copy_hole (&c, size - moved, err);
      if (n == -1)
        break;
      moved += (uint64_t)n;
      gk_task_progress (task, moved, total);
      continue;
    }
    if (c.holes && want > c.data_left)
      want = c.data_left;
    n = method == READ_WRITE ? read_write (&c, want, err)
                             : in_kernel (&c, method, want, &refused, err);
    if (refused) {
      method = READ_WRITE;
      continue;
    }
    if (n <= 0)
      break;
    moved += (uint64_t)n;
    if (c.holes)
      c.data_left -= (uint64_t)n;
    gk_task_progress (task, moved, total);
  }
  free (c.buf);
  if (n == -1)
    return -1;
  if (ret_moved)
    *ret_moved = moved;
  return 0;
}

uint64_t
gk_fd_remaining (int fd)
{
  struct stat st;
  uint64_t end = 0;
  off_t at;

  if (fstat (fd, &st) == -1)
    return 0;
  if (S_ISREG (st.st_mode))
    end = st.st_size;
  else if (!S_ISBLK (st.st_mode) || ioctl (fd, BLKGETSIZE64, &end) == -1)
    return 0;
  at = lseek (fd, 0, SEEK_CUR);
  return at < 0 || (uint64_t)at > end ? 0 : end - at;
}
