/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Folders that were made here: their attributes, and the names that they have not.
 *
 * Programs that copy look for each name before they make it.  In a folder that
 * was made here every name came this way, so those that did not are not there,
 * and the worker needs not be asked.  That ends with the next call on the handle,
 * which may do anything.  Only hashes are kept: a name that has the hash of
 * another is asked for.
 */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "client/local-fuse-priv.h"

#define MAX_FOLDERS 16384u
#define MAX_NAMES 16384u   /* of one folder */
#define MAX_PLACES 524288u /* of all, 8 bytes each */

struct made {
  uint64_t node; /* 0: free */
  uint64_t *names;
  uint32_t n, size; /* size is 0 or a power of two, and always more than n */
  struct gk_lfs_entry attr;
};

struct gk_absent {
  struct made *folders;
  uint32_t n, alloc;
  uint32_t next; /* that is given up for a new one, once there are MAX_FOLDERS */
  uint32_t places;
};

/* Never 0. */
static uint64_t
hash_of (const char *name)
{
  uint64_t h = UINT64_C (14695981039346656037);

  for (; *name; ++name)
    h = (h ^ (unsigned char)*name) * UINT64_C (1099511628211);
  return h ? h : 1;
}

static uint64_t *
place_of (const struct made *m, uint64_t hash)
{
  uint32_t i = (uint32_t)(hash ^ hash >> 32) & (m->size - 1);

  while (m->names[i] && m->names[i] != hash)
    i = (i + 1) & (m->size - 1);
  return &m->names[i];
}

static void
give_up (struct gk_absent *a, struct made *m)
{
  a->places -= m->size;
  free (m->names);
  *m = (struct made){ 0 };
}

static int
grow (struct gk_absent *a, struct made *m)
{
  struct made larger = *m;

  larger.size = m->size ? m->size * 2 : 16;
  if (a->places + larger.size - m->size > MAX_PLACES)
    return -1;
  larger.names = calloc (larger.size, sizeof *larger.names);
  if (larger.names == NULL)
    return -1;
  for (uint32_t i = 0; i < m->size; ++i)
    if (m->names[i])
      *place_of (&larger, m->names[i]) = m->names[i];
  a->places += larger.size - m->size;
  free (m->names);
  *m = larger;
  return 0;
}

static struct made *
find (struct gk_local *l, uint64_t node)
{
  const struct known *k = l->absent ? gk_local_known (l, node) : NULL;

  if (k == NULL || k->made == 0)
    return NULL;
  struct made *m = &l->absent->folders[k->made - 1];
  return k->made <= l->absent->n && m->node == node ? m : NULL;
}

/* A place for one more. */
static struct made *
take (struct gk_absent *a)
{
  if (a->n == MAX_FOLDERS) {
    struct made *m = &a->folders[a->next++ % MAX_FOLDERS];
    give_up (a, m);
    return m;
  }
  if (a->n == a->alloc) {
    uint32_t n = a->alloc ? a->alloc * 2 : 64;
    struct made *folders = realloc (a->folders, n * sizeof *folders);
    if (folders == NULL)
      return NULL;
    a->folders = folders;
    a->alloc = n;
  }
  a->folders[a->n] = (struct made){ 0 };
  return &a->folders[a->n++];
}

void
gk_local_made_folder (struct gk_local *l, const struct gk_lfs_entry *e)
{
  struct known *k = gk_local_known (l, e->node);

  if (l->absent == NULL)
    l->absent = calloc (1, sizeof *l->absent);
  struct made *m = k && l->absent ? take (l->absent) : NULL;
  if (m == NULL || grow (l->absent, m) == -1)
    return;
  m->node = e->node;
  m->attr = *e;
  k->made = (uint32_t)(m - l->absent->folders) + 1;
}

struct gk_lfs_entry *
gk_local_made_attr (struct gk_local *l, uint64_t node)
{
  struct made *m = find (l, node);

  return m ? &m->attr : NULL;
}

void
gk_local_makes_name (struct gk_local *l, uint64_t parent, const char *name)
{
  struct made *m = find (l, parent);

  if (m == NULL)
    return;
  uint64_t hash = hash_of (name), *place = place_of (m, hash);
  if (*place)
    return;
  *place = hash;
  if (++m->n >= MAX_NAMES || (m->n > m->size / 2 && grow (l->absent, m) == -1))
    give_up (l->absent, m);
}

bool
gk_local_is_absent (struct gk_local *l, uint64_t parent, const char *name)
{
  const struct made *m = find (l, parent);

  /* What is too long to be a name is another error. */
  return m && *place_of (m, hash_of (name)) == 0 && strlen (name) <= NAME_MAX;
}

void
gk_local_forget_absent (struct gk_local *l)
{
  for (uint32_t i = 0; l->absent && i < l->absent->n; ++i)
    free (l->absent->folders[i].names);
  if (l->absent)
    free (l->absent->folders);
  free (gk_steal_ptr (l->absent));
}
