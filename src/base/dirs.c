/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A chain of nested directories with a bounded number of descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/walk.h"

/* Both chains of a copy at this many levels fit the usual limit of 1024. */
#define MAX_OPEN 128

struct gk_dirs_level {
  int fd; /* -1: closed for now */
  dev_t dev;
  ino_t ino;
};

int
gk_dirs_push (struct gk_dirs *d, int fd)
{
  _cleanup_close_ int owned = fd;
  struct stat st;

  if (fstat (fd, &st) == -1)
    return -1;
  if (d->n == d->alloc) {
    size_t alloc = d->alloc ? d->alloc * 2 : 16;
    void *v = reallocarray (d->v, alloc, sizeof *d->v);

    if (!v)
      return -1;
    d->v = v;
    d->alloc = alloc;
  }
  if (d->n >= MAX_OPEN && d->v[d->n - MAX_OPEN].fd >= 0)
    close (gk_steal_fd (&d->v[d->n - MAX_OPEN].fd));
  d->v[d->n].fd = gk_steal_fd (&owned);
  d->v[d->n].dev = st.st_dev;
  d->v[d->n].ino = st.st_ino;
  d->n++;
  return 0;
}

int
gk_dirs_top (const struct gk_dirs *d)
{
  return d->n ? d->v[d->n - 1].fd : -1;
}

int
gk_dirs_pop (struct gk_dirs *d)
{
  _cleanup_close_ int child = gk_steal_fd (&d->v[d->n - 1].fd);
  struct gk_dirs_level *up;
  struct stat st;

  d->n--;
  if (d->n == 0)
    return 0;
  up = &d->v[d->n - 1];
  if (up->fd >= 0)
    return 0;
  /* After a failure here the level stays closed, and so do those above. */
  if (child == -1) {
    errno = ESTALE;
    return -1;
  }
  up->fd = openat (child, "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (up->fd == -1)
    return -1;
  if (fstat (up->fd, &st) == 0 && st.st_dev == up->dev && st.st_ino == up->ino)
    return 0;
  close (gk_steal_fd (&up->fd));
  errno = ESTALE;
  return -1;
}

void
gk_dirs_clear (struct gk_dirs *d)
{
  for (size_t i = 0; i < d->n; i++)
    if (d->v[i].fd >= 0)
      gk_close_keep_errno (d->v[i].fd);
  free (d->v);
  *d = (struct gk_dirs)GK_DIRS_INIT;
}
