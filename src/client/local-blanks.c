/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files that are made without waiting.
 *
 * The kernel wants the inode number of a new file with its making, and programs
 * that copy look at it.  So once some files were made one behind the other the
 * worker is asked for some that have no name yet; making one more is then to give it
 * its name, which is posted.  Only in a folder that was made here, where it is known
 * that the name is not there and that the folder gives nothing to its files; see
 * local-post.c for the rest of the conditions.  What is not used is given back with
 * the next call on the handle, or after a second.
 */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "client/local-fuse-priv.h"

/* So many are made in the usual way first, one by one. */
#define WAIT_FOR 3u

void
gk_local_forget_blanks (struct gk_local *l)
{
  for (; l->n_blanks > 0; --l->n_blanks) {
    const struct gk_lfs_blank *b = &l->blanks[l->n_blanks - 1];
    gk_local_drop (l, 0, b->fh);
    gk_local_drop (l, b->entry.node, 1);
  }
  l->blanks_wanted = 0;
}

/* The worker may run on a kernel that a guest has taken over. */
static bool
is_blank (const struct gk_lfs_entry *e, const struct gk_lfs_entry *folder)
{
  const uint32_t needed = GK_LFS_KEEPS_ALL | GK_LFS_NO_XATTRS | GK_LFS_TELLS_SPACE;

  return e->node && (e->mode & S_IFMT) == S_IFREG && (e->flags & needed) == needed &&
         e->size == 0 && e->device == folder->device && (e->ctime_ns || e->mtime_ns);
}

static void
get_more (struct gk_local *l, uint64_t folder)
{
  uint32_t n = l->blanks_wanted < GK_LFS_MAX_BLANKS ? l->blanks_wanted : GK_LFS_MAX_BLANKS;
  struct gk_lfs_request rq = { .op = GK_LFS_BLANKS, .node = folder, .size = n };
  struct gk_local_data d;

  if (gk_local_ask (l, &rq, NULL, NULL, &d) != 0)
    return;
  n = (uint32_t)(d.size / sizeof l->blanks[0]);
  l->n_blanks = n < GK_LFS_MAX_BLANKS ? n : GK_LFS_MAX_BLANKS;
  /* The first that was made is used first: inodes in the order of the names. */
  for (uint32_t i = 0; i < l->n_blanks; ++i)
    memcpy (&l->blanks[l->n_blanks - 1 - i], d.data + i * sizeof l->blanks[0], sizeof l->blanks[0]);
}

static struct gk_lfs_blank *
take (struct gk_local *l, uint64_t parent)
{
  const struct gk_lfs_entry *folder = gk_local_own_folder (l, parent);

  if (folder == NULL || !(folder->flags & GK_LFS_PLAIN_FOLDER) || folder->mode & S_ISGID)
    return NULL;
  if (++l->blanks_wanted <= WAIT_FOR)
    return NULL;
  if (l->n_blanks == 0)
    get_more (l, parent);
  if (l->n_blanks == 0)
    return NULL;
  struct gk_lfs_blank *b = &l->blanks[l->n_blanks - 1];
  /* Some mounts give the folder's group to what is in it. */
  if (!is_blank (&b->entry, folder) || b->entry.gid != folder->gid)
    return NULL;
  l->n_blanks--;
  return b;
}

bool
gk_local_adopt (struct gk_local *l, uint64_t parent, const char *name, mode_t mode, struct file *f)
{
  if (f->at_once || !gk_local_is_absent (l, parent, name))
    return false;
  const struct gk_lfs_blank *b = take (l, parent);
  if (b == NULL)
    return false;
  struct gk_lfs_request rq = { .op = GK_LFS_ADOPT,
                               .node = parent,
                               .fh = b->fh,
                               .flags = GK_LFS_SET_ATIME | GK_LFS_SET_MTIME,
                               .mode = mode & 07777,
                               .name_len = (uint32_t)strlen (name) + 1 };
  struct gk_lfs_entry e = b->entry;
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  rq.atime_s = rq.mtime_s = e.atime_s = e.mtime_s = e.ctime_s = now.tv_sec;
  rq.atime_ns = rq.mtime_ns = e.atime_ns = e.mtime_ns = e.ctime_ns = (uint32_t)now.tv_nsec;
  e.mode = S_IFREG | rq.mode;
  e.nlink = 1;
  if (gk_local_post (l, f, &rq, name, rq.name_len) != 0) {
    gk_local_drop (l, 0, b->fh);
    gk_local_drop (l, e.node, 1);
    return false;
  }
  f->fh = b->fh;
  f->node = e.node;
  l->recent.node = 0;
  l->changes++;
  gk_local_begin_fresh (f, &e);
  return true;
}
