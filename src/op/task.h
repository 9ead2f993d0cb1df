/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The task: how a long operation learns that it is cancelled, reports how far
 * it is and writes to the session's log.  Every function accepts NULL.
 *
 * A cancelled operation stops at the next safe point, undoes what is half
 * done, and returns the error ECANCELED, which the client turns into
 * libguestfs's EINTR "operation cancelled by user".
 */
#ifndef GK_OP_TASK_H
#define GK_OP_TASK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gk_error;
struct gk_task;

struct gk_task_ops {
  bool (*cancelled) (struct gk_task *task); /* cheap: one non-blocking look */
  int (*cancel_fd) (struct gk_task *task);  /* readable when cancelled may turn true; or -1 */
  void (*progress) (struct gk_task *task, uint64_t position, uint64_t total);
  void (*log) (struct gk_task *task, const char *line); /* with its newline */
};

struct gk_task {
  const struct gk_task_ops *ops;
};

bool gk_task_cancelled (struct gk_task *task);
int gk_task_cancel_fd (struct gk_task *task);

/* Rate limiting (first after 2 s, then every 1/3 s) is done behind this by
 * the session: call it as often as is natural. */
void gk_task_progress (struct gk_task *task, uint64_t position, uint64_t total);

/* One line, to which the newline is added. */
void gk_task_log (struct gk_task *task, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

/* 0, or -1 with err set to ECANCELED. */
int gk_task_check (struct gk_task *task, struct gk_error *err);

/* poll (2) that also ends when the task is cancelled: -1 with err then, or
 * when poll fails.  Else how many of fds (at most 8) are ready; 0 can come
 * before the time (ms, -1: none) is over, so look at the clock and call again. */
int gk_task_poll (struct gk_task *task, struct pollfd *fds, size_t n, int timeout_ms,
                  struct gk_error *err);

/* The rate itself, for those who implement the progress member: tells whether
 * a position is to be sent on.  The last one (position == total) always is,
 * when any was. */
struct gk_progress_rate {
  uint64_t next_ms;
  bool any, done;
};
void gk_progress_rate_start (struct gk_progress_rate *rate); /* when the call begins */
bool gk_progress_rate_due (struct gk_progress_rate *rate, uint64_t position, uint64_t total);

#endif
