/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit exec: a program of libguestfs, with this library in its place. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/commands.h"

/* The folder that holds our libguestfs.so.0: beside the program in a build
 * folder, below lib when installed.  Malloced. */
static char *
find_compat (void)
{
  static const char *const tries[] = { "compat", "../lib/guestkit/compat" };
  char exe[4096];
  ssize_t n = readlink ("/proc/self/exe", exe, sizeof exe - 1);

  if (n <= 0)
    return NULL;
  exe[n] = '\0';
  *strrchr (exe, '/') = '\0';
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; ++i) {
    _cleanup_free_ char *dir = gk_asprintf ("%s/%s", exe, tries[i]);
    _cleanup_free_ char *lib = dir ? gk_asprintf ("%s/libguestfs.so.0", dir) : NULL;
    if (lib && access (lib, R_OK) == 0)
      return gk_steal_ptr (dir);
  }
  return NULL;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  if (argc == 0)
    return cli_usage (&cli_command_exec, "no program is given");
  _cleanup_free_ char *dir = find_compat ();
  if (dir == NULL)
    return cli_error ("libguestfs.so.0 of guestkit was not found beside this program");
  const char *old = getenv ("LD_LIBRARY_PATH");
  _cleanup_free_ char *path = gk_asprintf ("%s%s%s", dir, old && *old ? ":" : "", old ? old : "");
  if (path == NULL || setenv ("LD_LIBRARY_PATH", path, 1) == -1)
    return cli_error ("out of memory");
  execvp (argv[0], argv);
  return cli_error ("%s: %s", argv[0], strerror (errno));
}

const struct cli_command cli_command_exec = {
  .name = "exec",
  .synopsis = "[--] PROGRAM [ARGUMENTS]",
  .summary = "run a libguestfs program on guestkit",
  .description = "Runs a program that was built for libguestfs, such as guestfish or virt-cat,\n"
                 "with guestkit's library in the place of libguestfs.so.0.",
  .flags = CLI_RAW_ARGS,
  .run = run,
};
