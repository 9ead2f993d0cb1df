/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Options by table: parsing them and printing them as help. */

#include <getopt.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/cli.h"

#define IMAGES(field) offsetof (struct cli_images, field)

static const struct cli_option image_options[] = {
  { "add", 'a', CLI_LIST, IMAGES (add), "IMAGE", "open this image; may be repeated" },
  { "mount", 'm', CLI_LIST, IMAGES (mount), "DEV[:DIR[:OPTIONS[:TYPE]]]",
    "mount this device of the guest instead of what its fstab says" },
  { "key", 0, CLI_KEYS, IMAGES (keys), "SELECTOR",
    "a key of an encrypted device: ID:key:VALUE, ID:file:PATH, ID:env:NAME or ID:clevis, where "
    "ID is a device, a UUID or 'all'; may be repeated" },
  { "keys-from-stdin", 0, CLI_FLAG, IMAGES (keys_from_stdin), NULL,
    "read keys from stdin instead of asking on the terminal" },
  { "format", 0, CLI_STRING, IMAGES (format), "FORMAT",
    "format of the images that follow no header (raw, qcow2 ...)" },
  { "blocksize", 0, CLI_NUMBER, IMAGES (blocksize), "BYTES", "sector size: 512 or 4096" },
  { "launcher", 0, CLI_STRING, IMAGES (launcher), "NAME",
    "how the worker is started: auto, local, uml" },
  { "ro", 'r', CLI_FLAG, IMAGES (ro), NULL, "change nothing in the image" },
  { "rw", 'w', CLI_FLAG, IMAGES (rw), NULL, "allow writing to the image" },
  { "json", 0, CLI_FLAG, IMAGES (json), NULL, "print JSON" },
  { "no-progress-bars", 0, CLI_FLAG, IMAGES (no_progress), NULL, "show no progress bar" },
  { "quiet", 0, CLI_FLAG, IMAGES (no_progress), NULL, "the same" },
  { "verbose", 'v', CLI_FLAG, IMAGES (verbose), NULL, "show the log of the session" },
  { "trace", 'x', CLI_FLAG, IMAGES (trace), NULL, "show each call of the API" },
  { NULL, 0, 0, 0, NULL, NULL },
};

static const struct cli_option edit_options[] = {
  { "dry-run", 'n', CLI_FLAG, IMAGES (edit.dry_run), NULL,
    "change nothing: show what would change" },
  { "commit", 0, CLI_FLAG, IMAGES (edit.commit), NULL,
    "all changes land, or none does (the default where it is not said otherwise)" },
  { "in-place", 0, CLI_FLAG, IMAGES (edit.in_place), NULL,
    "write into the image at once: what was done before a failure stays" },
  { "backup", 0, CLI_STRING, IMAGES (edit.backup), "NAME",
    "keep what the image was before: a snapshot of a qcow2 image, else IMAGE.NAME.qcow2" },
  { NULL, 0, 0, 0, NULL, NULL },
};

static const struct cli_option label_options[] = {
  { "no-relabel", 0, CLI_FLAG, IMAGES (edit.no_relabel), NULL, "give new files no SELinux label" },
  { NULL, 0, 0, 0, NULL, NULL },
};

#define MAX_OPTIONS 48
#define CODE(i) (256 + (int)(i))

struct parser {
  struct option long_options[MAX_OPTIONS + 2];
  char letters[2 * MAX_OPTIONS + 40];
  const struct cli_option *option[MAX_OPTIONS];
  void *target[MAX_OPTIONS];
  size_t n;
};

static void
add_table (struct parser *p, const struct cli_option *table, void *target)
{
  for (; table && table->name; ++table, ++p->n) {
    p->option[p->n] = table;
    p->target[p->n] = target;
    p->long_options[p->n] =
        (struct option){ table->name, table->kind != CLI_FLAG, NULL, CODE (p->n) };
    if (table->letter) {
      size_t l = strlen (p->letters);
      p->letters[l++] = table->letter;
      if (table->kind != CLI_FLAG)
        p->letters[l++] = ':';
    }
  }
}

int
cli_list_add (struct cli_list *list, const char *value)
{
  const char **v = realloc (list->v, (list->n + 1) * sizeof *v);

  if (v == NULL)
    return -1;
  v[list->n++] = value;
  list->v = v;
  return 0;
}

int
cli_parse_bytes (const char *text, uint64_t *ret)
{
  static const char units[] = "BKMGTP";
  size_t digits = strspn (text, "0123456789");
  const char *unit = text[digits] ? strchr (units, text[digits]) : units;
  const char *rest = text[digits] ? text + digits + 1 : "";
  _cleanup_free_ char *number = strndup (text, digits);

  if (number == NULL || digits == 0 || unit == NULL ||
      !(*rest == '\0' || (unit != units && (gk_streq (rest, "B") || gk_streq (rest, "iB")))) ||
      gk_parse_u64 (number, INT64_MAX, ret) == -1 ||
      __builtin_mul_overflow (*ret, UINT64_C (1) << 10 * (unit - units), ret) || *ret > INT64_MAX)
    return -1;
  return 0;
}

static int
store (const struct cli_command *command, const struct cli_option *o, void *target, char *value)
{
  char *at = (char *)target + o->offset;
  uint64_t number;

  switch (o->kind) {
  case CLI_FLAG:
    *(bool *)at = true;
    return 0;
  case CLI_STRING:
    *(const char **)at = value;
    return 0;
  case CLI_NUMBER:
    if (gk_parse_u64 (value, INT_MAX, &number) == -1)
      return cli_usage (command, "--%s: '%s' is not a number", o->name, value);
    *(int *)at = (int)number;
    return 0;
  case CLI_KEYS:
    return cli_keys_add ((struct cli_keys *)(void *)at, value);
  case CLI_LIST:
    return cli_list_add ((struct cli_list *)(void *)at, value) == -1 ? cli_error ("out of memory")
                                                                     : 0;
  }
  return 0;
}

static size_t
find_option (const struct parser *p, int c)
{
  for (size_t i = 0; i < p->n; ++i)
    if (c == CODE (i) || (p->option[i]->letter && c == p->option[i]->letter))
      return i;
  return p->n;
}

/* "-1G" is --less 1G. */
static size_t
find_less (const struct parser *p)
{
  for (size_t i = 0; i < p->n; ++i)
    if (gk_streq (p->option[i]->name, "less"))
      return i;
  return p->n;
}

int
cli_parse (const struct cli_command *command, struct cli_images *images, void *opts, int argc,
           char **argv)
{
  struct parser p = { .n = 0 };
  int c;

  strcpy (p.letters, command->flags & CLI_RAW_ARGS ? "+:" : ":");
  if (command->flags & CLI_IMAGES)
    add_table (&p, image_options, images);
  if (command->flags & (CLI_EDITS | CLI_UNITS))
    add_table (&p, edit_options, images);
  if (command->flags & (CLI_EDITS | CLI_LABELS))
    add_table (&p, label_options, images);
  add_table (&p, command->options, opts);
  if (command->flags & CLI_SIGNED)
    strcat (p.letters, "0::1::2::3::4::5::6::7::8::9::");
  p.long_options[p.n] = (struct option){ "help", no_argument, NULL, 'h' };
  if (find_option (&p, 'h') == p.n)
    strcat (p.letters, "h");

  optind = 0; /* glibc: start over */
  while ((c = getopt_long (argc, argv, p.letters, p.long_options, NULL)) != -1) {
    bool number = c >= '0' && c <= '9';
    size_t i = number ? find_less (&p) : find_option (&p, c);
    if (i < p.n) {
      if (store (command, p.option[i], p.target[i], number ? argv[optind - 1] + 1 : optarg) != 0)
        return -1;
    } else if (c == 'h') {
      cli_help (command, stdout);
      exit (CLI_OK);
    } else {
      cli_usage (command, c == ':' ? "%s: needs an argument" : "%s: unknown option",
                 argv[optind - 1]);
      return -1;
    }
  }
  return optind;
}

static void
help_table (const struct cli_option *table, FILE *fp)
{
  for (; table && table->name; ++table) {
    char left[128];
    snprintf (left, sizeof left, "%s%c%s--%s%s%s", table->letter ? "-" : "  ",
              table->letter ? table->letter : ' ', table->letter ? ", " : " ", table->name,
              table->arg ? " " : "", table->arg ? table->arg : "");
    if (strlen (left) > 28)
      fprintf (fp, "  %s\n  %-28s  %s\n", left, "", table->help);
    else
      fprintf (fp, "  %-28s  %s\n", left, table->help);
  }
}

void
cli_help (const struct cli_command *command, FILE *fp)
{
  fprintf (fp, "Usage: guestkit %s %s\n\n%s\n", command->name, command->synopsis,
           command->description);
  fputs ("\nOptions:\n", fp);
  help_table (command->options, fp);
  if (command->flags & (CLI_EDITS | CLI_UNITS))
    help_table (edit_options, fp);
  if (command->flags & (CLI_EDITS | CLI_LABELS))
    help_table (label_options, fp);
  if (command->flags & CLI_IMAGES)
    help_table (image_options, fp);
  fputs ("  -h, --help                    show this text\n", fp);
}
