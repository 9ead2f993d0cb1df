/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit run: a script of the shell as one unit. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/shell.h"

/* What the script prints goes to stderr when stdout is for JSON. */
static int
run_script (struct shell *sh, const char *script, bool json)
{
  int out = -1;

  if (json) {
    fflush (stdout);
    out = dup (STDOUT_FILENO);
    if (out == -1 || dup2 (STDERR_FILENO, STDOUT_FILENO) == -1) {
      cli_error ("stdout: %s", strerror (errno));
      return -1;
    }
  }
  int r = shell_run_script (sh, script);
  fflush (stdout);
  if (out != -1) {
    dup2 (out, STDOUT_FILENO);
    close (out);
  }
  return r;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  static const struct shell_options none;
  struct shell sh = { .o = &none, .unit = true };
  int r = CLI_OK;

  if (argc != (images->add.n > 0 ? 1 : 2))
    return cli_usage (&cli_command_run, "give an image and a script");
  images->edit.whole = images->edit.label_all = !images->ro;
  sh.g = cli_open_mounted (&cli_command_run, images, &argc, &argv, &r);
  if (sh.g == NULL)
    return r;
  if (run_script (&sh, argv[0], images->json) == -1)
    r = CLI_FAILED;
  /* The script may have unmounted all. */
  _cleanup_strv_ char **mounted = guestfs_mountpoints (sh.g);
  images->edit.label_all = images->edit.label_all && mounted && mounted[0];
  return cli_finish (sh.g, &cli_command_run, images, r);
}

const struct cli_command cli_command_run = {
  .name = "run",
  .synopsis = "[OPTIONS] IMAGE SCRIPT",
  .summary = "run a script of the shell: all of it lands, or nothing",
  .description = "Runs the commands of a file ('-': standard input) on the mounted guest, in the\n"
                 "language of 'guestkit shell'.  The first that fails ends the script, and then\n"
                 "nothing has changed in the image; else all changes land together.  What the\n"
                 "script does to files of the host, or by commands of the host, happens at once.",
  .flags = CLI_IMAGES | CLI_WRITES | CLI_EDITS,
  .run = run,
};
