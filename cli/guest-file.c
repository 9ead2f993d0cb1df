/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Putting a file into the guest so that at any moment the old or the new one
 * is there, whole: it is written under a temporary name beside it, gets the
 * old one's owner, mode, xattrs and SELinux label, is synced
 * and renamed. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/guest-file.h"

static int
fill (guestfs_h *g, const char *local, const char *temp, const char *path, int mode)
{
  int exists = guestfs_exists (g, path);

  if (exists == -1 || guestfs_upload (g, local, temp) == -1)
    return -1;
  if (exists) {
    if (guestfs_copy_attributes (g, path, temp, GUESTFS_COPY_ATTRIBUTES_ALL, 1, -1) == -1)
      return -1;
  } else if (guestfs_chmod (g, mode, temp) == -1)
    return -1;
  return guestfs_sync (g) == -1 ? -1 : guestfs_rename (g, temp, path);
}

int
cli_guest_replace (guestfs_h *g, const char *local, const char *path, int mode)
{
  _cleanup_free_ char *template = gk_asprintf ("%s.gkXXXXXX", path);

  if (template == NULL)
    return cli_error ("out of memory");
  _cleanup_free_ char *temp = guestfs_mktemp (g, template, -1);
  if (temp == NULL)
    return cli_guestfs_error (g);
  if (fill (g, local, temp, path, mode) == 0)
    return guestfs_sync (g) == 0 ? CLI_OK : cli_guestfs_error (g);

  int r = cli_guestfs_error (g);
  /* Also when all calls are cancelled. */
  cli_work_end (g);
  guestfs_rm_f (g, temp);
  cli_work_begin (g);
  return r;
}

char *
cli_guest_follow (guestfs_h *g, const char *path)
{
  int link = guestfs_is_symlink (g, path);

  return link == 1 ? guestfs_realpath (g, path) : link == 0 ? strdup (path) : NULL;
}
