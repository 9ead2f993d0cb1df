/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Opening libblkid's prober: see prober.h. */
#include "fs/prober.h"

#include <errno.h>

#include "base/error.h"

blkid_probe
gk_fs_prober (int fd, const char *what, struct gk_error *err)
{
  _cleanup_prober_ blkid_probe pr = blkid_new_probe ();
  blkid_probe opened;

  if (pr == NULL) {
    gk_error_oom (err);
    return NULL;
  }
  errno = 0;
  if (blkid_probe_set_device (pr, fd, 0, 0) != 0) {
    gk_error_sys (err, errno ? errno : EIO, "%s", what);
    return NULL;
  }
  opened = pr;
  pr = NULL;
  return opened;
}

void
gk_fs_prober_end (blkid_probe *pr)
{
  blkid_free_probe (*pr); /* takes NULL */
}
