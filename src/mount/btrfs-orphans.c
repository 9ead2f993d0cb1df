/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kernel's list of btrfs devices, and what a killed session leaves in it: see
 * orphans.h.
 *
 * An entry there is a device number.  It is noted together with what tells the
 * medium that was behind it, so that nobody else's is taken out of the list when
 * the number has a new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/btrfs.h"
#include "mount/orphans.h"
#include "op/ctx.h"

#define CONTROL "/dev/btrfs-control"

static char *
attribute (dev_t devno, const char *name)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  char path[96];

  snprintf (path, sizeof path, "/sys/dev/block/%u:%u/%s", major (devno), minor (devno), name);
  if (gk_read_file (path, 4096, &text) == -1 || text.data == NULL)
    return NULL;
  return strndup (text.data, strcspn (text.data, "\n"));
}

/* Of a partition it is the disk's.  Malloced; "" when there is nothing behind it, or
 * the kernel does not say. */
static char *
medium (dev_t devno)
{
  _cleanup_free_ char *part = attribute (devno, "partition");
  _cleanup_free_ char *size = attribute (devno, part ? "../size" : "size");
  _cleanup_free_ char *seq = attribute (devno, part ? "../diskseq" : "diskseq");
  _cleanup_free_ char *backend = attribute (devno, part ? "../backend" : "backend");

  if (size == NULL || gk_streq (size, "0") || seq == NULL)
    return strdup ("");
  return gk_asprintf ("%s %s", seq, backend ? backend : "");
}

int
gk_btrfs_note (struct gk_ctx *ctx, const char *device, struct gk_error *err)
{
  struct stat st;

  if (ctx->note == NULL)
    return 0;
  if (stat (device, &st) == -1)
    return gk_error_sys (err, errno, "%s", device);
  _cleanup_free_ char *behind = medium (st.st_rdev);
  _cleanup_free_ char *what =
      behind ? gk_asprintf ("%u:%u %s", major (st.st_rdev), minor (st.st_rdev), behind) : NULL;
  return what ? ctx->note (ctx, "btrfs", what, err) : gk_error_oom (err);
}

int
gk_btrfs_note_all (struct gk_ctx *ctx, char *const *devices, struct gk_error *err)
{
  for (size_t i = 0; devices[i]; i++)
    if (gk_btrfs_note (ctx, devices[i], err) == -1)
      return -1;
  return 0;
}

/* The kernel takes a name for it.  A node of ours, on a mount that nobody sees: the
 * host's folders need not allow nodes, nor have one. */
static int
forget (dev_t devno)
{
  struct btrfs_ioctl_vol_args args = { 0 };
  _cleanup_close_ int control = open (CONTROL, O_RDWR | O_CLOEXEC);
  _cleanup_close_ int fs = fsopen ("tmpfs", FSOPEN_CLOEXEC);

  if (control == -1 || fs == -1 || fsconfig (fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
    return -1;
  _cleanup_close_ int mnt = fsmount (fs, FSMOUNT_CLOEXEC, 0);
  if (mnt == -1 || mknodat (mnt, "device", S_IFBLK | 0600, devno) == -1)
    return -1;
  snprintf (args.name, sizeof args.name, "/proc/self/fd/%d/device", mnt);
  return ioctl (control, BTRFS_IOC_FORGET_DEV, &args);
}

int
gk_btrfs_orphan_forget (const char *what, struct gk_error *err)
{
  unsigned major_no, minor_no;
  int n = 0;

  if (sscanf (what, "%u:%u %n", &major_no, &minor_no, &n) < 2 || n == 0)
    return gk_error_set (err, EINVAL, "%s: is no btrfs device", what);
  dev_t devno = makedev (major_no, minor_no);
  _cleanup_free_ char *now = medium (devno);
  if (now == NULL)
    return gk_error_oom (err);
  if (access (CONTROL, F_OK) == -1 || (*now && !gk_streq (now, what + n)))
    return 0;
  if (forget (devno) == -1 && errno != ENOENT && errno != ENOTBLK)
    return gk_error_sys (err, errno, "btrfs: forgetting the device %u:%u", major_no, minor_no);
  return 0;
}
