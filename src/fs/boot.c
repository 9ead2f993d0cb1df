/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Boot loaders that the host's programs install. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

int
gk_fs_extlinux (struct gk_ctx *ctx, const char *directory, struct gk_error *err)
{
  char text[32];

  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, directory, O_RDONLY | O_DIRECTORY, 0);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", directory);
  gk_fd_path (fd, text);
  return gk_fs_run_at (ctx, GK_LIST ("extlinux", "--install", text), "extlinux", 0, fd, directory,
                       NULL, err) == -1
             ? -1
             : 0;
}

int
gk_fs_syslinux (struct gk_ctx *ctx, const char *device, const struct guestfs_syslinux_argv *opt,
                struct gk_error *err)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
  const char *dir =
      opt && opt->bitmask & GUESTFS_SYSLINUX_DIRECTORY_BITMASK ? opt->directory : NULL;

  /* It becomes a part of commands that syslinux has a shell run. */
  if (dir && (dir[strspn (dir, plain)] || *dir == '\0' || *dir == '-'))
    return gk_error_set (err, EINVAL, "%s: the directory may have letters, digits and /._- only",
                         dir);
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  const char *const *argv = dir ? GK_LIST ("syslinux", "--install", "-d", dir, device)
                                : GK_LIST ("syslinux", "--install", device);
  return gk_fs_run (ctx, argv, "syslinux", 0, NULL, err) == -1 ? -1 : 0;
}
