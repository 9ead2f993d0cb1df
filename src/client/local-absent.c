/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Names that are not there.
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

#include "client/local-fuse-priv.h"

#define MAX_FOLDERS 64
#define MAX_NAMES 16384u /* of one folder */

struct made {
  uint64_t node; /* 0: free */
  uint64_t *names;
  uint32_t n, size; /* size is 0 or a power of two, and always more than n */
};

struct gk_absent {
  struct made folders[MAX_FOLDERS];
  unsigned next; /* that is given up for a new one */
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
give_up (struct made *m)
{
  free (m->names);
  *m = (struct made){ 0 };
}

static int
grow (struct made *m)
{
  struct made larger = { m->node, NULL, m->n, m->size ? m->size * 2 : 64 };

  larger.names = calloc (larger.size, sizeof *larger.names);
  if (larger.names == NULL)
    return -1;
  for (uint32_t i = 0; i < m->size; ++i)
    if (m->names[i])
      *place_of (&larger, m->names[i]) = m->names[i];
  free (m->names);
  *m = larger;
  return 0;
}

static struct made *
find (struct gk_local *l, uint64_t node)
{
  for (int i = 0; l->absent && i < MAX_FOLDERS; ++i)
    if (l->absent->folders[i].node == node)
      return &l->absent->folders[i];
  return NULL;
}

void
gk_local_made_folder (struct gk_local *l, uint64_t node)
{
  if (l->absent == NULL)
    l->absent = calloc (1, sizeof *l->absent);
  if (l->absent == NULL)
    return;
  struct made *m = &l->absent->folders[l->absent->next++ % MAX_FOLDERS];
  give_up (m);
  if (grow (m) == 0)
    m->node = node;
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
  if (++m->n >= MAX_NAMES || (m->n > m->size / 2 && grow (m) == -1))
    give_up (m);
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
  for (int i = 0; l->absent && i < MAX_FOLDERS; ++i)
    give_up (&l->absent->folders[i]);
  free (l->absent);
  l->absent = NULL;
}
