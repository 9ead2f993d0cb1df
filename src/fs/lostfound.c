/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* lost+found, whose blocks are set aside before a check has need of them: names
 * are made in it until it is large enough, and removed.  mklost+found(8) does it
 * in its own folder only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "fs/fs-priv.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"
#include "op/task.h"

#define NAME "lost+found"
#define SET_ASIDE (16 << 10)
#define NAMES_MAX 1000

static const char *
name_of (unsigned i, char name[256])
{
  snprintf (name, 256, "%0250u", i); /* long ones: few are needed */
  return name;
}

int
gk_fs_mklost_and_found (struct gk_ctx *ctx, const char *mountpoint, struct gk_error *err)
{
  char name[256];
  struct stat st;
  unsigned n = 0;
  int r = 0;

  _cleanup_close_ int at = gk_root_open (ctx->root_fd, mountpoint, O_RDONLY | O_DIRECTORY, 0);
  if (at == -1)
    return gk_error_sys (err, errno, "%s", mountpoint);
  if (mkdirat (at, NAME, 0700) == -1)
    return gk_error_sys (err, errno, "%s: %s", mountpoint, NAME);
  _cleanup_close_ int dir = openat (at, NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (dir == -1)
    return gk_error_sys (err, errno, "%s: %s", mountpoint, NAME);
  /* A filesystem that keeps its folders otherwise has enough of them some time. */
  while (r == 0 && n < NAMES_MAX && fstat (dir, &st) == 0 && st.st_size < SET_ASIDE) {
    int fd = openat (dir, name_of (n, name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd == -1)
      r = gk_error_sys (err, errno, "%s: %s", mountpoint, NAME);
    else
      close (fd);
    n++;
  }
  while (n > 0)
    unlinkat (dir, name_of (--n, name), 0);
  return r;
}
