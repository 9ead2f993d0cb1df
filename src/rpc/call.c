/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The two ends of a call: the worker waits for the next one, the client for
 * its reply. */
#include "rpc/rpc-priv.h"

#include <errno.h>

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

int
gk_conn_recv_reply (struct gk_conn *conn, uint32_t serial, struct gk_frame *ret_frame, int wake_fd,
                    struct gk_error *err)
{
  for (;;) {
    int r = gk_conn_recv (conn, ret_frame, -1, wake_fd, err);

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
