/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Messages of services: words, each with its size before and a NUL behind. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/service.h"

#define NONE UINT32_MAX

int
gk_words_add (struct gk_buf *words, const void *data, size_t size)
{
  uint32_t head = data ? (uint32_t)size : NONE;

  if (data && size >= NONE) {
    errno = ENOMEM;
    return -1;
  }
  if (gk_buf_append (words, &head, sizeof head) == -1)
    return -1;
  return data ? gk_buf_append (words, data, size) == -1 ? -1 : gk_buf_append (words, "", 1) : 0;
}

int
gk_words_adds (struct gk_buf *words, const char *s)
{
  return gk_words_add (words, s, s ? strlen (s) : 0);
}

int
gk_words_addi (struct gk_buf *words, int64_t value)
{
  char text[32];

  snprintf (text, sizeof text, "%" PRId64, value);
  return gk_words_adds (words, text);
}

int
gk_words_next (struct gk_words *w, const char **ret_word, size_t *ret_size)
{
  uint32_t size;

  if (w->at == w->end)
    return 0;
  if ((size_t)(w->end - w->at) < sizeof size)
    return -1;
  memcpy (&size, w->at, sizeof size);
  w->at += sizeof size;
  if (size == NONE) {
    *ret_word = NULL;
    *ret_size = 0;
    return 1;
  }
  if ((size_t)(w->end - w->at) <= size || w->at[size] != '\0')
    return -1;
  *ret_word = w->at;
  *ret_size = size;
  w->at += (size_t)size + 1;
  return 1;
}

const char *
gk_words_text (struct gk_words *w)
{
  const char *word = NULL;
  size_t size;

  return gk_words_next (w, &word, &size) == 1 && word ? word : "";
}

int64_t
gk_words_number (struct gk_words *w)
{
  return strtoll (gk_words_text (w), NULL, 10);
}
