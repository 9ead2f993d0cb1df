/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A service: a child that stays behind the walls of the jail, in the guest's
 * tree, and answers one request after the other.  For libraries that keep what
 * they read from a guest in memory, between calls.
 *
 * A message is a list of words: bytes, or NULL.  Both sides check what the
 * other wrote.
 *
 * Unlike the jail (jail.h) the child sees the guest's tree as it changes, not a
 * copy of its mounts, so a filesystem that is mounted later is there.  It is
 * in the way of unmounting the tree's root: stop it before.
 */
#ifndef GK_EXEC_SERVICE_H
#define GK_EXEC_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strv.h"

struct gk_error;
struct gk_service;
struct gk_task;

/* --- messages ------------------------------------------------------------- */

/* Add a word.  0, or -1 with errno ENOMEM; data NULL is the word NULL. */
int gk_words_add (struct gk_buf *words, const void *data, size_t size);
int gk_words_adds (struct gk_buf *words, const char *s);
int gk_words_addi (struct gk_buf *words, int64_t value);

struct gk_words {
  const char *at, *end;
};
/* The next word, inside of the message and followed by a NUL.  1; 0: there is no
 * other; -1: malformed. */
int gk_words_next (struct gk_words *w, const char **ret_word, size_t *ret_size);
/* For words that must be there: the text ("" when it is not, or is NULL), and
 * the number (0 likewise). */
const char *gk_words_text (struct gk_words *w);
int64_t gk_words_number (struct gk_words *w);

/* --- services --------------------------------------------------------------- */

struct gk_service_kind {
  const char *name; /* for messages */
  uint64_t caps;    /* those kept, see jail.h */
  int timeout_ms;   /* for an answer */
  /* In the child.  Before the walls go up, with this machine's files in sight: */
  int (*prepare) (void *opaque, struct gk_error *err);
  /* Then, for each request.  -1: the reply is err, and the service goes on. */
  int (*serve) (void *opaque, struct gk_words *request, struct gk_buf *reply, struct gk_error *err);
};

/* opaque is copied with all memory of this process. */
int gk_service_start (const struct gk_service_kind *kind, int root_fd, mode_t umask, void *opaque,
                      struct gk_task *task, struct gk_service **ret, struct gk_error *err);

/* Ask and wait for the answer.  When it does not come (a crash, the time, a
 * cancel) the service is stopped and *service is NULL.  ret_reply may be NULL. */
int gk_service_call (struct gk_service **service, struct gk_task *task,
                     const struct gk_buf *request, struct gk_buf *ret_reply, struct gk_error *err);

/* Stop it at once.  *service becomes NULL; it may be already. */
void gk_service_stop (struct gk_service **service);

#endif
