/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The terminal of guestkit rescue: bytes from here to the shell and back, the
 * escape key, the size of the window.
 *
 * Like a serial line: what the shell's programs write comes to this terminal as
 * it is, with all that a terminal takes for commands.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/strv.h"
#include "cli/rescue.h"
#include "guestkit.h"

struct terminal {
  guestfs_h *g;
  int console;
  int escape;
  bool escaped;     /* the last byte was the escape key */
  bool end;         /* as soon as all is written, or because that was asked for */
  int signal;       /* that asked for it */
  char typed[4096]; /* for the shell */
  size_t n_typed;
  struct termios before;
};

/* --- this terminal --------------------------------------------------------------------- */

static void
make_raw (struct terminal *t)
{
  struct termios raw = t->before;

  cfmakeraw (&raw);
  tcsetattr (STDIN_FILENO, TCSADRAIN, &raw);
}

static void
make_usual (struct terminal *t)
{
  tcsetattr (STDIN_FILENO, TCSADRAIN, &t->before);
}

static void
tell_window (struct terminal *t)
{
  struct winsize w;

  if (ioctl (STDIN_FILENO, TIOCGWINSZ, &w) == 0)
    guestkit_rescue_window (t->g, w.ws_row, w.ws_col);
}

static void
suspend (struct terminal *t)
{
  make_usual (t);
  raise (SIGSTOP);
  make_raw (t);
  tell_window (t);
}

/* Lines end where they began while the terminal is raw. */
static void
say (const char *text)
{
  fprintf (stderr, "%s\r\n", text);
}

/* --- the escape key ---------------------------------------------------------------------- */

void
rescue_say_escape (int escape)
{
  if (escape != RESCUE_NO_ESCAPE)
    fprintf (stderr, "The escape key is ^%c; ^%c h tells what it is for.\r\n", escape + '@',
             escape + '@');
}

static void
say_inspection (guestfs_h *g)
{
  _cleanup_strv_ char **roots = guestfs_inspect_get_roots (g);

  if (roots == NULL || roots[0] == NULL)
    say ("No guest was inspected (-i does that).");
  for (size_t i = 0; roots != NULL && roots[i] != NULL; i++) {
    _cleanup_free_ char *name = guestfs_inspect_get_product_name (g, roots[i]);
    fprintf (stderr, "%s: %s\r\n", roots[i], name ? name : "unknown");
  }
}

static void
say_done (guestfs_h *g, int r, const char *done)
{
  if (r == -1)
    fprintf (stderr, "guestkit: %s\r\n", guestfs_last_error (g));
  else
    say (done);
}

/* The byte behind the escape key.  True when it is for the shell. */
static bool
obey (struct terminal *t, char c)
{
  if (c == (char)t->escape)
    return true;
  fprintf (stderr, "\r\n");
  switch (c) {
  case 'q':
  case 'x':
    t->end = true;
    break;
  case 'i':
    say_inspection (t->g);
    break;
  case 's':
    say_done (t->g, guestfs_sync (t->g), "All filesystems are written out.");
    break;
  case 'u':
    say_done (t->g, guestfs_umount_all (t->g), "/sysroot and all below it is unmounted.");
    break;
  case 'z':
    suspend (t);
    break;
  default:
    say ("Behind the escape key:");
    say ("  q, x  end the session at once; what was written is kept");
    say ("  s     write all filesystems out");
    say ("  u     unmount /sysroot and all below it");
    say ("  i     what inspection found");
    say ("  z     suspend guestkit");
    say ("  the escape key itself: for the shell");
  }
  return false;
}

/* Takes what was typed, without what is meant for us. */
static void
take_typed (struct terminal *t, const char *data, size_t n)
{
  for (size_t i = 0; i < n && !t->end; i++) {
    bool escaped = t->escaped;
    t->escaped = !escaped && t->escape != RESCUE_NO_ESCAPE && data[i] == (char)t->escape;
    if (!t->escaped && (!escaped || obey (t, data[i])))
      t->typed[t->n_typed++] = data[i];
  }
}

/* --- between the two ------------------------------------------------------------------------ */

static void
read_typed (struct terminal *t)
{
  char data[sizeof t->typed];
  ssize_t n = read (STDIN_FILENO, data, sizeof t->typed - t->n_typed);

  if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN))
    t->end = true; /* the terminal has gone */
  else if (n > 0)
    take_typed (t, data, (size_t)n);
}

static void
send_typed (struct terminal *t)
{
  ssize_t n = send (t->console, t->typed, t->n_typed, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n > 0) {
    t->n_typed -= (size_t)n;
    memmove (t->typed, t->typed + n, t->n_typed);
  } else if (n == -1 && errno != EINTR && errno != EAGAIN)
    t->n_typed = 0; /* its end is read, too */
}

static void
show (struct terminal *t)
{
  char data[4096];
  ssize_t n = recv (t->console, data, sizeof data, MSG_DONTWAIT);

  if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN))
    t->end = true;
  else if (n > 0 && gk_write_full (STDOUT_FILENO, data, (size_t)n) == -1)
    t->end = true;
}

static void
take_signal (struct terminal *t, int signal_fd)
{
  struct signalfd_siginfo si;

  if (read (signal_fd, &si, sizeof si) != sizeof si)
    return;
  switch (si.ssi_signo) {
  case SIGWINCH:
    tell_window (t);
    break;
  case SIGTSTP:
    suspend (t);
    break;
  case SIGCONT:
    make_raw (t);
    break;
  default:
    t->signal = (int)si.ssi_signo;
    t->end = true;
  }
}

static int
relay (struct terminal *t, int signal_fd)
{
  while (!t->end) {
    bool room = t->n_typed < sizeof t->typed;
    struct pollfd p[] = {
      { signal_fd, POLLIN, 0 },
      { t->console, (short)(POLLIN | (t->n_typed > 0 ? POLLOUT : 0)), 0 },
      { room ? STDIN_FILENO : -1, POLLIN, 0 },
    };
    if (poll (p, 3, -1) == -1) {
      if (errno == EINTR)
        continue;
      return cli_error ("poll: %s", strerror (errno));
    }
    if (p[0].revents != 0)
      take_signal (t, signal_fd);
    if (p[1].revents & POLLOUT)
      send_typed (t);
    if (p[1].revents & ~POLLOUT)
      show (t);
    if (p[2].revents != 0)
      read_typed (t);
  }
  return CLI_OK;
}

int
rescue_terminal (guestfs_h *g, int console, int escape, int *ret_signal)
{
  static const int signals[] = { SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT };
  struct terminal t = { .g = g, .console = console, .escape = escape };
  sigset_t set, before;

  if (tcgetattr (STDIN_FILENO, &t.before) == -1)
    return cli_error ("the terminal: %s", strerror (errno));
  sigemptyset (&set);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    sigaddset (&set, signals[i]);
  sigprocmask (SIG_BLOCK, &set, &before);
  _cleanup_close_ int signal_fd = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  int r = CLI_FAILED;
  if (signal_fd == -1)
    cli_error ("signalfd: %s", strerror (errno));
  else {
    make_raw (&t);
    tell_window (&t);
    r = relay (&t, signal_fd);
    make_usual (&t);
  }
  sigprocmask (SIG_SETMASK, &before, NULL);
  *ret_signal = t.signal;
  return r;
}
