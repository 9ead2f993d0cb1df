/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The devices of a mounted btrfs, and its size on them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "mount/btrfs.h"
#include "op/ctx.h"

int
gk_btrfs_btrfs_filesystem_show (struct gk_ctx *ctx, const char *device, char ***ret_list,
                                struct gk_error *err)
{
  return gk_btrfs_devices (ctx, device, ret_list, err);
}

/* --- more or fewer ---------------------------------------------------------------------- */

/* Each kind of request that keeps others away is ended by its own one. */
static void
stop_removing (int fd)
{
  struct btrfs_ioctl_vol_args_v2 args = { .flags = 0, .name = "cancel" };
  ioctl (fd, BTRFS_IOC_RM_DEV_V2, &args);
}

static void
stop_resizing (int fd)
{
  struct btrfs_ioctl_vol_args args = { .name = "cancel" };
  ioctl (fd, BTRFS_IOC_RESIZE, &args);
}

static void
stop_replacing (int fd)
{
  struct btrfs_ioctl_dev_replace_args args = { .cmd = BTRFS_IOCTL_DEV_REPLACE_CMD_CANCEL };
  ioctl (fd, BTRFS_IOC_DEV_REPLACE, &args);
}

static int
change (struct gk_ctx *ctx, const char *verb, const char *option, char *const *devices,
        const char *fs, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (devices[0] == NULL)
    return 0;
  if (gk_btrfs_open (ctx, fs, O_RDONLY | O_DIRECTORY, &at, err) == -1)
    return -1;
  if (gk_strv_push (&argv, "btrfs") == -1 || gk_strv_push (&argv, "device") == -1 ||
      gk_strv_push (&argv, verb) == -1 || (option && gk_strv_push (&argv, option) == -1))
    return gk_error_oom (err);
  for (size_t i = 0; devices[i]; i++)
    if (gk_strv_push (&argv, devices[i]) == -1)
      return gk_error_oom (err);
  if (gk_strv_push (&argv, at.path) == -1)
    return gk_error_oom (err);
  return gk_btrfs_run_long (ctx, &at, (const char *const *)argv.v, stop_removing, err);
}

/* What was on them is gone, be it a partition table. */
static int
tell_of_table (struct gk_ctx *ctx, char *const *devices, struct gk_error *err)
{
  for (size_t i = 0; ctx->table_changed && devices[i]; i++)
    if (ctx->table_changed (ctx, devices[i], err) == -1)
      return -1;
  return 0;
}

int
gk_btrfs_btrfs_device_add (struct gk_ctx *ctx, char *const *devices, const char *fs,
                           struct gk_error *err)
{
  if (gk_btrfs_check_free (devices, err) == -1 || gk_btrfs_note_all (ctx, devices, err) == -1 ||
      change (ctx, "add", "--force", devices, fs, err) == -1)
    return -1;
  return tell_of_table (ctx, devices, err);
}

int
gk_btrfs_btrfs_device_delete (struct gk_ctx *ctx, char *const *devices, const char *fs,
                              struct gk_error *err)
{
  return change (ctx, "delete", NULL, devices, fs, err);
}

int
gk_btrfs_btrfs_replace (struct gk_ctx *ctx, const char *srcdev, const char *targetdev,
                        const char *mntpoint, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  char *target[] = { (char *)(uintptr_t)targetdev, NULL };

  if (gk_btrfs_check_free (target, err) == -1 || gk_btrfs_note_all (ctx, target, err) == -1 ||
      gk_btrfs_open (ctx, mntpoint, O_RDONLY | O_DIRECTORY, &at, err) == -1 ||
      gk_btrfs_run_long (
          ctx, &at, GK_LIST ("btrfs", "replace", "start", "-B", "-f", srcdev, targetdev, at.path),
          stop_replacing, err) == -1)
    return -1;
  return tell_of_table (ctx, target, err);
}

/* --- larger or smaller -------------------------------------------------------------------- */

int
gk_btrfs_btrfs_filesystem_resize (struct gk_ctx *ctx, const char *mountpoint,
                                  const struct guestfs_btrfs_filesystem_resize_argv *opt,
                                  struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  bool has = opt && opt->bitmask & GUESTFS_BTRFS_FILESYSTEM_RESIZE_SIZE_BITMASK;

  if (has && opt->size <= 0)
    return gk_error_set (err, EINVAL, "size is not larger than zero");
  _cleanup_free_ char *size = has ? gk_asprintf ("%lld", (long long)opt->size) : strdup ("max");
  if (size == NULL)
    return gk_error_oom (err);
  if (gk_btrfs_open (ctx, mountpoint, O_RDONLY | O_DIRECTORY, &at, err) == -1)
    return -1;
  return gk_btrfs_run_long (ctx, &at, GK_LIST ("btrfs", "filesystem", "resize", size, at.path),
                            stop_resizing, err);
}

/* --- written out, and anew ------------------------------------------------------------------- */

int
gk_btrfs_btrfs_filesystem_sync (struct gk_ctx *ctx, const char *fs, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;

  if (gk_btrfs_open (ctx, fs, O_RDONLY, &at, err) == -1)
    return -1;
  return ioctl (at.fd, BTRFS_IOC_SYNC) == -1 ? gk_error_sys (err, errno, "%s", fs) : 0;
}

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_BTRFS_FILESYSTEM_DEFRAGMENT_##NAME##_BITMASK)

int
gk_btrfs_btrfs_filesystem_defragment (struct gk_ctx *ctx, const char *path,
                                      const struct guestfs_btrfs_filesystem_defragment_argv *opt,
                                      struct gk_error *err)
{
  static const char *const known[] = { "zlib", "lzo", "zstd", NULL };
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (HAS (COMPRESS) && !gk_strv_contains ((char *const *)(const void *)known, opt->compress))
    return gk_error_set (err, EINVAL, "%s: compress is not zlib, lzo or zstd", opt->compress);
  if (gk_btrfs_open (ctx, path, O_RDONLY, &at, err) == -1)
    return -1;
  if (gk_strv_push (&argv, "btrfs") == -1 || gk_strv_push (&argv, "filesystem") == -1 ||
      gk_strv_push (&argv, "defragment") == -1 ||
      (HAS (FLUSH) && opt->flush && gk_strv_push (&argv, "-f") == -1) ||
      (HAS (COMPRESS) && gk_strv_pushf (&argv, "-c%s", opt->compress) == -1) ||
      gk_strv_push (&argv, at.path) == -1)
    return gk_error_oom (err);
  return gk_btrfs_run (ctx, &at, (const char *const *)argv.v, 0, NULL, err) == -1 ? -1 : 0;
}
