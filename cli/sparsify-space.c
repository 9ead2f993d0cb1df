/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit sparsify: the free space of volume groups, by a volume that is there
 * for as long as it takes, and what belongs to no partition. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/content.h"
#include "cli/json.h"
#include "cli/sparsify.h"
#include "guestkit.h"

/* --- volume groups ----------------------------------------------------------------- */

/* A killed session may have left it. */
#define VOLUME "guestkit-sparsify"

static const char *
last_error (guestfs_h *g)
{
  const char *why = guestfs_last_error (g);

  return why ? why : "unknown error";
}

static void
discard_free (struct sparsify *s, const struct guestfs_lvm_vg *vg)
{
  _cleanup_free_ char *device = gk_asprintf ("/dev/%s/%s", vg->vg_name, VOLUME);
  _cleanup_free_ char *why = NULL;
  int64_t bytes = (int64_t)vg->vg_free;

  if (device == NULL)
    return;
  if (!s->dry_run) {
    guestfs_lvremove (s->g, device); /* usually there is none */
    if (guestfs_lvcreate_free (s->g, VOLUME, vg->vg_name, 100) == -1) {
      why = strdup (last_error (s->g));
    } else {
      if (guestfs_blkdiscard (s->g, device) == -1)
        why = strdup (last_error (s->g));
      if (guestfs_lvremove (s->g, device) == -1 && why == NULL)
        why = strdup (last_error (s->g));
    }
  }
  sparsify_tell (s, vg->vg_name, "volume group", bytes, why);
}

void
sparsify_volumes (struct sparsify *s)
{
  struct guestfs_lvm_vg_list *vgs = guestfs_vgs_full (s->g);

  for (uint32_t i = 0; vgs && i < vgs->len; i++) {
    const struct guestfs_lvm_vg *vg = &vgs->val[i];
    /* wz--n-: of a group that lacks a disk, or is exported, nothing is changed. */
    if (strlen (vg->vg_attr) < 4 || vg->vg_attr[0] != 'w' || strchr (vg->vg_attr, 'p') ||
        strchr (vg->vg_attr, 'x'))
      sparsify_tell (s, vg->vg_name, "volume group", -1,
                     "it is not complete, or not to be changed");
    else if (vg->vg_free > 0)
      discard_free (s, vg);
  }
  guestfs_free_lvm_vg_list (vgs);
}

/* --- what is in no partition ------------------------------------------------------- */

/* Before the first partition are boot loaders; in the disk's last sectors the
 * other copy of a GPT, databases of dynamic disks, superblocks of RAID. */
#define EDGE (INT64_C (1) << 20)

/* Is the disk nothing but a table and its partitions? */
static bool
is_plain (struct sparsify *s, const char *disk)
{
  _cleanup_free_ char *kind = guestfs_part_get_parttype (s->g, disk);

  if (kind == NULL || (!gk_streq (kind, "gpt") && !gk_streq (kind, "msdos")))
    return false;
  struct json_object *content = cli_content (s->g, disk, false);
  bool plain = content != NULL;
  for (size_t i = 0; plain && i < json_object_array_length (content); i++)
    plain = gk_streq (cli_content_text (json_object_array_get_idx (content, i), "kind"), "table");
  json_object_put (content);
  return plain;
}

static void
discard_gap (struct sparsify *s, const char *disk, int64_t start, int64_t end)
{
  start = (start + EDGE - 1) / EDGE * EDGE;
  end = end / EDGE * EDGE;
  if (start >= end)
    return;
  _cleanup_free_ char *what = gk_asprintf ("%s at %lld", disk, (long long)start);
  int r = s->dry_run ? 0 : guestkit_discard (s->g, disk, start, end - start);
  sparsify_tell (s, what ? what : disk, "unallocated", end - start,
                 r == -1 ? last_error (s->g) : NULL);
}

static int
by_start (const void *a, const void *b)
{
  const struct guestfs_partition *p = a, *q = b;

  return p->part_start < q->part_start ? -1 : p->part_start > q->part_start;
}

static void
discard_gaps (struct sparsify *s, const char *disk)
{
  int64_t size = guestfs_blockdev_getsize64 (s->g, disk), at = -1;
  struct guestfs_partition_list *parts = guestfs_part_list (s->g, disk);

  if (parts && size > 0) {
    qsort (parts->val, parts->len, sizeof *parts->val, by_start);
    for (uint32_t i = 0; i < parts->len; i++) {
      const struct guestfs_partition *p = &parts->val[i];
      if (at >= 0 && (int64_t)p->part_start > at)
        discard_gap (s, disk, at, (int64_t)p->part_start);
      /* Logical ones lie within the extended one, which counts as a whole. */
      if ((int64_t)p->part_end + 1 > at)
        at = (int64_t)p->part_end + 1;
    }
    if (at >= 0 && at < size - EDGE)
      discard_gap (s, disk, at, size - EDGE);
  }
  guestfs_free_partition_list (parts);
}

void
sparsify_gaps (struct sparsify *s)
{
  _cleanup_strv_ char **disks = guestfs_list_devices (s->g);

  for (size_t i = 0; disks && disks[i]; i++)
    if (is_plain (s, disks[i]))
      discard_gaps (s, disks[i]);
}
