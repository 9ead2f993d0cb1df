/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that make, remove, resize and rename.  After each the session's
 * devices follow. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "lvm/lvm-priv.h"
#include "op/ctx.h"

/* --- physical volumes -------------------------------------------------------------- */

int
gk_lvm_pvcreate (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  return gk_lvm_run (ctx, err, "pvcreate", "--yes", "--force", "--", device, NULL);
}

int
gk_lvm_pvremove (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  return gk_lvm_run (ctx, err, "pvremove", "-ff", "--", device, NULL);
}

int
gk_lvm_pvresize (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  if (gk_lvm_run (ctx, err, "pvresize", "--", device, NULL) == -1)
    return gk_error_wrap (err, "%s", device);
  return 0;
}

int
gk_lvm_pvresize_size (struct gk_ctx *ctx, const char *device, int64_t size, struct gk_error *err)
{
  char text[32];

  snprintf (text, sizeof text, "%lldb", (long long)size);
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  if (gk_lvm_run (ctx, err, "pvresize", "--yes", "--setphysicalvolumesize", text, "--", device,
                  NULL) == -1)
    return gk_error_wrap (err, "%s", device);
  return 0;
}

int
gk_lvm_pvchange_uuid (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  if (gk_lvm_run (ctx, err, "pvchange", "-u", "--", device, NULL) == -1)
    return gk_error_wrap (err, "%s", device);
  return 0;
}

int
gk_lvm_pvchange_uuid_all (struct gk_ctx *ctx, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  return gk_lvm_run (ctx, err, "pvchange", "-u", "-a", NULL);
}

/* --- groups ----------------------------------------------------------------------------- */

int
gk_lvm_vgcreate (struct gk_ctx *ctx, const char *volgroup, char *const *physvols,
                 struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT;

  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  if (gk_strv_push (&args, "vgcreate") == -1 || gk_strv_push (&args, "--") == -1 ||
      gk_strv_push (&args, volgroup) == -1)
    return gk_error_oom (err);
  for (size_t i = 0; physvols[i]; i++)
    if (gk_strv_push (&args, physvols[i]) == -1)
      return gk_error_oom (err);
  return gk_lvm_runv (ctx, args.v, NULL, err);
}

/* Volumes that are active are not always removed although -f is given. */
int
gk_lvm_vgremove (struct gk_ctx *ctx, const char *vgname, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  gk_lvm_run (ctx, NULL, "vgchange", "-an", "--", vgname, NULL);
  int r = gk_lvm_run (ctx, err, "vgremove", "-f", "--", vgname, NULL);
  return gk_lvm_sync (ctx, r == -1 ? NULL : err) == -1 ? -1 : r;
}

int
gk_lvm_vgrename (struct gk_ctx *ctx, const char *volgroup, const char *newvolgroup,
                 struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1 || gk_lvm_reserve_as (ctx, volgroup, newvolgroup, err) == -1)
    return -1;
  if (gk_lvm_run (ctx, err, "vgrename", "--", volgroup, newvolgroup, NULL) == -1)
    return gk_error_wrap (err, "%s -> %s", volgroup, newvolgroup);
  return gk_lvm_sync (ctx, err);
}

int
gk_lvm_vgchange_uuid (struct gk_ctx *ctx, const char *vg, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  if (gk_lvm_run (ctx, err, "vgchange", "-u", "--", vg, NULL) == -1)
    return gk_error_wrap (err, "%s", vg);
  return 0;
}

int
gk_lvm_vgchange_uuid_all (struct gk_ctx *ctx, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  return gk_lvm_run (ctx, err, "vgchange", "-u", NULL);
}

/* --- volumes ------------------------------------------------------------------------------ */

static int
check_percent (int percent, struct gk_error *err)
{
  if (percent < 0 || percent > 100)
    return gk_error_set (err, 0, "percentage must be [0..100] (was %d)", percent);
  return 0;
}

static int
create (struct gk_ctx *ctx, const char *logvol, const char *volgroup, const char *option,
        const char *size, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1 || gk_lvm_reserve_volume (ctx, volgroup, logvol, err) == -1 ||
      gk_lvm_run (ctx, err, "lvcreate", "--yes", option, size, "-n", logvol, "--", volgroup,
                  NULL) == -1)
    return -1;
  return gk_lvm_sync (ctx, err);
}

int
gk_lvm_lvcreate (struct gk_ctx *ctx, const char *logvol, const char *volgroup, int mbytes,
                 struct gk_error *err)
{
  char size[16];

  snprintf (size, sizeof size, "%d", mbytes);
  return create (ctx, logvol, volgroup, "-L", size, err);
}

int
gk_lvm_lvcreate_free (struct gk_ctx *ctx, const char *logvol, const char *volgroup, int percent,
                      struct gk_error *err)
{
  char size[24];

  if (check_percent (percent, err) == -1)
    return -1;
  snprintf (size, sizeof size, "%d%%FREE", percent);
  return create (ctx, logvol, volgroup, "-l", size, err);
}

/* A volume that has the size already is what was asked for. */
static int
resize (struct gk_ctx *ctx, const char *option, const char *size, const char *lv,
        struct gk_error *err)
{
  struct gk_error what = GK_ERROR_INIT;

  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  int r = gk_lvm_run (ctx, &what, "lvresize", "--force", option, size, "--", lv, NULL);
  if (r == -1 && strstr (gk_error_msg (&what), "matches existing size"))
    r = 0;
  if (r == -1 && err)
    gk_error_move (err, &what);
  gk_error_clear (&what);
  return r;
}

/* lvresize itself asks nobody what is on a volume that it cuts.  It rounds to
 * whole extents, upwards. */
static int
check_fits (struct gk_ctx *ctx, const char *device, int mbytes, struct gk_error *err)
{
  uint64_t span, extent, size = mbytes < 0 ? 0 : (uint64_t)mbytes << 20;

  if (gk_fs_span (device, &span, err) == -1)
    return -1;
  if (span <= size)
    return 0;
  struct json_object *rows = gk_lvm_ask (ctx, "lvs", "vg_extent_size", NULL, device, err);
  if (rows == NULL)
    return gk_error_wrap (err, "%s", device);
  int r = json_object_array_length (rows) > 0
              ? gk_parse_u64 (gk_lvm_field (json_object_array_get_idx (rows, 0), "vg_extent_size"),
                              UINT32_MAX, &extent)
              : -1;
  json_object_put (rows);
  if (r == 0 && extent > 0 && span <= (size + extent - 1) / extent * extent)
    return 0;
  return gk_error_set (err, ENOSPC,
                       "%s: the filesystem on it uses %" PRIu64 " bytes, which %d MiB do not hold; "
                       "make it smaller first",
                       device, span, mbytes);
}

int
gk_lvm_lvresize (struct gk_ctx *ctx, const char *device, int mbytes, struct gk_error *err)
{
  char size[16];

  if (gk_lvm_need (ctx, err) == -1 || check_fits (ctx, device, mbytes, err) == -1)
    return -1;
  snprintf (size, sizeof size, "%d", mbytes);
  return resize (ctx, "-L", size, device, err);
}

int
gk_lvm_lvresize_free (struct gk_ctx *ctx, const char *lv, int percent, struct gk_error *err)
{
  char size[24];

  if (check_percent (percent, err) == -1)
    return -1;
  snprintf (size, sizeof size, "+%d%%FREE", percent);
  return resize (ctx, "-l", size, lv, err);
}

int
gk_lvm_lvremove (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  gk_lvm_run (ctx, NULL, "lvchange", "-an", "--", device, NULL);
  int r = gk_lvm_run (ctx, err, "lvremove", "-f", "--", device, NULL);
  return gk_lvm_sync (ctx, r == -1 ? NULL : err) == -1 ? -1 : r;
}

/* "/dev/VG/LV" or "VG/LV". */
int
gk_lvm_lvrename (struct gk_ctx *ctx, const char *logvol, const char *newlogvol,
                 struct gk_error *err)
{
  const char *rest = gk_after_prefix (logvol, "/dev/");
  const char *slash = strrchr (newlogvol, '/');

  rest = rest ? rest : logvol;
  _cleanup_free_ char *vg = strndup (rest, strcspn (rest, "/"));
  if (vg == NULL)
    return gk_error_oom (err);
  if (gk_lvm_need (ctx, err) == -1 ||
      gk_lvm_reserve_volume (ctx, vg, slash ? slash + 1 : newlogvol, err) == -1)
    return -1;
  if (gk_lvm_run (ctx, err, "lvrename", "--", logvol, newlogvol, NULL) == -1)
    return gk_error_wrap (err, "%s -> %s", logvol, newlogvol);
  return gk_lvm_sync (ctx, err);
}

/* --- all of it ------------------------------------------------------------------------------ */

static int
remove_each (struct gk_ctx *ctx, char *const *names, const char *change, const char *command,
             struct gk_error *err)
{
  for (size_t i = 0; names[i]; i++) {
    if (change)
      gk_lvm_run (ctx, NULL, change, "-an", "--", names[i], NULL);
    if (gk_lvm_run (ctx, err, command, "-f", "--", names[i], NULL) == -1)
      return gk_error_wrap (err, "%s: %s", command, names[i]);
  }
  return 0;
}

static int
remove_all (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_strv_ char **lvs = NULL, **vgs = NULL, **pvs = NULL;

  if (gk_lvm_lvs (ctx, &lvs, err) == -1 ||
      remove_each (ctx, lvs, "lvchange", "lvremove", err) == -1 ||
      gk_lvm_vgs (ctx, &vgs, err) == -1 ||
      remove_each (ctx, vgs, "vgchange", "vgremove", err) == -1 ||
      gk_lvm_pvs (ctx, &pvs, err) == -1 || remove_each (ctx, pvs, NULL, "pvremove", err) == -1)
    return -1;
  return 0;
}

int
gk_lvm_lvm_remove_all (struct gk_ctx *ctx, struct gk_error *err)
{
  if (gk_lvm_need (ctx, err) == -1)
    return -1;
  int r = remove_all (ctx, err);
  return gk_lvm_sync (ctx, r == -1 ? NULL : err) == -1 ? -1 : r;
}
