/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Commands of the shell that are no calls of the API. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strv.h"
#include "cli/shell.h"

static int
run_quit (struct shell *sh, int argc, char **argv)
{
  sh->quit = true;
  return 0;
}

static int
run_echo (struct shell *sh, int argc, char **argv)
{
  for (int i = 1; i < argc; ++i)
    printf ("%s%s", i > 1 ? " " : "", argv[i]);
  putchar ('\n');
  return 0;
}

static int
run_lcd (struct shell *sh, int argc, char **argv)
{
  if (argc != 2)
    return shell_usage (sh, shell_find_local ("lcd"));
  if (chdir (argv[1]) == -1)
    return shell_error (sh, "%s: %s", argv[1], strerror (errno));
  return 0;
}

static int
run_setenv (struct shell *sh, int argc, char **argv)
{
  if (argc != 3)
    return shell_usage (sh, shell_find_local ("setenv"));
  if (setenv (argv[1], argv[2], 1) == -1)
    return shell_error (sh, "setenv: %s: %s", argv[1], strerror (errno));
  return 0;
}

static int
run_unsetenv (struct shell *sh, int argc, char **argv)
{
  if (argc != 2)
    return shell_usage (sh, shell_find_local ("unsetenv"));
  if (unsetenv (argv[1]) == -1)
    return shell_error (sh, "unsetenv: %s: %s", argv[1], strerror (errno));
  return 0;
}

static int
run_time (struct shell *sh, int argc, char **argv)
{
  struct timespec start, end;

  if (argc < 2)
    return shell_usage (sh, shell_find_local ("time"));
  clock_gettime (CLOCK_MONOTONIC, &start);
  if (shell_run_words (sh, argc - 1, argv + 1) == -1)
    return -1;
  clock_gettime (CLOCK_MONOTONIC, &end);
  printf ("elapsed time: %.2f seconds\n",
          (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
  return 0;
}

static int
run_supported (struct shell *sh, int argc, char **argv)
{
  if (argc != 1)
    return shell_usage (sh, shell_find_local ("supported"));
  _cleanup_strv_ char **groups = guestfs_available_all_groups (sh->g);
  if (groups == NULL)
    return shell_call_error (sh);
  for (size_t i = 0; groups[i]; ++i) {
    char *one[] = { groups[i], NULL };
    int has = guestfs_feature_available (sh->g, one);
    if (has == -1)
      return shell_call_error (sh);
    printf ("%16s %s\n", groups[i], has ? "yes" : "no");
  }
  return 0;
}

/* A new handle that behaves as the old one, without its drives. */
static int
run_reopen (struct shell *sh, int argc, char **argv)
{
  if (argc != 1)
    return shell_usage (sh, shell_find_local ("reopen"));
  if (sh->unit)
    return shell_error (sh, "reopen: not in a script that lands as a whole");
  guestfs_h *g = guestfs_create (), *old = sh->g;
  if (g == NULL)
    return shell_error (sh, "reopen: cannot create a handle");
  _cleanup_free_ char *backend = guestfs_get_backend (old);
  guestfs_set_error_handler (g, NULL, NULL);
  guestfs_set_program (g, guestfs_get_program (old));
  if (backend)
    guestfs_set_backend (g, backend);
  guestfs_set_verbose (g, guestfs_get_verbose (old));
  guestfs_set_autosync (g, guestfs_get_autosync (old));
  guestfs_set_trace (g, guestfs_get_trace (old));
  shell_set_handle (sh, g);
  guestfs_close (old);
  return 0;
}

int
shell_usage (struct shell *sh, const struct shell_command *c)
{
  return shell_error (sh,
                      "%s: incorrect number of arguments\nusage: %s %s\ntype 'help %s' for more",
                      sh->command, sh->command, c->synopsis, sh->command);
}

const struct shell_command shell_locals[] = {
  { "help", "[COMMAND | --list]", "explain the shell, or one command",
    "Without an argument the shell is explained, with one that command.  --list\n"
    "(or -l) lists all commands.",
    shell_help },
  { "quit exit q", "", "end the shell", "End of file (Ctrl-D) does the same.", run_quit },
  { "alloc allocate", "FILENAME SIZE", "make an empty disk image and add it",
    "Makes a raw image of SIZE bytes (512M, 10G ...) whose blocks are allocated on\n"
    "the host, and adds it as 'add' does.",
    shell_alloc },
  { "sparse", "FILENAME SIZE", "make an empty sparse disk image and add it",
    "As alloc, but blocks are allocated when they are written.", shell_alloc },
  { "copy-in", "LOCAL [LOCAL ...] /REMOTEDIR", "copy files and directories into the guest",
    "Copies the LOCAL files and directories of the host into the directory\n"
    "/REMOTEDIR of the guest, which must exist.",
    shell_copy_in },
  { "copy-out", "/REMOTE [/REMOTE ...] LOCALDIR", "copy files and directories out of the guest",
    "Copies files and directories of the guest into the host's directory LOCALDIR,\n"
    "which must exist.",
    shell_copy_out },
  { "echo", "[WORD ...]", "print words", "Prints its arguments, with a blank between them.",
    run_echo },
  { "edit vi emacs", "/FILE", "edit a file of the guest",
    "Edits a copy on the host with $VISUAL or $EDITOR (or the editor whose name is\n"
    "used as the command) and puts it back if it was changed.",
    shell_edit_file },
  { "glob", "COMMAND [ARGUMENT ...]", "run a command on all paths that match",
    "Replaces arguments that are patterns (/home/*, /dev/sd*) by what matches, and\n"
    "runs COMMAND once for each; with several patterns, for each combination.",
    shell_glob },
  { "lcd", "DIRECTORY", "change the current directory of the host",
    "'!cd' would change that of a program which then ends.", run_lcd },
  { "more", "/FILE", "view a file of the guest", "Shows it with $PAGER, or else more.",
    shell_page },
  { "less", "/FILE", "view a file of the guest with less", "Shows it with less.", shell_page },
  { "reopen", "", "close the handle and make a new one",
    "The new one has no drives.  Settings such as trace are kept.", run_reopen },
  { "setenv", "VARIABLE VALUE", "set a variable of the environment",
    "Programs that the shell runs see it.", run_setenv },
  { "unsetenv", "VARIABLE", "remove a variable from the environment",
    "Programs that the shell runs do not see it any more.", run_unsetenv },
  { "supported", "", "list the groups of optional features",
    "Prints each with yes or no; the session must be launched.", run_supported },
  { "time", "COMMAND [ARGUMENT ...]", "tell how long a command takes",
    "Runs COMMAND and prints the time that it took.", run_time },
  { NULL, NULL, NULL, NULL, NULL },
};

static bool
same_name (const char *word, const char *name, size_t len)
{
  for (size_t i = 0; i < len; ++i)
    if (word[i] != name[i] && !(word[i] == '_' && name[i] == '-'))
      return false;
  return word[len] == '\0';
}

const struct shell_command *
shell_find_local (const char *word)
{
  for (const struct shell_command *c = shell_locals; c->names; ++c)
    for (const char *p = c->names; *p; p += strspn (p, " ")) {
      size_t len = strcspn (p, " ");
      if (same_name (word, p, len))
        return c;
      p += len;
    }
  return NULL;
}
