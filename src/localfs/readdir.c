/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Folders: many names in one answer, each with its attributes. */

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "localfs/localfs-priv.h"

#define BATCH 512
#define NAMES_SIZE 16384

static int
push (struct gk_buf *data, struct gk_lfs_dirent *d, const char *name)
{
  static const char zeros[8];
  size_t n = strlen (name) + 1, size = (sizeof *d + n + 7) & ~(size_t)7;

  d->name_len = (uint32_t)n;
  d->size = (uint32_t)size;
  if (gk_buf_append (data, d, sizeof *d) == -1 || gk_buf_append (data, name, n) == -1)
    return -1;
  return gk_buf_append (data, zeros, size - sizeof *d - n);
}

/* What vanished, or cannot be looked at, is passed over with its type alone: a
 * listing that fails for one of its names would hide the others. */
static int
push_name (struct gk_localfs *fs, uint64_t parent, const struct dirent64 *e, struct gk_buf *data)
{
  struct gk_lfs_dirent d = { .next = e->d_off };

  if (gk_streq (e->d_name, ".") || gk_streq (e->d_name, "..") ||
      gk_lfs_lookup (fs, parent, e->d_name, &d.entry) == -1)
    d.entry = (struct gk_lfs_entry){ .ino = e->d_ino, .mode = DTTOIF (e->d_type) };
  return push (data, &d, e->d_name);
}

static int
open_folder (struct gk_localfs *fs, uint64_t node, uint64_t *ret_fh)
{
  int at = gk_lfs_fd (fs, node, NULL);
  int fd = at == -1 ? -1 : openat (at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return fd == -1 ? -1 : gk_lfs_add_file (fs, fd, ret_fh);
}

int
gk_lfs_readdir (struct gk_localfs *fs, const struct gk_lfs_request *rq, struct gk_lfs_reply *reply,
                struct gk_buf *data)
{
  _Alignas(struct dirent64) char names[NAMES_SIZE];

  reply->value = rq->fh;
  if (rq->fh == 0 && open_folder (fs, rq->node, &reply->value) == -1)
    return -1;
  int fd = gk_lfs_file (fs, reply->value);
  if (fd == -1 || lseek (fd, rq->offset, SEEK_SET) == -1)
    return -1;
  while (reply->count < BATCH) {
    ssize_t n = getdents64 (fd, names, sizeof names);
    if (n == -1 && reply->count == 0)
      return -1;
    if (n == 0)
      reply->entry.flags = GK_LFS_AT_END;
    if (n <= 0)
      break;
    for (ssize_t at = 0; at < n;) {
      const struct dirent64 *e = (const void *)(names + at);
      if (push_name (fs, rq->node, e, data) == -1)
        return -1;
      reply->count++;
      at += e->d_reclen;
    }
  }
  return 0;
}
