/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The FUSE server's operations on names and attributes. */

#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fuse_lowlevel.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/str.h"
#include "client/local-fuse-priv.h"

void
gk_local_stat (const struct gk_local *l, const struct gk_lfs_entry *e, struct stat *ret)
{
  const struct gk_local_options *o = &l->options;

  *ret = (struct stat){ .st_ino = e->ino,
                        .st_mode = e->mode,
                        .st_nlink = e->nlink,
                        .st_uid = o->has_uid ? o->uid : e->uid,
                        .st_gid = o->has_gid ? o->gid : e->gid,
                        .st_rdev = e->rdev,
                        .st_size = (off_t)e->size,
                        .st_blocks = (blkcnt_t)e->blocks,
                        .st_blksize = (blksize_t)e->blksize,
                        .st_atim = { e->atime_s, e->atime_ns },
                        .st_mtim = { e->mtime_s, e->mtime_ns },
                        .st_ctim = { e->ctime_s, e->ctime_ns } };
  if (o->has_umask)
    ret->st_mode = (e->mode & S_IFMT) | (0777 & ~o->umask);
}

void
gk_local_entry (struct gk_local *l, const struct gk_lfs_entry *e, struct fuse_entry_param *ret)
{
  struct known *k = e->node ? gk_local_known (l, e->node) : NULL;

  memset (ret, 0, sizeof *ret);
  ret->ino = e->node;
  ret->attr_timeout = ret->entry_timeout = l->options.timeout;
  gk_local_stat (l, e, &ret->attr);
  if (k) {
    k->no_xattrs = e->flags & GK_LFS_NO_XATTRS;
    k->xattrs_epoch = l->epoch;
  }
}

/* An operation that gives an entry.  0, or an errno value; it is answered. */
static int
ask_entry (fuse_req_t req, struct gk_lfs_request *rq, const char *name, const char *other)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct fuse_entry_param entry;

  int e = gk_local_ask (l, rq, name, other, NULL);
  if (e) {
    fuse_reply_err (req, e);
    return e;
  }
  uint64_t node = l->reply.entry.node;
  gk_local_entry (l, &l->reply.entry, &entry);
  if (fuse_reply_entry (req, &entry) != 0)
    gk_local_drop (l, node, 1);
  return 0;
}

static void
ask (fuse_req_t req, struct gk_lfs_request *rq, const char *name, const char *other)
{
  fuse_reply_err (req, gk_local_ask (fuse_req_userdata (req), rq, name, other, NULL));
}

static void
op_lookup (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  struct gk_lfs_request rq = { .op = GK_LFS_LOOKUP, .node = parent };

  if (gk_local_is_absent (fuse_req_userdata (req), parent, name))
    fuse_reply_err (req, ENOENT);
  else
    ask_entry (req, &rq, name, NULL);
}

static void
op_forget (fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
  gk_local_drop (fuse_req_userdata (req), ino, count);
  fuse_reply_none (req);
}

static void
op_forget_multi (fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
  for (size_t i = 0; i < count; ++i)
    gk_local_drop (fuse_req_userdata (req), forgets[i].ino, forgets[i].nlookup);
  fuse_reply_none (req);
}

static void
reply_attr (fuse_req_t req, int e)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct stat st;

  if (e) {
    fuse_reply_err (req, e);
    return;
  }
  gk_local_stat (l, &l->reply.entry, &st);
  fuse_reply_attr (req, &st, l->options.timeout);
}

/* What is foreseen has no time of change, and no count of blocks: the kernel asks
 * again when somebody wants to know. */
static void
reply_foreseen (fuse_req_t req, const struct gk_lfs_entry *e)
{
  struct stat st;

  gk_local_stat (fuse_req_userdata (req), e, &st);
  fuse_reply_attr (req, &st, 0);
}

static void
op_getattr (fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_GETATTR, .node = ino };
  const struct gk_lfs_entry *recent = gk_local_get_recent (l, ino);
  const struct gk_lfs_entry *foreseen =
      recent ? NULL : gk_local_foresee (l, ino, fuse_req_ctx (req)->pid);
  int e = 0;

  if (foreseen) {
    reply_foreseen (req, foreseen);
    return;
  }
  if (recent)
    l->reply.entry = *recent;
  else
    e = gk_local_ask (l, &rq, NULL, NULL, NULL);
  reply_attr (req, e);
}

static void
folder_changed (struct gk_local *l, const struct gk_lfs_entry *now)
{
  struct gk_lfs_entry *e = gk_local_made_attr (l, now->node);

  if (e) {
    uint32_t flags = e->flags;
    *e = *now;
    e->flags = flags;
  }
}

static void
op_setattr (fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
            struct fuse_file_info *fi)
{
  static const struct {
    int fuse;
    uint32_t ours;
  } flags[] = {
    { FUSE_SET_ATTR_MODE, GK_LFS_SET_MODE },
    { FUSE_SET_ATTR_UID, GK_LFS_SET_UID },
    { FUSE_SET_ATTR_GID, GK_LFS_SET_GID },
    { FUSE_SET_ATTR_SIZE, GK_LFS_SET_SIZE },
    { FUSE_SET_ATTR_ATIME, GK_LFS_SET_ATIME },
    { FUSE_SET_ATTR_MTIME, GK_LFS_SET_MTIME },
    { FUSE_SET_ATTR_ATIME_NOW, GK_LFS_SET_ATIME_NOW },
    { FUSE_SET_ATTR_MTIME_NOW, GK_LFS_SET_MTIME_NOW },
  };
  struct gk_local *l = fuse_req_userdata (req);
  const struct file *f = fi ? (const struct file *)(uintptr_t)fi->fh : NULL;
  struct gk_lfs_request rq = { .op = GK_LFS_SETATTR,
                               .node = ino,
                               .fh = f ? f->fh : 0,
                               .mode = attr->st_mode,
                               .uid = attr->st_uid,
                               .gid = attr->st_gid,
                               .size = (uint64_t)attr->st_size,
                               .atime_s = attr->st_atim.tv_sec,
                               .atime_ns = (uint32_t)attr->st_atim.tv_nsec,
                               .mtime_s = attr->st_mtim.tv_sec,
                               .mtime_ns = (uint32_t)attr->st_mtim.tv_nsec };

  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; ++i)
    if (to_set & flags[i].fuse)
      rq.flags |= flags[i].ours;
  const struct gk_lfs_entry *foreseen = gk_local_post_attributes (l, &rq);
  if (foreseen == NULL)
    foreseen = gk_local_post_to_folder (l, &rq);
  if (foreseen) {
    reply_foreseen (req, foreseen);
    return;
  }
  int e = gk_local_ask (l, &rq, NULL, NULL, NULL);
  if (rq.flags & GK_LFS_SET_SIZE)
    gk_local_changed (l, ino);
  else if (e == 0)
    gk_local_set_recent (l, &l->reply.entry);
  if (e == 0)
    folder_changed (l, &l->reply.entry);
  reply_attr (req, e);
}

static void
op_readlink (fuse_req_t req, fuse_ino_t ino)
{
  struct gk_lfs_request rq = { .op = GK_LFS_READLINK, .node = ino };
  struct gk_local_data d;

  int e = gk_local_ask (fuse_req_userdata (req), &rq, NULL, NULL, &d);
  if (e) {
    fuse_reply_err (req, e);
    return;
  }
  char target[PATH_MAX + 1];
  size_t n = d.size < PATH_MAX ? d.size : PATH_MAX;
  memcpy (target, d.data, n);
  target[n] = '\0';
  fuse_reply_readlink (req, target);
}

static void
op_mknod (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
  struct gk_lfs_request rq = { .op = GK_LFS_MAKE, .node = parent, .mode = mode, .rdev = rdev };
  struct gk_local *l = fuse_req_userdata (req);

  gk_local_makes_name (l, parent, name);
  if (ask_entry (req, &rq, name, NULL) == 0 && S_ISDIR (mode) &&
      l->reply.entry.flags & GK_LFS_EXACT_NAMES)
    gk_local_made_folder (l, &l->reply.entry);
}

static void
op_mkdir (fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
  op_mknod (req, parent, name, S_IFDIR | (mode & 07777), 0);
}

static void
op_symlink (fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
  struct gk_lfs_request rq = { .op = GK_LFS_MAKE, .node = parent, .mode = S_IFLNK | 0777 };

  gk_local_makes_name (fuse_req_userdata (req), parent, name);
  ask_entry (req, &rq, name, target);
}

static void
op_link (fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
  struct gk_lfs_request rq = { .op = GK_LFS_LINK, .node = parent, .node2 = ino };

  gk_local_makes_name (fuse_req_userdata (req), parent, name);
  ask_entry (req, &rq, name, NULL);
}

static void
op_unlink (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  struct gk_lfs_request rq = { .op = GK_LFS_UNLINK, .node = parent };

  gk_local_open_all (fuse_req_userdata (req));
  ask (req, &rq, name, NULL);
}

static void
op_rmdir (fuse_req_t req, fuse_ino_t parent, const char *name)
{
  struct gk_lfs_request rq = { .op = GK_LFS_RMDIR, .node = parent };

  ask (req, &rq, name, NULL);
}

static void
op_rename (fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t to, const char *new_name,
           unsigned flags)
{
  struct gk_lfs_request rq = { .op = GK_LFS_RENAME, .node = parent, .node2 = to, .flags = flags };
  struct gk_local *l = fuse_req_userdata (req);

  if (flags == 0 && parent == to && gk_local_post_rename (l, parent, name, new_name)) {
    gk_local_makes_name (l, to, new_name);
    fuse_reply_err (req, 0);
    return;
  }
  gk_local_makes_name (l, to, new_name);
  gk_local_makes_name (l, parent, name); /* RENAME_EXCHANGE, RENAME_WHITEOUT */
  gk_local_open_all (l);
  ask (req, &rq, name, new_name);
}

static void
op_statfs (fuse_req_t req, fuse_ino_t ino)
{
  struct gk_lfs_request rq = { .op = GK_LFS_STATFS, .node = ino ? ino : GK_LFS_ROOT };
  struct gk_local_data d;
  struct statvfs st;

  int e = gk_local_ask (fuse_req_userdata (req), &rq, NULL, NULL, &d);
  if (e == 0 && d.size != sizeof st)
    e = EIO;
  if (e) {
    fuse_reply_err (req, e);
    return;
  }
  memcpy (&st, d.data, sizeof st);
  fuse_reply_statfs (req, &st);
}

/* --- extended attributes ------------------------------------------------------ */

/* Those that are listed when they are there; some filesystems have others. */
static bool
is_listed (const char *name)
{
  return gk_after_prefix (name, "user.") || gk_after_prefix (name, "trusted.") ||
         gk_after_prefix (name, "security.") || gk_after_prefix (name, "system.posix_acl_");
}

static bool
has_none (struct gk_local *l, uint64_t node)
{
  const struct known *k = gk_local_known (l, node);

  return k && k->no_xattrs && k->xattrs_epoch == l->epoch;
}

static void
reply_xattr (fuse_req_t req, int e, const struct gk_local_data *d, size_t size)
{
  if (e)
    fuse_reply_err (req, e);
  else if (size == 0)
    fuse_reply_xattr (req, d->size);
  else if (d->size > size)
    fuse_reply_err (req, ERANGE);
  else
    fuse_reply_buf (req, d->data, d->size);
}

static void
op_getxattr (fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_GETXATTR, .node = ino };
  struct gk_local_data d = { NULL, 0 };

  int e = is_listed (name) && has_none (l, ino) ? ENODATA : gk_local_ask (l, &rq, name, NULL, &d);
  reply_xattr (req, e, &d, size);
}

static void
op_listxattr (fuse_req_t req, fuse_ino_t ino, size_t size)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_LISTXATTR, .node = ino };
  struct gk_local_data d = { NULL, 0 };

  int e = has_none (l, ino) ? 0 : gk_local_ask (l, &rq, NULL, NULL, &d);
  reply_xattr (req, e, &d, size);
}

static void
xattrs_changed (struct gk_local *l, uint64_t node)
{
  struct known *k = gk_local_known (l, node);

  struct gk_lfs_entry *e = gk_local_made_attr (l, node);

  if (k)
    k->no_xattrs = false;
  if (e)
    e->flags &= ~GK_LFS_NO_XATTRS;
}

static void
op_setxattr (fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size,
             int flags)
{
  struct gk_local *l = fuse_req_userdata (req);
  struct gk_lfs_request rq = { .op = GK_LFS_SETXATTR, .node = ino, .flags = (uint32_t)flags };
  struct gk_local_data d = { value, size };

  if (flags == 0 && gk_streq (name, "system.posix_acl_access") &&
      gk_local_post_acl (l, ino, value, size)) {
    fuse_reply_err (req, 0);
    return;
  }
  xattrs_changed (l, ino);
  fuse_reply_err (req, gk_local_ask (l, &rq, name, NULL, &d));
}

static void
op_removexattr (fuse_req_t req, fuse_ino_t ino, const char *name)
{
  struct gk_lfs_request rq = { .op = GK_LFS_REMOVEXATTR, .node = ino };
  struct gk_local *l = fuse_req_userdata (req);
  const struct gk_lfs_entry *made = gk_local_made_attr (l, ino);

  /* That there is none is no error of this one's, on ext4. */
  if (gk_streq (name, "system.posix_acl_default") && made && made->flags & GK_LFS_TELLS_SPACE &&
      has_none (l, ino))
    fuse_reply_err (req, 0);
  else
    ask (req, &rq, name, NULL);
}

void
gk_local_name_ops (struct fuse_lowlevel_ops *ops)
{
  ops->lookup = op_lookup;
  ops->forget = op_forget;
  ops->forget_multi = op_forget_multi;
  ops->getattr = op_getattr;
  ops->setattr = op_setattr;
  ops->readlink = op_readlink;
  ops->mknod = op_mknod;
  ops->mkdir = op_mkdir;
  ops->symlink = op_symlink;
  ops->link = op_link;
  ops->unlink = op_unlink;
  ops->rmdir = op_rmdir;
  ops->rename = op_rename;
  ops->statfs = op_statfs;
  ops->getxattr = op_getxattr;
  ops->listxattr = op_listxattr;
  ops->setxattr = op_setxattr;
  ops->removexattr = op_removexattr;
}
