/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit umount */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "client/tree.h"
#include "cli/commands.h"
#include "cli/mount-session.h"

struct options {
  int timeout;
};

static const struct cli_option options[] = {
  { "timeout", 't', CLI_NUMBER, offsetof (struct options, timeout), "SECONDS",
    "wait at most so long for the image to be written" },
  { NULL, 0, 0, 0, NULL, NULL },
};

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;

  if (argc != 1)
    return cli_usage (&cli_command_umount, "give one folder");
  _cleanup_free_ char *dir = realpath (argv[0], NULL);
  if (dir == NULL)
    return cli_error ("%s: %s", argv[0], strerror (errno));
  uint64_t id;
  int mounted = gk_tree_at (dir, &id);
  if (mounted == -1)
    return cli_error ("%s: %s", dir, strerror (errno));
  /* Root may unmount anything, and this command is not for that. */
  if (mounted == 0 || !cli_mount_session_known (dir)) {
    cli_mount_session_forget (dir);
    return cli_error ("%s: %s", dir,
                      mounted == 0 ? "nothing is mounted there"
                                   : "what is mounted there was not mounted by guestkit");
  }
  if (gk_tree_unmount (id, GK_TREE_SETTLE) == -1)
    return cli_error ("%s: %s", dir, errno == EBUSY ? "files in it are in use" : strerror (errno));
  return cli_mount_session_wait (dir, o->timeout);
}

const struct cli_command cli_command_umount = {
  .name = "umount",
  .synopsis = "DIR",
  .summary = "end the session that shows a guest at a folder",
  .description =
      "Unmounts what 'guestkit mount' shows at the folder, and nothing else that is mounted\n"
      "there; and waits until everything is written to the image and the image is free\n"
      "again.",
  .options = options,
  .opts_size = sizeof (struct options),
  .run = run,
};
