/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The rarer filesystems of Linux that can be written. */
#include "fs/fs-priv.h"

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
};

const struct gk_fs gk_fs_jfs = {
  .name = "jfs",
  .kernel_types = GK_LIST ("jfs"),
  .mkfs = "mkfs.jfs",
  .package = "jfsutils",
  .mkfs_args = GK_LIST ("-q"),
  .label_option = "-L",
  .label_max = 16,
};

const struct gk_fs gk_fs_reiserfs = {
  .name = "reiserfs",
  .kernel_types = GK_LIST ("reiserfs"),
  .no_replay = "nolog",
  .mkfs = "mkfs.reiserfs",
  .package = "reiserfsprogs",
  .mkfs_args = GK_LIST ("-f", "-f", "-q"),
  .blocksize_option = "-b",
  .label_option = "-l",
  .label_max = 16,
};

const struct gk_fs gk_fs_nilfs2 = {
  .name = "nilfs2",
  .kernel_types = GK_LIST ("nilfs2"),
  .no_replay = "norecovery",
  .mkfs = "mkfs.nilfs2",
  .package = "nilfs-tools",
  .mkfs_args = GK_LIST ("-f", "-q"),
  .blocksize_option = "-b",
  .features_option = "-O",
  .label_option = "-L",
  .label_max = 80,
};

const struct gk_fs gk_fs_minix = {
  .name = "minix",
  .kernel_types = GK_LIST ("minix"),
  .mkfs = "mkfs.minix",
  .package = "util-linux",
};
