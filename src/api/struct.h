/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Public structs, described: which fields they have and where.
 *
 * One descriptor per struct is generated from api/structs.py as
 * `const struct gk_struct gk_struct_NAME` ("gk-structs.h" declares them).
 * Freeing, copying, comparing, tracing and the wire all walk descriptors, so
 * that no code is written or generated per struct.
 */
#ifndef GK_API_STRUCT_H
#define GK_API_STRUCT_H

#include <stddef.h>
#include <stdint.h>

enum gk_field_type {
  GK_FIELD_STRING, /* char *, owned */
  GK_FIELD_DEVICE, /* char *, owned; a device name */
  GK_FIELD_BUFFER, /* char *, owned, with a uint32_t length at len_offset */
  GK_FIELD_CHAR,
  GK_FIELD_UUID, /* char[32], no NUL */
  GK_FIELD_INT32,
  GK_FIELD_UINT32,
  GK_FIELD_INT64,
  GK_FIELD_UINT64,
  GK_FIELD_BYTES,   /* uint64_t, a size */
  GK_FIELD_PERCENT, /* float; -1 is unset */
};
#define GK_UUID_LEN 32

struct gk_field {
  const char *name;
  enum gk_field_type type;
  size_t offset;
  size_t len_offset; /* GK_FIELD_BUFFER only */
};

struct gk_struct {
  const char *name; /* without guestfs_ */
  size_t size;
  const struct gk_field *fields;
  size_t nfields;
};

/* Every public list has this layout: guestfs_NAME_list is
 * { uint32_t len; struct guestfs_NAME *val; }.  Go through these helpers, not
 * through a cast to this type. */
#define GK_LIST_SIZE sizeof (struct gk_struct_list_layout)
struct gk_struct_list_layout {
  uint32_t len;
  void *val;
};

uint32_t gk_struct_list_len (const void *list);
void *gk_struct_list_val (const void *list);

/* Element i of a list of S. */
static inline void *
gk_struct_list_at (const struct gk_struct *s, const void *list, uint32_t i)
{
  return (char *)gk_struct_list_val (list) + (size_t)i * s->size;
}

/* A zeroed list of len elements, or NULL (ENOMEM). */
void *gk_struct_list_new (const struct gk_struct *s, uint32_t len);

/* Free what the fields own, and set them to NULL; not the struct itself. */
void gk_struct_clear (const struct gk_struct *s, void *p);

/* Free all of it.  NULL is allowed. */
void gk_struct_free (const struct gk_struct *s, void *p);
void gk_struct_list_free (const struct gk_struct *s, void *list);

/* A deep copy, or NULL (ENOMEM). */
void *gk_struct_copy (const struct gk_struct *s, const void *p);
void *gk_struct_list_copy (const struct gk_struct *s, const void *list);

/* Order of the first field that differs (-1, 0, 1 for numbers; any sign for
 * text and bytes); lists: the shorter list first. */
int gk_struct_compare (const struct gk_struct *s, const void *a, const void *b);
int gk_struct_list_compare (const struct gk_struct *s, const void *a, const void *b);

#endif
