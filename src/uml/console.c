/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The end of what the kernel said: when it does not start or dies, the reason
 * is in there. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/strv.h"
#include "uml/uml.h"

#define LINE_MAX_SHOWN 160
#define PANIC "Kernel panic"

void
gk_uml_console_add (struct gk_uml_console *c, const char *text, size_t len)
{
  if (len >= sizeof c->text) {
    text += len - sizeof c->text;
    len = sizeof c->text;
    c->len = 0;
  } else if (c->len + len > sizeof c->text) {
    size_t drop = c->len + len - sizeof c->text;
    memmove (c->text, c->text + drop, c->len - drop);
    c->len -= drop;
  }
  memcpy (c->text + c->len, text, len);
  c->len += len;
}

/* The beginning of the line before the one that begins at start. */
static size_t
line_before (const struct gk_uml_console *c, size_t start)
{
  const char *nl = start == 0 ? NULL : memrchr (c->text, '\n', start - 1);

  return nl == NULL ? 0 : (size_t)(nl + 1 - c->text);
}

static int
append_line (struct gk_buf *b, const char *line, size_t n)
{
  while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == '\n' || line[n - 1] == ' '))
    n--;
  if (n == 0)
    return 0;
  char *shown = gk_escape (line, n, LINE_MAX_SHOWN);
  int r = shown == NULL ? -1 : gk_buf_appendf (b, "%s%s", b->size > 0 ? "; " : "", shown);
  free (shown);
  return r;
}

char *
gk_uml_console_last (const struct gk_uml_console *c, unsigned lines)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
  size_t start = c->len;

  /* The lines behind it are the stack's. */
  const char *panic = memmem (c->text, c->len, PANIC, strlen (PANIC));
  if (panic != NULL) {
    const char *end = memchr (panic, '\n', c->text + c->len - panic);
    if (append_line (&b, panic, (end == NULL ? c->text + c->len : end) - panic) == -1)
      return NULL;
    return gk_buf_finish (&b);
  }
  for (unsigned i = 0; i < lines && start > 0; i++)
    start = line_before (c, start);
  while (start < c->len) {
    const char *nl = memchr (c->text + start, '\n', c->len - start);
    size_t end = nl == NULL ? c->len : (size_t)(nl + 1 - c->text);
    if (append_line (&b, c->text + start, end - start) == -1)
      return NULL;
    start = end;
  }
  return gk_buf_finish (&b);
}
