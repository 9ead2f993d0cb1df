/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls that mount: mount, mount_ro, mount_options, mount_vfs; and the
 * folders to mount on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "fs/fs.h"
#include "gk-ops-mount.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"
#include "op/task.h"

const char *
gk_mount_kernel_type (struct gk_ctx *ctx, const struct gk_fs *fs)
{
  const char *type = gk_fs_kernel_type (fs);

  for (const char *const *p = fs->kernel_types; type == NULL && ctx->load_module && p && *p; p++) {
    _cleanup_free_ char *alias = gk_asprintf ("fs-%s", *p);
    if (alias && ctx->load_module (alias, NULL) == 0)
      type = gk_fs_kernel_type (fs);
  }
  return type;
}

/* Which row of the table, and which of the kernel's filesystems: NULL, when a
 * program serves it. */
static int
find_type (struct gk_ctx *ctx, const char *device, const char *asked,
           const struct gk_mount_options *options, const struct gk_fs **ret_fs,
           const char **ret_type, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  const char *name = asked;
  if (*asked == '\0' || gk_streq (asked, "auto")) {
    if (gk_fs_probe_device (device, &probe, err) == -1)
      return -1;
    name = probe.type;
    if (*name == '\0')
      return gk_error_set (err, EINVAL, "wrong fs type or bad superblock (nothing recognized)");
  }
  const struct gk_fs *fs = gk_fs_find (name);
  const char *type = fs ? gk_mount_kernel_type (ctx, fs) : NULL;
  if (fs == NULL || fs->kernel_types == NULL)
    return gk_error_set (err, ENODEV, "unknown filesystem type ‘%s’", name);
  /* Before anything is said of the kernel: this is what has to be done first. */
  if (fs->check_writable && !options->ro && !gk_mount_options_has (options, "force") &&
      fs->check_writable (device, ctx->task, err) == -1)
    return -1;
  if (type == NULL && !gk_mount_is_served (ctx, fs))
    return gk_error_set (err, ENODEV, "filesystem type ‘%s’ is not supported by this kernel", name);
  *ret_fs = fs;
  *ret_type = type;
  return 0;
}

static int
describe (int e, const char *type, const char *detail, struct gk_error *err)
{
  const char *between = detail ? ": " : "";
  if (detail == NULL)
    detail = "";
  switch (e) {
  case EINVAL:
  case EUCLEAN: /* what ext4 and xfs call EFSCORRUPTED */
  case EBADMSG:
    if (gk_after_prefix (detail, "bad option"))
      return gk_error_set (err, e, "%s (%s)", detail, type);
    return gk_error_set (err, e, "wrong fs type or bad superblock (%s%s%s)", type, between, detail);
  default:
    return gk_error_set (err, e, "%s (%s%s%s)", strerror (e), type, between, detail);
  }
}

/* mount(2) refuses to mount the same thing twice on one place; move_mount does
 * not. */
static int
check_not_there (struct gk_ctx *ctx, int target, const char *device, const char *mountpoint,
                 struct gk_error *err)
{
  uint64_t id;
  bool is_root;
  if (gk_mount_id (target, &id, &is_root) == -1 || !is_root)
    return 0;
  _cleanup_mount_list_ struct gk_mount_list list = GK_MOUNT_LIST_INIT;
  if (gk_mounts_read (ctx, &list, err) == -1)
    return -1;
  for (size_t i = 0; i < list.n; i++)
    if ((uint64_t)list.v[i].id == id && gk_streq (list.v[i].source, device))
      return gk_error_set (err, EBUSY, "%s already mounted on %s", device, mountpoint);
  return 0;
}

/* name is what the caller says for m. */
int
gk_mount_at (struct gk_ctx *ctx, const char *options, const char *vfstype, const char *name,
             const struct gk_mountable *m, const char *mountpoint, struct gk_error *err)
{
  _cleanup_mount_options_ struct gk_mount_options o = GK_MOUNT_OPTIONS_INIT;
  if (gk_mount_options_parse (options, &o, err) == -1)
    return -1;

  _cleanup_close_ int root = gk_mounts_open_root (ctx->mounts);
  if (root == -1)
    return gk_error_sys (err, errno, "opening the guest tree");
  _cleanup_close_ int target = gk_root_open_any (root, mountpoint, O_PATH | O_DIRECTORY, 0);
  if (target == -1) {
    if (errno == ENOENT || errno == ENOTDIR)
      return gk_error_set (err, errno, "%s: mount point is not a directory", mountpoint);
    return gk_error_sys (err, errno, "%s", mountpoint);
  }

  struct gk_mount_request request = {
    .device = m->device, .subvol = m->subvol, .options = &o, .target_fd = target
  };
  _cleanup_free_ char *detail = NULL;
  int r = check_not_there (ctx, target, m->device, mountpoint, err);
  if (r == 0)
    r = find_type (ctx, m->device, vfstype, &o, &request.fs, &request.type, err);
  if (r == 0 && m->subvol && !gk_streq (request.fs->name, "btrfs"))
    r = gk_error_set (err, EINVAL, "not a btrfs filesystem");
  if (r == 0 && gk_streq (request.fs->name, "btrfs"))
    gk_btrfs_gather (ctx, m->device);
  if (r == 0 && request.type == NULL)
    r = gk_served_mount (ctx, &request, err);
  else if (r == 0 && gk_kernel_mount (&request, &detail) == -1)
    r = describe (errno, request.type, detail, err);
  if (r == -1)
    return gk_error_wrap (err, "%s on %s", name, mountpoint);
  gk_task_log (ctx->task, "mount: %s on %s type %s", name, mountpoint,
               request.type ? request.type : request.fs->server);
  return gk_mounts_take_root (ctx, err);
}

static int
do_mount (struct gk_ctx *ctx, const char *options, const char *vfstype, const char *mountable,
          const char *mountpoint, struct gk_error *err)
{
  _cleanup_mountable_ struct gk_mountable m = GK_MOUNTABLE_INIT;
  if (gk_devices_parse_mountable (ctx->devices, mountable, &m, err) == -1)
    return -1;
  return gk_mount_at (ctx, options, vfstype, mountable, &m, mountpoint, err);
}

int
gk_mount_mount (struct gk_ctx *ctx, const char *mountable, const char *mountpoint,
                struct gk_error *err)
{
  return do_mount (ctx, "", "", mountable, mountpoint, err);
}

int
gk_mount_mount_ro (struct gk_ctx *ctx, const char *mountable, const char *mountpoint,
                   struct gk_error *err)
{
  return do_mount (ctx, "ro", "", mountable, mountpoint, err);
}

int
gk_mount_mount_options (struct gk_ctx *ctx, const char *options, const char *mountable,
                        const char *mountpoint, struct gk_error *err)
{
  return do_mount (ctx, options, "", mountable, mountpoint, err);
}

int
gk_mount_mount_vfs (struct gk_ctx *ctx, const char *options, const char *vfstype,
                    const char *mountable, const char *mountpoint, struct gk_error *err)
{
  return do_mount (ctx, options, vfstype, mountable, mountpoint, err);
}

/* Folders to mount on may be made before anything is mounted; then they are
 * in the small tmpfs that lies under the guest tree. */
static int
at_mountpoint (struct gk_ctx *ctx, const char *path, bool make, struct gk_error *err)
{
  if (path[0] != '/')
    return gk_error_set (err, EINVAL, "path must start with a / character");
  _cleanup_close_ int root = gk_mounts_open_root (ctx->mounts);
  char name[NAME_MAX + 1];
  _cleanup_close_ int parent = root == -1 ? -1 : gk_root_parent (root, path, name);
  if (parent == -1 ||
      (make ? mkdirat (parent, name, 0777) : unlinkat (parent, name, AT_REMOVEDIR)) == -1)
    return gk_error_sys (err, errno, "%s", path);
  return 0;
}

int
gk_mount_mkmountpoint (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return at_mountpoint (ctx, path, true, err);
}

int
gk_mount_rmmountpoint (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  return at_mountpoint (ctx, path, false, err);
}
