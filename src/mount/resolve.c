/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From the name that a caller gives to a device of the session. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs.h"
#include "mount/devices-priv.h"
#include "mount/mount.h"
#include "op/drive.h"

const struct gk_device *
gk_devices_find (const struct gk_devices *d, const char *canonical)
{
  for (size_t i = 0; i < d->n_disks; i++) {
    const struct gk_disk *disk = &d->disks[i];
    if (gk_streq (disk->whole.path, canonical))
      return &disk->whole;
    for (size_t j = 0; j < disk->n_parts; j++)
      if (gk_streq (disk->parts[j].path, canonical))
        return &disk->parts[j];
  }
  for (size_t i = 0; i < d->n_others; i++)
    if (gk_streq (d->others[i].path, canonical))
      return &d->others[i];
  return gk_devices_find_made (d, canonical);
}

const struct gk_disk *
gk_devices_disk (const struct gk_devices *d, const char *canonical)
{
  for (size_t i = 0; i < d->n_disks; i++)
    if (gk_streq (d->disks[i].whole.path, canonical))
      return &d->disks[i];
  return NULL;
}

int
gk_devices_number (const struct gk_devices *d, const char *canonical, dev_t *ret_devno)
{
  const struct gk_device *device = gk_devices_find (d, canonical);
  if (device == NULL)
    return -1;
  *ret_devno = device->devno;
  return 0;
}

const char *
gk_devices_name (const struct gk_devices *d, dev_t devno)
{
  for (size_t i = 0; i < d->n_disks; i++) {
    const struct gk_disk *disk = &d->disks[i];
    if (disk->whole.devno == devno)
      return disk->whole.path;
    for (size_t j = 0; j < disk->n_parts; j++)
      if (disk->parts[j].devno == devno)
        return disk->parts[j].path;
  }
  for (size_t i = 0; i < d->n_others; i++)
    if (d->others[i].devno == devno)
      return d->others[i].path;
  for (size_t i = 0; i < d->n_made; i++)
    if (d->made[i].node.devno == devno)
      return d->made[i].node.path;
  return NULL;
}

/* /dev/disk/guestfs/LABEL or LABEL1. */
static const struct gk_device *
find_label (const struct gk_devices *d, const char *name)
{
  const char *wanted = gk_after_prefix (name, "/dev/disk/guestfs/");
  for (size_t i = 0; wanted && i < d->n_disks; i++) {
    const struct gk_disk *disk = &d->disks[i];
    const char *rest = disk->label ? gk_after_prefix (wanted, disk->label) : NULL;
    if (rest == NULL)
      continue;
    if (*rest == '\0')
      return &disk->whole;
    const char *path_rest;
    for (size_t j = 0; j < disk->n_parts; j++) {
      path_rest = gk_after_prefix (disk->parts[j].path, disk->whole.path);
      if (path_rest && gk_streq (path_rest, rest))
        return &disk->parts[j];
    }
  }
  return NULL;
}

static bool
is_folder (const struct gk_devices *d, const char *name)
{
  _cleanup_free_ char *folder = gk_asprintf ("%s/", name);

  return folder && gk_after_prefix (name, "/dev/") && name[strlen (name) - 1] != '/' &&
         gk_devices_any_below (d, folder);
}

/* A partition that the table has, and the kernel not, is missed most by who
 * knows that it is there. */
static int
no_such_device (const struct gk_devices *d, const char *name, const char *canonical,
                struct gk_error *err)
{
  for (size_t i = 0; i < d->n_disks; i++) {
    const struct gk_disk *disk = &d->disks[i];
    const char *rest = gk_after_prefix (canonical, disk->whole.path);
    if (disk->n_unusable > 0 && rest && *rest && rest[strspn (rest, "0123456789")] == '\0')
      return gk_error_set (err, ENOENT,
                           "%s: No such file or directory; partitions of this disk's table that "
                           "overlap others or lie beyond its end cannot be used",
                           name);
  }
  return gk_error_sys (err, ENOENT, "%s", name);
}

/* One slash for several. */
static char *
collapse (const char *name)
{
  char *copy = malloc (strlen (name) + 1), *to = copy;

  for (; copy && *name; name++)
    if (name[0] != '/' || name[1] != '/')
      *to++ = *name;
  if (copy)
    *to = '\0';
  return copy;
}

int
gk_devices_resolve (const struct gk_devices *d, const char *given, char **ret_canonical,
                    struct gk_error *err)
{
  _cleanup_free_ char *name = collapse (given);
  _cleanup_free_ char *canonical = name ? gk_device_name_canonical (name) : NULL;
  if (canonical == NULL)
    return gk_error_oom (err);
  const struct gk_device *device = gk_devices_find (d, canonical);
  if (device == NULL)
    device = find_label (d, name);
  if (device == NULL) {
    *ret_canonical = gk_devices_by_link (d, name);
    if (*ret_canonical)
      return 0;
  }
  /* A volume group stands for its volumes where a call says so. */
  if (device == NULL && !is_folder (d, name))
    return no_such_device (d, given, canonical, err);
  char *path = strdup (device ? device->path : name);
  if (path == NULL)
    return gk_error_oom (err);
  *ret_canonical = path;
  return 0;
}

static bool
is_device (void *opaque, const char *name)
{
  char *canonical = NULL;
  struct gk_error ignored = GK_ERROR_INIT;
  bool yes = gk_devices_resolve (opaque, name, &canonical, &ignored) == 0;
  gk_error_clear (&ignored);
  free (canonical);
  return yes;
}

int
gk_devices_parse_mountable (const struct gk_devices *d, const char *name, struct gk_mountable *ret,
                            struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;
  if (gk_mountable_parse (name, is_device, (void *)d, &m, err) == -1)
    return -1;
  char *canonical = NULL;
  if (gk_devices_resolve (d, m.device, &canonical, err) == -1)
    return -1;
  free (m.device);
  m.device = canonical;
  *ret = m;
  m = (struct gk_mountable)GK_MOUNTABLE_INIT;
  return 0;
}

int
gk_devices_resolve_mountable (const struct gk_devices *d, const char *name, char **ret_canonical,
                              struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;
  if (gk_devices_parse_mountable (d, name, &m, err) == -1)
    return -1;
  char *s = m.subvol ? gk_asprintf ("btrfsvol:%s/%s", m.device, m.subvol) : strdup (m.device);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_canonical = s;
  return 0;
}
