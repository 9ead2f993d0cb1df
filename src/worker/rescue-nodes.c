/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The nodes of partitions that come and go while there is a rescue shell.
 *
 * In the private /dev there is no udev, and calls that change a table make the
 * nodes themselves; programs of the shell do not.  The kernel tells of each
 * partition, and its disk is found by its number among the nodes that there are.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/str.h"
#include "worker/rescue.h"

#define GROUP_KERNEL 1
#define MESSAGE_MAX 8192

int
gk_rescue_watch_partitions (void)
{
  struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = GROUP_KERNEL };
  int fd = socket (AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

  if (fd != -1 && bind (fd, (struct sockaddr *)&addr, sizeof addr) == -1) {
    close (fd);
    return -1;
  }
  return fd;
}

/* What a message says of it, or "". */
static const char *
value (const char *message, size_t size, const char *name)
{
  for (const char *p = message; p < message + size; p += strlen (p) + 1) {
    const char *rest = gk_after_prefix (p, name);
    if (rest != NULL && *rest == '=')
      return rest + 1;
  }
  return "";
}

/* The number of the disk in ".../DISK/PARTITION". */
static bool
disk_number (const char *devpath, dev_t *ret)
{
  char path[256], text[32];
  unsigned major_no, minor_no;
  const char *end = strrchr (devpath, '/');
  const char *begin = end == NULL ? NULL : memrchr (devpath, '/', end - devpath);

  if (begin == NULL || snprintf (path, sizeof path, "/sys/block/%.*s/dev", (int)(end - begin - 1),
                                 begin + 1) >= (int)sizeof path)
    return false;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd == -1 ? -1 : read (fd, text, sizeof text - 1);
  if (fd != -1)
    close (fd);
  if (n <= 0)
    return false;
  text[n] = '\0';
  if (sscanf (text, "%u:%u", &major_no, &minor_no) != 2)
    return false;
  *ret = makedev (major_no, minor_no);
  return true;
}

static bool
find_node (dev_t number, char name[NAME_MAX + 1])
{
  DIR *dir = opendir ("/dev");
  struct dirent *d;
  struct stat st;
  bool found = false;

  while (dir != NULL && !found && (d = readdir (dir)) != NULL)
    if (fstatat (dirfd (dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISBLK (st.st_mode) &&
        st.st_rdev == number) {
      strcpy (name, d->d_name);
      found = true;
    }
  if (dir != NULL)
    closedir (dir);
  return found;
}

static void
take (const char *message, size_t size)
{
  const char *action = value (message, size, "ACTION"), *partn = value (message, size, "PARTN");
  unsigned major_no = (unsigned)atoi (value (message, size, "MAJOR"));
  unsigned minor_no = (unsigned)atoi (value (message, size, "MINOR"));
  char disk[NAME_MAX + 1], path[NAME_MAX + 32];
  dev_t number;

  if (!gk_streq (value (message, size, "SUBSYSTEM"), "block") ||
      !gk_streq (value (message, size, "DEVTYPE"), "partition") || atoi (partn) <= 0 ||
      !disk_number (value (message, size, "DEVPATH"), &number) || !find_node (number, disk))
    return;
  /* As the kernel does, for the disk's name may end in a digit. */
  char last = disk[strlen (disk) - 1];
  snprintf (path, sizeof path, "/dev/%s%s%d", disk, last >= '0' && last <= '9' ? "p" : "",
            atoi (partn));
  if (gk_streq (action, "add") || gk_streq (action, "remove"))
    unlink (path);
  if (gk_streq (action, "add"))
    mknod (path, S_IFBLK | 0600, makedev (major_no, minor_no));
}

void
gk_rescue_take_partitions (int fd)
{
  char message[MESSAGE_MAX];
  struct sockaddr_nl from;
  socklen_t len = sizeof from;
  ssize_t n;

  while ((n = recvfrom (fd, message, sizeof message - 1, 0, (struct sockaddr *)&from, &len)) > 0) {
    message[n] = '\0';
    if (from.nl_pid == 0) /* the kernel itself */
      take (message, (size_t)n);
    len = sizeof from;
  }
}
