/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mount_loop: a file of the guest that holds a filesystem.
 *
 * The kernel frees the loop device when the filesystem is unmounted, however that
 * comes about, so nobody has to remember it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "fs/fs.h"
#include "gk-ops-mount.h"
#include "mount/mount-priv.h"
#include "nbd/attach.h"
#include "nbd/loop-dev.h"
#include "op/ctx.h"

#define SECTOR 512

static int
open_file (struct gk_ctx *ctx, const char *file, bool *ret_ro, struct gk_error *err)
{
  int fd = gk_root_open (ctx->root_fd, file, O_RDWR, 0);
  struct stat st;

  *ret_ro = fd == -1 && (errno == EROFS || errno == EACCES);
  if (*ret_ro)
    fd = gk_root_open (ctx->root_fd, file, O_RDONLY, 0);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", file);
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    return fd;
  close (fd);
  return gk_error_set (err, EINVAL, "%s: is not a regular file", file);
}

int
gk_mount_mount_loop (struct gk_ctx *ctx, const char *file, const char *mountpoint,
                     struct gk_error *err)
{
  static const struct gk_attach_env env = { .tmpdir = "/dev", .node_dir = "/dev" };
  struct gk_attachment loop = { .attacher = NULL };
  _cleanup_close_ int device = -1;
  bool ro;

  _cleanup_close_ int fd = open_file (ctx, file, &ro, err);
  if (fd == -1)
    return -1;
  if (ctx->load_module && gk_loop_available (NULL) == -1)
    ctx->load_module ("loop", NULL);
  if (gk_loop_available (err) == -1 ||
      gk_loop_bind (&env, fd, file, SECTOR, &loop, &device, err) == -1)
    return -1;
  /* A node for as long as the mount takes. */
  _cleanup_free_ char *node = gk_asprintf ("/dev/%s", loop.kernel_name);
  if (node == NULL)
    return gk_error_oom (err);
  if (mknod (node, S_IFBLK | 0600, loop.devno) == -1 && errno != EEXIST)
    return gk_error_sys (err, errno, "%s", node);
  const struct gk_mountable m = { .device = node };
  int r = gk_mount_at (ctx, ro ? "ro" : "", "", file, &m, mountpoint, err);
  unlink (node);
  return r;
}
