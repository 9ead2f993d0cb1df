/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Making and closing handles. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "client/handle-priv.h"
#include "gk-client-calls.h"

/* --- handles that are closed when the process exits ------------------------------
 *
 * The one mutable global of the library: libguestfs promises that exit flushes
 * and ends the sessions of handles that the program left open, and exit passes
 * no argument.  A forked child starts with an empty list, so that its exit does
 * not end the sessions of its parent. */

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static guestfs_h *list;
static pthread_once_t list_once = PTHREAD_ONCE_INIT;

static void
close_all (void)
{
  for (;;) {
    pthread_mutex_lock (&list_lock);
    guestfs_h *g = list;
    pthread_mutex_unlock (&list_lock);
    if (!g)
      return;
    guestfs_close (g); /* takes it off the list */
  }
}

static void
forget_all (void)
{
  pthread_mutex_init (&list_lock, NULL);
  list = NULL;
}

static void
list_init (void)
{
  atexit (close_all);
  pthread_atfork (NULL, NULL, forget_all);
}

static void
list_add (guestfs_h *g)
{
  pthread_once (&list_once, list_init);
  pthread_mutex_lock (&list_lock);
  g->next = list;
  list = g;
  pthread_mutex_unlock (&list_lock);
}

static void
list_remove (guestfs_h *g)
{
  pthread_mutex_lock (&list_lock);
  for (guestfs_h **at = &list; *at; at = &(*at)->next)
    if (*at == g) {
      *at = g->next;
      break;
    }
  pthread_mutex_unlock (&list_lock);
}

/* --- create ---------------------------------------------------------------------- */

static int
init_lock (pthread_mutex_t *lock)
{
  pthread_mutexattr_t attr;
  int r = pthread_mutexattr_init (&attr);

  if (r != 0)
    return r;
  pthread_mutexattr_settype (&attr, PTHREAD_MUTEX_RECURSIVE);
  r = pthread_mutex_init (lock, &attr);
  pthread_mutexattr_destroy (&attr);
  return r;
}

static int
set_defaults (guestfs_h *g)
{
  unsigned char id[(sizeof g->session_id - 1) / 2];

  g->autosync = true;
  g->recovery_proc = true;
  g->memsize = 1280;
  g->smp = 1;
  if (getrandom (id, sizeof id, 0) != sizeof id)
    return -1;
  for (size_t i = 0; i < sizeof id; i++) {
    g->session_id[2 * i] = "0123456789abcdef"[id[i] >> 4];
    g->session_id[2 * i + 1] = "0123456789abcdef"[id[i] & 15];
  }
  if (gk_client_set_path (g, NULL) == -1 || gk_client_set_qemu (g, NULL) == -1 ||
      gk_client_set_program (g, program_invocation_short_name) == -1 ||
      gk_client_set_identifier (g, "") == -1 || gk_client_set_backend (g, "auto") == -1)
    return -1;
  return 0;
}

static void
free_handle (guestfs_h *g)
{
  gk_client_remove_tmpdir (g);
  gk_client_free_drives (g);
  gk_private_free (g);
  gk_cancel_free (g);
  free (g->events);
  if (g->test_output)
    fclose (g->test_output);
  free (g->path);
  free (g->hv);
  free (g->append);
  free (g->program);
  free (g->identifier);
  free (g->backend);
  free (g->passed_over);
  gk_strv_clear (&g->backend_settings);
  gk_strv_clear (&g->config_params);
  free (g->env_tmpdir);
  free (g->env_runtimedir);
  free (g->user_tmpdir);
  free (g->user_cachedir);
  gk_errors_free (g);
  pthread_mutex_destroy (&g->lock);
  free (g);
}

guestfs_h *
guestfs_create_flags (unsigned flags, ...)
{
  guestfs_h *g = calloc (1, sizeof *g);
  int r;

  if (!g)
    return NULL;
  g->cancel_fd = -1;
  r = init_lock (&g->lock);
  if (r == 0) {
    r = gk_errors_init (g);
    if (r != 0)
      pthread_mutex_destroy (&g->lock);
  }
  if (r != 0) {
    free (g);
    errno = r;
    return NULL;
  }
  if (set_defaults (g) == -1 || gk_cancel_init (g) == -1) {
    int saved = errno;
    free_handle (g);
    errno = saved;
    return NULL;
  }

  g->create_flags = flags;
  /* A bad variable is reported on stderr; the handle is good nevertheless. */
  if (!(flags & GUESTFS_CREATE_NO_ENVIRONMENT))
    guestfs_parse_environment (g);
  if (!(flags & GUESTFS_CREATE_NO_CLOSE_ON_EXIT))
    list_add (g);
  gk_client_debug (g, "create: flags = %u, handle = %p, program = %s", flags, (void *)g,
                   g->program);
  return g;
}

guestfs_h *
guestfs_create (void)
{
  return guestfs_create_flags (0);
}

/* --- close ----------------------------------------------------------------------- */

static void
trace_close (guestfs_h *g)
{
  struct gk_buf line = GK_BUF_INIT;

  if (*g->identifier)
    gk_buf_appendf (&line, "%s: ", g->identifier);
  if (gk_buf_appends (&line, "close") == 0)
    gk_client_event_text (g, GUESTFS_EVENT_TRACE, line.data, line.size);
  gk_buf_clear (&line);
}

void
guestfs_close (guestfs_h *g)
{
  if (!g)
    return;
  list_remove (g);

  pthread_mutex_lock (&g->lock);
  if (g->trace)
    trace_close (g);
  gk_client_debug (g, "closing guestfs handle %p (state %d)", (void *)g, g->state);
  if (g->end_session && g->state != GK_STATE_CONFIG)
    g->end_session (g);
  g->state = GK_STATE_CLOSED;
  gk_client_event (g, GUESTFS_EVENT_CLOSE);
  pthread_mutex_unlock (&g->lock);

  free_handle (g);
}
