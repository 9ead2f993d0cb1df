/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ufs of the BSDs, which Linux reads when it is told which one it is. */
#include <endian.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "fs/fs-priv.h"

#define MAGIC_AT 0x55c

static const struct {
  off_t superblock;
  uint32_t magic;
  const char *option;
} kinds[] = {
  { 65536, 0x19540119, "ufstype=ufs2" },
  { 8192, 0x00011954, "ufstype=44bsd" },
};

static const char *
kind_option (const char *device)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  uint32_t magic;

  for (size_t i = 0; fd != -1 && i < sizeof kinds / sizeof kinds[0]; i++)
    if (gk_pread_full (fd, &magic, sizeof magic, kinds[i].superblock + MAGIC_AT) == sizeof magic &&
        le32toh (magic) == kinds[i].magic)
      return kinds[i].option;
  return NULL;
}

const struct gk_fs gk_fs_ufs = {
  .name = "ufs",
  .kernel_types = GK_LIST ("ufs"),
  .kind_option = kind_option,
  .mkfs = "mkfs.ufs",
  .package = "ufsutils",
  .blocksize_option = "-b",
  .sectorsize_option = "-S",
};
