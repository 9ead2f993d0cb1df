/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What every kind of argument is held to, once, for all calls. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/uuid.h"
#include "mount/devices.h"
#include "worker/session-priv.h"

static int
need_root (const struct gk_session *s, struct gk_error *err)
{
  if (s->ctx.root_fd >= 0)
    return 0;
  return gk_error_set (err, 0, "you must call 'mount' first to mount the root filesystem");
}

static int
check_path (const struct gk_session *s, const char *path, struct gk_error *err)
{
  if (path[0] != '/')
    return gk_error_set (err, 0, "path must start with a / character");
  return need_root (s, err);
}

/* Into the decoder's zone, which lives as long as the arguments. */
static int
keep (struct gk_decoder *d, char *resolved, const char **ret, struct gk_error *err)
{
  size_t n = strlen (resolved) + 1;
  char *copy = msgpack_zone_malloc (&d->zone, n);

  if (copy)
    memcpy (copy, resolved, n);
  free (resolved);
  *ret = copy;
  return copy ? 0 : gk_error_oom (err);
}

static int
check_device (struct gk_session *s, struct gk_decoder *d, const char **name, bool mountable,
              struct gk_error *err)
{
  char *resolved;
  int r = mountable ? gk_devices_resolve_mountable (s->ctx.devices, *name, &resolved, err)
                    : gk_devices_resolve (s->ctx.devices, *name, &resolved, err);

  return r == -1 ? -1 : keep (d, resolved, name, err);
}

static int
check_devices (struct gk_session *s, struct gk_decoder *d, char *const *list, struct gk_error *err)
{
  /* The vector itself was made by the decoder and may be written to. */
  const char **names = (const char **)(void *)list;

  for (size_t i = 0; names[i]; ++i)
    if (check_device (s, d, &names[i], false, err) == -1)
      return -1;
  return 0;
}

static int
check_filename (const char *name, struct gk_error *err)
{
  if (strchr (name, '/'))
    return gk_error_set (err, EINVAL, "%s: is not a file name: it has a / character", name);
  return 0;
}

static int
check_filenames (char *const *list, struct gk_error *err)
{
  for (size_t i = 0; list[i]; ++i)
    if (check_filename (list[i], err) == -1)
      return -1;
  return 0;
}

static int
check_guid (const char *guid, struct gk_error *err)
{
  return gk_uuid_is_text (guid) ? 0 : gk_error_set (err, EINVAL, "%s: is not a GUID", guid);
}

static int
check_arg (struct gk_session *s, struct gk_decoder *d, enum gk_kind kind, union gk_arg *a,
           struct gk_error *err)
{
  switch (kind) {
  case GK_PATHNAME:
    return check_path (s, a->str, err);
  case GK_DEVICE:
    return check_device (s, d, &a->str, false, err);
  case GK_MOUNTABLE:
    return check_device (s, d, &a->str, true, err);
  case GK_DEV_OR_PATH:
    if (gk_after_prefix (a->str, "/dev/"))
      return check_device (s, d, &a->str, false, err);
    return check_path (s, a->str, err);
  case GK_MOUNTABLE_OR_PATH:
    if (gk_after_prefix (a->str, "/dev/") || gk_after_prefix (a->str, "btrfsvol:"))
      return check_device (s, d, &a->str, true, err);
    return check_path (s, a->str, err);
  case GK_DEVICE_LIST:
    return check_devices (s, d, a->list, err);
  case GK_FILENAME:
    return check_filename (a->str, err);
  case GK_FILENAME_LIST:
    return check_filenames (a->list, err);
  case GK_GUID:
    return check_guid (a->str, err);
  default:
    return 0;
  }
}

int
gk_session_check (struct gk_session *s, struct gk_decoder *d, const struct gk_call *call,
                  union gk_arg *args, void *opts, struct gk_error *err)
{
  if (call->flags & GK_CALL_NEEDS_ROOT && need_root (s, err) == -1)
    return -1;
  for (unsigned i = 0; i < call->nargs; ++i)
    if (check_arg (s, d, call->args[i].kind, &args[i], err) == -1)
      return -1;
  return 0;
}
