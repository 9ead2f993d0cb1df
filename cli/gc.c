/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit gc */

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "exec/exec.h"
#include "image/unit.h"
#include "launch/launch.h"

/* What killed commands left beside an image. */
static int
recover (const char *image)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  int n = gk_unit_recover (image, NULL, &err);

  if (n == -1)
    return cli_error ("gc: %s", gk_error_msg (&err));
  if (n > 0)
    printf ("%s: changes that were left have landed or were removed\n", image);
  return CLI_OK;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_gk_buf_ struct gk_buf out = GK_BUF_INIT;
  _cleanup_free_ char *worker = gk_find_worker ();
  struct gk_exec x = GK_EXEC_INIT;

  if (worker == NULL)
    return cli_error ("gc: the worker program guestkitd was not found");
  const char *const tool[] = { worker, "--gc", NULL };
  x.argv = tool;
  if (gk_exec_check (&x, &out, &err) == -1)
    return cli_error ("gc: %s", gk_error_msg (&err));
  int n = out.data ? atoi (out.data) : 0, unmounted = 0;
  int r = cli_gc_fuse (&unmounted);
  if (n == 0 && unmounted == 0)
    puts ("nothing was left by dead sessions");
  else if (n > 0)
    printf ("cleaned up after %d dead session%s\n", n, n == 1 ? "" : "s");
  for (int i = 0; i < argc; i++)
    if (recover (argv[i]) != CLI_OK)
      r = CLI_FAILED;
  return r;
}

const struct cli_command cli_command_gc = {
  .name = "gc",
  .synopsis = "[IMAGE...]",
  .summary = "clean up after sessions that were killed",
  .description =
      "Removes the mounts and temporary files of this user's sessions whose processes\n"
      "were all killed, as every launch does, and trees shown by FUSE that nobody serves\n"
      "any more.  Of the images that are named,\n"
      "changes that wait to be taken into them land, and others are removed.",
  .run = run,
};
