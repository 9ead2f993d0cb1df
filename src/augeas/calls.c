/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The aug calls: each is one question to the service. */
#include <augeas.h>
#include <stdlib.h>
#include <string.h>

#include "augeas/augeas-priv.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "gk-ops-augeas.h"
#include "guestfs.h"
#include "op/ctx.h"

/* The answer; words of it are read from there. */
struct answer {
  struct gk_buf buf;
  struct gk_words words;
};

static void
answer_clear (struct answer *a)
{
  gk_buf_clear (&a->buf);
}
#define _cleanup_answer_ __attribute__ ((cleanup (answer_clear)))
#define ANSWER_INIT                                                                                \
  {                                                                                                \
    GK_BUF_INIT,                                                                                   \
    {                                                                                              \
      NULL, NULL                                                                                   \
    }                                                                                              \
  }

static int
need_handle (const struct gk_ctx *ctx, const char *request, struct gk_error *err)
{
  if (ctx->augeas)
    return 0;
  return gk_error_set (err, 0, "do_aug_%s: you must call 'aug-init' first to initialize Augeas",
                       request);
}

static int
ask (struct gk_ctx *ctx, struct answer *ret, struct gk_error *err, const char *request,
     unsigned n_args, const char *const *args)
{
  _cleanup_gk_buf_ struct gk_buf words = GK_BUF_INIT;

  if (need_handle (ctx, request, err) == -1)
    return -1;
  if (gk_words_adds (&words, request) == -1)
    return gk_error_oom (err);
  for (unsigned i = 0; i < n_args; i++)
    if (gk_words_adds (&words, args[i]) == -1)
      return gk_error_oom (err);
  if (gk_service_call (&ctx->augeas, ctx->task, &words, &ret->buf, err) == -1)
    return -1;
  ret->words = (struct gk_words){ ret->buf.data, ret->buf.data + ret->buf.size };
  return 0;
}
#define ASK(answer, request, ...)                                                                  \
  ask (ctx, answer, err, request,                                                                  \
       sizeof ((const char *const[]){ NULL, ##__VA_ARGS__ }) / sizeof (char *) - 1,                \
       (const char *const[]){ __VA_ARGS__ __VA_OPT__ (, ) NULL })

static int
take_text (struct answer *a, char **ret, struct gk_error *err)
{
  char *s = strdup (gk_words_text (&a->words));

  if (s == NULL)
    return gk_error_oom (err);
  *ret = s;
  return 0;
}

static int
take_list (struct answer *a, bool sorted, char ***ret, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;
  const char *word;
  size_t size;

  while (gk_words_next (&a->words, &word, &size) == 1)
    if (word && gk_strv_push (&sv, word) == -1)
      return gk_error_oom (err);
  if (sorted && sv.len > 0)
    gk_strv_sort (sv.v, sv.len);
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return gk_error_oom (err);
  *ret = v;
  return 0;
}

int
gk_augeas_aug_init (struct gk_ctx *ctx, const char *root, int flags, struct gk_error *err)
{
  struct gk_augeas start = { .root = root, .flags = (unsigned)flags };
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  gk_service_stop (&ctx->augeas);
  if (gk_service_start (&gk_augeas_service, ctx->root_fd, ctx->umask, &start, ctx->task,
                        &ctx->augeas, err) == -1)
    return -1;
  if (flags & AUG_NO_LOAD)
    return 0;
  if (ASK (&a, "load") == -1) {
    gk_service_stop (&ctx->augeas);
    return -1;
  }
  return 0;
}

int
gk_augeas_aug_close (struct gk_ctx *ctx, struct gk_error *err)
{
  if (need_handle (ctx, "close", err) == -1)
    return -1;
  gk_service_stop (&ctx->augeas);
  return 0;
}

int
gk_augeas_aug_clear (struct gk_ctx *ctx, const char *augpath, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "clear", augpath);
}

int
gk_augeas_aug_defnode (struct gk_ctx *ctx, const char *name, const char *expr, const char *val,
                       struct guestfs_int_bool *ret_struct, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  if (ASK (&a, "defnode", name, expr, val) == -1)
    return -1;
  ret_struct->i = (int32_t)gk_words_number (&a.words);
  ret_struct->b = (int32_t)gk_words_number (&a.words);
  return 0;
}

int
gk_augeas_aug_defvar (struct gk_ctx *ctx, const char *name, const char *expr, int *ret_value,
                      struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  if (ASK (&a, "defvar", name, expr) == -1)
    return -1;
  *ret_value = (int)gk_words_number (&a.words);
  return 0;
}

int
gk_augeas_aug_get (struct gk_ctx *ctx, const char *augpath, char **ret_string, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "get", augpath) == -1 ? -1 : take_text (&a, ret_string, err);
}

int
gk_augeas_aug_insert (struct gk_ctx *ctx, const char *augpath, const char *label, bool before,
                      struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "insert", augpath, label, before ? "1" : "0");
}

int
gk_augeas_aug_label (struct gk_ctx *ctx, const char *augpath, char **ret_string,
                     struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "label", augpath) == -1 ? -1 : take_text (&a, ret_string, err);
}

int
gk_augeas_aug_load (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "load");
}

int
gk_augeas_aug_ls (struct gk_ctx *ctx, const char *augpath, char ***ret_list, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;
  size_t n = strlen (augpath);

  if (need_handle (ctx, "ls", err) == -1)
    return -1;
  if (n > 1 && strchr ("/]*", augpath[n - 1]))
    return gk_error_set (err, 0, "don't use aug-ls with a path that ends with / ] *");
  _cleanup_free_ char *below = gk_asprintf ("%s/*", gk_streq (augpath, "/") ? "" : augpath);
  if (below == NULL)
    return gk_error_oom (err);
  return ASK (&a, "match", below) == -1 ? -1 : take_list (&a, true, ret_list, err);
}

int
gk_augeas_aug_match (struct gk_ctx *ctx, const char *augpath, char ***ret_list,
                     struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "match", augpath) == -1 ? -1 : take_list (&a, false, ret_list, err);
}

int
gk_augeas_aug_mv (struct gk_ctx *ctx, const char *src, const char *dest, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "mv", src, dest);
}

int
gk_augeas_aug_rm (struct gk_ctx *ctx, const char *augpath, int *ret_value, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  if (ASK (&a, "rm", augpath) == -1)
    return -1;
  *ret_value = (int)gk_words_number (&a.words);
  return 0;
}

int
gk_augeas_aug_save (struct gk_ctx *ctx, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "save");
}

int
gk_augeas_aug_set (struct gk_ctx *ctx, const char *augpath, const char *val, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  return ASK (&a, "set", augpath, val);
}

int
gk_augeas_aug_setm (struct gk_ctx *ctx, const char *base, const char *sub, const char *val,
                    int *ret_value, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;

  if (ASK (&a, "setm", base, sub, val) == -1)
    return -1;
  *ret_value = (int)gk_words_number (&a.words);
  return 0;
}

int
gk_augeas_aug_transform (struct gk_ctx *ctx, const char *lens, const char *file,
                         const struct guestfs_aug_transform_argv *opt, struct gk_error *err)
{
  _cleanup_answer_ struct answer a = ANSWER_INIT;
  bool remove = opt->bitmask & GUESTFS_AUG_TRANSFORM_REMOVE_BITMASK && opt->remove;

  return ASK (&a, "transform", lens, file, remove ? "1" : "0");
}
