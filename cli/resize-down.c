/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a device stands on, down to the disk. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/resize-stack.h"
#include "guestkit.h"

static int
push_disk (const struct resize_ask *ask, const char *device, enum resize_kind kind,
           struct resize_stack *s)
{
  struct resize_layer *l = resize_push (s, kind, device);

  return l ? resize_measure (ask->g, l, &l->size) : -1;
}

/* Why it ends where it does. */
static char *
reason_of_end (guestfs_h *g, const struct resize_layer *p)
{
  struct guestfs_partition_list *all = guestfs_part_list (g, p->disk);
  uint64_t start = 0, next = UINT64_MAX;
  int who = 0;

  for (uint32_t i = 0; all && i < all->len; i++)
    if (all->val[i].part_num == p->number)
      start = all->val[i].part_start;
  for (uint32_t i = 0; all && i < all->len; i++)
    if (all->val[i].part_start > start && all->val[i].part_start < next) {
      next = all->val[i].part_start;
      who = all->val[i].part_num;
    }
  guestfs_free_partition_list (all);
  /* A logical partition is described some sectors before its begin. */
  if (who > 0 && next - start < p->most + (UINT64_C (4) << 20))
    return gk_asprintf ("partition %d begins at byte %llu of %s", who, (unsigned long long)next,
                        p->disk);
  return gk_asprintf (p->number > 4 && !p->gpt
                          ? "the extended partition ends there"
                          : "the disk ends there (--image-size makes it larger)");
}

static int
push_partition (const struct resize_ask *ask, const char *device, struct resize_stack *s)
{
  guestfs_h *g = ask->g;
  _cleanup_free_ char *disk = guestfs_part_to_dev (g, device);
  int number = guestfs_part_to_partnum (g, device);

  if (disk == NULL || number == -1)
    return resize_fail (g);
  if (resize_push_down (ask, disk, s) == -1)
    return -1;
  struct resize_layer *l = resize_push (s, RESIZE_PARTITION, device);
  if (l == NULL || resize_measure (g, l, &l->size) == -1)
    return -1;
  l->disk = gk_steal_ptr (disk);
  l->number = number;
  l->most = l->size;
  _cleanup_free_ char *table = guestfs_part_get_parttype (g, l->disk);
  if (table == NULL)
    return resize_fail (g);
  l->gpt = gk_streq (table, "gpt");
  if ((l - 1)->kind != RESIZE_DISK)
    return 0;
  int64_t room = guestkit_part_room (g, l->disk, number, (int64_t)ask->disk_size);
  if (room < 0)
    return resize_fail (g);
  l->most = (uint64_t)room;
  free (s->reason);
  s->reason = reason_of_end (g, l);
  return 0;
}

/* The device that is opened as this one. */
static char *
find_locked (guestfs_h *g, const char *mapper)
{
  char **(*const lists[]) (guestfs_h *) = { guestfs_list_partitions, guestfs_list_devices,
                                            guestfs_lvs, guestfs_list_md_devices };
  const char *uuid = gk_after_prefix (mapper, RESIZE_MAPPER "luks-");

  for (size_t i = 0; uuid && i < sizeof lists / sizeof lists[0]; i++) {
    _cleanup_strv_ char **devices = lists[i](g);
    for (size_t k = 0; devices && devices[k]; k++) {
      _cleanup_free_ char *type = guestfs_vfs_type (g, devices[k]);
      _cleanup_free_ char *found =
          type && gk_streq (type, "crypto_LUKS") ? guestfs_vfs_uuid (g, devices[k]) : NULL;
      if (found && gk_streq (found, uuid))
        return strdup (devices[k]);
    }
  }
  return NULL;
}

static int
push_opened (const struct resize_ask *ask, const char *device, struct resize_stack *s)
{
  _cleanup_free_ char *locked = find_locked (ask->g, device);

  if (locked == NULL)
    return cli_error ("%s: is no disk, partition, volume or opened LUKS device", device), -1;
  if (resize_push_down (ask, locked, s) == -1)
    return -1;
  struct resize_layer *l = resize_push (s, RESIZE_LUKS, device);
  if (l == NULL || resize_measure (ask->g, l, &l->size) == -1)
    return -1;
  if (l->size > (l - 1)->size)
    return cli_error ("%s: is larger than what it is in", device), -1;
  l->overhead = (l - 1)->size - l->size;
  return 0;
}

/* Of several physical volumes that one under which there is the most room. */
static int
push_under_volume (const struct resize_ask *ask, const struct guestfs_lvm_vg *vg,
                   struct resize_stack *s)
{
  guestfs_h *g = ask->g;
  struct guestfs_lvm_pv_list *pvs = guestfs_pvs_full (g);
  _cleanup_strv_ char **uuids = guestfs_vgpvuuids (g, vg->vg_name);
  uint64_t best = 0;
  int r = pvs && uuids ? 0 : resize_fail (g);

  for (uint32_t i = 0; r == 0 && i < pvs->len; i++) {
    struct resize_stack one = { .n = 0 };
    if (!resize_has_uuid (uuids, pvs->val[i].pv_uuid))
      continue;
    r = resize_push_down (ask, pvs->val[i].pv_name, &one);
    if (r == 0)
      r = resize_push_physical (g, &one, &pvs->val[i], vg);
    if (r == 0) {
      resize_most (&one, ask->disk_size);
      const struct resize_layer *top = &one.layers[one.n - 1];
      if (s->n == 0 || top->most - top->size > best) {
        best = top->most - top->size;
        resize_stack_clear (s);
        *s = one;
        one = (struct resize_stack){ .n = 0 };
      }
    }
    resize_stack_clear (&one);
  }
  guestfs_free_lvm_pv_list (pvs);
  if (r == 0 && s->n == 0)
    r = (cli_error ("%s: its group has no physical volume here", vg->vg_name), -1);
  return r;
}

static int
push_lv (const struct resize_ask *ask, const char *device, struct resize_stack *s)
{
  struct guestfs_lvm_vg_list *vgs = guestfs_vgs_full (ask->g);
  _cleanup_free_ char *name = resize_group_of_volume (device);
  struct guestfs_lvm_vg *vg = name ? resize_find_group (vgs, name) : NULL;

  int r = vg ? push_under_volume (ask, vg, s) : resize_fail (ask->g);
  if (r == 0)
    r = resize_push_volume (ask->g, s, device, vg);
  guestfs_free_lvm_vg_list (vgs);
  return r;
}

int
resize_push_down (const struct resize_ask *ask, const char *device, struct resize_stack *s)
{
  guestfs_h *g = ask->g;

  if (resize_is_among (guestfs_list_devices (g), device))
    return push_disk (ask, device, RESIZE_DISK, s);
  if (resize_is_among (guestfs_list_partitions (g), device))
    return push_partition (ask, device, s);
  if (resize_is_among (guestfs_list_md_devices (g), device))
    return push_disk (ask, device, RESIZE_OTHER, s);
  /* A volume has its other name; and the list costs something. */
  if (gk_after_prefix (device, RESIZE_MAPPER) == NULL && resize_is_among (guestfs_lvs (g), device))
    return push_lv (ask, device, s);
  return push_opened (ask, device, s);
}
