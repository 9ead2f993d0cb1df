/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What btrfs has and others do not: filesystems over several devices, and
 * subvolumes.
 *
 * The kernel keeps every btrfs device that it ever saw in a list of its own,
 * and looks there for the other devices of a filesystem that it mounts.  What
 * comes into that list are devices of the session that the filesystem names,
 * when it is mounted; they go out of it when it is unmounted.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "mount/btrfs.h"
#include "mount/devices-priv.h"
#include "mount/mount-priv.h"
#include "op/ctx.h"

/* --- superblocks -------------------------------------------------------------------- */

#define SUPER_AT 65536
#define MAGIC "_BHRfS_M"
#define DEVICES_MAX 64 /* of one filesystem */
/* The number of the one that is about to take another's place, and is not counted; without
 * it the filesystem of a session that was killed meanwhile cannot be mounted. */
#define REPLACING 0

/* What is wanted of it; by the offsets of the format on the disk. */
struct super {
  uint8_t fsid[BTRFS_FSID_SIZE];
  uint64_t n_devices, devid;
  bool seed; /* read-only, and others may have grown from it */
};

static int
read_super (const char *device, struct super *ret)
{
  enum {
    FSID = 0x20,
    FLAGS = 0x38,
    THE_MAGIC = 0x40,
    N_DEVICES = 0x88,
    DEVID = 0xc9,
    SIZE = 0x100
  };
  const uint64_t seeding = UINT64_C (1) << 32;
  uint64_t flags;
  uint8_t block[SIZE];
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd == -1 || pread (fd, block, SIZE, SUPER_AT) != SIZE ||
      memcmp (block + THE_MAGIC, MAGIC, strlen (MAGIC)) != 0)
    return -1;
  memcpy (ret->fsid, block + FSID, sizeof ret->fsid);
  memcpy (&ret->n_devices, block + N_DEVICES, sizeof ret->n_devices);
  memcpy (&ret->devid, block + DEVID, sizeof ret->devid);
  ret->n_devices = le64toh (ret->n_devices);
  memcpy (&flags, block + FLAGS, sizeof flags);
  ret->seed = le64toh (flags) & seeding;
  return 0;
}

/* --- the kernel's list ---------------------------------------------------------------- */

static void
tell_kernel (unsigned long request, const char *device)
{
  _cleanup_close_ int fd = open ("/dev/btrfs-control", O_RDWR | O_CLOEXEC);
  struct btrfs_ioctl_vol_args args = { 0 };

  if (fd == -1 || strlen (device) >= sizeof args.name)
    return;
  strcpy (args.name, device);
  ioctl (fd, request, &args); /* what is missing will be missed by the mount */
}

/* The others of the filesystem on device.  Of two copies of one the first is
 * taken; the kernel would take the last that it was told of. */
static void
tell (struct gk_ctx *ctx, unsigned long request, const char *device)
{
  if (request != BTRFS_IOC_SCAN_DEV || gk_btrfs_note (ctx, device, NULL) == 0)
    tell_kernel (request, device);
}

static void
tell_of_others (struct gk_ctx *ctx, unsigned long request, const char *device)
{
  uint64_t taken[DEVICES_MAX];
  _cleanup_strv_ char **all = NULL;
  struct super one, other;
  size_t n = 1;

  if (read_super (device, &one) == -1 || gk_devices_list_all (ctx->devices, &all) == -1)
    return;
  taken[0] = one.devid;
  bool alone = one.n_devices < 2 && one.devid != REPLACING;
  for (size_t i = 0; all[i] && n < DEVICES_MAX; i++) {
    bool known = gk_streq (all[i], device) || read_super (all[i], &other) == -1 ||
                 memcmp (one.fsid, other.fsid, sizeof one.fsid) != 0 ||
                 (alone && other.devid != REPLACING);
    for (size_t j = 0; j < n && !known; j++)
      known = taken[j] == other.devid;
    if (known)
      continue;
    taken[n++] = other.devid;
    tell (ctx, request, all[i]);
  }
  /* What it has grown from is a filesystem of its own, which the superblock does not
   * name; the kernel knows which. */
  for (size_t i = 0; all[i] && n < one.n_devices; i++)
    if (!gk_streq (all[i], device) && read_super (all[i], &other) == 0 && other.seed)
      tell (ctx, request, all[i]);
}

/* What cannot be noted is not told, and will be missed by the mount. */
void
gk_btrfs_gather (struct gk_ctx *ctx, const char *device)
{
  gk_btrfs_note (ctx, device, NULL);
  tell_of_others (ctx, BTRFS_IOC_SCAN_DEV, device);
}

/* Those that are still mounted refuse. */
void
gk_btrfs_forget (struct gk_ctx *ctx, const char *device)
{
  tell_kernel (BTRFS_IOC_FORGET_DEV, device);
  tell_of_others (ctx, BTRFS_IOC_FORGET_DEV, device);
}

void
gk_btrfs_forget_all (struct gk_ctx *ctx)
{
  _cleanup_strv_ char **all = NULL;
  struct super super;

  if (ctx->devices == NULL || gk_devices_list_all (ctx->devices, &all) == -1)
    return;
  for (size_t i = 0; all[i]; i++)
    if (read_super (all[i], &super) == 0)
      tell_kernel (BTRFS_IOC_FORGET_DEV, all[i]);
}

/* --- what a filesystem consists of ---------------------------------------------------- */

struct member {
  uint64_t devid;
  const char *device;
};

static int
compare_members (const void *a, const void *b)
{
  const struct member *x = a, *y = b;
  return x->devid < y->devid ? -1 : x->devid > y->devid;
}

/* What the filesystem has grown from, when there is no doubt which one that is. */
static size_t
add_seeds (char *const *all, const struct super *one, struct member *members, size_t n)
{
  struct super other;
  size_t own = n;

  for (size_t i = 0; all[i] && n < DEVICES_MAX; i++) {
    if (read_super (all[i], &other) == -1 || !other.seed ||
        memcmp (one->fsid, other.fsid, sizeof one->fsid) == 0)
      continue;
    for (size_t j = 0; j < n; j++)
      if (members[j].devid == other.devid)
        return own;
    members[n++] = (struct member){ other.devid, all[i] };
  }
  return n == one->n_devices ? n : own;
}

int
gk_btrfs_devices (struct gk_ctx *ctx, const char *device, char ***ret_list, struct gk_error *err)
{
  _cleanup_strv_ char **all = NULL;
  _cleanup_gk_strv_ struct gk_strv list = GK_STRV_INIT;
  struct member members[DEVICES_MAX];
  struct super one, other;
  size_t n = 1;

  if (read_super (device, &one) == -1)
    return gk_error_set (err, EINVAL, "%s: there is no btrfs filesystem on it", device);
  if (gk_devices_list_all (ctx->devices, &all) == -1)
    return gk_error_oom (err);
  members[0] = (struct member){ one.devid, device };
  for (size_t i = 0; all[i] && n < DEVICES_MAX; i++) {
    bool known = gk_streq (all[i], device) || read_super (all[i], &other) == -1 ||
                 memcmp (one.fsid, other.fsid, sizeof one.fsid) != 0;
    for (size_t j = 0; j < n && !known; j++)
      known = members[j].devid == other.devid;
    if (!known)
      members[n++] = (struct member){ other.devid, all[i] };
  }
  if (n < one.n_devices)
    n = add_seeds (all, &one, members, n);
  if (n < one.n_devices)
    return gk_error_set (err, ENODEV, "%s: its filesystem has %llu devices, of which %zu are here",
                         device, (unsigned long long)one.n_devices, n);
  qsort (members, n, sizeof *members, compare_members);
  for (size_t i = 0; i < n; i++)
    if (gk_strv_push (&list, members[i].device) == -1)
      return gk_error_oom (err);
  *ret_list = gk_strv_finish (&list);
  return *ret_list ? 0 : gk_error_oom (err);
}

/* --- the end ---------------------------------------------------------------------------- */

/* A scrub can take hours, and no signal ends it. */
void
gk_btrfs_quiet (int fd)
{
  ioctl (fd, BTRFS_IOC_SCRUB_CANCEL);
}
