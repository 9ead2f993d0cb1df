/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit detect: what an image file is.  Nothing is attached, no root is
 * needed. */

#include <inttypes.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "image/image.h"

static void
print_json (const struct gk_image_info *info)
{
  struct json_object *list = json_object_new_array ();

  for (size_t i = 0; i < info->n_layers; ++i) {
    const struct gk_image_layer *l = &info->layers[i];
    struct json_object *o = json_object_new_object ();
    cli_json_string (o, "path", l->path);
    cli_json_string (o, "format", l->format);
    json_object_object_add (o, "virtual_size", json_object_new_int64 ((int64_t)l->virtual_size));
    json_object_object_add (o, "actual_size", json_object_new_int64 ((int64_t)l->actual_size));
    json_object_object_add (o, "cluster_size", json_object_new_int64 ((int64_t)l->cluster_size));
    cli_json_string (o, "backing_file", l->backing_name);
    cli_json_string (o, "backing_format", l->backing_format);
    cli_json_string (o, "data_file", l->data_file);
    json_object_object_add (o, "snapshots", json_object_new_int64 (l->n_snapshots));
    json_object_object_add (o, "encrypted", json_object_new_boolean (l->encrypted));
    json_object_object_add (o, "dirty", json_object_new_boolean (l->dirty));
    json_object_object_add (o, "corrupt", json_object_new_boolean (l->corrupt));
    json_object_array_add (list, o);
  }
  cli_json_print (list);
}

static void
print_text (const struct gk_image_info *info)
{
  for (size_t i = 0; i < info->n_layers; ++i) {
    const struct gk_image_layer *l = &info->layers[i];
    printf ("%s%s\n", i ? "backed by: " : "image: ", l->path);
    printf ("  format: %s\n  virtual size: %" PRIu64 " bytes (%.1f GiB)\n  on disk: %" PRIu64
            " bytes\n",
            l->format, l->virtual_size, (double)l->virtual_size / (1 << 30), l->actual_size);
    if (l->data_file)
      printf ("  data file: %s\n", l->data_file);
    if (l->n_snapshots)
      printf ("  internal snapshots: %u\n", l->n_snapshots);
    if (l->encrypted)
      puts ("  encrypted");
    if (l->dirty)
      puts ("  was not closed properly");
    if (l->corrupt)
      puts ("  is marked as corrupt");
  }
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_image_info_ struct gk_image_info info = GK_IMAGE_INFO_INIT;
  const char *image = images->add.n == 1 ? images->add.v[0] : argc == 1 ? argv[0] : NULL;

  if (image == NULL || images->add.n + (size_t)argc != 1)
    return cli_usage (&cli_command_detect, "give one image");
  if (gk_image_info (image, images->format, NULL, &info, &err) == -1)
    return cli_error ("%s", gk_error_msg (&err));
  if (images->json)
    print_json (&info);
  else
    print_text (&info);
  return CLI_OK;
}

const struct cli_command cli_command_detect = {
  .name = "detect",
  .synopsis = "[OPTIONS] IMAGE",
  .summary = "show the format, sizes and backing chain of an image",
  .description = "Looks at the image file only; nothing is attached and root is not needed.",
  .flags = CLI_IMAGES,
  .run = run,
};
