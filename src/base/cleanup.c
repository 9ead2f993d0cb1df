/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the cleanup attributes call.  All keep errno, because they run between
 * the failure and the caller who looks at it. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/strv.h"

void
gk_cleanup_free (void *p)
{
  int saved = errno;
  void *mem;

  /* p is the address of a pointer of any type. */
  memcpy (&mem, p, sizeof mem);
  free (mem);
  errno = saved;
}

void
gk_cleanup_close (int *fd)
{
  if (*fd >= 0)
    gk_close_keep_errno (*fd);
}

void
gk_cleanup_fclose (FILE **fp)
{
  int saved = errno;

  if (*fp)
    fclose (*fp);
  errno = saved;
}

void
gk_cleanup_closedir (DIR **dir)
{
  int saved = errno;

  if (*dir)
    closedir (*dir);
  errno = saved;
}

void
gk_cleanup_free_strv (char ***strv)
{
  int saved = errno;

  gk_strv_free (*strv);
  errno = saved;
}
