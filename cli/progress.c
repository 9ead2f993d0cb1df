/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A progress bar on the terminal, from the events of the library. */

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define WIDTH 40

static void
on_progress (guestfs_h *g, void *opaque, uint64_t event, int eh, int flags, const char *buf,
             size_t buf_len, const uint64_t *array, size_t array_len)
{
  static const char full[] = "########################################";

  if (array_len < 4 || array[0] == 0) /* launch is too quick for a bar */
    return;
  uint64_t position = array[2], total = array[3];
  if (total == 0 || position > total)
    return;
  double part = (double)position / (double)total;
  fprintf (stderr, "\r %3d%% [%-*.*s]", (int)(100 * part), WIDTH, (int)(WIDTH * part), full);
  if (position == total)
    fputc ('\n', stderr);
  fflush (stderr);
}

void
cli_progress_bar (guestfs_h *g)
{
  if (isatty (STDERR_FILENO))
    guestfs_set_event_callback (g, on_progress, GUESTFS_EVENT_PROGRESS, 0, NULL);
}
