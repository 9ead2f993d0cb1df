/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The answer of a function in the jail: bytes that it writes into a pipe, taken
 * up here while it runs, up to a size and for a time.  Who wrote them had read
 * what a guest wrote, so whoever parses them believes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/strv.h"
#include "exec/jail.h"
#include "op/task.h"

#define STEP ((size_t)64 << 10)

struct answer {
  const struct gk_jail *jail;
  int (*fn) (void *opaque, int out_fd, struct gk_error *err);
  void *opaque;
  int read_fd, write_fd;
  size_t max;
  struct gk_buf text;
};

static int
in_jail (void *opaque, struct gk_error *err)
{
  struct answer *a = opaque;

  return a->fn (a->opaque, a->write_fd, err);
}

static int
prepare (void *opaque, struct gk_error *err)
{
  struct answer *a = opaque;

  return a->jail->prepare (a->opaque, err);
}

/* The child's own time-out is no help against a child that was taken over. */
static int
pump (void *opaque, struct gk_error *err)
{
  struct answer *a = opaque;
  int64_t end = gk_clock_ms () + a->jail->timeout_ms;

  close (gk_steal_fd (&a->write_fd));
  for (;;) {
    struct pollfd p = { .fd = a->read_fd, .events = POLLIN };
    int64_t left = end - gk_clock_ms ();

    if (left <= 0)
      return gk_error_set (err, ETIMEDOUT, "no answer within %d s", a->jail->timeout_ms / 1000);
    if (gk_task_poll (a->jail->task, &p, 1, (int)left, err) == -1)
      return -1;
    if (p.revents == 0)
      continue;
    if (a->text.size >= a->max)
      return gk_error_set (err, EFBIG, "the answer is larger than %zu MiB", a->max >> 20);
    if (gk_buf_reserve (&a->text, STEP) == -1)
      return gk_error_oom (err);
    ssize_t n = read (a->read_fd, a->text.data + a->text.size, STEP);
    if (n == -1 && errno != EINTR)
      return gk_error_sys (err, errno, "answer");
    if (n == 0)
      return 0;
    if (n > 0)
      a->text.size += (size_t)n;
  }
}

int
gk_jail_ask (const struct gk_jail *how, int (*fn) (void *opaque, int out_fd, struct gk_error *err),
             void *opaque, size_t max, struct gk_buf *ret_answer, struct gk_error *err)
{
  struct gk_jail jail = *how;
  struct answer a = { .jail = how, .fn = fn, .opaque = opaque, .max = max, .text = GK_BUF_INIT };
  _cleanup_free_ int *fds = NULL;
  int p[2], r;

  if (pipe2 (p, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  a.read_fd = p[0];
  a.write_fd = p[1];
  fds = calloc (how->n_pass_fds + 1, sizeof *fds);
  if (fds) {
    for (size_t i = 0; i < how->n_pass_fds; i++)
      fds[i] = how->pass_fds[i];
    fds[how->n_pass_fds] = p[1];
    jail.pass_fds = fds;
    jail.n_pass_fds = how->n_pass_fds + 1;
    jail.pump = pump;
    jail.pump_opaque = &a;
    jail.prepare = how->prepare ? prepare : NULL;
    r = gk_jail_run (&jail, in_jail, &a, err);
  } else
    r = gk_error_oom (err);
  gk_cleanup_close (&a.read_fd);
  gk_cleanup_close (&a.write_fd);
  if (r >= 0 && gk_buf_append (&a.text, "", 0) == -1)
    r = gk_error_oom (err);
  if (r == -1) {
    gk_buf_clear (&a.text);
    return -1;
  }
  *ret_answer = a.text;
  return r;
}
