/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From text to words, lists, numbers and truth values, by guestfish's rules.
 *
 * Quotes begin only where a word does; backslash means something only between
 * double quotes; a list is one word that is split once more, where single
 * quotes keep blanks together. */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/shell.h"

#define BLANKS " \t"

/* --- words ------------------------------------------------------------------------ */

static int
digits (const char *s, size_t n, int base)
{
  char copy[4] = "";

  memcpy (copy, s, strnlen (s, n));
  for (size_t i = 0; i < n; ++i)
    if (base == 16 ? !isxdigit ((unsigned char)copy[i]) : copy[i] < '0' || copy[i] > '7')
      return -1;
  return (int)strtol (copy, NULL, base);
}

/* What \... at p stands for: how many characters it takes, or 0. */
static size_t
escape (const char *p, char *ret)
{
  static const char names[] = "abfnrtv\"'\\?", values[] = "\a\b\f\n\r\t\v\"'\\?";
  const char *known = p[1] ? strchr (names, p[1]) : NULL;
  int value = p[1] == 'x' ? digits (p + 2, 2, 16) : digits (p + 1, 3, 8);

  if (known) {
    *ret = values[known - names];
    return 2;
  }
  /* A NUL would end the argument. */
  if (value <= 0 || value > 255)
    return 0;
  *ret = (char)value;
  return 4;
}

/* p is behind the opening quote; returns what is behind the closing one. */
static const char *
double_quoted (const char *p, struct gk_buf *b, struct gk_error *err)
{
  const char *start = p;

  while (*p && *p != '"') {
    char c = *p;
    size_t n = c == '\\' ? escape (p, &c) : 1;
    if (n == 0) {
      gk_error_set (err, 0, "invalid escape sequence in string (starting at offset %td)",
                    p - start);
      return NULL;
    }
    if (gk_buf_append (b, &c, 1) == -1) {
      gk_error_oom (err);
      return NULL;
    }
    p += n;
  }
  if (*p == '\0') {
    gk_error_set (err, 0, "unterminated double quote");
    return NULL;
  }
  return p + 1;
}

static const char *
single_quoted (const char *p, struct gk_buf *b, struct gk_error *err)
{
  size_t n = strcspn (p, "'");

  if (p[n] == '\0') {
    gk_error_set (err, 0, "unterminated single quote");
    return NULL;
  }
  if (gk_buf_append (b, p, n) == -1) {
    gk_error_oom (err);
    return NULL;
  }
  return p + n + 1;
}

/* "~" and "~user" of this host.  NULL: leave the word as it is. */
static const char *
home_of (const char *user)
{
  const char *home = *user ? NULL : getenv ("HOME");
  struct passwd *pw = NULL;

  if (home && *home)
    return home;
  pw = *user ? getpwnam (user) : getpwuid (geteuid ());
  return pw ? pw->pw_dir : NULL;
}

static const char *
plain (const char *p, struct gk_buf *b, struct gk_error *err)
{
  size_t n = strcspn (p, BLANKS), skip = 0;
  const char *home = NULL;

  if (*p == '~') {
    skip = strcspn (p, "/" BLANKS);
    _cleanup_free_ char *user = strndup (p + 1, skip - 1);
    home = user ? home_of (user) : NULL;
    if (home == NULL)
      skip = 0;
  }
  if ((home && gk_buf_appends (b, home) == -1) || gk_buf_append (b, p + skip, n - skip) == -1) {
    gk_error_oom (err);
    return NULL;
  }
  return p + n;
}

/* The next word; returns what is behind it. */
static const char *
next_word (const char *p, struct gk_strv *words, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  bool first = words->len == 0, quoted = !first && (*p == '"' || *p == '\'');

  if (!quoted)
    p = plain (p, &b, err);
  else if (*p == '"')
    p = double_quoted (p + 1, &b, err);
  else
    p = single_quoted (p + 1, &b, err);
  if (p == NULL)
    return NULL;
  if (*p && !strchr (BLANKS, *p)) {
    gk_error_set (err, 0, "command arguments not separated by whitespace");
    return NULL;
  }
  char *word = gk_buf_finish (&b);
  if (word == NULL || gk_strv_push_take (words, word) == -1) {
    gk_error_oom (err);
    return NULL;
  }
  return p;
}

int
shell_parse_line (const char *text, struct shell_line *line, struct gk_error *err)
{
  const char *p = text + strspn (text, BLANKS);

  if (*p == '\0' || *p == '#')
    return 0;
  if (*p == '-') {
    line->ignore = true;
    p++;
    p += strspn (p, BLANKS);
  }
  if (*p == '!' || (*p == '<' && p[1] == '!')) {
    line->kind = *p == '!' ? SHELL_LOCAL : SHELL_SOURCE;
    line->host = p + (*p == '!' ? 1 : 2);
    line->host += strspn (line->host, BLANKS);
    return 0;
  }
  while (*p) {
    if (*p == '|' && line->words.len > 0) {
      line->host = p + 1 + strspn (p + 1, BLANKS);
      break;
    }
    p = next_word (p, &line->words, err);
    if (p == NULL)
      return -1;
    p += strspn (p, BLANKS);
  }
  if (line->words.len > 0)
    line->kind = SHELL_COMMAND;
  return 0;
}

/* --- lists ------------------------------------------------------------------------ */

static const char *
next_item (const char *p, const char *all, struct gk_buf *b, struct gk_error *err)
{
  bool quoted = false;

  for (; *p && (quoted || !isspace ((unsigned char)*p)); ++p) {
    if (*p == '\'') {
      quoted = !quoted;
      continue;
    }
    if (*p == '\\' && p[1] == '\'')
      p++;
    if (gk_buf_append (b, p, 1) == -1) {
      gk_error_oom (err);
      return NULL;
    }
  }
  if (quoted) {
    gk_error_set (err, 0, "a quote is not closed in the list \"%s\"", all);
    return NULL;
  }
  return p;
}

int
shell_split_list (const char *text, char ***ret_list, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;
  const char *p = text;

  for (;;) {
    _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
    while (isspace ((unsigned char)*p))
      p++;
    if (*p == '\0')
      break;
    p = next_item (p, text, &b, err);
    if (p == NULL)
      return -1;
    char *item = gk_buf_finish (&b);
    if (item == NULL || gk_strv_push_take (&list, item) == -1)
      return gk_error_oom (err);
  }
  char **v = gk_strv_finish (&list);
  if (v == NULL)
    return gk_error_oom (err);
  *ret_list = v;
  return 0;
}

/* --- numbers ---------------------------------------------------------------------- */

/* The factor that a suffix stands for, or 0 when there is none such. */
static int
factor (const char *suffix, unsigned *ret_base, unsigned *ret_power)
{
  static const char letters[] = "KMGTPE";
  const char *p = strchr (letters, toupper ((unsigned char)*suffix));

  *ret_base = 1024;
  *ret_power = 0;
  if (*suffix == '\0')
    return 0;
  if (p == NULL)
    return -1;
  *ret_power = (unsigned)(p - letters) + 1;
  if (gk_streq (suffix + 1, "B"))
    *ret_base = 1000;
  else if (suffix[1] && !gk_streq (suffix + 1, "iB"))
    return -1;
  return 0;
}

int
shell_parse_number (const char *text, int64_t min, int64_t max, int64_t *ret_value,
                    struct gk_error *err)
{
  unsigned base, power;
  char *end;

  errno = 0;
  intmax_t value = strtoimax (text, &end, 0);
  if (end == text || isspace ((unsigned char)*text) || factor (end, &base, &power) == -1)
    return gk_error_set (err, 0, "'%s' is not a number", text);
  bool over = errno == ERANGE;
  while (power-- > 0 && !over)
    over = __builtin_mul_overflow (value, (intmax_t)base, &value);
  if (over || value < min || value > max)
    return gk_error_set (err, 0, "'%s' is out of range", text);
  *ret_value = value;
  return 0;
}

int
shell_parse_bool (const char *text, int *ret_value, struct gk_error *err)
{
  static const char *const words[][2] = { { "1", "0" },    { "true", "false" }, { "t", "f" },
                                          { "yes", "no" }, { "y", "n" },        { "on", "off" } };

  for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i)
    for (int k = 0; k < 2; ++k)
      if (strcasecmp (text, words[i][k]) == 0) {
        *ret_value = !k;
        return 0;
      }
  return gk_error_set (err, 0, "'%s' is neither true nor false", text);
}
