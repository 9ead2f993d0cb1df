/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A child that stays and runs a function of this program behind the jail's
 * walls, without a tree or in one that it is given.
 *
 * fork, not the clone of spawn.c, for the child lives on in this program's
 * memory.  That is shared until one of the two writes, so it costs what the
 * function itself touches.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/strv.h"
#include "exec/exec-priv.h"
#include "exec/exec.h"
#include "exec/jail-priv.h"
#include "op/task.h"

/* What the child says once it is ready or cannot be. */
#define MAX_MSG 4000
struct report {
  int errnum;
  int failed;
  char msg[MAX_MSG];
};
#define REPORT_HEAD offsetof (struct report, msg)

struct inside {
  const struct gk_fork *f;
  int *keep; /* pass_fds ascending, and room for two */
  int report_fd, err_fd, root_fd;
  pid_t parent;
};

/* --- in the child ------------------------------------------------------------ */

static int
leave_parent (struct inside *in)
{
  size_t n = in->f->n_pass_fds;
  int above = n > 0 ? in->keep[n - 1] + 1 : 3, null;

  in->report_fd = fcntl (in->report_fd, F_DUPFD_CLOEXEC, above);
  if (in->report_fd == -1 || gk_inside_detach (in->parent) == -1)
    return -1;
  in->keep[n++] = in->report_fd;
  if (in->f->in_tree) {
    in->root_fd = fcntl (in->f->root_fd, F_DUPFD_CLOEXEC, in->report_fd + 1);
    if (in->root_fd == -1)
      return -1;
    in->keep[n++] = in->root_fd;
  }
  null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (null == -1 || dup2 (null, 0) == -1 || dup2 (in->err_fd, 1) == -1 ||
      dup2 (in->err_fd, 2) == -1)
    return -1;
  if (gk_inside_close_fds (in->keep, n) == -1 || chdir ("/") == -1)
    return -1;
  umask (077);
  if (gk_inside_reset_signals () == -1)
    return -1;
  return signal (SIGPIPE, SIG_IGN) == SIG_ERR || signal (SIGINT, SIG_IGN) == SIG_ERR ? -1 : 0;
}

static int
get_ready (struct inside *in, struct gk_error *err)
{
  if (leave_parent (in) == -1)
    return gk_error_sys (err, errno, "fork: leaving the parent");
  if (in->f->prepare (in->f->opaque, err) == -1)
    return -1;
  if (in->f->in_tree) {
    if (fchdir (in->root_fd) == -1 || chroot (".") == -1 || chdir ("/") == -1 ||
        close (in->root_fd) == -1)
      return gk_error_sys (err, errno, "fork: chroot");
  } else if (gk_inside_serve_alone () == -1)
    return gk_error_sys (err, errno, "fork: mount namespace");
  if (gk_jail_drop_caps (in->f->caps) == -1)
    return gk_error_sys (err, errno, "fork: capabilities");
  if (gk_jail_filter () == -1)
    return gk_error_sys (err, errno, "fork: seccomp");
  return 0;
}

static _Noreturn void
child_main (struct inside *in)
{
  struct gk_error err = GK_ERROR_INIT;
  struct report report = { .failed = 0 };
  size_t n = 0;

  if (get_ready (in, &err) == -1) {
    n = strnlen (gk_error_msg (&err), MAX_MSG);
    memcpy (report.msg, gk_error_msg (&err), n);
    report.errnum = err.errnum;
    report.failed = 1;
  }
  if (gk_write_full (in->report_fd, &report, REPORT_HEAD + n) == -1 || report.failed)
    _exit (1);
  close (in->report_fd);
  _exit (in->f->run (in->f->opaque));
}

/* --- in the parent ----------------------------------------------------------- */

static int
await_report (const struct gk_fork *f, const struct gk_child *child, int report_fd,
              struct gk_error *err)
{
  struct report report;
  size_t have = 0;
  ssize_t n;

  for (;;) {
    struct pollfd p[] = {
      { .fd = report_fd, .events = POLLIN },
      { .fd = child->pidfd, .events = POLLIN },
    };

    if (gk_task_poll (f->task, p, 2, -1, err) == -1)
      return -1;
    n = read (report_fd, (char *)&report + have, sizeof report - have);
    if (n > 0)
      have += n;
    else if (n == 0)
      break;
    else if (errno != EINTR && (errno != EAGAIN || p[1].revents))
      break;
  }
  if (have < REPORT_HEAD)
    return gk_error_set (err, EIO, "%s: ended without a report", f->name);
  if (report.failed)
    return gk_error_set (err, report.errnum, "%s: %.*s", f->name, (int)(have - REPORT_HEAD),
                         report.msg);
  return 0;
}

int
gk_child_fork (const struct gk_fork *f, struct gk_child *child, struct gk_error *err)
{
  _cleanup_close_ int report_r = -1, report_w = -1, err_r = -1, err_w = -1;
  struct gk_child c = GK_CHILD_INIT;
  _cleanup_free_ int *keep = NULL;
  int fds[2];

  if (gk_task_check (f->task, err) == -1)
    return -1;
  keep = gk_exec_sorted_fds (f->pass_fds, f->n_pass_fds, 2);
  if (!keep)
    return gk_error_sys (err, errno, "%s: descriptors to pass", f->name);
  if (gk_exec_pipe (fds, 0, err) == -1)
    return -1;
  report_r = fds[0];
  report_w = fds[1];
  if (gk_exec_pipe (fds, 0, err) == -1)
    return -1;
  err_r = fds[0];
  err_w = fds[1];
  if (fcntl (err_w, F_SETFL, O_WRONLY | O_NONBLOCK) == -1)
    return gk_error_sys (err, errno, "pipe");
  struct inside in = {
    .f = f,
    .keep = keep,
    .report_fd = report_w,
    .err_fd = err_w,
    .parent = getpid (),
  };

  c.pid = gk_inside_fork ();
  if (c.pid == 0)
    child_main (&in);
  if (c.pid == -1)
    return gk_error_sys (err, errno, "%s: fork", f->name);
  gk_close_keep_errno (gk_steal_fd (&report_w));
  c.pidfd = (int)syscall (SYS_pidfd_open, c.pid, 0);
  if (c.pidfd == -1) {
    gk_error_sys (err, errno, "%s: pidfd_open", f->name);
    kill (c.pid, SIGKILL);
    waitpid (c.pid, NULL, 0);
    return -1;
  }
  c.err_fd = gk_steal_fd (&err_r);
  if (await_report (f, &c, report_r, err) == -1) {
    gk_child_stop (&c, 0);
    return -1;
  }
  *child = c;
  return 0;
}
