/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* FAT and its heir: vfat, exfat. */
#include "fs/fs-priv.h"

static const struct gk_fs_names vfat_names = {
  .package = "dosfstools",
  .label = GK_LIST ("fatlabel", "--"),
  .uuid = GK_LIST ("fatlabel", "-i"),
  .digits = 8,
  .label_last = true,
  .uuid_last = true,
};

static const struct gk_fs_check vfat_check = {
  .package = "dosfstools",
  .check = GK_LIST ("fsck.fat", "-n"),
  .repair = GK_LIST ("fsck.fat", "-a"),
  .answers = 1,
};

const struct gk_fs gk_fs_vfat = {
  .name = "vfat",
  .alias = GK_LIST ("msdos", "fat"),
  .kernel_types = GK_LIST ("vfat", "msdos"),
  .mkfs = "mkfs.vfat",
  .package = "dosfstools",
  .mkfs_args = GK_LIST ("-I"), /* also on a whole disk */
  .blocksize_option = "-s",
  .blocksize_is_cluster = true,
  .label_option = "-n",
  .label_max = 11,
  .names = &vfat_names,
  .check = &vfat_check,
};

static const struct gk_fs_names exfat_names = {
  .package = "exfatprogs",
  .env = gk_fs_utf8_env,
  .label = GK_LIST ("exfatlabel"),
  .uuid = GK_LIST ("tune.exfat", "--set-serial=0x"),
  .digits = 8,
  .label_last = true,
  .no_dash = true,
};

static const struct gk_fs_check exfat_check = {
  .package = "exfatprogs",
  .check = GK_LIST ("fsck.exfat", "-n"),
  .repair = GK_LIST ("fsck.exfat", "-y"),
  .answers = GK_FS_CHECK_BITS,
};

const struct gk_fs gk_fs_exfat = {
  .name = "exfat",
  .kernel_types = GK_LIST ("exfat"),
  .server = "mount.exfat-fuse",
  .mkfs = "mkfs.exfat",
  .package = "exfatprogs",
  .blocksize_option = "-c",
  .mkfs_env = gk_fs_utf8_env,
  .label_option = "-L",
  .label_max = 11,
  .label_is_utf16 = true,
  .names = &exfat_names,
  .check = &exfat_check,
};
