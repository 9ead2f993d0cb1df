/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The line editor: libedit, with a history file and completion. */

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/shell.h"

#define HISTORY_LINES 1000
#define COLUMNS 80

struct shell_edit {
  struct shell *sh;
  EditLine *el;
  History *history;
  char *file; /* of the history, or NULL */
  const char *prompt;
};

static char *
history_file (void)
{
  const char *state = getenv ("XDG_STATE_HOME"), *home = getenv ("HOME");

  if (state && state[0] == '/')
    return gk_asprintf ("%s/guestkit-history", state);
  return home && *home ? gk_asprintf ("%s/.guestkit_history", home) : NULL;
}

static char *
prompt (EditLine *el)
{
  struct shell_edit *e = NULL;

  el_get (el, EL_CLIENTDATA, &e);
  return (char *)e->prompt;
}

/* --- completion ------------------------------------------------------------------------- */

static size_t
common_length (char *const *v)
{
  size_t n = strlen (v[0]);

  for (size_t i = 1; v[i]; ++i) {
    size_t k = 0;
    while (k < n && v[i][k] == v[0][k])
      k++;
    n = k;
  }
  return n;
}

static void
show_choices (char *const *v)
{
  size_t width = 0, column = 0;

  for (size_t i = 0; v[i]; ++i)
    if (strlen (v[i]) > width)
      width = strlen (v[i]);
  width += 2;
  putchar ('\n');
  for (size_t i = 0; v[i]; ++i) {
    if (column > 0 && column + width > COLUMNS) {
      putchar ('\n');
      column = 0;
    }
    printf ("%-*s", (int)width, v[i]);
    column += width;
  }
  putchar ('\n');
  fflush (stdout);
}

static unsigned char
complete (EditLine *el, int ch)
{
  struct shell_edit *e = NULL;
  const LineInfo *info = el_line (el);
  size_t at = 0;

  el_get (el, EL_CLIENTDATA, &e);
  _cleanup_free_ char *text = strndup (info->buffer, (size_t)(info->cursor - info->buffer));
  _cleanup_strv_ char **v = text ? shell_complete (e->sh, text, &at) : NULL;
  if (v == NULL || v[0] == NULL)
    return CC_ERROR;
  size_t typed = strlen (text) - at, common = common_length (v);
  bool one = v[1] == NULL;
  if (common > typed || one) {
    /* What is complete is followed by a blank, except a directory. */
    bool open = common > 0 && v[0][common - 1] == '/';
    _cleanup_free_ char *more =
        gk_asprintf ("%.*s%s", (int)(common - typed), v[0] + typed, one && !open ? " " : "");
    if (more == NULL || el_insertstr (el, more) == -1)
      return CC_ERROR;
    return CC_REFRESH;
  }
  show_choices (v);
  return CC_REDISPLAY;
}

/* --- lines -------------------------------------------------------------------------------- */

struct shell_edit *
shell_edit_open (struct shell *sh)
{
  struct shell_edit *e = calloc (1, sizeof *e);
  HistEvent event;

  if (e == NULL)
    return NULL;
  e->sh = sh;
  e->file = history_file ();
  e->prompt = "";
  e->el = el_init ("guestkit", stdin, stdout, stderr);
  e->history = history_init ();
  if (e->el == NULL || e->history == NULL) {
    shell_edit_close (e);
    return NULL;
  }
  history (e->history, &event, H_SETSIZE, HISTORY_LINES);
  history (e->history, &event, H_SETUNIQUE, 1);
  if (e->file)
    history (e->history, &event, H_LOAD, e->file);
  el_set (e->el, EL_CLIENTDATA, e);
  el_set (e->el, EL_PROMPT, prompt);
  el_set (e->el, EL_EDITOR, "emacs");
  el_set (e->el, EL_SIGNAL, 1);
  el_set (e->el, EL_HIST, history, e->history);
  el_set (e->el, EL_ADDFN, "gk-complete", "complete the word", complete);
  el_set (e->el, EL_BIND, "^I", "gk-complete", NULL);
  el_set (e->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
  el_source (e->el, NULL);
  return e;
}

char *
shell_edit_line (struct shell_edit *e, const char *text)
{
  HistEvent event;
  int n = 0;

  e->prompt = text;
  for (;;) {
    const char *line = el_gets (e->el, &n);
    if (line == NULL && n == -1 && errno == EINTR) { /* Ctrl-C: a new line */
      putchar ('\n');
      el_reset (e->el);
      continue;
    }
    if (line == NULL || n <= 0)
      return NULL;
    char *copy = strndup (line, strcspn (line, "\n"));
    if (copy && *copy)
      history (e->history, &event, H_ENTER, copy);
    return copy;
  }
}

void
shell_edit_close (struct shell_edit *e)
{
  HistEvent event;

  if (e->history && e->file) {
    /* Made first, so that it is nobody else's to read. */
    int fd = open (e->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) {
      close (fd);
      history (e->history, &event, H_SAVE, e->file);
    }
  }
  if (e->el)
    el_end (e->el);
  if (e->history)
    history_end (e->history);
  free (e->file);
  free (e);
}
