/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* FIFOs, device nodes, and renaming: operations on a name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

int
gk_fileops_mknod (struct gk_ctx *ctx, int mode, int devmajor, int devminor, const char *path,
                  struct gk_error *err)
{
  char name[GK_FO_NAME_SIZE];
  _cleanup_close_ int dir = -1;
  dev_t dev = makedev ((unsigned)devmajor, (unsigned)devminor);

  if (mode < 0)
    return gk_error_set (err, EINVAL, "%s: mode is negative", path);
  /* The kernel has 12 bits of major and 20 of minor number. */
  if (devmajor < 0 || devmajor > 0xfff || devminor < 0 || devminor > 0xfffff)
    return gk_fo_fail (err, EINVAL, NULL, path);
  dir = gk_fo_parent (ctx, path, name, NULL, err);
  if (dir == -1)
    return -1;
  if (mknodat (dir, name, (mode_t)mode, dev) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  return 0;
}

static int
typed (struct gk_ctx *ctx, mode_t type, int mode, int devmajor, int devminor, const char *path,
       struct gk_error *err)
{
  if (mode & ~07777)
    return gk_error_set (err, EINVAL, "%o: mode must specify only file permission bits",
                         (unsigned)mode);
  return gk_fileops_mknod (ctx, mode | (int)type, devmajor, devminor, path, err);
}

int
gk_fileops_mkfifo (struct gk_ctx *ctx, int mode, const char *path, struct gk_error *err)
{
  return typed (ctx, S_IFIFO, mode, 0, 0, path, err);
}

int
gk_fileops_mknod_b (struct gk_ctx *ctx, int mode, int devmajor, int devminor, const char *path,
                    struct gk_error *err)
{
  return typed (ctx, S_IFBLK, mode, devmajor, devminor, path, err);
}

int
gk_fileops_mknod_c (struct gk_ctx *ctx, int mode, int devmajor, int devminor, const char *path,
                    struct gk_error *err)
{
  return typed (ctx, S_IFCHR, mode, devmajor, devminor, path, err);
}

int
gk_fileops_rename (struct gk_ctx *ctx, const char *oldpath, const char *newpath,
                   struct gk_error *err)
{
  char from_name[GK_FO_NAME_SIZE], to_name[GK_FO_NAME_SIZE];
  _cleanup_close_ int from = gk_fo_parent (ctx, oldpath, from_name, NULL, NULL);
  _cleanup_close_ int to = -1;

  if (from >= 0)
    to = gk_fo_parent (ctx, newpath, to_name, NULL, NULL);
  if (from == -1 || to == -1 || renameat (from, from_name, to, to_name) == -1)
    return gk_error_sys (err, errno, "rename: %s: %s", oldpath, newpath);
  return 0;
}
