/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* qemu's image locks, for files that no qemu program opens.
 *
 * qemu marks what it does with an image file, and what it cannot bear others
 * to do, by shared locks on single bytes that belong to the open file: byte
 * 100 + N is "I do N", byte 200 + N is "nobody else may do N".  It takes its
 * own first and then looks at the opposite ones, so that of two programs that
 * come at once at least one gives up.  A loop device keeps the open file, and
 * with it the locks, for as long as it is bound.
 *
 * What a running virtual machine has on a raw disk is 100, 101 and 201 (it
 * shares "resize"); qemu-img info wants 201 free, unless it is told to share.
 */
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"

#define DOES 100
#define DENIES 200

enum { CONSISTENT_READ, WRITE, WRITE_UNCHANGED, RESIZE, N_PERMS };
static const char *const perm_names[N_PERMS] = { "consistent read", "write", "write unchanged",
                                                 "resize" };
#define BIT(perm) (1u << (perm))

static const struct use {
  unsigned does, denies;
} uses[] = {
  [GK_IMAGE_READ] = { BIT (CONSISTENT_READ), 0 },
  [GK_IMAGE_READ_STABLE] = { BIT (CONSISTENT_READ), BIT (WRITE) | BIT (RESIZE) },
  [GK_IMAGE_WRITE] = { BIT (CONSISTENT_READ) | BIT (WRITE), BIT (WRITE) | BIT (RESIZE) },
};

static int
take (int fd, unsigned base, unsigned perms)
{
  for (unsigned i = 0; i < N_PERMS; i++) {
    struct flock lock = {
      .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = base + i, .l_len = 1
    };
    if ((perms & BIT (i)) != 0 && fcntl (fd, F_OFD_SETLK, &lock) == -1)
      return -1;
  }
  return 0;
}

/* The first of these that another open file holds, or -1. */
static int
held (int fd, unsigned base, unsigned perms)
{
  for (unsigned i = 0; i < N_PERMS; i++) {
    struct flock lock = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = base + i, .l_len = 1
    };
    if ((perms & BIT (i)) != 0 && fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
      return i;
  }
  return -1;
}

static void
release (int fd)
{
  struct flock lock = {
    .l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = DOES, .l_len = N_PERMS
  };

  fcntl (fd, F_OFD_SETLK, &lock);
  lock.l_start = DENIES;
  fcntl (fd, F_OFD_SETLK, &lock);
}

static bool
has_no_locks (int errnum)
{
  return errnum == ENOLCK || errnum == EINVAL || errnum == EOPNOTSUPP || errnum == ENOSYS;
}

int
gk_image_lock (int fd, const char *path, enum gk_image_use use, struct gk_error *err)
{
  const struct use *u = &uses[use];
  int perm;

  if (take (fd, DOES, u->does) == -1 || take (fd, DENIES, u->denies) == -1) {
    int errnum = errno;
    release (fd);
    /* EAGAIN: somebody has an exclusive lock there, which qemu never does. */
    if (errnum == EAGAIN || errnum == EACCES)
      return gk_error_set (err, EBUSY, "%s: is locked by another process", path);
    /* A file system without such locks: qemu goes on without, too. */
    if (has_no_locks (errnum))
      return 0;
    return gk_error_sys (err, errnum, "%s: image lock", path);
  }
  if ((perm = held (fd, DENIES, u->does)) != -1 || (perm = held (fd, DOES, u->denies)) != -1) {
    release (fd);
    return gk_error_set (err, EBUSY,
                         "%s: is in use by another process (qemu image lock: %s); close it or "
                         "open the image read-only",
                         path, perm_names[perm]);
  }
  return 0;
}

int
gk_image_lock_relax (int fd, const char *path, struct gk_error *err)
{
  struct flock lock = {
    .l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = DOES + WRITE, .l_len = 1
  };

  if (fcntl (fd, F_OFD_SETLK, &lock) == -1 && !has_no_locks (errno))
    return gk_error_sys (err, errno, "%s: image lock", path);
  return 0;
}

int
gk_image_lock_tighten (int fd, const char *path, struct gk_error *err)
{
  int perm;

  if (take (fd, DOES, BIT (WRITE)) == -1)
    return has_no_locks (errno) ? 0 : gk_error_sys (err, errno, "%s: image lock", path);
  if ((perm = held (fd, DENIES, BIT (WRITE))) != -1) {
    gk_image_lock_relax (fd, path, NULL);
    return gk_error_set (err, EBUSY,
                         "%s: is in use by another process (qemu image lock: %s); close it", path,
                         perm_names[perm]);
  }
  return 0;
}

int
gk_image_open (const char *path, enum gk_image_use use, int *ret_fd, struct gk_error *err)
{
  /* First only found, so that what is looked at is what is opened. */
  _cleanup_close_ int found = open (path, O_PATH | O_CLOEXEC), fd = -1;
  int flags = (use == GK_IMAGE_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  struct stat st;
  char link[32];

  if (found == -1 || fstat (found, &st) == -1)
    return gk_error_sys (err, errno, "%s", path);
  /* For a block device O_EXCL is the claim that a mounted file system, an
   * active volume group or another writer has; without O_CREAT it means
   * nothing for a file. */
  if (S_ISBLK (st.st_mode) && use == GK_IMAGE_WRITE)
    flags |= O_EXCL;
  fd = open (gk_fd_path (found, link), flags);
  if (fd == -1 && errno == EBUSY)
    return gk_error_set (err, EBUSY,
                         "%s: the block device is in use on this host (mounted, or part of an "
                         "active volume); release it or open it read-only",
                         path);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (gk_image_lock (fd, path, use, err) == -1)
    return -1;
  *ret_fd = gk_steal_fd (&fd);
  return 0;
}
