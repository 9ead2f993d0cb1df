/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The task, as operations see it: each member of its table may be missing. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "op/task.h"

bool
gk_task_cancelled (struct gk_task *task)
{
  return task && task->ops->cancelled && task->ops->cancelled (task);
}

int
gk_task_cancel_fd (struct gk_task *task)
{
  return task && task->ops->cancel_fd ? task->ops->cancel_fd (task) : -1;
}

void
gk_task_progress (struct gk_task *task, uint64_t position, uint64_t total)
{
  if (task && task->ops->progress)
    task->ops->progress (task, position, total);
}

void
gk_task_log (struct gk_task *task, const char *fmt, ...)
{
  _cleanup_free_ char *text = NULL;
  va_list ap;
  int saved = errno;

  if (!task || !task->ops->log)
    return;
  va_start (ap, fmt);
  if (vasprintf (&text, fmt, ap) == -1)
    text = NULL;
  va_end (ap);
  _cleanup_free_ char *line = text ? gk_asprintf ("%s\n", text) : NULL;
  task->ops->log (task, line ? line : "out of memory\n");
  errno = saved;
}

int
gk_task_check (struct gk_task *task, struct gk_error *err)
{
  if (gk_task_cancelled (task))
    return gk_error_set (err, ECANCELED, "operation cancelled");
  return 0;
}

#define MAX_POLL 8
/* A cancel descriptor may be readable for another reason (the next call waits
 * in the socket).  It stays so: look again only every so often. */
#define SLICE_MS 50
/* And any task is asked so often that it can show that it lives. */
#define PULSE_MS 300

static int
poll_once (struct gk_task *task, struct pollfd *fds, size_t n, int timeout_ms, struct gk_error *err)
{
  struct pollfd all[MAX_POLL + 1];
  int cancel_fd = gk_task_cancel_fd (task), r;

  if (gk_task_check (task, err) == -1)
    return -1;
  if (n > MAX_POLL)
    return gk_error_sys (err, EINVAL, "poll");
  for (size_t i = 0; i < n; i++)
    all[i] = fds[i];
  all[n] = (struct pollfd){ .fd = cancel_fd, .events = POLLIN };
  /* With no descriptor to wake it, the task is asked now and then. */
  if (task && task->ops->cancelled && cancel_fd == -1 && (timeout_ms < 0 || timeout_ms > SLICE_MS))
    timeout_ms = SLICE_MS;
  r = poll (all, n + 1, timeout_ms);
  if (r == 1 && all[n].revents) {
    if (gk_task_check (task, err) == -1)
      return -1;
    all[n].fd = -1;
    if (timeout_ms < 0 || timeout_ms > SLICE_MS)
      timeout_ms = SLICE_MS;
    r = poll (all, n + 1, timeout_ms);
  }
  if (r == -1 && errno != EINTR)
    return gk_error_sys (err, errno, "poll");
  if (gk_task_check (task, err) == -1)
    return -1;
  for (size_t i = 0; i < n; i++)
    fds[i].revents = r > 0 ? all[i].revents : 0;
  return r <= 0 ? 0 : r - (all[n].fd >= 0 && all[n].revents);
}

int
gk_task_poll (struct gk_task *task, struct pollfd *fds, size_t n, int timeout_ms,
              struct gk_error *err)
{
  for (;;) {
    bool last = task == NULL || (timeout_ms >= 0 && timeout_ms <= PULSE_MS);
    int r = poll_once (task, fds, n, last ? timeout_ms : PULSE_MS, err);

    if (r != 0 || last)
      return r;
    if (timeout_ms > 0)
      timeout_ms -= PULSE_MS;
  }
}

void
gk_progress_rate_start (struct gk_progress_rate *rate)
{
  *rate = (struct gk_progress_rate){ .next_ms = (uint64_t)gk_clock_ms () + 2000 };
}

bool
gk_progress_rate_due (struct gk_progress_rate *rate, uint64_t position, uint64_t total)
{
  uint64_t now;

  if (rate->any && !rate->done && total > 0 && position == total) {
    rate->done = true;
    return true;
  }
  now = (uint64_t)gk_clock_ms ();
  if (now < rate->next_ms)
    return false;
  rate->next_ms = now + 333;
  rate->any = true;
  rate->done = position == total;
  return true;
}
