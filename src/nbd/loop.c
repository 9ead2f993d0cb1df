/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The attacher for raw local files that are written: a loop device, no program
 * in between. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "nbd/attach.h"
#include "nbd/extents.h"
#include "nbd/loop-dev.h"

static int
available (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_error *why_not)
{
  const struct gk_disk_layer *image = &disk->layers[0];
  struct stat st;

  if (disk->overlay != NULL)
    return gk_error_set (why_not, ENOTSUP, "the drive is read-only");
  if (!gk_streq (image->format, "raw"))
    return gk_error_set (why_not, ENOTSUP, "the image is not raw");
  if (image->path == NULL)
    return gk_error_set (why_not, ENOTSUP, "the image is not a local file");
  /* The kernel would cut off the part of a sector at the end, which qemu shows
   * to a guest filled up with zeros. */
  if (stat (image->path, &st) == 0 && S_ISREG (st.st_mode) && st.st_size % 512 != 0)
    return gk_error_set (why_not, ENOTSUP, "the image's size is not a multiple of 512 bytes");
  return gk_loop_available (why_not);
}

static int
attach (const struct gk_attach_env *env, const struct gk_disk *disk, struct gk_attachment *ret,
        struct gk_error *err)
{
  const char *path = disk->layers[0].path;
  _cleanup_close_ int image_fd = -1;
  int fd;

  if (env->hold (path, true, &image_fd, err) == -1 ||
      gk_loop_bind (env, image_fd, path, disk->blocksize, ret, &fd, err) == -1)
    return -1;
  /* image_fd may go: the device keeps the open file, its locks and claims. */
  ret->priv = (void *)(intptr_t)fd;
  ret->extents = gk_extents_of_fd (image_fd);
  return 0;
}

static int
detach (struct gk_attachment *a, struct gk_error *err)
{
  return gk_loop_release ((int)(intptr_t)a->priv, a->kernel_name, err);
}

const struct gk_attacher gk_attacher_loop = {
  .name = "loop",
  .modules = { "loop" },
  .available = available,
  .attach = attach,
  .detach = detach,
};
