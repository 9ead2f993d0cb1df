/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Values of the registry as text and as JSON.  What a guest has put where text
 * should be is shown as bytes, so that it is exact and does no harm. */
#include <endian.h>
#include <inttypes.h>
#include <json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/reg.h"

#define LINE_MAX_HEX 76 /* what the editor of Windows keeps to */

int
reg_is_plain (const char *name)
{
  for (const unsigned char *p = (const unsigned char *)name; *p; p++)
    if (*p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
      return 0;
  return 1;
}

/* UTF-16 that ends with its only NUL. */
char *
reg_string (const char *data, size_t size)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;

  if (size < 2 || size % 2 != 0 || data[size - 1] != '\0' || data[size - 2] != '\0' ||
      reg_convert ("UTF-8", "UTF-16LE", data, size - 2, &text) == -1)
    return NULL;
  if (text.data && memchr (text.data, '\0', text.size))
    return NULL;
  return gk_buf_finish (&text);
}

static int
put_quoted (struct gk_buf *b, const char *s)
{
  if (gk_buf_appends (b, "\"") == -1)
    return -1;
  for (; *s; s++)
    if (((*s == '"' || *s == '\\') && gk_buf_appends (b, "\\") == -1) ||
        gk_buf_append (b, s, 1) == -1)
      return -1;
  return gk_buf_appends (b, "\"");
}

static int
put_hex (struct gk_buf *b, int64_t type, const char *data, size_t size)
{
  size_t column;

  if ((type == REG_BINARY ? gk_buf_appends (b, "hex:")
                          : gk_buf_appendf (b, "hex(%" PRIx64 "):", (uint64_t)type)) == -1)
    return -1;
  column = b->size;
  for (size_t i = 0; i < size; i++) {
    bool last = i + 1 == size;
    if (gk_buf_appendf (b, "%02x%s", (unsigned char)data[i], last ? "" : ",") == -1)
      return -1;
    column += 3;
    if (column > LINE_MAX_HEX && !last) {
      if (gk_buf_appends (b, "\\\n  ") == -1)
        return -1;
      column = 2;
    }
  }
  return 0;
}

char *
reg_value_text (const char *name, int64_t type, const char *data, size_t size)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  _cleanup_free_ char *text = type == REG_SZ ? reg_string (data, size) : NULL;
  uint32_t n;
  int r = *name ? put_quoted (&b, name) : gk_buf_appends (&b, "@");

  if (r == -1 || gk_buf_appends (&b, "=") == -1)
    return NULL;
  if (text && reg_is_plain (text))
    r = put_quoted (&b, text);
  else if (type == REG_DWORD && size == 4) {
    memcpy (&n, data, 4);
    r = gk_buf_appendf (&b, "dword:%08" PRIx32, le32toh (n));
  } else
    r = put_hex (&b, type, data, size);
  return r == -1 ? NULL : gk_buf_finish (&b);
}

/* --- JSON --------------------------------------------------------------------------------- */

static const char *const type_names[] = {
  "REG_NONE",
  "REG_SZ",
  "REG_EXPAND_SZ",
  "REG_BINARY",
  "REG_DWORD",
  "REG_DWORD_BIG_ENDIAN",
  "REG_LINK",
  "REG_MULTI_SZ",
  "REG_RESOURCE_LIST",
  "REG_FULL_RESOURCE_DESCRIPTOR",
  "REG_RESOURCE_REQUIREMENTS_LIST",
  "REG_QWORD",
};

/* Texts that each end with NUL, and then one more. */
static struct json_object *
strings (const char *data, size_t size)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  struct json_object *list;

  if (size % 2 != 0 || reg_convert ("UTF-8", "UTF-16LE", data, size, &text) == -1)
    return NULL;
  list = json_object_new_array ();
  for (size_t at = 0; at < text.size && text.data[at]; at += strlen (text.data + at) + 1)
    json_object_array_add (list, json_object_new_string (text.data + at));
  return list;
}

struct json_object *
reg_value_json (const char *name, int64_t type, const char *data, size_t size)
{
  struct json_object *o = json_object_new_object ();
  bool text = type == REG_SZ || type == REG_EXPAND_SZ || type == REG_LINK;
  _cleanup_free_ char *s = text ? reg_string (data, size) : NULL;
  struct json_object *list = type == REG_MULTI_SZ ? strings (data, size) : NULL;
  _cleanup_gk_buf_ struct gk_buf hex = GK_BUF_INIT;
  uint64_t n = 0;

  json_object_object_add (o, "name", json_object_new_string (name));
  json_object_object_add (o, "type", json_object_new_int64 (type));
  if (type >= 0 && type <= REG_QWORD)
    json_object_object_add (o, "type_name", json_object_new_string (type_names[type]));
  if (s)
    json_object_object_add (o, "text", json_object_new_string (s));
  if (list)
    json_object_object_add (o, "texts", list);
  if ((type == REG_DWORD && size == 4) || (type == REG_QWORD && size == 8)) {
    memcpy (&n, data, size);
    n = le64toh (n);
    json_object_object_add (o, "number", json_object_new_uint64 (n));
  }
  for (size_t i = 0; i < size; i++)
    gk_buf_appendf (&hex, "%02x", (unsigned char)data[i]);
  json_object_object_add (o, "hex", json_object_new_string (hex.data ? hex.data : ""));
  return o;
}
