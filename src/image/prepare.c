/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From what add_drive was told to what an attacher needs. */
#include "image/image-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "image/unit.h"
#include "op/disk.h"
#include "op/drive.h"

/* The size that libguestfs gives the disk that stands for /dev/null. */
#define NULL_DISK_SIZE 4096

/* --- local ------------------------------------------------------------------------- */

static int
fill_layer (const struct gk_image_layer *from, struct gk_disk_layer *to, struct gk_error *err)
{
  to->format = strdup (from->format);
  to->path = strdup (from->path);
  to->place = gk_image_local_place (from->path, from->is_device);
  to->is_device = from->is_device;
  if (to->format == NULL || to->path == NULL || to->place == NULL)
    return gk_error_oom (err);
  if (from->extents != NULL && (to->extents = gk_strv_copy (from->extents)) == NULL)
    return gk_error_oom (err);
  if (from->data_file != NULL) {
    if (gk_image_follow (from->path, "data file", from->data_file, &to->data_path, err) == -1)
      return -1;
    to->data_place = gk_image_local_place (to->data_path, false);
    if (to->data_place == NULL)
      return gk_error_oom (err);
  }
  return 0;
}

/* Changes that wait to be taken into a layer stand above it (unit.h).  With them
 * the disk may be larger. */
static int
add_pending (const char *path, struct gk_task *task, struct gk_disk *disk, struct gk_error *err)
{
  _cleanup_image_layer_ struct gk_image_layer larger = { .path = NULL };
  _cleanup_free_ char *overlay = NULL;

  if (gk_unit_pending (path, &overlay, err) == -1)
    return -1;
  if (overlay == NULL)
    return 0;
  if (disk->n_layers == 0) {
    if (gk_image_top (overlay, "qcow2", task, &larger, err) == -1)
      return -1;
    disk->size = larger.virtual_size;
  }
  const struct gk_image_layer layer = { .path = overlay, .format = (char *)"qcow2" };
  return fill_layer (&layer, &disk->layers[disk->n_layers++], err);
}

static int
finish_unit (const char *path, struct gk_task *task, struct gk_error *err)
{
  _cleanup_free_ char *overlay = NULL;

  if (gk_unit_pending (path, &overlay, err) == -1)
    return -1;
  return (overlay || gk_unit_has_words (path)) && gk_unit_recover (path, task, err) == -1 ? -1 : 0;
}

static int
local_layers (const struct gk_drive *drive, struct gk_task *task, struct gk_disk *disk,
              struct gk_error *err)
{
  const char *path = drive->filename, *format = drive->format, *called = drive->called;
  _cleanup_image_info_ struct gk_image_info info = GK_IMAGE_INFO_INIT;

  if (!drive->readonly && finish_unit (path, task, err) == -1)
    return -1;
  if (gk_image_info_called (path, called, format, task, &info, err) == -1)
    return -1;
  /* qemu would ask for the key of a disk that begins with a LUKS header and
   * show what is inside.  Unless the caller named that format it is a disk as
   * the guest has it, which the guest's own tools unlock. */
  if (format == NULL && gk_streq (info.layers[0].format, "luks")) {
    gk_image_info_clear (&info);
    if (gk_image_info_called (path, called, "raw", task, &info, err) == -1)
      return -1;
  }
  disk->layers = calloc (2 * info.n_layers, sizeof *disk->layers);
  if (disk->layers == NULL)
    return gk_error_oom (err);
  disk->size = info.layers[0].virtual_size;
  for (size_t i = 0; i < info.n_layers; i++) {
    if (info.layers[i].encrypted)
      return gk_error_set (err, ENOTSUP,
                           "%s: the image is encrypted by its format, and such "
                           "images cannot be opened",
                           info.layers[i].path);
    if (!info.layers[i].is_device && add_pending (info.layers[i].path, task, disk, err) == -1)
      return -1;
    if (fill_layer (&info.layers[i], &disk->layers[disk->n_layers++], err) == -1)
      return -1;
  }
  return 0;
}

/* Programs add /dev/null as a drive when they need one and do not care which: they get a small
 * scratch disk. */
static int
null_layers (const char *tmpdir, unsigned index, struct gk_task *task, struct gk_disk *disk,
             struct gk_error *err)
{
  _cleanup_free_ char *path = gk_asprintf ("%s/drive%u.null", tmpdir, index);
  struct gk_image_create c = { .format = "raw", .size = NULL_DISK_SIZE };

  if (path == NULL)
    return gk_error_oom (err);
  c.path = path;
  if (gk_image_create (&c, task, err) == -1)
    return -1;
  const struct gk_drive raw = { .filename = path, .format = (char *)"raw" };
  return local_layers (&raw, task, disk, err);
}

/* --- remote ------------------------------------------------------------------------ */

static int
remote_layer (const struct gk_drive *drive, struct gk_task *task, struct gk_disk *disk,
              struct gk_error *err)
{
  _cleanup_image_layer_ struct gk_image_layer layer = { .path = NULL };
  _cleanup_strv_ char **place = NULL;
  _cleanup_free_ char *opts = NULL, *target = NULL, *object = NULL, *name = NULL;
  _cleanup_close_ int secret_fd = -1;

  if ((drive->format != NULL && gk_image_check_format (drive->format, err) == -1) ||
      gk_image_remote_place (drive, &place, err) == -1)
    return -1;
  if (drive->secret != NULL && gk_disk_secret_file (drive->secret, &secret_fd, &object, err) == -1)
    return -1;
  opts = gk_disk_place_options (place, "file.");
  name =
      gk_asprintf ("%s://%s/%s", drive->protocol, drive->server[0],
                   drive->filename == NULL ? "" : drive->filename + strspn (drive->filename, "/"));
  if (opts == NULL || name == NULL)
    return gk_error_oom (err);
  target =
      drive->format == NULL ? strdup (opts) : gk_asprintf ("driver=%s,%s", drive->format, opts);
  if (target == NULL)
    return gk_error_oom (err);
  if (gk_image_ask (target, true, name, &secret_fd, drive->secret != NULL, object, task, &layer,
                    err) == -1)
    return -1;
  /* The names would be looked up on this machine. */
  if (layer.backing_name != NULL || layer.data_file != NULL || layer.extents != NULL)
    return gk_error_set (err, EACCES, "%s: a remote image that names other files is refused", name);
  disk->layers = calloc (1, sizeof *disk->layers);
  if (disk->layers == NULL)
    return gk_error_oom (err);
  disk->n_layers = 1;
  disk->layers[0].format = gk_steal_ptr (layer.format);
  disk->layers[0].place = gk_steal_ptr (place);
  if (drive->secret != NULL && (disk->secret = strdup (drive->secret)) == NULL)
    return gk_error_oom (err);
  disk->size = layer.virtual_size;
  return 0;
}

/* --- all ----------------------------------------------------------------------------- */

static int
set_discard (const struct gk_drive *drive, struct gk_disk *disk, struct gk_error *err)
{
  const char *format = disk->layers[0].format;
  bool possible = !drive->readonly && (gk_streq (format, "raw") || gk_streq (format, "qcow2"));

  if (drive->discard == NULL || gk_streq (drive->discard, "disable"))
    return 0;
  if (!possible && gk_streq (drive->discard, "enable"))
    return gk_error_set (err, ENOTSUP, "discard cannot be enabled on this drive: %s",
                         drive->readonly ? "it is read-only" : "only raw and qcow2 images have it");
  disk->discard = possible;
  return 0;
}

int
gk_image_prepare (const struct gk_drive *drive, const char *tmpdir, unsigned index,
                  struct gk_task *task, struct gk_disk *ret_disk, struct gk_error *err)
{
  _cleanup_gk_disk_ struct gk_disk disk = GK_DISK_INIT;
  int r;

  if (!gk_streq (drive->protocol, "file"))
    r = remote_layer (drive, task, &disk, err);
  else if (gk_streq (drive->filename, "/dev/null"))
    r = null_layers (tmpdir, index, task, &disk, err);
  else
    r = local_layers (drive, task, &disk, err);
  if (r == -1 || set_discard (drive, &disk, err) == -1)
    return -1;

  disk.readonly = drive->readonly;
  disk.unsafe = drive->cachemode != NULL && gk_streq (drive->cachemode, "unsafe");
  disk.copyonread = drive->copyonread && drive->readonly;
  disk.blocksize = drive->blocksize == 4096 ? 4096 : 512;
  if (drive->readonly) {
    disk.overlay = gk_asprintf ("%s/drive%u.overlay", tmpdir, index);
    if (disk.overlay == NULL)
      return gk_error_oom (err);
    if (gk_overlay_create (disk.overlay, disk.size, err) == -1)
      return -1;
  }
  *ret_disk = disk;
  disk = (struct gk_disk)GK_DISK_INIT;
  return 0;
}
