/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The names of mapper devices, on a kernel that the session shares: LVM makes
 * them of the names in the guest's metadata, so that a guest could have the
 * names of a group of the host, or two sessions the same.
 *
 * What is in use is refused before anything is made; what is made is noted
 * first, so that it is found when this session is killed. */
#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "lvm/lvm-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"

/* Nobody else is on a kernel of the session's own. */
static bool
is_shared (const struct gk_ctx *ctx)
{
  return ctx->note != NULL;
}

/* The names of all mapper devices of the kernel. */
static int
kernel_names (struct gk_strv *names, struct gk_error *err)
{
  const struct dirent *entry;

  _cleanup_closedir_ DIR *dir = opendir ("/sys/class/block");
  while (dir && (entry = readdir (dir)) != NULL) {
    _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
    if (gk_after_prefix (entry->d_name, "dm-") == NULL)
      continue;
    _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/dm/name", entry->d_name);
    if (path == NULL)
      return gk_error_oom (err);
    if (gk_read_file (path, 4096, &text) == -1 || text.data == NULL)
      continue; /* has gone */
    text.data[strcspn (text.data, "\n")] = '\0';
    if (gk_strv_push (names, text.data) == -1)
      return gk_error_oom (err);
  }
  return 0;
}

/* Does the name belong to a group whose mapper names begin with prefix, "vg-"?
 * A further dash would be a part of another group's name. */
static bool
is_of_group (const char *name, const char *prefix)
{
  const char *rest = gk_after_prefix (name, prefix);

  return rest && *rest != '-';
}

static int
check_group (struct gk_ctx *ctx, const struct gk_strv *taken, const char *vg, struct gk_error *err)
{
  _cleanup_free_ char *prefix = gk_lvm_dm_name (vg, "");
  _cleanup_free_ char *folder = gk_asprintf ("/dev/%s/", vg);

  if (prefix == NULL || folder == NULL)
    return gk_error_oom (err);
  if (gk_devices_any_below (ctx->devices, folder)) /* it is this session that has them */
    return 0;
  for (size_t i = 0; i < taken->len; i++)
    if (is_of_group (taken->v[i], prefix))
      return gk_error_set (err, EEXIST,
                           "the volume group ‘%s’ cannot be made active: this machine has a mapper "
                           "device %s already (the uml launcher has a kernel of its own)",
                           vg, taken->v[i]);
  return 0;
}

static int
note (struct gk_ctx *ctx, const char *vg, const char *lv, const char *suffix, struct gk_error *err)
{
  _cleanup_free_ char *name = gk_lvm_dm_name (vg, lv);
  _cleanup_free_ char *full = name ? gk_asprintf ("%s%s", name, suffix) : NULL;

  if (full == NULL)
    return gk_error_oom (err);
  return ctx->note (ctx, "dm", full, err);
}

/* What device-mapper gets for one volume beside the volume itself, by the first
 * letter of its attributes. */
static const char *
lower_layer (const char *attr)
{
  switch (*attr) {
  case 'o':
  case 'O':
    return "-real";
  case 's':
  case 'S':
    return "-cow";
  case 't':
    return "-tpool";
  default:
    return NULL;
  }
}

static bool
is_asked (char *const *groups, const char *vg)
{
  return groups == NULL || groups[0] == NULL || gk_strv_contains (groups, vg);
}

/* The rows have hidden volumes in brackets; they are below the others, so they
 * are noted before, because the journal is undone from its end. */
static int
note_rows (struct gk_ctx *ctx, struct json_object *rows, char *const *groups, const char *as,
           bool hidden, struct gk_error *err)
{
  for (size_t i = 0; i < json_object_array_length (rows); i++) {
    struct json_object *row = json_object_array_get_idx (rows, i);
    const char *vg = gk_lvm_field (row, "vg_name"), *lv = gk_lvm_field (row, "lv_name");
    const char *suffix = lower_layer (gk_lvm_field (row, "lv_attr"));
    size_t n = strlen (lv);
    if ((lv[0] == '[') != hidden || !is_asked (groups, vg))
      continue;
    _cleanup_free_ char *bare = hidden && n > 2 ? strndup (lv + 1, n - 2) : strdup (lv);
    if (bare == NULL)
      return gk_error_oom (err);
    if (as)
      vg = as;
    if ((suffix && note (ctx, vg, bare, suffix, err) == -1) || note (ctx, vg, bare, "", err) == -1)
      return -1;
  }
  return 0;
}

static int
note_all (struct gk_ctx *ctx, struct json_object *rows, char *const *groups, const char *as,
          struct gk_error *err)
{
  if (note_rows (ctx, rows, groups, as, true, err) == -1)
    return -1;
  return note_rows (ctx, rows, groups, as, false, err);
}

static int
check_rows (struct gk_ctx *ctx, struct json_object *rows, char *const *groups, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv taken = GK_STRV_INIT;

  if (kernel_names (&taken, err) == -1)
    return -1;
  for (size_t i = 0; i < json_object_array_length (rows); i++) {
    const char *vg = gk_lvm_field (json_object_array_get_idx (rows, i), "vg_name");
    if (is_asked (groups, vg) && check_group (ctx, &taken, vg, err) == -1)
      return -1;
  }
  return 0;
}

static struct json_object *
all_volumes (struct gk_ctx *ctx, struct gk_error *err)
{
  return gk_lvm_ask (ctx, "lvs", "vg_name,lv_name,lv_attr", GK_LVM_HIDDEN_TOO, NULL, err);
}

int
gk_lvm_reserve (struct gk_ctx *ctx, char *const *groups, struct gk_error *err)
{
  if (!is_shared (ctx))
    return 0;
  struct json_object *rows = all_volumes (ctx, err);
  if (rows == NULL)
    return -1;
  int r = check_rows (ctx, rows, groups, err);
  if (r == 0)
    r = note_all (ctx, rows, groups, NULL, err);
  json_object_put (rows);
  return r;
}

int
gk_lvm_reserve_as (struct gk_ctx *ctx, const char *vg, const char *as, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv taken = GK_STRV_INIT;
  char *const groups[] = { (char *)vg, NULL };

  if (!is_shared (ctx))
    return 0;
  if (kernel_names (&taken, err) == -1 || check_group (ctx, &taken, as, err) == -1)
    return -1;
  struct json_object *rows = all_volumes (ctx, err);
  if (rows == NULL)
    return -1;
  int r = note_all (ctx, rows, groups, as, err);
  json_object_put (rows);
  return r;
}

int
gk_lvm_reserve_volume (struct gk_ctx *ctx, const char *vg, const char *lv, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv taken = GK_STRV_INIT;

  if (!is_shared (ctx))
    return 0;
  if (kernel_names (&taken, err) == -1 || check_group (ctx, &taken, vg, err) == -1)
    return -1;
  return note (ctx, vg, lv, "", err);
}
