/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Commands of the shell that carry files between host and guest. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/guest-file.h"
#include "cli/shell.h"

int
shell_copy_in (struct shell *sh, int argc, char **argv)
{
  if (argc < 3)
    return shell_usage (sh, shell_find_local (argv[0]));
  for (int i = 1; i < argc - 1; ++i)
    if (guestfs_copy_in (sh->g, argv[i], argv[argc - 1]) == -1)
      return shell_call_error (sh);
  return 0;
}

int
shell_copy_out (struct shell *sh, int argc, char **argv)
{
  if (argc < 3)
    return shell_usage (sh, shell_find_local (argv[0]));
  for (int i = 1; i < argc - 1; ++i)
    if (guestfs_copy_out (sh->g, argv[i], argv[argc - 1]) == -1)
      return shell_call_error (sh);
  return 0;
}

int
shell_alloc (struct shell *sh, int argc, char **argv)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  bool sparse = gk_streq (argv[0], "sparse");
  int64_t size;

  if (argc != 3)
    return shell_usage (sh, shell_find_local (argv[0]));
  if (shell_parse_number (argv[2], 0, INT64_MAX, &size, &err) == -1)
    return shell_error (sh, "%s: %s", argv[0], gk_error_msg (&err));
  if (guestfs_disk_create (sh->g, argv[1], "raw", size, GUESTFS_DISK_CREATE_PREALLOCATION,
                           sparse ? "sparse" : "full", -1) == -1 ||
      guestfs_add_drive_opts (sh->g, argv[1], GUESTFS_ADD_DRIVE_OPTS_FORMAT, "raw", -1) == -1)
    return shell_call_error (sh);
  return 0;
}

/* The file goes into the pager as it is read, so that a large one is shown at
 * once; a pager that is left early ends the download. */
int
shell_page (struct shell *sh, int argc, char **argv)
{
  const char *pager = gk_streq (argv[0], "less") ? "less" : getenv ("PAGER");
  struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
  char fd_name[32];

  if (argc != 2)
    return shell_usage (sh, shell_find_local (argv[0]));
  fflush (stdout);
  FILE *fp = popen (pager && *pager ? pager : "more", "we");
  if (fp == NULL)
    return shell_error (sh, "%s: %s", argv[0], strerror (errno));
  sigaction (SIGPIPE, &ignore, &old);
  snprintf (fd_name, sizeof fd_name, "/dev/fd/%d", fileno (fp));
  int r = guestfs_download (sh->g, argv[1], fd_name);
  bool left = r == -1 && guestfs_last_errno (sh->g) == EPIPE;
  int status = pclose (fp);
  sigaction (SIGPIPE, &old, NULL);
  if (r == -1 && !left)
    return shell_call_error (sh);
  return status == 0 ? 0 : shell_error (sh, "%s: the pager failed", argv[0]);
}

/* "vi" and "emacs" choose the editor, "edit" leaves it to the environment. */
int
shell_edit_file (struct shell *sh, int argc, char **argv)
{
  const char *visual = getenv ("VISUAL");
  _cleanup_free_ char *old = visual ? strdup (visual) : NULL;
  bool named = !gk_streq (argv[0], "edit");

  if (argc != 2)
    return shell_usage (sh, shell_find_local (argv[0]));
  fflush (stdout);
  if (named)
    setenv ("VISUAL", argv[0], 1);
  int r = cli_guest_edit (sh->g, argv[1]);
  if (named && old)
    setenv ("VISUAL", old, 1);
  else if (named)
    unsetenv ("VISUAL");
  return r == CLI_OK ? 0 : -1;
}
