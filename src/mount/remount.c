/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Changing a filesystem that is mounted: remount; fstrim. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "gk-ops-mount.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

/* The filesystem's own flag: what ends dirty journals and open files. */
static int
reconfigure (int mount_fd, bool rw)
{
  _cleanup_close_ int fs = fspick (mount_fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);

  if (fs == -1 || fsconfig (fs, FSCONFIG_SET_FLAG, rw ? "rw" : "ro", NULL, 0) == -1)
    return -1;
  return fsconfig (fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
}

int
gk_mount_remount (struct gk_ctx *ctx, const char *mountpoint,
                  const struct guestfs_remount_argv *opt, struct gk_error *err)
{
  struct mount_attr attr = { 0 };
  uint64_t id;
  bool rw, is_root;

  if (!opt || !(opt->bitmask & GUESTFS_REMOUNT_RW_BITMASK))
    return gk_error_set (err, 0, "parameter 'rw' must be specified");
  rw = opt->rw;
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, mountpoint, O_PATH, 0);
  if (fd == -1 || gk_mount_id (fd, &id, &is_root) == -1)
    return gk_error_sys (err, errno, "%s", mountpoint);
  if (!is_root || id == ctx->mounts->base_mnt_id)
    return gk_error_set (err, EINVAL, "%s: nothing is mounted there", mountpoint);
  *(rw ? &attr.attr_clr : &attr.attr_set) = MOUNT_ATTR_RDONLY;
  /* Each is undone when the other fails. */
  if (reconfigure (fd, rw) == -1)
    return gk_error_sys (err, errno, "%s: remount,%s", mountpoint, rw ? "rw" : "ro");
  if (mount_setattr (fd, "", AT_EMPTY_PATH, &attr, sizeof attr) == -1) {
    int errnum = errno;
    reconfigure (fd, !rw);
    return gk_error_sys (err, errnum, "%s: remount,%s", mountpoint, rw ? "rw" : "ro");
  }
  return 0;
}

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_FSTRIM_##NAME##_BITMASK)

int
gk_mount_fstrim (struct gk_ctx *ctx, const char *mountpoint, const struct guestfs_fstrim_argv *opt,
                 struct gk_error *err)
{
  struct fstrim_range range = { .len = UINT64_MAX };

  if (HAS (OFFSET)) {
    if (opt->offset < 0)
      return gk_error_set (err, EINVAL, "offset < 0");
    range.start = (uint64_t)opt->offset;
  }
  if (HAS (LENGTH)) {
    if (opt->length <= 0)
      return gk_error_set (err, EINVAL, "length <= 0");
    range.len = (uint64_t)opt->length;
  }
  if (HAS (MINIMUMFREEEXTENT)) {
    if (opt->minimumfreeextent <= 0)
      return gk_error_set (err, EINVAL, "minimumfreeextent <= 0");
    range.minlen = (uint64_t)opt->minimumfreeextent;
  }
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, mountpoint, O_RDONLY | O_DIRECTORY, 0);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", mountpoint);
  /* Blocks that were freed a moment ago are only given back once that is
   * written. */
  if (syncfs (fd) == -1 || ioctl (fd, FITRIM, &range) == -1)
    return gk_error_sys (err, errno, "%s", mountpoint);
  return 0;
}
