/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* btrfs. */
#include "fs/fs-priv.h"

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
};
