/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The error object: one sentence and one errno, set once where the failure
 * is known and wrapped with context on the way up.
 *
 * The sentence reads "what: on what: why" without a prefix for the call, which
 * the client adds.  errnum is 0 when no errno describes the failure (a tool
 * that exited with 1); it crosses the wire.
 */
#ifndef GK_BASE_ERROR_H
#define GK_BASE_ERROR_H

#include <stddef.h>

struct gk_error {
  int errnum; /* errno value, or 0 */
  char *msg;  /* owned; NULL when no error is set */
};

#define GK_ERROR_INIT                                                                              \
  {                                                                                                \
    0, NULL                                                                                        \
  }

/* Set MSG as it is.  Returns -1, so that `return gk_error_set (...)` reads
 * well.  A NULL err discards.  Setting an error twice keeps the first: the
 * first failure is the cause.  errno is left equal to errnum. */
int gk_error_set (struct gk_error *err, int errnum, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));

/* The same, with ": " and the text of errnum appended. */
int gk_error_sys (struct gk_error *err, int errnum, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));

/* Put "CONTEXT: " before a message that is already set.  Returns -1. */
int gk_error_wrap (struct gk_error *err, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

int gk_error_oom (struct gk_error *err); /* ENOMEM; needs no memory.  -1 */

/* The message, or a constant text when memory ran out while it was made. */
const char *gk_error_msg (const struct gk_error *err);

void gk_error_clear (struct gk_error *err);
void gk_error_move (struct gk_error *to, struct gk_error *from);

/* "ENOENT" for 2 and back: errno numbers differ between architectures, and
 * the table-driven tests read better with names.  NULL / 0 when unknown. */
const char *gk_errno_name (int errnum);
int gk_errno_number (const char *name);

/* The errno of a medium that fails, is full or may not be written, when a tool's
 * words (in the C locale) have its text; else 0.  Then the first line that has it
 * is ret_line, without a newline; it may be NULL. */
int gk_errno_of_medium (const char *words, size_t size, const char **ret_line, size_t *ret_len);

#define _cleanup_error_ __attribute__ ((cleanup (gk_error_clear)))

#endif
