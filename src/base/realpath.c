/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The canonical form of a guest path.
 *
 * The link in /proc/self/fd of the opened object would be a single readlink,
 * but its text is relative to this process's root, differs for detached
 * mounts and marks deleted files.  So the components are walked by hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"

/* What the kernel allows. */
#define MAX_SYMLINKS 40
/* A tree that changes under the walk. */
#define MAX_TRIES 64

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
  cur = gk_root_open_any (root, "/", O_PATH | O_DIRECTORY, 0);
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
      next = gk_root_open_any (root, out->size ? out->data : "/", O_PATH | O_DIRECTORY, 0);
    } else
      next = gk_root_open_any (cur, name, O_PATH | O_NOFOLLOW, 0);
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
      next = gk_root_open_any (root, "/", O_PATH | O_DIRECTORY, 0);
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
