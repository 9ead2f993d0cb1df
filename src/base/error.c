/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The error object.
 *
 * "Set" means that either member is non-zero: when memory runs out while the
 * message is made, errnum alone remains and gk_error_msg speaks for it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Linux numbers end at 133; the rest is room for new ones. */
#define ERRNO_MAX 200

static bool
is_set (const struct gk_error *err)
{
  return err->msg != NULL || err->errnum != 0;
}

/* strerrordesc_np, not strerror: the same in every locale and thread. */
static const char *
errno_text (int errnum)
{
  const char *s = strerrordesc_np (errnum);
  return s ? s : "Unknown error";
}

static void __attribute__ ((format (printf, 4, 0)))
set (struct gk_error *err, int errnum, bool with_text, const char *fmt, va_list ap)
{
  char *msg, *whole;

  if (vasprintf (&msg, fmt, ap) == -1)
    msg = NULL;
  if (msg && with_text) {
    if (asprintf (&whole, "%s: %s", msg, errno_text (errnum)) == -1)
      whole = NULL;
    free (msg);
    msg = whole;
  }
  if (!msg && errnum == 0)
    errnum = ENOMEM;
  err->msg = msg;
  err->errnum = errnum;
}

int
gk_error_set (struct gk_error *err, int errnum, const char *fmt, ...)
{
  va_list ap;

  if (err && !is_set (err)) {
    va_start (ap, fmt);
    set (err, errnum, false, fmt, ap);
    va_end (ap);
  }
  errno = err ? err->errnum : errnum;
  return -1;
}

int
gk_error_sys (struct gk_error *err, int errnum, const char *fmt, ...)
{
  va_list ap;

  if (err && !is_set (err)) {
    va_start (ap, fmt);
    set (err, errnum, true, fmt, ap);
    va_end (ap);
  }
  errno = err ? err->errnum : errnum;
  return -1;
}

int
gk_error_wrap (struct gk_error *err, const char *fmt, ...)
{
  char *context, *whole;
  va_list ap;
  int r;

  if (!err)
    return -1;
  if (is_set (err)) {
    va_start (ap, fmt);
    r = vasprintf (&context, fmt, ap);
    va_end (ap);
    /* Without memory the bare message is better than none. */
    if (r != -1) {
      if (asprintf (&whole, "%s: %s", context, gk_error_msg (err)) != -1) {
        free (err->msg);
        err->msg = whole;
      }
      free (context);
    }
  }
  errno = err->errnum;
  return -1;
}

int
gk_error_oom (struct gk_error *err)
{
  if (err && !is_set (err))
    err->errnum = ENOMEM;
  errno = err ? err->errnum : ENOMEM;
  return -1;
}

const char *
gk_error_msg (const struct gk_error *err)
{
  if (err->msg)
    return err->msg;
  return err->errnum ? errno_text (err->errnum) : "no error";
}

/* Keeps errno: it runs as a cleanup on the way out of a failed function. */
void
gk_error_clear (struct gk_error *err)
{
  int saved = errno;

  free (err->msg);
  err->msg = NULL;
  err->errnum = 0;
  errno = saved;
}

void
gk_error_move (struct gk_error *to, struct gk_error *from)
{
  if (to && !is_set (to)) {
    *to = *from;
    from->msg = NULL;
    from->errnum = 0;
  } else {
    gk_error_clear (from);
  }
}

const char *
gk_errno_name (int errnum)
{
  return errnum > 0 ? strerrorname_np (errnum) : NULL;
}

int
gk_errno_number (const char *name)
{
  /* Second names that strerrorname_np never gives. */
  static const struct {
    const char *name;
    int errnum;
  } aliases[] = {
    { "EWOULDBLOCK", EWOULDBLOCK },
    { "EDEADLOCK", EDEADLOCK },
    { "EOPNOTSUPP", EOPNOTSUPP },
    { "ENOTSUP", ENOTSUP },
  };
  const char *s;

  for (int i = 1; i < ERRNO_MAX; i++) {
    s = strerrorname_np (i);
    if (s && strcmp (s, name) == 0)
      return i;
  }
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
    if (strcmp (aliases[i].name, name) == 0)
      return aliases[i].errnum;
  return 0;
}

int
gk_errno_of_medium (const char *words, size_t size, const char **ret_line, size_t *ret_len)
{
  static const int media[] = { EIO, ENOSPC, EROFS };
  int found = 0;

  if (size == 0)
    return 0;
  const char *end = words + size, *first = end;
  for (size_t i = 0; i < sizeof media / sizeof media[0]; i++) {
    const char *text = strerrordesc_np (media[i]);
    const char *at = memmem (words, size, text, strlen (text));
    if (at && at < first) {
      first = at;
      found = media[i];
    }
  }
  if (found && ret_line) {
    const char *start = memrchr (words, '\n', (size_t)(first - words));
    const char *stop = memchr (first, '\n', (size_t)(end - first));
    *ret_line = start ? start + 1 : words;
    *ret_len = (size_t)((stop ? stop : end) - *ret_line);
  }
  return found;
}
