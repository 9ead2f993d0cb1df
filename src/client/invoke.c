/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The one path that every call takes: see invoke.h. */

#include <errno.h>
#include <string.h>

#include "client/handle-priv.h"
#include "client/invoke.h"

/* --- checks ---------------------------------------------------------------- */

static bool
is_list (enum gk_kind kind)
{
  return kind == GK_STRING_LIST || kind == GK_FILENAME_LIST || kind == GK_DEVICE_LIST;
}

static bool
may_be_null (enum gk_kind kind)
{
  return kind == GK_OPT_STRING || kind == GK_INT || kind == GK_INT64 || kind == GK_BOOL ||
         kind == GK_POINTER;
}

static bool
is_null (enum gk_kind kind, union gk_arg a)
{
  if (may_be_null (kind))
    return false;
  if (kind == GK_BUFFER_IN)
    return a.buf.data == NULL && a.buf.size > 0;
  return is_list (kind) ? a.list == NULL : a.str == NULL;
}

static int
check_args (guestfs_h *g, const struct gk_call *call, const union gk_arg *args, const void *opts)
{
  uint64_t mask = gk_opts_bitmask (opts);

  for (unsigned i = 0; i < call->nargs; ++i)
    if (is_null (call->args[i].kind, args[i]))
      return gk_client_error (g, 0, "%s: %s: parameter cannot be NULL", call->c_name,
                              call->args[i].name);

  if (call->nopts < 64 && mask >> call->nopts)
    return gk_client_error (g, 0,
                            "%s: unknown option in guestfs_%s_argv->bitmask (this can happen if "
                            "a program is compiled against a newer version of libguestfs, then "
                            "dynamically linked to an older version)",
                            call->c_name, call->c_name);
  for (unsigned i = 0; i < call->nopts; ++i)
    if (mask & (UINT64_C (1) << i) &&
        is_null (call->opts[i].kind, gk_opt_get (&call->opts[i], opts)))
      return gk_client_error (g, 0, "%s: %s: optional parameter cannot be NULL", call->c_name,
                              call->opts[i].name);
  return 0;
}

static int
check_state (guestfs_h *g, const struct gk_call *call)
{
  int state = g->state;

  if (call->flags & GK_CALL_CONFIG_ONLY && state != GK_STATE_CONFIG)
    return gk_client_error (g, 0, "%s: this function can only be called in the config state",
                            call->name);
  if (call->flags & GK_CALL_WORKER && state != GK_STATE_READY) {
    if (state == GK_STATE_LAUNCHING)
      return gk_client_error (g, 0, "%s: call wait_ready before using this function", call->name);
    return gk_client_error (g, 0,
                            "%s: call launch before using this function\n"
                            "(in guestfish, don't forget to use the 'run' command)",
                            call->error_as);
  }
  return 0;
}

/* --- the call ---------------------------------------------------------------- */

static int
perform (guestfs_h *g, const struct gk_call *call, const union gk_arg *args, const void *opts,
         union gk_ret *ret)
{
  if (check_state (g, call) == -1)
    return -1;
  if (call->flags & GK_CALL_CLIENT)
    return gk_client_local[gk_call_id (call)](g, args, opts, ret);
  if (call->flags & GK_CALL_WORKER)
    return gk_client_remote (g, call, args, opts, ret);
  return gk_client_error (g, ENOTSUP, "%s: guestkit %s does not support this call yet", call->name,
                          GK_VERSION);
}

int
gk_client_call (guestfs_h *g, const struct gk_call *call, const union gk_arg *args,
                const void *opts, union gk_ret *ret)
{
  /* Raw calls take no lock: user_cancel runs while another thread, or the
   * thread that a signal interrupted, is inside a call. */
  if (call->flags & GK_CALL_NO_TRACE && call->flags & GK_CALL_CLIENT)
    return gk_client_local[gk_call_id (call)](g, args, opts, ret);

  pthread_mutex_lock (&g->lock);
  bool trace = g->trace && !(call->flags & GK_CALL_NO_TRACE);
  int r = -1;

  memset (ret, 0, sizeof *ret);
  gk_client_event_text (g, GUESTFS_EVENT_ENTER, call->name, strlen (call->name));
  if (check_args (g, call, args, opts) == 0) {
    if (trace)
      gk_trace_call (g, call, args, opts);
    r = perform (g, call, args, opts, ret);
    if (trace)
      gk_trace_result (g, call, r, ret);
  }
  pthread_mutex_unlock (&g->lock);
  return r;
}

int
gk_client_check_size_r (guestfs_h *g, const struct gk_call *call, const size_t *size_r)
{
  if (size_r != NULL)
    return 0;
  return gk_client_error (g, 0, "%s: size_r: parameter cannot be NULL", call->c_name);
}

int
gk_client_collect (guestfs_h *g, const struct gk_call *call, va_list ap, void *opts)
{
  uint64_t mask = 0;
  int i;

  memset (opts, 0, call->opts_size);
  while ((i = va_arg (ap, int)) >= 0) {
    union gk_arg a = { .str = NULL };

    if (i >= call->nopts)
      return gk_client_error (g, 0,
                              "%s: unknown option %d (this can happen if a program is compiled "
                              "against a newer version of libguestfs, then dynamically linked "
                              "to an older version)",
                              call->name, i);
    if (mask & (UINT64_C (1) << i))
      return gk_client_error (g, 0, "%s: same optional argument specified more than once",
                              call->name);
    switch (call->opts[i].kind) {
    case GK_INT:
    case GK_BOOL:
      a.i = va_arg (ap, int);
      break;
    case GK_INT64:
      a.i64 = va_arg (ap, int64_t);
      break;
    case GK_STRING_LIST:
      a.list = va_arg (ap, char *const *);
      break;
    default:
      a.str = va_arg (ap, const char *);
    }
    gk_opt_set (&call->opts[i], opts, a);
    mask |= UINT64_C (1) << i;
  }
  *(uint64_t *)opts = mask;
  return 0;
}
