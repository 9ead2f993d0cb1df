/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Ctrl-C in the middle of a transfer: the call is cancelled, so that no half of
 * a file is left here or in the guest, the session ends as always, and then the
 * signal has its effect.  Elsewhere a signal ends the program at once, which the
 * worker sees and ends, too.  A second signal does so here. */

#include <signal.h>
#include <string.h>

#include "cli/cli.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
#define N_SIGNALS (sizeof signals / sizeof signals[0])

/* The only way from a signal to a handle. */
static guestfs_h *volatile in_transfer;
static volatile sig_atomic_t interrupted_by;
static struct sigaction before[N_SIGNALS];

static void
die (int sig)
{
  signal (sig, SIG_DFL);
  raise (sig);
}

static void
on_signal (int sig)
{
  if (interrupted_by || in_transfer == NULL) {
    die (sig);
    return;
  }
  interrupted_by = sig;
  guestfs_user_cancel (in_transfer);
}

void
cli_transfer_begin (guestfs_h *g)
{
  struct sigaction ours = { .sa_handler = on_signal };

  in_transfer = g;
  for (size_t i = 0; i < N_SIGNALS; ++i) {
    sigaction (signals[i], &ours, &before[i]);
    /* nohup, and jobs in the background of a script. */
    if (before[i].sa_handler == SIG_IGN)
      sigaction (signals[i], &before[i], NULL);
  }
}

int
cli_transfer_end (int r)
{
  for (size_t i = 0; i < N_SIGNALS; ++i)
    sigaction (signals[i], &before[i], NULL);
  in_transfer = NULL;
  return r;
}

bool
cli_interrupted (void)
{
  return interrupted_by != 0;
}

void
cli_die_if_interrupted (void)
{
  if (interrupted_by)
    die (interrupted_by);
}
