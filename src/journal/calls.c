/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The journal calls: each is one question to the service. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"
#include "gk-ops-journal.h"
#include "guestfs.h"
#include "journal/journal-priv.h"
#include "op/ctx.h"

static int
need_journal (const struct gk_ctx *ctx, const char *request, struct gk_error *err)
{
  if (ctx->journal)
    return 0;
  return gk_error_set (err, 0,
                       "do_journal_%s: you must call 'journal-open' first to initialize the "
                       "journal handle",
                       request);
}

/* text or number is the argument; one of them may be what there is not: NULL. */
static int
ask (struct gk_ctx *ctx, const char *request, const char *text, const int64_t *number,
     struct gk_buf *ret_reply, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf words = GK_BUF_INIT;

  if (need_journal (ctx, request, err) == -1)
    return -1;
  if (gk_words_adds (&words, request) == -1 || (text && gk_words_adds (&words, text) == -1) ||
      (number && gk_words_addi (&words, *number) == -1))
    return gk_error_oom (err);
  return gk_service_call (&ctx->journal, ctx->task, &words, ret_reply, err);
}

static int
ask_number (struct gk_ctx *ctx, const char *request, const int64_t *number, int64_t *ret_value,
            struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reply = GK_BUF_INIT;

  if (ask (ctx, request, NULL, number, &reply, err) == -1)
    return -1;
  struct gk_words words = { reply.data, reply.data + reply.size };
  *ret_value = gk_words_number (&words);
  return 0;
}

int
gk_journal_journal_open (struct gk_ctx *ctx, const char *directory, struct gk_error *err)
{
  _cleanup_free_ struct gk_journal_state *state = gk_journal_state_new ();

  if (state == NULL)
    return gk_error_oom (err);
  gk_service_stop (&ctx->journal);
  if (gk_service_start (&gk_journal_service, ctx->root_fd, ctx->umask, state, ctx->task,
                        &ctx->journal, err) == -1)
    return -1;
  if (ask (ctx, "open", directory, NULL, NULL, err) == 0)
    return 0;
  gk_service_stop (&ctx->journal);
  return -1;
}

int
gk_journal_journal_close (struct gk_ctx *ctx, struct gk_error *err)
{
  if (need_journal (ctx, "close", err) == -1)
    return -1;
  gk_service_stop (&ctx->journal);
  return 0;
}

int
gk_journal_journal_next (struct gk_ctx *ctx, bool *ret_value, struct gk_error *err)
{
  int64_t more;

  if (ask_number (ctx, "next", NULL, &more, err) == -1)
    return -1;
  *ret_value = more > 0;
  return 0;
}

int
gk_journal_journal_skip (struct gk_ctx *ctx, int64_t n, int64_t *ret_value, struct gk_error *err)
{
  return ask_number (ctx, "skip", &n, ret_value, err);
}

int
gk_journal_journal_get_data_threshold (struct gk_ctx *ctx, int64_t *ret_value, struct gk_error *err)
{
  return ask_number (ctx, "get_data_threshold", NULL, ret_value, err);
}

int
gk_journal_journal_set_data_threshold (struct gk_ctx *ctx, int64_t threshold, struct gk_error *err)
{
  if (need_journal (ctx, "set_data_threshold", err) == -1)
    return -1;
  if (threshold < 0)
    return gk_error_set (err, EINVAL, "%lld: a negative threshold", (long long)threshold);
  return ask (ctx, "set_data_threshold", NULL, &threshold, NULL, err);
}

int
gk_journal_journal_get_realtime_usec (struct gk_ctx *ctx, int64_t *ret_value, struct gk_error *err)
{
  return ask_number (ctx, "get_realtime_usec", NULL, ret_value, err);
}

/* --- an entry ------------------------------------------------------------------------ */

static void
clear_fields (struct guestfs_xattr_list *list)
{
  for (uint32_t i = 0; i < list->len; i++) {
    free (list->val[i].attrname);
    free (list->val[i].attrval);
  }
  free (list->val);
}

/* Names and values by turns. */
static int
take_fields (struct gk_words *words, struct guestfs_xattr_list *list, struct gk_error *err)
{
  const char *name, *value;
  size_t name_size, value_size, alloc = 0;

  while (gk_words_next (words, &name, &name_size) == 1) {
    if (name == NULL || gk_words_next (words, &value, &value_size) != 1 || value == NULL)
      return gk_error_set (err, EPROTO, "journal: malformed entry");
    if (list->len == alloc) {
      alloc = alloc ? alloc * 2 : 32;
      void *v = reallocarray (list->val, alloc, sizeof *list->val);
      if (v == NULL)
        return gk_error_oom (err);
      list->val = v;
    }
    struct guestfs_xattr x = { .attrname = strdup (name), .attrval = malloc (value_size + 1) };
    if (x.attrname == NULL || x.attrval == NULL) {
      free (x.attrname);
      free (x.attrval);
      return gk_error_oom (err);
    }
    memcpy (x.attrval, value, value_size);
    x.attrval[value_size] = '\0';
    x.attrval_len = (uint32_t)value_size;
    list->val[list->len++] = x;
  }
  return 0;
}

int
gk_journal_journal_get (struct gk_ctx *ctx, struct guestfs_xattr_list *ret_list,
                        struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf reply = GK_BUF_INIT;
  struct guestfs_xattr_list list = { 0, NULL };

  if (ask (ctx, "get", NULL, NULL, &reply, err) == -1)
    return -1;
  struct gk_words words = { reply.data, reply.data + reply.size };
  if (take_fields (&words, &list, err) == -1) {
    clear_fields (&list);
    return -1;
  }
  *ret_list = list;
  return 0;
}
