/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Flow control for a worker on a serial line.
 *
 * A tty holds 4 KiB; when more comes it throttles its driver, and that of
 * User-Mode Linux (6.1) then never hears of its input again: the line is
 * deaf.  So the worker says in its HELLO how much may be on the way, which is
 * less than that, and reports with ACK what it has read.  Half of it is
 * reported at the latest, so there is always room for a CANCEL.  A socket
 * needs none of this: the window is 0 and everything here does nothing.
 */
#include "rpc/rpc-priv.h"

#include <errno.h>
#include <poll.h>

#include "base/error.h"

size_t
gk_flow_credit (const struct gk_conn *conn)
{
  uint32_t out = conn->sent - conn->acked;

  if (conn->window == 0)
    return SIZE_MAX;
  return out < conn->window ? conn->window - out : 0;
}

void
gk_flow_acked (struct gk_conn *conn, uint32_t line, uint32_t bulk)
{
  if (line - conn->acked <= conn->sent - conn->acked)
    conn->acked = line;
  if (bulk - conn->bulk_out <= conn->bulk_in - conn->bulk_out)
    conn->bulk_out = bulk;
}

int
gk_flow_wait (struct gk_conn *conn, size_t (*room) (const struct gk_conn *), struct gk_error *err)
{
  while (room (conn) == 0) {
    struct pollfd p = { .fd = conn->fd, .events = POLLIN };
    int held = gk_conn_pump (conn, err);

    if (held == -1)
      return -1;
    if (room (conn) > 0)
      break;
    if (held)
      return gk_conn_fail (conn, EPROTO, "a frame in the middle of another", err);
    if (conn->eof)
      return gk_conn_gone (conn, err);
    if (poll (&p, 1, -1) == -1 && errno != EINTR)
      return gk_conn_fail (conn, errno, "waiting failed", err);
  }
  return 0;
}

static bool
ack_is_due (const struct gk_conn *conn)
{
  /* Inside of a frame that is being sent it would be taken for its body. */
  if (conn->sending || conn->dead || conn->role != GK_ROLE_WORKER)
    return false;
  return (conn->granted != 0 && conn->received - conn->reported >= conn->granted / 2) ||
         (conn->shared != NULL && conn->bulk_out - conn->bulk_reported >= conn->shared_size / 4);
}

void
gk_flow_ack (struct gk_conn *conn)
{
  uint8_t body[8];

  while (ack_is_due (conn)) {
    conn->reported = conn->received;
    conn->bulk_reported = conn->bulk_out;
    gk_put_u32 (body, conn->reported);
    gk_put_u32 (body + 4, conn->bulk_reported);
    gk_conn_send (conn, GK_FRAME_ACK, 0, 0, body, sizeof body, NULL, 0, NULL);
  }
}
