/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bridge's side that faces the kernel: a file system whose root is the
 * file.
 *
 * Direct I/O and parallel writes are asked for when the file is opened: the
 * loop device has them under way all at once, and its own pages are the only
 * cache.  What the server answered is all that a flush has to cover, for
 * nothing is held back here or in the kernel.
 */
#include <errno.h>
#include <linux/falloc.h>
#include <linux/fuse.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "nbd/bridge-priv.h"

#define FOREVER 1e9
/* The largest cluster of qcow2: within the whole ones of a range zeros are
 * written by a mark, in the rest as data where the image cannot do better. */
#define CLUSTER (UINT64_C (2) << 20)

static struct gk_bridge_process *
process_of (fuse_req_t fuse)
{
  return fuse_req_userdata (fuse);
}

/* --- requests and their buffers ------------------------------------------------ */

/* With one part already, which the caller answers: so it lives until all
 * others were added.  NULL: the kernel has its answer. */
static struct gk_bridge_request *
new_request (fuse_req_t fuse)
{
  struct gk_bridge_process *b = process_of (fuse);
  struct gk_bridge_request *r = calloc (1, sizeof *r);

  if (r == NULL) {
    fuse_reply_err (fuse, ENOMEM);
    return NULL;
  }
  r->b = b;
  r->fuse = fuse;
  r->parts = 1;
  b->n_requests++;
  return r;
}

/* The buffer of the request that is being taken. */
static void
keep_buffer (struct gk_bridge_request *r)
{
  r->buffer = gk_steal_ptr (r->b->receive.mem);
}

static void
give_back (struct gk_bridge_process *b, void *buffer)
{
  if (buffer != NULL && b->buffers.n < GK_BRIDGE_MAX_REQUESTS)
    b->buffers.v[b->buffers.n++] = buffer;
  else
    free (buffer);
}

void
gk_bridge_forget_buffers (struct gk_bridge_process *b)
{
  while (b->buffers.n > 0)
    free (b->buffers.v[--b->buffers.n]);
  free (gk_steal_ptr (b->receive.mem));
  malloc_trim (0);
}

void
gk_bridge_answer (struct gk_bridge_request *r, int errnum)
{
  if (r->errnum == 0)
    r->errnum = errnum;
  if (--r->parts > 0)
    return;
  if (r->errnum != 0)
    fuse_reply_err (r->fuse, r->errnum);
  else if (r->is_read)
    fuse_reply_buf (r->fuse, r->buffer, r->size);
  else if (r->is_write)
    fuse_reply_write (r->fuse, r->size);
  else
    fuse_reply_err (r->fuse, 0);
  give_back (r->b, r->buffer);
  r->b->n_requests--;
  free (r);
}

void
gk_bridge_take (struct gk_bridge_process *b)
{
  while (!b->stopping && b->n_requests < GK_BRIDGE_MAX_REQUESTS) {
    int n;

    if (b->receive.mem == NULL && b->buffers.n > 0)
      b->receive.mem = b->buffers.v[--b->buffers.n];
    n = fuse_session_receive_buf (b->session, &b->receive);
    if (n == -EAGAIN || n == -EINTR)
      return;
    if (n <= 0)
      b->stopping = true; /* unmounted */
    else
      fuse_session_process_buf (b->session, &b->receive);
    if (b->begun) {
      free (gk_steal_ptr (b->receive.mem));
      b->begun = false;
    }
  }
}

/* --- operations ------------------------------------------------------------------ */

static void
init (void *opaque, struct fuse_conn_info *conn)
{
  /* splice would need pipes and gain nothing: the data must pass a socket. */
  conn->want &= ~(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
                  FUSE_CAP_WRITEBACK_CACHE);
  conn->want |= conn->capable & (FUSE_CAP_ASYNC_READ | FUSE_CAP_ASYNC_DIO);
  conn->max_write = GK_BRIDGE_MAX_IO;
  conn->max_background = GK_BRIDGE_MAX_BACKGROUND;
  conn->congestion_threshold = GK_BRIDGE_MAX_BACKGROUND;
  ((struct gk_bridge_process *)opaque)->begun = true;
}

static void
do_getattr (fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi)
{
  const struct stat st = {
    .st_ino = ino,
    .st_mode = S_IFREG | 0600,
    .st_nlink = 1,
    .st_size = process_of (fuse)->server->size,
    .st_blksize = 4096,
  };

  fuse_reply_attr (fuse, &st, FOREVER);
}

/* The kernel's structure, because libfuse has no word for parallel writes
 * before 3.15. */
static void
do_open (fuse_req_t fuse, fuse_ino_t ino, struct fuse_file_info *fi)
{
  const struct fuse_open_out out = {
    .open_flags = FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES,
  };

  fuse_reply_buf (fuse, (const char *)&out, sizeof out);
}

static void
do_statfs (fuse_req_t fuse, fuse_ino_t ino)
{
  const struct statvfs st = {
    .f_bsize = 4096, /* what a loop device tells as its unit of discards */
    .f_frsize = 4096,
    .f_blocks = process_of (fuse)->server->size / 4096,
    .f_files = 1,
    .f_namemax = 255,
  };

  fuse_reply_statfs (fuse, &st);
}

static void
do_read (fuse_req_t fuse, fuse_ino_t ino, size_t size, off_t at, struct fuse_file_info *fi)
{
  uint64_t end = process_of (fuse)->server->size;
  struct gk_bridge_request *r;

  if (at < 0 || size > GK_BRIDGE_MAX_IO) {
    fuse_reply_err (fuse, EINVAL);
    return;
  }
  if ((uint64_t)at >= end)
    size = 0;
  else if (size > end - at)
    size = end - at;
  if (size == 0) {
    fuse_reply_buf (fuse, NULL, 0);
    return;
  }
  r = new_request (fuse);
  if (r == NULL)
    return;
  r->is_read = true;
  r->size = size;
  keep_buffer (r);
  gk_bridge_pread (r, r->buffer, size, at);
  gk_bridge_answer (r, 0);
}

static void
do_write (fuse_req_t fuse, fuse_ino_t ino, struct fuse_bufvec *in, off_t at,
          struct fuse_file_info *fi)
{
  const struct gk_bridge_process *b = process_of (fuse);
  size_t size = in->buf[0].size;
  struct gk_bridge_request *r;

  if (in->count != 1 || (in->buf[0].flags & FUSE_BUF_IS_FD) != 0 || at < 0 || size == 0) {
    fuse_reply_err (fuse, EINVAL);
    return;
  }
  if ((uint64_t)at > b->server->size || size > b->server->size - at) {
    fuse_reply_err (fuse, ENOSPC);
    return;
  }
  r = new_request (fuse);
  if (r == NULL)
    return;
  r->is_write = true;
  r->size = size;
  keep_buffer (r);
  gk_bridge_pwrite (r, in->buf[0].mem, size, at);
  gk_bridge_answer (r, 0);
}

static void
do_fsync (fuse_req_t fuse, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
  struct gk_bridge_request *r = new_request (fuse);

  if (r == NULL)
    return;
  if (r->b->can_flush || r->b->dead)
    gk_bridge_flush (r);
  gk_bridge_answer (r, 0);
}

/* A hole must read as zeros afterwards, which a trim does not promise.  The loop
 * device makes holes both for discards, which should not take long and are not
 * worth to fill an image with zeros, and to write zeros, which the kernel does
 * itself when we cannot. */
static void
punch (struct gk_bridge_request *r, uint64_t size, uint64_t at)
{
  uint64_t from = (at + CLUSTER - 1) / CLUSTER * CLUSTER;
  uint64_t to = at + size == r->b->server->size ? at + size : (at + size) / CLUSTER * CLUSTER;

  if (from >= to) {
    gk_bridge_zero (r, size, at, GK_BRIDGE_ZERO_HOLE);
    return;
  }
  gk_bridge_zero (r, from - at, at, GK_BRIDGE_ZERO_HOLE);
  gk_bridge_zero (r, to - from, from, GK_BRIDGE_ZERO_FAST_HOLE);
  gk_bridge_zero (r, at + size - to, to, GK_BRIDGE_ZERO_HOLE);
}

static void
do_fallocate (fuse_req_t fuse, fuse_ino_t ino, int mode, off_t at, off_t size,
              struct fuse_file_info *fi)
{
  const struct gk_bridge_process *b = process_of (fuse);
  bool hole = (mode & FALLOC_FL_PUNCH_HOLE) != 0;
  struct gk_bridge_request *r;

  mode &= ~FALLOC_FL_KEEP_SIZE;
  if ((mode != FALLOC_FL_PUNCH_HOLE && mode != FALLOC_FL_ZERO_RANGE) || !b->can_zero ||
      (hole && !b->server->punch)) {
    fuse_reply_err (fuse, EOPNOTSUPP);
    return;
  }
  if (at < 0 || size <= 0 || (uint64_t)at > b->server->size ||
      (uint64_t)size > b->server->size - at) {
    fuse_reply_err (fuse, hole ? EINVAL : ENOSPC);
    return;
  }
  r = new_request (fuse);
  if (r == NULL)
    return;
  if (hole)
    punch (r, size, at);
  else
    gk_bridge_zero (r, size, at, GK_BRIDGE_ZERO_KEEP);
  gk_bridge_answer (r, 0);
}

const struct fuse_lowlevel_ops gk_bridge_fuse_ops = {
  .init = init,
  .getattr = do_getattr,
  .open = do_open,
  .statfs = do_statfs,
  .read = do_read,
  .write_buf = do_write,
  .fsync = do_fsync,
  .fallocate = do_fallocate,
};
