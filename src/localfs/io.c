/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Open files, and extended attributes. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "localfs/localfs-priv.h"

#define COPY_MAX (16u << 20)

/* --- the table ---------------------------------------------------------------- */

int
gk_lfs_file (struct gk_localfs *fs, uint64_t fh)
{
  if (fh == 0 || fh > fs->n_files || fs->files[fh - 1] == -1) {
    errno = EBADF;
    return -1;
  }
  return fs->files[fh - 1];
}

int
gk_lfs_add_file (struct gk_localfs *fs, int fd, uint64_t *ret_fh)
{
  uint32_t i = 0;

  while (i < fs->n_files && fs->files[i] != -1)
    ++i;
  if (i == fs->n_files) {
    uint32_t n = fs->n_files ? fs->n_files * 2 : 64;
    int *files = realloc (fs->files, n * sizeof *files);
    if (files == NULL) {
      close (fd);
      errno = ENOMEM;
      return -1;
    }
    for (uint32_t k = fs->n_files; k < n; ++k)
      files[k] = -1;
    fs->files = files;
    fs->n_files = n;
  }
  fs->files[i] = fd;
  *ret_fh = i + 1;
  return 0;
}

void
gk_lfs_close_file (struct gk_localfs *fs, uint64_t fh)
{
  if (gk_lfs_file (fs, fh) == -1)
    return;
  close (fs->files[fh - 1]);
  fs->files[fh - 1] = -1;
}

/* --- open --------------------------------------------------------------------- */

/* A small file comes with its opening. */
static int
read_ahead (int fd, uint64_t max, struct gk_lfs_reply *reply, struct gk_buf *data)
{
  struct stat st;

  if (max > GK_LFS_IO_MAX)
    max = GK_LFS_IO_MAX;
  if (fstat (fd, &st) == -1 || st.st_size == 0 || (uint64_t)st.st_size > max)
    return 0;
  if (gk_buf_reserve (data, (size_t)st.st_size + 1) == -1)
    return -1;
  /* What cannot be read now fails when it is asked for. */
  ssize_t n = gk_pread_full (fd, data->data + data->size, (size_t)st.st_size, 0);
  if (n == st.st_size) {
    data->size += (size_t)n;
    reply->count = 1;
  }
  return 0;
}

int
gk_lfs_open (struct gk_localfs *fs, const struct gk_lfs_request *rq, struct gk_lfs_reply *reply,
             struct gk_buf *data)
{
  int flags = (int)rq->flags & (O_ACCMODE | O_TRUNC | O_SYNC | O_DSYNC | O_NOATIME);
  char path[32];
  mode_t type;
  int at = gk_lfs_fd (fs, rq->node, &type);

  if (at == -1)
    return -1;
  if (!S_ISREG (type)) {
    errno = EINVAL;
    return -1;
  }
  int fd = open (gk_fd_path (at, path), flags | O_NOCTTY | O_CLOEXEC);
  if (fd == -1 || gk_lfs_add_file (fs, fd, &reply->value) == -1)
    return -1;
  if (rq->size && (flags & O_ACCMODE) != O_WRONLY)
    return read_ahead (fd, rq->size, reply, data);
  return 0;
}

/* --- data --------------------------------------------------------------------- */

static int
read_some (int fd, const struct gk_lfs_request *rq, struct gk_buf *out)
{
  size_t want = rq->size < GK_LFS_IO_MAX ? (size_t)rq->size : GK_LFS_IO_MAX;

  if (gk_buf_reserve (out, want + 1) == -1)
    return -1;
  ssize_t n = gk_pread_full (fd, out->data + out->size, want, rq->offset);
  if (n == -1)
    return -1;
  out->size += (size_t)n;
  return 0;
}

static int
copy_some (struct gk_localfs *fs, int fd, const struct gk_lfs_request *rq,
           struct gk_lfs_reply *reply)
{
  int to = gk_lfs_file (fs, rq->fh2);
  off_t from_at = rq->offset, to_at = rq->offset2;
  size_t n = rq->size < COPY_MAX ? (size_t)rq->size : COPY_MAX;
  ssize_t r = to == -1 ? -1 : copy_file_range (fd, &from_at, to, &to_at, n, 0);

  if (r == -1)
    return -1;
  reply->value = (uint64_t)r;
  return 0;
}

static int
sync_some (int fd, const struct gk_lfs_request *rq)
{
  return rq->flags & 1 ? fdatasync (fd) : fsync (fd);
}

static int
sync_folder (struct gk_localfs *fs, const struct gk_lfs_request *rq)
{
  int at = gk_lfs_fd (fs, rq->node, NULL);
  _cleanup_close_ int fd = at == -1 ? -1 : openat (at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return fd == -1 ? -1 : sync_some (fd, rq);
}

int
gk_lfs_io (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *data, size_t size,
           struct gk_lfs_reply *reply, struct gk_buf *out)
{
  int fd = gk_lfs_file (fs, rq->fh);
  off_t at;

  if (rq->op == GK_LFS_FSYNC && rq->fh == 0)
    return sync_folder (fs, rq);
  if (fd == -1)
    return -1;
  switch (rq->op) {
  case GK_LFS_READ:
    return read_some (fd, rq, out);
  case GK_LFS_WRITE:
    return gk_pwrite_full (fd, data, size, rq->offset);
  case GK_LFS_FSYNC:
    return sync_some (fd, rq);
  case GK_LFS_FALLOCATE:
    return fallocate (fd, (int)rq->mode, rq->offset, (off_t)rq->size);
  case GK_LFS_LSEEK:
    at = lseek (fd, rq->offset, (int)rq->flags);
    if (at == -1)
      return -1;
    reply->value = (uint64_t)at;
    return 0;
  default:
    return copy_some (fs, fd, rq, reply);
  }
}

/* --- extended attributes ------------------------------------------------------ */

/* By the name of the descriptor: O_PATH has no other way.  It ends at the node
 * itself, also when that is a symlink. */
int
gk_lfs_xattr (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name,
              const char *data, size_t size, struct gk_buf *out)
{
  char path[32];
  int fd = gk_lfs_fd (fs, rq->node, NULL);
  ssize_t n;

  if (fd == -1 || gk_buf_reserve (out, XATTR_SIZE_MAX + 1) == -1)
    return -1;
  gk_fd_path (fd, path);
  switch (rq->op) {
  case GK_LFS_GETXATTR:
    n = getxattr (path, name, out->data + out->size, XATTR_SIZE_MAX);
    break;
  case GK_LFS_LISTXATTR:
    n = listxattr (path, out->data + out->size, XATTR_LIST_MAX);
    break;
  case GK_LFS_SETXATTR:
    return setxattr (path, name, data, size, (int)rq->flags);
  default:
    return removexattr (path, name);
  }
  if (n == -1)
    return -1;
  out->size += (size_t)n;
  return 0;
}
