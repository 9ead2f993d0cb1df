/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Ctrl-C.  While a session is at work its call is cancelled, so that no half of
 * a file is left here or in the guest, the session ends as always, and then the
 * signal has its effect.  Where nothing can be cancelled it has it at once; the
 * worker sees that and ends, too.  So does a second signal.  In any case what was
 * made beside an image goes, unless it is landing. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "client/invoke.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
#define N_SIGNALS (sizeof signals / sizeof signals[0])

/* The only way from a signal to what it concerns. */
#define MAX_HANDLES 4
static guestfs_h *volatile handles[MAX_HANDLES];
#define MAX_BESIDE 32
static struct {
  const char *volatile overlay, *volatile dir;
} beside[MAX_BESIDE];
static volatile sig_atomic_t held, interrupted_by, landing, said;

/* --- in the handler ---------------------------------------------------------------- */

static void
put (const char *s)
{
  ssize_t r = write (STDERR_FILENO, s, strlen (s));
  (void)r;
}

/* One line, and not what the terminal shows of the keys. */
static void
tell (void)
{
  if (said)
    return;
  said = 1;
  if (isatty (STDERR_FILENO))
    put ("\r\033[K");
  put (landing ? "guestkit: interrupted; the changes go into the image all the same\n"
               : "guestkit: interrupted\n");
}

static void
die (int sig)
{
  signal (sig, SIG_DFL);
  raise (sig);
}

static void
remove_beside (void)
{
  for (size_t i = 0; i < MAX_BESIDE; i++)
    if (beside[i].dir) {
      unlink (beside[i].overlay);
      rmdir (beside[i].dir);
    }
}

static void
cancel_all (void)
{
  for (size_t i = 0; i < MAX_HANDLES; i++)
    if (handles[i])
      guestfs_user_cancel (handles[i]);
}

static bool
is_working (void)
{
  for (size_t i = 0; i < MAX_HANDLES; i++)
    if (handles[i])
      return true;
  return held;
}

static void
on_signal (int sig)
{
  int saved = errno;

  if (interrupted_by || !is_working ()) {
    tell ();
    remove_beside ();
    die (sig);
  } else {
    interrupted_by = sig;
    cancel_all ();
  }
  errno = saved;
}

/* --- outside of it ------------------------------------------------------------------- */

void
cli_catch_signals (void)
{
  struct sigaction before, ours = { .sa_handler = on_signal };

  for (size_t i = 0; i < N_SIGNALS; ++i)
    /* Ignored: by nohup, or for a job in the background of a script. */
    if (sigaction (signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
      sigaction (signals[i], &ours, NULL);
}

static bool
is_at_work (const guestfs_h *g)
{
  for (size_t i = 0; i < MAX_HANDLES; i++)
    if (handles[i] == g)
      return true;
  return false;
}

void
cli_work_begin (guestfs_h *g)
{
  bool nested = is_at_work (g);

  for (size_t i = 0; i < MAX_HANDLES; i++)
    if (handles[i] == NULL) {
      if (!nested)
        gk_client_cancel_scope (g, GK_CANCEL_ALL);
      handles[i] = g;
      if (interrupted_by)
        guestfs_user_cancel (g);
      break;
    }
}

void
cli_work_end (guestfs_h *g)
{
  for (size_t i = 0; i < MAX_HANDLES; i++)
    if (handles[i] == g) {
      handles[i] = NULL;
      break;
    }
  if (!is_at_work (g))
    gk_client_cancel_scope (g, GK_CANCEL_TRANSFER);
}

void
cli_hold_signals (bool hold)
{
  held = hold;
}

void
cli_remove_when_interrupted (const char *overlay, const char *dir)
{
  for (size_t i = 0; i < MAX_BESIDE; i++)
    if (beside[i].dir == NULL) {
      beside[i].overlay = overlay;
      beside[i].dir = dir;
      return;
    }
}

void
cli_remove_nothing (bool because_it_lands)
{
  for (size_t i = 0; i < MAX_BESIDE; i++)
    beside[i].dir = NULL;
  landing = because_it_lands;
}

void
cli_interrupt (int sig)
{
  interrupted_by = sig;
}

bool
cli_interrupted (void)
{
  return interrupted_by != 0;
}

bool
cli_say_no_more (void)
{
  if (interrupted_by && said)
    return true;
  said = interrupted_by != 0;
  return false;
}

void
cli_die_if_interrupted (void)
{
  if (!interrupted_by)
    return;
  fflush (stdout);
  tell ();
  die (interrupted_by);
}
