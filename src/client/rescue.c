/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The rescue shell's end that programs have: a socket that is the shell's
 * terminal, its size, its status.
 *
 * virt-rescue asks for it as for the console of libguestfs's appliance: with
 * guestfs_rescue=1 among the words that are appended to its kernel's command line
 * there, and with a call that is not in the manual.
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"
#include "base/strv.h"
#include "client/session-priv.h"
#include "gk-client-calls.h"
#include "guestkit.h"

bool
gk_client_wants_rescue (const guestfs_h *g)
{
  static const char word[] = "guestfs_rescue=1";
  const size_t n = sizeof word - 1;

  for (const char *p = g->append; p && (p = strstr (p, word)) != NULL; p += n)
    if ((p == g->append || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
      return true;
  return false;
}

static int
request (guestfs_h *g, const char *who, enum gk_request kind, const char *what, int rows,
         int columns, struct gk_frame *frame)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  msgpack_sbuffer body;

  if (g->state != GK_STATE_READY)
    return gk_client_error (g, 0, "%s: call launch before using this function", who);
  if (g->session->process.console_fd == -1)
    return gk_client_error (g, ENOTSUP,
                            "%s: this session has no rescue shell; it has one when "
                            "guestfs_set_append was called with \"guestfs_rescue=1\" before launch",
                            who);
  msgpack_sbuffer_init (&body);
  int r = gk_encode_open (&body, what, rows, columns, &err);
  if (r == 0)
    r = gk_session_request (g, kind, body.data, body.size, frame, &err) == 0 ? 0 : -1;
  msgpack_sbuffer_destroy (&body);
  if (r == 0)
    return 0;
  gk_error_wrap (&err, "%s", who);
  return gk_client_error_take (g, &err);
}

static int
start (guestfs_h *g, const char *who, const char *command, int rows, int columns)
{
  const char *term = getenv ("TERM");
  _cleanup_free_ char *what = gk_asprintf ("%s\n%s", term ? term : "", command ? command : "");
  struct gk_frame frame;

  if (what == NULL)
    return gk_client_oom (g);
  if (request (g, who, GK_REQUEST_RESCUE, what, rows, columns, &frame) == -1)
    return -1;
  g->session->rescued = true;
  return g->session->process.console_fd;
}

/* --- for virt-rescue ----------------------------------------------------------------- */

/* It is about to connect its terminal with the socket, and does not tell of its size. */
int
gk_client_internal_get_console_socket (guestfs_h *g)
{
  struct winsize w = { .ws_row = 0 };

  if (g->session && g->session->rescued)
    return g->session->process.console_fd;
  if (ioctl (STDIN_FILENO, TIOCGWINSZ, &w) == -1)
    w = (struct winsize){ .ws_row = 0 };
  return start (g, "internal_get_console_socket", NULL, w.ws_row, w.ws_col);
}

/* --- guestkit.h ----------------------------------------------------------------------- */

int
guestkit_rescue (guestfs_h *g, const char *command, int rows, int columns)
{
  pthread_mutex_lock (&g->lock);
  int fd = command && *command == '\0' ? gk_client_error (g, EINVAL, "rescue: the command is empty")
                                       : start (g, "rescue", command, rows, columns);
  pthread_mutex_unlock (&g->lock);
  return fd;
}

int
guestkit_rescue_window (guestfs_h *g, int rows, int columns)
{
  struct gk_frame frame;

  pthread_mutex_lock (&g->lock);
  int r = request (g, "rescue_window", GK_REQUEST_RESCUE_WINDOW, "", rows, columns, &frame);
  pthread_mutex_unlock (&g->lock);
  return r;
}

static int
status_locked (guestfs_h *g)
{
  struct gk_frame frame;
  char digits[8];
  uint64_t status;

  if (request (g, "rescue_status", GK_REQUEST_RESCUE_STATUS, "", 0, 0, &frame) == -1)
    return -1;
  if (frame.len == 0 || frame.len >= sizeof digits)
    return gk_client_error (g, EPROTO, "rescue_status: malformed message");
  memcpy (digits, frame.body, frame.len);
  digits[frame.len] = '\0';
  if (gk_parse_u64 (digits, 255, &status) == -1)
    return gk_client_error (g, EPROTO, "rescue_status: malformed message");
  return (int)status;
}

int
guestkit_rescue_status (guestfs_h *g)
{
  pthread_mutex_lock (&g->lock);
  int r = status_locked (g);
  pthread_mutex_unlock (&g->lock);
  return r;
}
