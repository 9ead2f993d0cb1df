/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* btrfs. */
#include "fs/fs-priv.h"

static const struct gk_fs_names names = {
  .package = "btrfs-progs",
  .label = GK_LIST ("btrfs", "filesystem", "label", "--"),
  .uuid = GK_LIST ("btrfstune", "-f", "-U"),
  .random = GK_LIST ("btrfstune", "-f", "-u"),
  .label_last = true,
};

static const struct gk_fs_check check = {
  .package = "btrfs-progs",
  .check = GK_LIST ("btrfs", "check", "--readonly"),
  .repair = GK_LIST ("btrfs", "check", "--repair", "--force"),
  .answers = 1,
};

const struct gk_fs gk_fs_btrfs = {
  .name = "btrfs",
  .kernel_types = GK_LIST ("btrfs"),
  .no_replay = "rescue=nologreplay",
  .mkfs = "mkfs.btrfs",
  .package = "btrfs-progs",
  .mkfs_args = GK_LIST ("-f", "-q"),
  .blocksize_refusal = "blocksize cannot be set on btrfs filesystems, use 'mkfs-btrfs'",
  .features_option = "-O",
  .label_option = "-L",
  .label_max = 254, /* the superblock has a byte more, which btrfs-progs leave out */
  .names = &names,
  .check = &check,
};
