/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit.h: what is on a device, its check, a layout of partitions. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/codec.h"
#include "api/control.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "client/session-priv.h"
#include "guestkit.h"

static char *
ask (guestfs_h *g, const char *name, const char *device, const char *rest, int what)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_free_ char *text = gk_asprintf ("%s\n%s", device, rest);
  struct gk_frame frame;
  msgpack_sbuffer body;
  char *json = NULL;

  if (g->state != GK_STATE_READY) {
    gk_client_error (g, 0, "%s: call launch before using this function", name);
    return NULL;
  }
  msgpack_sbuffer_init (&body);
  if (text == NULL)
    gk_error_oom (&err);
  else if (gk_encode_open (&body, text, what, 0, &err) == 0 &&
           gk_session_request (g, GK_REQUEST_BLOCKS, body.data, body.size, &frame, &err) == 0 &&
           (json = strndup ((const char *)frame.body, frame.len)) == NULL)
    gk_error_oom (&err);
  msgpack_sbuffer_destroy (&body);
  if (json == NULL) {
    gk_error_wrap (&err, "%s", name);
    gk_client_error_take (g, &err);
  }
  return json;
}

static char *
ask_locked (guestfs_h *g, const char *name, const char *device, const char *rest, int what)
{
  char *json = NULL;

  pthread_mutex_lock (&g->lock);
  if (device && rest && strchr (device, '\n') == NULL)
    json = ask (g, name, device, rest, what);
  else
    gk_client_error (g, EINVAL, "%s: there is no such device", name);
  pthread_mutex_unlock (&g->lock);
  return json;
}

char *
guestkit_signatures (guestfs_h *g, const char *device)
{
  return ask_locked (g, "signatures", device, "", GK_BLOCKS_SIGNATURES);
}

char *
guestkit_check (guestfs_h *g, const char *device, const char *type, int repair)
{
  return ask_locked (g, "check", device, type ? type : "",
                     GK_BLOCKS_CHECK | (repair ? GK_BLOCKS_REPAIR : 0));
}

char *
guestkit_part_apply (guestfs_h *g, const char *device, const char *layout, int flags)
{
  return ask_locked (g, "part_apply", device, layout,
                     GK_BLOCKS_LAYOUT | (flags & GUESTKIT_LAYOUT_PLAN ? GK_BLOCKS_PLAN : 0) |
                         (flags & GUESTKIT_LAYOUT_FORCE ? GK_BLOCKS_FORCE : 0));
}

int
guestkit_discard (guestfs_h *g, const char *device, int64_t offset, int64_t length)
{
  char text[64];

  snprintf (text, sizeof text, "%" PRIu64 " %" PRIu64, (uint64_t)offset, (uint64_t)length);
  char *json = ask_locked (g, "discard", device, text, GK_BLOCKS_DISCARD);
  free (json);
  return json ? 0 : -1;
}
