/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit aug: changes of configuration files, in augtool's words. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"

struct options {
  const char *root;
  bool no_save;
};

static const struct cli_option options[] = {
  { "root", 0, CLI_STRING, offsetof (struct options, root), "DIR",
    "read the files below this directory of the guest" },
  { "no-save", 0, CLI_FLAG, offsetof (struct options, no_save), NULL, "only try it: save nothing" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* --- from a line to words ----------------------------------------------------------- */

/* Blanks divide words, but not within quotes or brackets, which are parts of
 * path expressions.  Quotes around a whole word are taken off. */
static int
split (const char *line, struct gk_strv *words)
{
  const char *p = line;

  for (;;) {
    while (isspace ((unsigned char)*p))
      p++;
    if (*p == '\0')
      return 0;
    const char *start = p;
    char quote = '\0';
    int depth = 0;
    for (; *p && (quote || depth > 0 || !isspace ((unsigned char)*p)); p++) {
      if (quote)
        quote = *p == quote ? '\0' : quote;
      else if (*p == '"' || *p == '\'')
        quote = *p;
      else if (*p == '[')
        depth++;
      else if (*p == ']')
        depth--;
    }
    if (quote || depth > 0)
      return cli_error ("%s: %s is not closed", line, quote ? "a quote" : "a bracket");
    size_t n = (size_t)(p - start);
    if (n >= 2 && (*start == '"' || *start == '\'') && start[n - 1] == *start) {
      start++;
      n -= 2;
    }
    if (gk_strv_pushf (words, "%.*s", (int)n, start) == -1)
      return cli_error ("out of memory");
  }
}

/* --- what a line does ------------------------------------------------------------------ */

/* Nodes with their values, printed or as JSON. */
static int
show (guestfs_h *g, char **paths, struct json_object *json)
{
  struct json_object *list = json ? json_object_new_array () : NULL;

  for (size_t i = 0; paths[i]; i++) {
    _cleanup_free_ char *value = guestfs_aug_get (g, paths[i]);
    if (json) {
      struct json_object *o = json_object_new_object ();
      cli_json_string (o, "path", paths[i]);
      cli_json_string (o, "value", value);
      json_object_array_add (list, o);
    } else if (value)
      printf ("%s = %s\n", paths[i], value);
    else
      printf ("%s\n", paths[i]);
  }
  if (json)
    json_object_object_add (json, "nodes", list);
  return 0;
}

static int
show_list (guestfs_h *g, char **paths, struct json_object *json)
{
  if (paths == NULL)
    return -1;
  int r = show (g, paths, json);
  gk_strv_free (paths);
  return r;
}

static int
do_get (guestfs_h *g, char **a, struct json_object *json)
{
  char *const one[] = { a[0], NULL };
  _cleanup_free_ char *value = guestfs_aug_get (g, a[0]);

  return value ? show (g, (char **)one, json) : -1;
}

static int
do_match (guestfs_h *g, char **a, struct json_object *json)
{
  return show_list (g, guestfs_aug_match (g, a[0]), json);
}

static int
do_ls (guestfs_h *g, char **a, struct json_object *json)
{
  return show_list (g, guestfs_aug_ls (g, a[0]), json);
}

static int
do_set (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_set (g, a[0], a[1]);
}

static int
do_setm (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_setm (g, a[0], a[1], a[2]);
}

static int
do_clear (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_clear (g, a[0]);
}

static int
do_rm (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_rm (g, a[0]);
}

static int
do_mv (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_mv (g, a[0], a[1]);
}

/* ins LABEL before|after PATH */
static int
do_ins (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_insert (g, a[2], a[0], gk_streq (a[1], "before"));
}

static int
do_defvar (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_defvar (g, a[0], a[1]);
}

static int
do_defnode (guestfs_h *g, char **a, struct json_object *json)
{
  struct guestfs_int_bool *r = guestfs_aug_defnode (g, a[0], a[1], a[2]);

  if (r == NULL)
    return -1;
  guestfs_free_int_bool (r);
  return 0;
}

static int
do_transform (guestfs_h *g, char **a, struct json_object *json)
{
  return guestfs_aug_transform (g, a[0], a[1], -1) == -1 ? -1 : guestfs_aug_load (g);
}

static const struct line_kind {
  const char *name;
  size_t n_args;
  int (*fn) (guestfs_h *g, char **args, struct json_object *json);
  const char *usage;
  bool changes;
} kinds[] = {
  { "set", 2, do_set, "PATH VALUE", true },
  { "setm", 3, do_setm, "BASE SUB VALUE", true },
  { "clear", 1, do_clear, "PATH", true },
  { "rm", 1, do_rm, "PATH", true },
  { "mv", 2, do_mv, "PATH PATH", true },
  { "ins", 3, do_ins, "LABEL before|after PATH", true },
  { "defvar", 2, do_defvar, "NAME EXPRESSION", false },
  { "defnode", 3, do_defnode, "NAME EXPRESSION VALUE", true },
  { "transform", 2, do_transform, "LENS FILE", false },
  { "get", 1, do_get, "PATH", false },
  { "match", 1, do_match, "PATH", false },
  { "ls", 1, do_ls, "PATH", false },
};

/* Look at all lines before the first is carried out. */
static const struct line_kind *
understand (const char *line, struct gk_strv *words)
{
  if (split (line, words) != 0)
    return NULL;
  for (size_t i = 0; words->len > 0 && i < sizeof kinds / sizeof kinds[0]; i++) {
    const struct line_kind *k = &kinds[i];
    if (!gk_streq (k->name, words->v[0]))
      continue;
    bool fits =
        words->len - 1 == k->n_args &&
        (k->fn != do_ins || gk_streq (words->v[2], "before") || gk_streq (words->v[2], "after"));
    if (!fits)
      cli_error ("%s: should be: %s %s", line, k->name, k->usage);
    return fits ? k : NULL;
  }
  cli_error ("%s: there is no such change", line);
  return NULL;
}

static int
carry_out (guestfs_h *g, const char *line, struct json_object *all)
{
  _cleanup_gk_strv_ struct gk_strv words = GK_STRV_INIT;
  const struct line_kind *k = understand (line, &words);
  struct json_object *o = all ? json_object_new_object () : NULL;

  if (k == NULL)
    return CLI_USAGE;
  if (all) {
    cli_json_string (o, "line", line);
    json_object_array_add (all, o);
  }
  if (k->fn (g, words.v + 1, o) == -1)
    return cli_guestfs_error (g);
  return CLI_OK;
}

static int
all_lines (guestfs_h *g, const struct options *o, struct cli_images *images, char **lines)
{
  struct json_object *json = images->json ? json_object_new_array () : NULL;
  bool save = !o->no_save && !images->ro;
  int r = CLI_OK;

  if (guestfs_aug_init (g, o->root ? o->root : "/", 0) == -1)
    r = cli_guestfs_error (g);
  for (int i = 0; lines[i] && r == CLI_OK; i++)
    r = carry_out (g, lines[i], json);
  if (r == CLI_OK && save && guestfs_aug_save (g) == -1)
    r = cli_guestfs_error (g);
  if (json && r == CLI_OK)
    cli_edit_json (images, json);
  else
    json_object_put (json);
  return r;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  bool changes = false;
  int r = CLI_OK;

  /* With -a all operands are lines, else the first is the image. */
  for (int i = images->add.n > 0 ? 0 : 1; i < argc; i++) {
    _cleanup_gk_strv_ struct gk_strv words = GK_STRV_INIT;
    const struct line_kind *k = understand (argv[i], &words);
    if (k == NULL)
      return CLI_USAGE;
    changes = changes || k->changes;
  }
  images->edit.whole = images->edit.label_all = changes && !o->no_save;
  guestfs_h *g = cli_open_mounted (&cli_command_aug, images, &argc, &argv, &r);
  if (g == NULL)
    return r;
  if (argc == 0)
    r = cli_usage (&cli_command_aug, "no change is given");
  else
    r = all_lines (g, o, images, argv);
  return cli_finish (g, &cli_command_aug, images, r);
}

const struct cli_command cli_command_aug = {
  .name = "aug",
  .synopsis = "[OPTIONS] IMAGE CHANGE...",
  .summary = "read or change configuration files of the guest",
  .description =
      "Changes configuration files with Augeas, which shows them as a tree.  A change\n"
      "is one argument, in the words of augtool(1):\n\n"
      "  set PATH VALUE         setm BASE SUB VALUE    clear PATH    rm PATH\n"
      "  mv PATH PATH           ins LABEL before|after PATH\n"
      "  defvar NAME EXPRESSION defnode NAME EXPRESSION VALUE        transform LENS FILE\n"
      "  get PATH               match PATH             ls PATH\n\n"
      "All are carried out before anything is saved; when one fails nothing is.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_EDITS,
  .run = run,
};
