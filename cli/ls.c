/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit ls */

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"

struct options {
  bool detail, recursive;
};

static const struct cli_option options[] = {
  { "long", 'l', CLI_FLAG, offsetof (struct options, detail), NULL, "with modes, owners, sizes" },
  { "recursive", 'R', CLI_FLAG, offsetof (struct options, recursive), NULL,
    "with everything below" },
  { NULL, 0, 0, 0, NULL, NULL },
};

static void
print_json (char **names)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; names[i]; ++i)
    json_object_array_add (list, json_object_new_string (names[i]));
  cli_json_print (list);
}

static int
list (guestfs_h *g, const struct options *o, bool json, const char *path)
{
  if (o->detail && !json) {
    _cleanup_free_ char *text = guestfs_ll (g, path);
    if (text == NULL)
      return cli_guestfs_error (g);
    fputs (text, stdout);
    return CLI_OK;
  }
  _cleanup_strv_ char **names = o->recursive ? guestfs_find (g, path) : guestfs_ls (g, path);
  if (names == NULL)
    return cli_guestfs_error (g);
  if (json)
    print_json (names);
  else
    for (size_t i = 0; names[i]; ++i)
      puts (names[i]);
  return CLI_OK;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  int r;
  guestfs_h *g = cli_open_mounted (&cli_command_ls, images, &argc, &argv, &r);

  if (g == NULL)
    return r;
  if (argc > 1)
    r = cli_usage (&cli_command_ls, "too many arguments");
  else
    r = list (g, opts, images->json, argc == 1 ? argv[0] : "/");
  return cli_close (g, r);
}

const struct cli_command cli_command_ls = {
  .name = "ls",
  .synopsis = "[OPTIONS] IMAGE [PATH]",
  .summary = "list a folder of the guest",
  .description = "Lists the names in a folder of the guest, / when none is given.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES,
  .run = run,
};
