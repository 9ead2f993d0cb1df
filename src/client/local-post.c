/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Requests that wait for the next one: see api/localfs.h.
 *
 * A file that is just being made gets data, times, a mode, an owner, and is
 * closed; a program that copies waits for each of these, though all but the last
 * can be foreseen.  So they are posted, and closing the file tells their errors,
 * as it does for data; but where the filesystem surely has room for them not even
 * closing waits: they go with the next request.  Then only a disk can fail, and who
 * closes or syncs a file next, or unmounts, is told.  Only of files that were made here and are
 * still open, on filesystems that keep everything: on others these fail more often than not, and
 * programs have to hear of it from the one that failed.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "client/local-fuse-priv.h"

#define MODE_AND_OWNER (GK_LFS_SET_MODE | GK_LFS_SET_UID | GK_LFS_SET_GID)
#define METADATA (64 << 10) /* more than what a filesystem adds to a request's data */
#define SPARE (64ll << 20)  /* is never counted as room */
#define CAN_BE_POSTED (MODE_AND_OWNER | GK_LFS_SET_ATIME | GK_LFS_SET_MTIME)

static int
add (struct gk_local *l, struct file *f, struct gk_lfs_request *rq, const char *data, size_t size)
{
  static const char zeros[8];
  struct gk_lfs_posted p = { .size = (uint32_t)(sizeof *rq + size) };
  size_t before = l->posted.size;

  if (gk_buf_append (&l->posted, &p, sizeof p) == -1 ||
      gk_buf_append (&l->posted, rq, sizeof *rq) == -1 ||
      (size && gk_buf_append (&l->posted, data, size) == -1) ||
      gk_buf_append (&l->posted, zeros, -p.size & 7) == -1) {
    l->posted.size = before;
    return ENOMEM;
  }
  l->room -= (int64_t)size + METADATA;
  f->n_posted++;
  l->posted_for[l->n_posted++] = f;
  return 0;
}

/* For three more: data, attributes, and data once more. */
static void
make_room (struct gk_local *l)
{
  if (l->n_posted + 3 > GK_LFS_MAX_POSTED || l->posted.size > GK_LFS_IO_MAX)
    gk_local_flush (l);
}

int
gk_local_post_data (struct gk_local *l)
{
  struct file *f = l->dirty;

  if (f == NULL)
    return 0;
  struct gk_lfs_request rq = { .op = GK_LFS_WRITE, .fh = f->fh, .offset = l->dirty_at };
  l->dirty = NULL;
  int e = add (l, f, &rq, l->dirty_data, l->dirty_size);
  if (e && f->err == 0)
    f->err = e;
  return e;
}

void
gk_local_posted_end (struct gk_local *l, const int32_t *errors)
{
  for (uint32_t i = 0; i < l->flight.n_posted; ++i) {
    struct file *f = l->flight.posted_for[i];
    int e = errors ? errors[i] : EIO;
    f->n_posted--;
    if (e && f->closed)
      l->late_err = e;
    else if (e && f->err == 0)
      f->err = e;
  }
  l->flight.n_posted = 0;
}

/* --- files that are being made ---------------------------------------------------- */

void
gk_local_begin_fresh (struct file *f, const struct gk_lfs_entry *e)
{
  const uint32_t needed = GK_LFS_KEEPS_ALL | GK_LFS_NO_XATTRS;

  f->fresh = (e->flags & needed) == needed && e->nlink == 1 && !f->at_once;
  f->attr = *e;
}

void
gk_local_end_fresh (struct gk_local *l, uint64_t node, const struct file *but)
{
  for (struct file *f = l->files; f; f = f->next)
    if (f != but && (node == 0 || f->node == node))
      f->fresh = false;
}

struct file *
gk_local_fresh_file (struct gk_local *l, uint64_t node)
{
  for (struct file *f = l->files; f; f = f->next)
    if (f->fresh && f->node == node)
      return f;
  return NULL;
}

static void
foresee (struct gk_lfs_entry *a, const struct gk_lfs_request *rq)
{
  if (rq->flags & (GK_LFS_SET_UID | GK_LFS_SET_GID))
    a->mode &= ~(uint32_t)(S_ISUID | (a->mode & S_IXGRP ? S_ISGID : 0));
  if (rq->flags & GK_LFS_SET_UID)
    a->uid = rq->uid;
  if (rq->flags & GK_LFS_SET_GID)
    a->gid = rq->gid;
  if (rq->flags & GK_LFS_SET_MODE)
    a->mode = (a->mode & S_IFMT) | (rq->mode & 07777);
  if (rq->flags & GK_LFS_SET_ATIME) {
    a->atime_s = rq->atime_s;
    a->atime_ns = rq->atime_ns;
  }
  if (rq->flags & GK_LFS_SET_MTIME) {
    a->mtime_s = rq->mtime_s;
    a->mtime_ns = rq->mtime_ns;
  }
}

static bool
same_mode_and_owner (const struct gk_lfs_entry *a, const struct gk_lfs_entry *b)
{
  return a->mode == b->mode && a->uid == b->uid && a->gid == b->gid;
}

const struct gk_lfs_entry *
gk_local_post_attributes (struct gk_local *l, struct gk_lfs_request *rq)
{
  struct file *f = rq->flags & ~CAN_BE_POSTED ? NULL : gk_local_fresh_file (l, rq->node);

  if (f == NULL)
    return NULL;
  struct gk_lfs_entry then = f->attr;
  foresee (&then, rq);
  if (!(rq->flags & ~MODE_AND_OWNER) && same_mode_and_owner (&then, &f->attr))
    return &f->attr;
  make_room (l);
  if (rq->fh == 0)
    rq->fh = f->fh;
  if (!f->fresh || gk_local_post_data (l) != 0 || add (l, f, rq, NULL, 0) != 0)
    return NULL;
  l->recent.node = 0;
  f->attr = then;
  return &f->attr;
}

/* The text form of Linux's extended attribute: version, and so often tag,
 * permissions, id; little endian. */
bool
gk_local_acl_is_mode (const char *value, size_t size, uint32_t *ret_mode)
{
  static const uint8_t tags[] = { 0x01, 0x04, 0x20 }; /* owner, group, others */
  const uint8_t *p = (const uint8_t *)value;
  uint32_t mode = 0;

  if (size != 28 || memcmp (p, "\2\0\0\0", 4) != 0)
    return false;
  for (int i = 0; i < 3; ++i) {
    const uint8_t *entry = p + 4 + 8 * i;
    if (entry[0] != tags[i] || entry[1] || entry[2] > 7 || entry[3])
      return false;
    mode = mode << 3 | entry[2];
  }
  *ret_mode = mode;
  return true;
}

bool
gk_local_post_acl (struct gk_local *l, uint64_t node, const char *value, size_t size)
{
  const struct file *f = gk_local_fresh_file (l, node);
  uint32_t mode;

  if (f == NULL || !gk_local_acl_is_mode (value, size, &mode))
    return false;
  struct gk_lfs_request rq = { .op = GK_LFS_SETATTR,
                               .node = node,
                               .flags = GK_LFS_SET_MODE,
                               .mode = (f->attr.mode & 07000) | mode };
  return gk_local_post_attributes (l, &rq) != NULL;
}

/* --- the end of it ---------------------------------------------------------------- */

/* What is posted is sent with it, so that the answer is what there is then. */
static void
look_for_room (struct gk_local *l, const struct file *f)
{
  struct gk_lfs_request rq = { .op = GK_LFS_STATFS, .node = f->node };
  struct gk_local_data d;
  struct statvfs st;

  l->room = 0;
  if (gk_local_ask (l, &rq, NULL, NULL, &d) != 0 || d.size != sizeof st)
    return;
  memcpy (&st, d.data, sizeof st);
  if (st.f_frsize && st.f_bavail < INT64_MAX / st.f_frsize)
    l->room = (int64_t)(st.f_bavail * st.f_frsize) - SPARE;
  l->room_device = f->attr.device;
}

/* What programs ask next comes with it. */
static void
flush_and_look (struct gk_local *l, const struct file *f)
{
  struct gk_lfs_request rq = { .op = GK_LFS_GETATTR, .node = f->node };

  if (gk_local_ask (l, &rq, NULL, NULL, NULL) == 0)
    gk_local_set_recent (l, &l->reply.entry);
}

void
gk_local_flush_file (struct gk_local *l, struct file *f)
{
  if (l->dirty != f && f->n_posted == 0)
    return;
  l->written = f->node;
  if (f->fresh && f->attr.flags & GK_LFS_TELLS_SPACE) {
    /* Nobody else uses that room meanwhile, so nothing is lost by not waiting. */
    gk_local_post_data (l);
    if (l->room <= 0 || l->room_device != f->attr.device)
      look_for_room (l, f);
  } else if (f->fresh)
    flush_and_look (l, f);
  else
    gk_local_flush (l);
}
