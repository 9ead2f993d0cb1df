/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Event callbacks, and where text goes when nobody asked for it.
 *
 * A callback may add and delete callbacks, itself too, so the table is walked
 * by index and an entry is copied before it is called.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/handle-priv.h"

/* A program that passes this forgets to delete them. */
#define MAX_EVENTS 1000

/* --- calling them ------------------------------------------------------------ */

/* How many were called. */
static unsigned
call_all (guestfs_h *g, uint64_t event, const char *buf, size_t len, const uint64_t *array,
          size_t array_len)
{
  unsigned called = 0;

  for (size_t i = 0; i < g->nevents; i++) {
    struct gk_event e = g->events[i];
    if (e.cb && e.mask & event) {
      e.cb (g, e.opaque, event, (int)i, 0, buf, len, array, array_len);
      called++;
    }
  }
  return called;
}

bool
gk_client_has_event (guestfs_h *g, uint64_t event)
{
  for (size_t i = 0; i < g->nevents; i++)
    if (g->events[i].cb && g->events[i].mask & event)
      return true;
  return false;
}

void
gk_client_event (guestfs_h *g, uint64_t event)
{
  call_all (g, event, NULL, 0, NULL, 0);
}

void
gk_client_event_array (guestfs_h *g, uint64_t event, const uint64_t *array, size_t len)
{
  call_all (g, event, NULL, 0, array, len);
}

/* A guest's console and file names can carry terminal control sequences. */
static void
put_escaped (const char *buf, size_t len, bool keep_lines)
{
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)buf[i];
    if ((c >= 0x20 && c < 0x7f) || (keep_lines && (c == '\n' || c == '\r')))
      putc (c, stderr);
    else {
      static const char names[] = "\a\b\f\n\r\t\v", letters[] = "abfnrtv";
      const char *at = c ? strchr (names, c) : NULL;
      if (c == '\0')
        fputs ("\\0", stderr);
      else if (at)
        fprintf (stderr, "\\%c", letters[at - names]);
      else
        fprintf (stderr, "\\x%x", c);
    }
  }
}

static void
print_text (guestfs_h *g, uint64_t event, const char *buf, size_t len)
{
  const char *prefix;

  switch (event) {
  case GUESTFS_EVENT_TRACE:
    prefix = "libguestfs: trace: ";
    break;
  case GUESTFS_EVENT_WARNING:
    prefix = "libguestfs: warning: ";
    break;
  case GUESTFS_EVENT_LIBRARY:
    prefix = g->verbose ? "libguestfs: " : NULL;
    break;
  case GUESTFS_EVENT_APPLIANCE:
    prefix = g->verbose ? "" : NULL;
    break;
  default:
    prefix = NULL;
  }
  if (!prefix)
    return;

  bool raw = event == GUESTFS_EVENT_APPLIANCE;
  flockfile (stderr);
  fputs (prefix, stderr);
  put_escaped (buf, len, raw);
  if (!raw)
    putc ('\n', stderr);
  funlockfile (stderr);
}

void
gk_client_event_text (guestfs_h *g, uint64_t event, const char *buf, size_t len)
{
  if (call_all (g, event, buf, len, NULL, 0) == 0)
    print_text (g, event, buf, len);
}

static void __attribute__ ((format (printf, 3, 0)))
event_vtext (guestfs_h *g, uint64_t event, const char *fmt, va_list args)
{
  _cleanup_free_ char *text = NULL;
  int saved = errno;
  int n = vasprintf (&text, fmt, args);

  if (n >= 0)
    gk_client_event_text (g, event, text, (size_t)n);
  else
    text = NULL;
  errno = saved;
}

void
gk_client_debug (guestfs_h *g, const char *fmt, ...)
{
  va_list args;

  if (!g->verbose)
    return;
  va_start (args, fmt);
  event_vtext (g, GUESTFS_EVENT_LIBRARY, fmt, args);
  va_end (args);
}

void
gk_client_warning (guestfs_h *g, const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  event_vtext (g, GUESTFS_EVENT_WARNING, fmt, args);
  va_end (args);
}

/* --- registering ------------------------------------------------------------- */

/* The index, or -1 with the error set.  Places are reused only at the end of
 * the table: a handle that was deleted stays dead while others live. */
static int
add (guestfs_h *g, const struct gk_event *event)
{
  if (g->nevents >= MAX_EVENTS)
    return gk_client_error (g, 0, "too many event callbacks registered");
  struct gk_event *events = reallocarray (g->events, g->nevents + 1, sizeof *events);
  if (!events)
    return gk_client_oom (g);
  g->events = events;
  g->events[g->nevents] = *event;
  return (int)g->nevents++;
}

static void
delete_at (guestfs_h *g, size_t i)
{
  g->events[i] = (struct gk_event){ 0 };
  while (g->nevents > 0 && !g->events[g->nevents - 1].cb)
    g->nevents--;
}

int
guestfs_set_event_callback (guestfs_h *g, guestfs_event_callback cb, uint64_t event_bitmask,
                            int flags, void *opaque)
{
  const struct gk_event event = { event_bitmask, cb, opaque, NULL };
  int r;

  pthread_mutex_lock (&g->lock);
  if (flags != 0)
    r = gk_client_error (g, 0, "flags parameter should be passed as 0 to this function");
  else
    r = add (g, &event);
  pthread_mutex_unlock (&g->lock);
  return r;
}

void
guestfs_delete_event_callback (guestfs_h *g, int event_handle)
{
  pthread_mutex_lock (&g->lock);
  if (event_handle >= 0 && (size_t)event_handle < g->nevents)
    delete_at (g, (size_t)event_handle);
  pthread_mutex_unlock (&g->lock);
}

/* The names, sorted, of the events that are known. */
char *
guestfs_event_to_string (uint64_t event)
{
  static const struct {
    uint64_t bit;
    const char *name;
  } names[] = {
    { GUESTFS_EVENT_APPLIANCE, "appliance" }, { GUESTFS_EVENT_CLOSE, "close" },
    { GUESTFS_EVENT_ENTER, "enter" },         { GUESTFS_EVENT_LAUNCH_DONE, "launch_done" },
    { GUESTFS_EVENT_LIBRARY, "library" },     { GUESTFS_EVENT_LIBVIRT_AUTH, "libvirt_auth" },
    { GUESTFS_EVENT_PROGRESS, "progress" },   { GUESTFS_EVENT_SUBPROCESS_QUIT, "subprocess_quit" },
    { GUESTFS_EVENT_TRACE, "trace" },         { GUESTFS_EVENT_WARNING, "warning" },
  };
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (event & names[i].bit &&
        (gk_buf_appends (&b, b.size ? "," : "") == -1 || gk_buf_appends (&b, names[i].name) == -1))
      return NULL;
  return gk_buf_finish (&b);
}

/* --- the old way: one callback per kind, replaced by the next ------------------ */

static void
set_legacy (guestfs_h *g, uint64_t mask, guestfs_event_callback adapter, void (*legacy) (void),
            void *opaque)
{
  const struct gk_event event = { mask, adapter, opaque, legacy };
  size_t i = 0;

  pthread_mutex_lock (&g->lock);
  while (i < g->nevents && g->events[i].cb != adapter)
    i++;
  if (i < g->nevents && legacy)
    g->events[i] = event;
  else if (i < g->nevents)
    delete_at (g, i);
  else if (legacy)
    add (g, &event);
  pthread_mutex_unlock (&g->lock);
}

#define ADAPTER_ARGS                                                                               \
  guestfs_h *g, void *opaque, uint64_t event, int eh, int flags, const char *buf, size_t buf_len,  \
      const uint64_t *array, size_t array_len

static void
log_message (ADAPTER_ARGS)
{
  guestfs_log_message_cb cb = (guestfs_log_message_cb)g->events[eh].legacy;
  cb (g, opaque, (char *)buf, (int)buf_len);
}

static void
subprocess_quit (ADAPTER_ARGS)
{
  guestfs_subprocess_quit_cb cb = (guestfs_subprocess_quit_cb)g->events[eh].legacy;
  cb (g, opaque);
}

static void
launch_done (ADAPTER_ARGS)
{
  guestfs_launch_done_cb cb = (guestfs_launch_done_cb)g->events[eh].legacy;
  cb (g, opaque);
}

static void
closed (ADAPTER_ARGS)
{
  guestfs_close_cb cb = (guestfs_close_cb)g->events[eh].legacy;
  cb (g, opaque);
}

static void
progress (ADAPTER_ARGS)
{
  guestfs_progress_cb cb = (guestfs_progress_cb)g->events[eh].legacy;
  if (array_len >= 4)
    cb (g, opaque, (int)array[0], (int)array[1], array[2], array[3]);
}

void
guestfs_set_log_message_callback (guestfs_h *g, guestfs_log_message_cb cb, void *opaque)
{
  set_legacy (g, GUESTFS_EVENT_APPLIANCE, log_message, (void (*) (void))cb, opaque);
}

void
guestfs_set_subprocess_quit_callback (guestfs_h *g, guestfs_subprocess_quit_cb cb, void *opaque)
{
  set_legacy (g, GUESTFS_EVENT_SUBPROCESS_QUIT, subprocess_quit, (void (*) (void))cb, opaque);
}

void
guestfs_set_launch_done_callback (guestfs_h *g, guestfs_launch_done_cb cb, void *opaque)
{
  set_legacy (g, GUESTFS_EVENT_LAUNCH_DONE, launch_done, (void (*) (void))cb, opaque);
}

void
guestfs_set_close_callback (guestfs_h *g, guestfs_close_cb cb, void *opaque)
{
  set_legacy (g, GUESTFS_EVENT_CLOSE, closed, (void (*) (void))cb, opaque);
}

void
guestfs_set_progress_callback (guestfs_h *g, guestfs_progress_cb cb, void *opaque)
{
  set_legacy (g, GUESTFS_EVENT_PROGRESS, progress, (void (*) (void))cb, opaque);
}
