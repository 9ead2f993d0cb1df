/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The attacher for disks that the kernel has already: the launcher of this
 * kernel made them its devices (vhost-user to a server outside), and attaching
 * is to find out their numbers.  The server's other connection, which tells where there
 * is data, is a serial line. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "nbd/attach.h"
#include "nbd/extents.h"
#include "nbd/loop-dev.h"

static int
available (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_error *why_not)
{
  if (disk->device == NULL)
    return gk_error_set (why_not, ENOTSUP, "the kernel does not have the disk yet");
  return 0;
}

static int
read_devno (const char *kernel_name, dev_t *ret_devno, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_free_ char *path = gk_asprintf ("/sys/block/%s/dev", kernel_name);
  unsigned maj, min;

  if (path == NULL)
    return gk_error_oom (err);
  if (gk_read_file (path, 64, &b) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (b.data == NULL || sscanf (b.data, "%u:%u", &maj, &min) != 2)
    return gk_error_set (err, EIO, "%s: no device number", path);
  *ret_devno = makedev (maj, min);
  return 0;
}

static int
attach (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_attachment *ret,
        struct gk_error *err)
{
  _cleanup_close_ int fd = -1;

  if (strlen (disk->device) >= sizeof ret->kernel_name)
    return gk_error_set (err, EINVAL, "%s: not a name of a disk", disk->device);
  if (read_devno (disk->device, &ret->devno, err) == -1)
    return -1;
  strcpy (ret->kernel_name, disk->device);
  fd = gk_open_device (env->node_dir, true, major (ret->devno), minor (ret->devno), O_RDWR);
  if (fd == -1 || ioctl (fd, BLKGETSIZE64, &ret->size) == -1)
    return gk_error_sys (err, errno, "%s", disk->device);
  /* Held until the end, so that the last flush has somewhere to report to. */
  ret->priv = (void *)(intptr_t)gk_steal_fd (&fd);
  ret->extents = gk_extents_of_line (env->node_dir, GK_VHOST_FIRST_LINE + env->index);
  return 0;
}

static int
detach (struct gk_attachment *a, struct gk_error *err)
{
  int fd = (int)(intptr_t)a->priv;
  int r = fsync (fd) == -1 ? gk_error_sys (err, errno, "flush") : 0;

  close (fd);
  return r;
}

const struct gk_attacher gk_attacher_vhost = {
  .name = "vhost",
  .available = available,
  .attach = attach,
  .detach = detach,
};
