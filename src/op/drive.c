/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a drive owns, and what devices are called. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/strv.h"
#include "op/drive.h"

void
gk_drive_clear (struct gk_drive *drive)
{
  free (drive->filename);
  free (drive->format);
  free (drive->protocol);
  gk_strv_free (drive->server);
  free (drive->username);
  if (drive->secret)
    explicit_bzero (drive->secret, strlen (drive->secret));
  free (drive->secret);
  free (drive->cachemode);
  free (drive->discard);
  free (drive->label);
  free (drive->name);
  free (drive->iface);
  free (drive->device);
  memset (drive, 0, sizeof *drive);
}

char *
gk_device_name_canonical (const char *name)
{
  static const char *const prefixes[] = { "/dev/vd", "/dev/hd", "/dev/xvd", "/dev/ubd" };
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
    const char *rest = gk_after_prefix (name, prefixes[i]);
    if (rest && *rest >= 'a' && *rest <= 'z')
      return gk_asprintf ("/dev/sd%s", rest);
  }
  return strdup (name);
}
