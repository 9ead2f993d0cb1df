/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* FAT and its heirs: vfat, exfat, ntfs. */
#include "fs/fs-priv.h"

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
};

const struct gk_fs gk_fs_exfat = {
  .name = "exfat",
  .kernel_types = GK_LIST ("exfat"),
  .mkfs = "mkfs.exfat",
  .package = "exfatprogs",
  .blocksize_option = "-c",
  .label_option = "-L",
  .label_max = 11,
  .label_is_utf16 = true,
};

const struct gk_fs gk_fs_ntfs = {
  .name = "ntfs",
  .alias = GK_LIST ("ntfs3"),
  .kernel_types = GK_LIST ("ntfs3"),
  .server = "ntfs-3g",
  .mkfs = "mkfs.ntfs",
  .package = "ntfs-3g",
  .mkfs_args = GK_LIST ("-Q", "-F"), /* no zeroing of a virtual disk; also a whole disk */
  .blocksize_option = "-c",
  .label_option = "-L",
  .label_max = 128,
  .label_is_utf16 = true,
};
