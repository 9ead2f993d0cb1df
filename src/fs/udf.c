/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* udf, which is on discs and, made here, on disks. */
#include "fs/fs-priv.h"

static const struct gk_fs_names names = {
  .package = "udftools",
  .label = GK_LIST ("udflabel", "--utf8", "--"),
  .uuid = GK_LIST ("udflabel", "--uuid="),
  .digits = 16,
  .label_last = true,
};

const struct gk_fs gk_fs_udf = {
  .name = "udf",
  .kernel_types = GK_LIST ("udf"),
  .mkfs = "mkfs.udf",
  .package = "udftools",
  .mkfs_args = GK_LIST ("--utf8"),
  .blocksize_option = "-b",
  .label_option = "-l",
  .label_max = 126, /* of the characters of Latin 1, which take a byte each; others take two */
  .names = &names,
};
