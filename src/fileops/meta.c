/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Attributes of one path: mode, owner, times, and copying them. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* The object itself, as a descriptor that can be named in /proc. */
static int
open_object (struct gk_ctx *ctx, const char *path, int flags)
{
  return gk_root_open_any (ctx->root_fd, path, O_PATH | flags, 0);
}

int
gk_fileops_chmod (struct gk_ctx *ctx, int mode, const char *path, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  char proc[32];

  if (mode < 0)
    return gk_error_set (err, EINVAL, "%s: mode is negative", path);
  fd = open_object (ctx, path, 0);
  /* fchmod does not take O_PATH descriptors. */
  if (fd == -1 || chmod (gk_fd_path (fd, proc), (mode_t)mode & 07777) == -1)
    return gk_error_sys (err, errno, "%s: 0%o", path, (unsigned)mode);
  return 0;
}

static int
change_owner (struct gk_ctx *ctx, int owner, int group, const char *path, int flags,
              struct gk_error *err)
{
  _cleanup_close_ int fd = open_object (ctx, path, flags);

  if (fd == -1 || fchownat (fd, "", (uid_t)owner, (gid_t)group, AT_EMPTY_PATH) == -1)
    return gk_error_sys (err, errno, "%s: %d.%d", path, owner, group);
  return 0;
}

int
gk_fileops_chown (struct gk_ctx *ctx, int owner, int group, const char *path, struct gk_error *err)
{
  return change_owner (ctx, owner, group, path, 0, err);
}

int
gk_fileops_lchown (struct gk_ctx *ctx, int owner, int group, const char *path, struct gk_error *err)
{
  return change_owner (ctx, owner, group, path, O_NOFOLLOW, err);
}

/* Nanoseconds of -1 mean now, of -2 mean leave as it is. */
static struct timespec
make_time (int64_t secs, int64_t nsecs)
{
  struct timespec t = { .tv_sec = secs };

  t.tv_nsec = nsecs == -1 ? UTIME_NOW : nsecs == -2 ? UTIME_OMIT : nsecs;
  /* The kernel's own words for these must not come in from outside. */
  if (nsecs < -2 || nsecs > 999999999)
    t.tv_nsec = -1;
  return t;
}

int
gk_fileops_utimens (struct gk_ctx *ctx, const char *path, int64_t atsecs, int64_t atnsecs,
                    int64_t mtsecs, int64_t mtnsecs, struct gk_error *err)
{
  struct timespec times[2] = { make_time (atsecs, atnsecs), make_time (mtsecs, mtnsecs) };
  char name[GK_FO_NAME_SIZE];
  _cleanup_close_ int dir = -1;
  size_t n = strlen (path);

  /* A symlink's own times, unless a slash behind it says its target. */
  if (n > 1 && path[n - 1] == '/') {
    char proc[32];
    _cleanup_close_ int fd = open_object (ctx, path, 0);

    if (fd == -1 || utimensat (AT_FDCWD, gk_fd_path (fd, proc), times, 0) == -1)
      return gk_fo_fail (err, errno, "utimensat", path);
    return 0;
  }
  dir = gk_fo_parent (ctx, path, name, "utimensat", err);
  if (dir == -1)
    return -1;
  if (utimensat (dir, name, times, AT_SYMLINK_NOFOLLOW) == -1)
    return gk_fo_fail (err, errno, "utimensat", path);
  return 0;
}
