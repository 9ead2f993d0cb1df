/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* vfs_minimum_size: of all filesystems only btrfs has to be mounted for it. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "fs/fs.h"
#include "mount/hidden.h"
#include "op/ctx.h"

int
gk_btrfs_vfs_minimum_size (struct gk_ctx *ctx, const char *mountable, int64_t *ret_value,
                           struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  struct gk_hidden hidden = GK_HIDDEN_INIT;

  if (gk_after_prefix (mountable, "btrfsvol:") == NULL) {
    if (gk_fs_probe_device (mountable, &probe, err) == -1)
      return -1;
    if (!gk_streq (probe.type, "btrfs"))
      return gk_fs_minimum_size (ctx, mountable, ret_value, err);
  }
  if (gk_hidden_mount (ctx, mountable, "btrfs", false, &hidden, err) == -1)
    return -1;
  gk_btrfs_at_of (gk_steal_fd (&hidden.fd), mountable, &at);
  int r = gk_btrfs_run (ctx, &at, GK_LIST ("btrfs", "inspect-internal", "min-dev-size", at.path), 0,
                        &out, err);
  gk_btrfs_at_clear (&at);
  gk_hidden_close (ctx, &hidden);
  if (r == -1)
    return -1;
  /* "123456 bytes (120.56KiB)" */
  uint64_t bytes = out.data ? strtoull (out.data, NULL, 10) : 0;
  if (bytes == 0 || bytes > INT64_MAX)
    return gk_error_set (err, 0, "%s: btrfs does not say the minimum size", mountable);
  *ret_value = (int64_t)bytes;
  return 0;
}
