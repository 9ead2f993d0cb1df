/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The peer's chunks as a source. */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

static int
cancelled_here (struct gk_error *err)
{
  return gk_error_set (err, ECANCELED, "operation cancelled");
}

/* The end that the stream came to. */
static int
take_end (struct gk_rpc_source *src, const struct head *head, struct gk_error *err)
{
  struct gk_conn *conn = src->conn;
  const uint8_t *body = conn->buf + conn->start + HEAD_SIZE;

  conn->start += HEAD_SIZE + head->len;
  src->open = conn->in_stream = false;
  if (head->type == GK_FRAME_END)
    return 0;
  src->aborted = true;
  gk_conn_unpack_error (body, head->len, err);
  return -1;
}

/* HOLE and TOTAL.  1, or -1 (dead). */
static int
take_number (struct gk_rpc_source *src, const struct head *head, struct gk_error *err)
{
  struct gk_conn *conn = src->conn;
  uint64_t n = gk_get_u64 (conn->buf + conn->start + HEAD_SIZE);

  if (n == 0 || n > INT64_MAX)
    return gk_conn_fail (conn, EPROTO, "a stream of an impossible size", err);
  conn->start += HEAD_SIZE + head->len;
  if (head->type == GK_FRAME_TOTAL)
    src->source.total = n;
  else
    src->hole_left = n;
  return 1;
}

/* Act on what is at the front: 1 when bytes of a chunk or a hole are next (or nothing
 * is known yet), 0 at the end, -1 (abort: then open is false; or dead), 2 when bytes
 * are needed. */
static int
next_chunk (struct gk_rpc_source *src, struct gk_error *err)
{
  struct gk_conn *conn = src->conn;
  struct head head;

  switch (gk_conn_front (conn, &head, err)) {
  case FRONT_DEAD:
    return -1;
  case FRONT_MORE:
    return 2;
  case FRONT_HEAD:
    break;
  }
  if (head.serial != src->serial)
    return gk_conn_fail (conn, EPROTO, "a frame of another call in a stream", err);
  switch (head.type) {
  case GK_FRAME_CHUNK:
    conn->start += HEAD_SIZE;
    conn->chunk_left = head.len;
    conn->body_shared = head.shared;
    return 1;
  case GK_FRAME_END:
  case GK_FRAME_ABORT:
    if (conn->end - conn->start < HEAD_SIZE + head.len)
      return 2;
    return take_end (src, &head, err);
  case GK_FRAME_HOLE:
  case GK_FRAME_TOTAL:
    if (conn->end - conn->start < HEAD_SIZE + head.len)
      return 2;
    return take_number (src, &head, err);
  default:
    return gk_conn_fail (conn, EPROTO, "a frame that is no chunk in a stream", err);
  }
}

/* Bytes of a chunk whose body is in shared memory.  0: more must come. */
static ssize_t
take_shared (struct gk_conn *conn, uint8_t *buf, size_t n, struct gk_error *err)
{
  struct head head;
  size_t got;

  if (gk_conn_front (conn, &head, err) == FRONT_DEAD)
    return -1;
  got = gk_bulk_take (conn, buf, n);
  conn->chunk_left -= (uint32_t)got;
  gk_flow_ack (conn);
  return (ssize_t)got;
}

/* Up to n bytes to buf, or (buf NULL) away: as gk_source_ops.read, but 0 before a
 * hole, too; then hole_left is not 0. */
static ssize_t
read_some (struct gk_rpc_source *src, uint8_t *buf, size_t n, int wake_fd, struct gk_error *err)
{
  struct gk_conn *conn = src->conn;

  for (;;) {
    size_t want = 0;
    ssize_t r;

    if (conn->dead)
      return gk_conn_dead_error (conn, err);
    if (conn->chunk_left == 0) {
      int next = src->hole_left ? 0 : next_chunk (src, err);

      if (next == 0 || next == -1)
        return next;
      if (next == 1 && conn->chunk_left == 0)
        continue;
    }
    if (conn->chunk_left > 0) {
      want = n < conn->chunk_left ? n : conn->chunk_left;
      if (conn->body_shared) {
        r = take_shared (conn, buf, want, err);
        if (r != 0)
          return r;
        want = 0;
      } else if (conn->start != conn->end) {
        if (want > conn->end - conn->start)
          want = conn->end - conn->start;
        if (buf)
          memcpy (buf, conn->buf + conn->start, want);
        conn->start += want;
        conn->chunk_left -= (uint32_t)want;
        return (ssize_t)want;
      }
    }
    if (conn->eof)
      return gk_conn_fail (conn, ECONNRESET, "it has gone in the middle of a stream", err);
    r = gk_conn_fill_wait (conn, buf, buf ? want : 0, 0, wake_fd, err);
    if (r == WAIT_WOKEN)
      return cancelled_here (err);
    if (r != 0) {
      if (r > 0)
        conn->chunk_left -= (uint32_t)r;
      return r;
    }
  }
}

static ssize_t
source_read_or_hole (struct gk_source *source, void *buf, size_t n, uint64_t max,
                     uint64_t *ret_hole, struct gk_error *err)
{
  struct gk_rpc_source *src = (struct gk_rpc_source *)source;
  ssize_t r;

  if (!src->open) {
    if (src->aborted)
      return cancelled_here (err);
    return 0;
  }
  if (n == 0)
    return 0;
  r = read_some (src, buf, n, src->wake_fd, err);
  if (r == 0 && src->hole_left) {
    *ret_hole = src->hole_left < max ? src->hole_left : max;
    src->hole_left -= *ret_hole;
  }
  return r;
}

/* For those who want the zeros. */
static ssize_t
source_read (struct gk_source *source, void *buf, size_t n, struct gk_error *err)
{
  uint64_t hole = 0;
  ssize_t r = source_read_or_hole (source, buf, n, n, &hole, err);

  if (hole == 0)
    return r;
  memset (buf, 0, (size_t)hole);
  return (ssize_t)hole;
}

static const struct gk_source_ops ops = {
  .read = source_read,
  .read_or_hole = source_read_or_hole,
};

void
gk_rpc_source_init (struct gk_rpc_source *src, struct gk_conn *conn, uint32_t serial, int wake_fd)
{
  *src = (struct gk_rpc_source){
    .source = { .ops = &ops, .fd = -1 },
    .conn = conn,
    .serial = serial,
    .wake_fd = wake_fd,
    .open = true,
  };
}

int
gk_rpc_source_finish (struct gk_rpc_source *src, struct gk_error *err)
{
  if (src->open && gk_conn_ask_stop (src->conn, src->serial, err) == -1)
    return -1;
  while (src->open && !src->conn->dead) {
    src->hole_left = 0;
    read_some (src, NULL, SIZE_MAX, -1, NULL);
  }
  return src->conn->dead ? gk_conn_dead_error (src->conn, err) : 0;
}
