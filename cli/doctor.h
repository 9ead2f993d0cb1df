/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit doctor: what was found, as JSON, becomes words. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <json.h>
#include <stdbool.h>

void doctor_print (struct json_object *found);

/* Adds to what is known of an image its "launcher" or "launch_reason", and what was
 * "passed_over". */
void doctor_look (struct json_object *image, const char *path, const char *format);

/* Of an object; NULL or false when it is not there. */
static inline struct json_object *
doctor_get (struct json_object *o, const char *key)
{
  struct json_object *value = NULL;

  json_object_object_get_ex (o, key, &value);
  return value;
}

static inline const char *
doctor_text (struct json_object *o, const char *key)
{
  return json_object_get_string (doctor_get (o, key));
}

static inline bool
doctor_true (struct json_object *o, const char *key)
{
  return json_object_get_boolean (doctor_get (o, key));
}

static inline size_t
doctor_length (struct json_object *list)
{
  return list ? json_object_array_length (list) : 0;
}

#endif
