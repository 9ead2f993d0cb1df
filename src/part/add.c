/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* part_add and part_del. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "gk-ops-part.h"
#include "op/ctx.h"
#include "part/edit.h"

static void
cleanup_partition (struct fdisk_partition **pa)
{
  fdisk_unref_partition (*pa); /* takes NULL */
}
#define _cleanup_pa_ __attribute__ ((cleanup (cleanup_partition)))

static void
cleanup_fdisk_table (struct fdisk_table **t)
{
  fdisk_unref_table (*t); /* takes NULL */
}

/* What the new partition has to live with. */
struct surroundings {
  bool extended; /* there is one ... */
  fdisk_sector_t ext_start, ext_end;
  size_t free_slot; /* lowest number without a partition, from 0 */
};

static int
look_around (struct gk_part_edit *e, bool logical, fdisk_sector_t start, fdisk_sector_t end,
             struct surroundings *ret, struct gk_error *err)
{
  __attribute__ ((cleanup (cleanup_fdisk_table))) struct fdisk_table *tb = NULL;
  int r = fdisk_get_partitions (e->cxt, &tb);
  if (r != 0)
    return gk_part_edit_error (e, r, "reading the partition table", err);
  struct fdisk_iter *iter = fdisk_new_iter (FDISK_ITER_FORWARD);
  if (iter == NULL)
    return gk_error_oom (err);
  bool used[GK_PART_MAX] = { false };
  struct fdisk_partition *pa;
  *ret = (struct surroundings){ 0 };
  while (fdisk_table_next_partition (tb, iter, &pa) == 0) {
    if (!fdisk_partition_has_start (pa) || !fdisk_partition_has_size (pa) ||
        !fdisk_partition_has_partno (pa))
      continue;
    size_t no = fdisk_partition_get_partno (pa);
    fdisk_sector_t s = fdisk_partition_get_start (pa);
    fdisk_sector_t t = s + fdisk_partition_get_size (pa) - 1;
    if (no < GK_PART_MAX)
      used[no] = true;
    if (fdisk_partition_is_container (pa)) {
      ret->extended = true;
      ret->ext_start = s;
      ret->ext_end = t;
    }
    if (fdisk_partition_is_container (pa) && logical)
      continue;
    if (start <= t && end >= s) {
      fdisk_free_iter (iter);
      return gk_error_set (err, ENOSPC,
                           "%s: Can't have overlapping partitions: sectors "
                           "%" PRIu64 "..%" PRIu64 " and partition %zu (%" PRIu64 "..%" PRIu64 ")",
                           e->device, start, end, no + 1, s, t);
    }
  }
  fdisk_free_iter (iter);
  while (ret->free_slot < GK_PART_MAX - 1 && used[ret->free_slot])
    ret->free_slot++;
  return 0;
}

int
gk_part_add_one (struct gk_part_edit *e, const char *kind, const char *name, uint64_t start,
                 uint64_t end, struct gk_error *err)
{
  bool gpt = fdisk_is_label (e->cxt, GPT);
  bool logical = !gpt && gk_streq (kind, "logical"), extended = !gpt && gk_streq (kind, "extended");
  if (end >= fdisk_get_nsectors (e->cxt))
    return gk_error_set (err, ENOSPC, "%s: The location %" PRIu64 "s is outside of the device",
                         e->device, end);
  struct surroundings around = { 0 };
  if (look_around (e, logical, start, end, &around, err) == -1)
    return -1;

  if (logical && (!around.extended || start <= around.ext_start || end > around.ext_end))
    return gk_error_set (err, EINVAL, "%s: a logical partition must be inside an extended one",
                         e->device);
  if (extended && around.extended)
    return gk_error_set (err, EINVAL, "%s: there is an extended partition already", e->device);
  size_t slots = gpt ? fdisk_get_npartitions (e->cxt) : 4;
  if (!logical && around.free_slot >= slots)
    return gk_error_set (err, ENOSPC, "%s: Can't create any more partitions: %s has %zu", e->device,
                         gpt ? "this GPT" : "an MBR", slots);

  _cleanup_pa_ struct fdisk_partition *pa = fdisk_new_partition ();
  if (pa == NULL)
    return gk_error_oom (err);
  fdisk_partition_set_start (pa, start);
  fdisk_partition_set_size (pa, end - start + 1);
  fdisk_partition_size_explicit (pa, 1);
  if (logical)
    fdisk_partition_partno_follow_default (pa, 1);
  else
    fdisk_partition_set_partno (pa, around.free_slot);
  const char *code = extended ? "f" : gpt ? "0FC63DAF-8483-4772-8E79-3D69D8477DE4" : "83";
  if (gk_part_edit_set_type (e, pa, code, err) == -1)
    return -1;
  if (gpt && name && fdisk_partition_set_name (pa, name) != 0)
    return gk_error_oom (err);
  size_t no;
  int r = fdisk_add_partition (e->cxt, pa, &no);
  if (r != 0)
    return gk_part_edit_error (e, r, "adding a partition", err);
  return 0;
}

static const char *
canonical_kind (const char *kind)
{
  static const char *const kinds[] = { "primary", "logical", "extended" };
  for (size_t i = 0; i < 3; i++)
    if (gk_streq (kind, kinds[i]) || (kind[0] == kinds[i][0] && kind[1] == '\0'))
      return kinds[i];
  return NULL;
}

int
gk_part_part_add (struct gk_ctx *ctx, const char *device, const char *prlogex, int64_t startsect,
                  int64_t endsect, struct gk_error *err)
{
  const char *kind = canonical_kind (prlogex);
  if (kind == NULL)
    return gk_error_set (err, EINVAL,
                         "unknown partition type: %s: this should be \"primary\", "
                         "\"logical\" or \"extended\"",
                         prlogex);
  if (startsect < 0)
    return gk_error_set (err, EINVAL, "startsect cannot be negative");

  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  if (gk_part_read_any (ctx, device, &t, err) == -1)
    return -1;
  if (!gk_part_is_native (t.type)) {
    char start[32], end[32];
    snprintf (start, sizeof start, "%" PRId64 "s", startsect);
    snprintf (end, sizeof end, "%" PRId64 "s", endsect);
    const char *const command[] = { "mkpart", kind, start, end, NULL };
    return gk_parted (ctx, device, command, err);
  }

  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  int64_t sectors = (int64_t)fdisk_get_nsectors (e.cxt);
  if (endsect < 0)
    endsect = endsect < -sectors ? -1 : sectors + endsect;
  if (endsect < startsect)
    return gk_error_set (err, EINVAL,
                         "%s: Can't have the end before the start! (start sector=%" PRId64
                         " length=%" PRId64 ")",
                         device, startsect, endsect - startsect + 1);
  /* parted takes the kind for the name on a GPT; programs see "primary". */
  if (gk_part_add_one (&e, kind, kind, (uint64_t)startsect, (uint64_t)endsect, err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}

int
gk_part_part_del (struct gk_ctx *ctx, const char *device, int partnum, struct gk_error *err)
{
  if (gk_part_check_number (partnum, err) == -1)
    return -1;
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  if (gk_part_read_any (ctx, device, &t, err) == -1)
    return -1;
  const struct gk_part *p = gk_part_find (&t, partnum);
  if (p == NULL || p->nested)
    return gk_error_set (err, ENOENT, "%s: Partition doesn't exist", device);
  /* With an extended partition go its logical ones; with a logical one, those
   * behind it get other numbers. */
  for (size_t i = 0; i < t.n; i++)
    if (t.parts[i].num == partnum || (t.parts[i].logical && (p->extended || p->logical)))
      if (gk_part_check_unused (device, t.parts[i].num, err) == -1)
        return -1;
  if (!gk_part_is_native (t.type)) {
    char number[16];
    snprintf (number, sizeof number, "%d", partnum);
    const char *const command[] = { "rm", number, NULL };
    return gk_parted (ctx, device, command, err);
  }
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  int r = fdisk_delete_partition (e.cxt, (size_t)partnum - 1);
  if (r != 0)
    return gk_part_edit_error (&e, r, "deleting the partition", err);
  return gk_part_edit_commit (&e, err);
}
