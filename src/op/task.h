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

#include <stdbool.h>
#include <stdint.h>

struct gk_error;
struct gk_task;

struct gk_task_ops {
  bool (*cancelled) (struct gk_task *task); /* cheap: one non-blocking look */
  int (*cancel_fd) (struct gk_task *task);  /* readable when cancelled may turn true; or -1 */
  void (*progress) (struct gk_task *task, uint64_t position, uint64_t total);
  void (*log) (struct gk_task *task, const char *text);
};

struct gk_task {
  const struct gk_task_ops *ops;
};

bool gk_task_cancelled (struct gk_task *task);
int gk_task_cancel_fd (struct gk_task *task);

/* Rate limiting (first after 2 s, then every 1/3 s) is done behind this:
 * call it as often as is natural. */
void gk_task_progress (struct gk_task *task, uint64_t position, uint64_t total);

void gk_task_log (struct gk_task *task, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

/* 0, or -1 with err set to ECANCELED. */
int gk_task_check (struct gk_task *task, struct gk_error *err);

#endif
