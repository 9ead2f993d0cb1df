/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The tree that was handed to the client's mount namespace, and taking it away
 * again before the devices below it go.
 *
 * The copy lives in the host's mount namespace, where the worker does not.  A
 * child goes there for the one unmount; it is lazy, because whoever still has
 * a file open in it must not keep the session from ending.  Only this very mount
 * is taken away: by now its folder may show something else, or what it covered.
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/mountid.h"
#include "base/str.h"
#include "mount/mount.h"
#include "worker/journal.h"
#include "worker/session-priv.h"

int
gk_session_export (struct gk_session *s, const char *host_dir, int *ret_fd, struct gk_error *err)
{
  if (s->export_dir)
    return gk_error_set (err, EBUSY, "the tree is already shown at %s", s->export_dir);
  _cleanup_close_ int fd = gk_mounts_export_tree (&s->ctx, err);
  if (fd == -1)
    return -1;
  if (gk_mountid_of (fd, s->export_id) == -1)
    return gk_error_sys (err, errno, "the guest tree");
  _cleanup_free_ char *dir = strdup (host_dir);
  _cleanup_free_ char *noted = gk_asprintf ("%s %s", s->export_id, host_dir);
  if (dir == NULL || noted == NULL)
    return gk_error_oom (err);
  /* Before the client can have it. */
  if (gk_journal_note (s->journal, "mount", noted, err) == -1)
    return -1;
  *ret_fd = gk_steal_fd (&fd);
  s->export_dir = gk_steal_ptr (dir);
  return 0;
}

/* In the child: only system calls. */
static int
unmount_in (int ns_fd, const char *dir, const char *id)
{
  if (setns (ns_fd, CLONE_NEWNS) == -1 || gk_mountid_detach (dir, id) == -1)
    return errno;
  return 0;
}

int
gk_session_unexport (struct gk_session *s, struct gk_error *err)
{
  int status;

  if (s->export_dir == NULL)
    return 0;
  _cleanup_free_ char *dir = gk_steal_ptr (s->export_dir);
  pid_t pid = fork ();
  if (pid == 0)
    _exit (unmount_in (s->host_ns_fd, dir, s->export_id));
  if (pid == -1)
    return gk_error_sys (err, errno, "fork");
  while (waitpid (pid, &status, 0) == -1)
    if (errno != EINTR)
      return gk_error_sys (err, errno, "waitpid");
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    return gk_error_sys (err, WIFEXITED (status) ? WEXITSTATUS (status) : EINTR, "umount: %s", dir);
  return 0;
}
