/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Keys are asked for: they never stand in a command, where a history, a trace
 * or a list of processes would show them. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/shell-key.h"
#include "cli/shell.h"

static char *
read_line (FILE *fp)
{
  char *text = NULL;
  size_t size = 0;
  ssize_t n = getline (&text, &size, fp);

  if (n <= 0) {
    free (text);
    return NULL;
  }
  if (text[n - 1] == '\n')
    text[n - 1] = '\0';
  return text;
}

static char *
ask (FILE *tty, const char *name, bool echo)
{
  struct termios old, silent;

  /* Before the question: whoever answers at once must not be shown. */
  if (!echo) {
    if (tcgetattr (fileno (tty), &old) == -1)
      return NULL;
    silent = old;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr (fileno (tty), TCSAFLUSH, &silent) == -1)
      return NULL;
  }
  fprintf (tty, "Enter key or passphrase (\"%s\"): ", name);
  fflush (tty);
  char *text = read_line (tty);
  if (!echo) {
    tcsetattr (fileno (tty), TCSAFLUSH, &old);
    fputc ('\n', tty);
  }
  return text;
}

char *
cli_ask_key (const char *name, bool from_stdin, bool echo, const char **ret_why)
{
  *ret_why = NULL;
  cli_no_core_dump ();
  if (from_stdin) {
    /* Byte by byte: what stays in a buffer is read by nobody else, and wiped by
     * nobody. */
    setvbuf (stdin, NULL, _IONBF, 0);
    char *text = read_line (stdin);
    if (text == NULL)
      *ret_why = "stdin has no more keys";
    return text;
  }
  FILE *tty = fopen ("/dev/tty", "r+e");
  if (tty == NULL)
    return NULL;
  setvbuf (tty, NULL, _IONBF, 0);
  char *text = ask (tty, name, echo);
  fclose (tty);
  if (text == NULL)
    *ret_why = "no key was entered";
  return text;
}

char *
shell_read_key (struct shell *sh, const char *name)
{
  const char *why;
  char *text = cli_ask_key (name, sh->o->keys_from_stdin, sh->o->echo_keys, &why);

  if (text == NULL && why)
    shell_error (sh, "%s: %s", sh->command, why);
  else if (text == NULL)
    shell_error (sh, "%s: /dev/tty, to ask for a key: %s (--keys-from-stdin reads it from stdin)",
                 sh->command, strerror (errno));
  return text;
}
