/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The attributes of files that began with ext2 (lsattr, chattr), and the
 * generation of an inode, asked of the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fileops/fileops-priv.h"

/* In the order of the letters, in which they are returned. */
static const struct {
  char letter;
  unsigned long flag;
} letters[] = {
  { 'A', 0x00000080 }, { 'C', 0x00800000 }, { 'D', 0x00010000 }, { 'E', 0x00000800 },
  { 'F', 0x40000000 }, { 'I', 0x00001000 }, { 'N', 0x10000000 }, { 'P', 0x20000000 },
  { 'S', 0x00000008 }, { 'T', 0x00020000 }, { 'V', 0x00100000 }, { 'a', 0x00000020 },
  { 'c', 0x00000004 }, { 'd', 0x00000040 }, { 'e', 0x00080000 }, { 'i', 0x00000010 },
  { 'j', 0x00004000 }, { 'm', 0x00000400 }, { 's', 0x00000001 }, { 't', 0x00008000 },
  { 'u', 0x00000002 }, { 'x', 0x02000000 },
};
#define N_LETTERS (sizeof letters / sizeof *letters)

static int
open_any (struct gk_ctx *ctx, const char *path, struct gk_error *err)
{
  int fd = gk_root_open (ctx->root_fd, path, O_RDONLY | O_NOFOLLOW | O_NOCTTY, 0);

  return fd == -1 ? gk_fo_fail (err, errno, NULL, path) : fd;
}

int
gk_fileops_get_e2attrs (struct gk_ctx *ctx, const char *file, char **ret_string,
                        struct gk_error *err)
{
  _cleanup_close_ int fd = open_any (ctx, file, err);
  char text[N_LETTERS + 1];
  int flags = 0;
  size_t n = 0;

  if (fd == -1)
    return -1;
  if (ioctl (fd, FS_IOC_GETFLAGS, &flags) == -1)
    return gk_fo_fail (err, errno, NULL, file);
  for (size_t i = 0; i < N_LETTERS; i++)
    if ((unsigned)flags & letters[i].flag)
      text[n++] = letters[i].letter;
  text[n] = '\0';
  *ret_string = strdup (text);
  return *ret_string ? 0 : gk_error_oom (err);
}

static int
parse (const char *attrs, unsigned *ret_flags, struct gk_error *err)
{
  unsigned flags = 0;

  for (const char *p = attrs; *p; p++) {
    unsigned flag = 0;
    for (size_t i = 0; i < N_LETTERS; i++)
      if (letters[i].letter == *p)
        flag = (unsigned)letters[i].flag;
    if (flag == 0)
      return gk_error_set (err, EINVAL, "unknown file attribute '%c'",
                           *p > 0x20 && *p < 0x7f ? *p : '?');
    if (flags & flag)
      return gk_error_set (err, EINVAL, "duplicate file attribute '%c'", *p);
    flags |= flag;
  }
  *ret_flags = flags;
  return 0;
}

int
gk_fileops_set_e2attrs (struct gk_ctx *ctx, const char *file, const char *attrs,
                        const struct guestfs_set_e2attrs_argv *opt, struct gk_error *err)
{
  bool clear = opt && opt->bitmask & GUESTFS_SET_E2ATTRS_CLEAR_BITMASK && opt->clear;
  _cleanup_close_ int fd = -1;
  unsigned change = 0;
  int flags = 0;

  if (parse (attrs, &change, err) == -1)
    return -1;
  fd = open_any (ctx, file, err);
  if (fd == -1)
    return -1;
  if (ioctl (fd, FS_IOC_GETFLAGS, &flags) == -1)
    return gk_fo_fail (err, errno, NULL, file);
  flags = (int)(clear ? (unsigned)flags & ~change : (unsigned)flags | change);
  if (change && ioctl (fd, FS_IOC_SETFLAGS, &flags) == -1)
    return gk_fo_fail (err, errno, NULL, file);
  return 0;
}

int
gk_fileops_get_e2generation (struct gk_ctx *ctx, const char *file, int64_t *ret_value,
                             struct gk_error *err)
{
  _cleanup_close_ int fd = open_any (ctx, file, err);
  unsigned generation = 0;

  if (fd == -1)
    return -1;
  if (ioctl (fd, FS_IOC_GETVERSION, &generation) == -1)
    return gk_fo_fail (err, errno, NULL, file);
  *ret_value = generation;
  return 0;
}

/* ext4 with checksums of its metadata refuses it. */
int
gk_fileops_set_e2generation (struct gk_ctx *ctx, const char *file, int64_t generation,
                             struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  unsigned value = (unsigned)generation;

  if (generation < 0 || generation > UINT32_MAX)
    return gk_error_set (err, EINVAL, "%lld: is not from 0 to 4294967295", (long long)generation);
  fd = open_any (ctx, file, err);
  if (fd == -1)
    return -1;
  if (ioctl (fd, FS_IOC_SETVERSION, &value) == -1)
    return gk_fo_fail (err, errno, NULL, file);
  return 0;
}
