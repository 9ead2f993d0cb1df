/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Freeing, copying and comparing public structs by their descriptors. */
#include "api/struct.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Fields are read and written with memcpy: the callers' types differ from
 * ours, and the compiler may then assume that they do not overlap. */
#define GET(type, p, offset)                                                                       \
  ({                                                                                               \
    type get_value_;                                                                               \
    memcpy (&get_value_, (const char *)(p) + (offset), sizeof get_value_);                         \
    get_value_;                                                                                    \
  })

static void
put_ptr (void *p, size_t offset, char *value)
{
  memcpy ((char *)p + offset, &value, sizeof value);
}

static bool
owns_memory (const struct gk_field *f)
{
  return f->type == GK_FIELD_STRING || f->type == GK_FIELD_DEVICE || f->type == GK_FIELD_BUFFER;
}

uint32_t
gk_struct_list_len (const void *list)
{
  return GET (uint32_t, list, offsetof (struct gk_struct_list_layout, len));
}

void *
gk_struct_list_val (const void *list)
{
  return GET (void *, list, offsetof (struct gk_struct_list_layout, val));
}

void *
gk_struct_list_new (const struct gk_struct *s, uint32_t len)
{
  void *val = calloc (len ? len : 1, s->size);
  if (!val)
    return NULL;
  struct gk_struct_list_layout layout = { .len = len, .val = val };
  void *list = malloc (sizeof layout);
  if (!list) {
    free (val);
    return NULL;
  }
  memcpy (list, &layout, sizeof layout);
  return list;
}

void
gk_struct_clear (const struct gk_struct *s, void *p)
{
  for (size_t i = 0; i < s->nfields; i++) {
    const struct gk_field *f = &s->fields[i];
    if (owns_memory (f)) {
      free (GET (char *, p, f->offset));
      put_ptr (p, f->offset, NULL);
    }
  }
}

void
gk_struct_free (const struct gk_struct *s, void *p)
{
  if (p)
    gk_struct_clear (s, p);
  free (p);
}

void
gk_struct_list_free (const struct gk_struct *s, void *list)
{
  if (!list)
    return;
  for (uint32_t i = 0; i < gk_struct_list_len (list); i++)
    gk_struct_clear (s, gk_struct_list_at (s, list, i));
  free (gk_struct_list_val (list));
  free (list);
}

static int
copy_into (const struct gk_struct *s, void *to, const void *from)
{
  memcpy (to, from, s->size);
  /* Until a field is copied it must not be freed with the copy. */
  for (size_t i = 0; i < s->nfields; i++)
    if (owns_memory (&s->fields[i]))
      put_ptr (to, s->fields[i].offset, NULL);

  for (size_t i = 0; i < s->nfields; i++) {
    const struct gk_field *f = &s->fields[i];
    if (!owns_memory (f))
      continue;
    const char *old = GET (char *, from, f->offset);
    if (!old)
      continue;
    char *new;
    if (f->type == GK_FIELD_BUFFER) {
      uint32_t len = GET (uint32_t, from, f->len_offset);
      new = malloc ((size_t)len + 1);
      if (new) {
        memcpy (new, old, len);
        new[len] = '\0';
      }
    } else
      new = strdup (old);
    if (!new) {
      gk_struct_clear (s, to);
      return -1;
    }
    put_ptr (to, f->offset, new);
  }
  return 0;
}

void *
gk_struct_copy (const struct gk_struct *s, const void *p)
{
  void *copy = malloc (s->size);
  if (copy && copy_into (s, copy, p) == -1) {
    free (copy);
    copy = NULL;
  }
  return copy;
}

void *
gk_struct_list_copy (const struct gk_struct *s, const void *list)
{
  uint32_t len = gk_struct_list_len (list);
  void *copy = gk_struct_list_new (s, len);
  if (!copy)
    return NULL;
  for (uint32_t i = 0; i < len; i++)
    if (copy_into (s, gk_struct_list_at (s, copy, i), gk_struct_list_at (s, list, i)) == -1) {
      gk_struct_list_free (s, copy);
      return NULL;
    }
  return copy;
}

#define COMPARE(type)                                                                              \
  ({                                                                                               \
    type a_ = GET (type, a, f->offset), b_ = GET (type, b, f->offset);                             \
    (a_ > b_) - (a_ < b_);                                                                         \
  })

static int
compare_field (const struct gk_field *f, const void *a, const void *b)
{
  switch (f->type) {
  case GK_FIELD_STRING:
  case GK_FIELD_DEVICE: {
    const char *sa = GET (char *, a, f->offset), *sb = GET (char *, b, f->offset);
    if (!sa || !sb)
      return (sa != NULL) - (sb != NULL);
    return strcmp (sa, sb);
  }
  case GK_FIELD_BUFFER: {
    uint32_t na = GET (uint32_t, a, f->len_offset), nb = GET (uint32_t, b, f->len_offset);
    if (na != nb)
      return na < nb ? -1 : 1;
    return na ? memcmp (GET (char *, a, f->offset), GET (char *, b, f->offset), na) : 0;
  }
  case GK_FIELD_UUID:
    return memcmp ((const char *)a + f->offset, (const char *)b + f->offset, GK_UUID_LEN);
  case GK_FIELD_CHAR:
    return COMPARE (char);
  case GK_FIELD_INT32:
    return COMPARE (int32_t);
  case GK_FIELD_UINT32:
    return COMPARE (uint32_t);
  case GK_FIELD_INT64:
    return COMPARE (int64_t);
  case GK_FIELD_UINT64:
  case GK_FIELD_BYTES:
    return COMPARE (uint64_t);
  case GK_FIELD_PERCENT:
    return COMPARE (float);
  }
  return 0;
}

int
gk_struct_compare (const struct gk_struct *s, const void *a, const void *b)
{
  for (size_t i = 0; i < s->nfields; i++) {
    int r = compare_field (&s->fields[i], a, b);
    if (r != 0)
      return r;
  }
  return 0;
}

int
gk_struct_list_compare (const struct gk_struct *s, const void *a, const void *b)
{
  uint32_t na = gk_struct_list_len (a), nb = gk_struct_list_len (b);
  if (na != nb)
    return na < nb ? -1 : 1;
  for (uint32_t i = 0; i < na; i++) {
    int r = gk_struct_compare (s, gk_struct_list_at (s, a, i), gk_struct_list_at (s, b, i));
    if (r != 0)
      return r;
  }
  return 0;
}
