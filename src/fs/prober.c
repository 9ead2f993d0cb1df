/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Opening libblkid's prober: see prober.h. */
#include "fs/prober.h"

#include <errno.h>
#include <fcntl.h>

#include "base/error.h"

/* Where nearly all superblocks and tables are. */
#define ENDS ((blkid_loff_t)512 << 10)

/* They are looked for one by one, each at its own place: without this each is a request
 * that is waited for.  It is a hint, and whether the kernel takes it changes no result. */
static void
read_ahead (int fd, blkid_loff_t size)
{
  posix_fadvise (fd, 0, ENDS, POSIX_FADV_WILLNEED);
  if (size > ENDS)
    posix_fadvise (fd, size - ENDS, ENDS, POSIX_FADV_WILLNEED);
}

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
  read_ahead (fd, blkid_probe_get_size (pr));
  opened = pr;
  pr = NULL;
  return opened;
}

void
gk_fs_prober_end (blkid_probe *pr)
{
  blkid_free_probe (*pr); /* takes NULL */
}
