/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* launch, shutdown, and what happens when a worker dies. */

#include <errno.h>
#include <string.h>

#include "client/session-priv.h"
#include "gk-client-calls.h"

void
gk_session_free (guestfs_h *g, int grace_ms)
{
  struct gk_session *s = g->session;

  if (s == NULL)
    return;
  g->session = NULL;
  g->worker_pid = 0;
  gk_local_session_gone (g);
  free (gk_steal_ptr (g->tree_dir)); /* the worker has taken it away */
  gk_conn_free (s->conn);
  gk_launched_reap (&s->process, grace_ms);
  free (s);
}

void
gk_session_lost (guestfs_h *g)
{
  gk_session_free (g, GK_END_GRACE_MS);
  gk_client_free_drives (g);
  g->state = GK_STATE_CONFIG;
  gk_client_event (g, GUESTFS_EVENT_SUBPROCESS_QUIT);
}

static int
lost (guestfs_h *g, struct gk_error *err)
{
  gk_launched_explain (&g->session->process, err);
  gk_session_lost (g);
  return -1;
}

int
gk_session_send (guestfs_h *g, enum gk_request kind, const void *body, size_t size,
                 struct gk_error *err)
{
  if (g->session->late)
    gk_local_collect (g);
  struct gk_session *s = g->session;
  if (s == NULL)
    return gk_error_set (err, ECONNRESET, "the worker ended unexpectedly");
  if (!gk_cancel_begin (g, false))
    return gk_error_set (err, ECANCELED, "operation cancelled by user");
  if (gk_conn_send (s->conn, GK_FRAME_CALL, kind, ++s->serial, body, size, NULL, 0, err) == -1)
    return lost (g, err);
  s->late = true;
  s->silent = kind == GK_REQUEST_LOCALFS || kind == GK_REQUEST_RESCUE_STATUS;
  return 0;
}

int
gk_session_collect (guestfs_h *g, struct gk_frame *ret_frame, struct gk_error *err)
{
  struct gk_session *s = g->session;

  s->late = false;
  if (gk_conn_recv_reply (s->conn, s->serial, ret_frame, gk_cancel_wake_fd (g, false), err) == -1)
    return lost (g, err);
  if (ret_frame->type == GK_FRAME_ERROR) {
    gk_frame_error (ret_frame, err);
    return 1;
  }
  return 0;
}

int
gk_session_request (guestfs_h *g, enum gk_request kind, const void *body, size_t size,
                    struct gk_frame *ret_frame, struct gk_error *err)
{
  if (gk_session_send (g, kind, body, size, err) == -1)
    return -1;
  return gk_session_collect (g, ret_frame, err);
}

/* --- end --------------------------------------------------------------------- */

static int
end_session (guestfs_h *g)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame frame;

  if (g->session == NULL)
    return 0;
  gk_local_before_end (g);
  if (g->session == NULL)
    return 0; /* it was lost by that */
  int r = gk_session_request (g, GK_REQUEST_END, NULL, 0, &frame, &err);
  if (r != -1) {
    gk_session_free (g, GK_END_GRACE_MS);
    g->state = GK_STATE_CONFIG;
  }
  if (r == 0)
    return 0;
  gk_error_wrap (&err, "shutdown");
  return gk_client_error_take (g, &err);
}

int
gk_client_shutdown (guestfs_h *g)
{
  if (g->state == GK_STATE_CONFIG)
    return 0;

  int r = end_session (g);
  gk_client_free_drives (g);
  return r;
}

int
gk_client_kill_subprocess (guestfs_h *g)
{
  return guestfs_shutdown (g);
}

/* --- launch ------------------------------------------------------------------- */

/* Programs show a bar from these: libguestfs reports launch as 12 steps. */
static void
launch_progress (guestfs_h *g, uint64_t position)
{
  const uint64_t array[] = { 0, 0, position, 12 };

  gk_client_event_array (g, GUESTFS_EVENT_PROGRESS, array, 4);
}

int
gk_client_launch (guestfs_h *g)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;

  if (g->state == GK_STATE_READY)
    return gk_client_error (g, 0, "launch: the session has already been launched");
  if (g->state != GK_STATE_CONFIG)
    return gk_client_error (g, 0, "launch: this function can only be called in the config state");
  if (g->ndrives == 0)
    return gk_client_error (g, 0,
                            "you must call guestfs_add_drive at least once before "
                            "guestfs_launch");

  g->state = GK_STATE_LAUNCHING;
  g->end_session = end_session;
  launch_progress (g, 0);
  if (gk_session_start (g, &err) == -1) {
    gk_session_free (g, GK_END_GRACE_MS);
    g->state = GK_STATE_CONFIG;
    gk_error_wrap (&err, "launch");
    return gk_client_error_take (g, &err);
  }
  g->state = GK_STATE_READY;
  launch_progress (g, 12);
  gk_client_event (g, GUESTFS_EVENT_LAUNCH_DONE);
  return 0;
}
