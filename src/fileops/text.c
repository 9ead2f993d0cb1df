/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Content as people look at it: wc, strings, hexdump. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* Each block of the file, in order.  visit returns -1 with err set, or 0. */
struct scan {
  int (*visit) (struct scan *s, const unsigned char *p, size_t n, struct gk_error *err);
};

static int
scan (struct gk_ctx *ctx, const char *path, struct scan *s, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, err);
  _cleanup_free_ unsigned char *block = malloc (GK_FO_BLOCK);
  ssize_t n;

  if (fd == -1)
    return -1;
  if (!block)
    return gk_error_oom (err);
  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  do {
    if (gk_task_check (ctx->task, err) == -1)
      return -1;
    n = gk_read_full (fd, block, GK_FO_BLOCK);
    if (n == -1)
      return gk_fo_fail (err, errno, "read", path);
    if (n > 0 && s->visit (s, block, (size_t)n, err) == -1)
      return -1;
  } while (n == GK_FO_BLOCK);
  return 0;
}

/* --- wc ------------------------------------------------------------------------------ */

struct count {
  struct scan scan;
  uint64_t chars, lines, words;
  bool in_word;
};

static int
count_block (struct scan *s, const unsigned char *p, size_t n, struct gk_error *err)
{
  struct count *c = (struct count *)s;

  c->chars += n;
  for (size_t i = 0; i < n; i++) {
    if (p[i] == '\n')
      c->lines++;
    if (strchr (" \t\n\v\f\r", p[i]) && p[i]) {
      c->words += c->in_word;
      c->in_word = false;
    } else if (p[i] > 0x20 && p[i] < 0x7f)
      /* What cannot be printed neither makes a word nor ends one, as with wc
       * in the locale C. */
      c->in_word = true;
  }
  return 0;
}

static int
count (struct gk_ctx *ctx, const char *path, struct count *c, struct gk_error *err)
{
  *c = (struct count){ .scan = { count_block } };
  if (scan (ctx, path, &c->scan, err) == -1)
    return -1;
  c->words += c->in_word;
  return 0;
}

static int
give_number (uint64_t n, const char *path, int *ret_value, struct gk_error *err)
{
  if (n > INT_MAX)
    return gk_fo_fail (err, EOVERFLOW, NULL, path);
  *ret_value = (int)n;
  return 0;
}

int
gk_fileops_wc_l (struct gk_ctx *ctx, const char *path, int *ret_value, struct gk_error *err)
{
  struct count c;

  return count (ctx, path, &c, err) == -1 ? -1 : give_number (c.lines, path, ret_value, err);
}

int
gk_fileops_wc_w (struct gk_ctx *ctx, const char *path, int *ret_value, struct gk_error *err)
{
  struct count c;

  return count (ctx, path, &c, err) == -1 ? -1 : give_number (c.words, path, ret_value, err);
}

int
gk_fileops_wc_c (struct gk_ctx *ctx, const char *path, int *ret_value, struct gk_error *err)
{
  _cleanup_close_ int fd = gk_fo_open_file (ctx, path, O_RDONLY, NULL, err);
  struct stat st;

  if (fd == -1)
    return -1;
  if (fstat (fd, &st) == -1)
    return gk_fo_fail (err, errno, NULL, path);
  return give_number ((uint64_t)st.st_size, path, ret_value, err);
}

/* --- strings ------------------------------------------------------------------------- */

#define SHORTEST 4

struct strings {
  struct scan scan;
  unsigned width; /* bytes of a character */
  bool big_endian, all_bits;
  struct gk_strv list;
  struct gk_buf run;     /* the characters so far */
  unsigned char unit[4]; /* a character that is not complete yet */
  unsigned n_unit;
  size_t total;
};

static int
end_run (struct strings *s, struct gk_error *err)
{
  size_t n = s->run.size;

  s->run.size = 0;
  if (n < SHORTEST)
    return 0;
  s->run.data[n] = '\0';
  s->total += n;
  if (s->total > GK_FO_MAX_READ)
    return gk_error_set (err, EFBIG, "the strings are larger than 2 GiB");
  return gk_strv_push (&s->list, s->run.data) == -1 ? gk_error_oom (err) : 0;
}

static bool
is_text (const struct strings *s, uint32_t c)
{
  return c == '\t' || (c >= 0x20 && c < 0x7f) || (s->all_bits && c >= 0x80 && c <= 0xff);
}

static int
strings_block (struct scan *scan_of, const unsigned char *p, size_t n, struct gk_error *err)
{
  struct strings *s = (struct strings *)scan_of;

  for (size_t i = 0; i < n; i++) {
    uint32_t c = 0;

    s->unit[s->n_unit++] = p[i];
    if (s->n_unit < s->width)
      continue;
    for (unsigned k = 0; k < s->width; k++)
      c = c << 8 | s->unit[s->big_endian ? k : s->width - 1 - k];
    if (is_text (s, c)) {
      const char byte = (char)c;
      s->n_unit = 0;
      if (gk_buf_append (&s->run, &byte, 1) == -1)
        return gk_error_oom (err);
      if (s->run.size > GK_FO_MAX_READ)
        return gk_error_set (err, EFBIG, "a string is larger than 2 GiB");
      continue;
    }
    if (end_run (s, err) == -1)
      return -1;
    /* The next may begin at any byte. */
    memmove (s->unit, s->unit + 1, --s->n_unit);
  }
  return 0;
}

int
gk_fileops_strings_e (struct gk_ctx *ctx, const char *encoding, const char *path, char ***ret_list,
                      struct gk_error *err)
{
  static const struct {
    char letter;
    unsigned char width;
    bool big_endian, all_bits;
  } kinds[] = {
    { 's', 1, false, false }, { 'S', 1, false, true }, { 'b', 2, true, false },
    { 'l', 2, false, false }, { 'B', 4, true, false }, { 'L', 4, false, false },
  };
  struct strings s = { .scan = { strings_block }, .list = GK_STRV_INIT, .run = GK_BUF_INIT };
  int r;

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (encoding[0] == kinds[i].letter && encoding[1] == '\0') {
      s.width = kinds[i].width;
      s.big_endian = kinds[i].big_endian;
      s.all_bits = kinds[i].all_bits;
    }
  if (s.width == 0)
    return gk_error_set (err, EINVAL, "%s: invalid encoding", encoding);
  r = scan (ctx, path, &s.scan, err);
  if (r == 0)
    r = end_run (&s, err);
  if (r == 0) {
    *ret_list = gk_strv_finish (&s.list);
    r = *ret_list ? 0 : gk_error_oom (err);
  }
  gk_buf_clear (&s.run);
  gk_strv_clear (&s.list);
  return r;
}

int
gk_fileops_strings (struct gk_ctx *ctx, const char *path, char ***ret_list, struct gk_error *err)
{
  return gk_fileops_strings_e (ctx, "s", path, ret_list, err);
}

/* --- hexdump -------------------------------------------------------------------------- */

#define ROW 16

struct dump {
  struct scan scan;
  struct gk_buf text;
  uint64_t at;
  unsigned char last[ROW]; /* the row before */
  bool any, repeats;
};

static int
dump_row (struct dump *d, const unsigned char *p, size_t n)
{
  /* Rows that are equal to the one before are shown as one star. */
  if (n == ROW && d->any && memcmp (p, d->last, ROW) == 0) {
    bool shown = d->repeats;
    d->repeats = true;
    return shown ? 0 : gk_buf_append (&d->text, "*\n", 2);
  }
  d->repeats = false;
  d->any = true;
  memcpy (d->last, p, n);
  if (gk_buf_appendf (&d->text, "%08llx ", (unsigned long long)d->at) == -1)
    return -1;
  for (size_t i = 0; i < ROW; i++)
    if ((i < n ? gk_buf_appendf (&d->text, " %02x", p[i]) : gk_buf_append (&d->text, "   ", 3)) ==
            -1 ||
        (i == ROW / 2 - 1 && gk_buf_append (&d->text, " ", 1) == -1))
      return -1;
  if (gk_buf_append (&d->text, "  |", 3) == -1)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (gk_buf_append (&d->text, p[i] >= 0x20 && p[i] < 0x7f ? (const char *)p + i : ".", 1) == -1)
      return -1;
  return gk_buf_append (&d->text, "|\n", 2);
}

static int
dump_block (struct scan *s, const unsigned char *p, size_t n, struct gk_error *err)
{
  struct dump *d = (struct dump *)s;

  for (size_t row; n > 0; p += row, n -= row, d->at += row) {
    row = n < ROW ? n : ROW;
    if (dump_row (d, p, row) == -1)
      return gk_error_oom (err);
    if (d->text.size > GK_FO_MAX_READ)
      return gk_error_set (err, EFBIG, "the dump is larger than 2 GiB");
  }
  return 0;
}

int
gk_fileops_hexdump (struct gk_ctx *ctx, const char *path, char **ret_string, struct gk_error *err)
{
  struct dump d = { .scan = { dump_block }, .text = GK_BUF_INIT };
  int r = scan (ctx, path, &d.scan, err);

  if (r == 0 && d.at > 0 && gk_buf_appendf (&d.text, "%08llx\n", (unsigned long long)d.at) == -1)
    r = gk_error_oom (err);
  if (r == 0) {
    *ret_string = gk_buf_finish (&d.text);
    r = *ret_string ? 0 : gk_error_oom (err);
  }
  gk_buf_clear (&d.text);
  return r;
}
