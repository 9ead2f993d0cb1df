/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The call for f2fs alone. */
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"

int
gk_fs_f2fs_expand (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  return gk_fs_run (ctx, GK_LIST ("resize.f2fs", device), "f2fs-tools", 0, NULL, err) == -1 ? -1
                                                                                            : 0;
}
