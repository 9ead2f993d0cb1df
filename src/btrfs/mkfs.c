/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mkfs_btrfs: a filesystem over one or more devices. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "btrfs/btrfs-priv.h"
#include "fs/tool.h"
#include "mount/btrfs.h"
#include "op/ctx.h"

#define LABEL_MAX 254 /* mkfs.btrfs cuts off what is behind it */

#define HAS(NAME) (opt && opt->bitmask & GUESTFS_MKFS_BTRFS_##NAME##_BITMASK)

static int
push_number (struct gk_strv *argv, const char *option, int64_t n, const char *name,
             struct gk_error *err)
{
  if (n <= 0)
    return gk_error_set (err, EINVAL, "%s must be larger than zero", name);
  if (gk_strv_push (argv, option) == -1 || gk_strv_pushf (argv, "%lld", (long long)n) == -1)
    return gk_error_oom (err);
  return 0;
}

static int
push_profile (struct gk_strv *argv, const char *option, const char *profile, const char *name,
              struct gk_error *err)
{
  static const char *const known[] = { "single", "dup",   "raid0",   "raid1",   "raid10",
                                       "raid5",  "raid6", "raid1c3", "raid1c4", NULL };

  if (!gk_strv_contains ((char *const *)(const void *)known, profile))
    return gk_error_set (err, EINVAL, "%s: unknown %s: not single, dup or a raid level", profile,
                         name);
  if (gk_strv_push (argv, option) == -1 || gk_strv_push (argv, profile) == -1)
    return gk_error_oom (err);
  return 0;
}

/* Leaves and other nodes have had one size since 2013, and one option since
 * btrfs-progs 6.0. */
static int
push_nodesize (struct gk_strv *argv, const struct guestfs_mkfs_btrfs_argv *opt,
               struct gk_error *err)
{
  if (HAS (LEAFSIZE) && HAS (NODESIZE) && opt->leafsize != opt->nodesize)
    return gk_error_set (err, EINVAL, "leafsize %d and nodesize %d are not the same", opt->leafsize,
                         opt->nodesize);
  if (HAS (NODESIZE))
    return push_number (argv, "--nodesize", opt->nodesize, "nodesize", err);
  return HAS (LEAFSIZE) ? push_number (argv, "--nodesize", opt->leafsize, "leafsize", err) : 0;
}

static int
push_options (struct gk_strv *argv, const struct guestfs_mkfs_btrfs_argv *opt, struct gk_error *err)
{
  if (HAS (ALLOCSTART) && opt->allocstart < 0)
    return gk_error_set (err, EINVAL, "allocstart is negative");
  if (HAS (ALLOCSTART) && opt->allocstart > 0)
    return gk_error_set (err, ENOTSUP, "allocstart: mkfs.btrfs has no such option any more");
  if ((HAS (BYTECOUNT) &&
       push_number (argv, "--byte-count", opt->bytecount, "bytecount", err) == -1) ||
      (HAS (DATATYPE) && push_profile (argv, "--data", opt->datatype, "datatype", err) == -1) ||
      (HAS (METADATA) && push_profile (argv, "--metadata", opt->metadata, "metadata", err) == -1) ||
      push_nodesize (argv, opt, err) == -1 ||
      (HAS (SECTORSIZE) &&
       push_number (argv, "--sectorsize", opt->sectorsize, "sectorsize", err) == -1))
    return -1;
  if (!HAS (LABEL))
    return 0;
  if (strlen (opt->label) > LABEL_MAX)
    return gk_error_set (err, EINVAL, "%s: btrfs labels are limited to %d bytes", opt->label,
                         LABEL_MAX);
  if (gk_strv_push (argv, "--label") == -1 || gk_strv_push (argv, opt->label) == -1)
    return gk_error_oom (err);
  return 0;
}

int
gk_btrfs_mkfs_btrfs (struct gk_ctx *ctx, char *const *devices,
                     const struct guestfs_mkfs_btrfs_argv *opt, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  if (devices[0] == NULL)
    return gk_error_set (err, EINVAL, "list of devices must be non-empty");
  if (gk_strv_push (&argv, "mkfs.btrfs") == -1 || gk_strv_push (&argv, "-f") == -1 ||
      gk_strv_push (&argv, "-q") == -1)
    return gk_error_oom (err);
  if (push_options (&argv, opt, err) == -1)
    return -1;
  for (size_t i = 0; devices[i]; i++)
    if (gk_strv_push (&argv, devices[i]) == -1)
      return gk_error_oom (err);
  if (gk_btrfs_check_free (devices, err) == -1 || gk_btrfs_note_all (ctx, devices, err) == -1)
    return -1;
  _cleanup_error_ struct gk_error why = GK_ERROR_INIT;
  struct gk_fs_writing writing;
  if (gk_fs_writing_begin (&writing, devices, err) == -1)
    return -1;
  int r = gk_btrfs_run (ctx, NULL, (const char *const *)argv.v, 0, NULL, &why);
  if (gk_fs_writing_end (&writing, argv.v[0], r, &why, err) == -1)
    return -1;
  for (size_t i = 0; ctx->table_changed && devices[i]; i++)
    if (ctx->table_changed (ctx, devices[i], err) == -1)
      return -1;
  return 0;
}
