/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Folders and files of a btrfs that is mounted in the guest tree.  They are opened
 * through the path-root; tools get the descriptor, so that none of them walks a
 * path of the guest. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs_tree.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "btrfs/btrfs-priv.h"
#include "op/ctx.h"

void
gk_btrfs_at_clear (struct gk_btrfs_at *at)
{
  if (at->fd != -1)
    gk_close_keep_errno (at->fd);
  at->fd = -1;
}

void
gk_btrfs_at_of (int fd, const char *name, struct gk_btrfs_at *ret)
{
  ret->fd = fd;
  ret->name = name;
  gk_fd_path (fd, ret->path);
}

int
gk_btrfs_open (struct gk_ctx *ctx, const char *path, int flags, struct gk_btrfs_at *ret,
               struct gk_error *err)
{
  struct statfs fs;

  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, path, flags, 0);
  if (fd == -1 || fstatfs (fd, &fs) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (fs.f_type != BTRFS_SUPER_MAGIC)
    return gk_error_set (err, EINVAL, "%s: is not on a btrfs filesystem", path);
  gk_btrfs_at_of (gk_steal_fd (&fd), path, ret);
  return 0;
}

int
gk_btrfs_open_subvolume (struct gk_ctx *ctx, const char *path, struct gk_btrfs_at *ret,
                         struct gk_error *err)
{
  struct stat st;

  if (gk_btrfs_open (ctx, path, O_RDONLY | O_DIRECTORY, ret, err) == -1)
    return -1;
  if (fstat (ret->fd, &st) == 0 && st.st_ino == BTRFS_FIRST_FREE_OBJECTID)
    return 0;
  gk_btrfs_at_clear (ret);
  return gk_error_set (err, EINVAL, "%s: is not a btrfs subvolume", path);
}
