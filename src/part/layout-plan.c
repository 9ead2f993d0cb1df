/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is different between a table and what it shall be, and what would be lost. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "op/ctx.h"
#include "part/edit.h"
#include "part/layout.h"

#define ESP "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
#define LINUX_GPT "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
#define LINUX_MBR "83"
/* Of many signatures so many are named. */
#define NAMED 3

char *
gk_part_node (const char *device, int num)
{
  size_t n = strlen (device);
  bool digit = n > 0 && isdigit ((unsigned char)device[n - 1]);

  return gk_asprintf ("%s%s%d", device, digit ? "p" : "", num);
}

/* --- what is there ----------------------------------------------------------------------- */

/* "ext4", or of several "ext4, swap"; NULL in *ret: nothing that is known.  A
 * boot sector without partitions counts only for a whole disk. */
static int
find_content (const char *device, bool whole_disk, char **ret, struct gk_error *err)
{
  _cleanup_fs_signatures_ struct gk_fs_signatures s = GK_FS_SIGNATURES_INIT;
  _cleanup_gk_buf_ struct gk_buf words = GK_BUF_INIT;
  size_t named = 0;

  if (gk_fs_find_signatures (device, &s, err) == -1)
    return -1;
  for (size_t i = 0; i < s.n && named < NAMED; i++) {
    bool again = i > 0 && gk_streq (s.v[i].type, s.v[i - 1].type);
    if (again || (whole_disk && s.v[i].table))
      continue;
    if (gk_buf_appendf (&words, "%s%s%s", named++ ? ", " : "", s.v[i].type,
                        s.v[i].table ? " partition table" : "") == -1)
      return gk_error_oom (err);
  }
  *ret = words.size ? gk_buf_finish (&words) : NULL;
  return words.size && *ret == NULL ? gk_error_oom (err) : 0;
}

static int
look_at (struct gk_layout_part *p, const char *device, const struct gk_part *was,
         struct gk_error *err)
{
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
  _cleanup_free_ char *node = gk_part_node (device, was->num);

  if (node == NULL)
    return gk_error_oom (err);
  if (was->extended || find_content (node, false, &p->holds, &why) == 0)
    return 0;
  if (why.errnum == ENOMEM)
    return gk_error_oom (err);
  /* One that this kernel does not have, perhaps as it overlaps another. */
  p->holds = strdup ("what cannot be read");
  return p->holds ? 0 : gk_error_oom (err);
}

/* --- one partition -------------------------------------------------------------------------- */

/* What the layout does not say of a partition that begins where it did is as it was. */
static int
inherit (struct gk_layout_part *p, const struct gk_part *was, bool gpt, uint64_t attributes,
         struct gk_error *err)
{
  if (p->type == NULL && (p->type = gpt ? gk_layout_upper (was->gpt_type)
                                        : gk_asprintf ("%x", (unsigned)was->mbr_type)) == NULL)
    return gk_error_oom (err);
  if (!gpt) {
    if (p->bootable == -1)
      p->bootable = was->bootable;
    return 0;
  }
  if (p->name == NULL && was->name && (p->name = strdup (was->name)) == NULL)
    return gk_error_oom (err);
  if (p->guid == NULL && *was->uuid && (p->guid = gk_layout_upper (was->uuid)) == NULL)
    return gk_error_oom (err);
  if (!p->has_attributes) {
    p->has_attributes = attributes != 0;
    p->attributes = attributes;
  }
  return 0;
}

static int
compare (struct gk_layout_part *p, const struct gk_part *was, bool gpt, uint64_t attributes,
         struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf words = GK_BUF_INIT;
  char byte[8] = "";

  if (!gpt)
    snprintf (byte, sizeof byte, "%x", (unsigned)was->mbr_type);
  const struct {
    const char *word;
    bool differs;
  } facts[] = {
    { "type", p->type && strcasecmp (p->type, gpt ? was->gpt_type : byte) != 0 },
    { "name", gpt && p->name && !gk_streq (p->name, was->name ? was->name : "") },
    { "guid", gpt && p->guid && strcasecmp (p->guid, was->uuid) != 0 },
    { "attributes", gpt && p->has_attributes && p->attributes != attributes },
    { "bootable", !gpt && p->bootable >= 0 && p->bootable != was->bootable },
  };
  for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
    if (facts[i].differs &&
        gk_buf_appendf (&words, "%s%s", words.size ? ", " : "", facts[i].word) == -1)
      return gk_error_oom (err);
  if (words.size && (p->differs = gk_buf_finish (&words)) == NULL)
    return gk_error_oom (err);
  return 0;
}

/* On a GPT "bootable" is the type of the EFI system partition, as parted has it. */
static int
settle_bootable (struct gk_layout_part *p, struct gk_error *err)
{
  if (p->bootable == 1 && p->type == NULL && (p->type = strdup (ESP)) == NULL)
    return gk_error_oom (err);
  if (p->bootable >= 0 && p->type && p->bootable != (strcasecmp (p->type, ESP) == 0))
    return gk_error_set (
        err, EINVAL,
        "layout: partition %d: in a GPT what is bootable has the type \"efi\", and "
        "nothing else has",
        p->num);
  return 0;
}

static int
plan_one (struct gk_layout *l, struct gk_layout_part *p, const char *device,
          const struct gk_part_table *t, struct gk_part_edit *e, struct gk_error *err)
{
  bool gpt = gk_streq (l->type, "gpt");
  const struct gk_part *was = gk_part_find (t, p->num);
  uint64_t attributes = 0;

  if (gpt && settle_bootable (p, err) == -1)
    return -1;
  p->action = GK_LAYOUT_ADD;
  if (was && !was->nested) {
    p->was_first = was->start / t->sector_size;
    p->was_last = p->was_first + was->size / t->sector_size - 1;
    if (look_at (p, device, was, err) == -1)
      return -1;
    if (e && gpt)
      fdisk_gpt_get_partition_attrs (e->cxt, (size_t)p->num - 1, &attributes);
    bool same_kind = was->extended == p->extended && was->logical == p->logical;
    if (!gpt && p->type == NULL && was->extended)
      same_kind = p->extended = true;
    if (l->new_table) /* a logical partition may become one of a GPT, where it is */
      same_kind = was->extended == p->extended;
    p->action = p->first != p->was_first || !same_kind ? GK_LAYOUT_MOVE
                : p->last > p->was_last                ? GK_LAYOUT_GROW
                : p->last < p->was_last                ? GK_LAYOUT_SHRINK
                                                       : GK_LAYOUT_KEEP;
    if (!l->new_table && p->action != GK_LAYOUT_MOVE) {
      if (compare (p, was, gpt, attributes, err) == -1 ||
          inherit (p, was, gpt, attributes, err) == -1)
        return -1;
      if (p->action == GK_LAYOUT_KEEP && p->differs)
        p->action = GK_LAYOUT_CHANGE;
    }
  }
  if (p->type == NULL && (p->type = strdup (gpt ? LINUX_GPT : LINUX_MBR)) == NULL)
    return gk_error_oom (err);
  return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int
append_removed (struct gk_layout *l, const char *device, const struct gk_part_table *t,
                struct gk_error *err)
{
  size_t wanted = l->n;

  struct gk_layout_part *v = reallocarray (l->parts, l->n + t->n + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  l->parts = v;
  for (size_t i = 0; i < t->n; i++) {
    const struct gk_part *was = &t->parts[i];
    bool stays = was->nested;
    for (size_t j = 0; j < wanted && !stays; j++)
      stays = v[j].num == was->num;
    if (stays)
      continue;
    struct gk_layout_part *p = &v[l->n++];
    *p = (struct gk_layout_part){ .num = was->num,
                                  .bootable = -1,
                                  .action = GK_LAYOUT_REMOVE,
                                  .extended = was->extended,
                                  .logical = was->logical,
                                  .was_first = was->start / t->sector_size };
    p->was_last = p->was_first + was->size / t->sector_size - 1;
    if (look_at (p, device, was, err) == -1)
      return -1;
  }
  return 0;
}

/* May its device become so small?  What is recognized in two ways is not known well
 * enough, and swap space is of the size that its header says. */
static bool
fits (const struct gk_layout_part *p, const char *node, uint64_t bytes)
{
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;

  return strchr (p->holds, ',') == NULL && strchr (p->holds, ' ') == NULL &&
         !gk_streq (p->holds, "swap") && gk_fs_check_fits (node, bytes, &why) == 0;
}

/* Does what p held lie in a partition afterwards, under whatever number? */
static int
judge (struct gk_layout *l, struct gk_layout_part *p, const char *device, unsigned sector_size,
       struct gk_error *err)
{
  if (p->holds == NULL || p->action == GK_LAYOUT_ADD)
    return 0;
  _cleanup_free_ char *node = gk_part_node (device, p->num);
  if (node == NULL)
    return gk_error_oom (err);
  p->loses = true;
  for (size_t i = 0; i < l->n && p->loses; i++) {
    const struct gk_layout_part *q = &l->parts[i];
    if (q->action != GK_LAYOUT_REMOVE && !q->extended && q->first == p->was_first)
      p->loses = q->last < p->was_last && !fits (p, node, (q->last - q->first + 1) * sector_size);
  }
  return 0;
}

static int
plan (struct gk_layout *l, const char *device, const struct gk_part_table *t,
      struct gk_part_edit *e, struct gk_error *err)
{
  for (size_t i = 0; i < l->n; i++)
    if (plan_one (l, &l->parts[i], device, t, e, err) == -1)
      return -1;
  if (append_removed (l, device, t, err) == -1)
    return -1;
  for (size_t i = 0; i < l->n; i++)
    if (judge (l, &l->parts[i], device, t->sector_size, err) == -1)
      return -1;
  if (t->type[0] == '\0')
    return find_content (device, true, &l->over, err);
  if (e && l->id) {
    char *id = NULL;
    int r = fdisk_get_disklabel_id (e->cxt, &id);
    l->new_id = r != 0 || id == NULL || strcasecmp (id, l->id) != 0;
    free (id);
  }
  return 0;
}

int
gk_layout_plan (struct gk_ctx *ctx, struct gk_layout *l, const char *device,
                const struct gk_part_table *t, struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;

  l->new_table = !gk_streq (l->type, t->type);
  if (!l->new_table && gk_part_edit_begin (&e, ctx, device, GK_EDIT_READ, err) == -1)
    return -1;
  return plan (l, device, t, l->new_table ? NULL : &e, err);
}
