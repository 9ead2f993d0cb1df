/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that ask the kernel about a block device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "gk-ops-mount.h"
#include "op/ctx.h"

static int
ask (const char *device, unsigned long request, void *answer, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1 || ioctl (fd, request, answer) == -1)
    return gk_error_sys (err, errno, "%s", device);
  return 0;
}

int
gk_mount_blockdev_getsize64 (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                             struct gk_error *err)
{
  uint64_t bytes;
  if (ask (device, BLKGETSIZE64, &bytes, err) == -1)
    return -1;
  *ret_value = (int64_t)bytes;
  return 0;
}

int
gk_mount_blockdev_getsz (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                         struct gk_error *err)
{
  uint64_t bytes;
  if (ask (device, BLKGETSIZE64, &bytes, err) == -1)
    return -1;
  *ret_value = (int64_t)(bytes / 512); /* of 512 bytes, whatever the sectors are */
  return 0;
}

int
gk_mount_blockdev_getss (struct gk_ctx *ctx, const char *device, int *ret_value,
                         struct gk_error *err)
{
  int bytes;
  if (ask (device, BLKSSZGET, &bytes, err) == -1)
    return -1;
  *ret_value = bytes;
  return 0;
}

int
gk_mount_blockdev_getro (struct gk_ctx *ctx, const char *device, bool *ret_value,
                         struct gk_error *err)
{
  int ro;
  if (ask (device, BLKROGET, &ro, err) == -1)
    return -1;
  *ret_value = ro != 0;
  return 0;
}
