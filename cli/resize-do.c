/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Carrying a plan out.  All devices stay in use meanwhile. */

#include <inttypes.h>
#include <limits.h>

#include "cli/cli.h"
#include "cli/resize.h"
#include "guestkit.h"

static int
resize_partition (guestfs_h *g, const struct resize_layer *l)
{
  /* The second copy of the table goes to where the disk ends now. */
  if (l->gpt && l->want > l->size && guestfs_part_expand_gpt (g, l->disk) == -1)
    return -1;
  return guestkit_part_set_size (g, l->disk, l->number, (int64_t)l->want);
}

static int
resize_physical (guestfs_h *g, const struct resize_layer *l)
{
  /* All of the device, or what will be left of it. */
  return l->want > l->size ? guestfs_pvresize (g, l->device)
                           : guestfs_pvresize_size (g, l->device, (int64_t)(l - 1)->want);
}

static int
do_layer (guestfs_h *g, const struct resize_layer *l)
{
  switch (l->kind) {
  case RESIZE_PARTITION:
    return resize_partition (g, l);
  case RESIZE_LUKS:
    return guestkit_luks_resize (g, l->device, l->want > l->size ? 0 : (int64_t)l->want);
  case RESIZE_PHYSICAL:
    return resize_physical (g, l);
  case RESIZE_VOLUME:
    return guestfs_lvresize (g, l->device, (int)(l->want >> 20));
  case RESIZE_CONTENT:
    return resize_fs_do (g, l, l->want);
  default:
    return 0; /* a disk: the image has done it */
  }
}

/* A tool that did less than it was told must not pass. */
static int
check_layer (guestfs_h *g, const struct resize_layer *l)
{
  uint64_t size;

  if (l->kind == RESIZE_PHYSICAL) /* the volume on it, or its device, tells */
    return CLI_OK;
  if (resize_measure (g, l, &size) == -1)
    return CLI_FAILED;
  bool good = l->kind == RESIZE_CONTENT ? size <= l->want && l->want - size < RESIZE_SLACK
                                        : size == l->want;
  if (!good)
    return cli_error ("%s: has %" PRIu64 " bytes and not %" PRIu64 ", as it should have now",
                      l->device, size, l->want);
  return CLI_OK;
}

static int
step (guestfs_h *g, const struct resize_layer *l)
{
  if (do_layer (g, l) == -1)
    return cli_guestfs_error (g);
  return check_layer (g, l);
}

int
resize_do (guestfs_h *g, const struct resize_stack *s)
{
  const struct resize_layer *l;
  int r = CLI_OK;

  for (size_t i = 0; r == CLI_OK && (l = resize_step (s, i)) != NULL; i++)
    r = step (g, l);
  return r;
}
