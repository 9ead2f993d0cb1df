/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mkfs: one tool per filesystem, chosen and spelled by the table.
 *
 * Everything that can be refused is refused before the device is touched: an
 * unknown kind, a bad option, a tool that is not installed, a device that is
 * mounted or otherwise held.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"
#include "fs/wipe.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

#define HAS(opt, NAME) ((opt) && ((opt)->bitmask & GUESTFS_MKFS_OPTS_##NAME##_BITMASK))

static int
push (struct gk_strv *argv, const char *option, const char *value, struct gk_error *err)
{
  if (gk_strv_push (argv, option) == -1 || gk_strv_push (argv, value) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
push_int (struct gk_strv *argv, const char *option, int value, struct gk_error *err)
{
  char text[16];
  snprintf (text, sizeof text, "%d", value);
  return push (argv, option, text, err);
}

/* FAT counts sectors in a cluster. */
static int
push_cluster (struct gk_strv *argv, const struct gk_fs *fs, const char *name, const char *device,
              int blocksize, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  int sector;
  if (fd == -1 || ioctl (fd, BLKSSZGET, &sector) == -1)
    return gk_error_sys (err, errno, "%s", device);
  int count = blocksize / sector;
  if (count < 1 || count > 128)
    return gk_error_set (err, EINVAL,
                         "unsupported cluster size for %s filesystem (requested "
                         "cluster size = %d, sector size = %d, trying sectors per cluster = %d)",
                         name, blocksize, sector, count);
  return push_int (argv, fs->blocksize_option, count, err);
}

static int
push_blocksize (struct gk_strv *argv, const struct gk_fs *fs, const char *name, const char *device,
                int blocksize, struct gk_error *err)
{
  if (blocksize <= 0 || (blocksize & (blocksize - 1)) != 0)
    return gk_error_set (err, EINVAL, "block size must be > 0 and a power of 2");
  if (fs->blocksize_refusal)
    return gk_error_set (err, EINVAL, "%s", fs->blocksize_refusal);
  if (fs->blocksize_option == NULL)
    return gk_error_set (err, EINVAL, "blocksize cannot be set on %s filesystems", name);
  if (fs->blocksize_is_cluster)
    return push_cluster (argv, fs, name, device, blocksize, err);
  if (fs->blocksize_prefix == NULL)
    return push_int (argv, fs->blocksize_option, blocksize, err);
  char text[32];
  snprintf (text, sizeof text, "%s%d", fs->blocksize_prefix, blocksize);
  return push (argv, fs->blocksize_option, text, err);
}

static int
push_label (struct gk_strv *argv, const struct gk_fs *fs, const char *name, const char *label,
            struct gk_error *err)
{
  if (fs->label_option == NULL)
    return gk_error_set (err, EOPNOTSUPP, "don't know how to set the label for '%s' filesystems",
                         name);
  if (gk_fs_check_label (fs, name, label, err) == -1)
    return -1;
  return push (argv, fs->label_option, label, err);
}

static int
push_options (struct gk_strv *argv, const struct gk_fs *fs, const char *name, const char *device,
              const struct guestfs_mkfs_opts_argv *opt, struct gk_error *err)
{
  if (HAS (opt, BLOCKSIZE) && push_blocksize (argv, fs, name, device, opt->blocksize, err) == -1)
    return -1;
  if (HAS (opt, FEATURES)) {
    if (fs->features_option == NULL)
      return gk_error_set (err, EINVAL, "features cannot be set on %s filesystems", name);
    if (push (argv, fs->features_option, opt->features, err) == -1)
      return -1;
  }
  if (HAS (opt, INODE)) {
    if (fs->inode_option == NULL)
      return gk_error_set (err, EINVAL, "inode size (-I) can only be set on ext2/3/4 filesystems");
    if (opt->inode <= 0)
      return gk_error_set (err, EINVAL, "inode size must be larger than zero");
    if (push_int (argv, fs->inode_option, opt->inode, err) == -1)
      return -1;
  }
  if (HAS (opt, SECTORSIZE)) {
    if (fs->sectorsize_option == NULL)
      return gk_error_set (err, EINVAL, "sector size (-S) can only be set on ufs filesystems");
    if (opt->sectorsize <= 0)
      return gk_error_set (err, EINVAL, "sector size must be larger than zero");
    if (push_int (argv, fs->sectorsize_option, opt->sectorsize, err) == -1)
      return -1;
  }
  if (HAS (opt, LABEL))
    return push_label (argv, fs, name, opt->label, err);
  return 0;
}

int
gk_fs_check_free (const char *device, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
  if (fd == -1 && errno == EBUSY)
    return gk_error_set (err, EBUSY,
                         "%s is mounted, or another device stands on it; nothing on it was "
                         "changed",
                         device);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  return gk_fd_is_readonly_device (fd) ? gk_error_sys (err, EROFS, "%s", device) : 0;
}

int
gk_fs_mkfs (struct gk_ctx *ctx, const char *fstype, const char *device,
            const struct guestfs_mkfs_opts_argv *opt, struct gk_error *err)
{
  const struct gk_fs *fs = gk_fs_find (fstype);
  if (fs == NULL || fs->mkfs == NULL)
    return gk_error_set (err, EOPNOTSUPP, "%s: unknown filesystem type", fstype);
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  if (gk_strv_push (&argv, fs->mkfs) == -1)
    return gk_error_oom (err);
  for (const char *const *p = fs->mkfs_args; p && *p; p++)
    if (gk_strv_push (&argv, *p) == -1)
      return gk_error_oom (err);
  if (push_options (&argv, fs, fstype, device, opt, err) == -1)
    return -1;
  if (gk_strv_push (&argv, device) == -1)
    return gk_error_oom (err);

  _cleanup_free_ char *tool = gk_exec_find (fs->mkfs);
  if (tool == NULL)
    return gk_error_set (err, EOPNOTSUPP, "%s: %s is not installed (package %s)", fstype, fs->mkfs,
                         fs->package);
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  /* What was there before must not be found beside the new filesystem. */
  _cleanup_fs_wiped_ struct gk_fs_wiped *wiped = NULL;
  if (gk_fs_wipe (device, false, &wiped, err) == -1)
    return -1;
  _cleanup_free_ char *home = gk_asprintf ("HOME=%s", ctx->tmpdir);
  if (home == NULL)
    return gk_error_oom (err);
  const struct gk_fs_tool t = { .argv = (const char *const *)argv.v,
                                .package = fs->package,
                                .unmounted = true,
                                .env = fs->mkfs_writes_home ? GK_LIST (home) : fs->mkfs_env };
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
  if (gk_fs_run_tool_writing (ctx, &t, device, &why) == -1) {
    /* It did not like its arguments or the device's size: then nothing was changed. */
    if (why.errnum == 0)
      gk_fs_unwipe (device, wiped);
    gk_error_move (err, &why);
    return gk_error_wrap (err, "%s: %s", fstype, device);
  }
  /* On a whole disk a partition table is gone now, and with it the partitions. */
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}
