/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: the database that SUSE's rpm writes, rpm's "ndb".
 *
 * A head of 32 bytes, then slots of 16 to the end of the pages that the head
 * counts; each slot of a package says in which blocks of 16 bytes its record
 * is: a head of 16 bytes, the header, a checksum.  The little end is first. */
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "inspect/read.h"
#include "inspect/rpm-db.h"

#define BLOCK 16
#define PAGE 4096
#define FIRST_SLOT 32
/* Of 4096 bytes each: a million packages. */
#define MAX_SLOT_PAGES 4096

static uint32_t
get (const unsigned char *p)
{
  uint32_t v;

  memcpy (&v, p, sizeof v);
  return le32toh (v);
}

static int
read_record (int fd, uint32_t index, uint32_t block, gk_rpm_blob_fn *fn, void *opaque,
             struct gk_error *err)
{
  unsigned char head[BLOCK];
  off_t at = (off_t)block * BLOCK;

  if (gk_pread_full (fd, head, sizeof head, at) != sizeof head || memcmp (head, "BlbS", 4) != 0 ||
      get (head + 4) != index || get (head + 12) > GK_RPM_BLOB_MAX)
    return gk_error_set (err, 0, "the record of package %u is damaged", index);
  size_t size = get (head + 12);
  _cleanup_free_ void *blob = malloc (size + 1);
  if (blob == NULL)
    return gk_error_oom (err);
  if (gk_pread_full (fd, blob, size, at + BLOCK) != (ssize_t)size)
    return gk_error_set (err, 0, "the record of package %u is cut off", index);
  return fn (opaque, blob, size, err);
}

int
gk_rpm_ndb (const char *path, gk_rpm_blob_fn *fn, void *opaque, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_look_open (path);
  unsigned char page[PAGE];

  if (fd == -1 || gk_pread_full (fd, page, sizeof page, 0) != sizeof page ||
      memcmp (page, "RpmP", 4) != 0 || get (page + 4) != 0)
    return gk_error_set (err, 0, "not a database of this kind");
  uint32_t pages = get (page + 12);
  if (pages == 0 || pages > MAX_SLOT_PAGES)
    return gk_error_set (err, 0, "its head is damaged");
  for (uint32_t n = 0; n < pages; n++) {
    if (gk_pread_full (fd, page, sizeof page, (off_t)n * PAGE) != sizeof page)
      return gk_error_set (err, 0, "it is cut off");
    for (size_t at = n == 0 ? FIRST_SLOT : 0; at < sizeof page; at += 16) {
      const unsigned char *slot = page + at;
      if (memcmp (slot, "Slot", 4) != 0)
        return gk_error_set (err, 0, "slot %zu of page %u is damaged", at / 16, n);
      if (get (slot + 8) != 0 &&
          read_record (fd, get (slot + 4), get (slot + 8), fn, opaque, err) == -1)
        return -1;
    }
  }
  return 0;
}
