/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* debug_upload, internal_upload: files for the worker, in a folder of their own.
 *
 * libguestfs writes them anywhere in its appliance.  Here "anywhere" would be this
 * machine, and even the session's folder has what other parts of the worker rely on,
 * so the name is one component, and what the folder holds is limited: it may stand on
 * memory. */
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
#include "debug/debug-priv.h"
#include "gk-ops-debug.h"
#include "op/ctx.h"
#include "op/stream.h"

#define FILE_MAX (UINT64_C (64) << 20)
#define CHUNK 8192

static char *
folder (struct gk_ctx *ctx)
{
  return gk_asprintf ("%s/uploads", ctx->tmpdir);
}

int
gk_debug_make_folder (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_free_ char *path = folder (ctx);

  if (path == NULL)
    return gk_error_oom (err);
  if (mkdir (path, 0700) == -1 && errno != EEXIST)
    return gk_error_sys (err, errno, "mkdir: %s", path);
  return 0;
}

/* The rest behind a folder's name, when that is the folder or below it. */
static const char *
below (const char *path, const char *folder_name)
{
  const char *rest = gk_after_prefix (path, folder_name);

  return rest && (*rest == '\0' || *rest == '/') ? rest : NULL;
}

int
gk_debug_own_path (struct gk_ctx *ctx, const char *path, char **ret_path, struct gk_error *err)
{
  const char *rest = below (path, "/tmp");

  if (gk_path_has_dotdot (path) || (rest == NULL && below (path, "/dev") == NULL))
    return gk_error_set (err, EPERM,
                         "%s: only the session's own /dev and /tmp are shown: the guest's files "
                         "are listed by 'ls' and 'll'",
                         path);
  _cleanup_free_ char *own = folder (ctx);
  *ret_path = own == NULL ? NULL : rest ? gk_asprintf ("%s%s", own, rest) : strdup (path);
  return *ret_path ? 0 : gk_error_oom (err);
}

static int
open_new (struct gk_ctx *ctx, const char *tmpname, struct gk_error *err)
{
  const char *rest = below (tmpname, "/tmp");
  const char *name = rest && *rest ? rest + 1 : tmpname;
  _cleanup_free_ char *own = folder (ctx);

  if (*name == '\0' || strchr (name, '/') || gk_streq (name, ".") || gk_streq (name, ".."))
    return gk_error_set (err, EINVAL, "%s: give a name without folders, or /tmp/NAME", tmpname);
  if (gk_debug_make_folder (ctx, err) == -1)
    return -1;
  if (own == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int dir = open (own, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int fd = dir == -1
               ? -1
               : openat (dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  return fd == -1 ? gk_error_sys (err, errno, "%s", tmpname) : fd;
}

int
gk_debug_debug_upload (struct gk_ctx *ctx, struct gk_source *filename, const char *tmpname,
                       int mode, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  uint64_t size;

  if (mode < 0 || mode > 07777)
    return gk_error_set (err, EINVAL, "%s: mode is not between 0 and 07777", tmpname);
  fd = open_new (ctx, tmpname, err);
  if (fd == -1)
    return -1;
  if (gk_source_to_fd (filename, fd, FILE_MAX + 1, ctx->task, &size, err) == -1)
    gk_error_wrap (err, "%s", tmpname);
  else if (size > FILE_MAX)
    gk_error_set (err, EFBIG, "%s: is larger than 64 MiB", tmpname);
  else if (fchmod (fd, (mode_t)mode) == -1)
    gk_error_sys (err, errno, "%s: chmod", tmpname);
  else
    return 0;
  /* Half a file is none; its room comes back at once, its name with the session. */
  return ftruncate (fd, 0), -1;
}

int
gk_debug_internal_upload (struct gk_ctx *ctx, struct gk_source *filename, const char *tmpname,
                          int mode, struct gk_error *err)
{
  return gk_debug_debug_upload (ctx, filename, tmpname, mode, err);
}

/* What a worker looks like that ends while its client still sends. */
int
gk_debug_internal_rhbz914931 (struct gk_ctx *ctx, struct gk_source *filename, int count,
                              struct gk_error *err)
{
  static char buf[CHUNK];

  if (count < 0)
    return gk_error_set (err, EINVAL, "count is negative");
  for (int64_t left = (int64_t)count * CHUNK; left > 0;) {
    ssize_t n = gk_source_read (filename, buf, sizeof buf, err);
    if (n == -1)
      return -1;
    if (n == 0)
      return gk_error_set (err, EINVAL, "the file is shorter than %d pieces", count);
    left -= n;
  }
  _exit (EXIT_FAILURE);
}
