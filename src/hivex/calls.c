/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The hivex calls: each is one question to the service. */
#include <errno.h>
#include <hivex.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"
#include "gk-ops-hivex.h"
#include "guestfs.h"
#include "hivex/hivex-priv.h"
#include "hivex/hivex.h"
#include "op/ctx.h"

static int
need_handle (const struct gk_ctx *ctx, const char *request, struct gk_error *err)
{
  if (ctx->hivex)
    return 0;
  return gk_error_set (
      err, 0, "do_hivex_%s: you must call 'hivex-open' first to initialize the hivex handle",
      request);
}

/* A request, added to word by word; failed when memory ran out. */
struct question {
  struct gk_buf words;
  bool failed;
};

static struct question
begin (const char *request)
{
  struct question q = { GK_BUF_INIT, false };

  q.failed = gk_words_adds (&q.words, request) == -1;
  return q;
}

static void
add_number (struct question *q, int64_t n)
{
  q->failed |= gk_words_addi (&q->words, n) == -1;
}

static void
add_text (struct question *q, const char *s)
{
  q->failed |= gk_words_adds (&q->words, s) == -1;
}

/* Ends the question. */
static int
ask (struct gk_ctx *ctx, struct question *q, struct gk_buf *ret_reply, struct gk_error *err)
{
  int r = q->failed ? gk_error_oom (err) : 0;

  if (r == 0)
    r = gk_service_call (&ctx->hivex, ctx->task, &q->words, ret_reply, err);
  gk_buf_clear (&q->words);
  return r;
}

/* The most usual: one handle and perhaps a text go in. */
static int
ask_about (struct gk_ctx *ctx, const char *request, int64_t handle, const char *text,
           struct gk_buf *ret_reply, struct gk_error *err)
{
  if (need_handle (ctx, request, err) == -1)
    return -1;
  struct question q = begin (request);
  add_number (&q, handle);
  if (text)
    add_text (&q, text);
  return ask (ctx, &q, ret_reply, err);
}

static int
ask_for_number (struct gk_ctx *ctx, const char *request, int64_t handle, const char *text,
                int64_t *ret, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reply = GK_BUF_INIT;

  if (ask_about (ctx, request, handle, text, &reply, err) == -1)
    return -1;
  struct gk_words words = { reply.data, reply.data + reply.size };
  *ret = gk_words_number (&words);
  return 0;
}

static int
ask_for_string (struct gk_ctx *ctx, const char *request, int64_t handle, char **ret,
                struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reply = GK_BUF_INIT;

  if (ask_about (ctx, request, handle, NULL, &reply, err) == -1)
    return -1;
  struct gk_words words = { reply.data, reply.data + reply.size };
  char *s = strdup (gk_words_text (&words));
  if (s == NULL)
    return gk_error_oom (err);
  *ret = s;
  return 0;
}

static int
ask_for_handles (struct gk_ctx *ctx, const char *request, int64_t handle, int64_t **ret,
                 uint32_t *ret_n, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reply = GK_BUF_INIT;
  const char *word;
  size_t size, n = 0;

  if (ask_about (ctx, request, handle, NULL, &reply, err) == -1)
    return -1;
  struct gk_words words = { reply.data, reply.data + reply.size };
  /* No word has less than two bytes. */
  int64_t *v = calloc (reply.size / 2 + 1, sizeof *v);
  if (v == NULL)
    return gk_error_oom (err);
  while (gk_words_next (&words, &word, &size) == 1)
    v[n++] = word ? strtoll (word, NULL, 10) : 0;
  *ret = v;
  *ret_n = (uint32_t)n;
  return 0;
}

/* --- the calls ---------------------------------------------------------------------- */

int
gk_hivex_hivex_open (struct gk_ctx *ctx, const char *filename,
                     const struct guestfs_hivex_open_argv *opt, struct gk_error *err)
{
  struct gk_hivex start = { .handle = NULL };
  int flags = 0;

  if (opt->bitmask & GUESTFS_HIVEX_OPEN_VERBOSE_BITMASK && opt->verbose)
    flags |= HIVEX_OPEN_VERBOSE;
  if (opt->bitmask & GUESTFS_HIVEX_OPEN_DEBUG_BITMASK && opt->debug)
    flags |= HIVEX_OPEN_DEBUG;
  if (opt->bitmask & GUESTFS_HIVEX_OPEN_WRITE_BITMASK && opt->write)
    flags |= HIVEX_OPEN_WRITE;
  if (opt->bitmask & GUESTFS_HIVEX_OPEN_UNSAFE_BITMASK && opt->unsafe)
    flags |= HIVEX_OPEN_UNSAFE;
  gk_service_stop (&ctx->hivex);
  if (gk_service_start (&gk_hivex_service, ctx->root_fd, ctx->umask, &start, ctx->task, &ctx->hivex,
                        err) == -1)
    return -1;
  struct question q = begin ("open");
  add_text (&q, filename);
  add_number (&q, flags);
  if (ask (ctx, &q, NULL, err) == -1) {
    gk_service_stop (&ctx->hivex);
    return -1;
  }
  return 0;
}

int
gk_hivex_hivex_close (struct gk_ctx *ctx, struct gk_error *err)
{
  if (need_handle (ctx, "close", err) == -1)
    return -1;
  gk_service_stop (&ctx->hivex);
  return 0;
}

int
gk_hivex_hivex_commit (struct gk_ctx *ctx, const char *filename, struct gk_error *err)
{
  if (need_handle (ctx, "commit", err) == -1)
    return -1;
  if (filename && filename[0] != '/')
    return gk_error_set (err, 0, "path must start with a / character");
  struct question q = begin ("commit");
  add_text (&q, filename);
  return ask (ctx, &q, NULL, err);
}

int
gk_hivex_hivex_root (struct gk_ctx *ctx, int64_t *ret_value, struct gk_error *err)
{
  return ask_for_number (ctx, "root", 0, NULL, ret_value, err);
}

int
gk_hivex_hivex_node_set_value (struct gk_ctx *ctx, int64_t nodeh, const char *key, int64_t t,
                               const char *val, size_t val_size, struct gk_error *err)
{
  if (need_handle (ctx, "node_set_value", err) == -1)
    return -1;
  struct question q = begin ("node_set_value");
  add_number (&q, nodeh);
  add_text (&q, key);
  add_number (&q, t);
  q.failed |= gk_words_add (&q.words, val, val_size) == -1;
  return ask (ctx, &q, NULL, err);
}

int
gk_hivex_hivex_node_delete_child (struct gk_ctx *ctx, int64_t nodeh, struct gk_error *err)
{
  return ask_about (ctx, "node_delete_child", nodeh, NULL, NULL, err);
}

int
gk_hivex_delete_value (struct gk_ctx *ctx, int64_t nodeh, const char *key, struct gk_error *err)
{
  return ask_about (ctx, "node_delete_value", nodeh, key, NULL, err);
}

int
gk_hivex_hivex_value_value (struct gk_ctx *ctx, int64_t valueh, struct gk_buf *ret_buf,
                            struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reply = GK_BUF_INIT, bytes = GK_BUF_INIT;
  const char *word = NULL;
  size_t size;

  if (ask_about (ctx, "value_value", valueh, NULL, &reply, err) == -1)
    return -1;
  struct gk_words words = { reply.data, reply.data + reply.size };
  if (gk_words_next (&words, &word, &size) != 1 || word == NULL)
    return gk_error_set (err, EPROTO, "hivex: the answer is not understood");
  if (gk_buf_append (&bytes, word, size) == -1)
    return gk_error_oom (err);
  *ret_buf = bytes;
  bytes = (struct gk_buf)GK_BUF_INIT;
  return 0;
}

int
gk_hivex_hivex_node_add_child (struct gk_ctx *ctx, int64_t parent, const char *name,
                               int64_t *ret_value, struct gk_error *err)
{
  return ask_for_number (ctx, "node_add_child", parent, name, ret_value, err);
}

int
gk_hivex_hivex_node_get_child (struct gk_ctx *ctx, int64_t nodeh, const char *name,
                               int64_t *ret_value, struct gk_error *err)
{
  return ask_for_number (ctx, "node_get_child", nodeh, name, ret_value, err);
}

int
gk_hivex_hivex_node_get_value (struct gk_ctx *ctx, int64_t nodeh, const char *key,
                               int64_t *ret_value, struct gk_error *err)
{
  return ask_for_number (ctx, "node_get_value", nodeh, key, ret_value, err);
}

int
gk_hivex_hivex_node_parent (struct gk_ctx *ctx, int64_t nodeh, int64_t *ret_value,
                            struct gk_error *err)
{
  return ask_for_number (ctx, "node_parent", nodeh, NULL, ret_value, err);
}

int
gk_hivex_hivex_value_type (struct gk_ctx *ctx, int64_t valueh, int64_t *ret_value,
                           struct gk_error *err)
{
  return ask_for_number (ctx, "value_type", valueh, NULL, ret_value, err);
}

int
gk_hivex_hivex_node_name (struct gk_ctx *ctx, int64_t nodeh, char **ret_string,
                          struct gk_error *err)
{
  return ask_for_string (ctx, "node_name", nodeh, ret_string, err);
}

int
gk_hivex_hivex_value_key (struct gk_ctx *ctx, int64_t valueh, char **ret_string,
                          struct gk_error *err)
{
  return ask_for_string (ctx, "value_key", valueh, ret_string, err);
}

int
gk_hivex_hivex_value_string (struct gk_ctx *ctx, int64_t valueh, char **ret_string,
                             struct gk_error *err)
{
  return ask_for_string (ctx, "value_string", valueh, ret_string, err);
}

int
gk_hivex_hivex_value_utf8 (struct gk_ctx *ctx, int64_t valueh, char **ret_string,
                           struct gk_error *err)
{
  return ask_for_string (ctx, "value_string", valueh, ret_string, err);
}

int
gk_hivex_hivex_node_children (struct gk_ctx *ctx, int64_t nodeh,
                              struct guestfs_hivex_node_list *ret_list, struct gk_error *err)
{
  _cleanup_free_ int64_t *v = NULL;
  uint32_t n = 0;

  if (ask_for_handles (ctx, "node_children", nodeh, &v, &n, err) == -1)
    return -1;
  struct guestfs_hivex_node *val = calloc (n + 1, sizeof *val);
  if (val == NULL)
    return gk_error_oom (err);
  for (uint32_t i = 0; i < n; i++)
    val[i].hivex_node_h = v[i];
  *ret_list = (struct guestfs_hivex_node_list){ .len = n, .val = val };
  return 0;
}

int
gk_hivex_hivex_node_values (struct gk_ctx *ctx, int64_t nodeh,
                            struct guestfs_hivex_value_list *ret_list, struct gk_error *err)
{
  _cleanup_free_ int64_t *v = NULL;
  uint32_t n = 0;

  if (ask_for_handles (ctx, "node_values", nodeh, &v, &n, err) == -1)
    return -1;
  struct guestfs_hivex_value *val = calloc (n + 1, sizeof *val);
  if (val == NULL)
    return gk_error_oom (err);
  for (uint32_t i = 0; i < n; i++)
    val[i].hivex_value_h = v[i];
  *ret_list = (struct guestfs_hivex_value_list){ .len = n, .val = val };
  return 0;
}
