/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* nilfs2.  It has no check: what was not finished is found out when it is mounted.  Only the
 * kernel resizes it, while it is mounted. */
#include "fs/fs-priv.h"

static const struct gk_fs_names names = {
  .package = "nilfs-tools",
  .label = GK_LIST ("nilfs-tune", "-f", "-L"),
  .uuid = GK_LIST ("nilfs-tune", "-f", "-U"),
};

/* Its tool asks the kernel, which has it mounted. */
static int
grow (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return gk_fs_run_writing (ctx, GK_LIST ("nilfs-resize", "-y", device), "nilfs-tools", device,
                            err);
}

static const struct gk_fs_resizing resizing = { .grow = grow };

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
  .names = &names,
  .resizing = &resizing,
};
