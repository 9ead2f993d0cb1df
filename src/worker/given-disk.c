/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A disk that this kernel has already, because its launcher made it.  There is
 * no image to look at; its one layer is for attachers that are asked for by
 * name: they can do with the disk what they do with any other. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "op/disk.h"
#include "worker/session-priv.h"

/* "vda" for "virtio0". */
static char *
kernel_name (const char *virtio)
{
  _cleanup_free_ char *path = gk_asprintf ("/sys/bus/virtio/devices/%s/block", virtio);
  const struct dirent *entry;

  _cleanup_closedir_ DIR *dir = path ? opendir (path) : NULL;
  while (dir && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      return strdup (entry->d_name);
  return NULL;
}

/* One line of a file in the disk's folder in /sys. */
static int
read_attribute (const char *kernel, const char *name, struct gk_buf *ret)
{
  _cleanup_free_ char *path = gk_asprintf ("/sys/block/%s/%s", kernel, name);

  return path == NULL || gk_read_file (path, 64, ret) == -1 || ret->data == NULL ? -1 : 0;
}

/* qemu's vhost-user server caches what is written (its tables, with qcow2), but
 * says that it does not, so that the kernel would never ask for a flush and a
 * killed server would take with it what the guest has synced.  The driver may
 * say that it wants the cache, and does then flush it. */
static int
flush_its_cache (const char *kernel, struct gk_error *err)
{
  static const char mode[] = "write back";
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_free_ char *path = gk_asprintf ("/sys/block/%s/cache_type", kernel);

  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd == -1 || gk_write_full (fd, mode, strlen (mode)) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (read_attribute (kernel, "queue/write_cache", &b) == -1 ||
      gk_after_prefix (b.data, mode) == NULL)
    return gk_error_set (err, EIO, "%s: the disk cannot be flushed", kernel);
  return 0;
}

static int
fill_layer (struct gk_disk_layer *layer, const char *dir, unsigned index, struct gk_error *err)
{
  layer->is_device = true;
  layer->format = strdup ("raw");
  layer->path = gk_asprintf ("%s/drive%u.device", dir, index);
  layer->place = calloc (3, sizeof *layer->place);
  if (layer->format == NULL || layer->path == NULL || layer->place == NULL)
    return gk_error_oom (err);
  layer->place[0] = strdup ("driver=host_device");
  layer->place[1] = gk_asprintf ("filename=%s", layer->path);
  return layer->place[0] == NULL || layer->place[1] == NULL ? gk_error_oom (err) : 0;
}

int
gk_session_given_disk (const struct gk_session *s, const struct gk_drive *drive, unsigned index,
                       struct gk_disk *disk, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf devno = GK_BUF_INIT, size = GK_BUF_INIT;
  unsigned maj, min;

  disk->layers = calloc (1, sizeof *disk->layers);
  if (disk->layers == NULL)
    return gk_error_oom (err);
  disk->n_layers = 1;
  disk->device = kernel_name (drive->device);
  if (disk->device == NULL || read_attribute (disk->device, "dev", &devno) == -1 ||
      read_attribute (disk->device, "size", &size) == -1 ||
      sscanf (devno.data, "%u:%u", &maj, &min) != 2)
    return gk_error_set (err, ENODEV, "%s: the kernel has no such disk", drive->device);
  if (flush_its_cache (disk->device, err) == -1)
    return -1;
  disk->size = strtoull (size.data, NULL, 10) * 512;
  disk->blocksize = drive->blocksize == 4096 ? 4096 : 512;
  if (fill_layer (&disk->layers[0], s->dir, index, err) == -1)
    return -1;
  if (mknod (disk->layers[0].path, S_IFBLK | 0600, makedev (maj, min)) == -1)
    return gk_error_sys (err, errno, "%s", disk->layers[0].path);
  return 0;
}
