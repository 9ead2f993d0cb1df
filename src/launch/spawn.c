/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Starting guestkitd.
 *
 * It gets nothing of the caller's but its working directory: an empty
 * environment, the descriptors that it is meant to have, and stderr when
 * verbose.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "launch/launch-priv.h"

#define MAX_FDS 3
#define MAX_ARGS 16

/* Redirections of the child.  An errno value. */
static int
fill_actions (posix_spawn_file_actions_t *fa, bool verbose, const int *fds, size_t n_fds)
{
  int r = posix_spawn_file_actions_addopen (fa, 0, "/dev/null", O_RDONLY, 0);

  if (r == 0)
    r = posix_spawn_file_actions_addopen (fa, 1, "/dev/null", O_WRONLY, 0);
  if (r == 0 && !verbose)
    r = posix_spawn_file_actions_addopen (fa, 2, "/dev/null", O_WRONLY, 0);
  for (size_t i = 0; r == 0 && i < n_fds; i++)
    r = posix_spawn_file_actions_adddup2 (fa, fds[i], GK_WORKER_FD + (int)i);
  if (r == 0)
    r = posix_spawn_file_actions_addclosefrom_np (fa, GK_WORKER_FD + (int)n_fds);
  return r;
}

/* The caller's blocked and ignored signals must not reach the worker.  Its own
 * session keeps the terminal's Ctrl-C away from it: the client decides. */
static int
fill_attributes (posix_spawnattr_t *attr)
{
  sigset_t none, all;

  sigemptyset (&none);
  sigfillset (&all);
  int r = posix_spawnattr_setsigmask (attr, &none);
  if (r == 0)
    r = posix_spawnattr_setsigdefault (attr, &all);
  if (r == 0)
    r = posix_spawnattr_setflags (attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                            POSIX_SPAWN_SETSID);
  return r;
}

static int
spawn (const struct gk_launch_env *env, char *const argv[], const int *fds, size_t n_fds,
       pid_t *ret_pid)
{
  char *const envp[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C.UTF-8",
                         NULL };
  posix_spawn_file_actions_t fa;
  posix_spawnattr_t attr;

  int r = posix_spawn_file_actions_init (&fa);
  if (r != 0)
    return r;
  r = posix_spawnattr_init (&attr);
  if (r == 0) {
    r = fill_actions (&fa, env->verbose, fds, n_fds);
    if (r == 0)
      r = fill_attributes (&attr);
    if (r == 0)
      r = posix_spawn (ret_pid, env->worker, &fa, &attr, argv, envp);
    posix_spawnattr_destroy (&attr);
  }
  posix_spawn_file_actions_destroy (&fa);
  return r;
}

/* The descriptors are copied to where no dup2 overwrites one that is still to
 * be copied; and dup2 onto itself would leave close-on-exec set. */
int
gk_launch_spawn (const struct gk_launch_env *env, char *const argv[], const int *fds, size_t n_fds,
                 pid_t *ret_pid)
{
  int moved[MAX_FDS] = { -1, -1, -1 }, r = 0;
  char *all[MAX_ARGS] = { NULL }, us[16];
  size_t n = 0;

  for (; argv[n] && n < MAX_ARGS - 3; n++)
    all[n] = argv[n];
  if (n_fds > MAX_FDS || argv[n])
    return EINVAL;
  if (env->ends_with_us) {
    snprintf (us, sizeof us, "%d", (int)getpid ());
    all[n++] = (char *)"--client";
    all[n++] = us;
  }
  for (size_t i = 0; r == 0 && i < n_fds; i++) {
    moved[i] = fcntl (fds[i], F_DUPFD_CLOEXEC, GK_WORKER_FD + MAX_FDS);
    if (moved[i] == -1)
      r = errno;
  }
  if (r == 0)
    r = spawn (env, all, moved, n_fds, ret_pid);
  for (size_t i = 0; i < n_fds; i++)
    if (moved[i] != -1)
      close (moved[i]);
  return r;
}

bool
gk_launch_wait_end (int pidfd, int timeout_ms)
{
  struct pollfd p = { .fd = pidfd, .events = POLLIN };
  int r;

  if (pidfd == -1)
    return true;
  do
    r = poll (&p, 1, timeout_ms);
  while (r == -1 && errno == EINTR);
  return r != 0;
}
