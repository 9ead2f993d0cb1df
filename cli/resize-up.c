/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What stands on a device, up to the filesystem. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/resize-stack.h"

static int
push_opened_above (guestfs_h *g, struct resize_stack *s, const char *device)
{
  _cleanup_free_ char *uuid = guestfs_vfs_uuid (g, device);
  _cleanup_free_ char *mapper = uuid ? gk_asprintf (RESIZE_MAPPER "luks-%s", uuid) : NULL;

  if (mapper == NULL)
    return resize_fail (g);
  if (!resize_is_among (guestfs_list_dm_devices (g), mapper))
    return cli_error ("%s: is encrypted, and must be opened to be resized (--key)", device), -1;
  struct resize_layer *l = resize_push (s, RESIZE_LUKS, mapper);
  if (l == NULL || resize_measure (g, l, &l->size) == -1)
    return -1;
  l->overhead = (l - 1)->size > l->size ? (l - 1)->size - l->size : 0;
  return resize_push_up (g, s);
}

static int
push_only_volume (guestfs_h *g, struct resize_stack *s, const struct guestfs_lvm_vg *vg)
{
  _cleanup_strv_ char **volumes = guestfs_lvs (g);

  if (vg->lv_count != 1 || vg->pv_count != 1)
    return 0;
  for (size_t i = 0; volumes && volumes[i]; i++) {
    _cleanup_free_ char *name = resize_group_of_volume (volumes[i]);
    if (name && gk_streq (name, vg->vg_name))
      return resize_push_volume (g, s, volumes[i], vg) == -1 ? -1 : resize_push_up (g, s);
  }
  return 0;
}

static int
push_physical_above (guestfs_h *g, struct resize_stack *s, const char *device)
{
  struct guestfs_lvm_pv_list *pvs = guestfs_pvs_full (g);
  struct guestfs_lvm_vg_list *vgs = guestfs_vgs_full (g);
  int r = -1, known = 0;

  for (uint32_t i = 0; pvs && vgs && i < pvs->len; i++) {
    if (!gk_streq (pvs->val[i].pv_name, device))
      continue;
    _cleanup_free_ char *name = resize_group_of_physical (g, &pvs->val[i]);
    const struct guestfs_lvm_vg *vg = name ? resize_find_group (vgs, name) : NULL;
    known = vg != NULL;
    if (vg && resize_push_physical (g, s, &pvs->val[i], vg) == 0)
      r = push_only_volume (g, s, vg);
    break;
  }
  guestfs_free_lvm_pv_list (pvs);
  guestfs_free_lvm_vg_list (vgs);
  if (!known)
    cli_error ("%s: is a physical volume of no group", device);
  return r;
}

int
resize_push_up (guestfs_h *g, struct resize_stack *s)
{
  const char *device = s->layers[s->n - 1].device;
  _cleanup_free_ char *type = guestfs_vfs_type (g, device);

  if (type == NULL)
    return resize_fail (g);
  if (gk_streq (type, "crypto_LUKS"))
    return push_opened_above (g, s, device);
  if (gk_streq (type, "LVM2_member"))
    return push_physical_above (g, s, device);
  struct resize_layer *l = resize_push (s, RESIZE_CONTENT, device);
  if (l == NULL)
    return -1;
  l->fs = resize_fs_find (type);
  l->type = gk_steal_ptr (type);
  if (resize_measure (g, l, &l->size) == -1)
    return -1;
  l->least = l->size;
  return resize_fs_check (g, l);
}
