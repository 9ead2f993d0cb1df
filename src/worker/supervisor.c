/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Starting, watching and burying the worker: see supervisor.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "worker/journal.h"
#include "worker/supervisor.h"

/* After the client has gone, the worker has so long to flush and unmount. */
#define GRACE_MS 100000

/* How often the worker is looked at: one that was killed and waits for a disk
 * does not end, and nothing says so. */
#define LOOK_MS 2000

/* In the child.  A parent that died before PDEATHSIG was armed has closed the
 * pipe, of which it alone has the other end. */
static int
arm_death_signal (int alive_fd)
{
  struct pollfd p = { .fd = alive_fd, .events = POLLIN };

  if (prctl (PR_SET_PDEATHSIG, SIGKILL) == -1)
    return -1;
  return poll (&p, 1, 0) == 0 ? 0 : -1;
}

static pid_t
start_worker (int conn_fd, const char *dir, struct gk_journal *journal, gk_worker_fn worker,
              int *ret_alive_fd, struct gk_error *err)
{
  int alive[2];

  if (unshare (CLONE_NEWPID) == -1)
    return gk_error_sys (err, errno, "unshare (CLONE_NEWPID)");
  if (pipe2 (alive, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  pid_t pid = fork ();
  if (pid == 0) {
    close (alive[1]);
    if (arm_death_signal (alive[0]) == -1)
      _exit (1);
    close (alive[0]);
    _exit (worker (conn_fd, dir, journal, NULL));
  }
  close (alive[0]);
  if (pid == -1) {
    close (alive[1]);
    return gk_error_sys (err, errno, "fork");
  }
  *ret_alive_fd = alive[1];
  return pid;
}

/* Wait until the worker has ended.  It has to when the client is gone or a
 * signal asks for it; then it gets its time and no more. */
static void
watch (int conn_fd, int client_pidfd, int signal_fd, pid_t pid, int pidfd,
       const struct gk_journal *journal)
{
  struct pollfd p[] = {
    { .fd = pidfd, .events = POLLIN },
    { .fd = conn_fd, .events = 0 }, /* POLLHUP only: the data is the worker's */
    { .fd = signal_fd, .events = POLLIN },
    { .fd = client_pidfd, .events = POLLIN },
  };
  int left = -1; /* looks until it is killed; -1: no end is set yet, or it was killed already */
  bool dying = false;

  for (;;) {
    int r = poll (p, 4, LOOK_MS);
    if (r == -1 && errno == EINTR)
      continue;
    if (r == 0) {
      /* Only at the second look: until then its disks may be flushed yet, which needs their
       * servers. */
      if (dying)
        gk_journal_cut_off (journal);
      dying = gk_journal_is_dying (pid);
      if (left == 0)
        pidfd_send_signal (pidfd, SIGKILL, NULL, 0);
      if (left >= 0)
        left--;
      continue;
    }
    if (r == -1)
      pidfd_send_signal (pidfd, SIGKILL, NULL, 0);
    if (r == -1 || p[0].revents)
      return;
    if (p[2].revents || p[3].revents) /* the worker reads end of file and ends in order */
      shutdown (conn_fd, SHUT_RDWR);
    p[1].fd = p[2].fd = p[3].fd = -1;
    left = GRACE_MS / LOOK_MS;
  }
}

int
gk_supervise (int conn_fd, int client_pidfd, const char *cachedir, gk_worker_fn worker)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_journal journal = GK_JOURNAL_INIT;
  _cleanup_free_ char *dir = NULL;
  _cleanup_close_ int alive_fd = -1;
  sigset_t signals;

  /* What killed sessions left; a failure there is not this session's. */
  gk_journal_collect (0, NULL);

  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  _cleanup_close_ int signal_fd = signalfd (-1, &signals, SFD_CLOEXEC);

  pid_t pid = -1;
  if (gk_journal_create (&journal, &err) == 0 &&
      gk_journal_make_dir (&journal, cachedir, &dir, &err) == 0)
    pid = start_worker (conn_fd, dir, &journal, worker, &alive_fd, &err);
  if (pid > 0) {
    _cleanup_close_ int pidfd = pidfd_open (pid, 0);
    if (pidfd == -1) {
      gk_error_sys (&err, errno, "pidfd_open");
      kill (pid, SIGKILL);
    } else
      watch (conn_fd, client_pidfd, signal_fd, pid, pidfd, &journal);
    while (waitpid (pid, NULL, 0) == -1 && errno == EINTR)
      ;
  }
  gk_journal_finish (&journal, &err);
  if (err.msg)
    fprintf (stderr, "guestkitd: %s\n", gk_error_msg (&err));
  if (pid == -1)
    worker (conn_fd, NULL, NULL, &err);
  return pid > 0 && err.msg == NULL ? 0 : 1;
}
