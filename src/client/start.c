/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Starting the worker: which launcher, and what it is told.
 *
 * When the choice is ours, the first launcher of this machine's own kernel
 * attaches the drives and looks whether that kernel can do all that they need;
 * if it cannot, the session is started again with the next one.  Looking from
 * outside first would mean to open every image twice.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "client/chosen.h"
#include "client/session-priv.h"
#include "gk-client-calls.h"

/* A worker that does not answer for so long is given up. */
#define START_TIMEOUT_S 60

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
  if (g->state == GK_STATE_LAUNCHING || g->session->silent) /* launching has its own steps */
    return;
  const uint64_t array[] = { g->session->proc_nr, serial, position, total };

  gk_client_event_array (g, GUESTFS_EVENT_PROGRESS, array, 4);
}

/* --- one launcher ---------------------------------------------------------------- */

/* Setting "start_timeout": seconds. */
static int
start_timeout_ms (guestfs_h *g)
{
  const char *setting = gk_client_backend_setting (g, "start_timeout");
  uint64_t seconds = START_TIMEOUT_S;

  if (setting && gk_parse_u64 (setting, 86400, &seconds) == -1)
    seconds = START_TIMEOUT_S;
  return (int)seconds * 1000;
}

static int
start_worker (guestfs_h *g, const struct gk_launcher *launcher, const struct gk_launch_env *env,
              struct gk_error *err)
{
  struct gk_launched process = GK_LAUNCHED_INIT;

  gk_client_debug (g, "launch: launcher %s, worker %s", launcher->name, env->worker);
  if (launcher->start (env, &process, err) == -1)
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
  if (launcher->shares_kernel) /* else the end of that kernel closes the connection */
    gk_conn_set_peer (s->conn, process.pidfd);
  gk_conn_set_events (s->conn, &(struct gk_conn_events){ on_log, on_progress, g });
  if (process.shared)
    gk_conn_share (s->conn, process.shared, process.shared_size);
  if (gk_conn_hello (s->conn, gk_api_digest, start_timeout_ms (g), err) == 0 &&
      gk_launched_begun (&s->process, err) == 0)
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
    r = gk_session_request (g, GK_REQUEST_LAUNCH, body.data, body.size, &frame, err) == 0 ? 0 : -1;
  if (body.data)
    explicit_bzero (body.data, body.size); /* keys of remote drives */
  msgpack_sbuffer_destroy (&body);
  return r;
}

static int
start_with (guestfs_h *g, const struct gk_launcher *launcher, enum gk_needs needs,
            struct gk_launch_env *env, struct gk_error *err)
{
  const struct gk_launch_params params = {
    .verbose = g->verbose,
    .network = g->network,
    .selinux = g->selinux,
    .autosync = g->autosync,
    .identifier = g->identifier,
    .attacher = (char *)gk_client_backend_setting (g, "attacher"),
    .needs = needs,
    .memsize = g->memsize,
    .rescue = gk_client_wants_rescue (g),
    .drives = g->drives,
    .ndrives = g->ndrives,
  };

  env->params = &params;
  int r = start_worker (g, launcher, env, err);
  return r == 0 ? send_params (g, &params, err) : -1;
}

/* --- the choice -------------------------------------------------------------------- */

/* A rescue shell runs on a kernel of the session's own, or not at all. */
static const struct gk_launcher *
first_launcher (guestfs_h *g, struct gk_launch_env *env, struct gk_error *err)
{
  if (!gk_client_wants_rescue (g))
    return gk_launcher_choose (g->backend, NULL, env, err);
  const char *name = gk_launcher_is_choice (g->backend) ? "uml" : g->backend;
  const struct gk_launcher *launcher = gk_launcher_choose (name, NULL, env, err);
  if (launcher == NULL || !launcher->shares_kernel)
    return launcher;
  gk_error_set (err, ENOTSUP,
                "the %s launcher has no rescue shell: it would be root's on this machine's own "
                "kernel; the uml launcher has one",
                launcher->name);
  return NULL;
}

static int
try_in_order (guestfs_h *g, struct gk_launch_env *env, struct gk_error *err)
{
  const struct gk_launcher *launcher = first_launcher (g, env, err), *next;

  for (; launcher; launcher = next) {
    _cleanup_error_ struct gk_error what = GK_ERROR_INIT, why_no_next = GK_ERROR_INIT;
    enum gk_needs needs = GK_NEEDS_UNCHECKED;
    bool choose = gk_launcher_is_choice (g->backend) && launcher->shares_kernel;

    next = choose ? gk_launcher_choose (g->backend, launcher, env, &why_no_next) : NULL;
    if (choose)
      needs = next ? GK_NEEDS_ALL : GK_NEEDS_SOME;
    if (start_with (g, launcher, needs, env, &what) == 0)
      return 0;
    /* EEXIST: names of volume groups that this kernel has already. */
    if (!choose || (what.errnum != ENOTSUP && what.errnum != EEXIST)) {
      gk_error_move (err, &what);
      return -1;
    }
    if (next == NULL)
      return gk_error_set (err, what.errnum, "%s; %s", gk_error_msg (&what),
                           gk_error_msg (&why_no_next));
    gk_client_debug (g, "launch: launcher %s cannot do it: %s", launcher->name,
                     gk_error_msg (&what));
    g->passed_over = gk_asprintf ("%s: %s", launcher->name, gk_error_msg (&what));
    gk_session_free (g, GK_END_GRACE_MS); /* it lets go of the images */
  }
  return -1;
}

int
gk_session_start (guestfs_h *g, struct gk_error *err)
{
  _cleanup_free_ char *worker = gk_find_worker ();
  _cleanup_free_ char *cachedir = gk_client_get_cachedir (g);
  struct gk_launch_env env = {
    .worker = worker, .cachedir = cachedir, .verbose = g->verbose, .ends_with_us = g->recovery_proc
  };

  if (cachedir == NULL)
    return gk_error_oom (err);
  free (gk_steal_ptr (g->passed_over));
  return try_in_order (g, &env, err);
}

const char *
gk_client_launcher (guestfs_h *g)
{
  return g->session ? g->session->process.launcher->name : NULL;
}

const char *
gk_client_passed_over (guestfs_h *g)
{
  return g->passed_over;
}
