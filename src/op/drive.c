/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a drive owns. */
#include <stdlib.h>
#include <string.h>

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
