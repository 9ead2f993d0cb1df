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
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"

/* EAGAIN means that a rename or mount elsewhere raced with the lookup. */
#define MAX_TRIES 64
/* What the kernel allows. */
#define MAX_SYMLINKS 40

static int
resolve (int dirfd, const char *path, int flags, mode_t mode)
{
  struct open_how how = {
    .flags = (unsigned) (flags | O_CLOEXEC),
    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  long fd;

  /* openat2 refuses what openat ignores. */
  if (flags & O_PATH)
    how.flags &= (unsigned) (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  else if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
    how.mode = mode & 07777;
  for (int tries = 0;; tries++) {
    fd = syscall (SYS_openat2, dirfd, path, &how, sizeof how);
    if (fd >= 0)
      return (int) fd;
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

/* --- realpath ----------------------------------------------------------------
 * The link in /proc/self/fd of the opened object would be a single readlink,
 * but its text is relative to this process's root, differs for detached
 * mounts and marks deleted files.  So the components are walked by hand.
 */

static void
remove_last (struct gk_buf *out)
{
  while (out->size > 0 && out->data[--out->size] != '/')
    ;
  if (out->data)
    out->data[out->size] = '\0';
}

/* *todo becomes the target of the symlink fd and what is left behind it. */
static int
splice_target (int fd, char **todo, const char *rest)
{
  char target[PATH_MAX];
  ssize_t n;
  char *s;

  n = readlinkat (fd, "", target, sizeof target - 1);
  if (n == -1)
    return -1;
  target[n] = '\0';
  s = gk_asprintf ("%s/%s", target, rest);
  if (!s)
    return -1;
  free (*todo);
  *todo = s;
  return 0;
}

/* Canonical text of path in out ("" for the root), and what it led to. */
static int
walk (int root, const char *path, struct gk_buf *out, struct stat *st)
{
  _cleanup_free_ char *todo = strdup (path);
  _cleanup_close_ int cur = -1;
  const char *p = todo;
  char name[NAME_MAX + 1];
  int links = 0;

  if (!todo || gk_buf_append (out, NULL, 0) == -1)
    return -1;
  cur = resolve (root, "/", O_PATH | O_DIRECTORY, 0);
  if (cur == -1)
    return -1;
  for (;;) {
    _cleanup_close_ int next = -1;
    size_t n;

    p += strspn (p, "/");
    n = strcspn (p, "/");
    if (n == 0)
      return fstat (cur, st);
    if (n > NAME_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    memcpy (name, p, n);
    name[n] = '\0';
    p += n;
    if (gk_streq (name, "."))
      continue;
    if (gk_streq (name, "..")) {
      remove_last (out);
      next = resolve (root, out->size ? out->data : "/", O_PATH | O_DIRECTORY, 0);
    } else
      next = resolve (cur, name, O_PATH | O_NOFOLLOW, 0);
    if (next == -1 || fstat (next, st) == -1)
      return -1;
    if (S_ISLNK (st->st_mode)) {
      if (++links > MAX_SYMLINKS) {
        errno = ELOOP;
        return -1;
      }
      if (splice_target (next, &todo, p) == -1)
        return -1;
      p = todo;
      if (*p != '/')
        continue;
      out->size = 0;
      out->data[0] = '\0';
      gk_close_keep_errno (gk_steal_fd (&next));
      next = resolve (root, "/", O_PATH | O_DIRECTORY, 0);
      if (next == -1)
        return -1;
    } else if (!gk_streq (name, "..") && gk_buf_appendf (out, "/%s", name) == -1)
      return -1;
    gk_close_keep_errno (cur);
    cur = gk_steal_fd (&next);
  }
}

int
gk_root_realpath (int root, const char *path, char **ret_path)
{
  struct stat want, st;

  /* The kernel's lookup is the authority: it gives the errors, and the walk
   * must have come to the same object.  Where it did not, the tree changed
   * under it, or the path goes through a magic link. */
  for (int tries = 0; tries < MAX_TRIES; tries++) {
    _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;

    if (gk_root_stat (root, path, &want) == -1)
      return -1;
    if (walk (root, path, &out, &st) == -1) {
      if (errno == ENOENT || errno == ENOTDIR)
        continue;
      return -1;
    }
    if (st.st_dev != want.st_dev || st.st_ino != want.st_ino)
      continue;
    if (out.size == 0 && gk_buf_appends (&out, "/") == -1)
      return -1;
    *ret_path = gk_buf_finish (&out);
    return *ret_path ? 0 : -1;
  }
  errno = EAGAIN;
  return -1;
}
