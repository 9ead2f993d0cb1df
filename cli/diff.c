/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit diff: two images, or an overlay and what it stands on. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/changes.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "image/image.h"

#define DIFFERS 3

struct options {
  bool quick, times, brief, exit_code;
};

#define OPT(field) offsetof (struct options, field)
static const struct cli_option options[] = {
  { "quick", 'q', CLI_FLAG, OPT (quick), NULL,
    "do not read files with the same inode, size and times in both" },
  { "times", 0, CLI_FLAG, OPT (times), NULL, "also tell where only the time of change differs" },
  { "brief", 0, CLI_FLAG, OPT (brief), NULL, "do not show what differs in texts" },
  { "exit-code", 0, CLI_FLAG, OPT (exit_code), NULL, "end with status 3 when something differs" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* The image below an overlay.  0, or -1 with the error. */
static int
find_base (const char *overlay, const char *format, char **ret_path, char **ret_format,
           struct gk_error *err)
{
  _cleanup_image_info_ struct gk_image_info info = GK_IMAGE_INFO_INIT;

  if (gk_image_info (overlay, format, NULL, &info, err) == -1)
    return -1;
  if (info.n_layers < 2)
    return gk_error_set (err, 0, "%s: stands on no other image; give two images", overlay);
  *ret_path = strdup (info.layers[1].path);
  *ret_format = strdup (info.layers[1].format);
  return *ret_path && *ret_format ? 0 : gk_error_oom (err);
}

static guestfs_h *
open_side (const struct cli_images *images, const char *image, const char *format, int *ret_exit)
{
  struct cli_images one = *images;
  int argc = 0;
  char *none[] = { NULL }, **argv = none;

  one.add = (struct cli_list){ &image, 1 };
  one.format = format;
  /* Keys that are asked for are of this image. */
  guestfs_h *g = cli_open_mounted (&cli_command_diff, &one, &argc, &argv, ret_exit);
  free (one.edit.opened.v);
  return g;
}

static int
show (guestfs_h *old, guestfs_h *new, const struct options *o, bool json)
{
  const struct cli_changes_options how = {
    .quick = o->quick, .times = o->times, .brief = o->brief, .json = json
  };
  struct json_object *list = NULL;
  size_t n = 0;
  int r = cli_changes_show (old, new, &how, &n, &list);

  if (json) {
    struct json_object *top = json_object_new_object ();
    json_object_object_add (top, "changes", list);
    cli_json_print (top);
  }
  return r == -1 ? CLI_FAILED : n > 0 && o->exit_code ? DIFFERS : CLI_OK;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  _cleanup_error_ struct gk_error err = GK_ERROR_INIT;
  _cleanup_free_ char *base = NULL, *base_format = NULL;
  int r = CLI_OK;

  if (images->add.n > 0 || images->rw || argc < 1 || argc > 2)
    return cli_usage (&cli_command_diff, "give two images, or an overlay");
  if (argc == 1 && find_base (argv[0], images->format, &base, &base_format, &err) == -1)
    return cli_error ("%s", gk_error_msg (&err));

  guestfs_h *old = base ? open_side (images, base, base_format, &r)
                        : open_side (images, argv[0], images->format, &r);
  if (old == NULL)
    return r;
  guestfs_h *new = open_side (images, argv[argc - 1], images->format, &r);
  if (new == NULL) {
    cli_close (old, r);
    return r;
  }
  r = show (old, new, opts, images->json);
  r = cli_close (new, r);
  return cli_close (old, r);
}

const struct cli_command cli_command_diff = {
  .name = "diff",
  .synopsis = "[OPTIONS] IMAGE IMAGE | OVERLAY",
  .summary = "show what differs between two images",
  .description =
      "Compares the files of two guests, or of an overlay and the image it stands on:\n"
      "a unified difference of each text, then a line for each path that was added or\n"
      "removed, or whose content, type, mode, owner or extended attributes differ.  What\n"
      "is in files is read, for a size and a time can be anything; --quick believes\n"
      "them, which is right where only a kernel wrote between the two.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_OWN_OPERANDS,
  .run = run,
};
