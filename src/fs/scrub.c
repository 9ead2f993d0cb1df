/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Patterns over what was on a device, in a file or in free space, by scrub(1). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

#define PACKAGE "scrub"

int
gk_fs_scrub_device (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  if (gk_fs_check_free (device, err) == -1)
    return -1;
  /* It would not do so a second time by itself. */
  if (gk_fs_run (ctx, GK_LIST ("scrub", "--force", device), PACKAGE, 0, NULL, err) == -1)
    return -1;
  return ctx->table_changed ? ctx->table_changed (ctx, device, err) : 0;
}

/* The tool gets what the path-root found and cannot remove that; it is removed
 * here, if it still has the name.  Of a link it is the file that goes, as in libguestfs. */
int
gk_fs_scrub_file (struct gk_ctx *ctx, const char *file, struct gk_error *err)
{
  char name[NAME_MAX + 1], text[32];
  _cleanup_free_ char *real = NULL;
  struct stat st, named;

  if (gk_root_realpath (ctx->root_fd, file, &real) == -1)
    return gk_error_sys (err, errno, "%s", file);
  _cleanup_close_ int dir = gk_root_parent (ctx->root_fd, real, name);
  _cleanup_close_ int fd =
      dir == -1 ? -1 : gk_root_open (ctx->root_fd, real, O_RDWR | O_NOFOLLOW, 0);
  if (fd == -1 || fstat (fd, &st) == -1)
    return gk_error_sys (err, errno, "%s", file);
  if (!S_ISREG (st.st_mode))
    return gk_error_set (err, EINVAL, "%s: is not a file", file);
  gk_fd_path (fd, text);
  /* There is nothing to overwrite in an empty one, which the tool refuses. */
  if (st.st_size > 0 && gk_fs_run_at (ctx, GK_LIST ("scrub", "--force", "--no-signature", text),
                                      PACKAGE, 0, fd, file, NULL, err) == -1)
    return -1;
  if (fstatat (dir, name, &named, AT_SYMLINK_NOFOLLOW) == -1 || named.st_ino != st.st_ino ||
      named.st_dev != st.st_dev || unlinkat (dir, name, 0) == -1)
    return gk_error_sys (err, errno, "%s: removing it", file);
  return 0;
}

int
gk_fs_scrub_freespace (struct gk_ctx *ctx, const char *dir, struct gk_error *err)
{
  char name[NAME_MAX + 1], text[32];

  _cleanup_close_ int parent = gk_root_parent (ctx->root_fd, dir, name);
  if (parent == -1)
    return gk_error_sys (err, errno, "%s", dir);
  if (mkdirat (parent, name, 0700) == -1)
    return gk_error_sys (err, errno, "%s", dir);
  _cleanup_close_ int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  _cleanup_free_ char *inner = fd == -1 ? NULL : gk_asprintf ("%s/free", gk_fd_path (fd, text));
  int r = -1;
  if (fd == -1)
    gk_error_sys (err, errno, "%s", dir);
  else if (inner == NULL)
    gk_error_oom (err);
  else
    r = gk_fs_run_at (ctx, GK_LIST ("scrub", "--freespace", inner), PACKAGE, 0, fd, dir, NULL, err);
  if (r == -1 && fd != -1) { /* it was killed: what it made is full of patterns */
    _cleanup_close_ int made = openat (fd, "free", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    for (unsigned i = 0; made != -1 && i < 1000; i++) {
      char part[32];
      snprintf (part, sizeof part, "scrub.%03u", i);
      if (unlinkat (made, part, 0) == -1)
        break;
    }
    unlinkat (fd, "free", AT_REMOVEDIR);
  }
  if (unlinkat (parent, name, AT_REMOVEDIR) == -1 && r != -1)
    return gk_error_sys (err, errno, "%s: removing it", dir);
  return r == -1 ? -1 : 0;
}
