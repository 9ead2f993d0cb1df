/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* inspect_os: look at every filesystem of the session. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-inspect.h"
#include "gk-ops-mount.h"
#include "inspect/inspect-priv.h"
#include "op/ctx.h"
#include "op/task.h"

void
gk_inspect_free (struct gk_inspect *inspect)
{
  if (inspect)
    json_object_put (inspect->found);
  free (inspect);
}

static bool
is_swap (const char *type)
{
  return gk_streq (type, "swap");
}

/* When the system is in a folder of the filesystem, the report is of that. */
static void
look_at_deployment (struct gk_ctx *ctx, struct json_object **report, struct gk_error *err)
{
  _cleanup_json_ struct json_object *outer = NULL;
  const char *role = gk_json_str (*report, "role");
  struct json_object *inner;

  if (role == NULL || !gk_streq (role, "ostree"))
    return;
  gk_json_add_str (*report, "role", "other");
  if (gk_json_str (*report, "deployment") == NULL ||
      gk_inspect_in_system (ctx, *report, gk_inspect_look, NULL, &inner, err) == -1)
    return;
  outer = *report;
  *report = inner;
  gk_json_add_str (inner, "deployment", gk_json_str (outer, "deployment"));
  role = gk_json_str (inner, "role");
  if (role && gk_streq (role, "ostree")) /* one in another is none */
    gk_json_add_str (inner, "role", "other");
}

/* A filesystem that cannot be mounted is no system of ours: it may be damaged,
 * encrypted or of a kind that this kernel does not know. */
static int
look_at (struct gk_ctx *ctx, const char *mountable, struct json_object **ret_report,
         struct gk_error *err)
{
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT, unmount = GK_ERROR_INIT;
  struct json_object *report = NULL;

  if (gk_mount_mount_ro (ctx, mountable, "/", &why) == 0 &&
      gk_inspect_jailed (ctx, ctx->root_fd, gk_inspect_look, NULL, &report, &why) == 0)
    look_at_deployment (ctx, &report, &why);
  if (why.msg)
    gk_task_log (ctx->task, "inspect_os: %s: %s", mountable, gk_error_msg (&why));
  if (gk_mount_umount_all (ctx, &unmount) == -1 || gk_task_check (ctx->task, &unmount) == -1) {
    json_object_put (report);
    gk_error_move (err, &unmount);
    return -1;
  }
  *ret_report = report;
  return 0;
}

static int
look_at_all (struct gk_ctx *ctx, char *const *filesystems, struct json_object *found,
             struct gk_error *err)
{
  size_t n = gk_strv_length (filesystems) / 2;

  for (size_t i = 0; i < n; i++) {
    const char *mountable = filesystems[2 * i], *type = filesystems[2 * i + 1];
    struct json_object *report = NULL;

    gk_task_progress (ctx->task, i, n);
    if (is_swap (type)) {
      report = json_object_new_object ();
      gk_json_add_str (report, "role", "swap");
    } else if (!gk_streq (type, "unknown") && !gk_streq (type, "crypto_LUKS") &&
               look_at (ctx, mountable, &report, err) == -1)
      return -1;
    if (report == NULL)
      continue;
    gk_json_add_str (report, "mountable", mountable);
    gk_json_add_str (report, "filesystem", type);
    json_object_array_add (found, report);
  }
  return 0;
}

/* What the guest says is brought into the session's names. */
static int
translate (struct gk_ctx *ctx, struct json_object *found, struct gk_error *err)
{
  struct gk_inspect_names *names;
  int r = 0;

  if (gk_inspect_names_read (ctx, &names, err) == -1)
    return -1;
  for (size_t i = 0; r == 0 && i < json_object_array_length (found); i++)
    r = gk_inspect_mountpoints (names, json_object_array_get_idx (found, i), err);
  gk_inspect_names_free (names);
  return r;
}

int
gk_inspect_inspect_os (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  _cleanup_strv_ char **filesystems = NULL;
  _cleanup_json_ struct json_object *found = json_object_new_array ();
  struct gk_inspect *inspect;

  if (found == NULL)
    return gk_error_oom (err);
  if (gk_mount_umount_all (ctx, err) == -1 ||
      gk_mount_list_filesystems (ctx, &filesystems, err) == -1 ||
      look_at_all (ctx, filesystems, found, err) == -1 || translate (ctx, found, err) == -1 ||
      gk_inspect_collate (found, err) == -1)
    return -1;
  inspect = calloc (1, sizeof *inspect);
  if (inspect == NULL)
    return gk_error_oom (err);
  inspect->found = gk_steal_ptr (found);
  gk_inspect_free (ctx->inspect);
  ctx->inspect = inspect;
  return gk_inspect_inspect_get_roots (ctx, ret_list, err);
}
