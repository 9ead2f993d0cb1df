/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small string helpers. */
#ifndef GK_BASE_STR_H
#define GK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool
gk_streq (const char *a, const char *b)
{
  return strcmp (a, b) == 0;
}

/* The rest of s after prefix, or NULL. */
static inline const char *
gk_after_prefix (const char *s, const char *prefix)
{
  size_t n = strlen (prefix);
  return strncmp (s, prefix, n) == 0 ? s + n : NULL;
}

char *gk_asprintf (const char *fmt, ...) __attribute__ ((format (printf, 1, 2))); /* NULL: ENOMEM */

/* Bytes as they may be shown to a person or put in a log: control characters,
 * backslash and bytes that are not UTF-8 become \xNN.  At most max input
 * bytes, then "...".  NULL: ENOMEM. */
char *gk_escape (const char *data, size_t size, size_t max);

/* The same of all of a text, whose ends of lines stay. */
char *gk_escape_lines (const char *data, size_t size);

/* How many UTF-16 characters a text in UTF-8 is. */
size_t gk_utf16_units (const char *s);

/* Whole string must be a decimal number in [0, max].  0, or -1 with errno
 * EINVAL or ERANGE. */
int gk_parse_u64 (const char *s, uint64_t max, uint64_t *ret_value);

#endif
