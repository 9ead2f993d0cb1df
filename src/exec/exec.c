/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running a tool to its end.
 *
 * Leftovers of a tool that ended by itself are not killed: a FUSE mount helper
 * daemonizes on purpose.  Those of a tool that we kill are, with its session.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "exec/exec-priv.h"
#include "exec/exec.h"
#include "op/task.h"

#define DEFAULT_MAX_OUTPUT ((size_t)16 << 20)
#define DEFAULT_TIMEOUT_MS (10 * 60 * 1000)
/* A killed process can hang in the kernel, on a device that went away. */
#define REAP_MS 5000
#define CHUNK ((size_t)64 << 10)
/* Of stderr, in an error message. */
#define WORDS_LINES 10
#define WORDS_BYTES 2000

struct run {
  const struct gk_exec *x;
  size_t max_output;
  pid_t pid;
  int pidfd;
  /* in_r is held until the tool has ended: as long as there is a reader, a
   * write cannot raise SIGPIPE, which would be the program's, not ours. */
  int in_r, in_w, out, err;
  size_t fed;
  struct gk_buf out_buf, err_buf;
};

static void
run_clear (struct run *r)
{
  int *fds[] = { &r->pidfd, &r->in_r, &r->in_w, &r->out, &r->err };

  for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
    if (*fds[i] >= 0)
      gk_close_keep_errno (gk_steal_fd (fds[i]));
  gk_buf_clear (&r->out_buf);
  gk_buf_clear (&r->err_buf);
}

static int
start (struct run *r, struct gk_error *err)
{
  const struct gk_exec *x = r->x;
  _cleanup_close_ int null = -1, out_w = -1, err_w = -1;
  int fds[2], stdio[3];

  if (x->stdin_fd >= 0)
    stdio[0] = x->stdin_fd;
  else if (x->stdin_data) {
    if (gk_exec_pipe (fds, 1, err) == -1)
      return -1;
    stdio[0] = r->in_r = fds[0];
    r->in_w = fds[1];
  } else {
    stdio[0] = null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null == -1)
      return gk_error_sys (err, errno, "/dev/null");
  }
  stdio[1] = x->stdout_fd;
  if (x->stdout_fd < 0) {
    if (gk_exec_pipe (fds, 0, err) == -1)
      return -1;
    r->out = fds[0];
    stdio[1] = out_w = fds[1];
  }
  if (gk_exec_pipe (fds, 0, err) == -1)
    return -1;
  r->err = fds[0];
  stdio[2] = err_w = fds[1];
  return gk_exec_spawn (x, stdio, &r->pid, &r->pidfd, err);
}

static void
feed (struct run *r)
{
  ssize_t n = 0;

  if (r->fed < r->x->stdin_size)
    n = write (r->in_w, r->x->stdin_data + r->fed, r->x->stdin_size - r->fed);
  if (n > 0)
    r->fed += n;
  /* Its end is what many tools wait for. */
  if (r->fed == r->x->stdin_size || (n == -1 && errno != EAGAIN && errno != EINTR))
    gk_close_keep_errno (gk_steal_fd (&r->in_w));
}

/* Read what is there.  1: there may be more, 0: not now (at the end, *fd
 * becomes -1). */
static int
capture (struct run *r, int *fd, struct gk_buf *buf, struct gk_error *err)
{
  const struct gk_exec *x = r->x;
  ssize_t n;

  if (*fd < 0)
    return 0;
  if (gk_buf_reserve (buf, CHUNK) == -1)
    return gk_error_oom (err);
  buf->data[buf->size] = '\0';
  n = read (*fd, buf->data + buf->size, CHUNK);
  if (n > 0) {
    if (x->take_output && buf == &r->out_buf)
      return x->take_output (x->take_opaque, buf->data, n, err) == -1 ? -1 : 1;
    buf->size += n;
    if (x->max_stderr && buf == &r->err_buf && buf->size > x->max_stderr)
      buf->size = x->max_stderr;
    buf->data[buf->size] = '\0';
    if (buf->size > r->max_output)
      return gk_error_set (err, E2BIG, "%s: wrote more than %zu bytes", r->x->argv[0],
                           r->max_output);
    return 1;
  }
  if (n == -1 && (errno == EAGAIN || errno == EINTR))
    return errno == EINTR;
  gk_close_keep_errno (gk_steal_fd (fd));
  return 0;
}

static int
drain (struct run *r, struct gk_error *err)
{
  int n;

  while ((n = capture (r, &r->out, &r->out_buf, err)) == 1)
    ;
  if (n == -1)
    return -1;
  while ((n = capture (r, &r->err, &r->err_buf, err)) == 1)
    ;
  return n;
}

/* Until the tool has ended and all it wrote was read. */
static int
converse (struct run *r, struct gk_error *err)
{
  int timeout_ms = r->x->timeout_ms ? r->x->timeout_ms : DEFAULT_TIMEOUT_MS;
  int64_t deadline = timeout_ms < 0 ? -1 : gk_clock_ms () + timeout_ms;
  int n;

  for (;;) {
    struct pollfd p[] = {
      { .fd = r->pidfd, .events = POLLIN },
      { .fd = r->in_w, .events = POLLOUT },
      { .fd = r->out, .events = POLLIN },
      { .fd = r->err, .events = POLLIN },
    };

    n = gk_task_poll (r->x->task, p, 4, gk_exec_until (deadline), err);
    if (n == -1)
      return gk_error_wrap (err, "%s", r->x->argv[0]);
    if (n == 0 && deadline >= 0 && gk_clock_ms () >= deadline)
      return gk_error_set (err, ETIMEDOUT, "%s: did not end within %d ms", r->x->argv[0],
                           timeout_ms);
    if (p[1].revents)
      feed (r);
    if (p[2].revents && capture (r, &r->out, &r->out_buf, err) == -1)
      return -1;
    if (p[3].revents && capture (r, &r->err, &r->err_buf, err) == -1)
      return -1;
    /* What was written before the end is in the pipes by now.  They may stay
     * open for longer, in a daemon that the tool left. */
    if (p[0].revents)
      return drain (r, err);
  }
}

static void
log_run (const struct gk_exec *x, int status)
{
  _cleanup_gk_buf_ struct gk_buf line = GK_BUF_INIT;

  if (!x->task || !x->task->ops->log)
    return;
  for (size_t i = 0; x->argv[i]; i++) {
    _cleanup_free_ char *arg = gk_escape (x->argv[i], strlen (x->argv[i]), 200);

    if (!arg || gk_buf_appendf (&line, " %s", arg) == -1)
      return;
  }
  gk_task_log (x->task, "exec:%s = %d", line.data ? line.data : "", status);
}

int
gk_exec_run (const struct gk_exec *x, struct gk_exec_result *result, struct gk_error *err)
{
  struct run r = {
    .x = x,
    .max_output = x->max_output ? x->max_output : DEFAULT_MAX_OUTPUT,
    .pidfd = -1,
    .in_r = -1,
    .in_w = -1,
    .out = -1,
    .err = -1,
  };
  int status;

  if (gk_task_check (x->task, err) == -1 || start (&r, err) == -1) {
    run_clear (&r);
    return -1;
  }
  if (converse (&r, err) == -1) {
    gk_exec_kill (r.pid, r.pidfd, SIGKILL);
    gk_exec_reap (r.pidfd, REAP_MS);
    run_clear (&r);
    return -1;
  }
  status = gk_exec_reap (r.pidfd, -1);
  if (status == -1) {
    gk_error_sys (err, errno, "%s: exit status", x->argv[0]);
    run_clear (&r);
    return -1;
  }
  log_run (x, status);
  gk_exec_result_clear (result);
  result->status = status;
  result->out = r.out_buf;
  result->err = r.err_buf;
  r.out_buf = r.err_buf = (struct gk_buf)GK_BUF_INIT;
  run_clear (&r);
  return 0;
}

void
gk_exec_result_clear (struct gk_exec_result *r)
{
  gk_buf_clear (&r->out);
  gk_buf_clear (&r->err);
  r->status = 0;
}

char *
gk_exec_last_words (const char *tool, const char *text, size_t size)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  size_t start, lines = 0, n;
  const char *p, *end, *nl;

  while (size > 0 && strchr (" \t\r\n", text[size - 1]))
    size--;
  for (start = size; start > 0 && size - start < WORDS_BYTES; start--)
    if (text[start - 1] == '\n' && ++lines == WORDS_LINES)
      break;
  end = text + size;
  for (p = text + start; p < end; p = nl + 1) {
    _cleanup_free_ char *line = NULL;

    nl = memchr (p, '\n', end - p);
    if (!nl)
      nl = end;
    /* Most tools begin with their own name, which the message has already. */
    n = strlen (tool);
    if ((size_t)(nl - p) > n + 2 && memcmp (p, tool, n) == 0 && memcmp (p + n, ": ", 2) == 0)
      p += n + 2;
    line = gk_escape (p, nl - p, WORDS_BYTES);
    if (!line || gk_buf_appendf (&b, "%s%s", b.size ? "\n" : "", line) == -1)
      return NULL;
  }
  return gk_buf_finish (&b);
}

int
gk_exec_check (const struct gk_exec *x, struct gk_buf *ret_out, struct gk_error *err)
{
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  _cleanup_free_ char *words = NULL;
  const char *tool = strrchr (x->argv[0], '/');

  tool = tool ? tool + 1 : x->argv[0];
  if (gk_exec_run (x, &result, err) == -1)
    return -1;
  if (result.status == 0) {
    if (ret_out) {
      *ret_out = result.out;
      result.out = (struct gk_buf)GK_BUF_INIT;
    }
    return 0;
  }
  if (result.status > 128)
    return gk_error_set (err, 0, "%s: killed by signal %d", tool, result.status - 128);
  const char *said = result.err.data ? result.err.data : "";
  size_t size = result.err.size;
  int medium = gk_errno_of_medium (said, size, &said, &size);
  words = gk_exec_last_words (tool, said, size);
  if (!words)
    return gk_error_oom (err);
  if (!*words)
    return gk_error_set (err, 0, "%s: exited with status %d", tool, result.status);
  return gk_error_set (err, medium, "%s: %s", tool, words);
}
