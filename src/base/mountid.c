/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See mountid.h.  From Linux 6.8 on the kernel has a number that no other mount ever
 * gets.  Before, a number is given anew as soon as it is free, so that the device
 * has to be the same, too. */
#include "base/mountid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/pathroot.h"

#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif

static int
ask (int dir, const char *path, int flags, struct statx *st, char id[GK_MOUNTID_SIZE])
{
  if (statx (dir, path, flags | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
             STATX_MNT_ID | STATX_MNT_ID_UNIQUE, st) == -1)
    return -1;
  if (st->stx_mask & STATX_MNT_ID_UNIQUE)
    snprintf (id, GK_MOUNTID_SIZE, "%llu", (unsigned long long)st->stx_mnt_id);
  else
    snprintf (id, GK_MOUNTID_SIZE, "%llu:%u:%u", (unsigned long long)st->stx_mnt_id,
              st->stx_dev_major, st->stx_dev_minor);
  return 0;
}

int
gk_mountid_of (int fd, char id[GK_MOUNTID_SIZE])
{
  struct statx st;

  return ask (fd, "", AT_EMPTY_PATH, &st, id);
}

int
gk_mountid_at (const char *path, char id[GK_MOUNTID_SIZE])
{
  struct statx st;

  if (ask (AT_FDCWD, path, 0, &st, id) == -1)
    return -1;
  return (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

int
gk_mountid_detach (const char *path, const char *id)
{
  _cleanup_close_ int fd = open (path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  char now[GK_MOUNTID_SIZE], self[32];

  if (fd == -1)
    return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
  if (gk_mountid_of (fd, now) == -1)
    return -1;
  if (strcmp (now, id) != 0)
    return 0;
  /* By the descriptor: what comes to lie over it meanwhile is left alone.  EINVAL: it
   * has been unmounted meanwhile. */
  return umount2 (gk_fd_path (fd, self), MNT_DETACH) == -1 && errno != EINVAL ? -1 : 0;
}
