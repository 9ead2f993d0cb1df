/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small string helpers. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"
#include "base/strv.h"

char *
gk_asprintf (const char *fmt, ...)
{
  char *s;
  va_list ap;

  va_start (ap, fmt);
  if (vasprintf (&s, fmt, ap) == -1)
    s = NULL;
  va_end (ap);
  if (!s)
    errno = ENOMEM;
  return s;
}

/* Bytes of the printable character that starts at p (n > 0 bytes left), or 0
 * when there is none: a control character (C0, DEL, C1), an overlong form, a
 * surrogate, a number past U+10FFFF or a truncated sequence. */
static size_t
printable (const unsigned char *p, size_t n)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  uint32_t c;
  size_t len;

  if (p[0] < 0x80)
    return p[0] >= 0x20 && p[0] != 0x7f;
  if ((p[0] & 0xe0) == 0xc0) {
    len = 2;
    c = p[0] & 0x1f;
  } else if ((p[0] & 0xf0) == 0xe0) {
    len = 3;
    c = p[0] & 0x0f;
  } else if ((p[0] & 0xf8) == 0xf0) {
    len = 4;
    c = p[0] & 0x07;
  } else
    return 0;
  if (len > n)
    return 0;
  for (size_t i = 1; i < len; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return 0;
    c = c << 6 | (p[i] & 0x3f);
  }
  if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c < 0xa0)
    return 0;
  return len;
}

static char *
escape (const char *data, size_t size, size_t max, bool lines)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  const unsigned char *p = (const unsigned char *)data;
  size_t n = size < max ? size : max, len;

  for (size_t i = 0; i < n; i += len) {
    len = p[i] == '\\' ? 0 : lines && p[i] == '\n' ? 1 : printable (p + i, n - i);
    if (len == 0) {
      len = 1;
      if (gk_buf_appendf (&b, "\\x%02x", p[i]) == -1)
        return NULL;
    } else if (gk_buf_append (&b, p + i, len) == -1)
      return NULL;
  }
  if (size > max && gk_buf_appends (&b, "...") == -1)
    return NULL;
  return gk_buf_finish (&b);
}

char *
gk_escape (const char *data, size_t size, size_t max)
{
  return escape (data, size, max, false);
}

char *
gk_escape_lines (const char *data, size_t size)
{
  return escape (data, size, size, true);
}

int
gk_parse_u64 (const char *s, uint64_t max, uint64_t *ret_value)
{
  uint64_t v = 0;

  if (*s == '\0') {
    errno = EINVAL;
    return -1;
  }
  /* Not a number at all is EINVAL, however long it is. */
  if (s[strspn (s, "0123456789")] != '\0') {
    errno = EINVAL;
    return -1;
  }
  for (; *s; s++) {
    if (__builtin_mul_overflow (v, (uint64_t)10, &v) ||
        __builtin_add_overflow (v, (uint64_t)(*s - '0'), &v) || v > max) {
      errno = ERANGE;
      return -1;
    }
  }
  *ret_value = v;
  return 0;
}

size_t
gk_utf16_units (const char *s)
{
  size_t n = 0;

  for (const unsigned char *p = (const unsigned char *)s; *p; p++)
    n += (*p & 0xc0) == 0x80 ? 0 : *p >= 0xf0 ? 2 : 1;
  return n;
}
