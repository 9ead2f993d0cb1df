/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A child that stays.
 *
 * Its stderr (and stdout, unless the caller has a descriptor for it) is a pipe
 * that nobody needs to read: the child's end is non-blocking, so that a server
 * with much to say about a bad image drops words instead of standing still.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "exec/exec-priv.h"
#include "exec/exec.h"
#include "op/task.h"

/* What a pipe holds by default: it is filled before there is a reader. */
#define MAX_STDIN ((size_t)64 << 10)
#define MAX_WORDS ((size_t)64 << 10)

static int
open_stdin (const struct gk_exec *x, struct gk_error *err)
{
  int fds[2], fd;

  if (!x->stdin_data) {
    fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd == -1 ? gk_error_sys (err, errno, "/dev/null") : fd;
  }
  if (x->stdin_size > MAX_STDIN)
    return gk_error_sys (err, E2BIG, "%s: input", x->argv[0]);
  if (gk_exec_pipe (fds, 1, err) == -1)
    return -1;
  if (x->stdin_size > 0 && write (fds[1], x->stdin_data, x->stdin_size) != (ssize_t)x->stdin_size) {
    gk_error_sys (err, errno, "%s: input", x->argv[0]);
    close (fds[0]);
    close (fds[1]);
    return -1;
  }
  close (fds[1]);
  return fds[0];
}

int
gk_child_start (const struct gk_exec *x, struct gk_child *child, struct gk_error *err)
{
  _cleanup_close_ int in = -1, err_r = -1, err_w = -1;
  int fds[2], pidfd;
  pid_t pid;

  if (gk_task_check (x->task, err) == -1)
    return -1;
  if (x->stdin_fd < 0) {
    in = open_stdin (x, err);
    if (in == -1)
      return -1;
  }
  if (gk_exec_pipe (fds, 0, err) == -1)
    return -1;
  err_r = fds[0];
  err_w = fds[1];
  if (fcntl (err_w, F_SETFL, O_WRONLY | O_NONBLOCK) == -1)
    return gk_error_sys (err, errno, "pipe");
  const int stdio[3] = { in >= 0 ? in : x->stdin_fd, x->stdout_fd >= 0 ? x->stdout_fd : err_w,
                         err_w };
  if (gk_exec_spawn (x, stdio, &pid, &pidfd, err) == -1)
    return -1;
  *child = (struct gk_child){ .pid = pid, .pidfd = pidfd, .err_fd = gk_steal_fd (&err_r) };
  return 0;
}

bool
gk_child_alive (const struct gk_child *child)
{
  struct pollfd p = { .fd = child->pidfd, .events = POLLIN };

  return child->pid > 0 && poll (&p, 1, 0) == 0;
}

int
gk_child_stop (struct gk_child *child, int grace_ms)
{
  struct pollfd p = { .fd = child->pidfd, .events = POLLIN };
  int64_t deadline;
  int status, r;

  if (child->pid <= 0)
    return -1;
  if (grace_ms > 0 && gk_exec_kill (child->pid, child->pidfd, SIGTERM)) {
    deadline = gk_clock_ms () + grace_ms;
    do
      r = poll (&p, 1, gk_exec_until (deadline));
    while (r == -1 && errno == EINTR);
  }
  /* Also when it ended: a server leaves nothing behind. */
  gk_exec_kill (child->pid, child->pidfd, SIGKILL);
  status = gk_exec_reap (child->pidfd, 5000);
  gk_close_keep_errno (child->pidfd);
  if (child->err_fd >= 0)
    gk_close_keep_errno (child->err_fd);
  *child = (struct gk_child)GK_CHILD_INIT;
  return status;
}

char *
gk_child_last_words (struct gk_child *child)
{
  _cleanup_free_ char *buf = malloc (MAX_WORDS), *words = NULL;
  size_t have = 0;
  ssize_t n;
  char *line;

  if (!buf || child->err_fd < 0)
    return NULL;
  while (have < MAX_WORDS) {
    n = read (child->err_fd, buf + have, MAX_WORDS - have);
    if (n > 0)
      have += n;
    else if (n == 0 || errno != EINTR)
      break;
  }
  words = gk_exec_last_words ("", buf, have);
  if (!words || !*words)
    return NULL;
  /* One line: the last says why, those before it often only where. */
  line = strrchr (words, '\n');
  return strdup (line ? line + 1 : words);
}
