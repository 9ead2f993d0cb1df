/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* String vectors and byte buffers that grow by doubling. */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strv.h"

/* An array of *alloc elements that shall hold at least need. */
static int
grow (void *array, size_t *alloc, size_t need, size_t element)
{
  size_t n = *alloc ? *alloc : 16;
  void *old, *new;

  if (need <= *alloc)
    return 0;
  while (n < need) {
    if (n > SIZE_MAX / 2) {
      n = need;
      break;
    }
    n *= 2;
  }
  memcpy (&old, array, sizeof old);
  new = reallocarray (old, n, element);
  if (!new) {
    errno = ENOMEM;
    return -1;
  }
  memcpy (array, &new, sizeof new);
  *alloc = n;
  return 0;
}

int
gk_strv_push_take (struct gk_strv *sv, char *s)
{
  /* NULL is a copy or a format that failed. */
  if (!s || grow (&sv->v, &sv->alloc, sv->len + 2, sizeof (char *)) == -1) {
    free (s);
    errno = ENOMEM;
    return -1;
  }
  sv->v[sv->len++] = s;
  sv->v[sv->len] = NULL;
  return 0;
}

int
gk_strv_push (struct gk_strv *sv, const char *s)
{
  return gk_strv_push_take (sv, strdup (s));
}

int
gk_strv_pushf (struct gk_strv *sv, const char *fmt, ...)
{
  char *s;
  va_list ap;

  va_start (ap, fmt);
  if (vasprintf (&s, fmt, ap) == -1)
    s = NULL;
  va_end (ap);
  return gk_strv_push_take (sv, s);
}

char **
gk_strv_finish (struct gk_strv *sv)
{
  char **v;

  if (!sv->v && grow (&sv->v, &sv->alloc, 1, sizeof (char *)) == -1)
    return NULL;
  v = sv->v;
  v[sv->len] = NULL;
  *sv = (struct gk_strv)GK_STRV_INIT;
  return v;
}

void
gk_strv_clear (struct gk_strv *sv)
{
  int saved = errno;

  gk_strv_free (sv->v);
  *sv = (struct gk_strv)GK_STRV_INIT;
  errno = saved;
}

size_t
gk_strv_length (char *const *v)
{
  size_t n = 0;

  while (v && v[n])
    n++;
  return n;
}

char **
gk_strv_copy (char *const *v)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  for (size_t i = 0; v && v[i]; i++)
    if (gk_strv_push (&sv, v[i]) == -1)
      return NULL;
  return gk_strv_finish (&sv);
}

void
gk_strv_free (char **v)
{
  for (size_t i = 0; v && v[i]; i++)
    free (v[i]);
  free (v);
}

static int
compare (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

void
gk_strv_sort (char **v, size_t len)
{
  if (len > 1)
    qsort (v, len, sizeof *v, compare);
}

bool
gk_strv_contains (char *const *v, const char *s)
{
  for (size_t i = 0; v && v[i]; i++)
    if (strcmp (v[i], s) == 0)
      return true;
  return false;
}

int
gk_buf_reserve (struct gk_buf *b, size_t more)
{
  /* One byte for the NUL. */
  if (more > SIZE_MAX / 2 - 1 - b->size) {
    errno = ENOMEM;
    return -1;
  }
  return grow (&b->data, &b->alloc, b->size + more + 1, 1);
}

int
gk_buf_append (struct gk_buf *b, const void *data, size_t n)
{
  if (gk_buf_reserve (b, n) == -1)
    return -1;
  if (n > 0)
    memcpy (b->data + b->size, data, n);
  b->size += n;
  b->data[b->size] = '\0';
  return 0;
}

int
gk_buf_appends (struct gk_buf *b, const char *s)
{
  return gk_buf_append (b, s, strlen (s));
}

int
gk_buf_appendf (struct gk_buf *b, const char *fmt, ...)
{
  va_list ap, again;
  int n;

  va_start (ap, fmt);
  va_copy (again, ap);
  n = vsnprintf (NULL, 0, fmt, ap);
  va_end (ap);
  if (n < 0 || gk_buf_reserve (b, n) == -1) {
    va_end (again);
    errno = ENOMEM;
    return -1;
  }
  vsnprintf (b->data + b->size, (size_t)n + 1, fmt, again);
  va_end (again);
  b->size += n;
  return 0;
}

char *
gk_buf_finish (struct gk_buf *b)
{
  char *data;

  if (gk_buf_append (b, NULL, 0) == -1)
    return NULL;
  data = b->data;
  *b = (struct gk_buf)GK_BUF_INIT;
  return data;
}

void
gk_buf_clear (struct gk_buf *b)
{
  int saved = errno;

  free (b->data);
  *b = (struct gk_buf)GK_BUF_INIT;
  errno = saved;
}
