/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Applying a layout to a disk: look, plan, refuse or write, tell. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-part.h"
#include "op/ctx.h"
#include "part/edit.h"
#include "part/layout.h"

#define GPT_ENTRIES_SIZE 16384

/* --- bounds --------------------------------------------------------------------------------- */

static uint64_t
label_item (struct gk_part_edit *e, int id)
{
  struct fdisk_labelitem *item = fdisk_new_labelitem ();
  uint64_t value = 0;

  if (item && fdisk_get_disklabel_item (e->cxt, id, item) == 0)
    fdisk_labelitem_get_data_u64 (item, &value);
  fdisk_unref_labelitem (item);
  return value;
}

/* A new table has the usual bounds, one that is there may have others. */
static int
find_bounds (struct gk_ctx *ctx, const struct gk_layout *l, const struct gk_part_table *t,
             struct gk_layout_disk *disk, struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  bool gpt = gk_streq (l->type, "gpt");
  uint64_t copy = gpt ? (GPT_ENTRIES_SIZE + t->sector_size - 1) / t->sector_size + 1 : 0;

  disk->sector_size = t->sector_size;
  disk->sectors = t->disk_size / t->sector_size;
  if (disk->sectors <= 2 * copy + 2)
    return gk_error_set (err, ENOSPC, "%s: is too small for a partition table", disk->device);
  disk->first = 1 + copy;
  disk->last = disk->sectors - 1 - copy;
  if (!gpt || !gk_streq (t->type, "gpt"))
    return 0;
  if (gk_part_edit_begin (&e, ctx, disk->device, GK_EDIT_READ, err) == -1)
    return -1;
  uint64_t first = label_item (&e, GPT_LABELITEM_FIRSTLBA);
  uint64_t last = label_item (&e, GPT_LABELITEM_LASTLBA);
  disk->grown = label_item (&e, GPT_LABELITEM_ALTLBA) + 1 < disk->sectors;
  if (disk->grown)
    last = disk->last;
  if (first == 0 || last < first)
    return gk_error_set (err, EINVAL, "%s: its GPT leaves no room for partitions", disk->device);
  disk->first = first;
  disk->last = last;
  return 0;
}

/* --- the plan as JSON ------------------------------------------------------------------------- */

static void
add_string (struct json_object *o, const char *key, const char *value)
{
  if (value)
    json_object_object_add (o, key, json_object_new_string (value));
}

static void
add_place (struct json_object *o, const char *start, const char *size, uint64_t first,
           uint64_t last, unsigned sector_size)
{
  json_object_object_add (o, start, json_object_new_uint64 (first * sector_size));
  json_object_object_add (o, size, json_object_new_uint64 ((last - first + 1) * sector_size));
}

static struct json_object *
part_json (const struct gk_layout_part *p, unsigned sector_size)
{
  static const char *const actions[] = {
    [GK_LAYOUT_KEEP] = "keep",     [GK_LAYOUT_CHANGE] = "change", [GK_LAYOUT_GROW] = "grow",
    [GK_LAYOUT_SHRINK] = "shrink", [GK_LAYOUT_MOVE] = "move",     [GK_LAYOUT_ADD] = "add",
    [GK_LAYOUT_REMOVE] = "remove",
  };
  struct json_object *o = json_object_new_object ();

  json_object_object_add (o, "number", json_object_new_int (p->num));
  add_string (o, "action", actions[p->action]);
  if (p->action != GK_LAYOUT_REMOVE)
    add_place (o, "start", "size", p->first, p->last, sector_size);
  if (p->action != GK_LAYOUT_ADD)
    add_place (o, "old_start", "old_size", p->was_first, p->was_last, sector_size);
  add_string (o, "changes", p->differs);
  add_string (o, "holds", p->holds);
  json_object_object_add (o, "loses", json_object_new_boolean (p->loses));
  return o;
}

static char *
plan_json (const struct gk_layout *l, const char *device, unsigned sector_size, bool changes)
{
  struct json_object *o = json_object_new_object (), *list = json_object_new_array ();

  add_string (o, "device", device);
  json_object_object_add (o, "table", *l->type ? json_object_new_string (l->type) : NULL);
  json_object_object_add (o, "new_table", json_object_new_boolean (l->new_table));
  add_string (o, "over", l->over);
  json_object_object_add (o, "changes", json_object_new_boolean (changes));
  for (size_t i = 0; i < l->n; i++)
    json_object_array_add (list, part_json (&l->parts[i], sector_size));
  json_object_object_add (o, "partitions", list);
  char *text = strdup (json_object_to_json_string_ext (o, JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put (o);
  return text;
}

/* --- what may not be --------------------------------------------------------------- */

static bool
has_changes (const struct gk_layout *l)
{
  bool changes = l->new_table || l->new_id;

  for (size_t i = 0; i < l->n; i++)
    changes = changes || l->parts[i].action != GK_LAYOUT_KEEP;
  return changes;
}

static int
refuse_losses (const struct gk_layout *l, const char *device, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf words = GK_BUF_INIT;

  if (l->over && gk_buf_appendf (&words, "%s, which is of the whole disk", l->over) == -1)
    return gk_error_oom (err);
  for (size_t i = 0; i < l->n; i++)
    if (l->parts[i].loses && gk_buf_appendf (&words, "%s%s of partition %d", words.size ? "; " : "",
                                             l->parts[i].holds, l->parts[i].num) == -1)
      return gk_error_oom (err);
  if (words.size == 0)
    return 0;
  return gk_error_set (err, EEXIST, "%s: would be lost: %s; nothing was changed", device,
                       words.data);
}

static int
refuse_used (const struct gk_layout *l, const char *device, struct gk_error *err)
{
  for (size_t i = 0; i < l->n; i++) {
    const struct gk_layout_part *p = &l->parts[i];
    if (p->action == GK_LAYOUT_ADD || p->action == GK_LAYOUT_KEEP ||
        p->action == GK_LAYOUT_CHANGE || p->extended)
      continue;
    if (gk_part_check_unused (device, p->num, err) == -1)
      return -1;
  }
  return 0;
}

static int
write_layout (struct gk_ctx *ctx, const struct gk_layout *l, const struct gk_layout_disk *disk,
              struct gk_error *err)
{
  _cleanup_part_edit_ struct gk_part_edit e = GK_PART_EDIT_INIT;
  const char *device = disk->device;

  if (refuse_used (l, device, err) == -1)
    return -1;
  /* libfdisk moves the second copy of a GPT when it writes, and only then knows
   * of the room before it. */
  if (disk->grown && !l->new_table && gk_part_part_expand_gpt (ctx, device, err) == -1)
    return -1;
  if ((l->new_table ? gk_part_begin_new (&e, ctx, device, l->type, err)
                    : gk_part_edit_begin (&e, ctx, device, GK_EDIT_CHANGE, err)) == -1 ||
      gk_layout_write (&e, l, err) == -1)
    return -1;
  return gk_part_edit_commit (&e, err);
}

int
gk_part_apply (struct gk_ctx *ctx, const char *device, const char *json, bool plan_only, bool force,
               char **ret_json, struct gk_error *err)
{
  _cleanup_layout_ struct gk_layout l = GK_LAYOUT_INIT;
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  struct gk_layout_disk disk = { .device = device };

  if (gk_layout_parse (json, &l, err) == -1)
    return -1;
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  if (gk_part_read (fd, &t, err) == -1)
    return gk_error_wrap (err, "%s", device);
  bool protective = gk_part_is_protective (fd);
  gk_cleanup_close (&fd);
  fd = -1;
  if (l.type[0] == '\0') {
    if (t.type[0])
      return gk_error_set (err, EINVAL,
                           "layout: it has no table, and %s has one; 'guestkit wipe' "
                           "removes it",
                           device);
  } else if (find_bounds (ctx, &l, &t, &disk, err) == -1 ||
             gk_layout_place (&l, &disk, err) == -1 ||
             gk_layout_plan (ctx, &l, device, &t, err) == -1) {
    return -1;
  }
  /* Seen with sectors of the wrong size, or damaged: it has partitions that are
   * not known. */
  if (l.new_table && l.over == NULL && !gk_streq (t.type, "gpt") && protective) {
    l.over = gk_asprintf ("a GPT that cannot be read (damaged, or its sectors are not of %u bytes)",
                          t.sector_size);
    if (l.over == NULL)
      return gk_error_oom (err);
  }
  bool changes = has_changes (&l);
  _cleanup_free_ char *text = plan_json (&l, device, t.sector_size, changes);
  if (text == NULL)
    return gk_error_oom (err);
  if (!plan_only && changes &&
      ((!force && refuse_losses (&l, device, err) == -1) ||
       write_layout (ctx, &l, &disk, err) == -1))
    return -1;
  *ret_json = gk_steal_ptr (text);
  return 0;
}
