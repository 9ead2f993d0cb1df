/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a device's name to what it stands on and what stands on it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/resize.h"
#include "guestkit.h"

#define MAPPER "/dev/mapper/"

static void
layer_clear (struct resize_layer *l)
{
  free (l->device);
  free (l->disk);
  free (l->group);
  free (l->type);
}

void
resize_stack_clear (struct resize_stack *s)
{
  for (size_t i = 0; i < s->n; i++)
    layer_clear (&s->layers[i]);
  free (s->reason);
  *s = (struct resize_stack){ .n = 0 };
}

static int
fail (guestfs_h *g)
{
  return cli_guestfs_error (g), -1;
}

/* The next layer, which is zeroed and has the name.  NULL: said why. */
static struct resize_layer *
push (struct resize_stack *s, enum resize_kind kind, const char *device)
{
  struct resize_layer *l = &s->layers[s->n];

  if (s->n == RESIZE_LAYERS) {
    cli_error ("%s: there are too many layers", device);
    return NULL;
  }
  *l = (struct resize_layer){ .kind = kind, .device = strdup (device) };
  s->n++;
  if (l->device == NULL) {
    cli_error ("out of memory");
    return NULL;
  }
  return l;
}

int
resize_measure (guestfs_h *g, const struct resize_layer *l, uint64_t *ret_size)
{
  int64_t size = l->kind == RESIZE_CONTENT ? guestkit_filesystem_size (g, l->device)
                                           : guestfs_blockdev_getsize64 (g, l->device);

  /* Of those that do not say it is taken that they use all. */
  if (l->kind == RESIZE_CONTENT && size == 0)
    size = guestfs_blockdev_getsize64 (g, l->device);
  if (size < 0)
    return fail (g);
  *ret_size = (uint64_t)size;
  return 0;
}

static bool
is_among (char **list, const char *name)
{
  bool r = list && gk_strv_contains (list, name);

  gk_strv_free (list);
  return r;
}

/* --- LVM --------------------------------------------------------------------------------- */

static struct guestfs_lvm_vg *
find_group (struct guestfs_lvm_vg_list *list, const char *name)
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

static bool
has_uuid (char **uuids, const char raw[32])
{
  for (size_t i = 0; uuids && uuids[i]; i++)
    if (same_uuid (raw, uuids[i]))
      return true;
  return false;
}

/* Of a volume, or of a physical one: the group's name, malloced. */
static char *
group_of_volume (const char *device)
{
  const char *name = device + strlen ("/dev/");

  return strndup (name, strcspn (name, "/"));
}

static char *
group_of_physical (guestfs_h *g, const struct guestfs_lvm_pv *pv)
{
  _cleanup_strv_ char **groups = guestfs_vgs (g);

  for (size_t i = 0; groups && groups[i]; i++) {
    _cleanup_strv_ char **uuids = guestfs_vgpvuuids (g, groups[i]);
    if (has_uuid (uuids, pv->pv_uuid))
      return strdup (groups[i]);
  }
  return NULL;
}

/* The physical volume on the layer at the top. */
static int
push_physical (guestfs_h *g, struct resize_stack *s, const struct guestfs_lvm_pv *pv,
               const struct guestfs_lvm_vg *vg)
{
  struct resize_layer *l = push (s, RESIZE_PHYSICAL, pv->pv_name);

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
    return fail (g);
  l->used = (uint64_t)used;
  return 0;
}

static int
push_volume (guestfs_h *g, struct resize_stack *s, const char *device,
             const struct guestfs_lvm_vg *vg)
{
  struct resize_layer *l = push (s, RESIZE_VOLUME, device);
  struct guestfs_lvm_lv_list *all = guestfs_lvs_full (g);
  _cleanup_free_ char *uuid = guestfs_lvuuid (g, device);

  if (l == NULL || all == NULL || uuid == NULL) {
    guestfs_free_lvm_lv_list (all);
    return l ? fail (g) : -1;
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

/* --- downward ----------------------------------------------------------------------------- */

static int push_with_all_below (const struct resize_ask *ask, const char *device,
                                struct resize_stack *s);

static int
push_disk (const struct resize_ask *ask, const char *device, enum resize_kind kind,
           struct resize_stack *s)
{
  struct resize_layer *l = push (s, kind, device);

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
    return fail (g);
  if (push_with_all_below (ask, disk, s) == -1)
    return -1;
  struct resize_layer *l = push (s, RESIZE_PARTITION, device);
  if (l == NULL || resize_measure (g, l, &l->size) == -1)
    return -1;
  l->disk = gk_steal_ptr (disk);
  l->number = number;
  l->most = l->size;
  _cleanup_free_ char *table = guestfs_part_get_parttype (g, l->disk);
  if (table == NULL)
    return fail (g);
  l->gpt = gk_streq (table, "gpt");
  if ((l - 1)->kind != RESIZE_DISK)
    return 0;
  int64_t room = guestkit_part_room (g, l->disk, number, (int64_t)ask->disk_size);
  if (room < 0)
    return fail (g);
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
  const char *uuid = gk_after_prefix (mapper, MAPPER "luks-");

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
  if (push_with_all_below (ask, locked, s) == -1)
    return -1;
  struct resize_layer *l = push (s, RESIZE_LUKS, device);
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
  int r = pvs && uuids ? 0 : fail (g);

  for (uint32_t i = 0; r == 0 && i < pvs->len; i++) {
    struct resize_stack one = { .n = 0 };
    if (!has_uuid (uuids, pvs->val[i].pv_uuid))
      continue;
    r = push_with_all_below (ask, pvs->val[i].pv_name, &one);
    if (r == 0)
      r = push_physical (g, &one, &pvs->val[i], vg);
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
  _cleanup_free_ char *name = group_of_volume (device);
  struct guestfs_lvm_vg *vg = name ? find_group (vgs, name) : NULL;

  int r = vg ? push_under_volume (ask, vg, s) : fail (ask->g);
  if (r == 0)
    r = push_volume (ask->g, s, device, vg);
  guestfs_free_lvm_vg_list (vgs);
  return r;
}

static int
push_with_all_below (const struct resize_ask *ask, const char *device, struct resize_stack *s)
{
  guestfs_h *g = ask->g;

  if (is_among (guestfs_list_devices (g), device))
    return push_disk (ask, device, RESIZE_DISK, s);
  if (is_among (guestfs_list_partitions (g), device))
    return push_partition (ask, device, s);
  if (is_among (guestfs_list_md_devices (g), device))
    return push_disk (ask, device, RESIZE_OTHER, s);
  /* A volume has its other name; and the list costs something. */
  if (gk_after_prefix (device, MAPPER) == NULL && is_among (guestfs_lvs (g), device))
    return push_lv (ask, device, s);
  return push_opened (ask, device, s);
}

/* --- upward --------------------------------------------------------------------------------- */

static int push_above (guestfs_h *g, struct resize_stack *s);

static int
push_opened_above (guestfs_h *g, struct resize_stack *s, const char *device)
{
  _cleanup_free_ char *uuid = guestfs_vfs_uuid (g, device);
  _cleanup_free_ char *mapper = uuid ? gk_asprintf (MAPPER "luks-%s", uuid) : NULL;

  if (mapper == NULL)
    return fail (g);
  if (!is_among (guestfs_list_dm_devices (g), mapper))
    return cli_error ("%s: is encrypted, and must be opened to be resized (--key)", device), -1;
  struct resize_layer *l = push (s, RESIZE_LUKS, mapper);
  if (l == NULL || resize_measure (g, l, &l->size) == -1)
    return -1;
  l->overhead = (l - 1)->size > l->size ? (l - 1)->size - l->size : 0;
  return push_above (g, s);
}

static int
push_only_volume (guestfs_h *g, struct resize_stack *s, const struct guestfs_lvm_vg *vg)
{
  _cleanup_strv_ char **volumes = guestfs_lvs (g);

  if (vg->lv_count != 1 || vg->pv_count != 1)
    return 0;
  for (size_t i = 0; volumes && volumes[i]; i++) {
    _cleanup_free_ char *name = group_of_volume (volumes[i]);
    if (name && gk_streq (name, vg->vg_name))
      return push_volume (g, s, volumes[i], vg) == -1 ? -1 : push_above (g, s);
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
    _cleanup_free_ char *name = group_of_physical (g, &pvs->val[i]);
    const struct guestfs_lvm_vg *vg = name ? find_group (vgs, name) : NULL;
    known = vg != NULL;
    if (vg && push_physical (g, s, &pvs->val[i], vg) == 0)
      r = push_only_volume (g, s, vg);
    break;
  }
  guestfs_free_lvm_pv_list (pvs);
  guestfs_free_lvm_vg_list (vgs);
  if (!known)
    cli_error ("%s: is a physical volume of no group", device);
  return r;
}

/* What is on the device at the top. */
static int
push_above (guestfs_h *g, struct resize_stack *s)
{
  const char *device = s->layers[s->n - 1].device;
  _cleanup_free_ char *type = guestfs_vfs_type (g, device);

  if (type == NULL)
    return fail (g);
  if (gk_streq (type, "crypto_LUKS"))
    return push_opened_above (g, s, device);
  if (gk_streq (type, "LVM2_member"))
    return push_physical_above (g, s, device);
  struct resize_layer *l = push (s, RESIZE_CONTENT, device);
  if (l == NULL)
    return -1;
  l->fs = resize_fs_find (type);
  l->type = gk_steal_ptr (type);
  if (resize_measure (g, l, &l->size) == -1)
    return -1;
  l->least = l->size;
  return resize_fs_check (g, l);
}

/* --- all -------------------------------------------------------------------------------------- */

static char *
real_name (guestfs_h *g, const char *device)
{
  char *name = guestfs_canonical_device_name (g, device);

  if (name && gk_after_prefix (name, MAPPER)) {
    char *lv = guestfs_lvm_canonical_lv_name (g, name);
    if (lv) {
      free (name);
      name = lv;
    }
  }
  return name;
}

int
resize_find (const struct resize_ask *ask, const char *device, struct resize_stack *ret)
{
  struct resize_stack s = { .n = 0 };
  _cleanup_free_ char *name = real_name (ask->g, device);

  if (name == NULL)
    return fail (ask->g);
  int r = push_with_all_below (ask, name, &s);
  if (r == 0 && s.layers[s.n - 1].kind == RESIZE_DISK) {
    _cleanup_free_ char *table = guestfs_part_get_parttype (ask->g, name);
    if (table)
      r = (cli_error ("%s: has partitions: name the one that is to be resized", name), -1);
  }
  if (r == 0) {
    s.target = s.n - 1;
    r = push_above (ask->g, &s);
  }
  if (r == -1) {
    resize_stack_clear (&s);
    return -1;
  }
  resize_most (&s, ask->disk_size);
  *ret = s;
  return 0;
}

int
resize_find_least (guestfs_h *g, struct resize_stack *s)
{
  struct resize_layer *top = &s->layers[s->n - 1];

  if (top->kind == RESIZE_CONTENT && resize_fs_shrinks (top->fs)) {
    if (gk_streq (top->type, "swap"))
      top->least = UINT64_C (1) << 20;
    else {
      int64_t least = guestfs_vfs_minimum_size (g, top->device);
      if (least < 0)
        return fail (g);
      top->least = (uint64_t)least;
    }
  }
  resize_least (s);
  return 0;
}
