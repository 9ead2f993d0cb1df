/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that list devices and what is on them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "gk-ops-mount.h"
#include "mount/devices-priv.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"
#include "op/task.h"
#include "part/part.h"

static int
finish (struct gk_strv *sv, char ***ret_list, struct gk_error *err)
{
  char **v = gk_strv_finish (sv);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_list = v;
  return 0;
}

int
gk_mount_list_devices (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  for (size_t i = 0; i < ctx->devices->n_disks; i++)
    if (gk_strv_push (&sv, ctx->devices->disks[i].whole.path) == -1)
      return gk_error_oom (err);
  return finish (&sv, ret_list, err);
}

int
gk_mount_list_partitions (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  for (size_t i = 0; i < ctx->devices->n_disks; i++) {
    const struct gk_disk *disk = &ctx->devices->disks[i];
    for (size_t j = 0; j < disk->n_parts; j++)
      if (gk_strv_push (&sv, disk->parts[j].path) == -1)
        return gk_error_oom (err);
  }
  for (size_t i = 0; i < ctx->devices->n_made; i++)
    if (gk_streq (ctx->devices->made[i].kind, GK_KIND_MD_PART) &&
        gk_strv_push (&sv, ctx->devices->made[i].node.path) == -1)
      return gk_error_oom (err);
  return finish (&sv, ret_list, err);
}

int
gk_mount_list_disk_labels (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  for (size_t i = 0; i < ctx->devices->n_disks; i++) {
    const struct gk_disk *disk = &ctx->devices->disks[i];
    if (disk->label == NULL)
      continue;
    if (gk_strv_push (&sv, disk->label) == -1 || gk_strv_push (&sv, disk->whole.path) == -1)
      return gk_error_oom (err);
    for (size_t j = 0; j < disk->n_parts; j++)
      if (gk_strv_pushf (&sv, "%s%d", disk->label, disk->parts[j].partnum) == -1 ||
          gk_strv_push (&sv, disk->parts[j].path) == -1)
        return gk_error_oom (err);
  }
  return finish (&sv, ret_list, err);
}

int
gk_mount_nr_devices (struct gk_ctx *ctx, int *ret_value, struct gk_error *err)
{
  *ret_value = (int)ctx->devices->n_disks;
  return 0;
}

int
gk_mount_device_index (struct gk_ctx *ctx, const char *device, int *ret_value, struct gk_error *err)
{
  for (size_t i = 0; i < ctx->devices->n_disks; i++)
    if (gk_streq (ctx->devices->disks[i].whole.path, device)) {
      *ret_value = (int)i;
      return 0;
    }
  return gk_error_set (err, 0, "%s: device not found", device);
}

int
gk_mount_is_whole_device (struct gk_ctx *ctx, const char *device, bool *ret_value,
                          struct gk_error *err)
{
  *ret_value = gk_devices_disk (ctx->devices, device) != NULL;
  return 0;
}

static bool
ends_with (const char *s, const char *suffix)
{
  size_t n = strlen (s), m = strlen (suffix);
  return n >= m && gk_streq (s + n - m, suffix);
}

/* Those of a damaged filesystem, or of one whose other device is missing, cannot
 * be told; the device itself can. */
static int
push_subvolumes (struct gk_ctx *ctx, const char *device, struct gk_strv *sv, struct gk_error *err)
{
  struct gk_error why = GK_ERROR_INIT;
  _cleanup_strv_ char **paths = NULL;

  if (gk_btrfs_subvolumes (ctx, device, &paths, &why) == -1) {
    gk_task_log (ctx->task, "list_filesystems: %s", gk_error_msg (&why));
    gk_error_clear (&why);
    return 0;
  }
  for (size_t i = 0; paths[i]; i++)
    if (gk_strv_pushf (sv, "btrfsvol:%s/%s", device, paths[i]) == -1 ||
        gk_strv_push (sv, "btrfs") == -1)
      return gk_error_oom (err);
  return 0;
}

/* Push DEVICE and what is on it, unless it is a part of something else (a
 * RAID, a volume group, an encrypted device). */
static int
push_filesystem (struct gk_ctx *ctx, const char *device, struct gk_strv *sv, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  struct gk_error why = GK_ERROR_INIT;
  const char *type = "";
  if (gk_fs_probe_device (device, &probe, &why) == -1)
    gk_task_log (ctx->task, "list_filesystems: %s", gk_error_msg (&why));
  else
    type = probe.type;
  gk_error_clear (&why);
  if (ends_with (type, "_member") || gk_streq (type, "crypto_LUKS") || gk_streq (type, "BitLocker"))
    return 0;
  if (*type == '\0')
    type = "unknown";
  if (gk_strv_push (sv, device) == -1 || gk_strv_push (sv, type) == -1)
    return gk_error_oom (err);
  return gk_streq (type, "btrfs") ? push_subvolumes (ctx, device, sv, err) : 0;
}

static void
read_table (const char *device, struct gk_part_table *ret)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  struct gk_error ignored = GK_ERROR_INIT;
  if (fd == -1 || gk_part_read (fd, ret, &ignored) == -1)
    gk_error_clear (&ignored);
}

static int
push_partitions (struct gk_ctx *ctx, const struct gk_disk *disk, struct gk_strv *sv,
                 struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table table = GK_PART_TABLE_INIT;
  read_table (disk->whole.path, &table);
  for (size_t i = 0; i < disk->n_parts; i++) {
    const struct gk_part *p = gk_part_find (&table, disk->parts[i].partnum);
    if (p && !gk_part_can_hold_filesystem (p))
      continue;
    if (push_filesystem (ctx, disk->parts[i].path, sv, err) == -1)
      return -1;
  }
  return 0;
}

static int
push_made (struct gk_ctx *ctx, const char *kind, struct gk_strv *sv, struct gk_error *err)
{
  const struct gk_devices *d = ctx->devices;
  for (size_t i = 0; i < d->n_made; i++) {
    const char *path = d->made[i].node.path;
    if (!gk_streq (d->made[i].kind, kind) || gk_devices_has_md_parts (d, path))
      continue;
    /* Not the parts of a mirror: whoever mounted one would damage it. */
    if (gk_streq (kind, GK_KIND_LDM) && gk_after_prefix (path, "/dev/mapper/ldm_vol_") == NULL)
      continue;
    if (gk_streq (kind, GK_KIND_MD_PART)) {
      _cleanup_part_table_ struct gk_part_table table = GK_PART_TABLE_INIT;
      int num;
      _cleanup_free_ char *set = strndup (path, gk_part_split_name (path, &num));
      if (set == NULL)
        return gk_error_oom (err);
      read_table (set, &table);
      const struct gk_part *p = gk_part_find (&table, num);
      if (p && !gk_part_can_hold_filesystem (p))
        continue;
    }
    if (push_filesystem (ctx, path, sv, err) == -1)
      return -1;
  }
  return 0;
}

int
gk_mount_list_filesystems (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  const struct gk_devices *d = ctx->devices;
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  for (size_t i = 0; i < d->n_disks; i++)
    if (d->disks[i].n_parts == 0 && push_filesystem (ctx, d->disks[i].whole.path, &sv, err) == -1)
      return -1;
  for (size_t i = 0; i < d->n_disks; i++)
    if (push_partitions (ctx, &d->disks[i], &sv, err) == -1)
      return -1;
  if (push_made (ctx, GK_KIND_MD_PART, &sv, err) == -1 ||
      push_made (ctx, GK_KIND_MD, &sv, err) == -1)
    return -1;
  for (size_t i = 0; i < d->n_others; i++)
    if (push_filesystem (ctx, d->others[i].path, &sv, err) == -1)
      return -1;
  if (push_made (ctx, GK_KIND_LV, &sv, err) == -1 || push_made (ctx, GK_KIND_LDM, &sv, err) == -1)
    return -1;
  return finish (&sv, ret_list, err);
}
