/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* xfs.  It refuses to mount a second filesystem with the same uuid, even when
 * the first is mounted by somebody else on this kernel: clones of one image
 * always have the same, hence nouuid.
 */
#include "fs/fs-priv.h"

static const struct gk_fs_names names = {
  .package = "xfsprogs",
  .set_label = gk_xfs_set_label,
  .set_uuid = gk_xfs_set_uuid,
};

static const struct gk_fs_check check = {
  .package = "xfsprogs",
  .check = GK_LIST ("xfs_repair", "-n"),
  .repair = GK_LIST ("xfs_repair"),
  .answers = 1,
  .log_words = "valuable metadata changes in a log",
};

/* It cannot shrink. */
static int
minimum (struct gk_ctx *ctx, const char *device, int64_t *ret_value, struct gk_error *err)
{
  uint64_t bytes;

  if (gk_fs_span (device, &bytes, err) == -1)
    return -1;
  *ret_value = (int64_t)bytes;
  return 0;
}

static const struct gk_fs_resizing resizing = { .minimum = minimum };

const struct gk_fs gk_fs_xfs = {
  .name = "xfs",
  .kernel_types = GK_LIST ("xfs"),
  .mount_options = GK_LIST ("nouuid"),
  .no_replay = "norecovery",
  .mkfs = "mkfs.xfs",
  .package = "xfsprogs",
  .mkfs_args = GK_LIST ("-f", "-q"),
  .blocksize_option = "-b",
  .blocksize_prefix = "size=",
  .features_option = "-O",
  .label_option = "-L",
  .label_max = 12,
  .names = &names,
  .check = &check,
  .resizing = &resizing,
};
