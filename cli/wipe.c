/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit wipe: what is on a device is not recognized any more, or not there. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/json.h"

struct options {
  bool signatures, zero, discard, force;
};

static const struct cli_option options[] = {
  { "signatures", 0, CLI_FLAG, offsetof (struct options, signatures), NULL,
    "remove what it is recognized by, and nothing else (the default)" },
  { "zero", 0, CLI_FLAG, offsetof (struct options, zero), NULL, "write zeros over all of it" },
  { "discard", 0, CLI_FLAG, offsetof (struct options, discard), NULL,
    "give all of its space back; what is read there afterwards is not said" },
  { "force", 0, CLI_FLAG, offsetof (struct options, force), NULL, "do not ask" },
  { NULL, 0, 0, 0, NULL, NULL },
};

static void
print_content (struct json_object *content)
{
  for (size_t i = 0; i < json_object_array_length (content); i++) {
    struct json_object *o = json_object_array_get_idx (content, i);
    _cleanup_free_ char *words = cli_content_words (o);
    printf ("%s: %s\n", cli_content_text (o, "device"), words ? words : "");
  }
  fflush (stdout);
}

/* The terminal, or nobody. */
static int
ask (const char *device, const struct options *o)
{
  char answer[16];

  if (!isatty (STDIN_FILENO))
    return cli_error ("%s: nobody can be asked: --force does it; nothing was changed", device);
  fprintf (stderr, "%s %s? [y/N] ",
           o->zero      ? "Write zeros over all of"
           : o->discard ? "Discard all of"
                        : "Remove this from",
           device);
  if (fgets (answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y'))
    return CLI_OK;
  return cli_error ("%s: nothing was changed", device);
}

/* The signatures go first and in any case: what is read where it was discarded is
 * not said, and a disk's last sectors have some that zeros reach last. */
static int
wipe (guestfs_h *g, const char *device, const struct options *o)
{
  if (guestfs_wipefs (g, device) == -1 || (o->zero && guestfs_zero_device (g, device) == -1) ||
      (o->discard && guestfs_blkdiscard (g, device) == -1))
    return cli_guestfs_error (g);
  return CLI_OK;
}

static int
tell_and_wipe (guestfs_h *g, const char *name, const struct options *o,
               const struct cli_images *images)
{
  _cleanup_free_ char *device = guestfs_canonical_device_name (g, name);
  struct json_object *content = device ? cli_content (g, device, true) : NULL;
  bool all = o->zero || o->discard;
  int r = CLI_OK;

  if (device == NULL)
    return cli_guestfs_error (g);
  if (content == NULL)
    return CLI_FAILED;
  bool none = json_object_array_length (content) == 0;
  if (!images->json)
    print_content (content);
  if (none && !all) {
    fprintf (stderr, "guestkit: %s: nothing is recognized on it\n", device);
  } else {
    if (!o->force && !images->edit.dry_run)
      r = ask (device, o);
    if (r == CLI_OK)
      cli_content_let_go (g, content);
    /* A dry run does it, too, in what is thrown away. */
    if (r == CLI_OK)
      r = wipe (g, device, o);
  }
  if (images->json && r == CLI_OK)
    cli_json_print (json_object_get (content));
  json_object_put (content);
  return r;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  const struct options *o = opts;
  int r;

  if (o->signatures + o->zero + o->discard > 1)
    return cli_usage (&cli_command_wipe, "--signatures, --zero and --discard exclude each other");
  if (images->ro)
    return cli_usage (&cli_command_wipe, "--ro: --dry-run shows what would be done");
  images->discard = o->discard;
  guestfs_h *g = cli_open (&cli_command_wipe, images, &argc, &argv, &r);
  if (g == NULL)
    return r;
  if (argc != 1)
    r = cli_usage (&cli_command_wipe, "give one device, such as /dev/sda1");
  else
    r = tell_and_wipe (g, argv[0], o, images);
  return cli_finish (g, &cli_command_wipe, images, r);
}

const struct cli_command cli_command_wipe = {
  .name = "wipe",
  .synopsis = "[OPTIONS] IMAGE DEVICE",
  .summary = "remove what a device is recognized by, or all that is on it",
  .description =
      "Shows what is recognized on a partition, a volume or a whole disk and its partitions, "
      "asks,\n"
      "and removes the signatures; or with --zero or --discard all that is there.  Where\n"
      "nobody can be asked it needs --force.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_UNITS,
  .run = run,
};
