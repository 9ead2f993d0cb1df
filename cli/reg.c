/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit reg: the registry of Windows guests, shown and changed as .reg files. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/reg.h"
#include "guestkit.h"

#define FILE_MAX (64u << 20)

struct options {
  struct cli_list merge;
};

static const struct cli_option options[] = {
  { "merge", 0, CLI_LIST, offsetof (struct options, merge), "FILE",
    "make the changes of this .reg file ('-': standard input); may be repeated" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* --- showing ------------------------------------------------------------------------------- */

struct shown {
  int64_t type;
  char *name, *data;
  size_t size;
};

static void
shown_clear (struct shown *v)
{
  free (v->name);
  free (v->data);
}
#define _cleanup_shown_ __attribute__ ((cleanup (shown_clear)))

static int
read_value (guestfs_h *g, int64_t value, struct shown *v)
{
  v->name = guestfs_hivex_value_key (g, value);
  v->type = v->name ? guestfs_hivex_value_type (g, value) : -1;
  v->data = v->type != -1 ? guestfs_hivex_value_value (g, value, &v->size) : NULL;
  return v->data ? 0 : (cli_guestfs_error (g), -1);
}

static void
put_skipped (const char *what, const char *name)
{
  _cleanup_free_ char *shown = gk_escape (name, strlen (name), 4096);

  printf ("; a %s that cannot be written here: %s\n", what, shown ? shown : "");
}

static int
show_value (const struct shown *v, struct json_object *list)
{
  _cleanup_free_ char *text = NULL;

  if (list) {
    json_object_array_add (list, reg_value_json (v->name, v->type, v->data, v->size));
    return 0;
  }
  if (!reg_is_plain (v->name)) {
    put_skipped ("value's name", v->name);
    return 0;
  }
  text = reg_value_text (v->name, v->type, v->data, v->size);
  if (text == NULL)
    return cli_error ("out of memory"), -1;
  puts (text);
  return 0;
}

static int show_key (struct reg_hive *h, int64_t node, const char *name, unsigned depth,
                     struct json_object *json);

static int
show_children (struct reg_hive *h, int64_t node, const char *name, unsigned depth,
               struct json_object *list)
{
  struct guestfs_hivex_node_list *children = guestfs_hivex_node_children (h->g, node);
  int r = children ? 0 : (cli_guestfs_error (h->g), -1);

  for (uint32_t i = 0; r == 0 && i < children->len; i++) {
    int64_t child = children->val[i].hivex_node_h;
    _cleanup_free_ char *own = guestfs_hivex_node_name (h->g, child);
    _cleanup_free_ char *full = own ? gk_asprintf ("%s\\%s", name, own) : NULL;
    struct json_object *o = list ? json_object_new_object () : NULL;
    if (o)
      json_object_array_add (list, o);
    r = full ? show_key (h, child, full, depth + 1, o) : (cli_guestfs_error (h->g), -1);
  }
  guestfs_free_hivex_node_list (children);
  return r;
}

static int
show_key (struct reg_hive *h, int64_t node, const char *name, unsigned depth,
          struct json_object *json)
{
  struct json_object *values = json ? json_object_new_array () : NULL;
  struct json_object *keys = json ? json_object_new_array () : NULL;
  int r = 0;

  if (json) {
    cli_json_string (json, "key", name);
    json_object_object_add (json, "values", values);
    json_object_object_add (json, "keys", keys);
  } else if (!reg_is_plain (name)) {
    /* Neither can what is below it. */
    put_skipped ("key", name);
    return 0;
  } else
    printf ("\n[%s]\n", name);
  if (depth > REG_DEPTH_MAX)
    return cli_error ("the keys are nested deeper than Windows allows"), -1;

  struct guestfs_hivex_value_list *list = guestfs_hivex_node_values (h->g, node);
  if (list == NULL)
    return cli_guestfs_error (h->g), -1;
  for (uint32_t i = 0; r == 0 && i < list->len; i++) {
    _cleanup_shown_ struct shown v = { .name = NULL };
    r = read_value (h->g, list->val[i].hivex_value_h, &v);
    if (r == 0)
      r = show_value (&v, values);
  }
  guestfs_free_hivex_value_list (list);
  return r == 0 ? show_children (h, node, name, depth, keys) : -1;
}

static int
show (struct reg_hive *h, const char *key, bool as_json)
{
  _cleanup_free_ char *rest = NULL;
  int64_t node;

  if (reg_open_hive (h, key, &rest) == -1 || reg_find_node (h, rest, 0, &node) == -1)
    return CLI_FAILED;
  if (node == 0)
    return cli_error ("%s: there is no such key", key);
  _cleanup_free_ char *name = gk_asprintf ("%s%s%s", h->name, *rest ? "\\" : "", rest);
  if (name == NULL)
    return cli_error ("out of memory");
  struct json_object *json = as_json ? json_object_new_object () : NULL;
  if (json == NULL)
    puts ("Windows Registry Editor Version 5.00");
  int r = show_key (h, node, name, 0, json);
  if (json && r == 0)
    cli_json_print (json);
  else
    json_object_put (json);
  return r == 0 ? CLI_OK : CLI_FAILED;
}

static int
show_hives (struct reg_hive *h, bool as_json)
{
  _cleanup_gk_strv_ struct gk_strv names = GK_STRV_INIT;
  struct json_object *list = as_json ? json_object_new_array () : NULL;

  if (reg_list_hives (h, &names) == -1)
    return CLI_FAILED;
  for (size_t i = 0; i < names.len; i++) {
    _cleanup_free_ char *shown = gk_escape (names.v[i], strlen (names.v[i]), 4096);
    if (list)
      json_object_array_add (list, json_object_new_string (names.v[i]));
    else if (reg_is_plain (names.v[i]))
      puts (names.v[i]);
    else
      puts (shown ? shown : "");
  }
  if (list)
    cli_json_print (list);
  return CLI_OK;
}

/* --- merging ------------------------------------------------------------------------------- */

/* What is done, for --dry-run: lines of the file's own form. */
struct told {
  struct json_object *json; /* a list, or NULL */
  bool quiet;
  char *key; /* that was named last */
};

static void
tell (struct told *t, const char *key, const char *old, const char *new)
{
  if (t->quiet || (old == NULL && new == NULL) || (old && new &&gk_streq (old, new)))
    return;
  if (t->json) {
    struct json_object *o = json_object_new_object ();
    cli_json_string (o, "key", key);
    cli_json_string (o, "old", old);
    cli_json_string (o, "new", new);
    json_object_array_add (t->json, o);
    return;
  }
  if (!*(old ? old : new)) { /* of the key itself */
    printf ("%c[%s]\n", old ? '-' : '+', key);
    return;
  }
  if (t->key == NULL || !gk_streq (t->key, key)) {
    printf ("[%s]\n", key);
    free (t->key);
    t->key = strdup (key);
  }
  if (old)
    printf ("-%s\n", old);
  if (new)
    printf ("+%s\n", new);
}

/* The value as it is, as text; NULL: there is none. */
static int
text_now (guestfs_h *g, int64_t node, const char *name, char **ret)
{
  _cleanup_shown_ struct shown v = { .name = NULL };
  int64_t value = node > 0 ? guestfs_hivex_node_get_value (g, node, name) : 0;

  if (value == -1)
    return cli_guestfs_error (g), -1;
  if (value == 0)
    return 0;
  if (read_value (g, value, &v) == -1)
    return -1;
  *ret = reg_value_text (v.name, v.type, v.data, v.size);
  return *ret ? 0 : (cli_error ("out of memory"), -1);
}

static int
change_value (struct reg_hive *h, const char *rest, const struct reg_change *c, struct told *told)
{
  _cleanup_free_ char *old = NULL, *new = NULL;
  int64_t node;
  int r = 0;

  if (reg_find_node (h, rest, c->what == REG_SET, &node) == -1 ||
      text_now (h->g, node, c->name, &old) == -1)
    return -1;
  if (c->what == REG_SET) {
    new = reg_value_text (c->name, c->type, c->data.data ? c->data.data : "", c->data.size);
    /* The text says all of a value: where it is the same nothing is written. */
    if (new &&old && gk_streq (old, new))
      return 0;
    r = guestfs_hivex_node_set_value (h->g, node, c->name, c->type,
                                      c->data.data ? c->data.data : "", c->data.size);
  } else if (old)
    r = guestkit_hivex_delete_value (h->g, node, c->name);
  if (r == -1)
    return cli_guestfs_error (h->g), -1;
  h->dirty = h->dirty || c->what == REG_SET || old;
  tell (told, c->key, old, new);
  return 0;
}

static int
change_key (struct reg_hive *h, const char *rest, const struct reg_change *c, struct told *told)
{
  bool delete = c->what == REG_DELETE_KEY;
  int64_t node;

  if (*rest == '\0' && delete)
    return cli_error ("%s: a hive cannot be deleted", c->key), -1;
  if (reg_find_node (h, rest, 0, &node) == -1)
    return -1;
  if ((node > 0) == !delete)
    return 0;
  if (!delete)
    tell (told, c->key, NULL, "");
  else {
    tell (told, c->key, "", NULL);
    if (guestfs_hivex_node_delete_child (h->g, node) == -1)
      return cli_guestfs_error (h->g), -1;
  }
  h->dirty = true;
  return delete ? 0 : reg_find_node (h, rest, 1, &node);
}

static int
merge_one (struct reg_hive *h, const char *file, const struct reg_file *f, struct told *told)
{
  for (size_t i = 0; i < f->n; i++) {
    const struct reg_change *c = &f->v[i];
    _cleanup_free_ char *rest = NULL;
    int r = reg_open_hive (h, c->key, &rest);
    if (r == 0)
      r = c->what == REG_SET || c->what == REG_DELETE ? change_value (h, rest, c, told)
                                                      : change_key (h, rest, c, told);
    if (r == -1)
      return cli_error ("%s: stopped at line %u", file, c->line), -1;
  }
  return reg_close_hive (h);
}

static int
merge (struct reg_hive *h, struct cli_images *images, const struct options *o,
       const struct reg_file *files)
{
  struct told told = { .quiet = !images->edit.dry_run };
  int r = 0;

  if (images->json && images->edit.dry_run)
    told.json = json_object_new_array ();
  for (size_t i = 0; r == 0 && i < o->merge.n; i++)
    r = merge_one (h, o->merge.v[i], &files[i], &told);
  free (told.key);
  if (told.json && r == 0)
    cli_edit_json (images, told.json);
  else
    json_object_put (told.json);
  return r == 0 ? CLI_OK : CLI_FAILED;
}

/* All files are understood before the image is opened. */
static int
read_files (const struct cli_list *names, struct reg_file *files)
{
  for (size_t i = 0; i < names->n; i++) {
    _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
    _cleanup_gk_buf_ struct gk_buf b = GK_BUF_INIT;
    int r = gk_streq (names->v[i], "-") ? gk_read_all (0, FILE_MAX, &b)
                                        : gk_read_file (names->v[i], FILE_MAX, &b);
    if (r == -1)
      return cli_error ("%s: %s", names->v[i], strerror (errno));
    if (reg_parse (b.data ? b.data : "", b.size, &files[i], &err) == -1)
      return cli_error ("%s: %s", names->v[i], gk_error_msg (&err));
  }
  return CLI_OK;
}

static int
work (struct cli_images *images, const struct options *o, const struct reg_file *files, int argc,
      char **argv)
{
  struct cli_command command = cli_command_reg;
  struct reg_hive h = { .write = o->merge.n > 0 };
  int r = CLI_OK;

  if (o->merge.n == 0)
    command.flags &= ~CLI_WRITES;
  images->edit.whole = o->merge.n > 0;
  h.g = cli_open_mounted (&command, images, &argc, &argv, &r);
  if (h.g == NULL)
    return r;
  if (reg_find_system (&h) == -1)
    r = CLI_FAILED;
  else if (o->merge.n > 0)
    r = merge (&h, images, o, files);
  else
    r = argc > 0 ? show (&h, argv[0], images->json) : show_hives (&h, images->json);
  h.dirty = h.dirty && r == CLI_OK;
  if (reg_close_hive (&h) == -1)
    r = CLI_FAILED;
  free (h.root);
  return cli_finish (h.g, &command, images, r);
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  const struct cli_edit *e = &images->edit;
  int n = argc - (images->add.n > 0 ? 0 : 1), r = CLI_FAILED;
  struct reg_file *files = calloc (o->merge.n + 1, sizeof *files);

  if (files == NULL)
    cli_error ("out of memory");
  else if (n < 0 || n > 1 || (n == 1 && o->merge.n > 0))
    r = cli_usage (&cli_command_reg, "give an image, and a key or --merge");
  else if (o->merge.n == 0 && (images->rw || e->dry_run || e->commit || e->in_place || e->backup))
    r = cli_usage (&cli_command_reg, "without --merge nothing is changed");
  else if (o->merge.n > 0 && images->ro)
    r = cli_usage (&cli_command_reg, "--merge and --ro exclude each other");
  else {
    r = read_files (&o->merge, files);
    if (r == CLI_OK)
      r = work (images, o, files, argc, argv);
  }
  for (size_t i = 0; files && i < o->merge.n; i++)
    reg_file_clear (&files[i]);
  free (files);
  free (o->merge.v);
  return r;
}

const struct cli_command cli_command_reg = {
  .name = "reg",
  .synopsis = "[OPTIONS] IMAGE [KEY | --merge FILE...]",
  .summary = "show or change the registry of a Windows guest",
  .description =
      "Shows a key of the registry with all below it as a .reg file, or without a key\n"
      "the hives that there are.  --merge makes the changes of .reg files, all or none:\n"
      "of the versions REGEDIT4 and 5.00, in UTF-16 or UTF-8.\n\n"
      "Keys begin with HKEY_LOCAL_MACHINE (HKLM) and SAM, SECURITY, SOFTWARE, SYSTEM or\n"
      "BCD00000000; HKEY_CLASSES_ROOT (HKCR); or HKEY_USERS (HKU) and .DEFAULT, a user's\n"
      "folder or number (S-1-5-...).  CurrentControlSet is the one that starts.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_EDITS,
  .run = run,
};
