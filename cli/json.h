/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* --json: building and printing. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <json.h>

/* Prints and frees. */
static inline void
cli_json_print (struct json_object *o)
{
  puts (
      json_object_to_json_string_ext (o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put (o);
}

static inline void
cli_json_string (struct json_object *o, const char *key, const char *value)
{
  json_object_object_add (o, key, value ? json_object_new_string (value) : NULL);
}

#endif
