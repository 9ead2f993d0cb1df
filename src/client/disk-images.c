/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* disk_create, disk_format, disk_virtual_size, disk_has_backing_file: images
 * on the host, which the program may make and look at without a session. */

#include "client/handle-priv.h"
#include "gk-client-calls.h"
#include "image/image.h"

#define HAS(NAME) (o->bitmask & GUESTFS_DISK_CREATE_##NAME##_BITMASK)

int
gk_client_disk_create (guestfs_h *g, const char *filename, const char *format, int64_t size,
                       const struct guestfs_disk_create_argv *optargs)
{
  static const struct guestfs_disk_create_argv none;
  const struct guestfs_disk_create_argv *o = optargs ? optargs : &none;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  const struct gk_image_create c = {
    .path = filename,
    .format = format,
    .size = size,
    .backing = HAS (BACKINGFILE) ? o->backingfile : NULL,
    .backing_format = HAS (BACKINGFORMAT) ? o->backingformat : NULL,
    .preallocation = HAS (PREALLOCATION) ? o->preallocation : NULL,
    .compat = HAS (COMPAT) ? o->compat : NULL,
    .has_cluster_size = HAS (CLUSTERSIZE),
    .cluster_size = HAS (CLUSTERSIZE) ? o->clustersize : 0,
  };

  return gk_image_create (&c, NULL, &err) == -1 ? gk_client_error_take (g, &err) : 0;
}

char *
gk_client_disk_format (guestfs_h *g, const char *filename)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  char *format;

  if (gk_image_detect (filename, NULL, &format, &err) == -1) {
    gk_client_error_take (g, &err);
    return NULL;
  }
  return format;
}

int64_t
gk_client_disk_virtual_size (guestfs_h *g, const char *filename)
{
  _cleanup_image_layer_ struct gk_image_layer layer = { .path = NULL };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  if (gk_image_top (filename, NULL, NULL, &layer, &err) == -1)
    return gk_client_error_take (g, &err);
  return (int64_t)layer.virtual_size;
}

int
gk_client_disk_has_backing_file (guestfs_h *g, const char *filename)
{
  _cleanup_image_layer_ struct gk_image_layer layer = { .path = NULL };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  if (gk_image_top (filename, NULL, NULL, &layer, &err) == -1)
    return gk_client_error_take (g, &err);
  return layer.backing_name != NULL;
}
