/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The path-root, on openat2.
 *
 * There is no fallback for kernels without openat2 (before 5.6): a lookup that
 * is only nearly safe is worse than ENOSYS.
 *
 * gk_root_open must not run a driver's open routine, which may have side
 * effects (a tape rewinds, a watchdog starts), nor wait for the other end of
 * a FIFO.  So the object is first opened with O_PATH, which touches nothing,
 * is looked at, and is then opened through /proc/self/fd, which is the very
 * same inode whatever happened to the name meanwhile.  That is one fstat and
 * one open more than the shortest way, about 1 us.  Flags that cannot reach a
 * device (O_PATH, O_DIRECTORY, O_EXCL) go the shortest way.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"

/* EAGAIN means that a rename or mount elsewhere raced with the lookup. */
#define MAX_TRIES 64

static int
resolve (int dirfd, const char *path, int flags, mode_t mode)
{
  struct open_how how = {
    .flags = (unsigned)(flags | O_CLOEXEC),
    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  long fd;

  /* openat2 refuses what openat ignores. */
  if (flags & O_PATH)
    how.flags &= (unsigned)(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  else if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
    how.mode = mode & 07777;
  for (int tries = 0;; tries++) {
    fd = syscall (SYS_openat2, dirfd, path, &how, sizeof how);
    if (fd >= 0)
      return (int)fd;
    if (errno != EINTR && (errno != EAGAIN || tries >= MAX_TRIES))
      return -1;
  }
}

int
gk_root_open_any (int root, const char *path, int flags, mode_t mode)
{
  return resolve (root, path, flags, mode);
}

/* Is this something that gk_root_open gives out? */
static int
check_type (int fd)
{
  struct stat st;

  if (fstat (fd, &st) == -1)
    return -1;
  if (S_ISREG (st.st_mode) || S_ISDIR (st.st_mode))
    return 0;
  errno = S_ISLNK (st.st_mode) ? ELOOP : EINVAL;
  return -1;
}

static int
open_existing (int root, const char *path, int flags)
{
  _cleanup_close_ int fd = -1;
  char proc[32];

  fd = resolve (root, path, O_PATH | (flags & O_NOFOLLOW), 0);
  if (fd == -1 || check_type (fd) == -1)
    return -1;
  return open (gk_fd_path (fd, proc), (flags & ~(O_CREAT | O_NOFOLLOW)) | O_CLOEXEC);
}

/* The name did not exist a moment ago. */
static int
open_missing (int root, const char *path, int flags, mode_t mode)
{
  _cleanup_close_ int fd = -1;
  int fl;

  fd = resolve (root, path, flags | O_EXCL, mode);
  if (fd >= 0 || errno != EEXIST)
    return gk_steal_fd (&fd);
  /* It came up meanwhile, or it is a dangling symlink, whose target O_EXCL
   * does not create but a plain O_CREAT does.  O_TRUNC would be harmless on
   * a new file; on anything else it must wait for the look at the type. */
  fd = resolve (root, path, (flags & ~O_TRUNC) | O_NONBLOCK | O_NOCTTY, mode);
  if (fd == -1) {
    if (errno == ENXIO || errno == ENODEV)
      errno = EINVAL;
    return -1;
  }
  if (check_type (fd) == -1 || ((flags & O_TRUNC) && ftruncate (fd, 0) == -1))
    return -1;
  if (!(flags & O_NONBLOCK)) {
    fl = fcntl (fd, F_GETFL);
    if (fl == -1 || fcntl (fd, F_SETFL, fl & ~O_NONBLOCK) == -1)
      return -1;
  }
  return gk_steal_fd (&fd);
}

int
gk_root_open (int root, const char *path, int flags, mode_t mode)
{
  int fd;

  /* O_TMPFILE has the bit of O_DIRECTORY. */
  if ((flags & (O_PATH | O_DIRECTORY)) || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
    return resolve (root, path, flags, mode);
  fd = open_existing (root, path, flags);
  if (fd == -1 && errno == ENOENT && (flags & O_CREAT))
    fd = open_missing (root, path, flags, mode);
  return fd;
}

int
gk_root_parent (int root, const char *path, char name[NAME_MAX + 1])
{
  char parent[PATH_MAX];
  size_t end = strlen (path), start, n;

  if (end == 0) {
    errno = ENOENT;
    return -1;
  }
  while (end > 0 && path[end - 1] == '/')
    end--;
  for (start = end; start > 0 && path[start - 1] != '/'; start--)
    ;
  n = end - start;
  if (n > NAME_MAX || start >= sizeof parent) {
    errno = ENAMETOOLONG;
    return -1;
  }
  if (n == 2 && memcmp (path + start, "..", 2) == 0) {
    errno = EINVAL;
    return -1;
  }
  memcpy (parent, path, start);
  parent[start] = '\0';
  /* name is an output: it is set only on success. */
  int fd = resolve (root, start ? parent : ".", O_PATH | O_DIRECTORY, 0);
  if (fd == -1)
    return -1;
  if (n == 0)
    name[n++] = '.';
  else
    memcpy (name, path + start, n);
  name[n] = '\0';
  return fd;
}

static int
do_stat (int root, const char *path, int flags, struct stat *st)
{
  _cleanup_close_ int fd = -1;

  fd = resolve (root, path, O_PATH | flags, 0);
  if (fd == -1)
    return -1;
  return fstat (fd, st);
}

int
gk_root_stat (int root, const char *path, struct stat *st)
{
  return do_stat (root, path, 0, st);
}

int
gk_root_lstat (int root, const char *path, struct stat *st)
{
  return do_stat (root, path, O_NOFOLLOW, st);
}

const char *
gk_fd_path (int fd, char buf[32])
{
  snprintf (buf, 32, "/proc/self/fd/%d", fd);
  return buf;
}

bool
gk_path_has_dotdot (const char *path)
{
  for (; *path; path += strspn (path, "/")) {
    size_t n = strcspn (path, "/");

    if (n == 2 && path[0] == '.' && path[1] == '.')
      return true;
    path += n;
  }
  return false;
}
