/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How many bytes of its device a filesystem says that it uses: what must not be
 * cut off.  Read here, as the superblocks of those whose device may become
 * smaller are simple, and this libblkid does not tell. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "fs/fs.h"

#define HEAD 4096

struct counted {
  uint64_t count, unit;
};

static uint64_t
le (const unsigned char *p, int bytes)
{
  uint64_t v = 0;
  memcpy (&v, p, (size_t)bytes);
  return le64toh (v);
}

/* A power of two as far as numbers go. */
static uint64_t
shifted (uint64_t log)
{
  return log < 32 ? UINT64_C (1) << log : UINT64_MAX;
}

static struct counted
ext_span (const unsigned char *p)
{
  uint64_t high = le (p + 0x60, 4) & 0x80 ? le (p + 0x150, 4) << 32 : 0;
  uint64_t log = le (p + 24, 4);
  return (struct counted){ high | le (p + 4, 4), log < 32 ? UINT64_C (1024) << log : UINT64_MAX };
}

static struct counted
xfs_span (const unsigned char *p)
{
  uint64_t blocks;
  uint32_t size;
  memcpy (&size, p + 4, sizeof size);
  memcpy (&blocks, p + 8, sizeof blocks);
  return (struct counted){ be64toh (blocks), be32toh (size) };
}

static struct counted
btrfs_span (const unsigned char *p)
{
  return (struct counted){ le (p + 0xc9 + 8, 8), 1 };
}

/* The last sector is a copy of the first. */
static struct counted
ntfs_span (const unsigned char *p)
{
  uint64_t sectors = le (p + 40, 8);
  return (struct counted){ sectors == UINT64_MAX ? sectors : sectors + 1, le (p + 11, 2) };
}

static struct counted
fat_span (const unsigned char *p)
{
  uint64_t few = le (p + 19, 2);
  return (struct counted){ few ? few : le (p + 32, 4), le (p + 11, 2) };
}

static struct counted
f2fs_span (const unsigned char *p)
{
  return (struct counted){ le (p + 36, 8), shifted (le (p + 16, 4)) };
}

static struct counted
exfat_span (const unsigned char *p)
{
  return (struct counted){ le (p + 72, 8), shifted (p[108]) };
}

/* Where the log ends and where the checker's room does; behind the files are both. */
static struct counted
jfs_span (const unsigned char *p)
{
  uint64_t most = 0;

  for (const unsigned char *range = p + 72; range <= p + 80; range += 8) {
    uint64_t length = le (range, 3), at = (uint64_t)range[3] << 32 | le (range + 4, 4);
    most = at + length > most ? at + length : most;
  }
  return (struct counted){ most, le (p + 16, 4) };
}

static struct counted
reiserfs_span (const unsigned char *p)
{
  return (struct counted){ le (p, 4), le (p + 44, 2) };
}

static struct counted
nilfs2_span (const unsigned char *p)
{
  return (struct counted){ le (p + 32, 8), 1 };
}

/* Its pages are those of the kernel that uses it, and the signature ends the first. */
static struct counted
swap_span (const unsigned char *p)
{
  bool usual = memcmp (p + HEAD - 10, "SWAPSPACE2", 10) == 0;
  return (struct counted){ usual ? le (p + 1028, 4) + 1 : 0, HEAD };
}

static const struct {
  const char *type;
  off_t at; /* of the superblock */
  struct counted (*span) (const unsigned char *p);
} spans[] = {
  { "ext2", 1024, ext_span }, { "ext3", 1024, ext_span },      { "ext4", 1024, ext_span },
  { "xfs", 0, xfs_span },     { "ntfs", 0, ntfs_span },        { "btrfs", 65536, btrfs_span },
  { "vfat", 0, fat_span },    { "f2fs", 1024, f2fs_span },     { "exfat", 0, exfat_span },
  { "jfs", 32768, jfs_span }, { "nilfs2", 1024, nilfs2_span }, { "reiserfs", 65536, reiserfs_span },
  { "swap", 0, swap_span },
};

/* Of what was probed; 0 when there is nothing or nothing is known, which known tells. */
static int
read_span (int fd, const char *device, const char *type, bool *known, uint64_t *ret_bytes,
           struct gk_error *err)
{
  unsigned char head[HEAD];
  uint64_t bytes = 0;

  *known = !*type;
  for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
    if (!gk_streq (spans[i].type, type))
      continue;
    if (gk_pread_full (fd, head, sizeof head, spans[i].at) != sizeof head)
      return gk_error_sys (err, errno ? errno : EIO, "%s", device);
    struct counted c = spans[i].span (head);
    if (__builtin_mul_overflow (c.count, c.unit, &bytes))
      bytes = UINT64_MAX;
    *known = true;
  }
  *ret_bytes = bytes;
  return 0;
}

static int
look (const char *device, struct gk_fs_probe *probe, bool *known, uint64_t *ret_bytes,
      struct gk_error *err)
{
  _cleanup_close_ int fd = open (device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd == -1)
    return gk_error_sys (err, errno, "%s", device);
  if (gk_fs_probe_fd (fd, probe, err) == -1)
    return gk_error_wrap (err, "%s", device);
  return read_span (fd, device, probe->type, known, ret_bytes, err);
}

int
gk_fs_size (const char *device, uint64_t *ret_bytes, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  bool known;

  return look (device, &probe, &known, ret_bytes, err);
}

int
gk_fs_span (const char *device, uint64_t *ret_bytes, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  uint64_t bytes;
  bool known;

  if (look (device, &probe, &known, &bytes, err) == -1)
    return -1;
  *ret_bytes = gk_streq (probe.type, "swap") ? 0 : bytes; /* nobody misses what was in it */
  return 0;
}

int
gk_fs_check_fits (const char *device, uint64_t bytes, struct gk_error *err)
{
  _cleanup_fs_probe_ struct gk_fs_probe probe = GK_FS_PROBE_INIT;
  uint64_t span;
  bool known;

  if (look (device, &probe, &known, &span, err) == -1)
    return -1;
  if (gk_streq (probe.type, "swap")) /* holds nothing while it is not in use */
    return 0;
  if (!known)
    return gk_error_set (err, ENOSPC,
                         "%s: what is on it (%s) may use all of it, and would be cut off", device,
                         probe.type);
  if (span > bytes)
    return gk_error_set (err, ENOSPC,
                         "%s: the %s on it uses %" PRIu64 " bytes, which %" PRIu64
                         " do not hold; make it smaller first",
                         device, probe.type, span, bytes);
  return 0;
}
