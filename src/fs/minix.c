/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* minix. */
#include "fs/fs-priv.h"

static const struct gk_fs_check check = {
  .package = "util-linux",
  .check = GK_LIST ("fsck.minix", "-f"),
  .repair = GK_LIST ("fsck.minix", "-f", "-a"),
  .answers = GK_FS_CHECK_BITS,
};

const struct gk_fs gk_fs_minix = {
  .name = "minix",
  .kernel_types = GK_LIST ("minix"),
  .mkfs = "mkfs.minix",
  .package = "util-linux",
  .check = &check,
};
