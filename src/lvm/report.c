/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* LVM's reports, in JSON: { "report": [ { "pv": [ { FIELD: VALUE ... } ] } ] }.
 *
 * All values are strings in the format "json", some are numbers in others; both
 * are taken.  What is in them comes from the guest's metadata. */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/struct.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "lvm/lvm-priv.h"
#include "op/ctx.h"
#include "op/task.h"

#define DEPTH_MAX 8

const char gk_lvm_hidden_too[] = "";

/* The report's own lines: between them LVM may say that it is "Retrying
 * metadata scan.", which is not to be told from stdout. */
static int
only_report (const char *text, size_t size, struct gk_buf *ret)
{
  while (size > 0) {
    const char *stop = memchr (text, '\n', size);
    size_t line = stop ? (size_t)(stop - text) + 1 : size;
    size_t blanks = 0;
    while (blanks < line && (text[blanks] == ' ' || text[blanks] == '\t'))
      blanks++;
    if (blanks < line && memchr ("{}[]\",", text[blanks], 6) &&
        gk_buf_append (ret, text, line) == -1)
      return -1;
    text += line;
    size -= line;
  }
  return 0;
}

static struct json_object *
parse_text (const char *text, size_t size)
{
  _cleanup_gk_buf_ struct gk_buf report = GK_BUF_INIT;

  if (size > INT_MAX || only_report (text, size, &report) == -1 || report.size == 0)
    return NULL;
  struct json_tokener *tok = json_tokener_new_ex (DEPTH_MAX);
  if (tok == NULL)
    return NULL;
  struct json_object *o = json_tokener_parse_ex (tok, report.data, (int)report.size);
  if (json_tokener_get_error (tok) != json_tokener_success) {
    json_object_put (o);
    o = NULL;
  }
  json_tokener_free (tok);
  return o;
}

static bool
are_rows (struct json_object *rows)
{
  if (!json_object_is_type (rows, json_type_array))
    return false;
  for (size_t i = 0; i < json_object_array_length (rows); i++)
    if (!json_object_is_type (json_object_array_get_idx (rows, i), json_type_object))
      return false;
  return true;
}

struct json_object *
gk_lvm_parse (const char *text, size_t size, const char *kind, struct gk_error *err)
{
  struct json_object *reports, *rows = NULL;

  struct json_object *root = text ? parse_text (text, size) : NULL;
  if (json_object_is_type (root, json_type_object) &&
      json_object_object_get_ex (root, "report", &reports) &&
      json_object_is_type (reports, json_type_array) && json_object_array_length (reports) == 1) {
    struct json_object *report = json_object_array_get_idx (reports, 0);
    if (json_object_is_type (report, json_type_object) &&
        json_object_object_get_ex (report, kind, &rows) && are_rows (rows))
      json_object_get (rows);
    else
      rows = NULL;
  }
  json_object_put (root);
  if (rows == NULL)
    gk_error_set (err, EPROTO, "the report of lvm cannot be read");
  return rows;
}

const char *
gk_lvm_field (struct json_object *row, const char *name)
{
  struct json_object *value;

  if (!json_object_object_get_ex (row, name, &value) || value == NULL ||
      json_object_is_type (value, json_type_object) || json_object_is_type (value, json_type_array))
    return "";
  const char *s = json_object_get_string (value);
  return s ? s : "";
}

/* LVM's unset and unlimited numbers: "" and -1. */
static int
number (const char *text, int64_t *ret)
{
  char *end;

  errno = 0;
  long long v = *text ? strtoll (text, &end, 10) : -1;
  if (*text && (*end != '\0' || end == text || errno != 0))
    return -1;
  *ret = v;
  return 0;
}

static int
fill_field (const char *text, const struct gk_field *field, void *at)
{
  uint64_t size = 0;
  char *end;

  switch (field->type) {
  case GK_FIELD_STRING:
  case GK_FIELD_DEVICE:
    *(char **)at = strdup (text);
    return *(char **)at ? 0 : -1;
  case GK_FIELD_UUID: {
    /* The 32 characters without the dashes between them. */
    size_t n = 0;
    memset (at, '\0', GK_UUID_LEN);
    for (; *text; text++)
      if (*text != '-' && n++ < GK_UUID_LEN)
        ((char *)at)[n - 1] = *text;
    errno = EPROTO;
    return n == GK_UUID_LEN || n == 0 ? 0 : -1;
  }
  case GK_FIELD_INT64:
    errno = EPROTO;
    return number (text, at);
  case GK_FIELD_BYTES:
  case GK_FIELD_UINT64:
    errno = EPROTO;
    if (*text && gk_parse_u64 (text, UINT64_MAX, &size) == -1)
      return -1;
    *(uint64_t *)at = size;
    return 0;
  case GK_FIELD_PERCENT:
    *(float *)at = *text ? strtof (text, &end) : -1;
    errno = EPROTO;
    return (*text && *end) || !isfinite (*(float *)at) ? -1 : 0;
  default:
    errno = EPROTO;
    return -1;
  }
}

int
gk_lvm_fill (struct json_object *row, const struct gk_struct *s, void *ret, struct gk_error *err)
{
  for (size_t i = 0; i < s->nfields; i++) {
    const struct gk_field *field = &s->fields[i];
    const char *text = gk_lvm_field (row, field->name);
    if (fill_field (text, field, (char *)ret + field->offset) == -1) {
      _cleanup_free_ char *shown = gk_escape (text, strlen (text), 80);
      if (errno == ENOMEM || shown == NULL)
        return gk_error_oom (err);
      return gk_error_set (err, EPROTO, "the report of lvm has ‘%s’ for %s", shown, field->name);
    }
  }
  return 0;
}

static struct json_object *
ask (struct gk_ctx *ctx, const char *command, const char *fields, const char *select,
     const char *object, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  const char *argv[16] = { command,      "--reportformat", "json", "--units", "b",
                           "--nosuffix", "--unbuffered",   "-o",   fields };
  size_t n = 9;

  if (select == GK_LVM_HIDDEN_TOO)
    argv[n++] = "-a";
  else if (select) {
    argv[n++] = "-S";
    argv[n++] = select;
  }
  if (object) {
    argv[n++] = "--";
    argv[n++] = object;
  }
  char *const *args = (char *const *)(void *)argv;
  if ((object ? gk_lvm_runv (ctx, args, &out, err) : gk_lvm_run_anyway (ctx, args, &out, err)) ==
      -1)
    return NULL;
  char kind[3] = { command[0], command[1], '\0' };
  return gk_lvm_parse (out.data, out.size, kind, err);
}

/* Each group by itself, without those that cannot be told of. */
static struct json_object *
ask_each (struct gk_ctx *ctx, const char *command, const char *fields, const char *select,
          struct gk_error *err)
{
  struct json_object *groups = ask (ctx, "vgs", "vg_name", NULL, NULL, err);
  struct json_object *all = groups ? json_object_new_array () : NULL;

  if (groups && all == NULL)
    gk_error_oom (err);
  for (size_t i = 0; all && i < json_object_array_length (groups); i++) {
    _cleanup_error_ struct gk_error what = GK_ERROR_INIT;
    const char *vg = gk_lvm_field (json_object_array_get_idx (groups, i), "vg_name");
    struct json_object *rows = ask (ctx, command, fields, select, vg, &what);
    if (rows == NULL)
      gk_task_log (ctx->task, "lvm %s: %s: %s", command, vg, gk_error_msg (&what));
    for (size_t j = 0; rows && j < json_object_array_length (rows); j++)
      json_object_array_add (all, json_object_get (json_object_array_get_idx (rows, j)));
    json_object_put (rows);
  }
  json_object_put (groups);
  return all;
}

struct json_object *
gk_lvm_ask (struct gk_ctx *ctx, const char *command, const char *fields, const char *select,
            const char *object, struct gk_error *err)
{
  struct gk_error what = GK_ERROR_INIT;
  struct json_object *rows = ask (ctx, command, fields, select, object, &what);

  if (rows)
    return rows;
  /* It has died, of one group's metadata. */
  if (what.errnum == EIO && object == NULL && gk_streq (command, "lvs")) {
    gk_error_clear (&what);
    return ask_each (ctx, command, fields, select, err);
  }
  if (err)
    gk_error_move (err, &what);
  gk_error_clear (&what);
  return NULL;
}
