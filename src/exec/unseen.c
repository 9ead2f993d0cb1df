/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* For tools that ask the table of mounts whether a device is mounted.  They look for
 * its name, and /dev/sda1 of the session's world is somebody else than the host's, on
 * which its root may well be.  That nothing is mounted from the session's device is known
 * by then, from the kernel, which goes by the device and not by its name. */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "exec/exec.h"

static const char *const tables[] = { "/proc/self/mounts", "/proc/self/mountinfo" };

static const char *
enter (const void *opaque)
{
  if (geteuid () != 0) /* nobody else than root mounts */
    return NULL;
  if (unshare (CLONE_NEWNS) == -1 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
    return "mount namespace";
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
    if (mount ("/dev/null", tables[i], NULL, MS_BIND, NULL) == -1)
      return tables[i];
  return NULL;
}

const struct gk_exec_inside gk_exec_mounts_unseen = { .enter = enter };
