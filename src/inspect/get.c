/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The inspect_get calls: what the last inspect_os found about one root. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-inspect.h"
#include "inspect/inspect-priv.h"
#include "op/ctx.h"

static bool
is_root (struct json_object *finding)
{
  const char *role = gk_json_str (finding, "role");
  return role && gk_streq (role, "root");
}

struct json_object *
gk_inspect_root (const struct gk_ctx *ctx, const char *root, struct gk_error *err)
{
  if (ctx->inspect == NULL) {
    gk_error_set (err, 0, "no inspection data: call guestfs_inspect_os first");
    return NULL;
  }
  for (size_t i = 0; i < json_object_array_length (ctx->inspect->found); i++) {
    struct json_object *finding = json_object_array_get_idx (ctx->inspect->found, i);
    const char *mountable = gk_json_str (finding, "mountable");
    if (is_root (finding) && mountable && gk_streq (mountable, root))
      return finding;
  }
  gk_error_set (err, 0,
                "%s: root device not found: only call this function with a root device "
                "previously returned by guestfs_inspect_os",
                root);
  return NULL;
}

static int
get_or_unknown (struct gk_ctx *ctx, const char *root, const char *key, char **ret_string,
                struct gk_error *err)
{
  struct json_object *finding = gk_inspect_root (ctx, root, err);

  if (finding == NULL)
    return -1;
  const char *value = gk_json_str (finding, key);
  char *s = strdup (value ? value : "unknown");
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

#define GETTER(name, key)                                                                          \
  int gk_inspect_inspect_get_##name (struct gk_ctx *ctx, const char *root, char **ret_string,      \
                                     struct gk_error *err)                                         \
  {                                                                                                \
    return get_or_unknown (ctx, root, key, ret_string, err);                                       \
  }
GETTER (arch, "arch")
GETTER (build_id, "build_id")
GETTER (distro, "distro")
GETTER (hostname, "hostname")
GETTER (package_format, "package_format")
GETTER (package_management, "package_management")
GETTER (product_name, "product_name")
GETTER (product_variant, "product_variant")
GETTER (type, "type")

static int
get_int (struct gk_ctx *ctx, const char *root, const char *key, int *ret_int, struct gk_error *err)
{
  struct json_object *finding = gk_inspect_root (ctx, root, err), *v;

  if (finding == NULL)
    return -1;
  *ret_int = json_object_object_get_ex (finding, key, &v) ? json_object_get_int (v) : 0;
  return 0;
}

int
gk_inspect_inspect_get_major_version (struct gk_ctx *ctx, const char *root, int *ret_int,
                                      struct gk_error *err)
{
  return get_int (ctx, root, "major", ret_int, err);
}

int
gk_inspect_inspect_get_minor_version (struct gk_ctx *ctx, const char *root, int *ret_int,
                                      struct gk_error *err)
{
  return get_int (ctx, root, "minor", ret_int, err);
}

int
gk_inspect_inspect_get_roots (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv roots = GK_STRV_INIT;

  if (ctx->inspect == NULL)
    return gk_error_set (err, 0, "no inspection data: call guestfs_inspect_os first");
  for (size_t i = 0; i < json_object_array_length (ctx->inspect->found); i++) {
    struct json_object *finding = json_object_array_get_idx (ctx->inspect->found, i);
    const char *mountable = gk_json_str (finding, "mountable");
    if (is_root (finding) && mountable && gk_strv_push (&roots, mountable) == -1)
      return gk_error_oom (err);
  }
  gk_strv_sort (roots.v, roots.len);
  *ret_list = gk_strv_finish (&roots);
  return *ret_list ? 0 : gk_error_oom (err);
}

/* An object of strings as key, value, key ... */
static int
get_pairs (struct gk_ctx *ctx, const char *root, const char *key, char ***ret_list,
           struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv pairs = GK_STRV_INIT;
  struct json_object *finding = gk_inspect_root (ctx, root, err), *o;

  if (finding == NULL)
    return -1;
  if (json_object_object_get_ex (finding, key, &o)) {
    json_object_object_foreach (o, k, v)
    {
      if (gk_strv_push (&pairs, k) == -1 || gk_strv_push (&pairs, json_object_get_string (v)) == -1)
        return gk_error_oom (err);
    }
  }
  *ret_list = gk_strv_finish (&pairs);
  return *ret_list ? 0 : gk_error_oom (err);
}

int
gk_inspect_inspect_get_mountpoints (struct gk_ctx *ctx, const char *root, char ***ret_list,
                                    struct gk_error *err)
{
  return get_pairs (ctx, root, "mountpoints", ret_list, err);
}

int
gk_inspect_inspect_get_drive_mappings (struct gk_ctx *ctx, const char *root, char ***ret_list,
                                       struct gk_error *err)
{
  return get_pairs (ctx, root, "drive_mappings", ret_list, err);
}

int
gk_inspect_inspect_get_filesystems (struct gk_ctx *ctx, const char *root, char ***ret_list,
                                    struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;
  struct json_object *finding = gk_inspect_root (ctx, root, err), *o;

  if (finding == NULL)
    return -1;
  if (json_object_object_get_ex (finding, "filesystems", &o))
    for (size_t i = 0; i < json_object_array_length (o); i++)
      if (gk_strv_push (&list, json_object_get_string (json_object_array_get_idx (o, i))) == -1)
        return gk_error_oom (err);
  gk_strv_sort (list.v, list.len);
  *ret_list = gk_strv_finish (&list);
  return *ret_list ? 0 : gk_error_oom (err);
}

int
gk_inspect_inspect_get_osinfo (struct gk_ctx *ctx, const char *root, char **ret_string,
                               struct gk_error *err)
{
  struct json_object *finding = gk_inspect_root (ctx, root, err);
  char buf[64];

  if (finding == NULL)
    return -1;
  char *s = strdup (gk_inspect_osinfo (finding, buf, sizeof buf));
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

/* --- of Windows only ---------------------------------------------------------- */

static int
get_windows (struct gk_ctx *ctx, const char *root, const char *key, const char *missing,
             char **ret_string, struct gk_error *err)
{
  struct json_object *finding = gk_inspect_root (ctx, root, err), *windows;
  const char *value = NULL;

  if (finding == NULL)
    return -1;
  if (json_object_object_get_ex (finding, "windows", &windows))
    value = gk_json_str (windows, key);
  if (value == NULL)
    return gk_error_set (err, 0, "%s", missing);
  char *s = strdup (value);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

int
gk_inspect_inspect_get_windows_systemroot (struct gk_ctx *ctx, const char *root, char **ret_string,
                                           struct gk_error *err)
{
  return get_windows (ctx, root, "systemroot",
                      "not a Windows guest, or systemroot could not be determined", ret_string,
                      err);
}

int
gk_inspect_inspect_get_windows_current_control_set (struct gk_ctx *ctx, const char *root,
                                                    char **ret_string, struct gk_error *err)
{
  return get_windows (ctx, root, "current_control_set",
                      "not a Windows guest, or CurrentControlSet could not be determined",
                      ret_string, err);
}

int
gk_inspect_inspect_get_windows_software_hive (struct gk_ctx *ctx, const char *root,
                                              char **ret_string, struct gk_error *err)
{
  return get_windows (ctx, root, "software_hive", "not a Windows guest, or software hive not found",
                      ret_string, err);
}

int
gk_inspect_inspect_get_windows_system_hive (struct gk_ctx *ctx, const char *root, char **ret_string,
                                            struct gk_error *err)
{
  return get_windows (ctx, root, "system_hive", "not a Windows guest, or system hive not found",
                      ret_string, err);
}

int
gk_inspect_inspect_get_windows_group_policy (struct gk_ctx *ctx, const char *root, bool *ret_bool,
                                             struct gk_error *err)
{
  struct json_object *finding = gk_inspect_root (ctx, root, err), *windows, *v;

  if (finding == NULL)
    return -1;
  if (!json_object_object_get_ex (finding, "windows", &windows))
    return gk_error_set (err, 0, "not a Windows guest");
  *ret_bool =
      json_object_object_get_ex (windows, "group_policy", &v) && json_object_get_boolean (v);
  return 0;
}

/* --- what libguestfs once told of installation media ----------------------------- */

int
gk_inspect_inspect_get_format (struct gk_ctx *ctx, const char *root, char **ret_string,
                               struct gk_error *err)
{
  if (gk_inspect_root (ctx, root, err) == NULL)
    return -1;
  char *s = strdup ("installed");
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

static int
never (struct gk_ctx *ctx, const char *root, bool *ret_bool, struct gk_error *err)
{
  if (gk_inspect_root (ctx, root, err) == NULL)
    return -1;
  *ret_bool = false;
  return 0;
}

int
gk_inspect_inspect_is_live (struct gk_ctx *ctx, const char *root, bool *ret_bool,
                            struct gk_error *err)
{
  return never (ctx, root, ret_bool, err);
}

int
gk_inspect_inspect_is_netinst (struct gk_ctx *ctx, const char *root, bool *ret_bool,
                               struct gk_error *err)
{
  return never (ctx, root, ret_bool, err);
}

int
gk_inspect_inspect_is_multipart (struct gk_ctx *ctx, const char *root, bool *ret_bool,
                                 struct gk_error *err)
{
  return never (ctx, root, ret_bool, err);
}
