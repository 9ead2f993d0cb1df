/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit's own requests about devices: what is on one, a check of it, a layout
 * of partitions.  The answer is JSON. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "fs/fsck.h"
#include "mount/devices.h"
#include "part/layout.h"
#include "worker/blocks.h"

static void
add_string (struct json_object *o, const char *key, const char *value)
{
  json_object_object_add (o, key, value ? json_object_new_string (value) : NULL);
}

/* Frees o. */
static int
give (struct json_object *o, char **ret_json, struct gk_error *err)
{
  *ret_json = strdup (json_object_to_json_string_ext (o, JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put (o);
  return *ret_json ? 0 : gk_error_oom (err);
}

static int
signatures (struct gk_ctx *ctx, const char *device, const char *text, unsigned flags,
            char **ret_json, struct gk_error *err)
{
  _cleanup_fs_signatures_ struct gk_fs_signatures s = GK_FS_SIGNATURES_INIT;

  if (gk_fs_find_signatures (device, &s, err) == -1)
    return -1;
  struct json_object *list = json_object_new_array ();
  for (size_t i = 0; i < s.n; i++) {
    /* A label may be any bytes; JSON is text. */
    _cleanup_free_ char *label = gk_escape (s.v[i].label, strlen (s.v[i].label), 300);
    struct json_object *o = json_object_new_object ();
    add_string (o, "type", s.v[i].type);
    add_string (o, "kind", s.v[i].table ? "table" : "content");
    json_object_object_add (o, "offset", json_object_new_uint64 (s.v[i].offset));
    add_string (o, "label", label);
    add_string (o, "uuid", s.v[i].uuid);
    json_object_array_add (list, o);
  }
  return give (list, ret_json, err);
}

static int
check (struct gk_ctx *ctx, const char *device, const char *text, unsigned flags, char **ret_json,
       struct gk_error *err)
{
  static const struct {
    enum gk_fs_verdict verdict;
    const char *word;
  } words[] = { { GK_FS_CLEAN, "clean" },
                { GK_FS_REPAIRED, "repaired" },
                { GK_FS_FAULTS, "faults" },
                { GK_FS_NOT_CHECKED, "not checked" } };
  _cleanup_fs_checked_ struct gk_fs_checked c = GK_FS_CHECKED_INIT;

  if (gk_fs_check (ctx, device, *text ? text : NULL, flags & GK_BLOCKS_REPAIR, &c, err) == -1)
    return -1;
  /* JSON is text; what a tool prints of a guest's names may be any bytes. */
  _cleanup_free_ char *output = gk_escape_lines (c.output, strlen (c.output));
  if (output == NULL)
    return gk_error_oom (err);
  struct json_object *o = json_object_new_object ();
  add_string (o, "device", device);
  add_string (o, "type", c.type);
  add_string (o, "tool", c.tool);
  json_object_object_add (o, "status", json_object_new_int ((int)c.verdict));
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (words[i].verdict == c.verdict)
      add_string (o, "result", words[i].word);
  json_object_object_add (o, "log", json_object_new_boolean (c.log));
  add_string (o, "output", output);
  return give (o, ret_json, err);
}

static int
layout (struct gk_ctx *ctx, const char *device, const char *text, unsigned flags, char **ret_json,
        struct gk_error *err)
{
  return gk_part_apply (ctx, device, text, flags & GK_BLOCKS_PLAN, flags & GK_BLOCKS_FORCE,
                        ret_json, err);
}

/* On a disk with partitions only what lies in none of them may be discarded. */
static int
check_unallocated (const char *device, uint64_t offset, uint64_t length, struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  if (gk_part_read (fd, &t, err) == -1)
    return gk_error_wrap (err, "%s", device);
  for (size_t i = 0; i < t.n; i++)
    if (offset < t.parts[i].start + t.parts[i].size && t.parts[i].start < offset + length)
      return gk_error_set (err, EBUSY, "%s: partition %d is there", device, t.parts[i].num);
  return 0;
}

static int
discard (struct gk_ctx *ctx, const char *device, const char *text, unsigned flags, char **ret_json,
         struct gk_error *err)
{
  uint64_t offset, length;
  char tail;

  if (sscanf (text, "%" SCNu64 " %" SCNu64 "%c", &offset, &length, &tail) != 2)
    return gk_error_set (err, EPROTO, "malformed message: blocks");
  if (check_unallocated (device, offset, length, err) == -1 ||
      gk_fs_discard (ctx, device, offset, length, err) == -1)
    return -1;
  return give (json_object_new_object (), ret_json, err);
}

int
gk_blocks_serve (struct gk_ctx *ctx, const char *body, int what, char **ret_json,
                 struct gk_error *err)
{
  static int (*const served[]) (struct gk_ctx * ctx, const char *device, const char *text,
                                unsigned flags, char **ret_json, struct gk_error *err) = {
    [GK_BLOCKS_SIGNATURES] = signatures,
    [GK_BLOCKS_CHECK] = check,
    [GK_BLOCKS_LAYOUT] = layout,
    [GK_BLOCKS_DISCARD] = discard,
  };
  const size_t n = sizeof served / sizeof served[0];
  const char *newline = strchr (body, '\n');
  size_t which = (size_t)(what & GK_BLOCKS_WHICH);
  _cleanup_free_ char *device = NULL;

  if (what < 0 || which >= n || newline == NULL)
    return gk_error_set (err, EPROTO, "malformed message: blocks");
  _cleanup_free_ char *name = strndup (body, (size_t)(newline - body));
  if (name == NULL)
    return gk_error_oom (err);
  if (gk_devices_resolve (ctx->devices, name, &device, err) == -1)
    return -1;
  return served[which](ctx, device, newline + 1, (unsigned)what & ~GK_BLOCKS_WHICH, ret_json, err);
}
