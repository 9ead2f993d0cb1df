/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that tell what is on a device: vfs_type, vfs_label, vfs_uuid. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fs/fs.h"
#include "gk-ops-fs.h"

/* The name was checked to be a device of the session before it came here, so
 * that a block device found in the private /dev is the one that was meant. */
static bool
is_block_device (void *opaque, const char *name)
{
  struct stat st;
  return stat (name, &st) == 0 && S_ISBLK (st.st_mode);
}

static int
probe (const char *mountable, struct gk_fs_probe *p, struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;
  if (gk_mountable_parse (mountable, is_block_device, NULL, &m, err) == -1)
    return -1;
  return gk_fs_probe_device (m.device, p, err);
}

int
gk_fs_vfs_type (struct gk_ctx *ctx, const char *mountable, char **ret_string, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  if (probe (mountable, &p, err) == -1)
    return -1;
  *ret_string = gk_steal_ptr (p.type);
  return 0;
}

int
gk_fs_vfs_label (struct gk_ctx *ctx, const char *mountable, char **ret_string, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  if (probe (mountable, &p, err) == -1)
    return -1;
  *ret_string = gk_steal_ptr (p.label);
  return 0;
}

int
gk_fs_vfs_uuid (struct gk_ctx *ctx, const char *mountable, char **ret_string, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  if (probe (mountable, &p, err) == -1)
    return -1;
  *ret_string = gk_steal_ptr (p.uuid);
  return 0;
}
