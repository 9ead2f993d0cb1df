/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Private data: pointers that a program hangs on a handle under a name.  There
 * are a handful, so a vector is searched.  NULL data is no data: getting and
 * iterating skip it. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "client/handle-priv.h"

static struct gk_private *
find (guestfs_h *g, const char *key)
{
  for (size_t i = 0; i < g->nprivates; i++)
    if (gk_streq (g->privates[i].key, key))
      return &g->privates[i];
  return NULL;
}

static void
set (guestfs_h *g, const char *key, void *data)
{
  struct gk_private *p = find (g, key);
  if (p) {
    p->data = data;
    return;
  }

  struct gk_private *privates = reallocarray (g->privates, g->nprivates + 1, sizeof *privates);
  if (privates)
    g->privates = privates;
  char *copy = privates ? strdup (key) : NULL;
  if (!copy)
    gk_client_oom (g);
  else
    g->privates[g->nprivates++] = (struct gk_private){ copy, data };
}

void
guestfs_set_private (guestfs_h *g, const char *key, void *data)
{
  pthread_mutex_lock (&g->lock);
  set (g, key, data);
  pthread_mutex_unlock (&g->lock);
}

void *
guestfs_get_private (guestfs_h *g, const char *key)
{
  pthread_mutex_lock (&g->lock);
  const struct gk_private *p = find (g, key);
  void *data = p ? p->data : NULL;
  pthread_mutex_unlock (&g->lock);
  return data;
}

static void *
next (guestfs_h *g, const char **key_rtn)
{
  while (g->private_iter < g->nprivates) {
    const struct gk_private *p = &g->privates[g->private_iter++];
    if (p->data) {
      *key_rtn = p->key;
      return p->data;
    }
  }
  return NULL;
}

void *
guestfs_first_private (guestfs_h *g, const char **key_rtn)
{
  pthread_mutex_lock (&g->lock);
  g->private_iter = 0;
  void *data = next (g, key_rtn);
  pthread_mutex_unlock (&g->lock);
  return data;
}

void *
guestfs_next_private (guestfs_h *g, const char **key_rtn)
{
  pthread_mutex_lock (&g->lock);
  void *data = next (g, key_rtn);
  pthread_mutex_unlock (&g->lock);
  return data;
}

void
gk_private_free (guestfs_h *g)
{
  for (size_t i = 0; i < g->nprivates; i++)
    free (g->privates[i].key);
  free (g->privates);
  g->privates = NULL;
  g->nprivates = 0;
}
