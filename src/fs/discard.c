/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Giving a part of a device back. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fs/fs.h"
#include "op/ctx.h"
#include "op/task.h"

/* One request to the kernel, between two looks at whether to stop. */
#define STEP (UINT64_C (1) << 30)

int
gk_fs_discard (struct gk_ctx *ctx, const char *device, uint64_t offset, uint64_t length,
               struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDWR | O_CLOEXEC);
  uint64_t size, end;
  int sector;

  if (fd == -1 || ioctl (fd, BLKGETSIZE64, &size) == -1 || ioctl (fd, BLKSSZGET, &sector) == -1)
    return gk_error_sys (err, errno, "%s", device);
  if (__builtin_add_overflow (offset, length, &end) || end > size ||
      (offset | length) % (unsigned)sector)
    return gk_error_set (err, EINVAL,
                         "%s: %" PRIu64 " bytes at %" PRIu64 " are not within its %" PRIu64
                         " bytes, in whole sectors",
                         device, length, offset, size);
  for (uint64_t at = offset; at < end; at += STEP) {
    uint64_t range[2] = { at, end - at < STEP ? end - at : STEP };
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    if (ioctl (fd, BLKDISCARD, range) == -1)
      return gk_error_sys (err, errno, "%s", device);
  }
  return fsync (fd) == -1 ? gk_error_sys (err, errno, "%s", device) : 0;
}
