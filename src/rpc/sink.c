/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A sink whose bytes go to the peer as chunks. */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Before every chunk: does anybody want that we stop? */
static int
look (struct gk_rpc_sink *sink, struct gk_error *err)
{
  struct gk_conn *conn = sink->conn;
  struct pollfd p[2] = {
    { .fd = conn->fd, .events = POLLIN },
    { .fd = sink->wake_fd, .events = POLLIN },
  };
  int held = 0;

  poll (p, sink->wake_fd >= 0 ? 2 : 1, 0);
  if (p[0].revents != 0 || conn->start != conn->end)
    held = gk_conn_pump (conn, err);
  if (held == -1)
    return -1;
  if (held)
    return gk_conn_fail (conn, EPROTO, "a frame while it was sent chunks", err);
  if (conn->eof)
    return gk_conn_gone (conn, err);
  if (conn->cancelled || conn->stopped)
    sink->stopped = true;
  if (sink->stopped || p[1].revents != 0)
    return gk_error_set (err, ECANCELED, "operation cancelled");
  return 0;
}

static int
send_chunk (struct gk_rpc_sink *sink, const void *data, size_t n, struct gk_error *err)
{
  if (look (sink, err) == -1)
    return -1;
  return gk_conn_send (sink->conn, GK_FRAME_CHUNK, 0, sink->serial, data, n, NULL, 0, err);
}

static int
flush (struct gk_rpc_sink *sink, struct gk_error *err)
{
  size_t n = sink->used;

  sink->used = 0;
  return n == 0 ? 0 : send_chunk (sink, sink->buf, n, err);
}

static int
sink_write (struct gk_sink *base, const void *data, size_t n, struct gk_error *err)
{
  struct gk_rpc_sink *sink = (struct gk_rpc_sink *)base;
  const uint8_t *p = data;

  while (n > 0) {
    size_t part = CHUNK_SIZE - sink->used;

    if (part > n)
      part = n;
    if (part == CHUNK_SIZE) { /* nothing collected, and enough: no copy */
      if (send_chunk (sink, p, part, err) == -1)
        return -1;
    } else {
      if (sink->buf == NULL && (sink->buf = malloc (CHUNK_SIZE)) == NULL)
        return gk_error_oom (err);
      memcpy (sink->buf + sink->used, p, part);
      sink->used += part;
      if (sink->used == CHUNK_SIZE && flush (sink, err) == -1)
        return -1;
    }
    p += part;
    n -= part;
  }
  return 0;
}

static int
sink_hole (struct gk_sink *base, uint64_t n, struct gk_error *err)
{
  struct gk_rpc_sink *sink = (struct gk_rpc_sink *)base;

  if (flush (sink, err) == -1 || look (sink, err) == -1)
    return -1;
  return gk_conn_send_u64 (sink->conn, GK_FRAME_HOLE, sink->serial, n, err);
}

static const struct gk_sink_ops ops = { .write = sink_write, .hole = sink_hole };

void
gk_rpc_sink_init (struct gk_rpc_sink *sink, struct gk_conn *conn, uint32_t serial, int wake_fd)
{
  *sink = (struct gk_rpc_sink){
    .sink = { .ops = &ops, .fd = -1 },
    .conn = conn,
    .serial = serial,
    .wake_fd = wake_fd,
    .open = true,
  };
}

int
gk_rpc_sink_finish (struct gk_rpc_sink *sink, const struct gk_error *failure, struct gk_error *err)
{
  struct gk_error stop = GK_ERROR_INIT;
  int r;

  /* What was written before the failure arrives: a program's output, say. */
  if (flush (sink, &stop) == -1 && failure == NULL)
    failure = &stop;
  free (sink->buf);
  sink->buf = NULL;
  sink->open = false;
  if (failure)
    r = gk_conn_send_error (sink->conn, GK_FRAME_ABORT, sink->serial, failure, err);
  else
    r = gk_conn_send (sink->conn, GK_FRAME_END, 0, sink->serial, NULL, 0, NULL, 0, err);
  gk_error_clear (&stop);
  return r;
}
