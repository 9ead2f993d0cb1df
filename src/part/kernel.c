/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kernel's partitions follow the table, with BLKPG.
 *
 * The kernel may have no parser for a table, or another idea of it; what
 * counts is the table as part/read.c sees it.  An extended partition is given
 * to the kernel as its first two sectors only, as the kernel's own parser
 * does: the logical partitions lie inside it and BLKPG accepts no overlap.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/strv.h"
#include "part/part.h"

int
gk_part_sysfs_name (dev_t devno, char ret_name[32], struct gk_error *err)
{
  char path[64], target[512];
  snprintf (path, sizeof path, "/sys/dev/block/%u:%u", major (devno), minor (devno));
  ssize_t n = readlink (path, target, sizeof target - 1);
  if (n == -1)
    return gk_error_sys (err, errno, "%s", path);
  target[n] = '\0';
  const char *base = strrchr (target, '/');
  base = base ? base + 1 : target;
  if (strlen (base) >= 32)
    return gk_error_set (err, ENAMETOOLONG, "%s: unexpected name %s", path, base);
  strcpy (ret_name, base);
  return 0;
}

static int
read_number (int dirfd, const char *name, uint64_t *ret)
{
  _cleanup_close_ int fd = openat (dirfd, name, O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return -1;
  char text[32];
  ssize_t n = gk_read_full (fd, text, sizeof text - 1);
  if (n <= 0)
    return -1;
  text[n] = '\0';
  text[strcspn (text, "\n")] = '\0';
  return gk_parse_u64 (text, UINT64_MAX / 512, ret);
}

/* sysfs "7:3". */
static int
read_devno (int dirfd, dev_t *ret)
{
  _cleanup_close_ int fd = openat (dirfd, "dev", O_RDONLY | O_CLOEXEC);
  if (fd == -1)
    return -1;
  char text[32];
  ssize_t n = gk_read_full (fd, text, sizeof text - 1);
  unsigned ma, mi;
  if (n <= 0)
    return -1;
  text[n] = '\0';
  if (sscanf (text, "%u:%u", &ma, &mi) != 2)
    return -1;
  *ret = makedev (ma, mi);
  return 0;
}

static int
by_number (const void *a, const void *b)
{
  return ((const struct gk_kernel_part *)a)->num - ((const struct gk_kernel_part *)b)->num;
}

int
gk_part_kernel_list (const char *sysfs_name, struct gk_kernel_part **ret_parts,
                     struct gk_error *err)
{
  char path[64];
  snprintf (path, sizeof path, "/sys/block/%.31s", sysfs_name);
  _cleanup_closedir_ DIR *dir = opendir (path);
  if (dir == NULL)
    return gk_error_sys (err, errno, "%s", path);
  _cleanup_free_ struct gk_kernel_part *parts = calloc (GK_PART_MAX, sizeof parts[0]);
  if (parts == NULL)
    return gk_error_oom (err);

  int n = 0;
  const struct dirent *d;
  while ((d = readdir (dir)) != NULL && n < GK_PART_MAX) {
    if (gk_after_prefix (d->d_name, sysfs_name) == NULL)
      continue;
    _cleanup_close_ int fd = openat (dirfd (dir), d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint64_t num, start, size;
    if (fd == -1 || read_number (fd, "partition", &num) == -1 ||
        read_number (fd, "start", &start) == -1 || read_number (fd, "size", &size) == -1 ||
        read_devno (fd, &parts[n].devno) == -1)
      continue; /* another kind of entry, or it just vanished */
    parts[n].num = (int)num;
    parts[n].start = start * 512;
    parts[n].size = size * 512;
    n++;
  }
  qsort (parts, (size_t)n, sizeof parts[0], by_number);
  *ret_parts = gk_steal_ptr (parts);
  return n;
}

static int
blkpg (int fd, int op, int num, uint64_t start, uint64_t size)
{
  struct blkpg_partition p = { .start = (long long)start, .length = (long long)size, .pno = num };
  struct blkpg_ioctl_arg arg = { .op = op, .datalen = sizeof p, .data = &p };
  return ioctl (fd, BLKPG, &arg);
}

/* What of this partition the kernel gets.  A table may promise more than the
 * disk has (a truncated image): the part that exists can still be read, as with
 * the kernel's own parser.  0: none of it exists. */
static uint64_t
kernel_size (const struct gk_part_table *t, const struct gk_part *p)
{
  if (p->start >= t->disk_size)
    return 0;
  uint64_t size = p->size;
  if (size > t->disk_size - p->start)
    size = (t->disk_size - p->start) / t->sector_size * t->sector_size;
  if (!p->extended)
    return size;
  uint64_t most = t->sector_size > 1024 ? t->sector_size : 1024;
  if (size > most)
    size = most;
  for (size_t i = 0; i < t->n; i++)
    if (t->parts[i].start > p->start && t->parts[i].start - p->start < size)
      size = t->parts[i].start - p->start;
  return size;
}

static bool
equal (const struct gk_part_table *t, const struct gk_part *p, const struct gk_kernel_part *k)
{
  return p->num == k->num && p->start == k->start && k->size == kernel_size (t, p);
}

static const struct gk_kernel_part *
find_kernel (const struct gk_kernel_part *have, int n, int num)
{
  for (int i = 0; i < n; i++)
    if (have[i].num == num)
      return &have[i];
  return NULL;
}

/* A busy partition may only be looked at: udev opens each one that appears, and
 * so does a program that scans all disks.  They are soon done. */
static int
delete_partition (int fd, int num)
{
  const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
  int r;

  for (int attempt = 0; attempt < 50; attempt++) {
    r = blkpg (fd, BLKPG_DEL_PARTITION, num, 0, 0);
    if (r == 0 || errno != EBUSY)
      break;
    nanosleep (&pause, NULL);
  }
  return r;
}

int
gk_part_kernel_sync (int fd, const char *sysfs_name, int *ret_missing, struct gk_error *err)
{
  _cleanup_part_table_ struct gk_part_table t = GK_PART_TABLE_INIT;
  if (gk_part_read (fd, &t, err) == -1)
    return -1;
  _cleanup_free_ struct gk_kernel_part *have = NULL;
  int n = gk_part_kernel_list (sysfs_name, &have, err);
  if (n == -1)
    return -1;

  /* First away with what is wrong, so that its place is free.  One that is in
   * use (EBUSY) stays: somebody has it mounted. */
  bool removed = false;
  for (int i = 0; i < n; i++) {
    const struct gk_part *p = gk_part_find (&t, have[i].num);
    if (p != NULL && equal (&t, p, &have[i]))
      continue;
    uint64_t size = p != NULL ? kernel_size (&t, p) : 0;
    if (size > 0 && p->start == have[i].start &&
        blkpg (fd, BLKPG_RESIZE_PARTITION, p->num, p->start, size) == 0)
      continue;
    if (delete_partition (fd, have[i].num) == 0)
      removed = true;
    else if (errno != EBUSY && errno != ENXIO)
      return gk_error_sys (err, errno, "BLKPG_DEL_PARTITION %d", have[i].num);
  }
  if (removed) {
    gk_cleanup_free (&have);
    have = NULL;
    n = gk_part_kernel_list (sysfs_name, &have, err);
    if (n == -1)
      return -1;
  }

  int missing = 0;
  for (size_t i = 0; i < t.n; i++) {
    const struct gk_part *p = &t.parts[i];
    const struct gk_kernel_part *k = find_kernel (have, n, p->num);
    if (k != NULL) {
      if (k->start != p->start)
        missing++;
      continue;
    }
    uint64_t size = kernel_size (&t, p);
    if (size == 0 || blkpg (fd, BLKPG_ADD_PARTITION, p->num, p->start, size) == -1)
      missing++;
  }
  if (ret_missing)
    *ret_missing = missing;
  return 0;
}
