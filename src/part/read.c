/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reading a partition table with libblkid's low-level prober. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "fs/prober.h"
#include "part/part.h"

/* libblkid's name -> parted's, where they differ. */
static const struct {
  const char *blkid, *parted;
} type_names[] = {
  { "dos", "msdos" },
  { "sgi", "dvh" },
};

void
gk_part_table_clear (struct gk_part_table *table)
{
  for (size_t i = 0; i < table->n; i++)
    free (table->parts[i].name);
  free (table->parts);
  *table = (struct gk_part_table)GK_PART_TABLE_INIT;
}

static void
copy_upper (char to[37], const char *from)
{
  size_t i = 0;
  for (; from[i] && i < 36; i++)
    to[i] = (char)toupper ((unsigned char)from[i]);
  to[i] = '\0';
}

/* 0, -1 out of memory, 1 not a partition we take. */
static int
take_partition (blkid_partlist ls, int index, const char *type, struct gk_part *p)
{
  blkid_partition bp = blkid_partlist_get_partition (ls, index);
  if (bp == NULL)
    return 1;
  int num = blkid_partition_get_partno (bp);
  uint64_t start = (uint64_t)blkid_partition_get_start (bp);
  uint64_t size = (uint64_t)blkid_partition_get_size (bp);
  /* Sectors of 512 bytes whatever the disk's are.  What cannot be said in
   * bytes is no partition. */
  if (num < 1 || num >= GK_PART_MAX || size == 0 || start > INT64_MAX / 512 ||
      size > INT64_MAX / 512 || (start + size) > INT64_MAX / 512)
    return 1;

  *p = (struct gk_part){ .num = num, .start = start * 512, .size = size * 512 };
  blkid_parttable table = blkid_partition_get_table (bp);
  p->nested = table != NULL && blkid_parttable_get_parent (table) != NULL;
  p->extended = blkid_partition_is_extended (bp) && !p->nested;
  p->logical = blkid_partition_is_logical (bp) && !p->nested;
  const char *guid = blkid_partition_get_type_string (bp);
  if (gk_streq (type, "gpt") && guid != NULL)
    copy_upper (p->gpt_type, guid);
  else if (!p->nested)
    p->mbr_type = blkid_partition_get_type (bp);
  const char *uuid = blkid_partition_get_uuid (bp);
  if (uuid != NULL && strlen (uuid) < sizeof p->uuid)
    strcpy (p->uuid, uuid);
  p->bootable = gk_streq (type, "msdos") && (blkid_partition_get_flags (bp) & 0x80) != 0;
  const char *name = blkid_partition_get_name (bp);
  if (name != NULL) {
    p->name = strdup (name);
    if (p->name == NULL)
      return -1;
  }
  return 0;
}

int
gk_part_read (int fd, struct gk_part_table *ret_table, struct gk_error *err)
{
  _cleanup_prober_ blkid_probe pr = gk_fs_prober (fd, "reading the partition table", err);
  if (pr == NULL)
    return -1;

  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  t.sector_size = blkid_probe_get_sectorsize (pr);
  t.disk_size = (uint64_t)blkid_probe_get_size (pr);
  blkid_probe_enable_superblocks (pr, 0);
  blkid_probe_enable_partitions (pr, 1);
  errno = 0;
  blkid_partlist ls = blkid_probe_get_partitions (pr);
  blkid_parttable root = ls ? blkid_partlist_get_table (ls) : NULL;
  /* libblkid returns no list both when there is nothing and when the disk
   * could not be read. */
  if (ls == NULL && errno == EIO)
    return gk_error_sys (err, EIO, "reading the partition table");
  const char *type = root ? blkid_parttable_get_type (root) : NULL;
  if (type == NULL) {
    *ret_table = t;
    return 0;
  }
  for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
    if (gk_streq (type, type_names[i].blkid))
      type = type_names[i].parted;
  if (strlen (type) < sizeof t.type)
    strcpy (t.type, type);

  int n = blkid_partlist_numof_partitions (ls);
  if (n > 0) {
    t.parts = calloc ((size_t)n, sizeof t.parts[0]);
    if (t.parts == NULL)
      return gk_error_oom (err);
  }
  for (int i = 0; i < n; i++) {
    int r = take_partition (ls, i, t.type, &t.parts[t.n]);
    if (r == -1)
      return gk_error_oom (err);
    if (r == 0)
      t.n++;
  }
  *ret_table = t;
  t = (struct gk_part_table)GK_PART_TABLE_INIT;
  return 0;
}

const struct gk_part *
gk_part_find (const struct gk_part_table *table, int num)
{
  for (size_t i = 0; i < table->n; i++)
    if (table->parts[i].num == num)
      return &table->parts[i];
  return NULL;
}

bool
gk_part_can_hold_filesystem (const struct gk_part *part)
{
  static const char *const never[] = {
    "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3", /* dynamic disk: metadata */
    "AF9B60A0-1431-4F62-BC68-3311714A69AD", /* dynamic disk: data */
    "E3C9E316-0B5C-4DB8-817D-F92DF00215AE", /* Microsoft reserved */
    "CADDEBF1-4400-4DE8-B103-12117DCF3CCF", /* Windows snapshot */
  };
  if (part->extended)
    return false;
  for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
    if (gk_streq (part->gpt_type, never[i]))
      return false;
  return part->mbr_type != 0x42; /* dynamic disk on an MBR */
}

size_t
gk_part_split_name (const char *name, int *ret_num)
{
  size_t len = strlen (name), i = len;
  while (i > 0 && isdigit ((unsigned char)name[i - 1]))
    i--;
  uint64_t num = 0;
  *ret_num = 0;
  if (i == len || gk_parse_u64 (name + i, INT_MAX, &num) == -1)
    return len;
  /* md0p1: the p parts two numbers. */
  if (i >= 2 && name[i - 1] == 'p' && isdigit ((unsigned char)name[i - 2]))
    i--;
  *ret_num = (int)num;
  return i;
}
