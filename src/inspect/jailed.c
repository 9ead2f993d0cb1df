/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A look at a guest's tree from inside the jail, and its report out of it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/strv.h"
#include "exec/converters.h"
#include "exec/jail.h"
#include "inspect/inspect-priv.h"
#include "op/ctx.h"

/* The text of the report: a few KiB for a system, 20 MiB for all packages of a
 * large one. */
#define REPORT_MAX (64u << 20)
#define LOOK_TIMEOUT_MS 60000
#define LOOK_MEMORY (UINT64_C (1) << 30)
/* Nothing that we make is nested deeper. */
#define REPORT_DEPTH 16

void
gk_json_put (struct json_object **o)
{
  json_object_put (*o);
}

const char *
gk_json_str (struct json_object *o, const char *key)
{
  struct json_object *v;

  return json_object_object_get_ex (o, key, &v) && json_object_is_type (v, json_type_string)
             ? json_object_get_string (v)
             : NULL;
}

void
gk_json_add_str (struct json_object *o, const char *key, const char *value)
{
  if (value && *value)
    json_object_object_add (o, key, json_object_new_string (value));
}

struct look {
  gk_inspect_prepare_fn *prepare;
  gk_inspect_fn *fn;
  void *opaque;
};

static int
in_jail (void *opaque, int out_fd, struct gk_error *err)
{
  struct look *look = opaque;
  _cleanup_json_ struct json_object *report = json_object_new_object ();
  const char *text;

  if (report == NULL)
    return gk_error_oom (err);
  if (look->fn (report, look->opaque, err) == -1)
    return -1;
  text = json_object_to_json_string_ext (report, JSON_C_TO_STRING_PLAIN);
  if (text == NULL)
    return gk_error_oom (err);
  if (gk_write_full (out_fd, text, strlen (text)) == -1)
    return gk_error_sys (err, errno, "inspection: report");
  return 0;
}

/* Who wrote the report had read what a guest wrote. */
static struct json_object *
parse (const struct gk_buf *text)
{
  struct json_tokener *tok = json_tokener_new_ex (REPORT_DEPTH);
  struct json_object *report;

  if (tok == NULL)
    return NULL;
  report = json_tokener_parse_ex (tok, text->data, (int)text->size);
  json_tokener_free (tok);
  if (!json_object_is_type (report, json_type_object)) {
    json_object_put (report);
    return NULL;
  }
  return report;
}

static int
prepare_look (void *opaque, struct gk_error *err)
{
  struct look *look = opaque;

  return look->prepare ? look->prepare (look->opaque, err) : 0;
}

int
gk_inspect_prepared (struct gk_ctx *ctx, int root_fd, gk_inspect_prepare_fn *prepare,
                     gk_inspect_fn *fn, void *opaque, struct json_object **ret_report,
                     struct gk_error *err)
{
  struct look look = { .prepare = prepare, .fn = fn, .opaque = opaque };
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  const struct gk_jail jail = {
    .root_fd = root_fd,
    .caps = GK_CAP (DAC_READ_SEARCH),
    .timeout_ms = LOOK_TIMEOUT_MS,
    .max_memory = LOOK_MEMORY,
    .task = ctx->task,
    .prepare = prepare_look,
  };
  struct gk_converters converters; /* hivex wants them */
  gk_converters_open (&converters);
  int r = gk_jail_ask (&jail, in_jail, &look, REPORT_MAX, &text, err);
  gk_converters_close (&converters);
  if (r == -1)
    return -1;
  *ret_report = parse (&text);
  if (*ret_report == NULL)
    return gk_error_set (err, 0, "inspection: the report is not understood");
  return 0;
}

int
gk_inspect_jailed (struct gk_ctx *ctx, int root_fd, gk_inspect_fn *fn, void *opaque,
                   struct json_object **ret_report, struct gk_error *err)
{
  return gk_inspect_prepared (ctx, root_fd, NULL, fn, opaque, ret_report, err);
}

int
gk_inspect_in_system (struct gk_ctx *ctx, struct json_object *finding, gk_inspect_fn *fn,
                      void *opaque, struct json_object **ret_report, struct gk_error *err)
{
  const char *folder = gk_json_str (finding, "deployment");

  if (folder == NULL)
    return gk_inspect_jailed (ctx, ctx->root_fd, fn, opaque, ret_report, err);
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, folder, O_PATH | O_DIRECTORY, 0);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", folder);
  return gk_inspect_jailed (ctx, fd, fn, opaque, ret_report, err);
}
