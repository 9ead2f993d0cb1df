/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The list of the session's devices: disks come in, partitions follow. */
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "mount/devices-priv.h"
#include "part/part.h"

struct gk_devices *
gk_devices_new (const char *dev_dir, struct gk_error *err)
{
  struct gk_devices *d = calloc (1, sizeof *d);
  if (d != NULL)
    d->dev_dir = strdup (dev_dir);
  if (d == NULL || d->dev_dir == NULL) {
    free (d);
    gk_error_oom (err);
    return NULL;
  }
  return d;
}

static void
disk_clear (struct gk_disk *disk)
{
  free (disk->whole.path);
  free (disk->label);
  for (size_t i = 0; i < disk->n_parts; i++)
    free (disk->parts[i].path);
  free (disk->parts);
}

void
gk_devices_free (struct gk_devices *d)
{
  if (d == NULL)
    return;
  for (size_t i = 0; i < d->n_disks; i++)
    disk_clear (&d->disks[i]);
  for (size_t i = 0; i < d->n_others; i++)
    free (d->others[i].path);
  gk_devices_free_made (d);
  free (d->disks);
  free (d->others);
  free (d->anonymous);
  free (d->dev_dir);
  free (d);
}

void
gk_devices_letters (size_t index, char ret[16])
{
  /* Bijective base 26: there is no digit zero, "z" is followed by "aa". */
  char reversed[13];
  size_t n = 0;
  for (size_t i = index + 1; i > 0 && n < sizeof reversed; i = (i - 1) / 26)
    reversed[n++] = (char)('a' + (i - 1) % 26);
  char *p = ret;
  *p++ = 's';
  *p++ = 'd';
  while (n > 0)
    *p++ = reversed[--n];
  *p = '\0';
}

/* The partitions that the kernel has become the disk's, and the nodes too. */
static int
update_parts (struct gk_devices *d, struct gk_disk *disk, struct gk_error *err)
{
  _cleanup_free_ struct gk_kernel_part *have = NULL;
  int n = gk_part_kernel_list (disk->sysfs_name, &have, err);
  if (n == -1)
    return -1;
  struct gk_device *parts = calloc ((size_t)n + 1, sizeof *parts);
  if (parts == NULL)
    return gk_error_oom (err);
  int r = 0;
  size_t len = 0;
  for (int i = 0; i < n && r == 0; i++) {
    struct gk_device *p = &parts[len];
    p->path = gk_asprintf ("%s%d", disk->whole.path, have[i].num);
    p->devno = have[i].devno;
    p->partnum = have[i].num;
    if (p->path == NULL) {
      r = gk_error_oom (err);
      break;
    }
    len++;
    r = gk_node_make (d->dev_dir, p->path, p->devno, err);
    if (r == 0 && disk->label)
      r = gk_node_link (d->dev_dir, disk->label, p->partnum, p->path, err);
  }

  /* Nodes of partitions that are gone. */
  for (size_t i = 0; i < disk->n_parts; i++) {
    bool still = false;
    for (size_t j = 0; j < len; j++)
      still |= parts[j].partnum == disk->parts[i].partnum;
    if (!still) {
      gk_node_remove (d->dev_dir, disk->parts[i].path);
      if (disk->label)
        gk_node_unlink (d->dev_dir, disk->label, disk->parts[i].partnum);
    }
    free (disk->parts[i].path);
  }
  free (disk->parts);
  disk->parts = parts;
  disk->n_parts = len;
  return r;
}

static int
sync_disk (struct gk_devices *d, struct gk_disk *disk, struct gk_error *err)
{
  _cleanup_free_ char *node = gk_asprintf ("%s/%s", d->dev_dir, disk->whole.path + 5);
  if (node == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int fd = open (node, O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", disk->whole.path);
  if (gk_part_kernel_sync (fd, disk->sysfs_name, &disk->n_unusable, err) == -1)
    return gk_error_wrap (err, "%s", disk->whole.path);
  return update_parts (d, disk, err);
}

int
gk_devices_sync (struct gk_devices *d, const char *name, struct gk_error *err)
{
  for (size_t i = 0; i < d->n_disks; i++)
    if (gk_streq (d->disks[i].whole.path, name))
      return sync_disk (d, &d->disks[i], err);
  /* A table inside a partition or a volume makes no partitions. */
  return gk_devices_is_made (d, GK_KIND_MD, name) ? gk_devices_sync_md_parts (d, err) : 0;
}

int
gk_devices_add (struct gk_devices *d, dev_t devno, const char *sysfs_name, const char *label,
                struct gk_error *err)
{
  if (strlen (sysfs_name) >= sizeof d->disks->sysfs_name)
    return gk_error_set (err, ENAMETOOLONG, "%s: name too long", sysfs_name);
  if (label && !gk_node_label_ok (label))
    return gk_error_set (err, EINVAL, "%s: label cannot be used as a name in /dev/disk/guestfs",
                         label);
  struct gk_disk *disks = reallocarray (d->disks, d->n_disks + 1, sizeof *disks);
  if (disks == NULL)
    return gk_error_oom (err);
  d->disks = disks;
  struct gk_disk *disk = &disks[d->n_disks];
  *disk = (struct gk_disk){ 0 };

  char name[16];
  gk_devices_letters (d->n_disks, name);
  strcpy (disk->sysfs_name, sysfs_name);
  disk->whole.devno = devno;
  disk->whole.path = gk_asprintf ("/dev/%s", name);
  disk->label = label ? strdup (label) : NULL;
  if (disk->whole.path == NULL || (label && disk->label == NULL)) {
    disk_clear (disk);
    return gk_error_oom (err);
  }
  if (gk_node_make (d->dev_dir, disk->whole.path, devno, err) == -1 ||
      (label && gk_node_link (d->dev_dir, label, 0, disk->whole.path, err) == -1)) {
    disk_clear (disk);
    return -1;
  }
  d->n_disks++;

  /* A disk whose table cannot be read can still be looked at and repaired. */
  struct gk_error ignored = GK_ERROR_INIT;
  if (sync_disk (d, disk, &ignored) == -1)
    gk_error_clear (&ignored);
  return (int)d->n_disks - 1;
}

void
gk_devices_release (struct gk_devices *d)
{
  for (size_t i = 0; i < d->n_disks; i++) {
    struct gk_disk *disk = &d->disks[i];
    _cleanup_free_ char *node = gk_asprintf ("%s/%s", d->dev_dir, disk->whole.path + 5);
    _cleanup_close_ int fd = node ? open (node, O_RDONLY | O_CLOEXEC) : -1;
    if (fd == -1)
      continue;
    for (size_t j = 0; j < disk->n_parts; j++) {
      struct blkpg_partition p = { .pno = disk->parts[j].partnum };
      struct blkpg_ioctl_arg arg = { .op = BLKPG_DEL_PARTITION, .datalen = sizeof p, .data = &p };
      ioctl (fd, BLKPG, &arg); /* EBUSY: detaching will say so */
    }
  }
}

const char *
gk_devices_disk_name (const struct gk_devices *d, size_t index)
{
  return index < d->n_disks ? d->disks[index].whole.path : NULL;
}

int
gk_devices_add_node (struct gk_devices *d, const char *path, dev_t devno, struct gk_error *err)
{
  if (gk_after_prefix (path, "/dev/") == NULL || strstr (path, "/../") != NULL)
    return gk_error_set (err, EINVAL, "%s: not a path in /dev", path);
  gk_devices_remove_node (d, path);
  struct gk_device *others = reallocarray (d->others, d->n_others + 1, sizeof *others);
  if (others == NULL)
    return gk_error_oom (err);
  d->others = others;
  _cleanup_free_ char *copy = strdup (path);
  if (copy == NULL)
    return gk_error_oom (err);
  if (gk_node_make (d->dev_dir, path, devno, err) == -1)
    return -1;
  d->others[d->n_others++] = (struct gk_device){ gk_steal_ptr (copy), devno, 0 };
  return 0;
}

void
gk_devices_remove_node (struct gk_devices *d, const char *path)
{
  for (size_t i = 0; i < d->n_others; i++)
    if (gk_streq (d->others[i].path, path)) {
      gk_node_remove (d->dev_dir, path);
      free (d->others[i].path);
      memmove (&d->others[i], &d->others[i + 1], (d->n_others - i - 1) * sizeof d->others[0]);
      d->n_others--;
      return;
    }
}

/* Every device has pages of its own, whose errors those below it never hear of. */
static int
flush (const struct gk_devices *d, const struct gk_device *device, struct gk_error *err)
{
  _cleanup_free_ char *node = gk_asprintf ("%s/%s", d->dev_dir, device->path + 5);
  _cleanup_close_ int fd = node ? open (node, O_RDONLY | O_CLOEXEC) : -1;

  /* EROFS and the like: a device that cannot be written has nothing to flush. */
  if (fd == -1 || (fsync (fd) == -1 && errno != EROFS && errno != EINVAL))
    return gk_error_sys (err, errno, "fsync: %s", device->path);
  return 0;
}

/* What stands on disks can vanish by itself: a volume that a tool has renamed, or a
 * partition of another's making. */
static int
flush_upper (const struct gk_devices *d, const struct gk_device *device, struct gk_error *err)
{
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;

  if (flush (d, device, &why) == 0 || why.errnum == ENOENT || why.errnum == ENXIO ||
      why.errnum == ENODEV || why.errnum == ENOMEDIUM)
    return 0;
  gk_error_move (err, &why);
  return -1;
}

int
gk_devices_flush (const struct gk_devices *d, struct gk_error *err)
{
  int r = 0;
  for (size_t i = 0; i < d->n_made; i++)
    if (flush_upper (d, &d->made[i].node, err) == -1)
      r = -1;
  for (size_t i = 0; i < d->n_others; i++)
    if (flush_upper (d, &d->others[i], err) == -1)
      r = -1;
  for (size_t i = 0; i < d->n_disks; i++) {
    for (size_t j = 0; j < d->disks[i].n_parts; j++)
      if (flush_upper (d, &d->disks[i].parts[j], err) == -1)
        r = -1;
    if (flush (d, &d->disks[i].whole, err) == -1)
      r = -1;
  }
  return r;
}
