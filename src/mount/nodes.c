/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The session's nodes and links in its private /dev. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "mount/devices-priv.h"

/* "/dev/vg/lv" -> "DEV_DIR/vg/lv", folders made. */
static char *
place (const char *dev_dir, const char *path, bool make_folders)
{
  const char *rest = gk_after_prefix (path, "/dev/");
  char *full = rest ? gk_asprintf ("%s/%s", dev_dir, rest) : NULL;
  if (full == NULL || !make_folders)
    return full;
  for (char *p = full + strlen (dev_dir) + 1; (p = strchr (p, '/')) != NULL; p++) {
    *p = '\0';
    mkdir (full, 0755); /* what fails here fails below with a better reason */
    *p = '/';
  }
  return full;
}

int
gk_node_make (const char *dev_dir, const char *path, dev_t devno, struct gk_error *err)
{
  _cleanup_free_ char *full = place (dev_dir, path, true);
  if (full == NULL)
    return gk_error_oom (err);
  struct stat st;
  /* Tools make links of their own, which they want to find again. */
  if (stat (full, &st) == 0 && S_ISBLK (st.st_mode) && st.st_rdev == devno)
    return 0;
  unlink (full);
  if (mknod (full, S_IFBLK | 0600, devno) == -1)
    return gk_error_sys (err, errno, "mknod: %s", path);
  return 0;
}

void
gk_node_remove (const char *dev_dir, const char *path)
{
  _cleanup_free_ char *full = place (dev_dir, path, false);
  if (full)
    unlink (full);
}

bool
gk_node_label_ok (const char *label)
{
  return *label != '\0' && strchr (label, '/') == NULL && !gk_streq (label, ".") &&
         !gk_streq (label, "..") && strlen (label) <= 200;
}

static char *
link_path (const char *dev_dir, const char *label, int partnum)
{
  if (partnum > 0)
    return gk_asprintf ("%s/disk/guestfs/%s%d", dev_dir, label, partnum);
  return gk_asprintf ("%s/disk/guestfs/%s", dev_dir, label);
}

int
gk_node_link (const char *dev_dir, const char *label, int partnum, const char *path,
              struct gk_error *err)
{
  _cleanup_free_ char *folder = place (dev_dir, "/dev/disk/guestfs/", true);
  _cleanup_free_ char *from = link_path (dev_dir, label, partnum);
  _cleanup_free_ char *to = gk_asprintf ("../../%s", path + strlen ("/dev/"));
  if (folder == NULL || from == NULL || to == NULL)
    return gk_error_oom (err);
  unlink (from);
  if (symlink (to, from) == -1)
    return gk_error_sys (err, errno, "symlink: %s", from);
  return 0;
}

void
gk_node_unlink (const char *dev_dir, const char *label, int partnum)
{
  _cleanup_free_ char *path = link_path (dev_dir, label, partnum);
  if (path)
    unlink (path);
}
