/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* All that is known of a root, as JSON, and the facts of its mounted tree. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "inspect/facts.h"
#include "inspect/inspect-priv.h"
#include "op/ctx.h"

/* The keys that are told; the others are the room's own. */
static const char *const keys[] = {
  "name",
  "type",
  "distro",
  "product_name",
  "product_variant",
  "major",
  "minor",
  "arch",
  "hostname",
  "package_format",
  "package_management",
  "build_id",
  "deployment",
  "mountpoints",
  "filesystems",
  "drive_mappings",
  "fstab",
  "crypttab",
};

static void
tell_snapshots (const struct gk_ctx *ctx, const char *root, struct json_object *told)
{
  struct json_object *snapshots = json_object_new_array ();

  for (size_t i = 0; snapshots && i < json_object_array_length (ctx->inspect->found); i++) {
    struct json_object *finding = json_object_array_get_idx (ctx->inspect->found, i);
    const char *of = gk_json_str (finding, "snapshot_of");
    if (of && gk_streq (of, root))
      json_object_array_add (snapshots,
                             json_object_new_string (gk_json_str (finding, "mountable")));
  }
  json_object_object_add (told, "snapshots", snapshots);
}

static void
tell_windows (struct json_object *finding, struct json_object *told)
{
  static const char *const names[] = { "systemroot", "software_hive", "system_hive",
                                       "current_control_set", "group_policy" };
  struct json_object *windows, *shown = NULL, *v;

  if (!json_object_object_get_ex (finding, "windows", &windows) ||
      (shown = json_object_new_object ()) == NULL)
    return;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (json_object_object_get_ex (windows, names[i], &v))
      json_object_object_add (shown, names[i], json_object_get (v));
  json_object_object_add (told, "windows", shown);
}

int
gk_inspect_tell (struct gk_ctx *ctx, const char *root, char **ret_json, struct gk_error *err)
{
  _cleanup_json_ struct json_object *told = json_object_new_object ();
  struct json_object *finding = gk_inspect_root (ctx, root, err), *facts = NULL, *v;
  char osinfo[64];

  if (finding == NULL)
    return -1;
  if (told == NULL)
    return gk_error_oom (err);
  gk_json_add_str (told, "root", root);
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    if (json_object_object_get_ex (finding, keys[i], &v))
      json_object_object_add (told, keys[i], json_object_get (v));
  gk_json_add_str (told, "osinfo", gk_inspect_osinfo (finding, osinfo, sizeof osinfo));
  tell_snapshots (ctx, root, told);
  tell_windows (finding, told);
  const char *type = gk_json_str (finding, "type");
  if (ctx->root_fd != -1 && type && gk_streq (type, "linux")) {
    if (gk_inspect_in_system (ctx, finding, gk_look_facts, NULL, &facts, err) == -1)
      return -1;
    json_object_object_add (told, "facts", facts);
  }
  const char *text = json_object_to_json_string_ext (told, JSON_C_TO_STRING_PLAIN);
  *ret_json = text ? strdup (text) : NULL;
  return *ret_json ? 0 : gk_error_oom (err);
}
