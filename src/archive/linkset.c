/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The symlinks that an archive has brought along.
 *
 * An archive that makes a symlink and then writes through it reaches places
 * that its member names do not show.  The jail keeps that inside the guest;
 * this set keeps it inside the directory.  Symlinks that were there before are
 * followed, as the guest's administrator meant them. */
#include <stdlib.h>

#include "archive/archive-priv.h"

/* The next component of *p, without "." and empty ones; NULL at the end. */
static const char *
next_component (const char **p, size_t *ret_len)
{
  const char *start;

  for (;;) {
    *p += strspn (*p, "/");
    start = *p;
    *ret_len = strcspn (start, "/");
    if (*ret_len == 0)
      return NULL;
    *p += *ret_len;
    if (*ret_len != 1 || start[0] != '.')
      return start;
  }
}

/* FNV-1a, component by component, so that the hashes of all prefixes of a path
 * come out of one pass. */
static uint64_t
hash_component (uint64_t h, const char *s, size_t n)
{
  for (size_t i = 0; i < n; i++)
    h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
  return (h ^ '/') * 0x100000001b3u;
}
#define HASH_START 0xcbf29ce484222325u

static uint64_t
hash_path (const char *path)
{
  uint64_t h = HASH_START;
  const char *c;
  size_t n;

  while ((c = next_component (&path, &n)))
    h = hash_component (h, c, n);
  return h;
}

/* Is a the first `len` bytes of b, but for "." and double slashes? */
static bool
same_path (const char *a, const char *b, size_t len)
{
  const char *end = b + len, *ca, *cb;
  size_t na, nb;

  for (;;) {
    ca = next_component (&a, &na);
    cb = b < end ? next_component (&b, &nb) : NULL;
    if (cb && cb >= end)
      cb = NULL;
    if (!ca || !cb)
      return !ca && !cb;
    if (na != nb || memcmp (ca, cb, na) != 0)
      return false;
  }
}

static char gone[] = "";

static char **
find (const struct gk_ar_links *l, uint64_t h, const char *path, size_t len)
{
  size_t i = (size_t)(h ^ (h >> 29)) & (l->size - 1);

  while (l->v[i] && (l->v[i] == gone || !same_path (l->v[i], path, len)))
    i = (i + 1) & (l->size - 1);
  return &l->v[i];
}

static int
grow (struct gk_ar_links *l)
{
  struct gk_ar_links bigger = { .size = l->size ? l->size * 2 : 64 };

  bigger.v = calloc (bigger.size, sizeof *bigger.v);
  if (!bigger.v)
    return -1;
  for (size_t i = 0; i < l->size; i++)
    if (l->v[i] && l->v[i] != gone) {
      *find (&bigger, hash_path (l->v[i]), l->v[i], strlen (l->v[i])) = l->v[i];
      bigger.used++;
    }
  free (l->v);
  *l = bigger;
  return 0;
}

int
gk_ar_links_add (struct gk_ar_links *l, const char *path)
{
  char **slot;

  if (l->used >= l->size / 2 && grow (l) == -1)
    return -1;
  slot = find (l, hash_path (path), path, strlen (path));
  if (*slot)
    return 0;
  *slot = strdup (path);
  if (!*slot)
    return -1;
  l->used++;
  return 0;
}

void
gk_ar_links_drop (struct gk_ar_links *l, const char *path)
{
  char **slot;

  if (l->used == 0)
    return;
  slot = find (l, hash_path (path), path, strlen (path));
  if (*slot) {
    free (*slot);
    *slot = gone;
  }
}

bool
gk_ar_links_has (const struct gk_ar_links *l, const char *path)
{
  char **slot = l->used ? find (l, hash_path (path), path, strlen (path)) : NULL;

  return slot && *slot && *slot != gone;
}

bool
gk_ar_links_on_way (const struct gk_ar_links *l, const char *path)
{
  const char *p = path, *c;
  uint64_t h = HASH_START;
  size_t n;

  if (l->used == 0)
    return false;
  while ((c = next_component (&p, &n))) {
    h = hash_component (h, c, n);
    if (*find (l, h, path, (size_t)(p - path))) {
      const char *rest = p;

      /* The last component is not on the way. */
      if (next_component (&rest, &n))
        return true;
    }
  }
  return false;
}

void
gk_ar_links_clear (struct gk_ar_links *l)
{
  for (size_t i = 0; i < l->size; i++)
    if (l->v[i] != gone)
      free (l->v[i]);
  free (l->v);
  *l = (struct gk_ar_links)GK_AR_LINKS_INIT;
}
