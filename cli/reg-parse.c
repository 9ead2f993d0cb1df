/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* .reg files: "Windows Registry Editor Version 5.00" and "REGEDIT4", in UTF-16
 * or UTF-8.  A file of the old kind without a mark may be in the encoding that
 * Western Windows had, 1252; the bytes of its hex(1), hex(2) and hex(7) are in
 * that, too, where the new kind has UTF-16. */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/reg.h"

void
reg_file_clear (struct reg_file *f)
{
  for (size_t i = 0; i < f->n; i++) {
    free (f->v[i].key);
    free (f->v[i].name);
    gk_buf_clear (&f->v[i].data);
  }
  free (f->v);
  *f = (struct reg_file){ NULL, 0 };
}

/* --- encodings ---------------------------------------------------------------------------- */

int
reg_convert (const char *to, const char *from, const char *data, size_t size, struct gk_buf *ret)
{
  iconv_t cd = iconv_open (to, from);
  char *in = (char *)data, block[4096];
  int r = 0;

  if (cd == (iconv_t)-1)
    return -1;
  while (size > 0 && r == 0) {
    char *out = block;
    size_t room = sizeof block;
    if (iconv (cd, &in, &size, &out, &room) == (size_t)-1 && errno != E2BIG) {
      errno = errno == EINVAL ? EILSEQ : errno;
      r = -1;
    } else
      r = gk_buf_append (ret, block, sizeof block - room);
  }
  int e = errno;
  iconv_close (cd);
  errno = e;
  return r == -1 ? -1 : gk_buf_append (ret, "", 0);
}

static int
to_utf8 (const char *data, size_t size, struct gk_buf *ret, struct gk_error *err)
{
  const unsigned char *p = (const unsigned char *)data;
  const char *from = "UTF-8";
  size_t mark = 0;

  if (size >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff))) {
    from = p[0] == 0xff ? "UTF-16LE" : "UTF-16BE";
    mark = 2;
  } else if (size >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
    mark = 3;
  else if (size >= 2 && p[0] != 0 && p[1] == 0)
    from = "UTF-16LE";
  if (reg_convert ("UTF-8", from, data + mark, size - mark, ret) == 0)
    return 0;
  /* The old kind of file has the old kind of text. */
  if (errno == EILSEQ && mark == 0 && size >= 8 && memcmp (data, "REGEDIT4", 8) == 0) {
    gk_buf_clear (ret);
    if (reg_convert ("UTF-8", "CP1252", data, size, ret) == 0)
      return 0;
  }
  return gk_error_set (err, errno, "the text is not valid %s", from);
}

/* --- reading ------------------------------------------------------------------------------ */

struct reader {
  const char *p;
  unsigned line;
  bool old; /* REGEDIT4 */
  struct gk_error *err;
  struct reg_file *file;
  char *key; /* whose values follow; NULL: there is none, or it was deleted */
};

static int
wrong (struct reader *r, const char *what)
{
  return gk_error_set (r->err, EINVAL, "line %u: %s", r->line, what);
}

static void
skip_blanks (struct reader *r)
{
  while (*r->p == ' ' || *r->p == '\t')
    r->p++;
}

static bool
at_end_of_line (const struct reader *r)
{
  return *r->p == '\0' || *r->p == '\n' || (*r->p == '\r' && (r->p[1] == '\n' || r->p[1] == '\0'));
}

/* To the next line; what stands before it must be nothing or a comment. */
static int
end_line (struct reader *r)
{
  skip_blanks (r);
  if (*r->p == ';')
    while (!at_end_of_line (r))
      r->p++;
  if (!at_end_of_line (r))
    return wrong (r, "there is more than was expected");
  if (*r->p == '\r')
    r->p++;
  if (*r->p == '\n') {
    r->p++;
    r->line++;
  }
  return 0;
}

/* A string behind its first quote, to behind its last. */
static int
read_quoted (struct reader *r, struct gk_buf *ret)
{
  for (; *r->p != '"'; r->p++) {
    char ch = *r->p;
    if (ch == '\0')
      return wrong (r, "a quote is not closed");
    if (ch == '\n')
      r->line++;
    if (ch == '\\') {
      r->p++;
      ch = *r->p == 'n' ? '\n' : *r->p == 'r' ? '\r' : *r->p;
      if (*r->p == '\0' || strchr ("\\\"nr", *r->p) == NULL)
        return wrong (r, "behind a backslash in quotes stands \\, \", n or r");
    }
    if (gk_buf_append (ret, &ch, 1) == -1)
      return gk_error_oom (r->err);
  }
  r->p++;
  return gk_buf_append (ret, "", 0) == -1 ? gk_error_oom (r->err) : 0;
}

static int
digit (char ch)
{
  return isdigit ((unsigned char)ch)    ? ch - '0'
         : isxdigit ((unsigned char)ch) ? (ch | 32) - 'a' + 10
                                        : -1;
}

/* "00,01,\" and so on over lines that end with a backslash. */
static int
read_hex (struct reader *r, struct gk_buf *ret)
{
  for (bool more = true; more;) {
    skip_blanks (r);
    if (*r->p == '\\') {
      r->p++;
      if (end_line (r) == -1)
        return -1;
      continue;
    }
    if (at_end_of_line (r) || *r->p == ';')
      return 0;
    int high = digit (r->p[0]), low = high == -1 ? -1 : digit (r->p[1]);
    char byte = (char)(low == -1 ? high : high << 4 | low);
    if (high == -1)
      return wrong (r, "two hexadecimal digits are expected");
    if (gk_buf_append (ret, &byte, 1) == -1)
      return gk_error_oom (r->err);
    r->p += low == -1 ? 1 : 2;
    skip_blanks (r);
    more = *r->p == ',';
    r->p += more;
  }
  return 0;
}

static int
read_number (struct reader *r, size_t max_digits, uint64_t *ret)
{
  size_t n = 0;

  for (*ret = 0; digit (*r->p) != -1 && n <= max_digits; n++)
    *ret = *ret << 4 | (unsigned)digit (*r->p++);
  return n == 0 || n > max_digits ? wrong (r, "a hexadecimal number is expected") : 0;
}

static bool
take (struct reader *r, const char *word)
{
  size_t n = strlen (word);

  if (strncasecmp (r->p, word, n) != 0)
    return false;
  r->p += n;
  return true;
}

static int
to_utf16 (struct reader *r, const char *from, struct gk_buf *data)
{
  _cleanup_gk_buf_ struct gk_buf wide = GK_BUF_INIT;

  if (reg_convert ("UTF-16LE", from, data->data ? data->data : "", data->size, &wide) == -1)
    return errno == EILSEQ ? wrong (r, "the text cannot be written as UTF-16")
                           : gk_error_oom (r->err);
  gk_buf_clear (data);
  *data = wide;
  wide = (struct gk_buf)GK_BUF_INIT;
  return 0;
}

/* What stands behind "=". */
static int
read_data (struct reader *r, struct reg_change *c)
{
  uint64_t n;

  if (take (r, "-")) {
    c->what = REG_DELETE;
    return 0;
  }
  if (take (r, "\"")) {
    c->type = REG_SZ;
    if (read_quoted (r, &c->data) == -1)
      return -1;
    if (to_utf16 (r, "UTF-8", &c->data) == -1)
      return -1;
    return gk_buf_append (&c->data, "\0", 2) == -1 ? gk_error_oom (r->err) : 0;
  }
  if (take (r, "dword:")) {
    c->type = REG_DWORD;
    skip_blanks (r);
    if (read_number (r, 8, &n) == -1)
      return -1;
    const unsigned char le[] = { (unsigned char)n, (unsigned char)(n >> 8),
                                 (unsigned char)(n >> 16), (unsigned char)(n >> 24) };
    return gk_buf_append (&c->data, le, 4) == -1 ? gk_error_oom (r->err) : 0;
  }
  if (!take (r, "hex"))
    return wrong (r, "a value is a text in quotes, dword:, hex:, hex(N): or -");
  c->type = REG_BINARY;
  if (take (r, "(")) {
    if (read_number (r, 8, &n) == -1)
      return -1;
    c->type = (int64_t)n;
    if (!take (r, ")"))
      return wrong (r, ") is expected");
  }
  if (!take (r, ":"))
    return wrong (r, ": is expected behind hex");
  if (read_hex (r, &c->data) == -1)
    return -1;
  bool text = c->type == REG_SZ || c->type == REG_EXPAND_SZ || c->type == REG_MULTI_SZ;
  return r->old && text ? to_utf16 (r, "CP1252", &c->data) : 0;
}

static int
add (struct reader *r, struct reg_change *c)
{
  struct reg_change *v = reallocarray (r->file->v, r->file->n + 1, sizeof *v);

  if (v == NULL || c->key == NULL || c->name == NULL) {
    if (v)
      r->file->v = v;
    free (c->key);
    free (c->name);
    gk_buf_clear (&c->data);
    return gk_error_oom (r->err);
  }
  r->file->v = v;
  v[r->file->n++] = *c;
  return 0;
}

static bool
names_fit (const char *key)
{
  for (const char *p = key; *p;) {
    size_t n = strcspn (p, "\\");
    if (n == 0 || n > REG_KEY_MAX * 3)
      return false;
    p += n;
    if (*p == '\\' && *++p == '\0')
      return false;
  }
  return *key != '\0';
}

/* [KEY] or [-KEY]; a key's name may have brackets, so the last one ends it. */
static int
read_key (struct reader *r)
{
  const char *end = r->p, *start;
  struct reg_change c = { .what = REG_MAKE_KEY, .line = r->line };

  while (*end && *end != '\n')
    end++;
  while (end > r->p && *end != ']')
    end--;
  if (*end != ']')
    return wrong (r, "] is expected");
  r->p++;
  if (*r->p == '-') {
    c.what = REG_DELETE_KEY;
    r->p++;
  }
  start = r->p;
  r->p = end + 1;
  c.key = strndup (start, (size_t)(end - start));
  c.name = strdup ("");
  free (r->key);
  r->key = c.what == REG_MAKE_KEY && c.key ? strdup (c.key) : NULL;
  if (c.key && !names_fit (c.key)) {
    free (c.key);
    free (c.name);
    return wrong (r, "this is no name of a key");
  }
  return add (r, &c) == -1 ? -1 : end_line (r);
}

static int
read_value (struct reader *r)
{
  struct reg_change c = { .what = REG_SET, .line = r->line };
  _cleanup_gk_buf_ struct gk_buf name = GK_BUF_INIT;

  if (*r->p++ == '"' && read_quoted (r, &name) == -1)
    return -1;
  if (name.size > REG_NAME_MAX)
    return wrong (r, "the name of the value is too long");
  skip_blanks (r);
  if (*r->p++ != '=')
    return wrong (r, "= is expected");
  if (r->key == NULL)
    return wrong (r, "a value stands behind a key to which it belongs");
  skip_blanks (r);
  if (read_data (r, &c) == -1) {
    gk_buf_clear (&c.data);
    return -1;
  }
  c.key = strdup (r->key);
  c.name = strdup (name.data ? name.data : "");
  return add (r, &c) == -1 ? -1 : end_line (r);
}

static int
read_head (struct reader *r)
{
  r->old = take (r, "REGEDIT4");
  if (!r->old && !take (r, "Windows Registry Editor Version 5.00"))
    return wrong (r, "a file of this kind begins with 'Windows Registry Editor Version 5.00' or "
                     "'REGEDIT4'");
  return end_line (r);
}

static int
read_all (struct reader *r)
{
  if (read_head (r) == -1)
    return -1;
  while (*r->p) {
    skip_blanks (r);
    int done = *r->p == '['                   ? read_key (r)
               : *r->p == '"' || *r->p == '@' ? read_value (r)
                                              : end_line (r);
    if (done == -1)
      return -1;
  }
  return 0;
}

int
reg_parse (const char *data, size_t size, struct reg_file *ret, struct gk_error *err)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  struct reg_file file = { NULL, 0 };
  struct reader r = { .line = 1, .err = err, .file = &file };

  if (to_utf8 (data, size, &text, err) == -1)
    return -1;
  if (text.data && memchr (text.data, '\0', text.size))
    return gk_error_set (err, EINVAL, "there is a NUL character in the text");
  r.p = text.data ? text.data : "";
  int done = read_all (&r);
  free (r.key);
  if (done == -1) {
    reg_file_clear (&file);
    return -1;
  }
  *ret = file;
  return 0;
}
