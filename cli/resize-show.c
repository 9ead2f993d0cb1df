/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Plans and stacks, for people and as JSON. */

#include <inttypes.h>
#include <stdio.h>

#include "cli/json.h"
#include "cli/resize.h"

const char *
resize_kind_name (const struct resize_layer *l)
{
  static const char *const names[] = {
    [RESIZE_DISK] = "disk",     [RESIZE_PARTITION] = "partition",
    [RESIZE_LUKS] = "luks",     [RESIZE_PHYSICAL] = "physical volume",
    [RESIZE_VOLUME] = "volume", [RESIZE_CONTENT] = "content",
    [RESIZE_OTHER] = "device",
  };

  return l->kind == RESIZE_CONTENT && *l->type ? l->type : names[l->kind];
}

void
resize_show_plan (const struct resize_stack *s)
{
  const struct resize_layer *l;

  for (size_t i = 0; (l = resize_step (s, i)) != NULL; i++)
    printf ("%-16s %-24s %14" PRIu64 " -> %14" PRIu64 "\n", resize_kind_name (l), l->device,
            l->size, l->want);
  fflush (stdout);
}

static struct json_object *
layer_json (const struct resize_layer *l)
{
  struct json_object *o = json_object_new_object ();

  cli_json_string (o, "what", l->kind == RESIZE_CONTENT ? "content" : resize_kind_name (l));
  if (l->kind == RESIZE_CONTENT)
    cli_json_string (o, "type", l->type);
  cli_json_string (o, "device", l->device);
  return o;
}

struct json_object *
resize_plan_json (const struct resize_stack *s)
{
  const struct resize_layer *t = &s->layers[s->target], *l;
  struct json_object *top = json_object_new_object (), *steps = json_object_new_array ();

  cli_json_string (top, "device", t->device);
  json_object_object_add (top, "from", json_object_new_uint64 (t->size));
  json_object_object_add (top, "to", json_object_new_uint64 (t->want));
  for (size_t i = 0; (l = resize_step (s, i)) != NULL; i++) {
    struct json_object *o = layer_json (l);
    json_object_object_add (o, "from", json_object_new_uint64 (l->size));
    json_object_object_add (o, "to", json_object_new_uint64 (l->want));
    json_object_array_add (steps, o);
  }
  json_object_object_add (top, "steps", steps);
  return top;
}

void
resize_show_stack (const struct resize_stack *s, bool json)
{
  const struct resize_layer *t = &s->layers[s->target];
  struct json_object *top = json_object_new_object (), *list = json_object_new_array ();

  for (size_t i = 0; i < s->n; i++) {
    const struct resize_layer *l = &s->layers[i];
    struct json_object *o = layer_json (l);
    json_object_object_add (o, "size", json_object_new_uint64 (l->size));
    json_object_array_add (list, o);
    if (!json)
      printf ("%-16s %-24s %14" PRIu64 "\n", resize_kind_name (l), l->device, l->size);
  }
  json_object_object_add (top, "layers", list);
  cli_json_string (top, "device", t->device);
  json_object_object_add (top, "least", json_object_new_uint64 (t->least));
  json_object_object_add (top, "most", json_object_new_uint64 (t->most));
  if (json)
    cli_json_print (top);
  else {
    printf ("%s can have %" PRIu64 " to %" PRIu64 " bytes\n", t->device, t->least, t->most);
    json_object_put (top);
  }
}
