/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Swap: recognized and made, never mounted and never switched on. */
#include "fs/fs-priv.h"

const struct gk_fs gk_fs_swap = {
  .name = "swap",
  .mkfs = "mkswap",
  .package = "util-linux",
  .mkfs_args = GK_LIST ("-f"),
  .label_option = "-L",
  .label_max = 16,
};
