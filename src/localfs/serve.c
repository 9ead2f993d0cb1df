/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One request: taken apart, carried out, answered. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "localfs/localfs-priv.h"

struct message {
  struct gk_lfs_request rq;
  const char *drops; /* may not be aligned */
  const char *posted;
  const char *name, *other;
  const char *data;
  size_t size;
};

static int
take_string (const char **at, size_t *left, uint32_t len, const char **ret_s)
{
  *ret_s = "";
  if (len == 0)
    return 0;
  if (len > *left || memchr (*at, '\0', len) != *at + len - 1)
    return -1;
  *ret_s = *at;
  *at += len;
  *left -= len;
  return 0;
}

static int
take_apart (const char *at, size_t left, struct message *m, struct gk_error *err)
{
  if (left < sizeof m->rq)
    return gk_error_set (err, EPROTO, "malformed message: too short");
  memcpy (&m->rq, at, sizeof m->rq);
  at += sizeof m->rq;
  left -= sizeof m->rq;
  if (m->rq.n_drops > left / sizeof (struct gk_lfs_drop))
    return gk_error_set (err, EPROTO, "malformed message: drops");
  m->drops = at;
  at += m->rq.n_drops * sizeof (struct gk_lfs_drop);
  left -= m->rq.n_drops * sizeof (struct gk_lfs_drop);
  if (m->rq.posted_size > left || m->rq.n_posted > GK_LFS_MAX_POSTED)
    return gk_error_set (err, EPROTO, "malformed message: posted");
  m->posted = at;
  at += m->rq.posted_size;
  left -= m->rq.posted_size;
  if (take_string (&at, &left, m->rq.name_len, &m->name) == -1 ||
      take_string (&at, &left, m->rq.other_len, &m->other) == -1)
    return gk_error_set (err, EPROTO, "malformed message: name");
  m->data = at;
  m->size = left;
  return 0;
}

static void
do_drops (struct gk_localfs *fs, const struct message *m)
{
  struct gk_lfs_drop d;

  for (uint32_t i = 0; i < m->rq.n_drops; ++i) {
    memcpy (&d, m->drops + i * sizeof d, sizeof d);
    if (d.node)
      gk_lfs_forget (fs, d.node, d.count);
    else
      gk_lfs_close_file (fs, d.count);
  }
}

static int
read_link (struct gk_localfs *fs, uint64_t node, struct gk_buf *out)
{
  int fd = gk_lfs_fd (fs, node, NULL);

  if (fd == -1 || gk_buf_reserve (out, PATH_MAX + 1) == -1)
    return -1;
  ssize_t n = readlinkat (fd, "", out->data + out->size, PATH_MAX);
  if (n == -1)
    return -1;
  out->size += (size_t)n;
  return 0;
}

static int
stat_fs (struct gk_localfs *fs, uint64_t node, struct gk_buf *out)
{
  char path[32];
  struct statvfs st;
  int fd = gk_lfs_fd (fs, node, NULL);

  if (fd == -1 || statvfs (gk_fd_path (fd, path), &st) == -1)
    return -1;
  return gk_buf_append (out, &st, sizeof st);
}

static int
create (struct gk_localfs *fs, const struct message *m, struct gk_lfs_reply *reply)
{
  int fd = gk_lfs_create (fs, &m->rq, m->name, &reply->entry);

  if (fd == -1)
    return -1;
  if (gk_lfs_add_file (fs, fd, &reply->value) == 0)
    return 0;
  int e = errno;
  gk_lfs_forget (fs, reply->entry.node, 1);
  errno = e;
  return -1;
}

static bool
names_are_names (const struct message *m)
{
  switch (m->rq.op) {
  case GK_LFS_LOOKUP:
  case GK_LFS_MAKE:
  case GK_LFS_LINK:
  case GK_LFS_UNLINK:
  case GK_LFS_RMDIR:
  case GK_LFS_CREATE:
  case GK_LFS_ADOPT:
    return gk_lfs_is_name (m->name);
  case GK_LFS_RENAME:
    return gk_lfs_is_name (m->name) && gk_lfs_is_name (m->other);
  default:
    return true;
  }
}

static int
perform (struct gk_localfs *fs, const struct message *m, struct gk_lfs_reply *reply,
         struct gk_buf *out)
{
  const struct gk_lfs_request *rq = &m->rq;
  int r;

  if (!names_are_names (m)) {
    errno = EINVAL;
    return -1;
  }
  switch ((enum gk_lfs_op)rq->op) {
  case GK_LFS_START:
  case GK_LFS_STOP:
  case GK_LFS_DROPS:
    return 0;
  case GK_LFS_LOOKUP:
    return gk_lfs_lookup (fs, rq->node, m->name, &reply->entry);
  case GK_LFS_GETATTR:
    return gk_lfs_getattr (fs, rq->node, &reply->entry);
  case GK_LFS_SETATTR:
    r = gk_lfs_setattr (fs, rq);
    return r == 0 ? gk_lfs_getattr (fs, rq->node, &reply->entry) : -1;
  case GK_LFS_READLINK:
    return read_link (fs, rq->node, out);
  case GK_LFS_MAKE:
    r = gk_lfs_make (fs, rq, m->name, m->other);
    if (r == -1 || gk_lfs_lookup (fs, rq->node, m->name, &reply->entry) == -1)
      return -1;
    if (S_ISDIR (reply->entry.mode))
      reply->entry.flags |= gk_lfs_folder_flags (fs, reply->entry.node);
    return 0;
  case GK_LFS_LINK:
    r = gk_lfs_link (fs, rq->node2, rq->node, m->name);
    return r == 0 ? gk_lfs_lookup (fs, rq->node, m->name, &reply->entry) : -1;
  case GK_LFS_UNLINK:
    return gk_lfs_unlink (fs, rq->node, m->name, 0);
  case GK_LFS_RMDIR:
    return gk_lfs_unlink (fs, rq->node, m->name, AT_REMOVEDIR);
  case GK_LFS_RENAME:
    return gk_lfs_rename (fs, rq, m->name, m->other);
  case GK_LFS_OPEN:
    r = gk_lfs_open (fs, rq, reply, out);
    if (r == 0 && gk_lfs_getattr (fs, rq->node, &reply->entry) == -1)
      reply->entry.node = 0;
    return r;
  case GK_LFS_CREATE:
    return create (fs, m, reply);
  case GK_LFS_READDIR:
    return gk_lfs_readdir (fs, rq, reply, out);
  case GK_LFS_STATFS:
    return stat_fs (fs, rq->node, out);
  case GK_LFS_GETXATTR:
  case GK_LFS_LISTXATTR:
  case GK_LFS_SETXATTR:
  case GK_LFS_REMOVEXATTR:
    return gk_lfs_xattr (fs, rq, m->name, m->data, m->size, out);
  case GK_LFS_FETCH:
    return gk_lfs_fetch (fs, m->data, m->size, rq->size, out);
  case GK_LFS_BLANKS:
    return gk_lfs_blanks (fs, rq, reply, out);
  case GK_LFS_ADOPT:
    return gk_lfs_adopt (fs, rq, m->name);
  case GK_LFS_READ:
  case GK_LFS_WRITE:
  case GK_LFS_FSYNC:
  case GK_LFS_FALLOCATE:
  case GK_LFS_LSEEK:
  case GK_LFS_COPY:
    return gk_lfs_io (fs, rq, m->data, m->size, reply, out);
  }
  errno = ENOSYS;
  return -1;
}

/* --- what was posted -------------------------------------------------------------- */

static bool
may_be_posted (const struct message *m)
{
  return m->rq.n_drops == 0 && m->rq.n_posted == 0 &&
         (m->rq.op == GK_LFS_WRITE || m->rq.op == GK_LFS_SETATTR || m->rq.op == GK_LFS_RENAME ||
          m->rq.op == GK_LFS_ADOPT);
}

static int
take_posted (const char **at, size_t *left, struct message *ret, struct gk_error *err)
{
  struct gk_lfs_posted p;

  if (*left < sizeof p)
    return gk_error_set (err, EPROTO, "malformed message: posted");
  memcpy (&p, *at, sizeof p);
  size_t all = sizeof p + (((size_t)p.size + 7) & ~(size_t)7);
  if (all > *left)
    return gk_error_set (err, EPROTO, "malformed message: posted");
  if (take_apart (*at + sizeof p, p.size, ret, err) == -1)
    return -1;
  *at += all;
  *left -= all;
  return may_be_posted (ret) ? 0 : gk_error_set (err, EPROTO, "malformed message: posted");
}

static int
perform_posted (struct gk_localfs *fs, const struct message *m, struct gk_buf *out)
{
  struct gk_lfs_reply reply;

  /* Nobody asks for the attributes as they are then. */
  if (m->rq.op == GK_LFS_SETATTR)
    return gk_lfs_setattr (fs, &m->rq);
  return perform (fs, m, &reply, out);
}

/* What each of them fails of goes to out, and the next is carried out still. */
static int
do_posted (struct gk_localfs *fs, const struct message *m, struct gk_buf *out, struct gk_error *err)
{
  static const char zeros[8];
  const char *at = m->posted;
  size_t left = m->rq.posted_size;
  struct message one;

  for (uint32_t i = 0; i < m->rq.n_posted; ++i) {
    if (take_posted (&at, &left, &one, err) == -1)
      return -1;
    errno = 0;
    int32_t e = perform_posted (fs, &one, out) == -1 ? (errno ? errno : EIO) : 0;
    if (gk_buf_append (out, &e, sizeof e) == -1)
      return gk_error_oom (err);
  }
  if (m->rq.n_posted % 2 && gk_buf_append (out, zeros, sizeof (int32_t)) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
start (struct gk_localfs **fs, int root_fd, struct gk_error *err)
{
  struct rlimit limit;

  if (root_fd == -1)
    return gk_error_set (err, 0, "you must call 'mount' first to mount the root filesystem");
  if (*fs)
    return gk_error_set (err, EBUSY, "the tree is already served");
  /* Of filesystems without file handles every node is open. */
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
  struct gk_localfs *made = calloc (1, sizeof *made);
  if (made == NULL || gk_lfs_start (made, root_fd) == -1) {
    gk_localfs_free (made);
    return gk_error_sys (err, errno, "/");
  }
  *fs = made;
  return 0;
}

int
gk_localfs_serve (struct gk_localfs **fs, int root_fd, const void *body, size_t size,
                  struct gk_buf *out, struct gk_error *err)
{
  struct gk_lfs_reply reply = { 0 };
  struct message m;

  if (take_apart (body, size, &m, err) == -1)
    return -1;
  if (m.rq.op == GK_LFS_START && start (fs, root_fd, err) == -1)
    return -1;
  if (*fs == NULL)
    return gk_error_set (err, ENOTCONN, "the tree is not served");
  out->size = 0;
  if (gk_buf_append (out, &reply, sizeof reply) == -1)
    return gk_error_oom (err);
  if (do_posted (*fs, &m, out, err) == -1)
    return -1;
  size_t before = out->size;
  do_drops (*fs, &m);
  if (perform (*fs, &m, &reply, out) == -1) {
    reply.errnum = errno ? errno : EIO;
    out->size = before;
  }
  memcpy (out->data, &reply, sizeof reply);
  if (m.rq.op == GK_LFS_STOP) {
    gk_localfs_free (*fs);
    *fs = NULL;
  }
  return 0;
}
