/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit version */

#include "cli/commands.h"
#include "guestkit.h"

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  if (argc > 0)
    return cli_usage (&cli_command_version, "too many arguments");
  printf ("guestkit %s\n", guestkit_version ());
  return CLI_OK;
}

const struct cli_command cli_command_version = {
  .name = "version",
  .synopsis = "",
  .summary = "print the version",
  .description = "Prints the version of guestkit.",
  .run = run,
};
