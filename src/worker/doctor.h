/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the worker finds on this machine: `guestkitd --doctor` prints it as
 * JSON, `guestkit doctor` makes words of it.
 *
 * It is the worker that looks, because it is the worker that will need what is
 * found.  Nothing is made, attached or loaded, and root is not needed: where it
 * would be, the answer says so ("needs_root").
 */
#ifndef GK_WORKER_DOCTOR_H
#define GK_WORKER_DOCTOR_H

#include <json.h>

/* All of it.  image may be NULL; format too. */
struct json_object *gk_doctor (const char *image, const char *format);

/* --- its parts */
struct json_object *gk_doctor_kernel (void);      /* doctor-kernel.c */
struct json_object *gk_doctor_filesystems (void); /* likewise */
struct json_object *gk_doctor_tools (void);       /* doctor-tools.c */
struct json_object *gk_doctor_attachers (void);   /* doctor-image.c */
struct json_object *gk_doctor_image (const char *path, const char *format);

static inline void
gk_json_string (struct json_object *o, const char *key, const char *value)
{
  json_object_object_add (o, key, value ? json_object_new_string (value) : NULL);
}

static inline void
gk_json_bool (struct json_object *o, const char *key, int value)
{
  json_object_object_add (o, key, json_object_new_boolean (value));
}

#endif
