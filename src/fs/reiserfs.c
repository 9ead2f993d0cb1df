/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* reiserfs.  Its shrinker calls itself a test version, and is not used. */
#include "fs/fs-priv.h"

static const struct gk_fs_names names = {
  .package = "reiserfsprogs",
  .label = GK_LIST ("reiserfstune", "-l"),
  .uuid = GK_LIST ("reiserfstune", "-u"),
};

static const struct gk_fs_check check = {
  .package = "reiserfsprogs",
  .check = GK_LIST ("reiserfsck", "--check", "--yes", "--quiet"),
  .repair = GK_LIST ("reiserfsck", "--fix-fixable", "--yes", "--quiet"),
  .answers = GK_FS_CHECK_BITS,
};

static int
grow (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  return gk_fs_run_writing (ctx, GK_LIST ("resize_reiserfs", "-f", "-q", device), "reiserfsprogs",
                            device, err);
}

static const struct gk_fs_resizing resizing = { .grow = grow };

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
  .names = &names,
  .check = &check,
  .resizing = &resizing,
};
