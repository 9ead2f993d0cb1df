/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* part_resize, and part_set_size of our own: the end of a partition moves. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/fs.h"
#include "gk-ops-part.h"
#include "op/ctx.h"
#include "part/edit.h"
#include "part/room.h"

/* Who has something in the sectors from start to end, beside the partition
 * itself, what it is in, and what is in it? */
static int
check_room (const struct gk_part_table *t, const struct gk_part *p, uint64_t start, uint64_t end,
            const char *device, struct gk_error *err)
{
  for (size_t i = 0; i < t->n; i++) {
    const struct gk_part *q = &t->parts[i];
    uint64_t first = q->start / t->sector_size, last = (q->start + q->size) / t->sector_size - 1;
    if (q == p || q->nested)
      continue;
    if (p->extended && q->logical) {
      if (last > end)
        return gk_error_set (err, EBUSY,
                             "%s: the logical partition %d ends at sector %" PRIu64
                             ", behind the extended one",
                             device, q->num, last);
    } else if (p->logical && q->extended) {
      if (end > last)
        return gk_error_set (err, ENOSPC,
                             "%s: the extended partition ends before, at sector %" PRIu64, device,
                             last);
    } else if (start <= last && end >= first && !(p->extended && q->logical)) {
      return gk_error_set (err, ENOSPC,
                           "%s: Can't have overlapping partitions: sectors %" PRIu64 "..%" PRIu64
                           " and partition %d (%" PRIu64 "..%" PRIu64 ")",
                           device, start, end, q->num, first, last);
    }
  }
  return 0;
}

/* A logical partition must not grow over the record of another one. */
static int
check_records (int fd, const struct gk_part_table *t, const struct gk_part *p, uint64_t start,
               uint64_t end, const char *device, struct gk_error *err)
{
  struct gk_part_records records;

  if (!p->logical)
    return 0;
  if (gk_part_records (fd, t, &records) == -1)
    return gk_error_sys (err, errno, "%s: reading the partition table", device);
  for (size_t i = 0; i < records.n; i++)
    if (records.sector[i] >= start && records.sector[i] <= end)
      return gk_error_set (err, ENOSPC,
                           "%s: Can't have overlapping partitions: in sector %" PRIu64
                           " another logical partition is described",
                           device, records.sector[i]);
  return 0;
}

/* What the partition holds is not cut off, as a logical volume's is not. */
static int
check_content (const char *device, int partnum, uint64_t size, struct gk_error *err)
{
  _cleanup_free_ char *node = gk_asprintf ("%s%d", device, partnum);

  return node ? gk_fs_check_fits (node, size, err) : gk_error_oom (err);
}

static int
resize (struct gk_part_edit *e, int partnum, uint64_t size, struct gk_error *err)
{
  struct fdisk_partition *pa;

  if (gk_part_edit_find (e, partnum, &pa, err) == -1)
    return -1;
  int r = fdisk_partition_set_size (pa, size);
  if (r == 0)
    r = fdisk_partition_size_explicit (pa, 1);
  if (r == 0)
    r = fdisk_set_partition (e->cxt, (size_t)partnum - 1, pa);
  fdisk_unref_partition (pa);
  return r == 0 ? 0 : gk_part_edit_error (e, r, "moving the partition's end", err);
}

int
gk_part_part_resize (struct gk_ctx *ctx, const char *device, int partnum, int64_t endsect,
                     struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;

  if (gk_part_check_number (partnum, err) == -1 || gk_part_read_any (ctx, device, &t, err) == -1)
    return -1;
  const struct gk_part *p = gk_part_find (&t, partnum);
  if (p == NULL || p->nested)
    return gk_error_set (err, ENOENT, "%s: partition number %d not found", device, partnum);
  if (gk_part_check_unused (device, partnum, err) == -1)
    return -1;
  if (!gk_part_is_native (t.type)) {
    char number[16], end[32];
    snprintf (number, sizeof number, "%d", partnum);
    snprintf (end, sizeof end, "%" PRId64 "s", endsect);
    const char *const command[] = { "resizepart", number, end, NULL };
    return gk_parted (ctx, device, command, err);
  }
  int64_t sectors = (int64_t)(t.disk_size / t.sector_size);
  int64_t start = (int64_t)(p->start / t.sector_size);
  int64_t end = endsect >= 0 ? endsect : endsect < -sectors ? -1 : sectors + endsect;
  if (end < start)
    return gk_error_set (err, EINVAL,
                         "%s: the end, sector %" PRId64
                         ", is before the partition's begin, sector %" PRId64,
                         device, end, start);
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  int64_t last = fdisk_is_label (e.cxt, GPT) ? (int64_t)fdisk_get_last_lba (e.cxt) : sectors - 1;
  if (end > last)
    return gk_error_set (err, ENOSPC,
                         "%s: sector %" PRId64
                         " is behind the last that a partition can have, %" PRId64,
                         device, end, last);
  uint64_t size = (uint64_t)(end - start + 1) * t.sector_size;
  if (size < p->size && !p->extended && check_content (device, partnum, size, err) == -1)
    return -1;
  if (check_room (&t, p, (uint64_t)start, (uint64_t)end, device, err) == -1 ||
      check_records (e.fd, &t, p, (uint64_t)start, (uint64_t)end, device, err) == -1 ||
      resize (&e, partnum, (uint64_t)(end - start + 1), err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}

int
gk_part_set_size (struct gk_ctx *ctx, const char *device, int partnum, int64_t bytes,
                  struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  int64_t most;

  if (gk_part_room (ctx, device, partnum, 0, &most, err) == -1 ||
      gk_part_read_any (ctx, device, &t, err) == -1 ||
      gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err) == -1)
    return -1;
  const struct gk_part *p = gk_part_find (&t, partnum);
  if (p == NULL || p->extended)
    return gk_error_set (err, EINVAL, "%s: partition %d is no partition with content", device,
                         partnum);
  if (bytes <= 0 || bytes % t.sector_size)
    return gk_error_set (err, EINVAL, "%" PRId64 ": is no multiple of the disk's sectors of %u",
                         bytes, t.sector_size);
  if (bytes > most)
    return gk_error_set (err, ENOSPC,
                         "%s: partition %d: there is room for %" PRId64 " bytes, not for %" PRId64,
                         device, partnum, most, bytes);
  if (resize (&e, partnum, (uint64_t)bytes / t.sector_size, err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}
