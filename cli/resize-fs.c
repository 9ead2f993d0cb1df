/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which filesystems can be resized, and how. */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/resize.h"
#include "guestkit.h"

struct resize_fs {
  const char *type;
  /* To so many bytes, 0: all of the device.  NULL: it cannot. */
  int (*grow) (guestfs_h *g, const char *device, uint64_t size);
  int (*shrink) (guestfs_h *g, const char *device, uint64_t size);
  bool remade;
};

static int
ext_grow (guestfs_h *g, const char *device, uint64_t size)
{
  return guestfs_resize2fs (g, device);
}

static int
ext_shrink (guestfs_h *g, const char *device, uint64_t size)
{
  return guestfs_resize2fs_size (g, device, (int64_t)(size / 1024 * 1024));
}

static int
ntfs_grow (guestfs_h *g, const char *device, uint64_t size)
{
  return guestfs_ntfsresize_opts (g, device, -1);
}

static int
ntfs_shrink (guestfs_h *g, const char *device, uint64_t size)
{
  const struct guestfs_ntfsresize_opts_argv o = { .bitmask = GUESTFS_NTFSRESIZE_OPTS_SIZE_BITMASK,
                                                  .size = (int64_t)size };

  return guestfs_ntfsresize_opts_argv (g, device, &o);
}

static int
f2fs_grow (guestfs_h *g, const char *device, uint64_t size)
{
  return guestfs_f2fs_expand (g, device);
}

static int
grow (guestfs_h *g, const char *device, uint64_t size)
{
  return guestkit_filesystem_grow (g, device);
}

/* --- those that must be mounted ------------------------------------------------------- */

/* After a failure it stays mounted: the session is at its end. */
static int
mounted (guestfs_h *g, const char *device, uint64_t size,
         int (*fn) (guestfs_h *g, const char *device, uint64_t size))
{
  if (guestfs_mount_options (g, "", device, "/") == -1 || fn (g, device, size) == -1)
    return -1;
  return guestfs_umount (g, "/");
}

static int
xfs_growfs (guestfs_h *g, const char *device, uint64_t size)
{
  return guestfs_xfs_growfs (g, "/", GUESTFS_XFS_GROWFS_DATASEC, 1, -1);
}

static int
xfs_grow (guestfs_h *g, const char *device, uint64_t size)
{
  return mounted (g, device, size, xfs_growfs);
}

static int
btrfs_resize (guestfs_h *g, const char *device, uint64_t size)
{
  return guestfs_btrfs_filesystem_resize (g, "/", GUESTFS_BTRFS_FILESYSTEM_RESIZE_SIZE,
                                          (int64_t)size, -1);
}

static int
btrfs_change (guestfs_h *g, const char *device, uint64_t size)
{
  return mounted (g, device, size, btrfs_resize);
}

static int
mounted_grow (guestfs_h *g, const char *device, uint64_t size)
{
  return mounted (g, device, size, grow);
}

/* --- swap, in which there is nothing ------------------------------------------------------- */

static int
swap_make (guestfs_h *g, const char *device, uint64_t size)
{
  _cleanup_free_ char *label = guestfs_vfs_label (g, device);
  _cleanup_free_ char *uuid = guestfs_vfs_uuid (g, device);
  struct guestfs_mkswap_opts_argv o = { .bitmask = 0 };

  if (label == NULL || uuid == NULL)
    return -1;
  if (*label) {
    o.bitmask |= GUESTFS_MKSWAP_OPTS_LABEL_BITMASK;
    o.label = label;
  }
  if (*uuid) {
    o.bitmask |= GUESTFS_MKSWAP_OPTS_UUID_BITMASK;
    o.uuid = uuid;
  }
  return guestfs_mkswap_opts_argv (g, device, &o);
}

static const struct resize_fs table[] = {
  { "ext2", ext_grow, ext_shrink, false },
  { "ext3", ext_grow, ext_shrink, false },
  { "ext4", ext_grow, ext_shrink, false },
  { "xfs", xfs_grow, NULL, false },
  { "btrfs", btrfs_change, btrfs_change, false },
  { "ntfs", ntfs_grow, ntfs_shrink, false },
  { "f2fs", f2fs_grow, NULL, false },
  { "jfs", mounted_grow, NULL, false },
  { "nilfs2", mounted_grow, NULL, false },
  { "reiserfs", grow, NULL, false },
  { "swap", swap_make, swap_make, true },
};

const struct resize_fs *
resize_fs_find (const char *type)
{
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (gk_streq (table[i].type, type))
      return &table[i];
  return NULL;
}

bool
resize_fs_grows (const struct resize_fs *fs)
{
  return fs && fs->grow;
}

bool
resize_fs_shrinks (const struct resize_fs *fs)
{
  return fs && fs->shrink;
}

bool
resize_fs_is_remade (const struct resize_fs *fs)
{
  return fs && fs->remade;
}

int
resize_fs_do (guestfs_h *g, const struct resize_layer *l, uint64_t size)
{
  return (l->want > l->size ? l->fs->grow : l->fs->shrink) (g, l->device, size);
}

int
resize_fs_check (guestfs_h *g, const struct resize_layer *l)
{
  if (!gk_streq (l->type, "btrfs"))
    return 0;
  _cleanup_strv_ char **devices = guestfs_btrfs_filesystem_show (g, l->device);
  if (devices == NULL)
    return cli_guestfs_error (g), -1;
  if (gk_strv_length (devices) > 1)
    return cli_error ("%s: is one of several devices of a btrfs, which is not resized here",
                      l->device),
           -1;
  return 0;
}
