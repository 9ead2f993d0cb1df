/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A call's task over the connection. */
#include "rpc/rpc-priv.h"

#include <poll.h>
#include <string.h>

#include "base/error.h"

/* Programs that were written for libguestfs count on these: nothing for the
 * first 2 s, then three a second, and if there were any, one at the end.  They also
 * know that 0 of 1, again and again, means work of which nobody knows how much it is. */
#define PROGRESS_FIRST_NS UINT64_C (2000000000)
#define PROGRESS_NEXT_NS UINT64_C (333333333)
#define LOG_PIECE 8192u

static void
send_progress (struct gk_rpc_task *t, uint64_t position, uint64_t total)
{
  uint64_t now = gk_clock_ns ();
  uint8_t body[16];

  if (t->last_ns == 0 ? now - t->started_ns < PROGRESS_FIRST_NS
                      : now - t->last_ns < PROGRESS_NEXT_NS && position != total)
    return;
  t->last_ns = now;
  gk_put_u64 (body, position);
  gk_put_u64 (body + 8, total);
  gk_conn_send (t->conn, GK_FRAME_PROGRESS, 0, t->serial, body, sizeof body, NULL, 0, NULL);
}

static bool
cancelled (struct gk_task *task)
{
  struct gk_rpc_task *t = (struct gk_rpc_task *)task;
  struct gk_conn *conn = t->conn;
  int held;

  /* Whatever takes long asks this again and again. */
  if (t->pulses && !t->knows)
    send_progress (t, 0, 1);
  if (conn->cancelled || gk_conn_is_dead (conn))
    return true;
  held = gk_conn_pump (conn, NULL);
  if (held == 1) {
    /* Chunks are in front of whatever else the client has sent; that it has
     * gone can be seen nevertheless. */
    struct pollfd p = { .fd = conn->fd, .events = POLLRDHUP };

    return poll (&p, 1, 0) > 0;
  }
  return conn->cancelled || gk_conn_is_dead (conn);
}

static int
cancel_fd (struct gk_task *task)
{
  struct gk_conn *conn = ((struct gk_rpc_task *)task)->conn;

  /* With chunks under way it would be readable all the time; their sender
   * cancels in the stream. */
  return conn->in_stream ? -1 : conn->fd;
}

static void
progress (struct gk_task *task, uint64_t position, uint64_t total)
{
  struct gk_rpc_task *t = (struct gk_rpc_task *)task;

  if (total == 0) /* of that nobody can make anything */
    return;
  t->knows = true;
  send_progress (t, position, total);
}

void
gk_rpc_task_done (struct gk_rpc_task *t)
{
  if (t->last_ns != 0 && !t->knows)
    send_progress (t, 1, 1);
}

static void
task_log (struct gk_task *task, const char *text)
{
  struct gk_rpc_task *t = (struct gk_rpc_task *)task;

  for (size_t left = strlen (text); left > 0;) {
    size_t n = left < LOG_PIECE ? left : LOG_PIECE;

    if (gk_conn_send (t->conn, GK_FRAME_LOG, 0, t->serial, text, n, NULL, 0, NULL) == -1)
      return;
    text += n;
    left -= n;
  }
}

static const struct gk_task_ops ops = {
  .cancelled = cancelled,
  .cancel_fd = cancel_fd,
  .progress = progress,
  .log = task_log,
};

void
gk_rpc_task_init (struct gk_rpc_task *task, struct gk_conn *conn, uint32_t serial)
{
  *task = (struct gk_rpc_task){
    .task = { .ops = &ops },
    .conn = conn,
    .serial = serial,
    .started_ns = gk_clock_ns (),
  };
}
