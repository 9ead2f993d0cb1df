/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is on dynamic disks, by ldmtool, which answers in JSON. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/uuid.h"
#include "exec/exec.h"
#include "gk-ops-mount.h"
#include "ldm/ldm-priv.h"
#include "op/ctx.h"

/* It gives the metadata, which are the guest's, all the memory that they ask for. */
#define MEMORY_MAX (UINT64_C (1) << 30)
#define TIME_MS 60000

static int
run (struct gk_ctx *ctx, char *const *devices, const char *const *words, struct gk_buf *ret_out,
     struct gk_error *err)
{
  /* Without udev it makes the nodes itself, in the session's own /dev. */
  static const char *const env[] = { "DM_DISABLE_UDEV=1", NULL };
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;
  _cleanup_free_ char *tool = gk_exec_find ("ldmtool");
  struct gk_exec x = GK_EXEC_INIT;

  if (tool == NULL)
    return gk_error_set (err, ENOTSUP, "ldmtool is not installed (package ldmtool)");
  if (gk_strv_push (&argv, "ldmtool") == -1)
    return gk_error_oom (err);
  for (size_t i = 0; devices[i]; i++)
    if (gk_strv_push (&argv, "-d") == -1 || gk_strv_push (&argv, devices[i]) == -1)
      return gk_error_oom (err);
  for (; *words; words++)
    if (gk_strv_push (&argv, *words) == -1)
      return gk_error_oom (err);
  x.argv = (const char *const *)argv.v;
  x.env = env;
  x.max_memory = MEMORY_MAX;
  x.timeout_ms = TIME_MS;
  x.task = ctx->task;
  return gk_exec_check (&x, ret_out, err);
}

struct json_object *
gk_ldm_ask (struct gk_ctx *ctx, char *const *devices, const char *const *words,
            struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  _cleanup_strv_ char **disks = NULL;

  if (devices == NULL && gk_mount_list_devices (ctx, &disks, err) == -1)
    return NULL;
  if (devices == NULL)
    devices = disks;
  /* Without any it would look at all of the machine's. */
  if (devices[0] == NULL)
    return json_object_new_array ();
  if (run (ctx, devices, words, &out, err) == -1)
    return NULL;
  struct json_object *o = out.data ? json_tokener_parse (out.data) : NULL;
  if (o == NULL)
    gk_error_set (err, EPROTO, "ldmtool: what it printed is no JSON");
  return o;
}

const char *
gk_ldm_text (struct json_object *o, const char *name)
{
  struct json_object *member;

  if (!json_object_is_type (o, json_type_object) || !json_object_object_get_ex (o, name, &member) ||
      !json_object_is_type (member, json_type_string))
    return "";
  return json_object_get_string (member);
}

int
gk_ldm_list (struct json_object *o, const char *name, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;

  if (name &&
      !(json_object_is_type (o, json_type_object) && json_object_object_get_ex (o, name, &o)))
    o = NULL;
  if (!json_object_is_type (o, json_type_array))
    return gk_error_set (err, EPROTO, "ldmtool: what it printed is not to be understood");
  for (size_t i = 0; i < json_object_array_length (o); i++) {
    const char *s = json_object_get_string (json_object_array_get_idx (o, i));
    if (gk_strv_push (&list, s ? s : "") == -1)
      return gk_error_oom (err);
  }
  *ret_list = gk_strv_finish (&list);
  return *ret_list ? 0 : gk_error_oom (err);
}

/* --- the calls ------------------------------------------------------------------------- */

/* guid and volume become words of a command line. */
static int
check_words (const char *diskgroup, const char *volume, struct gk_error *err)
{
  if (!gk_uuid_is_text (diskgroup))
    return gk_error_set (err, EINVAL, "%s: is not a GUID", diskgroup);
  if (volume && *volume == '-')
    return gk_error_set (err, EINVAL, "%s: cannot be the name of a volume", volume);
  return 0;
}

static struct json_object *
show (struct gk_ctx *ctx, const char *diskgroup, const char *volume, struct gk_error *err)
{
  if (check_words (diskgroup, volume, err) == -1)
    return NULL;
  struct json_object *o = gk_ldm_ask (ctx, NULL,
                                      volume ? GK_LIST ("show", "volume", diskgroup, volume)
                                             : GK_LIST ("show", "diskgroup", diskgroup),
                                      err);
  if (o == NULL)
    gk_error_wrap (err, "%s", volume ? volume : diskgroup);
  return o;
}

static int
member_list (struct gk_ctx *ctx, const char *diskgroup, const char *volume, const char *name,
             char ***ret_list, struct gk_error *err)
{
  struct json_object *o = show (ctx, diskgroup, volume, err);
  int r = o ? gk_ldm_list (o, name, ret_list, err) : -1;

  json_object_put (o);
  return r;
}

static int
member_text (struct gk_ctx *ctx, const char *diskgroup, const char *volume, const char *name,
             char **ret_string, struct gk_error *err)
{
  struct json_object *o = show (ctx, diskgroup, volume, err);
  char *s = o ? strdup (gk_ldm_text (o, name)) : NULL;

  if (o && s == NULL)
    gk_error_oom (err);
  json_object_put (o);
  if (s == NULL)
    return -1;
  *ret_string = s;
  return 0;
}

static int
scan (struct gk_ctx *ctx, char *const *devices, char ***ret_list, struct gk_error *err)
{
  struct json_object *o = gk_ldm_ask (ctx, devices, GK_LIST ("scan"), err);
  int r = o ? gk_ldm_list (o, NULL, ret_list, err) : -1;

  json_object_put (o);
  return r;
}

int
gk_ldm_ldmtool_scan (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return scan (ctx, NULL, ret_list, err);
}

int
gk_ldm_ldmtool_scan_devices (struct gk_ctx *ctx, char *const *devices, char ***ret_list,
                             struct gk_error *err)
{
  return scan (ctx, devices, ret_list, err);
}

int
gk_ldm_ldmtool_diskgroup_name (struct gk_ctx *ctx, const char *diskgroup, char **ret_string,
                               struct gk_error *err)
{
  return member_text (ctx, diskgroup, NULL, "name", ret_string, err);
}

int
gk_ldm_ldmtool_diskgroup_volumes (struct gk_ctx *ctx, const char *diskgroup, char ***ret_list,
                                  struct gk_error *err)
{
  return member_list (ctx, diskgroup, NULL, "volumes", ret_list, err);
}

int
gk_ldm_ldmtool_diskgroup_disks (struct gk_ctx *ctx, const char *diskgroup, char ***ret_list,
                                struct gk_error *err)
{
  return member_list (ctx, diskgroup, NULL, "disks", ret_list, err);
}

int
gk_ldm_ldmtool_volume_type (struct gk_ctx *ctx, const char *diskgroup, const char *volume,
                            char **ret_string, struct gk_error *err)
{
  return member_text (ctx, diskgroup, volume, "type", ret_string, err);
}

int
gk_ldm_ldmtool_volume_hint (struct gk_ctx *ctx, const char *diskgroup, const char *volume,
                            char **ret_string, struct gk_error *err)
{
  return member_text (ctx, diskgroup, volume, "hint", ret_string, err);
}

int
gk_ldm_ldmtool_volume_partitions (struct gk_ctx *ctx, const char *diskgroup, const char *volume,
                                  char ***ret_list, struct gk_error *err)
{
  return member_list (ctx, diskgroup, volume, "partitions", ret_list, err);
}
