/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A hash table with open addressing.  Inode numbers come from a hostile file
 * system, which may choose them to collide: the multiplier is random. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/inomap.h"

struct gk_inomap_slot {
  bool taken;
  dev_t dev;
  ino_t ino;
  char *name;
};

static size_t
first_slot (const struct gk_inomap *m, dev_t dev, ino_t ino)
{
  uint64_t h = ((uint64_t)ino ^ ((uint64_t)dev << 40)) * m->seed;

  h ^= h >> 32;
  h *= m->seed;
  return (size_t)(h >> 20) & (m->size - 1);
}

static struct gk_inomap_slot *
find (const struct gk_inomap *m, dev_t dev, ino_t ino)
{
  size_t i = first_slot (m, dev, ino);

  while (m->slots[i].taken && (m->slots[i].dev != dev || m->slots[i].ino != ino))
    i = (i + 1) & (m->size - 1);
  return &m->slots[i];
}

static int
grow (struct gk_inomap *m)
{
  struct gk_inomap bigger = { .size = m->size ? m->size * 2 : 64, .used = m->used };

  bigger.slots = calloc (bigger.size, sizeof *bigger.slots);
  if (!bigger.slots)
    return -1;
  if (getrandom (&bigger.seed, sizeof bigger.seed, GRND_NONBLOCK) != sizeof bigger.seed)
    bigger.seed = (uintptr_t)bigger.slots * 0x9e3779b97f4a7c15u;
  bigger.seed |= 1;
  for (size_t i = 0; i < m->size; i++)
    if (m->slots[i].taken)
      *find (&bigger, m->slots[i].dev, m->slots[i].ino) = m->slots[i];
  free (m->slots);
  *m = bigger;
  return 0;
}

int
gk_inomap_meet (struct gk_inomap *m, dev_t dev, ino_t ino, const char *name, const char **ret_name)
{
  struct gk_inomap_slot *s;
  char *copy = NULL;

  if (m->used >= m->size / 2 && grow (m) == -1)
    return -1;
  s = find (m, dev, ino);
  if (s->taken) {
    *ret_name = s->name;
    return 1;
  }
  if (name && !(copy = strdup (name)))
    return -1;
  *s = (struct gk_inomap_slot){ true, dev, ino, copy };
  m->used++;
  return 0;
}

void
gk_inomap_clear (struct gk_inomap *m)
{
  for (size_t i = 0; i < m->size; i++)
    free (m->slots[i].name);
  free (m->slots);
  *m = (struct gk_inomap)GK_INOMAP_INIT;
}
