/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mounts by FUSE whose server has died.  A process watches each server and takes
 * its mount away; when that was killed, too, the mount stays, and whoever looks at
 * it is told that nobody answers. */

#include <errno.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/mount-session.h"
#include "exec/exec.h"

/* A server that is slow to answer is none that has died. */
#define ANSWER_MS 3000

#define TYPE "fuse.guestkit"

static int
find_mounts (struct gk_strv *ret_dirs)
{
  FILE *f = setmntent ("/proc/self/mounts", "re");
  struct mntent m;
  char buf[3 * 4096];
  int r = f ? 0 : -1;

  while (r == 0 && getmntent_r (f, &m, buf, sizeof buf))
    if (gk_streq (m.mnt_type, TYPE))
      r = gk_strv_push (ret_dirs, m.mnt_dir);
  if (f)
    endmntent (f);
  return r;
}

/* Asked by a process of its own, which can be killed when there is no answer. */
static bool
is_dead (const char *dir)
{
  const char *const argv[] = { "stat", "-f", "-c", "%T", "--", dir, NULL };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_exec_result_ struct gk_exec_result result = GK_EXEC_RESULT_INIT;
  struct gk_exec x = GK_EXEC_INIT;

  x.argv = argv;
  x.timeout_ms = ANSWER_MS;
  x.max_stderr = 8192;
  return gk_exec_run (&x, &result, &err) == 0 && result.status == 1 && result.err.size &&
         memmem (result.err.data, result.err.size, "endpoint is not connected",
                 strlen ("endpoint is not connected"));
}

static int
unmount (const char *dir)
{
  const char *const argv[] = { "fusermount3", "-u", "-z", "--", dir, NULL };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_exec x = GK_EXEC_INIT;

  if (umount2 (dir, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
    return 0;
  if (errno != EPERM)
    return cli_error ("gc: %s: %s", dir, strerror (errno));
  x.argv = argv;
  return gk_exec_check (&x, NULL, &err) == -1 ? cli_error ("gc: %s", gk_error_msg (&err)) : 0;
}

int
cli_gc_fuse (int *ret_count)
{
  _cleanup_gk_strv_ struct gk_strv dirs = GK_STRV_INIT;
  int r = CLI_OK;

  if (find_mounts (&dirs) == -1)
    return cli_error ("gc: /proc/self/mounts: %s", strerror (errno));
  for (size_t i = 0; i < dirs.len; ++i) {
    if (!is_dead (dirs.v[i]))
      continue;
    if (unmount (dirs.v[i]) != 0) {
      r = CLI_FAILED;
      continue;
    }
    cli_mount_session_forget (dirs.v[i]);
    ++*ret_count;
    printf ("%s: unmounted; its server has died\n", dirs.v[i]);
  }
  return r;
}
