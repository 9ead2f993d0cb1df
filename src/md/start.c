/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The session's beginning: sets whose members are there are assembled.
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
#include "gk-ops-mount.h"
#include "md/md-priv.h"
#include "mount/devices.h"
#include "op/ctx.h"
#include "op/task.h"

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

static int
look_at (struct members *m, char *const *devices)
{
  for (size_t i = 0; devices[i]; i++) {
    _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
    _cleanup_close_ int fd = open (devices[i], O_RDONLY | O_CLOEXEC);
    int ro = 0;
    if (fd == -1 || gk_fs_probe_fd (fd, &probe, NULL) == -1 ||
        strstr (probe.type, "_raid_member") == NULL)
      continue;
    if (gk_strv_push (&m->devices, devices[i]) == -1 || gk_strv_push (&m->sets, probe.uuid) == -1)
      return -1;
    m->readonly |= ioctl (fd, BLKROGET, &ro) == 0 && ro;
  }
  return 0;
}

static int
find_members (struct gk_ctx *ctx, struct members *m, struct gk_error *err)
{
  _cleanup_strv_ char **disks = NULL, **parts = NULL;

  if (gk_mount_list_devices (ctx, &disks, err) == -1 ||
      gk_mount_list_partitions (ctx, &parts, err) == -1)
    return -1;
  return look_at (m, disks) == -1 || look_at (m, parts) == -1 ? gk_error_oom (err) : 0;
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

/* One that does not run is no error: a disk of it may be missing. */
static void
assemble (struct gk_ctx *ctx, const struct gk_strv *args, char *const *devices)
{
  struct gk_error what = GK_ERROR_INIT;

  if (gk_md_run_on (ctx, args, devices, NULL, &what) == -1)
    gk_task_log (ctx->task, "md: %s", gk_error_msg (&what));
  gk_error_clear (&what);
}

static int
assemble_rest (struct gk_ctx *ctx, const struct gk_strv *args, const struct members *m)
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
      assemble (ctx, args, devices.v);
  }
  return 0;
}

int
gk_md_start (struct gk_ctx *ctx, struct gk_error *err)
{
  __attribute__ ((cleanup (members_clear))) struct members m = { GK_STRV_INIT, GK_STRV_INIT,
                                                                 false };
  _cleanup_gk_strv_ struct gk_strv args = GK_STRV_INIT;
  struct gk_error what = GK_ERROR_INIT;

  if (find_members (ctx, &m, err) == -1)
    return -1;
  if (m.devices.len == 0)
    return 0;
  if (gk_strv_push (&args, "--assemble") == -1 || gk_strv_push (&args, "--scan") == -1 ||
      gk_strv_push (&args, "--run") == -1 ||
      (m.readonly && gk_strv_push (&args, "--readonly") == -1))
    return gk_error_oom (err);
  int r = gk_md_need (ctx, &what);
  if (r == 0) {
    start_read_only (ctx);
    assemble (ctx, &args, NULL);
    r = assemble_rest (ctx, &args, &m) == -1 ? gk_error_oom (&what) : gk_md_sync (ctx, &what);
  }
  if (r == -1)
    gk_task_log (ctx->task, "md: %s", gk_error_msg (&what));
  gk_error_clear (&what);
  return 0;
}
