/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Encoding and decoding of calls and results: see codec.h for the form. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/codec-priv.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"

void
gk_decoder_clear (struct gk_decoder *d)
{
  if (d->ready)
    msgpack_zone_destroy (&d->zone);
  d->ready = false;
}

static int
bad (struct gk_error *err, const char *what)
{
  return gk_error_set (err, EPROTO, "malformed message: %s", what);
}

/* --- packing ------------------------------------------------------------- */

void
gk_pack_string (msgpack_packer *pk, const char *s)
{
  if (s == NULL) {
    msgpack_pack_nil (pk);
    return;
  }
  size_t n = strlen (s);
  msgpack_pack_str (pk, n);
  msgpack_pack_str_body (pk, s, n);
}

void
gk_pack_list (msgpack_packer *pk, char *const *list)
{
  if (list == NULL) {
    msgpack_pack_nil (pk);
    return;
  }
  size_t n = gk_strv_length (list);
  msgpack_pack_array (pk, n);
  for (size_t i = 0; i < n; ++i)
    gk_pack_string (pk, list[i]);
}

static void
pack_arg (msgpack_packer *pk, enum gk_kind kind, union gk_arg a)
{
  switch (kind) {
  case GK_STRING:
  case GK_OPT_STRING:
  case GK_KEY:
  case GK_PATHNAME:
  case GK_FILENAME:
  case GK_DEVICE:
  case GK_MOUNTABLE:
  case GK_DEV_OR_PATH:
  case GK_MOUNTABLE_OR_PATH:
  case GK_GUID:
    gk_pack_string (pk, a.str);
    break;
  case GK_BUFFER_IN:
    msgpack_pack_bin (pk, a.buf.size);
    msgpack_pack_bin_body (pk, a.buf.data, a.buf.size);
    break;
  case GK_STRING_LIST:
  case GK_FILENAME_LIST:
  case GK_DEVICE_LIST:
    gk_pack_list (pk, a.list);
    break;
  case GK_INT:
    msgpack_pack_int32 (pk, a.i);
    break;
  case GK_INT64:
    msgpack_pack_int64 (pk, a.i64);
    break;
  case GK_BOOL:
    if (a.i)
      msgpack_pack_true (pk);
    else
      msgpack_pack_false (pk);
    break;
  case GK_FILE_IN:
  case GK_FILE_OUT:
  case GK_POINTER:
    msgpack_pack_nil (pk);
    break;
  }
}

int
gk_encode_call (msgpack_sbuffer *out, const struct gk_call *call, const union gk_arg *args,
                const void *opts, struct gk_error *err)
{
  msgpack_packer pk;
  uint64_t mask = gk_opts_bitmask (opts);
  unsigned set = (unsigned)__builtin_popcountll (mask);

  if (gk_reserve_for_keys (out, call, args) == -1)
    return gk_error_oom (err);
  msgpack_packer_init (&pk, out, msgpack_sbuffer_write);
  msgpack_pack_array (&pk, 2 + call->nargs + set);
  msgpack_pack_uint32 (&pk, gk_call_id (call));
  for (unsigned i = 0; i < call->nargs; ++i)
    pack_arg (&pk, call->args[i].kind, args[i]);
  msgpack_pack_uint64 (&pk, mask);
  for (unsigned i = 0; i < call->nopts; ++i)
    if (mask & (UINT64_C (1) << i))
      pack_arg (&pk, call->opts[i].kind, gk_opt_get (&call->opts[i], opts));
  return out->data ? 0 : gk_error_oom (err);
}

/* --- unpacking ----------------------------------------------------------- */

int
gk_decode (struct gk_decoder *d, const void *body, size_t size, msgpack_object *ret_object,
           struct gk_error *err)
{
  size_t off = 0;

  if (!gk_msgpack_is_plausible (body, size))
    return bad (err, "it is not what it says");
  if (!d->ready) {
    if (!msgpack_zone_init (&d->zone, 8192))
      return gk_error_oom (err);
    d->ready = true;
  }
  switch (msgpack_unpack (body, size, &off, &d->zone, ret_object)) {
  case MSGPACK_UNPACK_SUCCESS:
    return off == size ? 0 : bad (err, "bytes behind its end");
  case MSGPACK_UNPACK_NOMEM_ERROR:
    return gk_error_oom (err);
  default:
    return bad (err, "not msgpack");
  }
}

int
gk_object_string (struct gk_decoder *d, const msgpack_object *o, const char **ret_s)
{
  if (o->type == MSGPACK_OBJECT_NIL) {
    *ret_s = NULL;
    return 0;
  }
  if (o->type != MSGPACK_OBJECT_STR)
    return -1;

  uint32_t n = o->via.str.size;
  /* Of an empty string there may be no pointer. */
  if (n > 0 && memchr (o->via.str.ptr, 0, n))
    return -1;
  char *s = msgpack_zone_malloc (&d->zone, (size_t)n + 1);
  if (s == NULL)
    return -1;
  if (n > 0)
    memcpy (s, o->via.str.ptr, n);
  s[n] = '\0';
  *ret_s = s;
  return 0;
}

int
gk_object_list (struct gk_decoder *d, const msgpack_object *o, char ***ret_list)
{
  if (o->type == MSGPACK_OBJECT_NIL) {
    *ret_list = NULL;
    return 0;
  }
  if (o->type != MSGPACK_OBJECT_ARRAY)
    return -1;

  uint32_t n = o->via.array.size;
  char **list = msgpack_zone_malloc (&d->zone, ((size_t)n + 1) * sizeof *list);
  if (list == NULL)
    return -1;
  for (uint32_t i = 0; i < n; ++i) {
    const char *s;
    if (gk_object_string (d, &o->via.array.ptr[i], &s) == -1 || s == NULL)
      return -1;
    list[i] = (char *)s;
  }
  list[n] = NULL;
  *ret_list = list;
  return 0;
}

static bool
object_int (const msgpack_object *o, int64_t low, int64_t high, int64_t *ret_value)
{
  int64_t v;

  if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
    if (o->via.u64 > INT64_MAX)
      return false;
    v = (int64_t)o->via.u64;
  } else if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
    v = o->via.i64;
  else
    return false;
  if (v < low || v > high)
    return false;
  *ret_value = v;
  return true;
}

/* Copied, because the receive buffer that the body lies in is used again as
 * soon as a running call looks whether it was cancelled. */
static int
object_bytes (struct gk_decoder *d, const msgpack_object *o, union gk_arg *a)
{
  if (o->type != MSGPACK_OBJECT_BIN)
    return -1;
  char *copy = msgpack_zone_malloc (&d->zone, (size_t)o->via.bin.size + 1);
  if (copy == NULL)
    return -1;
  memcpy (copy, o->via.bin.ptr, o->via.bin.size);
  a->buf.data = copy;
  a->buf.size = o->via.bin.size;
  return 0;
}

static int
unpack_arg (struct gk_decoder *d, enum gk_kind kind, const msgpack_object *o, union gk_arg *a)
{
  int64_t v;
  char **list;

  switch (kind) {
  case GK_STRING:
  case GK_KEY:
  case GK_PATHNAME:
  case GK_FILENAME:
  case GK_DEVICE:
  case GK_MOUNTABLE:
  case GK_DEV_OR_PATH:
  case GK_MOUNTABLE_OR_PATH:
  case GK_GUID:
    return gk_object_string (d, o, &a->str) == 0 && a->str ? 0 : -1;
  case GK_OPT_STRING:
    return gk_object_string (d, o, &a->str);
  case GK_BUFFER_IN:
    return object_bytes (d, o, a);
  case GK_STRING_LIST:
  case GK_FILENAME_LIST:
  case GK_DEVICE_LIST:
    if (gk_object_list (d, o, &list) == -1 || list == NULL)
      return -1;
    a->list = list;
    return 0;
  case GK_INT:
    if (!object_int (o, INT32_MIN, INT32_MAX, &v))
      return -1;
    a->i = (int)v;
    return 0;
  case GK_INT64:
    return object_int (o, INT64_MIN, INT64_MAX, &a->i64) ? 0 : -1;
  case GK_BOOL:
    if (o->type != MSGPACK_OBJECT_BOOLEAN)
      return -1;
    a->i = o->via.boolean;
    return 0;
  case GK_FILE_IN:
  case GK_FILE_OUT:
    a->str = NULL;
    return o->type == MSGPACK_OBJECT_NIL ? 0 : -1;
  case GK_POINTER: /* has no meaning in another process */
    break;
  }
  return -1;
}

int
gk_decode_call (struct gk_decoder *d, const void *body, size_t size,
                const struct gk_call **ret_call, union gk_arg *args, void **ret_opts,
                struct gk_error *err)
{
  msgpack_object top;
  int64_t v;

  if (gk_decode (d, body, size, &top, err) == -1)
    return -1;
  if (top.type != MSGPACK_OBJECT_ARRAY || top.via.array.size < 2)
    return bad (err, "a call is an array");
  const msgpack_object *o = top.via.array.ptr, *end = o + top.via.array.size;

  if (!object_int (o++, 0, (int64_t)gk_n_calls - 1, &v))
    return bad (err, "unknown call");
  const struct gk_call *call = &gk_calls[v];
  if (end - o < call->nargs + 1)
    return bad (err, "too few arguments");
  for (unsigned i = 0; i < call->nargs; ++i, ++o)
    if (unpack_arg (d, call->args[i].kind, o, &args[i]) == -1)
      return bad (err, call->args[i].name);

  if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
    return bad (err, "bitmask");
  uint64_t mask = o++->via.u64;
  if (call->nopts < 64 && mask >> call->nopts)
    return bad (err, "unknown optional argument");
  void *opts = NULL;
  if (call->nopts > 0) {
    opts = msgpack_zone_malloc (&d->zone, call->opts_size);
    if (opts == NULL)
      return gk_error_oom (err);
    memset (opts, 0, call->opts_size);
    *(uint64_t *)opts = mask;
  }
  for (unsigned i = 0; i < call->nopts; ++i) {
    union gk_arg a;
    if (!(mask & (UINT64_C (1) << i)))
      continue;
    if (o == end || unpack_arg (d, call->opts[i].kind, o++, &a) == -1)
      return bad (err, call->opts[i].name);
    gk_opt_set (&call->opts[i], opts, a);
  }
  if (o != end)
    return bad (err, "too many arguments");
  *ret_call = call;
  *ret_opts = opts;
  return 0;
}

/* --- results ------------------------------------------------------------- */

int
gk_encode_result (msgpack_sbuffer *out, const struct gk_call *call, const union gk_ret *ret,
                  struct gk_error *err)
{
  msgpack_packer pk;

  msgpack_packer_init (&pk, out, msgpack_sbuffer_write);
  switch (call->ret) {
  case GK_RET_ERR:
    msgpack_pack_nil (&pk);
    break;
  case GK_RET_INT:
  case GK_RET_BOOL:
    msgpack_pack_int32 (&pk, ret->i);
    break;
  case GK_RET_INT64:
    msgpack_pack_int64 (&pk, ret->i64);
    break;
  case GK_RET_CONST_STRING:
  case GK_RET_CONST_OPT_STRING:
  case GK_RET_STRING:
    gk_pack_string (&pk, ret->cstr);
    break;
  case GK_RET_STRING_LIST:
  case GK_RET_HASHTABLE:
    gk_pack_list (&pk, ret->list);
    break;
  case GK_RET_BUFFER_OUT:
    msgpack_pack_bin (&pk, ret->buf.size);
    msgpack_pack_bin_body (&pk, ret->buf.data, ret->buf.size);
    break;
  case GK_RET_STRUCT:
    gk_struct_pack (&pk, call->ret_struct, ret->st);
    break;
  case GK_RET_STRUCT_LIST:
    gk_struct_list_pack (&pk, call->ret_struct, ret->st);
    break;
  }
  return out->data ? 0 : gk_error_oom (err);
}

/* Results are handed to the program, which frees them: copies on the heap. */
static int
take_list (struct gk_decoder *d, const msgpack_object *o, char ***ret_list)
{
  char **list;

  if (gk_object_list (d, o, &list) == -1 || list == NULL)
    return -1;
  *ret_list = gk_strv_copy (list);
  return *ret_list ? 0 : -1;
}

int
gk_decode_result (const void *body, size_t size, const struct gk_call *call, union gk_ret *ret,
                  struct gk_error *err)
{
  _cleanup_decoder_ struct gk_decoder d = GK_DECODER_INIT;
  msgpack_object o;
  int64_t v;
  const char *s;
  bool ok = false;

  if (gk_decode (&d, body, size, &o, err) == -1)
    return -1;
  switch (call->ret) {
  case GK_RET_ERR:
    ok = o.type == MSGPACK_OBJECT_NIL;
    break;
  case GK_RET_INT:
  case GK_RET_BOOL:
    ok = object_int (&o, INT32_MIN, INT32_MAX, &v);
    if (ok)
      ret->i = (int)v;
    break;
  case GK_RET_INT64:
    ok = object_int (&o, INT64_MIN, INT64_MAX, &ret->i64);
    break;
  case GK_RET_STRING:
    ok = gk_object_string (&d, &o, &s) == 0 && s && (ret->str = strdup (s));
    break;
  case GK_RET_STRING_LIST:
  case GK_RET_HASHTABLE:
    ok = take_list (&d, &o, &ret->list) == 0;
    break;
  case GK_RET_BUFFER_OUT:
    if (o.type != MSGPACK_OBJECT_BIN)
      break;
    /* One byte more, so that programs that print it as a string get away
     * with it, and an empty result is not NULL. */
    ret->buf.data = malloc ((size_t)o.via.bin.size + 1);
    if (ret->buf.data == NULL)
      return gk_error_oom (err);
    memcpy (ret->buf.data, o.via.bin.ptr, o.via.bin.size);
    ret->buf.data[o.via.bin.size] = '\0';
    ret->buf.size = o.via.bin.size;
    ok = true;
    break;
  case GK_RET_STRUCT:
    ok = (ret->st = gk_struct_unpack (&d, call->ret_struct, &o)) != NULL;
    break;
  case GK_RET_STRUCT_LIST:
    ok = (ret->st = gk_struct_list_unpack (&d, call->ret_struct, &o)) != NULL;
    break;
  case GK_RET_CONST_STRING:
  case GK_RET_CONST_OPT_STRING: /* only the library itself returns these */
    break;
  }
  return ok ? 0 : bad (err, "the result");
}
