/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the service: libaugeas carries out the requests. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "augeas/augeas-priv.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/jail.h"

#define TIMEOUT_MS (5 * 60 * 1000)
/* aug_init has flags that print, or that close where we ask for the reason. */
#define FLAGS_MASK                                                                                 \
  (AUG_SAVE_BACKUP | AUG_SAVE_NEWFILE | AUG_TYPE_CHECK | AUG_NO_STDINC | AUG_SAVE_NOOP |           \
   AUG_NO_MODL_AUTOLOAD | AUG_ENABLE_SPAN)

#define FILE_ERRORS "/augeas/files//error[. != 'parse_failed']"

/* --- errors ------------------------------------------------------------------- */

/* What augeas says of its last failure behind what was asked of it. */
static int
failed (struct gk_augeas *ga, const char *what, struct gk_error *err)
{
  const char *minor, *details;

  if (ga->lib.aug_error (ga->handle) == AUG_ENOMEM)
    return gk_error_oom (err);
  minor = ga->lib.aug_error_minor_message (ga->handle);
  details = ga->lib.aug_error_details (ga->handle);
  return gk_error_set (err, 0, "%s: %s%s%s%s%s", what, ga->lib.aug_error_message (ga->handle),
                       minor ? ": " : "", minor ? minor : "", details ? ": " : "",
                       details ? details : "");
}

static const char *
value_of (struct gk_augeas *ga, const char *node, const char *below)
{
  _cleanup_free_ char *path = gk_asprintf ("%s/%s", node, below);
  const char *value = NULL;

  return path && ga->lib.aug_get (ga->handle, path, &value) == 1 ? value : NULL;
}

/* A file that could not be written leaves its error in the tree, as do those that
 * could not be read before. */
static int
failed_with_file (struct gk_augeas *ga, const char *what, struct gk_error *err)
{
  char **errors = NULL;
  int n = ga->lib.aug_error (ga->handle) == AUG_NOERROR
              ? ga->lib.aug_match (ga->handle, FILE_ERRORS, &errors)
              : 0;

  if (n <= 0)
    return failed (ga, what, err);
  const char *kind = NULL, *message = value_of (ga, errors[0], "message");
  const char *file = gk_after_prefix (errors[0], "/augeas");
  ga->lib.aug_get (ga->handle, errors[0], &kind);
  gk_error_set (err, 0, "%s: %.*s: %s%s%s", what, (int)(strlen (file) - strlen ("/error")), file,
                kind ? kind : "failed", message ? ": " : "", message ? message : "");
  for (int i = 0; i < n; i++)
    free (errors[i]);
  free (errors);
  return -1;
}

/* --- requests ------------------------------------------------------------------- */

static int
put_number (struct gk_buf *reply, int64_t n, struct gk_error *err)
{
  return gk_words_addi (reply, n) == -1 ? gk_error_oom (err) : 0;
}

static int
put_text (struct gk_buf *reply, const char *s, struct gk_error *err)
{
  return gk_words_adds (reply, s) == -1 ? gk_error_oom (err) : 0;
}

/* The arguments of a request, and the same for messages. */
struct args {
  const char *v[3];
  char *what;
};

typedef int request_fn (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply,
                        struct gk_error *err);

static int
do_clear (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  return ga->lib.aug_set (ga->handle, a->v[0], NULL) == -1 ? failed (ga, a->what, err) : 0;
}

static int
do_defnode (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  int created = 0, n = ga->lib.aug_defnode (ga->handle, a->v[0], a->v[1], a->v[2], &created);

  if (n == -1)
    return failed (ga, a->what, err);
  return put_number (reply, n, err) == -1 ? -1 : put_number (reply, created, err);
}

static int
do_defvar (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  int n = ga->lib.aug_defvar (ga->handle, a->v[0], a->v[1]);

  return n == -1 ? failed (ga, a->what, err) : put_number (reply, n, err);
}

static int
do_get (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  const char *value = NULL;
  int r = ga->lib.aug_get (ga->handle, a->v[0], &value);

  if (r == 0)
    return gk_error_set (err, 0, "no matching node");
  if (r != 1)
    return failed (ga, a->what, err);
  if (value == NULL)
    return gk_error_set (err, 0, "Augeas returned NULL match");
  return put_text (reply, value, err);
}

static int
do_insert (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  int before = gk_streq (a->v[2], "1");

  if (ga->lib.aug_insert (ga->handle, a->v[0], a->v[1], before) == 0)
    return 0;
  _cleanup_free_ char *what =
      gk_asprintf ("aug_insert: %s: %s [before=%d]", a->v[0], a->v[1], before);
  return what ? failed (ga, what, err) : gk_error_oom (err);
}

static int
do_label (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  const char *label = NULL;
  int r = ga->lib.aug_label (ga->handle, a->v[0], &label);

  if (r == 0)
    return gk_error_set (err, 0, "no matching nodes found");
  if (r != 1)
    return failed (ga, a->what, err);
  if (label == NULL)
    return gk_error_set (err, 0, "internal error: expected label != NULL for r = 1");
  return put_text (reply, label, err);
}

static int
do_load (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  return ga->lib.aug_load (ga->handle) == -1 ? failed_with_file (ga, a->what, err) : 0;
}

static int
do_match (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  char **matches = NULL;
  int n = ga->lib.aug_match (ga->handle, a->v[0], &matches), r = 0;

  if (n == -1)
    return failed (ga, a->what, err);
  for (int i = 0; i < n; i++) {
    if (r == 0)
      r = put_text (reply, matches[i], err);
    free (matches[i]);
  }
  free (matches);
  return r;
}

static int
do_mv (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  return ga->lib.aug_mv (ga->handle, a->v[0], a->v[1]) == -1 ? failed (ga, a->what, err) : 0;
}

static int
do_rm (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  int n = ga->lib.aug_rm (ga->handle, a->v[0]);

  return n == -1 ? failed (ga, a->what, err) : put_number (reply, n, err);
}

static int
do_save (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  return ga->lib.aug_save (ga->handle) == -1 ? failed_with_file (ga, a->what, err) : 0;
}

static int
do_set (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  return ga->lib.aug_set (ga->handle, a->v[0], a->v[1]) == -1 ? failed (ga, a->what, err) : 0;
}

static int
do_setm (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply, struct gk_error *err)
{
  int n = ga->lib.aug_setm (ga->handle, a->v[0], a->v[1], a->v[2]);

  return n == -1 ? failed (ga, a->what, err) : put_number (reply, n, err);
}

static int
do_transform (struct gk_augeas *ga, const struct args *a, struct gk_buf *reply,
              struct gk_error *err)
{
  return ga->lib.aug_transform (ga->handle, a->v[0], a->v[1], gk_streq (a->v[2], "1")) == -1
             ? failed (ga, a->what, err)
             : 0;
}

static const struct {
  const char *name;
  request_fn *fn;
  unsigned n_args;
} requests[] = {
  { "clear", do_clear, 1 }, { "defnode", do_defnode, 3 },     { "defvar", do_defvar, 2 },
  { "get", do_get, 1 },     { "insert", do_insert, 3 },       { "label", do_label, 1 },
  { "load", do_load, 0 },   { "match", do_match, 1 },         { "mv", do_mv, 2 },
  { "rm", do_rm, 1 },       { "save", do_save, 0 },           { "set", do_set, 2 },
  { "setm", do_setm, 3 },   { "transform", do_transform, 3 },
};

/* --- the service ------------------------------------------------------------------ */

static int
serve (void *opaque, struct gk_words *request, struct gk_buf *reply, struct gk_error *err)
{
  struct gk_augeas *ga = opaque;
  const char *name = gk_words_text (request);
  _cleanup_gk_buf_ struct gk_buf what = GK_BUF_INIT;
  struct args a = { { NULL }, NULL };
  size_t size;

  if (gk_buf_appendf (&what, "aug_%s", name) == -1)
    return gk_error_oom (err);
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    if (!gk_streq (requests[i].name, name))
      continue;
    for (unsigned j = 0; j < requests[i].n_args; j++) {
      if (gk_words_next (request, &a.v[j], &size) != 1)
        return gk_error_set (err, EPROTO, "aug_%s: malformed request", name);
      if (a.v[j] && gk_buf_appendf (&what, ": %s", a.v[j]) == -1)
        return gk_error_oom (err);
    }
    a.what = what.data;
    return requests[i].fn (ga, &a, reply, err);
  }
  return gk_error_set (err, EPROTO, "aug_%s: there is no such request", name);
}

/* With this machine's files in sight: loads the library, reads the lenses, and nothing else. */
static int
prepare (void *opaque, struct gk_error *err)
{
  struct gk_augeas *ga = opaque;
#define SYMBOL(fn) { #fn, &ga->lib.fn },
  const struct gk_symbol symbols[] = { GK_AUGEAS_FUNCTIONS (SYMBOL) };

  if (gk_library_load ("libaugeas.so.0", "libaugeas0", symbols, sizeof symbols / sizeof *symbols,
                       err) == -1)
    return -1;
  /* Behind the walls no lens can be read any more, also not for an aug_transform to come:
   * all are compiled, and who wanted none finds none that is used. */
  unsigned flags = ga->flags & FLAGS_MASK & ~AUG_NO_MODL_AUTOLOAD;
  ga->handle = ga->lib.aug_init (ga->root, NULL, flags | AUG_NO_LOAD | AUG_NO_ERR_CLOSE);
  if (ga->handle == NULL)
    return gk_error_set (err, 0, "augeas initialization failed");
  if (ga->lib.aug_error (ga->handle) != AUG_NOERROR)
    return failed (ga, "aug_init", err);
  if (ga->flags & AUG_NO_MODL_AUTOLOAD && ga->lib.aug_rm (ga->handle, "/augeas/load/*") == -1)
    return failed (ga, "aug_init", err);
  return 0;
}

const struct gk_service_kind gk_augeas_service = {
  .name = "augeas",
  .caps = GK_JAIL_CAPS_FILES,
  .timeout_ms = TIMEOUT_MS,
  .prepare = prepare,
  .serve = serve,
};
