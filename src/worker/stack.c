/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What stands on what: volumes of dynamic disks; RAID sets on volumes on sets,
 * until nothing new appears.
 *
 * A set that lacks a member waits until all else is there, for the member may be
 * a volume; only then it is started without.
 */
#include "base/error.h"
#include "ldm/ldm.h"
#include "lvm/lvm.h"
#include "md/md.h"
#include "mount/devices.h"
#include "worker/session-priv.h"

/* volumes: look for volume groups in the first round even if no RAID set was assembled in it. */
static int
stack (struct gk_ctx *ctx, bool volumes, struct gk_error *err)
{
  for (bool degraded = false;; volumes = false) {
    size_t left, before = gk_devices_count (ctx->devices);
    if (gk_md_assemble (ctx, degraded, &left, err) == -1)
      return -1;
    if ((volumes || gk_devices_count (ctx->devices) > before) && gk_lvm_start (ctx, err) == -1)
      return -1;
    bool grew = gk_devices_count (ctx->devices) > before;
    if (!grew && (degraded || left == 0))
      return 0;
    degraded = !grew;
  }
}

int
gk_session_stack (struct gk_ctx *ctx, struct gk_error *err)
{
  return gk_ldm_start (ctx, err) == -1 ? -1 : stack (ctx, true, err);
}

int
gk_session_stack_on (struct gk_ctx *ctx, struct gk_error *err)
{
  return stack (ctx, false, err);
}
