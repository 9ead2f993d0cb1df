/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Words become the values of a call, by its descriptor. */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cli/shell.h"
#include "cli/shell-key.h"

/* --- what a call takes ------------------------------------------------------------ */

static unsigned
n_words (const struct gk_call *call)
{
  unsigned n = 0;

  for (unsigned i = 0; i < call->nargs; ++i)
    n += call->args[i].kind != GK_KEY; /* keys are asked for */
  return n;
}

char *
shell_synopsis (const struct gk_call *call)
{
  _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;

  gk_buf_appends (&b, call->name);
  for (size_t i = 0; i < b.size; ++i)
    if (b.data[i] == '_')
      b.data[i] = '-';
  for (unsigned i = 0; i < call->nargs; ++i)
    if (call->args[i].kind != GK_KEY)
      gk_buf_appendf (&b, " %s", call->args[i].name);
  for (unsigned i = 0; i < call->nopts; ++i) {
    enum gk_kind kind = call->opts[i].kind;
    gk_buf_appendf (&b, " [%s:%s]", call->opts[i].name,
                    kind == GK_BOOL                      ? "true|false"
                    : kind == GK_INT || kind == GK_INT64 ? "N"
                                                         : "..");
  }
  return gk_buf_finish (&b);
}

static int
usage (struct shell *sh, const struct gk_call *call)
{
  _cleanup_free_ char *synopsis = shell_synopsis (call);

  return shell_error (sh, "%s: incorrect number of arguments\nusage: %s\ntype 'help %s' for more",
                      sh->command, synopsis ? synopsis : call->name, sh->command);
}

/* --- one value -------------------------------------------------------------------- */

/* "-<<END": the lines up to one that is END, as a file in memory. */
static int
here_document (struct shell *sh, const char *end, struct shell_args *a, union gk_arg *ret)
{
  int fd = memfd_create ("here-document", MFD_CLOEXEC);

  if (fd == -1)
    return shell_error (sh, "memfd_create: %s", strerror (errno));
  a->fds[a->nfds++] = fd;
  for (;;) {
    _cleanup_free_ char *text = sh->in ? shell_read_line (sh) : NULL;
    if (text == NULL)
      return shell_error (sh, "%s: the end of -<<%s was not found", sh->command, end);
    if (gk_streq (text, end))
      break;
    if (gk_write_full (fd, text, strlen (text)) == -1 || gk_write_full (fd, "\n", 1) == -1)
      return shell_error (sh, "writing a file in memory: %s", strerror (errno));
  }
  if (gk_strv_pushf (&a->strings, "/proc/self/fd/%d", fd) == -1)
    return shell_error (sh, "out of memory");
  ret->str = a->strings.v[a->strings.len - 1];
  return 0;
}

static int
key (struct shell *sh, const char *name, struct shell_args *a, union gk_arg *ret)
{
  char *text = shell_read_key (sh, name);

  if (text == NULL || gk_strv_push_take (&a->strings, text) == -1)
    return -1;
  ret->str = text;
  return 0;
}

static int
parse_value (struct shell *sh, const char *name, enum gk_kind kind, char *word,
             struct shell_args *a, union gk_arg *ret)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  const char *end;
  int64_t number = 0;
  int r = 0;

  switch (kind) {
  case GK_INT:
    r = shell_parse_number (word, INT_MIN, INT_MAX, &number, &err);
    ret->i = (int)number;
    break;
  case GK_INT64:
    r = shell_parse_number (word, INT64_MIN, INT64_MAX, &number, &err);
    ret->i64 = number;
    break;
  case GK_BOOL:
    r = shell_parse_bool (word, &ret->i, &err);
    break;
  case GK_STRING_LIST:
  case GK_FILENAME_LIST:
  case GK_DEVICE_LIST:
    r = shell_split_list (word, &a->lists[a->nlists], &err);
    if (r == 0)
      ret->list = a->lists[a->nlists++];
    break;
  case GK_BUFFER_IN:
    ret->buf.data = word;
    ret->buf.size = strlen (word);
    break;
  case GK_OPT_STRING:
    ret->str = *word ? word : NULL;
    break;
  case GK_FILE_IN:
    end = gk_after_prefix (word, "-<<");
    if (end && *end)
      return here_document (sh, end, a, ret);
    ret->str = word;
    break;
  default:
    ret->str = word;
  }
  return r == 0 ? 0 : shell_error (sh, "%s: %s: %s", sh->command, name, gk_error_msg (&err));
}

/* --- optional arguments ------------------------------------------------------------- */

static int
parse_option (struct shell *sh, const struct gk_call *call, char *word, struct shell_args *a)
{
  char *colon = strchr (word, ':');
  union gk_arg value = { .str = NULL };
  unsigned i = call->nopts;

  if (colon)
    for (i = 0; i < call->nopts; ++i)
      if (strlen (call->opts[i].name) == (size_t)(colon - word) &&
          strncmp (call->opts[i].name, word, (size_t)(colon - word)) == 0)
        break;
  if (i == call->nopts)
    return shell_error (sh, "%s: unknown optional argument \"%s\"", sh->command, word);
  uint64_t *mask = a->opts;
  if (*mask & (UINT64_C (1) << i))
    return shell_error (sh, "%s: optional argument \"%s\" given more than once", sh->command,
                        call->opts[i].name);
  if (parse_value (sh, call->opts[i].name, call->opts[i].kind, colon + 1, a, &value) == -1)
    return -1;
  gk_opt_set (&call->opts[i], a->opts, value);
  *mask |= UINT64_C (1) << i;
  return 0;
}

int
shell_args_parse (struct shell *sh, const struct gk_call *call, int argc, char **argv,
                  struct shell_args *a)
{
  int wanted = (int)n_words (call), w = 0;

  if (argc < wanted || (argc > wanted && call->nopts == 0))
    return usage (sh, call);
  if (call->nopts > 0) {
    a->opts = calloc (1, call->opts_size);
    if (a->opts == NULL)
      return shell_error (sh, "out of memory");
  }
  /* Options first: a wrong one shall not cost the asking for a key or the
   * reading of a here-document. */
  for (int i = wanted; i < argc; ++i)
    if (parse_option (sh, call, argv[i], a) == -1)
      return -1;
  for (unsigned i = 0; i < call->nargs; ++i) {
    const struct gk_param *p = &call->args[i];
    int r = p->kind == GK_KEY ? key (sh, p->name, a, &a->args[i])
                              : parse_value (sh, p->name, p->kind, argv[w++], a, &a->args[i]);
    if (r == -1)
      return -1;
  }
  return 0;
}

void
shell_args_clear (struct shell_args *a)
{
  for (size_t i = 0; i < a->nlists; ++i)
    gk_strv_free (a->lists[i]);
  for (size_t i = 0; i < a->nfds; ++i)
    close (a->fds[i]);
  for (size_t i = 0; i < a->strings.len; ++i) /* may be keys */
    explicit_bzero (a->strings.v[i], strlen (a->strings.v[i]));
  gk_strv_clear (&a->strings);
  free (a->opts);
}
