/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The parts of a mountable. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gk-ops-mount.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "fs/fs.h"
#include "mount/devices.h"
#include "op/ctx.h"

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

int
gk_mount_internal_parse_mountable (struct gk_ctx *ctx, const char *mountable,
                                   struct guestfs_internal_mountable *ret_struct,
                                   struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;

  if (gk_devices_parse_mountable (ctx->devices, mountable, &m, err) == -1)
    return -1;
  _cleanup_free_ char *subvol = strdup (m.subvol ? m.subvol : "");
  if (subvol == NULL)
    return gk_error_oom (err);
  *ret_struct = (struct guestfs_internal_mountable){
    .im_type = m.subvol != NULL, /* libguestfs's numbers: 0 is a device, 1 a subvolume */
    .im_device = gk_steal_ptr (m.device),
    .im_volume = gk_steal_ptr (subvol),
  };
  return 0;
}
