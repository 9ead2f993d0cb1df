/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ext2, ext3 and ext4.
 *
 * errors=remount-ro is always given: the superblock may ask for a panic, and
 * the superblock is the guest's.  (The other filesystems have such a choice as
 * a mount option only.)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs-priv.h"

static const struct gk_fs_names names = {
  .package = "e2fsprogs",
  .mounted = true,
  .label = GK_LIST ("tune2fs", "-L"),
  .uuid = GK_LIST ("tune2fs", "-U"),
  .uuid_words = GK_LIST ("clear", "random", "time"),
  .random = GK_LIST ("tune2fs", "-U", "random"),
};

static const struct gk_fs_check check = {
  .package = "e2fsprogs",
  .check = GK_LIST ("e2fsck", "-f", "-n"),
  .repair = GK_LIST ("e2fsck", "-f", "-y"),
  .answers = GK_FS_CHECK_BITS,
  .log_words = "skipping journal recovery",
};

static uint64_t
number_behind (const char *text, const char *words)
{
  const char *p = text ? strstr (text, words) : NULL;
  return p ? strtoull (p + strlen (words), NULL, 10) : 0;
}

static int
minimum (struct gk_ctx *ctx, const char *device, int64_t *ret_value, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf super = GK_BUF_INIT, least = GK_BUF_INIT;

  if (gk_fs_run (ctx, GK_LIST ("tune2fs", "-l", device), "e2fsprogs", 0, &super, err) == -1 ||
      gk_fs_run (ctx, GK_LIST ("resize2fs", "-P", "-f", device), "e2fsprogs", 0, &least, err) == -1)
    return -1;
  uint64_t size = number_behind (super.data, "\nBlock size:");
  uint64_t blocks = number_behind (least.data, "minimum size of the filesystem:");
  if (size == 0 || blocks == 0 || blocks > INT64_MAX / size)
    return gk_error_set (err, 0, "%s: resize2fs does not say the minimum size", device);
  *ret_value = (int64_t)(size * blocks);
  return 0;
}

static const struct gk_fs_resizing resizing = { .minimum = minimum };

#define EXT_COMMON                                                                                 \
  .mount_options = GK_LIST ("errors=remount-ro"), .mkfs = "mke2fs", .package = "e2fsprogs",        \
  .blocksize_option = "-b", .features_option = "-O", .inode_option = "-I", .label_option = "-L",   \
  .label_max = 16, .label_family = "ext2/3/4", .names = &names, .check = &check,                   \
  .resizing = &resizing

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
