/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pipes to a child, its death, and the clock by which it is waited for. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "exec/exec-priv.h"

int
gk_exec_pipe (int fds[2], int here, struct gk_error *err)
{
  int fd;

  if (pipe2 (fds, O_CLOEXEC) == -1)
    return gk_error_sys (err, errno, "pipe");
  for (int i = 0; i < 2; i++) {
    if (fds[i] >= 3)
      continue;
    fd = fcntl (fds[i], F_DUPFD_CLOEXEC, 3);
    if (fd == -1)
      goto fail;
    close (fds[i]);
    fds[i] = fd;
  }
  if (here >= 0 && fcntl (fds[here], F_SETFL, (here ? O_WRONLY : O_RDONLY) | O_NONBLOCK) == -1)
    goto fail;
  return 0;

fail:
  gk_error_sys (err, errno, "pipe");
  close (fds[0]);
  close (fds[1]);
  return -1;
}

bool
gk_exec_kill (pid_t pid, int pidfd, int sig)
{
  siginfo_t si;

  /* As long as the child is ours to be waited for its number cannot be
   * another's.  (pidfd_send_signal would not reach the session.) */
  if (waitid (P_PIDFD, pidfd, &si, WEXITED | WNOHANG | WNOWAIT) == -1)
    return false;
  kill (pid, sig);
  if (sig == SIGKILL)
    kill (-pid, sig);
  return true;
}

int
gk_exec_reap (int pidfd, int timeout_ms)
{
  int64_t deadline = timeout_ms < 0 ? -1 : gk_clock_ms () + timeout_ms;
  struct pollfd p = { .fd = pidfd, .events = POLLIN };
  siginfo_t si;
  int r;

  do {
    r = poll (&p, 1, gk_exec_until (deadline));
    if (r == 0) {
      errno = ETIMEDOUT;
      return -1;
    }
  } while (r == -1 && errno == EINTR);
  do
    r = waitid (P_PIDFD, pidfd, &si, WEXITED);
  while (r == -1 && errno == EINTR);
  if (r == -1)
    return -1;
  return si.si_code == CLD_EXITED ? si.si_status : 128 + si.si_status;
}

int
gk_exec_until (int64_t deadline)
{
  int64_t left;

  if (deadline < 0)
    return -1;
  left = deadline - gk_clock_ms ();
  return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}
