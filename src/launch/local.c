/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The local launcher: the worker is a process of this machine, which makes
 * itself a private mount and pid namespace on the host's own kernel.
 *
 * Needs root, because attaching a loop device and mounting do.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "launch/launch-priv.h"

/* Tidying up waits up to five seconds for each session that is just dying. */
#define GC_MS 30000

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

static int
local_start (const struct gk_launch_env *env, struct gk_launched *ret, struct gk_error *err)
{
  char *const argv[] = { (char *)"guestkitd", (char *)"--cachedir", (char *)env->cachedir, NULL };
  int sv[2];
  pid_t pid;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
    return gk_error_sys (err, errno, "socketpair");
  _cleanup_close_ int ours = sv[0];
  _cleanup_close_ int theirs = sv[1];

  int r = gk_launch_spawn (env, argv, &theirs, 1, &pid);
  if (r != 0)
    return gk_error_sys (err, r, "starting %s", env->worker);
  ret->launcher = &gk_launcher_local;
  ret->pid = pid;
  ret->pidfd = pidfd_open (pid, 0);
  ret->fd = gk_steal_fd (&ours);
  return 0;
}

/* What `guestkit gc` does.  Somebody who waits for a disk whose server has gone
 * with the session is cut off from it thereby. */
static void
local_was_killed (void)
{
  _cleanup_free_ char *worker = gk_find_worker ();
  const struct gk_launch_env env = { .worker = worker };
  char *const argv[] = { (char *)"guestkitd", (char *)"--gc", NULL };
  pid_t pid;

  if (worker == NULL || gk_launch_spawn (&env, argv, NULL, 0, &pid) != 0)
    return;
  _cleanup_close_ int pidfd = pidfd_open (pid, 0);
  struct pollfd p = { .fd = pidfd, .events = POLLIN };
  int r;
  do
    r = poll (&p, 1, GC_MS);
  while (r == -1 && errno == EINTR);
  if (r == 0)
    pidfd_send_signal (pidfd, SIGKILL, NULL, 0);
  /* Not for one that hangs in the kernel: then it is left for init. */
  waitpid (pid, NULL, r == 1 ? 0 : WNOHANG);
}

const struct gk_launcher gk_launcher_local = {
  .name = "local",
  .shares_kernel = true,
  .available = local_available,
  .start = local_start,
  .was_killed = local_was_killed,
};
