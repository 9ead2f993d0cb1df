/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The table of filesystems, and what of it this kernel can mount. */
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs-priv.h"

const struct gk_fs *const gk_fs_table[] = {
  &gk_fs_ext4,   &gk_fs_ext3,    &gk_fs_ext2, &gk_fs_xfs,     &gk_fs_btrfs, &gk_fs_vfat,
  &gk_fs_exfat,  &gk_fs_ntfs,    &gk_fs_swap, &gk_fs_f2fs,    &gk_fs_jfs,   &gk_fs_reiserfs,
  &gk_fs_nilfs2, &gk_fs_minix,   &gk_fs_hfs,  &gk_fs_hfsplus, &gk_fs_ufs,   &gk_fs_squashfs,
  &gk_fs_erofs,  &gk_fs_iso9660, &gk_fs_udf,  &gk_fs_cramfs,  &gk_fs_romfs, NULL,
};

const struct gk_fs *
gk_fs_find (const char *name)
{
  for (size_t i = 0; gk_fs_table[i]; i++) {
    const struct gk_fs *fs = gk_fs_table[i];
    if (gk_streq (fs->name, name) ||
        (fs->alias && gk_strv_contains ((char *const *)fs->alias, name)))
      return fs;
  }
  return NULL;
}

/* Lines are "nodev\tNAME" or "\tNAME". */
bool
gk_fs_kernel_has (const char *type)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  if (gk_read_file ("/proc/filesystems", 1 << 16, &text) == -1 || text.data == NULL)
    return false;
  size_t len = strlen (type);
  for (const char *p = text.data; p && *p; p = strchr (p, '\n'), p = p ? p + 1 : NULL)
    if (*p == '\t' && strncmp (p + 1, type, len) == 0 && p[len + 1] == '\n')
      return true;
  return false;
}

const char *
gk_fs_kernel_type (const struct gk_fs *fs)
{
  for (const char *const *p = fs->kernel_types; p && *p; p++)
    if (gk_fs_kernel_has (*p))
      return *p;
  return NULL;
}
