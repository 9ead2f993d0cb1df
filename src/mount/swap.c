/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Swapping to devices and files of the guest, on a kernel that is the
 * session's own.  The host's kernel must never page its memory out to a
 * guest's disk, and never trust what it would read back from there. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/strv.h"
#include "gk-ops-mount.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

/* name is for messages, path what the kernel opens. */
static int
change (struct gk_ctx *ctx, const char *name, const char *path, bool on, struct gk_error *err)
{
  if (ctx->load_module == NULL)
    return gk_error_set (err, EPERM,
                         "%s: the kernel of this session is the host's, which does not swap to "
                         "guests; the launcher uml has a kernel of its own",
                         name);
  if ((on ? swapon (path, 0) : swapoff (path)) == -1)
    return gk_error_sys (err, errno, "%s: %s", name, on ? "swapon" : "swapoff");
  return 0;
}

static int
change_file (struct gk_ctx *ctx, const char *file, bool on, struct gk_error *err)
{
  char proc[32];
  _cleanup_close_ int fd = gk_root_open (ctx->root_fd, file, O_RDWR, 0);

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", file);
  return change (ctx, file, gk_fd_path (fd, proc), on, err);
}

static int
change_found (struct gk_ctx *ctx, const char *tag, bool by_uuid, bool on, struct gk_error *err)
{
  _cleanup_free_ char *device = NULL;

  if ((by_uuid ? gk_mount_findfs_uuid (ctx, tag, &device, NULL)
               : gk_mount_findfs_label (ctx, tag, &device, NULL)) == -1)
    return gk_error_set (err, 0, "%s: cannot find the device for %s", tag, tag);
  return change (ctx, tag, device, on, err);
}

int
gk_mount_swapon_device (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return change (ctx, device, device, true, err);
}

int
gk_mount_swapoff_device (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  return change (ctx, device, device, false, err);
}

int
gk_mount_swapon_file (struct gk_ctx *ctx, const char *file, struct gk_error *err)
{
  return change_file (ctx, file, true, err);
}

int
gk_mount_swapoff_file (struct gk_ctx *ctx, const char *file, struct gk_error *err)
{
  return change_file (ctx, file, false, err);
}

int
gk_mount_swapon_label (struct gk_ctx *ctx, const char *label, struct gk_error *err)
{
  return change_found (ctx, label, false, true, err);
}

int
gk_mount_swapoff_label (struct gk_ctx *ctx, const char *label, struct gk_error *err)
{
  return change_found (ctx, label, false, false, err);
}

int
gk_mount_swapon_uuid (struct gk_ctx *ctx, const char *uuid, struct gk_error *err)
{
  return change_found (ctx, uuid, true, true, err);
}

int
gk_mount_swapoff_uuid (struct gk_ctx *ctx, const char *uuid, struct gk_error *err)
{
  return change_found (ctx, uuid, true, false, err);
}

/* The kernel's list and not one of ours: a call that failed in the middle may have left more. */
void
gk_swap_end (struct gk_ctx *ctx)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  char *save = NULL;

  if (ctx->load_module == NULL || gk_read_file ("/proc/swaps", 1 << 20, &text) == -1)
    return;
  for (char *line = text.data ? strtok_r (text.data, "\n", &save) : NULL; line;
       line = strtok_r (NULL, "\n", &save)) {
    line[strcspn (line, " \t")] = '\0';
    gk_proc_unescape (line);
    if (*line == '/')
      swapoff (line); /* whoever unmounts or detaches it says what is left */
  }
}
