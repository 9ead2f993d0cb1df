/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See orphans.h.  As at the end of a living session, the kernel is asked what
 * stands on a disk (holders.c); the disk is known by its kernel name, for there
 * is no session any more that would have another. */
#include "mount/orphans.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/devices-priv.h"

/* The first line of a file of the disk, or NULL. */
static char *
attribute (const char *disk, const char *name)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_free_ char *path = gk_asprintf ("/sys/block/%s/%s", disk, name);

  if (path == NULL || gk_read_file (path, 4096, &text) == -1 || text.data == NULL)
    return NULL;
  return strndup (text.data, strcspn (text.data, "\n"));
}

/* An nbd device has one number for its life, but the name of its other end is
 * its session's alone; all others count their media. */
char *
gk_disk_identity (const char *kernel_name)
{
  bool nbd = gk_after_prefix (kernel_name, "nbd") != NULL;
  _cleanup_free_ char *id = attribute (kernel_name, nbd ? "backend" : "diskseq");

  return id && *id ? gk_asprintf ("%s %s", kernel_name, id) : NULL;
}

static int
take_down_number (const char *number, struct gk_error *err)
{
  unsigned major_no, minor_no;

  if (number == NULL || sscanf (number, "%u:%u", &major_no, &minor_no) != 2)
    return 0; /* has gone */
  return gk_holders_take_down (makedev (major_no, minor_no), err);
}

int
gk_disk_orphans_remove (const char *identity, struct gk_error *err)
{
  _cleanup_free_ char *name = strndup (identity, strcspn (identity, " "));
  _cleanup_free_ char *now = name ? gk_disk_identity (name) : NULL;
  const struct dirent *entry;
  int r = 0;

  if (name == NULL)
    return gk_error_oom (err);
  if (now == NULL || !gk_streq (now, identity))
    return 0;
  _cleanup_free_ char *path = gk_asprintf ("/sys/block/%s", name);
  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_closedir_ DIR *dir = opendir (path);
  while (dir && (entry = readdir (dir)) != NULL) {
    if (gk_after_prefix (entry->d_name, name) == NULL)
      continue; /* no partition of it */
    _cleanup_free_ char *file = gk_asprintf ("%s/dev", entry->d_name);
    _cleanup_free_ char *part = file ? attribute (name, file) : NULL;
    if (take_down_number (part, err) == -1)
      r = -1;
  }
  _cleanup_free_ char *whole = attribute (name, "dev");
  return take_down_number (whole, err) == -1 ? -1 : r;
}
