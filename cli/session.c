/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From the options of a command to a launched handle. */

#include <stdlib.h>

#include "cli/cli.h"

static bool
is_readonly (const struct cli_command *command, const struct cli_images *images)
{
  if (command->flags & CLI_WRITES)
    return images->ro;
  return !images->rw;
}

/* A dry run writes, too, but into what a read-only drive throws away. */
static int
add_image (guestfs_h *g, struct cli_images *images, const char *image, bool ro)
{
  struct guestfs_add_drive_opts_argv o = { .bitmask = GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK,
                                           .readonly = ro || images->edit.dry_run };
  const char *opened = o.readonly ? image : cli_unit_begin (images, image);

  if (opened == NULL)
    return CLI_FAILED;
  if (cli_list_add (&images->edit.opened, image) == -1)
    return cli_error ("out of memory");
  if (images->format || opened != image) {
    o.bitmask |= GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK;
    o.format = opened != image ? "qcow2" : images->format;
  }
  if (images->blocksize) {
    o.bitmask |= GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK;
    o.blocksize = images->blocksize;
  }
  if (images->discard && !o.readonly) {
    o.bitmask |= GUESTFS_ADD_DRIVE_OPTS_DISCARD_BITMASK;
    o.discard = "enable";
  }
  return guestfs_add_drive_opts_argv (g, opened, &o) == -1 ? cli_guestfs_error (g) : CLI_OK;
}

static int
check_options (const struct cli_command *command, const struct cli_images *images)
{
  const struct cli_edit *e = &images->edit;

  if (images->ro && images->rw)
    return cli_usage (command, "--ro and --rw exclude each other");
  if (e->dry_run + e->commit + e->in_place > 1)
    return cli_usage (command, "--dry-run, --commit and --in-place exclude each other");
  if (images->ro && (e->dry_run || e->commit || e->in_place || e->backup))
    return cli_usage (command, "with --ro nothing is changed; --dry-run shows what would be");
  if (e->backup && (e->dry_run || e->in_place))
    return cli_usage (command, "--backup needs --commit");
  return CLI_OK;
}

static int
add_images (guestfs_h *g, const struct cli_command *command, struct cli_images *images, int *argc,
            char ***argv)
{
  bool ro = is_readonly (command, images);

  int r = check_options (command, images);
  if (r != CLI_OK)
    return r;
  if (images->launcher && guestfs_set_backend (g, images->launcher) == -1)
    return cli_guestfs_error (g);
  for (size_t i = 0; i < images->add.n; ++i)
    if ((r = add_image (g, images, images->add.v[i], ro)) != CLI_OK)
      return r;
  if (images->add.n > 0 || command->flags & CLI_OWN_OPERANDS)
    return CLI_OK;

  if (*argc == 0)
    return cli_usage (command, "no image is given");
  if ((r = add_image (g, images, (*argv)[0], ro)) != CLI_OK)
    return r;
  (*argc)--;
  (*argv)++;
  return CLI_OK;
}

guestfs_h *
cli_prepare (const struct cli_command *command, struct cli_images *images, int *argc, char ***argv,
             int *ret_exit)
{
  guestfs_h *g = guestfs_create ();

  cli_catch_signals ();
  if (g == NULL) {
    *ret_exit = cli_error ("cannot create a handle");
    return NULL;
  }
  guestfs_set_error_handler (g, NULL, NULL);
  guestfs_set_program (g, "guestkit");
  if (images->verbose)
    guestfs_set_verbose (g, 1);
  if (images->trace)
    guestfs_set_trace (g, 1);
  if (images->network)
    guestfs_set_network (g, 1);
  if (images->memsize > 0 && guestfs_set_memsize (g, images->memsize) == -1)
    *ret_exit = cli_guestfs_error (g);
  else
    *ret_exit = add_images (g, command, images, argc, argv);
  if (*ret_exit != CLI_OK) {
    guestfs_close (g);
    return NULL;
  }
  return g;
}

guestfs_h *
cli_open (const struct cli_command *command, struct cli_images *images, int *argc, char ***argv,
          int *ret_exit)
{
  guestfs_h *g = cli_prepare (command, images, argc, argv, ret_exit);

  if (g == NULL)
    return NULL;
  if (!images->no_progress && !images->json)
    cli_progress_bar (g);
  if (guestfs_launch (g) == -1) {
    *ret_exit = cli_guestfs_error (g);
    guestfs_close (g);
    return NULL;
  }
  cli_work_begin (g);
  return g;
}

guestfs_h *
cli_open_mounted (const struct cli_command *command, struct cli_images *images, int *argc,
                  char ***argv, int *ret_exit)
{
  guestfs_h *g = cli_open (command, images, argc, argv, ret_exit);

  if (g == NULL)
    return NULL;
  bool ro = is_readonly (command, images);
  int r = cli_open_encrypted (g, images, ro);
  if (r == 0)
    r = images->mount.n > 0 ? cli_mount_options (g, &images->mount, ro)
                            : cli_mount_guest (g, ro, NULL);
  if (r == -1) {
    *ret_exit = cli_close (g, CLI_FAILED);
    return NULL;
  }
  if (images->edit.dry_run)
    images->edit.mounted = guestfs_mountpoints (g);
  return g;
}

int
cli_close (guestfs_h *g, int exit_code)
{
  cli_work_end (g);
  if (guestfs_shutdown (g) == -1) {
    cli_guestfs_error (g);
    exit_code = CLI_FAILED;
  }
  guestfs_close (g);
  return exit_code;
}
