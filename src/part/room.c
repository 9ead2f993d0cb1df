/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is behind a partition. */
#include "part/room.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "op/ctx.h"
#include "part/edit.h"

#define RECORD_TABLE 446 /* where the four entries of a boot record begin */
#define GPT_ENTRY 128

static uint32_t
le32 (const unsigned char *p)
{
  uint32_t v;

  memcpy (&v, p, sizeof v);
  return le32toh (v);
}

int
gk_part_records (int fd, const struct gk_part_table *t, struct gk_part_records *ret)
{
  const struct gk_part *extended = NULL;
  unsigned char record[512];

  ret->n = 0;
  for (size_t i = 0; i < t->n; i++)
    if (t->parts[i].extended)
      extended = &t->parts[i];
  if (extended == NULL || !gk_streq (t->type, "msdos"))
    return 0;
  uint64_t first = extended->start / t->sector_size, at = first;
  uint64_t sectors = extended->size / t->sector_size;
  /* A chain that bites its tail ends with the list. */
  while (ret->n < GK_PART_MAX && at - first < sectors) {
    ssize_t n = gk_pread_full (fd, record, sizeof record, (off_t)(at * t->sector_size));
    if (n == -1)
      return -1;
    ret->sector[ret->n++] = at;
    if (n != sizeof record || record[510] != 0x55 || record[511] != 0xaa)
      return 0;
    const unsigned char *next = record + RECORD_TABLE + 16;
    if (next[4] == 0 || le32 (next + 8) == 0)
      return 0;
    at = first + le32 (next + 8);
  }
  return 0;
}

/* The first byte of the disk that no partition can have. */
static uint64_t
end_of_disk (struct gk_part_edit *e, const struct gk_part_table *t, uint64_t disk_size)
{
  uint64_t sectors = disk_size / t->sector_size;

  if (fdisk_is_label (e->cxt, GPT)) {
    uint64_t entries = (uint64_t)fdisk_get_npartitions (e->cxt) * GPT_ENTRY;
    uint64_t tail = 1 + (entries + t->sector_size - 1) / t->sector_size;
    return sectors > tail ? (sectors - tail) * t->sector_size : 0;
  }
  /* Numbers of 32 bits. */
  return (sectors < UINT32_MAX ? sectors : UINT32_MAX) * t->sector_size;
}

static uint64_t
limit_of (const struct gk_part_table *t, const struct gk_part *p, uint64_t limit,
          const struct gk_part_records *records)
{
  for (size_t i = 0; i < t->n; i++) {
    const struct gk_part *q = &t->parts[i];
    if (q == p || q->nested)
      continue;
    if (p->logical && q->extended && q->start + q->size < limit)
      limit = q->start + q->size;
    else if (p->logical == q->logical && q->start >= p->start + p->size && q->start < limit)
      limit = q->start;
  }
  for (size_t i = 0; p->logical && i < records->n; i++) {
    uint64_t at = records->sector[i] * t->sector_size;
    if (at >= p->start + p->size && at < limit)
      limit = at;
  }
  return limit;
}

int
gk_part_room (struct gk_ctx *ctx, const char *device, int partnum, int64_t disk_size,
              int64_t *ret_bytes, struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  struct gk_part_records records;

  if (gk_part_check_number (partnum, err) == -1 || gk_part_read_any (ctx, device, &t, err) == -1)
    return -1;
  const struct gk_part *p = gk_part_find (&t, partnum);
  if (p == NULL || p->nested)
    return gk_error_set (err, ENOENT, "%s: partition number %d not found", device, partnum);
  if (!gk_part_is_native (t.type))
    return gk_error_set (err, ENOTSUP, "%s: partitions of a %s table cannot be resized here",
                         device, t.type);
  if (gk_part_edit_begin (&e, ctx, device, GK_EDIT_READ, err) == -1)
    return -1;
  if (gk_part_records (e.fd, &t, &records) == -1)
    return gk_error_sys (err, errno, "%s: reading the partition table", device);
  uint64_t disk = disk_size > 0 ? (uint64_t)disk_size : t.disk_size;
  uint64_t limit = limit_of (&t, p, end_of_disk (&e, &t, disk), &records);
  /* What is beyond already, by a table that promises more than there is, stays so. */
  uint64_t room = limit > p->start + p->size ? limit - p->start : p->size;
  *ret_bytes = (int64_t)room;
  return 0;
}
