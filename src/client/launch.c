/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* launch, shutdown, and what happens when a worker dies. */

#include <errno.h>
#include <string.h>

#include "client/session-priv.h"
#include "gk-client-calls.h"

/* A worker that was told to end has so long to flush and unmount before it is
 * killed; all of it is bounded by what the image's storage can write. */
#define END_GRACE_MS 120000
#define HELLO_TIMEOUT_MS 20000

static void
on_log (void *opaque, const char *text, size_t len)
{
  guestfs_h *g = opaque;

  if (g->verbose)
    gk_client_event_text (g, GUESTFS_EVENT_APPLIANCE, text, len);
}

static void
on_progress (void *opaque, uint32_t serial, uint64_t position, uint64_t total)
{
  guestfs_h *g = opaque;
  const uint64_t array[] = { g->session->proc_nr, serial, position, total };

  gk_client_event_array (g, GUESTFS_EVENT_PROGRESS, array, 4);
}

static void
session_free (guestfs_h *g, int grace_ms)
{
  struct gk_session *s = g->session;

  if (s == NULL)
    return;
  g->session = NULL;
  g->worker_pid = 0;
  free (gk_steal_ptr (g->tree_dir)); /* the worker has taken it away */
  gk_conn_free (s->conn);
  gk_launched_reap (&s->process, grace_ms);
  free (s);
}

void
gk_session_lost (guestfs_h *g)
{
  session_free (g, END_GRACE_MS);
  gk_client_free_drives (g);
  g->state = GK_STATE_CONFIG;
  gk_client_event (g, GUESTFS_EVENT_SUBPROCESS_QUIT);
}

int
gk_session_request (guestfs_h *g, enum gk_request kind, const void *body, size_t size,
                    struct gk_frame *ret_frame, struct gk_error *err)
{
  struct gk_session *s = g->session;

  s->serial++;
  if (gk_conn_send (s->conn, GK_FRAME_CALL, kind, s->serial, body, size, NULL, 0, err) == -1
      || gk_conn_recv_reply (s->conn, s->serial, ret_frame, -1, err) == -1) {
    gk_session_lost (g);
    return -1;
  }
  if (ret_frame->type == GK_FRAME_ERROR) {
    gk_frame_error (ret_frame, err);
    return 1;
  }
  return 0;
}

/* --- end --------------------------------------------------------------------- */

static int
end_session (guestfs_h *g)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct gk_frame frame;

  if (g->session == NULL)
    return 0;
  int r = gk_session_request (g, GK_REQUEST_END, NULL, 0, &frame, &err);
  if (r != -1) {
    session_free (g, END_GRACE_MS);
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

static int
start_worker (guestfs_h *g, const struct gk_launch_params *params, struct gk_error *err)
{
  _cleanup_free_ char *worker = gk_find_worker ();
  _cleanup_free_ char *cachedir = gk_client_get_cachedir (g);
  struct gk_launch_env env = { .worker = worker, .cachedir = cachedir, .verbose = g->verbose,
                               .params = params };
  struct gk_launched process = GK_LAUNCHED_INIT;

  if (cachedir == NULL)
    return gk_error_oom (err);
  const struct gk_launcher *launcher = gk_launcher_choose (g->backend, &env, err);
  if (launcher == NULL)
    return -1;
  gk_client_debug (g, "launch: launcher %s, worker %s", launcher->name, worker);
  if (launcher->start (&env, &process, err) == -1)
    return -1;

  struct gk_session *s = calloc (1, sizeof *s);
  if (s)
    s->conn = gk_conn_new (process.fd, GK_ROLE_CLIENT, err);
  if (s == NULL || s->conn == NULL) {
    gk_launched_reap (&process, 0);
    free (s);
    return gk_error_oom (err);
  }
  s->process = process;
  g->session = s;
  g->worker_pid = process.pid;
  gk_conn_set_events (s->conn, &(struct gk_conn_events){ on_log, on_progress, g });
  if (process.shared)
    gk_conn_share (s->conn, process.shared, process.shared_size);
  if (gk_conn_hello (s->conn, gk_api_digest, HELLO_TIMEOUT_MS, err) == 0
      && gk_launched_begun (&s->process, err) == 0)
    return 0;
  gk_launched_explain (&s->process, err);
  return -1;
}

static int
send_params (guestfs_h *g, const struct gk_launch_params *params, struct gk_error *err)
{
  const struct gk_launcher *launcher = g->session->process.launcher;
  struct gk_launch_params seen = *params;
  _cleanup_free_ struct gk_drive *drives = NULL;
  msgpack_sbuffer body;
  struct gk_frame frame;

  if (launcher->worker_drives) {
    drives = launcher->worker_drives (params);
    if (drives == NULL)
      return gk_error_oom (err);
    seen.drives = drives;
  }
  msgpack_sbuffer_init (&body);
  int r = gk_encode_launch (&body, &seen, err);
  if (r == 0)
    r = gk_session_request (g, GK_REQUEST_LAUNCH, body.data, body.size, &frame, err);
  msgpack_sbuffer_destroy (&body);
  return r;
}

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
    return gk_client_error (g, 0, "you must call guestfs_add_drive at least once before "
                                  "guestfs_launch");

  g->state = GK_STATE_LAUNCHING;
  g->end_session = end_session;
  launch_progress (g, 0);
  const struct gk_launch_params params = {
    .verbose = g->verbose,
    .network = g->network,
    .selinux = g->selinux,
    .autosync = g->autosync,
    .identifier = g->identifier,
    .attacher = (char *) gk_client_backend_setting (g, "attacher"),
    .memsize = g->memsize,
    .drives = g->drives,
    .ndrives = g->ndrives,
  };
  if (start_worker (g, &params, &err) == -1 || send_params (g, &params, &err) != 0) {
    session_free (g, END_GRACE_MS);
    g->state = GK_STATE_CONFIG;
    gk_error_wrap (&err, "launch");
    return gk_client_error_take (g, &err);
  }
  g->state = GK_STATE_READY;
  launch_progress (g, 12);
  gk_client_event (g, GUESTFS_EVENT_LAUNCH_DONE);
  return 0;
}
