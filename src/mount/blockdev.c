/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that ask the kernel about a block device, and set what it knows of it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "gk-ops-mount.h"
#include "mount/devices-priv.h"
#include "op/ctx.h"

/* An ioctl that takes its argument by value. */
static int
by_value (const char *device, unsigned long request, unsigned long value, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1 || ioctl (fd, request, value) == -1)
    return gk_error_sys (err, errno, "%s", device);
  return 0;
}

/* An ioctl that reads its argument, or writes its answer, at an address. */
static int
by_pointer (const char *device, unsigned long request, void *value, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1 || ioctl (fd, request, value) == -1)
    return gk_error_sys (err, errno, "%s", device);
  return 0;
}

int
gk_mount_blockdev_getsize64 (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                             struct gk_error *err)
{
  uint64_t bytes;
  if (by_pointer (device, BLKGETSIZE64, &bytes, err) == -1)
    return -1;
  *ret_value = (int64_t)bytes;
  return 0;
}

int
gk_mount_blockdev_getsz (struct gk_ctx *ctx, const char *device, int64_t *ret_value,
                         struct gk_error *err)
{
  uint64_t bytes;
  if (by_pointer (device, BLKGETSIZE64, &bytes, err) == -1)
    return -1;
  *ret_value = (int64_t)(bytes / 512); /* of 512 bytes, whatever the sectors are */
  return 0;
}

int
gk_mount_blockdev_getss (struct gk_ctx *ctx, const char *device, int *ret_value,
                         struct gk_error *err)
{
  int bytes;
  if (by_pointer (device, BLKSSZGET, &bytes, err) == -1)
    return -1;
  *ret_value = bytes;
  return 0;
}

int
gk_mount_blockdev_getro (struct gk_ctx *ctx, const char *device, bool *ret_value,
                         struct gk_error *err)
{
  int ro;
  if (by_pointer (device, BLKROGET, &ro, err) == -1)
    return -1;
  *ret_value = ro != 0;
  return 0;
}

int
gk_mount_blockdev_getbsz (struct gk_ctx *ctx, const char *device, int *ret_value,
                          struct gk_error *err)
{
  int bytes;
  if (by_pointer (device, BLKBSZGET, &bytes, err) == -1)
    return -1;
  *ret_value = bytes;
  return 0;
}

/* The kernel forgets it when the descriptor is closed; what it refuses is an
 * error all the same. */
int
gk_mount_blockdev_setbsz (struct gk_ctx *ctx, const char *device, int blocksize,
                          struct gk_error *err)
{
  return by_pointer (device, BLKBSZSET, &blocksize, err);
}

/* The kernel keeps these settings with the loop or nbd device, for whoever gets
 * that next, and nobody could take them back when the session is killed.  So
 * they are for devices that end with the session, and for a kernel that does. */
static int
check_ends_with_session (struct gk_ctx *ctx, const char *device, bool of_disk, struct gk_error *err)
{
  if (ctx->load_module || (!of_disk && gk_devices_disk (ctx->devices, device) == NULL))
    return 0;
  return gk_error_set (err, EOPNOTSUPP,
                       "%s: the setting would stay in the host's kernel after the session; the "
                       "launcher uml has a kernel of its own",
                       device);
}

int
gk_mount_blockdev_setra (struct gk_ctx *ctx, const char *device, int sectors, struct gk_error *err)
{
  if (sectors < 0)
    return gk_error_set (err, EINVAL, "readahead sectors must be >= 0");
  /* A partition has the setting of its disk. */
  if (check_ends_with_session (ctx, device, true, err) == -1)
    return -1;
  return by_value (device, BLKRASET, (unsigned long)sectors, err);
}

static int
set_ro (struct gk_ctx *ctx, const char *device, int ro, struct gk_error *err)
{
  if (check_ends_with_session (ctx, device, false, err) == -1)
    return -1;
  return by_pointer (device, BLKROSET, &ro, err);
}

int
gk_mount_blockdev_setro (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return set_ro (ctx, device, 1, err);
}

/* What stands on a descriptor that is read-only cannot be made writable by
 * this: the kernel takes the flag, and the attacher refuses the write. */
int
gk_mount_blockdev_setrw (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return set_ro (ctx, device, 0, err);
}

int
gk_mount_blockdev_flushbufs (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return by_value (device, BLKFLSBUF, 0, err);
}

int
gk_mount_blockdev_rereadpt (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_devices_disk (ctx->devices, device) == NULL &&
      !gk_devices_is_made (ctx->devices, GK_KIND_MD, device))
    return gk_error_set (err, EINVAL, "%s: is not a whole disk", device);
  return ctx->table_changed (ctx, device, err);
}
