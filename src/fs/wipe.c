/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Removing signatures: only the magic bytes go, as with wipefs(8). */
#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "fs/wipe.h"

/* A hostile device could present a signature at the same place for ever. */
#define MOST 64

static void
cleanup_probe (blkid_probe *pr)
{
  blkid_free_probe (*pr); /* takes NULL */
}

static bool
overwrite (blkid_probe pr, int fd, const char *offset_name, const char *magic_name, bool *ret_has)
{
  static const char zeros[64];
  const char *offset;
  size_t n;

  *ret_has = blkid_probe_lookup_value (pr, offset_name, &offset, NULL) == 0 &&
             blkid_probe_lookup_value (pr, magic_name, NULL, &n) == 0;
  if (!*ret_has)
    return true;
  off_t at = (off_t)strtoull (offset, NULL, 10);
  for (size_t step; n > 0; n -= step, at += (off_t)step) {
    step = n < sizeof zeros ? n : sizeof zeros;
    if (gk_pwrite_full (fd, zeros, step, at) == -1)
      return false;
  }
  return true;
}

/* What libblkid has just found.  It is told that it is gone; libblkid would remove it by
 * itself, but syncs the device for every signature, and says nothing when that fails. */
static int
remove_one (blkid_probe pr, int fd)
{
  bool is_super, is_table;

  if (!overwrite (pr, fd, "SBMAGIC_OFFSET", "SBMAGIC", &is_super) ||
      !overwrite (pr, fd, "PTMAGIC_OFFSET", "PTMAGIC", &is_table))
    return -1;
  if (!is_super && !is_table)
    return 0;
  return blkid_do_wipe (pr, 1);
}

int
gk_fs_wipe (const char *device, bool sync, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDWR | O_CLOEXEC);
  if (fd == -1)
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
    if (remove_one (pr, fd) != 0)
      return gk_error_sys (err, errno ? errno : EIO, "%s: removing old signatures", device);
  if (sync && fsync (fd) == -1)
    return gk_error_sys (err, errno, "%s: removing old signatures", device);
  return 0;
}
