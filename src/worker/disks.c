/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a drive to a device of the session: look at the image, attach it, give
 * it its guestfs name.  The rooms that do it know nothing of each other. */

#include <errno.h>
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
#include "image/image.h"
#include "mount/devices.h"
#include "nbd/attach.h"
#include "op/disk.h"
#include "worker/session-priv.h"

struct gk_attached {
  struct gk_attachment attachment;
  bool attached;
};

static int
hold (const char *path, bool write, int *ret_fd, struct gk_error *err)
{
  return gk_image_open (path, write ? GK_IMAGE_WRITE : GK_IMAGE_READ_STABLE, ret_fd, err);
}

/* What image_prepare would make of a drive, from a disk that the launcher has
 * made of it.  The layer is for attachers that are asked for by name: they can
 * do with the disk what they do with any other. */
static int
prepare_device (const struct gk_session *s, const struct gk_drive *drive, unsigned index,
                struct gk_disk *disk, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf devno = GK_BUF_INIT, size = GK_BUF_INIT;
  _cleanup_free_ char *dev_file = gk_asprintf ("/sys/block/%s/dev", drive->device);
  _cleanup_free_ char *size_file = gk_asprintf ("/sys/block/%s/size", drive->device);
  struct gk_disk_layer *layer = calloc (1, sizeof *layer);
  unsigned maj, min;

  disk->layers = layer;
  disk->n_layers = layer != NULL;
  if (layer == NULL || dev_file == NULL || size_file == NULL)
    return gk_error_oom (err);
  if (gk_read_file (dev_file, 64, &devno) == -1 || gk_read_file (size_file, 64, &size) == -1
      || sscanf (devno.data, "%u:%u", &maj, &min) != 2)
    return gk_error_set (err, ENODEV, "%s: the kernel has no such disk", drive->device);
  disk->size = strtoull (size.data, NULL, 10) * 512;
  disk->blocksize = drive->blocksize == 4096 ? 4096 : 512;
  disk->device = strdup (drive->device);
  layer->format = strdup ("raw");
  layer->path = gk_asprintf ("%s/drive%u.device", s->dir, index);
  layer->is_device = true;
  layer->place = calloc (3, sizeof *layer->place);
  if (disk->device == NULL || layer->format == NULL || layer->path == NULL || layer->place == NULL)
    return gk_error_oom (err);
  layer->place[0] = strdup ("driver=host_device");
  layer->place[1] = gk_asprintf ("filename=%s", layer->path);
  if (layer->place[0] == NULL || layer->place[1] == NULL)
    return gk_error_oom (err);
  if (mknod (layer->path, S_IFBLK | 0600, makedev (maj, min)) == -1)
    return gk_error_sys (err, errno, "%s", layer->path);
  return 0;
}

static int
attach_one (struct gk_session *s, unsigned index, struct gk_error *err)
{
  const struct gk_drive *drive = &s->params.drives[index];
  struct gk_attached *a = &s->disks[index];
  _cleanup_gk_disk_ struct gk_disk disk = GK_DISK_INIT;
  const struct gk_attach_env env = {
    .tmpdir = s->dir,
    .node_dir = s->dir,
    .index = index,
    .only = s->params.attacher,
    .task = s->ctx.task,
    .hold = hold,
  };

  int r = drive->device
            ? prepare_device (s, drive, index, &disk, err)
            : gk_image_prepare (drive, s->dir, index, s->ctx.task, &disk, err);
  if (r == -1 || gk_attach (&env, &disk, &a->attachment, err) == -1)
    return -1;
  a->attached = true;
  return gk_devices_add (s->ctx.devices, a->attachment.devno, a->attachment.kernel_name,
                         drive->label, err)
                 == -1
             ? -1
             : 0;
}

int
gk_session_attach_disks (struct gk_session *s, struct gk_error *err)
{
  s->disks = calloc (s->params.ndrives + 1, sizeof *s->disks);
  if (s->disks == NULL)
    return gk_error_oom (err);
  s->ndisks = s->params.ndrives;
  for (unsigned i = 0; i < s->ndisks; ++i)
    if (attach_one (s, i, err) == -1)
      return -1;
  return 0;
}

int
gk_session_detach_disks (struct gk_session *s, struct gk_error *err)
{
  int r = 0;

  for (size_t i = s->ndisks; i-- > 0;)
    if (s->disks[i].attached && gk_detach (&s->disks[i].attachment, err) == -1)
      r = -1; /* gk_error_set keeps the first */
  free (s->disks);
  s->disks = NULL;
  s->ndisks = 0;
  return r;
}
