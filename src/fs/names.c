/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What may be a filesystem's label and its UUID.  Asked before anything is touched:
 * tools cut what is too long, and some have emptied the device when they find that
 * a UUID is none. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "base/uuid.h"
#include "fs/fs-priv.h"

int
gk_fs_check_label (const struct gk_fs *fs, const char *name, const char *label,
                   struct gk_error *err)
{
  size_t n = fs->label_is_utf16 ? gk_utf16_units (label) : strlen (label);

  if (fs->label_max == 0 || n <= fs->label_max)
    return 0;
  return gk_error_set (err, EINVAL, "%s: %s labels are limited to %zu %s", label,
                       fs->label_family ? fs->label_family : name, fs->label_max,
                       fs->label_is_utf16 ? "characters" : "bytes");
}

int
gk_fs_check_uuid (const char *uuid, const char *const *words, struct gk_error *err)
{
  if (gk_uuid_is_text (uuid) ||
      (words && gk_strv_contains ((char *const *)(const void *)words, uuid)))
    return 0;
  return gk_error_set (err, EINVAL, "%s: is not a UUID", uuid);
}
