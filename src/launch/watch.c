/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See watch.h. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "launch/launch-priv.h"
#include "launch/watch.h"

#define END_MS 5000

int
gk_launch_watch (const char *dir, struct gk_watch *ret_watch)
{
  _cleanup_free_ char *worker = gk_find_worker ();
  const struct gk_launch_env env = { .worker = worker };
  char *const argv[] = { (char *)"guestkitd", (char *)"--watch-mount", (char *)dir, NULL };
  int ends[2];
  pid_t pid;

  if (worker == NULL) {
    errno = ENOENT;
    return -1;
  }
  if (pipe2 (ends, O_CLOEXEC) == -1)
    return -1;
  int r = gk_launch_spawn (&env, argv, ends, 1, &pid);
  close (ends[0]);
  if (r != 0) {
    close (ends[1]);
    errno = r;
    return -1;
  }
  *ret_watch = (struct gk_watch){ ends[1], pid };
  return 0;
}

void
gk_launch_unwatch (struct gk_watch *watch)
{
  if (watch->pid <= 0)
    return;
  gk_cleanup_close (&watch->fd);
  /* After a fork it may be another process's child. */
  _cleanup_close_ int pidfd = pidfd_open (watch->pid, 0);
  gk_launch_wait_end (pidfd, END_MS);
  waitpid (watch->pid, NULL, WNOHANG);
  *watch = GK_WATCH_INIT;
}
