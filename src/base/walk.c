/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The walk: a chain of directories, and for each the block of names that was
 * read from it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/walk-priv.h"

/* Names are read in blocks of this size. */
#define BLOCK 32768
/* So many levels keep their block; one further out drops it and reads again
 * from the offset of its next name. */
#define KEEP_BLOCKS 32

static int
push_level (struct gk_walk *w, int fd)
{
  if (w->n_levels == w->alloc_levels) {
    size_t alloc = w->alloc_levels ? w->alloc_levels * 2 : 16;
    void *v = reallocarray (w->levels, alloc, sizeof *w->levels);

    if (!v) {
      gk_close_keep_errno (fd);
      return -1;
    }
    w->levels = v;
    w->alloc_levels = alloc;
  }
  if (gk_dirs_push (&w->dirs, fd) == -1)
    return -1;
  if (w->n_levels >= KEEP_BLOCKS) {
    struct gk_walk_level *far = &w->levels[w->n_levels - KEEP_BLOCKS];

    free (gk_steal_ptr (far->block));
    far->at = far->end = far->ahead = 0;
  }
  w->levels[w->n_levels++] = (struct gk_walk_level){ .path_len = w->path_buf.size };
  return 0;
}

int
gk_walk_start (struct gk_walk *w, int fd)
{
  int own = fcntl (fd, F_DUPFD_CLOEXEC, 3);

  if (own == -1)
    return -1;
  if (gk_buf_append (&w->path_buf, "", 0) == -1) {
    gk_close_keep_errno (own);
    return -1;
  }
  return push_level (w, own);
}

static void
set_path_len (struct gk_walk *w, size_t len)
{
  w->path_buf.size = len;
  w->path_buf.data[len] = '\0';
}

static int
leave (struct gk_walk *w)
{
  struct gk_walk_level *lv = &w->levels[--w->n_levels];
  const char *slash;

  free (gk_steal_ptr (lv->block));
  set_path_len (w, lv->path_len);
  if (gk_dirs_pop (&w->dirs) == -1) {
    /* There is no way up: nothing that is left of this walk can be reached. */
    while (w->n_levels > 0)
      free (gk_steal_ptr (w->levels[--w->n_levels].block));
    return -1;
  }
  if (w->n_levels == 0)
    return GK_WALK_END;
  slash = strrchr (w->path_buf.data, '/');
  w->dir_fd = gk_dirs_top (&w->dirs);
  w->name = slash ? slash + 1 : w->path_buf.data;
  w->path = w->path_buf.data;
  w->path_len = w->path_buf.size;
  w->type = DT_DIR;
  w->depth = w->n_levels - 1;
  return GK_WALK_LEAVE;
}

/* 1: a block with names, 0: no more. */
static int
fill (struct gk_walk_level *lv, int fd)
{
  ssize_t r;

  if (!lv->block) {
    lv->block = malloc (BLOCK);
    if (!lv->block || lseek (fd, lv->next, SEEK_SET) == -1)
      return -1;
  }
  r = getdents64 (fd, lv->block, BLOCK);
  if (r == -1 && errno == ENOENT)
    return 0; /* it was removed: nothing is left in it */
  if (r <= 0)
    return (int)r;
  lv->at = lv->ahead = 0;
  lv->end = (size_t)r;
  return 1;
}

int
gk_walk_next (struct gk_walk *w)
{
  struct gk_walk_level *lv;
  struct dirent64 *d;
  int r;

  for (;;) {
    if (w->n_levels == 0)
      return GK_WALK_END;
    lv = &w->levels[w->n_levels - 1];
    if (lv->at >= lv->end) {
      if (w->read_failed) {
        w->read_failed = false;
        return leave (w);
      }
      r = fill (lv, gk_dirs_top (&w->dirs));
      if (r == -1) {
        w->read_failed = true;
        return -1;
      }
      if (r == 0)
        return leave (w);
    }
    d = (struct dirent64 *)(lv->block + lv->at);
    lv->at += d->d_reclen;
    lv->next = d->d_off;
    if (!gk_streq (d->d_name, ".") && !gk_streq (d->d_name, ".."))
      break;
  }
  set_path_len (w, lv->path_len);
  if ((lv->path_len > 0 && gk_buf_append (&w->path_buf, "/", 1) == -1) ||
      gk_buf_appends (&w->path_buf, d->d_name) == -1)
    return -1;
  w->dir_fd = gk_dirs_top (&w->dirs);
  w->name = d->d_name;
  w->path = w->path_buf.data;
  w->path_len = w->path_buf.size;
  w->type = d->d_type;
  w->depth = w->n_levels - 1;
  return GK_WALK_ENTRY;
}

int
gk_walk_enter (struct gk_walk *w)
{
  int fd =
      openat (w->dir_fd, w->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  return fd == -1 ? -1 : push_level (w, fd);
}

int
gk_walk_entered_fd (const struct gk_walk *w)
{
  return gk_dirs_top (&w->dirs);
}

void
gk_walk_clear (struct gk_walk *w)
{
  while (w->n_levels > 0)
    free (w->levels[--w->n_levels].block);
  free (w->levels);
  gk_dirs_clear (&w->dirs);
  gk_buf_clear (&w->path_buf);
  *w = (struct gk_walk)GK_WALK_INIT;
}
