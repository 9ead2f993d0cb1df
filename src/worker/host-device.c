/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Drives that are block devices of the host.
 *
 * The private /dev has none of them, and its own /dev/sda is another one.  So what
 * the name means is looked up in the host's /dev, and the very node is shown in the
 * session's folder while the drive is attached: a node of our own would have the
 * number, but not the image locks that others hold on the host's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/pathroot.h"
#include "base/str.h"
#include "worker/session-priv.h"

#define LINKS_MAX 8

/* What a name below the host's /dev stands for, also when it is a link that leads there from
 * elsewhere.  An O_PATH descriptor, or -1 when it is nothing there. */
static int
find (int host_dev_fd, const char *name)
{
  char path[PATH_MAX], target[PATH_MAX];

  if (strlen (name) >= sizeof path)
    return -1;
  strcpy (path, name);
  for (int i = 0; i < LINKS_MAX; i++) {
    const char *rest = gk_after_prefix (path, "/dev/");
    if (rest)
      return gk_root_open_any (host_dev_fd, rest - 1, O_PATH, 0);
    ssize_t n = readlink (path, target, sizeof target - 1);
    if (n <= 0 || target[0] != '/')
      return -1;
    memcpy (path, target, (size_t)n);
    path[n] = '\0';
  }
  return -1;
}

int
gk_session_show_host_device (const struct gk_session *s, const struct gk_drive *drive,
                             unsigned index, char **ret_path, struct gk_error *err)
{
  _cleanup_close_ int fd = -1;
  struct stat st;
  char source[32];

  *ret_path = NULL;
  if (s->host_dev_fd == -1 || drive->filename == NULL || !gk_streq (drive->protocol, "file"))
    return 0;
  fd = find (s->host_dev_fd, drive->filename);
  if (fd == -1 || fstat (fd, &st) == -1 || !S_ISBLK (st.st_mode))
    return 0; /* whoever opens it says what is wrong */
  _cleanup_free_ char *path = gk_asprintf ("%s/drive%u.device", s->dir, index);
  if (path == NULL)
    return gk_error_oom (err);
  _cleanup_close_ int spot = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (spot == -1)
    return gk_error_sys (err, errno, "%s", drive->filename);
  if (mount (gk_fd_path (fd, source), path, NULL, MS_BIND, NULL) == -1) {
    int errnum = errno;
    unlink (path);
    return gk_error_sys (err, errnum, "%s", drive->filename);
  }
  *ret_path = gk_steal_ptr (path);
  return 0;
}

/* Messages show the device's name as the caller gave it, not that of the node in our folder. */
static void
name_it (struct gk_error *err, const char *path, const char *name)
{
  const char *at = err->msg ? strstr (err->msg, path) : NULL;

  if (at == NULL)
    return;
  char *whole = gk_asprintf ("%.*s%s%s", (int)(at - err->msg), err->msg, name, at + strlen (path));
  if (whole == NULL)
    return;
  free (err->msg);
  err->msg = whole;
}

void
gk_session_hide_host_device (const struct gk_drive *drive, const char *path, struct gk_error *err)
{
  umount2 (path, MNT_DETACH | UMOUNT_NOFOLLOW);
  unlink (path);
  if (err)
    name_it (err, path, drive->filename);
}
