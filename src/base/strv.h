/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* NULL-terminated string vectors that grow, and byte buffers that grow. */
#ifndef GK_BASE_STRV_H
#define GK_BASE_STRV_H

#include <stdbool.h>
#include <stddef.h>

/* A vector under construction.  v is NULL until the first push; use
 * gk_strv_finish to get a valid (perhaps empty) vector out. */
struct gk_strv {
  char **v;
  size_t len, alloc;
};
#define GK_STRV_INIT                                                                               \
  {                                                                                                \
    NULL, 0, 0                                                                                     \
  }

/* All return 0, or -1 with errno ENOMEM. */
int gk_strv_push (struct gk_strv *sv, const char *s); /* copies */
int gk_strv_push_take (struct gk_strv *sv, char *s);  /* frees s on failure */
int gk_strv_pushf (struct gk_strv *sv, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));
char **gk_strv_finish (struct gk_strv *sv); /* gives the vector away; NULL on ENOMEM */
void gk_strv_clear (struct gk_strv *sv);
#define _cleanup_gk_strv_ __attribute__ ((cleanup (gk_strv_clear)))

size_t gk_strv_length (char *const *v); /* NULL counts 0 */
char **gk_strv_copy (char *const *v);
void gk_strv_free (char **v);
void gk_strv_sort (char **v, size_t len); /* bytewise; len strings */
bool gk_strv_contains (char *const *v, const char *s);

/* Bytes.  data is always followed by a NUL that size does not count, once
 * anything was appended. */
struct gk_buf {
  char *data;
  size_t size, alloc;
};
#define GK_BUF_INIT                                                                                \
  {                                                                                                \
    NULL, 0, 0                                                                                     \
  }
int gk_buf_append (struct gk_buf *b, const void *data, size_t n);
int gk_buf_appends (struct gk_buf *b, const char *s);
int gk_buf_appendf (struct gk_buf *b, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));
int gk_buf_reserve (struct gk_buf *b, size_t more); /* room for more bytes */
char *gk_buf_finish (struct gk_buf *b);             /* NUL-terminated; NULL on ENOMEM */
void gk_buf_clear (struct gk_buf *b);
#define _cleanup_gk_buf_ __attribute__ ((cleanup (gk_buf_clear)))

#endif
