/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mounts that are shown nowhere. */
#include "mount/hidden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

void
gk_hidden_close (struct gk_ctx *ctx, struct gk_hidden *h)
{
  if (h->fd != -1)
    close (h->fd);
  if (h->mount_fd != -1)
    close (h->mount_fd);
  if (h->device)
    gk_btrfs_forget (ctx, h->device);
  free (h->device);
  *h = (struct gk_hidden)GK_HIDDEN_INIT;
}

int
gk_hidden_mount (struct gk_ctx *ctx, const char *mountable, const char *type, bool writable,
                 struct gk_hidden *ret, struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  struct gk_hidden h = GK_HIDDEN_INIT;
  const struct gk_fs *fs = gk_fs_find (type);

  if (gk_devices_parse_mountable (ctx->devices, mountable, &m, err) == -1 ||
      gk_fs_probe_device (m.device, &probe, err) == -1)
    return -1;
  if (!gk_streq (probe.type, type))
    return gk_error_set (err, EINVAL, "%s: there is no %s filesystem on it", mountable, type);
  const char *kernel = fs ? gk_mount_kernel_type (ctx, fs) : NULL;
  if (kernel == NULL)
    return gk_error_set (err, ENODEV, "filesystem type ‘%s’ is not supported by this kernel", type);
  gk_btrfs_gather (ctx, m.device);
  h.mount_fd = gk_kernel_mount_hidden (m.device, m.subvol, fs, kernel, writable);
  if (h.mount_fd != -1)
    h.fd = openat (h.mount_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int e = errno;
  h.device = gk_steal_ptr (m.device);
  if (h.fd == -1) {
    gk_hidden_close (ctx, &h);
    return gk_error_sys (err, e, "%s: mounting it", mountable);
  }
  *ret = h;
  return 0;
}
