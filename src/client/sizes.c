/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit.h: sizes of filesystems, partitions, physical volumes and opened devices. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "client/session-priv.h"
#include "guestkit.h"

/* "WHAT NUMBER BYTES DEVICE", answered by a number. */
static int64_t
request (guestfs_h *g, const char *what, const char *device, int number, int64_t bytes)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_free_ char *text = NULL;
  struct gk_frame frame;
  msgpack_sbuffer body;
  char reply[32] = "";

  if (device == NULL)
    return gk_client_error (g, EINVAL, "%s: device: parameter cannot be NULL", what);
  if (g->state != GK_STATE_READY)
    return gk_client_error (g, 0, "%s: call launch before using this function", what);
  text = gk_asprintf ("%s %d %" PRId64 " %s", what, number, bytes, device);
  msgpack_sbuffer_init (&body);
  int r = text ? gk_encode_open (&body, text, 0, 0, &err) : gk_error_oom (&err);
  if (r == 0)
    r = gk_session_request (g, GK_REQUEST_SIZE, body.data, body.size, &frame, &err);
  msgpack_sbuffer_destroy (&body);
  if (r != 0) {
    gk_error_wrap (&err, "%s", what);
    return gk_client_error_take (g, &err);
  }
  memcpy (reply, frame.body, frame.len < sizeof reply ? frame.len : sizeof reply - 1);
  return strtoll (reply, NULL, 10);
}

static int64_t
ask (guestfs_h *g, const char *what, const char *device, int number, int64_t bytes)
{
  pthread_mutex_lock (&g->lock);
  int64_t r = request (g, what, device, number, bytes);
  pthread_mutex_unlock (&g->lock);
  return r;
}

int64_t
guestkit_filesystem_size (guestfs_h *g, const char *device)
{
  return ask (g, "filesystem-size", device, 0, 0);
}

int
guestkit_filesystem_grow (guestfs_h *g, const char *device)
{
  return (int)ask (g, "filesystem-grow", device, 0, 0);
}

int64_t
guestkit_part_room (guestfs_h *g, const char *device, int partnum, int64_t disk_size)
{
  return ask (g, "part-room", device, partnum, disk_size);
}

int
guestkit_part_set_size (guestfs_h *g, const char *device, int partnum, int64_t size)
{
  return (int)ask (g, "part-set-size", device, partnum, size);
}

int64_t
guestkit_pv_used (guestfs_h *g, const char *device)
{
  return ask (g, "pv-used", device, 0, 0);
}

int
guestkit_luks_resize (guestfs_h *g, const char *device, int64_t size)
{
  return (int)ask (g, "luks-resize", device, 0, size);
}
