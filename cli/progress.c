/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A progress bar on the terminal, from the events of the library: how much, how
 * fast, how long still; or, where nobody knows how much there is to do, that it goes on
 * and since when. */

#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"

#define WIDTH 40
/* What counts so far counts bytes. */
#define BYTES (1u << 20)
/* As the library does it for calls. */
#define FIRST_MS 2000
#define NEXT_MS 333

/* Of the call that is running. */
struct bar {
  uint64_t serial, first; /* position at the first event */
  uint64_t started_ns;    /* the first event */
  unsigned pulses;
  bool open; /* the line has not ended */
};

#define BAR "guestkit-progress-bar"

static const char full[] = "########################################";

static void
put_speed (uint64_t moved, double seconds, uint64_t left)
{
  double per_second = (double)moved / seconds;
  uint64_t rest = (uint64_t)((double)left / per_second + 0.5);

  if (left >= BYTES || moved >= BYTES)
    fprintf (stderr, " %6.1f MB/s", per_second / 1e6);
  if (rest < 100 * 3600)
    fprintf (stderr, " %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, rest / 3600, rest / 60 % 60,
             rest % 60);
}

/* 0 of 1: a mark that wanders. */
static void
put_pulse (struct bar *bar, uint64_t seconds)
{
  static const char blanks[] = "                                        ";
  int at = (int)(bar->pulses++ * 3 % (WIDTH - 2));

  fprintf (stderr, "\r ---%% [%.*s###%.*s] %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 "\033[K", at,
           blanks, WIDTH - 3 - at, blanks, seconds / 3600, seconds / 60 % 60, seconds % 60);
  fflush (stderr);
}

static void
put_end (void)
{
  fprintf (stderr, "\r 100%% [%s]\033[K\n", full);
  fflush (stderr);
}

static void
on_progress (guestfs_h *g, void *opaque, uint64_t event, int eh, int flags, const char *buf,
             size_t buf_len, const uint64_t *array, size_t array_len)
{
  struct bar *bar = opaque;

  if (event == GUESTFS_EVENT_CLOSE) {
    free (bar);
    return;
  }
  if (array_len < 4 || array[1] == 0) /* launch is too quick for a bar */
    return;
  uint64_t position = array[2], total = array[3], now = gk_clock_ns ();
  if (total == 0 || position > total)
    return;
  bool pulse = position == 0 && total == 1;
  if (bar->serial != array[1] || position < bar->first || (bar->pulses > 0 && total > 1))
    *bar = (struct bar){ .serial = array[1], .first = position, .started_ns = now };
  bar->open = pulse || position < total;
  if (pulse) {
    put_pulse (bar, (now - bar->started_ns) / 1000000000);
    return;
  }
  double part = (double)position / (double)total;
  double seconds = (double)(now - bar->started_ns) / 1e9;
  fprintf (stderr, "\r %3d%% [%-*.*s]", (int)(100 * part), WIDTH, (int)(WIDTH * part), full);
  if (position > bar->first && seconds > 0 && bar->pulses == 0)
    put_speed (position - bar->first, seconds, total - position);
  fputs (position == total ? "\033[K\n" : "\033[K", stderr);
  fflush (stderr);
}

void
cli_progress_bar (guestfs_h *g)
{
  struct bar *bar = isatty (STDERR_FILENO) ? calloc (1, sizeof *bar) : NULL;

  if (bar == NULL)
    return;
  if (guestfs_set_event_callback (g, on_progress, GUESTFS_EVENT_PROGRESS | GUESTFS_EVENT_CLOSE, 0,
                                  bar) == -1)
    free (bar);
  else
    guestfs_set_private (g, BAR, bar);
}

void
cli_progress_wait (int fd, bool shown)
{
  struct pollfd p = { .fd = fd, .events = POLLIN };
  struct bar bar = { .started_ns = gk_clock_ns () };

  if (!shown || !isatty (STDERR_FILENO))
    return;
  for (int wait = FIRST_MS; poll (&p, 1, wait) <= 0; wait = NEXT_MS)
    put_pulse (&bar, (gk_clock_ns () - bar.started_ns) / 1000000000);
  if (bar.pulses > 0)
    put_end ();
}

void
cli_progress_wipe (guestfs_h *g)
{
  struct bar *bar = guestfs_get_private (g, BAR);

  if (bar == NULL || !bar->open)
    return;
  fputs ("\r\033[K", stderr);
  fflush (stderr);
  bar->open = false;
}
