/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit filesystems */

#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/strv.h"
#include "cli/commands.h"
#include "cli/json.h"

struct row {
  const char *device, *type;
  char *label, *uuid;
  int64_t size;
};

static void
get_row (guestfs_h *g, struct row *row)
{
  row->label = guestfs_vfs_label (g, row->device);
  row->uuid = guestfs_vfs_uuid (g, row->device);
  /* Of a subvolume it is that of the device that it is on. */
  _cleanup_free_ char *device = guestfs_mountable_device (g, row->device);
  row->size = device ? guestfs_blockdev_getsize64 (g, device) : -1;
}

static void
print_json (const struct row *rows, size_t n)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; i < n; ++i) {
    struct json_object *o = json_object_new_object ();
    cli_json_string (o, "device", rows[i].device);
    cli_json_string (o, "type", rows[i].type);
    cli_json_string (o, "label", rows[i].label);
    cli_json_string (o, "uuid", rows[i].uuid);
    json_object_object_add (o, "size", json_object_new_int64 (rows[i].size));
    json_object_array_add (list, o);
  }
  cli_json_print (list);
}

static void
print_text (const struct row *rows, size_t n)
{
  printf ("%-12s %-12s %14s  %-16s %s\n", "DEVICE", "TYPE", "SIZE", "LABEL", "UUID");
  for (size_t i = 0; i < n; ++i)
    printf ("%-12s %-12s %14" PRIi64 "  %-16s %s\n", rows[i].device, rows[i].type, rows[i].size,
            rows[i].label ? rows[i].label : "", rows[i].uuid ? rows[i].uuid : "");
}

static int
list (guestfs_h *g, bool json)
{
  _cleanup_strv_ char **pairs = guestfs_list_filesystems (g);

  if (pairs == NULL)
    return cli_guestfs_error (g);
  size_t n = gk_strv_length (pairs) / 2;
  struct row *rows = calloc (n + 1, sizeof *rows);
  if (rows == NULL)
    return cli_error ("out of memory");
  for (size_t i = 0; i < n; ++i) {
    rows[i].device = pairs[2 * i];
    rows[i].type = pairs[2 * i + 1];
    get_row (g, &rows[i]);
  }
  if (json)
    print_json (rows, n);
  else
    print_text (rows, n);
  for (size_t i = 0; i < n; ++i) {
    free (rows[i].label);
    free (rows[i].uuid);
  }
  free (rows);
  return CLI_OK;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  int r;
  guestfs_h *g = cli_open (&cli_command_filesystems, images, &argc, &argv, &r);

  if (g == NULL)
    return r;
  if (argc > 0)
    r = cli_usage (&cli_command_filesystems, "too many arguments");
  else if (images->keys.n + images->keys_from_stdin > 0 &&
           cli_open_encrypted (g, images, !images->rw) == -1)
    r = CLI_FAILED;
  else
    r = list (g, images->json);
  return cli_close (g, r);
}

const struct cli_command cli_command_filesystems = {
  .name = "filesystems",
  .synopsis = "[OPTIONS] IMAGE",
  .summary = "list the file systems in an image",
  .description =
      "Lists every file system of the image with its type, size in bytes, label and UUID.",
  .flags = CLI_IMAGES,
  .run = run,
};
