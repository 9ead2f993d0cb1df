/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The local launcher: the worker is a process of this machine, which makes
 * itself a private mount and pid namespace on the host's own kernel.
 *
 * Needs root, because attaching a loop device and mounting do.  The worker is
 * started with nothing of the caller's but its working directory: an empty
 * environment, the connection, and stderr when verbose.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "launch/launch-priv.h"

static int
local_available (const struct gk_launch_env *env, struct gk_error *err)
{
  if (geteuid () != 0)
    return gk_error_set (err, EPERM,
                         "attaching and mounting disk images with this machine's kernel needs "
                         "root; run the program as root (for instance with sudo)");
  if (env->worker == NULL)
    return gk_error_set (err, ENOENT, "the worker program guestkitd was not found");
  return 0;
}

/* Redirections of the child.  An errno value. */
static int
fill_actions (posix_spawn_file_actions_t *fa, const struct gk_launch_env *env, int child_fd)
{
  int r = posix_spawn_file_actions_addopen (fa, 0, "/dev/null", O_RDONLY, 0);

  if (r == 0)
    r = posix_spawn_file_actions_addopen (fa, 1, "/dev/null", O_WRONLY, 0);
  if (r == 0 && !env->verbose)
    r = posix_spawn_file_actions_addopen (fa, 2, "/dev/null", O_WRONLY, 0);
  if (r == 0)
    r = posix_spawn_file_actions_adddup2 (fa, child_fd, GK_WORKER_FD);
  if (r == 0)
    r = posix_spawn_file_actions_addclosefrom_np (fa, GK_WORKER_FD + 1);
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
    r = posix_spawnattr_setflags (attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
                                            | POSIX_SPAWN_SETSID);
  return r;
}

static int
spawn (const struct gk_launch_env *env, int child_fd, pid_t *ret_pid)
{
  char *const argv[] = { (char *) "guestkitd", (char *) "--cachedir", (char *) env->cachedir,
                         NULL };
  char *const envp[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *) "LC_ALL=C.UTF-8",
                         NULL };
  posix_spawn_file_actions_t fa;
  posix_spawnattr_t attr;

  int r = posix_spawn_file_actions_init (&fa);
  if (r != 0)
    return r;
  r = posix_spawnattr_init (&attr);
  if (r == 0) {
    r = fill_actions (&fa, env, child_fd);
    if (r == 0)
      r = fill_attributes (&attr);
    if (r == 0)
      r = posix_spawn (ret_pid, env->worker, &fa, &attr, argv, envp);
    posix_spawnattr_destroy (&attr);
  }
  posix_spawn_file_actions_destroy (&fa);
  return r;
}

static int
local_start (const struct gk_launch_env *env, struct gk_launched *ret, struct gk_error *err)
{
  int sv[2];
  pid_t pid;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
    return gk_error_sys (err, errno, "socketpair");
  _cleanup_close_ int ours = sv[0];
  _cleanup_close_ int theirs = sv[1];

  /* dup2 onto itself would leave close-on-exec set. */
  if (theirs == GK_WORKER_FD) {
    int moved = fcntl (theirs, F_DUPFD_CLOEXEC, GK_WORKER_FD + 1);
    if (moved == -1)
      return gk_error_sys (err, errno, "dup");
    close (theirs);
    theirs = moved;
  }

  int r = spawn (env, theirs, &pid);
  if (r != 0)
    return gk_error_sys (err, r, "starting %s", env->worker);
  ret->pid = pid;
  ret->pidfd = pidfd_open (pid, 0);
  ret->fd = gk_steal_fd (&ours);
  return 0;
}

const struct gk_launcher gk_launcher_local = {
  .name = "local",
  .available = local_available,
  .start = local_start,
};
