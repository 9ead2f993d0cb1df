/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that ask: which volumes, groups and physical volumes there are. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/struct.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-structs.h"
#include "lvm/lvm-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"

#define VGMETA_MAX (64 << 20)

/* Volumes that LVM keeps for itself, and those that are not to be made active
 * by themselves, are not told. */
#define PUBLIC "lv_role=public && lv_skip_activation!=yes"

/* What the kernel need not be asked for: nothing there is the answer of every
 * kernel when no device has LVM on it. */
static int
nothing_there (struct gk_ctx *ctx, struct gk_error *err)
{
  struct gk_error why = GK_ERROR_INIT;

  if (gk_lvm_need (ctx, &why) == 0)
    return 0;
  if (!gk_lvm_any_pv (ctx)) {
    gk_error_clear (&why);
    return 1;
  }
  gk_error_set (err, why.errnum, "%s", gk_error_msg (&why));
  gk_error_clear (&why);
  return -1;
}

static int
push_row (struct gk_strv *sv, struct json_object *row, const char *field)
{
  const char *value = gk_lvm_field (row, field);

  if (gk_streq (field, "lv_name"))
    return gk_strv_pushf (sv, "/dev/%s/%s", gk_lvm_field (row, "vg_name"), value);
  /* A physical volume that is missing has no name. */
  if (*value == '\0' || gk_streq (value, "[unknown]") || gk_streq (value, "unknown device"))
    return 0;
  return gk_strv_push (sv, value);
}

/* One field of all rows, sorted; of one object in LVM's own order. */
static int
list (struct gk_ctx *ctx, const char *command, const char *fields, const char *field,
      const char *select, const char *object, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  int r = 0;

  struct json_object *rows = gk_lvm_ask (ctx, command, fields, select, object, err);
  if (rows == NULL)
    return object ? gk_error_wrap (err, "%s", object) : -1;
  for (size_t i = 0; r == 0 && i < json_object_array_length (rows); i++)
    r = push_row (&sv, json_object_array_get_idx (rows, i), field);
  json_object_put (rows);
  if (r == -1)
    return gk_error_oom (err);
  if (sv.len > 0 && object == NULL)
    gk_strv_sort (sv.v, sv.len);
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_list = v;
  return 0;
}

static int
list_all (struct gk_ctx *ctx, const char *command, const char *fields, const char *field,
          const char *select, char ***ret_list, struct gk_error *err)
{
  int none = nothing_there (ctx, err);

  if (none == 0)
    return list (ctx, command, fields, field, select, NULL, ret_list, err);
  if (none == -1)
    return -1;
  char **empty = calloc (1, sizeof *empty);
  if (empty == NULL)
    return gk_error_oom (err);
  *ret_list = empty;
  return 0;
}

int
gk_lvm_pvs (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return list_all (ctx, "pvs", "pv_name", "pv_name", NULL, ret_list, err);
}

int
gk_lvm_vgs (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return list_all (ctx, "vgs", "vg_name", "vg_name", NULL, ret_list, err);
}

int
gk_lvm_lvs (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return list_all (ctx, "lvs", "vg_name,lv_name", "lv_name", PUBLIC, ret_list, err);
}

/* --- with all details ------------------------------------------------------------- */

static int
full (struct gk_ctx *ctx, const char *command, const struct gk_struct *s,
      struct gk_struct_list_layout *ret_list, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf fields = GK_BUF_INIT;
  struct json_object *rows = NULL;
  uint32_t n = 0;
  int r = 0;

  int none = nothing_there (ctx, err);
  if (none == -1)
    return -1;
  for (size_t i = 0; i < s->nfields; i++)
    if (gk_buf_appendf (&fields, "%s%s", i > 0 ? "," : "", s->fields[i].name) == -1)
      return gk_error_oom (err);
  if (none == 0) {
    rows = gk_lvm_ask (ctx, command, fields.data, NULL, NULL, err);
    if (rows == NULL)
      return -1;
    n = (uint32_t)json_object_array_length (rows);
  }
  struct gk_struct_list_layout *made = gk_struct_list_new (s, n);
  if (made == NULL)
    r = gk_error_oom (err);
  for (uint32_t i = 0; r == 0 && i < n; i++)
    r = gk_lvm_fill (json_object_array_get_idx (rows, i), s, gk_struct_list_at (s, made, i), err);
  json_object_put (rows);
  if (r == -1) {
    if (made)
      gk_struct_list_free (s, made);
    return -1;
  }
  memcpy (ret_list, made, sizeof *ret_list);
  free (made);
  return 0;
}

int
gk_lvm_pvs_full (struct gk_ctx *ctx, struct guestfs_lvm_pv_list *ret_list, struct gk_error *err)
{
  return full (ctx, "pvs", &gk_struct_lvm_pv, (void *)ret_list, err);
}

int
gk_lvm_vgs_full (struct gk_ctx *ctx, struct guestfs_lvm_vg_list *ret_list, struct gk_error *err)
{
  return full (ctx, "vgs", &gk_struct_lvm_vg, (void *)ret_list, err);
}

int
gk_lvm_lvs_full (struct gk_ctx *ctx, struct guestfs_lvm_lv_list *ret_list, struct gk_error *err)
{
  return full (ctx, "lvs", &gk_struct_lvm_lv, (void *)ret_list, err);
}

/* --- of one ------------------------------------------------------------------------- */

static int
one (struct gk_ctx *ctx, const char *command, const char *field, const char *object,
     char **ret_string, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  struct json_object *rows = gk_lvm_ask (ctx, command, field, NULL, object, err);
  if (rows == NULL)
    return gk_error_wrap (err, "%s", object);
  const char *value = json_object_array_length (rows) > 0
                          ? gk_lvm_field (json_object_array_get_idx (rows, 0), field)
                          : "";
  char *s = strdup (value);
  json_object_put (rows);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}

int
gk_lvm_pvuuid (struct gk_ctx *ctx, const char *device, char **ret_string, struct gk_error *err)
{
  return one (ctx, "pvs", "pv_uuid", device, ret_string, err);
}

int
gk_lvm_vguuid (struct gk_ctx *ctx, const char *vgname, char **ret_string, struct gk_error *err)
{
  return one (ctx, "vgs", "vg_uuid", vgname, ret_string, err);
}

int
gk_lvm_lvuuid (struct gk_ctx *ctx, const char *device, char **ret_string, struct gk_error *err)
{
  return one (ctx, "lvs", "lv_uuid", device, ret_string, err);
}

int
gk_lvm_vgpvuuids (struct gk_ctx *ctx, const char *vgname, char ***ret_list, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  return list (ctx, "vgs", "pv_uuid", "pv_uuid", NULL, vgname, ret_list, err);
}

int
gk_lvm_vglvuuids (struct gk_ctx *ctx, const char *vgname, char ***ret_list, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  return list (ctx, "vgs", "lv_uuid", "lv_uuid", NULL, vgname, ret_list, err);
}

int
gk_lvm_vgmeta (struct gk_ctx *ctx, const char *vgname, struct gk_buf *ret_buffer,
               struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  _cleanup_free_ char *dir = gk_lvm_home (ctx, err);
  if (dir == NULL)
    return -1;
  _cleanup_free_ char *file = gk_asprintf ("%s/vgmeta", dir);
  if (file == NULL)
    return gk_error_oom (err);
  if (gk_lvm_run (ctx, err, "vgcfgbackup", "-f", file, "--", vgname, NULL) == -1)
    return gk_error_wrap (err, "vgcfgbackup");
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  int r = gk_read_file (file, VGMETA_MAX, &text) == -1 ? gk_error_sys (err, errno, "%s", file) : 0;
  unlink (file);
  if (r == -1)
    return -1;
  *ret_buffer = text;
  text = (struct gk_buf)GK_BUF_INIT;
  return 0;
}

/* --- what is a logical volume --------------------------------------------------------- */

int
gk_lvm_is_lv (struct gk_ctx *ctx, const char *mountable, bool *ret_value, struct gk_error *err)
{
  *ret_value = gk_devices_is_made (ctx->devices, GK_KIND_LV, mountable);
  return 0;
}

int
gk_lvm_lvm_canonical_lv_name (struct gk_ctx *ctx, const char *lvname, char **ret_string,
                              struct gk_error *err)
{
  _cleanup_free_ char *canonical = NULL;

  if (gk_after_prefix (lvname, "/dev/") == NULL)
    return gk_error_set (err, EINVAL, "%s: not a device name", lvname);
  if (gk_devices_resolve (ctx->devices, lvname, &canonical, err) == -1)
    return gk_error_wrap (err, "stat");
  if (!gk_devices_is_made (ctx->devices, GK_KIND_LV, canonical))
    return gk_error_set (err, EINVAL, "%s: not a logical volume", lvname);
  *ret_string = gk_steal_ptr (canonical);
  return 0;
}

/* --- what they are made of ------------------------------------------------------------ */

static int
push_once (struct gk_strv *sv, const char *word)
{
  return sv->len > 0 && gk_strv_contains (sv->v, word) ? 0 : gk_strv_push (sv, word);
}

int
gk_lvm_segments (struct gk_ctx *ctx, char ***ret_kinds, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  int r = 0;

  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  struct json_object *rows =
      gk_lvm_ask (ctx, "lvs", "segtype,lv_attr", GK_LVM_HIDDEN_TOO, NULL, err);
  if (rows == NULL)
    return -1;
  for (size_t i = 0; r == 0 && i < json_object_array_length (rows); i++) {
    struct json_object *row = json_object_array_get_idx (rows, i);
    const char *attr = gk_lvm_field (row, "lv_attr");
    r = push_once (&sv, gk_lvm_field (row, "segtype"));
    /* A snapshot's own segments are linear. */
    if (r == 0 && *attr && strchr ("sSo", *attr))
      r = push_once (&sv, "snapshot");
  }
  json_object_put (rows);
  char **v = r == 0 ? gk_strv_finish (&sv) : NULL;
  if (v == NULL)
    return gk_error_oom (err);
  *ret_kinds = v;
  return 0;
}
