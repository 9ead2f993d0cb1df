/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How small a filesystem can be, and making it larger. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fs/fs-priv.h"

int
gk_fs_minimum_size (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                    struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;

  if (gk_fs_probe_device (device, &p, err) == -1)
    return -1;
  const struct gk_fs *fs = gk_fs_find (p.type);
  if (fs == NULL || fs->resizing == NULL || fs->resizing->minimum == NULL)
    return gk_error_set (err, ENOTSUP, "don't know how to get minimum size of '%s' filesystems",
                         p.type);
  return fs->resizing->minimum (ctx, device, ret_value, err);
}

int
gk_fs_grow (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;

  if (gk_fs_probe_device (device, &p, err) == -1)
    return -1;
  const struct gk_fs *fs = gk_fs_find (p.type);
  if (fs == NULL || fs->resizing == NULL || fs->resizing->grow == NULL)
    return gk_error_set (err, ENOTSUP, "%s: '%s' filesystems are not made larger by this", device,
                         p.type);
  return fs->resizing->grow (ctx, device, err);
}
