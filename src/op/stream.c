/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sources and sinks: the descriptor kind, and moving a whole stream. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "op/copy.h"
#include "op/stream.h"
#include "op/task.h"

/* For chunks on the wire, which are smaller. */
#define BUFFER ((size_t)256 << 10)

ssize_t
gk_source_read (struct gk_source *src, void *buf, size_t n, struct gk_error *err)
{
  return src->ops->read (src, buf, n, err);
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

int
gk_source_to_fd (struct gk_source *src, int to_fd, uint64_t size, struct gk_task *task,
                 uint64_t *ret_moved, struct gk_error *err)
{
  _cleanup_free_ char *buf = NULL;
  struct gk_copy_to to;
  uint64_t moved = 0, total = src->total && size < src->total ? size : src->total;
  ssize_t n;

  if (src->fd >= 0)
    return gk_copy_fd (src->fd, to_fd, size, total, task, ret_moved, err);
  buf = malloc (BUFFER);
  if (!buf)
    return gk_error_oom (err);
  to = gk_copy_to_fd (to_fd);
  while (moved < size) {
    if (gk_task_check (task, err) == -1)
      return -1;
    n = gk_source_read (src, buf, size - moved < BUFFER ? size - moved : BUFFER, err);
    if (n == -1)
      return -1;
    if (n == 0)
      break;
    if (gk_copy_write (&to, buf, n, task, err) == -1)
      return -1;
    moved += n;
    gk_task_progress (task, moved, total);
  }
  if (ret_moved)
    *ret_moved = moved;
  return 0;
}

int
gk_sink_from_fd (struct gk_sink *sink, int from_fd, uint64_t size, struct gk_task *task,
                 uint64_t *ret_moved, struct gk_error *err)
{
  _cleanup_free_ char *buf = NULL;
  uint64_t moved = 0, total = gk_fd_remaining (from_fd);
  struct pollfd p = { .fd = from_fd, .events = POLLIN };
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
    n = read (from_fd, buf, size - moved < BUFFER ? size - moved : BUFFER);
    if (n == -1 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (n == -1)
      return gk_error_sys (err, errno, "read");
    if (n == 0)
      break;
    if (gk_sink_write (sink, buf, n, err) == -1)
      return -1;
    moved += n;
    gk_task_progress (task, moved, total);
  }
  if (ret_moved)
    *ret_moved = moved;
  return 0;
}
