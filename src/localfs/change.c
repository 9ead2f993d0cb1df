/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What changes names and attributes. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/pathroot.h"
#include "localfs/localfs-priv.h"

static int
set_size (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *path, mode_t type)
{
  int fd = rq->fh ? gk_lfs_file (fs, rq->fh) : -1;

  if (fd != -1 && ftruncate (fd, (off_t)rq->size) == 0)
    return 0;
  if (!S_ISREG (type)) {
    errno = S_ISDIR (type) ? EISDIR : EINVAL;
    return -1;
  }
  return truncate (path, (off_t)rq->size);
}

static struct timespec
wanted_time (uint32_t flags, uint32_t set, uint32_t now, int64_t s, uint32_t ns)
{
  if (flags & now)
    return (struct timespec){ 0, UTIME_NOW };
  return flags & set ? (struct timespec){ s, ns } : (struct timespec){ 0, UTIME_OMIT };
}

int
gk_lfs_set_times (int fd, const char *path, const struct gk_lfs_request *rq)
{
  uint32_t f = rq->flags;
  struct timespec t[] = {
    wanted_time (f, GK_LFS_SET_ATIME, GK_LFS_SET_ATIME_NOW, rq->atime_s, rq->atime_ns),
    wanted_time (f, GK_LFS_SET_MTIME, GK_LFS_SET_MTIME_NOW, rq->mtime_s, rq->mtime_ns),
  };

  if (!(f & (GK_LFS_SET_ATIME | GK_LFS_SET_MTIME | GK_LFS_SET_ATIME_NOW | GK_LFS_SET_MTIME_NOW)))
    return 0;
  return path ? utimensat (fd, path, t, AT_EMPTY_PATH) : futimens (fd, t);
}

/* It is open anyhow, and needs not be found. */
static int
set_by_file (int fd, const struct gk_lfs_request *rq)
{
  uint32_t f = rq->flags;

  if (f & (GK_LFS_SET_UID | GK_LFS_SET_GID) &&
      fchown (fd, f & GK_LFS_SET_UID ? rq->uid : (uid_t)-1,
              f & GK_LFS_SET_GID ? rq->gid : (gid_t)-1) == -1)
    return -1;
  if (f & GK_LFS_SET_MODE && fchmod (fd, rq->mode & 07777) == -1)
    return -1;
  return gk_lfs_set_times (fd, NULL, rq);
}

int
gk_lfs_setattr (struct gk_localfs *fs, const struct gk_lfs_request *rq)
{
  uint32_t f = rq->flags;
  char path[32];
  mode_t type;
  int fd = rq->fh && !(f & GK_LFS_SET_SIZE) ? gk_lfs_file (fs, rq->fh) : -1;

  if (fd != -1)
    return set_by_file (fd, rq);
  fd = gk_lfs_fd (fs, rq->node, &type);

  if (fd == -1)
    return -1;
  gk_fd_path (fd, path);
  if (f & (GK_LFS_SET_UID | GK_LFS_SET_GID) &&
      fchownat (fd, "", f & GK_LFS_SET_UID ? rq->uid : (uid_t)-1,
                f & GK_LFS_SET_GID ? rq->gid : (gid_t)-1, AT_EMPTY_PATH) == -1)
    return -1;
  if (f & GK_LFS_SET_MODE) {
    if (S_ISLNK (type)) {
      errno = EOPNOTSUPP;
      return -1;
    }
    if (chmod (path, rq->mode & 07777) == -1)
      return -1;
  }
  if (f & GK_LFS_SET_SIZE && set_size (fs, rq, path, type) == -1)
    return -1;
  return gk_lfs_set_times (fd, "", rq);
}

static int
make (int fd, const struct gk_lfs_request *rq, const char *name, const char *target)
{
  switch (rq->mode & S_IFMT) {
  case S_IFDIR:
    return mkdirat (fd, name, rq->mode & 07777);
  case S_IFLNK:
    return symlinkat (target, fd, name);
  default:
    return mknodat (fd, name, rq->mode, rq->rdev);
  }
}

int
gk_lfs_make (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name,
             const char *target)
{
  int fd = gk_lfs_fd (fs, rq->node, NULL);

  if (fd == -1)
    return -1;
  return make (fd, rq, name, target);
}

int
gk_lfs_create (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *name,
               struct gk_lfs_entry *entry)
{
  int flags = (int)rq->flags & (O_ACCMODE | O_EXCL | O_TRUNC | O_SYNC | O_DSYNC | O_NOATIME);
  int parent = gk_lfs_fd (fs, rq->node, NULL);

  if (parent == -1)
    return -1;
  _cleanup_close_ int fd =
      openat (parent, name, flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
              rq->mode & 07777);
  if (fd == -1 || gk_lfs_meet (fs, rq->node, name, fd, entry) == -1)
    return -1;
  if (S_ISREG (entry->mode))
    return gk_steal_fd (&fd);
  gk_lfs_forget (fs, entry->node, 1);
  errno = EINVAL;
  return -1;
}

int
gk_lfs_link (struct gk_localfs *fs, uint64_t from, uint64_t parent, const char *name)
{
  int from_fd = gk_lfs_fd (fs, from, NULL);
  int fd = from_fd == -1 ? -1 : gk_lfs_fd (fs, parent, NULL);

  return fd == -1 ? -1 : linkat (from_fd, "", fd, name, AT_EMPTY_PATH);
}

int
gk_lfs_unlink (struct gk_localfs *fs, uint64_t parent, const char *name, int flags)
{
  int fd = gk_lfs_fd (fs, parent, NULL);

  return fd == -1 ? -1 : unlinkat (fd, name, flags);
}

int
gk_lfs_rename (struct gk_localfs *fs, const struct gk_lfs_request *rq, const char *from,
               const char *to)
{
  int from_fd = gk_lfs_fd (fs, rq->node, NULL);
  int to_fd = from_fd == -1 ? -1 : gk_lfs_fd (fs, rq->node2, NULL);

  return to_fd == -1 ? -1 : renameat2 (from_fd, from, to_fd, to, rq->flags);
}
