/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the CLI says when something is wrong. */

#include <stdarg.h>
#include <unistd.h>

#include "cli/cli.h"

__attribute__ ((format (printf, 1, 0))) static void
say (const char *fmt, va_list ap)
{
  fflush (stdout);
  /* What the terminal shows of the keys. */
  if (cli_interrupted () && isatty (STDERR_FILENO))
    fputs ("\r\033[K", stderr);
  fputs ("guestkit: ", stderr);
  vfprintf (stderr, fmt, ap);
  fputc ('\n', stderr);
}

int
cli_error (const char *fmt, ...)
{
  va_list ap;

  if (cli_say_no_more ())
    return CLI_FAILED;
  va_start (ap, fmt);
  say (fmt, ap);
  va_end (ap);
  return CLI_FAILED;
}

int
cli_usage (const struct cli_command *command, const char *fmt, ...)
{
  va_list ap;

  va_start (ap, fmt);
  say (fmt, ap);
  va_end (ap);
  fprintf (stderr, "Try 'guestkit %s --help'.\n", command ? command->name : "");
  return CLI_USAGE;
}

int
cli_guestfs_error (guestfs_h *g)
{
  const char *msg = guestfs_last_error (g);

  cli_progress_wipe (g);
  return cli_error ("%s", msg ? msg : "unknown error");
}
