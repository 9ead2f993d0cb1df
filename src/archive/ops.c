/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The calls of this room: their optional arguments, taken apart. */
#include "archive/archive-priv.h"

#define HAS(CALL, NAME) (opt && (opt->bitmask & GUESTFS_##CALL##_OPTS_##NAME##_BITMASK))

int
gk_archive_tar_in (struct gk_ctx *ctx, struct gk_source *tarfile, const char *directory,
                   const struct guestfs_tar_in_opts_argv *opt, struct gk_error *err)
{
  struct gk_ar_keep keep = {
    .xattrs = HAS (TAR_IN, XATTRS) && opt->xattrs,
    .selinux = HAS (TAR_IN, SELINUX) && opt->selinux,
    .acls = HAS (TAR_IN, ACLS) && opt->acls,
  };

  return gk_ar_tar_in (ctx, tarfile, directory, HAS (TAR_IN, COMPRESS) ? opt->compress : NULL,
                       &keep, err);
}

/* Owners are always numbers, so numericowner changes nothing: the names would
 * be those of the machine that guestkit runs on, not the guest's. */
int
gk_archive_tar_out (struct gk_ctx *ctx, const char *directory, struct gk_sink *tarfile,
                    const struct guestfs_tar_out_opts_argv *opt, struct gk_error *err)
{
  struct gk_ar_keep keep = {
    .xattrs = HAS (TAR_OUT, XATTRS) && opt->xattrs,
    .selinux = HAS (TAR_OUT, SELINUX) && opt->selinux,
    .acls = HAS (TAR_OUT, ACLS) && opt->acls,
  };

  return gk_ar_tar_out (ctx, directory, tarfile, HAS (TAR_OUT, COMPRESS) ? opt->compress : NULL,
                        HAS (TAR_OUT, EXCLUDES) ? opt->excludes : NULL, &keep, err);
}

/* --- the older forms ---------------------------------------------------------------- */

static const struct gk_ar_keep nothing;

int
gk_archive_tgz_in (struct gk_ctx *ctx, struct gk_source *tarball, const char *directory,
                   struct gk_error *err)
{
  return gk_ar_tar_in (ctx, tarball, directory, "gzip", &nothing, err);
}

int
gk_archive_tgz_out (struct gk_ctx *ctx, const char *directory, struct gk_sink *tarball,
                    struct gk_error *err)
{
  return gk_ar_tar_out (ctx, directory, tarball, "gzip", NULL, &nothing, err);
}

int
gk_archive_txz_in (struct gk_ctx *ctx, struct gk_source *tarball, const char *directory,
                   struct gk_error *err)
{
  return gk_ar_tar_in (ctx, tarball, directory, "xz", &nothing, err);
}

int
gk_archive_txz_out (struct gk_ctx *ctx, const char *directory, struct gk_sink *tarball,
                    struct gk_error *err)
{
  return gk_ar_tar_out (ctx, directory, tarball, "xz", NULL, &nothing, err);
}
