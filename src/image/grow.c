/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which images can become larger. */
#include <errno.h>

#include "base/error.h"
#include "base/str.h"
#include "image/image.h"

int
gk_image_check_growable (const struct gk_image_layer *image, bool snapshot, struct gk_error *err)
{
  bool qcow2 = gk_streq (image->format, "qcow2");

  if (image->is_device)
    return gk_error_set (err, ENOTSUP, "%s: a block device cannot be made larger here",
                         image->path);
  if (!qcow2 && !gk_streq (image->format, "raw"))
    return gk_error_set (err, ENOTSUP,
                         "%s: a %s image cannot be made larger, only qcow2 and raw ones can: "
                         "convert it with qemu-img",
                         image->path, image->format);
  if (qcow2 && image->old && (image->n_snapshots > 0 || snapshot))
    return gk_error_set (err, ENOTSUP,
                         "%s: a qcow2 image of version 2 that has snapshots cannot be made larger: "
                         "'qemu-img amend -o compat=1.1' makes it one of version 3",
                         image->path);
  if (qcow2 && image->in_use_bitmaps)
    return gk_error_set (err, ENOTSUP,
                         "%s: has bitmaps that were not closed, with which it cannot be made "
                         "larger: remove them with 'qemu-img bitmap'",
                         image->path);
  return 0;
}
