/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Swap: recognized and made, never mounted.  Made with mkswap, a device by its
 * name and a file of the guest by its descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/strv.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

/* The header has a byte more; the tools cut it off. */
#define LABEL_MAX 15

static const struct gk_fs_names names = {
  .package = "util-linux",
  .label = GK_LIST ("swaplabel", "-L"),
  .uuid = GK_LIST ("swaplabel", "-U"),
};

const struct gk_fs gk_fs_swap = {
  .name = "swap",
  .mkfs = "mkswap",
  .package = "util-linux",
  .mkfs_args = GK_LIST ("-f"),
  .label_option = "-L",
  .label_max = LABEL_MAX,
  .label_family = "Linux swap",
  .names = &names,
};

static int
make (struct gk_ctx *ctx, const char *device, const char *label, const char *uuid,
      struct gk_error *err)
{
  const char *argv[8] = { "mkswap", "-f" };
  size_t n = 2;

  if ((label && gk_fs_check_label (&gk_fs_swap, NULL, label, err) == -1) ||
      (uuid && gk_fs_check_uuid (uuid, GK_LIST ("clear", "random", "time"), err) == -1))
    return -1;
  if (label) {
    argv[n++] = "-L";
    argv[n++] = label;
  }
  if (uuid) {
    argv[n++] = "-U";
    argv[n++] = uuid;
  }
  argv[n++] = device;
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  struct gk_exec x = GK_EXEC_INIT;
  x.argv = argv;
  x.task = ctx->task;
  if (gk_exec_check (&x, NULL, err) == -1)
    return gk_error_wrap (err, "%s", device);
  /* On a whole disk a partition table is gone now, and with it the partitions. */
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

int
gk_fs_mkswap (struct gk_ctx *ctx, const char *device, const struct guestfs_mkswap_opts_argv *opt,
              struct gk_error *err)
{
  return make (ctx, device,
               opt && opt->bitmask & GUESTFS_MKSWAP_OPTS_LABEL_BITMASK ? opt->label : NULL,
               opt && opt->bitmask & GUESTFS_MKSWAP_OPTS_UUID_BITMASK ? opt->uuid : NULL, err);
}

int
gk_fs_mkswap_L (struct gk_ctx *ctx, const char *label, const char *device, struct gk_error *err)
{
  return make (ctx, device, label, NULL, err);
}

int
gk_fs_mkswap_U (struct gk_ctx *ctx, const char *uuid, const char *device, struct gk_error *err)
{
  return make (ctx, device, NULL, uuid, err);
}

int
gk_fs_mkswap_file (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  char proc[32];
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, path, O_RDWR, 0);

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", path);
  struct gk_exec x = GK_EXEC_INIT;
  x.argv = (const char *const[]){ "mkswap", "-f", gk_fd_path (fd, proc), NULL };
  x.pass_fds = &fd;
  x.n_pass_fds = 1;
  x.task = ctx->task;
  if (gk_exec_check (&x, NULL, err) == -1)
    return gk_error_wrap (err, "%s", path);
  return 0;
}
