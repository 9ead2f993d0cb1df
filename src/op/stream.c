/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sources and sinks: the descriptor kind, and moving a whole stream. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "op/copy.h"
#include "op/holes.h"
#include "op/stream.h"
#include "op/task.h"

/* For chunks on the wire, which are smaller. */
#define BUFFER ((size_t)256 << 10)

ssize_t
gk_source_read (struct gk_source *src, void *buf, size_t n, struct gk_error *err)
{
  return src->ops->read (src, buf, n, err);
}

ssize_t
gk_source_read_or_hole (struct gk_source *src, void *buf, size_t n, uint64_t max,
                        uint64_t *ret_hole, struct gk_error *err)
{
  *ret_hole = 0;
  if (src->ops->read_or_hole)
    return src->ops->read_or_hole (src, buf, n, max, ret_hole, err);
  return gk_source_read (src, buf, n, err);
}

int
gk_sink_write (struct gk_sink *sink, const void *buf, size_t n, struct gk_error *err)
{
  return sink->ops->write (sink, buf, n, err);
}

/* A pipe may keep us waiting for ever; a regular file is always ready. */
static ssize_t
fd_read (struct gk_source *src, void *buf, size_t n, struct gk_error *err)
{
  struct pollfd p = { .fd = src->fd, .events = POLLIN };

  for (;;) {
    if (gk_task_poll (src->task, &p, 1, -1, err) == -1)
      return -1;
    ssize_t r = read (src->fd, buf, n);
    if (r >= 0)
      return r;
    if (errno != EINTR && errno != EAGAIN)
      return gk_error_sys (err, errno, "read");
  }
}

static int
fd_write (struct gk_sink *sink, const void *buf, size_t n, struct gk_error *err)
{
  const struct gk_copy_to to = gk_copy_to_fd (sink->fd);

  return gk_copy_write (&to, buf, n, sink->task, err);
}

static const struct gk_source_ops fd_source_ops = { .read = fd_read };
static const struct gk_sink_ops fd_sink_ops = { .write = fd_write };

void
gk_source_from_fd (struct gk_source *src, int fd)
{
  *src = (struct gk_source){ .ops = &fd_source_ops, .fd = fd, .total = gk_fd_remaining (fd) };
}

void
gk_sink_to_fd (struct gk_sink *sink, int fd)
{
  *sink = (struct gk_sink){ .ops = &fd_sink_ops, .fd = fd };
}

/* Where zeros have to be written. */
static int
write_zeros (const struct gk_copy_to *to, uint64_t n, struct gk_task *task, struct gk_error *err)
{
  while (n > 0) {
    size_t part = n < GK_ZEROS ? (size_t)n : GK_ZEROS;

    if (gk_task_check (task, err) == -1 || gk_copy_write (to, gk_zeros, part, task, err) == -1)
      return -1;
    n -= part;
  }
  return 0;
}

static uint64_t
expected (const struct gk_source *src, uint64_t size)
{
  return src->total && size < src->total ? size : src->total;
}

int
gk_source_to_fd (struct gk_source *src, int to_fd, uint64_t size, struct gk_task *task,
                 uint64_t *ret_moved, struct gk_error *err)
{
  _cleanup_free_ char *buf = NULL;
  struct gk_copy_to to;
  uint64_t moved = 0, hole;
  bool holes;
  ssize_t n;

  if (src->fd >= 0)
    return gk_copy_fd (src->fd, to_fd, size, expected (src, size), task, ret_moved, err);
  buf = malloc (BUFFER);
  if (!buf)
    return gk_error_oom (err);
  to = gk_copy_to_fd (to_fd);
  holes = gk_fd_takes_holes (to_fd);
  while (moved < size) {
    uint64_t most = size - moved;

    if (gk_task_check (task, err) == -1)
      return -1;
    n = gk_source_read_or_hole (src, buf, most < BUFFER ? most : BUFFER, most, &hole, err);
    if (n == -1)
      return -1;
    if (n == 0 && hole == 0)
      break;
    if (n > 0 && gk_copy_write (&to, buf, n, task, err) == -1)
      return -1;
    if (hole &&
        (holes ? gk_put_hole (to_fd, hole, task, err) : write_zeros (&to, hole, task, err)) == -1)
      return -1;
    moved += (uint64_t)n + hole;
    gk_task_progress (task, moved, expected (src, size));
  }
  if (ret_moved)
    *ret_moved = moved;
  return 0;
}

/* Tell the sink of a hole of at most most bytes that is ahead; else *data_left
 * bytes are to be read.  The hole's length, 0, or -1 with err. */
static int64_t
send_hole (struct gk_sink *sink, int from_fd, uint64_t most, uint64_t *data_left,
           struct gk_error *err)
{
  uint64_t hole;

  if (gk_fd_ahead (from_fd, &hole, data_left) == -1 || (hole == 0 && *data_left == 0)) {
    *data_left = UINT64_MAX; /* the rest is read until its end */
    return 0;
  }
  if (hole > most) {
    hole = most;
    *data_left = 0;
  }
  if (hole == 0)
    return 0;
  if (sink->ops->hole (sink, hole, err) == -1)
    return -1;
  if (lseek (from_fd, (off_t)hole, SEEK_CUR) == -1)
    return gk_error_sys (err, errno, "read");
  return (int64_t)hole;
}

int
gk_sink_from_fd (struct gk_sink *sink, int from_fd, uint64_t size, struct gk_task *task,
                 uint64_t *ret_moved, struct gk_error *err)
{
  _cleanup_free_ char *buf = NULL;
  uint64_t moved = 0, total = gk_fd_remaining (from_fd);
  struct pollfd p = { .fd = from_fd, .events = POLLIN };
  uint64_t data_left = sink->ops->hole && gk_fd_has_holes (from_fd) ? 0 : UINT64_MAX;
  ssize_t n;
  int r;

  if (size < total)
    total = size;
  if (sink->fd >= 0)
    return gk_copy_fd (from_fd, sink->fd, size, total, task, ret_moved, err);
  buf = malloc (BUFFER);
  if (!buf)
    return gk_error_oom (err);
  while (moved < size) {
    /* A regular file is always ready; a pipe may keep us waiting. */
    r = gk_task_poll (task, &p, 1, -1, err);
    if (r == -1)
      return -1;
    if (r == 0)
      continue;
    if (data_left == 0) {
      int64_t hole = send_hole (sink, from_fd, size - moved, &data_left, err);
      if (hole == -1)
        return -1;
      moved += (uint64_t)hole;
      gk_task_progress (task, moved, total);
      continue;
    }
    uint64_t most = size - moved < data_left ? size - moved : data_left;
    n = read (from_fd, buf, most < BUFFER ? most : BUFFER);
    if (n == -1 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (n == -1)
      return gk_error_sys (err, errno, "read");
    if (n == 0)
      break;
    if (gk_sink_write (sink, buf, n, err) == -1)
      return -1;
    moved += n;
    if (data_left != UINT64_MAX)
      data_left -= (uint64_t)n;
    gk_task_progress (task, moved, total);
  }
  if (ret_moved)
    *ret_moved = moved;
  return 0;
}
