/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Opening a table for a change, and making the change last. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "op/ctx.h"
#include "part/edit.h"

/* libfdisk asks and tells through this.  Questions are not answered (dialogs
 * are off); what it tells is kept for the error. */
static int
on_ask (struct fdisk_context *cxt, struct fdisk_ask *ask, void *data)
{
  struct gk_part_edit *e = data;
  int type = fdisk_ask_get_type (ask);
  if (type == FDISK_ASKTYPE_WARN || type == FDISK_ASKTYPE_WARNX) {
    const char *text = fdisk_ask_print_get_mesg (ask);
    free (e->complaint);
    e->complaint = text ? strdup (text) : NULL;
    return 0;
  }
  return type == FDISK_ASKTYPE_INFO ? 0 : -EINVAL;
}

static int
in_use (const char *device, struct gk_error *err)
{
  return gk_error_set (err, EBUSY,
                       "%s: is in use: it or a part of it is mounted, or another device stands on "
                       "it",
                       device);
}

int
gk_part_edit_begin (struct gk_part_edit *e, struct gk_ctx *ctx, const char *device,
                    enum gk_edit_mode mode, struct gk_error *err)
{
  e->ctx = ctx;
  e->device = device;
  int flags = mode == GK_EDIT_READ ? O_RDONLY : mode == GK_EDIT_NEW ? O_RDWR | O_EXCL : O_RDWR;
  e->fd = open (device, flags | O_CLOEXEC);
  if (e->fd == -1)
    return errno == EBUSY ? in_use (device, err) : gk_error_sys (err, errno, "%s", device);
  if (mode != GK_EDIT_READ && gk_fd_is_readonly_device (e->fd))
    return gk_error_sys (err, EROFS, "%s", device);
  e->cxt = fdisk_new_context ();
  if (e->cxt == NULL)
    return gk_error_oom (err);
  fdisk_disable_dialogs (e->cxt, 1);
  fdisk_set_ask (e->cxt, on_ask, e);
  /* The caller says where a partition lies, to the sector. */
  fdisk_save_user_grain (e->cxt, 512);
  int r = fdisk_assign_device_by_fd (e->cxt, e->fd, device, mode == GK_EDIT_READ);
  if (r != 0)
    return gk_part_edit_error (e, r, "reading the partition table", err);
  fdisk_set_first_lba (e->cxt, 1);
  if (mode != GK_EDIT_NEW && !fdisk_has_label (e->cxt))
    return gk_part_no_label (device, err);
  return 0;
}

/* libfdisk writes the empty boot record of an extended partition from a buffer
 * of 512 bytes, whatever the sector is; on bigger sectors the rest is what
 * happened to lie on this process's stack.  That must not stay on the image. */
static int
clean_extended (struct gk_part_edit *e)
{
  static const char zeros[4096];
  size_t sector = fdisk_get_sector_size (e->cxt);
  if (sector <= 512 || sector > sizeof zeros || !fdisk_is_label (e->cxt, DOS))
    return 0;
  for (size_t i = 0; i < 4; i++) {
    struct fdisk_partition *pa = NULL;
    fdisk_sector_t start = 0;
    if (fdisk_get_partition (e->cxt, i, &pa) == 0 && fdisk_partition_is_used (pa) &&
        fdisk_partition_is_container (pa))
      start = fdisk_partition_get_start (pa);
    fdisk_unref_partition (pa);
    if (start && gk_pwrite_full (e->fd, zeros, sector - 512, (off_t)(start * sector + 512)) == -1)
      return -1;
  }
  return 0;
}

int
gk_part_edit_commit (struct gk_part_edit *e, struct gk_error *err)
{
  /* What it told of the table that it has read is no reason. */
  free (e->complaint);
  e->complaint = NULL;
  int r = fdisk_write_disklabel (e->cxt);
  if (r != 0)
    return gk_part_edit_error (e, r, "writing the partition table", err);
  if (clean_extended (e) == -1 || fsync (e->fd) == -1)
    return gk_error_sys (err, errno, "%s: writing the partition table", e->device);
  struct gk_ctx *ctx = e->ctx;
  const char *device = e->device;
  gk_part_edit_end (e);
  if (ctx->table_changed)
    return ctx->table_changed (ctx, device, err);
  return 0;
}

void
gk_part_edit_end (struct gk_part_edit *e)
{
  if (e->cxt) {
    fdisk_deassign_device (e->cxt, 1); /* 0 would sync(2) the whole machine */
    fdisk_unref_context (e->cxt);
  }
  if (e->fd != -1)
    close (e->fd);
  free (e->complaint);
  *e = (struct gk_part_edit)GK_PART_EDIT_INIT;
}

int
gk_part_edit_error (struct gk_part_edit *e, int r, const char *what, struct gk_error *err)
{
  int errnum = r < 0 ? -r : EINVAL;
  if (errnum == ENOMEM)
    return gk_error_oom (err);
  if (e->complaint)
    return gk_error_set (err, errnum, "%s: %s: %s", e->device, what, e->complaint);
  return gk_error_sys (err, errnum, "%s: %s", e->device, what);
}

int
gk_part_no_label (const char *device, struct gk_error *err)
{
  return gk_error_sys (err, EINVAL, "%s: unrecognised disk label", device);
}

int
gk_part_check_number (int partnum, struct gk_error *err)
{
  if (partnum <= 0)
    return gk_error_set (err, EINVAL, "partition number must be >= 1");
  return 0;
}

int
gk_part_edit_find (struct gk_part_edit *e, int partnum, struct fdisk_partition **ret,
                   struct gk_error *err)
{
  struct fdisk_partition *pa = NULL;
  if (fdisk_get_partition (e->cxt, (size_t)partnum - 1, &pa) != 0 ||
      !fdisk_partition_is_used (pa)) {
    fdisk_unref_partition (pa);
    return gk_error_set (err, ENOENT, "%s: partition number %d not found", e->device, partnum);
  }
  *ret = pa;
  return 0;
}

int
gk_part_check_unused (const char *device, int partnum, struct gk_error *err)
{
  _cleanup_free_ char *node = gk_asprintf ("%s%d", device, partnum);
  if (node == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int fd = open (node, O_RDONLY | O_EXCL | O_CLOEXEC);
  if (fd == -1 && errno == EBUSY)
    return in_use (node, err);
  return 0;
}

int
gk_part_edit_set_type (struct gk_part_edit *e, struct fdisk_partition *pa, const char *code,
                       struct gk_error *err)
{
  struct fdisk_parttype *type = fdisk_label_parse_parttype (fdisk_get_label (e->cxt, NULL), code);

  if (type == NULL)
    return gk_error_set (err, EINVAL, "%s: %s is not a partition type", e->device, code);
  int r = fdisk_partition_set_type (pa, type);
  fdisk_unref_parttype (type);
  return r == 0 ? 0 : gk_part_edit_error (e, r, "setting the type", err);
}
