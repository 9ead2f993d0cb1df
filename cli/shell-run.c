/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Running one line: a call, a command of the shell's own, or one of the host's. */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/shell-pipe.h"
#include "cli/shell.h"
#include "client/invoke.h"

#define MAX_DEPTH 16

/* --- messages --------------------------------------------------------------------- */

int
shell_error (struct shell *sh, const char *fmt, ...)
{
  char *msg;
  va_list ap;

  va_start (ap, fmt);
  if (vasprintf (&msg, fmt, ap) == -1)
    msg = NULL;
  va_end (ap);
  const char *text = msg ? msg : "out of memory";
  if (sh->in && sh->name)
    cli_error ("%s:%u: %s", sh->name, sh->line, text);
  else
    cli_error ("%s", text);
  free (msg);
  return -1;
}

int
shell_call_error (struct shell *sh)
{
  const char *msg = guestfs_last_error (sh->g);
  int errnum = guestfs_last_errno (sh->g);

  cli_progress_wipe (sh->g);
  shell_error (sh, "%s", msg ? msg : "unknown error");
  if (sh->o->print_errno) {
    const char *name = gk_errno_name (errnum);
    if (name)
      fprintf (stderr, "errno: %s\n", name);
    else
      fprintf (stderr, "errno: %d\n", errnum);
  }
  return -1;
}

/* --- calls and local commands --------------------------------------------------------- */

/* Calls that gained optional arguments later are known as NAME-opts, too. */
const struct gk_call *
shell_find_call (const char *word)
{
  const struct gk_call *call = gk_call_find (word, true);
  size_t n = strlen (word);

  if (call == NULL && n > 5 &&
      (gk_streq (word + n - 5, "-opts") || gk_streq (word + n - 5, "_opts"))) {
    _cleanup_free_ char *base = strndup (word, n - 5);
    call = base ? gk_call_find (base, false) : NULL;
    if (call && call->nopts == 0)
      call = NULL;
  }
  return call && !(call->flags & GK_CALL_HIDDEN) ? call : NULL;
}

/* What would take the session from under a unit. */
static bool
ends_session (const char *name)
{
  static const char *const names[] = { "shutdown", "kill_subprocess", "close" };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (gk_streq (names[i], name))
      return true;
  return false;
}

static int
run_call (struct shell *sh, const struct gk_call *call, int argc, char **argv)
{
  if (sh->unit && ends_session (call->name))
    return shell_error (sh, "%s: not in a script that lands as a whole", sh->command);
  __attribute__ ((cleanup (shell_args_clear))) struct shell_args a = { .opts = NULL };
  union gk_ret ret;

  if (shell_args_parse (sh, call, argc, argv, &a) == -1)
    return -1;
  /* On the terminal it can always be cancelled. */
  if (!sh->interactive)
    cli_work_begin (sh->g);
  int r = gk_client_call (sh->g, call, a.args, a.opts, &ret);
  if (!sh->interactive)
    cli_work_end (sh->g);
  if (r == -1) {
    /* A reader that has seen enough is no failure. */
    if (sh->piped && guestfs_last_errno (sh->g) == EPIPE)
      return 0;
    return shell_call_error (sh);
  }
  shell_print_result (call, &ret, stdout);
  gk_ret_free (call, &ret);
  return 0;
}

int
shell_run_words (struct shell *sh, int argc, char **argv)
{
  const struct shell_command *local = shell_find_local (argv[0]);
  const struct gk_call *call = local ? NULL : shell_find_call (argv[0]);
  const char *outer = sh->command;
  int r;

  sh->command = argv[0];
  if (local)
    r = local->run (sh, argc, argv);
  else if (call)
    r = run_call (sh, call, argc - 1, argv + 1);
  else
    r = shell_error (sh, "%s: unknown command ('help --list' lists all)", argv[0]);
  sh->command = outer;
  /* Calls write to "-" past the buffer of stdout. */
  if (!sh->piped)
    fflush (stdout);
  return r;
}

/* --- the host's commands ---------------------------------------------------------------- */

static int
check_status (struct shell *sh, const char *command, int status)
{
  if (status == -1)
    return shell_error (sh, "%s: %s", command, strerror (errno));
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGINT && !sh->interactive) {
    cli_interrupt (SIGINT); /* which system () kept from us */
    return -1;
  }
  if (WIFSIGNALED (status))
    return shell_error (sh, "%s: died of signal %d", command, WTERMSIG (status));
  if (WEXITSTATUS (status) != 0)
    return shell_error (sh, "%s: exit status %d", command, WEXITSTATUS (status));
  return 0;
}

int
shell_host (struct shell *sh, const char *command)
{
  fflush (stdout);
  return check_status (sh, command, system (command));
}

/* <!command: what it prints is run. */
static int
run_source (struct shell *sh, const char *command)
{
  FILE *outer_in = sh->in;
  unsigned outer_line = sh->line;
  const char *outer_name = sh->name;
  int r = 0;

  if (sh->depth == MAX_DEPTH)
    return shell_error (sh, "<! is nested too deep");
  fflush (stdout);
  FILE *fp = popen (command, "re");
  if (fp == NULL)
    return shell_error (sh, "%s: %s", command, strerror (errno));
  sh->in = fp;
  sh->name = command;
  sh->line = 0;
  sh->depth++;
  while (r == 0 && !sh->quit) {
    _cleanup_free_ char *text = shell_read_line (sh);
    if (text == NULL)
      break;
    r = shell_run_text (sh, text);
  }
  sh->depth--;
  sh->in = outer_in;
  sh->name = outer_name;
  sh->line = outer_line;
  int status = pclose (fp);
  return r == -1 ? -1 : check_status (sh, command, status);
}

/* --- lines ------------------------------------------------------------------------------ */

static int
run_piped (struct shell *sh, struct shell_line *line)
{
  struct shell_pipe p;

  if (shell_pipe_open (sh, line->host, &p) == -1)
    return -1;
  sh->piped = !sh->o->pipe_error;
  int r = shell_run_words (sh, (int)line->words.len, line->words.v);
  sh->piped = false;
  bool lost = fflush (stdout) == EOF || ferror (stdout);
  if (lost) {
    __fpurge (stdout);
    clearerr (stdout);
  }
  shell_pipe_close (&p);
  if (r == 0 && lost && sh->o->pipe_error)
    return shell_error (sh, "the command behind the pipe did not read all of the output");
  return r;
}

static int
run_line (struct shell *sh, struct shell_line *line)
{
  switch (line->kind) {
  case SHELL_NOTHING:
    return 0;
  case SHELL_LOCAL:
    return shell_host (sh, line->host);
  case SHELL_SOURCE:
    return run_source (sh, line->host);
  case SHELL_COMMAND:
    break;
  }
  if (line->host)
    return run_piped (sh, line);
  return shell_run_words (sh, (int)line->words.len, line->words.v);
}

int
shell_run_text (struct shell *sh, const char *text)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct shell_line line = SHELL_LINE_INIT;
  int r;

  if (shell_parse_line (text, &line, &err) == -1)
    r = shell_error (sh, "%s", gk_error_msg (&err));
  else
    r = run_line (sh, &line);
  gk_strv_clear (&line.words);
  return line.ignore && !cli_interrupted () ? 0 : r;
}
