/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared directories of a hypervisor, which nobody has any more: libguestfs took them out,
 * and here there is no hypervisor. */
#include <errno.h>

#include "base/error.h"
#include "gk-ops-mount.h"

#define GONE "9p support was removed in libguestfs 1.48"

int
gk_mount_list_9p (struct gk_ctx *ctx, char ***ret_list, struct gk_error *err)
{
  return gk_error_set (err, ENOTSUP, GONE);
}

int
gk_mount_mount_9p (struct gk_ctx *ctx, const char *mounttag, const char *mountpoint,
                   const struct guestfs_mount_9p_argv *opt, struct gk_error *err)
{
  return gk_error_set (err, ENOTSUP, GONE);
}

/* What shutdown does, for who calls the ABI by hand. */
int
gk_mount_internal_autosync (struct gk_ctx *ctx, struct gk_error *err)
{
  return gk_mount_umount_all (ctx, err);
}
