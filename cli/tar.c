/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkit tar-in and tar-out */

#include <stdlib.h>

#include "base/cleanup.h"
#include "cli/commands.h"

struct options {
  const char *compress;
  struct cli_list excludes;
  bool numeric, xattrs, selinux, acls;
};

#define COMMON                                                                                        \
  { "compress", 'z',                                                                                  \
    CLI_STRING, offsetof (struct options, compress),                                                  \
    "TYPE",     "gzip, bzip2, xz, lzop, lzma, compress or zstd" },                                    \
      { "xattrs", 0, CLI_FLAG, offsetof (struct options, xattrs), NULL, "with extended attributes" }, \
      { "selinux", 0, CLI_FLAG, offsetof (struct options, selinux), NULL, "with SELinux labels" },    \
  {                                                                                                   \
    "acls", 0, CLI_FLAG, offsetof (struct options, acls), NULL, "with ACLs"                           \
  }

static const struct cli_option in_options[] = { COMMON, { NULL, 0, 0, 0, NULL, NULL } };
static const struct cli_option out_options[] = {
  COMMON,
  { "numeric-owner", 0, CLI_FLAG, offsetof (struct options, numeric), NULL,
    "numbers instead of the names of users and groups" },
  { "exclude", 0, CLI_LIST, offsetof (struct options, excludes), "PATTERN",
    "leave out what matches; may be repeated" },
  { NULL, 0, 0, 0, NULL, NULL },
};

static int
tar_in (guestfs_h *g, const struct options *o, const char *tarball, const char *dir)
{
  struct guestfs_tar_in_opts_argv a = {
    .bitmask = GUESTFS_TAR_IN_OPTS_XATTRS_BITMASK | GUESTFS_TAR_IN_OPTS_SELINUX_BITMASK |
               GUESTFS_TAR_IN_OPTS_ACLS_BITMASK,
    .xattrs = o->xattrs,
    .selinux = o->selinux,
    .acls = o->acls,
  };

  if (o->compress) {
    a.bitmask |= GUESTFS_TAR_IN_OPTS_COMPRESS_BITMASK;
    a.compress = o->compress;
  }
  return guestfs_tar_in_opts_argv (g, tarball, dir, &a) == -1 ? cli_guestfs_error (g) : CLI_OK;
}

static int
tar_out (guestfs_h *g, const struct options *o, const char *dir, const char *tarball)
{
  struct guestfs_tar_out_opts_argv a = {
    .bitmask = GUESTFS_TAR_OUT_OPTS_XATTRS_BITMASK | GUESTFS_TAR_OUT_OPTS_SELINUX_BITMASK |
               GUESTFS_TAR_OUT_OPTS_ACLS_BITMASK | GUESTFS_TAR_OUT_OPTS_NUMERICOWNER_BITMASK,
    .xattrs = o->xattrs,
    .selinux = o->selinux,
    .acls = o->acls,
    .numericowner = o->numeric,
  };

  if (o->compress) {
    a.bitmask |= GUESTFS_TAR_OUT_OPTS_COMPRESS_BITMASK;
    a.compress = o->compress;
  }
  _cleanup_free_ char **excludes = calloc (o->excludes.n + 1, sizeof *excludes);
  if (excludes == NULL)
    return cli_error ("out of memory");
  for (size_t i = 0; i < o->excludes.n; ++i)
    excludes[i] = (char *)o->excludes.v[i];
  if (o->excludes.n > 0) {
    a.bitmask |= GUESTFS_TAR_OUT_OPTS_EXCLUDES_BITMASK;
    a.excludes = excludes;
  }
  return guestfs_tar_out_opts_argv (g, dir, tarball, &a) == -1 ? cli_guestfs_error (g) : CLI_OK;
}

static int
run_either (const struct cli_command *command, struct cli_images *images, struct options *o,
            int argc, char **argv,
            int (*fn) (guestfs_h *g, const struct options *o, const char *a, const char *b))
{
  int r;
  guestfs_h *g = cli_open_mounted (command, images, &argc, &argv, &r);

  if (g != NULL) {
    r = argc == 2 ? fn (g, o, argv[0], argv[1])
                  : cli_usage (command, "give a tar file and a folder of the guest");
    if (r == CLI_OK && fn == tar_in)
      r = cli_label_new (g, images, argv[1]);
    r = cli_close (g, r);
  }
  free (o->excludes.v);
  return r;
}

static int
run_in (struct cli_images *images, void *opts, int argc, char **argv)
{
  return run_either (&cli_command_tar_in, images, opts, argc, argv, tar_in);
}

static int
run_out (struct cli_images *images, void *opts, int argc, char **argv)
{
  return run_either (&cli_command_tar_out, images, opts, argc, argv, tar_out);
}

const struct cli_command cli_command_tar_in = {
  .name = "tar-in",
  .synopsis = "[OPTIONS] IMAGE TARFILE DIR",
  .summary = "unpack a tar file into the guest",
  .description = "Unpacks a tar file of the host ('-': standard input) into a folder of the guest.",
  .options = in_options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES | CLI_WRITES | CLI_LABELS,
  .run = run_in,
};

const struct cli_command cli_command_tar_out = {
  .name = "tar-out",
  .synopsis = "[OPTIONS] IMAGE DIR TARFILE",
  .summary = "pack a folder of the guest into a tar file",
  .description = "Packs a folder of the guest into a tar file of the host ('-': standard output).",
  .options = out_options,
  .opts_size = sizeof (struct options),
  .flags = CLI_IMAGES,
  .run = run_out,
};
