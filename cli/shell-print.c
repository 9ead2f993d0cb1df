/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Results as text, in guestfish's form: scripts parse it. */

#include <ctype.h>
#include <inttypes.h>

#include "api/struct.h"
#include "cli/shell.h"

/* Bytes of a buffer field; it may hold anything. */
static void
print_bytes (FILE *fp, const char *data, size_t size)
{
  for (size_t i = 0; i < size; ++i)
    if (isprint ((unsigned char)data[i]))
      putc (data[i], fp);
    else
      fprintf (fp, "\\x%02x", (unsigned char)data[i]);
}

static void
print_field (FILE *fp, const struct gk_field *f, const char *p)
{
  const char *at = p + f->offset;

  switch (f->type) {
  case GK_FIELD_STRING:
  case GK_FIELD_DEVICE:
    fputs (*(char *const *)at ? *(char *const *)at : "", fp);
    break;
  case GK_FIELD_BUFFER:
    print_bytes (fp, *(char *const *)at, *(const uint32_t *)(p + f->len_offset));
    break;
  case GK_FIELD_UUID:
    fprintf (fp, "%.*s", GK_UUID_LEN, at);
    break;
  case GK_FIELD_CHAR:
    print_bytes (fp, at, 1);
    break;
  case GK_FIELD_INT32:
    fprintf (fp, "%" PRIi32, *(const int32_t *)at);
    break;
  case GK_FIELD_UINT32:
    fprintf (fp, "%" PRIu32, *(const uint32_t *)at);
    break;
  case GK_FIELD_INT64:
    fprintf (fp, "%" PRIi64, *(const int64_t *)at);
    break;
  case GK_FIELD_UINT64:
  case GK_FIELD_BYTES:
    fprintf (fp, "%" PRIu64, *(const uint64_t *)at);
    break;
  case GK_FIELD_PERCENT:
    if (*(const float *)at >= 0)
      fprintf (fp, "%g %%", (double)*(const float *)at);
    break;
  }
}

static void
print_struct (FILE *fp, const struct gk_struct *s, const void *p, const char *indent)
{
  for (size_t i = 0; i < s->nfields; ++i) {
    fprintf (fp, "%s%s: ", indent, s->fields[i].name);
    print_field (fp, &s->fields[i], p);
    putc ('\n', fp);
  }
}

static void
print_struct_list (FILE *fp, const struct gk_struct *s, const void *list)
{
  uint32_t n = gk_struct_list_len (list);

  for (uint32_t i = 0; i < n; ++i) {
    fprintf (fp, "[%" PRIu32 "] = {\n", i);
    print_struct (fp, s, gk_struct_list_at (s, list, i), "  ");
    fputs ("}\n", fp);
  }
}

static void
print_integer (FILE *fp, const struct gk_call *call, int64_t value)
{
  if (call->flags & GK_CALL_OCTAL)
    fprintf (fp, "%s%" PRIo64 "\n", value ? "0" : "", value);
  else if (call->flags & GK_CALL_HEX)
    fprintf (fp, "%s%" PRIx64 "\n", value ? "0x" : "", value);
  else
    fprintf (fp, "%" PRIi64 "\n", value);
}

void
shell_print_result (const struct gk_call *call, const union gk_ret *ret, FILE *fp)
{
  switch (call->ret) {
  case GK_RET_ERR:
    break;
  case GK_RET_INT:
    print_integer (fp, call, ret->i);
    break;
  case GK_RET_INT64:
    print_integer (fp, call, ret->i64);
    break;
  case GK_RET_BOOL:
    fputs (ret->i ? "true\n" : "false\n", fp);
    break;
  case GK_RET_CONST_STRING:
  case GK_RET_CONST_OPT_STRING:
  case GK_RET_STRING:
    fprintf (fp, "%s\n", ret->cstr ? ret->cstr : "(null)");
    break;
  case GK_RET_STRING_LIST:
    for (size_t i = 0; ret->list[i]; ++i)
      fprintf (fp, "%s\n", ret->list[i]);
    break;
  case GK_RET_HASHTABLE:
    for (size_t i = 0; ret->list[i] && ret->list[i + 1]; i += 2)
      fprintf (fp, "%s: %s\n", ret->list[i], ret->list[i + 1]);
    break;
  case GK_RET_BUFFER_OUT:
    fwrite (ret->buf.data, 1, ret->buf.size, fp);
    break;
  case GK_RET_STRUCT:
    print_struct (fp, call->ret_struct, ret->st, "");
    break;
  case GK_RET_STRUCT_LIST:
    print_struct_list (fp, call->ret_struct, ret->st);
    break;
  }
}
