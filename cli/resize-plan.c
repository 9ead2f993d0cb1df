/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The sizes that all layers get when one of them is to have another one.
 *
 * The device that is named gets the size.  What is on it follows, but for logical
 * volumes, which become smaller when they must and never larger.  What it stands
 * on becomes larger when it must, and never smaller. */
#include "cli/resize.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define STEP UINT64_C (4096) /* what the largest sectors of disks and of LUKS are multiples of */

static uint64_t
floor_to (uint64_t n, uint64_t step)
{
  return n / step * step;
}

uint64_t
resize_round_up (const struct resize_layer *l, uint64_t size)
{
  /* lvresize takes whole MiB. */
  uint64_t step = l->kind != RESIZE_VOLUME         ? STEP
                  : l->extent > UINT64_C (1) << 20 ? l->extent
                                                   : UINT64_C (1) << 20;

  return size > UINT64_MAX - step ? floor_to (UINT64_MAX, step) : floor_to (size + step - 1, step);
}

uint64_t
resize_possible (const struct resize_layer *l, uint64_t size)
{
  uint64_t rounded = resize_round_up (l, size);

  return size == l->size || (size <= l->most && rounded > l->most) ? size : rounded;
}

/* What a physical volume makes of a device of this size. */
static uint64_t
managed (const struct resize_layer *pv, uint64_t size)
{
  return size > pv->begin ? pv->begin + floor_to (size - pv->begin, pv->extent) : pv->begin;
}

static uint64_t
without (uint64_t size, uint64_t overhead)
{
  return size > overhead ? size - overhead : 0;
}

/* --- what is possible ----------------------------------------------------------------- */

/* Of a partition it was set when it was found. */
void
resize_most (struct resize_stack *s, uint64_t disk_size)
{
  for (size_t i = 0; i < s->n; i++) {
    struct resize_layer *l = &s->layers[i], *below = i > 0 ? l - 1 : NULL;
    uint64_t most = l->size;
    if (l->kind == RESIZE_DISK && disk_size > 0)
      most = disk_size;
    else if (l->kind == RESIZE_PARTITION)
      most = floor_to (l->most, STEP);
    else if (l->kind == RESIZE_LUKS)
      most = without (below->most, l->overhead);
    else if (l->kind == RESIZE_PHYSICAL)
      most = managed (l, below->most);
    else if (l->kind == RESIZE_VOLUME)
      most = !l->linear ? l->size : l->size + l->free + without (below->most, below->size);
    else if (l->kind == RESIZE_CONTENT)
      most = resize_fs_grows (l->fs) ? below->most : l->size;
    l->most = most > l->size ? most : l->size;
  }
}

/* Of contents and physical volumes it was set when they were asked. */
void
resize_least (struct resize_stack *s)
{
  for (size_t i = s->n; i-- > 0;) {
    struct resize_layer *l = &s->layers[i], *above = i + 1 < s->n ? l + 1 : NULL;
    if (l->kind == RESIZE_CONTENT)
      continue;
    l->least = l->size;
    if (l->kind == RESIZE_DISK || l->kind == RESIZE_OTHER || above == NULL)
      l->least = l->kind == RESIZE_PHYSICAL ? l->used : l->size;
    else if (l->kind == RESIZE_PARTITION)
      l->least = resize_round_up (l, above->least + above->overhead);
    else if (l->kind == RESIZE_LUKS)
      l->least = resize_round_up (l, above->least + above->overhead);
    else if (l->kind == RESIZE_VOLUME && l->linear)
      l->least = resize_round_up (l, above->least + above->overhead);
    else if (l->kind == RESIZE_PHYSICAL)
      l->least =
          above->single && above->whole ? without (l->used, above->size - above->least) : l->used;
    if (l->least > l->size && l->kind != RESIZE_PHYSICAL)
      l->least = l->size;
  }
}

/* --- larger ---------------------------------------------------------------------------------- */

/* What the layer below must have for this one to have what it wants. */
static uint64_t
needs (const struct resize_layer *l)
{
  const struct resize_layer *below = l - 1;

  switch (l->kind) {
  case RESIZE_LUKS:
    return l->want + l->overhead;
  case RESIZE_VOLUME:
    return below->size + without (l->want - l->size, floor_to (l->free, l->extent));
  case RESIZE_PHYSICAL:
    return l->want;
  default:
    return 0; /* a partition finds its room, or was refused */
  }
}

/* What a layer becomes of itself when the one below has got its size. */
static void
follow (struct resize_layer *l)
{
  const struct resize_layer *below = l - 1;
  uint64_t made = l->size;

  if (l->kind == RESIZE_LUKS && below->want != below->size)
    made = without (below->want, l->overhead);
  else if (l->kind == RESIZE_PHYSICAL)
    made = managed (l, below->want);
  else if (l->kind == RESIZE_CONTENT && resize_fs_grows (l->fs) &&
           (below->want > below->size || below->want >= l->size + RESIZE_SLACK))
    made = below->want;
  if (made > l->want)
    l->want = made;
}

static void
plan_larger (struct resize_stack *s)
{
  size_t t = s->target;

  for (size_t i = t; i > 0; i--) {
    uint64_t need = needs (&s->layers[i]);
    if (s->layers[i].want <= s->layers[i].size || need <= s->layers[i - 1].want)
      break;
    s->layers[i - 1].want = resize_round_up (&s->layers[i - 1], need);
  }
  for (size_t i = 1; i < s->n && s->layers[i].kind != RESIZE_OTHER; i++)
    if (i > t && s->layers[i].kind == RESIZE_VOLUME)
      break;
    else if (i != t)
      follow (&s->layers[i]);
}

/* --- smaller --------------------------------------------------------------------------------- */

static void
plan_smaller (struct resize_stack *s)
{
  for (size_t i = s->target + 1; i < s->n; i++) {
    struct resize_layer *l = &s->layers[i];
    uint64_t room = (l - 1)->want;
    if (l->kind == RESIZE_LUKS)
      l->want = without (room, l->overhead);
    else if (l->kind == RESIZE_PHYSICAL) {
      l->want = managed (l, room) < l->size ? managed (l, room) : l->size;
      if (l->used <= l->want)
        return;
    } else if (l->kind == RESIZE_VOLUME)
      l->want = l->size - resize_round_up (l, (l - 1)->used - room);
    else if (l->size > room)
      l->want = room;
  }
}

/* --- both ------------------------------------------------------------------------------------- */

static char *
why_not_larger (const struct resize_stack *s, uint64_t size)
{
  const struct resize_layer *l = &s->layers[s->target];
  const char *reason = s->reason ? s->reason : "there is no more room below it";

  if (l->kind == RESIZE_VOLUME && !l->linear)
    reason = "only linear volumes are resized";
  return gk_asprintf ("%s: can have %" PRIu64 " bytes at most, not %" PRIu64 ": %s", l->device,
                      l->most, size, reason);
}

/* What is on the target must follow. */
static char *
why_content_not (const struct resize_stack *s)
{
  for (size_t i = s->target + 1; i < s->n && s->layers[i].kind != RESIZE_VOLUME; i++) {
    const struct resize_layer *l = &s->layers[i];
    if (l->kind != RESIZE_CONTENT || resize_fs_grows (l->fs))
      continue;
    if (*l->type == '\0')
      return gk_asprintf ("%s: nothing that is known is on it, and it would not follow", l->device);
    return gk_asprintf ("%s: %s cannot be made larger", l->device, l->type);
  }
  return NULL;
}

static char *
why_not_smaller (const struct resize_stack *s, uint64_t size)
{
  const struct resize_layer *l = &s->layers[s->target], *top = &s->layers[s->n - 1];

  if (l->kind == RESIZE_DISK || l->kind == RESIZE_OTHER)
    return gk_asprintf ("%s: is not made smaller", l->device);
  if (l->kind == RESIZE_VOLUME && !l->linear)
    return gk_asprintf ("%s: only linear volumes are resized", l->device);
  if (top->kind == RESIZE_CONTENT && *top->type == '\0')
    return gk_asprintf ("%s: nothing that is known is on it, and it may use all of it",
                        top->device);
  if (top->kind == RESIZE_CONTENT && !resize_fs_shrinks (top->fs))
    return gk_asprintf ("%s: %s cannot be made smaller; %s needs %" PRIu64 " bytes", top->device,
                        top->type, l->device, l->least);
  return gk_asprintf ("%s: needs %" PRIu64 " bytes for what is on it, and cannot have %" PRIu64,
                      l->device, l->least, size);
}

static char *
why_not (const struct resize_stack *s, uint64_t size)
{
  const struct resize_layer *l = &s->layers[s->target];

  if (size > l->size) {
    char *why = why_content_not (s);
    return why == NULL && size > l->most ? why_not_larger (s, size) : why;
  }
  if (size < l->size && (size < l->least || l->kind == RESIZE_DISK || l->kind == RESIZE_OTHER))
    return why_not_smaller (s, size);
  return NULL;
}

int
resize_plan (struct resize_stack *s, uint64_t size, char **ret_why)
{
  struct resize_layer *t = &s->layers[s->target];

  char *why = why_not (s, size);
  if (why) {
    *ret_why = why;
    return -1;
  }
  for (size_t i = 0; i < s->n; i++)
    s->layers[i].want = s->layers[i].size;
  if (s->n > 0 && s->layers[0].kind == RESIZE_DISK)
    s->layers[0].want = s->layers[0].most;
  if (t->kind != RESIZE_DISK) /* which has what the image gives it */
    t->want = size;
  if (t->want < t->size)
    plan_smaller (s);
  else
    plan_larger (s);
  return 0;
}

const struct resize_layer *
resize_step (const struct resize_stack *s, size_t n)
{
  const struct resize_layer *top = s->n > 0 ? &s->layers[s->n - 1] : NULL;

  for (size_t i = 0; i < s->n; i++)
    if (s->layers[i].want > s->layers[i].size && n-- == 0)
      return &s->layers[i];
  for (size_t i = s->n; i-- > 0;)
    if (s->layers[i].want < s->layers[i].size && !resize_fs_is_remade (s->layers[i].fs) && n-- == 0)
      return &s->layers[i];
  return top && top->want < top->size && resize_fs_is_remade (top->fs) && n == 0 ? top : NULL;
}
