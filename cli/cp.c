/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit cp: between host and guest.  One side is IMAGE:/PATH, or :/PATH when
 * the images are given with -a. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/guest-file.h"

struct options {
  bool recursive;
};

static const struct cli_option options[] = {
  { "recursive", 'R', CLI_FLAG, offsetof (struct options, recursive), NULL,
    "copy folders with all that is in them" },
  { NULL, 0, 0, 0, NULL, NULL },
};

/* The guest path in "IMAGE:/PATH", or NULL.  A host path that looks like one
 * can be written with ./ before it only if it has no ":/" at all, so a file
 * that exists under that very name on the host wins. */
static const char *
guest_part (const char *operand)
{
  const char *colon = strstr (operand, ":/");

  return colon && access (operand, F_OK) == -1 ? colon + 1 : NULL;
}

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash && slash[1] ? slash + 1 : path;
}

/* DIR/NAME when path is a folder. */
static char *
into_guest_dir (guestfs_h *g, const char *path, const char *name)
{
  int dir = guestfs_is_dir_opts (g, path, GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1);

  if (dir == -1)
    return NULL;
  return dir ? gk_asprintf ("%s%s%s", path, gk_streq (path, "/") ? "" : "/", name) : strdup (path);
}

static int
copy_in (guestfs_h *g, const struct options *o, const char *from, const char *to)
{
  struct stat st;

  if (stat (from, &st) == -1)
    return cli_error ("%s: %s", from, strerror (errno));
  if (S_ISDIR (st.st_mode)) {
    if (!o->recursive)
      return cli_error ("%s: is a directory (copy it with -R)", from);
    return guestfs_copy_in (g, from, to) == -1 ? cli_guestfs_error (g) : CLI_OK;
  }
  _cleanup_free_ char *target = into_guest_dir (g, to, base_name (from));
  _cleanup_free_ char *real = target ? cli_guest_follow (g, target) : NULL;
  if (real == NULL)
    return cli_guestfs_error (g);
  return cli_guest_replace (g, from, real, st.st_mode & 0777);
}

static int
copy_out (guestfs_h *g, const struct options *o, const char *from, const char *to)
{
  struct stat st;
  bool to_dir = stat (to, &st) == 0 && S_ISDIR (st.st_mode);
  int dir = guestfs_is_dir_opts (g, from, GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1);

  if (dir == -1)
    return cli_guestfs_error (g);
  if (dir && !o->recursive)
    return cli_error ("%s: is a directory (copy it with -R)", from);
  if (dir)
    return guestfs_copy_out (g, from, to) == -1 ? cli_guestfs_error (g) : CLI_OK;
  _cleanup_free_ char *target = to_dir ? gk_asprintf ("%s/%s", to, base_name (from)) : strdup (to);
  if (target == NULL)
    return cli_error ("out of memory");
  return guestfs_download (g, from, target) == -1 ? cli_guestfs_error (g) : CLI_OK;
}

static int
run (struct cli_images *images, void *opts, int argc, char **argv)
{
  /* Writing is wanted only when the guest is the target. */
  struct cli_command command = cli_command_cp;
  int r;

  if (argc != 2)
    return cli_usage (&cli_command_cp, "give a source and a target");
  const char *from = guest_part (argv[0]), *to = guest_part (argv[1]);
  if ((from == NULL) == (to == NULL))
    return cli_usage (&cli_command_cp, "one of source and target is IMAGE:/PATH, the other a file "
                                       "of the host");
  if (to)
    command.flags |= CLI_WRITES;
  const char *operand = from ? argv[0] : argv[1];
  _cleanup_free_ char *image = strndup (operand, (size_t)((from ? from : to) - operand) - 1);
  if (image == NULL)
    return cli_error ("out of memory");
  if (*image == '\0' && images->add.n == 0)
    return cli_usage (&cli_command_cp, "no image is given");

  char *rest[] = { image, NULL };
  char **image_argv = rest;
  int image_argc = *image != '\0';
  guestfs_h *g = cli_open_mounted (&command, images, &image_argc, &image_argv, &r);
  if (g == NULL)
    return r;
  r = from ? copy_out (g, opts, from, argv[1]) : copy_in (g, opts, argv[0], to);
  if (to && r == CLI_OK)
    r = cli_label_new (g, images, to);
  return cli_close (g, r);
}

const struct cli_command cli_command_cp = {
  .name = "cp",
  .synopsis = "[OPTIONS] IMAGE:/PATH FILE | FILE IMAGE:/PATH",
  .summary = "copy files into or out of the guest",
  .description =
      "Copies a file or, with -R, a folder between the host and the guest.  With -a the\n"
      "guest's side is written :/PATH.",
  .options = options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_LABELS,
  .run = run,
};
