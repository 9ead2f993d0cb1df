/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Filesystems of other systems that Linux can mount. */
#include "fs/fs-priv.h"

const struct gk_fs gk_fs_hfs = {
  .name = "hfs",
  .kernel_types = GK_LIST ("hfs"),
};

const struct gk_fs gk_fs_hfsplus = {
  .name = "hfsplus",
  .kernel_types = GK_LIST ("hfsplus"),
  .mkfs = "mkfs.hfsplus",
  .package = "hfsprogs",
  .blocksize_option = "-b",
  .label_option = "-v",
};

const struct gk_fs gk_fs_ufs = {
  .name = "ufs",
  .kernel_types = GK_LIST ("ufs"),
  .mkfs = "mkfs.ufs",
  .package = "ufsutils",
  .blocksize_option = "-b",
  .sectorsize_option = "-S",
};
