/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* HFS and HFS+ of Apple.
 *
 * Linux's driver of HFS locks the block with the volume's header, and then each with the
 * map of free blocks behind it.  Where its blocks are larger than sectors both are in one,
 * and it waits for itself for ever, with the filesystem and whoever asked it to write: so
 * such a volume (usually each of more than 32 MiB) is only read. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "fs/fs-priv.h"

#define SECTOR 512
#define HEADER_SECTOR 2
#define PAGE 4096

static uint32_t
be (const unsigned char *p, size_t bytes)
{
  uint32_t v = 0;

  while (bytes--)
    v = v << 8 | *p++;
  return v;
}

/* The size of blocks in which the driver reads the volume: a power of two by which those
 * of files can be counted, and by which their first begins. */
static uint32_t
driver_block (const unsigned char *header)
{
  uint32_t unit = be (header + 20, 4), first = be (header + 28, 2), size = PAGE;

  while (size > SECTOR && (size > unit || unit % size || first * SECTOR % size))
    size /= 2;
  return size;
}

static int
check_writable (const char *device, struct gk_task *task, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  unsigned char header[64];

  if (fd == -1 ||
      gk_pread_full (fd, header, sizeof header, HEADER_SECTOR * SECTOR) != sizeof header)
    return 0;
  uint32_t block = driver_block (header) / SECTOR, map = be (header + 14, 2);
  if (map / block != HEADER_SECTOR / block)
    return 0;
  return gk_error_set (err, EROFS,
                       "Linux would wait for ever when it writes to an HFS of this form: only a "
                       "read-only mount is possible");
}

const struct gk_fs gk_fs_hfs = {
  .name = "hfs",
  .kernel_types = GK_LIST ("hfs"),
  .check_writable = check_writable,
  .mkfs = "hformat",
  .package = "hfsutils",
  .mkfs_args = GK_LIST ("-f"),
  .mkfs_writes_home = true,
  .label_option = "-l",
  .label_max = 27,
};

static const struct gk_fs_check check = {
  .package = "hfsprogs",
  .check = GK_LIST ("fsck.hfsplus", "-f", "-n"),
  .repair = GK_LIST ("fsck.hfsplus", "-f", "-y"),
  .answers = 8,
};

const struct gk_fs gk_fs_hfsplus = {
  .name = "hfsplus",
  .kernel_types = GK_LIST ("hfsplus"),
  .mkfs = "mkfs.hfsplus",
  .package = "hfsprogs",
  .blocksize_option = "-b",
  .label_option = "-v",
  .check = &check,
};
