/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Balancing: the chunks of a filesystem are written anew. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "btrfs/btrfs-priv.h"
#include "op/ctx.h"

static void
stop_balance (int fd)
{
  ioctl (fd, BTRFS_IOC_BALANCE_CTL, BTRFS_BALANCE_CTL_CANCEL);
}

static int
control (struct gk_ctx *ctx, const char *path, int what, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;

  if (gk_btrfs_open (ctx, path, O_RDONLY | O_DIRECTORY, &at, err) == -1)
    return -1;
  if (ioctl (at.fd, BTRFS_IOC_BALANCE_CTL, what) == 0)
    return 0;
  if (errno == ENOTCONN)
    return gk_error_set (err, errno, "%s: no balance is %s", path,
                         what == BTRFS_BALANCE_CTL_PAUSE ? "running" : "running or paused");
  return gk_error_sys (err, errno, "%s", path);
}

int
gk_btrfs_btrfs_balance_cancel (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return control (ctx, path, BTRFS_BALANCE_CTL_CANCEL, err);
}

int
gk_btrfs_btrfs_balance_pause (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return control (ctx, path, BTRFS_BALANCE_CTL_PAUSE, err);
}

static int
run (struct gk_ctx *ctx, const char *path, const char *verb, const char *option,
     struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;

  if (gk_btrfs_open (ctx, path, O_RDONLY | O_DIRECTORY, &at, err) == -1)
    return -1;
  const char *const *argv = option ? GK_LIST ("btrfs", "balance", verb, option, at.path)
                                   : GK_LIST ("btrfs", "balance", verb, at.path);
  return gk_btrfs_run_long (ctx, &at, argv, stop_balance, err);
}

int
gk_btrfs_btrfs_balance_resume (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return run (ctx, path, "resume", NULL, err);
}

int
gk_btrfs_btrfs_filesystem_balance (struct gk_ctx *ctx, const char *fs, struct gk_error *err)
{
  return run (ctx, fs, "start", "--full-balance", err);
}

int
gk_btrfs_btrfs_balance_status (struct gk_ctx *ctx, const char *path,
                               struct guestfs_btrfsbalance *ret_struct, struct gk_error *err)
{
  _cleanup_btrfs_at_ struct gk_btrfs_at at = GK_BTRFS_AT_INIT;
  struct btrfs_ioctl_balance_args args = { .flags = 0 };
  struct guestfs_btrfsbalance b = { .btrfsbalance_total = 0 };
  const char *status;

  if (gk_btrfs_open (ctx, path, O_RDONLY | O_DIRECTORY, &at, err) == -1)
    return -1;
  if (ioctl (at.fd, BTRFS_IOC_BALANCE_PROGRESS, &args) == 0)
    status = args.state & BTRFS_BALANCE_STATE_RUNNING ? "running" : "paused";
  else if (errno == ENOTCONN)
    status = "none";
  else
    return gk_error_sys (err, errno, "%s", path);
  b.btrfsbalance_status = strdup (status);
  if (b.btrfsbalance_status == NULL)
    return gk_error_oom (err);
  b.btrfsbalance_total = args.stat.expected;
  b.btrfsbalance_balanced = args.stat.completed;
  b.btrfsbalance_considered = args.stat.considered;
  /* Per cent, of what is only an estimate. */
  if (args.stat.expected > args.stat.completed)
    b.btrfsbalance_left = 100 - args.stat.completed * 100 / args.stat.expected;
  *ret_struct = b;
  return 0;
}
