/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The devices that a room's tools make and remove by themselves, such as
 * logical volumes: the room tells which there are, and the list follows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/devices-priv.h"

static void
made_clear (struct gk_made *made)
{
  free (made->node.path);
  free (made->alias);
}

void
gk_devices_free_made (struct gk_devices *d)
{
  for (size_t i = 0; i < d->n_made; i++)
    made_clear (&d->made[i]);
  free (d->made);
  d->made = NULL;
  d->n_made = 0;
}

static bool
still_there (const struct gk_devices_node *nodes, size_t n, const char *name)
{
  for (size_t i = 0; i < n; i++)
    if (gk_streq (nodes[i].path, name) || (nodes[i].alias && gk_streq (nodes[i].alias, name)))
      return true;
  return false;
}

/* Take those of the kind out of the list, and what is gone out of /dev. */
static void
drop (struct gk_devices *d, const char *kind, const struct gk_devices_node *nodes, size_t n)
{
  size_t kept = 0;

  for (size_t i = 0; i < d->n_made; i++) {
    struct gk_made *made = &d->made[i];
    if (!gk_streq (made->kind, kind)) {
      d->made[kept++] = *made;
      continue;
    }
    if (!still_there (nodes, n, made->node.path))
      gk_node_remove (d->dev_dir, made->node.path);
    if (made->alias && !still_there (nodes, n, made->alias))
      gk_node_remove (d->dev_dir, made->alias);
    made_clear (made);
  }
  d->n_made = kept;
}

static int
add (struct gk_devices *d, const char *kind, const struct gk_devices_node *node,
     struct gk_error *err)
{
  struct gk_made *made = &d->made[d->n_made];

  /* The alias first: the path may be a link to it. */
  if ((node->alias && gk_node_make (d->dev_dir, node->alias, node->devno, err) == -1) ||
      gk_node_make (d->dev_dir, node->path, node->devno, err) == -1)
    return -1;
  *made = (struct gk_made){ .node = { .path = strdup (node->path), .devno = node->devno },
                            .alias = node->alias ? strdup (node->alias) : NULL };
  snprintf (made->kind, sizeof made->kind, "%s", kind);
  if (made->node.path == NULL || (node->alias && made->alias == NULL)) {
    made_clear (made);
    return gk_error_oom (err);
  }
  d->n_made++;
  return 0;
}

void
gk_devices_nodes_clear (struct gk_devices_nodes *nodes)
{
  for (size_t i = 0; i < nodes->n; i++) {
    free ((char *)nodes->v[i].path);
    free ((char *)nodes->v[i].alias);
  }
  free (nodes->v);
}

static int
by_path (const void *a, const void *b)
{
  return strcmp (((const struct gk_devices_node *)a)->path,
                 ((const struct gk_devices_node *)b)->path);
}

void
gk_devices_nodes_sort (struct gk_devices_nodes *nodes)
{
  if (nodes->n > 0)
    qsort (nodes->v, nodes->n, sizeof *nodes->v, by_path);
}

int
gk_devices_set_nodes (struct gk_devices *d, const char *kind, const struct gk_devices_node *nodes,
                      size_t n, struct gk_error *err)
{
  struct gk_made *made = reallocarray (d->made, d->n_made + n + 1, sizeof *made);

  if (made == NULL)
    return gk_error_oom (err);
  d->made = made;
  drop (d, kind, nodes, n);
  for (size_t i = 0; i < n; i++)
    if (add (d, kind, &nodes[i], err) == -1)
      return -1;
  return 0;
}

const struct gk_device *
gk_devices_find_made (const struct gk_devices *d, const char *name)
{
  for (size_t i = 0; i < d->n_made; i++) {
    const struct gk_made *made = &d->made[i];
    if (gk_streq (made->node.path, name) || (made->alias && gk_streq (made->alias, name)))
      return &made->node;
  }
  return NULL;
}

bool
gk_devices_is_made (const struct gk_devices *d, const char *kind, const char *canonical)
{
  for (size_t i = 0; i < d->n_made; i++)
    if (gk_streq (d->made[i].kind, kind) && gk_streq (d->made[i].node.path, canonical))
      return true;
  return false;
}

bool
gk_devices_any_below (const struct gk_devices *d, const char *folder)
{
  for (size_t i = 0; i < d->n_made; i++)
    if (gk_after_prefix (d->made[i].node.path, folder))
      return true;
  return false;
}

int
gk_devices_list_made (const struct gk_devices *d, const char *kind, char ***ret_list)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  for (size_t i = 0; i < d->n_made; i++)
    if (gk_streq (d->made[i].kind, kind) && gk_strv_push (&sv, d->made[i].node.path) == -1)
      return -1;
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return -1;
  *ret_list = v;
  return 0;
}

size_t
gk_devices_count (const struct gk_devices *d)
{
  size_t n = d->n_disks + d->n_made + d->n_others;

  for (size_t i = 0; i < d->n_disks; i++)
    n += d->disks[i].n_parts;
  return n;
}

static int
push_disk (struct gk_strv *sv, const struct gk_disk *disk)
{
  if (gk_strv_push (sv, disk->whole.path) == -1)
    return -1;
  for (size_t i = 0; i < disk->n_parts; i++)
    if (gk_strv_push (sv, disk->parts[i].path) == -1)
      return -1;
  return 0;
}

int
gk_devices_list_all (const struct gk_devices *d, char ***ret_list)
{
  _cleanup_gk_strv_ struct gk_strv sv = GK_STRV_INIT;

  for (size_t i = 0; i < d->n_disks; i++)
    if (push_disk (&sv, &d->disks[i]) == -1)
      return -1;
  for (size_t i = 0; i < d->n_made; i++)
    if (gk_strv_push (&sv, d->made[i].node.path) == -1)
      return -1;
  for (size_t i = 0; i < d->n_others; i++)
    if (gk_strv_push (&sv, d->others[i].path) == -1)
      return -1;
  char **v = gk_strv_finish (&sv);
  if (v == NULL)
    return -1;
  *ret_list = v;
  return 0;
}
