/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running a function in the jail: the order of the walls in the child, and the
 * wait for its report in the parent. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/strv.h"
#include "exec/exec-priv.h"
#include "exec/jail-priv.h"
#include "exec/jail.h"
#include "op/task.h"

/* What the child says at its end; msg without a NUL.  Fits in a pipe. */
#define MAX_MSG 16384
struct report {
  int ret;
  int errnum;
  char msg[MAX_MSG];
};
#define REPORT_HEAD offsetof (struct report, msg)

#define REAP_MS 5000

struct inside {
  const struct gk_jail *jail;
  int *keep; /* pass_fds ascending, and room for two */
  size_t n_keep;
  int report_fd;
  pid_t parent;
  void *opaque; /* the function's argument */
};

/* --- in the child ------------------------------------------------------------ */

static int
keep (struct inside *in, int fd, const char *what, struct gk_error *err)
{
  /* Above all that is kept already: the list stays in order. */
  int above = in->n_keep ? in->keep[in->n_keep - 1] + 1 : 3;
  int r = fcntl (fd, F_DUPFD_CLOEXEC, above);

  if (r == -1)
    return gk_error_sys (err, errno, "jail: %s", what);
  in->keep[in->n_keep++] = r;
  return r;
}

/* A copy of the tree's mounts that belongs to nobody, and into it.  Its
 * descriptor stays open: the copy goes away with it. */
static int
enter (struct inside *in, struct gk_error *err)
{
  struct mount_attr attr = { .attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC };
  _cleanup_close_ int tree = -1;
  int fd;

  tree = open_tree (in->jail->root_fd, "",
                    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
  if (tree == -1)
    return gk_error_sys (err, errno, "jail: open_tree");
  if (mount_setattr (tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == -1)
    return gk_error_sys (err, errno, "jail: mount_setattr");
  fd = keep (in, tree, "dup", err);
  if (fd == -1)
    return -1;
  if (fchdir (fd) == -1 || chroot (".") == -1 || chdir ("/") == -1)
    return gk_error_sys (err, errno, "jail: chroot");
  return 0;
}

static int
set_limits (const struct gk_jail *jail, struct gk_error *err)
{
  struct itimerval timer = { .it_value = { jail->timeout_ms / 1000,
                                           jail->timeout_ms % 1000 * 1000 } };

  if (jail->max_memory && gk_inside_limit_memory (jail->max_memory) == -1)
    return gk_error_sys (err, errno, "jail: setrlimit");
  /* While the pump runs nobody here looks at the clock. */
  if (jail->timeout_ms > 0 && setitimer (ITIMER_REAL, &timer, NULL) == -1)
    return gk_error_sys (err, errno, "jail: setitimer");
  return 0;
}

static int
lock_up (struct inside *in, struct gk_error *err)
{
  int fd;

  if (gk_inside_detach (in->parent) == -1)
    return gk_error_sys (err, errno, "jail: detach");
  if (in->jail->prepare && in->jail->prepare (in->opaque, err) == -1)
    return -1;
  fd = keep (in, in->report_fd, "dup", err);
  if (fd == -1)
    return -1;
  in->report_fd = fd;
  if (enter (in, err) == -1)
    return -1;
  if (gk_inside_close_fds (in->keep, in->n_keep) == -1)
    return gk_error_sys (err, errno, "jail: close_range");
  if (gk_inside_reset_signals () == -1)
    return gk_error_sys (err, errno, "jail: sigaction");
  /* A reader that went away is an error to report, not a death. */
  if (signal (SIGPIPE, SIG_IGN) == SIG_ERR)
    return gk_error_sys (err, errno, "jail: sigaction");
  if (set_limits (in->jail, err) == -1)
    return -1;
  if (gk_jail_drop_caps (in->jail->caps) == -1)
    return gk_error_sys (err, errno, "jail: capabilities");
  if (gk_jail_filter () == -1)
    return gk_error_sys (err, errno, "jail: seccomp");
  return 0;
}

static _Noreturn void
child_main (struct inside *in, int (*fn) (void *, struct gk_error *), void *opaque)
{
  struct gk_error err = GK_ERROR_INIT;
  struct report report = { .ret = -1 };
  size_t n = 0;

  if (lock_up (in, &err) == 0)
    report.ret = fn (opaque, &err);
  if (report.ret < 0) {
    const char *msg = gk_error_msg (&err);

    report.errnum = err.errnum;
    n = err.msg || err.errnum ? strnlen (msg, MAX_MSG) : 0;
    memcpy (report.msg, msg, n);
  }
  _exit (gk_write_full (in->report_fd, &report, REPORT_HEAD + n) == 0 ? 0 : 1);
}

/* --- in the parent ----------------------------------------------------------- */

#define TICK_MS 300

/* Collect the report until its end, or that of the child. */
static int
await (const struct gk_jail *jail, int pidfd, int report_fd, int64_t deadline, struct gk_buf *buf,
       struct gk_error *err)
{
  int r;

  if (gk_buf_reserve (buf, sizeof (struct report)) == -1)
    return gk_error_oom (err);
  for (;;) {
    struct pollfd p[] = {
      { .fd = report_fd, .events = POLLIN },
      { .fd = pidfd, .events = POLLIN },
    };
    ssize_t n;

    int until = gk_exec_until (deadline);
    if (jail->tick && (until < 0 || until > TICK_MS))
      until = TICK_MS;
    r = gk_task_poll (jail->task, p, 2, until, err);
    if (r == -1)
      return -1;
    if (r == 0 && deadline >= 0 && gk_clock_ms () >= deadline)
      return gk_error_set (err, ETIMEDOUT, "jail: did not end within %d ms", jail->timeout_ms);
    if (jail->tick)
      jail->tick (jail->pump_opaque);
    if (!p[0].revents && !p[1].revents)
      continue;
    n = read (report_fd, buf->data + buf->size, sizeof (struct report) - buf->size);
    if (n > 0) {
      buf->size += n;
      if (buf->size < sizeof (struct report))
        continue;
    }
    if (n == -1 && (errno == EINTR || (errno == EAGAIN && !p[1].revents)))
      continue;
    return 0;
  }
}

/* What became of it.  The report is only the child's word, and the child may have been taken
 * over by what it read: nothing of it is believed here but that it is a number and a text. */
static int
judge (const struct gk_jail *jail, int status, bool late, const struct gk_buf *buf,
       struct gk_error *err)
{
  struct report report;
  size_t n;

  if (status == 128 + SIGALRM || (status > 128 && late))
    return gk_error_set (err, ETIMEDOUT, "jail: did not end within %d ms", jail->timeout_ms);
  if (status > 128)
    return gk_error_set (err, 0, "jail: killed by signal %d", status - 128);
  if (status != 0 || buf->size < REPORT_HEAD)
    return gk_error_set (err, 0, "jail: ended without a report");
  memcpy (&report, buf->data, buf->size);
  n = buf->size - REPORT_HEAD;
  if (report.ret >= 0)
    return report.ret;
  if (report.errnum < 0 || report.errnum > 4095)
    report.errnum = EIO;
  if (n == 0)
    return gk_error_set (err, report.errnum, "jail: failed without a reason");
  return gk_error_set (err, report.errnum, "%.*s", (int)n, report.msg);
}

int
gk_jail_run (const struct gk_jail *jail, int (*fn) (void *opaque, struct gk_error *err),
             void *opaque, struct gk_error *err)
{
  int64_t deadline = jail->timeout_ms > 0 ? gk_clock_ms () + jail->timeout_ms : -1;
  _cleanup_error_ struct gk_error pump_err = GK_ERROR_INIT;
  _cleanup_gk_buf_ struct gk_buf buf = GK_BUF_INIT;
  _cleanup_close_ int report_r = -1, report_w = -1, pidfd = -1;
  _cleanup_free_ int *fds_kept = NULL;
  int fds[2], r = 0, status;
  pid_t pid;

  if (gk_task_check (jail->task, err) == -1)
    return -1;
  fds_kept = gk_exec_sorted_fds (jail->pass_fds, jail->n_pass_fds, 2);
  if (!fds_kept)
    return gk_error_sys (err, errno, "jail: descriptors to pass");
  if (gk_exec_pipe (fds, 0, err) == -1)
    return -1;
  report_r = fds[0];
  report_w = fds[1];
  struct inside in = { .jail = jail,
                       .keep = fds_kept,
                       .n_keep = jail->n_pass_fds,
                       .report_fd = report_w,
                       .parent = getpid (),
                       .opaque = opaque };

  pid = gk_inside_fork ();
  if (pid == 0)
    child_main (&in, fn, opaque);
  if (pid == -1)
    return gk_error_sys (err, errno, "jail: fork");
  gk_close_keep_errno (gk_steal_fd (&report_w));
  pidfd = (int)syscall (SYS_pidfd_open, pid, 0);
  if (pidfd == -1) {
    gk_error_sys (err, errno, "jail: pidfd_open");
    kill (pid, SIGKILL);
    waitpid (pid, NULL, 0);
    return -1;
  }

  if (jail->pump && jail->pump (jail->pump_opaque, &pump_err) == -1 && pump_err.errnum != EPIPE)
    r = -1;
  if (r == -1)
    gk_error_move (err, &pump_err);
  else
    r = await (jail, pidfd, report_r, deadline, &buf, err);
  if (r == -1) {
    gk_exec_kill (pid, pidfd, SIGKILL);
    gk_exec_reap (pidfd, REAP_MS);
    return -1;
  }
  status = gk_exec_reap (pidfd, REAP_MS);
  if (status == -1)
    return gk_error_sys (err, errno, "jail: exit status");
  r = judge (jail, status, deadline >= 0 && gk_clock_ms () >= deadline, &buf, err);
  if (r >= 0 && pump_err.msg && !jail->early_end) {
    gk_error_move (err, &pump_err);
    return -1;
  }
  return r;
}
