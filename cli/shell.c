/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit shell: where its commands come from, and when it ends.
 *
 * Like guestfish, images are opened for writing unless --ro is given: a script
 * that was written for it must go on to work. */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "client/invoke.h"
#include "cli/commands.h"
#include "cli/shell.h"

#define OPT(field) offsetof (struct shell_options, field)
static const struct cli_option options[] = {
  { "file", 'f', CLI_STRING, OPT (file), "FILE", "read commands from this file" },
  { "inspector", 'i', CLI_FLAG, OPT (inspect), NULL,
    "mount the file systems as the guest's fstab says" },
  { "pipe-error", 0, CLI_FLAG, OPT (pipe_error), NULL,
    "a command fails when the one behind its pipe stops reading" },
  { "echo-keys", 0, CLI_FLAG, OPT (echo_keys), NULL, "show keys while they are typed" },
  { "no-dest-paths", 0, CLI_FLAG, OPT (no_dest_paths), NULL, "do not complete paths of the guest" },
  { "no-sync", 'n', CLI_FLAG, OPT (no_sync), NULL, "do not sync at the end" },
  { "errno", 0, CLI_FLAG, OPT (print_errno), NULL, "print the errno of calls that fail" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* --- where lines come from ------------------------------------------------------------ */

char *
shell_read_line (struct shell *sh)
{
  char *text = NULL;
  size_t size = 0;

  sh->line++;
  if (sh->edit && sh->depth == 0)
    return shell_edit_line (sh->edit, sh->command ? "> " : "><gk> ");
  ssize_t n = getline (&text, &size, sh->in);
  if (n <= 0) {
    free (text);
    return NULL;
  }
  if (text[n - 1] == '\n')
    text[n - 1] = '\0';
  return text;
}

static int
run_lines (struct shell *sh)
{
  int r = 0;

  while (!sh->quit && (r == 0 || sh->interactive)) {
    _cleanup_free_ char *text = shell_read_line (sh);
    if (text == NULL) {
      if (sh->interactive)
        putchar ('\n');
      break;
    }
    r = shell_run_text (sh, text);
  }
  return sh->interactive ? 0 : r;
}

/* "cmd arg : cmd arg : ..." */
static int
run_arguments (struct shell *sh, int argc, char **argv)
{
  int r = 0;

  for (int i = 0, n; r == 0 && !sh->quit && i < argc; i += n + 1) {
    for (n = 0; i + n < argc && !gk_streq (argv[i + n], ":"); ++n)
      ;
    if (n == 0)
      return shell_error (sh, "a command is empty");
    bool ignore = argv[i][0] == '-' && argv[i][1];
    char *outer = argv[i];
    argv[i] += ignore;
    r = shell_run_words (sh, n, argv + i);
    argv[i] = outer;
    if (ignore && !cli_interrupted ())
      r = 0;
  }
  return r;
}

/* --- the terminal --------------------------------------------------------------------- */

/* What Ctrl-C cancels.  The only way from a signal to a handle. */
static guestfs_h *volatile cancelled_by_signal;

static void
on_interrupt (int sig)
{
  if (cancelled_by_signal)
    guestfs_user_cancel (cancelled_by_signal);
}

void
shell_set_handle (struct shell *sh, guestfs_h *g)
{
  sh->g = g;
  if (sh->interactive)
    gk_client_cancel_scope (g, GK_CANCEL_CALL);
  cancelled_by_signal = sh->interactive ? g : NULL;
}

static int
run_terminal (struct shell *sh)
{
  struct sigaction on_sigint = { .sa_handler = on_interrupt };

  sh->interactive = true;
  sh->name = NULL;
  shell_set_handle (sh, sh->g);
  sigaction (SIGINT, &on_sigint, NULL);
  sh->edit = shell_edit_open (sh);
  if (sh->edit == NULL)
    return cli_error ("cannot use the terminal");
  puts ("guestkit shell: looks into and changes disk images.\n"
        "'help' explains, 'help --list' lists the commands, 'quit' ends.\n");
  run_lines (sh);
  shell_edit_close (sh->edit);
  sh->edit = NULL;
  return 0;
}

/* --- the command ------------------------------------------------------------------------ */

int
shell_run_script (struct shell *sh, const char *name)
{
  if (gk_streq (name, "-")) {
    sh->in = stdin;
    sh->name = "*stdin*";
    /* Byte by byte, so that what a command reads from stdin (upload -, a key, a
     * program of the host) begins behind its own line. */
    setvbuf (stdin, NULL, _IONBF, 0);
    return run_lines (sh);
  }

  FILE *fp = fopen (name, "re");

  if (fp == NULL) {
    cli_error ("%s: %s", name, strerror (errno));
    return -1;
  }
  sh->in = fp;
  sh->name = name;
  int r = run_lines (sh);
  sh->in = NULL;
  fclose (fp);
  return r;
}

static int
run_commands (struct shell *sh, int argc, char **argv)
{
  if (argc > 0)
    return run_arguments (sh, argc, argv);
  if (sh->o->file)
    return shell_run_script (sh, sh->o->file);
  sh->in = stdin;
  sh->name = "*stdin*";
  if (isatty (STDIN_FILENO))
    return run_terminal (sh);
  setvbuf (stdin, NULL, _IONBF, 0); /* as above */
  return run_lines (sh);
}

static int
prepare (struct shell *sh, struct cli_images *images)
{
  if (sh->o->no_sync)
    guestfs_set_autosync (sh->g, 0);
  if (!images->no_progress)
    cli_progress_bar (sh->g);
  if (images->mount.n == 0 && !sh->o->inspect)
    return 0;
  if (guestfs_launch (sh->g) == -1) {
    cli_guestfs_error (sh->g);
    return -1;
  }
  if (cli_open_encrypted (sh->g, images, images->ro) == -1)
    return -1;
  if (images->mount.n > 0 && cli_mount_options (sh->g, &images->mount, images->ro) == -1)
    return -1;
  return sh->o->inspect ? cli_mount_guest (sh->g, images->ro, NULL) : 0;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  struct shell_options *o = opts;
  struct shell sh = { .o = o };
  int r;

  o->keys_from_stdin = images->keys_from_stdin;

  if (sh.o->file && argc > 0)
    return cli_usage (&cli_command_shell, "commands come from --file or are arguments, not both");
  sh.g = cli_prepare (&cli_command_shell, images, &argc, &argv, &r);
  if (sh.g == NULL)
    return r;
  sh.completing = !sh.o->no_dest_paths;
  r = prepare (&sh, images);
  if (r == 0)
    r = run_commands (&sh, argc, argv);
  fflush (stdout);
  return cli_close (sh.g, r == 0 ? CLI_OK : CLI_FAILED);
}

const struct cli_command cli_command_shell = {
  .name = "shell",
  .synopsis = "[OPTIONS] [COMMAND [ARGUMENTS] [: COMMAND ...]]",
  .summary = "run commands on images, one by one or from a script",
  .description = "Runs commands that are given as arguments, divided by ':', or else read from\n"
                 "--file, a script on stdin, or a terminal.  Every call of the API is a command;\n"
                 "the language is that of guestfish, and 'guestkit shell help' tells more.\n"
                 "\n"
                 "Images are opened for writing unless --ro is given.  -m and -i start the\n"
                 "session; without them 'run' does.  In a script, the first command that fails\n"
                 "ends the run with status 1, unless a '-' stands in front of it.",
  .options = options,
  .opts_size = sizeof (struct shell_options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_RAW_ARGS | CLI_OWN_OPERANDS,
  .run = run,
};
