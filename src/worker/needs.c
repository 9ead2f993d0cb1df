/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See needs.h. */

#include "worker/needs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "gk-ops-mount.h"
#include "lvm/lvm.h"
#include "md/md.h"
#include "mount/mount.h"
#include "op/ctx.h"
#include "worker/targets.h"

/* --- layers ---------------------------------------------------------------------- */

/* What is no filesystem but a layer below some.  Behind encryption, and in a set, what
 * there is cannot be seen from here, but volumes often are. */
static const struct layer {
  const char *type; /* libblkid's */
  enum { VOLUMES, TARGET, SET } kind;
  const char *targets[2];
  bool hides;
} layers[] = {
  { "LVM2_member", VOLUMES, { NULL }, false },
  { "crypto_LUKS", TARGET, { "crypt" }, true },
  { "BitLocker", TARGET, { "crypt", "zero" }, false },
  { "DM_snapshot_cow", TARGET, { "snapshot" }, false },
  { "linux_raid_member", SET, { NULL }, true },
  { "isw_raid_member", SET, { NULL }, true },
  { "ddf_raid_member", SET, { NULL }, true },
};

/* Those that guests have; linear and striped come with device-mapper itself. */
static const char *const usual_targets[] = { "snapshot", "mirror", "raid", "thin-pool" };

/* Of kinds of segments, as lvs has them: these begin so. */
static const struct {
  const char *segment, *target;
} segments[] = {
  { "thin", "thin-pool" },    { "cache", "cache" },   { "writecache", "writecache" },
  { "raid", "raid" },         { "mirror", "mirror" }, { "integrity", "integrity" },
  { "snapshot", "snapshot" }, { "vdo", "vdo" },
};

/* --- what the drives need ---------------------------------------------------------- */

struct found {
  unsigned usable; /* filesystems that can be mounted */
  unsigned unusable;
  bool stack;          /* a layer is missing */
  char *volumes;       /* the first device with LVM on it, or NULL */
  char *hidden;        /* the first one that hides what is in it, or NULL */
  struct gk_buf lacks; /* "vfat (/dev/sda1), ..." */
};

static int
lacks (struct found *f, const char *name, const char *device, const char *type)
{
  bool same = gk_streq (name, type);

  return gk_buf_appendf (&f->lacks, "%s%s (for %s%s%s)", f->lacks.size > 0 ? ", " : "", name,
                         same ? "" : type, same ? "" : " on ", device);
}

static int
lacks_layer (struct found *f, const char *name, const char *device, const char *type)
{
  f->stack = true;
  return lacks (f, name, device, type);
}

static int
lacks_target (struct found *f, const char *target, const char *device, const char *type)
{
  _cleanup_free_ char *name = gk_asprintf ("dm-%s", target);

  return name ? lacks_layer (f, name, device, type) : -1;
}

static int
look_at_set (struct gk_ctx *ctx, struct found *f, const char *device, const char *type)
{
  _cleanup_free_ char *level = NULL;

  if (!gk_targets_has_md ())
    return lacks_layer (f, "md", device, type);
  if (gk_md_level (ctx, device, &level, NULL) == -1 || gk_streq (level, "container") ||
      gk_targets_has_md_level (level))
    return 0;
  _cleanup_free_ char *name = gk_asprintf ("md's %s", level);
  return name ? lacks_layer (f, name, device, type) : -1;
}

static int
keep_first (char **first, const char *device)
{
  if (*first == NULL)
    *first = strdup (device);
  return *first ? 0 : -1;
}

static int
look_at_layer (struct gk_ctx *ctx, struct found *f, const struct layer *l, const char *device)
{
  if (l->hides && keep_first (&f->hidden, device) == -1)
    return -1;
  if (l->kind == SET)
    return look_at_set (ctx, f, device, l->type);
  if (!gk_targets_has_dm ())
    return lacks_layer (f, l->kind == TARGET ? "dm-crypt" : "device-mapper", device, l->type);
  if (l->kind == VOLUMES)
    return keep_first (&f->volumes, device);
  for (size_t i = 0; i < 2 && l->targets[i]; i++)
    if (!gk_targets_has_dm_target (l->targets[i]) &&
        lacks_target (f, l->targets[i], device, l->type) == -1)
      return -1;
  return 0;
}

static int
look_at_segment (struct found *f, const char *segment)
{
  for (size_t i = 0; i < sizeof segments / sizeof segments[0]; i++)
    if (gk_after_prefix (segment, segments[i].segment) &&
        !gk_targets_has_dm_target (segments[i].target))
      return lacks_target (f, segments[i].target, f->volumes, "volumes");
  return 0;
}

/* A group that lvm cannot read tells nothing of its volumes. */
static int
look_at_volumes (struct gk_ctx *ctx, struct found *f)
{
  _cleanup_strv_ char **kinds = NULL;
  int r = 0;

  if (f->volumes == NULL || gk_lvm_segments (ctx, &kinds, NULL) == -1)
    return 0;
  for (size_t i = 0; r == 0 && kinds[i]; i++)
    r = look_at_segment (f, kinds[i]);
  return r;
}

static int
look_at_hidden (struct found *f)
{
  int r = 0;

  for (size_t i = 0; f->hidden && r == 0 && i < sizeof usual_targets / sizeof usual_targets[0]; i++)
    if (gk_targets_has_dm () && !gk_targets_has_dm_target (usual_targets[i]))
      r = lacks_target (f, usual_targets[i], f->hidden, "volumes that may be");
  return r;
}

static int
look_at (struct gk_ctx *ctx, struct found *f, const char *device, const char *type)
{
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
    if (gk_streq (type, layers[i].type))
      return look_at_layer (ctx, f, &layers[i], device);
  const struct gk_fs *fs = gk_fs_find (type);
  if (fs == NULL || fs->kernel_types == NULL) /* swap, or nothing that any kernel mounts */
    return 0;
  if (gk_fs_kernel_type (fs) || gk_mount_is_served (ctx, fs)) {
    f->usable++;
    return 0;
  }
  f->unusable++;
  return lacks (f, type, device, type);
}

static int
look_at_all (struct gk_ctx *ctx, struct found *f, char *const *devices)
{
  for (size_t i = 0; devices[i]; i++) {
    _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
    /* What cannot be read will say so when it is used. */
    if (gk_fs_probe_device (devices[i], &probe, NULL) == 0 &&
        look_at (ctx, f, devices[i], probe.type) == -1)
      return -1;
  }
  return 0;
}

int
gk_needs_check (struct gk_ctx *ctx, enum gk_needs needs, struct gk_error *err)
{
  _cleanup_strv_ char **disks = NULL, **parts = NULL;
  struct found f = { .lacks = GK_BUF_INIT };

  if (needs == GK_NEEDS_UNCHECKED)
    return 0;
  if (gk_mount_list_devices (ctx, &disks, err) == -1 ||
      gk_mount_list_partitions (ctx, &parts, err) == -1)
    return -1;
  int r = 0;
  if (look_at_all (ctx, &f, disks) == -1 || look_at_all (ctx, &f, parts) == -1 ||
      look_at_volumes (ctx, &f) == -1 || (needs == GK_NEEDS_ALL && look_at_hidden (&f) == -1))
    r = gk_error_oom (err);
  else if (f.lacks.size > 0 &&
           (needs == GK_NEEDS_ALL || f.stack || (f.unusable > 0 && f.usable == 0)))
    r = gk_error_set (err, ENOTSUP, "this kernel lacks %s", f.lacks.data);
  gk_buf_clear (&f.lacks);
  free (f.volumes);
  free (f.hidden);
  return r;
}
