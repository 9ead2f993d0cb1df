/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* guestkitd --watch-mount: takes a FUSE mount away whose server was killed.
 *
 * libfuse's auto_unmount means to do that.  But when a process dies, the
 * descriptor that auto_unmount watches may be closed before the one of
 * /dev/fuse; fusermount3 (3.14) then finds a mount that still works, and leaves
 * it for ever.
 */
#include <errno.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "worker/watch.h"

#define TRIES 100
#define PAUSE_MS 50

static int
unmount (const char *dir)
{
  if (umount2 (dir, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT)
    return 0;
  execlp ("fusermount3", "fusermount3", "-u", "-z", "--", dir, (char *)NULL);
  return 1;
}

int
gk_watch_mount (int fd, const char *dir)
{
  const struct timespec pause = { 0, PAUSE_MS * 1000000L };
  struct statfs st;
  ssize_t n;
  char c;

  do
    n = read (fd, &c, 1);
  while (n > 0 || (n == -1 && errno == EINTR));
  /* A request to a server that is about to vanish waits until it has, and then
   * fails with ECONNABORTED; after that, all do with ENOTCONN. */
  for (int i = 0; i < TRIES; i++) {
    if (statfs (dir, &st) == 0)
      return 0;
    if (errno == ENOTCONN)
      return unmount (dir);
    nanosleep (&pause, NULL);
  }
  return 1;
}
