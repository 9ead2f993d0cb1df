/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* xfs.  It refuses to mount a second filesystem with the same uuid, even when
 * the first is mounted by somebody else on this kernel: clones of one image
 * always have the same, hence nouuid.
 */
#include "fs/fs-priv.h"

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
};
