/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The two ends of a call: the worker waits for the next one, the client for
 * its reply. */
#include "rpc/rpc-priv.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/error.h"

int
gk_conn_recv_call (struct gk_conn *conn, struct gk_frame *ret_frame, int wake_fd,
                   struct gk_error *err)
{
  int r = gk_conn_recv (conn, ret_frame, -1, wake_fd, err);

  if (r != GK_CONN_FRAME || ret_frame->type == GK_FRAME_CALL)
    return r;
  if (ret_frame->type == GK_FRAME_BYE)
    return GK_CONN_EOF;
  return gk_conn_fail (conn, EPROTO, "a frame that is no call", err);
}

/* --- a worker that says nothing ----------------------------------------------------
 *
 * It may wait for the kernel (a mount replays a journal, the end of the session writes out what is
 * in memory).  Who watches shall see nevertheless that it goes on. */
#define FIRST_MS 2000
#define NEXT_MS 333
#define SILENCE_NS UINT64_C (600000000)

void
gk_quiet_told (struct quiet *q, uint64_t position, uint64_t total)
{
  q->told_ns = gk_clock_ns ();
  q->knows |= total > 1;
  q->ended = position == total;
}

static void
pulse (struct gk_conn *conn, uint32_t serial, uint64_t position)
{
  gk_quiet_told (&conn->quiet, position, 1);
  conn->quiet.pulsed = true;
  if (conn->events.progress)
    conn->events.progress (conn->events.opaque, serial, position, 1);
}

/* As gk_conn_recv, and time is no matter. */
static int
recv_in_time (struct gk_conn *conn, uint32_t serial, struct gk_frame *ret_frame, int wake_fd,
              struct gk_error *err)
{
  struct quiet *q = &conn->quiet;
  int r;

  for (int wait = q->pulsed ? NEXT_MS : FIRST_MS;; wait = NEXT_MS) {
    _cleanup_error_ struct gk_error e = GK_ERROR_INIT;
    r = gk_conn_recv (conn, ret_frame, wait, wake_fd, &e);
    if (r != -1)
      break;
    if (gk_conn_is_dead (conn) || e.errnum != ETIMEDOUT) {
      gk_error_move (err, &e);
      return -1;
    }
    if (!q->knows && gk_clock_ns () - q->told_ns > SILENCE_NS)
      pulse (conn, serial, 0);
  }
  if (r == GK_CONN_FRAME && ret_frame->type == GK_FRAME_REPLY && q->pulsed && !q->knows &&
      !q->ended)
    pulse (conn, serial, 1);
  return r;
}

int
gk_conn_recv_reply (struct gk_conn *conn, uint32_t serial, struct gk_frame *ret_frame, int wake_fd,
                    struct gk_error *err)
{
  for (;;) {
    int r = recv_in_time (conn, serial, ret_frame, wake_fd, err);

    switch (r) {
    case -1:
      return -1;
    case GK_CONN_EOF:
      return gk_conn_gone (conn, err);
    case GK_CONN_WOKEN:
      if (gk_conn_ask_stop (conn, serial, err) == -1)
        return -1;
      wake_fd = -1;
      continue;
    }
    if ((ret_frame->type != GK_FRAME_REPLY && ret_frame->type != GK_FRAME_ERROR) ||
        ret_frame->serial != serial)
      return gk_conn_fail (conn, EPROTO, "a frame that is not the reply", err);
    return 0;
  }
}
