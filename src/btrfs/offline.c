/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is done to a btrfs that is not mounted: checked, rescued, tuned, saved. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "fs/fs.h"
#include "mount/btrfs.h"
#include "op/ctx.h"

/* btrfs rescue super-recover: some were bad, and are good now. */
#define RECOVERED 2

static int
check_free (const char *device, struct gk_error *err)
{
  char *devices[] = { (char *)(uintptr_t)device, NULL };

  return gk_btrfs_check_free (devices, err);
}

static int
run (struct gk_ctx *ctx, const char *device, const char *const *argv, int max_status,
     struct gk_error *err)
{
  if (check_free (device, err) == -1)
    return -1;
  return gk_btrfs_run (ctx, NULL, argv, max_status, NULL, err) == -1 ? -1 : 0;
}

/* --- checking ------------------------------------------------------------------------------ */

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_BTRFS_FSCK_##NAME##_BITMASK)

int
gk_btrfs_btrfs_fsck (struct gk_ctx *ctx, const char *device,
                     const struct guestfs_btrfs_fsck_argv *opt, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (HAS (SUPERBLOCK) && opt->superblock < 0)
    return gk_error_set (err, EINVAL, "superblock is negative");
  if (gk_strv_push (&argv, "btrfs") == -1 || gk_strv_push (&argv, "check") == -1 ||
      (HAS (REPAIR) && opt->repair && gk_strv_push (&argv, "--repair") == -1) ||
      (HAS (SUPERBLOCK) && (gk_strv_push (&argv, "--super") == -1 ||
                            gk_strv_pushf (&argv, "%lld", (long long)opt->superblock) == -1)) ||
      gk_strv_push (&argv, device) == -1)
    return gk_error_oom (err);
  return run (ctx, device, (const char *const *)argv.v, 0, err);
}

int
gk_btrfs_btrfs_rescue_chunk_recover (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return run (ctx, device, GK_LIST ("btrfs", "rescue", "chunk-recover", "-y", device), 0, err);
}

int
gk_btrfs_btrfs_rescue_super_recover (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;

  if (run (ctx, device, GK_LIST ("btrfs", "rescue", "super-recover", "-y", device), RECOVERED,
           err) == -1 ||
      gk_fs_probe_device (device, &probe, err) == -1)
    return -1;
  /* The tool is content when there are no superblocks at all. */
  if (!gk_streq (probe.type, "btrfs"))
    return gk_error_set (err, EINVAL, "%s: there is no btrfs filesystem on it", device);
  return 0;
}

/* --- tuning -------------------------------------------------------------------------------- */

int
gk_btrfs_btrfstune_seeding (struct gk_ctx *ctx, const char *device, bool seeding,
                            struct gk_error *err)
{
  return run (ctx, device, GK_LIST ("btrfstune", "-f", "-S", seeding ? "1" : "0", device), 0, err);
}

int
gk_btrfs_btrfs_set_seeding (struct gk_ctx *ctx, const char *device, bool seeding,
                            struct gk_error *err)
{
  return gk_btrfs_btrfstune_seeding (ctx, device, seeding, err);
}

int
gk_btrfs_btrfstune_enable_extended_inode_refs (struct gk_ctx *ctx, const char *device,
                                               struct gk_error *err)
{
  return run (ctx, device, GK_LIST ("btrfstune", "-r", device), 0, err);
}

int
gk_btrfs_btrfstune_enable_skinny_metadata_extent_refs (struct gk_ctx *ctx, const char *device,
                                                       struct gk_error *err)
{
  return run (ctx, device, GK_LIST ("btrfstune", "-x", device), 0, err);
}

/* --- saving -------------------------------------------------------------------------------- */

/* btrfs-image takes one device and finds the others by itself. */
static int
check_source (struct gk_ctx *ctx, char *const *source, struct gk_error *err)
{
  _cleanup_strv_ char **devices = NULL;

  if (source[0] == NULL)
    return gk_error_set (err, EINVAL, "source is an empty list");
  if (gk_btrfs_devices (ctx, source[0], &devices, err) == -1)
    return -1;
  for (size_t i = 1; source[i]; i++)
    if (!gk_strv_contains (devices, source[i]))
      return gk_error_set (err, EINVAL, "%s and %s are not of one btrfs filesystem", source[0],
                           source[i]);
  return 0;
}

int
gk_btrfs_btrfs_image (struct gk_ctx *ctx, char *const *source, const char *image,
                      const struct guestfs_btrfs_image_argv *opt, struct gk_error *err)
{
  struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  bool has = opt && opt->bitmask & GUESTFS_BTRFS_IMAGE_COMPRESSLEVEL_BITMASK;
  int level = has ? opt->compresslevel : 0;

  if (level < 0 || level > 9)
    return gk_error_set (err, EINVAL, "%d: compresslevel is not from 0 to 9", level);
  if (check_source (ctx, source, err) == -1 || check_free (source[0], err) == -1)
    return -1;
  const char digit[] = { (char)('0' + level), '\0' };
  int fd = gk_root_open (ctx->root_fd, image, O_RDWR | O_CREAT | O_TRUNC, 0666);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", image);
  gk_btrfs_at_of (fd, image, &at);
  int r = gk_btrfs_run (ctx, &at, GK_LIST ("btrfs-image", "-c", digit, source[0], at.path), 0, NULL,
                        err);
  if (close (at.fd) == -1 && r != -1)
    return gk_error_sys (err, errno, "%s", image);
  return r == -1 ? -1 : 0;
}
