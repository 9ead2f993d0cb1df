/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the FUSE server remembers between two requests. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/local-fuse-priv.h"

/* Programs that copy ask for a file's attributes once more after they have read it. */
#define RECENT_MS 1000

int64_t
gk_local_now_ms (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct known *
gk_local_known (struct gk_local *l, uint64_t node)
{
  uint32_t place = GK_LFS_PLACE (node);

  if (place >= l->n_known) {
    uint32_t n = l->n_known ? l->n_known : 1024;
    while (n <= place)
      n *= 2;
    struct known *known = n ? realloc (l->known, n * sizeof *known) : NULL;
    if (known == NULL)
      return NULL;
    memset (known + l->n_known, 0, (n - l->n_known) * sizeof *known);
    l->known = known;
    l->n_known = n;
  }
  struct known *k = &l->known[place];
  if (k->generation != node >> 32)
    *k = (struct known){ .generation = (uint32_t)(node >> 32) };
  return k;
}

void
gk_local_set_recent (struct gk_local *l, const struct gk_lfs_entry *e)
{
  l->recent = *e;
  l->recent_until_ms = gk_local_now_ms () + RECENT_MS;
}

const struct gk_lfs_entry *
gk_local_get_recent (const struct gk_local *l, uint64_t node)
{
  bool valid = l->recent.node == node && l->dirty == NULL && l->n_posted == 0 &&
               gk_local_now_ms () < l->recent_until_ms;

  return valid ? &l->recent : NULL;
}

/* --- data that are not written yet ------------------------------------------------ */

void
gk_local_flush (struct gk_local *l)
{
  struct file *f = l->dirty;

  gk_local_collect (l->g);
  if (l->n_posted) {
    struct gk_lfs_request rq = { .op = GK_LFS_DROPS };
    gk_local_ask (l, &rq, NULL, NULL, NULL);
    return;
  }
  if (f == NULL)
    return;
  l->dirty = NULL;
  int e = gk_local_write (l, f->fh, l->dirty_at, l->dirty_data, l->dirty_size);
  if (e && f->err == 0)
    f->err = e;
}

int
gk_local_write_behind (struct gk_local *l, struct file *f, int64_t offset, const char *data,
                       size_t size)
{
  bool follows = l->dirty == f && l->dirty_at + (int64_t)l->dirty_size == offset &&
                 l->dirty_size + size <= GK_LFS_IO_MAX;

  if (!follows) {
    if (l->dirty)
      gk_local_flush (l);
    if (l->dirty_data == NULL)
      l->dirty_data = malloc (GK_LFS_IO_MAX);
    if (f->at_once || size >= GK_LFS_IO_MAX || l->dirty_data == NULL)
      return gk_local_write (l, f->fh, offset, data, size);
    l->dirty = f;
    l->dirty_at = offset;
    l->dirty_size = 0;
  }
  memcpy (l->dirty_data + l->dirty_size, data, size);
  l->dirty_size += size;
  if (l->dirty_size == GK_LFS_IO_MAX)
    gk_local_flush (l);
  return 0;
}

int
gk_local_take_error (struct file *f)
{
  int e = f->err;

  f->err = 0;
  return e;
}

int
gk_local_take_any_error (struct gk_local *l, struct file *f)
{
  int e = gk_local_take_error (f);

  if (e == 0) {
    e = l->late_err;
    l->late_err = 0;
  }
  return e;
}

/* --- data read ahead -------------------------------------------------------------- */

void
gk_local_changed (struct gk_local *l, uint64_t node)
{
  l->recent.node = 0;
  l->changes++;
  gk_local_spoil_ahead (l, node);
  for (struct file *f = l->files; f; f = f->next)
    if (f->node == node)
      f->ahead_size = 0, f->ahead_ends = false;
}

int
gk_local_keep_ahead (struct gk_local *l, struct file *f, int64_t at, const char *data, size_t size,
                     bool ends)
{
  if (size > f->ahead_alloc) {
    char *p = realloc (f->ahead, size);
    if (p == NULL)
      return -1;
    f->ahead = p;
    f->ahead_alloc = size;
  }
  if (size)
    memcpy (f->ahead, data, size);
  f->ahead_at = at;
  f->ahead_size = size;
  f->ahead_ends = ends;
  f->ahead_epoch = l->epoch;
  return 0;
}

/* Is all that is wanted, or all up to the end, in what was read ahead? */
static bool
is_ahead (const struct gk_local *l, const struct file *f, int64_t at, size_t size)
{
  int64_t end = f->ahead_at + (int64_t)f->ahead_size;

  return f->ahead_epoch == l->epoch && f->ahead_size && at >= f->ahead_at &&
         (at + (int64_t)size <= end || (f->ahead_ends && at <= end));
}

int
gk_local_read (struct gk_local *l, struct file *f, int64_t at, size_t size,
               struct gk_local_data *ret)
{
  if (!is_ahead (l, f, at, size)) {
    /* The kernel reads at several places of its own window at once, so "behind
     * the last one" is anything near it. */
    bool in_order = at >= f->last && at - f->last <= GK_LFS_IO_MAX;
    size_t want = in_order || size > GK_LFS_IO_MAX ? GK_LFS_IO_MAX : size;
    int e = gk_local_need_open (l, f);
    if (e)
      return e;
    struct gk_lfs_request rq = { .op = GK_LFS_READ, .fh = f->fh, .offset = at, .size = want };
    e = gk_local_ask (l, &rq, NULL, NULL, ret);
    if (e)
      return e;
    f->last = at + (int64_t)size;
    if (want > size && gk_local_keep_ahead (l, f, at, ret->data, ret->size, ret->size < want) == 0)
      ret->data = f->ahead;
    if (ret->size > size)
      ret->size = size;
    return 0;
  }
  size_t skip = (size_t)(at - f->ahead_at), there = f->ahead_size - skip;
  *ret = (struct gk_local_data){ f->ahead + skip, there < size ? there : size };
  f->last = at + (int64_t)size;
  return 0;
}
