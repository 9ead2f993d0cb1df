/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Structs on the wire: see codec-priv.h. */

#include <stdlib.h>
#include <string.h>

#include "api/codec-priv.h"

static void
pack_field (msgpack_packer *pk, const struct gk_field *f, const char *p)
{
  const char *at = p + f->offset;

  switch (f->type) {
  case GK_FIELD_STRING:
  case GK_FIELD_DEVICE:
    gk_pack_string (pk, *(char *const *)at ? *(char *const *)at : "");
    break;
  case GK_FIELD_BUFFER: {
    uint32_t n = *(const uint32_t *)(p + f->len_offset);
    msgpack_pack_bin (pk, n);
    msgpack_pack_bin_body (pk, *(char *const *)at, n);
    break;
  }
  case GK_FIELD_UUID:
    msgpack_pack_bin (pk, GK_UUID_LEN);
    msgpack_pack_bin_body (pk, at, GK_UUID_LEN);
    break;
  case GK_FIELD_CHAR:
    msgpack_pack_uint8 (pk, *(const unsigned char *)at);
    break;
  case GK_FIELD_INT32:
    msgpack_pack_int32 (pk, *(const int32_t *)at);
    break;
  case GK_FIELD_UINT32:
    msgpack_pack_uint32 (pk, *(const uint32_t *)at);
    break;
  case GK_FIELD_INT64:
    msgpack_pack_int64 (pk, *(const int64_t *)at);
    break;
  case GK_FIELD_UINT64:
  case GK_FIELD_BYTES:
    msgpack_pack_uint64 (pk, *(const uint64_t *)at);
    break;
  case GK_FIELD_PERCENT:
    msgpack_pack_float (pk, *(const float *)at);
    break;
  }
}

void
gk_struct_pack (msgpack_packer *pk, const struct gk_struct *s, const void *p)
{
  msgpack_pack_array (pk, s->nfields);
  for (size_t i = 0; i < s->nfields; ++i)
    pack_field (pk, &s->fields[i], p);
}

void
gk_struct_list_pack (msgpack_packer *pk, const struct gk_struct *s, const void *list)
{
  uint32_t n = gk_struct_list_len (list);

  msgpack_pack_array (pk, n);
  for (uint32_t i = 0; i < n; ++i)
    gk_struct_pack (pk, s, gk_struct_list_at (s, list, i));
}

static bool
unpack_unsigned (const msgpack_object *o, uint64_t max, uint64_t *ret_value)
{
  if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER || o->via.u64 > max)
    return false;
  *ret_value = o->via.u64;
  return true;
}

static bool
unpack_signed (const msgpack_object *o, int64_t min, int64_t max, int64_t *ret_value)
{
  uint64_t u;

  if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
    if (o->via.i64 < min)
      return false;
    *ret_value = o->via.i64;
    return true;
  }
  if (!unpack_unsigned (o, (uint64_t)max, &u))
    return false;
  *ret_value = (int64_t)u;
  return true;
}

static bool
unpack_field (struct gk_decoder *d, const struct gk_field *f, const msgpack_object *o, char *p)
{
  char *at = p + f->offset;
  const char *s;
  uint64_t u;
  int64_t n;

  switch (f->type) {
  case GK_FIELD_STRING:
  case GK_FIELD_DEVICE:
    if (gk_object_string (d, o, &s) == -1 || s == NULL)
      return false;
    *(char **)at = strdup (s);
    return *(char **)at != NULL;
  case GK_FIELD_BUFFER:
    if (o->type != MSGPACK_OBJECT_BIN)
      return false;
    *(char **)at = malloc ((size_t)o->via.bin.size + 1);
    if (*(char **)at == NULL)
      return false;
    memcpy (*(char **)at, o->via.bin.ptr, o->via.bin.size);
    (*(char **)at)[o->via.bin.size] = '\0';
    *(uint32_t *)(p + f->len_offset) = o->via.bin.size;
    return true;
  case GK_FIELD_UUID:
    if (o->type != MSGPACK_OBJECT_BIN || o->via.bin.size != GK_UUID_LEN)
      return false;
    memcpy (at, o->via.bin.ptr, GK_UUID_LEN);
    return true;
  case GK_FIELD_CHAR:
    if (!unpack_unsigned (o, UINT8_MAX, &u))
      return false;
    *at = (char)u;
    return true;
  case GK_FIELD_INT32:
    if (!unpack_signed (o, INT32_MIN, INT32_MAX, &n))
      return false;
    *(int32_t *)at = (int32_t)n;
    return true;
  case GK_FIELD_UINT32:
    if (!unpack_unsigned (o, UINT32_MAX, &u))
      return false;
    *(uint32_t *)at = (uint32_t)u;
    return true;
  case GK_FIELD_INT64:
    if (!unpack_signed (o, INT64_MIN, INT64_MAX, &n))
      return false;
    *(int64_t *)at = n;
    return true;
  case GK_FIELD_UINT64:
  case GK_FIELD_BYTES:
    if (!unpack_unsigned (o, UINT64_MAX, &u))
      return false;
    *(uint64_t *)at = u;
    return true;
  case GK_FIELD_PERCENT:
    if (o->type != MSGPACK_OBJECT_FLOAT32 && o->type != MSGPACK_OBJECT_FLOAT64)
      return false;
    *(float *)at = (float)o->via.f64;
    return true;
  }
  return false;
}

static bool
unpack_fields (struct gk_decoder *d, const struct gk_struct *s, const msgpack_object *o, char *p)
{
  if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != s->nfields)
    return false;
  for (size_t i = 0; i < s->nfields; ++i)
    if (!unpack_field (d, &s->fields[i], &o->via.array.ptr[i], p))
      return false;
  return true;
}

void *
gk_struct_unpack (struct gk_decoder *d, const struct gk_struct *s, const msgpack_object *o)
{
  void *p = calloc (1, s->size);

  if (p && !unpack_fields (d, s, o, p)) {
    gk_struct_free (s, p);
    return NULL;
  }
  return p;
}

void *
gk_struct_list_unpack (struct gk_decoder *d, const struct gk_struct *s, const msgpack_object *o)
{
  if (o->type != MSGPACK_OBJECT_ARRAY)
    return NULL;

  void *list = gk_struct_list_new (s, o->via.array.size);
  if (list == NULL)
    return NULL;
  for (uint32_t i = 0; i < o->via.array.size; ++i)
    if (!unpack_fields (d, s, &o->via.array.ptr[i], gk_struct_list_at (s, list, i))) {
      gk_struct_list_free (s, list);
      return NULL;
    }
  return list;
}
