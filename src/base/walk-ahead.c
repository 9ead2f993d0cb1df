/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files that will be read soon, read before.
 *
 * Small files that are not in memory cost a seek each, one after the other, and
 * the kernel reads ahead within a file only.  So a walker whose files are read
 * asks for those that follow in their folder, in the order of their inodes, which
 * is that of the disk more often than the order of the names.  Where they are in
 * memory already this costs three system calls for every SOME files.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/walk-priv.h"

#define MANY 128
#define SOME 16
#define OF_EACH (256 << 10)

struct next {
  ino_t ino;
  const char *name;
};

static int
by_inode (const void *a, const void *b)
{
  const struct next *x = a, *y = b;

  return (x->ino > y->ino) - (x->ino < y->ino);
}

/* Up to max regular files from the block's offset on; how far it came. */
static size_t
collect (const struct gk_walk_level *lv, size_t at, struct next *files, size_t max, size_t *ret_n)
{
  size_t n = 0;

  while (at < lv->end && n < max) {
    const struct dirent64 *d = (const void *)(lv->block + at);
    if (d->d_type == DT_REG)
      files[n++] = (struct next){ d->d_ino, d->d_name };
    at += d->d_reclen;
  }
  *ret_n = n;
  return at;
}

static int
open_file (int dir_fd, const char *name)
{
  return openat (dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool
is_in_memory (int dir_fd, const char *name)
{
  _cleanup_close_ int fd = open_file (dir_fd, name);
  char byte;
  struct iovec iov = { &byte, 1 };

  /* What does not say so is taken to be. */
  return fd == -1 || preadv2 (fd, &iov, 1, 0, RWF_NOWAIT) != -1 || errno != EAGAIN;
}

static void
fetch (int dir_fd, const char *name)
{
  _cleanup_close_ int fd = open_file (dir_fd, name);
  struct stat st;

  if (fd != -1 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size > 0)
    posix_fadvise (fd, 0, st.st_size < OF_EACH ? st.st_size : OF_EACH, POSIX_FADV_WILLNEED);
}

void
gk_walk_read_ahead (struct gk_walk *w)
{
  struct gk_walk_level *lv = w->n_levels ? &w->levels[w->n_levels - 1] : NULL;
  struct next files[MANY];
  size_t n;

  /* The walk is still in the folder of its entry, and behind the entry. */
  if (lv == NULL || w->depth != w->n_levels - 1 || w->type != DT_REG || lv->at <= lv->ahead)
    return;
  if (is_in_memory (w->dir_fd, w->name)) {
    lv->ahead = collect (lv, lv->at, files, SOME, &n);
    return;
  }
  lv->ahead = collect (lv, lv->at, files, MANY, &n);
  qsort (files, n, sizeof *files, by_inode);
  for (size_t i = 0; i < n; ++i)
    fetch (w->dir_fd, files[i].name);
}
