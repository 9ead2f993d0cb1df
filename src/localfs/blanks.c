/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files that have no name yet.
 *
 * A client that makes many files has to tell its kernel the inode number of each at
 * once.  So it gets some that are made already, and gives them their names later:
 * nobody but it sees them until then, and those that get none vanish with their
 * descriptor, whoever closes it.
 */

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "localfs/localfs-priv.h"

static int
make (struct gk_localfs *fs, int folder, struct gk_lfs_blank *ret)
{
  struct gk_lfs_blank b;
  int fd = openat (folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd == -1)
    return -1;
  if (gk_lfs_meet_nameless (fs, fd, &b.entry) == -1) {
    close (fd);
    return -1;
  }
  uint64_t node = b.entry.node;
  if (gk_lfs_add_file (fs, fd, &b.fh) == -1) {
    gk_lfs_forget (fs, node, 1);
    return -1;
  }
  *ret = b;
  return 0;
}

int
gk_lfs_blanks (struct gk_localfs *fs, const struct gk_lfs_request *rq, struct gk_lfs_reply *reply,
               struct gk_buf *out)
{
  int folder = gk_lfs_fd (fs, rq->node, NULL);
  struct gk_lfs_blank b;

  if (folder == -1)
    return -1;
  while (reply->count < rq->size && reply->count < GK_LFS_MAX_BLANKS) {
    if (make (fs, folder, &b) == -1)
      return reply->count ? 0 : -1;
    if (gk_buf_append (out, &b, sizeof b) == -1) {
      gk_lfs_close_file (fs, b.fh);
      gk_lfs_forget (fs, b.entry.node, 1);
      errno = ENOMEM;
      return -1;
    }
    reply->count++;
  }
  return 0;
}

int
gk_lfs_adopt (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name)
{
  int fd = gk_lfs_file (fs, rq->fh), parent = fd == -1 ? -1 : gk_lfs_fd (fs, rq->node, NULL);

  if (parent == -1 || linkat (fd, "", parent, name, AT_EMPTY_PATH) == -1)
    return -1;
  if (rq->mode != 0600 && fchmod (fd, rq->mode & 07777) == -1)
    return -1;
  return gk_lfs_set_times (fd, NULL, rq);
}
