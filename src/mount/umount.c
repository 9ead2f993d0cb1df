/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that unmount, flush, and tell what is mounted. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-mount.h"
#include "exec/service.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

static void
nap (int ms)
{
  struct timespec ts = { ms / 1000, (ms % 1000) * 1000000L };
  nanosleep (&ts, NULL);
}

/* umount2 of a guest path by way of a descriptor of its parent, so that no
 * symlink can come between. */
static int
unmount_at (const struct gk_mounts *mounts, const char *point, int flags)
{
  if (gk_streq (point, "/"))
    return umount2 (mounts->sysroot, flags | UMOUNT_NOFOLLOW);
  char name[NAME_MAX + 1], path[PATH_MAX], link[32];
  _cleanup_close_ int root = gk_mounts_open_root (mounts);
  _cleanup_close_ int parent = root == -1 ? -1 : gk_root_parent (root, point, name);
  if (parent == -1)
    return -1;
  snprintf (path, sizeof path, "%s/%s", gk_fd_path (parent, link), name);
  return umount2 (path, flags | UMOUNT_NOFOLLOW);
}

/* Writes are reported here, by syncfs, or never: umount has no error for them. */
static int
flush_mount (const struct gk_mounts *mounts, const char *point)
{
  _cleanup_close_ int root = gk_mounts_open_root (mounts);
  _cleanup_close_ int fd = root == -1 ? -1 : gk_root_open (root, point, O_RDONLY | O_DIRECTORY, 0);
  if (fd == -1)
    return -1;
  return syncfs (fd);
}

static void
quiet (const struct gk_mounts *mounts, const char *point)
{
  _cleanup_close_ int root = gk_mounts_open_root (mounts);
  _cleanup_close_ int fd = root == -1 ? -1 : gk_root_open (root, point, O_RDONLY | O_DIRECTORY, 0);
  if (fd != -1)
    gk_btrfs_quiet (fd);
}

int
gk_mounts_unmount (struct gk_ctx *ctx, const struct gk_mount *m, int flags, int patience_ms,
                   struct gk_error *err)
{
  const int step_ms = 20;
  gk_mounts_drop_root (ctx);
  if (gk_streq (m->point, "/")) { /* it is where they are */
    gk_service_stop (&ctx->augeas);
    gk_service_stop (&ctx->hivex);
    gk_service_stop (&ctx->journal);
  }
  int flushed = flags & MNT_DETACH ? 0 : flush_mount (ctx->mounts, m->point);
  int flush_errno = errno;
  if (gk_streq (m->type, "btrfs"))
    quiet (ctx->mounts, m->point);
  while (unmount_at (ctx->mounts, m->point, flags) == -1) {
    if (errno != EBUSY || patience_ms <= 0)
      return gk_error_set (err, errno, "%s: %s", m->point,
                           errno == EBUSY    ? "target is busy"
                           : errno == EINVAL ? "not mounted"
                                             : strerror (errno));
    nap (step_ms);
    patience_ms -= step_ms;
  }
  if (gk_streq (m->type, "btrfs"))
    gk_btrfs_forget (ctx, m->source);
  if (flushed == -1 && flush_errno != EROFS)
    return gk_error_sys (err, flush_errno, "%s: writing out %s", m->point, m->source);
  return 0;
}

/* The topmost mount that the path or device names. */
static const struct gk_mount *
find_mount (struct gk_ctx *ctx, const struct gk_mount_list *list, const char *what,
            struct gk_error *err)
{
  bool is_device = gk_after_prefix (what, "/dev/") != NULL;
  _cleanup_free_ char *device = NULL;
  uint64_t id = 0;
  bool is_root = false;
  if (is_device) {
    if (gk_devices_resolve (ctx->devices, what, &device, err) == -1)
      return NULL;
  } else {
    _cleanup_close_ int root = gk_mounts_open_root (ctx->mounts);
    _cleanup_close_ int fd = root == -1 ? -1 : gk_root_open_any (root, what, O_PATH, 0);
    if (fd == -1 || gk_mount_id (fd, &id, &is_root) == -1) {
      gk_error_sys (err, errno, "%s", what);
      return NULL;
    }
  }
  for (size_t i = list->n; i > 0; i--) {
    const struct gk_mount *m = &list->v[i - 1];
    if (is_device ? gk_streq (m->source, device) : is_root && (uint64_t)m->id == id)
      return m;
  }
  gk_error_set (err, EINVAL, "%s: not mounted", what);
  return NULL;
}

int
gk_mount_umount (struct gk_ctx *ctx, const char *what, const struct guestfs_umount_opts_argv *opt,
                 struct gk_error *err)
{
  int flags = 0;
  if (opt && (opt->bitmask & GUESTFS_UMOUNT_OPTS_FORCE_BITMASK) && opt->force)
    flags |= MNT_FORCE;
  if (opt && (opt->bitmask & GUESTFS_UMOUNT_OPTS_LAZYUNMOUNT_BITMASK) && opt->lazyunmount)
    flags |= MNT_DETACH;
  _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
  if (gk_mounts_read (ctx, &list, err) == -1)
    return -1;
  const struct gk_mount *m = find_mount (ctx, &list, what, err);
  if (m == NULL)
    return -1;
  int r = gk_mounts_unmount (ctx, m, flags, flags ? 0 : 300, err);
  struct gk_error ignored = GK_ERROR_INIT;
  if (gk_mounts_take_root (ctx, r == 0 ? err : &ignored) == -1)
    r = -1;
  gk_error_clear (&ignored);
  return r;
}

static size_t
depth (const char *point)
{
  return gk_streq (point, "/") ? 0 : strlen (point);
}

int
gk_mount_umount_all (struct gk_ctx *ctx, struct gk_error *err)
{
  int r = 0;
  for (;;) {
    _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
    if (gk_mounts_read (ctx, &list, err) == -1)
      return -1;
    if (list.n == 0)
      break;
    /* The longest path first, and on one place the last first. */
    const struct gk_mount *m = &list.v[0];
    for (size_t i = 1; i < list.n; i++)
      if (depth (list.v[i].point) >= depth (m->point))
        m = &list.v[i];
    uint64_t before = list.n;
    if (gk_mounts_unmount (ctx, m, 0, 2000, err) == -1) {
      r = -1;
      /* An error of writing out leaves nothing mounted there: go on. */
      _cleanup_mount_list_ struct gk_mount_list after = GK_MOUNT_LIST_INIT;
      struct gk_error ignored = GK_ERROR_INIT;
      int read = gk_mounts_read (ctx, &after, &ignored);
      gk_error_clear (&ignored);
      if (read == -1 || after.n >= before)
        break;
    }
  }
  struct gk_error ignored = GK_ERROR_INIT;
  if (gk_mounts_take_root (ctx, r == 0 ? err : &ignored) == -1)
    r = -1;
  gk_error_clear (&ignored);
  return r;
}

static int
list_mounts (struct gk_ctx *ctx, bool with_points, char ***ret_list, struct gk_error *err)
{
  _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
  if (gk_mounts_read (ctx, &list, err) == -1)
    return -1;
  _cleanup_gk_strv_ struct gk_strv out = GK_STRV_INIT;
  for (size_t i = 0; i < list.n; i++)
    if (gk_strv_push (&out, list.v[i].source) == -1 ||
        (with_points && gk_strv_push (&out, list.v[i].point) == -1))
      return gk_error_oom (err);
  char **v = gk_strv_finish (&out);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_list = v;
  return 0;
}

int
gk_mount_mounts (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return list_mounts (ctx, false, ret_list, err);
}

int
gk_mount_mountpoints (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return list_mounts (ctx, true, ret_list, err);
}

int
gk_mount_sync (struct gk_ctx *ctx, struct gk_error *err)
{
  /* Never sync(2): that would wait for all disks of the host. */
  _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
  if (gk_mounts_read (ctx, &list, err) == -1)
    return -1;
  int r = 0;
  for (size_t i = 0; i < list.n; i++)
    if (flush_mount (ctx->mounts, list.v[i].point) == -1 && errno != EROFS)
      r = gk_error_sys (err, errno, "%s: writing out %s", list.v[i].point, list.v[i].source);
  if (gk_devices_flush (ctx->devices, err) == -1)
    r = -1;
  return r;
}
