/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* file_architecture. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/pathroot.h"
#include "gk-ops-inspect.h"
#include "inspect/inspect-priv.h"
#include "inspect/kinds.h"
#include "inspect/packed.h"
#include "op/ctx.h"

struct job {
  const char *path;
  struct gk_look_packed packed; /* in the child that needs it */
};

static int
look (struct json_object *report, void *opaque, struct gk_error *err)
{
  const struct job *job = opaque;

  gk_json_add_str (report, "arch", gk_look_file_arch (job->path));
  gk_json_add_str (report, "packed", gk_look_is_packed (job->path) ? "yes" : NULL);
  return 0;
}

static int
load (void *opaque, struct gk_error *err)
{
  struct job *job = opaque;

  return gk_look_packed_load (&job->packed, err);
}

static int
look_inside (struct json_object *report, void *opaque, struct gk_error *err)
{
  const struct job *job = opaque;

  gk_json_add_str (report, "arch", gk_look_packed_arch (&job->packed, job->path));
  return 0;
}

int
gk_inspect_file_architecture (struct gk_ctx *ctx, const char *path, char **ret_string,
                              struct gk_error *err)
{
  _cleanup_json_ struct json_object *report = NULL;
  struct job job = { .path = path };
  struct stat st;

  if (gk_root_stat (ctx->root_fd, path, &st) == -1)
    return gk_error_sys (err, errno, "%s", path);
  if (gk_inspect_jailed (ctx, ctx->root_fd, look, &job, &report, err) == -1)
    return gk_error_wrap (err, "%s", path);
  if (gk_json_str (report, "packed")) {
    gk_json_put (&report);
    report = NULL;
    if (gk_inspect_prepared (ctx, ctx->root_fd, load, look_inside, &job, &report, err) == -1)
      return gk_error_wrap (err, "%s", path);
  }
  const char *arch = gk_json_str (report, "arch");
  if (arch == NULL)
    return gk_error_set (err, 0, "unknown architecture: %s", path);
  char *s = strdup (arch);
  if (s == NULL)
    return gk_error_oom (err);
  *ret_string = s;
  return 0;
}
