/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* glob: a command for each combination of what its arguments match. */

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/shell.h"

/* Add those of names that match; takes names, which may be NULL. */
static int
add_matching (struct gk_strv *found, char **names, const char *pattern)
{
  int r = 0;

  for (size_t i = 0; names && names[i] && r == 0; ++i)
    if (fnmatch (pattern, names[i], FNM_PATHNAME) == 0)
      r = gk_strv_push (found, names[i]);
  gk_strv_free (names);
  return r;
}

static char **
match_devices (guestfs_h *g, const char *pattern)
{
  _cleanup_gk_strv_ struct gk_strv found = GK_STRV_INIT;

  if (add_matching (&found, guestfs_list_devices (g), pattern) == -1 ||
      add_matching (&found, guestfs_list_partitions (g), pattern) == -1 ||
      add_matching (&found, guestfs_lvs (g), pattern) == -1)
    return NULL;
  return gk_strv_finish (&found);
}

static char **
just (const char *word)
{
  _cleanup_gk_strv_ struct gk_strv one = GK_STRV_INIT;

  return gk_strv_push (&one, word) == -1 ? NULL : gk_strv_finish (&one);
}

/* What an argument stands for: one word at least. */
static char **
expand (struct shell *sh, const char *word)
{
  char **v = NULL;

  if (word[0] != '/' || strpbrk (word, "*?[{") == NULL)
    v = just (word);
  else {
    v = gk_after_prefix (word, "/dev/") ? match_devices (sh->g, word)
                                        : guestfs_glob_expand (sh->g, word);
    if (v == NULL) {
      shell_call_error (sh);
      return NULL;
    }
    if (v[0] == NULL) {
      gk_strv_free (v);
      v = just (word);
    }
  }
  if (v == NULL)
    shell_error (sh, "out of memory");
  return v;
}

/* Counts through all combinations, the last argument fastest.  A command that
 * fails does not keep the others from running. */
static int
run_all (struct shell *sh, int argc, char **words, char ***lists, size_t *at)
{
  int r = 0, i;

  do {
    for (i = 1; i < argc; ++i)
      words[i] = lists[i][at[i]];
    if (shell_run_words (sh, argc, words) == -1)
      r = -1;
    for (i = argc - 1; i > 0; --i) {
      if (lists[i][++at[i]] != NULL)
        break;
      at[i] = 0;
    }
  } while (i > 0 && !sh->quit);
  return r;
}

int
shell_glob (struct shell *sh, int argc, char **argv)
{
  if (argc < 2)
    return shell_usage (sh, shell_find_local ("glob"));
  argc--;
  argv++;
  size_t n = (size_t)argc;
  _cleanup_free_ char ***lists = calloc (n, sizeof *lists);
  _cleanup_free_ size_t *at = calloc (n, sizeof *at);
  _cleanup_free_ char **words = calloc (n + 1, sizeof *words);
  int r = lists && at && words ? 0 : shell_error (sh, "out of memory");

  for (size_t i = 1; r == 0 && i < n; ++i) {
    lists[i] = expand (sh, argv[i]);
    if (lists[i] == NULL)
      r = -1;
  }
  if (r == 0) {
    words[0] = argv[0];
    r = run_all (sh, argc, words, lists, at);
  }
  for (size_t i = 1; lists && i < n; ++i)
    gk_strv_free (lists[i]);
  return r;
}
