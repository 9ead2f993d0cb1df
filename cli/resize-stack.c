/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a device's name to what it stands on and what stands on it. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/resize-stack.h"
#include "guestkit.h"

static void
layer_clear (struct resize_layer *l)
{
  free (l->device);
  free (l->disk);
  free (l->group);
  free (l->type);
}

void
resize_stack_clear (struct resize_stack *s)
{
  for (size_t i = 0; i < s->n; i++)
    layer_clear (&s->layers[i]);
  free (s->reason);
  *s = (struct resize_stack){ .n = 0 };
}

int
resize_fail (guestfs_h *g)
{
  return cli_guestfs_error (g), -1;
}

struct resize_layer *
resize_push (struct resize_stack *s, enum resize_kind kind, const char *device)
{
  struct resize_layer *l = &s->layers[s->n];

  if (s->n == RESIZE_LAYERS) {
    cli_error ("%s: there are too many layers", device);
    return NULL;
  }
  *l = (struct resize_layer){ .kind = kind, .device = strdup (device) };
  s->n++;
  if (l->device == NULL) {
    cli_error ("out of memory");
    return NULL;
  }
  return l;
}

int
resize_measure (guestfs_h *g, const struct resize_layer *l, uint64_t *ret_size)
{
  int64_t size = l->kind == RESIZE_CONTENT ? guestkit_filesystem_size (g, l->device)
                                           : guestfs_blockdev_getsize64 (g, l->device);

  /* Of those that do not say it is taken that they use all. */
  if (l->kind == RESIZE_CONTENT && size == 0)
    size = guestfs_blockdev_getsize64 (g, l->device);
  if (size < 0)
    return resize_fail (g);
  *ret_size = (uint64_t)size;
  return 0;
}

bool
resize_is_among (char **list, const char *name)
{
  bool r = list && gk_strv_contains (list, name);

  gk_strv_free (list);
  return r;
}

/* --- all -------------------------------------------------------------------------------------- */

static char *
real_name (guestfs_h *g, const char *device)
{
  char *name = guestfs_canonical_device_name (g, device);

  if (name && gk_after_prefix (name, RESIZE_MAPPER)) {
    char *lv = guestfs_lvm_canonical_lv_name (g, name);
    if (lv) {
      free (name);
      name = lv;
    }
  }
  return name;
}

int
resize_find (const struct resize_ask *ask, const char *device, struct resize_stack *ret)
{
  struct resize_stack s = { .n = 0 };
  _cleanup_free_ char *name = real_name (ask->g, device);

  if (name == NULL)
    return resize_fail (ask->g);
  int r = resize_push_down (ask, name, &s);
  if (r == 0 && s.layers[s.n - 1].kind == RESIZE_DISK) {
    _cleanup_free_ char *table = guestfs_part_get_parttype (ask->g, name);
    if (table)
      r = (cli_error ("%s: has partitions: name the one that is to be resized", name), -1);
  }
  if (r == 0) {
    s.target = s.n - 1;
    r = resize_push_up (ask->g, &s);
  }
  if (r == -1) {
    resize_stack_clear (&s);
    return -1;
  }
  resize_most (&s, ask->disk_size);
  *ret = s;
  return 0;
}

int
resize_find_least (guestfs_h *g, struct resize_stack *s)
{
  struct resize_layer *top = &s->layers[s->n - 1];

  if (top->kind == RESIZE_CONTENT && resize_fs_shrinks (top->fs)) {
    if (gk_streq (top->type, "swap"))
      top->least = UINT64_C (1) << 20;
    else {
      int64_t least = guestfs_vfs_minimum_size (g, top->device);
      if (least < 0)
        return resize_fail (g);
      top->least = (uint64_t)least;
    }
  }
  resize_least (s);
  return 0;
}
