/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Removing signatures: only the magic bytes go, as with wipefs(8). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "fs/prober.h"
#include "fs/wipe.h"

/* A hostile device could present a signature at the same place for ever. */
#define MOST 64

#define PIECE 64
/* Where the superblocks of all that is made here begin; the last is btrfs's. */
#define HEAD ((size_t)68 << 10)

struct piece {
  off_t at;
  size_t n;
  unsigned char bytes[PIECE];
};

struct gk_fs_wiped {
  struct piece *pieces;
  size_t n;
  unsigned char head[HEAD]; /* as it was left */
  size_t head_size;
};

void
gk_fs_wiped_free (struct gk_fs_wiped **wiped)
{
  if (*wiped)
    free ((*wiped)->pieces);
  free (*wiped);
}

static bool
keep (struct gk_fs_wiped *w, int fd, off_t at, size_t n)
{
  struct piece *pieces = reallocarray (w->pieces, w->n + 1, sizeof *pieces);

  if (pieces == NULL)
    return false;
  w->pieces = pieces;
  pieces[w->n] = (struct piece){ .at = at, .n = n };
  return gk_pread_full (fd, pieces[w->n++].bytes, n, at) == (ssize_t)n;
}

static bool
overwrite (blkid_probe pr, int fd, const char *offset_name, const char *magic_name,
           struct gk_fs_wiped *w, bool *ret_has)
{
  static const char zeros[PIECE];
  const char *offset;
  size_t n;

  *ret_has = blkid_probe_lookup_value (pr, offset_name, &offset, NULL) == 0 &&
             blkid_probe_lookup_value (pr, magic_name, NULL, &n) == 0;
  if (!*ret_has)
    return true;
  off_t at = (off_t)strtoull (offset, NULL, 10);
  for (size_t step; n > 0; n -= step, at += (off_t)step) {
    step = n < sizeof zeros ? n : sizeof zeros;
    if (!keep (w, fd, at, step) || gk_pwrite_full (fd, zeros, step, at) == -1)
      return false;
  }
  return true;
}

/* What libblkid has just found.  It is told that it is gone; libblkid would remove it by
 * itself, but syncs the device for every signature, and says nothing when that fails. */
static int
remove_one (blkid_probe pr, int fd, struct gk_fs_wiped *w)
{
  bool is_super, is_table;

  if (!overwrite (pr, fd, "SBMAGIC_OFFSET", "SBMAGIC", w, &is_super) ||
      !overwrite (pr, fd, "PTMAGIC_OFFSET", "PTMAGIC", w, &is_table))
    return -1;
  if (!is_super && !is_table)
    return 0;
  return blkid_do_wipe (pr, 1);
}

int
gk_fs_wipe (const char *device, bool sync, struct gk_fs_wiped **ret_wiped, struct gk_error *err)
{
  _cleanup_fs_wiped_ struct gk_fs_wiped *w = calloc (1, sizeof *w);
  if (w == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int fd = open (device, O_RDWR | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  _cleanup_prober_ blkid_probe pr = gk_fs_prober (fd, device, err);
  if (pr == NULL)
    return -1;
  blkid_probe_enable_superblocks (pr, 1);
  blkid_probe_set_superblocks_flags (pr, BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_BADCSUM);
  blkid_probe_enable_partitions (pr, 1);
  blkid_probe_set_partitions_flags (pr, BLKID_PARTS_MAGIC);
  for (int i = 0; i < MOST && blkid_do_probe (pr) == 0; i++)
    if (remove_one (pr, fd, w) != 0)
      return gk_error_sys (err, errno ? errno : EIO, "%s: removing old signatures", device);
  if (sync && fsync (fd) == -1)
    return gk_error_sys (err, errno, "%s: removing old signatures", device);
  if (ret_wiped) {
    ssize_t n = w->n ? gk_pread_full (fd, w->head, HEAD, 0) : 0;
    w->head_size = n > 0 ? (size_t)n : 0;
    *ret_wiped = gk_steal_ptr (w);
  }
  return 0;
}

void
gk_fs_unwipe (const char *device, const struct gk_fs_wiped *w)
{
  if (w->head_size == 0)
    return;
  _cleanup_close_ int fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
  _cleanup_free_ unsigned char *head = malloc (HEAD);
  if (fd == -1 || head == NULL || gk_pread_full (fd, head, HEAD, 0) != (ssize_t)w->head_size ||
      memcmp (head, w->head, w->head_size) != 0)
    return;
  /* In the other order than they were found: one may have hidden another. */
  for (size_t i = w->n; i > 0; i--)
    if (gk_pwrite_full (fd, w->pieces[i - 1].bytes, w->pieces[i - 1].n, w->pieces[i - 1].at) == -1)
      return;
  fsync (fd);
}
