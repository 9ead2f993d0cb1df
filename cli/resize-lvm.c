/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What LVM tells of physical and logical volumes, as layers. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/resize-stack.h"
#include "guestkit.h"

struct guestfs_lvm_vg *
resize_find_group (struct guestfs_lvm_vg_list *list, const char *name)
{
  for (uint32_t i = 0; list && i < list->len; i++)
    if (gk_streq (list->val[i].vg_name, name))
      return &list->val[i];
  return NULL;
}

static bool
same_uuid (const char raw[32], const char *text)
{
  size_t n = 0;

  for (; *text; text++)
    if (*text != '-' && (n == 32 || raw[n++] != *text))
      return false;
  return n == 32;
}

bool
resize_has_uuid (char **uuids, const char raw[32])
{
  for (size_t i = 0; uuids && uuids[i]; i++)
    if (same_uuid (raw, uuids[i]))
      return true;
  return false;
}

char *
resize_group_of_volume (const char *device)
{
  const char *name = device + strlen ("/dev/");

  return strndup (name, strcspn (name, "/"));
}

char *
resize_group_of_physical (guestfs_h *g, const struct guestfs_lvm_pv *pv)
{
  _cleanup_strv_ char **groups = guestfs_vgs (g);

  for (size_t i = 0; groups && groups[i]; i++) {
    _cleanup_strv_ char **uuids = guestfs_vgpvuuids (g, groups[i]);
    if (resize_has_uuid (uuids, pv->pv_uuid))
      return strdup (groups[i]);
  }
  return NULL;
}

int
resize_push_physical (guestfs_h *g, struct resize_stack *s, const struct guestfs_lvm_pv *pv,
                      const struct guestfs_lvm_vg *vg)
{
  struct resize_layer *l = resize_push (s, RESIZE_PHYSICAL, pv->pv_name);

  if (l == NULL)
    return -1;
  l->group = strdup (vg->vg_name);
  l->extent = vg->vg_extent_size;
  l->begin = pv->pe_start;
  if (l->group == NULL || l->extent == 0 || pv->pv_pe_count < 0 ||
      __builtin_mul_overflow ((uint64_t)pv->pv_pe_count, l->extent, &l->size) ||
      __builtin_add_overflow (l->size, l->begin, &l->size))
    return cli_error ("%s: is not understood", pv->pv_name), -1;
  int64_t used = guestkit_pv_used (g, pv->pv_name);
  if (used < 0)
    return resize_fail (g);
  l->used = (uint64_t)used;
  return 0;
}

int
resize_push_volume (guestfs_h *g, struct resize_stack *s, const char *device,
                    const struct guestfs_lvm_vg *vg)
{
  struct resize_layer *l = resize_push (s, RESIZE_VOLUME, device);
  struct guestfs_lvm_lv_list *all = guestfs_lvs_full (g);
  _cleanup_free_ char *uuid = guestfs_lvuuid (g, device);

  if (l == NULL || all == NULL || uuid == NULL) {
    guestfs_free_lvm_lv_list (all);
    return l ? resize_fail (g) : -1;
  }
  for (uint32_t i = 0; i < all->len; i++)
    if (same_uuid (all->val[i].lv_uuid, uuid)) {
      /* Thin ones, snapshots and their origins, RAID have a letter. */
      l->linear = all->val[i].lv_attr[0] == '-';
      l->whole = all->val[i].seg_count == 1;
    }
  guestfs_free_lvm_lv_list (all);
  l->group = strdup (vg->vg_name);
  l->extent = vg->vg_extent_size;
  l->free = vg->vg_free;
  l->single = vg->lv_count == 1 && vg->pv_count == 1;
  return l->group ? resize_measure (g, l, &l->size) : (cli_error ("out of memory"), -1);
}
