/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Removing signatures: only the magic bytes go, as with wipefs(8). */
#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fs/wipe.h"

/* A hostile device could present a signature at the same place for ever. */
#define MOST 64

static void
cleanup_probe (blkid_probe *pr)
{
  blkid_free_probe (*pr); /* takes NULL */
}

int
gk_fs_wipe (const char *device, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDWR | O_CLOEXEC);
  _cleanup_close_ int witness = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1 || witness == -1)
    return gk_error_sys (err, errno, "%s", device);
  __attribute__ ((cleanup (cleanup_probe))) blkid_probe pr = blkid_new_probe ();
  if (pr == NULL)
    return gk_error_oom (err);
  errno = 0;
  if (blkid_probe_set_device (pr, fd, 0, 0) != 0)
    return gk_error_sys (err, errno ? errno : EIO, "%s", device);
  blkid_probe_enable_superblocks (pr, 1);
  blkid_probe_set_superblocks_flags (pr, BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_BADCSUM);
  blkid_probe_enable_partitions (pr, 1);
  blkid_probe_set_partitions_flags (pr, BLKID_PARTS_MAGIC);
  for (int i = 0; i < MOST && blkid_do_probe (pr) == 0; i++)
    if (blkid_do_wipe (pr, 0) != 0)
      return gk_error_sys (err, errno ? errno : EIO, "%s: removing old signatures", device);
  /* libblkid asks for errors of its writes by its own descriptor, once, and ignores them. */
  if (fsync (witness) == -1)
    return gk_error_sys (err, errno, "%s: removing old signatures", device);
  return 0;
}
