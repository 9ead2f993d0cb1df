/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The throw-away overlay of a read-only drive: an empty qcow2 image.
 *
 * It is written here and not by qemu-img because an empty image is four small
 * structures, and starting a program for it doubles the time that a read-only
 * drive takes.  It has no name of a backing file: what is below it is wired in
 * the server's options, so moving or faking a header cannot lead anywhere.
 *
 * In clusters of 64 KiB: 0 the header, 1 the refcount table, 2 its one block
 * (it counts 32768 clusters, far more than are in use here), 3 and on the
 * level 1 table, all zeros, one entry for each 512 MiB.
 */
#include "image/image.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"

#define CLUSTER_BITS 16
#define CLUSTER (UINT64_C (1) << CLUSTER_BITS)
#define L1_REACH (CLUSTER / 8 * CLUSTER) /* bytes of disk behind one entry */
#define L1_MAX (UINT64_C (32) << 20)     /* bytes; qemu refuses more */

struct header {
  uint32_t magic, version;
  uint64_t backing_offset;
  uint32_t backing_size, cluster_bits;
  uint64_t size;
  uint32_t crypt, l1_entries;
  uint64_t l1_offset, refcount_offset;
  uint32_t refcount_clusters, n_snapshots;
  uint64_t snapshots_offset, incompatible, compatible, autoclear;
  uint32_t refcount_order, header_length;
  uint64_t end_of_extensions;
};
_Static_assert(sizeof (struct header) == 112, "the file's layout");

static int
write_image (int fd, uint64_t size, uint64_t l1_entries)
{
  uint64_t l1_clusters = (l1_entries * 8 + CLUSTER - 1) / CLUSTER;
  uint64_t n_used = 3 + l1_clusters, table_entry = htobe64 (2 * CLUSTER);
  uint16_t used[3 + L1_MAX / CLUSTER];
  struct header h = {
    .magic = htobe32 (0x514649fb),
    .version = htobe32 (3),
    .cluster_bits = htobe32 (CLUSTER_BITS),
    .size = htobe64 (size),
    .l1_entries = htobe32 (l1_entries),
    .l1_offset = htobe64 (3 * CLUSTER),
    .refcount_offset = htobe64 (CLUSTER),
    .refcount_clusters = htobe32 (1),
    .refcount_order = htobe32 (4), /* 16 bits */
    .header_length = htobe32 (104),
  };

  for (size_t i = 0; i < n_used; i++)
    used[i] = htobe16 (1);
  if (ftruncate (fd, n_used * CLUSTER) == -1 || gk_pwrite_full (fd, &h, sizeof h, 0) == -1 ||
      gk_pwrite_full (fd, &table_entry, sizeof table_entry, CLUSTER) == -1 ||
      gk_pwrite_full (fd, used, n_used * sizeof used[0], 2 * CLUSTER) == -1)
    return -1;
  return 0;
}

int
gk_overlay_create (const char *path, uint64_t size, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  uint64_t l1_entries = size / L1_REACH + (size % L1_REACH != 0);

  if (size % 512 != 0 || l1_entries * 8 > L1_MAX)
    return gk_error_set (err, EINVAL, "%s: no overlay can have %llu bytes", path,
                         (unsigned long long)size);
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", path);
  /* qemu wants a table even for a disk without bytes. */
  if (write_image (fd, size, l1_entries == 0 ? 1 : l1_entries) == -1) {
    int errnum = errno;
    unlink (path);
    return gk_error_sys (err, errnum, "%s", path);
  }
  return 0;
}
