/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Calls for filesystems of any kind: fsck, filesystem_available, mkfs_b, and
 * what wipes or discards. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs-priv.h"
#include "fs/wipe.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

/* fsck's status is a sum of bits, and an answer. */
#define FSCK_MAX 255

static int
check_name (const char *name, struct gk_error *err)
{
  for (const char *p = name; *p; p++)
    if (!isalnum ((unsigned char)*p) && *p != '_')
      return gk_error_set (err, EINVAL, "%s: is not the name of a filesystem", name);
  return *name ? 0 : gk_error_set (err, EINVAL, "the name of the filesystem is empty");
}

/* An entry of the host's for a device of this name would say which checker it is. */
static const char *const no_fstab[] = { "FSTAB_FILE=", NULL };

/* Mounted, or under another device: then the checker is to find that out. */
static bool
is_held (const char *device)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_EXCL | O_CLOEXEC);

  return fd == -1 && errno == EBUSY;
}

int
gk_fs_fsck (struct gk_ctx *ctx, const char *fstype, const char *device, int *ret_value,
            struct gk_error *err)
{
  if (check_name (fstype, err) == -1)
    return -1;
  const struct gk_fs_tool t = { .argv = GK_LIST ("fsck", "-a", "-t", fstype, device),
                                .package = "util-linux",
                                .max_status = FSCK_MAX,
                                .unmounted = !is_held (device),
                                .env = no_fstab };
  int r = gk_fs_run_tool (ctx, &t, NULL, err);
  if (r == -1)
    return -1;
  *ret_value = r;
  return 0;
}

int
gk_fs_filesystem_available (struct gk_ctx *ctx, const char *filesystem, bool *ret_value,
                            struct gk_error *err)
{
  if (check_name (filesystem, err) == -1)
    return -1;
  bool has = gk_fs_kernel_has (filesystem);
  if (!has && ctx->load_module) {
    _cleanup_free_ char *alias = gk_asprintf ("fs-%s", filesystem);
    if (alias == NULL)
      return gk_error_oom (err);
    has = ctx->load_module (alias, NULL) == 0 && gk_fs_kernel_has (filesystem);
  }
  *ret_value = has;
  return 0;
}

int
gk_fs_mkfs_b (struct gk_ctx *ctx, const char *fstype, int blocksize, const char *device,
              struct gk_error *err)
{
  const struct guestfs_mkfs_opts_argv opt = { .bitmask = GUESTFS_MKFS_OPTS_BLOCKSIZE_BITMASK,
                                              .blocksize = blocksize };

  return gk_fs_mkfs (ctx, fstype, device, &opt, err);
}

int
gk_fs_wipefs (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;

  if (gk_fs_check_free (device, &why) == -1) {
    if (why.errnum != EBUSY || ctx->let_go == NULL) {
      gk_error_move (err, &why);
      return -1;
    }
    ctx->let_go (ctx, device);
    if (gk_fs_check_free (device, err) == -1)
      return -1;
  }
  if (gk_fs_wipe (device, true, NULL, err) == -1)
    return -1;
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

int
gk_fs_zerofree (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  return gk_fs_run_writing (ctx, GK_LIST ("zerofree", device), "zerofree", device, err);
}

int
gk_fs_blkdiscard (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  uint64_t size;

  if (gk_fs_check_free (device, err) == -1)
    return -1;
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1 || ioctl (fd, BLKGETSIZE64, &size) == -1)
    return gk_error_sys (err, errno, "%s", device);
  if (gk_fs_discard (ctx, device, 0, size, err) == -1)
    return -1;
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

int
gk_fs_blkdiscardzeroes (struct gk_ctx *ctx, const char *device, bool *ret_value,
                        struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  unsigned zeroes = 0;

  if (fd == -1 || ioctl (fd, BLKDISCARDZEROES, &zeroes) == -1)
    return gk_error_sys (err, errno, "%s", device);
  *ret_value = zeroes != 0;
  return 0;
}
