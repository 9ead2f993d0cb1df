/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ext2, ext3 and ext4.
 *
 * errors=remount-ro is always given: the superblock may ask for a panic, and
 * the superblock is the guest's.  (The other filesystems have such a choice as
 * a mount option only.)
 */
#include "fs/fs-priv.h"

#define EXT_COMMON                                                                                 \
  .mount_options = GK_LIST ("errors=remount-ro"), .mkfs = "mke2fs", .package = "e2fsprogs",        \
  .blocksize_option = "-b", .features_option = "-O", .inode_option = "-I", .label_option = "-L",   \
  .label_max = 16, .label_family = "ext2/3/4"

const struct gk_fs gk_fs_ext2 = {
  .name = "ext2",
  .kernel_types = GK_LIST ("ext2", "ext4"),
  .mkfs_args = GK_LIST ("-t", "ext2", "-F"),
  EXT_COMMON,
};

const struct gk_fs gk_fs_ext3 = {
  .name = "ext3",
  .kernel_types = GK_LIST ("ext3", "ext4"),
  .no_replay = "noload",
  .mkfs_args = GK_LIST ("-t", "ext3", "-F"),
  EXT_COMMON,
};

const struct gk_fs gk_fs_ext4 = {
  .name = "ext4",
  .alias = GK_LIST ("ext4dev"),
  .kernel_types = GK_LIST ("ext4"),
  .no_replay = "noload",
  .mkfs_args = GK_LIST ("-t", "ext4", "-F"),
  EXT_COMMON,
};
