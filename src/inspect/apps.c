/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* inspect_list_applications: the database of the system's package manager is
 * read in the jail; nothing of the guest is run. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/struct.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "gk-ops-inspect.h"
#include "gk-structs.h"
#include "inspect/apps.h"
#include "inspect/inspect-priv.h"
#include "op/ctx.h"

static const struct source {
  const char *format; /* the system's package_format */
  int (*list) (struct json_object *apps, struct gk_error *err);
} sources[] = {
  { "deb", gk_apps_deb }, { "rpm", gk_apps_rpm },        { "pacman", gk_apps_pacman },
  { "apk", gk_apps_apk }, { "ebuild", gk_apps_portage },
};

struct wanted {
  const struct source *source; /* or NULL */
  const char *software_hive;   /* or NULL */
};

/* By name, as libguestfs does. */
static int
compare (const void *a, const void *b)
{
  struct json_object *x = *(struct json_object *const *)a, *y = *(struct json_object *const *)b;
  const char *keys[] = { "name", "version", "release" };
  int r = 0;

  for (size_t i = 0; r == 0 && i < sizeof keys / sizeof keys[0]; i++) {
    const char *v = gk_json_str (x, keys[i]), *w = gk_json_str (y, keys[i]);
    r = strcmp (v ? v : "", w ? w : "");
  }
  return r;
}

static int
list (struct json_object *report, void *opaque, struct gk_error *err)
{
  const struct wanted *wanted = opaque;
  struct json_object *apps = json_object_new_array ();

  if (apps == NULL)
    return gk_error_oom (err);
  json_object_object_add (report, "apps", apps);
  int r = wanted->source ? wanted->source->list (apps, err)
                         : gk_apps_windows (apps, wanted->software_hive, err);
  if (r == 0)
    json_object_array_sort (apps, compare);
  return r;
}

static struct wanted
wanted_of (struct json_object *finding)
{
  const char *format = gk_json_str (finding, "package_format");
  struct json_object *windows;
  struct wanted wanted = { 0 };

  for (size_t i = 0; format && i < sizeof sources / sizeof sources[0]; i++)
    if (gk_streq (sources[i].format, format))
      wanted.source = &sources[i];
  if (json_object_object_get_ex (finding, "windows", &windows))
    wanted.software_hive = gk_json_str (windows, "software_hive");
  return wanted;
}

/* The fields of the public struct are those of the report by their names. */
static int
fill (const struct gk_struct *type, size_t prefix, struct json_object *app, void *to)
{
  for (size_t i = 0; i < type->nfields; i++) {
    const struct gk_field *field = &type->fields[i];
    struct json_object *v;
    char *at = (char *)to + field->offset;

    if (field->type == GK_FIELD_STRING) {
      const char *value = gk_json_str (app, field->name + prefix);
      *(char **)at = strdup (value ? value : "");
      if (*(char **)at == NULL)
        return -1;
    } else if (json_object_object_get_ex (app, field->name + prefix, &v))
      *(int32_t *)at = json_object_get_int (v);
  }
  return 0;
}

static int
run (struct gk_ctx *ctx, struct json_object *finding, struct wanted *wanted,
     const struct gk_struct *type, size_t prefix, void *ret_list, struct gk_error *err)
{
  _cleanup_json_ struct json_object *report = NULL;
  struct json_object *apps = NULL;
  size_t n = 0;

  if (wanted->source || wanted->software_hive) {
    if (gk_inspect_in_system (ctx, finding, list, wanted, &report, err) == -1)
      return -1;
    if (json_object_object_get_ex (report, "apps", &apps) &&
        json_object_is_type (apps, json_type_array))
      n = json_object_array_length (apps);
  }
  void *all = gk_struct_list_new (type, (uint32_t)n);
  if (all == NULL)
    return gk_error_oom (err);
  for (size_t i = 0; i < n; i++)
    if (fill (type, prefix, json_object_array_get_idx (apps, i),
              gk_struct_list_at (type, all, (uint32_t)i)) == -1) {
      gk_struct_list_free (type, all);
      return gk_error_oom (err);
    }
  memcpy (ret_list, all, GK_LIST_SIZE);
  free (all);
  return 0;
}

static int
applications (struct gk_ctx *ctx, const char *root, const struct gk_struct *type, size_t prefix,
              void *ret_list, struct gk_error *err)
{
  struct json_object *finding = gk_inspect_root (ctx, root, err);

  if (finding == NULL)
    return -1;
  struct wanted wanted = wanted_of (finding);
  return run (ctx, finding, &wanted, type, prefix, ret_list, err);
}

int
gk_inspect_inspect_list_applications2 (struct gk_ctx *ctx, const char *root,
                                       struct guestfs_application2_list *ret_list,
                                       struct gk_error *err)
{
  return applications (ctx, root, &gk_struct_application2, strlen ("app2_"), ret_list, err);
}

int
gk_inspect_inspect_list_applications (struct gk_ctx *ctx, const char *root,
                                      struct guestfs_application_list *ret_list,
                                      struct gk_error *err)
{
  return applications (ctx, root, &gk_struct_application, strlen ("app_"), ret_list, err);
}

int
gk_inspect_internal_list_rpm_applications (struct gk_ctx *ctx,
                                           struct guestfs_application2_list *ret_list,
                                           struct gk_error *err)
{
  static const struct source rpm = { "rpm", gk_apps_rpm };
  struct wanted wanted = { .source = &rpm };

  return run (ctx, NULL, &wanted, &gk_struct_application2, strlen ("app2_"), ret_list, err);
}
