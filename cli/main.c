/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit, the command: finds the subcommand and runs it. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/commands.h"

const struct cli_command *const cli_commands[] = {
#define COMMAND(name) &cli_command_##name,
  CLI_COMMANDS
#undef COMMAND
      NULL,
};

static void
print_help (FILE *fp)
{
  fputs ("Usage: guestkit COMMAND [OPTIONS] [ARGUMENTS]\n\n"
         "Opens disk images of virtual machines without starting one.\n\nCommands:\n",
         fp);
  for (size_t i = 0; cli_commands[i]; ++i)
    fprintf (fp, "  %-12s  %s\n", cli_commands[i]->name, cli_commands[i]->summary);
  fputs ("\n'guestkit COMMAND --help' explains a command; guestkit(1) is the manual.\n"
         "Exit status: 0 done, 1 failed, 2 wrong command line.\n",
         fp);
}

static const struct cli_command *
find_command (const char *name)
{
  for (size_t i = 0; cli_commands[i]; ++i)
    if (gk_streq (cli_commands[i]->name, name))
      return cli_commands[i];
  return NULL;
}

static int
run (const struct cli_command *command, int argc, char **argv)
{
  struct cli_images images = { .format = NULL };
  void *opts = calloc (1, command->opts_size + 1);

  if (opts == NULL)
    return cli_error ("out of memory");
  int first = cli_parse (command, &images, opts, argc, argv);
  int r = CLI_USAGE;
  if (first >= 0)
    r = command->run (&images, opts, argc - first, argv + first);
  free (opts);
  free (images.add.v);
  free (images.mount.v);
  cli_keys_clear (&images.keys);
  cli_keys_clear (&images.asked);
  cli_units_clear (&images);
  cli_die_if_interrupted ();

  /* A full disk behind stdout must not pass as success. */
  if (fflush (stdout) == EOF || ferror (stdout))
    return cli_error ("writing the output failed");
  return r;
}

int
main (int argc, char **argv)
{
  /* Who started us may ignore it, and then nobody would be told how a tool has ended. */
  signal (SIGCHLD, SIG_DFL);
  if (argc < 2) {
    print_help (stderr);
    return CLI_USAGE;
  }
  if (gk_streq (argv[1], "--help") || gk_streq (argv[1], "-h") || gk_streq (argv[1], "help")) {
    const struct cli_command *about = argc > 2 ? find_command (argv[2]) : NULL;
    if (about)
      cli_help (about, stdout);
    else
      print_help (stdout);
    return CLI_OK;
  }
  const char *name =
      gk_streq (argv[1], "--version") || gk_streq (argv[1], "-V") ? "version" : argv[1];
  const struct cli_command *command = find_command (name);
  if (command == NULL) {
    cli_error ("there is no command '%s'", argv[1]);
    fputs ("Try 'guestkit --help'.\n", stderr);
    return CLI_USAGE;
  }
  return run (command, argc - 1, argv + 1);
}
