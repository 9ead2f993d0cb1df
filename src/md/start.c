/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Assembling: sets whose members are there, on whatever these stand.
 *
 * mdadm is told of all at once; but it stops at the first set that cannot run,
 * so that those behind it are then assembled one by one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "fs/fs.h"
#include "md/md-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"
#include "op/task.h"

/* What a member may stand on, layer upon layer. */
#define LAYERS_MAX 12

struct members {
  struct gk_strv devices, sets; /* sets: the UUID of each device's */
  bool readonly;                /* one of them cannot be written */
};

static void
members_clear (struct members *m)
{
  gk_strv_clear (&m->devices);
  gk_strv_clear (&m->sets);
}

/* Is the device a part of something that runs? */
static bool
is_held (struct gk_ctx *ctx, const char *device)
{
  const struct dirent *entry;
  dev_t devno;

  if (gk_devices_number (ctx->devices, device, &devno) == -1)
    return false;
  _cleanup_free_ char *path =
      gk_asprintf ("/sys/dev/block/%u:%u/holders", major (devno), minor (devno));
  _cleanup_closedir_ DIR *dir = path ? opendir (path) : NULL;
  while (dir && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      return true;
  return false;
}

/* A guest could put sets upon sets without an end. */
static bool
is_too_deep (struct gk_ctx *ctx, const char *device)
{
  dev_t devno;

  return gk_devices_number (ctx->devices, device, &devno) == 0 &&
         gk_devices_layers_below (devno) > LAYERS_MAX;
}

static int
look_at (struct gk_ctx *ctx, struct members *m, const char *device)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC);
  int ro = 0;

  if (fd == -1 || gk_fs_probe_member (fd, &probe, NULL) == -1 ||
      strstr (probe.type, "_raid_member") == NULL || is_held (ctx, device))
    return 0;
  if (is_too_deep (ctx, device)) {
    gk_task_log (ctx->task, "md: %s: a member of a set, on more than %d layers, is left alone",
                 device, LAYERS_MAX);
    return 0;
  }
  if (gk_strv_push (&m->devices, device) == -1 || gk_strv_push (&m->sets, probe.uuid) == -1)
    return -1;
  m->readonly |= ioctl (fd, BLKROGET, &ro) == 0 && ro;
  return 0;
}

static int
find_members (struct gk_ctx *ctx, struct members *m, struct gk_error *err)
{
  _cleanup_strv_ char **all = NULL;

  if (gk_devices_list_all (ctx->devices, &all) == -1)
    return gk_error_oom (err);
  for (size_t i = 0; all[i]; i++)
    if (look_at (ctx, m, all[i]) == -1)
      return gk_error_oom (err);
  return 0;
}

/* A set that nobody writes to is not resynchronized, and its members are not
 * marked as in use: that begins with the first write. */
static void
start_read_only (struct gk_ctx *ctx)
{
  _cleanup_close_ int fd =
      ctx->load_module == NULL /* others have sets on this kernel, too */
          ? -1
          : open ("/sys/module/md_mod/parameters/start_ro", O_WRONLY | O_CLOEXEC);

  if (fd != -1)
    gk_write_full (fd, "1", 1);
}

struct how {
  struct gk_strv args;
  bool loud; /* what fails is told */
};

/* One that does not run is no error: a disk of it may be missing. */
static void
assemble (struct gk_ctx *ctx, const struct how *how, char *const *devices)
{
  struct gk_error what = GK_ERROR_INIT;

  if (gk_md_run_on (ctx, &how->args, devices, NULL, &what) == -1 && how->loud)
    gk_task_log (ctx->task, "md: %s", gk_error_msg (&what));
  gk_error_clear (&what);
}

static int
assemble_rest (struct gk_ctx *ctx, const struct how *how, const struct members *m)
{
  _cleanup_gk_strv_ struct gk_strv done = GK_STRV_INIT;

  for (size_t i = 0; i < m->sets.len; i++) {
    _cleanup_gk_strv_ struct gk_strv devices = GK_STRV_INIT;
    const char *set = m->sets.v[i];
    if ((done.v && gk_strv_contains (done.v, set)) || is_held (ctx, m->devices.v[i]))
      continue;
    if (gk_strv_push (&done, set) == -1)
      return -1;
    for (size_t k = 0; k < m->sets.len; k++)
      if (gk_streq (m->sets.v[k], set) && gk_strv_push (&devices, m->devices.v[k]) == -1)
        return -1;
    if (devices.len < m->devices.len) /* else it was the only one */
      assemble (ctx, how, devices.v);
  }
  return 0;
}

static int
assemble_all (struct gk_ctx *ctx, const struct members *m, bool degraded, struct gk_error *err)
{
  struct how how = { GK_STRV_INIT, degraded };

  if (gk_md_need (ctx, err) == -1)
    return -1;
  start_read_only (ctx);
  int r = gk_strv_push (&how.args, "--assemble") == -1 ||
                  gk_strv_push (&how.args, "--scan") == -1 ||
                  gk_strv_push (&how.args, degraded ? "--run" : "--no-degraded") == -1 ||
                  (m->readonly && gk_strv_push (&how.args, "--readonly") == -1)
              ? -1
              : 0;
  if (r == 0) {
    assemble (ctx, &how, m->devices.v);
    r = assemble_rest (ctx, &how, m);
  }
  gk_strv_clear (&how.args);
  if (r == -1)
    return gk_error_oom (err);
  /* Those it has put together, without a disk, and not started keep their members. */
  if (!degraded && gk_md_stop_waiting (ctx, err) == -1)
    return -1;
  return gk_md_sync (ctx, err);
}

int
gk_md_assemble (struct gk_ctx *ctx, bool degraded, size_t *ret_left, struct gk_error *err)
{
  __attribute__ ((cleanup (members_clear))) struct members m = { GK_STRV_INIT, GK_STRV_INIT,
                                                                 false };
  struct gk_error what = GK_ERROR_INIT;
  size_t left = 0;

  if (find_members (ctx, &m, err) == -1)
    return -1;
  if (m.devices.len > 0 && assemble_all (ctx, &m, degraded, &what) == -1)
    gk_task_log (ctx->task, "md: %s", gk_error_msg (&what));
  gk_error_clear (&what);
  for (size_t i = 0; i < m.devices.len; i++)
    left += !is_held (ctx, m.devices.v[i]);
  *ret_left = left;
  return 0;
}
