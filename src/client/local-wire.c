/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Requests to the worker for the FUSE server: see api/localfs.h. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/local-priv.h"

#define MANY_DROPS 4096

void
gk_local_drop (struct gk_local *l, uint64_t node, uint64_t count)
{
  if (l->n_drops == l->drops_alloc) {
    uint32_t n = l->drops_alloc ? l->drops_alloc * 2 : 256;
    struct gk_lfs_drop *drops = realloc (l->drops, n * sizeof *drops);
    if (drops == NULL)
      return; /* it stays open until the end */
    l->drops = drops;
    l->drops_alloc = n;
  }
  l->drops[l->n_drops++] = (struct gk_lfs_drop){ node, count };
  if (l->n_drops >= MANY_DROPS) {
    struct gk_lfs_request rq = { .op = GK_LFS_DROPS };
    gk_local_ask (l, &rq, NULL, NULL, NULL);
  }
}

static int
put_together (struct gk_local *l, struct gk_lfs_request *rq, const char *name, const char *other,
              const void *data, size_t size)
{
  struct gk_buf *b = &l->out;

  /* The worker does not know of them, and may be asked just for their effect. */
  gk_local_post_data (l);
  rq->n_drops = l->n_drops;
  rq->n_posted = l->n_posted;
  rq->posted_size = (uint32_t)l->posted.size;
  rq->name_len = name ? (uint32_t)strlen (name) + 1 : 0;
  rq->other_len = other ? (uint32_t)strlen (other) + 1 : 0;
  b->size = 0;
  if (gk_buf_append (b, rq, sizeof *rq) == -1 ||
      (l->n_drops && gk_buf_append (b, l->drops, l->n_drops * sizeof *l->drops) == -1) ||
      (l->n_posted && gk_buf_append (b, l->posted.data, l->posted.size) == -1) ||
      (name && gk_buf_append (b, name, rq->name_len) == -1) ||
      (other && gk_buf_append (b, other, rq->other_len) == -1) ||
      (size && gk_buf_append (b, data, size) == -1))
    return -1;
  return 0;
}

/* The errors of what was posted, which stand before the data. */
static int
take_posted (struct gk_local *l, const char **at, size_t *left)
{
  int32_t errors[GK_LFS_MAX_POSTED];
  size_t n = l->flight.n_posted * sizeof *errors, all = (n + 7) & ~(size_t)7;

  if (all > *left)
    return -1;
  memcpy (errors, *at, n);
  *at += all;
  *left -= all;
  gk_local_posted_end (l, errors);
  return 0;
}

static void
posted_to_flight (struct gk_local *l)
{
  l->flight.n_posted = l->n_posted;
  memcpy (l->flight.posted_for, l->posted_for, l->n_posted * sizeof *l->posted_for);
  l->n_posted = 0;
  l->posted.size = 0;
}

static bool
has_session (const struct gk_local *l)
{
  return l->g->session && l->g->session == l->session;
}

void
gk_local_send (struct gk_local *l, struct gk_lfs_request *rq, const void *data, size_t size)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  guestfs_h *g = l->g;

  if (!has_session (l) || put_together (l, rq, NULL, NULL, data, size) == -1) {
    gk_local_fetched (l, NULL, 0);
    return;
  }
  l->flight.under_way = true;
  posted_to_flight (l);
  if (gk_session_send (g, GK_REQUEST_LOCALFS, l->out.data, l->out.size, &err) == 0)
    l->n_drops = 0;
  else
    gk_local_collect (g);
}

void
gk_local_send_posted (struct gk_local *l)
{
  struct gk_lfs_request rq = { .op = GK_LFS_DROPS };

  if (!l->flight.under_way && l->n_posted)
    gk_local_send (l, &rq, NULL, 0);
}

void
gk_local_collect (guestfs_h *g)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_local *l = g->local;
  struct gk_frame frame;

  if (l == NULL || !l->flight.under_way)
    return;
  l->flight.under_way = false;
  const char *at = NULL;
  size_t left = 0;
  if (has_session (l) && g->session->late && gk_session_collect (g, &frame, &err) == 0 &&
      frame.len >= sizeof l->reply) {
    at = (const char *)frame.body + sizeof l->reply;
    left = frame.len - sizeof l->reply;
  }
  if (at == NULL || take_posted (l, &at, &left) == -1)
    gk_local_posted_end (l, NULL);
  gk_local_fetched (l, at, at ? left : 0);
}

static int
talk (struct gk_local *l, struct gk_lfs_request *rq, const char *name, const char *other,
      const void *data, size_t size, struct gk_local_data *ret)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame frame;

  gk_local_collect (l->g);
  if (!has_session (l))
    return ENOTCONN;
  if (put_together (l, rq, name, other, data, size) == -1)
    return ENOMEM;
  posted_to_flight (l);
  if (gk_session_request (l->g, GK_REQUEST_LOCALFS, l->out.data, l->out.size, &frame, &err) != 0)
    return EIO;
  l->n_drops = 0;
  if (frame.len < sizeof l->reply)
    return EIO;
  memcpy (&l->reply, frame.body, sizeof l->reply);
  const char *at = (const char *)frame.body + sizeof l->reply;
  size_t left = frame.len - sizeof l->reply;
  if (take_posted (l, &at, &left) == -1)
    return EIO;
  if (ret)
    *ret = (struct gk_local_data){ at, left };
  return l->reply.errnum;
}

static int
exchange (struct gk_local *l, struct gk_lfs_request *rq, const char *name, const char *other,
          const void *data, size_t size, struct gk_local_data *ret)
{
  int e = talk (l, rq, name, other, data, size, ret);

  if (l->n_posted)
    posted_to_flight (l); /* it came not so far that they were sent */
  if (l->flight.n_posted)
    gk_local_posted_end (l, NULL);
  return e;
}

static bool
may_change_attributes (enum gk_lfs_op op)
{
  switch (op) {
  case GK_LFS_DROPS:
  case GK_LFS_LOOKUP:
  case GK_LFS_GETATTR:
  case GK_LFS_STATFS:
  case GK_LFS_GETXATTR:
  case GK_LFS_LISTXATTR:
    return false;
  default: /* reading, too: the time of access */
    return true;
  }
}

/* Of more than a time of access. */
static bool
changes_attributes (enum gk_lfs_op op)
{
  return may_change_attributes (op) && op != GK_LFS_OPEN && op != GK_LFS_READ &&
         op != GK_LFS_READDIR && op != GK_LFS_READLINK && op != GK_LFS_LSEEK;
}

/* What else takes room than what was posted. */
static void
count_room (struct gk_local *l, enum gk_lfs_op op)
{
  if (op == GK_LFS_FALLOCATE || op == GK_LFS_COPY)
    l->room = 0;
  else if (changes_attributes (op))
    l->room -= 128 << 10;
}

/* What is said of a file by a name, or by its node, or of its data in other ways
 * than writing. */
static bool
may_change_fresh (enum gk_lfs_op op)
{
  switch (op) {
  case GK_LFS_SETATTR:
  case GK_LFS_LINK:
  case GK_LFS_UNLINK:
  case GK_LFS_RENAME:
  case GK_LFS_FALLOCATE:
  case GK_LFS_COPY:
  case GK_LFS_SETXATTR:
  case GK_LFS_REMOVEXATTR:
    return true;
  default:
    return false;
  }
}

static bool
changes_one_node (enum gk_lfs_op op)
{
  return op == GK_LFS_SETATTR || op == GK_LFS_SETXATTR || op == GK_LFS_REMOVEXATTR;
}

int
gk_local_ask (struct gk_local *l, struct gk_lfs_request *rq, const char *name, const char *other,
              struct gk_local_data *ret)
{
  if (may_change_attributes (rq->op))
    l->recent.node = 0;
  if (changes_attributes (rq->op))
    l->changes++;
  count_room (l, rq->op);
  if (may_change_fresh (rq->op))
    gk_local_end_fresh (l, changes_one_node (rq->op) ? rq->node : 0, NULL);
  if (rq->op == GK_LFS_SETXATTR && ret)
    return exchange (l, rq, name, other, ret->data, ret->size, NULL);
  return exchange (l, rq, name, other, NULL, 0, ret);
}

int
gk_local_write (struct gk_local *l, uint64_t fh, int64_t offset, const char *data, size_t size)
{
  l->recent.node = 0;
  l->changes++;
  l->room -= (int64_t)size + (128 << 10);
  for (size_t done = 0; done < size;) {
    size_t n = size - done < GK_LFS_IO_MAX ? size - done : GK_LFS_IO_MAX;
    struct gk_lfs_request rq = { .op = GK_LFS_WRITE, .fh = fh, .offset = offset + (int64_t)done };
    int e = exchange (l, &rq, NULL, NULL, data + done, n, NULL);
    if (e)
      return e;
    done += n;
  }
  return 0;
}

int
gk_local_start (guestfs_h *g)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_lfs_request rq = { .op = GK_LFS_START };
  struct gk_frame frame;

  if (gk_session_request (g, GK_REQUEST_LOCALFS, &rq, sizeof rq, &frame, &err) == 0)
    return 0;
  gk_error_wrap (&err, "mount_local");
  return gk_client_error_take (g, &err);
}

void
gk_local_stop (struct gk_local *l)
{
  struct gk_lfs_request rq = { .op = GK_LFS_STOP };

  l->n_drops = 0;
  gk_local_ask (l, &rq, NULL, NULL, NULL);
}
