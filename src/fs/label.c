/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Changing the label and the UUID of a filesystem that is not mounted: one row
 * per kind. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "base/uuid.h"
#include "exec/exec.h"
#include "fs/fs-priv.h"
#include "fs/ntfs.h"
#include "gk-ops-fs.h"
#include "op/ctx.h"

static const struct kind {
  const char *const *types; /* libblkid's */
  /* What stands before the value, which stands before the device; NULL: there
   * is no way.  A random UUID is made here where the tool makes none. */
  const char *const *label, *const *uuid, *const *random;
  const char *const *uuid_words; /* which the tool takes for a UUID, or NULL */
  const char *package;
  bool label_last; /* the label stands behind the device */
  bool mounted;    /* the label may be set meanwhile */
  bool no_dash;    /* the tool takes what begins with a dash for an option, wherever it stands */
  /* Instead of words. */
  int (*set_label) (struct gk_ctx *ctx, const char *device, const char *label,
                    struct gk_error *err);
  int (*set_uuid) (struct gk_ctx *ctx, const char *device, const char *uuid, struct gk_error *err);
} kinds[] = {
  { .types = GK_LIST ("ext2", "ext3", "ext4"),
    .mounted = true,
    .label = GK_LIST ("tune2fs", "-L"),
    .uuid = GK_LIST ("tune2fs", "-U"),
    .random = GK_LIST ("tune2fs", "-U", "random"),
    .uuid_words = GK_LIST ("clear", "random", "time"),
    .package = "e2fsprogs" },
  { .types = GK_LIST ("xfs"), .set_label = gk_xfs_set_label, .set_uuid = gk_xfs_set_uuid },
  { .types = GK_LIST ("btrfs"),
    .label = GK_LIST ("btrfs", "filesystem", "label", "--"),
    .uuid = GK_LIST ("btrfstune", "-f", "-U"),
    .random = GK_LIST ("btrfstune", "-f", "-u"),
    .package = "btrfs-progs",
    .label_last = true },
  { .types = GK_LIST ("vfat"),
    .label = GK_LIST ("fatlabel", "--"),
    .package = "dosfstools",
    .label_last = true },
  { .types = GK_LIST ("ntfs"),
    .label = GK_LIST ("ntfslabel"),
    .package = "ntfs-3g",
    .label_last = true,
    .no_dash = true },
  { .types = GK_LIST ("exfat"),
    .label = GK_LIST ("exfatlabel"),
    .package = "exfatprogs",
    .label_last = true,
    .no_dash = true },
  { .types = GK_LIST ("swap"),
    .label = GK_LIST ("swaplabel", "-L"),
    .uuid = GK_LIST ("swaplabel", "-U"),
    .package = "util-linux" },
};

/* value NULL: the words have it already. */
static int
change (struct gk_ctx *ctx, const struct kind *kind, const char *const *words, const char *value,
        bool value_last, bool mounted, const char *device, struct gk_error *err)
{
  _cleanup_gk_strv_ struct gk_strv argv = GK_STRV_INIT;

  for (; *words; words++)
    if (gk_strv_push (&argv, *words) == -1)
      return gk_error_oom (err);
  if ((value && !value_last && gk_strv_push (&argv, value) == -1) ||
      gk_strv_push (&argv, device) == -1 ||
      (value && value_last && gk_strv_push (&argv, value) == -1))
    return gk_error_oom (err);
  if (!mounted && gk_fs_check_free (device, err) == -1)
    return -1;
  return gk_fs_run_writing (ctx, (const char *const *)argv.v, kind->package, device, err);
}

int
gk_fs_set_label (struct gk_ctx *ctx, const char *mountable, const char *label, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;

  if (gk_after_prefix (mountable, "btrfsvol:"))
    return gk_error_set (err, ENOTSUP, "%s: a label is set on the device, for all subvolumes of it",
                         mountable);
  if (gk_fs_probe_device (mountable, &p, err) == -1)
    return -1;
  const struct kind *kind = GK_FS_ROW (kinds, p.type);
  if (kind == NULL)
    return gk_error_set (err, ENOTSUP, "don't know how to set the label for '%s' filesystems",
                         p.type);
  if (gk_fs_check_label (gk_fs_find (p.type), p.type, label, err) == -1)
    return -1;
  if (kind->no_dash && *label == '-')
    return gk_error_set (err, EINVAL, "%s: %s labels that begin with a dash cannot be set", label,
                         p.type);
  if (kind->set_label)
    return kind->set_label (ctx, mountable, label, err);
  return change (ctx, kind, kind->label, label, kind->label_last, kind->mounted, mountable, err);
}

int
gk_fs_set_uuid (struct gk_ctx *ctx, const char *device, const char *uuid, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;

  if (gk_fs_probe_device (device, &p, err) == -1)
    return -1;
  const struct kind *kind = GK_FS_ROW (kinds, p.type);
  if (kind && kind->set_uuid)
    return kind->set_uuid (ctx, device, uuid, err);
  if (kind == NULL || kind->uuid == NULL)
    return gk_error_set (err, ENOTSUP, "don't know how to set the UUID for '%s' filesystems",
                         p.type);
  /* swaplabel says that it could not read one, and that all went well. */
  if (gk_fs_check_uuid (uuid, kind->uuid_words, err) == -1)
    return -1;
  return change (ctx, kind, kind->uuid, uuid, false, false, device, err);
}

int
gk_fs_set_uuid_random (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  char uuid[GK_UUID_TEXT];

  if (gk_fs_probe_device (device, &p, err) == -1)
    return -1;
  const struct kind *kind = GK_FS_ROW (kinds, p.type);
  if (kind && kind->set_uuid)
    return kind->set_uuid (ctx, device, "generate", err);
  if (kind == NULL || kind->uuid == NULL)
    return gk_error_set (err, ENOTSUP, "don't know how to set the random UUID for '%s' filesystems",
                         p.type);
  if (kind->random)
    return change (ctx, kind, kind->random, NULL, false, false, device, err);
  if (gk_uuid_random (uuid) == -1)
    return gk_error_sys (err, errno, "making a UUID");
  return change (ctx, kind, kind->uuid, uuid, false, false, device, err);
}

/* --- how small it could be ------------------------------------------------------------- */

static uint64_t
number_behind (const char *text, const char *words)
{
  const char *p = text ? strstr (text, words) : NULL;
  return p ? strtoull (p + strlen (words), NULL, 10) : 0;
}

int
gk_fs_minimum_size (struct gk_ctx *ctx, const char *mountable, int64_t *ret_value,
                    struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  _cleanup_gk_buf_ struct gk_buf super = GK_BUF_INIT, least = GK_BUF_INIT;

  if (gk_fs_probe_device (mountable, &p, err) == -1)
    return -1;
  const char *type = p.type;
  const struct kind *kind = GK_FS_ROW (kinds, type);
  if (gk_streq (type, "ntfs"))
    return gk_ntfs_minimum_size (ctx, mountable, ret_value, err);
  if (gk_streq (type, "xfs")) { /* which cannot shrink */
    uint64_t bytes;
    if (gk_fs_span (mountable, &bytes, err) == -1)
      return -1;
    *ret_value = (int64_t)bytes;
    return 0;
  }
  if (kind != &kinds[0])
    return gk_error_set (err, ENOTSUP, "don't know how to get minimum size of '%s' filesystems",
                         type);
  if (gk_fs_run (ctx, GK_LIST ("tune2fs", "-l", mountable), kind->package, 0, &super, err) == -1 ||
      gk_fs_run (ctx, GK_LIST ("resize2fs", "-P", "-f", mountable), kind->package, 0, &least,
                 err) == -1)
    return -1;
  uint64_t size = number_behind (super.data, "\nBlock size:");
  uint64_t blocks = number_behind (least.data, "minimum size of the filesystem:");
  if (size == 0 || blocks == 0 || blocks > INT64_MAX / size)
    return gk_error_set (err, 0, "%s: resize2fs does not say the minimum size", mountable);
  *ret_value = (int64_t)(size * blocks);
  return 0;
}
