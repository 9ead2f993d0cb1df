/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls about the session's own process: its umask, its time, its kernel, and
 * whether it is there. */
#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "fileops/fileops-priv.h"
#include "gk-ops-fileops.h"
#include "guestfs.h"

int
gk_fileops_umask (struct gk_ctx *ctx, int mask, int *ret_value, struct gk_error *err)
{
  if (mask < 0 || mask > 0777)
    return gk_error_set (err, EINVAL, "0%o: is not from 0 to 0777", (unsigned)mask);
  *ret_value = (int)ctx->umask;
  ctx->umask = (mode_t)mask;
  umask (ctx->umask);
  return 0;
}

int
gk_fileops_get_umask (struct gk_ctx *ctx, int *ret_value, struct gk_error *err)
{
  *ret_value = (int)ctx->umask;
  return 0;
}

int
gk_fileops_ping_daemon (struct gk_ctx *ctx, struct gk_error *err)
{
  return 0; /* the answer is all that is asked for */
}

int
gk_fileops_sleep (struct gk_ctx *ctx, int secs, struct gk_error *err)
{
  int64_t end = gk_clock_ms () + (int64_t)secs * 1000, left;

  if (secs < 0)
    return gk_error_set (err, EINVAL, "%d: a negative time", secs);
  while ((left = end - gk_clock_ms ()) > 0)
    if (gk_task_poll (ctx->task, NULL, 0, left > 60000 ? 60000 : (int)left, err) == -1)
      return -1;
  return 0;
}

int
gk_fileops_utsname (struct gk_ctx *ctx, struct guestfs_utsname *ret_struct, struct gk_error *err)
{
  struct utsname u;

  if (uname (&u) == -1)
    return gk_error_sys (err, errno, "uname");
  struct guestfs_utsname r = { .uts_sysname = strdup (u.sysname),
                               .uts_release = strdup (u.release),
                               .uts_version = strdup (u.version),
                               .uts_machine = strdup (u.machine) };
  if (!r.uts_sysname || !r.uts_release || !r.uts_version || !r.uts_machine) {
    free (r.uts_sysname);
    free (r.uts_release);
    free (r.uts_version);
    free (r.uts_machine);
    return gk_error_oom (err);
  }
  *ret_struct = r;
  return 0;
}
