/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The devices of volumes: ldmtool makes mapper devices, whose names are made of
 * names in the guest's metadata.  On a kernel that the session shares, what is in
 * use is refused before anything is made, and what will be made is noted. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "gk-ops-mount.h"
#include "ldm/ldm-priv.h"
#include "mount/devices.h"
#include "mount/dm.h"
#include "op/ctx.h"
#include "op/task.h"
#include "part/part.h"

#define VOLUME "/dev/mapper/ldm_vol_"
#define PARTITION "/dev/mapper/ldm_part_"

static int
need (struct gk_ctx *ctx, struct gk_error *err)
{
  if (!gk_dm_available () && ctx->load_module && ctx->load_module ("dm_mod", err) == -1)
    return -1;
  if (gk_dm_available ())
    return 0;
  return gk_error_set (
      err, ENOTSUP,
      "dynamic disks need device-mapper, which this kernel lacks; the uml launcher "
      "has a kernel with it");
}

/* --- what there is in the kernel --------------------------------------------------------- */

/* Does it stand on devices of the session?  A mirror's halves stand on disks. */
static bool
is_ours (struct gk_ctx *ctx, const char *name, unsigned depth)
{
  _cleanup_free_ char *path = gk_asprintf ("/sys/class/block/%s/slaves", name);
  _cleanup_closedir_ DIR *dir = path && depth < 4 ? opendir (path) : NULL;
  const struct dirent *entry;
  dev_t number;

  while (dir && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.' && gk_sysfs_number (entry->d_name, &number) == 0 &&
        (gk_devices_name (ctx->devices, number) || is_ours (ctx, entry->d_name, depth + 1)))
      return true;
  return false;
}

static int
add_node (struct gk_devices_nodes *nodes, dev_t number, struct gk_error *err)
{
  _cleanup_free_ char *uuid = gk_dm_uuid (number), *name = gk_dm_name (number);

  if (uuid == NULL || name == NULL || gk_after_prefix (uuid, "LDM-") == NULL)
    return 0;
  struct gk_devices_node *v = reallocarray (nodes->v, nodes->n + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  nodes->v = v;
  v[nodes->n] =
      (struct gk_devices_node){ .path = gk_asprintf ("/dev/mapper/%s", name), .devno = number };
  return v[nodes->n++].path ? 0 : gk_error_oom (err);
}

static int
sync_nodes (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_devices_nodes_ struct gk_devices_nodes nodes = { NULL, 0 };
  const struct dirent *entry;
  dev_t number;

  _cleanup_closedir_ DIR *dir = opendir ("/sys/class/block");
  while (dir && (entry = readdir (dir)) != NULL)
    if (gk_after_prefix (entry->d_name, "dm-") && is_ours (ctx, entry->d_name, 0) &&
        gk_sysfs_number (entry->d_name, &number) == 0 && add_node (&nodes, number, err) == -1)
      return -1;
  gk_devices_nodes_sort (&nodes);
  return gk_devices_set_nodes (ctx->devices, GK_KIND_LDM, nodes.v, nodes.n, err);
}

/* --- names that will be taken ------------------------------------------------------------ */

static bool
is_taken (const char *name)
{
  _cleanup_closedir_ DIR *dir = opendir ("/sys/class/block");
  const struct dirent *entry;
  bool taken = false;
  dev_t number;

  while (!taken && dir && (entry = readdir (dir)) != NULL) {
    if (gk_after_prefix (entry->d_name, "dm-") == NULL ||
        gk_sysfs_number (entry->d_name, &number) != 0)
      continue;
    _cleanup_free_ char *other = gk_dm_name (number);
    taken = other && gk_streq (other, name);
  }
  return taken;
}

static int
reserve (struct gk_ctx *ctx, const char *kind, const char *group, const char *name,
         struct gk_error *err)
{
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#+-.:=@_";
  _cleanup_free_ char *full = gk_asprintf ("ldm_%s_%s_%s", kind, group, name);

  if (full == NULL)
    return gk_error_oom (err);
  if (full[strspn (full, plain)] || strlen (full) > 127)
    return gk_error_set (err, EINVAL, "%s: cannot be the name of a device", full);
  _cleanup_free_ char *path = gk_asprintf ("/dev/mapper/%s", full);
  if (path == NULL)
    return gk_error_oom (err);
  if (ctx->note == NULL || gk_devices_is_made (ctx->devices, GK_KIND_LDM, path))
    return 0;
  if (is_taken (full))
    return gk_error_set (err, EEXIST,
                         "this machine has a mapper device %s already (the uml launcher has a "
                         "kernel of its own)",
                         full);
  return ctx->note (ctx, "dm", full, err);
}

static int
reserve_group (struct gk_ctx *ctx, const char *guid, struct gk_error *err)
{
  _cleanup_free_ char *group = NULL;
  _cleanup_strv_ char **volumes = NULL;

  if (gk_ldm_ldmtool_diskgroup_name (ctx, guid, &group, err) == -1 ||
      gk_ldm_ldmtool_diskgroup_volumes (ctx, guid, &volumes, err) == -1)
    return -1;
  for (size_t i = 0; volumes[i]; i++) {
    _cleanup_strv_ char **parts = NULL;
    if (reserve (ctx, "vol", group, volumes[i], err) == -1 ||
        gk_ldm_ldmtool_volume_partitions (ctx, guid, volumes[i], &parts, err) == -1)
      return -1;
    for (size_t k = 0; parts[k]; k++)
      if (reserve (ctx, "part", group, parts[k], err) == -1)
        return -1;
  }
  return 0;
}

/* --- the calls ----------------------------------------------------------------------------- */

static int
all (struct gk_ctx *ctx, const char *verb, struct gk_error *err)
{
  struct json_object *o = gk_ldm_ask (ctx, NULL, GK_LIST (verb, "all"), err);
  int r = o ? 0 : -1;

  json_object_put (o);
  /* Some may have changed all the same. */
  if (sync_nodes (ctx, r == -1 ? NULL : err) == -1)
    r = -1;
  return r;
}

int
gk_ldm_ldmtool_create_all (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_strv_ char **groups = NULL;

  if (gk_ldm_ldmtool_scan (ctx, &groups, err) == -1)
    return -1;
  if (groups[0] == NULL)
    return 0;
  if (need (ctx, err) == -1)
    return -1;
  for (size_t i = 0; groups[i]; i++)
    if (reserve_group (ctx, groups[i], err) == -1)
      return -1;
  return all (ctx, "create", err);
}

int
gk_ldm_ldmtool_remove_all (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_strv_ char **made = NULL;

  if (gk_devices_list_made (ctx->devices, GK_KIND_LDM, &made) == -1)
    return gk_error_oom (err);
  return made[0] ? all (ctx, "remove", err) : 0;
}

static int
list (struct gk_ctx *ctx, const char *prefix, char ***ret_list, struct gk_error *err)
{
  _cleanup_strv_ char **made = NULL;
  _cleanup_gk_strv_ struct gk_strv found = GK_STRV_INIT;

  if (gk_devices_list_made (ctx->devices, GK_KIND_LDM, &made) == -1)
    return gk_error_oom (err);
  for (size_t i = 0; made[i]; i++)
    if (gk_after_prefix (made[i], prefix) && gk_strv_push (&found, made[i]) == -1)
      return gk_error_oom (err);
  *ret_list = gk_strv_finish (&found);
  return *ret_list ? 0 : gk_error_oom (err);
}

int
gk_ldm_list_ldm_volumes (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return list (ctx, VOLUME, ret_list, err);
}

int
gk_ldm_list_ldm_partitions (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return list (ctx, PARTITION, ret_list, err);
}

/* --- at launch -------------------------------------------------------------------------------- */

/* Its partition with the metadata, or the one that is for all of its volumes. */
static bool
is_dynamic (const char *disk)
{
  _cleanup_part_table_ struct gk_part_table table = GK_PART_TABLE_INIT;
  struct gk_error ignored = GK_ERROR_INIT;
  bool dynamic = false;

  _cleanup_close_ int fd = open (disk, O_RDONLY | O_CLOEXEC);
  if (fd != -1)
    gk_part_read (fd, &table, &ignored);
  gk_error_clear (&ignored);
  for (size_t i = 0; i < table.n; i++)
    dynamic = dynamic || table.parts[i].mbr_type == 0x42 ||
              gk_streq (table.parts[i].gpt_type, "5808C8AA-7E8F-42E0-85D2-E1E90434CFB3");
  return dynamic;
}

int
gk_ldm_start (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_strv_ char **disks = NULL;
  struct gk_error why = GK_ERROR_INIT;
  bool any = false;

  if (gk_mount_list_devices (ctx, &disks, err) == -1)
    return -1;
  for (size_t i = 0; disks[i]; i++)
    any = any || is_dynamic (disks[i]);
  if (any && gk_ldm_ldmtool_create_all (ctx, &why) == -1)
    gk_task_log (ctx->task, "dynamic disks: %s", gk_error_msg (&why));
  gk_error_clear (&why);
  return 0;
}
