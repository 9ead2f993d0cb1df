/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: what Windows lists to be uninstalled. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "inspect/apps.h"
#include "inspect/hive.h"
#include "inspect/inspect-priv.h"

static void
add_string (struct json_object *app, const char *name, hive_h *h, hive_node_h node, const char *key)
{
  _cleanup_free_ char *value = gk_hive_string (h, node, key);
  gk_json_add_str (app, name, value);
}

/* An update of something else has no display name, or none that is to be shown. */
static int
add_app (struct json_object *apps, hive_h *h, hive_node_h node, struct gk_error *err)
{
  _cleanup_free_ char *display = gk_hive_string (h, node, "DisplayName");
  _cleanup_free_ char *name = hivex_node_name (h, node);
  struct json_object *app;

  if (display == NULL || name == NULL)
    return 0;
  app = json_object_new_object ();
  if (app == NULL)
    return gk_error_oom (err);
  gk_json_add_str (app, "name", name);
  gk_json_add_str (app, "display_name", display);
  add_string (app, "version", h, node, "DisplayVersion");
  add_string (app, "install_path", h, node, "InstallLocation");
  add_string (app, "publisher", h, node, "Publisher");
  add_string (app, "url", h, node, "URLInfoAbout");
  add_string (app, "description", h, node, "Comments");
  json_object_array_add (apps, app);
  return 0;
}

int
gk_apps_windows (struct json_object *apps, const char *software, struct gk_error *err)
{
  static const char *const keys[] = {
    "Microsoft\\Windows\\CurrentVersion\\Uninstall",
    "WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
  };
  _cleanup_hive_ hive_h *h = gk_hive_open (software);
  int r = 0;

  if (h == NULL)
    return gk_error_set (err, 0, "%s: not a sound registry hive", software);
  for (size_t i = 0; r == 0 && i < sizeof keys / sizeof keys[0]; i++) {
    hive_node_h node = gk_hive_node (h, keys[i]);
    _cleanup_free_ hive_node_h *children = node ? hivex_node_children (h, node) : NULL;
    for (hive_node_h *child = children; r == 0 && child && *child; child++)
      r = add_app (apps, h, *child, err);
  }
  return r;
}
