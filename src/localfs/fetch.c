/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole files, many in one answer: for a client that foresees what will be read. */

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "localfs/localfs-priv.h"

/* The file behind what is in out, and its size; -1: not this way. */
static ssize_t
append_file (struct gk_localfs *fs, uint64_t node, uint64_t max, struct gk_lfs_entry *entry,
             struct gk_buf *out)
{
  _cleanup_close_ int fd = gk_lfs_open_to_read (fs, node);

  if (fd == -1 || gk_lfs_fd_attr (fs, node, fd, entry) == -1 || entry->size > max ||
      gk_buf_reserve (out, (size_t)entry->size + 8) == -1)
    return -1;
  ssize_t n = gk_pread_full (fd, out->data + out->size, (size_t)entry->size, 0);
  return n == (ssize_t)entry->size ? n : -1;
}

/* What cannot be read fails when it is opened. */
static int
append (struct gk_localfs *fs, uint64_t node, uint64_t max, struct gk_buf *out)
{
  static const char zeros[8];
  struct gk_lfs_fetched head = { .size = 0 };
  size_t before = out->size;

  if (gk_buf_append (out, &head, sizeof head) == -1)
    return -1;
  ssize_t n = append_file (fs, node, max, &head.entry, out);
  if (n == -1)
    head.entry.node = 0;
  else {
    head.size = (uint64_t)n;
    out->size += (size_t)n;
  }
  memcpy (out->data + before, &head, sizeof head);
  return n > 0 ? gk_buf_append (out, zeros, -head.size & 7) : 0;
}

int
gk_lfs_fetch (struct gk_localfs *fs, const char *nodes, size_t size, uint64_t max,
              struct gk_buf *out)
{
  size_t before = out->size;

  if (max > GK_LFS_IO_MAX)
    max = GK_LFS_IO_MAX;
  for (; size >= sizeof (uint64_t) && out->size - before < GK_LFS_IO_MAX;
       size -= sizeof (uint64_t)) {
    uint64_t node;
    memcpy (&node, nodes, sizeof node);
    nodes += sizeof node;
    if (append (fs, node, max, out) == -1) {
      errno = ENOMEM;
      return -1;
    }
  }
  return 0;
}
