/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A call that the worker carries out: encode, send, move files, wait, decode.
 *
 * FileIn and FileOut go one of two ways.  When both ends share a kernel the
 * host file's descriptor travels with the call and the worker moves the bytes;
 * otherwise the bytes travel as chunks.
 */

#include <errno.h>
#include <stdlib.h>

#include "api/codec.h"
#include "client/invoke.h"
#include "client/session-priv.h"

struct remote {
  const struct gk_call *call;
  uint32_t serial;
  int wake_fd; /* user_cancel, for calls that can be cancelled, or -1 */
  struct gk_host_file in, out;
  bool has_in, has_out;
};

/* The error that the program sees.  Cancelled calls read the same for all. */
static int
report (guestfs_h *g, const struct gk_call *call, struct gk_error *err)
{
  if (err->errnum == ECANCELED)
    return gk_client_error (g, EINTR, "operation cancelled by user");
  gk_error_wrap (err, "%s", call->error_as);
  return gk_client_error_take (g, err);
}

static int
lost (guestfs_h *g, const struct gk_call *call, struct gk_error *err)
{
  if (g->session)
    gk_launched_explain (&g->session->process, err);
  gk_session_lost (g);
  return gk_client_error (g, err->errnum,
                          "%s: the worker ended unexpectedly (%s); the session is over and its "
                          "drives are detached",
                          call->name, gk_error_msg (err));
}

static int
open_files (guestfs_h *g, struct remote *r, const union gk_arg *args)
{
  for (unsigned i = 0; i < r->call->nargs; ++i) {
    if (r->call->args[i].kind == GK_FILE_IN) {
      if (gk_host_file_open_in (g, args[i].str, &r->in) == -1)
        return -1;
      r->has_in = true;
    } else if (r->call->args[i].kind == GK_FILE_OUT) {
      if (gk_host_file_open_out (g, args[i].str, &r->out) == -1)
        return -1;
      r->has_out = true;
    }
  }
  return 0;
}

static int
send_call (guestfs_h *g, struct remote *r, const msgpack_sbuffer *body, struct gk_error *err)
{
  struct gk_conn *conn = g->session->conn;
  unsigned flags = GK_REQUEST_CALL;
  int fd = r->has_in ? r->in.fd : r->has_out ? r->out.fd : -1;
  bool pass = fd >= 0 && gk_conn_can_pass_fds (conn);

  if (!pass) {
    flags |= r->has_in ? GK_FLAG_CHUNKS_IN : 0;
    flags |= r->has_out ? GK_FLAG_CHUNKS_OUT : 0;
  }
  if (gk_conn_send (conn, GK_FRAME_CALL, flags, r->serial, body->data, body->size, &fd,
                    pass ? 1 : 0, err) == -1)
    return -1;
  return pass ? 0 : 1;
}

/* Move chunks when the descriptor was not passed.  0: the reply decides;
 * 1: failed on this side, local is why; -1: connection lost, err. */
static int
move_chunks (guestfs_h *g, struct remote *r, struct gk_error *local, struct gk_error *err)
{
  struct gk_conn *conn = g->session->conn;
  int x = GK_XFER_DONE;

  if (r->has_in)
    x = gk_conn_send_file (conn, r->serial, r->in.fd, r->wake_fd, local);
  else if (r->has_out)
    x = gk_conn_recv_file (conn, r->serial, r->out.fd, r->wake_fd, local);
  if (x == -1 && gk_conn_is_dead (conn)) {
    gk_error_move (err, local);
    return -1;
  }
  return x == -1 ? 1 : 0;
}

static int
converse (guestfs_h *g, struct remote *r, const msgpack_sbuffer *body, union gk_ret *ret)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_error_ struct gk_error local = GK_ERROR_INIT;
  struct gk_frame reply;
  int moved = 0;

  int chunks = send_call (g, r, body, &err);
  if (chunks == 1 && (r->has_in || r->has_out)) {
    moved = move_chunks (g, r, &local, &err);
    if (moved == -1)
      chunks = -1;
  }
  if (chunks == -1 ||
      gk_conn_recv_reply (g->session->conn, r->serial, &reply, r->wake_fd, &err) == -1) {
    /* A body beyond the wire's limit is refused before anything is sent. */
    if (!gk_conn_is_dead (g->session->conn))
      return report (g, r->call, &err);
    return lost (g, r->call, &err);
  }
  if (moved == 1)
    return report (g, r->call, &local);
  if (reply.type == GK_FRAME_ERROR)
    gk_frame_error (&reply, &err);
  else if (gk_decode_result (reply.body, reply.len, r->call, ret, &err) == 0)
    return 0;
  return report (g, r->call, &err);
}

int
gk_client_remote (guestfs_h *g, const struct gk_call *call, const union gk_arg *args,
                  const void *opts, union gk_ret *ret)
{
  gk_local_before_call (g);
  if (g->session == NULL)
    return gk_client_error (g, ECONNRESET, "%s: the worker ended unexpectedly", call->name);
  struct remote r = { .call = call,
                      .serial = ++g->session->serial,
                      .wake_fd = -1,
                      .in = GK_HOST_FILE_INIT,
                      .out = GK_HOST_FILE_INIT };
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  msgpack_sbuffer body;

  g->session->proc_nr = gk_call_id (call);
  g->session->silent = false;
  bool transfer = call->flags & GK_CALL_CANCELLABLE;
  if (!gk_cancel_begin (g, transfer))
    return gk_client_error (g, EINTR, "operation cancelled by user");
  r.wake_fd = gk_cancel_wake_fd (g, transfer);
  msgpack_sbuffer_init (&body);
  int result = -1;
  if (gk_encode_call (&body, call, args, opts, &err) == -1)
    report (g, call, &err);
  else if (open_files (g, &r, args) == 0)
    result = converse (g, &r, &body, ret);
  gk_wipe_packed (call, &body);
  msgpack_sbuffer_destroy (&body);

  gk_host_file_finish (g, &r.in, true);
  if (r.has_out && gk_host_file_finish (g, &r.out, result == 0) == -1 && result == 0) {
    gk_ret_free (call, ret);
    result = -1;
  }
  return result;
}
