/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* canonical_device_name, which programs also call on handles that they do not launch. */
#include "base/str.h"
#include "client/handle-priv.h"
#include "gk-client-calls.h"
#include "op/drive.h"

/* NULL: it is none, or there is no session that knew. */
static char *
name_of_volume (guestfs_h *g, const char *device)
{
  if (g->state != GK_STATE_READY)
    return NULL;
  guestfs_push_error_handler (g, NULL, NULL);
  char *name = guestfs_lvm_canonical_lv_name (g, device);
  guestfs_pop_error_handler (g);
  return name;
}

char *
gk_client_canonical_device_name (guestfs_h *g, const char *device)
{
  char *name = NULL;

  if (gk_after_prefix (device, "/dev/mapper/") || gk_after_prefix (device, "/dev/dm-"))
    name = name_of_volume (g, device);
  if (name == NULL)
    name = gk_device_name_canonical (device);
  if (name == NULL)
    gk_client_oom (g);
  return name;
}
