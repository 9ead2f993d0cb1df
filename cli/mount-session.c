/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* See mount-session.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/mountid.h"
#include "base/str.h"
#include "base/strv.h"
#include "cli/cli.h"
#include "cli/mount-session.h"

#define DIR_MAX 64
#define SESSION_MAX 65536

/* For users that are not root: a name of their own, which is theirs or is not
 * used. */
static int
mounts_dir (char buf[DIR_MAX])
{
  if (geteuid () == 0)
    return snprintf (buf, DIR_MAX, "/run/guestkit");
  return snprintf (buf, DIR_MAX, "/tmp/guestkit-mounts-%u", (unsigned)geteuid ());
}

static bool
is_ours (const char *dir)
{
  struct stat st;

  if (lstat (dir, &st) == 0 && S_ISDIR (st.st_mode) && st.st_uid == geteuid () &&
      (st.st_mode & 022) == 0)
    return true;
  errno = EPERM;
  return false;
}

/* FNV-1a: a file name for any path. */
static char *
session_path (const char *dir)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (const char *p = dir; *p; ++p)
    hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
  char above[DIR_MAX];
  mounts_dir (above);
  return gk_asprintf ("%s/mounts/%016llx", above, (unsigned long long)hash);
}

/* A session that ends flushes and unmounts, for 100 s at most (src/worker/keeper.c). */
#define ENDING_S 120

/* The lock is free once the holder has ended, however it did. */
static int
wait_for_lock (int fd, int timeout_s)
{
  const struct timespec step = { .tv_nsec = 20000000 };
  int64_t steps = timeout_s ? (int64_t)timeout_s * 50 : INT64_MAX;

  for (; steps > 0; --steps) {
    if (flock (fd, LOCK_EX | LOCK_NB) == 0)
      return 0;
    if (errno != EWOULDBLOCK && errno != EINTR)
      return -1;
    nanosleep (&step, NULL);
  }
  errno = ETIMEDOUT;
  return -1;
}

/* The record of dir, locked.  The session that was there before may be just ending: it is waited
 * for, and takes its record away. */
static int
open_record (const char *path)
{
  struct stat st;

  for (;;) {
    _cleanup_close_ int fd = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd == -1 || wait_for_lock (fd, ENDING_S) == -1 || fstat (fd, &st) == -1)
      return -1;
    if (st.st_nlink > 0)
      return gk_steal_fd (&fd);
  }
}

int
cli_mount_session_create (struct cli_mount_session *s, const char *dir)
{
  char above[DIR_MAX];
  mounts_dir (above);
  _cleanup_free_ char *mounts = gk_asprintf ("%s/mounts", above);
  if (mounts == NULL || (mkdir (above, 0700) == -1 && errno != EEXIST) || !is_ours (above) ||
      (mkdir (mounts, 0700) == -1 && errno != EEXIST))
    return -1;
  _cleanup_free_ char *path = session_path (dir);
  _cleanup_close_ int fd = path ? open_record (path) : -1;
  char id[GK_MOUNTID_SIZE];
  if (fd == -1 || ftruncate (fd, 0) == -1 || gk_mountid_at (dir, id) == -1 ||
      gk_write_full (fd, id, strlen (id)) == -1 || gk_write_full (fd, "\n", 1) == -1)
    return -1;
  s->fd = gk_steal_fd (&fd);
  s->path = gk_steal_ptr (path);
  return 0;
}

void
cli_mount_session_end (struct cli_mount_session *s, const char *failed)
{
  if (failed == NULL)
    unlink (s->path);
  else if (gk_write_full (s->fd, failed, strlen (failed)) == -1)
    unlink (s->path);
}

void
cli_mount_session_clear (struct cli_mount_session *s)
{
  gk_cleanup_close (&s->fd);
  free (s->path);
  s->path = NULL;
}

bool
cli_mount_session_known (const char *dir)
{
  _cleanup_gk_buf_ struct gk_buf text = GK_BUF_INIT;
  _cleanup_free_ char *path = session_path (dir);
  char id[GK_MOUNTID_SIZE];

  if (path == NULL || gk_read_file (path, SESSION_MAX, &text) == -1 || text.data == NULL)
    return false;
  text.data[strcspn (text.data, "\n")] = '\0';
  return gk_mountid_at (dir, id) == 1 && gk_streq (id, text.data);
}

int
cli_mount_session_wait (const char *dir, int timeout_s)
{
  _cleanup_gk_buf_ struct gk_buf why = GK_BUF_INIT;
  _cleanup_free_ char *path = session_path (dir);
  struct stat st;

  if (path == NULL)
    return cli_error ("out of memory");
  _cleanup_close_ int fd = open (path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1)
    return errno == ENOENT ? CLI_OK : cli_error ("%s: %s", path, strerror (errno));
  if (wait_for_lock (fd, timeout_s) == -1)
    return cli_error ("%s: the session has not ended: %s", dir, strerror (errno));
  if (fstat (fd, &st) == 0 && st.st_nlink == 0)
    return CLI_OK;
  if (gk_read_all (fd, SESSION_MAX, &why) == -1)
    return cli_error ("%s: %s", path, strerror (errno));
  unlink (path);
  const char *end = why.data ? strchr (why.data, '\n') : NULL;
  if (end == NULL || end[1] == '\0')
    return cli_error ("%s: the session was killed; what was written last may be lost", dir);
  return cli_error ("%s: %s", dir, end + 1);
}

void
cli_mount_session_forget (const char *dir)
{
  _cleanup_free_ char *path = session_path (dir);
  _cleanup_close_ int fd = path ? open (path, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;

  if (fd != -1 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    unlink (path);
}
