/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The trace of a call and of its result, in libguestfs's form: programs and
 * scripts read these lines. */

#include <inttypes.h>
#include <string.h>

#include "api/struct.h"
#include "client/handle-priv.h"
#include "client/invoke.h"

/* Of a buffer, so many bytes are shown. */
#define TRACE_BYTES 256

static void
add_bytes (struct gk_buf *b, const char *data, size_t size)
{
  size_t n = size < TRACE_BYTES ? size : TRACE_BYTES;

  gk_buf_appends (b, "\"");
  for (size_t i = 0; i < n; ++i) {
    unsigned char c = (unsigned char)data[i];
    if (c >= 0x20 && c < 0x7f)
      gk_buf_append (b, &data[i], 1);
    else
      gk_buf_appendf (b, "\\x%02x", c);
  }
  gk_buf_appends (b, "\"");
  if (n < size)
    gk_buf_appendf (b, "<truncated, original size %zu bytes>", size);
}

static void
add_words (struct gk_buf *b, char *const *list)
{
  for (size_t i = 0; list[i]; ++i)
    gk_buf_appendf (b, "%s%s", i ? " " : "", list[i]);
}

static void
add_value (struct gk_buf *b, enum gk_kind kind, union gk_arg a)
{
  switch (kind) {
  case GK_INT:
    gk_buf_appendf (b, "%d", a.i);
    break;
  case GK_INT64:
    gk_buf_appendf (b, "%" PRIi64, a.i64);
    break;
  case GK_BOOL:
    gk_buf_appends (b, a.i ? "true" : "false");
    break;
  case GK_STRING_LIST:
  case GK_FILENAME_LIST:
  case GK_DEVICE_LIST:
    add_words (b, a.list);
    break;
  case GK_KEY:
    gk_buf_appends (b, "***");
    break;
  default:
    gk_buf_appends (b, a.str);
  }
}

static void
add_arg (struct gk_buf *b, enum gk_kind kind, union gk_arg a)
{
  bool quote = kind != GK_INT && kind != GK_INT64 && kind != GK_BOOL;

  gk_buf_appends (b, " ");
  if (kind == GK_BUFFER_IN)
    add_bytes (b, a.buf.data, a.buf.size);
  else if (kind == GK_POINTER)
    gk_buf_appendf (b, "%p", a.ptr);
  else if (kind == GK_OPT_STRING && a.str == NULL)
    gk_buf_appends (b, "null");
  else {
    if (quote)
      gk_buf_appends (b, "\"");
    add_value (b, kind, a);
    if (quote)
      gk_buf_appends (b, "\"");
  }
}

/* A line that could not be made for lack of memory is left out. */
static void
send_line (guestfs_h *g, struct gk_buf *b)
{
  if (b->data)
    gk_client_event_text (g, GUESTFS_EVENT_TRACE, b->data, b->size);
}

/* The identifier tells the lines of several handles apart. */
static void
begin_line (guestfs_h *g, struct gk_buf *b)
{
  if (g->identifier && *g->identifier)
    gk_buf_appendf (b, "%s: ", g->identifier);
}

void
gk_trace_call (guestfs_h *g, const struct gk_call *call, const union gk_arg *args, const void *opts)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  uint64_t mask = gk_opts_bitmask (opts);

  begin_line (g, &b);
  gk_buf_appends (&b, call->name);
  for (unsigned i = 0; i < call->nargs; ++i)
    add_arg (&b, call->args[i].kind, args[i]);
  for (unsigned i = 0; i < call->nopts; ++i)
    if (mask & (UINT64_C (1) << i)) {
      gk_buf_appendf (&b, " \"%s:", call->opts[i].name);
      add_value (&b, call->opts[i].kind, gk_opt_get (&call->opts[i], opts));
      gk_buf_appends (&b, "\"");
    }
  send_line (g, &b);
}

static void
add_field (struct gk_buf *b, const struct gk_field *f, const char *p)
{
  const char *at = p + f->offset;

  gk_buf_appendf (b, "%s: ", f->name);
  switch (f->type) {
  case GK_FIELD_STRING:
  case GK_FIELD_DEVICE:
    gk_buf_appends (b, *(char *const *)at ? *(char *const *)at : "");
    break;
  case GK_FIELD_BUFFER:
    add_bytes (b, *(char *const *)at, *(const uint32_t *)(p + f->len_offset));
    break;
  case GK_FIELD_UUID:
    gk_buf_appendf (b, "%.*s", GK_UUID_LEN, at);
    break;
  case GK_FIELD_CHAR:
    gk_buf_append (b, at, 1);
    break;
  case GK_FIELD_INT32:
    gk_buf_appendf (b, "%" PRIi32, *(const int32_t *)at);
    break;
  case GK_FIELD_UINT32:
    gk_buf_appendf (b, "%" PRIu32, *(const uint32_t *)at);
    break;
  case GK_FIELD_INT64:
    gk_buf_appendf (b, "%" PRIi64, *(const int64_t *)at);
    break;
  case GK_FIELD_UINT64:
  case GK_FIELD_BYTES:
    gk_buf_appendf (b, "%" PRIu64, *(const uint64_t *)at);
    break;
  case GK_FIELD_PERCENT:
    gk_buf_appendf (b, "%g", (double)*(const float *)at);
    break;
  }
  gk_buf_appends (b, ", ");
}

static void
add_struct (struct gk_buf *b, const struct gk_struct *s, const void *p)
{
  for (size_t i = 0; i < s->nfields; ++i)
    add_field (b, &s->fields[i], p);
}

static void
add_list (struct gk_buf *b, char *const *list)
{
  gk_buf_appends (b, "[");
  for (size_t i = 0; list[i]; ++i)
    gk_buf_appendf (b, "%s\"%s\"", i ? ", " : "", list[i]);
  gk_buf_appends (b, "]");
}

static void
add_result (struct gk_buf *b, const struct gk_call *call, const union gk_ret *ret)
{
  switch (call->ret) {
  case GK_RET_ERR:
    gk_buf_appends (b, "0");
    break;
  case GK_RET_INT:
  case GK_RET_BOOL:
    gk_buf_appendf (b, "%d", ret->i);
    break;
  case GK_RET_INT64:
    gk_buf_appendf (b, "%" PRIi64, ret->i64);
    break;
  case GK_RET_CONST_STRING:
  case GK_RET_CONST_OPT_STRING:
  case GK_RET_STRING:
    gk_buf_appendf (b, "\"%s\"", ret->cstr ? ret->cstr : "NULL");
    break;
  case GK_RET_STRING_LIST:
  case GK_RET_HASHTABLE:
    add_list (b, ret->list);
    break;
  case GK_RET_BUFFER_OUT:
    add_bytes (b, ret->buf.data, ret->buf.size);
    break;
  case GK_RET_STRUCT:
    gk_buf_appendf (b, "<struct guestfs_%s = ", call->ret_struct->name);
    add_struct (b, call->ret_struct, ret->st);
    gk_buf_appends (b, ">");
    break;
  case GK_RET_STRUCT_LIST: {
    uint32_t n = gk_struct_list_len (ret->st);
    gk_buf_appendf (b, "<struct guestfs_%s_list(%" PRIu32 ") =", call->ret_struct->name, n);
    for (uint32_t i = 0; i < n; ++i) {
      gk_buf_appendf (b, " [%" PRIu32 "]{", i);
      add_struct (b, call->ret_struct, gk_struct_list_at (call->ret_struct, ret->st, i));
      gk_buf_appends (b, "}");
    }
    gk_buf_appends (b, ">");
    break;
  }
  }
}

static bool
fails_with_null (enum gk_ret_kind kind)
{
  return kind != GK_RET_ERR && kind != GK_RET_INT && kind != GK_RET_INT64 && kind != GK_RET_BOOL;
}

void
gk_trace_result (guestfs_h *g, const struct gk_call *call, int r, const union gk_ret *ret)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  begin_line (g, &b);
  gk_buf_appendf (&b, "%s = ", call->name);
  if (r == -1)
    gk_buf_appendf (&b, "%s (error)", fails_with_null (call->ret) ? "NULL" : "-1");
  else
    add_result (&b, call, ret);
  send_line (g, &b);
}
