/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* f2fs, and the call for it alone. */
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"

static const struct gk_fs_names names = {
  .package = "f2fs-tools",
  .label = GK_LIST ("f2fslabel"),
  .label_last = true,
  .no_dash = true,
};

static const struct gk_fs_check check = {
  .package = "f2fs-tools",
  .check = GK_LIST ("fsck.f2fs", "--dry-run"),
  .repair = GK_LIST ("fsck.f2fs", "-f", "-y"),
  .answers = GK_FS_CHECK_BITS,
};

const struct gk_fs gk_fs_f2fs = {
  .name = "f2fs",
  .kernel_types = GK_LIST ("f2fs"),
  .no_replay = "norecovery",
  .mkfs = "mkfs.f2fs",
  .package = "f2fs-tools",
  .mkfs_args = GK_LIST ("-f", "-q"),
  .features_option = "-O",
  .label_option = "-l",
  .label_max = 512,
  .label_is_utf16 = true,
  .names = &names,
  .check = &check,
};

int
gk_fs_f2fs_expand (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  return gk_fs_run (ctx, GK_LIST ("resize.f2fs", device), "f2fs-tools", 0, NULL, err) == -1 ? -1
                                                                                            : 0;
}
