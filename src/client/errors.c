/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The last error and the error handlers of a handle, separate for each thread
 * that uses it.
 *
 * A thread's state is made when it is first needed, with the default handler,
 * and lives until the handle is closed: a thread that ends while another
 * closes the handle would otherwise race for it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/handle-priv.h"

/* Recorded without any allocation. */
static const char out_of_memory[] = "out of memory";

static void
default_handler (guestfs_h *g, void *opaque, const char *msg)
{
  fprintf (stderr, "libguestfs: error: %s\n", msg);
}

int
gk_errors_init (guestfs_h *g)
{
  int r = pthread_key_create (&g->error_key, NULL);
  if (r != 0)
    return r;
  r = pthread_mutex_init (&g->error_lock, NULL);
  if (r != 0)
    pthread_key_delete (g->error_key);
  return r;
}

static void
free_message (char *msg)
{
  if (msg != out_of_memory)
    free (msg);
}

void
gk_errors_free (guestfs_h *g)
{
  while (g->error_states) {
    struct gk_error_state *s = g->error_states;
    g->error_states = s->next;
    free_message (s->last_error);
    free (s->stack);
    free (s);
  }
  pthread_mutex_destroy (&g->error_lock);
  pthread_key_delete (g->error_key);
}

/* This thread's state, or NULL when it has none (or memory ran out). */
static struct gk_error_state *
get_state (guestfs_h *g, bool create)
{
  struct gk_error_state *s = pthread_getspecific (g->error_key);
  if (s || !create)
    return s;

  s = calloc (1, sizeof *s);
  if (s == NULL)
    return NULL;
  s->handler.cb = default_handler;
  if (pthread_setspecific (g->error_key, s) != 0) {
    free (s);
    return NULL;
  }
  pthread_mutex_lock (&g->error_lock);
  s->next = g->error_states;
  g->error_states = s;
  pthread_mutex_unlock (&g->error_lock);
  return s;
}

/* Takes msg.  The handler gets its own copy: it may call the library, whose
 * next error replaces the recorded one. */
static void
report (guestfs_h *g, int errnum, char *msg)
{
  struct gk_error_state *s = get_state (g, true);
  struct gk_error_handler handler = { .cb = default_handler };

  if (s) {
    handler = s->handler;
    free_message (s->last_error);
    s->last_error = msg;
    s->last_errno = errnum;
  }
  if (handler.cb) {
    _cleanup_free_ char *copy = strdup (msg);
    handler.cb (g, handler.opaque, copy ? copy : out_of_memory);
  }
  if (!s)
    free_message (msg);
  errno = errnum;
}

int
gk_client_verror (guestfs_h *g, int errnum, const char *fmt, va_list args)
{
  char *msg;

  if (vasprintf (&msg, fmt, args) == -1)
    msg = (char *)out_of_memory;
  report (g, errnum, msg);
  return -1;
}

int
gk_client_error (guestfs_h *g, int errnum, const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  gk_client_verror (g, errnum, fmt, args);
  va_end (args);
  return -1;
}

int
gk_client_perror (guestfs_h *g, const char *fmt, ...)
{
  int errnum = errno;
  _cleanup_free_ char *what = NULL;
  va_list args;

  va_start (args, fmt);
  if (vasprintf (&what, fmt, args) == -1)
    what = NULL;
  va_end (args);
  if (what == NULL)
    return gk_client_oom (g);
  /* %m reads errno, and is as safe between threads as strerror is not. */
  errno = errnum;
  return gk_client_error (g, errnum, "%s: %m", what);
}

int
gk_client_oom (guestfs_h *g)
{
  guestfs_abort_cb handler = g->oom_handler;

  if (handler)
    handler ();
  report (g, ENOMEM, (char *)out_of_memory);
  return -1;
}

int
gk_client_error_take (guestfs_h *g, struct gk_error *err)
{
  gk_client_error (g, err->errnum, "%s", gk_error_msg (err));
  gk_error_clear (err);
  return -1;
}

/* --- public ------------------------------------------------------------------ */

const char *
guestfs_last_error (guestfs_h *g)
{
  struct gk_error_state *s = get_state (g, false);
  return s ? s->last_error : NULL;
}

int
guestfs_last_errno (guestfs_h *g)
{
  struct gk_error_state *s = get_state (g, false);
  return s ? s->last_errno : 0;
}

void
guestfs_set_error_handler (guestfs_h *g, guestfs_error_handler_cb cb, void *opaque)
{
  struct gk_error_state *s = get_state (g, true);
  if (s)
    s->handler = (struct gk_error_handler){ cb, opaque };
}

guestfs_error_handler_cb
guestfs_get_error_handler (guestfs_h *g, void **opaque_rtn)
{
  struct gk_error_state *s = get_state (g, false);
  if (opaque_rtn)
    *opaque_rtn = s ? s->handler.opaque : NULL;
  return s ? s->handler.cb : default_handler;
}

void
guestfs_push_error_handler (guestfs_h *g, guestfs_error_handler_cb cb, void *opaque)
{
  struct gk_error_state *s = get_state (g, true);
  if (!s)
    return;
  struct gk_error_handler *stack = reallocarray (s->stack, s->stack_len + 1, sizeof *stack);
  if (!stack) {
    gk_client_oom (g);
    return;
  }
  s->stack = stack;
  s->stack[s->stack_len++] = s->handler;
  s->handler = (struct gk_error_handler){ cb, opaque };
}

/* One pop too many is allowed, and brings back the default handler. */
void
guestfs_pop_error_handler (guestfs_h *g)
{
  struct gk_error_state *s = get_state (g, false);
  if (!s)
    return;
  if (s->stack_len > 0)
    s->handler = s->stack[--s->stack_len];
  else
    s->handler = (struct gk_error_handler){ default_handler, NULL };
}

void
guestfs_set_out_of_memory_handler (guestfs_h *g, guestfs_abort_cb cb)
{
  g->oom_handler = cb;
}

/* Programs expect abort here until they set something else.  The library
 * does not abort by itself, though: the call fails. */
guestfs_abort_cb
guestfs_get_out_of_memory_handler (guestfs_h *g)
{
  return g->oom_handler ? g->oom_handler : abort;
}
