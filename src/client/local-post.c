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
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "client/local-fuse-priv.h"

#define MODE_AND_OWNER (GK_LFS_SET_MODE | GK_LFS_SET_UID | GK_LFS_SET_GID)
#define METADATA (64 << 10) /* more than what a filesystem adds to a request's data */
#define SPARE (64ll << 20)  /* is never counted as room */
#define CAN_BE_POSTED (MODE_AND_OWNER | GK_LFS_SET_ATIME | GK_LFS_SET_MTIME)

/* f: whose it is, or NULL: nobody's that is open. */
static int
add (struct gk_local *l, struct file *f, const struct gk_lfs_request *rq, const char *data,
     size_t size)
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
  if (f)
    f->n_posted++;
  l->posted_for[l->n_posted++] = f;
  return 0;
}

/* For some more: data, attributes, and data once more. */
static void
make_room (struct gk_local *l)
{
  if (l->n_posted + 4 > GK_LFS_MAX_POSTED || l->posted.size > GK_LFS_IO_MAX)
    gk_local_flush (l);
}

/* --- room ------------------------------------------------------------------------- */

/* What is posted is sent with it, so that the answer is what there is then. */
static void
look_for_room (struct gk_local *l, const struct gk_lfs_entry *e)
{
  struct gk_lfs_request rq = { .op = GK_LFS_STATFS, .node = e->node };
  struct gk_local_data d;
  struct statvfs st;

  l->room = 0;
  if (gk_local_ask (l, &rq, NULL, NULL, &d) != 0 || d.size != sizeof st)
    return;
  memcpy (&st, d.data, sizeof st);
  if (st.f_frsize && st.f_bavail < INT64_MAX / st.f_frsize)
    l->room = (int64_t)(st.f_bavail * st.f_frsize) - SPARE;
  l->room_device = e->device;
}

/* Nobody else uses that room meanwhile, so nothing is lost by not waiting. */
static bool
has_room (const struct gk_local *l, const struct gk_lfs_entry *e)
{
  return e->flags & GK_LFS_TELLS_SPACE && l->room > 0 && l->room_device == e->device;
}

static bool
finds_room (struct gk_local *l, const struct gk_lfs_entry *e)
{
  if (e->flags & GK_LFS_TELLS_SPACE && !has_room (l, e))
    look_for_room (l, e);
  return has_room (l, e);
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
    if (f)
      f->n_posted--;
    if (e && (f == NULL || f->closed))
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
  f->holes = e->size > 0;
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
  if (rq->flags & (GK_LFS_SET_UID | GK_LFS_SET_GID) && !S_ISDIR (a->mode))
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
  if (rq->flags & GK_LFS_SET_MTIME)
    f->written = false;
  return &f->attr;
}

void
gk_local_writes (struct file *f, int64_t at, size_t size)
{
  f->written = true;
  if ((uint64_t)at > f->attr.size)
    f->holes = true;
  if ((uint64_t)at + size > f->attr.size)
    f->attr.size = (uint64_t)at + size;
}

static bool
is_kept_time (int64_t s)
{
  return s >= 0 && s < (INT64_C (1) << 33);
}

/* Inodes that are small keep whole seconds; nobody changes a file just then. */
static bool
keeps_times (const struct gk_lfs_entry *e)
{
  return e->ctime_ns && is_kept_time (e->atime_s) && is_kept_time (e->mtime_s);
}

const struct gk_lfs_entry *
gk_local_foresee (struct gk_local *l, uint64_t node, pid_t pid)
{
  struct file *f = gk_local_fresh_file (l, node);
  struct gk_lfs_request rq = { .op = GK_LFS_SETATTR, .node = node, .flags = GK_LFS_SET_MTIME };
  struct timespec now;

  if (f == NULL || f->maker != pid || f->holes || (l->dirty != f && f->n_posted == 0) ||
      !has_room (l, &f->attr) || !keeps_times (&f->attr))
    return NULL;
  clock_gettime (CLOCK_REALTIME, &now);
  if (f->written) {
    /* Told once, it shall be true. */
    rq.mtime_s = now.tv_sec;
    rq.mtime_ns = (uint32_t)now.tv_nsec;
    if (gk_local_post_attributes (l, &rq) == NULL)
      return NULL;
  }
  f->attr.ctime_s = now.tv_sec;
  f->attr.ctime_ns = (uint32_t)now.tv_nsec;
  uint64_t block = f->attr.blksize ? f->attr.blksize : 512;
  f->attr.blocks = (f->attr.size + block - 1) / block * (block / 512);
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
  const struct gk_lfs_entry *e = f ? &f->attr : gk_local_made_attr (l, node);
  uint32_t mode;

  if (e == NULL || !gk_local_acl_is_mode (value, size, &mode))
    return false;
  struct gk_lfs_request rq = {
    .op = GK_LFS_SETATTR, .node = node, .flags = GK_LFS_SET_MODE, .mode = (e->mode & 07000) | mode
  };
  return (f ? gk_local_post_attributes (l, &rq) : gk_local_post_to_folder (l, &rq)) != NULL;
}

/* --- folders that were made here -------------------------------------------------- */

struct gk_lfs_entry *
gk_local_own_folder (struct gk_local *l, uint64_t node)
{
  const uint32_t needed = GK_LFS_KEEPS_ALL | GK_LFS_NO_XATTRS | GK_LFS_TELLS_SPACE;
  struct gk_lfs_entry *e = gk_local_made_attr (l, node);

  return e && (e->flags & needed) == needed && finds_room (l, e) ? e : NULL;
}

const struct gk_lfs_entry *
gk_local_post_to_folder (struct gk_local *l, const struct gk_lfs_request *rq)
{
  struct gk_lfs_entry *e = rq->flags & ~CAN_BE_POSTED ? NULL : gk_local_own_folder (l, rq->node);

  if (e == NULL)
    return NULL;
  struct gk_lfs_entry then = *e;
  foresee (&then, rq);
  if (!(rq->flags & ~MODE_AND_OWNER) && same_mode_and_owner (&then, e))
    return e;
  make_room (l);
  if (add (l, NULL, rq, NULL, 0) != 0)
    return NULL;
  l->recent.node = 0;
  l->changes++;
  *e = then;
  return e;
}

int
gk_local_post (struct gk_local *l, struct file *f, const struct gk_lfs_request *rq,
               const char *data, size_t size)
{
  make_room (l);
  return add (l, f, rq, data, size);
}

bool
gk_local_post_rename (struct gk_local *l, uint64_t parent, const char *name, const char *new_name)
{
  struct gk_lfs_request rq = { .op = GK_LFS_RENAME,
                               .node = parent,
                               .node2 = parent,
                               .name_len = (uint32_t)strlen (name) + 1,
                               .other_len = (uint32_t)strlen (new_name) + 1 };
  char names[2 * (NAME_MAX + 1)];

  /* The name was made here, too, or it would not be there. */
  if (gk_local_is_absent (l, parent, name) || !gk_local_is_absent (l, parent, new_name) ||
      rq.name_len > NAME_MAX + 1 || gk_local_own_folder (l, parent) == NULL)
    return false;
  memcpy (names, name, rq.name_len);
  memcpy (names + rq.name_len, new_name, rq.other_len);
  if (gk_local_post (l, NULL, &rq, names, rq.name_len + rq.other_len) != 0)
    return false;
  l->recent.node = 0;
  l->changes++;
  return true;
}

/* --- the end of it ---------------------------------------------------------------- */

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
    gk_local_post_data (l);
    finds_room (l, &f->attr);
  } else if (f->fresh)
    flush_and_look (l, f);
  else
    gk_local_flush (l);
}
