/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The session's mapper devices that are no logical volumes. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-mount.h"
#include "mount/devices-priv.h"
#include "mount/dm.h"
#include "op/ctx.h"

int
gk_mount_list_dm_devices (struct gk_ctx *ctx, char ***ret_devices, struct gk_error *err)
{
  const struct gk_devices *d = ctx->devices;
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  for (size_t i = 0; i < d->n_others; i++) {
    _cleanup_free_ char *uuid = gk_dm_uuid (d->others[i].devno);
    if (gk_after_prefix (d->others[i].path, "/dev/mapper/") == NULL ||
        (uuid && gk_after_prefix (uuid, "LVM-")))
      continue;
    if (gk_strv_push (&sv, d->others[i].path) == -1)
      return gk_error_oom (err);
  }
  gk_strv_sort (sv.v, sv.len);
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_devices = v;
  return 0;
}
