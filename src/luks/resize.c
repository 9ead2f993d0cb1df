/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* An opened device follows the one below it, or gets ready for its end to move. */
#include "luks/luks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "luks/luks-priv.h"
#include "mount/devices.h"
#include "mount/dm.h"
#include "op/ctx.h"

#define SECTOR 512

int
gk_luks_resize (struct gk_ctx *ctx, const char *device, int64_t bytes, struct gk_error *err)
{
  _cleanup_luks_ struct gk_luks l = GK_LUKS_INIT;
  dev_t devno = 0;

  if (bytes < 0 || bytes % SECTOR)
    return gk_error_set (err, EINVAL, "%" PRId64 ": is no multiple of %d", bytes, SECTOR);
  if (gk_luks_need_dm (ctx, err) == -1)
    return -1;
  if (gk_devices_number (ctx->devices, device, &devno) == -1)
    return gk_error_sys (err, ENOENT, "%s", device);
  _cleanup_free_ char *uuid = gk_dm_uuid (devno), *name = gk_dm_name (devno);
  if (name == NULL || uuid == NULL || gk_after_prefix (uuid, "CRYPT-LUKS") == NULL)
    return gk_error_set (err, EINVAL, "%s: is no opened LUKS device", device);
  if (gk_luks_library (&l, device, err) == -1)
    return -1;
  int r = l.lib.crypt_init_by_name (&l.cd, name);
  if (r == 0) {
    gk_luks_listen (&l);
    r = l.lib.crypt_resize (l.cd, name, (uint64_t)bytes / SECTOR);
  }
  return r < 0 ? gk_luks_fail (&l, r, err) : 0;
}
