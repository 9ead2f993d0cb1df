/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the word before the cursor may become: a command, a device, a path of
 * the guest, or, where a call takes one, a path of the host. */

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/shell.h"

static int
add_if (struct gk_strv *found, const char *name, size_t len, const char *prefix)
{
  _cleanup_free_ char *copy = strndup (name, len);

  for (char *p = copy; p && *p; ++p)
    if (*p == '_')
      *p = '-';
  if (copy == NULL)
    return -1;
  return gk_after_prefix (copy, prefix) ? gk_strv_push_take (found, gk_steal_ptr (copy)) : 0;
}

/* All names in a list that is divided by blanks. */
static int
add_names (struct gk_strv *found, const char *names, const char *prefix)
{
  int r = 0;

  for (const char *p = names; r == 0 && p && *p; p += strspn (p, " ")) {
    size_t len = strcspn (p, " ");
    r = add_if (found, p, len, prefix);
    p += len;
  }
  return r;
}

static int
commands (struct gk_strv *found, const char *prefix)
{
  int r = 0;

  for (const struct shell_command *c = shell_locals; r == 0 && c->names; ++c)
    r = add_names (found, c->names, prefix);
  for (unsigned i = 0; r == 0 && i < gk_n_calls; ++i)
    if (!(gk_calls[i].flags & (GK_CALL_HIDDEN | GK_CALL_DEPRECATED))) {
      r = add_names (found, gk_calls[i].name, prefix);
      if (r == 0)
        r = add_names (found, gk_calls[i].shell_alias, prefix);
    }
  return r;
}

/* Takes names, which may be NULL: what cannot be listed is not offered. */
static int
add_list (struct gk_strv *found, char **names, const char *prefix)
{
  int r = 0;

  for (size_t i = 0; names && names[i] && r == 0; ++i)
    if (gk_after_prefix (names[i], prefix))
      r = gk_strv_push (found, names[i]);
  gk_strv_free (names);
  return r;
}

static int
devices (struct gk_strv *found, guestfs_h *g, const char *prefix)
{
  if (add_list (found, guestfs_list_devices (g), prefix) == -1 ||
      add_list (found, guestfs_list_partitions (g), prefix) == -1)
    return -1;
  return add_list (found, guestfs_lvs (g), prefix);
}

static int
guest_paths (struct gk_strv *found, guestfs_h *g, const char *prefix)
{
  size_t len = (size_t)(strrchr (prefix, '/') - prefix) + 1;
  _cleanup_free_ char *dir = strndup (prefix, len);
  int r = 0;

  struct guestfs_dirent_list *entries = dir ? guestfs_readdir (g, dir) : NULL;
  for (uint32_t i = 0; entries && r == 0 && i < entries->len; ++i) {
    const char *name = entries->val[i].name;
    bool hidden = name[0] == '.' && prefix[len] != '.';
    if (!hidden && !gk_streq (name, ".") && !gk_streq (name, "..") &&
        gk_after_prefix (name, prefix + len))
      r = gk_strv_pushf (found, "%s%s%s", dir, name, entries->val[i].ftyp == 'd' ? "/" : "");
  }
  guestfs_free_dirent_list (entries);
  return r;
}

static int
host_paths (struct gk_strv *found, const char *prefix)
{
  _cleanup_free_ char *pattern = gk_asprintf ("%s*", prefix);
  glob_t g;
  int r = 0;

  if (pattern == NULL)
    return -1;
  if (glob (pattern, GLOB_MARK, NULL, &g) != 0)
    return 0;
  for (size_t i = 0; r == 0 && i < g.gl_pathc; ++i)
    r = gk_strv_push (found, g.gl_pathv[i]);
  globfree (&g);
  return r;
}

/* Is word number n (the command is 0) a file of the host? */
static bool
is_host_path (const char *command, size_t n)
{
  static const char *const host[] = { "lcd", "copy-in",   "copy_in", "alloc",       "sparse",
                                      "add", "add-drive", "add-ro",  "add-drive-ro" };
  const struct gk_call *call = shell_find_call (command);

  for (size_t i = 0; i < sizeof host / sizeof host[0]; ++i)
    if (gk_streq (command, host[i]))
      return true;
  if (call == NULL || n == 0 || n > call->nargs)
    return false;
  enum gk_kind kind = call->args[n - 1].kind;
  return kind == GK_FILE_IN || kind == GK_FILE_OUT;
}

static int
find (struct shell *sh, const struct gk_strv *words, const char *word, struct gk_strv *found)
{
  static const char *const prefixes[] = { "help", "time", "glob" };
  bool command = words->len == 0;

  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; ++i)
    command = command || (words->len == 1 && gk_streq (words->v[0], prefixes[i]));
  if (command)
    return commands (found, word);
  if (is_host_path (words->v[0], words->len))
    return host_paths (found, word);
  if (word[0] != '/' || !sh->completing || guestfs_is_ready (sh->g) != 1)
    return 0;
  if (gk_after_prefix (word, "/dev/"))
    return devices (found, sh->g, word);
  return guest_paths (found, sh->g, word);
}

/* Of words with quotes nothing is offered: where they end is not known yet. */
char **
shell_complete (struct shell *sh, const char *text, size_t *ret_at)
{
  _cleanup_gk_strv_ struct gk_strv found = GK_STRV_INIT;
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  struct shell_line line = SHELL_LINE_INIT;
  size_t at = strlen (text);
  char **v = NULL;

  /* A dash belongs to the word, except in front of a command. */
  while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '\t' && (at > 1 || text[0] != '-'))
    at--;
  _cleanup_free_ char *before = strndup (text, at);
  if (before && shell_parse_line (before, &line, &err) == 0 && line.host == NULL &&
      find (sh, &line.words, text + at, &found) == 0) {
    if (found.len > 0)
      gk_strv_sort (found.v, found.len);
    v = gk_strv_finish (&found);
    *ret_at = at;
  }
  gk_strv_clear (&line.words);
  return v;
}
