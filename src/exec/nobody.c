/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Walls for a tool that only reads what it gets by descriptor: another user
 * than root, who owns nothing here, without capabilities or a way to any.  A
 * bug of the tool that a guest's bytes set off then finds no more than what
 * everybody may read. */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "exec/exec.h"

#define NOBODY 65534

static const char *
enter (const void *opaque)
{
  pid_t parent = getppid ();

  if (geteuid () != 0) /* there is nothing to give up */
    return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ? "no_new_privs" : NULL;
  if (setgroups (0, NULL) == -1 || setresgid (NOBODY, NOBODY, NOBODY) == -1 ||
      setresuid (NOBODY, NOBODY, NOBODY) == -1)
    return "becoming nobody";
  /* The kernel forgets this when the user changes. */
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) == -1)
    return "PDEATHSIG";
  if (getppid () != parent) {
    errno = ESRCH;
    return "PDEATHSIG";
  }
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
    return "no_new_privs";
  return NULL;
}

const struct gk_exec_inside gk_exec_nobody = { .enter = enter };
