/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* jfs.  Only its kernel driver makes it larger, while it is mounted. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fs/fs-priv.h"
#include "op/ctx.h"

static const struct gk_fs_names names = {
  .package = "jfsutils",
  .label = GK_LIST ("jfs_tune", "-L"),
  .uuid = GK_LIST ("jfs_tune", "-U"),
};

static const struct gk_fs_check check = {
  .package = "jfsutils",
  .check = GK_LIST ("jfs_fsck", "-f", "-n"),
  .repair = GK_LIST ("jfs_fsck", "-f", "-y"),
  .answers = GK_FS_CHECK_BITS,
};

static int
grow (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  struct stat of_device, of_root;

  if (stat (device, &of_device) == -1)
    return gk_error_sys (err, errno, "%s", device);
  if (ctx->root_fd == -1 || fstat (ctx->root_fd, &of_root) == -1 ||
      of_root.st_dev != of_device.st_rdev)
    return gk_error_set (err, EINVAL, "%s: must be mounted on / to be resized", device);
  _cleanup_close_ int fs = fspick (ctx->root_fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);
  if (fs == -1 || fsconfig (fs, FSCONFIG_SET_FLAG, "resize", NULL, 0) == -1 ||
      fsconfig (fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) == -1)
    return gk_error_sys (err, errno, "%s: mounting jfs anew for its resizing", device);
  return 0;
}

static const struct gk_fs_resizing resizing = { .grow = grow };

const struct gk_fs gk_fs_jfs = {
  .name = "jfs",
  .kernel_types = GK_LIST ("jfs"),
  .mkfs = "mkfs.jfs",
  .package = "jfsutils",
  .mkfs_args = GK_LIST ("-q"),
  .label_option = "-L",
  .label_max = 16,
  .names = &names,
  .check = &check,
  .resizing = &resizing,
};
