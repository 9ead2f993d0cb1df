/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See tree.h. */

#include <errno.h>
#include <libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "client/tree.h"

static struct libmnt_table *
read_table (void)
{
  return mnt_new_table_from_file ("/proc/self/mountinfo");
}

/* The mount points at and below dir, in the order of mounting: a mount that
 * covers or lies under another was made after it. */
static int
points_below (const char *dir, struct gk_strv *points)
{
  struct libmnt_table *table = read_table ();
  struct libmnt_iter *it = mnt_new_iter (MNT_ITER_FORWARD);
  struct libmnt_fs *fs;
  size_t n = strlen (dir);
  int r = table && it ? 0 : -1;

  while (r == 0 && mnt_table_next_fs (table, it, &fs) == 0) {
    const char *target = mnt_fs_get_target (fs);
    if (target && strncmp (target, dir, n) == 0 && (target[n] == '\0' || target[n] == '/'))
      r = gk_strv_push (points, target);
  }
  mnt_free_iter (it);
  mnt_unref_table (table);
  return r;
}

int
gk_tree_unmount (const char *dir)
{
  _cleanup_gk_strv_ struct gk_strv points = GK_STRV_INIT;

  if (points_below (dir, &points) == -1)
    return -1;
  for (size_t i = points.len; i-- > 0;)
    if (umount2 (points.v[i], UMOUNT_NOFOLLOW) == -1 && errno != EINVAL && errno != ENOENT)
      return -1;
  return 0;
}

int
gk_tree_is_mounted (const char *dir)
{
  struct libmnt_table *table = read_table ();

  if (table == NULL)
    return -1;
  int r = mnt_table_find_target (table, dir, MNT_ITER_BACKWARD) != NULL;
  mnt_unref_table (table);
  return r;
}
