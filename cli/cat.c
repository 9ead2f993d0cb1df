/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit cat */

#include "cli/commands.h"

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  int r;
  guestfs_h *g = cli_open_mounted (&cli_command_cat, images, &argc, &argv, &r);

  if (g == NULL)
    return r;
  if (argc == 0)
    r = cli_usage (&cli_command_cat, "no path is given");
  for (int i = 0; i < argc; ++i)
    if (guestfs_download (g, argv[i], "/dev/stdout") == -1)
      r = cli_guestfs_error (g);
  return cli_close (g, r);
}

const struct cli_command cli_command_cat = {
  .name = "cat",
  .synopsis = "[OPTIONS] IMAGE PATH...",
  .summary = "print files of the guest",
  .description = "Writes the files to standard output, byte for byte.",
  .flags = CLI_IMAGES,
  .run = run,
};
