/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The FUSE server's operations on open folders.  Their names come in batches,
 * with attributes; the kernel takes as many as fit into its buffer. */

#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdlib.h>
#include <string.h>

#include "client/local-fuse-priv.h"

static struct folder *
folder_of (const struct fuse_file_info *fi)
{
  return (struct folder *)(uintptr_t)fi->fh;
}

static bool
next_entry (const struct folder *f, struct gk_lfs_dirent *d, const char **ret_name)
{
  if (f->at + sizeof *d >= f->batch.size)
    return false;
  memcpy (d, f->batch.data + f->at, sizeof *d);
  *ret_name = f->batch.data + f->at + sizeof *d;
  /* The worker may run on a kernel that a guest has taken over. */
  return d->size >= sizeof *d + d->name_len && d->size <= f->batch.size - f->at &&
         d->name_len > 0 && (*ret_name)[d->name_len - 1] == '\0';
}

/* Entries that nobody was told of are nodes that nobody knows. */
static void
discard (struct gk_local *l, struct folder *f)
{
  struct gk_lfs_dirent d;
  const char *name;

  for (; next_entry (f, &d, &name); f->at += d.size)
    if (d.entry.node)
      gk_local_drop (l, d.entry.node, 1);
  f->batch.size = f->at = 0;
}

static void
op_opendir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  struct folder *f = calloc (1, sizeof *f);

  if (f == NULL) {
    fuse_reply_err (req, ENOMEM);
    return;
  }
  f->node = ino;
  fi->fh = (uintptr_t)f;
  if (fuse_reply_open (req, fi) != 0)
    free (f);
}

static void
list_files (struct gk_local *l, const struct folder *f)
{
  struct folder walk = *f;
  struct gk_lfs_dirent d;
  const char *name;

  for (walk.at = 0; next_entry (&walk, &d, &name); walk.at += d.size)
    gk_local_list_file (l, f->node, &d.entry, name);
}

static int
fetch (struct gk_local *l, struct folder *f, off_t offset)
{
  struct gk_lfs_request rq = {
    .op = GK_LFS_READDIR, .node = f->node, .fh = f->fh, .offset = offset
  };
  struct gk_local_data d;

  discard (l, f);
  int e = gk_local_ask (l, &rq, NULL, NULL, &d);
  if (e)
    return e;
  f->fh = l->reply.value;
  f->next = offset;
  f->at_end = l->reply.entry.flags & GK_LFS_AT_END;
  if (gk_buf_append (&f->batch, d.data, d.size) == -1)
    return ENOMEM;
  if (offset == 0)
    gk_local_list_folder (l, f->node);
  list_files (l, f);
  return 0;
}

/* How many bytes of buf were filled. */
static size_t
tell (fuse_req_t req, struct folder *f, char *buf, size_t size, bool plus)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_dirent d;
  struct fuse_entry_param entry;
  const char *name;
  size_t used = 0;

  while (next_entry (f, &d, &name)) {
    size_t n;
    gk_local_entry (l, &d.entry, &entry);
    if (plus)
      n = fuse_add_direntry_plus (req, buf + used, size - used, name, &entry, d.next);
    else {
      entry.attr.st_ino = d.entry.ino;
      n = fuse_add_direntry (req, buf + used, size - used, name, &entry.attr, d.next);
    }
    if (n > size - used)
      break;
    if (!plus && d.entry.node)
      gk_local_drop (l, d.entry.node, 1);
    used += n;
    f->at += d.size;
    f->next = d.next;
  }
  return used;
}

static void
read_folder (fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi, bool plus)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct folder *f = folder_of (fi);
  int e = 0;

  if (f->next != offset || (f->at >= f->batch.size && !(f->at_end && offset)))
    e = fetch (l, f, offset);
  _cleanup_free_ char *buf = e ? NULL : malloc (size);
  if (e == 0 && buf == NULL)
    e = ENOMEM;
  if (e) {
    fuse_reply_err (req, e);
    return;
  }
  size_t used = tell (req, f, buf, size, plus);
  fuse_reply_buf (req, buf, used);
  if (used == 0)
    gk_local_listed (l, f->node);
}

static void
op_readdir (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
  read_folder (req, size, offset, fi, false);
}

static void
op_readdirplus (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                struct fuse_file_info *fi)
{
  read_folder (req, size, offset, fi, true);
}

static void
op_releasedir (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct folder *f = folder_of (fi);

  discard (l, f);
  if (f->fh)
    gk_local_drop (l, 0, f->fh);
  gk_buf_clear (&f->batch);
  free (f);
  fuse_reply_err (req, 0);
}

/* What was posted, making names in it, comes before. */
static void
op_fsyncdir (fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_FSYNC, .node = ino, .flags = datasync ? 1 : 0 };

  int e = gk_local_ask (l, &rq, NULL, NULL, NULL);
  int earlier = l->late_err;
  l->late_err = 0;
  fuse_reply_err (req, earlier ? earlier : e);
}

void
gk_local_folder_ops (struct fuse_lowlevel_ops *ops)
{
  ops->opendir = op_opendir;
  ops->readdir = op_readdir;
  ops->readdirplus = op_readdirplus;
  ops->releasedir = op_releasedir;
  ops->fsyncdir = op_fsyncdir;
}
