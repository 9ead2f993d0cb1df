/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The subvolumes of a btrfs filesystem that need not be mounted. */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/strv.h"
#include "fs/btrfs-tree.h"
#include "mount/hidden.h"
#include "mount/mount-priv.h"

int
gk_btrfs_subvolumes (struct gk_ctx *ctx, const char *device, char ***ret_paths,
                     struct gk_error *err)
{
  _cleanup_btrfs_subvolumes_ struct gk_btrfs_subvolumes all = GK_BTRFS_SUBVOLUMES_INIT;
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  struct gk_hidden hidden = GK_HIDDEN_INIT;

  if (gk_hidden_mount (ctx, device, "btrfs", false, &hidden, err) == -1)
    return -1;
  int r = gk_btrfs_read_subvolumes (hidden.fd, &all);
  if (r == -1)
    gk_error_sys (err, errno, "%s: reading its subvolumes", device);
  gk_hidden_close (ctx, &hidden);
  for (size_t i = 0; r == 0 && i < all.n; i++)
    if (all.v[i].path && all.v[i].id != all.shown && gk_strv_push (&sv, all.v[i].path) == -1)
      r = gk_error_oom (err);
  char **v = r == 0 ? gk_strv_finish (&sv) : NULL;
  if (v == NULL)
    return r == 0 ? gk_error_oom (err) : -1;
  *ret_paths = v;
  return 0;
}
