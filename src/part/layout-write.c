/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Making a table what it shall be.  Partitions that stay where they are are not touched;
 * all others are taken out of the table, in memory, and put in anew.  What came of
 * it is compared with what was wanted before anything is written. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "part/edit.h"
#include "part/layout.h"

static void
cleanup_partition (struct fdisk_partition **pa)
{
  fdisk_unref_partition (*pa); /* takes NULL */
}
#define _cleanup_pa_ __attribute__ ((cleanup (cleanup_partition)))

static bool
stays (const struct gk_layout_part *p)
{
  return p->action == GK_LAYOUT_KEEP || p->action == GK_LAYOUT_CHANGE;
}

/* Logical partitions are a chain, and are numbered by it: when one goes, all are
 * put in anew. */
static bool
chain_breaks (const struct gk_layout *l)
{
  for (size_t i = 0; i < l->n; i++)
    if ((l->parts[i].logical || l->parts[i].extended) && !stays (&l->parts[i]) &&
        l->parts[i].action != GK_LAYOUT_ADD)
      return true;
  return false;
}

static bool
is_put_in (const struct gk_layout_part *p, bool new_table, bool anew)
{
  return p->action != GK_LAYOUT_REMOVE && (new_table || !stays (p) || (p->logical && anew));
}

/* From the last on, so that the numbers of those before stay as they are. */
static int
take_out (struct gk_part_edit *e, const struct gk_layout *l, bool anew, struct gk_error *err)
{
  for (size_t n = fdisk_get_npartitions (e->cxt); n > 0; n--)
    for (size_t i = 0; i < l->n; i++) {
      const struct gk_layout_part *p = &l->parts[i];
      bool out = p->action != GK_LAYOUT_ADD && (!stays (p) || (p->logical && anew));
      if ((size_t)p->num != n || !out || !fdisk_is_partition_used (e->cxt, n - 1))
        continue;
      int r = fdisk_delete_partition (e->cxt, n - 1);
      if (r != 0)
        return gk_part_edit_error (e, r, "deleting a partition", err);
    }
  return 0;
}

/* Of a partition that is in the table. */
static int
set_flags (struct gk_part_edit *e, const struct gk_layout_part *p, struct gk_error *err)
{
  size_t at = (size_t)p->num - 1;
  int r = 0;

  if (fdisk_is_label (e->cxt, GPT)) {
    if (p->has_attributes)
      r = fdisk_gpt_set_partition_attrs (e->cxt, at, p->attributes);
  } else if (p->bootable >= 0) {
    _cleanup_pa_ struct fdisk_partition *pa = NULL;
    r = fdisk_get_partition (e->cxt, at, &pa);
    if (r == 0 && (fdisk_partition_is_bootable (pa) == 1) != (p->bootable == 1))
      r = fdisk_toggle_partition_flag (e->cxt, at, DOS_FLAG_ACTIVE);
  }
  return r == 0 ? 0 : gk_part_edit_error (e, r, "setting the flags of a partition", err);
}

static int
put_in (struct gk_part_edit *e, const struct gk_layout_part *p, struct gk_error *err)
{
  _cleanup_pa_ struct fdisk_partition *pa = fdisk_new_partition ();
  size_t no = 0;

  if (pa == NULL)
    return gk_error_oom (err);
  fdisk_partition_set_start (pa, p->first);
  fdisk_partition_set_size (pa, p->last - p->first + 1);
  fdisk_partition_size_explicit (pa, 1);
  if (p->logical && !fdisk_is_label (e->cxt, GPT))
    fdisk_partition_partno_follow_default (pa, 1);
  else
    fdisk_partition_set_partno (pa, (size_t)p->num - 1);
  if (gk_part_edit_set_type (e, pa, p->type, err) == -1)
    return -1;
  if ((p->name && *p->name && fdisk_partition_set_name (pa, p->name) != 0) ||
      (p->guid && fdisk_partition_set_uuid (pa, p->guid) != 0))
    return gk_error_oom (err);
  int r = fdisk_add_partition (e->cxt, pa, &no);
  if (r != 0)
    return gk_part_edit_error (e, r, "adding a partition", err);
  return set_flags (e, p, err);
}

static int
change (struct gk_part_edit *e, const struct gk_layout_part *p, struct gk_error *err)
{
  _cleanup_pa_ struct fdisk_partition *pa = fdisk_new_partition ();

  if (pa == NULL)
    return gk_error_oom (err);
  if (gk_part_edit_set_type (e, pa, p->type, err) == -1)
    return -1;
  if ((p->name && fdisk_partition_set_name (pa, p->name) != 0) ||
      (p->guid && fdisk_partition_set_uuid (pa, p->guid) != 0))
    return gk_error_oom (err);
  int r = fdisk_set_partition (e->cxt, (size_t)p->num - 1, pa);
  if (r != 0)
    return gk_part_edit_error (e, r, "changing a partition", err);
  return set_flags (e, p, err);
}

/* --- afterwards ---------------------------------------------------------------------------- */

/* libfdisk puts things elsewhere when it finds that better. */
static int
verify (struct gk_part_edit *e, const struct gk_layout *l, struct gk_error *err)
{
  size_t wanted = 0, found = 0;

  for (size_t n = 0; n < fdisk_get_npartitions (e->cxt); n++)
    found += fdisk_is_partition_used (e->cxt, n) == 1;
  for (size_t i = 0; i < l->n; i++) {
    const struct gk_layout_part *p = &l->parts[i];
    _cleanup_pa_ struct fdisk_partition *pa = NULL;
    if (p->action == GK_LAYOUT_REMOVE)
      continue;
    wanted++;
    if (gk_part_edit_find (e, p->num, &pa, err) == -1)
      return gk_error_wrap (err, "the table cannot be made so, and was not written");
    if (fdisk_partition_get_start (pa) != p->first ||
        fdisk_partition_get_size (pa) != p->last - p->first + 1)
      return gk_error_set (err, EINVAL,
                           "%s: partition %d cannot have the sectors %" PRIu64 " to %" PRIu64
                           "; the table was not written",
                           e->device, p->num, p->first, p->last);
  }
  if (wanted != found)
    return gk_error_set (err, EINVAL,
                         "%s: the table would have %zu partitions instead of %zu, and was not "
                         "written",
                         e->device, found, wanted);
  return 0;
}

static int
by_number (const void *a, const void *b)
{
  const struct gk_layout_part *const *p = a, *const *q = b;

  return (*p)->num - (*q)->num;
}

int
gk_layout_write (struct gk_part_edit *e, const struct gk_layout *l, struct gk_error *err)
{
  bool anew = chain_breaks (l);
  _cleanup_free_ const struct gk_layout_part **sorted = calloc (l->n + 1, sizeof *sorted);

  if (sorted == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < l->n; i++)
    sorted[i] = &l->parts[i];
  qsort (sorted, l->n, sizeof *sorted, by_number);

  if (!l->new_table && take_out (e, l, anew, err) == -1)
    return -1;
  /* The extended partition has one of the first numbers, so it is there before
   * what is in it. */
  for (size_t i = 0; i < l->n; i++) {
    const struct gk_layout_part *p = sorted[i];
    if (is_put_in (p, l->new_table, anew)
            ? put_in (e, p, err) == -1
            : p->action == GK_LAYOUT_CHANGE && change (e, p, err) == -1)
      return -1;
  }
  if (l->id && (l->new_table || l->new_id)) {
    int r = fdisk_set_disklabel_id_from_string (e->cxt, l->id);
    if (r != 0)
      return gk_part_edit_error (e, r, "setting the disk's identifier", err);
  }
  return verify (e, l, err);
}
