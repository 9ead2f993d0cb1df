/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit partition --apply: tables become what a file says.  The plan is made
 * for all disks, and shown, before the first is written. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/json.h"
#include "cli/partition.h"
#include "guestkit.h"

#define LAYOUT_MAX ((size_t)4 << 20)

static const char *
text_of (struct json_object *o, const char *key)
{
  struct json_object *v;

  return json_object_object_get_ex (o, key, &v) && v ? json_object_get_string (v) : NULL;
}

static uint64_t
number_of (struct json_object *o, const char *key)
{
  struct json_object *v;

  return json_object_object_get_ex (o, key, &v) ? json_object_get_uint64 (v) : 0;
}

static bool
flag_of (struct json_object *o, const char *key)
{
  struct json_object *v;

  return json_object_object_get_ex (o, key, &v) && json_object_get_boolean (v);
}

/* --- the file -------------------------------------------------------------------------------- */

/* A list of tables; one alone is a list of one.  NULL: said why. */
static struct json_object *
read_layouts (const char *path)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  bool from_stdin = gk_streq (path, "-");
  enum json_tokener_error why;

  if ((from_stdin ? gk_read_all (STDIN_FILENO, LAYOUT_MAX, &text)
                  : gk_read_file (path, LAYOUT_MAX, &text)) == -1) {
    cli_error ("%s: %s", path, strerror (errno));
    return NULL;
  }
  struct json_object *o = json_tokener_parse_verbose (text.data ? text.data : "", &why);
  if (why != json_tokener_success) {
    cli_error ("%s: is no JSON: %s", path, json_tokener_error_desc (why));
    return NULL;
  }
  if (json_object_is_type (o, json_type_array))
    return o;
  struct json_object *list = json_object_new_array ();
  json_object_array_add (list, o);
  return list;
}

/* The disks that the tables are for, in their order. */
static int
find_devices (guestfs_h *g, struct json_object *layouts, struct gk_strv *ret)
{
  _cleanup_strv_ char **disks = guestfs_list_devices (g);
  size_t n = json_object_array_length (layouts);

  if (disks == NULL)
    return cli_guestfs_error (g);
  for (size_t i = 0; i < n; i++) {
    struct json_object *o = json_object_array_get_idx (layouts, i);
    if (!json_object_is_type (o, json_type_object))
      return cli_error ("layout: a table is an object");
    const char *name = text_of (o, "device");
    if (name == NULL && (n > 1 || gk_strv_length (disks) != 1))
      return cli_error ("layout: there are several disks: each table needs its \"device\"");
    _cleanup_free_ char *device = guestfs_canonical_device_name (g, name ? name : disks[0]);
    if (device == NULL)
      return cli_guestfs_error (g);
    if (!gk_strv_contains (disks, device))
      return cli_error ("layout: %s is not a disk of the images", device);
    if (ret->len > 0 && gk_strv_contains (ret->v, device))
      return cli_error ("layout: there are two tables for %s", device);
    if (gk_strv_push (ret, device) == -1)
      return cli_error ("out of memory");
  }
  return CLI_OK;
}

/* --- the plan ---------------------------------------------------------------------- */

static void
print_partition (struct json_object *p)
{
  const char *action = text_of (p, "action"), *holds = text_of (p, "holds");
  const char *changes = text_of (p, "changes");
  bool removed = gk_streq (action, "remove");
  uint64_t start = number_of (p, removed ? "old_start" : "start");
  uint64_t size = number_of (p, removed ? "old_size" : "size");

  printf ("%6" PRIu64 "  %-6s %14" PRIu64 " %14" PRIu64 "  %s%s", number_of (p, "number"), action,
          start, size, holds ? holds : "", flag_of (p, "loses") ? " (would be lost)" : "");
  if (gk_streq (action, "move"))
    printf (" (was at %" PRIu64 ", %" PRIu64 " bytes)", number_of (p, "old_start"),
            number_of (p, "old_size"));
  else if (gk_streq (action, "grow") || gk_streq (action, "shrink"))
    printf (" (was %" PRIu64 " bytes)", number_of (p, "old_size"));
  if (changes)
    printf (" (%s)", changes);
  putchar ('\n');
}

static void
print_plan (struct json_object *plan)
{
  struct json_object *list = NULL;
  const char *table = text_of (plan, "table"), *over = text_of (plan, "over");

  printf ("%s: %s%s", text_of (plan, "device"), flag_of (plan, "new_table") ? "new table " : "",
          table ? table : "no partition table");
  if (over)
    printf (", over %s (would be lost)", over);
  puts (flag_of (plan, "changes") ? "" : ", nothing to change");
  json_object_object_get_ex (plan, "partitions", &list);
  size_t n = list ? json_object_array_length (list) : 0;
  if (n > 0)
    printf ("%6s  %-6s %14s %14s  %s\n", "NUMBER", "ACTION", "START", "SIZE", "HOLDS");
  for (size_t i = 0; i < n; i++)
    print_partition (json_object_array_get_idx (list, i));
}

/* Partitions below active volumes are in use. */
static void
deactivate_volumes (guestfs_h *g, struct json_object *plan)
{
  const char *text = json_object_to_json_string (plan);

  if (strstr (text, "LVM2_member") == NULL)
    return;
  guestfs_push_error_handler (g, NULL, NULL);
  guestfs_vg_activate_all (g, 0);
  guestfs_pop_error_handler (g);
}

/* The plan, or what was done; NULL: said why. */
static struct json_object *
ask (guestfs_h *g, const char *device, struct json_object *layout, int flags)
{
  _cleanup_free_ char *json =
      guestkit_part_apply (g, device, json_object_to_json_string (layout), flags);

  if (json == NULL) {
    const char *msg = guestfs_last_error (g);
    cli_error ("%s%s", msg ? msg : "unknown error",
               guestfs_last_errno (g) == EEXIST ? " (--force does it all the same)" : "");
    return NULL;
  }
  struct json_object *o = json_tokener_parse (json);
  if (o == NULL)
    cli_error ("out of memory");
  return o;
}

static int
apply_all (guestfs_h *g, struct json_object *layouts, const struct gk_strv *devices, bool force,
           bool dry_run, bool json)
{
  struct json_object *plans = json_object_new_array ();
  bool changes = false;
  int r = CLI_OK;

  for (size_t i = 0; i < devices->len && r == CLI_OK; i++) {
    struct json_object *plan =
        ask (g, devices->v[i], json_object_array_get_idx (layouts, i), GUESTKIT_LAYOUT_PLAN);
    if (plan == NULL) {
      r = CLI_FAILED;
      break;
    }
    json_object_array_add (plans, plan);
    changes = changes || flag_of (plan, "changes");
    if (!json)
      print_plan (plan);
  }
  fflush (stdout);
  for (size_t i = 0; i < devices->len && r == CLI_OK && changes && !dry_run; i++) {
    deactivate_volumes (g, json_object_array_get_idx (plans, i));
    struct json_object *done = ask (g, devices->v[i], json_object_array_get_idx (layouts, i),
                                    force ? GUESTKIT_LAYOUT_FORCE : 0);
    if (done == NULL)
      r = CLI_FAILED;
    json_object_put (done);
  }
  if (json && r == CLI_OK)
    cli_json_print (plans);
  else
    json_object_put (plans);
  return r;
}

int
cli_partition_apply (guestfs_h *g, const char *path, bool force, bool dry_run, bool json)
{
  _cleanup_gk_strv_ struct gk_strv devices = GK_STRV_INIT;
  struct json_object *layouts = read_layouts (path);

  if (layouts == NULL)
    return CLI_FAILED;
  int r = find_devices (g, layouts, &devices);
  if (r == CLI_OK)
    r = apply_all (g, layouts, &devices, force, dry_run, json);
  json_object_put (layouts);
  return r;
}
