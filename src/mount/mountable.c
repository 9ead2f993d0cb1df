/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The two parts of a mountable. */

#include <errno.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fs/fs.h"
#include "mount/devices.h"
#include "op/ctx.h"
#include "gk-ops-mount.h"

int
gk_mount_mountable_device (struct gk_ctx *ctx, const char *mountable, char **ret_string,
                           struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;

  if (gk_devices_parse_mountable (ctx->devices, mountable, &m, err) == -1)
    return -1;
  *ret_string = gk_steal_ptr (m.device);
  return 0;
}

int
gk_mount_mountable_subvolume (struct gk_ctx *ctx, const char *mountable, char **ret_string,
                              struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;

  if (gk_devices_parse_mountable (ctx->devices, mountable, &m, err) == -1)
    return -1;
  if (m.subvol == NULL)
    return gk_error_set (err, EINVAL, "%s: is no btrfs subvolume", mountable);
  *ret_string = gk_steal_ptr (m.subvol);
  return 0;
}
