/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Numbers and sectors for what a layout says: begins on whole MiB where it says
 * none, and every rule of the table before anything is written. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "part/layout.h"

#define GRAIN (UINT64_C (1) << 20)
#define PRIMARIES 4
#define GPT_ENTRIES 128

struct place {
  struct gk_layout *l;
  const struct gk_layout_disk *disk;
  uint64_t grain;  /* sectors */
  uint64_t usable; /* sectors that are shared out by percent */
  const struct gk_layout_part *extended;
};

static bool
is_gpt (const struct gk_layout *l)
{
  return gk_streq (l->type, "gpt");
}

static bool
is_extended_type (const char *type)
{
  return type && (gk_streq (type, "f") || gk_streq (type, "5") || gk_streq (type, "85"));
}

/* --- numbers ------------------------------------------------------------------------------- */

static bool
is_taken (const struct gk_layout *l, int num)
{
  for (size_t i = 0; i < l->n; i++)
    if (l->parts[i].num == num)
      return true;
  return false;
}

static int
too_many (const struct gk_layout *l, int num, struct gk_error *err)
{
  if (is_gpt (l))
    return gk_error_set (err, ENOSPC, "layout: partition %d: a GPT has %d partitions", num,
                         GPT_ENTRIES);
  return gk_error_set (err, ENOSPC,
                       "layout: an MBR has %d partitions beside the logical ones, which stand "
                       "behind the extended one",
                       PRIMARIES);
}

/* In an MBR, those without a number that stand behind the extended one are in it. */
static int
give_numbers (struct gk_layout *l, struct gk_error *err)
{
  bool gpt = is_gpt (l), in_extended = false;

  for (size_t i = 0; i < l->n; i++) {
    struct gk_layout_part *p = &l->parts[i];
    bool logical = !gpt && (p->num ? p->num > PRIMARIES : in_extended);
    int num = p->num ? p->num : logical ? PRIMARIES + 1 : 1;

    p->extended = !gpt && is_extended_type (p->type);
    if (p->extended && (logical || in_extended))
      return gk_error_set (
          err, EINVAL, "layout: there is one extended partition, among the first %d", PRIMARIES);
    in_extended = in_extended || p->extended;
    for (size_t j = 0; p->num && j < i; j++)
      if (l->parts[j].num == p->num)
        return gk_error_set (err, EINVAL, "layout: there are two partitions %d", p->num);
    while (p->num == 0 && is_taken (l, num))
      num++;
    if (gpt ? num > GPT_ENTRIES : !logical && num > PRIMARIES)
      return too_many (l, num, err);
    p->num = num;
    p->logical = logical;
  }
  for (size_t i = 0; i < l->n; i++)
    if (l->parts[i].logical && l->parts[i].num > PRIMARIES + 1 &&
        !is_taken (l, l->parts[i].num - 1))
      return gk_error_set (err, EINVAL,
                           "layout: partition %d: logical partitions are numbered from %d on, "
                           "without gaps",
                           l->parts[i].num, PRIMARIES + 1);
  return 0;
}

/* --- places --------------------------------------------------------------------------------- */

static int
to_sectors (const struct place *pl, const struct gk_layout_part *p, const char *what,
            uint64_t bytes, uint64_t *ret, struct gk_error *err)
{
  if (bytes % pl->disk->sector_size)
    return gk_error_set (err, EINVAL,
                         "layout: partition %d: %s: %" PRIu64
                         " bytes are not whole sectors of %u bytes",
                         p->num, what, bytes, pl->disk->sector_size);
  *ret = bytes / pl->disk->sector_size;
  return 0;
}

static uint64_t
percent (const struct place *pl, uint64_t value)
{
  /* In grains, for 100 % of a large disk times 10000 would not fit. */
  return pl->usable / pl->grain * value / 10000 * pl->grain;
}

static uint64_t
align_up (const struct place *pl, uint64_t sector)
{
  return (sector + pl->grain - 1) / pl->grain * pl->grain;
}

static int
place_start (const struct place *pl, struct gk_layout_part *p, uint64_t behind,
             struct gk_error *err)
{
  switch (p->start.unit) {
  case GK_SIZE_BYTES:
    return to_sectors (pl, p, "start", p->start.value, &p->first, err);
  case GK_SIZE_PERCENT:
    p->first = pl->grain + percent (pl, p->start.value);
    return 0;
  case GK_SIZE_NONE:
    p->first = align_up (pl, behind);
    return 0;
  case GK_SIZE_REST:
    break;
  }
  return gk_error_set (err, EINVAL, "layout: partition %d: start: cannot be \"rest\"", p->num);
}

/* The last sector before what begins next. */
static uint64_t
end_of_room (const struct place *pl, const struct gk_layout_part *p)
{
  uint64_t last = p->logical && pl->extended ? pl->extended->last : pl->disk->last;

  for (size_t i = 0; i < pl->l->n; i++) {
    const struct gk_layout_part *q = &pl->l->parts[i];
    if (q == p || q->logical != p->logical || q->start.unit == GK_SIZE_NONE)
      continue;
    /* Before a logical one there is a sector of its own for where it lies. */
    if (q->first > p->first && q->first - 1 - q->logical < last)
      last = q->first - 1 - q->logical;
  }
  uint64_t aligned = (last + 1) / pl->grain * pl->grain;
  /* Less than a MiB is not what is meant by the rest, unless it is said where it begins. */
  return aligned > p->first || p->start.unit == GK_SIZE_NONE ? aligned - 1 : last;
}

static int
place_end (const struct place *pl, struct gk_layout_part *p, struct gk_error *err)
{
  uint64_t count = 0, last;

  if (p->end.unit == GK_SIZE_REST)
    return gk_error_set (err, EINVAL, "layout: partition %d: end: cannot be \"rest\"; size can",
                         p->num);
  if (p->size.unit == GK_SIZE_BYTES && to_sectors (pl, p, "size", p->size.value, &count, err) == -1)
    return -1;
  if (p->size.unit == GK_SIZE_PERCENT)
    count = percent (pl, p->size.value);
  if ((p->size.unit == GK_SIZE_BYTES || p->size.unit == GK_SIZE_PERCENT) && count == 0)
    return gk_error_set (err, EINVAL, "layout: partition %d: its size is 0", p->num);
  last = count ? p->first + count - 1 : end_of_room (pl, p);
  if (p->end.unit != GK_SIZE_NONE) {
    uint64_t end = 0;
    if (p->end.unit == GK_SIZE_PERCENT)
      end = pl->grain + percent (pl, p->end.value);
    else if (to_sectors (pl, p, "end + 1", p->end.value + 1, &end, err) == -1)
      return -1;
    if (count && end != last + 1)
      return gk_error_set (
          err, EINVAL, "layout: partition %d: start, size and end contradict each other", p->num);
    last = end - 1;
  }
  if (last < p->first || last - p->first + 1 == 0)
    return gk_error_set (err, ENOSPC,
                         "layout: partition %d: there is no room for it at byte %" PRIu64, p->num,
                         p->first * pl->disk->sector_size);
  p->last = last;
  return 0;
}

/* --- rules ---------------------------------------------------------------------------------- */

static int
check_inside (const struct place *pl, const struct gk_layout_part *p, struct gk_error *err)
{
  const struct gk_layout_disk *d = pl->disk;

  if (p->first < d->first || p->last > d->last)
    return gk_error_set (err, ENOSPC,
                         "layout: partition %d: bytes %" PRIu64 " to %" PRIu64
                         " are not within %" PRIu64 " to %" PRIu64
                         ", which the table leaves for partitions of %s",
                         p->num, p->first * d->sector_size, (p->last + 1) * d->sector_size - 1,
                         d->first * d->sector_size, (d->last + 1) * d->sector_size - 1, d->device);
  if (!is_gpt (pl->l) && (p->first > UINT32_MAX || p->last - p->first + 1 > UINT32_MAX))
    return gk_error_set (err, ENOSPC, "layout: partition %d: is beyond what an MBR can say",
                         p->num);
  if (!p->logical)
    return 0;
  if (pl->extended == NULL)
    return gk_error_set (err, EINVAL,
                         "layout: partition %d: is logical, and there is no extended one", p->num);
  if (p->first <= pl->extended->first + 1 || p->last > pl->extended->last)
    return gk_error_set (err, ENOSPC,
                         "layout: partition %d: is not within the extended partition %d, whose "
                         "first two sectors it cannot have",
                         p->num, pl->extended->num);
  return 0;
}

static int
check_pair (const struct gk_layout_part *p, const struct gk_layout_part *q, struct gk_error *err)
{
  uint64_t lead = p->logical; /* and the sector before it */

  if (p->logical == q->logical && p->first - lead <= q->last && p->last >= q->first - lead)
    return gk_error_set (err, ENOSPC, "layout: partitions %d and %d overlap%s", p->num, q->num,
                         p->first > q->last || q->first > p->last
                             ? ": before a logical partition a sector is needed for where it lies"
                             : "");
  if (p->guid && q->guid && gk_streq (p->guid, q->guid))
    return gk_error_set (err, EINVAL, "layout: partitions %d and %d have the same guid", p->num,
                         q->num);
  return 0;
}

static int
check_all (const struct place *pl, struct gk_error *err)
{
  const struct gk_layout *l = pl->l;
  int active = 0;

  for (size_t i = 0; i < l->n; i++) {
    const struct gk_layout_part *p = &l->parts[i];
    if (check_inside (pl, p, err) == -1)
      return -1;
    if (!is_gpt (l) && p->bootable == 1 && ++active > 1)
      return gk_error_set (err, EINVAL,
                           "layout: partition %d: one partition of an MBR is bootable, "
                           "and there is another",
                           p->num);
    for (size_t j = 0; j < i; j++)
      if (check_pair (p, &l->parts[j], err) == -1)
        return -1;
  }
  return 0;
}

static int
place_all (struct place *pl, bool logical, struct gk_error *err)
{
  uint64_t behind = pl->grain;

  if (logical && pl->extended)
    behind = pl->extended->first + pl->grain;
  for (size_t i = 0; i < pl->l->n; i++) {
    struct gk_layout_part *p = &pl->l->parts[i];
    if (p->logical != logical)
      continue;
    if (place_start (pl, p, behind, err) == -1 || place_end (pl, p, err) == -1)
      return -1;
    /* Behind a logical one there must be room to say where the next lies. */
    behind = p->last + 1 + logical;
    if (p->extended)
      pl->extended = p;
  }
  return 0;
}

int
gk_layout_place (struct gk_layout *l, const struct gk_layout_disk *disk, struct gk_error *err)
{
  struct place pl = { .l = l, .disk = disk, .grain = GRAIN / disk->sector_size };

  if (give_numbers (l, err) == -1)
    return -1;
  uint64_t end = (disk->last + 1) / pl.grain * pl.grain;
  pl.usable = end > pl.grain ? end - pl.grain : 0;
  /* What is said to begin somewhere bounds what has the rest before it. */
  for (size_t i = 0; i < l->n; i++)
    if (l->parts[i].start.unit != GK_SIZE_NONE && place_start (&pl, &l->parts[i], 0, err) == -1)
      return -1;
  if (place_all (&pl, false, err) == -1 || place_all (&pl, true, err) == -1)
    return -1;
  return check_all (&pl, err);
}
