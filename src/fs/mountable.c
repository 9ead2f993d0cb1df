/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mountables: "/dev/sda1" and "btrfsvol:/dev/sda1/path/of/subvolume". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs.h"

void
gk_mountable_clear (struct gk_mountable *m)
{
  free (m->device);
  free (m->subvol);
  *m = (struct gk_mountable)GK_MOUNTABLE_INIT;
}

int
gk_mountable_parse (const char *text, bool (*is_device) (void *opaque, const char *name),
                    void *opaque, struct gk_mountable *ret, struct gk_error *err)
{
  const char *rest = gk_after_prefix (text, "btrfsvol:");
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;
  m.device = strdup (rest ? rest : text);
  if (m.device == NULL)
    return gk_error_oom (err);
  if (rest) {
    /* Both the device and the subvolume may have slashes in their names, so
     * the shortest prefix that is a device ends it. */
    char *slash = m.device + strspn (m.device, "/");
    for (;;) {
      slash = strchr (slash, '/');
      if (slash == NULL)
        return gk_error_set (err, EINVAL, "%s: expecting a btrfs volume", text);
      *slash = '\0';
      if (is_device (opaque, m.device))
        break;
      *slash++ = '/';
    }
    slash++;
    if (*slash == '\0')
      return gk_error_set (err, EINVAL, "%s: expecting a btrfs volume", text);
    m.subvol = strdup (slash);
    if (m.subvol == NULL)
      return gk_error_oom (err);
  }
  *ret = m;
  m = (struct gk_mountable)GK_MOUNTABLE_INIT;
  return 0;
}
