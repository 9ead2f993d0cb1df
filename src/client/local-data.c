/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The FUSE server's operations on open files. */

#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdlib.h>

#include "client/local-fuse-priv.h"

#define SEND_POSTED 24u
#define SEND_SIZE (64u << 10)

static struct file *
file_of (const struct fuse_file_info *fi)
{
  return (struct file *)(uintptr_t)fi->fh;
}

static struct file *
new_file (struct gk_local *l, uint64_t node, int flags)
{
  struct file *f = calloc (1, sizeof *f);

  if (f == NULL)
    return NULL;
  f->node = node;
  f->at_once = flags & (O_SYNC | O_DSYNC | O_DIRECT);
  f->next = l->files;
  l->files = f;
  return f;
}

static void
free_file (struct gk_local *l, struct file *f)
{
  struct file **p = &l->files;

  while (*p != f)
    p = &(*p)->next;
  *p = f->next;
  if (f->fh)
    gk_local_drop (l, 0, f->fh);
  free (f->ahead);
  free (f);
}

/* Those that nobody needs any more.  What is still fresh stays for one more: programs
 * change what they have just closed. */
static void
sweep (struct gk_local *l)
{
  for (struct file *f = l->files, *next; f; f = next) {
    next = f->next;
    if (f->closed && f->n_posted == 0)
      free_file (l, f);
  }
}

static void
close_file (struct gk_local *l, struct file *f)
{
  uint64_t fh = f->fh;

  sweep (l);
  if (f->err)
    l->late_err = f->err;
  if (f->n_posted == 0 && !f->fresh) {
    free_file (l, f);
    return;
  }
  f->closed = true;
  f->fh = 0;
  free (gk_steal_ptr (f->ahead));
  f->ahead_size = f->ahead_alloc = 0;
  if (fh)
    gk_local_drop (l, 0, fh);
}

/* The kernel may keep what it has read of the file: the file's times and size
 * tell it of changes, and no call was made since that could hide one. */
static void
opened (struct gk_local *l, struct file *f, struct fuse_file_info *fi)
{
  struct known *k = gk_local_known (l, f->node);

  fi->fh = (uintptr_t)f;
  /* Closing them has nothing to tell. */
  fi->noflush = (fi->flags & O_ACCMODE) == O_RDONLY;
  fi->keep_cache = k && k->epoch == l->epoch;
  if (k)
    k->epoch = l->epoch;
}

int
gk_local_need_open (struct gk_local *l, struct file *f)
{
  struct gk_lfs_request rq = { .op = GK_LFS_OPEN, .node = f->node, .flags = O_RDONLY };

  if (f->fh)
    return 0;
  int e = gk_local_ask (l, &rq, NULL, NULL, NULL);
  if (e == 0)
    f->fh = l->reply.value;
  return e;
}

void
gk_local_open_all (struct gk_local *l)
{
  for (struct file *f = l->files; f; f = f->next)
    if (!f->closed)
      gk_local_need_open (l, f);
}

/* Programs that copy open what they have written once more, to change its mode. */
static bool
can_wait (struct gk_local *l, uint64_t node, int flags)
{
  const struct gk_lfs_entry *e = gk_local_get_recent (l, node);
  const struct file *f = gk_local_fresh_file (l, node);

  if (f && f->closed)
    e = &f->attr;
  return l->written == node && e && S_ISREG (e->mode) && (flags & O_ACCMODE) == O_RDONLY &&
         !(flags & (O_TRUNC | O_DIRECT | O_SYNC | O_DSYNC));
}

/* All of it is here already: the worker needs not open it. */
static bool
from_ahead (struct gk_local *l, struct file *f, int flags)
{
  struct gk_lfs_entry e;

  if ((flags & O_ACCMODE) != O_RDONLY || flags & (O_TRUNC | O_DIRECT | O_SYNC | O_DSYNC) ||
      !gk_local_take_ahead (l, f->node, &f->ahead, &f->ahead_size, &e))
    return false;
  f->ahead_alloc = f->ahead_size;
  f->ahead_ends = true;
  f->ahead_epoch = l->epoch;
  if (e.node)
    gk_local_set_recent (l, &e);
  return true;
}

static void
op_open (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_OPEN,
                               .node = ino,
                               .flags = (uint32_t)fi->flags,
                               .size = fi->flags & O_TRUNC ? 0 : GK_LOCAL_SMALL_FILE };
  struct gk_local_data d;
  struct file *f = new_file (l, ino, fi->flags);

  if (f && can_wait (l, ino, fi->flags)) {
    opened (l, f, fi);
    if (fuse_reply_open (req, fi) != 0)
      free_file (l, f);
    return;
  }
  if (f && from_ahead (l, f, fi->flags)) {
    opened (l, f, fi);
    if (fuse_reply_open (req, fi) != 0)
      free_file (l, f);
    gk_local_go_ahead (l);
    return;
  }
  int e = f ? gk_local_ask (l, &rq, NULL, NULL, &d) : ENOMEM;
  if (e) {
    if (f)
      free_file (l, f);
    fuse_reply_err (req, e);
    return;
  }
  if (fi->flags & O_TRUNC) {
    gk_local_changed (l, ino);
    gk_local_end_fresh (l, ino, NULL);
  }
  f->fh = l->reply.value;
  gk_local_set_recent (l, &l->reply.entry);
  if (l->reply.count)
    gk_local_keep_ahead (l, f, 0, d.data, d.size, true);
  opened (l, f, fi);
  if (fuse_reply_open (req, fi) != 0)
    free_file (l, f);
  gk_local_go_ahead (l);
}

/* When all of it was made is a guess: who wants to know asks once more. */
static void
reply_adopted (fuse_req_t req, struct gk_local *l, struct file *f, struct fuse_file_info *fi)
{
  struct fuse_entry_param entry;

  f->maker = fuse_req_ctx (req)->pid;
  gk_local_spoil_ahead (l, f->node);
  gk_local_entry (l, &f->attr, &entry);
  entry.attr_timeout = 0;
  opened (l, f, fi);
  if (fuse_reply_create (req, &entry, fi) != 0) {
    gk_local_drop (l, f->node, 1);
    close_file (l, f);
  }
}

static void
op_create (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
           struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = {
    .op = GK_LFS_CREATE, .node = parent, .flags = (uint32_t)fi->flags, .mode = mode
  };
  struct fuse_entry_param entry;
  struct file *f = new_file (l, 0, fi->flags);

  if (f && gk_local_adopt (l, parent, name, mode, f)) {
    gk_local_makes_name (l, parent, name);
    reply_adopted (req, l, f, fi);
    return;
  }
  gk_local_makes_name (l, parent, name);
  int e = f ? gk_local_ask (l, &rq, name, NULL, NULL) : ENOMEM;
  if (e) {
    if (f)
      free_file (l, f);
    fuse_reply_err (req, e);
    return;
  }
  f->fh = l->reply.value;
  f->node = l->reply.entry.node;
  gk_local_changed (l, f->node);
  gk_local_end_fresh (l, f->node, NULL);
  gk_local_begin_fresh (f, &l->reply.entry);
  f->maker = fuse_req_ctx (req)->pid;
  gk_local_entry (l, &l->reply.entry, &entry);
  opened (l, f, fi);
  if (fuse_reply_create (req, &entry, fi) != 0) {
    gk_local_drop (l, f->node, 1);
    free_file (l, f);
  }
}

static void
op_read (fuse_req_t req, fuse_ino_t ino, size_t size, off_t at, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_local_data d;

  gk_local_end_fresh (l, ino, NULL); /* the time of access */
  int e = gk_local_read (l, file_of (fi), at, size, &d);
  if (e)
    fuse_reply_err (req, e);
  else
    fuse_reply_buf (req, d.data, d.size);
}

static void
op_write (fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t at,
          struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct file *f = file_of (fi);

  gk_local_changed (l, ino);
  gk_local_end_fresh (l, ino, f);
  int e = gk_local_take_error (f);
  if (e == 0)
    e = gk_local_write_behind (l, f, at, data, size);
  if (e == 0)
    e = gk_local_take_error (f);
  if (e) {
    fuse_reply_err (req, e);
    return;
  }
  gk_local_writes (f, at, size);
  fuse_reply_write (req, size);
}

static void
op_flush (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);

  gk_local_flush_file (l, file_of (fi));
  fuse_reply_err (req, gk_local_take_any_error (l, file_of (fi)));
}

static void
op_fsync (fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_FSYNC, .flags = datasync ? 1 : 0 };

  int e = gk_local_need_open (l, file_of (fi));
  rq.fh = file_of (fi)->fh;
  if (e == 0)
    e = gk_local_ask (l, &rq, NULL, NULL, NULL);
  int earlier = gk_local_take_any_error (l, file_of (fi));
  fuse_reply_err (req, earlier ? earlier : e);
}

static void
op_release (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);

  gk_local_flush_file (l, file_of (fi));
  close_file (l, file_of (fi));
  fuse_reply_err (req, 0);
  /* The worker is busy with it while the program makes the next. */
  if (l->n_posted >= SEND_POSTED || l->posted.size >= SEND_SIZE)
    gk_local_send_posted (l);
}

static void
op_fallocate (fuse_req_t req, fuse_ino_t ino, int mode, off_t at, off_t size,
              struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_FALLOCATE,
                               .fh = file_of (fi)->fh,
                               .mode = (uint32_t)mode,
                               .offset = at,
                               .size = (uint64_t)size };

  gk_local_changed (l, ino);
  fuse_reply_err (req, gk_local_ask (l, &rq, NULL, NULL, NULL));
}

static void
op_lseek (fuse_req_t req, fuse_ino_t ino, off_t at, int whence, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_LSEEK, .offset = at, .flags = (uint32_t)whence };

  int e = gk_local_need_open (l, file_of (fi));
  rq.fh = file_of (fi)->fh;
  if (e == 0)
    e = gk_local_ask (l, &rq, NULL, NULL, NULL);
  if (e)
    fuse_reply_err (req, e);
  else
    fuse_reply_lseek (req, (off_t)l->reply.value);
}

static void
op_copy_file_range (fuse_req_t req, fuse_ino_t ino, off_t at, struct fuse_file_info *fi,
                    fuse_ino_t to_ino, off_t to_at, struct fuse_file_info *to_fi, size_t size,
                    int flags)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = {
    .op = GK_LFS_COPY, .offset = at, .fh2 = file_of (to_fi)->fh, .offset2 = to_at, .size = size
  };

  gk_local_changed (l, to_ino);
  int e = gk_local_need_open (l, file_of (fi));
  rq.fh = file_of (fi)->fh;
  if (e == 0)
    e = gk_local_ask (l, &rq, NULL, NULL, NULL);
  if (e)
    fuse_reply_err (req, e);
  else
    fuse_reply_write (req, (size_t)l->reply.value);
}

void
gk_local_data_ops (struct fuse_lowlevel_ops *ops)
{
  ops->open = op_open;
  ops->create = op_create;
  ops->read = op_read;
  ops->write = op_write;
  ops->flush = op_flush;
  ops->fsync = op_fsync;
  ops->release = op_release;
  ops->fallocate = op_fallocate;
  ops->lseek = op_lseek;
  ops->copy_file_range = op_copy_file_range;
}
