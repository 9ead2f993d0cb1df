/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Filesystems that are made in one go from a tree and only read afterwards. */
#include "fs/fs-priv.h"

const struct gk_fs gk_fs_squashfs = {
  .name = "squashfs",
  .kernel_types = GK_LIST ("squashfs"),
};

static const struct gk_fs_check erofs_check = {
  .package = "erofs-utils",
  .check = GK_LIST ("fsck.erofs"),
  .answers = 1,
  .fault_words = "<E> erofs: ",
};

const struct gk_fs gk_fs_erofs = {
  .name = "erofs",
  .kernel_types = GK_LIST ("erofs"),
  .check = &erofs_check,
};

const struct gk_fs gk_fs_iso9660 = {
  .name = "iso9660",
  .kernel_types = GK_LIST ("iso9660"),
};

const struct gk_fs gk_fs_cramfs = {
  .name = "cramfs",
  .kernel_types = GK_LIST ("cramfs"),
};

const struct gk_fs gk_fs_romfs = {
  .name = "romfs",
  .kernel_types = GK_LIST ("romfs"),
};
