/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* An empty directory of the session. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "forensics/forensics-priv.h"
#include "op/ctx.h"

int
gk_fx_nothing (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_free_ char *path = gk_asprintf ("%s/nothing", ctx->tmpdir);

  if (path == NULL)
    return gk_error_oom (err);
  if (mkdir (path, 0555) == -1 && errno != EEXIST)
    return gk_error_sys (err, errno, "%s", path);
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd == -1 ? gk_error_sys (err, errno, "%s", path) : fd;
}
