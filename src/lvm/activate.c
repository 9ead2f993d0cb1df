/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Making volumes usable, and which devices LVM sees. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "lvm/lvm-priv.h"
#include "op/ctx.h"
#include "op/task.h"

static void
log_and_clear (struct gk_ctx *ctx, struct gk_error *what)
{
  gk_task_log (ctx->task, "lvm: %s", gk_error_msg (what));
  gk_error_clear (what);
}

/* One that is broken, or of which a disk is missing, or that is exported, must
 * not keep the others from being used: lvm may even die of it. */
static void
activate_each (struct gk_ctx *ctx)
{
  struct gk_error what = GK_ERROR_INIT;
  _cleanup_strv_ char **groups = NULL;

  if (gk_lvm_vgs (ctx, &groups, &what) == -1)
    log_and_clear (ctx, &what);
  for (size_t i = 0; groups && groups[i]; i++)
    if (gk_lvm_run (ctx, &what, "vgchange", "-aay", "--", groups[i], NULL) == -1)
      log_and_clear (ctx, &what);
}

int
gk_lvm_start (struct gk_ctx *ctx, struct gk_error *err)
{
  struct gk_error what = GK_ERROR_INIT;

  if (!gk_lvm_any_pv (ctx))
    return 0;
  if (gk_lvm_need (ctx, &what) == -1) {
    log_and_clear (ctx, &what);
    return 0;
  }
  if (gk_lvm_reserve (ctx, NULL, &what) == -1) {
    if (what.errnum == EEXIST) {
      gk_error_move (err, &what);
      return -1;
    }
    log_and_clear (ctx, &what);
    return 0;
  }
  if (gk_lvm_run (ctx, &what, "vgchange", "-aay", NULL) == -1) {
    log_and_clear (ctx, &what);
    activate_each (ctx);
  }
  if (gk_lvm_sync (ctx, &what) == -1)
    log_and_clear (ctx, &what);
  return 0;
}

/* what is how errors begin. */
static int
change (struct gk_ctx *ctx, bool activate, const char *how, char *const *groups, const char *what,
        struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT;

  if (activate && gk_lvm_reserve (ctx, groups, err) == -1)
    return -1;
  if (gk_strv_push (&args, "vgchange") == -1 || gk_strv_push (&args, "-a") == -1 ||
      gk_strv_push (&args, how) == -1 || gk_strv_push (&args, "--") == -1)
    return gk_error_oom (err);
  for (size_t i = 0; groups && groups[i]; i++)
    if (gk_strv_push (&args, groups[i]) == -1)
      return gk_error_oom (err);
  int r = gk_lvm_runv (ctx, args.v, NULL, err);
  if (r == -1)
    gk_error_wrap (err, "%s", what);
  /* Some of them may have changed all the same. */
  if (gk_lvm_sync (ctx, r == -1 ? NULL : err) == -1)
    r = -1;
  if (activate && ctx->stack_on && ctx->stack_on (ctx, r == -1 ? NULL : err) == -1)
    r = -1;
  return r;
}

/* On a kernel that could do nothing: 1 when there is nothing to be done, because no
 * device has LVM on it; else -1.  0: go on. */
static int
nothing_to_do (struct gk_ctx *ctx, struct gk_error *err)
{
  struct gk_error why = GK_ERROR_INIT;

  if (gk_lvm_need (ctx, &why) == 0)
    return 0;
  bool none = !gk_lvm_any_pv (ctx);
  if (!none && err)
    gk_error_move (err, &why);
  gk_error_clear (&why);
  return none ? 1 : -1;
}

int
gk_lvm_vg_activate (struct gk_ctx *ctx, bool activate, char *const *volgroups, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  return change (ctx, activate, activate ? "y" : "n", volgroups, "vgchange", err);
}

int
gk_lvm_vg_activate_all (struct gk_ctx *ctx, bool activate, struct gk_error *err)
{
  int none = nothing_to_do (ctx, err);

  if (none != 0)
    return none == 1 ? 0 : -1;
  return gk_lvm_vg_activate (ctx, activate, NULL, err);
}

/* LVM looks at all devices each time that it runs, so that there is nothing to
 * be found anew; `pvscan --cache` would write to the host's /run/lvm. */
int
gk_lvm_lvm_scan (struct gk_ctx *ctx, bool activate, struct gk_error *err)
{
  int none = nothing_to_do (ctx, err);

  if (none != 0)
    return none == 1 ? 0 : -1;
  return activate ? change (ctx, true, "ay", NULL, "vgchange", err) : gk_lvm_sync (ctx, err);
}

int
gk_lvm_vgscan (struct gk_ctx *ctx, struct gk_error *err)
{
  return gk_lvm_lvm_scan (ctx, false, err);
}

/* --- emptying what they stand on ------------------------------------------------------- */

static bool
is_on (const char *volume, const char *device)
{
  const char *rest = gk_after_prefix (volume, device);

  if (rest && *rest == 'p') /* of a set */
    rest++;
  return rest && rest[strspn (rest, "0123456789")] == '\0';
}

void
gk_lvm_let_go (struct gk_ctx *ctx, const char *device)
{
  _cleanup_error_ struct gk_error what = GK_ERROR_INIT;
  _cleanup_gk_strv_ struct gk_strv groups = GK_STRV_INIT;
  struct json_object *rows = NULL;

  if (nothing_to_do (ctx, NULL) == 0)
    rows = gk_lvm_ask (ctx, "pvs", "pv_name,vg_name", NULL, NULL, &what);
  for (size_t i = 0; rows && i < json_object_array_length (rows); i++) {
    struct json_object *row = json_object_array_get_idx (rows, i);
    const char *group = gk_lvm_field (row, "vg_name");
    if (*group && is_on (gk_lvm_field (row, "pv_name"), device) &&
        gk_strv_push (&groups, group) == -1)
      break;
  }
  json_object_put (rows);
  /* What is in use stays, and whoever empties the device is told that it is. */
  if (groups.len && change (ctx, false, "n", groups.v, "vgchange -an", &what) == -1)
    log_and_clear (ctx, &what);
}

/* --- the filter --------------------------------------------------------------------- */

static int
filter (struct gk_ctx *ctx, char *const *devices, struct gk_error *err)
{
  int none = nothing_to_do (ctx, err);

  if (none == -1 || (none == 0 && change (ctx, false, "n", NULL, "vgchange -an", err) == -1) ||
      gk_lvm_configure (ctx, devices, err) == -1)
    return -1;
  return none ? 0 : change (ctx, true, "y", NULL, "vgchange -ay", err);
}

int
gk_lvm_lvm_set_filter (struct gk_ctx *ctx, char *const *devices, struct gk_error *err)
{
  return filter (ctx, devices, err);
}

int
gk_lvm_lvm_clear_filter (struct gk_ctx *ctx, struct gk_error *err)
{
  return filter (ctx, NULL, err);
}
