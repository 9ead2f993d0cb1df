/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is on a device: libblkid's low-level prober, without its cache. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"
#include "fs/fs.h"
#include "fs/prober.h"

void
gk_fs_probe_clear (struct gk_fs_probe *p)
{
  free (p->type);
  free (p->label);
  free (p->uuid);
  *p = (struct gk_fs_probe)GK_FS_PROBE_INIT;
}

/* The value of a tag, "" when there is none. */
static char *
tag (blkid_probe pr, bool found, const char *name)
{
  const char *data = NULL;
  if (!found || blkid_probe_lookup_value (pr, name, &data, NULL) != 0 || data == NULL)
    data = "";
  return strdup (data);
}

/* libblkid takes what cannot be read for what is not there.  Where it would have found
 * something: the last of the usual superblocks is btrfs's, at 64 KiB. */
static bool
can_read (int fd)
{
  char block[4096];

  for (off_t at = 0; at <= 65536; at += (off_t)sizeof block)
    if (pread (fd, block, sizeof block, at) == -1)
      return false;
  return true;
}

/* stacked: nothing but members of sets and groups is looked for. */
static int
probe_fd (int fd, bool stacked, struct gk_fs_probe *ret, struct gk_error *err)
{
  _cleanup_prober_ blkid_probe pr = gk_fs_prober (fd, "probing for a filesystem", err);
  if (pr == NULL)
    return -1;
  blkid_probe_enable_superblocks (pr, 1);
  blkid_probe_set_superblocks_flags (pr,
                                     BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID);
  if (stacked &&
      blkid_probe_filter_superblocks_usage (pr, BLKID_FLTR_ONLYIN, BLKID_USAGE_RAID) != 0)
    return gk_error_oom (err);

  /* 0 found, 1 nothing, -2 contradicting signatures, -1 or an errno below 0: error. */
  errno = 0;
  int r = blkid_do_safeprobe (pr);
  if ((r < 0 && r != -2) || (r == 1 && !stacked && !can_read (fd)))
    return gk_error_sys (err, errno ? errno : EIO, "probing for a filesystem");
  _cleanup_fs_probe_ struct gk_fs_probe p = GK_FS_PROBE_INIT;
  p.type = tag (pr, r == 0, "TYPE");
  p.label = tag (pr, r == 0, "LABEL");
  p.uuid = tag (pr, r == 0, "UUID");
  if (p.type == NULL || p.label == NULL || p.uuid == NULL)
    return gk_error_oom (err);
  *ret = p;
  p = (struct gk_fs_probe)GK_FS_PROBE_INIT;
  return 0;
}

int
gk_fs_probe_fd (int fd, struct gk_fs_probe *ret, struct gk_error *err)
{
  return probe_fd (fd, false, ret, err);
}

int
gk_fs_probe_member (int fd, struct gk_fs_probe *ret, struct gk_error *err)
{
  return probe_fd (fd, true, ret, err);
}

int
gk_fs_probe_device (const char *device, struct gk_fs_probe *ret, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  if (gk_fs_probe_fd (fd, ret, err) == -1)
    return gk_error_wrap (err, "%s", device);
  return 0;
}

static int
push_tags (blkid_probe pr, struct gk_strv *tags)
{
  for (int i = 0; i < blkid_probe_numof_values (pr); i++) {
    const char *name, *data;
    /* Some values are bytes for programs, not text. */
    if (blkid_probe_get_value (pr, i, &name, &data, NULL) != 0 || name == NULL || data == NULL ||
        strncmp (name, "SBMAGIC", 7) == 0 || strncmp (name, "PTMAGIC", 7) == 0 ||
        strcmp (name, "UUID_RAW") == 0 || strcmp (name, "LABEL_RAW") == 0)
      continue;
    if (gk_strv_push (tags, name) == -1 || gk_strv_push (tags, data) == -1)
      return -1;
  }
  return 0;
}

int
gk_fs_probe_tags (const char *device, struct gk_strv *tags, struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  _cleanup_prober_ blkid_probe pr = gk_fs_prober (fd, device, err);
  if (pr == NULL)
    return -1;
  blkid_probe_enable_superblocks (pr, 1);
  blkid_probe_set_superblocks_flags (pr, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_SECTYPE |
                                             BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID |
                                             BLKID_SUBLKS_USAGE | BLKID_SUBLKS_VERSION);
  blkid_probe_enable_partitions (pr, 1);
  blkid_probe_enable_topology (pr, 1);
  errno = 0;
  int r = blkid_do_safeprobe (pr);
  if ((r < 0 && r != -2 && errno == EIO) || (r == 1 && !can_read (fd)))
    return gk_error_sys (err, errno, "%s", device);
  if (r == -2) /* signatures that contradict each other */
    return 0;
  return push_tags (pr, tags) == -1 ? gk_error_oom (err) : 0;
}
