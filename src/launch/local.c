/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The local launcher: the worker is a process of this machine, which makes
 * itself a private mount and pid namespace on the host's own kernel.
 *
 * Needs root, because attaching a loop device and mounting do.
 */

#include <errno.h>
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

const struct gk_launcher gk_launcher_local = {
  .name = "local",
  .shares_kernel = true,
  .available = local_available,
  .start = local_start,
};
