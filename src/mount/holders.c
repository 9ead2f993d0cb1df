/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What stands on the session's disks at its end: mapper and RAID devices, and
 * whatever stands on those.  They are taken down from the top.
 *
 * The kernel is asked what there is, instead of a list of what was made: so
 * nothing is forgotten, whichever tool made it, and in whichever order. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/devices-priv.h"
#include "mount/dm.h"

/* Deeper than anybody builds; a guest whose keys are all the same could. */
#define DEPTH_MAX 200

int
gk_sysfs_number (const char *name, dev_t *ret_devno)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/dev", name);
  unsigned major_no, minor_no;

  if (path == NULL || gk_read_file (path, 64, &text) == -1 || text.data == NULL ||
      sscanf (text.data, "%u:%u", &major_no, &minor_no) != 2)
    return -1;
  *ret_devno = makedev (major_no, minor_no);
  return 0;
}

static bool
is_empty (const char *path)
{
  const struct dirent *entry;
  _cleanup_closedir_ DIR *dir = opendir (path);

  while (dir && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      return false;
  return true;
}

static int
stop_md (const char *name, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/md/array_state", name);
  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd == -1) /* no RAID */
    return errno == ENOENT ? 0 : gk_error_sys (err, errno, "%s", path);
  if (gk_write_full (fd, "clear", 5) == -1)
    return gk_error_sys (err, errno, "stopping the RAID %s", name);
  return 0;
}

/* --- LVM's hidden volumes -------------------------------------------------------------- */

/* "LVM-" and the group's UUID, of a device's uuid in the kernel. */
#define GROUP_LEN (4 + 32)

static bool
of_group (dev_t devno, const char *uuid)
{
  _cleanup_free_ char *other = gk_dm_uuid (devno);

  return other && gk_after_prefix (uuid, "LVM-") && strncmp (uuid, other, GROUP_LEN) == 0;
}

/* The devices below one, which may be of its group. */
static int
list_below (dev_t devno, struct gk_strv *names, struct gk_error *err)
{
  const struct dirent *entry;
  _cleanup_free_ char *path =
      gk_asprintf ("/sys/dev/block/%u:%u/slaves", major (devno), minor (devno));
  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_closedir_ DIR *dir = opendir (path);
  while (dir && (entry = readdir (dir)) != NULL)
    if (gk_after_prefix (entry->d_name, "dm-") && gk_strv_push (names, entry->d_name) == -1)
      return gk_error_oom (err);
  return 0;
}

static int remove_dm (dev_t devno, const char *name, unsigned depth, struct gk_error *err);

/* Half of a mirror, of which the disk is missing, stands on nothing of the
 * session: it would not be found from below. */
static int
remove_below (const struct gk_strv *names, const char *uuid, unsigned depth, struct gk_error *err)
{
  int r = 0;

  for (size_t i = 0; i < names->len; i++) {
    dev_t devno;
    if (gk_sysfs_number (names->v[i], &devno) == -1 || !of_group (devno, uuid))
      continue;
    _cleanup_free_ char *holders = gk_asprintf ("/sys/class/block/%s/holders", names->v[i]);
    if (holders == NULL)
      return gk_error_oom (err);
    if (!is_empty (holders))
      continue;
    _cleanup_free_ char *name = gk_dm_name (devno);
    if (name && remove_dm (devno, name, depth + 1, err) == -1)
      r = -1;
  }
  return r;
}

static int
remove_dm (dev_t devno, const char *name, unsigned depth, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv below = GK_STRV_INIT;
  _cleanup_free_ char *uuid = gk_dm_uuid (devno);
  bool volume = uuid && gk_after_prefix (uuid, "LVM-") && depth <= DEPTH_MAX;

  if (volume && list_below (devno, &below, err) == -1)
    return -1;
  if (gk_dm_remove (name, err) == -1)
    return -1;
  return volume ? remove_below (&below, uuid, depth, err) : 0;
}

/* --- from below ------------------------------------------------------------------------- */

/* What stands on it, first. */
static int take_down_on (dev_t devno, unsigned depth, struct gk_error *err);
static int take_down_on_parts (const char *name, unsigned depth, struct gk_error *err);

static int
take_down (const char *name, unsigned depth, struct gk_error *err)
{
  dev_t devno;

  if (gk_sysfs_number (name, &devno) == -1)
    return 0; /* has gone with another that it stood on */
  if (take_down_on (devno, depth + 1, err) == -1 || take_down_on_parts (name, depth + 1, err) == -1)
    return -1;
  _cleanup_free_ char *dm = gk_dm_name (devno);
  return dm ? remove_dm (devno, dm, depth, err) : stop_md (name, err);
}

/* Whatever stands on the partitions of a set. */
static int
take_down_on_parts (const char *name, unsigned depth, struct gk_error *err)
{
  const struct dirent *entry;
  dev_t devno;
  int r = 0;

  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s", name);
  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_closedir_ DIR *dir = opendir (path);
  while (dir && (entry = readdir (dir)) != NULL)
    if (gk_after_prefix (entry->d_name, name) && gk_sysfs_number (entry->d_name, &devno) == 0 &&
        take_down_on (devno, depth, err) == -1)
      r = -1;
  return r;
}

static int
take_down_on (dev_t devno, unsigned depth, struct gk_error *err)
{
  const struct dirent *entry;
  int r = 0;

  if (depth > DEPTH_MAX)
    return gk_error_set (err, ELOOP, "devices that stand on each other");
  _cleanup_free_ char *path =
      gk_asprintf ("/sys/dev/block/%u:%u/holders", major (devno), minor (devno));
  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_closedir_ DIR *dir = opendir (path);
  while (dir && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.' && take_down (entry->d_name, depth, err) == -1)
      r = -1;
  return r;
}

int
gk_holders_take_down (dev_t devno, struct gk_error *err)
{
  return take_down_on (devno, 0, err);
}

int
gk_devices_take_down (const struct gk_devices *d, struct gk_error *err)
{
  int r = 0;

  for (size_t i = d->n_disks; i-- > 0;) {
    const struct gk_disk *disk = &d->disks[i];
    for (size_t j = disk->n_parts; j-- > 0;)
      if (take_down_on (disk->parts[j].devno, 0, err) == -1)
        r = -1;
    if (take_down_on (disk->whole.devno, 0, err) == -1)
      r = -1;
  }
  return r;
}
